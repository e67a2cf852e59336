"""How much hangs on a requirement: hours a month of the work in which those who asked for it are hindered (3.5)."""

from collections.abc import Mapping

from groundwork.rollout.requirements.doubts import Asked
from groundwork.rollout.requirements.weights import LEAST


def weights_of(needs: Mapping[int, list[Asked]], hours: dict[tuple[int, str], float]) -> dict[int, float]:
    """{requirement: its weight}, of those that weigh more than the least, by what each was asked for."""
    if not hours:
        return {}
    found = {pk: sum(hours.get((one.author, one.words), 0) for one in asked) for pk, asked in needs.items()}
    return {pk: weight for pk, weight in found.items() if weight > LEAST}
