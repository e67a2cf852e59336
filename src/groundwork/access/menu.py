"""What this room adds to the menu, to the elements and to ``groundwork doctor``."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groundwork.access import leaving, seals, sessions, two_steps
from groundwork.access.presets import PRESETS
from groundwork.background import schedules
from groundwork.background.setup import Check, Step, on_doctor, on_restore
from groundwork.blueprint.elements import Declared, declared
from groundwork.core.registry import Registry
from groundwork.ui.navigation import Entry, entries
from groundwork.ui.palette import Place, places


@dataclass(frozen=True)
class OwnPage:
    """A page of a room above on which people set up something for themselves; ``address`` names its route."""

    address: str
    label: Any  # lazy
    icon: str


own_pages: Registry[OwnPage] = Registry(lambda page: page.address)  # led to from "My settings"


def may_see_people(user) -> bool:
    return user.can("view", "people")


def may_set_up_people(user) -> bool:
    return user.can("configure", "people")


def may_set_up(user) -> bool:
    return user.can("configure", "settings")


entries.add(
    Entry("people", _("People"), "users-round", lambda: reverse("access:people"), "settings", 10, may_see_people)
)
entries.add(Entry("firm", _("Our firm"), "building", lambda: reverse("access:firm"), "settings", 20, may_set_up))
entries.add(
    Entry(
        "configuration", _("Configuration as a file"), "file-cog", lambda: reverse("access:configuration"), "settings",
        90, may_set_up,
    )
)  # fmt: skip

for place in (
    Place("access:roles", _("Roles"), may_see_people),
    Place("access:departments", _("Departments"), may_see_people),
    Place("access:audit", _("Audit log"), may_set_up_people),
    Place("access:invite", _("Invite"), may_set_up_people),
    Place("access:invite_many", _("Invite many"), may_set_up_people),
    Place("access:me", _("My settings")),
    Place("access:sessions", _("Where I am signed in")),
    Place("access:two_steps", _("Sign in in two steps")),
):
    places.add(place)

for key, preset in PRESETS.items():
    declared.add(Declared(key=f"role:{key}", kind="role", label=preset.name))

on_doctor.add(Check("audit", seals.verify))
on_doctor.add(Check("second step", two_steps.fault))
on_restore.add(Step("audit", seals.taken_over))
schedules.every("access.leaving", leaving.carry_out_due, seconds=300)
schedules.every("access.sessions", sessions.tidy, seconds=24 * 3600)
