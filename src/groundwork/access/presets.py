"""The roles a new firm starts with. A record type says only to which group it belongs; the preset does the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundwork.access.models import FieldGrant, Grant, Reach, Role, Verb

LOOK = (Verb.VIEW,)
WORK = (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE)
KEEP = (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE, Verb.EXPORT)
EVERYTHING = tuple(Verb)
SUPPLIERS = ((LOOK, Reach.DEPARTMENT), ((Verb.CREATE, Verb.EDIT), Reach.OWN))  # of a buyer, and the people there


@dataclass(frozen=True)
class Preset:
    """``groups`` maps a group of record types to (verbs, reach); ``hides`` names sensitive fields by their tag.

    ``singly`` maps a type to what it gets instead of what its group does, several (verbs, reach).
    """

    name: Any
    rank: int
    groups: dict[str, tuple[tuple[str, ...], int]]
    hides: frozenset[str] = field(default_factory=frozenset)
    singly: dict[str, tuple[tuple[tuple[str, ...], int], ...]] = field(default_factory=dict)

    def given(self, thing: "Granted") -> tuple[tuple[tuple[str, ...], int], ...]:
        """(verbs, reach), several; none, where the role has nothing to do with it."""
        whole = self.groups.get(thing.group)
        return self.singly.get(thing.key) or ((whole,) if whole else ())


# Groups: customers, goods, purchases, money, tasks, rollout, interviews, reports, people, settings, import
PRESETS: dict[str, Preset] = {
    "administrator": Preset(
        _("Administrator"),
        100,
        dict.fromkeys(
            (
                "customers",
                "goods",
                "purchases",
                "money",
                "tasks",
                "rollout",
                "interviews",
                "reports",
                "people",
                "settings",
                "import",
            ),  # fmt: skip
            (EVERYTHING, Reach.ALL),
        ),
    ),
    "director": Preset(
        _("Director"),
        90,
        {
            "customers": (KEEP, Reach.ALL),
            "goods": (KEEP, Reach.ALL),
            "purchases": (KEEP, Reach.ALL),
            "money": (KEEP, Reach.ALL),
            "tasks": (KEEP, Reach.ALL),
            "rollout": (EVERYTHING, Reach.ALL),
            "interviews": (EVERYTHING, Reach.ALL),
            "reports": (KEEP, Reach.ALL),
            "people": (LOOK, Reach.ALL),
            "import": (WORK, Reach.ALL),
        },
    ),
    "head": Preset(
        _("Head of department"),
        50,
        {
            "customers": (KEEP, Reach.TREE),
            "goods": (LOOK, Reach.ALL),
            "money": (WORK, Reach.TREE),
            "tasks": (KEEP, Reach.TREE),
            "rollout": (WORK, Reach.ALL),
            "interviews": (WORK, Reach.TREE),
            "reports": (LOOK, Reach.TREE),
        },
    ),
    "salesperson": Preset(
        _("Salesperson"),
        20,
        {
            "customers": (WORK, Reach.OWN),
            "goods": (LOOK, Reach.ALL),
            "money": (LOOK, Reach.OWN),
            "tasks": (WORK, Reach.OWN),
            "rollout": ((Verb.VIEW, Verb.CREATE), Reach.ALL),
        },
        hides=frozenset({"cost"}),
    ),
    "buyer": Preset(
        _("Buyer"),
        20,
        {
            "customers": (LOOK, Reach.DEPARTMENT),
            "goods": (WORK, Reach.ALL),
            "purchases": (WORK, Reach.ALL),
            "tasks": (WORK, Reach.OWN),
            "rollout": ((Verb.VIEW, Verb.CREATE), Reach.ALL),
        },
        singly={
            "company": SUPPLIERS,
            "contact": SUPPLIERS,
            "rate": (((Verb.VIEW, Verb.CREATE, Verb.EDIT), Reach.ALL),),
        },
    ),
    "bookkeeper": Preset(
        _("Bookkeeper"),
        30,
        {
            "customers": (LOOK, Reach.ALL),
            "goods": (LOOK, Reach.ALL),
            "purchases": (LOOK, Reach.ALL),
            "money": (KEEP, Reach.ALL),
            "reports": (LOOK, Reach.ALL),
            "tasks": (WORK, Reach.OWN),
            "rollout": ((Verb.VIEW, Verb.CREATE), Reach.ALL),
            "import": (WORK, Reach.ALL),
        },
    ),
    "reader": Preset(
        _("Read-only"),
        10,
        {
            "customers": (LOOK, Reach.ALL),
            "goods": (LOOK, Reach.ALL),
            "money": (LOOK, Reach.ALL),
            "tasks": (WORK, Reach.OWN),
            "rollout": (LOOK, Reach.ALL),
        },
        hides=frozenset({"cost"}),
    ),
}


@dataclass(frozen=True)
class Granted:
    """A thing rights are given to: a type's key, its group, and its sensitive fields as {field: tag}.

    ``label`` and ``fields`` ({name: label}) are what the page of a role shows; ``name`` and ``named`` ({field: name})
    what a configuration file calls a type and fields of the firm's own, whose keys say nothing in another firm.
    """

    key: str
    group: str
    sensitive: dict[str, str] = field(default_factory=dict)
    label: Any = ""
    fields: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    named: dict[str, str] = field(default_factory=dict)


THINGS = [
    Granted("people", "people", label=_("People and roles")),
    Granted("settings", "settings", label=_("Settings")),
    Granted("reports", "reports", label=_("Reports")),
    Granted("import", "import", label=_("Import")),
]
more_things: list[Callable[[], list[Granted]]] = []  # an upper room appends a function that gives its own, in ready()


def all_things() -> list[Granted]:
    return [*(thing for source in more_things for thing in source()), *THINGS]


def make_roles(things: list[Granted]) -> None:
    """Make the preset roles, and give grants for types that a role has never heard of. Keeps what the firm changed."""
    for key, preset in PRESETS.items():
        role, _made = Role.objects.get_or_create(key=key, defaults={"rank": preset.rank})
        known = {*role.known_types, *role.grants.values_list("type", flat=True)}
        new = [thing for thing in (*THINGS, *things) if thing.key not in known and preset.given(thing)]
        for thing in new:
            Grant.objects.bulk_create(
                Grant(role=role, type=thing.key, verb=verb, reach=reach)
                for verbs, reach in preset.given(thing)
                for verb in verbs
            )
            FieldGrant.objects.bulk_create(
                FieldGrant(role=role, type=thing.key, field=name, mode=FieldGrant.Mode.HIDDEN)
                for name, tag in thing.sensitive.items()
                if tag in preset.hides
            )
        if role.known_types != (now_known := sorted(known | {thing.key for thing in new})):
            role.known_types = now_known
            role.save(update_fields=["known_types"])
