"""The second step: what people told us."""

from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Prefetch, Q, Value, When
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groundwork.core.clock import today
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.asking import asked_of
from groundwork.rollout.discovery.forms import TellForm, TurnDownForm
from groundwork.rollout.discovery.interviews import Interview
from groundwork.rollout.discovery.models import Conflict, Need
from groundwork.rollout.discovery.places import words_of
from groundwork.rollout.project.screens import MOST_SHOWN, VersionForm, acts_on, reads, steps
from groundwork.ui.notices import said


def _told_page(request, *, form=None, status=200):
    user = request.user
    is_due = Q(state=Need.State.PARKED, until__lte=today())
    waiting_first = Case(
        When(Q(state=Need.State.CAPTURED) | is_due, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    needs = list(
        Need.objects.visible_to(user)
        .current()
        .exclude(state=Need.State.MERGED)
        .select_related("author__department")
        .prefetch_related(Prefetch("merged", Need.objects.visible_to(user).select_related("author").order_by("pk")))
        .order_by(waiting_first, "-pk")[:MOST_SHOWN]
    )
    places = words_of(needs, user)
    cards = [
        {
            "need": need,
            "may_edit": user.can("edit", need) and need.state != Need.State.COVERED,
            "is_open": need.state == Need.State.CAPTURED or need.is_due,
            "place": places.get(need.pk, ""),
        }
        for need in needs
    ]
    people = len({each.author_id for need in needs for each in (need, *need.merged.all())})
    context = {
        **steps("told"),
        "cards": cards,
        "people": people,
        "asked_of_me": asked_of(user),
        "conflicts": conflicts_of(user),
        "may_ask": user.can("view", Interview),
        "may_create": user.can("create", Need),
        "may_edit": user.can("edit", Need),
        "form": form or TellForm(user=user),
        "waiting": sum(card["is_open"] for card in cards),
    }
    return render(request, "discovery/told.html", context, status=status)


def conflicts_of(user) -> list[dict]:
    """What is not decided yet between two things told, the late ones first; in words those that the person sees."""
    open_ones = Conflict.objects.visible_to(user).current().filter(state=Conflict.State.OPEN)
    found = list(open_ones.select_related("one__author", "other__author", "owner").order_by("due", "pk")[:MOST_SHOWN])
    told = {pk for conflict in found for pk in (conflict.one_id, conflict.other_id)}
    seen = set(Need.objects.visible_to(user).filter(pk__in=told).values_list("pk", flat=True)) if told else set()
    return [
        {
            "conflict": conflict,
            "sides": [need for need in (conflict.one, conflict.other) if need.pk in seen],
            "may_edit": user.can("edit", conflict),
        }
        for conflict in found
    ]


@require_http_methods(["GET", "POST"])
@reads(Need)
def told(request):
    if request.method == "GET":
        return _told_page(request)
    if not request.user.can("create", Need):
        raise PermissionDenied
    form = TellForm(request.POST, user=request.user)
    if not form.is_valid():
        return _told_page(request, form=form, status=422)
    tell(by=request.user, **form.cleaned_data)
    said(request, _("Heard. You will see here what becomes of it."))
    return redirect("rollout:told")


@acts_on(Need, "edit", VersionForm)
def need_agree(request, need, typed):
    need.agree(by=request.user, **typed)
    said(request, _("Agreed. Whoever told it sees that."))
    return redirect("rollout:told")


@acts_on(Need, "edit", TurnDownForm)
def need_turn_down(request, need, typed):
    need.turn_down(by=request.user, **typed)
    said(request, _("Answered. Whoever told it reads why."))
    return redirect("rollout:told")
