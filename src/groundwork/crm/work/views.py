"""The own calendar in other programs, and the first steps of newcomers."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import open_to_all, signed_in
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.crm.work import first_steps
from groundwork.crm.work.calendar import calendar_of
from groundwork.crm.work.models import Feed
from groundwork.ui.table import Empty


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def own(request):
    """Make the address, or end it. The secret is shown in the answer to making it, and never again."""
    if request.method == "GET":
        return _shown(request)
    if "end" in request.POST:
        Feed.objects.filter(person=request.user.pk).delete()
        messages.success(request, _("The address opens nothing any more."))
        return redirect("work:feed")
    secret = Feed.issue(request.user)
    return _shown(request, request.build_absolute_uri(reverse("work:calendar", args=[secret])))


def _shown(request, address: str = ""):
    feed = Feed.objects.filter(person=request.user.pk).first()
    return render(request, "work/feed.html", {"feed": feed, "address": address})


@never_cache
@require_GET
@open_to_all
def calendar(request, secret):
    """For whoever knows the secret: programs do not sign in. An unknown one is not found, whoever asks."""
    feed = Feed.of(secret)
    if feed is None:
        raise Http404
    Feed.objects.filter(pk=feed.pk).update(read_at=now())
    person, firm = feed.person, Firm.current()
    zone = person.time_zone or (firm.time_zone if firm else "UTC")
    with translation.override(person.language or None), timezone.override(ZoneInfo(zone)):
        content = calendar_of(person, request.build_absolute_uri)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="groundwork.ics"'
    return answer


@require_GET
@signed_in
def first_steps_page(request):
    """How far the newcomers are that the person answers for, and how long it took them."""
    empty = Empty(
        _("Nobody of your people is new"),
        _("Who joined within a year stands here: what real work they did first, and after how long."),
    )
    found = first_steps.of_my_people(request.user)
    return render(request, "work/first_steps.html", {"newcomers": found, "empty": empty})


@require_POST
@signed_in
def first_steps_away(request):
    first_steps.put_away(request.user)
    return redirect("records:day")
