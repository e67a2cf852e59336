"""Order among the customers of a person: for sellers without deals, computed on those who order again.

Two checks a customer with three buying days or more: the next contact is planned and not overdue; and whoever is due
(silent for longer than the rhythm x 1.2) was spoken to since. docs/domain/ordering-again.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Min, Q
from django.db.models.functions import Length

from groundwork.core.clock import start_of, today
from groundwork.core.money import round_half_up
from groundwork.crm.customers.facts import company_facts
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.due import HAS_ORDERED
from groundwork.records.models import Activity
from groundwork.records.tasks.models import Task

FROM = 3  # buying days that make a customer who orders again; and customers that make a figure
PLANNED, SPOKEN_TO = 3, 2  # weights
SILENT = Decimal("1.2")  # rhythms
WORDS = 20  # signs of a note that tells of a contact


@dataclass(frozen=True)
class Untidy:
    """A customer and what is not in order: no next contact, or due and not spoken to."""

    company: Company
    is_planned: bool
    is_spoken_to: bool
    due_on: date | None  # since when they are due; None for who is not

    @property
    def share(self) -> Decimal:
        """How much of what is asked of this customer is in order, 0 to 1."""
        asked = PLANNED + (SPOKEN_TO if self.due_on else 0)
        return Decimal(PLANNED * self.is_planned + (SPOKEN_TO if self.due_on and self.is_spoken_to else 0)) / asked


@dataclass(frozen=True)
class Tidiness:
    """``score`` is 0 to 100, the mean over customers; None ("n/a") where there are fewer than three."""

    customers: int
    score: int | None
    untidy: list[Untidy]  # those who are due and were not spoken to first

    @property
    def unplanned(self) -> int:
        return sum(not row.is_planned for row in self.untidy)

    @property
    def silent(self) -> int:
        return sum(row.due_on is not None and not row.is_spoken_to for row in self.untidy)


def tidiness(user, *, everybody: bool = False) -> Tidiness:
    """Of the person's own customers, or of all that the person sees. A fixed number of queries, whatever theirs."""
    companies = _who_order_again(user, everybody)
    ids = [company.pk for company in companies]
    planned, touched = _planned(ids), _touched(ids)
    rows = [_looked_at(company, planned, touched) for company in companies]
    score = round_half_up(sum((row.share for row in rows), Decimal(0)) * 100 / len(rows)) if len(rows) >= FROM else None
    untidy = sorted((row for row in rows if row.share < 1), key=_first)
    return Tidiness(len(rows), None if score is None else int(score), untidy)


def _first(row: Untidy) -> tuple:
    return (row.is_spoken_to or row.due_on is None, -(row.company.facts.revenue_12m_minor or 0), row.company.pk)


def _who_order_again(user, everybody: bool) -> list[Company]:
    found = (
        Company.objects.visible_to(user)
        .current()
        .filter(kind=Company.Kind.CUSTOMER, facts__buying_days__gte=FROM, facts__rhythm_days__isnull=False)
    )
    found = found.exclude(lifecycle=Company.Lifecycle.LOST).select_related("facts").annotate(has_ordered=HAS_ORDERED)
    companies = list(found if everybody else found.filter(owner=user))
    allowed = company_facts["trade.buying"].readable(user, [company.pk for company in companies])
    return [company for company in companies if company.pk in allowed]


def _planned(ids: Sequence[int]) -> set[int]:
    """The companies whose next open task is not overdue."""
    tasks = Task.objects.open().filter(about_type=Company.type_key, about_id__in=ids).order_by()
    rows = tasks.values_list("about_id").annotate(first=Min("due_on"))
    return {pk for pk, first in rows if pk and first >= today()}


def _touched(ids: Sequence[int]) -> dict[int, datetime]:
    """The moment of the last call, or of the last note that is long enough to tell of a contact."""
    told = Activity.objects.annotate(length=Length("text")).filter(
        (Q(kind=Activity.Kind.CALL) & ~Q(outcome=Activity.Outcome.NO_ANSWER)) | Q(length__gte=WORDS),
        type=Company.type_key,
        object_id__in=ids,
    )
    return dict(told.order_by().values_list("object_id").annotate(last=Max("at")))


def _looked_at(company: Company, planned: set[int], touched: dict[int, datetime]) -> Untidy:
    facts = company.facts
    patience = int(Decimal(facts.rhythm_days or 0) * SILENT)
    is_due = (facts.silent_days or 0) > patience and not getattr(company, "has_ordered", False)
    due_on = facts.last_on + timedelta(days=patience + 1) if is_due and facts.last_on else None
    last = touched.get(company.pk)
    spoken_to = due_on is None or (last is not None and last >= start_of(due_on))
    return Untidy(company, company.pk in planned, spoken_to, due_on)
