"""Making one of two records, and two of one again. Whoever may edit and archive both may do it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from groundwork.core.refusals import Refusal
from groundwork.records import merging
from groundwork.records.lists.cells import Names, cell
from groundwork.records.models import Merge
from groundwork.records.views import acts_on


def may_merge(user, *records) -> bool:
    return all(user.can(verb, record) for record in records for verb in ("edit", "archive"))


@require_http_methods(["GET", "POST"])
@acts_on("edit")
def merge(request, kind, record, other):
    """Both beside each other; the person says which one stays."""
    if not kind.mergeable:
        raise Http404
    second = get_object_or_404(kind.model.objects.visible_to(request.user), pk=other)
    if not may_merge(request.user, record, second):
        raise PermissionDenied
    merging.refuse_to_merge(record, second)
    if request.method == "POST":
        stays, goes = (second, record) if request.POST.get("stays") == str(second.pk) else (record, second)
        done = merging.merge(stays, goes, by=request.user)
        messages.success(request, _("%(name)s stands for both now.") % {"name": stays})
        if done.kept:
            messages.warning(request, _("Left where it was: %(what)s.") % {"what": "; ".join(done.kept[:5])})
        return redirect(stays)
    shown = kind.visible_fields(request.user, (*kind.fields, "owner"))
    names = Names(request.user, shown, [record, second])
    rows = [(item.label, cell(item, record, names), cell(item, second, names)) for item in shown]
    rows = [row for row in rows if row[1].text or row[2].text]
    return render(request, "records/merge.html", {"kind": kind, "record": record, "other": second, "rows": rows})


@require_POST
@acts_on("edit")
def unmerge(request, kind, record, merge_pk):
    """Two again; what somebody changed since is told."""
    done = get_object_or_404(Merge, pk=merge_pk, type=kind.key, survivor_id=record.pk)
    merged = kind.model._base_manager.filter(pk=done.merged_id).first()
    if merged is None:
        raise Refusal(_("This record is no longer there."))
    if not may_merge(request.user, record, merged):
        raise PermissionDenied
    stayed = merging.unmerge(done, by=request.user)
    messages.success(request, _("%(name)s is a record of its own again.") % {"name": merged})
    if stayed:
        messages.warning(
            request, _("Not taken back, since it was changed after: %(names)s") % {"names": "; ".join(stayed[:5])}
        )
    return redirect(merged)
