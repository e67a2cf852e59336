"""A newcomer's first steps: ticked by real work alone, shown to their owner first, and how long they took."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.core.clock import now, standing_at, today
from groundwork.crm.customers.testing import make_company
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import sales
from groundwork.crm.trade.testing import make_order
from groundwork.crm.work.first_steps import day_section, of_my_people
from groundwork.records.models import Activity
from groundwork.records.tasks.asking import finish, give
from groundwork.records.write import acting, creating, note, save_fields


@pytest.fixture
def anna(cast):
    return joined(cast.anna, days_ago=10)


def joined(person, days_ago):
    person.joined_at = now() - timedelta(days=days_ago)
    person.save()
    return person


def ticked(newcomer) -> set[str]:
    return {step.key for step, at in newcomer.steps if at is not None}


def works_whole(anna, days_ago=0):
    """All that the list asks of a seller."""
    with standing_at(now() - timedelta(days=days_ago)):
        shop = make_company(anna, "Shop")
        with acting(anna, "noted"):
            note(shop, by=anna, kind=Activity.Kind.CALL, text="Wants samples.")
        finish(give(shop, by=anna, what="Send samples", due_on=today()), by=anna)
        make_order(anna, shop)
        deal = creating(Deal(name="Tea", company=shop), by=anna)
        second = sales().stages_of(deal.pipeline, "open")[1]
        save_fields(deal, {"stage": second.key}, by=anna, version=deal.version)


def test_a_new_seller_has_six_steps_and_none_is_ticked(anna):
    assert (len(day_section(anna).steps), ticked(day_section(anna))) == (6, set())


def test_a_step_is_ticked_by_doing_the_work(anna):
    give(make_company(anna, "Shop"), by=anna, what="Call", due_on=today())

    assert ticked(day_section(anna)) == {"next step"}


def test_what_somebody_else_did_ticks_nothing(anna, cast):
    works_whole(cast.piotr)

    assert ticked(day_section(anna)) == set()


def test_the_list_is_gone_for_good_once_all_is_done(anna, as_user):
    works_whole(anna)

    assert day_section(anna) is None
    assert "day-first" not in as_user(anna).get(reverse("records:day")).content.decode()


def test_the_list_put_away_does_not_come_back(anna, as_user):
    client = as_user(anna)
    assert "day-first" in client.get(reverse("records:day")).content.decode()

    client.post(reverse("work:first_steps_away"))

    assert "day-first" not in client.get(reverse("records:day")).content.decode()


def test_who_has_been_here_for_long_is_not_taught(cast):
    assert day_section(joined(cast.anna, days_ago=61)) is None


def test_the_head_reads_how_long_it_took(anna, cast):
    works_whole(anna, days_ago=7)

    (newcomer,) = [row for row in of_my_people(cast.piotr) if row.person == anna]

    assert newcomer.first == newcomer.all == "3\N{NO-BREAK SPACE}days"


def test_a_head_sees_the_own_people_and_a_seller_only_oneself(anna, cast):
    for person in (cast.piotr, cast.ivan, cast.olga):
        joined(person, days_ago=3)

    assert {row.person for row in of_my_people(anna)} == {anna}
    assert anna in {row.person for row in of_my_people(cast.piotr)}
    assert cast.ivan not in {row.person for row in of_my_people(cast.piotr)}
    assert {anna, cast.ivan} <= {row.person for row in of_my_people(cast.olga)}


def test_the_page_of_heads_takes_as_many_queries_for_all_as_for_one(cast, as_user):
    client = as_user(cast.olga)
    cast.olga.__class__.objects.update(joined_at=now() - timedelta(days=400))
    client.get(reverse("work:first_steps"))
    counted = []
    for people in ([cast.anna], [cast.piotr, cast.ivan, cast.olga, cast.larisa]):
        for person in people:
            joined(person, days_ago=3)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("work:first_steps")).content.decode()
        assert all(person.name in page for person in people)
        counted.append(len(queries))

    assert counted[0] == counted[1]
