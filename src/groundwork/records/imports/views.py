"""Imports in the browser: drop a file, look at the trial run, load it, take it back."""

import csv
import uuid
from pathlib import Path

from django import forms
from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.access.rights import reach
from groundwork.background.models import Run
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.imports import engine
from groundwork.records.imports.layouts import is_table, layouts
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import open_source, sources
from groundwork.records.types import types
from groundwork.ui.forms import PlainErrors
from groundwork.ui.table import Cell, Column, Row, Table

State = ImportJob.State
BAD_SHOWN = 100
BUSY = (State.CHECKING, State.LOADING, State.UNDOING)


class UploadForm(PlainErrors, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("file"), widget=forms.FileInput(attrs={"accept": ".csv,.zip,.xlsx"}),
        help_text=gettext_lazy(
            "CSV, XLSX, or a zip of CSV files. Nothing is loaded before you have seen the trial run."
        ),
    )  # fmt: skip
    layout = forms.ChoiceField(label=gettext_lazy("what the rows are"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["layout"].choices = [
            ("", _("find out by the header")),
            *((item.key, str(item.label)) for item in known()),
        ]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // 1024**2
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Load it by command, or split it.") % {"most": most}
            )
        return file


def known() -> list:
    own = [item for item in layouts if not item.key.startswith("records:")]
    return own + [layouts[f"records:{kind.key}"] for kind in types if is_table(kind)]


def mine(user):
    """The imports that a person may look at: the own ones, or all where the reach of ``view`` is all."""
    return ImportJob.objects.filter(Q() if reach(user, "view", "import").all else Q(requester=user))


@require_http_methods(["GET", "POST"])
@allowed("create", "import")
def start(request):
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        job = taken_in(form.cleaned_data["file"], form.cleaned_data["layout"], request.user)
        engine.ask("check", job, request.user)
        return redirect("imports:job", job.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "records/imports/start.html", {"form": form, "table": past(request.user)}, status=status)


def taken_in(upload, layout: str, user) -> ImportJob:
    """Keep the file under a name of ours and make its job; a file that is refused is not kept."""
    folder = Path(settings.MEDIA_ROOT) / "imports" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    name = Path(upload.name).name.replace("\x00", "")[-200:] or "file"
    suffix = Path(name).suffix.lower() if Path(name).suffix.lower() in (".csv", ".zip", ".xlsx") else ".csv"
    path = folder / f"file{suffix}"
    try:
        with path.open("wb") as kept:
            for chunk in upload.chunks():
                kept.write(chunk)
        header = open_source(sources(path)[0]).header
        chosen = layout or layouts.fitting(header)
        if not chosen:
            raise Refusal(
                _("It is not clear what the rows of “%(name)s” are. Say so below the file. Its columns: %(header)s.")
                % {"name": name, "header": ", ".join(header)[:300]}
            )
        return engine.new_job(chosen, path, name, requester=user)
    except BaseException:
        path.unlink(missing_ok=True)
        folder.rmdir()
        raise


def past(user) -> Table:
    jobs = list(mine(user).select_related("requester")[:50])
    columns = [
        Column("name", _("File"), main=True), Column("when", _("When")), Column("who", _("Who")),
        Column("rows", _("Rows"), numeric=True), Column("state", _("State")),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(job.name, kind="bold"), Cell(languages.moment(job.made_at)), Cell(str(job.requester or "")),
                Cell(languages.number(job.read), kind="number"), Cell(str(job.get_state_display()), kind=chip(job)),
            ],
            key=str(job.pk), href=reverse("imports:job", args=[job.pk]),
        )
        for job in jobs
    ]  # fmt: skip
    return Table(columns, rows, id="imports", caption=_("Earlier imports"))


def chip(job: ImportJob) -> str:
    return {State.LOADED: "ok", State.FAILED: "bad", State.UNDONE: "chip"}.get(State(job.state), "info")


def current(job: ImportJob) -> Run | None:
    """The run at work on the job; one that failed leaves its sentence with the job."""
    run = Run.objects.filter(kind__startswith="import.", arguments__job=job.pk).order_by("-pk").first()
    if run is not None and run.state == "failed" and job.state in BUSY and not job.error:
        engine.fail(run)
        job.refresh_from_db()
    return run


@require_GET
@allowed("create", "import")
def job(request, pk):
    found = get_object_or_404(mine(request.user), pk=pk)
    run = current(found)
    loadable = found.count(Staged.Verdict.CREATE) + found.count(Staged.Verdict.UPDATE)
    waiting = run is not None and run.state in ("waiting", "running")
    context = {
        "job": found, "run": run, "busy": waiting, "layout": layouts[found.layout].label,
        "verdicts": verdicts(found), "bad": bad_rows(found), "sums": reconciled(found), "step": step(found),
        "loadable": loadable, "count": languages.number(loadable),
        "links": [(types[key].plural, reverse("records:list", args=[key])) for key in found.counts if key in types],
    }  # fmt: skip
    if request.htmx:
        if not context["busy"]:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "records/imports/job.html#progress", context)
    return render(request, "records/imports/job.html", context)


def step(job: ImportJob) -> int:
    return {State.CHECKING: 2, State.CHECKED: 3, State.FAILED: 2}.get(State(job.state), 4)


def verdicts(job: ImportJob) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """For each type: (label, [(count, words, kind)])."""
    words = {"create": _("new"), "update": _("to change"), "same": _("there already"), "bad": _("wrong")}
    kinds = {"bad": "bad", "update": "warn"}
    return [
        (
            str(types[key].plural) if key in types else _("Cost prices"),
            [
                (languages.number(found.get(verdict, 0)), word, kinds.get(verdict, "") if found.get(verdict) else "")
                for verdict, word in words.items()
            ],
        )
        for key, found in job.counts.items()
    ]


def bad_rows(job: ImportJob) -> Table | None:
    rows = list(job.bad_rows.all()[:BAD_SHOWN])
    if not rows:
        return None
    several = job.about.get("files", 1) > 1
    columns = [
        Column("line", _("Line"), main=True), Column("column", _("Column")),
        Column("value", _("Value")), Column("reason", _("What is wrong")),
    ]  # fmt: skip
    return Table(
        columns,
        [
            Row(
                [
                    Cell(f"{row.file}:{row.line}" if several else str(row.line)),
                    Cell(row.column),
                    Cell(row.value),
                    Cell(row.reason),
                ],
                key=str(row.pk),
            )
            for row in rows
        ],
        id="bad-rows",
    )


def reconciled(job: ImportJob) -> list[dict]:
    """What the file sums to beside what our records sum to after the load."""
    kept = layouts[job.layout](job).sum_kept() if job.state == State.LOADED and job.sums else {}
    return [
        {
            "file": languages.money(total, currency),
            "kept": languages.money(kept[currency], currency) if currency in kept else "",
            "difference": languages.money(kept[currency] - total, currency)
            if kept.get(currency, total) != total
            else "",
        }
        for currency, total in job.sums.items()
    ]


@require_POST
@allowed("create", "import")
def load(request, pk):
    found = get_object_or_404(mine(request.user), pk=pk)
    if found.state != State.CHECKED:
        raise Refusal(_("This import is loaded already, or not checked yet."))
    if found.requester_id != request.user.pk:
        raise Refusal(_("Whoever dropped the file loads it."))
    found.error = ""
    found.save()
    engine.ask("load", found, request.user)
    return redirect("imports:job", pk)


@require_POST
@allowed("create", "import")
def undo(request, pk):
    found = get_object_or_404(mine(request.user), pk=pk)
    if not found.is_undoable:
        raise Refusal(_("Only what was loaded can be taken back."))
    engine.ask("undo", found, request.user)
    return redirect("imports:job", pk)


@require_GET
@allowed("create", "import")
def errors(request, pk):
    """The wrong rows as CSV; a cell that a spreadsheet would run as a formula is written as text."""
    found = get_object_or_404(mine(request.user), pk=pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-errors.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([_("File"), _("Line"), _("Column"), _("Value"), _("What is wrong")])
    for row in found.bad_rows.iterator():
        writer.writerow([safe(row.file), row.line, safe(row.column), safe(row.value), safe(row.reason)])
    return response


def safe(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
