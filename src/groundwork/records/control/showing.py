"""What a person sees of what did not happen: on my day, and on the page that lists it all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.records.control.conditions import may_read
from groundwork.records.control.models import ControlEvent, ControlRule
from groundwork.records.models import Record
from groundwork.records.notices.models import Notice
from groundwork.records.notices.reading import Screen, screens
from groundwork.records.notices.telling import CUT
from groundwork.records.types import seen_among, types
from groundwork.ui.table import Cell, Column, Row, Table

ON_MY_DAY = 5
MOST = 1000  # events that are looked through
OF_GROUP = 15  # lines of a group, unless it is shown alone


@dataclass
class Missed:
    """One event about a record that the reader sees."""

    event: ControlEvent
    record: Record
    whose: str = ""  # what the record's own name does not say: of an invoice, the company

    @property
    def late(self) -> str:
        days = (today() - self.event.due_on).days
        return ngettext("%(count)s day late", "%(count)s days late", days) % {"count": days}


@dataclass
class Day:
    rows: list[Missed]
    count: int  # of all, also those that do not stand here


@dataclass
class Group:
    title: str
    table: Table
    key: str = ""
    more_url: str = ""  # shows it whole; "" where it is
    rows: list[Missed] = field(default_factory=list)


def seen_by(user, events: Iterable[ControlEvent]) -> list[Missed]:
    """Those whose record the person sees, under rules that go by nothing hidden from them: one query a type."""
    events = list(events)
    rules = {event.rule_id: event.rule for event in events if event.type in types}  # type: ignore[attr-defined]
    readable = {pk for pk, rule in rules.items() if may_read(rule, user)}
    events = [event for event in events if event.rule_id in readable]  # type: ignore[attr-defined]
    seen = seen_among(user, events)
    pairs = [(event, seen.get((event.type, event.object_id))) for event in events]
    names = whose(user, [record for _event, record in pairs if record is not None])
    return [Missed(event, record, names.get(record, "")) for event, record in pairs if record is not None]


def whose(user, records: Sequence[Record]) -> dict[Record, str]:
    """By the first link that the person sees among the columns of its list: one query a type."""
    found: dict[Record, str] = {}
    for kind in (types[key] for key in {record.type_key for record in records}):
        links = [shown for shown in kind.visible_fields(user, kind.columns) if shown.kind == "link"]
        if not links:
            continue
        held = {record: links[0].read(record) for record in records if record.type_key == kind.key}
        seen = links[0].target.objects.visible_to(user).filter(pk__in=set(held.values()) - {None})
        names = {row.pk: str(row) for row in seen}
        found |= {record: names[pk] for record, pk in held.items() if pk in names}
    return found


def hidden_notices(user, notices: Sequence[Notice]) -> set[int]:
    """Those of rules that go by what is hidden from the person by now: one query."""
    types_of = {notice.type for notice in notices if notice.type in types}
    rules = list(ControlRule.objects.filter(type__in=types_of))
    closed = {(rule.type, rule.name[:CUT]) for rule in rules if not may_read(rule, user)}
    return {notice.pk for notice in notices if (notice.type, notice.text) in closed}


screens.add(Screen("control", frozenset({Notice.Kind.CONTROL, Notice.Kind.TOLD}), hidden_notices))


def of_day(user) -> Day | None:
    """What the person answers for, what was missed last first; None where there is nothing."""
    events = open_events().filter(answers=user).order_by("-due_on", "pk")
    rows = seen_by(user, events[:MOST])
    return Day(rows[:ON_MY_DAY], len(rows)) if rows else None


def open_events():
    return ControlEvent.objects.filter(closed_at=None).select_related("rule", "answers").order_by("due_on", "pk")


def groups_for(user, *, by_person: bool, of: str = "") -> list[Group]:
    """Everything that did not happen, as far as the person sees the records; by rule, or by who answers.

    ``of`` is the key of the one group that is shown alone, and whole.
    """
    found: dict[Any, Group] = {}
    for missed in seen_by(user, open_events()[:MOST]):
        event = missed.event
        title = (str(event.answers or "") or _("Nobody answers")) if by_person else event.rule.name
        key = event.answers_id if by_person else event.rule_id  # type: ignore[attr-defined]
        found.setdefault(key, Group(title, Table([], []), str(key or 0))).rows.append(missed)
    groups = sorted(found.values(), key=lambda group: (-len(group.rows), group.title))
    groups = [group for group in groups if group.key == of] or groups
    for group in groups:
        if group.key != of and len(group.rows) > OF_GROUP:
            by = {"by": "person"} if by_person else {}
            group.more_url = f"{reverse('records:control')}?{urlencode({**by, 'of': group.key})}"
        group.table = table_of(group, by_person)
    return groups


def table_of(group: Group, by_person: bool) -> Table:
    other = _("What had to happen") if by_person else _("Who answers")
    columns = [
        Column("record", _("Record"), main=True), Column("other", other), Column("due", _("By")),
        Column("late", _("Since"), second=True),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(str(missed.record), kind="bold", sub=missed.whose),
                Cell(missed.event.rule.name if by_person else str(missed.event.answers or "–")),
                Cell(languages.day(missed.event.due_on)), Cell(missed.late, kind="bad"),
            ],
            href=missed.record.get_absolute_url(), key=str(missed.event.pk),
        )
        for missed in (group.rows[:OF_GROUP] if group.more_url else group.rows)
    ]  # fmt: skip
    return Table(columns, rows, caption=group.title, caption_seen=False, id=f"events-{group.key}")
