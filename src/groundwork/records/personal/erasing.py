"""Erasing a person: the record, what hangs on it, its history, and the name in every other text.

What a law keeps stays and is named with its reason. Sources: GDPR art. 17; 152-ФЗ art. 20, 21. A file beside the
database says by number who was erased, so that a restored backup does not bring anybody back.
"""

import json
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access import audit
from groundwork.background import work
from groundwork.background.kinds import Kind, kinds
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.added import extra
from groundwork.records.added.chosen import ChosenField
from groundwork.records.files import keeping
from groundwork.records.finding import search
from groundwork.records.imports.engine import drop_file
from groundwork.records.imports.models import ImportJob, LoadedBatch
from groundwork.records.models import Activity, Change, ExternalKey, Merge, Notice, Part, Record, SearchRow
from groundwork.records.pages import ActLabel, acts
from groundwork.records.personal.facts import (
    Mention,
    all_of,
    is_person,
    may,
    mentions,
    signs_of,
    spellings,
    subjects,
    tasks_about,
)
from groundwork.records.types import type_of, types
from groundwork.records.write import acting, drop_part, locked, put_part, writing

ACT = "erased"
WIPE = "records.wipe"
GONE = "…"  # stands where a name stood
acts.add(ActLabel(ACT, gettext_lazy("Personal data erased")))


@dataclass
class Erased:
    """What was done: how many texts elsewhere no longer name the person, and what stays, with its reason."""

    records: int = 0
    texts: int = 0
    kept: dict[str, str] = field(default_factory=dict)  # "INV-12 …": why


def stays(record: Record) -> dict[str, str]:
    """What is kept: {the record: why}."""
    signs = signs_of(record)
    return dict(name_and_why(item, why) for item in mentions(record) if item.record and (why := kept_for(item, signs)))


def name_and_why(item: Mention, why: str) -> tuple[str, str]:
    return f"{getattr(item.record, 'number', '')} {item.record}", why


def kept_for(item: Mention, signs: set[str]) -> str:
    """Why this text is left as it is: a law says so, or it is the whole name of another record."""
    if item.law:
        return str(item.law.why)
    row = item.row
    is_title = isinstance(row, Record) and item.column.name == row.title_field
    if is_title and not without(getattr(row, item.column.name), signs).strip(f"{GONE} "):
        return _("It bears this very name and is a record of its own. Rename it, or archive it, yourself.")
    return ""


def erase(record: Record, *, by, reason: str, request=None, journal: bool = True) -> Erased:
    """Empty the person's record, its history and everything on it, and take the person's name out of every other text.

    It cannot be taken back. The record stays as "erased person", so that what links to it still leads somewhere.
    Refused for what is no person, and for whoever is no administrator.
    """
    if not is_person(record) or (by is not None and not may(by, record)):
        raise Refusal(_("Only administrators erase a person's data."))
    with wiping(), transaction.atomic():
        own, signs, elsewhere = all_of(record), signs_of(record), list(mentions(record))
        done = Erased(records=len(own))
        imports = imports_of(own)
        with acting(by, ACT, channel="web" if by else "command") as act:
            for one in own:
                empty(one, by)
            for item in elsewhere:
                if why := kept_for(item, signs):
                    done.kept |= dict([name_and_why(item, why)] if item.record else [])
                else:
                    take_out(item, signs, by)
                    done.texts += not isinstance(item.row, SearchRow)
            for change in Change.objects.filter(changeset=act.changeset):
                change.fields = without(change.fields, signs)
                change.save(update_fields=["fields"])
        for job in imports:
            transaction.on_commit(partial(drop_file, job))
        detail = {"record": record.number, "reason": reason, "kept": sorted(name.split()[0] for name in done.kept)}
        audit.record(audit.Event.ERASED, by, detail, request)
        work.start(WIPE, by, dedupe=WIPE)
    if journal:
        note(record)
    return done


def empty(record: Record, by) -> None:
    """One record and what hangs on it. Its history keeps who did what when, without a word of what."""
    kind, word = type_of(record), str(subjects[record.type_key].called)
    with writing(record, by=by, act=ACT) as fresh:
        for part in kind.parts:
            for line in part.model.objects.filter(**{part.model.parent_field: fresh}):
                if part.removable:
                    drop_part(fresh, line)
                else:
                    blank(line, word)
                    put_part(fresh, line)
        blank(fresh, word)
        setattr(fresh, fresh.title_field, word)
        fresh.archived_at = fresh.archived_at or now()
    wipe_around(record, word)
    for task in tasks_about([record]):
        with writing(task, by=by, act=ACT) as owed:
            owed.what, owed.extra = word, {}
        wipe_around(task, word)
    pk = record.pk
    Merge.objects.filter(type=record.type_key).filter(Q(survivor_id=pk) | Q(merged_id=pk)).update(filled={}, kept=[])


def wipe_around(record: Record, word: str) -> None:
    """What is said, kept and told of a record: history and notes lose their words, files and notices go."""
    of_it: Any = {"type": record.type_key, "object_id": record.pk}
    Change.objects.filter(**of_it).update(fields={})
    Activity.objects.filter(**of_it).update(text=word)
    ExternalKey.objects.filter(**of_it).delete()
    Notice.objects.filter(**of_it).delete()
    keeping.forget(record)
    refresh(record)


def blank(row: Any, word: str) -> None:
    """Empty every text of a row, its added fields and its links; the owner, who may see it, stays, and so does what
    was chosen from a list of the firm."""
    for column in row._meta.concrete_fields:
        if column.name in ("number", "sort_key", "currency") or column.primary_key or isinstance(column, ChosenField):
            continue
        if isinstance(column, models.JSONField):
            setattr(row, column.attname, {})
        elif isinstance(column, models.CharField | models.TextField) and not column.choices:
            setattr(row, column.attname, "" if column.blank else word)
        elif column.null and isinstance(column, models.ForeignKey) and issubclass(column.related_model, Record):
            setattr(row, column.attname, None)


def take_out(item: Mention, signs: set[str], by) -> None:
    """The person's name in a text of something else. Records and their lines go the way of every change: history tells
    that something was taken out of which field, and not what."""
    row: Any = item.row
    if isinstance(row, SearchRow):
        refresh(item.record)
    elif isinstance(row, ExternalKey):
        row.delete()  # a key is what another system knows somebody by: without the name it is none
    elif isinstance(row, Record):
        with writing(row, by=by, act=ACT) as fresh:
            clean(fresh, item.column, signs)
    elif isinstance(row, Part):
        with writing(getattr(row, row.parent_field), by=by, act=ACT) as parent:
            line = type(row)._base_manager.get(pk=row.pk)
            clean(line, item.column, signs)
            put_part(parent, line)
    elif (held := type(row)._base_manager.select_for_update().filter(pk=row.pk).first()) is not None:
        clean(held, item.column, signs)
        type(row)._base_manager.filter(pk=row.pk).update(**{item.column.attname: getattr(held, item.column.attname)})


def clean(row: Any, column: Any, signs: set[str]) -> None:
    """A text that must say something says "…" where nothing else is left of it."""
    value = without(getattr(row, column.attname), signs)
    if isinstance(value, str):
        value = (value or ("" if column.blank else GONE))[: column.max_length]
    setattr(row, column.attname, value)
    if column.name == "extra":
        for key in [key for key in value if key + extra.SORTED in value]:
            row.extra = extra.keep(row.extra, key, "text", value[key])


def without(value: Any, signs: set[str]) -> Any:
    """The same value with the person's signs taken out, in whatever letters they are written."""
    if isinstance(value, str):
        for spelt in sorted(spellings(signs), key=len, reverse=True):
            if value.lower() == spelt.lower():
                return ""
            value = re.sub(re.escape(spelt), GONE, value, flags=re.IGNORECASE)
        return value
    if isinstance(value, dict):
        return {without(key, signs): without(inner, signs) for key, inner in value.items()}
    return [without(inner, signs) for inner in value] if isinstance(value, list) else value


def refresh(record: Record | None) -> None:
    """Search no longer finds the record by what is not in it any more."""
    if record is not None:
        search.refresh(type_of(record), [locked(record)])


def imports_of(own: list[Record]) -> list[ImportJob]:
    """The files by which the person came in."""
    made = Change.objects.filter(type=own[0].type_key, object_id__in=[one.pk for one in own]).values("changeset")
    return list(ImportJob.objects.filter(pk__in=LoadedBatch.objects.filter(changeset__in=made).values("job")))


# ── the last traces


class wiping:  # noqa: N801 - used as a word: with wiping():
    """SQLite overwrites what is deleted inside; PostgreSQL does so when it vacuums."""

    def __enter__(self):
        self.turn("ON")

    def __exit__(self, *_fault):
        self.turn("OFF")

    @staticmethod
    def turn(state: str) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA secure_delete={state}")


def wipe(run) -> bool:
    """Takes deleted words out of SQLite's word table and its log of writes; work of seconds in a large database."""
    if connection.vendor == "sqlite":
        with wiping(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO records_words(records_words) VALUES ('optimize')")
        transaction.on_commit(empty_log)
    return True


def empty_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


kinds.add(Kind(WIPE, wipe))


# ── the journal


def journal_path() -> Path:
    return Path(settings.MEDIA_ROOT).parent / "erased.jsonl"


def note(record: Record) -> None:
    line = {"type": record.type_key, "id": record.pk, "number": record.number, "at": now().isoformat()}
    path = journal_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def noted() -> list[tuple[str, int, str]]:
    """(type, id, record number) of everybody erased here."""
    path = journal_path()
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(line["type"], line["id"], line["number"]) for line in lines]


def erase_again(stdout=None) -> None:
    """After a restore: who was erased since that backup was made is erased again."""
    for type_key, pk, number in noted():
        kind = types.get(type_key)
        record: Any = kind.model._base_manager.filter(pk=pk, number=number).first() if kind else None
        if record is not None and is_person(record) and record.name != str(subjects[type_key].called):
            erase(record, by=None, reason="erased before the restore", journal=False)
            if stdout:
                stdout.write(f"{number}: erased again\n")
