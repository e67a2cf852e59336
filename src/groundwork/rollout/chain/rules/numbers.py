"""Rules of the first step: is it a number, is it agreed, does it still hold, is it measured."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import INFO, LIGHT, STANDARD, Evidence, Found, declare
from groundwork.rollout.discovery.goals import Goal, opposing
from groundwork.rollout.project.gates import Act

PROOF = timedelta(weeks=4)  # after going live the number has to say something


def found_at(look: Look, goal: Goal, fact: str, *evidence: Evidence) -> Found:
    own = Evidence(str(goal), look.page("goal", goal.pk))
    there = f"{look.screen('number')}#goal-{goal.pk}"
    return Found(fact, there, goal.owner, goal.pk, [own, *evidence], about=("goal", goal.pk))


@declare(
    "not-a-number", "R08", gettext_lazy("Goals without a number"), blocks_from=LIGHT,
    reason=gettext_lazy("Without a number nobody can say later whether it was worth the work."),
    act=gettext_lazy("Complete it"),
)  # fmt: skip
def not_a_number(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if not goal.is_agreed and (faults := goal.faults(look.user)):
            fact = _("“%(goal)s” is not a number yet. %(faults)s") % {"goal": goal, "faults": " ".join(faults)}
            yield found_at(look, goal, fact)


@declare(
    "wish", "R09", gettext_lazy("Wishes that sound like goals"),
    reason=gettext_lazy("“More convenient” is true on no day: nobody can plan for it or finish it."),
    act=gettext_lazy("Say it as a number"),
)  # fmt: skip
def wish(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if not goal.is_agreed and goal.wish:
            told = {"goal": goal, "word": goal.wish.word}
            yield found_at(look, goal, _("“%(goal)s” sounds like a wish: “%(word)s”.") % told)


@declare(
    "not-agreed-number", "R10", gettext_lazy("Numbers nobody agreed to"), blocks_from=STANDARD, stops=(Act.SETTLE,),
    reason=gettext_lazy("What nobody put a name under is dropped when it becomes hard."), act=gettext_lazy("Agree"),
)  # fmt: skip
def not_agreed(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if goal.has_lost_its_name:
            told = {"goal": goal, "who": goal.agreed_by}
            yield found_at(look, goal, _("%(who)s, who agreed to “%(goal)s”, is no longer here.") % told)
        elif goal.is_agreed:
            continue
        elif not goal.faults(look.user):
            yield found_at(look, goal, _("“%(goal)s” is complete and not agreed.") % {"goal": goal})
        elif look.of_goal.get(goal.pk):
            yield found_at(look, goal, _("“%(goal)s” is not agreed, and work is planned for it.") % {"goal": goal})


@declare(
    "number-out-of-date", "R11", gettext_lazy("Numbers to look at again"),
    reason=gettext_lazy("A firm changes: what is done for a number that nobody wants any more is wasted."),
    act=gettext_lazy("Say whether it still holds"),
)  # fmt: skip
def out_of_date(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if goal.is_agreed and goal.is_stale:
            told = {"goal": goal, "day": languages.day(goal.valid_until)}
            fact = _("“%(goal)s” held until %(day)s: what hangs on it is doubtful.") % told
            yield found_at(look, goal, fact, *hanging_on(look, goal))


def hanging_on(look: Look, goal: Goal) -> list[Evidence]:
    standings = look.of_goal.get(goal.pk, [])
    return [Evidence(standing.statement, look.page("requirement", standing.pk)) for standing in standings[:10]]


@declare(
    "opposing-numbers", "R12", gettext_lazy("Numbers that contradict each other"),
    reason=gettext_lazy("Both cannot be reached: people will work against each other."),
    act=gettext_lazy("Keep one of them"),
)  # fmt: skip
def opposing_numbers(look: Look) -> Iterator[Found]:
    against = opposing(look.numbers)
    for goal in look.numbers:
        others = [other for other in against.get(goal.pk, []) if other.pk > goal.pk]
        for other in others:
            fact = _("“%(one)s” and “%(other)s” name different targets of the same number.") % {
                "one": goal, "other": other,
            }  # fmt: skip
            yield found_at(look, goal, fact, Evidence(str(other), look.page("goal", other.pk)))


@declare(
    "number-alone", "R22", gettext_lazy("Numbers for which nothing is agreed"),
    reason=gettext_lazy("A number does not move by being written down."), act=gettext_lazy("Agree on something"),
)  # fmt: skip
def nothing_agreed(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if goal.is_agreed and not goal.is_stale and not look.of_goal.get(goal.pk):
            found = found_at(look, goal, _("Nothing is agreed for “%(goal)s”.") % {"goal": goal})
            found.href = look.screen("agreed")
            yield found


@declare(
    "not-paid-off", "R60", gettext_lazy("Numbers that did not move"),
    reason=gettext_lazy("The work was done for this number. Now one sees whether it was the right work."),
    act=gettext_lazy("Is it used?"),
)  # fmt: skip
def not_paid_off(look: Look) -> Iterator[Found]:
    for goal in look.numbers:
        if not goal.is_agreed or goal.is_stale or not look.of_goal.get(goal.pk) or not goal.is_open_to(look.user):
            continue
        value, told = look.coverage.value_of(goal), {"goal": goal}
        if goal.due and goal.due < today() and not goal.half_way(value):
            fact = _("“%(goal)s” was due on %(day)s and is less than half of the way.")
            fact %= {**told, "day": languages.day(goal.due)}
        elif value is None and goal.metric and is_live_for(look, goal):
            fact = _("“%(goal)s” cannot be measured, though what was agreed for it is in use.") % told
        else:
            continue
        found = found_at(look, goal, fact, Evidence(f"{goal.course(look.user)}, {goal.read_by(look.user, value)}"))
        found.href = look.screen("used")
        yield found


def is_live_for(look: Look, goal: Goal) -> bool:
    return any(standing.live_on and standing.live_on + PROOF <= today() for standing in look.of_goal[goal.pk])


@declare(
    "hope-not-judged", "D131", gettext_lazy("Expectations nobody judged"), otherwise=INFO,
    reason=gettext_lazy("Who expects what no program can give is disappointed by any of them."),
    act=gettext_lazy("Judge it"),
)  # fmt: skip
def hope_not_judged(look: Look) -> Iterator[Found]:
    for goal in look.goals:
        if goal.kind == Goal.Kind.EXPECTATION and not goal.verdict:
            yield found_at(look, goal, _("Nobody said whether this can be had: “%(what)s”.") % {"what": goal})
