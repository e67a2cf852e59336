"""The one write path: lock and re-read, check the version, save, and leave history, sums and search in step.

    with writing(company, by=user, act="edited", version=3) as company:
        company.name = "Tortola"

Nothing else may change a record (``records.guard``). A block that changes nothing writes nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from groundwork.core.clock import now
from groundwork.core.refusals import Conflict, Refusal
from groundwork.core.registry import Registry
from groundwork.core.rows import update_each
from groundwork.records import tallies
from groundwork.records.added import extra, layouts, several
from groundwork.records.added import fields as added
from groundwork.records.added.extra import plain
from groundwork.records.files import held
from groundwork.records.finding import search
from groundwork.records.guard import write_path
from groundwork.records.models import Activity, Change, ChangeSet, Counter, ExternalKey, Notice, Part, Record
from groundwork.records.notices import telling
from groundwork.records.types import type_of

UNTRACKED = {
    "id",
    "extra",
    "version",
    "updated_at",
    "updated_by_id",
    "created_at",
    "created_by_id",
    "sort_key",
    "origin_id",
}


@dataclass
class Act:
    """What is being done now. All records changed inside share its ChangeSet."""

    by: Any
    name: str
    channel: str = "web"
    cause: str = ""
    undo_of: ChangeSet | None = None
    changeset: ChangeSet | None = None
    parts: dict[tuple[str, int], dict] = field(default_factory=dict)
    notes: dict[Any, set] = field(default_factory=dict)  # what is told once, when the act ends

    def kept(self) -> ChangeSet:
        if self.changeset is None:
            self.changeset = ChangeSet.objects.create(
                by=self.by, act=self.name, channel=self.channel, cause=self.cause[:200], undo_of=self.undo_of, at=now()
            )
        return self.changeset


@dataclass(frozen=True)
class Follower:
    """A room that keeps figures in step with a record type: called in the write's own transaction.

    ``follow(changed)`` gets a list of (record, values before or None, values after or None).
    """

    key: str
    type_key: str
    follow: Any


@dataclass(frozen=True)
class PartFollower:
    """The same for the parts of records: ``follow(parent, part, values before or None, values after or None)``."""

    key: str
    model: type[Part]
    follow: Any


AnyRecord = TypeVar("AnyRecord", bound=Record)
Step = tuple[Record, dict | None, dict | None]  # a record, its values before, its values after
followers: Registry[Follower] = Registry(lambda item: item.key)
part_followers: Registry[PartFollower] = Registry(lambda item: item.key)
_act: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def acting(by, name: str, *, channel="web", cause="", undo_of=None):
    """One act in one transaction. An act inside another joins it."""
    if (outer := _act.get()) is not None:
        yield outer
        return
    with transaction.atomic(), write_path():
        act = Act(by=by, name=name, channel=channel, cause=cause, undo_of=undo_of)
        token = _act.set(act)
        try:
            yield act
            for tell, noted in act.notes.items():
                tell(noted)
        finally:
            _act.reset(token)


def channel() -> str:
    """Through what the act that is being done now came: "web", "command", "import", "job"; "" outside an act."""
    act = _act.get()
    return act.channel if act else ""


def doing() -> str:
    """The name of the act that is being done now ("edited", "merged" ...); "" outside an act."""
    act = _act.get()
    return act.name if act else ""


def doer():
    """Who does the act that is being done now; None outside an act, and where nobody in person does it."""
    act = _act.get()
    return act.by if act else None


def is_being_made(record: Record) -> bool:
    """Is it the act that is being done now that makes this record?"""
    act = _act.get()
    return act is not None and act.changeset is not None and record.origin_id == act.changeset.pk


def note_for_end(tell, item) -> None:
    """Have ``tell`` called with the set of all items noted, once, in the transaction of the act when it ends."""
    act = _act.get()
    if act is None:
        tell({item})
    else:
        act.notes.setdefault(tell, set()).add(item)


@contextmanager
def writing(record: Record, *, by, act: str, version: int | None = None, channel="web", cause=""):
    """Change one record. With ``version``, refused by ``Conflict`` when somebody changed it since."""
    with acting(by, act, channel=channel, cause=cause) as current:
        fresh = locked(record)
        if version is not None and version != fresh.version:
            raise Conflict(fresh, {})
        before = values(fresh)
        yield fresh
        _finish(fresh, before, current)


def locked(record: AnyRecord) -> AnyRecord:
    """The record as it stands, locked until the transaction ends (SQLite's transactions lock from their start)."""
    found = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise Refusal(_("This record is no longer there."))
    return found


def _prepare(record: Record) -> None:
    """Set what follows from other fields: by the model's own rule, then by the firm's formulas."""
    record.prepare()
    added.work_out(record)


def _finish(record: Record, before: dict, act: Act) -> None:
    _prepare(record)
    after = values(record)
    parts = act.parts.pop((record.type_key, record.pk), {})
    difference = difference_of(before, after)
    if not difference and not parts:
        return
    record.version += 1
    record.updated_at, record.updated_by = now(), act.by
    record.save()
    _change(act, record, {**difference, **parts}).save()
    _keep_in_step([(record, before, after)])


def creating(record: AnyRecord, *, by, channel="web", act="created", cause="", parts: Sequence[Part] = ()) -> AnyRecord:
    """Keep a new record; its owner is ``by`` and its department the owner's, unless it says otherwise.

    Its first ``parts`` belong to the same line of its history.
    """
    with acting(by, act, channel=channel, cause=cause) as current:
        _begin([record], current)
        record.save()
        for part in parts:
            put_part(record, part)
        if parts:  # a record may count its parts
            _prepare(record)
            record.save()
        told = first(record) | current.parts.pop((record.type_key, record.pk), {})
        _change(current, record, told, created=True).save()
        _keep_in_step([(record, None, values(record))])
    return record


def writing_many(created: Sequence[Record] = (), changed: Sequence[tuple[Record, dict]] = ()) -> None:
    """Bulk work inside ``acting``: new records, and locked records each with its ``values`` from before.

    History, sums and search are written in bulk. Records of one type a call.
    """
    act = _act.get()
    if act is None:
        raise RuntimeError("writing_many() stands inside acting()")
    changes: list[Change] = []
    steps: list[Step] = []
    if created:
        _begin(created, act)
        type(created[0]).objects.bulk_create(created, batch_size=500)
        for record in created:
            changes.append(_change(act, record, {}, created=True))
            steps.append((record, None, values(record)))
    touched = []
    for record, before in changed:
        _prepare(record)
        after = values(record)
        parts = act.parts.pop((record.type_key, record.pk), {})
        difference = difference_of(before, after) | parts
        if difference:
            record.version += 1
            record.updated_at, record.updated_by = now(), act.by
            touched.append(record)
            changes.append(_change(act, record, difference))
            steps.append((record, before, after))
    if touched:
        update_each(touched, [item.name for item in touched[0]._meta.concrete_fields if not item.primary_key])
    Change.objects.bulk_create(changes, batch_size=500)
    if steps:
        _keep_in_step(steps)


def _change(act: Act, record: Record, difference: dict, created=False) -> Change:
    return Change(
        changeset=act.kept(),
        type=record.type_key,
        object_id=record.pk,
        version=record.version,
        created=created,
        fields=difference,
    )


def _begin(records: Sequence[Record], act: Act) -> None:
    kind = type_of(records[0])
    moment, start = now(), take_numbers(kind.key, len(records))
    for place, record in enumerate(records):
        record.number = f"{kind.prefix}-{start + place}"
        record.created_by = record.updated_by = act.by
        record.created_at = record.updated_at = moment
        record.origin = act.kept()
        if record.owner_id is None and act.channel == "web":
            record.owner = record.owner_by_default() or act.by
        if record.department_id is None and record.owner_id is not None:
            record.department_id = record.owner.department_id
        _prepare(record)


def take_numbers(type_key: str, count: int) -> int:
    """The first of ``count`` record numbers; a block is taken once, whatever becomes of the act."""
    if not Counter.objects.filter(type=type_key).update(next=F("next") + count):
        Counter.objects.get_or_create(type=type_key)
        Counter.objects.filter(type=type_key).update(next=F("next") + count)
    return Counter.objects.get(type=type_key).next - count


# ── parts


def put_part(parent: Record, part: Part) -> Part:
    """Save a line of ``parent`` inside its ``writing`` block; the parent's history tells what changed."""
    kept = type(part)._base_manager.filter(pk=part.pk).first() if part.pk else None
    before = values(kept) if kept is not None else None
    setattr(part, part.parent_field, parent)
    part.prepare()
    part.save()
    part_changed(parent, part, before, values(part))
    parent.recount()
    return part


def drop_part(parent: Record, part: Part) -> None:
    before, pk = values(part), part.pk
    part.delete()
    part.pk = pk
    part_changed(parent, part, before, None)
    parent.recount()


def seen(part: Part) -> str:
    """Stands for the state of a line that a form was opened on."""
    return hashlib.sha256(json.dumps(values(part), sort_keys=True, default=str).encode()).hexdigest()[:16]


def part_changed(parent, part, before, after) -> None:
    """Tell the parent's history, and whoever follows such parts, what became of a line that was saved or deleted."""
    act = _act.get()
    if act is None:
        raise RuntimeError("parts are written inside writing(parent)")
    if before != after:
        act.parts.setdefault((parent.type_key, parent.pk), {})[f"{part._meta.model_name}#{part.pk}"] = [before, after]
        for follower in part_followers:
            if isinstance(part, follower.model):
                follower.follow(parent, part, before, after)


# ── values, sums, search


def values(record) -> dict[str, Any]:
    """Everything that history tells of, by column; values of added fields as they are kept."""
    found = {
        item.attname: plain(getattr(record, item.attname))
        for item in record._meta.concrete_fields
        if item.attname not in UNTRACKED and item.attname not in record.derived
    }
    own = getattr(record, "extra", {})
    return found | {extra.PREFIX + key: own[key] for key in own if not key.endswith(extra.SORTED)}


def difference_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list]:
    """``{column: [before, after]}``; an added field that was or is empty stands in one of the two only."""
    names = dict.fromkeys((*before, *after))
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def first(record: Record) -> dict:
    return {name: [None, value] for name, value in values(record).items() if value not in (None, "", {}, [])}


def _keep_in_step(steps: Sequence[Step]) -> None:
    kind = type_of(steps[0][0])
    tallies.count(kind, steps)
    several.keep_in_step(kind.key, steps)
    held.keep_in_step(kind.key, steps, moves=doing() == "unmerged")
    _tell_at_end([record for record, before, _after in steps if before is not None])
    search.refresh(kind, [record for record, _before, after in steps if after is not None])
    for follower in followers:
        if follower.type_key == kind.key:
            follower.follow(steps)


# ── acts every record knows


def archive(record: AnyRecord, *, by, version=None) -> AnyRecord:
    """Take the record out of lists; nothing is lost and it can be put back."""
    with writing(record, by=by, act="archived", version=version) as fresh:
        fresh.archived_at = fresh.archived_at or now()
    return fresh


def restore(record: AnyRecord, *, by) -> AnyRecord:
    with writing(record, by=by, act="restored") as fresh:
        fresh.archived_at = None
    return fresh


def save_fields(record: AnyRecord, typed: dict[str, Any], *, by, version: int, act="edited") -> AnyRecord:
    """Save what a person typed into a form opened at ``version``.

    When somebody saved in between: fields the other left alone are merged and saved; a field that both changed
    to different values is a ``Conflict`` (the disjoint ones are saved nonetheless). Refused where a rule of the form
    finds empty what these values call for.
    """
    clash: dict[str, tuple] = {}
    kind = type_of(record)
    rules = layouts.rules_for(kind, by)
    with writing(record, by=by, act=act) as fresh:
        held = values(fresh) if rules else {}
        theirs = changed_since(fresh, version) if version != fresh.version else {}
        for name, value in typed.items():
            shown = kind.field(name)
            if shown.column not in theirs:
                shown.write(fresh, value)
                continue
            was, now_there, mine = theirs[shown.column], shown.kept(shown.read(fresh)), shown.kept(value)
            if mine not in (was, now_there):
                clash[name] = (was, now_there, value)
        if rules:
            layouts.refuse_broken(kind, fresh, rules, difference_of(held, values(fresh)))
    if clash:
        raise Conflict(fresh, clash)
    return fresh


def changed_since(record: Record, version: int) -> dict[str, Any]:
    """``{field: its value at version}`` for the fields changed by others after ``version``."""
    changes = Change.objects.filter(type=record.type_key, object_id=record.pk, version__gt=version).order_by("pk")
    then: dict[str, Any] = {}
    for change in changes:
        for name, pair in change.fields.items():
            then.setdefault(name, pair[0])
    return then


def act_on(record: Record, action, *, by, version: str, asked: dict) -> Record | str | None:
    """Do a ``pages.PageAction``: the record locked and as the person saw it, everything in one act.

    Refused where somebody changed the record meanwhile, and where the act makes no sense any more.
    """
    with acting(by, action.key):
        fresh = locked(record)
        if (made := action.made(fresh)) is not None:
            return made
        if version != str(fresh.version) or not action.offered(fresh):
            raise Refusal(_("Somebody changed this meanwhile: look at it again, then repeat."))
        return action.act(fresh, by, **asked)


def note(
    record: Record,
    *,
    by,
    kind: str,
    text: str,
    outcome: str = "",
    minutes: int | None = None,
    at=None,
    mentioned: Sequence[Any] = (),
) -> Activity:
    """Keep a note or a call about a record and tell whom it mentions. What happened is not changed afterwards."""
    with acting(by, "noted") as current:
        _tell_at_end([record])
        for person in mentioned:
            telling.tell(person.pk, Notice.Kind.MENTION, (record.type_key, record.pk), by=by, text=text)
        return Activity.objects.create(
            type=record.type_key, object_id=record.pk, kind=kind, outcome=outcome, text=text, minutes=minutes, by=by,
            at=at or now(), changeset=current.kept(), mentioned=[str(person) for person in mentioned],
        )  # fmt: skip


def _tell_at_end(records: Sequence[Record]) -> None:
    """Who follows one of these hears of it when the act ends; of an import nobody does, it would drown the rest."""
    if channel() != "import":
        for record in records:
            note_for_end(_tell_followers, (record.type_key, record.pk))


def _tell_followers(abouts: set) -> None:
    telling.tell_followers(abouts, by=doer())


# ── gone for good


def erase(records: Sequence[Record]) -> None:
    """Remove records that an undone import made and nobody has touched: with parts, keys, sums and search rows.

    Stands inside ``acting``; one type a call. Their history says that they were there.
    """
    if not records:
        return
    kind, ids = type_of(records[0]), [record.pk for record in records]
    steps = [(record, values(record), None) for record in records]
    for part in kind.parts:
        part.model._base_manager.filter(**{f"{part.model.parent_field}__in": ids}).delete()
    ExternalKey.objects.filter(type=kind.key, object_id__in=ids).delete()
    search.forget(kind, ids)
    _keep_in_step(steps)
    kind.model.objects.filter(pk__in=ids).delete()


# ── formulas


AT_ONCE = 100  # records whose formulas are worked out in one batch of the job


def work_out_step(run) -> bool:
    """One batch of working out a new or changed formula for the records that are there; True when none is left."""
    from groundwork.records.types import types

    kind = types.get(run.arguments["type"])
    if kind is None:
        return True
    rows = kind.model._base_manager.select_for_update(of=("self",)).filter(pk__gt=run.cursor.get("after", 0))
    records = list(rows.order_by("pk")[:AT_ONCE])
    if not records:
        return True
    with acting(run.requester, "worked out", channel="job"):
        writing_many(changed=[(record, values(record)) for record in records])
    run.cursor, run.done = {"after": records[-1].pk}, run.done + len(records)
    return False
