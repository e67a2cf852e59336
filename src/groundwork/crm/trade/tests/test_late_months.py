"""The kept cost of late money of months that are over: the same as from the documents, whatever was written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.crm.trade import actions, late, late_months, rolling
from groundwork.crm.trade.models import Invoice, Payment
from groundwork.crm.trade.profit import profit
from groundwork.crm.trade.rollups import LateMonth, LateSum, LateVoid, differences
from groundwork.crm.trade.testing import keep_costs, make_company, make_invoice, make_payment
from groundwork.records.write import archive, put_part, writing

WAYS = [("month", "company", "country"), "owner", "product"]


@pytest.fixture
def owed(cast):
    """Two documents due long ago: of one a part came soon, the other is owed to this day. Money costs 12 % a year."""
    Firm.objects.update(late_money_rate=Decimal(12))
    keep_costs(cast.olga)
    cast.tortola, cast.wawel = make_company(cast.olga), make_company(cast.olga, "Wawel")
    cast.first = make_invoice(cast.anna, (None, 1, "1000.00"), company=cast.tortola, day=ago(200), due_on=ago(180))
    cast.second = make_invoice(
        cast.ivan, (None, 1, "500.00"), company=cast.wawel, day=ago(190), due_on=ago(150), number="N2", country="Spain"
    )
    cast.paid = make_payment(cast.olga, cast.tortola, 40000, day=ago(120))
    actions.share_out(cast.paid, cast.olga, [cast.first])
    rolling.roll_all()
    return cast


def ago(days: int) -> date:
    return today() - timedelta(days)


def same_as_documents(cast) -> int:
    """For every reader, cut and period; what it all costs."""
    for user in (None, cast.piotr):
        for limits in ({}, {"start": ago(140), "end": ago(20)}):
            for way in WAYS:
                asked = {"user": user, "parts": True, **limits}
                assert profit(way, **asked) == profit(way, raw=True, **asked), (way, limits)
    return sum(row.late for row in profit("month", parts=True))


def test_months_that_are_over_are_read_from_their_sums(owed):
    assert late.held(None, today(), Decimal(12)).keys() == set(late_months.months_over(f"{ago(200):%Y-%m}"))
    before = same_as_documents(owed)

    LateSum.objects.filter(month=f"{ago(60):%Y-%m}", company_id=owed.wawel.pk).update(amount=10**9)

    assert profit(parts=True)[0].late > before + 10**8


def test_a_payment_of_a_past_day_counts_at_once_and_after_summing(owed):
    payment = make_payment(owed.olga, owed.wawel, 50000, day=ago(70))
    actions.share_out(payment, owed.olga, [owed.second])

    less = same_as_documents(owed)
    assert LateVoid.objects.exists()
    rolling.roll_all()
    assert not LateVoid.objects.exists()
    assert same_as_documents(owed) == less

    with writing(payment, by=owed.olga, act="edited") as fresh:
        fresh.paid_on = ago(40)
    assert same_as_documents(owed) > less
    archive(payment, by=owed.olga)
    more = same_as_documents(owed)
    rolling.roll_all()
    assert same_as_documents(owed) == more


def test_a_document_that_changes_hands_country_or_day_takes_its_cost_along(owed):
    for name, value in (("owner", owed.anna), ("country", "Poland"), ("company", owed.tortola), ("due_on", ago(90))):
        with writing(owed.second, by=owed.olga, act="imported", channel="import") as fresh:
            setattr(fresh, name, value)
        same_as_documents(owed)
        rolling.roll_all()
        same_as_documents(owed)


def test_a_credit_note_and_a_document_taken_out_count_at_once(owed):
    note = actions.make_credit_note(owed.first, owed.olga, {owed.first.lines.get().pk: 1})
    actions.issue(note, owed.olga)
    same_as_documents(owed)

    archive(owed.second, by=owed.olga)
    after = same_as_documents(owed)
    rolling.roll_all()
    assert same_as_documents(owed) == after


def test_another_price_of_money_is_summed_anew(owed):
    Firm.objects.update(late_money_rate=Decimal(6))

    half = same_as_documents(owed)

    assert late.held(None, today(), Decimal(6)) == {}
    rolling.roll_all()
    assert same_as_documents(owed) == half
    assert set(LateMonth.objects.values_list("percent", flat=True)) == {Decimal(6)}
    Firm.objects.update(late_money_rate=None)
    rolling.roll_all()
    assert not LateMonth.objects.exists()


def test_what_is_not_late_voids_nothing(owed):
    invoice = make_invoice(owed.anna, company=owed.tortola, day=today(), due_on=today() + timedelta(14), number="N3")
    actions.share_out(make_payment(owed.olga, owed.tortola, 1000, day=today()), owed.olga, [invoice])

    assert not LateVoid.objects.exists()


def test_the_nightly_comparison_finds_and_mends_a_wrong_sum(owed):
    month = f"{ago(60):%Y-%m}"
    right = same_as_documents(owed)
    assert late_months.compare(month) == ""
    LateSum.objects.filter(month=month).update(amount=1)

    assert late_months.compare(month) == "late money 2"

    assert [(one.period, one.words) for one in differences()] == [(month, "late money 2")]
    rolling.roll_all()
    assert same_as_documents(owed) == right
    assert late_months.compare(month) == ""
    assert differences() == []


ACTS = some.lists(
    some.tuples(some.sampled_from(["invoice", "pay", "move", "archive", "due", "roll"]), some.integers(0, 400),
                some.integers(1, 900)),
    min_size=4, max_size=9,
)  # fmt: skip


@settings(
    max_examples=5, deadline=None, phases=[Phase.generate, Phase.explicit], derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(ACTS)
def test_whatever_was_written_the_kept_sums_say_what_the_documents_say(owed, acts):
    for place, (act, day, amount) in enumerate(acts):
        invoice = Invoice.objects.current().order_by("pk").last()
        payment = Payment.objects.current().order_by("pk").last()
        if act == "invoice":
            make_invoice(owed.anna, (None, 1, amount), company=owed.tortola, day=ago(day + 1), due_on=ago(day),
                         number=f"{Invoice.objects.count()}-{place}")  # fmt: skip
        elif act == "pay" and invoice.open_minor > 0:
            new = make_payment(owed.olga, invoice.company, amount, day=ago(day))
            actions.share_out(new, owed.olga, [invoice])
        elif act == "move" and payment:
            with writing(payment, by=owed.olga, act="edited") as fresh:
                fresh.paid_on = ago(day)
        elif act == "archive" and payment:
            archive(payment, by=owed.olga)
        elif act == "due" and invoice:
            with writing(invoice, by=owed.olga, act="imported", channel="import") as fresh:
                fresh.due_on = ago(day)
        elif act == "roll":
            rolling.roll_all()
        for way in ("month", ()):
            assert profit(way, parts=True) == profit(way, parts=True, raw=True)


def test_a_line_that_changes_by_import_changes_what_was_late(owed):
    line = owed.second.lines.get()

    with writing(owed.second, by=owed.olga, act="imported", channel="import") as fresh:
        line.price = Decimal("50000.00")
        put_part(fresh, line)

    more = same_as_documents(owed)
    rolling.roll_all()
    assert same_as_documents(owed) == more
