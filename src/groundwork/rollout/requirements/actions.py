"""Writing down what we agreed."""

from groundwork.records.write import creating, writing
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
