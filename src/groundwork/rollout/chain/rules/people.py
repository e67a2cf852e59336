"""Rules of whoever moves the roll-out on: questions that wait, and whether anything happens at all."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import Evidence, Found, declare
from groundwork.rollout.questions.models import Question

BOUNCES = 3
SILENCE = 15  # days


def found_at(look: Look, question: Question, fact: str) -> Found:
    waits = [Evidence(str(block.requirement), look.page("requirement", block.requirement_id)) for block in
             question.blocks.all()]  # fmt: skip
    own = Evidence(question.text[:120], look.page("question", question.pk))
    return Found(fact, f"{look.screen('questions')}#question-{question.pk}", question.owner, evidence=[own, *waits])


@declare(
    "question-late", "R38", gettext_lazy("Questions that wait too long"),
    reason=gettext_lazy("Somebody cannot go on until it is answered."), act=gettext_lazy("Answer"),
)  # fmt: skip
def question_late(look: Look) -> Iterator[Found]:
    for question in look.questions:
        if question.is_overdue:
            told = {"text": question.text[:120], "day": languages.day(question.due_on)}
            yield found_at(look, question, _("“%(text)s” was to be answered by %(day)s.") % told)


@declare(
    "question-back", "R39", gettext_lazy("Questions asked again and again"),
    reason=gettext_lazy("The answer does not reach who asks: talk instead of writing."),
    act=gettext_lazy("Talk it over"),
)  # fmt: skip
def question_back(look: Look) -> Iterator[Found]:
    for question in look.questions:
        if question.bounces >= BOUNCES:
            told = {"text": question.text[:120], "count": question.bounces}
            yield found_at(look, question, _("“%(text)s” was asked again %(count)s times.") % told)


@declare(
    "silence", "R43", gettext_lazy("Nothing happens"),
    reason=gettext_lazy("A roll-out that stands still for weeks has ended, whatever the plan says."),
    act=gettext_lazy("Go on"),
)  # fmt: skip
def silence(look: Look) -> Iterator[Found]:
    if look.leader and (today() - look.last_sign_of_life).days >= SILENCE:
        day = languages.day(look.last_sign_of_life)
        yield Found(_("Nobody has done anything here since %(day)s.") % {"day": day}, look.screen("start"), look.leader)
