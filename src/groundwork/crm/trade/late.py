"""What late money costs: the amount overdue x the firm's rate a year / 365 x the days it was late.

Counted for each day after the due day up to the day of payment, in the month of that day: money due on the 10th and
paid on the 15th was late for five days. Rounded half up once a document and month, so that every way of grouping adds
up to the same. Documents without a due day are never late, as in debts (docs/domain/money.md).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.months import days_of
from groundwork.crm.trade.debts import are_known
from groundwork.crm.trade.models import Invoice, Payment, Share
from groundwork.crm.trade.rates import OwnRates
from groundwork.crm.trade.rollups import LateMonth, LateSum, LateVoid, month_of
from groundwork.records.models import RecordQuerySet

DAYS = 365  # of a year, leap years too
ONE = timedelta(days=1)
Settled = list[tuple[date, int]]  # (day, minor units)
Days = tuple[date | None, date]  # from the first to the last, both included
KEYS = ("month", "company_id", "country", "owner_id", "department_id", "currency")
Costs = dict[tuple, int]  # minor units by KEYS


def percent_now() -> Decimal | None:
    """Percent a year; None where the firm has not said."""
    firm = Firm.current()
    return firm.late_money_rate if firm else None


def rate(until: date | None) -> Decimal | None:
    """Percent a year; None where the cost is unknown: the firm has not said, or kept no payment up to that day."""
    said = percent_now()
    return said if said is not None and are_known(min(until or today(), today())) else None


def costs(
    invoices: RecordQuerySet, sums: QuerySet[LateSum] | None, start: date | None, until: date | None, percent: Decimal
) -> Costs:
    """What money late on the days from ``start`` to ``until``, both included, cost.

    Months that are over come from the kept ``sums`` (None: not at all), other days from the documents. Both are to be
    those of one reader. Six queries.
    """
    last = min(until or today(), today())
    for _time in range(0 if sums is None else 3):
        kept = held(start, last, percent)
        found = Counter(
            {tuple(keys): amount for *keys, amount in sums.filter(month__in=kept).values_list(*KEYS, "amount")}
        )
        found.update(of_documents(invoices, days_beside(kept, start, last), percent))
        if kept == held(start, last, percent):  # no write came between
            return dict(found)
    return of_documents(invoices, [(start, last)], percent)


def grouped(found: Costs, dimensions: Sequence[str], own: str, until: date | None) -> dict[tuple, int]:
    """``{(key of each dimension ..., currency): minor units}``; nothing of it belongs to a product or category.

    In the currency ``own``, where given, by the rate of the last day of the month, or of ``until``; what has none is
    left out.
    """
    last = min(until or today(), today())
    rates = OwnRates({keys[-1] for keys in found} if own else ())
    sums: dict[tuple, int] = defaultdict(int)
    for (month, company, country, owner, department, currency), amount in found.items():
        worth = rates.worth(amount, currency, min(days_of(month)[1], last)) if own else amount
        if worth is None:
            continue
        place = {"month": month, "company": company, "country": country, "owner": owner, "department": department}
        sums[*(place.get(name) for name in dimensions), own or currency] += worth
    return dict(sums)


def held(start: date | None, last: date, percent: Decimal) -> dict[str, int]:
    """``{month: turn}`` of the months between these days whose kept sums are right."""
    void = LateVoid.objects.filter(month=OuterRef("month"))
    months = LateMonth.objects.filter(~Exists(void), percent=str(percent), month__lte=f"{last:%Y-%m}").order_by("month")
    if start is not None:
        months = months.filter(month__gte=f"{start:%Y-%m}")
    return {
        month: turn
        for month, turn in months.values_list("month", "turn")
        if (start is None or days_of(month)[0] >= start) and days_of(month)[1] <= last
    }


def days_beside(months: Iterable[str], start: date | None, last: date) -> list[Days]:
    """The days up to ``last`` that lie in none of the ``months``, which are in order."""
    found, begin = [], start
    for first, end in map(days_of, months):
        if begin is None or begin < first:
            found.append((begin, first - ONE))
        begin = end + ONE
    return [*found, (begin, last)] if begin is None or begin <= last else found


def of_documents(invoices: RecordQuerySet, ranges: Sequence[Days], percent: Decimal) -> Costs:
    """From the documents that were late on these days. Two queries, or three."""
    inside = (
        Q(due_on__lt=last) & (Q(open_minor__gt=0) | Q(settled_on__gte=start or date.min)) for start, last in ranges
    )
    late = invoices.filter(kind=Invoice.Kind.INVOICE).filter(Q(open_minor__gt=0) | Q(settled_on__gt=F("due_on")))
    late = late.filter(reduce(or_, inside, Q(pk=None)))
    names = ("pk", "due_on", "gross_minor", "company_id", "country", "owner_id", "department_id", "currency")
    rows = list(late.order_by().values_list(*names))
    settled = _settled(late) if rows else {}
    found: dict[tuple, int] = defaultdict(int)
    for pk, due, gross, *keys in rows:
        for start, last in ranges:
            after = due if start is None else max(due, start - ONE)
            for month, waited in by_month(gross, settled.get(pk, []), after, last).items():
                found[month, *keys] += int(round_half_up(waited * percent / (100 * DAYS)))
    return dict(found)


def by_month(amount: int, settled: Settled, after: date, last: date) -> dict[str, int]:
    """Minor units x days that were unpaid on the days past ``after`` up to ``last``, by month.

    What came on a day was still late on that day.
    """
    found: dict[str, int] = {}
    while after < last:
        first = after + ONE
        end = min(days_of(month_of(first))[1], last)
        waited = amount * (end - after).days
        waited -= sum(part * (end - max(after, min(day, end))).days for day, part in settled)
        if waited:
            found[f"{first:%Y-%m}"] = waited
        elif amount == sum(part for day, part in settled if day <= after):
            break  # paid: nothing is late from here on
        after = end
    return found


def _settled(invoices: QuerySet) -> dict[int, Settled]:
    """When how much came, was paid back or was taken off by a credit note."""
    found: dict[int, Settled] = defaultdict(list)
    ids = invoices.order_by().values("pk")
    shares: QuerySet = Share.objects.filter(invoice__in=ids, payment__archived_at=None).order_by()
    columns = ("invoice_id", "payment__paid_on", "payment__direction", "amount_minor")
    for pk, day, direction, amount in shares.values_list(*columns):
        found[pk].append((day, amount if direction == Payment.Direction.IN else -amount))
    notes = Invoice.objects.current().filter(corrects__in=ids, state=Invoice.State.ISSUED).order_by()
    for pk, day, amount in notes.values_list("corrects_id", "issued_on", "offset_minor"):
        found[pk].append((day, amount))
    return found
