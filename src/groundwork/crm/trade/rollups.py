"""Monthly sums kept beside the rows they come from, and what is not in them yet.

``RolledMonth`` says that a month was summed, ``Unrolled`` what came since. Writers only ever add ``Unrolled`` rows,
in their own transaction; the job in ``rolling`` takes them away together with the sums it makes. So a reader who takes
the sums of months that hold and the rows of everything else has the exact number at any moment.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now
from groundwork.core.money import ScaledField
from groundwork.crm.trade.ledger import LedgerRowQuerySet


class MonthSum(models.Model):
    """Sums of one month by one thing. Several rows of the same key add up. No foreign keys: it is only a copy."""

    is_summary = True

    grain = models.CharField(max_length=10)  # a key of ``entries.GRAINS``
    month = models.CharField(max_length=7)  # 2026-05
    department_id = models.BigIntegerField(null=True)  # not split by it in the grain "product"
    key = models.BigIntegerField(null=True)  # of the product, company or owner
    word = models.CharField(max_length=60, default="")  # the country
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=20, default="")  # of ledger rows; "" for the lines of invoices
    amount = models.BigIntegerField()  # minor units: revenue, or what ledger rows take
    lines = models.BigIntegerField()
    known_amount = models.BigIntegerField()
    known_lines = models.BigIntegerField()
    known_cost = models.BigIntegerField()
    returns = models.BigIntegerField()
    discount = models.BigIntegerField()
    documents = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["grain", "month", "department_id"], name="month_sums")]


class RolledMonth(models.Model):
    """A month whose rows were summed. ``turn`` rises whenever its sums change."""

    is_summary = True

    month = models.CharField(max_length=7, unique=True)
    turn = models.BigIntegerField(default=0)
    folds = models.PositiveIntegerField(default=0)  # new documents added since it was summed as a whole
    first_on = models.DateField(null=True)  # the days of the first and last row in the sums
    last_on = models.DateField(null=True)
    rolled_at = models.DateTimeField(default=now)
    compared_at = models.DateTimeField(null=True)
    difference = models.CharField(_("difference"), max_length=200, blank=True, default="")  # as last compared
    differed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.month


class RolledYear(models.Model):
    """A year whose months were put together; it holds while the turns of its months still add up to ``turns``."""

    is_summary = True

    year = models.CharField(max_length=4, unique=True)
    turns = models.BigIntegerField(default=0)
    difference = models.CharField(max_length=200, blank=True, default="")  # as last compared
    differed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.year


class LateSum(models.Model):
    """What late money cost in one month, by everything that it is asked by. No foreign keys: it is only a copy."""

    is_summary = True

    month = models.CharField(max_length=7)
    company_id = models.BigIntegerField(null=True)
    country = models.CharField(max_length=60, default="")
    owner_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()  # minor units

    objects = LedgerRowQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["month"], name="late_sums")]


class LateMonth(models.Model):
    """A month that is over and whose cost of late money was summed at ``percent`` a year."""

    is_summary = True

    month = models.CharField(max_length=7, unique=True)
    turn = models.BigIntegerField(default=0)
    percent = ScaledField(default=0)
    difference = models.CharField(max_length=200, blank=True, default="")  # as last compared
    differed_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.month


class LateVoid(models.Model):
    """A write has changed what was late in this month since it was summed."""

    is_summary = True

    month = models.CharField(max_length=7, db_index=True)

    def __str__(self):
        return self.month


class Unrolled(models.Model):
    """Not in the sums of its month: one document or ledger row, or (both empty) the month as it is now."""

    is_summary = True

    month = models.CharField(max_length=7)
    invoice_id = models.BigIntegerField(null=True, db_index=True)
    row_id = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["month"], name="unrolled_month")]

    def __str__(self):
        return self.month


WHOLE = Q(invoice_id=None, row_id=None)


@dataclass(frozen=True)
class Held:
    """The months whose sums may be taken, and the mark by which a later query knows that they still may.

    Of ``years`` the sums of the whole year may be taken instead.
    """

    months: tuple[str, ...] = ()
    turns: int = 0
    years: tuple[str, ...] = ()

    @property
    def shortest(self) -> tuple[str, ...]:
        """The fewest sums that say the same."""
        return (*self.years, *(month for month in self.months if month[:4] not in self.years))

    def guard_sql(self) -> tuple[str, list]:
        """(months, turns) as they are when the query runs; asked inside it, so that no write comes between."""
        if not self.months:
            return "SELECT 0 AS months, 0 AS turns", []
        rolled, unrolled = RolledMonth._meta.db_table, Unrolled._meta.db_table
        places = ", ".join(["%s"] * len(self.months))
        return (
            f"SELECT COUNT(*) AS months, COALESCE(SUM(turn), 0) AS turns FROM {rolled} m WHERE m.month IN ({places}) "  # noqa: S608
            f"AND NOT EXISTS (SELECT 1 FROM {unrolled} x WHERE x.month = m.month "
            "AND x.invoice_id IS NULL AND x.row_id IS NULL)",
            list(self.months),
        )

    def stands(self, months: int, turns: int) -> bool:
        return (months, turns) == (len(self.months), self.turns)


def held(start: date | None, until: date | None) -> Held:
    """The months that hold and have no row outside ``start`` to ``until``, both included."""
    touched = Unrolled.objects.filter(WHOLE, month=OuterRef("month"))
    of_year = RolledYear.objects.filter(year=Substr(OuterRef("month"), 1, 4)).values("turns")
    every = RolledMonth.objects.annotate(void=Exists(touched), of_year=Subquery(of_year)).order_by("month")
    turns: dict[str, int] = {}
    empty, lost = set(), set()
    left: dict[str, int] = {}
    for month, turn, first, last, void, turns_of_year in every.values_list(
        "month", "turn", "first_on", "last_on", "void", "of_year"
    ):
        year = month[:4]
        if void or (first and start and first < start) or (last and until and last > until):
            lost.add(year)
            continue
        if first is None:
            empty.add(month)
        turns[month] = turn
        left[year] = left.get(year, int(turns_of_year or -1)) - turn
    years = tuple(year for year, rest in left.items() if rest == 0 and year not in lost)
    months = tuple(month for month in turns if month not in empty or month[:4] in years)
    return Held(months, sum(turns[month] for month in months), years)


def month_of(day: date | str) -> str:
    """2026-05 of a day, or of its ISO text."""
    return str(day)[:7]


@dataclass(frozen=True)
class Difference:
    """Kept sums that were not those of their rows when last compared; they have been made anew since."""

    period: str  # 2026-05, or 2025 for a year
    words: str  # how many keys of which sums
    found_at: datetime | None


def differences() -> list[Difference]:
    """What the last nightly comparison found; [] where all sums were right."""
    months = RolledMonth.objects.exclude(difference="").values_list("month", "difference", "differed_at")
    years = RolledYear.objects.exclude(difference="").values_list("year", "difference", "differed_at")
    late = LateMonth.objects.exclude(difference="").values_list("month", "difference", "differed_at")
    return [Difference(*values) for values in sorted([*months, *years, *late])]
