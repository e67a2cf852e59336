"""Writing down what we agreed."""

from groundwork.records.write import acting, creating, writing
from groundwork.rollout.requirements.models import Requirement


def write_down(
    *, by, needs=(), elements=(), requirement: Requirement | None = None, version: int | None = None, **typed
) -> Requirement:
    """A new requirement, or one that is there, with the needs it answers and the elements it uses. One act."""
    with acting(by, "edited" if requirement else "created"):
        if requirement is None:
            requirement = creating(Requirement(**typed), by=by)
        else:
            with writing(requirement, by=by, act="edited", version=version) as requirement:
                for name, value in typed.items():
                    setattr(requirement, name, value)
        return requirement.link(needs=needs, elements=elements, by=by)
