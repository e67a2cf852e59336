"""Taking the whole firm out: the page that says what is in the file, its progress, and the file itself."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.doors import allowed
from groundwork.access.forms import AgainForm
from groundwork.access.limits import is_too_many
from groundwork.background.models import Run
from groundwork.config import everything
from groundwork.core import languages
from groundwork.core.refusals import Refusal

SHOWN = 5  # of the person's own latest files


def whole_only(view):
    """403 for whoever does not see everything."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not everything.may(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def own(request):
    return Run.objects.of(request.user).filter(kind=everything.RUN)


@never_cache
@require_GET
@allowed("configure", "settings")
@whole_only
def page(request):
    return shown(request, AgainForm(person=request.user))


def shown(request, form: AgainForm):
    runs = list(own(request)[:SHOWN])
    context = {
        "form": form,
        "running": next((told(run) for run in runs if not run.is_finished), None),
        "files": [told(run) for run in runs if run.is_finished],
        "hours": everything.KEPT_HOURS,
    }
    template = "config/everything.html#files" if request.htmx else "config/everything.html"
    return render(request, template, context, status=422 if form.errors else 200)


def told(run: Run) -> dict:
    is_there = everything.is_there(run)
    return {
        "run": run, "is_there": is_there, "ends_at": everything.ends_at(run) if is_there else None,
        "so_far": languages.number(run.done), "of": languages.number(run.total),
        "rows": languages.number(run.result.get("rows", 0)),
    }  # fmt: skip


@require_POST
@allowed("configure", "settings")
@whole_only
@sensitive_post_parameters("now")
def begin(request):
    """The password once more: a browser left open must not give the firm away."""
    form = AgainForm(request.POST, person=request.user)
    if is_too_many(request, "password_again", key=str(request.user.pk)):
        raise Refusal(_("Too many tries. Wait ten minutes."))
    if not form.is_valid():
        return shown(request, form)
    everything.begin(request.user, request)
    return redirect("everything:page")


@require_POST
@allowed("configure", "settings")
@whole_only
def stop(request, pk):
    get_object_or_404(own(request), pk=pk).cancel()
    return redirect("everything:page")


@never_cache
@require_GET
@allowed("configure", "settings")
@whole_only
def file(request, pk):
    """The person's own file, while it is kept; each time it is taken stands in the audit log."""
    run = get_object_or_404(own(request), pk=pk)
    if not everything.is_there(run):
        raise Http404
    name = everything.name_of(run)
    content = everything.path_of(run).open("rb")
    audit.record(Event.WHOLE_TAKEN, request.user, {"file": name}, request)
    answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    answer["Cache-Control"] = "private, no-store"
    return answer
