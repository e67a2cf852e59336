"""Writing down what we agreed."""

from groundwork.records.write import creating, drop_part, put_part, writing
from groundwork.rollout.requirements.cases import UseCase, UseStep
from groundwork.rollout.requirements.models import ElementUse, Requirement, RequirementNeed


def write_down(
    *, by, needs=(), elements=(), requirement: Requirement | None = None, version: int | None = None, **typed
) -> Requirement:
    """A new requirement, or one that is there, with the needs it answers and the elements it uses; one act."""
    if requirement is None:
        parts = [*map(RequirementNeed.of, needs), *map(ElementUse.of, elements)]
        return creating(Requirement(**typed), by=by, parts=parts)
    with writing(requirement, by=by, act="edited", version=version) as fresh:
        for name, value in typed.items():
            setattr(fresh, name, value)
        fresh.link(needs, elements)
    return fresh


def rewrite(case: UseCase, *, by, actor: str, trigger: str, steps: list[tuple[UseStep, dict]], version=None) -> UseCase:
    """How it goes, in the words of ``by``; a step without words is left out, the others are numbered anew."""
    with writing(case, by=by, act="edited", version=version) as fresh:
        fresh.actor, fresh.trigger = actor, trigger
        said = [pair for pair in steps if pair[1]["action"].strip()]
        for step, _typed in steps:
            if step.pk and step not in [kept for kept, _words in said]:
                drop_part(fresh, step)
        said.sort(key=lambda pair: pair[1]["nth"] or len(steps))
        for nth, (step, typed) in enumerate(said, start=1):
            uses = typed["uses"]
            step.mode = step.mode if uses == step.uses else ""
            step.action, step.expected, step.uses, step.nth = typed["action"], typed["expected"], uses, nth
            put_part(fresh, step)
    return fresh
