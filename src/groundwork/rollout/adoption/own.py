"""One's own figures, for nobody but oneself; and those of a team as medians, where five are too many to tell apart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Q
from django.db.models.functions import TruncDate

from groundwork.access.models import Department, User
from groundwork.core.clock import now, today
from groundwork.records.models import Activity, ChangeSet, Use
from groundwork.records.use import flush
from groundwork.records.workdays import calendar
from groundwork.rollout.adoption.roles import FEW
from groundwork.rollout.adoption.use import DAYS


@dataclass(frozen=True)
class Figures:
    """Of the last four weeks. ``lag_hours``: half of the notes and calls were written down sooner; None: no such."""

    days: float  # on which something was written
    of_days: int  # worked days
    lag_hours: float | None
    reports: float  # times a report was opened


def figures_of(people: Collection[int]) -> dict[int, Figures]:
    """Of each of them. Three queries, whatever their number."""
    flush()
    since, begin = now() - timedelta(days=DAYS), today() - timedelta(days=DAYS)
    of_days = calendar().working_between(begin, today())
    acts = ChangeSet.objects.filter(by__in=people, at__gte=since, channel="web").order_by()
    days: dict[int, set] = {}
    for person, day in acts.values_list("by", TruncDate("at")).distinct():
        days.setdefault(person, set()).add(day)
    told = Activity.objects.filter(by__in=people, at__gte=since, changeset__isnull=False).order_by()
    lags: dict[int, list[float]] = {}
    for person, happened, written in told.values_list("by", "at", "changeset__at"):
        lags.setdefault(person, []).append(max(0.0, (written - happened).total_seconds() / 3600))
    opened: dict[int, int] = {}
    for person in Use.objects.filter(user__in=people, kind="report", at__gte=since).values_list("user", flat=True):
        opened[person] = opened.get(person, 0) + 1
    return {
        pk: Figures(
            len(days.get(pk, ())), of_days, median(lags[pk]) if pk in lags else None, opened.get(pk, 0)
        )
        for pk in people
    }  # fmt: skip


def own_figures(user) -> Figures:
    return figures_of([user.pk])[user.pk]


def team_figures(user) -> Figures | None:
    """The medians of the departments that ``user`` heads, with those below them, without ``user``.

    None for who heads none, and for fewer than five people: one could tell whose they are.
    """
    led = Q()
    for path in Department.objects.filter(head=user).values_list("path", flat=True):
        led |= Q(department__path__startswith=path)
    if not led:
        return None
    people = list(User.objects.filter(led, is_active=True).exclude(pk=user.pk).values_list("pk", flat=True))
    if len(people) < FEW:
        return None
    each = list(figures_of(people).values())
    lags = [one.lag_hours for one in each if one.lag_hours is not None]
    return Figures(
        median(one.days for one in each), each[0].of_days, median(lags) if len(lags) >= FEW else None,
        median(one.reports for one in each),
    )  # fmt: skip
