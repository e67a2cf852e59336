"""``groundwork import TYPE FILE`` and ``groundwork import undo ID``."""

import json
import sys
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.people import asker
from groundwork.background.models import Run
from groundwork.core.refusals import Refusal
from groundwork.records.imports import engine
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import sources
from groundwork.records.types import types

ERRORS_PRINTED = 1000


def run(args) -> int:
    """0 done, 1 refused; with ``--on-error stop`` (the default) a wrong row means that nothing is loaded."""
    user = asker(getattr(args, "user", None))
    if not user.can("create", "import"):
        raise Refusal(_("This person may not import."))
    if args.type == "undo":
        return undo(args, user)
    layout = layouts.named(args.type, args.preset or "")
    if layout is None:
        raise Refusal(_("There is no import of “%(type)s”.") % {"type": args.preset or args.type})
    job = begin(args, layout.key, user)
    if job.state == ImportJob.State.CHECKING:
        job = engine.do_now("check", job, user)
    if not args.dry_run and (waiting := job.count(Staged.Verdict.ASK)):
        raise Refusal(
            ngettext(
                "%(count)s document is here with other lines: say --split replace, --split add or --split skip.",
                "%(count)s documents are here with other lines: say --split replace, --split add or --split skip.",
                waiting,
            )
            % {"count": waiting}
        )
    stopped = args.on_error == "stop" and job.bad_rows.exists()
    if not args.dry_run and not stopped:
        job = engine.do_now("load", job, user)
    tell(args, job)
    return 1 if stopped else 0


def begin(args, layout: str, user) -> ImportJob:
    """A new job; or the one that a crash left in the middle of loading the same file, which goes on."""
    path = Path(args.file).resolve()
    sources(path)
    loads = Run.objects.unfinished().filter(kind="import.load").values_list("arguments__job", flat=True)
    halfway = ImportJob.objects.filter(
        Q(state=ImportJob.State.LOADING) | Q(state=ImportJob.State.CHECKED, pk__in=list(loads)),
        layout=layout, digest=engine.digest_of(path), requester=user,
    ).first()  # fmt: skip
    if halfway and not args.dry_run:
        return halfway
    options = {"map": dict(args.map)} if args.map else {}
    if args.key:
        options["key"] = args.key
    if args.split:
        options["split"] = args.split
    return engine.new_job(layout, path, path.name, requester=user, on_error=args.on_error, **options)


def undo(args, user) -> int:
    job = ImportJob.objects.filter(pk=int(args.file) if args.file.isdigit() else 0).first()
    if job is None or not job.is_undoable:
        raise Refusal(_("There is no loaded import number %(number)s.") % {"number": args.file})
    job = engine.do_now("undo", job, user)
    if args.json:
        print(json.dumps({"import": job.pk, "state": job.state, "kept": job.kept}, ensure_ascii=False))
    else:
        print(_("Import %(number)s is taken back.") % {"number": job.pk})
        for name in job.kept:
            print(_("Kept, since it was used after: %(name)s") % {"name": name})
    return 0


def summary(job: ImportJob) -> dict:
    verdicts = Staged.Verdict
    return {
        "import": job.pk, "state": job.state, "read": job.read, "created": job.count(verdicts.CREATE),
        "updated": job.count(verdicts.UPDATE), "unchanged": job.count(verdicts.SAME), "rejected": job.rejected,
        "by_type": job.counts, "sums": job.sums,
        "errors": [
            {"file": row.file, "line": row.line, "column": row.column, "value": row.value, "reason": row.reason}
            for row in job.bad_rows.all()[:ERRORS_PRINTED]
        ],
    }  # fmt: skip


def tell(args, job: ImportJob) -> None:
    found = summary(job)
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    print(
        _("Import %(number)s: %(state)s. %(read)s rows read.")
        % {"number": job.pk, "state": job.get_state_display(), "read": job.read}
    )
    for type_key, verdicts in job.counts.items():
        label = types[type_key].plural if type_key in types else type_key
        words = ", ".join(f"{Staged.Verdict(verdict).label} {count}" for verdict, count in sorted(verdicts.items()))
        print(f"  {label}: {words}")
    for row in found["errors"]:
        print(f"{row['file']}:{row['line']}: {row['column']} “{row['value']}”: {row['reason']}", file=sys.stderr)
