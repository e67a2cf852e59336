"""Growth, dependence on a few customers, and products whose cost nobody knows."""

from datetime import date
from decimal import Decimal

from groundwork.crm.customers.models import Company
from groundwork.crm.insight.questions import against_last_year, concentration, unknown_costs
from groundwork.crm.trade.testing import keep_costs, make_cost, make_invoice, make_product
from groundwork.records.write import creating

MAY = date(2026, 5, 10)


def test_a_month_stands_beside_the_same_month_a_year_before_and_the_running_one_beside_the_same_days(cast):
    for day, price in (
        (date(2025, 4, 20), "8.00"),
        (date(2025, 5, 9), "2.00"),
        (date(2025, 5, 11), "90.00"),
        (date(2026, 4, 1), "10.00"),
        (MAY, "3.00"),
    ):
        make_invoice(cast.olga, (None, 1, price), day=day)

    months = {item.month: item for item in against_last_year(MAY, currency="GBP")}

    assert len(months) == 12
    assert (months["2026-04"].revenue, months["2026-04"].before, months["2026-04"].share) == (
        1000,
        800,
        Decimal("0.25"),
    )
    assert (months["2026-05"].revenue, months["2026-05"].before, months["2026-05"].share) == (300, 200, Decimal("0.5"))
    assert (months["2026-03"].before, months["2026-03"].share) == (None, None)
    assert months["2025-06"].revenue == 0


def test_the_last_of_february_in_a_leap_year_stands_beside_the_28th(cast):
    make_invoice(cast.olga, (None, 1, "2.00"), day=date(2027, 2, 28))
    make_invoice(cast.olga, (None, 1, "5.00"), day=date(2028, 2, 29))

    assert against_last_year(date(2028, 2, 29), currency="GBP")[-1].before == 200


def test_how_much_hangs_on_the_largest_customers(cast):
    for place, price in enumerate(("60.00", "20.00", "10.00")):
        company = creating(Company(name=f"Bakery {place}"), by=cast.olga)
        make_invoice(cast.olga, (None, 1, price), company=company)
    make_invoice(cast.olga, (None, 1, "10.00"))

    assert concentration(None, MAY, currency="GBP") == {1: Decimal("0.6"), 5: Decimal("0.9"), 10: Decimal("0.9")}
    assert concentration(None, MAY, currency="EUR") == {}
    assert concentration(None, MAY, user=cast.anna, currency="GBP") == {}


def test_products_of_unknown_cost_begin_with_those_that_sell_most(cast):
    keep_costs(cast.olga)
    almonds, dates, nuts = (make_product(cast.olga, name) for name in ("Almonds", "Dates", "Nuts"))
    make_cost(almonds, "1.00")
    make_invoice(cast.olga, (almonds, 9, "9.00"), (dates, 1, "5.00"), (nuts, 1, "7.00"), (None, 1, "50.00"))

    found = unknown_costs(None, MAY, currency="GBP")

    assert [(row.place.name, row.revenue - row.known_revenue) for row in found] == [("Nuts", 700), ("Dates", 500)]
    assert unknown_costs(None, MAY, user=cast.anna, currency="GBP") == []
