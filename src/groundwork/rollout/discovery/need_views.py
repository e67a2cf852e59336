"""What becomes of one thing told to us: joined with another one, put off, declined, or in conflict with another one."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groundwork.access.doors import allowed
from groundwork.rollout.discovery.actions import oppose
from groundwork.rollout.discovery.forms import ConflictForm, OtherNeedForm
from groundwork.rollout.discovery.models import Conflict, Need
from groundwork.rollout.discovery.places import words_of
from groundwork.rollout.project.screens import DecisionForm, acts_on, opened, reads, steps
from groundwork.ui.notices import said


def sort_page(request, need: Need, *, joining=None, opposing=None):
    user, first = request.user, {"version": need.version}
    wrong = joining or opposing
    context = {
        **steps("told"),
        "need": need,
        "place": words_of([need], user).get(need.pk, ""),
        "authors": need.authors(),
        "joining": joining or OtherNeedForm(need=need, user=user, initial=first, prefix="join"),
        "opposing": opposing or ConflictForm(need=need, user=user, initial=first | {"owner": user.pk}, prefix="oppose"),
    }
    return render(request, "discovery/sort.html", context, status=422 if wrong else 200)


@reads(Need)
def sort(request, pk):
    """The page on which one thing told to us is dealt with, for who may change it."""
    return sort_page(request, opened(request, Need, pk, "edit"))


@require_POST
@allowed("edit", "need")
def need_join(request, pk):
    need = opened(request, Need, pk, "edit")
    form = OtherNeedForm(request.POST, need=need, user=request.user, prefix="join")
    if not form.is_valid():
        return sort_page(request, need, joining=form)
    need.join(form.cleaned_data["other"], by=request.user, version=form.cleaned_data["version"])
    said(request, _("Joined. Everybody who told it is told."))
    return redirect("rollout:told")


@require_POST
@allowed("edit", "need")
def need_oppose(request, pk):
    need = opened(request, Need, pk, "edit")
    form = ConflictForm(request.POST, need=need, user=request.user, prefix="oppose")
    if not request.user.can("create", Conflict):
        raise Http404
    if not form.is_valid():
        return sort_page(request, need, opposing=form)
    typed = {name: form.cleaned_data[name] for name in ("other", "subject", "owner", "due")}
    oppose(need, by=request.user, **typed)
    said(request, _("Noted. Its owner sees to a decision."))
    return redirect("rollout:told")


@acts_on(Conflict, "edit", DecisionForm)
def conflict_settle(request, conflict, typed):
    conflict.settle(by=request.user, **typed)
    said(request, _("Decided. Both sides are told."))
    return redirect("rollout:told")
