"""Settings: record types, their fields, and types of the firm's own; each change with its reason."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.models import Element, ElementRevision, Firm
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.added import fields as added
from groundwork.records.added import made
from groundwork.records.added.budget import SECONDS, UNKNOWN, Budget, times_of
from groundwork.records.added.fields import AddedField
from groundwork.records.added.forms import ClosingForm, FieldForm, TypeForm
from groundwork.records.added.made import MadeType
from groundwork.records.types import RecordType, route, switched_off, types
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table

configures = allowed("configure", "settings")


@require_GET
@configures
def all_types(request):
    """Every record type, those of the firm first."""
    own = [kind for kind in types if kind.key in {row.key for row in added.own().types}]
    rest = sorted((kind for kind in types if kind not in own), key=lambda kind: str(kind.plural))
    rows = [_type_row(kind, is_own=kind in own) for kind in [*own, *rest]]
    columns = [
        Column("type", _("Record type"), main=True), Column("letters", _("Numbers")),
        Column("fields", _("Fields"), numeric=True), Column("made", _("Made by")),
    ]  # fmt: skip
    retired = [row for row in added.own().types if row.retired_at]
    off = [(kind.plural, route("records:element", f"object:{kind.key}")) for kind in switched_off()]
    context = {"table": Table(columns, rows, id="types", caption=_("Record types"), caption_seen=False)}
    return render(request, "records/types.html", context | {"retired": retired, "off": off})


def _type_row(kind: RecordType, *, is_own: bool) -> Row:
    count = len(kind.added)
    more = ngettext("%(count)s of ours", "%(count)s of ours", count) % {"count": count} if count else ""
    maker = Cell(_("our firm"), kind="chip") if is_own else Cell(_("built in"), kind="muted")
    return Row(
        [Cell(str(kind.plural)), Cell(f"{kind.prefix}-1"), Cell(str(len(kind.fields)), kind="number", sub=more), maker],
        key=kind.key, href=route("records:type", kind.key),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@configures
def type_new(request):
    form = TypeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (row := tried(form, made.make_type, by=request.user)):
        said(request, _("It is there. Now give it its fields."))
        return redirect("records:type", row.key)
    return _form(request, "records/type_form.html", form, row=None)


@require_http_methods(["GET", "POST"])
@configures
def type_change(request, type_key):
    row = _made_or_404(type_key)
    form = TypeForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid() and tried(form, made.change_type, row, by=request.user):
        said(request, _("Saved."))
        return redirect("records:type", row.key)
    return _form(request, "records/type_form.html", form, row=row)


@require_GET
@configures
def one_type(request, type_key):
    """The fields of one type in their order, why each is there, and what was retired."""
    kind = types.get(type_key)
    if kind is None:
        raise Http404
    return _one(request, kind)


def _one(request, kind: RecordType, closing=None, status=200):
    reasons = _elements(f"field:{kind.key}.")
    row = next((row for row in added.own().types if row.key == kind.key), None)
    context = {
        "kind": kind, "row": row, "fields": [(shown, reasons.get(shown.name)) for shown in kind.added.values()],
        "built_in": [kind.field(name) for name in kind.fields if name not in kind.added],
        "retired": AddedField.objects.filter(type=kind.key).exclude(retired_at=None),
        "element": Element.objects.filter(key=f"object:{kind.key}").select_related("asked_by").first(),
        "closing": closing or ClosingForm(auto_id="closing_%s"),
    }  # fmt: skip
    return render(request, "records/type.html", context, status=status)


def _elements(prefix: str) -> dict[str, Element]:
    rows = Element.objects.filter(key__startswith=prefix).select_related("asked_by")
    return {row.key.removeprefix(prefix): row for row in rows}


@require_POST
@configures
def type_retire(request, type_key):
    return _closing_type(request, type_key, MadeType.retire, _("It is retired; everything it held is kept."))


@require_POST
@configures
def type_restore(request, type_key):
    return _closing_type(request, type_key, MadeType.restore, _("It is back, with everything it held."))


def _closing_type(request, type_key, act, done: str):
    row, form = _made_or_404(type_key), ClosingForm(request.POST, auto_id="closing_%s")
    if not form.is_valid():
        return _one(request, types[type_key], form, status=422)
    act(row, by=request.user, reason=form.cleaned_data["reason"])
    said(request, done)
    return redirect("records:types")


@require_http_methods(["GET", "POST"])
@configures
def field_new(request, type_key):
    """First what it holds, then the rest: what is asked depends on it."""
    kind = types.get(type_key)
    if kind is None:
        raise Http404
    chosen = request.GET.get("kind", "")
    if chosen not in AddedField.Kind:
        return render(request, "records/field_kinds.html", {"kind": kind, "kinds": AddedField.Kind})
    form = FieldForm(
        request.POST or None, kind=chosen, type_key=type_key, currency=Firm.own_currency() or "EUR", user=request.user
    )
    if request.method == "POST" and form.is_valid() and tried(
        form, added.make_field, type_key, by=request.user, kind=chosen
    ):  # fmt: skip
        said(request, _("The field is there for everybody from the next click on."))
        return redirect("records:type", type_key)
    return _form(
        request,
        "records/field_form.html",
        form,
        kind=kind,
        holds=AddedField.Kind(chosen).label,
        budget=budget_of(kind, form.kind),
    )


@require_http_methods(["GET", "POST"])
@configures
def field_change(request, type_key, field_pk):
    row = get_object_or_404(AddedField, type=type_key, pk=field_pk)
    form = FieldForm(request.POST or None, kind=row.kind, type_key=type_key, row=row, user=request.user)
    if request.method == "POST" and form.is_valid() and tried(form, added.change_field, row, by=request.user):
        said(request, _("Saved."))
        return redirect("records:type", type_key)
    return _field_page(request, row, form)


def budget_of(kind: RecordType, holds: str) -> str:
    """What a field costs whoever fills it in each time; a formula costs nobody anything."""
    return Budget(SECONDS.get(holds, UNKNOWN), times_of(kind)).said if holds != AddedField.Kind.FORMULA else ""


def _field_page(request, row: AddedField, form, closing=None):
    history = ElementRevision.objects.filter(element__key=row.element_key).select_related("by").order_by("-number")
    more = {
        "row": row,
        "budget": budget_of(types[row.type], row.kind),
        "history": history[:20],
        "closing": closing or ClosingForm(auto_id="closing_%s"),
    }
    status = 422 if closing is not None else None
    return _form(
        request, "records/field_form.html", form, kind=types[row.type], holds=row.get_kind_display(), status=status,
        **more,
    )  # fmt: skip


@require_POST
@configures
def field_retire(request, type_key, field_pk):
    return _closing_field(request, type_key, field_pk, AddedField.retire, _("It is retired; every value is kept."))


@require_POST
@configures
def field_restore(request, type_key, field_pk):
    return _closing_field(request, type_key, field_pk, AddedField.restore, _("It is back, with every value."))


def _closing_field(request, type_key, field_pk, act, done: str):
    row, form = (
        get_object_or_404(AddedField, type=type_key, pk=field_pk),
        ClosingForm(request.POST, auto_id="closing_%s"),
    )
    if not form.is_valid():
        return _field_page(
            request, row, FieldForm(kind=row.kind, type_key=type_key, row=row, user=request.user), closing=form
        )
    act(row, by=request.user, reason=form.cleaned_data["reason"])
    said(request, done)
    return redirect("records:type", type_key)


@require_POST
@configures
def field_move(request, type_key, field_pk):
    """One place up, or down."""
    added.move_field(
        get_object_or_404(AddedField, type=type_key, pk=field_pk), down="down" in request.POST, by=request.user
    )
    return redirect("records:type", type_key)


def _made_or_404(type_key: str) -> MadeType:
    row = next((row for row in added.own().types if row.key == type_key), None)
    if row is None:
        raise Http404
    return row


def tried(form, act, *args, **kwargs):
    """What the act made; what it refuses stands in the form, so that nothing typed is lost."""
    try:
        return act(*args, **kwargs, **form.facts)
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _form(request, template: str, form, status: int | None = None, **context):
    status = status or (422 if request.method == "POST" else 200)
    return render(request, template, {"form": form, **context}, status=status)
