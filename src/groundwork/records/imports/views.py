"""Imports in the browser: drop a file, look at the trial run, load it, take it back."""

import uuid
from pathlib import Path

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
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
from groundwork.records.imports.answers import DecisionForm, ReadingForm, known
from groundwork.records.imports.job_page import shown, wait
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.leftout import left_out
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.readers import open_source, sources
from groundwork.records.lists.exports import as_csv
from groundwork.ui.forms import PlainErrors
from groundwork.ui.table import Cell, Column, Row, Table
from groundwork.ui.uploads import takes_files

State = ImportJob.State
SUFFIXES = (".csv", ".zip", ".xlsx", ".txt", ".xml")
BUSY = (State.CHECKING, State.LOADING, State.UNDOING)


class UploadForm(PlainErrors, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("file"), widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=gettext_lazy(
            "CSV, XLSX, a zip of CSV files, or what 1C gives out. Nothing is loaded before you have seen the trial run."
        ),
    )  # fmt: skip
    layout = forms.ChoiceField(label=gettext_lazy("what the rows are"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["layout"].choices = [
            ("", _("find out by the header")),
            *((item.key, str(item.label)) for item in known(user)),
        ]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            most = settings.UPLOAD_LIMIT // 1024**2
            raise forms.ValidationError(
                _("The file is larger than %(most)s MB. Load it by command, or split it.") % {"most": most}
            )
        return file


def mine(user):
    """The imports that a person may look at: the own ones, or all where the reach of ``view`` is all.

    Never those of records that the person does not see.
    """
    among = Q() if reach(user, "view", "import").all else Q(requester=user)
    return ImportJob.objects.filter(among, layout__in=layouts.offered_to(user))


@takes_files(lambda: settings.UPLOAD_LIMIT)
@require_http_methods(["GET", "POST"])
@allowed("create", "import")
def start(request):
    first = {"layout": request.GET.get("layout", "")}
    form = UploadForm(request.POST or None, request.FILES or None, initial=first, user=request.user)
    if request.method == "POST" and form.is_valid():
        job = taken_in(form.cleaned_data["file"], form.cleaned_data["layout"], request.user)
        return redirect("imports:job", job.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "records/imports/start.html", {"form": form, "table": past(request.user)}, status=status)


def taken_in(upload, layout: str, user) -> ImportJob:
    """Keep the file under a name of ours and make its job; a file that is refused is not kept."""
    folder = Path(settings.MEDIA_ROOT) / "imports" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    name = Path(upload.name).name.replace("\x00", "")[-200:] or "file"
    suffix = Path(name).suffix.lower() if Path(name).suffix.lower() in SUFFIXES else ".csv"
    path = folder / f"file{suffix}"
    try:
        with path.open("wb") as kept:
            for chunk in upload.chunks():
                kept.write(chunk)
        found, unsure = (layout, False) if layout else found_out(path, name, user)
        return engine.new_job(found, path, name, requester=user, ask=True, unsure=unsure)
    except BaseException:
        path.unlink(missing_ok=True)
        folder.rmdir()
        raise


def found_out(path: Path, name: str, user) -> tuple[str, bool]:
    """What the rows are: by the file itself, by its header and name; and whether that is but a guess to be asked about.

    Refused to whom nothing that there is may be told of.
    """
    offered = layouts.offered_to(user)
    if (claimed := layouts.claiming(path)) in offered:
        return claimed, False
    header = open_source(sources(path)[0], known=layouts.known_names()).header
    if guess := layouts.fitting(header, offered, name) or layouts.named_like(name, offered):
        return guess, False
    if not (guess := next((key for key in offered if key.startswith("records:")), "")):
        raise Refusal(_("You see no records that a file could bring: ask for a role that does."))
    return guess, True


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
    waiting = run is not None and run.state in ("waiting", "running")
    if request.htmx:
        if not waiting:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "records/imports/job.html#progress", {"job": found, "run": run, "wait": wait(run)})
    return render(request, "records/imports/job.html", shown(found, request.user, run, waiting))


@require_POST
@allowed("create", "import")
def again(request, pk):
    """Read the file anew, the way the person says."""
    found = own(request, pk)
    form = ReadingForm(found, request.POST)
    if not form.is_valid():
        context = shown(found, request.user, current(found), waiting=False) | {"reading": form}
        return render(request, "records/imports/job.html", context, status=422)
    layout = form.cleaned_data["layout"]
    said = {"by": request.user, "on_error": form.cleaned_data["on_error"]}
    engine.read_again(found, layout, form.options(found.options), **said)
    return redirect("imports:job", pk)


@require_POST
@allowed("create", "import")
def decide(request, pk):
    """One decision for every unknown value, for all rows; then the trial run again."""
    found = own(request, pk)
    form = DecisionForm(found, request.POST)
    form.is_valid()
    options = {**found.options, **form.options(found.options)}
    engine.read_again(found, found.layout, options, found.on_error, by=request.user)
    return redirect("imports:job", pk)


def own(request, pk) -> ImportJob:
    found = get_object_or_404(mine(request.user), pk=pk)
    if found.requester_id != request.user.pk:
        raise Refusal(_("Whoever dropped the file says how it is read."))
    return found


@require_POST
@allowed("create", "import")
@transaction.atomic
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
    """The rows that were left out, as they stand in the file, each with its reason: to be mended and dropped again."""
    found = get_object_or_404(mine(request.user), pk=pk)
    response = StreamingHttpResponse(as_csv(left_out(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-errors.csv"'
    return response
