"""What invoices tell of a company (room customers keeps it): rhythm, revenue, margin."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from groundwork.access.rights import reach
from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.months import same_day_earlier
from groundwork.crm.customers.facts import FactSource, Known, company_facts, mark
from groundwork.crm.trade import profit
from groundwork.crm.trade.debts import payments_are_kept
from groundwork.crm.trade.models import Invoice, Payment
from groundwork.records.write import Follower, followers

HALF_YEAR = 183  # days in which somebody who came back is looked for
RHYTHM_FROM = 3  # buying days that make a rhythm


def issued(as_of: date):
    return Invoice.objects.current().filter(state=Invoice.State.ISSUED, issued_on__lte=as_of)


def counted(ids: list[int], as_of: date):
    """The invoices that count on ``as_of``."""
    return issued(as_of).filter(company__in=ids)


def last_day() -> date | None:
    return issued(today()).aggregate(newest=Max("issued_on"))["newest"]


def buying(ids: list[int], as_of: date) -> Known:
    """Documents, first and last day, rhythm and silence, revenue. All unknown where there is no invoice at all."""
    begins = issued(as_of).aggregate(first=Min("issued_on"))["first"]
    if begins is None:
        return {}
    rows = (
        counted(ids, as_of).filter(kind=Invoice.Kind.INVOICE).order_by().values_list("company", "currency", "issued_on")
    )
    days: dict[int, set[date]] = {pk: set() for pk in ids}
    documents, currencies = Counter[int](), dict[int, Counter[str]]()
    for company, currency, day, count in rows.annotate(count=Count("pk")):
        days[company].add(day)
        documents[company] += count
        currencies.setdefault(company, Counter())[currency] += count
    own = Firm.own_currency()
    main = {pk: own if own in held else held.most_common(1)[0][0] for pk, held in currencies.items()}
    found = {pk: {"documents": documents[pk], **rhythm(sorted(days[pk]), as_of)} for pk in ids}
    for pk, values in revenue(ids, as_of, begins, main).items():
        found[pk] |= values
    return found


def rhythm(days: list[date], as_of: date) -> dict[str, Any]:
    """The median gap between buying days, the silence since, and the longest gap that ended within half a year."""
    if not days:
        return {"buying_days": 0}
    gaps = [(later - earlier).days for earlier, later in zip(days, days[1:], strict=False)]
    values: dict[str, Any] = {
        "buying_days": len(days), "first_on": days[0], "last_on": days[-1], "silent_days": (as_of - days[-1]).days,
    }  # fmt: skip
    if len(days) >= RHYTHM_FROM:
        values["rhythm_days"] = int(round_half_up(Decimal(str(median(gaps)))))
    recent = [(gap, day) for gap, day in zip(gaps, days[1:], strict=True) if day > as_of - timedelta(days=HALF_YEAR)]
    if recent:
        values["back_after_days"], values["back_on"] = max(recent)
    return values


def revenue(ids: list[int], as_of: date, begins: date, currencies: dict[int, str]) -> Known:
    """Net revenue with credit notes, in the company's main currency. Before our data begin, revenue is unknown."""
    year, two, half = (same_day_earlier(as_of, months) for months in (12, 24, 6))
    windows = {
        "revenue_12m_minor": (year, as_of, True), "revenue_before_minor": (two, year, begins <= two),
        "revenue_6m_minor": (half, as_of, True), "revenue_6m_before_minor": (year, half, begins <= year),
    }  # fmt: skip
    sums = {
        name: Sum("total_minor", filter=Q(issued_on__gt=start, issued_on__lte=end), default=0)
        for name, (start, end, _known) in windows.items()
    }
    rows = counted(ids, as_of).order_by().values("company", "currency").annotate(**sums)
    found: Known = {}
    for row in rows:
        if row["currency"] == currencies.get(row["company"]):
            values = {name: row[name] if windows[name][2] else None for name in windows}
            found[row["company"]] = {"currency": row["currency"], **values}
    return found


def margin(ids: list[int], as_of: date) -> Known:
    """Margin of 12 months as the profit report tells it; only where a cost is known (docs/domain/money.md)."""
    if not profit.costs_are_kept():
        return {}
    own = Firm.own_currency()
    wanted, found = set(ids), {}
    start = same_day_earlier(as_of, 12) + timedelta(days=1)
    for row in profit.profit("company", start=start, end=as_of, currency=own):
        pk = row.place.value
        if pk in wanted and row.known_lines:
            found[int(pk)] = {
                "margin_minor": row.known_revenue - row.known_cost,
                "margin_revenue_minor": row.known_revenue,
                "margin_of_minor": row.revenue,
            }
    return found


def paying(ids: list[int], as_of: date) -> Known:
    """How the invoices paid in 12 months were paid against their due day. Known only to a firm that keeps
    payments; an invoice without a due day, and of a company without days to pay, tells nothing."""
    if not payments_are_kept():
        return {}
    found: Known = {pk: {"payments": 0} for pk in ids}
    late: dict[int, list[int]] = {}
    paid = counted(ids, as_of).filter(
        kind=Invoice.Kind.INVOICE,
        paid=Invoice.Paid.ALL,
        settled_on__gt=same_day_earlier(as_of, 12),
        settled_on__lte=as_of,
    )
    columns = ("company", "issued_on", "due_on", "company__payment_days", "settled_on")
    for company, day, due, term, settled in paid.order_by().values_list(*columns):
        if due is None and term is not None:
            due = day + timedelta(days=term)
        if due is not None:
            late.setdefault(company, []).append((settled - due).days)
    for company, each in late.items():
        average = int(round_half_up(Decimal(sum(each)) / len(each)))
        found[company] |= {"payments": len(each), "days_past_due": average}
    return found


# ── who reads them: whoever sees every document that they stand on


def readable(user, ids: list[int]) -> set[int]:
    scope = reach(user, "view", Invoice.type_key)
    if scope.all:
        return set(ids)
    seen = set(Invoice.objects.visible_to(user).filter(company__in=ids).values_list("pk", flat=True))
    others = Invoice.objects.filter(company__in=ids).exclude(pk__in=seen)
    return set(ids) - set(others.values_list("company", flat=True))


def readable_margin(user, ids: list[int]) -> set[int]:
    return readable(user, ids) if profit.sees_costs(user) else set()


BUYING = frozenset(
    {
        "currency", "documents", "buying_days", "first_on", "last_on", "rhythm_days", "silent_days", "back_on",
        "back_after_days", "revenue_12m_minor", "revenue_before_minor", "revenue_6m_minor", "revenue_6m_before_minor",
    }
)  # fmt: skip
MARGIN = frozenset({"margin_minor", "margin_revenue_minor", "margin_of_minor"})
company_facts.add(FactSource("trade.buying", BUYING, buying, last_day, readable))
PAYING = frozenset({"payments", "days_past_due"})
company_facts.add(FactSource("trade.paying", PAYING, paying, readable=readable))
company_facts.add(FactSource("trade.margin", MARGIN, margin, readable=readable_margin, heavy=True))


def _follow(changed) -> None:
    """A document touched its company, and the one that it belonged to before."""
    touched = {record.company_id for record, _before, _after in changed}
    touched |= {before["company_id"] for _record, before, _after in changed if before}
    mark(touched - {None})


for type_key in (Invoice.type_key, Payment.type_key):
    followers.add(Follower(f"company facts of {type_key}s", type_key, _follow))
