"""Growth: a month beside the same month a year before."""

from datetime import date
from decimal import Decimal

from groundwork.crm.insight.questions import against_last_year
from groundwork.crm.trade.testing import make_invoice

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
