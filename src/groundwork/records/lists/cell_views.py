"""A cell of a list that turns into its widget, and a record looked at beside the list."""

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import reswap, retarget

from groundwork.core.refusals import Conflict
from groundwork.records import pages
from groundwork.records.editing import field_form, saved_form
from groundwork.records.lists.listing import Listing
from groundwork.records.undoing import undo_url_of
from groundwork.records.use import note_use
from groundwork.records.views import acts_on, conflict_screen
from groundwork.ui.notices import toast


@require_http_methods(["GET", "POST"])
@acts_on("edit")
def cell(request, kind, record, name):
    """The widget of one field; saved, the row is drawn anew. Without script the whole form does it."""
    if not request.htmx and request.method == "GET":
        return redirect("records:edit", kind.key, record.pk)
    form = field_form(kind, request.user, record, name, request.POST or None)
    form.auto_id = f"cell-{record.pk}-%s"
    form.fields[name].widget.attrs["aria-label"] = form.fields[name].label
    context = {"kind": kind, "record": record, "form": form, "bound": form[name], "address": request.get_full_path()}
    if request.method == "GET":
        return render(request, "records/cell.html", context)
    if not form.is_valid():
        response = render(request, "records/cell.html", context, status=422)
        return reswap(retarget(response, f"#cell-{record.pk}"), "outerHTML")
    try:
        saved = saved_form(form, record, user=request.user, version=form.cleaned_data["version"])
    except Conflict as conflict:
        return conflict_screen(request, kind, conflict, form)
    if not request.htmx:
        return redirect(saved)
    row = Listing(kind, request.user, request.GET, lenient=True).row_of(saved)
    response = render(request, "records/list.html#rows", {"table": row})
    return toast(response, _("%(name)s is saved.") % {"name": saved}, undo_url=undo_url_of(saved, record))


@require_GET
@acts_on("view")
def peek(request, kind, record):
    """What a record's page says first, beside the list."""
    if not request.htmx:
        return redirect(record)
    note_use(request.user, "view", kind.key, record.pk)
    context = {
        "kind": kind, "record": record, "facts": pages.facts_of(record, request.user),
        "events": pages.timeline_of(record, request.user).events[:5],
    }  # fmt: skip
    return render(request, "records/peek.html", context)
