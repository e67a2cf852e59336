"""Stage, try, load, undo: each a kind of background run, in batches that are kept whole or not at all.

The trial run writes its verdicts to the staged rows; the load executes that plan. A killed load goes on where its
last batch ended, because a batch's records, keys and the run's cursor are committed together.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import wraps
from itertools import islice
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run
from groundwork.background.work import LEASE, carry_out, start, waiting_in_queue
from groundwork.blueprint.elements import one_request
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.core.rows import update_each
from groundwork.records import write
from groundwork.records.added import fields as added
from groundwork.records.added.extra import is_added, key_of
from groundwork.records.imports.layouts import Layout, Piece, Unclear, keep_line, layouts
from groundwork.records.imports.models import BadRow, ImportJob, LoadedBatch, Remembered, Staged
from groundwork.records.merging import own_links_to
from groundwork.records.models import Activity, Change, ChangeSet, ExternalKey, RecordFile, Task
from groundwork.records.types import types

State, Verdict = ImportJob.State, Staged.Verdict
ROWS_A_BATCH = 4000
MOST_BAD_KEPT = 10_000
CHANGES_SHOWN = 3
STAGED_DAYS, FILE_DAYS = 7, 30  # how long what a finished or abandoned import leaves behind is kept
VERBS: dict[str, str] = {Verdict.CREATE: "create", Verdict.UPDATE: "edit"}
NOT_TO_MAKE = gettext_lazy("not here yet, and you may not make any (%(what)s): ask somebody who may")
NOT_TO_CHANGE = gettext_lazy("here already, and you may not change any (%(what)s): ask somebody who may")
_reading: dict[int, tuple[Layout, Iterator, int]] = {}  # a job's open file in this process, and the rows taken of it


def digest_of(path: Path) -> str:
    """Of the bytes of a file, or of all table files of a folder."""
    digest = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.name.encode() if path.is_dir() else b"")
            with file.open("rb") as content:
                while chunk := content.read(1 << 20):
                    digest.update(chunk)
    return digest.hexdigest()


def new_job(
    layout: str, path: Path, name: str, *, requester, on_error="skip", ask=False, unsure=False, **options
) -> ImportJob:
    """A job for the file, read as the requester last said of a file with this header.

    Refused where the file is no table or lacks columns, before anything is kept. With ``ask`` a job that lacks only an
    answer is kept and waits for it, and the trial run of any other is queued with it. ``unsure``: what the rows are
    was not found out, and is asked first.
    """
    job = ImportJob(
        layout=layout, name=name[:255], path=str(path), requester=requester, on_error=on_error, options=options
    )
    layouts[layout](job).refuse_what_is_off()
    examined(job, ask=ask)
    if not options and (before := remembered(job)):
        job.options = before
        examined(job, ask=ask)
    elif unsure:
        job.options = {"unsure": True}
        job.state, job.error = State.ASKING, _("Nothing tells what these rows are.")
    job.digest = digest_of(path)
    with transaction.atomic():
        job.save()
        if ask:
            check(job, requester)
    return job


def check(job: ImportJob, user) -> None:
    """Queue the trial run, unless the file first waits for an answer."""
    if job.state == State.CHECKING:
        ask("check", job, user)


def examined(job: ImportJob, *, ask: bool) -> None:
    """Find out about the file; ``ask``: what only a person can tell is a question of the job, not a refusal."""
    job.about, job.error = {}, ""
    try:
        job.about = layouts[job.layout](job).examine(Path(job.path))
    except Unclear as question:
        if not ask:
            raise
        job.state, job.error = State.ASKING, str(question)
    else:
        job.state = State.CHECKING


def read_again(job: ImportJob, layout: str, options: dict, on_error: str, *, by) -> None:
    """Take a person's answers about the file; the trial run is queued anew. Refused once anything was loaded."""
    if job.state not in (State.ASKING, State.CHECKED, State.FAILED) or job.batches.exists():
        raise Refusal(_("This import is loaded already, or being checked."))
    if not Path(job.path).exists():
        raise Refusal(_("The file is no longer kept: drop it again."))
    job.layout, job.options, job.on_error = layout, options, on_error
    layouts[layout](job).refuse_what_is_off()
    examined(job, ask=True)
    job.counts, job.changes, job.sums, job.sums_kept, job.read, job.rejected = {}, {}, {}, {}, 0, 0
    with transaction.atomic():
        job.save()
        _drop_staged(job)
        check(job, by)


SAID_OF_A_FILE = (
    "map",
    "key",
    "encoding",
    "separator",
    "header",
    "sheet",
    "decimal",
    "dates",
    "decisions",
    "split",
    "since",
)


def header_digest(job: ImportJob) -> str:
    return hashlib.sha256("\x1f".join(job.about.get("header", [])).encode()).hexdigest()


def remembered(job: ImportJob) -> dict:
    """What the requester last said about a file of this layout with the same header."""
    found = Remembered.objects.filter(
        requester=job.requester, header_digest=header_digest(job), layout=job.layout
    ).first()
    return found.options if found else {}


def remember(job: ImportJob) -> None:
    said = {name: job.options[name] for name in SAID_OF_A_FILE if job.options.get(name)}
    if job.requester and job.about.get("header") and said:
        Remembered.objects.update_or_create(
            requester=job.requester, header_digest=header_digest(job), defaults={"layout": job.layout, "options": said}
        )


# ── check: read the file into staged things, then give each its verdict


def check_step(run: Run) -> bool:
    job = ImportJob.objects.get(pk=run.arguments["job"])
    phase = run.cursor.get("phase", "read")
    if phase == "read":
        done = _read_some(job, run)
        if done:
            layouts[job.layout](job).settle()
        run.cursor = {"phase": "compare", "after": [0, 0]} if done else {"phase": "read"}
        return False
    if _compare_some(job, run):
        return False
    job.counts = _counts(job)
    job.rejected = job.rejected or 0
    job.state = State.CHECKED
    job.save()
    run.result = {"job": job.pk}
    return True


def _read_some(job: ImportJob, run: Run) -> bool:
    """Stage the next rows. A process that does not hold the file open at this very row reads it from the start."""
    reading = _reading.pop(job.pk, None)
    if reading is None or reading[2] != job.read:
        _drop_staged(job)
        job.read = job.rejected = 0
        layout = layouts[job.layout](job)
        reading = (layout, layout.pieces(Path(job.path)), 0)
    layout, rows, _read = reading
    held: dict = {}
    wrong: list[BadRow] = []
    taken = list(islice(rows, ROWS_A_BATCH))
    for file, line, pieces in taken:
        for piece in pieces:
            _hold(job, layout, held, wrong, piece, file, line)
    _keep(job, held)
    _keep_bad(job, wrong)
    _keep_unknown(job, layout)
    job.read += len(taken)
    job.save()
    run.done = job.read
    if len(taken) == ROWS_A_BATCH:
        _reading[job.pk] = (layout, rows, job.read)
        return False
    return True


def _drop_staged(job: ImportJob) -> None:
    for rows in (job.staged.all(), job.bad_rows.all(), job.unknown_values.all()):
        rows.delete()


def _keep_unknown(job: ImportJob, layout: Layout) -> None:
    """Add the unknown values of a batch to those of the job."""
    for (name, value), count in layout.unknown.items():
        kept, made = job.unknown_values.get_or_create(field=name, value=value, defaults={"rows": count})
        if not made:
            kept.rows += count
            kept.save(update_fields=["rows"])
    layout.unknown.clear()


def _hold(job, layout: Layout, held, wrong: list[BadRow], piece: Piece, file: str, line: int) -> None:
    is_bad, type_key = piece.type == "bad", layout.order[-1] if piece.type == "bad" else piece.type
    if is_bad:
        wrong.append(_bad_row(job, file, line, piece.values))
        piece.key = piece.key or f"\x1f{line}:{file}"[:200]  # stands for itself
    thing = held.get((type_key, piece.key))
    if thing is None:
        place = layout.order.index(type_key)
        thing = Staged(
            job=job,
            type=type_key,
            key=piece.key,
            place=place,
            line=line,
            file=file[:255],
            data={"values": {}, "rows": [], "read": 0},
        )
        held[type_key, piece.key] = thing
    if is_bad:
        thing.verdict = Verdict.BAD
    for name, value in piece.values.items() if not is_bad else ():
        if not thing.data["values"].get(name):
            thing.data["values"][name] = value
    if piece.row is not None:
        thing.data["rows"].append(piece.row)
    thing.data["read"] += type_key == layout.order[-1]


def in_parts(keys: Iterable[str]) -> Iterator[list[str]]:
    """As many as one query takes well."""
    left = iter(keys)
    while some := list(islice(left, 500)):
        yield some


def _keep(job, held: dict) -> None:
    """Write the held things; those that an earlier batch began are joined with what was kept of them."""
    if not held:
        return
    keys: dict[str, list[str]] = {}
    for type_key, key in held:
        keys.setdefault(type_key, []).append(key)
    known = {}
    for type_key, of_type in keys.items():
        for some in in_parts(of_type):
            known |= {(type_key, thing.key): thing for thing in job.staged.filter(type=type_key, key__in=some)}
    again = []
    for key, thing in held.items():
        if (before := known.get(key)) is None:
            continue
        data = before.data
        merged = {**{name: value for name, value in thing.data["values"].items() if not data["values"].get(name)}}
        if not (merged or thing.data["rows"] or thing.verdict or thing.data["read"]):
            continue
        data["values"].update(merged)
        data["rows"] += thing.data["rows"]
        data["read"] += thing.data["read"]
        before.verdict = before.verdict or thing.verdict
        again.append(before)
    Staged.objects.bulk_create([thing for key, thing in held.items() if key not in known], batch_size=500)
    Staged.objects.bulk_update(again, ["data", "verdict"], batch_size=100)


def _next_things(job: ImportJob, after: list[int], size: int) -> list[Staged]:
    """The next things in the order of loading, all of one type."""
    place, pk = after
    things = list(job.staged.filter(place=place, pk__gt=pk).order_by("place", "id")[:size])
    if not things:
        following = job.staged.filter(place__gt=place).order_by("place").values_list("place", flat=True).first()
        if following is not None:
            things = list(job.staged.filter(place=following).order_by("place", "id")[:size])
    return things


def _compare_some(job: ImportJob, run: Run) -> bool:
    layout = layouts[job.layout](job)
    things = _next_things(job, run.cursor["after"], layout.batch)
    if not things:
        return False
    good = [thing for thing in things if thing.verdict != Verdict.BAD]
    layout.compare(good)
    _leave_out_without_rights(job, layout, good)
    _keep_unknown(job, layout)
    _keep_changes(job, good)
    for thing in things:
        if thing.verdict == Verdict.BAD:
            job.rejected += thing.data["read"]
    _note_bad(job, [thing for thing in good if thing.verdict == Verdict.BAD])
    _note_left_out(job, good, {})
    for currency, total in layout.sum_of([thing for thing in good if thing.verdict != Verdict.BAD]).items():
        job.sums[currency] = job.sums.get(currency, 0) + total
    _keep_verdicts(things, "data" if layout.keeps_notes else "")
    job.save()
    run.cursor = {"phase": "compare", "after": [things[-1].place, things[-1].pk]}
    return True


def _keep_verdicts(things: list[Staged], more: str = "") -> None:
    update_each(things, filter(None, ("verdict", "difference", "object_id", more)))


def _keep_changes(job: ImportJob, things: list[Staged]) -> None:
    """For each field that the load would change: how often, and the first few, before and after."""
    for thing in things:
        if thing.verdict != Verdict.UPDATE:
            continue
        of_type = job.changes.setdefault(thing.type, {})
        for name, (before, after) in thing.difference.items():
            entry = of_type.setdefault(name, {"count": 0, "samples": []})
            entry["count"] += 1
            if len(entry["samples"]) < CHANGES_SHOWN:
                entry["samples"].append([thing.object_id, before, after])


def _note_bad(job: ImportJob, things: list[Staged]) -> None:
    """Rows that read well and still cannot be taken, e.g. a cost of a product that is not there."""
    _keep_bad(job, [_bad_row(job, thing.file, thing.line, thing.difference) for thing in things])


def _note_left_out(job: ImportJob, things: list[Staged], known: dict[int, list[dict]]) -> None:
    """Single rows that are not taken of things that are, e.g. a price of a product that is not there."""
    found = [
        (thing, wrong)
        for thing in things
        if thing.verdict != Verdict.BAD
        for wrong in thing.data.get("left_out", [])
        if wrong not in known.get(thing.pk, [])
    ]
    job.rejected += len(found)
    _keep_bad(job, [_bad_row(job, thing.file, wrong["line"], wrong) for thing, wrong in found])


def _bad_row(job: ImportJob, file: str, line: int, wrong: dict) -> BadRow:
    told = {name: str(wrong.get(name, ""))[:120] for name in ("column", "value", "reason")}
    return BadRow(job=job, file=file[:255], line=wrong.get("line", line), **told)


def _keep_bad(job: ImportJob, rows: list[BadRow]) -> None:
    """The first ten thousand are kept to be shown; all are counted."""
    if rows:
        room = max(0, MOST_BAD_KEPT - job.bad_rows.count())
        BadRow.objects.bulk_create(rows[:room], batch_size=500)


def _counts(job: ImportJob) -> dict:
    counts: dict[str, dict[str, int]] = {}
    for row in job.staged.order_by().values("type", "verdict").annotate(count=Count("pk")):
        counts.setdefault(row["type"], {})[row["verdict"]] = row["count"]
    return counts


# ── load


def load_step(run: Run) -> bool:
    job = ImportJob.objects.get(pk=run.arguments["job"])
    if job.state == State.CHECKED:
        if job.on_error == "stop" and job.bad_rows.exists():
            raise Refusal(_("There are wrong rows and you asked to stop at them: nothing was loaded."))
        job.state = State.LOADING
        job.save()
        run.total = job.staged.count()
    layout = layouts[job.layout](job)
    _refuse_without_rights(job)
    things = _next_things(job, run.cursor.get("after", [0, 0]), layout.batch)
    if not things:
        job.state, job.counts, job.finished_at = State.LOADED, _counts(job), now()
        job.sums_kept = layout.sum_kept() if job.sums else {}
        job.save()
        remember(job)
        _tell_the_planner()
        return True
    _compare_again(job, layout, things)
    _write(job, layout, [thing for thing in things if thing.verdict == Verdict.UPDATE or _is_to_make(thing)])
    _keep_verdicts(things)
    run.cursor = {"after": [things[-1].place, things[-1].pk]}
    run.done += len(things)
    return False


def _write(job: ImportJob, layout: Layout, wanted: list[Staged]) -> None:
    """One act. Where the database or a rule refuses one of them, each is an act of its own and that one is wrong."""
    if not wanted:
        return
    try:
        with write.acting(job.requester, "imported", channel="import", cause=job.name) as act:
            layout.write(wanted)
            if act.changeset is not None:
                LoadedBatch.objects.create(job=job, changeset=act.changeset)
    except (IntegrityError, DataError, Refusal) as refused:
        if len(wanted) > 1:
            for thing in wanted:
                _write(job, layout, [thing])
            return
        thing = wanted[0]
        thing.verdict, thing.object_id = Verdict.BAD, None
        rule = _("another record has this already, or it breaks a rule")
        reason = str(refused) if isinstance(refused, Refusal) else rule
        thing.difference = {"column": "", "value": layout.named(thing), "reason": reason}
        job.rejected += thing.data["read"]
        _note_bad(job, wanted)
        job.save()


def _tell_the_planner() -> None:
    """Fresh statistics after many new rows; PostgreSQL gathers its own."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")


def _is_to_make(thing: Staged) -> bool:
    """New, and not made yet by a load that stopped in the middle."""
    return thing.verdict == Verdict.CREATE and thing.object_id is None


def _compare_again(job: ImportJob, layout: Layout, things: list[Staged]) -> None:
    """The firm went on working since the trial run: what it found is looked at once more before it is written."""
    open_ones = [thing for thing in things if thing.verdict in (Verdict.UPDATE, Verdict.SAME) or _is_to_make(thing)]
    known = {thing.pk: thing.data.get("left_out", []) for thing in open_ones}
    layout.compare(open_ones)
    _leave_out_without_rights(job, layout, open_ones)
    _note_left_out(job, open_ones, known)
    wrong = [thing for thing in open_ones if thing.verdict == Verdict.BAD]
    job.rejected += sum(thing.data["read"] for thing in wrong)
    _note_bad(job, wrong)
    job.save()


def _refuse_without_rights(job: ImportJob) -> None:
    """The load has the rights of whoever began it, as they are now."""
    user = job.requester
    if not user or not user.is_active or not user.can("create", "import"):
        raise Refusal(_("Whoever began this import may no longer do so."))


def _leave_out_without_rights(job: ImportJob, layout: Layout, things: list[Staged]) -> None:
    """A load makes nothing that its requester could not make by hand. Such a thing is wrong, and tells who may; so is
    what cannot be without it."""
    may: dict[tuple[str, str], bool] = {}
    for thing in things:
        verb = VERBS.get(thing.verdict)
        if verb is None:
            continue
        needed_type, needed_verb = layout.needs(thing.type, verb)
        if (needed_type, needed_verb) not in may:
            may[needed_type, needed_verb] = bool(job.requester and job.requester.can(needed_verb, needed_type))
        if not may[needed_type, needed_verb]:
            sentence = NOT_TO_MAKE if verb == "create" else NOT_TO_CHANGE
            reason = sentence % {"what": types[needed_type].plural}
            thing.verdict = Verdict.BAD
            thing.difference = {"column": "", "value": layout.named(thing), "reason": reason}
    _leave_out_without_what_they_need(job, layout, things)


def _leave_out_without_what_they_need(job: ImportJob, layout: Layout, things: list[Staged]) -> None:
    """A payment whose payer cannot be made waits for the payer, with the payer's own sentence."""
    leaning = {
        thing.pk: layout.leans_on(thing) for thing in things if thing.verdict == Verdict.UPDATE or _is_to_make(thing)
    }
    wanted: dict[str, set[str]] = {}
    for type_key, key in (link for links in leaning.values() for link in links):
        wanted.setdefault(type_key, set()).add(key)
    missing = {}
    for type_key, keys in wanted.items():
        rows = job.staged.filter(type=type_key, verdict=Verdict.BAD, object_id=None)
        missing |= {(type_key, thing.key): thing for some in in_parts(keys) for thing in rows.filter(key__in=some)}
    for thing in things if missing else ():
        lacking = next((missing[link] for link in leaning.get(thing.pk, ()) if link in missing), None)
        if lacking is not None:
            thing.verdict = Verdict.BAD
            reason = lacking.difference.get("reason") or _("its row is wrong")
            thing.difference = {
                "column": str(types[lacking.type].label), "value": layout.named(lacking), "reason": reason,
            }  # fmt: skip


# ── undo


def undo_step(run: Run) -> bool:
    """One ChangeSet a step, the last first: created records that nobody touched go, changed fields go back."""
    job = ImportJob.objects.get(pk=run.arguments["job"])
    if not run.requester or not run.requester.is_active or not run.requester.can("create", "import"):
        raise Refusal(_("Whoever began this import may no longer do so."))
    batch = job.batches.order_by("-pk").first()
    if batch is None:
        job.state, job.finished_at = State.UNDONE, now()
        job.save()
        return True
    with write.acting(run.requester, "undone", channel="import", cause=job.name, undo_of=batch.changeset) as act:
        act.kept()
        kept = _undo_changeset(batch.changeset)
    job.kept = (job.kept + kept)[:500]
    job.state = State.UNDOING
    job.save()
    batch.delete()
    run.done += 1
    return False


def _undo_changeset(changeset: ChangeSet) -> list[str]:
    kept: list[str] = []
    changes = list(changeset.changes.order_by("-pk"))
    for type_key in dict.fromkeys(change.type for change in changes):
        of_type = [change for change in changes if change.type == type_key]
        made = {change.object_id for change in of_type if change.created}
        kept += _undo_created(type_key, [change for change in of_type if change.object_id in made])
        kept += _undo_changed(type_key, [change for change in of_type if change.object_id not in made])
    return kept


def _undo_created(type_key: str, changes: list[Change]) -> list[str]:
    """``changes`` are all that the act did to the records it made, the last first."""
    kind = types[type_key]
    version = {change.object_id: change.version for change in reversed(changes)}
    records = list(kind.model._base_manager.select_for_update(of=("self",)).filter(pk__in=list(version)))
    touched = _built_upon(kind, [record.pk for record in records])
    held = {record.pk for record in records if record.version != version[record.pk]} | touched
    held |= _holding_up(kind, [record.pk for record in records], held)
    stay = [record for record in records if record.pk in held]
    _erase(kind, [record for record in records if record.pk not in held])
    before = [(record, write.values(record)) for record in stay]
    for record in stay:
        record.archived_at = record.archived_at or write.now()
    write.writing_many(changed=before)
    ExternalKey.objects.filter(type=type_key, object_id__in=[record.pk for record in stay]).delete()
    return [f"{kind.label}: {record}" for record in stay]


def _built_upon(kind, ids: list[int]) -> set[int]:
    """Which of these records others link to by now, or have notes, files or tasks."""
    found = set(Activity.objects.filter(type=kind.key, object_id__in=ids).values_list("object_id", flat=True))
    found |= set(RecordFile.objects.filter(type=kind.key, object_id__in=ids).values_list("object_id", flat=True))
    found |= set(Task.objects.filter(about_type=kind.key, about_id__in=ids).values_list("about_id", flat=True))  # type: ignore[arg-type]  # asked for by it
    parts = {part.model for part in kind.parts}
    for other, link in own_links_to(kind.key):
        found |= set(
            other.model._base_manager.filter(**{f"{link.column}__in": ids}).values_list(link.column, flat=True)
        )
    for relation in kind.model._meta.related_objects:
        if relation.related_model is kind.model:
            continue  # see _holding_up
        if relation.related_model in parts or getattr(relation.related_model, "is_derived", False):
            continue
        name = relation.field.attname
        found |= set(relation.related_model._base_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    return found


def _holding_up(kind, ids: list[int], held: set[int]) -> set[int]:
    """Which of these records those stand upon that stay: a branch that somebody added, or one of ``held``."""
    found: set[int] = set()
    for attname in _own_links(kind):
        pairs = kind.model._base_manager.filter(**{f"{attname}__in": ids}).values_list("pk", attname)
        above, going = dict(pairs), set(ids)
        open_ones = [pk for pk in above if pk not in going or pk in held]
        while open_ones:
            parent = above.get(open_ones.pop())
            if parent is not None and parent not in found:
                found.add(parent)
                open_ones.append(parent)
    return found


def _own_links(kind) -> list[str]:
    return [link.model_field.attname for link in kind.links if link.target is kind.model]


def _erase(kind, records: list) -> None:
    """What is part of another one of them goes before it."""
    own = _own_links(kind)
    while records:
        held = {getattr(record, name) for record in records for name in own}
        last = [record for record in records if record.pk not in held] or records
        write.erase(last)
        gone = {record.pk for record in last}
        records = [record for record in records if record.pk not in gone]


def _undo_changed(type_key: str, changes: list[Change]) -> list[str]:
    kind = types[type_key]
    by_id = {change.object_id: change for change in changes}
    records = list(kind.model._base_manager.select_for_update(of=("self",)).filter(pk__in=list(by_id)))
    kept, changed = [], []
    for record in records:
        before, change = write.values(record), by_id[record.pk]
        for name, (was, became) in change.fields.items():
            if "#" in name:
                kept += _undo_part(kind, record, name, was, became)
            elif _holds(record, {name: became}):
                added.put_back(record, name, was)
            else:
                kept.append(f"{kind.label}: {record}, {name}")
        record.recount()
        changed.append((record, before))
    write.writing_many(changed=changed)
    return kept


def _holds(record, told: dict) -> bool:
    """Does the record still hold what history tells? Compared as values: 2.50 is 2.5."""
    fields = {item.attname: item for item in record._meta.concrete_fields}
    own = {name: value for name, value in told.items() if is_added(name)}
    return all(record.extra.get(key_of(name)) == value for name, value in own.items()) and all(
        getattr(record, name) == (None if value is None else fields[name].to_python(value))
        for name, value in told.items()
        if name in fields
    )


def _undo_part(kind, record, name: str, was: dict | None, became: dict | None) -> list[str]:
    """A line that the load added goes, one that it took away comes back; changed since, it stays."""
    model_name, pk = name.split("#")
    model = next(part.model for part in kind.parts if part.model._meta.model_name == model_name)
    line = model._base_manager.filter(pk=pk).first()
    if became is not None and (line is None or not _holds(line, became)):
        return [f"{kind.label}: {record}, {model._meta.verbose_name} {line or ''}"]
    if line is not None and was is None:
        write.drop_part(record, line)
    if was is not None:
        fields = {
            item.attname: item.to_python(was[item.attname])
            for item in model._meta.concrete_fields
            if item.attname in was
        }
        keep_line(record, model(pk=line and line.pk, **fields), line and write.values(line))
    return []


# ── asking for it


def at_home(step: Callable[[Run], bool]) -> Callable[[Run], bool]:
    """Reasons are kept in the requester's language, and a time without a zone is the firm's: a worker knows neither."""

    @wraps(step)
    def done(run: Run) -> bool:
        firm = Firm.current()
        language = (run.requester and run.requester.language) or (firm and firm.language) or settings.LANGUAGE_CODE
        zone = ZoneInfo(firm.time_zone if firm else settings.TIME_ZONE)
        with one_request(), translation.override(language), timezone.override(zone):
            return step(run)

    return done


KINDS = {"check": at_home(check_step), "load": at_home(load_step), "undo": at_home(undo_step)}
for name, step in KINDS.items():
    kinds.add(Kind(f"import.{name}", step))


def another_is_loaded() -> Refusal:
    return Refusal(_("Another import is being loaded: wait until it is done."))


def ask(what: str, job: ImportJob, requester) -> Run:
    """Queue the work. Only one load or undo at a time: two files at once could both make the same company."""
    _make_way(what, job)
    run = start(f"import.{what}", requester, _dedupe(what, job), job=job.pk)
    if run.arguments["job"] != job.pk:
        raise another_is_loaded()
    return run


def _dedupe(what: str, job: ImportJob) -> str:
    return f"check {job.pk}" if what == "check" else "load"


def _make_way(what: str, job: ImportJob) -> None:
    """A load and an undo exclude each other, too. A dead load makes way for its undo, or where it loaded nothing."""
    if what == "check":
        return
    for run in Run.objects.unfinished().filter(kind__in=("import.load", "import.undo")):
        pk = run.arguments["job"]
        if pk == job.pk and run.kind == f"import.{what}":
            continue
        if not _is_dead(run):
            raise another_is_loaded()
        if pk != job.pk and LoadedBatch.objects.filter(job=pk).exists():
            raise Refusal(
                _("Import %(number)s stopped in the middle: load the same file again, or take it back first.")
                % {"number": pk}
            )
        Run.objects.filter(pk=run.pk, holder=run.holder).update(state="cancelled", holder="", finished_at=now())


def _is_dead(run: Run) -> bool:
    """Nobody works on it and it does not wait in the queue."""
    if run.holder:
        return run.heartbeat_at is None or run.heartbeat_at < timezone.now() - timedelta(seconds=LEASE)
    return run.pk not in waiting_in_queue()


def do_now(what: str, job: ImportJob, requester) -> ImportJob:
    """The same here and now, for commands. A run that a crash left unfinished is taken up where it ended."""
    _make_way(what, job)
    dedupe = _dedupe(what, job)
    run = Run.objects.unfinished().filter(kind=f"import.{what}", arguments__job=job.pk).first()
    if run is None:
        try:
            with transaction.atomic():
                run = Run.objects.create(
                    kind=f"import.{what}", requester=requester, dedupe=dedupe, arguments={"job": job.pk}
                )
        except IntegrityError as error:
            raise another_is_loaded() from error
    run = carry_out(_let_go(run))
    if run.state == "failed":
        fail(run)
        raise Refusal(run.error)
    if run.state in ("waiting", "running"):
        raise Refusal(_("Another process is at work on this import: wait until it is done."))
    job.refresh_from_db()
    return job


def _let_go(run: Run) -> Run:
    """Wait until the lease of a killed process has run out; a living one shows itself by its heartbeat."""
    seen = run.heartbeat_at
    while run.holder and run.state in ("waiting", "running") and run.heartbeat_at == seen and not _is_dead(run):
        sleep(0.5)
        run.refresh_from_db()
    return run


def fail(run: Run) -> None:
    """Write what stopped a run beside its job; a load stopped before its first batch can be tried again."""
    job = ImportJob.objects.get(pk=run.arguments["job"])
    job.error = run.error
    if job.state in (State.CHECKING,) or (job.state == State.LOADING and not job.batches.exists()):
        job.state = State.FAILED if job.state == State.CHECKING else State.CHECKED
    job.save()
    if job.state == State.FAILED:
        job.staged.all().delete()


# ── tidying up


def tidy() -> None:
    """Forget what finished and abandoned imports staged, and the files dropped in the browser; a scheduled job.

    What was loaded, its totals and its undo stay for good.
    """
    at_work = set(Run.objects.unfinished().filter(kind__startswith="import.").values_list("arguments__job", flat=True))
    old = ImportJob.objects.filter(made_at__lt=now() - timedelta(days=STAGED_DAYS)).exclude(pk__in=at_work)
    for job in old.exclude(state__in=(State.LOADING, State.UNDOING)):
        job.staged.all().delete()
        if job.state in (State.ASKING, State.CHECKED):
            job.state = State.FAILED
            job.error = _("Nobody loaded this file, so what was read from it is forgotten: drop it again.")
            job.save()
        if job.made_at < now() - timedelta(days=FILE_DAYS):
            drop_file(job)


def drop_file(job: ImportJob) -> None:
    """Only a file that was dropped in the browser is ours to remove."""
    path = Path(job.path)
    folder = Path(settings.MEDIA_ROOT) / "imports"
    if path.is_file() and folder in path.parents:
        path.unlink()
        path.parent.rmdir()
