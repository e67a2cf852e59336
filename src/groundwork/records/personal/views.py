"""A person's data: what we hold, as a page and as a file; and its erasure. For administrators."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from groundwork.access import audit
from groundwork.core.clock import now, today
from groundwork.records.personal import erasing
from groundwork.records.personal import facts as personal
from groundwork.records.personal.told import sections
from groundwork.records.views import acts_on
from groundwork.ui.forms import ReasonForm
from groundwork.ui.notices import said


def of_person(view):
    """404 for what is no person, 403 for whoever is no administrator."""

    @wraps(view)
    def guarded(request, kind, record, **more):
        if not personal.is_person(record):
            raise Http404
        if not personal.may(request.user, record):
            raise PermissionDenied
        return view(request, kind, record, **more)

    return guarded


@never_cache
@require_GET
@acts_on("view")
@of_person
def shown(request, kind, record):
    """What we hold, readable and to be printed."""
    audit.record(audit.Event.PERSONAL, request.user, {"record": record.number, "file": "page"}, request)
    context = {
        "kind": kind, "record": record, "sections": sections(record), "made_at": now(), "formats": personal.formats,
    }  # fmt: skip
    return render(request, "records/personal.html", context)


@never_cache
@require_GET
@acts_on("view")
@of_person
def file(request, kind, record, form):
    """The same as a file: for programs, or to be printed and sent."""
    chosen = personal.formats.get(form)
    if chosen is None:
        raise Http404
    audit.record(audit.Event.PERSONAL, request.user, {"record": record.number, "file": form}, request)
    answer = HttpResponse(chosen.made(record, request.firm_name), content_type=chosen.mime)
    answer["Content-Disposition"] = f'attachment; filename="{record.number}-{today()}.{form}"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@acts_on("view")
@of_person
def erase(request, kind, record):
    """First what is erased and what stays, then the act."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].label = _("Who asked for it, and when")
    if request.method != "POST" or not form.is_valid():
        context = {"kind": kind, "record": record, "form": form, "stays": erasing.stays(record)}
        return render(request, "records/erase.html", context, status=422 if form.errors else 200)
    done = erasing.erase(record, by=request.user, reason=form.cleaned_data["reason"], request=request)
    words = ngettext(
        "Erased. %(count)s text elsewhere no longer names the person.",
        "Erased. %(count)s texts elsewhere no longer name the person.", done.texts,
    )  # fmt: skip
    said(request, words % {"count": done.texts})
    return redirect(record)
