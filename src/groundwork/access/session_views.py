"""Where a person is signed in: the own list, and the ends of sessions; and looking as somebody else."""

from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundwork.access import people, sessions, view_as
from groundwork.access.doors import allowed, signed_in
from groundwork.access.models import BrowserSession, User
from groundwork.core.refusals import Refusal
from groundwork.ui.notices import said


@require_GET
@signed_in
def own(request):
    rows = [told(row, request) for row in sessions.of(request.user)]
    return render(request, "access/sessions.html", {"sessions": rows})


def told(row: BrowserSession, request) -> dict:
    is_here = row.pk == request.session.get(sessions.OWN)
    return {"row": row, "browser": sessions.words_for(row.browser), "is_here": is_here}


@require_POST
@signed_in
def end(request, pk):
    """Sign one browser out: an own one, or for those who configure people anybody's who does not stand above them."""
    row = get_object_or_404(BrowserSession.objects.select_related("user"), pk=pk)
    if row.user_id != request.user.pk:
        if not request.user.can("configure", "people"):
            raise Http404
        people.refuse_above(request.user, row.user)
    sessions.end(row, by=request.user, request=request)
    said(request, _("Signed out there."))
    return redirect("access:sessions") if row.user_id == request.user.pk else redirect("access:person", row.user_id)


@require_POST
@signed_in
def end_others(request):
    """Sign out everywhere but here."""
    person = User.objects.get(pk=request.user.pk)
    sessions.end_all(person, by=request.user, request=request)
    update_session_auth_hash(request, person)
    sessions.begin(request, person)
    said(request, _("Everywhere else you are signed out."))
    return redirect("access:sessions")


@require_POST
@allowed("configure", "people")
def end_all_of(request, pk):
    person = get_object_or_404(User, pk=pk)
    if person.pk == request.user.pk:
        raise Refusal(_("Sign your own browsers out on your own list."))
    people.refuse_above(request.user, person)
    sessions.end_all(person, by=request.user, request=request)
    said(request, _("%(name)s is signed out everywhere.") % {"name": person})
    return redirect("access:person", pk)


@require_POST
@allowed("configure", "people")
def view_as_begin(request, pk):
    view_as.begin(request, get_object_or_404(User, pk=pk))
    return redirect("/")


@require_POST
@signed_in
def view_as_end(request):
    view_as.end(request)
    return redirect("access:people" if request.user.can("view", "people") else "/")
