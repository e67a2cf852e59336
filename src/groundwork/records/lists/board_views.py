"""Board and calendar of a record type: the list's twins, with the same filters and views."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.core.refusals import Conflict, Refusal
from groundwork.records.editing import first_error, form_with_missing, saved_form
from groundwork.records.lists.board import Board, heard_more
from groundwork.records.lists.calendar import Calendar
from groundwork.records.lists.filters import WITHOUT, options_of
from groundwork.records.lists.views import frame_of, screen
from groundwork.records.undoing import undo_url_of
from groundwork.records.views import acts_on, conflict_screen, of_type
from groundwork.ui.middleware import came_from
from groundwork.ui.notices import said, toast


@require_GET
@of_type("view")
def board(request, kind):
    return screen(request, kind, "records:board", _board)


def _board(request, opened, shown, context: dict[str, Any]):
    if (mark := request.GET.get("since")) and not heard_more(shown.kind.key, mark):
        return HttpResponse(status=204)
    context["board"] = made = Board(shown)
    context["by"] = made.by
    if request.htmx:
        return render(request, "records/board.html#board", context)
    return render(request, "records/board.html", context | frame_of(opened, shown, request.user))


@require_GET
@of_type("view")
def calendar(request, kind):
    return screen(request, kind, "records:calendar", _calendar)


def _calendar(request, opened, shown, context: dict[str, Any]):
    if (mark := request.GET.get("since")) and not heard_more(shown.kind.key, mark):
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
