"""The bell and its page; following a record; whom a note may mention."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.access.doors import signed_in
from groundwork.access.limits import mail_is_configured
from groundwork.core.clock import now
from groundwork.records.notices import mentions, reading, telling
from groundwork.records.notices.choosing import choices_of
from groundwork.records.notices.forms import ChoicesForm
from groundwork.records.notices.models import Mail, Notice
from groundwork.records.types import seen_among
from groundwork.records.views import acts_on
from groundwork.ui.table import Empty


@require_GET
@signed_in
def notices(request):
    empty = Empty(
        _("Nothing new"),
        _("Here you are told when somebody mentions you, gives you a task, or changes what you follow."),
    )
    return render(request, "records/notices/page.html", {"notices": reading.told(request.user), "empty": empty})


@require_GET
@signed_in
def count(request):
    """What stands beside the bell; asked apart, so that no page waits for it."""
    return HttpResponse(reading.unread(request.user), headers={"Cache-Control": "no-store"})


@signed_in
@transaction.atomic
def choices(request):
    """What one is told, when, and by which way. ``?less=change`` is where a mail leads: the eye goes to that choice."""
    form = ChoicesForm(request.POST or None, instance=choices_of(request.user.pk), less=request.GET.get("less", ""))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("records:notice_choices")
    latest = Mail.objects.filter(user=request.user).exclude(state=Mail.State.DROPPED).order_by("-made_at", "-pk")[:5]
    context = {"form": form, "is_mailing": mail_is_configured(), "latest": latest}
    return render(request, "records/notices/choices.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def read(request):
    reading.read_all(request.user)
    return redirect("records:notices")


@require_POST
@signed_in
def open_notice(request, pk):
    """Marked as read on the way to the record; what one no longer sees is not there."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    record = seen_among(request.user, [notice]).get((notice.type, notice.object_id))
    if record is None:
        raise Http404
    request.user.notices.filter(pk=pk, read_at=None).update(read_at=now())
    return redirect(record)


@require_POST
@acts_on("view")
def follow(request, kind, record):
    telling.follow(record, request.user)
    messages.success(request, _("You are told of changes here."))
    return redirect(record)


@require_POST
@acts_on("view")
def unfollow(request, kind, record):
    telling.unfollow(record, request.user)
    messages.success(request, _("You are no longer told of changes here."))
    return redirect(record)


@require_GET
@acts_on("edit")
def people(request, kind, record):
    """Whom a note on this record may mention: offered while one types."""
    return JsonResponse({"options": mentions.offered(record, request.GET.get("q", "")[:60])})
