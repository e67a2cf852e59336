"""The kinds of background work. A room adds its own in ``AppConfig.ready``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundwork.core.registry import Registry

if TYPE_CHECKING:
    from .models import Run


@dataclass(frozen=True)
class Kind:
    """One sort of long work, cut into batches.

    ``step`` does one batch, well under half a second, and says True once nothing is left. It runs inside a transaction
    together with the saving of ``run``: what it writes and the ``run.cursor`` it leaves are kept together or not at
    all, so a batch that was interrupted is simply done again. Files and mail it must not send twice belong after the
    transaction (``transaction.on_commit``). A ``Refusal`` ends the run; its sentence is what the person reads.

    ``is_apart``: what cannot be cut, since it reads one moment of the database. ``step`` is called once, outside of a
    transaction and in a process of its own (``apart``); killed, it begins anew, so it must leave nothing half done.
    """

    key: str
    step: Callable[["Run"], bool]
    label: Any = ""  # lazily translated; what the person sees in the list of runs
    is_apart: bool = False


kinds: Registry[Kind] = Registry(lambda kind: kind.key)
