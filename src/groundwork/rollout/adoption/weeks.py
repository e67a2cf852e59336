"""The first weeks after going live: who works in it, what is written down and opened, who met a fault (D33, D96)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Min
from django.db.models.functions import TruncWeek

from groundwork.access.models import User
from groundwork.core.clock import now, start_of, today
from groundwork.records.models import Change, ChangeSet, Use
from groundwork.records.use import flush
from groundwork.rollout.adoption.roles import FEW
from groundwork.rollout.adoption.way import monday_of
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.requirements.models import first_live_on

WEEKS = 12
FIRST_DAYS = 10
TOO_MANY = 0.1  # of those who met a fault in their first days


@dataclass(frozen=True)
class Week:
    number: int  # 1 is the week of going live
    begins_on: date
    people: int  # who wrote something
    made: int  # records
    opened: int  # reports
    faults: int

    @property
    def is_told(self) -> bool:
        """What fewer than five people did would tell of each of them."""
        return not self.people or self.people >= FEW


@dataclass(frozen=True)
class FirstDays:
    """Of ``people``, how many met a fault within ten days of going live, or of their own first day after it."""

    people: int
    met: int

    @property
    def is_too_many(self) -> bool:
        return bool(self.people) and self.met / self.people > TOO_MANY


def first_weeks() -> list[Week]:
    """The week of going live and those after it, twelve at most; empty while nothing is live. Five queries."""
    live_on = first_live_on()
    if live_on is None:
        return []
    flush()
    first = monday_of(live_on)
    begin, end = start_of(first), min(now(), start_of(first + timedelta(weeks=WEEKS)))
    acts = ChangeSet.objects.filter(at__gte=begin, at__lt=end, channel="web", by__isnull=False).order_by()
    changes = Change.objects.filter(changeset__in=acts, created=True).order_by()
    uses = Use.objects.filter(at__gte=begin, at__lt=end, kind="report").order_by()
    people = by_week(acts, "at", Count("by", distinct=True))
    made = by_week(changes, "changeset__at", Count("pk"))
    opened = by_week(uses, "at", Count("pk"))
    faults: dict[date, int] = {}
    for day in Defect.objects.current().filter(found_on__gte=first).values_list("found_on", flat=True):
        faults[monday_of(day)] = faults.get(monday_of(day), 0) + 1
    count = min(WEEKS, (monday_of(today()) - first).days // 7 + 1)
    mondays = [first + timedelta(weeks=place) for place in range(count)]
    return [
        Week(
            number, monday, people.get(monday, 0), made.get(monday, 0), opened.get(monday, 0), faults.get(monday, 0)
        )
        for number, monday in enumerate(mondays, start=1)
    ]  # fmt: skip


def whole_week(weeks: list[Week]) -> Week | None:
    """The last one that is over; the first one while it goes on."""
    over = [week for week in weeks if week.begins_on + timedelta(weeks=1) <= today()]
    return (over or weeks)[-1] if weeks else None


def by_week(rows, column: str, counted) -> dict[date, int]:
    """{Monday: how many}, by the clocks of the firm."""
    found = rows.annotate(week=TruncWeek(column)).values_list("week").annotate(count=counted)
    return {week.date(): count for week, count in found}


def first_days() -> FirstDays | None:
    """None while nothing is live. Three queries."""
    live_on = first_live_on()
    if live_on is None:
        return None
    joined = {pk: day.date() for pk, day in User.objects.filter(is_active=True).values_list("pk", "joined_at")}
    began = {pk: max(live_on, day) for pk, day in joined.items()}
    at_work = Defect.objects.current().filter(found_in=Defect.FoundIn.WORK)  # trying is there to find them
    found = at_work.filter(found_on__gte=live_on, found_by__in=began)
    met = found.order_by().values_list("found_by").annotate(first=Min("found_on"))
    return FirstDays(len(began), sum(day - began[pk] < timedelta(days=FIRST_DAYS) for pk, day in met))
