"""Imports in the browser: drop a file, look at the trial run, load it, take it back."""

import uuid
from pathlib import Path

from django import forms
from django.conf import settings
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
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.imports import engine
from groundwork.records.imports.answers import DecisionForm, ReadingForm, known
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.leftout import left_out
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import NO_HEADER, open_source, sources
from groundwork.records.lists.cells import words_for
from groundwork.records.lists.exports import as_csv
from groundwork.records.types import types
from groundwork.ui.forms import PlainErrors
from groundwork.ui.table import Cell, Column, Row, Table

State = ImportJob.State
BAD_SHOWN = 100
SUFFIXES = (".csv", ".zip", ".xlsx", ".txt", ".xml")
ANSWERABLE = (State.ASKING, State.CHECKED, State.FAILED)
PLAIN_FIELDS = {"lines": gettext_lazy("lines"), "total": gettext_lazy("total"), "cost": gettext_lazy("cost price")}
BUSY = (State.CHECKING, State.LOADING, State.UNDOING)


class UploadForm(PlainErrors, forms.Form):
    file = forms.FileField(
        label=gettext_lazy("file"), widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=gettext_lazy(
            "CSV, XLSX, a zip of CSV files, or what 1C gives out. Nothing is loaded before you have seen the trial run."
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


def mine(user):
    """The imports that a person may look at: the own ones, or all where the reach of ``view`` is all."""
    return ImportJob.objects.filter(Q() if reach(user, "view", "import").all else Q(requester=user))


@require_http_methods(["GET", "POST"])
@allowed("create", "import")
def start(request):
    form = UploadForm(request.POST or None, request.FILES or None, initial={"layout": request.GET.get("layout", "")})
    if request.method == "POST" and form.is_valid():
        job = taken_in(form.cleaned_data["file"], form.cleaned_data["layout"], request.user)
        check(job, request.user)
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
        return engine.new_job(layout or found_out(path), path, name, requester=user, ask=True)
    except BaseException:
        path.unlink(missing_ok=True)
        folder.rmdir()
        raise


def found_out(path: Path) -> str:
    """What the rows are: by the file itself, by its header, else a guess that the person is asked about."""
    if claimed := layouts.claiming(path):
        return claimed
    header = open_source(sources(path)[0], known=layouts.known_names()).header
    return layouts.fitting(header) or next(item.key for item in known() if item.key.startswith("records:"))


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


def check(job: ImportJob, user) -> None:
    """Begin the trial run, unless the file first waits for an answer."""
    if job.state == State.CHECKING:
        engine.ask("check", job, user)


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
    return render(request, "records/imports/job.html", shown(request, found, run, waiting))


def shown(request, found: ImportJob, run: Run | None, waiting: bool) -> dict:
    """Everything the page of an import shows."""
    loadable = found.count(Staged.Verdict.CREATE) + found.count(Staged.Verdict.UPDATE)
    answerable = not waiting and found.requester_id == request.user.pk and found.state in ANSWERABLE
    return {
        "job": found, "run": run, "busy": waiting, "layout": layouts[found.layout].label, "wait": wait(run),
        "refused": refused(found, run),
        "verdicts": verdicts(found), "bad": bad_rows(found), "sums": reconciled(found), "step": step(found),
        "loadable": loadable, "count": languages.number(loadable),
        "links": [(types[key].plural, reverse("records:list", args=[key])) for key in found.counts if key in types],
        "answerable": answerable, "reading": ReadingForm(found) if answerable else None,
        "unknown": unknown_values(found) if answerable else [], "changes": changes_of(found, request.user),
        "format": told(found), "not_taken": not_taken(found),
        "split": found.count(Staged.Verdict.ASK) if answerable else 0,
    }  # fmt: skip


def refused(job: ImportJob, run: Run | None) -> str:
    """Why a load that was asked for wrote nothing; the job itself is as it was."""
    return run.error if run is not None and run.state == "failed" and job.state == State.CHECKED else ""


def wait(run: Run | None) -> int:
    """Seconds until the page asks again: soon at first, then ever more rarely."""
    if run is None:
        return 1
    age = (now() - run.created_at).total_seconds()
    return 1 if age < 10 else 3 if age < 60 else 10


@require_POST
@allowed("create", "import")
def again(request, pk):
    """Read the file anew, the way the person says."""
    found = own(request, pk)
    form = ReadingForm(found, request.POST)
    if not form.is_valid():
        context = shown(request, found, current(found), waiting=False) | {"reading": form}
        return render(request, "records/imports/job.html", context, status=422)
    layout = form.cleaned_data["layout"]
    engine.read_again(found, layout, form.options(found.options), form.cleaned_data["on_error"])
    check(found, request.user)
    return redirect("imports:job", pk)


@require_POST
@allowed("create", "import")
def decide(request, pk):
    """One decision for every unknown value, for all rows; then the trial run again."""
    found = own(request, pk)
    form = DecisionForm(found, request.POST)
    form.is_valid()
    engine.read_again(found, found.layout, {**found.options, **form.options(found.options)}, found.on_error)
    check(found, request.user)
    return redirect("imports:job", pk)


def own(request, pk) -> ImportJob:
    found = get_object_or_404(mine(request.user), pk=pk)
    if found.requester_id != request.user.pk:
        raise Refusal(_("Whoever dropped the file says how it is read."))
    return found


def step(job: ImportJob) -> int:
    return {State.ASKING: 2, State.CHECKING: 2, State.CHECKED: 3, State.FAILED: 2}.get(State(job.state), 4)


def format_words(job: ImportJob) -> list[tuple[str, str]]:
    """How the file was read, in words: (what, how)."""
    about, found = job.about, job.about.get("format", {})
    signs = {"\t": _("tab"), ",": _("comma"), ";": _("semicolon"), "|": "|"}
    rows = []
    if about.get("encoding"):
        rows.append((_("Encoding"), about["encoding"]))
    if about.get("separator"):
        rows.append((_("Separator"), signs.get(about["separator"], about["separator"])))
    if about.get("header"):
        rows.append(
            (_("Header"), _("none") if about.get("header_line") == NO_HEADER else str(about.get("header_line", 1)))
        )
    if about.get("sheet"):
        rows.append((_("Sheet"), about["sheet"]))
    if found.get("has_numbers"):
        sign = {".": _("point"), ",": _("comma")}.get(
            found["decimal"], _("not clear: numbers that could mean two things are refused")
        )
        rows.append(
            (
                _("Decimals"),
                sign if found["decimal_sure"] or not found["decimal"] else _("%(what)s (assumed)") % {"what": sign},
            )
        )
    if found.get("has_dates"):
        order = {"dmy": _("day first"), "mdy": _("month first")}.get(
            found["dates"], _("not clear: dates that could mean two things are refused")
        )
        rows.append(
            (
                _("Dates"),
                order if found["dates_sure"] or not found["dates"] else _("%(what)s (assumed)") % {"what": order},
            )
        )
    return rows


def told(job: ImportJob) -> list[tuple[str, str]]:
    return [*format_words(job), *layouts[job.layout](job).told()]


def not_taken(job: ImportJob) -> list[str]:
    """The columns of the file that go nowhere."""
    layout = layouts[job.layout](job)
    if not layout.is_mapped or not job.about.get("header"):
        return []
    taken = {place for places in layout.guessed(job.about["header"]).values() for place in places}
    return [name for place, name in enumerate(job.about["header"]) if place not in taken and name]


def unknown_values(job: ImportJob) -> list[dict]:
    return DecisionForm(job).rows()


def changes_of(job: ImportJob, user) -> list[dict]:
    """For each field that would change: how often, and the first few, before and after, as the reader may see them."""
    result = []
    for type_key, fields in job.changes.items():
        kind = types.get(type_key)
        ids = {sample[0] for entry in fields.values() for sample in entry["samples"]}
        titles = {row.pk: str(row) for row in kind.model.objects.visible_to(user).filter(pk__in=ids)} if kind else {}
        by_attname = {shown.model_field.attname: shown for shown in kind.by_name.values()} if kind else {}
        for name, entry in sorted(fields.items(), key=lambda pair: -pair[1]["count"]):
            shown = by_attname.get(name)
            result.append(
                {
                    "label": str(shown.label) if shown else PLAIN_FIELDS.get(name, name),
                    "count": languages.number(entry["count"]),
                    "samples": [
                        (titles.get(pk, ""), value_words(shown, before, user), value_words(shown, after, user))
                        for pk, before, after in entry["samples"]
                    ],
                }
            )
    return result


def value_words(shown, value, user) -> str:
    if shown is None or value in ("", None):
        return languages.NO_VALUE if value in ("", None) else str(value)
    if shown.kind == "link":
        found = shown.target.objects.visible_to(user).filter(pk=value).first()
        return str(found) if found else _("a new one") if value == -1 else _("no access")
    return words_for(shown, value)


def verdicts(job: ImportJob) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """For each type: (label, [(count, words, kind)])."""
    words = {"create": _("new"), "update": _("to change"), "same": _("there already"), "bad": _("wrong")}
    if job.count(Staged.Verdict.ASK):
        words["ask"] = _("waiting for your answer")
    kinds = {"bad": "bad", "update": "warn", "ask": "warn"}
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
    several, layout = job.about.get("files", 1) > 1, layouts[job.layout](job)
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
                    Cell(layout.label_of(row.column)),
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
    kept = job.sums_kept
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
    """The rows that were left out, as they stand in the file, each with its reason: to be mended and dropped again."""
    found = get_object_or_404(mine(request.user), pk=pk)
    response = StreamingHttpResponse(as_csv(left_out(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-errors.csv"'
    return response
