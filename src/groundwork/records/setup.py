"""What ``groundwork init`` makes for records: roles with their grants, and a row for every built-in element."""

from groundwork.access.presets import make_roles
from groundwork.blueprint.elements import raise_config_version, register_declared
from groundwork.records.types import types


def built_in(stdout=None) -> None:
    """Makes what is not there; keeps what the firm has changed. Repeating it changes nothing."""
    make_roles([kind.granted for kind in types])
    register_declared()
    raise_config_version()
