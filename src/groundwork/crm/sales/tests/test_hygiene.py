"""Order among customers who order again: the next contact is planned, and whoever is due was spoken to."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.core.clock import now, standing_at, today
from groundwork.crm.sales.hygiene import tidiness
from groundwork.crm.sales.tests.test_due import customer
from groundwork.crm.trade.testing import make_order
from groundwork.records.models import Activity
from groundwork.records.tasks import asking
from groundwork.records.write import acting, note

NOT_DUE, DUE = (24, 14, 4), (50, 40, 30, 20)  # days ago that they bought


def planned(company, by, days=3):
    asking.give(company, by=by, what="Call", due_on=today() + timedelta(days=days))


def called(company, by, days_ago=0, text="Wants samples of the new harvest first.", kind=Activity.Kind.CALL):
    with standing_at(now() - timedelta(days=days_ago)), acting(by, "noted"):
        note(company, by=by, kind=kind, text=text)


def three(by, *silences):
    return [customer(by, f"Shop {place}", *silences) for place in range(3)]


def test_fewer_than_three_customers_make_no_figure_rather_than_a_good_one(cast):
    for place in range(2):
        planned(customer(cast.anna, f"Shop {place}", *NOT_DUE), cast.anna)

    assert (tidiness(cast.anna).customers, tidiness(cast.anna).score) == (2, None)


def test_who_is_not_due_is_in_order_with_a_next_contact(cast):
    shops = three(cast.anna, *NOT_DUE)
    before = tidiness(cast.anna)
    for shop in shops[:2]:
        planned(shop, cast.anna)

    after = tidiness(cast.anna)

    assert (before.score, before.unplanned, before.silent) == (0, 3, 0)
    assert (after.score, [row.company for row in after.untidy]) == (67, [shops[2]])


def test_an_overdue_promise_is_no_next_contact(cast):
    for shop in three(cast.anna, *NOT_DUE):
        planned(shop, cast.anna, days=-1)

    assert tidiness(cast.anna).score == 0


@pytest.mark.parametrize(
    ("how", "score"),
    [
        ({}, 100),
        ({"days_ago": 7}, 100),  # due since day 12 of the silence: 8 days ago
        ({"days_ago": 9}, 60),
        ({"kind": Activity.Kind.NOTE}, 100),
        ({"kind": Activity.Kind.NOTE, "text": "ok"}, 60),
    ],
)
def test_who_is_due_is_in_order_once_spoken_to_since(cast, how, score):
    for shop in three(cast.anna, *DUE):
        planned(shop, cast.anna)
        called(shop, cast.anna, **how)

    assert tidiness(cast.anna).score == score


def test_my_day_names_those_first_who_are_due_and_were_not_spoken_to(cast, as_user):
    for shop in three(cast.anna, *NOT_DUE):
        planned(shop, cast.anna)
    customer(cast.anna, "Forgotten", *DUE)
    customer(cast.ivan, "Not hers", *DUE)

    shown = as_user(cast.anna).get(reverse("records:day")).content.decode()

    assert tidiness(cast.anna).score == 75
    assert "Forgotten" in shown
    assert "no next contact is planned" in shown
    assert "Not hers" not in shown


def test_who_has_ordered_since_is_not_due_any_more(cast):
    for shop in three(cast.anna, *DUE):
        planned(shop, cast.anna)
        make_order(cast.anna, shop, (None, 1, "5.00"), day=today())

    assert tidiness(cast.anna).score == 100


def test_a_team_is_the_mean_over_its_customers_and_not_over_people(cast):
    for shop in three(cast.anna, *NOT_DUE):
        planned(shop, cast.anna)
    customer(cast.olga, "Of the director", *NOT_DUE)

    assert tidiness(cast.olga, everybody=True).score == 75
