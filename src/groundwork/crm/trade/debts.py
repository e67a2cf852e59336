"""What companies owe us, as of a day. Where the firm keeps no payments, debts are unknown: not all that was sold.

A document counts from the day it is issued, a share from the day of its payment, a credit note from its own day; so the
debts of a past day come out as they stood. Days are counted from the due day; a document without one has none.
docs/domain/debts.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Case, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from groundwork.access.rights import Scope, reach, rights
from groundwork.blueprint.elements import kept
from groundwork.core.clock import today
from groundwork.crm.trade.models import Invoice, Payment, Share
from groundwork.crm.trade.payments import NOT_SHARED_OUT
from groundwork.crm.trade.rates import OwnRates
from groundwork.records.models import RecordQuerySet

BIG = BigIntegerField()
ZERO = Value(0, BIG)
AGES = (("days_30", 1, 30), ("days_60", 31, 60), ("days_90", 61, 90))  # days past due: name, from, to


def payments_are_kept() -> bool:
    """Is there any payment at all? Read once a configuration; the first payment raises it (``documents``)."""
    return kept("trade.payments", lambda: Payment.objects.current().exists())


def sees_debts(user) -> bool:
    """Whoever reads invoices with what is open on them, and payments."""
    hidden = rights(user).field_mode(Invoice.type_key, "open_minor") == "hidden"
    return user.can("view", "invoice") and user.can("view", "payment") and not hidden


@dataclass
class Sums:
    """Minor units of one currency. ``open`` is the sum of the ages; ``credit`` is what we owe back or hold unshared."""

    currency: str
    open: int = 0
    not_due: int = 0
    days_30: int = 0
    days_60: int = 0
    days_90: int = 0
    older: int = 0
    without_day: int = 0
    credit: int = 0

    @property
    def overdue(self) -> int:
        return self.days_30 + self.days_60 + self.days_90 + self.older

    @property
    def balance(self) -> int:
        """What is owed when all is set off; below zero, we owe."""
        return self.open - self.credit

    def add(self, other: "Sums") -> None:
        for name in NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Debt(Sums):
    """The debts of one company. ``name`` is None where the reader may not see the company."""

    company_id: int | None = None
    name: str | None = None
    number: str = ""
    payment_days: int | None = None
    limit: int | None = None  # agreed and in this currency, else None

    @property
    def over_limit(self) -> int | None:
        """By how much the balance is over the limit; None where no limit was agreed in this currency."""
        return None if self.limit is None else max(self.balance - self.limit, 0)


def are_known(day: date) -> bool:
    """Unknown where no payment was kept up to that day."""
    return Payment.objects.current().filter(paid_on__lte=day).exists()


def debts(user=None, *, as_of: date | None = None, companies: Sequence[int] | None = None) -> list[Debt] | None:
    """Who owes what as of a day (default: today): one row a company and currency, the largest balance first.

    Of the documents and payments that ``user`` sees (None: all), of ``companies`` (None: all). None where unknown.
    Five queries, whatever the number of documents.
    """
    day = as_of or today()
    if not are_known(day):
        return None
    found: dict[tuple, Debt] = {}
    within = Scope(all=True) if user is None else reach(user, "view", "company")
    for row in _documents(user, day, companies):
        debt = _debt(found, row, within)
        for name in NAMES:
            setattr(debt, name, row[f"sum_{name}"] or 0)
    for row in _unshared(user, day, companies):
        _debt(found, row, within).credit += (row["came"] or 0) - (row["shared"] or 0)
    kept = [debt for debt in found.values() if debt.open or debt.credit]
    return sorted(kept, key=lambda debt: (-debt.balance, debt.number, debt.currency))


def totals(rows: Iterable[Sums]) -> list[Sums]:
    """One sum a currency."""
    found: dict[str, Sums] = {}
    for row in rows:
        found.setdefault(row.currency, Sums(row.currency)).add(row)
    return sorted(found.values(), key=lambda row: (-row.balance, row.currency))


@dataclass
class InOwn:
    """The debts in the firm's own currency, and those that have no rate on the day, each in its own."""

    rows: list[Debt]
    without_rate: list[Sums]


def in_own(user=None, *, as_of: date | None = None) -> InOwn | None:
    """As ``debts``, one row a company: what is open at the rate of the day ``as_of``, rounded once a document."""
    day = as_of or today()
    each = debts(user, as_of=day)
    if each is None:
        return None
    rates = OwnRates({row.currency for row in each})
    lost = [row for row in each if rates.worth(0, row.currency, day) is None]
    found: dict[int | None, Debt] = {}
    who: dict[str, Any]
    for row in each:
        if row in lost:
            continue
        who = {"company_id": row.company_id, "name": row.name, "number": row.number, "payment_days": row.payment_days}
        debt = found.setdefault(row.company_id, Debt(rates.own, **who))
        debt.limit = rates.worth(row.limit, row.currency, day) if row.limit is not None else debt.limit
        if row.currency == rates.own:
            debt.add(row)
        else:
            debt.credit += rates.worth(row.credit, row.currency, day) or 0
    for company, currency, due, left in _open_elsewhere(user, day, rates.own):
        if (worth := rates.worth(left, currency, day)) is not None:
            found[company].add(Sums(rates.own, open=worth, **{age_of(due, day): worth}))
    rows = sorted(found.values(), key=lambda debt: (-debt.balance, debt.number))
    return InOwn(rows, totals(lost))


def _open_elsewhere(user, day: date, own: str) -> QuerySet:
    seen = Invoice.objects.all() if user is None else Invoice.objects.visible_to(user)
    found = open_on(day, seen).filter(left__gt=0).exclude(currency=own).order_by()
    return found.values_list("company_id", "currency", "due_on", "left")


def age_of(due: date | None, on: date) -> str:
    """Under which age of ``Sums`` a document due on a day stands."""
    if due is None:
        return "without_day"
    if due >= on:
        return "not_due"
    late = (on - due).days
    return next((name for name, _first, last in AGES if late <= last), "older")


OF_COMPANY = ("name", "number", "owner_id", "department_id", "payment_days", "debt_limit_minor", "currency")
PICKED = {f"of_{name}": Max(f"company__{name}") for name in OF_COMPANY}  # to group by them would sort long rows


def _debt(found: dict[tuple, Debt], row: dict, within: Scope) -> Debt:
    key = (row["company_id"], row["currency"])
    if key not in found:
        seen = within.holds(row["of_owner_id"], row["of_department_id"])
        found[key] = Debt(
            row["currency"],
            company_id=row["company_id"],
            name=row["of_name"] if seen else None,
            number=row["of_number"] or "" if seen else "",
            payment_days=row["of_payment_days"] if seen else None,
            limit=row["of_debt_limit_minor"] if seen and row["of_currency"] == row["currency"] else None,
        )
    return found[key]


def open_on(day: date, invoices: RecordQuerySet) -> QuerySet:
    """The issued documents that were open on ``day``, with ``left``: how much, below zero where we owe.

    The kept figure is taken where nothing was settled later; else shares and credit notes up to the day are summed.
    """
    shares = Share.objects.filter(invoice=OuterRef("pk"), payment__archived_at=None, payment__paid_on__lte=day)
    signed = Case(
        When(payment__direction=Payment.Direction.IN, then=F("amount_minor")),
        default=-F("amount_minor"),
        output_field=BIG,
    )
    notes = Invoice.objects.filter(
        corrects=OuterRef("pk"), state=Invoice.State.ISSUED, archived_at=None, issued_on__lte=day
    )
    then = (
        F("gross_minor")
        + F("offset_minor")
        - Coalesce(Subquery(shares.order_by().values("invoice").annotate(s=Sum(signed)).values("s")), ZERO)
        - Coalesce(Subquery(notes.order_by().values("corrects").annotate(s=Sum("offset_minor")).values("s")), ZERO)
    )
    counted = invoices.current().filter(state=Invoice.State.ISSUED, issued_on__lte=day)
    counted = counted.filter(~Q(open_minor=0) | Q(settled_on__gt=day))
    return counted.annotate(left=Case(When(settled_on__gt=day, then=then), default=F("open_minor"), output_field=BIG))


NAMES = ("open", "not_due", *(name for name, _first, _last in AGES), "older", "without_day", "credit")


def _documents(user, day: date, companies: Sequence[int] | None) -> QuerySet:
    seen = Invoice.objects.all() if user is None else Invoice.objects.visible_to(user)
    if companies is not None:
        seen = seen.filter(company__in=companies)
    ages = {"not_due": Q(due_on__gte=day), "without_day": Q(due_on=None), "older": Q(due_on__lt=day - timedelta(90))}
    for name, first, last in AGES:
        ages[name] = Q(due_on__gte=day - timedelta(last), due_on__lte=day - timedelta(first))
    owed = Q(left__gt=0)
    sums = {f"sum_{name}": Sum("left", filter=owed & age) for name, age in ages.items()}
    sums["sum_open"], sums["sum_credit"] = Sum("left", filter=owed), Sum(-F("left"), filter=Q(left__lt=0))
    return open_on(day, seen).order_by().values("company_id", "currency").annotate(**sums, **PICKED)


def _unshared(user, day: date, companies: Sequence[int] | None) -> QuerySet:
    """Money of a company that no document counted on the day has a share of."""
    seen = Payment.objects.all() if user is None else Payment.objects.visible_to(user)
    if companies is not None:
        seen = seen.filter(company__in=companies)
    shares = Share.objects.filter(payment=OuterRef("pk"), invoice__issued_on__lte=day, invoice__archived_at=None)
    shared = Coalesce(Subquery(shares.order_by().values("payment").annotate(s=Sum("amount_minor")).values("s")), ZERO)
    sign = Case(When(direction=Payment.Direction.IN, then=Value(1, BIG)), default=Value(-1, BIG))
    counted = _not_shared_out(seen.current(), day).filter(paid_on__lte=day).annotate(sign=sign, shared_then=shared)
    return (
        counted.order_by().values("company_id", "currency")
        .annotate(came=Sum(F("sign") * F("amount_minor")), shared=Sum(F("sign") * F("shared_then")), **PICKED)
    )  # fmt: skip


def _not_shared_out(payments: QuerySet, day: date) -> QuerySet:
    """Without those of which every penny has a share that counts on the day: nearly all, so they are not summed."""
    not_yet = Invoice.objects.current().filter(issued_on__gt=day)
    gone = Invoice.objects.filter(archived_at__isnull=False)
    odd = [Share.objects.filter(invoice__in=found).values("payment") for found in (not_yet, gone) if found.exists()]
    return payments.filter(reduce(or_, (Q(pk__in=pks) for pks in odd), NOT_SHARED_OUT))


def default_day(user=None) -> date:
    """Today; or the last day with documents or payments, where nothing was kept for a month."""
    now = today()
    newest = []
    for model, name in ((Invoice, "issued_on"), (Payment, "paid_on")):
        seen = model.objects.all() if user is None else model.objects.visible_to(user)
        newest.append(seen.current().filter(**{f"{name}__lte": now}).aggregate(day=Max(name))["day"])
    last = max((day for day in newest if day), default=now)
    return now if now - last <= timedelta(31) else last
