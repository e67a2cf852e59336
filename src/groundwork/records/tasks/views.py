"""My day, and a task given on a record's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from groundwork.access.doors import signed_in
from groundwork.access.view_as import is_looked_at
from groundwork.records import views
from groundwork.records.tasks import asking
from groundwork.records.undoing import undo_url_of
from groundwork.ui.notices import toast
from groundwork.ui.table import Empty


@require_GET
@signed_in
def day(request):
    groups = asking.day_of(request.user)
    empty = Empty(
        pgettext("tasks", "Nothing is owed"),
        _("A task says what somebody owes by which day. Give one on the page of a company, or here."),
    )
    sections = [
        (section.template, shown)
        for section in asking.my_day
        if not (section.is_own and is_looked_at(request.user)) and (shown := section.of(request.user)) is not None
    ]
    context = {
        "groups": groups,
        "empty": empty,
        "sections": sections,
        "links": asking.day_links,
        "week_url": asking.week_url(request.user) if request.user.can("view", "task") else "",
        "may_give": request.user.can("create", "task"),
    }
    return render(request, "records/tasks/day.html", context)


@require_http_methods(["GET", "POST"])
@views.acts_on("view")
def give(request, kind, record):
    """A task about a record, for whoever sees it and gives tasks at all. A board asks for the form, and shows it."""
    if not request.user.can("create", "task"):
        raise PermissionDenied
    form = asking.StepForm(request.POST or None, user=request.user, auto_id="given_%s")
    if not form.is_valid():
        return _asked(request, kind, record, form)
    task = asking.give(record, by=request.user, **form.asked)
    words = _("%(name)s owes it by %(day)s.") % {"name": task.owner, "day": asking.due_words(task)}
    if request.htmx:
        return toast(HttpResponse(status=204), words, undo_url=undo_url_of(task))
    messages.success(request, words)
    return redirect(record)


def _asked(request, kind, record, form):
    status = 422 if form.is_bound else 200
    if request.htmx:
        back = record.get_absolute_url()
        context = {"form": form, "asked": list(form), "address": request.path, "back": back, "about": record}
        return render(request, "records/board_add.html#add", context, status=status)
    if not form.is_bound:
        return redirect(f"{record.get_absolute_url()}#tasks")
    return views.show_page(request, kind, record, given=form, status=status)
