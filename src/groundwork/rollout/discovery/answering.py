"""The pages of the eight questions: answered by a secret link or with an account, or written down for somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groundwork.access.audit import address_of
from groundwork.access.doors import open_to_all, signed_in
from groundwork.access.limits import is_too_many
from groundwork.access.view_as import is_looked_at
from groundwork.core.refusals import Refusal
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.interviews import AnswerLink, Interview
from groundwork.rollout.discovery.questions import (
    LAST,
    QUESTIONS,
    TOOLS,
    HindersForm,
    QuestionForm,
    in_words,
    things_of,
)
from groundwork.ui.notices import said as say

INTRO, READ_AGAIN = 0, LAST + 1  # pages before and after the questions
COOKIE = "groundwork_answer_{}"


@dataclass
class Sitting:
    """One interview being answered: by the person alone (``is_own``), or written down for that person."""

    interview: Interview
    is_own: bool
    by: Any  # the account that writes, None for a guest
    address: Callable[[int], str]  # of a page
    frame: str

    def keep(self, said: dict) -> None:
        if self.is_own:
            asking.keep(self.interview, said)
        else:
            asking.write_down(self.interview, said, by=self.by)


def sit(request, sitting: Sitting, page: int):
    """Show a page, or keep what it says and go on to the next one."""
    if not INTRO <= page <= READ_AGAIN:
        raise Http404
    said = asking.said_in(sitting.interview)
    if page == INTRO:
        return show(request, sitting, page, said)
    if page != 1 and not things_of(said):  # nothing to ask about yet
        return redirect(sitting.address(1))
    if page == READ_AGAIN:
        return read_again(request, sitting, said)
    form = QuestionForm(request.POST if request.method == "POST" else None, no=page, said=said)
    if request.method != "POST" or not form.is_valid():
        return show(request, sitting, page, said, form=form)
    sitting.keep(form.said_with())
    return redirect(sitting.address(page + 1))


def read_again(request, sitting: Sitting, said: dict):
    posted = request.POST if request.method == "POST" else None
    form = HindersForm(posted, initial={"hinders": said.get("hinders", "")})
    if posted is None or not form.is_valid():
        return show(request, sitting, READ_AGAIN, said, form=form)
    said = said | form.cleaned_data
    if not sitting.is_own:
        sitting.keep(said)
        say(request, _("Written down. It counts once the person confirms it."))
        return redirect("rollout:interviews")
    asking.confirm(sitting.interview, said, by=sitting.by)
    return render(request, "discovery/answered.html", {"sitting": sitting, "interview": sitting.interview})


def show(request, sitting: Sitting, page: int, said: dict, form=None):
    context = {
        "sitting": sitting,
        "interview": sitting.interview,
        "page": page,
        "last": LAST,
        "done": page * 100 // LAST,
        "question": QUESTIONS[page - 1] if INTRO < page < READ_AGAIN else None,
        "form": form,
        "tools": TOOLS,
        "things": [(thing["name"], in_words(thing)) for thing in things_of(said)] if page == READ_AGAIN else [],
        "back": sitting.address(page - 1) if page > INTRO else "",
        "first": sitting.address(1),
        "begun": bool(things_of(said)),
    }
    template = "discovery/intro.html" if page == INTRO else "discovery/question.html"
    return render(request, template, context, status=422 if form is not None and form.errors else 200)


# ── doors


@never_cache
@open_to_all
@require_http_methods(["GET", "POST"])
def by_link(request, token, page=INTRO):
    """Whoever has the link answers, without an account. The browser that began is the only one that goes on."""
    if is_too_many(request, "answer", key=address_of(request) or "unknown", limit_get=True):
        return render(request, "429.html", status=429)
    link = asking.link_of(token)
    if link is None:
        return render(request, "discovery/link_over.html", status=404)
    cookie = COOKIE.format(link.interview_id)
    if link.holder_digest and not asking.is_held_by(link, request.COOKIES.get(cookie, "")):
        return render(request, "discovery/link_taken.html", {"interview": link.interview}, status=403)
    secret = asking.hold(link) if request.method == "POST" and not link.holder_digest else ""
    answer = sit(request, guest(request, link, token), page)
    if secret:
        answer.set_cookie(
            cookie, secret, max_age=asking.DAYS * 24 * 3600, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    return answer


def guest(request, link: AnswerLink, token: str) -> Sitting:
    interview = link.interview
    is_theirs = request.user.is_authenticated and request.user.pk == interview.respondent_id
    return Sitting(
        interview=interview,
        is_own=True,
        by=interview.respondent if is_theirs else None,
        address=lambda page: reverse("rollout:by_link_question", args=[token, page]),
        frame="ui/centre.html",
    )


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def interview_page(request, pk, page=INTRO):
    """One's own answers, with an account; or what somebody else says, written down by who may change interviews."""
    user = request.user
    interview = Interview.objects.select_related("process", "owner", "respondent").filter(pk=pk).first()
    is_own = interview is not None and interview.respondent_id == user.pk
    if is_own and is_looked_at(user):
        raise PermissionDenied
    if (
        interview is None
        or interview.is_archived
        or not (is_own or Interview.objects.visible_to(user).filter(pk=pk).exists())
    ):
        raise Http404
    if not is_own and not user.can("edit", interview):
        raise PermissionDenied
    if not interview.is_open:
        raise Refusal(_("These answers are closed. Ask anew to hear more."))
    if not is_own:
        asking.refuse_reading_along(interview)
    sitting = Sitting(
        interview=interview,
        is_own=is_own,
        by=user,
        address=lambda page: reverse("rollout:interview_question", args=[pk, page]),
        frame="ui/shell.html",
    )
    return sit(request, sitting, page)
