"""Rules of the second step: was everybody heard, answered, and is what they tell one story."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core.languages import folded
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import FULL, INFO, STANDARD, Evidence, Found, declare
from groundwork.rollout.discovery.models import Interview
from groundwork.rollout.project.gates import Act

ANSWER_WITHIN = 10  # working days
UNASKED = 0.2  # share of the people
SHOWN = 10  # rows of evidence
SOLUTIONS = (
    "кнопк", "поле", "окно", "вкладк", "экран", "список", "галочк", "цвет", "иконк", "excel", "api", "button", "field",
    "checkbox", "dropdown", "popup", "screen", "icon", "tab", "przycisk", "pole", "okno", "zakładk", "ekran", "ikon",
)  # fmt: skip
STEMS = tuple(folded(stem) for stem in SOLUTIONS)


@declare(
    "department-unheard", "R13", gettext_lazy("Departments nobody asked how they work"), blocks_from=STANDARD,
    begins=STANDARD, reason=gettext_lazy("What is built for them without asking how they work does not fit."),
    act=gettext_lazy("Ask somebody there"), stops=(Act.SETTLE,),
)  # fmt: skip
def department_unheard(look: Look) -> Iterator[Found]:
    heard = {interview.department_id for interview in look.interviews}
    for department, standing in look.departments.items():
        if department.pk not in heard:
            told = {"department": department, "what": standing.statement}
            fact = _("Nobody in “%(department)s” was asked how the work is done, and “%(what)s” is for them.") % told
            where = Evidence(standing.statement, look.page("requirement", standing.pk))
            about = ("requirement", standing.pk)
            there, is_softer = look.screen("interviews"), standing.is_live
            yield Found(fact, there, standing.owner, standing.goal.pk, [where], is_softer, about)


@declare(
    "head-only", "R14", gettext_lazy("Work that only its head described"), blocks_from=FULL, stops=(Act.SETTLE,),
    reason=gettext_lazy("Who leads the work knows how it should go. Who does it knows how it goes."),
    act=gettext_lazy("Ask who does it"),
)  # fmt: skip
def head_only(look: Look) -> Iterator[Found]:
    done = {interview.process_id for interview in look.interviews if interview.level == Interview.Level.WORKER}
    told: dict[int, Interview] = {}
    for interview in look.interviews:
        if interview.process_id not in done:
            told.setdefault(interview.process_id, interview)
    for interview in told.values():
        fact = _("Nobody who does it has told us about “%(work)s”.") % {"work": interview.process}
        where = Evidence(interview.asked, look.page("interview", interview.pk))
        about = ("work_process", interview.process_id)
        yield Found(fact, look.screen("interviews"), interview.owner, evidence=[where], about=about)


@declare(
    "told-differently", "R15", gettext_lazy("Head and worker tell it differently"), blocks_from=STANDARD,
    stops=(Act.SETTLE,), reason=gettext_lazy("What is built by one of the two stories does not fit the other."),
    act=gettext_lazy("Decide what holds"),
)  # fmt: skip
def told_differently(look: Look) -> Iterator[Found]:
    works: dict[int, list] = {}
    for difference in look.differences:
        works.setdefault(difference.process_id, []).append(difference)
    for same in works.values():
        work = same[0].process
        told = {"count": len(same), "work": work}
        fact = ngettext(
            "One thing in “%(work)s” is told differently by who leads it and who does it.",
            "%(count)s things in “%(work)s” are told differently by who leads it and who does it.", len(same),
        ) % told  # fmt: skip
        rows = [Evidence(f"{one.name}: {one.get_kind_display()}") for one in same[:SHOWN]]
        there = f"{look.screen('interviews')}/{work.pk}"
        yield Found(fact, there, same[0].owner, evidence=rows, about=("work_process", work.pk))


@declare(
    "unasked", "R17", gettext_lazy("People nobody asked"),
    reason=gettext_lazy("Who was not asked works on as before."), act=gettext_lazy("Ask them"),
)  # fmt: skip
def unasked(look: Look) -> Iterator[Found]:
    """Said to those alone who see everything that people told us."""
    if not (look.sees_all("need") and look.sees_all("interview")) or look.leader is None:
        return
    silent, everybody = look.unasked, len(look.people)
    if everybody and len(silent) / everybody > UNASKED:
        told = {"silent": len(silent), "all": everybody}
        names = [Evidence(str(person)) for person in silent[:SHOWN]]
        yield Found(
            _("%(silent)s of %(all)s people have told us nothing.") % told,
            look.screen("told"),
            look.leader,
            evidence=names,
        )


@declare(
    "unanswered", "R18", gettext_lazy("What people told us and nobody answered"),
    reason=gettext_lazy("Who gets no answer does not tell us anything again."), act=gettext_lazy("Answer"),
)  # fmt: skip
def unanswered(look: Look) -> Iterator[Found]:
    for need in look.waiting:
        if look.working_days_since(need.created_at.date()) <= ANSWER_WITHIN:
            break  # the oldest come first
        fact = _("Nobody has answered: “%(words)s”") % {"words": need.statement[:120]}
        where = Evidence(f"{need.author}", look.page("need", need.pk))
        yield Found(fact, f"{look.screen('told')}#need-{need.pk}", need.owner, evidence=[where])


@declare(
    "solution-told", "R25", gettext_lazy("Needs that name a solution"), otherwise=INFO,
    reason=gettext_lazy("Behind a wish for a button there is something that hinders. That is what one has to know."),
    act=gettext_lazy("Ask what hinders"),
)  # fmt: skip
def solution_told(look: Look) -> Iterator[Found]:
    for need in look.waiting:
        word = next((word for word in folded(need.statement).split() if word.startswith(STEMS)), "")
        if word:
            told = {"word": word, "words": need.statement[:120]}
            fact = _("A solution is named already, “%(word)s”: “%(words)s”") % told
            where = Evidence(f"{need.author}", look.page("need", need.pk))
            yield Found(fact, f"{look.screen('told')}#need-{need.pk}", need.author, evidence=[where])


@declare(
    "conflict", "D70", gettext_lazy("What cannot be had together"),
    reason=gettext_lazy("Until it is decided both sides believe that they will get theirs."),
    act=gettext_lazy("Decide what holds"),
)  # fmt: skip
def conflict(look: Look) -> Iterator[Found]:
    for one in look.conflicts:
        if one.is_late:
            fact = _("It is still open: “%(subject)s”") % {"subject": one.subject}
            where = Evidence(one.subject, look.page("conflict", one.pk))
            yield Found(fact, look.screen("told"), one.owner, evidence=[where])


@declare(
    "outside", "R44", gettext_lazy("Work kept elsewhere"), blocks_from=FULL, stops=(Act.SETTLE,),
    reason=gettext_lazy("What is kept elsewhere and does not come in is missing in every report here."),
    act=gettext_lazy("Say how it comes in"),
)  # fmt: skip
def outside(look: Look) -> Iterator[Found]:
    works: dict[int, list] = {}
    for step in look.outside:
        works.setdefault(step.process_id, []).append(step)
    for steps in works.values():
        told = {"count": len(steps), "work": steps[0].process}
        fact = ngettext(
            "One step of “%(work)s” is kept elsewhere and does not come in.",
            "%(count)s steps of “%(work)s” are kept elsewhere and do not come in.", len(steps),
        ) % told  # fmt: skip
        rows = [Evidence(f"{step.name}: {step.tool}", look.page("work_step", step.pk)) for step in steps[:SHOWN]]
        there, about = f"{look.screen('interviews')}/{steps[0].process_id}", ("work_process", steps[0].process_id)
        yield Found(fact, there, steps[0].owner, evidence=rows, about=about)
