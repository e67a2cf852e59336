"""Questions that the view from above answers beside the sums: growth, dependence on a few customers, unknown costs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from groundwork.core.money import round_half_up
from groundwork.core.months import first_of_month
from groundwork.crm.trade.profit import Largest, ProfitRow, largest, profit

YEAR = 12
LARGEST = 11  # companies that the view from above tells of: ten, and sales without one


class Sales:
    """The sales of some days as one person sees them; what several parts of a screen tell of is asked once."""

    def __init__(self, user, start: date | None, end: date, currency: str):
        self._days: dict[str, Any] = {"user": user, "start": start, "as_of": end, "currency": currency}

    @cached_property
    def whole(self) -> int:
        """The revenue."""
        return sum(row.revenue for row in profit(**self._days))

    @cached_property
    def companies(self) -> Largest:
        """The first ``LARGEST``."""
        return largest("company", LARGEST, **self._days)

    @cached_property
    def products(self) -> list[ProfitRow]:
        """All of them, without names."""
        return profit("product", **self._days, top=0)


@dataclass(frozen=True)
class Growth:
    """The revenue of a month beside that of the same month a year before, in minor units.

    ``before`` is None where our data begin later: what was never brought in is unknown, not zero.
    """

    month: str
    revenue: int
    before: int | None

    @property
    def share(self) -> Decimal | None:
        """0.25 is a quarter more than a year before; None where there is nothing to compare with."""
        if self.before is None or self.before <= 0:
            return None
        return round_half_up(Decimal(self.revenue - self.before) / self.before, 6)


def against_last_year(as_of: date, *, user=None, currency: str) -> list[Growth]:
    """The last twelve months up to ``as_of``, oldest first. The running month is compared up to the same day."""
    months = profit("month", as_of=as_of, user=user, currency=currency, costs=False)
    rows = {str(row.place.value): row.revenue for row in months}
    begins = min(rows, default="")
    keys = [f"{first_of_month(as_of, -back):%Y-%m}" for back in reversed(range(YEAR))]
    return [Growth(key, rows.get(key, 0), _a_year_before(key, rows, begins, as_of, user, currency)) for key in keys]


def _a_year_before(key: str, rows: dict, begins: str, as_of: date, user, currency: str) -> int | None:
    then = f"{int(key[:4]) - 1}{key[4:]}"
    if not begins or then < begins:
        return None
    if key != f"{as_of:%Y-%m}":
        return rows.get(then, 0)
    first = date.fromisoformat(f"{then}-01")
    days = (first_of_month(first, 1) - first).days  # in that month: one less in February after a leap year
    last = first.replace(day=min(as_of.day, days))
    return sum(row.revenue for row in profit(start=first, end=last, user=user, currency=currency, costs=False))
