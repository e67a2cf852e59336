"""Beside the page of a record: its past, a copy of it, and who sees it why."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.seen_by import who_can
from groundwork.records import copying, history, views, write
from groundwork.records.files import keeping
from groundwork.records.forms import AGAIN, form_for, may_type
from groundwork.ui.uploads import takes_files


@require_POST
@views.acts_on("edit")
def put_back(request, kind, record, version, name):
    """One field as it was at a version of the past; like typing it anew."""
    if record.is_archived or name not in may_type(kind, request.user, record):
        raise PermissionDenied
    shown = kind.field(name)
    fresh = history.put_back(record, shown, version=version, by=request.user)
    views.offer_undo(request, _("Put back: %(what)s.") % {"what": shown.heading}, fresh, record)
    return redirect(fresh)


@require_GET
@views.acts_on("view")
def compare(request, kind, record):
    """The record as it was at a version, beside what it is now."""
    versions = history.versions_of(record)
    known, asked = dict(versions), request.GET.get("version", "")
    version = next((known_one for known_one in known if str(known_one) == asked), next(iter(known), 0))
    rows = history.differences(record, request.user, version) if version else []
    context = {"kind": kind, "record": record, "versions": versions, "version": version, "rows": rows}
    return render(request, "records/compare.html", context)


@takes_files(keeping.largest_form)
@require_http_methods(["GET", "POST"])
@views.acts_on("view")
def copy(request, kind, record):
    """A form filled with what goes over; nothing is made before it is saved."""
    if not kind.typed or not request.user.can("create", kind.key):
        raise PermissionDenied
    form = form_for(
        kind, request.user, request.POST or None, request.FILES or None, instance=copying.copy_of(record, request.user)
    )
    if AGAIN in request.POST:
        form.again()
    elif request.method == "POST" and form.is_valid():
        made = write.creating(form.instance, by=request.user, parts=copying.copied_parts(record, request.user))
        views.offer_undo(request, _("%(name)s is kept.") % {"name": made}, made)
        return redirect(made)
    context = {"kind": kind, "form": form, "record": None, "copied": record, "left": copying.left_behind(kind)}
    is_wrong = request.method == "POST" and AGAIN not in request.POST
    return render(request, "records/form.html", context, status=422 if is_wrong else 200)


@require_GET
@views.acts_on("view")
def seen_by(request, kind, record):
    """Why one sees this record; and, for those who configure people, who else does and why."""
    seers = who_can(record)
    mine = next((seer for seer in seers if seer.person.pk == request.user.pk), None)
    others = [seer for seer in seers if seer is not mine] if request.user.can("configure", "people") else None
    context = {"kind": kind, "record": record, "mine": mine, "others": others}
    return render(request, "records/seen_by.html", context)
