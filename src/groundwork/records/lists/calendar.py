"""A calendar over a day of a record type: a month or a week, with the first records of each day and exact counts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from babel.dates import get_day_names
from django.db.models import Count
from django.utils.translation import gettext as _

from groundwork.access.rights import reach
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.months import first_of_month
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records import workdays
from groundwork.records.lists.board import mark_of
from groundwork.records.lists.cells import Names, page_address, writer
from groundwork.records.lists.listing import Listing
from groundwork.records.types import Field, route

SHOWN = 6  # records of one day
MOST = 500  # records that are read for one screen
WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass
class Item:
    key: int
    version: int
    title: str
    href: str
    about: str = ""  # the first thing that it is linked to
    may_move: bool = False
    is_late: bool = False  # its day is over, and it is still owed


@dataclass
class Day:
    on: date
    words: str
    is_today: bool = False
    is_outside: bool = False  # of another month than the one that is shown
    is_off: bool = False
    holiday: str = ""  # what is celebrated
    items: list[Item] = field(default_factory=list)
    count: int = 0
    list_url: str = ""
    also: list[tuple[str, str]] = field(default_factory=list)  # (words, address) of what an upper room remembers

    @property
    def value(self) -> str:
        return self.on.isoformat()

    @property
    def left(self) -> int:
        return self.count - len(self.items)


@dataclass(frozen=True)
class DaySource:
    """What an upper room shows beside the records of a type: ``of(user, first, last)`` gives
    {day: [(words, address)]}."""

    key: str
    type_key: str
    of: Callable[[Any, date, date], dict[date, list[tuple[str, str]]]]


beside: Registry[DaySource] = Registry(lambda source: source.key)


def day_of(value: date | str) -> date:
    """An added field keeps its day as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class Calendar:
    """``on``: the field; ``span``: "2026-11" for a month, "2026-W47" for a week (ISO 8601)."""

    def __init__(self, listing: Listing):
        self.listing, self.kind, self.user = listing, listing.kind, listing.user
        self.on = self._on(listing.params.get("on", ""))
        self.is_week = "W" in listing.params.get("span", "")
        self.first = self._first(listing.params.get("span", ""))

    def _on(self, name: str) -> Field:
        fields = {shown.name: shown for shown in self.fields}
        if name and name not in fields and self.listing.left_out is None:
            raise Refusal(_("There is no calendar by that field."))
        found = fields.get(name) or next(iter(fields.values()), None)
        if found is None:
            raise Refusal(_("No calendar is possible here: it takes a day that lists filter by."))
        return found

    @cached_property
    def fields(self) -> list[Field]:
        return [shown for shown in self.listing.filters.fields.values() if shown.kind == "date" and shown.is_own]

    def others(self) -> list[tuple[str, str, bool]]:
        found = [(shown.heading, self.listing.address(on=shown.name), shown is self.on) for shown in self.fields]
        return found if len(found) > 1 else []

    @staticmethod
    def _first(span: str) -> date:
        """The Monday of the week, or the first of the month."""
        try:
            if week := WEEK.fullmatch(span):
                return date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return date.fromisoformat(f"{span}-01") if span else today().replace(day=1)
        except ValueError as error:
            raise Refusal(_("Write a month like 2026-11 or a week like 2026-W47.")) from error

    # ── where one can go

    @property
    def heading(self) -> str:
        if not self.is_week:
            return languages.month(self.first)
        return f"{languages.day(self.first)} – {languages.day(self.first + timedelta(days=6))}"

    def _span_of(self, day: date) -> str:
        if not self.is_week:
            return f"{day:%Y-%m}"
        year, week, _day = day.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def before_url(self) -> str:
        return self.listing.address(span=self._span_of(self.first - timedelta(days=1)))

    @property
    def after_url(self) -> str:
        return self.listing.address(span=self._span_of(self.last + timedelta(days=1)))

    @property
    def today_url(self) -> str:
        return self.listing.address(span=self._span_of(today()))

    def spans(self) -> list[tuple[str, str, bool]]:
        day = today() if self.first <= today() <= self.last else self.first
        year, week, _day = day.isocalendar()
        month_url, week_url = self.listing.address(span=f"{day:%Y-%m}"), self.listing.address(span=f"{year}-W{week:02}")
        return [(_("Month"), month_url, not self.is_week), (_("Week"), week_url, self.is_week)]

    @property
    def last(self) -> date:
        if self.is_week:
            return self.first + timedelta(days=6)
        return first_of_month(self.first, 1) - timedelta(days=1)

    # ── days

    def weekdays(self) -> list[str]:
        names = get_day_names("abbreviated", "stand-alone", locale=languages.active())
        return [names[place] for place in range(7)]

    @cached_property
    def days(self) -> list[Day]:
        """Whole weeks, from Monday; three queries, whatever the number of records."""
        start = self.first - timedelta(days=self.first.weekday())
        end = self.last + timedelta(days=6 - self.last.weekday())
        rows = self.listing.narrowed.filter(**{f"{self.on.column}__gte": start, f"{self.on.column}__lte": end})
        sums = rows.values_list(self.on.column).annotate(counted=Count("pk")).order_by()
        counted = {day_of(value): count for value, count in sums}
        found, work = self._items(rows), workdays.calendar()
        also = self._also(start, end)
        days = []
        for place in range((end - start).days + 1):
            on = start + timedelta(days=place)
            key = f"f.{self.on.name}"
            days.append(
                Day(
                    on, languages.day(on), on == today(), not self.first <= on <= self.last,
                    not work.is_working(on), work.holiday(on), found.get(on, [])[:SHOWN], counted.get(on, 0),
                    self.listing.address("records:list", on="", span="", **{key: on.isoformat()}),
                    also.get(on, []),
                )
            )  # fmt: skip
        return days

    def _also(self, start: date, end: date) -> dict[date, list[tuple[str, str]]]:
        found: dict[date, list[tuple[str, str]]] = {}
        for source in beside:
            if source.type_key == self.kind.key:
                for day, words in source.of(self.user, start, end).items():
                    found.setdefault(day, []).extend(words)
        return found

    def _items(self, rows) -> dict[date, list[Item]]:
        title = self.kind.model.title_field
        usual = self.kind.visible_fields(self.user, self.kind.columns)
        about = [item for item in usual if item.kind == "link"][:1]
        shown = [*self.kind.visible_fields(self.user, (title,)), *about]
        names = ["pk", "number", "version", "owner_id", "department_id", self.on.column]
        names += [item.column for item in shown]
        owed, value = self.kind.owed or ("", "")
        names += [self.kind.field(owed).column] if owed else []
        page = list(rows.order_by(self.on.column, "pk").values_list(*dict.fromkeys(names), named=True)[:MOST])
        linked = Names(self.user, about, page)
        found: dict[date, list[Item]] = {}
        write = [writer(item, linked) for item in shown]
        href, scope = page_address(self.kind.key), reach(self.user, "edit", self.kind.key)
        for row in page:
            cells = [one(row).text for one in write]
            words, rest = (cells[0], cells[1:]) if shown and shown[0].name == title else ("", cells)
            may = self.may_move and scope.holds(row.owner_id, row.department_id)
            day = day_of(getattr(row, self.on.column))
            late = bool(owed) and day < today() and getattr(row, owed) == value
            item = Item(row.pk, row.version, words or row.number, href(row.pk), "".join(rest), may, late)
            found.setdefault(day, []).append(item)
        return found

    @property
    def may_move(self) -> bool:
        return self.on.name in self.listing.open_names and not self.listing.archived

    @property
    def move_url(self) -> str:
        return f"{route('records:list', self.kind.key)}0/move"

    @property
    def live_url(self) -> str:
        return self.listing.address(since=mark_of([self.kind.key]))
