"""What is configured, why, where it is used, and which fields nobody reads."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from groundwork.access.doors import allowed
from groundwork.access.models import FieldGrant, User
from groundwork.blueprint.elements import declared, revise, switch
from groundwork.blueprint.models import Element, ElementRevision
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.added import formula, layouts
from groundwork.records.added.fields import AddedField, in_use
from groundwork.records.field_use import WASTE, FieldUse, Standing, agreed_keys, field_uses
from groundwork.records.imports.models import Remembered
from groundwork.records.lists.saved_views import shared_views
from groundwork.records.pages import reasons_of
from groundwork.records.types import RecordType, types
from groundwork.ui.forms import PlainErrors, ReasonField
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Empty, Row, Table

TONES = {
    Standing.WORKING: "ok", Standing.STARVING: "warn", Standing.HIDDEN: "info", Standing.UNKNOWN: "muted",
}  # fmt: skip


class WhyForm(PlainErrors, forms.Form):
    """Why a thing is there, and who asked for it: whoever types it, if nobody else is named."""

    reason = ReasonField(help_text=gettext_lazy("Whoever fills it in or reads it will see this."))
    asked_by = forms.ModelChoiceField(
        queryset=User.objects.filter(is_active=True), required=False, label=gettext_lazy("Who asked for it")
    )


# ── the list


@allowed("configure", "settings")
def configured(request):
    """Everything that has an element; ``?only=unexplained`` those whose reason is missing or has died."""
    rows = list(Element.objects.select_related("asked_by"))
    doubts = doubts_of(rows)
    only = request.GET.get("only") == "unexplained"
    shown = [element for element in rows if element.pk in doubts] if only else rows
    context = {"table": elements_table(shown, doubts), "tab": "unexplained" if only else "all", "count": len(doubts)}
    return render(request, "records/configured.html", context)


def doubts_of(rows: Iterable[Element]) -> dict[int, str]:
    """{element: why its reason is no living one}, of those in use that did not come with the program."""
    mine = [element for element in rows if element.is_on and element.origin != Element.Origin.BUILT_IN]
    chained = agreed_keys([element.key for element in mine])
    found = {element.pk: _doubt(element, element.key in chained) for element in mine}
    return {pk: words for pk, words in found.items() if words}


def _doubt(element: Element, is_agreed: bool) -> str:
    if is_agreed:
        return ""
    if element.origin == Element.Origin.REQUIREMENT:
        return _("What we agreed was withdrawn.")
    if not element.reason.strip():
        return _("Nobody wrote down why.")
    if element.asked_by is not None and not element.asked_by.is_active:
        return _("Whoever asked for it has left.")
    return ""


def elements_table(rows: list[Element], doubts: dict[int, str]) -> Table:
    columns = [
        Column("name", _("What"), main=True), Column("kind", _("Kind")), Column("state", _("State")),
        Column("reason", _("Why")), Column("asked", _("Asked by")),
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda element: (element.kind, str(element.label).casefold()))
    lines = [
        Row(
            [
                Cell(element.label, kind="bold", sub=place_of(element)),
                Cell(element.get_kind_display(), kind="muted"),
                Cell(element.get_state_display(), kind="" if element.is_on else "muted"),
                Cell(element.reason or element.get_origin_display(), sub=doubts.get(element.pk, "")),
                Cell(str(element.asked_by or "")),
            ],
            key=str(element.pk), href=reverse("records:element", args=[element.key]),
        )
        for element in ordered
    ]  # fmt: skip
    nothing = Empty(_("Everything has its reason"), _("What is in use was asked for by somebody, who said why."))
    return Table(columns, lines, caption=_("What is configured"), caption_seen=False, empty=None if lines else nothing)


def place_of(element: Element) -> str:
    """The record type that a field belongs to."""
    type_key = element.key.partition(":")[2].partition(".")[0]
    return str(types[type_key].plural) if element.kind == Element.Kind.FIELD and type_key in types else ""


# ── fields, and who reads them


@allowed("configure", "settings")
def fields_read(request):
    seen = [kind for kind in types if request.user.can("view", kind.key) and (kind.section or kind.named)]
    if not seen:
        raise Http404
    kind = types.get(request.GET.get("type", "")) or seen[0]
    if kind not in seen:
        raise Http404
    names = tuple(
        shown.name
        for shown in kind.visible_fields(request.user, kind.fields)
        if shown.model_field.editable and shown.name != kind.model.title_field  # what names a record is always read
    )
    uses = field_uses(kind, names)
    wasted = round(sum(use.minutes_a_month for use in uses if use.standing in WASTE))
    context = {
        "kind": kind, "kinds": seen, "table": uses_table(kind, uses), "tab": "fields",
        "wasted": wasted_words(wasted) if wasted else "",
    }  # fmt: skip
    return render(request, "records/fields_read.html", context)


def uses_table(kind: RecordType, uses: list[FieldUse]) -> Table:
    columns = [
        Column("field", _("Field"), main=True), Column("standing", _("Is it read?")),
        Column("readers", _("Readers"), numeric=True), Column("filled", _("Filled in"), numeric=True),
        Column("cost", _("Minutes a month"), numeric=True), Column("do", _("What to do")),
    ]  # fmt: skip
    order = list(Standing)
    lines = [
        Row(
            [
                Cell(use.field.heading, kind="bold"),
                Cell(str(use.standing.label), kind=TONES.get(use.standing, "bad")),
                Cell(languages.number(len(use.readers)), kind="number"),
                Cell(languages.NO_VALUE if use.filled is None else languages.percent(use.filled), kind="number"),
                Cell(languages.number(round(use.minutes_a_month)), kind="number"),
                Cell(str(use.proposal), kind="muted"),
            ],
            key=use.field.name, href=reverse("records:element", args=[use.element.key]) if use.element else "",
        )
        for use in sorted(uses, key=lambda use: (use.standing == Standing.WORKING, order.index(use.standing)))
    ]  # fmt: skip
    return Table(columns, lines, caption=str(kind.plural), caption_seen=False)


# ── one element


@allowed("configure", "settings")
def element(request, key):
    return _element(request, get_object_or_404(Element, key=key))


def _element(request, shown: Element, form: WhyForm | None = None):
    element, reason, lines = reasons_of(shown.key, request.user)
    declaration = declared.get(shown.key)
    context = {
        "element": element, "reason": reason, "lines": lines, "places": places_of(shown),
        "doubt": doubts_of([shown]).get(shown.pk, ""),
        "form": form or WhyForm(initial={"asked_by": shown.asked_by_id}),
        "history": ElementRevision.objects.filter(element=shown).select_related("by").order_by("-number")[:20],
        "can_switch": declaration is not None and declaration.is_switched,
        "url": shown.address if shown.is_on else "",
        "own_field": own_field(shown),
    }  # fmt: skip
    return render(request, "records/element.html", context, status=422 if form is not None else 200)


def own_field(shown: Element) -> AddedField | None:
    """The field of the firm's own that this is: there it is changed, retired and restored."""
    type_key = shown.key.partition(":")[2].partition(".")[0]
    return next((row for row in AddedField.objects.filter(type=type_key) if row.element_key == shown.key), None)


def places_of(shown: Element) -> list[tuple[str, str, str]]:
    """(what, words, address) of everything that would miss a field if it were gone."""
    type_key, _dot, name = shown.key.partition(":")[2].partition(".")
    if shown.kind != Element.Kind.FIELD or type_key not in types or name not in types[type_key].by_name:
        return []
    kind, address = types[type_key], reverse("records:list", args=[type_key])
    found = [(_("Form and page"), str(kind.label), "")] if name in kind.fields else []
    if name in kind.columns:
        found.append((_("Column of the list"), str(kind.plural), address))
    if name in kind.filters:
        found.append((_("Filter of the list"), str(kind.plural), address))
    if name == kind.board:
        found.append((_("Columns of the board"), str(kind.plural), reverse("records:board", args=[type_key])))
    found += [(_("Rule of a form"), str(layout), address_of(layout)) for layout in layouts.naming(kind, name)]
    found += [(_("Saved view"), view.name, "") for view in shared_views(type_key) if name in view.named]
    found += [*_formulas_reading(kind, name), *_imports_into(type_key, name)]
    limited = FieldGrant.objects.filter(type=type_key, field=name).select_related("role")
    return [*found, *((_("Hidden or only read"), str(grant.role), _role_address(grant.role)) for grant in limited)]


def address_of(layout: layouts.FormLayout) -> str:
    return reverse("records:layout", args=[layout.type]) + (f"?role={layout.role}" if layout.role else "")


def _role_address(role) -> str:
    return reverse("access:role", args=[role.key])


def _formulas_reading(kind: RecordType, name: str) -> list[tuple[str, str, str]]:
    readers = [row for row in in_use(kind.key) if name in formula.read_by(row.formula)]
    return [(_("Formula"), str(row), reverse("records:element", args=[row.element_key])) for row in readers]


def _imports_into(type_key: str, name: str) -> list[tuple[str, str, str]]:
    """Kept answers of people who load such files again and again: a column of theirs goes into the field."""
    kept = Remembered.objects.filter(layout=f"records:{type_key}").select_related("requester").order_by("pk")
    people = {
        str(one.requester) for one in kept if name in {key.partition(".")[0] for key in one.options.get("map", {})}
    }
    return [(_("Kept import"), person, "") for person in sorted(people)]


@require_POST
@allowed("configure", "settings")
def element_reason(request, key):
    """Write down why, where nobody did."""
    shown, form = get_object_or_404(Element, key=key), WhyForm(request.POST)
    if not form.is_valid():
        return _element(request, shown, form)
    facts: dict[str, Any] = form.cleaned_data
    difference = {"reason": [shown.reason, facts["reason"]]}
    revise(
        key, kind=shown.kind, by=request.user, difference=difference, cause=facts["reason"], name=shown.name,
        asked_by=facts["asked_by"],
    )  # fmt: skip
    said(request, _("The reason is kept."))
    return redirect("records:element", key=key)


@require_POST
@allowed("configure", "settings")
def element_switch(request, key):
    """Retire a thing that came with the program and was switched on, or take it into use; nothing is lost."""
    shown, form = get_object_or_404(Element, key=key), WhyForm(request.POST)
    if key not in declared or not declared[key].is_switched:
        raise Refusal(_("Nothing called “%(name)s” can be switched on or off.") % {"name": shown.label})
    if not form.is_valid():
        return _element(request, shown, form)
    facts = form.cleaned_data
    switch(key, on=not shown.is_on, by=request.user, reason=facts["reason"], asked_by=facts["asked_by"])
    said(request, _("It is not used any more; every value is kept.") if shown.is_on else _("It is in use."))
    return redirect("records:element", key=key)


def wasted_words(minutes: int) -> str:
    words = ngettext(
        "What nobody reads here costs about %(count)s minute a month.",
        "What nobody reads here costs about %(count)s minutes a month.",
        minutes,
    )
    return words % {"count": languages.number(minutes)}
