"""What a record's page shows: facts, parts, the timeline, and records that link here. A fixed number of queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Value
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.models import Department, User
from groundwork.access.rights import rights
from groundwork.blueprint.elements import on_keys
from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.core.registry import Registry
from groundwork.records import history, write
from groundwork.records.added import layouts
from groundwork.records.forms import part_form
from groundwork.records.lists.cells import Names, cell, known_names, words_for
from groundwork.records.models import Activity, Change, Record, RecordFile
from groundwork.records.notices import mentions
from groundwork.records.tasks.models import Task
from groundwork.records.types import PartType, RecordType, related_types, type_of
from groundwork.ui.table import Cell, Column, Fact, Facts, Row, Table

EVENTS = 30
RELATED = 5


@dataclass(frozen=True)
class Panel:
    """A panel of a record's page that an upper room contributes: ``of(record, user)`` gives its template's values."""

    key: str
    type_key: str
    template: str
    of: Any


panels: Registry[Panel] = Registry(lambda panel: panel.key)


def panels_of(record: Record, user) -> list[tuple[str, Any]]:
    """(template, values) of each contributed panel."""
    return [(panel.template, panel.of(record, user)) for panel in panels if panel.type_key == record.type_key]


def always_beside(record: Record, may: dict[str, bool]) -> bool:
    """Does something stand beside, whatever the record holds?"""
    return any(may.values()) or any(panel.type_key == record.type_key for panel in panels)


@dataclass(frozen=True)
class PageAction:
    """A button of a record's page: what an upper room lets people do to the record, beyond typing into it.

    ``act(record, by, **asked)`` gets the record locked and at the version that the person saw, in one transaction and
    one line of history called ``key``; it returns the record or the route to go on to (None: the same) or raises
    a ``Refusal``.
    ``form(record, user, data)`` asks for more first, on a page of its own; without it one click does.
    """

    key: str  # like "order.confirm": the type, and the verb
    label: Any  # lazy text: what the button says
    act: Callable[..., Record | str | None]
    done: Any = ""  # what is told when it is done
    past: Any = ""  # what the timeline calls it: "Confirmed" of "Confirm"; the label, else
    verb: str = "edit"  # the grant it takes on the record
    also: tuple[tuple[str, str], ...] = ()  # further grants: (verb, type), e.g. ("create", "invoice")
    offered: Callable[[Any], bool] = lambda record: True  # does it make sense now?
    for_whom: Callable[[Any, Any], bool] = lambda record, user: True  # of those who may, whose business is it?
    form: Callable[..., Any] | None = None
    explain: Any = ""
    icon: str = "play"
    primary: bool = False
    can_go_back: bool = False  # it changes fields of this record, or makes others, and no more: undo takes it back
    made: Callable[[Any], Record | None] = lambda record: None  # before: who presses again is led there, and no more

    @property
    def type_key(self) -> str:
        return self.key.partition(".")[0]

    @property
    def asks_first(self) -> bool:
        """A template that named ``form`` would call it, and find nothing."""
        return self.form is not None

    def suits(self, record: Record, user) -> bool:
        return self.offered(record) and self.for_whom(record, user)

    def may(self, user, record: Record) -> bool:
        return user.can(self.verb, record) and all(user.can(verb, key) for verb, key in self.also)

    def url(self, record: Record) -> str:
        return reverse("records:act", args=[record.type_key, record.pk, self.key])


def may_archive(record: Record, user) -> bool:
    """Is it offered? What is archived may be put back; a record that must stay is not offered to be refused then."""
    stays = type_of(record).stays
    return user.can("archive", record) and (record.is_archived or stays is None or not stays(record))


@dataclass(frozen=True)
class PageFile:
    """A file made of a record, such as its PDF; for whoever may view it. ``of(record, user)`` gives (name, bytes).

    ``tells``: the fields and parts of the record that stand in it; from whom one of them is hidden does not get it.
    """

    key: str
    label: Any
    of: Callable[[Any, Any], tuple[str, bytes]]
    tells: tuple[str, ...] = ()
    icon: str = "file-down"
    mime: str = "application/pdf"

    @property
    def type_key(self) -> str:
        return self.key.partition(".")[0]

    def url(self, record: Record) -> str:
        return reverse("records:file", args=[record.type_key, record.pk, self.key])

    def may(self, user) -> bool:
        return not any(rights(user).field_mode(self.type_key, name) == "hidden" for name in self.tells)


class PageActions(Registry[PageAction]):
    """The acts of records' pages; each names its line of history."""

    def add(self, item: PageAction) -> PageAction:
        acts.add(ActLabel(item.key, item.past or item.label, item.can_go_back))
        return super().add(item)


page_actions = PageActions(lambda item: item.key)
page_files: Registry[PageFile] = Registry(lambda item: item.key)


def buttons_of(record: Record, user) -> list[tuple[PageAction, str]]:
    """(action, its address) of what the person may do to the record now."""
    if record.is_archived:
        return []
    mine = (action for action in page_actions if action.type_key == record.type_key)
    return [(action, action.url(record)) for action in mine if action.suits(record, user) and action.may(user, record)]


def files_of(record: Record, user) -> list[tuple[PageFile, str]]:
    """(file, its address) of what the person may have made of the record."""
    return [(file, file.url(record)) for file in page_files if file.type_key == record.type_key and file.may(user)]


@dataclass(frozen=True)
class ActLabel:
    """What the timeline calls an act: ``key`` is what ``writing(act=…)`` was given."""

    key: str
    label: Any  # lazy text
    can_go_back: bool = False  # who did it is offered to take it back


acts: Registry[ActLabel] = Registry(lambda item: item.key)
for act_label in (
    ActLabel("created", gettext_lazy("Created"), can_go_back=True),
    ActLabel("edited", gettext_lazy("Changed"), can_go_back=True),
    ActLabel("archived", gettext_lazy("Archived"), can_go_back=True),
    ActLabel("restored", gettext_lazy("Restored"), can_go_back=True),
    ActLabel("undone", gettext_lazy("Taken back")),
    ActLabel("imported", gettext_lazy("Imported")),
    ActLabel("noted", gettext_lazy("Note")),
    ActLabel("merged", gettext_lazy("Merged")),
    ActLabel("unmerged", gettext_lazy("Merge taken back")),
    ActLabel("file.added", gettext_lazy("File added"), can_go_back=True),
    ActLabel("file.removed", gettext_lazy("File removed"), can_go_back=True),
):
    acts.add(act_label)


@dataclass
class Line:
    """One field in a change; ``back_url`` puts back what it held before."""

    label: str
    before: str
    after: str
    back_url: str = ""


@dataclass
class Event:
    """One line of the timeline."""

    icon: str
    title: str
    who: str
    at: datetime
    when: str
    text: str = ""
    changes: Sequence[Line] = ()
    quiet: bool = False
    undo_url: str = ""
    href: str = ""


def facts_of(record: Record, user) -> Facts:
    kind = type_of(record)
    names = dict.fromkeys((*layouts.ordered(kind, user, kind.fields), "owner", "department"))
    shown = kind.visible_fields(user, tuple(names))
    shown = [item for item in shown if item.name != record.title_field]
    called = Names(user, shown, [record])
    reasons = {key.split(".", 1)[1] for key in on_keys() if key.startswith(f"field:{kind.key}.")}
    items = []
    for item in shown:
        why_url = reverse("records:why", args=[f"field:{kind.key}.{item.name}"]) if item.name in reasons else ""
        items.append(Fact(item.heading, cell(item, record, called), why_url=why_url))
    filled = sum(1 for item in items if item.cell.text)
    items = [item for item in items if item.cell.text]
    summary = _("%(filled)s of %(all)s filled") % {"filled": filled, "all": len(shown)}
    return Facts([Fact(_("Number"), Cell(record.number)), *items], title=_("Facts"), summary=summary)


@dataclass
class PartPanel:
    part: PartType
    table: Table
    form: Any = None
    add_url: str = ""
    why_url: str = ""
    more: int = 0
    ticks: "Sequence[Tick]" = ()

    @property
    def ticked(self) -> int:
        return sum(tick.is_on for tick in self.ticks)


@dataclass
class Tick:
    """A line that is ticked in place: its form sends what the form of the line would. Without ``url`` it is read."""

    words: str
    is_on: bool
    url: str = ""
    seen: str = ""
    values: Sequence[tuple[str, str]] = ()  # names and values to send, as they are to become


PARTS_SHOWN = 100


def parts_of(record: Record, user, wrong_form=None) -> list[PartPanel]:
    """The tables of the record's lines that the person may see, with a form for one more where allowed."""
    kind = type_of(record)
    frozen = kind.frozen(record) if kind.frozen else frozenset()
    result = []
    for part in kind.visible_parts(user):
        rows = list(
            part.model.objects.filter(**{part.model.parent_field: record}).order_by(part.order, "pk")[: PARTS_SHOWN + 1]
        )
        may = part.addable and user.can("edit", record) and not record.is_archived and part.key not in frozen
        form = wrong_form if wrong_form is not None and wrong_form.part is part else None
        panel = PartPanel(part, _part_table(part, record, user, rows[:PARTS_SHOWN], may))
        panel.more = len(rows) > PARTS_SHOWN
        if may:
            panel.form = form or part_form(part, user, record, initial=_part_defaults(part, record), prefix=part.key)
            panel.add_url = reverse("records:part_add", args=[kind.key, record.pk, part.key])
        if part.ticked:
            panel.ticks = [_tick(part, row, record, may) for row in rows[:PARTS_SHOWN]]
        if part.element:
            panel.why_url = reverse("records:why", args=[part.element])
        result.append(panel)
    return result


def _tick(part: PartType, row, record: Record, may: bool) -> Tick:
    is_on = bool(getattr(row, part.ticked))
    if not may:
        return Tick(str(row), is_on)
    sent = [(name, str(getattr(row, name))) for name in part.fields if name != part.ticked]
    sent += [] if is_on else [(part.ticked, "on")]
    url = reverse("records:part_edit", args=[record.type_key, record.pk, part.key, row.pk])
    return Tick(str(row), is_on, url, write.seen(row), [(f"{part.key}-{name}", value) for name, value in sent])


def _part_defaults(part: PartType, record: Record) -> dict:
    from groundwork.blueprint.models import Firm
    from groundwork.core.clock import today

    return {
        "currency": getattr(record, "currency", "") or Firm.own_currency(),
        "valid_from": today(),
        "quantity": 1,
    }


def _part_table(part: PartType, record: Record, user, rows: list, may: bool) -> Table:
    names = Names(user, part.shown, rows)
    for row in rows:
        if not hasattr(row, "currency"):
            row.currency = getattr(record, "currency", "")
    columns = [
        Column(item.name, item.heading, numeric=item.numeric, main=not place, second=item.kind == "money")
        for place, item in enumerate(part.in_table)
    ]
    shown = []
    for row in rows:
        cells = [_part_cell(part, item, row, names) for item in part.in_table]
        if may:
            cells.append(
                Cell(
                    _("Change"), href=reverse("records:part_edit", args=[record.type_key, record.pk, part.key, row.pk])
                )
            )
        shown.append(Row(cells, key=f"{part.key}-{row.pk}"))
    if may:
        columns.append(Column("change", ""))
    return Table(columns, shown, caption=str(part.label), caption_seen=False, id=f"part-{part.key}")


def line_facts(part: PartType, row, record: Record, user) -> list[tuple[str, str]]:
    """A line as (label, value) pairs, as the reader may see it."""
    names = Names(user, part.shown, [row])
    if not hasattr(row, "currency"):
        row.currency = getattr(record, "currency", "")
    told = [(item.heading, cell(item, row, names).text) for item in part.shown]
    return [(label, text) for label, text in told if text]


def _part_cell(part: PartType, item, row, names: Names) -> Cell:
    """The value; where another field of the line says what it is about, it leads there."""
    made = cell(item, row, names)
    if (leads := part.leads.get(item.name)) and getattr(row, f"{leads}_id"):
        made.href = cell(next(shown for shown in part.shown if shown.name == leads), row, names).href
    return made


SHOWN = {  # what the timeline is narrowed to; the last waits for rooms that know documents
    "notes": gettext_lazy("Notes"),
    "calls": gettext_lazy("Calls"),
    "changes": gettext_lazy("Changes"),
    "tasks": gettext_lazy("Tasks"),
    "files": gettext_lazy("Files"),
    "documents": gettext_lazy("Documents"),
}


@dataclass(frozen=True)
class TimelineSource:
    """Documents that an upper room shows in the timeline of a record type: ``of(record, user, before, limit)`` gives
    the newest events of before that moment."""

    key: str
    type_key: str
    of: Callable[[Any, Any, datetime, int], list[Event]]


timeline: Registry[TimelineSource] = Registry(lambda source: source.key)


def shown_of(kind: RecordType) -> dict[str, str]:
    """What the timeline of this type can be narrowed to."""
    has_documents = any(source.type_key == kind.key for source in timeline)
    return {key: str(label) for key, label in SHOWN.items() if key != "documents" or has_documents}


@dataclass
class Timeline:
    """The newest events, and the address of the older ones ("" where there are none)."""

    events: list[Event]
    older: str = ""


def timeline_of(
    record: Record, user, *, tasks: Sequence[Task] = (), files: Sequence[RecordFile] = (), show="", before=None
) -> Timeline:
    """What people said, owed and changed, newest first. Changes of fields hidden to the reader stay hidden.

    ``show`` is a key of ``SHOWN`` or "" for all (then without documents, which stand beside); ``before`` a moment.
    """
    end = before or now() + timedelta(days=1)
    events: list[Event] = []
    if show in ("", "notes", "calls"):
        events += _spoken(record, show, end)
    if show in ("", "changes"):
        events += _changes(record, user, end)
    if show in ("", "tasks"):
        events += [event for task in tasks for event in _owed(task, user)]
    if show in ("", "files"):
        events += [_attached(file) for file in files]
    if show == "documents":
        for source in timeline:
            events += source.of(record, user, end, EVENTS + 1) if source.type_key == record.type_key else []
    events = sorted((event for event in events if event.at < end), key=lambda event: event.at, reverse=True)
    older = urlencode({"show": show, "before": events[EVENTS - 1].at.isoformat()}) if len(events) > EVENTS else ""
    return Timeline(events[:EVENTS], older)


def _spoken(record: Record, show: str, end: datetime) -> list[Event]:
    said = Activity.objects.filter(type=record.type_key, object_id=record.pk, at__lt=end).select_related("by")
    if show:
        said = said.filter(kind=Activity.Kind.CALL if show == "calls" else Activity.Kind.NOTE)
    return [_said(item) for item in said.order_by("-at")[: EVENTS + 1]]


def _changes(record: Record, user, end: datetime) -> list[Event]:
    found = Change.objects.filter(type=record.type_key, object_id=record.pk, changeset__at__lt=end)
    changes = list(found.select_related("changeset__by").order_by("-pk")[: EVENTS + 1])
    kind = type_of(record)
    past = Past(record, _people_in(kind, changes, user), write.values(record), history.may_put_back(record, user))
    return [event for item in changes if (event := _changed(item, kind, user, past))]


def _attached(file: RecordFile) -> Event:
    return _event("paperclip", _("File"), file.by, file.at, file.name)


def _said(item: Activity) -> Event:
    call = item.kind == Activity.Kind.CALL
    title = str(Activity.Kind(item.kind).label)
    if item.outcome:
        title = _("%(call)s: %(outcome)s") % {"call": title, "outcome": item.get_outcome_display()}
    if call and item.minutes:
        title = _("%(call)s, %(minutes)s min") % {"call": title, "minutes": item.minutes}
    return _event(
        "phone" if call else "message-square", title, item.by, item.at, mentions.shown(item.text, item.mentioned)
    )


def _owed(task: Task, user) -> list[Event]:
    """When a task was given, and when it was done; without its day where that is hidden from the reader."""
    words = {"name": task.owner or "", "day": languages.day(task.due_on)}
    tells_day = type_of(task).visible_fields(user, ("due_on",))
    given = _("Task for %(name)s by %(day)s") % words if tells_day else _("Task for %(name)s") % words
    events = [_event("square-check", given, task.created_by, task.created_at, task.what)]
    if task.done_at:
        events.append(_event("check", _("Task done"), task.done_by, task.done_at, task.what))
    return events


def _event(icon: str, title: str, who, at: datetime, text: str = "") -> Event:
    return Event(icon, title, str(who or ""), at, languages.moment(at), text)


def _people_in(kind: RecordType, changes: list[Change], user) -> dict[tuple[str, int], str]:
    """Names of the people and departments that the changes speak of: one query each."""
    found = {}
    for word, model in (("user", User), ("department", Department)):
        names = [item.model_field.attname for item in kind.by_name.values() if item.kind == word]
        ids = {value for change in changes for name in names for value in change.fields.get(name, []) if value}
        if ids:
            found.update({(word, pk): name for pk, name in known_names(user, model, ids).items()})
    return found


@dataclass
class Past:
    """What the lines of a record's history are told with: names, the currency, what it holds now, what may go back."""

    record: Record
    people: dict[tuple[str, int], str]
    held: dict[str, Any]
    open_now: frozenset[str]

    @property
    def currency(self) -> str:
        return getattr(self.record, "currency", "")


def _line(shown, before, after, change: Change, past: Past) -> Line:
    """One field of a change; offered to be put back where it holds something else by now."""
    if shown.kind == "link":
        return Line(shown.heading, "", _("changed"))
    was, has = (_words(shown, value, past.people, past.currency) for value in (before, after))
    may = shown.column in past.open_now and past.held.get(shown.column) != before
    return Line(shown.heading, was, has, history.back_url(past.record, shown, change.version - 1) if may else "")


def _changed(change: Change, kind: RecordType, user, past: Past) -> Event | None:
    act = change.changeset
    visible = {item.model_field.attname: item for item in kind.visible_fields(user, tuple(kind.by_name))}
    lines: list[Line] = []
    if not change.created:
        for name, (before, after) in change.fields.items():
            if "#" in name:
                lines += [Line(*words) for words in _part_line(kind, user, name, before, after)]
            elif name in visible:
                lines.append(_line(visible[name], before, after, change, past))
        if not lines and act.act in ("edited", "undone", "file.added"):
            return None
    named = acts.get(act.act)
    title = str(named.label) if named else act.act
    undo_url = ""
    if act.by_id == user.pk and act.channel == "web" and named is not None and named.can_go_back:
        undo_url = reverse("records:undo", args=[act.pk])
    return Event(
        "history",
        title,
        str(act.by or ""),
        act.at,
        languages.moment(act.at),
        changes=lines,
        quiet=True,
        undo_url=undo_url,
    )


def _words(shown, value, people, currency: str) -> str:
    if shown.kind in ("user", "department"):
        return people.get((shown.kind, value), languages.NO_VALUE)
    if shown.kind == "money" and value is not None and currency and not shown.added:
        return languages.money(value, currency)
    return words_for(shown, value)


def _part_line(kind: RecordType, user, name: str, before, after) -> list[tuple[str, ...]]:
    model_name = name.split("#", 1)[0]
    if model_name == RecordFile._meta.model_name:
        return _file_line(before, after)
    for part in kind.visible_parts(user):
        if part.model._meta.model_name == model_name:
            words = [_line_words(part, values) for values in (before, after)]
            if words == [languages.NO_VALUE] * 2:  # only links and amounts: they are seen in the table above
                words = ["", _("changed")]
            return [(str(part.label), *words)]
    return []


def _file_line(before: dict | None, after: dict | None) -> list[tuple[str, ...]]:
    """A file that was removed, or came back; that it was added is told by the file itself."""
    gone = bool(after and after["removed_at"])
    if before is None and not gone:
        return []
    name = (before or after or {}).get("name", "")
    return [(_("File"), name, _("removed")) if gone else (_("File"), "", name)]


def _line_words(part: PartType, values: dict | None) -> str:
    """A line of a record in words, e.g. "2; 1.5": its plain values; links are seen in the table above."""
    shown = [item for item in part.shown if item.kind not in ("link", "user", "department", "money")]
    texts = [words_for(item, values.get(item.model_field.attname)) for item in shown] if values else []
    return "; ".join(text for text in texts if text != languages.NO_VALUE) or languages.NO_VALUE


@dataclass
class Related:
    """Records that link here; ``label`` is what one of them is called here, ``title`` all of them."""

    label: Any
    title: Any
    rows: list[Row]
    more_url: str
    add_url: str = ""
    count: int = 0


def related_of(record: Record, user) -> list[Related]:
    """The newest records of each type that links here, and how many there are: one query for all numbers, and one for
    each type that has any (and one for each type they link to)."""
    links = [(kind, link) for kind, link in related_types(record.type_key) if _may_tell(kind, link, user)]
    counts = _counts(record, user, links)
    found = [_related(kind, link, record, user, counts.get(f"{kind.key}.{link.name}", 0)) for kind, link in links]
    return [related for related in found if related.rows or related.add_url]


def _may_tell(kind: RecordType, link, user) -> bool:
    """Where a link is hidden, its other end does not tell of it."""
    return user.can("view", kind.key) and bool(kind.visible_fields(user, (link.name,)))


def _linking(kind: RecordType, link, record: Record, user):
    return kind.model.objects.visible_to(user).current().filter(**{link.column: record.pk})


def _counts(record: Record, user, links) -> dict[str, int]:
    """How many records of each type link here, by "type.field"; types that have none are left out."""
    numbers = [
        _linking(kind, link, record, user)
        .order_by()
        .annotate(of=Value(f"{kind.key}.{link.name}", output_field=CharField()))
        .values("of")
        .annotate(number=Count("pk"))
        .values_list("of", "number")
        for kind, link in links
    ]
    return dict(numbers[0].union(*numbers[1:], all=True)) if numbers else {}


def _related(kind: RecordType, link, record: Record, user, count: int) -> Related:
    label, title = kind.called_there.get(link.name, (kind.label, kind.plural))
    may_add = label and kind.typed and link.model_field.editable and user.can("create", kind.key)
    list_url = reverse("records:list", args=[kind.key]) + f"?f.{link.name}={record.pk}"
    return Related(
        label,
        title,
        _newest(kind, link, record, user) if count else [],
        list_url if count > RELATED and link.name in kind.filters else "",
        reverse("records:new", args=[kind.key]) + f"?{link.name}={record.pk}" if may_add else "",
        count,
    )


def _newest(kind: RecordType, link, record: Record, user) -> list[Row]:
    sort = next((name for name in kind.sorts if name.startswith("-")), "-updated_at")
    found = list(_linking(kind, link, record, user).order_by(sort, "-pk")[:RELATED])
    told = (kind.model.title_field, kind.amount, kind.board, "job", "issued_on", "phone", "state")
    columns = [item for item in kind.visible_fields(user, kind.columns) if item.name in told]
    names = Names(user, [], [])
    rows = [
        Row([cell(item, row, names) for item in columns], key=str(row.pk), href=row.get_absolute_url()) for row in found
    ]
    for row in rows:
        row.cells[0].kind = "bold"
    return rows


def reasons_of(key: str, user) -> tuple[Element | None, str, list]:
    """An element, its own reason, and the lines of its why-popover from every room that knows one.

    The reason is empty where a line says the same words: that one can be followed to its record.
    """
    from groundwork.blueprint.elements import why

    element = Element.objects.filter(key=key).select_related("asked_by").first()
    if element is None:
        return None, "", []
    lines = [line for source in why for line in source.reasons(element, user)]
    return element, "" if element.reason in {line.text for line in lines} else element.reason, lines
