"""Rules of the fourth and fifth step: was it tried, is it live, is it used."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.functional import lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.models import Department
from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.rollout.adoption.use import DAYS, FILLED_ENOUGH, Reading
from groundwork.rollout.chain.coverage import Standing
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.agreed import found_at, found_of, labels
from groundwork.rollout.chain.rules.declared import LIGHT, STANDARD, Evidence, Found, declare
from groundwork.rollout.delivery.actions import WHY_NOT, not_gone, only_its_maker
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.project.gates import Act

READY = 0.9  # share of the weight of a number that works and fits
WAITS = 10  # working days that what is ready may wait


def is_set_up(standing: Standing) -> bool:
    return standing.is_agreed and not standing.was_reworded and standing.holds[3]


@declare(
    "not-passed", "R47", gettext_lazy("What is not tried, or does not fit"), blocks_from=LIGHT,
    reason=gettext_lazy("What does not work or does not fit shows on the first day, in front of everybody."),
    act=gettext_lazy("Try it"),
)  # fmt: skip
def not_passed(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        for tried in standing.tests if is_set_up(standing) else []:
            if tried.said != Verdict.PASSED:
                found = found_at(look, standing, WHY_NOT[Verdict(tried.said)], Evidence(tried))
                found.href, found.is_softer = f"{look.screen('try')}#test-{tried.test}", standing.is_live
                yield found


@declare(
    "fault", "R48", gettext_lazy("Faults that are not gone"), blocks_from=STANDARD, stops=(Act.GO_LIVE,),
    reason=gettext_lazy("It hinders the work, and everybody who meets it tells others."),
    act=gettext_lazy("See what becomes of it"),
)  # fmt: skip
def fault(look: Look) -> Iterator[Found]:
    for defect in look.faults:
        where = look.page("defect", defect.pk)
        rows = [Evidence(f"{defect.get_state_display()}, {languages.day(defect.found_on)}", where)]
        goal = defect.test.requirement.goal_id if defect.test else None
        fact = not_gone(defect, defect.what[:200])
        yield Found(fact, where, defect.owner, goal, evidence=rows, about=("defect", defect.pk))


@declare(
    "only-its-maker", "R03", gettext_lazy("What only its maker tried"), blocks_from=STANDARD, begins=STANDARD,
    reason=gettext_lazy("Who set it up tries it the way it was meant. Others find what was forgotten."),
    act=gettext_lazy("Ask somebody else to try it"), stops=(Act.GO_LIVE,),
)  # fmt: skip
def tried_by_its_maker(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        if standing.pk in look.tried_by_makers and not standing.is_live:
            found = found_of(look, standing, only_its_maker(standing.statement))
            found.href = look.screen("try")
            yield found


@declare(
    "wrote-and-set-up", "R02", gettext_lazy("What one person wrote down and set up"), blocks_from=STANDARD,
    begins=STANDARD, stops=(Act.GO_LIVE,),
    reason=gettext_lazy("Who sets it up writes down what is easy to set up: nobody asks whether it is what is needed."),
    act=gettext_lazy("Let somebody else look at it"),
)  # fmt: skip
def wrote_and_set_up(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        mine = [one for one in standing.elements if standing.row.author in look.makers.get(one.key, set())]
        if mine and standing.is_agreed and not standing.is_live:
            fact = gettext_lazy("Whoever wrote down “%(what)s” set it up, too.")
            yield found_at(look, standing, fact, *labels(look, mine))


@declare(
    "no-whole-work", "R46", gettext_lazy("Nothing is done here from beginning to end"), blocks_from=STANDARD,
    begins=STANDARD, stops=(Act.GO_LIVE,),
    reason=gettext_lazy("With half of a piece of work here people keep their old way beside it, for the other half."),
    act=gettext_lazy("Say where each step is kept"),
)  # fmt: skip
def no_whole_work(look: Look) -> Iterator[Found]:
    """Said of numbers for which something waits to go live, once somebody told how the work is done (R13)."""
    if not look.works or any(look.works.values()):
        return
    for goal in look.numbers:
        if any(one.is_agreed and not one.is_live for one in look.of_goal.get(goal.pk, [])):
            fact = _("“%(goal)s”: no piece of work that people told of is kept here, or comes in, from end to end.")
            there, own = look.screen("interviews"), Evidence(str(goal), look.page("goal", goal.pk))
            yield Found(fact % {"goal": goal}, there, goal.owner, goal.pk, [own], about=("goal", goal.pk))


@declare(
    "ready-not-live", "R37", gettext_lazy("Ready and not live"),
    reason=gettext_lazy("What is ready and waits for the last tenth helps nobody."), act=gettext_lazy("Go live"),
)  # fmt: skip
def ready_not_live(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        agreed = [standing for standing in look.of_goal.get(goal.pk, []) if standing.is_agreed]
        ready = [standing for standing in agreed if is_set_up(standing) and standing.holds[4]]
        waiting = [standing for standing in ready if not standing.is_live]
        since = ready_since(ready, READY * sum(one.weight for one in agreed)) if waiting else None
        if since is not None and look.working_days_since(since) > WAITS:
            told = {"ready": len(ready), "all": len(agreed), "goal": goal}
            told["day"] = languages.day(since)
            fact = _("“%(goal)s”: %(ready)s of %(all)s work and fit since %(day)s, and are not live.") % told
            rows = [Evidence(one.statement, look.page("requirement", one.pk)) for one in waiting[:10]]
            yield Found(fact, look.screen("try"), goal.owner, goal.pk, rows)


def ready_since(ready: list[Standing], enough: float) -> date | None:
    """The day on which so much of the weight had been tried; None while it is less."""
    days = [(max(localtime(tried.at).date() for tried in one.tests if tried.at), one.weight) for one in ready]
    weight = 0.0
    for day, more in sorted(days):
        weight += more
        if weight >= enough:
            return day
    return None


@declare(
    "for-others", "R27", gettext_lazy("What is live for people who did not ask for it"),
    reason=gettext_lazy("Who fills in what only others asked for does not know what it is for."),
    act=gettext_lazy("Ask them"),
)  # fmt: skip
def for_others(look: Look) -> Iterator[Found]:
    """Said to those alone who see everything that people told us. Nobody asked at all: that is R20."""
    if not look.sees_all("need"):
        return
    for standing in look.standings:
        if standing.is_live and standing.needs and (others := unasking(look, standing)):
            names = ", ".join(languages.quoted(department) for department in others)
            fact = gettext_lazy("“%(what)s” is live for %(names)s, and nobody there asked for it.")
            found = found_at(look, standing, fact, names=names)
            found.href = look.screen("told")
            yield found


def unasking(look: Look, standing: Standing) -> list[Department]:
    """The departments that use it and of which neither anybody nor the head asked for it."""
    needs = [one.need for one in standing.needs]
    authors = {one.author for one in standing.needs}.union(*(look.joined.get(need, set()) for need in needs))
    paths = [look.firm[pk].path for pk in look.departments_of(authors)]
    users = (look.firm[pk] for pk in sorted(look.users_of.get(standing.pk, ())))
    return [
        department
        for department in users
        if department.head_id not in authors and not any(path.startswith(department.path) for path in paths)
    ]


@declare(
    "not-used", "R28", gettext_lazy("What is live and not used"),
    reason=gettext_lazy("Either it does not fit, or nobody knows of it, or it is not needed: ask which."),
    act=gettext_lazy("Is it used?"),
)  # fmt: skip
def not_used(look: Look) -> Iterator[Found]:
    """Four weeks after it went live: who only just got it has had no time to use it."""
    for standing in look.standings:
        live_at = standing.row.live_at
        unused = [one for one in standing.readings if one.element.is_on and not one.is_used]
        if unused and live_at and live_at <= now() - timedelta(days=DAYS):
            rows = [Evidence(unused_said(reading, look.user), look.place(reading.element)) for reading in unused]
            found = found_of(look, standing, rows[0].words, *rows)
            found.href = look.screen("used")
            yield found


def unused_words(reading: Reading, user) -> str:
    name = {"what": reading.element.label}
    if reading.report is not None:
        return _("Nobody but whoever set it up has opened the report “%(what)s” in four weeks.") % name
    if reading.measured and not reading.is_open_to(user):
        return _("“%(what)s” is not filled in enough, or nobody reads it.") % name
    if reading.measured and reading.filled is None:
        return _("Nothing is sold yet that “%(what)s” could be filled in for.") % name
    if reading.measured and reading.filled is not None and reading.filled < FILLED_ENOUGH:
        share = languages.percent(reading.filled, 0)
        return _("“%(what)s” is filled in to %(share)s only.") % {**name, "share": share}
    return _("“%(what)s” is filled in and nobody reads it.") % name


unused_said = lazy(unused_words, str)
