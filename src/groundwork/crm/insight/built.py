"""What the page and the files of a built report show: chart, table, rows."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.core.languages import moment, number
from groundwork.core.money import minor_digits, round_half_up
from groundwork.crm.insight.models import BuiltReport, reports_of
from groundwork.crm.insight.question import HIDDEN, OTHERS, Answer, Line, Sums
from groundwork.crm.insight.screens import scale_of, short_month
from groundwork.records.undoing import IN_TRASH, Lying, Trash
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.palette import Asked, Group, Offer
from groundwork.ui.table import Cell, Column, Empty, Row, Table

DAYS_DRAWN, DRAWN = 12, 8  # columns of a chart: more are not told apart
SERIES = 3
LABEL = 10  # signs beneath a column


def table_of(answer: Answer) -> Table:
    """A line a group, the whole beneath; every number opens its rows."""
    asked = answer.asked
    measured = asked.measure != "count"
    columns = [Column("group", asked.by.words if asked.by else str(asked.kind.plural), main=True)]
    columns += [Column(f"c{place}", words, numeric=True) for place, (_key, words) in enumerate(answer.across)]
    columns += [Column("count", _("How many"), numeric=True)] if measured else []
    columns.append(Column("value", _("All") if answer.across else asked.words, numeric=True, second=True))
    rows = [Row(cells_of(answer, line), str(place)) for place, line in enumerate(answer.lines)]
    whole = Line(None, _("All"), asked.rows_address(), answer.total)
    total = cells_of(answer, whole, totals=True)
    if not asked.by:
        rows = [Row(total, "all")]
    return Table(
        columns, rows, caption=asked.words, id="built", totals=total if asked.by and rows else [],
        empty=None if answer.total.count else Empty(_("Nothing to count"), _("No record fits this report."), "", ""),
    )  # fmt: skip


def cells_of(answer: Answer, line: Line, *, totals: bool = False) -> list[Cell]:
    cells = [Cell(line.words, line.href, "bold")]
    for key, _words in answer.across:
        sums = line.cells.get(key)
        cells.append(
            Cell(across_total(answer, key) if totals else answer.text(sums), line.hrefs.get(key, ""), "number")
        )
    if answer.asked.measure != "count":
        cells.append(Cell(number(line.whole.count), line.href, "number"))
    cells.append(Cell(answer.text(line.whole), line.href, "number"))
    return cells


def across_total(answer: Answer, key: Any) -> str:
    total = Sums()
    for line in answer.lines:
        if key in line.cells:
            total.add(line.cells[key])
    return answer.text(total)


def chart_of(answer: Answer) -> BarChart | None:
    """None where there is nothing to draw, or nobody wants it. Of days the last ones are drawn, else the first."""
    asked, by = answer.asked, answer.asked.by
    lines = [line for line in answer.lines if line.whole.value(asked.measure) is not None]
    if asked.chart != "bars" or by is None or len(lines) < 2:
        return None
    drawn = lines[-DAYS_DRAWN:] if by.is_days else lines[:DRAWN]
    scale, unit = scale_for(answer, drawn)
    labels = [short_label(answer, line, first=place == 0) for place, line in enumerate(drawn)]
    return BarChart(
        f"{asked.words}, {by.words}", labels, series_of(answer, drawn, scale, unit), id="built-chart",
        label_heading=by.words,
    )  # fmt: skip


def scale_for(answer: Answer, lines: list[Line]) -> tuple[Decimal, str]:
    """What one unit of the chart is, in what the database counts in, and its words."""
    asked = answer.asked
    if not asked.is_money or asked.of is None:
        return Decimal(1), ""
    code = asked.of.added.currency if asked.of.added else answer.currency
    biggest = max(abs(int(line.whole.value(asked.measure))) for line in lines)
    size, unit = scale_of(biggest, code)
    return Decimal(size).scaleb(minor_digits(code)), unit


def short_label(answer: Answer, line: Line, *, first: bool) -> str:
    by = answer.asked.by
    if (
        by is not None
        and by.is_days
        and by.step == "month"
        and line.key is not None
        and line.key not in (OTHERS, HIDDEN)
    ):
        return short_month(f"{line.key:%Y-%m}", first)
    return line.words if len(line.words) <= LABEL else f"{line.words[: LABEL - 1]}…"


def series_of(answer: Answer, lines: list[Line], scale: Decimal, unit: str) -> list[Series]:
    measure = answer.asked.measure

    def one(words: str, sums: list) -> Series:
        values = [None if each is None else each.value(measure) for each in sums]
        told = [None if value is None else round_half_up(Decimal(value) / scale, 1) for value in values]
        texts = ["" if value is None else number(value) for value in told]
        return Series(words, [None if value is None else float(value) for value in told], texts)

    if 1 < len(answer.across) <= SERIES:
        return [one(words, [line.cells.get(key) for line in lines]) for key, words in answer.across]
    return [one(f"{answer.asked.words}, {unit}" if unit else answer.asked.words, [line.whole for line in lines])]


def found_reports(asked: Asked) -> list[Group]:
    """Reports in the palette, by their names."""
    if not asked.text or not asked.user.can("view", "reports"):
        return []
    met = [report for report in reports_of(asked.user) if asked.fits(report.name)]
    offers = [Offer(report.name, reverse("insight:built", args=[report.pk]), "table-2") for report in met[:8]]
    return [Group(_("Reports"), offers)] if offers else []


def trash_of(user) -> Trash:
    """Deleted reports that ``user`` may bring back: the own ones, and those of who has left."""
    gone = BuiltReport.objects.exclude(archived_at=None).select_related("author").order_by("-archived_at", "-pk")
    found = gone.filter(Q(author=user) | Q(author__is_active=False))[:IN_TRASH]
    rows = [
        Lying(
            report.name, moment(report.archived_at), str(report.author), reverse("insight:built_back", args=[report.pk])
        )
        for report in found
        if report.is_seen_by(user) and report.may_be_changed_by(user) and user.can("view", report.type)
    ]
    return Trash("reports", _("Reports"), rows if user.can("view", "reports") else [])


# ── files


def files_of(report: BuiltReport, answer: Answer) -> list[tuple[str, str]]:
    tail = f"?currency={answer.currency}" if len(answer.currencies) > 1 else ""
    forms = ("xlsx", "csv", "json")
    return [(form.upper(), reverse("insight:built_download", args=[report.pk, form]) + tail) for form in forms]


def file_of(answer: Answer) -> tuple[list[str], list[dict[str, Any]], dict[str, str]]:
    """(names for programs, rows, heads for people). One row a cell: the second group is a column of its own."""
    asked = answer.asked
    names = [
        "group",
        *(["across"] if answer.across else []),
        "count",
        *(["known", "value"] if asked.measure != "count" else []),
    ]
    heads = {
        "group": asked.by.words if asked.by else "", "across": asked.across.words if asked.across else "",
        "count": _("How many"), "known": _("Known of"), "value": asked.words, "currency": _("Currency"),
    }  # fmt: skip
    if asked.has_currency:
        names.append("currency")
    rows = []
    for line in answer.lines or [Line(None, _("All"), "", answer.total)]:
        for words, sums in across_of(answer, line):
            row: dict[str, Any] = {
                "group": line.words,
                "across": words,
                "count": str(sums.count),
                "known": str(sums.known),
            }
            row |= {"value": plain(answer, sums), "currency": answer.currency}
            rows.append({name: row[name] for name in names})
    return names, rows, heads


def across_of(answer: Answer, line: Line):
    if not answer.across:
        return [("", line.whole)]
    return [(words, line.cells[key]) for key, words in answer.across if key in line.cells]


def plain(answer: Answer, sums) -> str | None:
    """Exact, with a point; amounts in major units."""
    value, of = sums.value(answer.asked.measure), answer.asked.of
    if value is None:
        return None
    if answer.asked.measure != "count" and of is not None and of.kind == "money":
        return str(Decimal(value).scaleb(-minor_digits(of.added.currency if of.added else answer.currency)))
    return str(value)
