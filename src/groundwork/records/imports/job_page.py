"""What the page of an import shows: how the file was read, what would become of it, what was left out, sums."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.background.models import Run
from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.records.imports.answers import DecisionForm, ReadingForm
from groundwork.records.imports.brought import seen_in
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob, Staged
from groundwork.records.imports.readers import NO_HEADER
from groundwork.records.lists.cells import words_for
from groundwork.records.types import types
from groundwork.ui.table import Cell, Column, Row, Table

State = ImportJob.State
BAD_SHOWN = 100
ANSWERABLE = (State.ASKING, State.CHECKED, State.FAILED)
PLAIN_FIELDS = {"lines": gettext_lazy("lines"), "total": gettext_lazy("total"), "cost": gettext_lazy("cost price")}


def shown(found: ImportJob, user, run: Run | None, waiting: bool) -> dict:
    """Everything the page of an import shows."""
    loadable = found.count(Staged.Verdict.CREATE) + found.count(Staged.Verdict.UPDATE)
    answerable = not waiting and found.requester_id == user.pk and found.state in ANSWERABLE
    return {
        "job": found, "run": run, "busy": waiting, "layout": layouts[found.layout].label, "wait": wait(run),
        "refused": refused(found, run),
        "verdicts": verdicts(found), "bad": bad_rows(found, but_asked=answerable), "sums": reconciled(found),
        "step": step(found), "seen": [(entry.label, entry.path) for entry in seen_in if entry.may(user)],
        "loadable": loadable, "count": languages.number(loadable),
        "links": [(types[key].plural, reverse("records:list", args=[key])) for key in found.counts if key in types],
        "answerable": answerable, "reading": ReadingForm(found) if answerable else None,
        "unknown": DecisionForm(found).groups() if answerable else [], "changes": changes_of(found, user),
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
    if not layout.is_mapped or not job.about.get("header") or job.options.get("unsure"):
        return []
    taken = {place for places in layout.guessed(job.about["header"]).values() for place in places}
    return [name for place, name in enumerate(job.about["header"]) if place not in taken and name]


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


def bad_rows(job: ImportJob, *, but_asked: bool) -> Table | None:
    """The first rows that are wrong; ``but_asked``: without those whose value stands among the questions above."""
    found = job.bad_rows.all()
    if but_asked:
        found = found.exclude(Exists(job.unknown_values.filter(field=OuterRef("column"), value=OuterRef("value"))))
    rows = list(found[:BAD_SHOWN])
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
