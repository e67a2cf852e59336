"""What late money costs: the amount overdue x the firm's rate a year / 365 x the days it was late.

Counted for each day after the due day up to the day of payment, in the month of that day: money due on the 10th and
paid on the 15th was late for five days. Rounded half up once a document and month, so that every way of grouping adds
up to the same. Documents without a due day are never late, as in debts (docs/domain/money.md).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.crm.trade.debts import are_known
from groundwork.crm.trade.models import Invoice, Payment, Share

DAYS = 365  # of a year, leap years too
Settled = list[tuple[date, int]]  # (day, minor units)


def rate(until: date | None) -> Decimal | None:
    """Percent a year; None where the cost is unknown: the firm has not said, or kept no payment up to that day."""
    said = Firm.objects.values_list("late_money_rate", flat=True).first()
    return said if said is not None and are_known(min(until or today(), today())) else None


def costs(
    dimensions: Sequence[str], invoices: QuerySet, start: date | None, until: date | None, percent: Decimal
) -> dict[tuple, int]:
    """``{(key of each dimension ..., currency): minor units}`` of the days from ``start`` to ``until``, both included.

    Nothing of it belongs to a product or category: those keys are None. Three queries.
    """
    last = min(until or today(), today())
    late = invoices.filter(kind=Invoice.Kind.INVOICE, due_on__lt=last).filter(
        Q(open_minor__gt=0) | Q(settled_on__gt=F("due_on"))
    )
    if start is not None:
        late = late.filter(Q(open_minor__gt=0) | Q(settled_on__gte=start))
    settled = _settled(late)
    names = ("pk", "due_on", "gross_minor", "currency", "company_id", "country", "owner_id", "department_id")
    found: dict[tuple, int] = defaultdict(int)
    for pk, due, gross, currency, company, country, owner, department in late.order_by().values_list(*names):
        after = due if start is None else max(due, start - timedelta(days=1))
        keys = {"company": company, "country": country, "owner": owner, "department": department}
        for month, waited in by_month(gross, settled.get(pk, []), after, last).items():
            cost = int(round_half_up(waited * percent / (100 * DAYS)))
            place = {**keys, "month": month}
            found[*(place.get(name) for name in dimensions), currency] += cost
    return dict(found)


def by_month(amount: int, settled: Settled, after: date, last: date) -> dict[str, int]:
    """Minor units x days that were unpaid on the days past ``after`` up to ``last``, by month.

    What came on a day was still late on that day.
    """
    found: dict[str, int] = {}
    while after < last:
        first = after + timedelta(days=1)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        end = min(following - timedelta(days=1), last)
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
