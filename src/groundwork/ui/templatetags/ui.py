"""The tags of the visual language; builtin in every template. ``/ui/components`` shows them all."""

from datetime import date, datetime
from functools import cache
from html import escape as quoted
from urllib.parse import urlsplit
from zlib import crc32

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, FileInput, RadioSelect
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide as draw_icon

from groundwork.core import languages
from groundwork.ui import standing
from groundwork.ui.charts import draw

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """A date, or the day of a moment, as ``core.languages`` writes it: 23.11.2026; "" for none."""
    return languages.day(timezone.localtime(value).date() if isinstance(value, datetime) else value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    return languages.moment(value) if value else ""


CHIPS = {"chip", "ok", "warn", "bad", "info", "trace", "line"}
NOTES = {  # kind -> icon; the levels of Django's messages are kinds too
    "": "flag",
    "ok": "check",
    "warn": "triangle-alert",
    "bad": "triangle-alert",
    "trace": "route",
}
NOTE_OF_MESSAGE = {"debug": "", "info": "", "success": "ok", "warning": "warn", "error": "bad"}
ARROWS = {"ascending": "arrow-up", "descending": "arrow-down"}
HUES = 12
SCHEMES = {"", "http", "https", "mailto", "tel"}


def ready(html: str) -> SafeString:
    """HTML put together here, every part escaped where it was put in."""
    return mark_safe(html)  # noqa: S308


def address(href: str) -> str:
    """An address as an attribute; empty where it would run code or cannot be read."""
    if href[:1] == "/" and href[:2] != "//":  # of this site, as nearly all are
        return quoted(href)
    try:
        scheme = urlsplit(href.strip()).scheme
    except ValueError:
        return ""
    return quoted(href) if scheme.lower() in SCHEMES else ""


# ── small marks


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A Lucide icon, 16 px (``size="s"``: 14). It is silent: the word beside it, or an aria-label, speaks."""
    return drawn_icon(str(name), str(size))


@cache
def drawn_icon(name: str, size: str) -> SafeString:
    look = {"class": f"i {size}".strip(), "aria-hidden": "true", "stroke-width": "1.5"}
    try:
        return mark_safe(draw_icon(name, size=16, **look))  # noqa: S308 - the library's own drawing
    except IconDoesNotExist:  # a name may come from the firm's own configuration
        return mark_safe(draw_icon("circle-dashed", size=16, **look))  # noqa: S308 - as above


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """Initials in a quiet colour of their own; ``size`` is "", "mini" or "lg". The name itself stands beside it."""
    words = str(name).split()
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    return format_html(
        '<span class="av {} hue-{}" aria-hidden="true">{}</span>', size, crc32(str(name).encode()) % HUES, initials
    )


@register.simple_tag
def chip(text: str, kind: str = "", href: str = "") -> SafeString:
    css = f"chip {kind}".strip()
    if href:
        return format_html('<a class="{}" href="{}">{}</a>', css, href, text)
    return format_html('<span class="{}">{}</span>', css, text)


@register.simple_tag
def why(url: str, label: str = "") -> SafeString:
    """The why-mark: opens origin, readers and goal; a plain link without script. Nothing where there is no origin."""
    return why_mark(url, label, gettext("Why we ask this")) if url else ready("")


def why_mark(url: str, label: str, words: str) -> SafeString:
    return format_html(
        '<a class="why" href="{0}" hx-get="{0}" hx-target="#why" aria-haspopup="dialog" aria-expanded="false"'
        ' aria-label="{1}" title="{2}">{3}</a>',
        url,
        f"{words}: {label}" if label else words,
        words,
        drawn_icon("message-circle-question-mark", ""),
    )


# ── what stands on every page


@register.simple_tag(takes_context=True)
def side(context) -> SafeString:
    """The column with menu, person and settings."""
    return standing.side(context["shell"], str(context.get("csrf_token") or ""))


@register.simple_tag
def tab_bar(shell) -> SafeString:
    """The first entries at the foot of a narrow screen."""
    return standing.tab_bar(shell)


@register.simple_tag
def tools(shell) -> SafeString:
    """The palette and the table of keys."""
    return standing.tools(shell)


@register.simple_tag
def standing_part(template_name: str) -> SafeString:
    """A part that says the same to all readers of one language."""
    return standing.part(template_name)


# ── measures


def whole(value) -> int:
    """A number as a class from .v-0 to .v-100 can carry it."""
    return max(0, min(100, round(float(value or 0))))


@register.simple_tag
def meter(value, low=None, high=None, label: str = "", kind: str = "") -> SafeString:
    """``value`` of 100; ``low`` and ``high`` frame the target range. ``label`` is read aloud."""
    band = (
        format_html('<span class="band from-{} to-{}"></span>', whole(low), whole(high))
        if low is not None and high is not None
        else ""
    )
    return format_html(
        '<div class="meter {}" role="meter" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{}" aria-label="{}">'
        '<i class="v-{}"></i>{}</div>',
        kind, whole(value), label or gettext("Share"), whole(value), band,
    )  # fmt: skip


@register.simple_tag
def completeness(percent, href: str = "") -> SafeString:
    """How full the data under a number is: from 90 quiet, from 75 amber, else red. Opens the list of missing facts."""
    if percent is None:
        return ready("")
    value = whole(percent)
    level = "" if value >= 90 else "mid" if value >= 75 else "low"
    words = gettext("Data filled in: %(percent)s%%") % {"percent": value}
    if href:
        return format_html('<a class="full {} v-{}" href="{}" title="{}">{}%</a>', level, value, href, words, value)
    return format_html('<span class="full {} v-{}" title="{}">{}%</span>', level, value, words, value)


@register.simple_tag
def ring(value) -> SafeString:
    return format_html('<div class="ring v-{}">{}</div>', whole(value), whole(value))


@register.simple_tag
def ladder(reached: int, suspect: int = 0, total: int = 7) -> SafeString:
    """Steps of a requirement's life. ``suspect`` is the step whose link is in doubt: it counts as not reached."""
    steps = ready("".join(
        '<i class="sus"></i>' if step == suspect else '<i class="on"></i>' if step <= reached else "<i></i>"
        for step in range(1, int(total) + 1)
    ))  # fmt: skip
    words = gettext("Step %(reached)s of %(total)s") % {"reached": reached, "total": total}
    return format_html('<span class="lad" role="img" aria-label="{}">{}</span>', words, steps)


# ── blocks with a body


@register.simple_block_tag
def note(content, kind: str = "", icon: str | None = None) -> SafeString:
    """A fact in the flow: ``{% note "warn" %}…{% endnote %}``."""
    return noted(content, kind, icon)


def noted(content, kind: str = "", icon: str | None = None) -> SafeString:
    kind = NOTE_OF_MESSAGE.get(kind, kind)
    return format_html(
        '<div class="note {}">{}<div>{}</div></div>', kind, drawn_icon(icon or NOTES.get(kind, "flag"), ""), content
    )


@register.simple_block_tag
def panel(content, title: str = "", id: str = "", kind: str = "", level: int = 2) -> SafeString:
    """A bordered part of a page, the exception: most parts need only a heading and a line."""
    head = format_html("<h{0}>{1}</h{0}>", int(level), title) if title else ""
    named = format_html(' id="{}"', id) if id else ""
    return format_html('<section class="panel stack {}"{}>{}{}</section>', kind, named, head, content)


@register.simple_block_tag
def section(content, title: str = "", meta: str = "", id: str = "") -> SafeString:
    """A part of a page: heading, hairline, body."""
    named = format_html(' id="{}"', id) if id else ""
    said = format_html('<span class="meta">{}</span>', meta) if meta else ""
    return format_html('<section{}><div class="sec"><h2>{}</h2>{}</div>{}</section>', named, title, said, content)


@register.inclusion_tag("ui/empty.html")
def empty(empty) -> dict:
    return {"empty": empty}


# ── tables


def inside(cell, href: str = "") -> SafeString:
    """The content of one cell; an unknown value is a dash, never a zero."""
    return ready(written(cell, href))


def chip_of(text: str, href: str) -> str:
    text = quoted(text)
    return f'<a class="chip" href="{address(href)}">{text}</a>' if href else f'<span class="chip">{text}</span>'


def written(cell, href: str = "") -> str:
    text = quoted(str(cell.text)) if cell.text not in ("", None) else "–"
    href = cell.href or href
    if href:
        href = address(href)
    title = f' title="{quoted(str(cell.title))}"' if cell.title else ""
    if cell.chips:
        body = " ".join(chip_of(text, href) for text, href in cell.chips)
    elif cell.kind in CHIPS:
        css = "chip" if cell.kind == "chip" else f"chip {cell.kind}"
        body = (
            f'<a class="{css}" href="{href}"{title}>{text}</a>' if href else f'<span class="{css}"{title}>{text}</span>'
        )
    else:
        if href:
            drill = ' class="drill"' if cell.kind == "number" else ""
            text = f'<a href="{href}"{drill}{title}>{text}</a>'
        elif title:
            text = f"<span{title}>{text}</span>"
        body = f"<b>{text}</b>" if cell.kind == "bold" else text
    return f"{body}<small>{quoted(str(cell.sub))}</small>" if cell.sub else body


class Openings(dict):
    """The opening tags of one column's cells by the kind of cell: made once, a list has hundreds of cells.

    ``data-l`` is the label a cell carries when its row becomes a card.
    """

    def __init__(self, column, *, main: bool):
        self.column, self.main = column, main
        super().__init__()

    def __missing__(self, kind: str) -> str:
        css = ["n"] if self.column.numeric or kind == "number" else []
        label = f' data-l="{escape(self.column.label)}"' if self.column.label else ""
        if self.main or self.column.second:
            css.append("k1" if self.main else "k2")
            label = ""
        if kind == "muted":
            css.append("mut")
        self[kind] = "<td" + (f' class="{" ".join(css)}"' if css else "") + label
        return self[kind]


def openings_of(table) -> list[Openings]:
    main = next((place for place, column in enumerate(table.columns) if column.main), 0)
    return [Openings(column, main=place == main) for place, column in enumerate(table.columns)]


def heads_of(table) -> SafeString:
    """The cells of the head; a column that can be sorted by is a link to the other order."""
    parts = []
    if table.picks:
        every = escape(gettext("Tick all rows of this page"))
        parts.append(
            f'<th class="pick"><input type="checkbox" class="chk" data-every hidden aria-label="{every}"></th>'
        )
    for column in table.columns:
        css = ' class="n"' if column.numeric else ""
        if column.editable:
            css += f' data-field="{escape(column.key)}"'
        order = f' aria-sort="{escape(column.sorted)}"' if column.sorted else ""
        label = quoted(str(column.label))
        if column.sort_url:
            arrow = ARROWS.get(column.sorted)
            drawn = drawn_icon(arrow, "") if arrow else ""
            label = f'<a href="{escape(column.sort_url)}">{label}{drawn}</a>'
        parts.append(f'<th scope="col"{css}{order}>{label}</th>')
    return ready("".join(parts))


def rows_of(table) -> SafeString:
    """Every row in one pass; whatever a person typed is escaped in ``written``."""
    openings, before, parts = openings_of(table), escape(table.id), []
    tick = f'<td class="pick"><input type="checkbox" class="chk" name="pick" form="{escape(table.picks)}" value="'
    for row in table.rows:
        parts.append(f'<tr id="{before}-{quoted(str(row.key))}">' if row.key else "<tr>")
        if table.picks:
            parts.append(f'{tick}{quoted(row.pick)}" aria-label="{quoted(row.label)}"></td>')
        for opening, cell in zip(openings, row.cells, strict=True):
            parts.append(f"{opening[cell.kind]}>{written(cell, row.href if opening.main else '')}</td>")
        parts.append("</tr>")
    return ready("".join(parts))


def totals_of(table) -> SafeString:
    """The cells of the foot; no total is blank there, since it is not an unknown total."""
    if not table.totals:
        return ready("")
    cells = zip(openings_of(table), table.totals, strict=True)
    return ready(
        '<td class="pick" data-none></td>' * bool(table.picks)
        + "".join(
            f"{opening[cell.kind]}>{written(cell)}</td>" if cell.text else f"{opening[cell.kind]} data-none></td>"
            for opening, cell in cells
        )
    )


@register.inclusion_tag("ui/table.html")
def table(table) -> dict:
    """A list. Below 640 px of its place a row becomes a card of "label value" pairs."""
    return {
        "table": table,
        "heads": heads_of(table),
        "rows": rows_of(table),
        "totals": totals_of(table),
        "width": table.width,
    }


@register.inclusion_tag("ui/table_rows.html")
def table_rows(table) -> dict:
    """The answer to "show next": the rows, and the button for the rows after them (out of band)."""
    return {"table": table, "rows": rows_of(table)}


@register.inclusion_tag("ui/table_totals.html")
def table_totals(table) -> dict:
    """The answer of ``totals_url``: the foot of the table."""
    return {"table": table, "totals": totals_of(table)}


@register.inclusion_tag("ui/facts.html")
def facts(facts, kind: str = "") -> dict:
    words = gettext("Why we ask this")
    return {
        "facts": facts,
        "kind": kind,
        "items": [
            {
                "label": fact.label,
                "why": why_mark(fact.why_url, fact.label, words) if fact.why_url else "",
                "missing": fact.missing if not fact.cell.text else "",
                "value": inside(fact.cell),
            }
            for fact in facts.items
        ],
    }


@register.inclusion_tag("ui/chart.html")
def chart(chart) -> dict:
    """Bars with their numbers as words, and the same as a table under it."""
    every = [*chart.series, *([chart.target] if chart.target else [])]
    return {
        "chart": chart,
        "drawing": draw(chart),
        "series": every,
        "legend": [
            (f"s{number - 1 if series.pale else number}{' pale' if series.pale else ''}", series.name)
            for number, series in enumerate(chart.series, 1)
        ],
        "rows": [(label, [series.text(place) for series in every]) for place, label in enumerate(chart.labels)],
    }


# ── forms


@register.inclusion_tag("ui/form_fields.html")
def form_fields(form, kind: str = "") -> dict:
    """Every field with its label, hint, error and why-mark (a form field may carry ``why_url``).

    A form may say which fields wait behind "More fields" (``folded``), which are not shown (``left_out``), which follow
    another one, so that their places are shown anew (``hanging``), and which stand together under a heading
    (``groups``: pairs of heading and names).
    """
    folded, left_out = getattr(form, "folded", ()), getattr(form, "left_out", ())
    hanging = getattr(form, "hanging", ())
    every = [
        {**field_shown(bound), "name": bound.name, "hangs": bound.name in hanging} for bound in form.visible_fields()
    ]
    fields = [field for field in every if field["name"] not in left_out]
    wrong = [field for field in fields if field["errors"]]
    if wrong and not form.non_field_errors():
        first = wrong[0]["bound"]
        wrong[0]["widget"] = widget_of(first, autofocus=True)
    for field in every:
        field["is_open"] = field["name"] not in left_out and field["name"] not in folded
        field["is_folded"] = field["name"] in folded and field["name"] not in left_out
    return {
        "form": form,
        "groups": grouped(
            [field for field in every if field["is_open"] or field["hangs"]], getattr(form, "groups", ())
        ),
        "folded": [field for field in every if field["is_folded"] or field["hangs"]] if folded else [],
        "unfold": any(field["is_folded"] for field in wrong),
        "kind": kind,
        "wrong": wrong if len(wrong) > 3 else [],
        "wrong_words": ngettext("%(count)s field needs attention", "%(count)s fields need attention", len(wrong))
        % {"count": len(wrong)},
    }


def grouped(fields: list[dict], groups) -> list[tuple[str, list[dict]]]:
    """(heading, its fields); those of no group stand together at the end."""
    named = {name for _heading, names in groups for name in names}
    made = [(heading, [field for field in fields if field["name"] in names]) for heading, names in groups]
    return [*made, ("", [field for field in fields if field["name"] not in named])]


@register.inclusion_tag("ui/field.html")
def form_field(bound) -> dict:
    """One bound field, for forms laid out by hand."""
    return {"field": field_shown(bound)}


@register.simple_tag
def form_widget(bound) -> SafeString:
    """A bound field's widget alone, with the marks of its error: where the label stands elsewhere."""
    return widget_of(bound, autofocus=True)


def field_shown(bound) -> dict:
    widget = bound.field.widget
    return {
        "bound": bound,
        "id": bound.id_for_label,
        "label": capfirst(str(bound.label)),
        "widget": widget_of(bound),
        "hint": bound.help_text,
        "errors": bound.errors,
        "hint_id": f"{bound.auto_id}_hint",
        "error_id": f"{bound.auto_id}_error",
        "why": why(getattr(bound.field, "why_url", ""), str(bound.label)),
        "optional": not bound.field.required and not bound.field.disabled,
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_check": isinstance(widget, CheckboxInput),
        "is_drop": isinstance(widget, FileInput) and not isinstance(widget, ClearableFileInput),
    }


def widget_of(bound, *, autofocus: bool = False) -> SafeString:
    """The widget with the class and the aria attributes of the visual language."""
    widget = bound.field.widget
    is_group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)  # its inputs are reached through .choices
    css = "" if is_group else "chk" if isinstance(widget, CheckboxInput) else "in"
    attrs: dict[str, str | bool] = {"class": f"{css} {widget.attrs.get('class', '')}".strip()}
    described = []
    if bound.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{bound.auto_id}_error")
    if bound.help_text:
        described.append(f"{bound.auto_id}_hint")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if getattr(bound.field, "empty_label", None):  # dashes in a row are noise, one is "none"
        bound.field.empty_label = str(bound.field.empty_label).replace("---------", "–")
    if autofocus:
        attrs["autofocus"] = True
    return bound.as_widget(attrs=attrs)
