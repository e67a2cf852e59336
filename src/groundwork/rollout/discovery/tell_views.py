"""Telling us something from any page, and seeing what became of what one told."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from groundwork.access.doors import allowed
from groundwork.rollout.discovery.actions import takers, tell
from groundwork.rollout.discovery.forms import TellHereForm
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.discovery.places import Place, place_of
from groundwork.rollout.project.screens import MOST_SHOWN
from groundwork.ui.notices import said, toast


def page_behind(request) -> str:
    """The address that the person looks at; its query is left out, since it may hold what somebody searched for."""
    address = (
        request.POST.get("page", "") or request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    )
    try:
        return urlsplit(address).path[:300]
    except ValueError:
        return ""


@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
@allowed("create", "need")
def tell_us(request):
    user, address = request.user, page_behind(request)
    place = place_of(address, user)
    posted = request.POST if request.method == "POST" else None
    kinds = [(taker.key, taker.label) for taker in takers if taker.may(user)]
    form = TellHereForm(posted, fields=place.fields_for(user), kinds=kinds, initial={"page": address})
    if posted is None or not form.is_valid():
        return shown(request, form, place)
    typed = form.cleaned_data
    heard = kept(typed, user, place_of(address, user, typed.get("field", "")))
    if request.htmx:
        return toast(HttpResponse(), heard)
    said(request, heard)
    return redirect("rollout:tell")


def kept(typed: dict, user, place: Place) -> str:
    """What the person reads when it is kept, as a need or by an upper room."""
    taker = takers.get(typed["kind"])
    if taker is not None:
        return taker.take(typed["statement"], by=user, place=place)
    tell(typed["statement"], by=user, kind=typed["kind"], place=place)
    return _("Heard. Under “Tell us” you see what becomes of it.")


def shown(request, form: TellHereForm, place: Place):
    status = 422 if form.errors else 200
    own = Need.objects.visible_to(request.user).current().filter(author=request.user).order_by("-pk")
    context = {"form": form, "place": place, "own": own[: 5 if request.htmx else MOST_SHOWN]}
    template = "discovery/tell.html#form" if request.htmx else "discovery/tell.html"
    return render(request, template, context, status=status)
