"""Two people at one line of a document: nothing is written over what one has not seen."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.crm.trade.testing import make_draft


@pytest.fixture
def draft(cast):
    return make_draft(cast.adam)


def typed(draft, seen, quantity):
    return {"lines-quantity": quantity, "lines-price": "10", "lines-description": "Bag", "seen": seen}


def seen_on(page) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.content.decode()).group(1)


def test_who_saves_a_line_that_somebody_changed_meanwhile_is_shown_it_and_loses_nothing(cast, as_user, draft):
    nina, adam = as_user(cast.nina), as_user(cast.adam)
    where = reverse("records:part_edit", args=["invoice", draft.pk, "lines", draft.lines.get().pk])
    opened = [seen_on(client.get(where)) for client in (nina, adam)]

    nina.post(where, typed(draft, opened[0], "3"))
    clash = adam.post(where, typed(draft, opened[1], "5"))
    kept = draft.lines.get().quantity
    again = adam.post(where, typed(draft, seen_on(clash), "5"))

    assert (clash.status_code, kept) == (409, Decimal(3))
    assert "<b>3</b>" in clash.content.decode()
    assert 'value="5"' in clash.content.decode()
    assert (again.status_code, draft.lines.get().quantity) == (302, Decimal(5))


def test_a_line_that_somebody_changed_meanwhile_is_not_removed_unseen(cast, as_user, draft):
    nina, adam = as_user(cast.nina), as_user(cast.adam)
    where = reverse("records:part_edit", args=["invoice", draft.pk, "lines", draft.lines.get().pk])
    seen = seen_on(adam.get(where))

    nina.post(where, typed(draft, seen, "3"))
    answer = adam.post(where, {"remove": "1", "seen": seen})

    assert answer.status_code == 409
    assert draft.lines.count() == 1


def test_two_people_who_change_different_lines_both_keep_their_change(cast, as_user, draft):
    nina, adam = as_user(cast.nina), as_user(cast.adam)
    add = reverse("records:part_add", args=["invoice", draft.pk, "lines"])
    adam.post(add, {"lines-quantity": "1", "lines-price": "10", "lines-description": "Box"})
    first, second = (
        reverse("records:part_edit", args=["invoice", draft.pk, "lines", line.pk])
        for line in draft.lines.order_by("pk")
    )
    opened = [seen_on(nina.get(first)), seen_on(adam.get(second))]

    nina.post(first, typed(draft, opened[0], "7"))
    adam.post(second, typed(draft, opened[1], "8"))

    assert sorted(line.quantity for line in draft.lines.all()) == [7, 8]
