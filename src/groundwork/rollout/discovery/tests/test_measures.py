"""Each number of the library, measured on a small firm whose figures can be added up by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.access.testing import hide
from groundwork.blueprint.elements import switch
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, standing_at, today
from groundwork.crm.customers.testing import make_company, recompute_all
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import sales
from groundwork.crm.trade import claims
from groundwork.crm.trade.actions import share_oldest_first
from groundwork.crm.trade.testing import make_claim, make_cost, make_invoice, make_order, make_payment, make_product
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.write import creating, writing
from groundwork.rollout.conftest import COST
from groundwork.rollout.discovery.library import Offer, goal_templates, offers
from groundwork.rollout.discovery.metrics import Readings, metrics


@pytest.fixture
def firm(cast):
    return Firm.objects.get_or_create(pk=1, defaults={"name": "Firm", "country": "PL", "currency": "EUR"})[0]


def ago(days):
    return today() - timedelta(days=days)


def measured(key):
    return metrics[key].value(None)


def sell(by, company, price, days, **fields):
    return make_invoice(by, (None, 1, price), company=company, day=ago(days), currency="EUR", **fields)


def test_an_empty_firm_has_nothing_to_measure_and_no_number_fails(cast, firm):
    assert {measured(metric.key) for metric in metrics} == {None}


def test_revenue_grows_against_the_same_13_weeks_a_year_before(cast, firm):
    hazel = make_company(cast.anna)
    sell(cast.anna, hazel, "100", 90, number="1")
    sell(cast.anna, hazel, "20", 1, number="2")
    sell(cast.anna, hazel, "7000", 91, number="3")
    sell(cast.anna, hazel, "80", 400, number="4")
    sell(cast.anna, hazel, "1", 600, number="5")

    assert measured("growth") == Decimal(50)


def test_growth_is_unknown_where_our_data_begin_within_the_weeks_of_a_year_ago(cast, firm):
    hazel = make_company(cast.anna)
    sell(cast.anna, hazel, "100", 5, number="1")
    sell(cast.anna, hazel, "50", 400, number="2")

    assert measured("growth") is None


def test_margin_is_of_what_has_a_known_cost(cast, firm):
    switch(COST, on=True, by=cast.olga, reason="To see the margin")
    nuts, figs = make_product(cast.anna, "Nuts"), make_product(cast.anna, "Figs")
    make_cost(nuts, 6, since=ago(500), currency="EUR")
    make_invoice(cast.anna, (nuts, 1, 10), (figs, 1, 90), day=ago(3), currency="EUR")

    assert measured("margin") == Decimal(40)


def test_money_owed_past_its_day_is_a_share_of_all_that_is_owed(cast, firm):
    hazel = make_company(cast.anna)
    sell(cast.anna, hazel, "30", 40, number="1", due_on=ago(10))
    sell(cast.anna, hazel, "90", 5, number="2", due_on=ago(-10))
    assert measured("overdue") is None  # no payment is kept: nobody knows what is owed

    paid = sell(cast.anna, make_company(cast.anna, "Walnut"), "10", 9, number="3", due_on=ago(2))
    share_oldest_first(make_payment(cast.anna, paid.company, 1000, day=ago(3), currency="EUR"), by=cast.anna)

    assert measured("overdue") == Decimal(25)
    assert measured("paid-on-time") == Decimal(50)


def test_the_largest_customer_is_a_share_of_a_years_revenue(cast, firm):
    sell(cast.anna, make_company(cast.anna), "60", 300, number="1")
    sell(cast.anna, make_company(cast.anna, "Walnut"), "20", 20, number="2")
    sell(cast.anna, None, "120", 10, number="3")  # nobody's: no customer that we could lose

    assert measured("largest-customer") == Decimal(30)


def test_a_new_customer_bought_for_the_first_time_after_we_began_to_sell(cast, firm):
    old, new = make_company(cast.anna), make_company(cast.anna, "Walnut")
    sell(cast.anna, old, "5", 10, number="1")
    assert measured("new-customers") is None  # all we know is of these weeks

    sell(cast.anna, old, "5", 200, number="2")
    sell(cast.anna, new, "5", 20, number="3")

    assert measured("new-customers") == 1


def test_a_regular_customer_goes_quiet_a_fifth_after_the_own_rhythm_unless_an_order_is_open(cast, firm):
    for name, last in (("In time", 11), ("Quiet", 13), ("Ordered", 40)):
        company = make_company(cast.anna, name)
        for times in range(3):
            sell(cast.anna, company, "5", last + 10 * times, number=f"{name}{times}")
    make_order(cast.anna, company, day=ago(2), currency="EUR")
    recompute_all()

    assert measured("rhythm-broken") == Decimal("33.3")


def test_claims_are_counted_for_every_hundred_invoices_and_by_their_days(cast, firm):
    hazel = make_company(cast.anna)
    for number in range(4):
        sell(cast.anna, hazel, "5", 10, number=str(number))
    claim = make_claim(cast.anna, hazel, opened_on=ago(6))
    claims.refuse(claim, by=cast.olga, reason="The bags were whole")

    assert (measured("claims"), measured("claim-days")) == (Decimal(25), Decimal(6))


def test_deals_tell_how_many_are_won_and_how_long_it_takes(cast, firm):
    ends = {stage.outcome: stage for stage in sales().stages.values()}
    for outcome, days in (("won", 20), ("won", 31), ("lost", 2)):
        deal = creating(Deal(name="Nuts", currency="EUR", opened_on=ago(days)), by=cast.anna)
        reason = next((word.key for word in sales().words.values() if word.list == outcome), "")
        with writing(deal, by=cast.anna, act="edited") as fresh:
            fresh.stage, fresh.reason = ends[outcome].key, reason

    assert (measured("win-rate"), measured("deal-days")) == (Decimal("66.7"), Decimal("25.5"))


def test_a_task_is_done_in_time_by_the_end_of_its_day(cast, firm):
    with standing_at(now() - timedelta(days=5)):
        kept, late, _open = (asking.give(None, by=cast.anna, what=f"Call {n}", due_on=today()) for n in range(3))
        finish(kept, cast.anna)
    finish(late, cast.anna)

    assert measured("tasks-on-time") == Decimal("33.3")


def finish(task, by):
    with writing(task, by=by, act="done") as fresh:
        fresh.state, fresh.done_at = Task.State.DONE, now()


def test_a_proposed_target_is_better_than_today_or_none_is_proposed():
    for template in goal_templates:
        for value in (Decimal(0), Decimal("3.7"), Decimal(50), Decimal("99.9"), Decimal(100)):
            target = template.target_from(value)
            assert target is None or template.measure.better(target, value), template.key


def test_what_can_be_measured_is_offered_first(cast, firm, as_user):
    for number, days in enumerate((10, 20, 100)):
        sell(cast.anna, make_company(cast.anna, f"Customer {number}"), "100", days, number=str(number))

    found = offers(cast.olga, "trade", Readings())
    page = as_user(cast.olga).get("/rollout/number/begin?kind=trade").content.decode()

    assert [offer.value is None for offer in found] == sorted(offer.value is None for offer in found)
    assert next(offer.now for offer in found if offer.template.key == "win-new") == "2"
    assert "Begin with this one" in page


def test_where_we_stand_is_told_only_to_who_may_read_what_it_is_made_of(cast):
    hide(cast.ivan, "invoice", "total_minor")
    ivan = type(cast.ivan).objects.get(pk=cast.ivan.pk)

    offer = Offer(goal_templates["sell"], Decimal(5), ivan)

    assert (offer.now, offer.then) == ("", "")
    assert Offer(goal_templates["sell"], Decimal(5), cast.olga).then == "15%"
