"""What rooms do when a database is set up, restored or examined: filled in ``AppConfig.ready``."""

from collections.abc import Callable
from typing import NamedTuple, TextIO

from groundwork.core.registry import Registry


class Step(NamedTuple):
    """``key`` names the room and the matter; ``run`` writes what it did, a line a matter. A repeat changes nothing."""

    key: str
    run: Callable[[TextIO], None]


class Check(NamedTuple):
    """``run`` returns the fault as a sentence that says what to do, or "" where all is well."""

    key: str
    run: Callable[[], str]


on_init: Registry[Step] = Registry(lambda step: step[0])  # after the tables are there: built-in configuration
on_restore: Registry[Step] = Registry(lambda step: step[0])  # what is derived from the rows: search, summaries
on_doctor: Registry[Check] = Registry(lambda check: check[0])
