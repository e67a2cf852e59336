"""What stands against an act of the roll-out: an act asks here, rooms above answer, a decision lifts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from groundwork.access.models import User
from groundwork.core.registry import Registry
from groundwork.records.models import Record


class Act(StrEnum):
    AGREE = "agree"  # on a requirement
    SETTLE = "settle"  # what is in a phase
    GO_LIVE = "go live"  # with everything agreed for a goal


Faults = dict[int, list[str]]  # of a record: whole sentences, no words of what the person may not see


@dataclass(frozen=True)
class Gate:
    """``faults(act, records, user)``: what an upper room knows against doing ``act`` to each of these records."""

    key: str
    faults: Callable[[Act, Sequence[Record], User], Faults]


gates: Registry[Gate] = Registry(lambda gate: gate.key)


def faults_against(act: Act, records: Sequence[Record], user: User) -> Faults:
    """Why ``user`` does not do ``act`` to these records yet; asked once for all of them. Nothing where nothing is."""
    found: Faults = {}
    for gate in gates if records else ():
        for pk, faults in gate.faults(act, records, user).items():
            found.setdefault(pk, []).extend(faults)
    return found
