"""Rules of what is seen in the use log, beside what people told of their work before."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core import languages
from groundwork.rollout.adoption.observed import Observed
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import INFO, Evidence, Found, declare


def found_at(look: Look, one: Observed, fact: str) -> Found:
    told = [Evidence(f"{step}: {step.often_words}", look.page("work_step", step.pk)) for step in one.told]
    case = Evidence(one.case.name, look.page("use_case", one.case.pk))
    requirement = one.case.requirement
    return Found(fact, f"{look.screen('used')}#seen", one.step.owner, requirement.goal_id, [*told, case])


@declare(
    "seen-otherwise", "R16", gettext_lazy("Work that is seen otherwise than it was told"), otherwise=INFO,
    reason=gettext_lazy("Either the work has changed, or a part of it goes on elsewhere: ask which."),
    act=gettext_lazy("Look at both"),
)  # fmt: skip
def seen_otherwise(look: Look) -> Iterator[Found]:
    """Four weeks after it went live, against everybody who told it."""
    for one in look.observed:
        if not one.is_due or not one.differs:
            continue
        often = next(step.often_words for step in one.told if step.often_words)
        told = {"what": one.step.name, "often": often, "count": one.seen.times}
        if one.is_rarer or one.is_oftener:
            fact = ngettext(
                "“%(what)s” is told as %(often)s, and was seen here %(count)s time in four weeks.",
                "“%(what)s” is told as %(often)s, and was seen here %(count)s times in four weeks.", one.seen.times,
            )  # fmt: skip
        else:
            fact = _("“%(what)s” is done here by others than was agreed.")
        yield found_at(look, one, fact % told)


@declare(
    "slower", "R57", gettext_lazy("What takes longer than before"),
    reason=gettext_lazy("Who loses time by it goes back to the old way as soon as nobody looks."),
    act=gettext_lazy("Look at both"),
)  # fmt: skip
def slower(look: Look) -> Iterator[Found]:
    """Four weeks after it went live: from opening a record until it is saved, half of the times."""
    for one in look.observed:
        if one.is_due and one.is_slower and one.minutes is not None:
            told = {
                "what": one.step.name, "now": languages.number(round(one.minutes)),
                "before": languages.number(one.step.minutes),
            }  # fmt: skip
            fact = _("“%(what)s” takes %(now)s minutes here, and took %(before)s as people told it.")
            yield found_at(look, one, fact % told)
