"""Keeps the cost of late money of months that are over: notes what a write touched, sums it, and compares each night.

Of a month that is not over nothing is kept: what is late grows by the day. Writers add ``LateVoid`` rows in their own
transaction; whoever sums a month takes away only those it has seen first (docs/dev/decisions/0003).
"""

import logging
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Min

from groundwork.core.clock import now, today
from groundwork.core.months import days_of
from groundwork.crm.trade import entries, late
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.crm.trade.rollups import LateMonth, LateSum, LateVoid, month_of
from groundwork.records import write
from groundwork.records.write import Follower, PartFollower, followers, part_followers

DEPENDS_ON = (*entries.DEPENDS_ON, "state", "due_on", "total_minor", "vat_minor")
log = logging.getLogger(__name__)


# ── noting, inside the write


def note(due: date | str | None, until: date | None) -> None:
    """What was late of a document due on ``due`` has changed, up to the day ``until`` (None: to this day)."""
    if due is None:
        return
    first = month_of(date.fromisoformat(str(due)) + late.ONE)
    for month in months_over(first, until):
        write.note_for_end(_void, month)


def months_over(first: str, until: date | None = None) -> list[str]:
    """The months from ``first`` on that are over, up to that of ``until``."""
    running, found = month_of(today()), []
    while first < running and (until is None or first <= month_of(until)):
        found.append(first)
        first = month_of(days_of(first)[1] + late.ONE)
    return found


def _void(months: set[str]) -> None:
    LateVoid.objects.bulk_create([LateVoid(month=month) for month in sorted(months)])


def _follow(steps) -> None:
    for _invoice, before, after in steps:
        if before and after and all(before[name] == after[name] for name in DEPENDS_ON):
            continue
        for values in (before, after):
            if values is not None:
                note(values["due_on"], None)


def _follow_lines(invoice, _line, _before, _after) -> None:
    note(invoice.due_on, None)


part_followers.add(PartFollower("late money of lines", InvoiceLine, _follow_lines))
followers.add(Follower("late money", Invoice.type_key, _follow))


# ── summing


def next_to_sum() -> str | None:
    """The newest month that is over and waits; where the firm says no rate, none is kept."""
    percent = late.percent_now()
    if percent is None:
        LateMonth.objects.all().delete()
        LateVoid.objects.all().delete()
        return None
    first = entries.counting_invoices().aggregate(first=Min("issued_on"))["first"]
    wanted = set(months_over(month_of(first))) if first else set()
    kept = set(LateMonth.objects.filter(percent=str(percent)).values_list("month", flat=True))
    void = set(LateVoid.objects.values_list("month", flat=True))
    return max((wanted - kept) | void, default=None)


def roll(month: str, percent: Decimal) -> None:
    """Sum a month from its documents; what commits meanwhile stays noted."""
    with transaction.atomic():
        LateMonth.objects.get_or_create(month=month)
        rolled = LateMonth.objects.select_for_update().get(month=month)
        seen = list(LateVoid.objects.filter(month=month).values_list("pk", flat=True))
        LateSum.objects.filter(month=month).delete()
        LateSum.objects.bulk_create(
            [
                LateSum(**dict(zip(late.KEYS, keys, strict=True)), amount=amount)
                for keys, amount in _of_month(month, percent).items()
            ],
            batch_size=500,
        )
        LateVoid.objects.filter(pk__in=seen).delete()
        rolled.turn += 1
        rolled.percent = percent
        rolled.save()


def _of_month(month: str, percent: Decimal) -> late.Costs:
    return late.of_documents(entries.counting_invoices(), [days_of(month)], percent)


def roll_next() -> bool:
    """Sum one month that waits; False where none does."""
    month = next_to_sum()
    percent = late.percent_now()
    if month is None or percent is None:
        return False
    roll(month, percent)
    return True


def void_everything() -> None:
    LateMonth.objects.all().delete()


# ── comparing


def compare(month: str) -> str:
    """How the kept sums of a month differ from its documents, in words; "" where they do not, or while it waits.

    A difference is kept and logged, and the month is summed anew.
    """
    with transaction.atomic():
        rolled = LateMonth.objects.select_for_update().get(month=month)
        raw = _of_month(month, rolled.percent)
        kept = {tuple(keys): amount for *keys, amount in _kept(month)}
        if LateVoid.objects.filter(month=month).exists():
            return ""
        apart = {key for key in {*raw, *kept} if raw.get(key, 0) != kept.get(key, 0)}
        rolled.difference = f"late money {len(apart)}" if apart else ""
        if apart:
            rolled.differed_at = now()
            LateVoid.objects.create(month=month)
            log.error("the cost of late money of %s differed from its documents: %s", month, len(apart))
        rolled.save()
        return rolled.difference


def _kept(month: str) -> Iterable:
    return LateSum.objects.filter(month=month).values_list(*late.KEYS, "amount")
