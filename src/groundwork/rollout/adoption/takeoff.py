"""Has a number taken off (D114)? Four things, known from the beginning and shown until all of them are reached."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from groundwork.rollout.adoption.roles import TAKEN_OFF, TOGETHER
from groundwork.rollout.requirements.models import Requirement

CRITERIA = {
    "live": _("everything that was agreed for it is live"),
    "used": _("all of it is used"),
    "roles": _("those who do it work in it by themselves"),
    "number": _("the number went half of the way"),
}


@dataclass(frozen=True)
class Takeoff:
    """``reached`` by the keys of ``CRITERIA``; None: nothing tells yet, which is not reached either."""

    reached: dict[str, bool | None]

    @property
    def is_reached(self) -> bool:
        return all(self.reached.values())

    @property
    def count(self) -> int:
        return sum(bool(value) for value in self.reached.values())

    @property
    def lines(self) -> list[tuple[str, bool | None]]:
        return [(str(words), self.reached[key]) for key, words in CRITERIA.items()]


def takeoff_of(
    requirements: Iterable[Requirement], used: set[int], indexes: dict, half_way: bool | None
) -> Takeoff | None:
    """Of one number: what was agreed for it, which of that is ``used``, and how far each role has come, by its
    key; a small one counts as all small ones together do.

    ``use_cases`` are at hand. None while nothing is agreed for it.
    """
    requirements = list(requirements)
    if not requirements:
        return None
    actors = {case.actor for requirement in requirements for case in requirement.use_cases.all() if case.actor}
    told = [indexes.get(actor, indexes.get(TOGETHER)) for actor in actors]
    known = [index >= TAKEN_OFF for index in told if index is not None]
    is_told = bool(actors) and len(known) == len(actors) or not all(known)
    return Takeoff({
        "live": all(requirement.state == Requirement.State.LIVE for requirement in requirements),
        "used": all(requirement.pk in used for requirement in requirements),
        "roles": all(known) if is_told else None,
        "number": half_way,
    })  # fmt: skip
