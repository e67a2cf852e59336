"""My day, and a task given on a record's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.access.doors import signed_in
from groundwork.records import views
from groundwork.records.tasks import asking
from groundwork.ui.table import Empty


@require_GET
@signed_in
def day(request):
    groups = asking.day_of(request.user)
    empty = Empty(
        _("Nothing is owed"),
        _("A task says what somebody owes by which day. Give one on the page of a company, or here."),
    )
    sections = [
        (section.template, shown) for section in asking.my_day if (shown := section.of(request.user)) is not None
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


@require_POST
@views.acts_on("view")
def give(request, kind, record):
    """A task about a record, for whoever sees it and gives tasks at all."""
    if not request.user.can("create", "task"):
        raise PermissionDenied
    form = asking.StepForm(request.POST, user=request.user, auto_id="given_%s")
    if not form.is_valid():
        return views.show_page(request, kind, record, given=form, status=422)
    task = asking.give(record, by=request.user, **form.asked)
    messages.success(request, _("%(name)s owes it by %(day)s.") % {"name": task.owner, "day": asking.due_words(task)})
    return redirect(record)
