"""Rules of the third step: who asked for it, who agreed to it, is it clear, is it set up."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.blueprint.models import Element
from groundwork.core.languages import folded
from groundwork.rollout.chain.coverage import Standing
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import LIGHT, STANDARD, Evidence, Found, declare
from groundwork.rollout.project.gates import Act

VAGUE = (
    "и т.д", "и т. д", "и т.п", "и др.", "удобн", "быстр", "легк", "гибк", "по возможности", "при необходимости",
    "itd", "itp", "wygodn", "szybk", "łatw", "elastyczn", "w miarę możliwości", "w razie potrzeby",
    "etc", "and so on", "user-friendly", "easy", "easily", "fast", "quick", "flexible", "if possible", "as needed",
)  # fmt: skip
LOOKED_AT_WITHIN = 10  # working days after what was agreed came in doubt
WORDS = tuple(f" {folded(word)}" for word in VAGUE)


def found_at(look: Look, standing: Standing, says: Any, *evidence: Evidence, **told: Any) -> Found:
    """``says`` is lazy text that names it as ``what``."""
    found = found_of(look, standing, says, *evidence)
    found.told = {"what": standing.statement, **told}
    return found


def found_of(look: Look, standing: Standing, says: Any, *evidence: Evidence) -> Found:
    """``says`` is the whole sentence."""
    own = Evidence(standing.statement, look.page("requirement", standing.pk))
    there = f"{look.screen('agreed')}#requirement-{standing.pk}"
    return Found(says, there, standing.owner, standing.goal.pk, [own, *evidence], about=("requirement", standing.pk))


@declare(
    "nobody-asked", "R20", gettext_lazy("What nobody asked for"), blocks_from=STANDARD, stops=(Act.AGREE,),
    reason=gettext_lazy("What nobody asked for nobody will use, and everybody has to fill in."),
    act=gettext_lazy("Say who did"),
)  # fmt: skip
def nobody_asked(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        if not standing.needs:
            yield found_at(look, standing, gettext_lazy("Nobody asked for “%(what)s”."))


@declare(
    "not-agreed", "L2", gettext_lazy("What is not agreed"),
    reason=gettext_lazy("Who is to use it has to say: yes, this is what I meant."), act=gettext_lazy("Agree"),
)  # fmt: skip
def not_agreed(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        if not standing.is_agreed:
            yield found_at(look, standing, gettext_lazy("“%(what)s” is written down and not agreed."))


@declare(
    "no-yes", "R21", gettext_lazy("What nobody who will use it said yes to"), blocks_from=STANDARD, begins=STANDARD,
    reason=gettext_lazy("What others agree on for them does not fit their work."), act=gettext_lazy("Ask them"),
    stops=(Act.AGREE,),
)  # fmt: skip
def no_yes(look: Look) -> Iterator[Found]:
    """Whoever agrees and will use it says yes by agreeing. What nobody asked for is said by R20."""
    for standing in look.standings:
        if standing.needs and standing.row.future_user is None and not look.agrees_for_oneself(standing):
            found = found_at(look, standing, gettext_lazy("Nobody who will use “%(what)s” has said yes to it."))
            found.is_softer = standing.is_live
            yield found


@declare(
    "no-number-behind", "R22", gettext_lazy("What no number stands behind"), blocks_from=STANDARD, stops=(Act.AGREE,),
    reason=gettext_lazy("What serves no number belongs to what we leave out."), act=gettext_lazy("Name the number"),
)  # fmt: skip
def no_number_behind(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        if not standing.goal.metric:
            yield found_at(look, standing, gettext_lazy("No number tells whether “%(what)s” was worth it."))


@declare(
    "no-steps", "R23", gettext_lazy("What nobody can try"), blocks_from=STANDARD, stops=(Act.SETTLE, Act.GO_LIVE),
    reason=gettext_lazy("Without a step that can be walked and tried it is a sentence, not an agreement."),
    act=gettext_lazy("Say what it needs"),
)  # fmt: skip
def no_steps(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        if not standing.elements:
            fact = gettext_lazy("“%(what)s” names no field and no report: there is nothing to try.")
        elif standing.is_agreed and not standing.tests:
            fact = gettext_lazy("Nobody can try “%(what)s”: it has no test.")
        else:
            continue
        yield found_at(look, standing, fact)


@declare(
    "vague", "R24", gettext_lazy("What can be understood in two ways"),
    reason=gettext_lazy("Everybody agrees to “fast” and means another thing."), act=gettext_lazy("Say it exactly"),
)  # fmt: skip
def vague(look: Look) -> Iterator[Found]:
    """Lists of words are wrong now and then: advice until it is agreed, never a block."""
    for standing in look.standings:
        words = f" {folded(standing.statement)}"
        word = next((word for word in WORDS if word in words), "")
        if word and not standing.is_agreed:
            fact = gettext_lazy("“%(what)s” can be understood in two ways: “%(word)s”.")
            yield found_at(look, standing, fact, word=word.strip())


@declare(
    "only-filled-in", "R29", gettext_lazy("Fields that no report shows"),
    reason=gettext_lazy("Who fills in what nobody looks at soon fills in anything."),
    act=gettext_lazy("Name the report"),
)  # fmt: skip
def only_filled_in(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        kinds = {element.kind for element in standing.elements}
        if standing.is_agreed and kinds == {Element.Kind.FIELD}:
            fact = gettext_lazy("“%(what)s” is filled in, and no report shows it.")
            yield found_at(look, standing, fact, *labels(look, standing.elements))


def labels(look: Look, elements: list[Element]) -> list[Evidence]:
    return [Evidence(element.label, look.place(element)) for element in elements]


@declare(
    "reworded", "R58", gettext_lazy("What was changed after it was agreed"),
    reason=gettext_lazy("Other words are another agreement: the old “yes” does not hold for them."),
    act=gettext_lazy("Agree again"),
)  # fmt: skip
def reworded(look: Look) -> Iterator[Found]:
    """What we agreed says so at once; here it is once nobody has looked at it for ten working days."""
    for standing in look.standings:
        since = look.doubted_since.get(standing.pk)
        if since is None or look.working_days_since(since) <= LOOKED_AT_WITHIN:
            continue
        if standing.was_reworded:
            yield found_at(look, standing, gettext_lazy("“%(what)s” was reworded after it was agreed."))
        for doubt in standing.doubts:
            if doubt.is_cured_here and doubt.end != "words":
                yield found_at(look, standing, gettext_lazy("“%(what)s”: %(doubt)s"), doubt=doubt)


@declare(
    "still-off", "L3", gettext_lazy("What is agreed and still off"),
    reason=gettext_lazy("It was promised to those who asked."), act=gettext_lazy("Switch on"),
)  # fmt: skip
def still_off(look: Look) -> Iterator[Found]:
    for standing in look.standings:
        off = [element for element in standing.elements if not element.is_on]
        if standing.is_agreed and not standing.was_reworded and off:
            names = ", ".join(element.label for element in off)
            fact = gettext_lazy("%(names)s: still off, needed for “%(what)s”.")
            yield found_at(look, standing, fact, *labels(look, off), names=names)


@declare(
    "no-origin", "R26", gettext_lazy("Fields and reports without a reason"), blocks_from=LIGHT,
    reason=gettext_lazy("In a year nobody will know whether it may be removed."),
    act=gettext_lazy("Say why it is here"),
)  # fmt: skip
def no_origin(look: Look) -> Iterator[Found]:
    for element in look.made_here:
        if not element.reason.strip():
            fact = _("Nobody said why there is “%(name)s”.") % {"name": element.label}
            where = [Evidence(element.label, look.place(element))]
            yield Found(fact, look.configured(element), element.asked_by, evidence=where)
