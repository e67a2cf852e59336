"""What late money costs: each day past due costs a 365th of the firm's rate a year, until the money comes."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from groundwork.blueprint.models import Firm
from groundwork.crm.trade import actions
from groundwork.crm.trade.profit import profit
from groundwork.crm.trade.testing import keep_costs, make_company, make_cost, make_invoice, make_payment, make_product
from groundwork.records import write

DUE, PAID, DAY = date(2026, 5, 10), date(2026, 5, 20), date(2026, 6, 5)


@pytest.fixture
def late(cast):
    """Of 1000.00 due on 10 May, 400.00 came on 20 May; the rest is owed. Money costs 12 % a year."""
    Firm.objects.update(late_money_rate=Decimal(12))
    cast.tortola = make_company(cast.olga)
    keep_costs(cast.olga)
    cast.almonds = make_product(cast.olga)
    make_cost(cast.almonds, "6.00")
    make_invoice(cast.anna, (cast.almonds, 100, "10.00"), company=cast.tortola, day=date(2026, 4, 10), due_on=DUE)
    actions.share_oldest_first(make_payment(cast.olga, cast.tortola, 40000, day=PAID), cast.olga)
    return cast


def cost(by=(), **limits):
    return {row.places[0].value if row.places else "": row.late for row in profit(by, parts=True, **limits)}


def test_each_day_past_due_costs_what_the_firm_pays_for_money_until_it_comes(late):
    # May: 1000.00 for the 10 days from 11 to 20, then 600.00 for 11 days; June: 600.00 for 5 days.
    # (10,000 + 6,600) x 12 % / 365 = 5.457...; 3,000 x 12 % / 365 = 0.986...
    assert cost("month", as_of=DAY) == {"2026-04": 0, "2026-05": 546, "2026-06": 99}
    (row,) = profit(as_of=DAY, parts=True)
    assert (row.margin, row.late, row.profit) == (40000, 645, 39355)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"as_of": DUE}, 0),
        ({"as_of": DUE + timedelta(1)}, 33),  # 1000.00 x 12 % / 365 = 0.328...
        ({"as_of": PAID}, 329),  # the 400.00 that came that day were late that day
        ({"start": date(2026, 6, 1), "as_of": DAY}, 99),
        ({"start": date(2026, 5, 21), "end": date(2026, 5, 31)}, 217),  # 6,600 x 12 % / 365 = 2.169...
    ],
)
def test_it_counts_on_the_days_asked_for_and_as_of_the_day(late, limits, said):
    make_payment(late.olga, late.tortola, 1, day=date(2026, 1, 1), currency="EUR")  # payments were kept by then

    assert sum(cost(**limits).values()) == said


def test_without_a_rate_or_any_payment_it_is_unknown_and_not_nil(late):
    assert cost(as_of=date(2026, 5, 19)) == {"": None}  # the first payment came the day after

    Firm.objects.update(late_money_rate=None)

    (row,) = profit(as_of=DAY, parts=True)
    assert (row.late, row.profit) == (None, 40000)


def test_a_rate_of_nil_is_known(late):
    Firm.objects.update(late_money_rate=Decimal(0))

    assert cost(as_of=DAY) == {"": 0}


def test_every_way_of_grouping_adds_up_to_the_same(late):
    make_invoice(late.ivan, (None, 3, "333.33"), day=date(2026, 4, 20), due_on=date(2026, 5, 1), number="N2")

    sums = [
        sum(cost(by, as_of=DAY).values()) for by in ("month", "product", "category", "company", "owner", "department")
    ]

    assert len(set(sums)) == 1
    assert sums[0] > 645
    assert cost("product", as_of=DAY)[late.almonds.pk] == 0


def test_a_credit_note_takes_from_what_is_late_from_its_day_on(late):
    invoice = late.tortola.invoices.get()
    note = actions.make_credit_note(invoice, late.olga, {invoice.lines.get().pk: 60})
    with write.writing(note, by=late.olga, act="edited") as fresh:
        fresh.issued_on = date(2026, 5, 31)
    actions.issue(note, late.olga)

    assert cost("month", as_of=DAY) == {"2026-04": 0, "2026-05": 546}


def test_it_is_of_the_documents_that_a_person_sees_and_only_for_who_sees_costs(late):
    make_invoice(late.ivan, (None, 1, "900.00"), day=date(2026, 4, 20), due_on=date(2026, 5, 1), number="N2")

    assert cost(as_of=DAY, user=late.piotr) == {"": 645}
    assert cost(as_of=DAY, user=late.anna) == {"": None}
    assert cost(as_of=DAY, user=late.larisa) == {}


@pytest.mark.parametrize("start", [None, date(2026, 3, 15), date(2026, 5, 2)])
def test_counted_day_by_day_it_is_the_same(cast, start):
    Firm.objects.update(late_money_rate=Decimal("9.5"))
    company, expected = make_company(cast.olga), defaultdict(Decimal)
    for place, (due, parts) in enumerate(
        [
            (date(2026, 1, 31), [(date(2026, 2, 28), 30000), (date(2026, 5, 3), 70000)]),
            (date(2026, 3, 1), [(date(2026, 2, 1), 1), (date(2026, 3, 2), 5000)]),
            (date(2026, 12, 1), []),
        ]
    ):
        invoice = make_invoice(cast.olga, (None, 1, "1000.00"), company=company, day=date(2026, 1, 5), due_on=due,
                               number=f"N{place}")  # fmt: skip
        for day, amount in parts:
            actions.share_out(make_payment(cast.olga, company, amount, day=day), cast.olga, [invoice])
        day = max(due, start - timedelta(1)) if start else due
        while (day := day + timedelta(1)) <= DAY:
            unpaid = 100000 - sum(amount for came, amount in parts if came < day)
            expected[place, f"{day:%Y-%m}"] += unpaid * Decimal("9.5") / 100 / 365

    assert sum(cost(start=start, as_of=DAY).values()) == sum(
        int(amount.quantize(Decimal(1), ROUND_HALF_UP)) for amount in expected.values()
    )
