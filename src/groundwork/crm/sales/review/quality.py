"""How well reviews are held, and whether order grows: their quality, the curve by week, its third-week check."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from groundwork.core.registry import Registry
from groundwork.crm.sales.review.agenda import previous, snapshot
from groundwork.crm.sales.review.models import Review, Snapshot
from groundwork.crm.sales.review.snapshots import needs_decision

WEEKS = 26  # that the curve shows
CHECKED = 3  # the week by which order must have grown (R56)


@dataclass(frozen=True)
class Quality:
    """Four shares, 0 to 1, each a quarter; None where there was nothing to count, and the others share its part."""

    on_day: float
    covered: float | None
    decided: float | None
    kept: float | None

    @property
    def percent(self) -> int:
        known = [part for part in (self.on_day, self.covered, self.decided, self.kept) if part is not None]
        return round(100 * sum(known) / len(known))


def quality(review: Review) -> Quality:
    """Held on its day; people covered; stale cards that got a decision; tasks of the last review done in time."""
    zone = timezone.localtime
    on_day = bool(review.began_at) and zone(review.began_at).date() == zone(review.planned_at).date()
    seats = list(review.seats.all())  # type: ignore[attr-defined]
    covered = sum(seat.begun_at is not None for seat in seats) / len(seats) if seats else None
    return Quality(float(on_day), covered, _decided(review), _kept(review))


def _decided(review: Review) -> float | None:
    begin = snapshot(review, Snapshot.Moment.BEGIN)
    if begin is None:
        return None
    stale = {int(deal) for masks in begin.masks.values() for deal, mask in masks.items() if needs_decision(mask)}
    decided = set(review.decisions.standing().values_list("deal", flat=True))  # type: ignore[attr-defined]
    return len(stale & decided) / len(stale) if stale else None


def _kept(review: Review) -> float | None:
    last = previous(review)
    if last is None:
        return None
    rows = last.decisions.standing().filter(task__isnull=False, task__archived_at=None)  # type: ignore[attr-defined]
    tasks = [row.task for row in rows.select_related("task")]
    done = [task for task in tasks if task.is_done and timezone.localtime(task.done_at).date() <= task.due_on]
    return len(done) / len(tasks) if tasks else None


@dataclass(frozen=True)
class GoLive:
    """What knows since when the firm works in the product; ``day()`` gives None while it does not."""

    name: str
    day: Callable[[], date | None]


go_lives: Registry[GoLive] = Registry(lambda one: one.name)


def live_since() -> date | None:
    """The first day that an upper room knows of."""
    return min((day for one in go_lives if (day := one.day()) is not None), default=None)


@dataclass(frozen=True)
class Week:
    number: int  # 1 is the week of going live, or of the first review where no such day is known by then
    begins_on: date
    score: int


def curve(reviews) -> list[Week]:
    """The order of the board at the beginning of each review, by week since going live; the mean over deals.

    While no such day is known, or no review was held since, weeks count from the first review.
    """
    shots = Snapshot.objects.filter(review__in=reviews, moment=Snapshot.Moment.BEGIN).order_by("at")
    weeks: dict[date, list[int]] = {}
    for at, team in shots.values_list("at", "team"):
        if team.get("score") is not None:
            held = timezone.localtime(at).date()
            entry = weeks.setdefault(held - timedelta(days=held.weekday()), [0, 0])
            entry[0] += team["score"] * team["deals"]
            entry[1] += team["deals"]
    if not weeks:
        return []
    first = first_week(max(weeks)) or min(weeks)
    found = [
        Week((monday - first).days // 7 + 1, monday, round(points / deals)) for monday, (points, deals) in weeks.items()
    ]
    return found[-WEEKS:]


def first_week(last: date) -> date | None:
    """The Monday of the week of going live; None unless that is known and not after ``last``."""
    day = live_since()
    monday = day - timedelta(days=day.weekday()) if day else None
    return monday if monday is not None and monday <= last else None


def is_behind(weeks: list[Week]) -> bool:
    """R56: by the third week order has not grown beyond that of the first week since going live that has a review."""
    by_number = {week.number: week.score for week in weeks}
    first = next((by_number[number] for number in range(1, CHECKED) if number in by_number), None)
    return first is not None and CHECKED in by_number and by_number[CHECKED] <= first
