"""The way of a number from where we started to where we want to be, week by week, as it was measured."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.discovery.models import Goal
from groundwork.ui.charts import BarChart, Series

WEEKS = 16  # the newest that a chart shows


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


class Ways:
    """The kept readings of these numbers. One query, whatever their number."""

    def __init__(self, goals: Iterable[Goal]):
        keys = {goal.metric for goal in goals if goal.metric}
        since = monday_of(today()) - timedelta(weeks=WEEKS - 1)
        rows = Measured.objects.filter(kind=Measured.Kind.METRIC, key__in=keys, day__gte=since)
        self.weeks: dict[str, dict[date, Decimal | None]] = {}
        for key, day, value in rows.exclude(value=None).order_by("day").values_list("key", "day", "value"):
            self.weeks.setdefault(key, {})[monday_of(day)] = value  # the last of a week stands for it

    def of(self, goal: Goal, value: Decimal | None) -> list[tuple[date, Decimal | None]]:
        """(Monday, reading) of every week since we started; ``value`` is today's, a week without a reading has None.
        Empty before anything was measured."""
        found = dict(self.weeks.get(goal.metric, {}))
        if goal.baseline is not None and goal.baseline_on:
            first = monday_of(goal.baseline_on)
            found = {monday: reading for monday, reading in found.items() if monday >= first}
            found.setdefault(first, goal.baseline)
        if value is not None:
            found[monday_of(today())] = value
        if not found:
            return []
        first, weeks = min(found), (max(found) - min(found)).days // 7
        mondays = [first + timedelta(weeks=week) for week in range(weeks + 1)]
        return [(monday, found.get(monday)) for monday in mondays[-WEEKS:]]

    def chart(self, goal: Goal, value: Decimal | None, live_on: date | None) -> BarChart | None:
        """None while there is but one week to show."""
        readings = self.of(goal, value)
        known = [reading for _monday, reading in readings if reading is not None]
        if len(known) < 2:
            return None
        year = today().year
        target = None
        if goal.target is not None:
            count = len(readings)
            target = Series(_("where we want to be"), [float(goal.target)] * count, [goal.words(goal.target)] * count)
        return BarChart(
            title=_("%(first)s at first, %(last)s now")
            % {"first": goal.words(known[0]), "last": goal.words(known[-1])},
            labels=[languages.short_day(monday, year) for monday, _reading in readings],
            series=[
                Series(
                    str(goal.measure.label) if goal.measure else "",
                    [None if reading is None else float(reading) for _monday, reading in readings],
                    [languages.NO_VALUE if reading is None else goal.words(reading) for _monday, reading in readings],
                )
            ],
            target=target,
            caption=_("Live since %(day)s.") % {"day": languages.day(live_on)} if live_on else "",
            label_heading=_("Week of"),
            id=f"way-{goal.pk}",
        )  # fmt: skip
