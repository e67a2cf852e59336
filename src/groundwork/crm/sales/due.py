"""Customers who order again: who is due by the own rhythm and has not ordered, with what a call to them needs (D130).

A customer's rhythm is the median gap between buying days (crm.trade.facts); due is the last buying day plus one gap. An
order that is open since then means that they have ordered. docs/domain/ordering-again.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import cast

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from groundwork.access.rights import rights
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.crm.customers.facts import company_facts
from groundwork.crm.customers.models import Company, CompanyFacts
from groundwork.crm.trade.debts import Debt, debts, sees_debts
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, Product
from groundwork.records.tasks.models import Task
from groundwork.records.types import types

SHOWN = 30  # customers of one page
LOOKED_AT = 5  # newest invoices that tell the usual basket
BASKET = 5  # products of it that are shown
NEWEST_FIRST = Window(RowNumber(), partition_by="company_id", order_by=[F("issued_on").desc(), F("pk").desc()])

HAS_ORDERED = Exists(  # an order that is open and younger than the last invoice
    Order.objects.current().filter(
        company=OuterRef("pk"),
        state__in=[Order.State.DRAFT, Order.State.CONFIRMED],
        ordered_on__gt=OuterRef("facts__last_on"),
    )
)


@dataclass(frozen=True)
class Usual:
    """A product that a customer mostly takes: in at least half of the newest invoices. ``price`` was the last one."""

    product: Product
    quantity: Decimal  # the median of what was taken
    price: Decimal
    currency: str


@dataclass
class Due:
    """A customer who would have ordered by now. What the reader may not know is empty or None."""

    company: Company
    basket: list[Usual] = field(default_factory=list)
    owes: list[Debt] = field(default_factory=list)
    agreed: Task | None = None  # the next thing that was promised about them
    shows_margin: bool = False

    @property
    def facts(self) -> CompanyFacts:
        return self.company.facts

    @property
    def due_on(self) -> date | None:
        facts = self.facts
        return facts.last_on and facts.last_on + timedelta(days=facts.rhythm_days or 0)

    @property
    def late_days(self) -> int:
        return (self.facts.silent_days or 0) - (self.facts.rhythm_days or 0)

    @property
    def margin(self) -> Decimal | None:
        """In percent of the revenue with a known cost; None where no cost is known."""
        if not self.shows_margin or not self.facts.margin_revenue_minor:
            return None
        return round_half_up(Decimal(self.facts.margin_minor or 0) * 100 / self.facts.margin_revenue_minor, 1)


@dataclass
class DueList:
    """``waiting``: somebody promised to come back to them on a later day. ``count`` is of all, shown or not."""

    rows: list[Due]
    waiting: list[Due]
    count: int
    as_of: date | None
    is_waiting: bool  # figures are being worked out anew: somebody may be missing


def due_list(user, *, everybody: bool = False, shown: int = SHOWN) -> DueList:
    """The customers of this person, or all that the person sees, the largest first.

    A fixed number of queries, whatever the number of customers.
    """
    found = _due(user, everybody)
    ids = _readable(user, list(found.values_list("pk", flat=True)))
    companies = list(found.filter(pk__in=ids[:shown]).select_related("facts", "owner"))
    rows = _filled(user, companies)
    later = [row for row in rows if row.agreed and row.agreed.due_on > today()]
    as_of = max((row.facts.as_of for row in rows if row.facts.as_of), default=None)
    return DueList(
        [row for row in rows if row not in later],
        later,
        len(ids),
        as_of,
        CompanyFacts.objects.filter(stale=True).exists(),
    )


def due_among(companies):
    """Those of the companies that would have ordered by now and have not."""
    rhythmic = companies.current().filter(
        kind=Company.Kind.CUSTOMER,
        facts__rhythm_days__isnull=False,
        facts__silent_days__gte=F("facts__rhythm_days"),
    )
    return rhythmic.exclude(lifecycle=Company.Lifecycle.LOST).filter(~HAS_ORDERED)


def due_ids():
    """The ids of all of them, for a control rule."""
    return due_among(Company.objects.all()).values("pk")


def _due(user, everybody: bool):
    companies = due_among(Company.objects.visible_to(user))
    if not everybody:
        companies = companies.filter(owner=user)
    return companies.order_by(F("facts__revenue_12m_minor").desc(nulls_last=True), "pk")


def _readable(user, ids: list[int]) -> list[int]:
    """Of these companies, those whose dealings the person may know, in the same order."""
    allowed = company_facts["trade.buying"].readable(user, ids)
    return [pk for pk in ids if pk in allowed]


def _filled(user, companies: Sequence[Company]) -> list[Due]:
    ids = [company.pk for company in companies]
    baskets, owed, agreed = baskets_of(ids, user), _debts(ids, user), _agreed(ids)
    with_margin = company_facts["trade.margin"].readable(user, ids)
    return [
        Due(
            company,
            basket=baskets.get(company.pk, []),
            owes=owed.get(company.pk, []),
            agreed=agreed.get(company.pk),
            shows_margin=company.pk in with_margin,
        )
        for company in companies
    ]


def baskets_of(ids: Sequence[int], user) -> dict[int, list[Usual]]:
    """What each of these companies usually takes, most often taken first; nothing for whoever may not read lines."""
    if not _reads_lines(user):
        return {}
    newest = (
        Invoice.objects.visible_to(user).current()
        .filter(company__in=ids, kind=Invoice.Kind.INVOICE, state=Invoice.State.ISSUED)
        .order_by().annotate(place=NEWEST_FIRST).filter(place__lte=LOOKED_AT)
    )  # fmt: skip
    documents = dict(newest.values_list("pk", "company_id"))
    goods = Product.objects.visible_to(user).current().exclude(kind=Product.Kind.FEE)
    lines = (
        InvoiceLine.objects.filter(invoice__in=documents, quantity__gt=0, product__in=goods)
        .select_related("product", "invoice")
        .order_by("-issued_on", "-pk")
    )
    taken: dict[int, dict[int, list[InvoiceLine]]] = {}
    for line in lines:
        of_company = taken.setdefault(documents[line.invoice_id], {})
        of_company.setdefault(line.product_id or 0, []).append(line)
    count: dict[int, int] = {}
    for company in documents.values():
        count[company] = count.get(company, 0) + 1
    return {company: _usual(products, count[company]) for company, products in taken.items()}


def _reads_lines(user) -> bool:
    kind = types[Invoice.type_key]
    parts = {part.key for part in kind.visible_parts(user)}
    return user.can("view", kind.key) and user.can("view", Product.type_key) and "lines" in parts


def _usual(products: dict[int, list[InvoiceLine]], documents: int) -> list[Usual]:
    often = [(len({line.invoice_id for line in lines}), lines) for lines in products.values()]
    kept = sorted((item for item in often if item[0] * 2 >= documents), key=lambda item: -item[0])
    return [_usually(lines) for _count, lines in kept[:BASKET]]


def _usually(lines: list[InvoiceLine]) -> Usual:
    newest = lines[0]
    quantity = round_half_up(Decimal(median(line.quantity for line in lines)), 3)
    return Usual(cast(Product, newest.product), quantity, newest.price, newest.invoice.currency)


def _debts(ids: Sequence[int], user) -> dict[int, list[Debt]]:
    if not sees_debts(user):
        return {}
    found: dict[int, list[Debt]] = {}
    hides_limit = rights(user).field_mode(Company.type_key, "debt_limit_minor") == "hidden"
    for row in debts(user, companies=ids) or []:
        found.setdefault(row.company_id or 0, []).append(replace(row, limit=None) if hides_limit else row)
    return found


def _agreed(ids: Sequence[int]) -> dict[int, Task]:
    """The next open task about each of them: what is owed about a company is read by whoever sees the company."""
    tasks = Task.objects.open().filter(about_type=Company.type_key, about_id__in=ids).order_by("due_on", "pk")
    found: dict[int, Task] = {}
    for task in tasks.select_related("owner"):
        found.setdefault(task.about_id, task)
    return found
