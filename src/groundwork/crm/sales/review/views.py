"""Reviews: planned, prepared, held at the open board on the full screen, kept as minutes."""

from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.access.models import User
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.review import acts, screens
from groundwork.crm.sales.review.deciding import DECIDED_BY
from groundwork.crm.sales.review.forms import PlanForm, SayForm
from groundwork.crm.sales.review.models import Review
from groundwork.ui.notices import said, toast


def on_review(verb: str):
    """The view gets the review: 403 for who does no ``verb`` to any, 404 unless visible, 403 unless allowed on it."""

    def door(view):
        @wraps(view)
        @login_required
        def guarded(request, pk, *args, **kwargs):
            if not request.user.can(verb, Review.type_key):
                raise PermissionDenied
            review = get_object_or_404(Review.objects.visible_to(request.user).select_related("owner"), pk=pk)
            if verb != "view" and not request.user.can(verb, review):
                raise PermissionDenied
            return view(request, review, *args, **kwargs)

        guarded.access = f"{verb} {Review.type_key}"
        return guarded

    return door


@require_GET
@allowed("view", "review")
def reviews(request):
    return render(request, "sales/review/all.html", screens.overview(request.user, request.GET.get("of", "")))


@require_http_methods(["GET", "POST"])
@allowed("create", "review")
def new(request):
    form = PlanForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        review = acts.plan(**form.planned, by=request.user)
        said(request, _("It is planned. Everybody in it sees the own list on My day."))
        return redirect(review)
    return render(request, "sales/review/new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_GET
@on_review("view")
def review(request, review):
    """Before it the own list; while it is held the board; after it the minutes."""
    if review.is_ended:
        return render(request, "sales/review/minutes.html", screens.minutes(review, request.user))
    if not review.is_running:
        return render(request, "sales/review/before.html", screens.before(review, request.user))
    if request.GET.get("since") == screens.mark(review):
        return HttpResponse(status=204)
    return _held(request, review)


def _held(request, review: Review, status: int = 200, **wrong: Any):
    asked = screens.LookedAt(
        request.GET.get("person", ""),
        request.GET.get("card", ""),
        request.GET.get("change", "") or request.POST.get("instead", ""),
    )
    context = screens.held(review, request.user, asked, **wrong)
    template = "sales/review/held.html" + ("#review" if request.htmx else "")
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request"
    return response


def _went_on(request, review: Review, decision=None, words: str = ""):
    """Where the meeting stands now; with ``decision`` it can be taken back."""
    undo = reverse("records:undo", args=[decision.changeset_id]) if decision and decision.task_id else ""
    undo = reverse("records:undo", args=[decision.changeset_id]) if decision and decision.deal_id else undo
    if not request.htmx:
        if words:
            said(request, words, undo_url=undo)
        return redirect(review)
    response = _held(request, Review.objects.get(pk=review.pk))
    return toast(response, words, undo_url=undo) if words else response


@require_POST
@on_review("edit")
def begin(request, review):
    acts.begin(review, by=request.user)
    return redirect(review)


@require_POST
@on_review("edit")
def turn(request, review, person):
    acts.turn_to(review, get_object_or_404(User, pk=person), by=request.user)
    return _went_on(request, review)


@require_POST
@on_review("edit")
def decide(request, review, deal, what):
    """A card leaves with a decision; what is missing for it is asked in its place (422)."""
    found = get_object_or_404(Deal.objects.visible_to(request.user), pk=deal)
    if what not in DECIDED_BY:
        raise Http404
    if not request.user.can("edit", found):
        raise PermissionDenied
    with transaction.atomic():
        _only_one(review)
        former = review.decisions.standing().filter(deal=found).last()
        acts.way_for(review, former, request.POST.get("instead", ""), by=request.user)
        deal_now = Deal.objects.get(pk=found.pk)
        decision, form = DECIDED_BY[what](review, deal_now, request)
        if decision is None:
            transaction.set_rollback(True)
        elif former is not None:
            acts.stand_instead(decision, former)
    if decision is None:
        return _held(request, review, 422, opened=(found.pk, what, form))
    return _went_on(request, review, decision, _("%(name)s: decided.") % {"name": found})


def _only_one(review: Review) -> None:
    """Of two who decide at once the second waits, and then sees what the first decided."""
    acts.refuse_unless_running(Review.objects.select_for_update().get(pk=review.pk))


@require_POST
@on_review("edit")
def say(request, review):
    acts.refuse_unless_running(review)
    form = SayForm(request.POST, user=request.user)
    if not form.is_valid():
        return _held(request, review, 422, said=form)
    typed = dict(form.cleaned_data)
    instead = typed.pop("instead")
    with transaction.atomic():
        _only_one(review)
        person, former = review.on_person or review.owner or request.user, None
        if instead:
            former = get_object_or_404(review.decisions.standing().filter(deal=None), pk=instead)
            acts.way_for(review, former, str(instead), by=request.user)
            person = former.person
        decision = acts.say(review, person, by=request.user, **typed)
        if former is not None:
            acts.stand_instead(decision, former)
    return _went_on(request, review, decision, _("Noted."))


@require_POST
@on_review("edit")
def end(request, review):
    acts.end(review, by=request.user)
    said(request, _("The minutes are kept, and everybody who took part is told."))
    return redirect(review)
