"""What a firm may want to change, measured on its own data (D118, D152). Figures of a period are of the last 13 weeks.

Each is of the whole firm and open to whoever reads goals, unless a field that it is made of is hidden from them: none
is an amount of money, so that nobody reads sums of what they may not see. None: there is nothing to measure yet.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.months import same_day_earlier
from groundwork.crm.customers.models import Company
from groundwork.crm.sales import deal_hygiene
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.due import HAS_ORDERED
from groundwork.crm.sales.pipelines import Outcome
from groundwork.crm.trade import debts, profit
from groundwork.crm.trade.claims import Claim
from groundwork.crm.trade.facts import issued
from groundwork.crm.trade.models import COSTS, Invoice
from groundwork.records.tasks.models import Task
from groundwork.rollout.discovery.compared import inside_share
from groundwork.rollout.discovery.interviews import WorkStep
from groundwork.rollout.discovery.metrics import Metric, metrics

WEEKS = timedelta(weeks=13)
DAYS = pgettext_lazy("after a number", "days")
LATE = Decimal("1.2")  # of a rhythm: from then on it is broken, as for sellers without deals (ROLLOUT.md 4.1)


def first_day(last: date) -> date:
    return last - WEEKS + timedelta(days=1)


def per_cent(part, whole) -> Decimal | None:
    return round_half_up(Decimal(part) * 100 / Decimal(whole), 1) if whole else None


def sold(last: date, **limits) -> profit.ProfitRow | None:
    """The sales of the period in the firm's main currency."""
    rows = profit.profit(start=first_day(last), end=last, **limits)
    currency = profit.main_currency(rows)
    return next((row for row in rows if row.currency == currency), None)


# ── money


def growth(last: date) -> Decimal | None:
    """Of revenue, in per cent; None where our own data begin later than the period of a year ago."""
    now, then = sold(last, costs=False), sold(same_day_earlier(last, 12), costs=False)
    begins = issued(last).aggregate(first=Min("issued_on"))["first"]
    if now is None or then is None or then.revenue <= 0 or begins > first_day(same_day_earlier(last, 12)):
        return None
    return per_cent(now.revenue - then.revenue, then.revenue)


def margin(last: date) -> Decimal | None:
    """Of the revenue whose cost is known."""
    row = sold(last)
    return per_cent(row.known_revenue - row.known_cost, row.known_revenue) if row and row.known_lines else None


def overdue(last: date) -> Decimal | None:
    found = debts.in_own(as_of=last)
    rows = found.rows if found else []
    return per_cent(sum(row.overdue for row in rows), sum(row.open for row in rows))


def paid_on_time(last: date) -> Decimal | None:
    """Of the invoices that fell due in the period, how many were paid whole by their day."""
    if not debts.are_known(last):
        return None
    fell_due = issued(last).filter(kind=Invoice.Kind.INVOICE, due_on__range=(first_day(last), last - timedelta(days=1)))
    in_time = Q(paid=Invoice.Paid.ALL, settled_on__lte=F("due_on"))
    counts = fell_due.aggregate(all=Count("pk"), in_time=Count("pk", filter=in_time))
    return per_cent(counts["in_time"], counts["all"])


# ── customers


def largest_customer(last: date) -> Decimal | None:
    """Its share of the revenue of a year."""
    start = same_day_earlier(last, 12) + timedelta(days=1)
    sums = profit.profit(start=start, end=last, costs=False)
    currency = profit.main_currency(sums)
    whole = sum(row.revenue for row in sums if row.currency == currency)
    rows = [
        row for row in profit.largest("company", 2, start=start, end=last, currency=currency).rows if row.place.value
    ]
    return per_cent(rows[0].revenue, whole) if rows and whole > 0 else None


def new_customers(last: date) -> Decimal | None:
    """Companies whose first invoice lies in the period; None where our own data begin in it: nobody is new then."""
    invoices = issued(last).filter(kind=Invoice.Kind.INVOICE, company__isnull=False).order_by()
    begins = invoices.aggregate(first=Min("issued_on"))["first"]
    if begins is None or begins >= first_day(last):
        return None
    firsts = invoices.values("company").annotate(first=Min("issued_on")).filter(first__gte=first_day(last))
    return Decimal(firsts.count())


def rhythm_broken(last: date) -> Decimal | None:
    """Of the customers with a rhythm of their own, how many are late by more than a fifth of it; today only."""
    if last != today():
        return None
    regular = Company.objects.current().filter(facts__rhythm_days__gt=0, facts__last_on__isnull=False)
    rows = list(regular.order_by().values_list("facts__last_on", "facts__rhythm_days", HAS_ORDERED))
    quiet = sum((last - day).days > gap * LATE and not has_ordered for day, gap, has_ordered in rows)
    return per_cent(quiet, len(rows))


def claims(last: date) -> Decimal | None:
    """Claims of the period for every hundred invoices of it."""
    period = (first_day(last), last)
    invoices = issued(last).filter(kind=Invoice.Kind.INVOICE, issued_on__range=period).count()
    return per_cent(Claim.objects.current().filter(opened_on__range=period).count(), invoices)


def claim_days(last: date) -> Decimal | None:
    return days_between(Claim.objects.current().filter(closed_on__range=(first_day(last), last)), "opened_on")


# ── sales and work


def order_of_deals(last: date) -> Decimal | None:
    """As the board review counts it; today only."""
    score = deal_hygiene.hygiene_of(deal_hygiene.counted()).score if last == today() else None
    return None if score is None else Decimal(score)


def ended_deals(last: date):
    return Deal.objects.current().filter(closed_on__range=(first_day(last), last)).exclude(state=Outcome.OPEN)


def win_rate(last: date) -> Decimal | None:
    counts = ended_deals(last).aggregate(all=Count("pk"), won=Count("pk", filter=Q(state=Outcome.WON)))
    return per_cent(counts["won"], counts["all"])


def deal_days(last: date) -> Decimal | None:
    return days_between(ended_deals(last).filter(state=Outcome.WON), "opened_on")


def days_between(records, first: str) -> Decimal | None:
    """From the day ``first`` to the day it was closed, on average."""
    days = [(last - begun).days for begun, last in records.order_by().values_list(first, "closed_on")]
    return round_half_up(Decimal(sum(days)) / len(days), 1) if days else None


def tasks_on_time(last: date) -> Decimal | None:
    """Of the tasks due in the period, how many were done by the end of their day."""
    due = Task.objects.current().filter(due_on__range=(first_day(last), last - timedelta(days=1)))
    rows = due.order_by().values_list("due_on", "done_at")
    done = sum(done_at is not None and localtime(done_at).date() <= day for day, done_at in rows)
    return per_cent(done, len(rows))


def work_inside(last: date) -> Decimal | None:
    """As people tell in interviews: minutes of a month kept in the CRM, of all that are kept anywhere; today only."""
    share = inside_share(list(WorkStep.objects.current().select_related("interview"))) if last == today() else None
    return None if share is None else Decimal(share.inside)


def declare(
    key: str, label: Any, value: Callable[[date], Decimal | None], *, unit: Any = "%", direction: str = "up", **more
) -> Metric:
    return metrics.add(Metric(key, label, unit, direction, lambda day: value(day or today()), **more))


PROFIT, DEBTS = ("report:profit",), ("report:debts",)
INVOICED, OPEN = ("invoice", "total_minor"), ("invoice", "open_minor")

declare(
    "growth", _("growth of revenue against a year before"), growth, elements=PROFIT, reads=(INVOICED,),
    explain=_("Revenue of the last 13 weeks beside that of the same weeks a year ago, less returns."),
)  # fmt: skip
declare(
    "margin", _("margin of 13 weeks"), margin, elements=("field:product.cost", *PROFIT), reads=(COSTS,),
    explain=_("Revenue less cost of goods, divided by revenue, of the lines whose cost we know."),
)  # fmt: skip
declare(
    "overdue", _("share of what we are owed that is past its day"), overdue, direction="down", reads=(OPEN,),
    elements=DEBTS, explain=_("Open amounts whose due day has passed, divided by all open amounts."),
)  # fmt: skip
declare(
    "paid-on-time", _("share of invoices paid by their day"), paid_on_time, reads=(OPEN,), elements=DEBTS,
    explain=_("Of the invoices that fell due in the last 13 weeks, those that were paid whole by their day."),
)  # fmt: skip
declare(
    "largest-customer", _("share of our largest customer in revenue"), largest_customer, direction="down",
    elements=("report:concentration",), reads=(INVOICED,),
    explain=_("Its revenue of twelve months, divided by all revenue of them."),
)  # fmt: skip
declare(
    "new-customers", _("customers who bought for the first time"), new_customers, unit="", elements=PROFIT,
    explain=_("Companies whose first invoice is of the last 13 weeks."),
)  # fmt: skip
declare(
    "rhythm-broken", _("share of regular customers who have gone quiet"), rhythm_broken, direction="down",
    elements=("report:customers",),
    explain=_("Of those who buy in a rhythm, who is late by more than a fifth of it and ordered nothing."),
)  # fmt: skip
declare(
    "claims", _("claims for every hundred invoices"), claims, unit="", direction="down",
    explain=_("Claims of the last 13 weeks, for every hundred invoices of these weeks."),
)  # fmt: skip
declare(
    "claim-days", _("days until a claim is closed"), claim_days, unit=DAYS, direction="down",
    explain=_("On average, of the claims that were closed in the last 13 weeks."),
)  # fmt: skip
declare(
    "order-of-deals", _("order on the board of deals"), order_of_deals,
    explain=_("How much of what keeps a deal in order holds, over all open deals: 100% where nothing is missing."),
)  # fmt: skip
declare(
    "win-rate", _("share of deals that are won"), win_rate,
    explain=_("Of the deals that ended in the last 13 weeks, those that were won."),
)  # fmt: skip
declare(
    "deal-days", _("days until a deal is won"), deal_days, unit=DAYS, direction="down",
    explain=_("From the first day to the last, on average, of the deals won in the last 13 weeks."),
)  # fmt: skip
declare(
    "tasks-on-time", _("share of tasks done by their day"), tasks_on_time,
    explain=_("Of the tasks due in the last 13 weeks, those that were done by the end of their day."),
)  # fmt: skip
declare(
    "work-inside", _("share of working time kept in the CRM"), work_inside,
    explain=_("As people told us: minutes of a month that are written into the CRM, of all that are written anywhere."),
)  # fmt: skip
