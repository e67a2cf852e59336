"""What companies owe, as of a day: open amounts by age, what we hold of theirs, and the limit they were given."""

from datetime import date, timedelta

import pytest

from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.debts import debts, totals
from groundwork.crm.trade.testing import make_invoice, make_payment
from groundwork.records import write
from groundwork.records.write import creating

DAY = date(2026, 6, 30)


@pytest.fixture
def hazel(cast):
    return creating(Company(name="Hazel", payment_days=14, debt_limit_minor=2500, currency="GBP"), by=cast.olga)


def owed(**limits):
    """The one row of debts, as {name: amount} without what is nil."""
    rows = debts(**{"as_of": DAY, **limits})
    assert rows is not None
    assert len(rows) <= 1
    names = ("open", "not_due", "days_30", "days_60", "days_90", "older", "without_day", "credit", "balance")
    return {name: getattr(row, name) for row in rows for name in names if getattr(row, name)}


def test_debts_are_unknown_while_no_payment_was_ever_kept(cast, hazel):
    make_invoice(cast.olga, company=hazel)
    assert debts(as_of=DAY) is None

    payment = make_payment(cast.olga, hazel, 1, day=DAY)

    assert debts(as_of=DAY - timedelta(1)) is None
    assert owed() == {"open": 1000, "without_day": 1000, "credit": 1, "balance": 999}
    write.archive(payment, by=cast.olga)
    assert debts(as_of=DAY) is None


@pytest.mark.parametrize(
    ("late", "age"),
    [
        (0, "not_due"), (-5, "not_due"), (1, "days_30"), (30, "days_30"), (31, "days_60"), (60, "days_60"),
        (61, "days_90"), (90, "days_90"), (91, "older"), (None, "without_day"),
    ],
)  # fmt: skip
def test_an_open_invoice_stands_in_the_age_of_its_days_past_due(cast, hazel, late, age):
    make_payment(cast.olga, creating(Company(name="Walnut"), by=cast.olga), 1, day=date(2026, 1, 1), currency="EUR")
    due = None if late is None else DAY - timedelta(late)
    make_invoice(cast.olga, company=hazel, due_on=due)

    assert owed(companies=[hazel.pk]) == {"open": 1000, age: 1000, "balance": 1000}


def test_what_is_paid_later_was_still_owed_on_the_day(cast, hazel):
    make_invoice(cast.olga, company=hazel, due_on=DAY - timedelta(10))
    make_payment(cast.olga, hazel, 1, day=date(2026, 5, 1), currency="EUR", direction="in")
    payment = make_payment(cast.olga, hazel, 600, day=DAY + timedelta(5))
    actions.share_oldest_first(payment, cast.olga)

    before = [row for row in debts(as_of=DAY) if row.currency == "GBP"]
    after = [row for row in debts(as_of=DAY + timedelta(5)) if row.currency == "GBP"]

    assert [(row.open, row.days_30) for row in before] == [(1000, 1000)]
    assert [(row.open, row.days_30, row.credit) for row in after] == [(400, 400, 0)]


def test_a_credit_note_of_a_later_month_takes_from_the_debt_from_its_own_day_on(cast, hazel):
    make_payment(cast.olga, hazel, 100, day=date(2026, 5, 1))
    invoice = make_invoice(cast.olga, (None, 4, "10.00"), company=hazel, due_on=date(2026, 5, 20))
    note = actions.make_credit_note(invoice, cast.olga, {invoice.lines.get().pk: 3})
    with write.writing(note, by=cast.olga, act="edited") as fresh:
        fresh.issued_on = date(2026, 7, 2)
    actions.issue(note, cast.olga)

    assert owed() == {"open": 4000, "days_60": 4000, "credit": 100, "balance": 3900}
    assert owed(as_of=date(2026, 7, 2)) == {"open": 1000, "days_60": 1000, "credit": 100, "balance": 900}


def test_a_credit_note_on_a_paid_invoice_is_money_that_we_owe_until_it_is_paid_back(cast, hazel):
    invoice = make_invoice(cast.olga, (None, 4, "10.00"), company=hazel, due_on=date(2026, 5, 20))
    actions.share_oldest_first(make_payment(cast.olga, hazel, 4000), cast.olga)
    note = actions.issue(actions.make_credit_note(invoice, cast.olga, {invoice.lines.get().pk: 1}), cast.olga)
    assert note.offset_minor == 0
    assert owed(as_of=note.issued_on) == {"credit": 1000, "balance": -1000}

    actions.share_oldest_first(make_payment(cast.olga, hazel, 1000, day=note.issued_on, direction="out"), cast.olga)

    assert owed(as_of=note.issued_on) == {}


def test_the_limit_counts_in_its_own_currency_only(cast, hazel):
    make_payment(cast.olga, hazel, 1)
    make_invoice(cast.olga, (None, 3, "10.00"), company=hazel)
    make_invoice(cast.olga, (None, 9, "10.00"), company=hazel, currency="EUR")

    rows = {row.currency: row for row in debts(as_of=DAY)}

    assert {currency: (row.limit, row.over_limit) for currency, row in rows.items()} == {
        "GBP": (2500, 499), "EUR": (None, None),
    }  # fmt: skip
    assert [(row.currency, row.balance) for row in totals(rows.values())] == [("EUR", 9000), ("GBP", 2999)]


def test_a_seller_sees_the_debts_of_own_invoices_only(cast, hazel):
    ours = creating(Company(name="Almond"), by=cast.anna)
    make_payment(cast.anna, ours, 100)
    make_invoice(cast.anna, company=ours)
    make_invoice(cast.ivan, (None, 5, "10.00"), company=hazel)

    assert [(row.name, row.open, row.credit) for row in debts(cast.anna, as_of=DAY)] == [("Almond", 1000, 100)]
    assert debts(cast.adam, as_of=DAY) is not None
    assert sorted(row.open for row in debts(cast.olga, as_of=DAY)) == [1000, 5000]


@pytest.mark.parametrize("companies", [1, 12])
def test_debts_take_five_queries_whatever_the_number_of_documents(cast, django_assert_num_queries, companies):
    for place in range(companies):
        company = creating(Company(name=f"Company {place}"), by=cast.olga)
        make_invoice(cast.olga, company=company)
        actions.share_oldest_first(make_payment(cast.olga, company, 300), cast.olga)

    with django_assert_num_queries(5):
        rows = debts(as_of=DAY)

    assert [row.open for row in rows] == [700] * companies


def test_drafts_owe_nothing(cast, hazel):
    make_payment(cast.olga, hazel, 1)
    make_invoice(cast.olga, company=hazel, state="draft")

    assert owed() == {"credit": 1, "balance": -1}


def test_a_payment_is_not_hidden_from_the_invoice_by_archiving_the_invoice(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    actions.share_oldest_first(make_payment(cast.olga, hazel, 1000), cast.olga)

    with pytest.raises(Refusal, match="take the share back"):
        write.archive(invoice, by=cast.olga)
