"""Undo by toast, by key and from the page of the last acts; the trash."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from groundwork.access.doors import signed_in
from groundwork.records import undoing
from groundwork.records.models import ChangeSet
from groundwork.ui.middleware import came_from
from groundwork.ui.table import Empty


@require_POST
@signed_in
def undo(request, pk):
    """Take back an own act, where one may still do it to each of its records. A load is taken back as a whole."""
    return _take_back(request, get_object_or_404(ChangeSet, pk=pk, by=request.user, channel="web"))


@require_POST
@signed_in
def undo_last(request):
    """Ctrl-Z: what the person did last, on whatever page."""
    return _take_back(request, undoing.newest(request.user))


def _take_back(request, act: ChangeSet) -> HttpResponse:
    result, records = undoing.take_back(act, request.user)
    if result.kept:
        stayed = "; ".join(result.kept[:5])
        messages.warning(request, _("Not taken back, since it was changed after: %(names)s") % {"names": stayed})
    if result.restored:
        messages.success(request, _("Taken back."))
    if request.htmx:
        return HttpResponseClientRefresh()
    before = came_from(request)
    return redirect(before if before != "/" or not records else records[0])


@require_GET
@signed_in
def last_acts(request):
    empty = Empty(_("Nothing done yet"), _("What you change, archive or finish stands here, and can be taken back."))
    return render(request, "records/acts.html", {"acts": undoing.last_acts(request.user), "empty": empty})


@require_GET
@signed_in
def trash(request):
    empty = Empty(_("The trash is empty"), _("What is archived leaves the lists and lies here until it is put back."))
    return render(request, "records/trash.html", {"groups": undoing.trash_of(request.user), "empty": empty})
