"""Questions that wait, and decisions that were taken."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groundwork.access.models import User
from groundwork.core.clock import today
from groundwork.records.write import creating
from groundwork.rollout.project.decisions import may_decide
from groundwork.rollout.project.models import Decision
from groundwork.rollout.project.screens import MOST_SHOWN, VersionForm, acts_on, reads
from groundwork.rollout.questions.actions import ask, ask_again, hand_on, load_of, similar
from groundwork.rollout.questions.forms import AgainForm, AnswerForm, AskForm, DecideForm, HandOnForm
from groundwork.rollout.questions.models import Question, QuestionBlock
from groundwork.rollout.requirements.models import Requirement
from groundwork.ui.notices import said

NEWEST = 20  # answered questions and decisions on the page; their lists have them all


def _cards(user) -> list[dict]:
    """Open ones first, those of the reader before others, the oldest first; then the newest answers."""
    seen = QuestionBlock.objects.filter(requirement__in=Requirement.objects.visible_to(user))
    every = (
        Question.objects.visible_to(user)
        .current()
        .exclude(state=Question.State.WITHDRAWN)
        .select_related("owner", "asked_by", "asked_first", "answered_by")
        .prefetch_related(Prefetch("blocks", seen.select_related("requirement")))
    )
    waiting = sorted(every.open().order_by("due_on", "pk")[:MOST_SHOWN], key=lambda one: one.owner_id != user.pk)
    answered = every.exclude(state=Question.State.OPEN).order_by("-answered_at")[:NEWEST]
    return [
        {
            "question": question,
            "may_answer": question.is_open and question.is_answered_by(user),
            "may_judge": question.is_judged_by(user),
            "to_judge": question.state == Question.State.ANSWERED and question.is_judged_by(user),
            "is_mine": question.owner_id == user.pk,
            "blocks": list(question.blocks.all()),
        }
        for question in (*waiting, *answered)
    ]


def _page(request, *, form=None, alike=(), decide=None, status=200):
    user = request.user
    cards = _cards(user)
    decisions = Decision.objects.visible_to(user).current().select_related("owner").order_by("-pk")[:NEWEST]
    context = {
        "waiting": [card for card in cards if card["question"].is_open],
        "answered": [card for card in cards if not card["question"].is_open],
        "decisions": [{"decision": one, "is_due": one.review_on and one.review_on <= today()} for one in decisions],
        "may_ask": user.can("create", Question),
        "may_decide": may_decide(user) and user.can("create", Decision),
        "form": form or AskForm(user=user),
        "decide": decide or DecideForm(),
        "alike": alike,
        "load": load_of(user),
        "people": User.objects.filter(is_active=True).order_by("name", "pk"),
    }
    return render(request, "questions/questions.html", context, status=status)


@require_http_methods(["GET", "POST"])
@reads(Question)
def questions(request):
    """Answered questions that are alike are shown first; asked is what is sent once more (D7)."""
    if request.method == "GET":
        return _page(request)
    if not request.user.can("create", Question):
        raise PermissionDenied
    form = AskForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    if not request.POST.get("anyway") and (alike := similar(form.cleaned_data["text"], request.user)):
        return _page(request, form=form, alike=alike)
    asked = ask(by=request.user, **form.cleaned_data)
    said(request, _("Asked. %(person)s has one working day.") % {"person": asked.owner})
    return redirect("rollout:questions")


@acts_on(Question, "view", AnswerForm)
def answer(request, question, typed):
    question.say(typed["answer"], by=request.user, version=typed["version"])
    said(request, _("Answered."))
    return redirect("rollout:questions")


@acts_on(Question, "view", HandOnForm)
def question_hand_on(request, question, typed):
    handed = hand_on(question, by=request.user, **typed)
    said(request, _("Handed on to %(person)s.") % {"person": handed.owner})
    return redirect("rollout:questions")


@acts_on(Question, "view", AgainForm)
def question_again(request, question, typed):
    ask_again(question, by=request.user, **typed)
    said(request, _("Asked again."))
    return redirect("rollout:questions")


@acts_on(Question, "view", VersionForm)
def question_accept(request, question, typed):
    question.accept(by=request.user, **typed)
    said(request, _("Thank you. The question is closed."))
    return redirect("rollout:questions")


@acts_on(Question, "view", VersionForm)
def question_withdraw(request, question, typed):
    question.withdraw(by=request.user, **typed)
    said(request, _("Withdrawn. It stays in the history."))
    return redirect("rollout:questions")


@require_http_methods(["POST"])
@reads(Decision)
def decide(request):
    """Written down by those who may go past a block: their name stands under it."""
    if not (may_decide(request.user) and request.user.can("create", Decision)):
        raise PermissionDenied
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, decide=form, status=422)
    form.instance.owner = request.user
    creating(form.instance, by=request.user, act="decided")
    said(request, _("Written down, with your name under it."))
    return redirect("rollout:questions")
