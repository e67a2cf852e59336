"""Asking, handing on, asking again: each question stands among the tasks of whoever has to answer it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.records.finding.words import stems, words
from groundwork.records.tasks import asking
from groundwork.records.workdays import calendar
from groundwork.records.write import creating, writing
from groundwork.rollout.project.gates import Act, Faults
from groundwork.rollout.questions.models import Question, QuestionBlock, due_after
from groundwork.rollout.requirements.models import Requirement

KNOWN = 500  # the newest answered questions among which similar ones are looked for
LIKE = 0.5  # share of the shorter question's words that both have
OFFERED = 3
LOOKED_BACK = 28  # days of a person's load


def ask(text: str, *, to, by, requirements: Iterable[Requirement] = ()) -> Question:
    """``to`` has a working day to answer, and finds it among the own tasks. Refused to who does not work here."""
    _refuse_absent(to)
    question = Question(text=text, owner=to)
    return creating(question, by=by, act="asked", parts=[QuestionBlock.of(requirement) for requirement in requirements])


def hand_on(question: Question, *, to, by, version=None) -> Question:
    """Somebody else knows better. The day stays: handing on wins no time. Refused for others than who is asked."""
    _refuse_absent(to)
    with writing(question, by=by, act="handed on", version=version) as fresh:
        fresh.refuse_unless(fresh.is_answered_by(by), _("Only who is asked hands it on."))
        if not fresh.is_open:
            raise Refusal(_("It is answered already."))
        if to.pk == fresh.owner_id:
            raise Refusal(_("It is with this person already."))
        fresh.owner = to
    return fresh


def ask_again(question: Question, *, why: str, by, version=None) -> Question:
    """The answer leaves something open: another working day. Refused without what is missing."""
    with writing(question, by=by, act="asked again", version=version) as fresh:
        fresh.refuse_unless(fresh.is_judged_by(by), _("Only who asked asks again."))
        if fresh.state not in (Question.State.ANSWERED, Question.State.ACCEPTED):
            raise Refusal(_("There is no answer to look at."))
        if not why.strip():
            raise Refusal(_("Say what is still open."))
        fresh.text = f"{fresh.text}\n\n{why.strip()}"
        fresh.state, fresh.bounces, fresh.due_on = Question.State.OPEN, fresh.bounces + 1, due_after(today())
    return fresh


def _refuse_absent(person) -> None:
    if not person.is_active:
        raise Refusal(_("This person does not work here any more."))


def keep_task_in_step(changed) -> None:
    """Whoever has to answer has one task that says so, until it is answered. Called in the question's own write."""
    for question, _before, after in changed:
        if after is None:
            continue
        waits = question.is_open and question.archived_at is None
        owner = question.owner if waits else None
        asking.keep_one(
            question, owner, by=question.updated_by, what=partial(to_answer, question), due_on=question.due_on
        )


def to_answer(question: Question) -> str:
    return _("Answer: %(question)s") % {"question": question.text[:160]}


def stand_against(act: Act, records, user) -> Faults:
    """Why nobody agrees to these requirements yet: questions that they wait for are open. Words only of those seen."""
    if act != Act.AGREE:
        return {}
    blocks = QuestionBlock.objects.filter(requirement__in=records, question__in=Question.objects.open())
    waiting = list(blocks.select_related("question__owner").order_by("question"))
    asked = {block.question_id for block in waiting}
    seen = set(Question.objects.visible_to(user).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    found: Faults = {}
    for block in sorted(waiting, key=lambda block: block.question_id not in seen):
        faults = found.setdefault(block.requirement_id, [])
        hidden = _("A question that you do not see is not answered.")
        told = not_answered(block.question) if block.question_id in seen else hidden
        if told not in faults:
            faults.append(told)
    return found


def not_answered(question: Question) -> str:
    return _("%(person)s has not answered: %(question)s") % {
        "person": question.owner, "question": question.text[:300],
    }  # fmt: skip


def on_paper(user) -> list[str]:
    """Open questions that ``user`` sees, with who answers."""
    waiting = Question.objects.visible_to(user).open().select_related("owner").order_by("due_on", "pk")
    return [f"{question.text[:200]} ({question.owner})" for question in waiting[:20]]


# ── what was asked before, and how much one is asked


def similar(text: str, user) -> list[Question]:
    """Answered questions like ``text`` that ``user`` sees, the most alike first (D7)."""
    wanted = _told_by(text)
    answered = Question.objects.visible_to(user).current().exclude(answer="").select_related("answered_by")
    found = []
    for question in answered.order_by("-answered_at")[:KNOWN]:
        known = _told_by(question.text)
        shared = sum(any(word & other for other in known) for word in wanted)
        if (alike := shared / max(1, min(len(wanted), len(known)))) >= LIKE:
            found.append((alike, question))
    return [question for _alike, question in sorted(found, key=lambda pair: -pair[0])[:OFFERED]]


def _told_by(text: str) -> list[frozenset[str]]:
    """Each word that tells something, with its stems: short words are in every question."""
    return [stems(word) | {word} for word in set(words(text)) if len(word) > 3]


@dataclass(frozen=True)
class Load:
    """What one person was asked in the last four weeks (D8); half of the answers took ``days`` working days at most."""

    asked: int
    late: int
    days: int | None


def load_of(user) -> Load:
    since = today() - timedelta(days=LOOKED_BACK)
    mine = Question.objects.visible_to(user).current().filter(owner=user, asked_on__gte=since)
    days, late = calendar(), 0
    took: list[int | None] = []
    for question in mine.exclude(state=Question.State.WITHDRAWN).only("asked_on", "due_on", "answered_at", "state"):
        if question.answered_at is None:
            late += question.is_overdue
            took.append(None)
            continue
        answered_on = localdate(question.answered_at)
        late += answered_on > question.due_on
        took.append(days.working_between(question.asked_on, answered_on))
    known = [count for count in took if count is not None]
    return Load(len(took), late, round(median(known)) if known else None)
