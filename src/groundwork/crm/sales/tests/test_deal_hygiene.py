"""Order on the board: eight checks of each open deal, for the card, for the person alone, for the team."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.blueprint.elements import one_request
from groundwork.core.clock import now, standing_at, start_of, today
from groundwork.core.refusals import Refusal
from groundwork.crm.sales import stage_times
from groundwork.crm.sales.checks import ALL, BITS, Code, HygieneCheck, weights
from groundwork.crm.sales.deal_hygiene import counted, hygiene_by_owner, hygiene_of, looked_at, rows_of
from groundwork.crm.sales.deals import Deal, Stay
from groundwork.crm.sales.pipelines import Word
from groundwork.crm.sales.review import acts
from groundwork.crm.sales.tests.test_deals import new_deal, stage, word
from groundwork.crm.sales.tidying import untidy
from groundwork.crm.trade.testing import make_rate
from groundwork.records.models import Activity
from groundwork.records.tasks import asking
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.write import acting, note, save_fields, writing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_wednesday():
    """Two days before it are working days: a deal of then counts, and is not idle yet."""
    day = today()
    with standing_at(start_of(day + timedelta(days=2 - day.weekday())) + timedelta(hours=12)):
        yield


def days_ago(days):
    return standing_at(now() - timedelta(days=days))


def step(deal, by, days=3):
    return asking.give(deal, by=by, what="Send samples", due_on=today() + timedelta(days=days))


def in_order(by, name="Hazelnuts", opened=2, **facts) -> Deal:
    """A deal of which nothing can be said."""
    company = make_record(types["company"], owner=by)
    contact = make_record(types["contact"], owner=by, company=company)
    with days_ago(opened):
        facts = {"amount_minor": 100_000, "expected_on": today() + timedelta(days=30)} | facts
        deal = new_deal(by, name=name, company=company, contact=contact, **facts)
    step(deal, by)
    return deal


def broken(deal) -> list[str]:
    return [str(code) for code in rows_of([Deal.objects.get(pk=deal.pk)])[deal.pk].broken]


def test_a_deal_that_is_looked_after_is_in_order(cast):
    assert broken(in_order(cast.anna, opened=0)) == []


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"amount_minor": None}, ["amount"]),
        ({"amount_minor": 0}, []),  # known to bring nothing: not unknown
        ({"expected_on": None}, ["close"]),
        ({"opened": 5}, ["touch"]),  # of three idle days
        ({"opened": 9}, ["touch", "time"]),
    ],
)
def test_each_check_sees_its_own_fault_and_no_other(cast, facts, wrong):
    assert broken(in_order(cast.anna, **facts)) == wrong


def test_a_close_that_is_past_and_a_step_that_is_late_are_faults(cast):
    deal = in_order(cast.anna, opened=1, expected_on=today() - timedelta(days=1))
    step(deal, cast.anna, days=-1)

    assert broken(deal) == ["step", "close"]


def test_a_stage_asks_for_its_facts_even_of_deals_that_came_by_another_way(cast):
    deal = in_order(cast.anna, opened=0)
    moved = save_fields(deal, {"stage": stage("Contract").key}, by=cast.anna, version=deal.version)
    with acting(cast.anna, "imported", channel="import"):
        Deal.objects.filter(pk=moved.pk).update(amount_minor=None, contact=None)

    assert broken(moved) == ["facts", "amount", "linked"]


def test_two_open_deals_of_one_customer_and_name_are_a_fault_of_both(cast):
    deal = in_order(cast.anna, opened=0)
    double = new_deal(cast.anna, name=deal.name, company=deal.company)

    assert ("single" in broken(deal), "single" in broken(double)) == (True, True)
    lost = {"stage": stage("Lost").key, "reason": word(Word.List.LOST).key}
    save_fields(double, lost, by=cast.anna, version=double.version)
    assert broken(deal) == []


@pytest.mark.parametrize(
    ("what", "touched"),
    [
        ({"kind": Activity.Kind.CALL, "text": ""}, True),
        ({"kind": Activity.Kind.CALL, "text": "", "outcome": Activity.Outcome.NO_ANSWER}, False),
        ({"kind": Activity.Kind.NOTE, "text": "They taste the samples now."}, True),
        ({"kind": Activity.Kind.NOTE, "text": "ok"}, False),
    ],
)
def test_a_word_with_the_customer_is_a_touch_and_a_try_is_none(cast, what, touched):
    deal = in_order(cast.anna, opened=5)
    with acting(cast.anna, "noted"):
        note(deal, by=cast.anna, **what)

    assert ("touch" in broken(deal)) != touched


@pytest.mark.parametrize(("facts", "touched"), [({"amount_minor": 5}, True), ({"name": "Other words"}, False)])
def test_another_amount_is_a_touch_and_other_words_are_none(cast, facts, touched):
    deal = in_order(cast.anna, opened=5)
    save_fields(deal, facts, by=cast.anna, version=deal.version)

    assert ("touch" in broken(deal)) != touched


def test_what_is_done_to_many_at_once_touches_none(cast):
    deals = [in_order(cast.anna, name=f"Deal {place}", opened=5) for place in range(11)]
    with acting(cast.anna, "edited"):
        for deal in deals:
            save_fields(deal, {"amount_minor": 7}, by=cast.anna, version=deal.version)

    assert {bool(mask & BITS[Code.TOUCH]) for mask in looked_at(counted()).values_list("mask", flat=True)} == {False}


def test_a_figure_is_the_mean_over_the_deals_and_fewer_than_three_make_none(cast):
    for place in range(2):
        in_order(cast.anna, name=f"Deal {place}")
    assert hygiene_by_owner(counted())[cast.anna.pk].score is None
    in_order(cast.anna, name="Big", amount_minor=None)
    in_order(cast.ivan, name="Elsewhere")

    hygiene = hygiene_by_owner(counted())[cast.anna.pk]

    assert (hygiene.deals, hygiene.score, hygiene.clean_share) == (3, 98, 67)  # (15 + 15 + 14) of 45
    assert hygiene_of(counted()).deals == 4


def test_beside_it_deals_count_by_their_amount(cast):
    for place in range(3):
        in_order(cast.anna, name=f"Deal {place}", currency="GBP", amount_minor=100)
    in_order(cast.anna, name="Big", currency="GBP", amount_minor=700, expected_on=None)

    hygiene = hygiene_of(counted())

    assert (hygiene.score, hygiene.weighted) == (97, 91)  # (3 x 15 + 13) of 60; (300 x 15 + 700 x 13) of 15000


def test_deals_in_another_currency_weigh_by_the_rate_of_the_day_and_one_without_a_rate_is_left_out_and_told(cast):
    make_rate(cast.adam, "EUR", "9", since=today() - timedelta(days=30))
    make_rate(cast.adam, "EUR", "0.5", since=today() - timedelta(days=3))
    for place in range(3):
        in_order(cast.anna, name=f"Deal {place}", currency="GBP", amount_minor=100)
    in_order(cast.anna, name="Big", currency="EUR", amount_minor=1400, expected_on=None)
    for amount in (900, None):
        in_order(cast.anna, name=f"Yen {amount}", currency="JPY", amount_minor=amount)

    hygiene = hygiene_of(counted())

    assert (hygiene.amount, hygiene.weighted, hygiene.unrated) == (1000, 91, 1)  # as 700 pence in the firm's own
    review = acts.begin(acts.plan("Monday", now(), 45, [cast.anna], by=cast.piotr, leads=cast.piotr), by=cast.piotr)
    shot = review.snapshots.get().team
    assert (shot["weighted"], shot["unrated"]) == (91, 1)


def test_a_deal_of_today_is_not_asked_yet(cast):
    in_order(cast.anna, opened=0)
    assert counted().count() == 0


@pytest.mark.parametrize("deals", [3, 9])
def test_the_order_of_many_deals_costs_one_query(cast, django_assert_num_queries, deals):
    for place in range(deals):
        in_order(cast.anna, name=f"Deal {place}")
    hygiene_of(counted())  # what is configured is read once

    with one_request(), django_assert_num_queries(4):  # version of the configuration, our firm, deals, rates
        assert hygiene_of(counted()).deals == deals


def test_another_weight_is_another_figure_and_keeps_its_reason(cast):
    in_order(cast.anna, opened=0, amount_minor=None)
    check = HygieneCheck.objects.get(code=Code.AMOUNT)

    check.change({"weight": 0}, by=cast.adam, reason="Half of our deals are priced by the market")

    assert (weights().total, weights().mask) == (14, ALL - BITS[Code.AMOUNT])
    with pytest.raises(Refusal, match="weight"):
        check.change({"weight": 101}, by=cast.adam, reason="More")


def test_what_won_deals_needed_is_the_limit_once_thirty_were_won(cast):
    first, won = stage("New request"), stage("Won")
    for place in range(30):
        with days_ago(place + 1):
            deal = new_deal(cast.anna, name=f"Won {place}", company=None)
        with acting(cast.anna, "edited"):
            Deal.objects.filter(pk=deal.pk).update(stage=won.key, state="won")
        Stay.objects.filter(deal=deal).update(left_at=now())
        if place == 28:
            stage_times.measure()
            assert stage_times.limits()[first.key] == first.expected_days

    stage_times.measure()

    assert stage_times.limits()[first.key] == 25  # 24 of the 30 stood no longer than that


# ── shown


def test_a_card_says_what_is_wrong_the_heaviest_first(cast):
    deal = in_order(cast.anna, opened=9, amount_minor=None)
    step(deal, cast.anna, days=-2)

    marks = untidy([deal], cast.anna)

    assert marks == {
        deal.pk: ["step 2 days late", "silent for more than 3 days", "stands 9 days, limit 7", "no amount"]
    }
    hide(cast.anna, "deal", "amount_minor")
    assert "no amount" not in untidy([deal], cast.anna)[deal.pk]


def test_my_day_proposes_three_things_to_its_owner_alone(cast, as_user):
    for place in range(5):
        in_order(cast.anna, name=f"Deal {place}", amount_minor=None)

    day = as_user(cast.anna).get(reverse("records:day")).content.decode()

    assert "3 things to tidy, two minutes" in day
    assert day.count("Say how much it may bring") == 3
    assert "to tidy" not in as_user(cast.piotr).get(reverse("records:day")).content.decode()


def test_weights_are_changed_in_the_settings_with_a_reason(cast, as_user):
    check = HygieneCheck.objects.get(code=Code.CLOSE)
    page = reverse("sales:configured", args=["rule", check.pk])
    typed = {"name": str(check), "order": check.order, "weight": 5}

    assert as_user(cast.adam).post(page, typed).status_code == 422
    as_user(cast.adam).post(page, {**typed, "reason": "Our forecast lives by it"})

    assert weights().of[Code.CLOSE] == 5
    assert as_user(cast.adam).get(reverse("sales:pipelines")).status_code == 200
    assert as_user(cast.adam).get(reverse("sales:configured_new", args=["rule"])).status_code == 404


# ── lists and boards are narrowed by it


def test_what_has_no_step_and_what_stands_is_one_press_away_in_list_and_board_with_its_count(cast, as_user):
    client = as_user(cast.anna)
    in_order(cast.anna, name="Looked after")
    forgotten, late = (in_order(cast.anna, name=name) for name in ("Forgotten", "Late"))
    asking.finish(asking.tasks_about(forgotten)[0], by=cast.anna)
    with writing(asking.tasks_about(late)[0], by=cast.anna, act="edited") as task:
        task.due_on = today() - timedelta(days=1)
    with days_ago(400):
        stands = new_deal(cast.anna, name="Stands")
    step(stands, cast.anna)

    shortcuts = {words: rest for words, *rest in client.get("/r/deal/").context["shortcuts"]}
    names = {words: shown_names(client.get(address)) for words, (address, _on, _count) in shortcuts.items()}
    counts = {words: client.get(counted).text for words, (_address, _on, counted) in shortcuts.items()}
    board = client.get("/r/deal/board?f.untidy=step").text

    assert names == {"Step missing or late": {"Forgotten", "Late"}, "Stands too long": {"Stands"}}
    assert counts == {"Step missing or late": "2", "Stands too long": "1"}
    assert ("Forgotten" in board, "Looked after" in board) == (True, False)


def shown_names(page) -> set[str]:
    return {row.cells[0].text for row in page.context["table"].rows}


def test_from_whom_the_stage_is_hidden_is_offered_no_shortcut_by_it(cast, as_user):
    hide(cast.anna, "deal", "stage")
    assert as_user(cast.anna).get("/r/deal/").context["shortcuts"] == []
