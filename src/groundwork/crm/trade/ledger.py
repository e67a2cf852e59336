"""The ledger of profit: what was earned and what it took, in typed rows.

A line of an invoice is a row by itself: revenue, or a return where it is negative or stands in a credit note; its cost
of goods follows from the dated cost prices. Everything else that takes from the profit (a claim, late payment, later
the hours worked) is a ``LedgerRow`` that its source posts inside its own write. docs/dev/decisions/0003.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import reach
from groundwork.core.registry import Registry
from groundwork.records import write
from groundwork.records.models import Record


@dataclass(frozen=True)
class ProfitLine:
    """A kind of ledger rows, as a column of the profit. What is not kept is unknown, not zero."""

    key: str
    label: Any
    is_kept: Callable[[], bool] = lambda: True


profit_lines: Registry[ProfitLine] = Registry(lambda item: item.key)


class LedgerRowQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The rows that stand beside the invoices this person sees: by owner and department."""
        scope = reach(user, "view", "invoice")
        if scope.all:
            return self
        if scope.nothing:
            return self.none()
        return self.filter(models.Q(owner_id=scope.me) | models.Q(department_id__in=scope.departments))


class LedgerRow(models.Model):
    """What one source took from the profit on a day. Written by ``post`` and ``withdraw`` only."""

    kind = models.CharField(max_length=20)  # a key of ``profit_lines``
    amount_minor = models.BigIntegerField()  # positive: it lowers the profit
    currency = models.CharField(max_length=3)
    counts_on = models.DateField()
    product = models.ForeignKey("trade.Product", models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey("customers.Company", models.PROTECT, null=True, related_name="+")
    country = models.CharField(max_length=60, blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey("access.Department", models.PROTECT, null=True, related_name="+")
    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    place = models.PositiveIntegerField()  # among the rows of one source

    objects = LedgerRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_type", "source_id", "place"], name="one_ledger_row_a_place")
        ]
        indexes = [models.Index(fields=["counts_on"], name="ledger_row_day")]

    def __str__(self):
        return f"{self.kind} {self.amount_minor} {self.currency}"

    def content(self) -> tuple:
        """What makes two rows of one source the same."""
        return tuple(
            getattr(self, item.attname) for item in self._meta.concrete_fields if item.name not in ("id", "place")
        )


def post(source: Record, rows: Iterable[LedgerRow]) -> None:
    """Let these rows be all that ``source`` takes from the profit; inside the write of the source.

    Owner and department are those of the source, and decide who counts them. A repeat changes nothing.
    """
    from groundwork.crm.trade.rolling import row_is_new, rows_are_gone

    wanted = [_of_source(source, row) for row in rows]
    kept = list(_rows_of(source).select_for_update().order_by("place"))
    same = {row.content() for row in kept} & {row.content() for row in wanted}
    gone = [row for row in kept if row.content() not in same]
    new = [row for row in wanted if row.content() not in same]
    if len({row.content() for row in wanted}) != len(wanted) or len(kept) - len(gone) != len(wanted) - len(new):
        gone, new = kept, wanted  # equal rows within one source: put all of them anew
    if not gone and not new:
        return
    with write.acting(None, "posted"):
        LedgerRow.objects.filter(pk__in=[row.pk for row in gone]).delete()
        rows_are_gone(gone)
        free = max((row.place for row in kept), default=0)
        for place, row in enumerate(new, free + 1):
            row.place = place
        LedgerRow.objects.bulk_create(new)
        row_is_new(new)


def withdraw(source: Record) -> None:
    """The source no longer takes anything: it was archived, rejected or paid in time."""
    post(source, [])


def _rows_of(source: Record):
    return LedgerRow.objects.filter(source_type=source.type_key, source_id=source.pk)


def _of_source(source: Record, row: LedgerRow) -> LedgerRow:
    profit_lines[row.kind]  # an unknown kind is our mistake
    row.source_type, row.source_id = source.type_key, source.pk
    row.owner_id, row.department_id = source.owner_id, source.department_id
    return row


profit_lines.add(ProfitLine("claim", _("Claims")))
