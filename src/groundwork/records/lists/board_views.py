"""Board and calendar of a record type: the list's twins, with the same filters and views."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.blueprint.models import Firm
from groundwork.core.refusals import Conflict, Refusal
from groundwork.records import write
from groundwork.records.added import layouts
from groundwork.records.editing import called_for, first_error, form_with_missing, saved_form
from groundwork.records.forms import form_for
from groundwork.records.lists.board import Board, heard_more, heard_types
from groundwork.records.lists.calendar import Calendar
from groundwork.records.lists.filters import WITHOUT, options_of
from groundwork.records.lists.views import frame_of, screen
from groundwork.records.lists.whose import whose
from groundwork.records.undoing import undo_url_of
from groundwork.records.views import acts_on, conflict_screen, of_type
from groundwork.ui.middleware import came_from
from groundwork.ui.notices import said, toast


@require_GET
@of_type("view")
def board(request, kind):
    return screen(request, kind, "records:board", _board)


def _board(request, opened, shown, context: dict[str, Any]):
    if (mark := request.GET.get("since")) and not heard_more(heard_types(shown.kind), mark):
        return HttpResponse(status=204)
    made = Board(shown)
    context |= {"board": made, "by": made.by, "whose": whose(made)}
    if request.htmx:
        return render(request, "records/board.html#board", context)
    return render(request, "records/board.html", context | frame_of(opened, shown, request.user))


@require_GET
@of_type("view")
def calendar(request, kind):
    return screen(request, kind, "records:calendar", _calendar)


def _calendar(request, opened, shown, context: dict[str, Any]):
    if (mark := request.GET.get("since")) and not heard_more([shown.kind.key], mark):
        return HttpResponse(status=204)
    context["calendar"] = Calendar(shown)
    if request.htmx:
        return render(request, "records/calendar.html#calendar", context)
    return render(request, "records/calendar.html", context | frame_of(opened, shown, request.user))


def _ask(request, kind, record, form, name: str, value: str):
    label = dict(options_of(kind.field(name))).get(value, value)
    context = {
        "kind": kind, "record": record, "form": form, "name": name, "value": value,
        "version": request.POST.get("version", ""), "title": _("“%(value)s” asks for more") % {"value": label},
        "asked": [form[other] for other in form.fields if other not in (name, "version")],
    }  # fmt: skip
    template = "records/drop_ask.html" + ("#ask" if request.htmx else "")
    return render(request, template, context, status=422)


@require_POST
@acts_on("edit")
def move(request, kind, record):
    """Put a card into another column, or on another day: one field, at the version that the person saw.

    Where the new value calls for facts that are missing, only those are asked (422), and the card waits.
    """
    name, value = request.POST.get("field", ""), request.POST.get("value", "")
    data = {**request.POST.dict(), name: "" if value == WITHOUT else value}
    form, is_asked = form_with_missing(kind, request.user, record, name, data)
    if is_asked:
        return _ask(request, kind, record, form, name, value)
    if not form.is_valid():
        raise Refusal(first_error(form))
    try:
        saved = saved_form(form, record, user=request.user, version=form.cleaned_data["version"])
    except Conflict as conflict:
        return conflict_screen(request, kind, conflict, form)
    words, undo = _("%(name)s is moved.") % {"name": saved}, undo_url_of(saved, record)
    if not request.htmx:
        said(request, words, undo_url=undo)
        return redirect(came_from(request))
    return toast(HttpResponse(status=204), words, undo_url=undo)


@require_http_methods(["GET", "POST"])
@of_type("create")
def add(request, kind):
    """One more at the head of a column: what quick add asks, and what the column's value calls for."""
    name, value = request.GET.get("field", ""), request.GET.get("value", "")
    form = _form_of_column(request, kind, name, value)
    address = request.get_full_path()
    context = {"kind": kind, "form": form, "name": name, "value": value, "address": address, "back": _board_of(request)}
    context["asked"] = [form[other] for other in form.fields if other not in (name, "version")]
    if request.method == "POST" and form.is_valid():
        record = write.creating(form.instance, by=request.user)
        words, undo = _("%(name)s is kept.") % {"name": record}, undo_url_of(record)
        if request.htmx:
            return toast(HttpResponse(status=204), words, undo_url=undo)
        said(request, words, undo_url=undo)
        return redirect(context["back"])
    status = 422 if request.method == "POST" else 200
    return render(request, "records/board_add.html" + ("#add" if request.htmx else ""), context, status=status)


def _form_of_column(request, kind, name: str, value: str):
    if not kind.typed:
        raise PermissionDenied
    is_choice = name in kind.by_name and kind.field(name).kind == "choice"
    if not (kind.quick and is_choice and value in dict(options_of(kind.field(name)))):
        raise Refusal(_("Nothing is added in this column."))
    instance = kind.model()
    if hasattr(instance, "currency"):
        instance.currency = Firm.own_currency() or instance.currency
    kind.field(name).write(instance, value)
    if kind.begin:
        kind.begin(instance)
    data = {**request.POST.dict(), name: value} if request.method == "POST" else None
    names = (name, *layouts.asked_quickly(kind, request.user), *called_for(kind, request.user, name, value))
    form = form_for(kind, request.user, data, instance=instance, names=tuple(dict.fromkeys(names)))
    if name not in form.fields:
        raise Refusal(_("Nothing is added in this column."))
    return form


def _board_of(request) -> str:
    """The board that the form stands on, by its address."""
    params = request.GET.copy()
    for gone in ("field", "value"):
        params.pop(gone, None)
    here = request.path.removesuffix("/add")
    return f"{here}?{params.urlencode()}" if params else here
