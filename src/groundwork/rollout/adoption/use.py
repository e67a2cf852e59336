"""Is it used: are the reports really opened by others than whoever set them up, are the fields really filled in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max
from django.db.models.functions import TruncDate
from django.utils.timezone import localtime

from groundwork.access.models import User
from groundwork.access.rights import FieldName, rights
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.registry import Registry
from groundwork.crm.trade.models import COSTS
from groundwork.crm.trade.types import COST
from groundwork.records.models import Use
from groundwork.records.use import flush
from groundwork.rollout.delivery.people import makers_of

DAYS = 28  # "over the last four weeks"
FILLED_ENOUGH = Decimal("0.6")  # below it a field that is read is starving
DAYS_OF_A_READER = 2  # on which whoever set a report up must open it to count as its reader
SECONDS_A_FIELD = 6  # what filling in one value costs where nothing was measured


@dataclass(frozen=True)
class Fill:
    """How full a field is: ``share()`` of the values somebody needs that are there, 0..1; None: nothing to fill yet.

    It is of the whole firm; who does not see one of the fields that it ``reads`` does not see it.
    """

    element: str
    share: Callable[[], Decimal | None]
    reads: tuple[FieldName, ...] = ()


def cost_filled() -> Decimal | None:
    """Of the revenue, since a cost matters where something was sold."""
    from groundwork.crm.trade.profit import known_share

    return known_share()


fills: Registry[Fill] = Registry(lambda item: item.element)
fills.add(Fill(COST, cost_filled, reads=(COSTS,)))


@dataclass
class ReportUse:
    """How often a report was opened, by whom. Whoever set it up is counted apart: a look is no use.

    Unless that person is also the one it was set up for: see ``Opened.of``.
    """

    times: int = 0
    people: set[int] = field(default_factory=set)
    times_by_maker: int = 0
    last: datetime | None = None

    @property
    def is_used(self) -> bool:
        return bool(self.people)


@dataclass
class OpenedBy:
    """How one person opened one report, day by day: how often, and when last."""

    days: dict[date, tuple[int, datetime]] = field(default_factory=dict)

    def since(self, day: date | None) -> "OpenedBy":
        return OpenedBy({opened: told for opened, told in self.days.items() if day is None or opened >= day})

    @property
    def times(self) -> int:
        return sum(times for times, _last in self.days.values())

    @property
    def last(self) -> datetime:
        return max(last for _times, last in self.days.values())

    def days_after(self, day: date | None) -> int:
        return sum(opened > day for opened in self.days) if day else 0


class Opened:
    """The openings of reports with these element keys in the last ``days``. One query, whatever their number."""

    def __init__(self, keys, days: int = DAYS):
        flush()
        since = now() - timedelta(days=days)
        rows = Use.objects.filter(kind="report", key__in=list(keys), at__gte=since).order_by()
        counted = rows.annotate(day=TruncDate("at")).values_list("key", "user", "day")
        self.of_report: dict[str, dict[int, OpenedBy]] = {}
        for key, user, day, times, last in counted.annotate(times=Count("pk"), last=Max("at")) if keys else []:
            self.of_report.setdefault(key, {}).setdefault(user, OpenedBy()).days[day] = times, last

    def of(self, key: str, makers: set[int], *, readers=frozenset(), live_on: date | None = None) -> ReportUse:
        """Of what is live, since the day it went live. A maker who is one of the ``readers`` counts like anybody else
        once the report was opened on two days after that: on the day itself one still looks whether it works.
        """
        use = ReportUse()
        for user, ever in self.of_report.get(key, {}).items():
            if not (opened := ever.since(live_on)).days:
                continue
            is_reader = user in readers and opened.days_after(live_on) >= DAYS_OF_A_READER
            if user in makers and not is_reader:
                use.times_by_maker += opened.times
            else:
                use.times += opened.times
                use.people.add(user)
                use.last = max(filter(None, [use.last, opened.last]))
        return use


@dataclass
class Reading:
    """One field or report that something we agreed needs, and whether it is used."""

    element: Element
    report: ReportUse | None = None
    filled: Decimal | None = None  # of a field, 0..1
    measured: bool = True  # False: nobody can tell how full this field is
    is_read: bool = False  # of a field: does anybody open a report that shows it?

    def is_open_to(self, user) -> bool:
        """May this person read how full the field is?"""
        fill = fills.get(self.element.key)
        return fill is None or all(rights(user).field_mode(*field) != "hidden" for field in fill.reads)

    @property
    def is_used(self) -> bool:
        if not self.element.is_on:
            return False
        if self.report is not None:
            return self.report.is_used
        return self.is_read and (not self.measured or (self.filled or Decimal(0)) >= FILLED_ENOUGH)


class Usage:
    """The use of everything that these requirements need, read at once: the same number of queries for one as for many.

    ``requirements`` have ``goal`` at hand and ``uses__element`` prefetched.
    """

    def __init__(self, requirements=(), days: int = DAYS, *, elements: dict[str, Element] | None = None):
        """Of the requirements; or of these elements by their keys, for ``readings_of``."""
        if elements is None:
            elements = {use.element.key: use.element for requirement in requirements for use in requirement.uses.all()}
        self.makers = makers_of(elements)
        self._told: dict[tuple, list[Reading]] = {}
        active = list(User.objects.filter(is_active=True).values_list("pk", flat=True)[:2])
        self.alone = set(active) if len(active) == 1 else set()
        self.opened = Opened([key for key, element in elements.items() if element.kind == Element.Kind.REPORT], days)
        self.shares = {
            fill.element: fill.share() for fill in fills if fill.element in elements and elements[fill.element].is_on
        }

    def readings(self, requirement) -> list[Reading]:
        """A field counts as read when a report that the same requirement needs is opened.

        Whoever set up any part of the requirement does not count as a reader of it, unless that person answers for its
        number or works here alone, and comes back to it (docs/domain/use.md).
        """
        elements = [use.element for use in requirement.uses.all()]
        return self.readings_of(elements, answers_for=requirement.goal.owner_id, live_at=requirement.live_at)

    def readings_of(
        self, elements: list[Element], *, answers_for: int | None, live_at: datetime | None
    ) -> list[Reading]:
        """The same of a requirement that needs these elements, went live then, and whose number has this owner."""
        live_on = localtime(live_at).date() if live_at else None
        same = (answers_for, live_on, *(element.key for element in elements))
        if same not in self._told:
            self._told[same] = self._read(elements, {*self.alone, answers_for}, live_on)
        return self._told[same]

    def _read(self, elements: list[Element], readers: set[int | None], live_on: date | None) -> list[Reading]:
        makers = set().union(*(self.makers.get(element.key, set()) for element in elements))
        reports = {
            element.key: self.opened.of(element.key, makers, readers=readers, live_on=live_on)
            for element in elements
            if element.kind == Element.Kind.REPORT
        }
        is_read = any(reports[element.key].is_used for element in elements if element.key in reports and element.is_on)
        return [
            Reading(
                element, report=reports.get(element.key), filled=self.shares.get(element.key),
                measured=element.key in fills, is_read=is_read,
            )
            for element in elements
        ]  # fmt: skip
