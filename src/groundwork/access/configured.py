"""Roles in a configuration file: a built-in one by its key, one of the firm's own by its name."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access import roles
from groundwork.access.models import FieldGrant, Reach, Role, Verb
from groundwork.access.people import ADMINISTRATOR
from groundwork.access.presets import PRESETS, all_things
from groundwork.access.rights import forget_rights
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal

REACHES = {"own": Reach.OWN, "department": Reach.DEPARTMENT, "tree": Reach.TREE, "all": Reach.ALL}
LONGEST_NAME = Role._meta.get_field("name").max_length or 0
WORDS = {reach: word for word, reach in REACHES.items()}


def read() -> dict[str, Facts]:
    held = Role.objects.exclude(key=ADMINISTRATOR).prefetch_related("grants", "field_grants").order_by("-rank", "key")
    reasons = dict(Element.objects.filter(kind="role").values_list("key", "reason"))
    called = Called.now()
    return {named(role): about(role, reasons.get(f"role:{role.key}", ""), called) for role in held}


@dataclass(frozen=True)
class Called:
    """What a file calls the things that rights are given to: ``types`` {key: name}, ``fields`` {key: {field: name}}."""

    types: dict[str, str]
    fields: dict[str, dict[str, str]]

    @classmethod
    def now(cls) -> "Called":
        things = all_things()
        fields = {thing.key: {name: name for name in (*thing.fields, *thing.sensitive)} for thing in things}
        for thing in things:
            fields[thing.key] |= thing.named
        return cls({thing.key: thing.name or thing.key for thing in things}, fields)


def named(role: Role) -> str:
    return role.name if role.is_own else role.key


def about(role: Role, reason: str, called: "Called") -> Facts:
    """What the role allows of what is in use; what a retired type or field allowed stays with it, and is not told."""
    rights: dict[str, dict[str, str]] = {}
    for (type_key, verb), reach in roles.reaches_of(role).items():
        if type_key in called.types:
            rights.setdefault(called.types[type_key], {})[verb] = WORDS[reach]
    fields: dict[str, dict[str, str]] = {}
    for (type_key, field), mode in roles.modes_of(role).items():
        if field in called.fields.get(type_key, {}):
            fields.setdefault(called.types[type_key], {})[called.fields[type_key][field]] = mode
    return {
        "reason": reason,
        "in_use": "no" if role.archived_at else "yes",
        "two_steps": "yes" if role.two_steps else "no",
        "rights": {name: dict(sorted(rights[name].items())) for name in sorted(rights)},
        "fields": {name: dict(sorted(fields[name].items())) for name in sorted(fields)},
    }


def write(name: str, facts: Facts, act: Act) -> None:
    """Refused as in the browser: nobody gives a role more than their own allow."""
    forget_rights(act.by)  # the same file may have taken a type into use again
    if len(name) > LONGEST_NAME:
        raise Refusal(_("At most %(most)s signs fit.") % {"most": LONGEST_NAME})
    reason = facts.get("reason") or act.reason
    role = Role.objects.filter(key=name).first() if name in PRESETS or name == ADMINISTRATOR else None
    role = role or Role.objects.filter(name=name).first()
    if role is not None:
        roles.refuse_to_change(role, act.by)
    called = Called.now()
    reaches, modes = reaches_in(facts, called), modes_in(facts, called)
    if role is None:
        role = roles.make_role(name, by=act.by, reason=reason, reaches=reaches, modes=modes)
    else:
        roles.change_role(role, by=act.by, reaches=reaches, modes=modes, reason=reason)
    roles.ask_two_steps(role, asks=is_yes(facts, "two_steps"), by=act.by, reason=reason)
    if is_yes(facts, "in_use", "yes") == bool(role.archived_at):
        (roles.restore_role if role.archived_at else roles.archive_role)(role, by=act.by, reason=reason)


def reaches_in(facts: Facts, called: Called) -> dict[tuple[str, str], int]:
    """Every verb of every type; what the facts do not name is not allowed."""
    keys = {name: key for key, name in called.types.items()}
    found: dict[tuple[str, str], int] = {(key, verb): 0 for key in called.types for verb in Verb.values}
    for name in mapping(facts, "rights"):
        if name not in keys:
            raise wrong(_("There is no type “%(name)s”.") % {"name": name}, "rights", name)
        for verb, word in mapping(facts["rights"], name, "rights").items():
            if verb not in Verb.values:
                raise wrong(one_of(verb, Verb.values), "rights", name, verb)
            if word not in (*REACHES, "none"):
                raise wrong(one_of(word, [*REACHES, "none"]), "rights", name, verb)
            found[keys[name], verb] = REACHES.get(word, 0)
    return found


def modes_in(facts: Facts, called: Called) -> dict[tuple[str, str], str]:
    """Every field that is limited, and every one that can be: "" where the facts do not limit it."""
    keys = {name: key for key, name in called.types.items()}
    found = {(key, field): "" for key, fields in called.fields.items() for field in fields}
    for name in mapping(facts, "fields"):
        known = {said: field for field, said in called.fields.get(keys.get(name, ""), {}).items()}
        for field, mode in mapping(facts["fields"], name, "fields").items():
            if field not in known:
                raise wrong(_("There is no field “%(name)s”.") % {"name": f"{name} / {field}"}, "fields", name, field)
            if mode not in (*FieldGrant.Mode.values, "shown"):
                raise wrong(one_of(mode, [*FieldGrant.Mode.values, "shown"]), "fields", name, field)
            found[keys[name], known[field]] = "" if mode == "shown" else mode
    return found


def mapping(facts: dict, name: str, *path: str) -> dict[str, Any]:
    found = facts.get(name) or {}
    if not isinstance(found, dict):
        raise wrong(_("Names and what belongs to each are expected here."), *path, name)
    return found


def one_of(value: Any, known: list[str]) -> str:
    return _("“%(value)s” is none of: %(known)s.") % {"value": str(value)[:60], "known": ", ".join(known)}


def is_yes(facts: Facts, name: str, default: str = "no") -> bool:
    word = facts.get(name, default)
    if word not in ("yes", "no"):
        raise wrong(one_of(word, ["yes", "no"]), name)
    return word == "yes"


def element(name: str) -> str:
    role = Role.objects.filter(name=name).first() if name not in PRESETS else None
    return f"role:{role.key if role else name}"


sections.add(
    Section(
        key="roles", label=gettext_lazy("Roles"), order=50, read=read, write=write, element=element,
        facts=frozenset({"reason", "in_use", "two_steps", "rights", "fields"}), deep=frozenset({"rights", "fields"}),
        gone={"in_use": "no"}, travels=lambda name, facts: name in PRESETS or facts["in_use"] == "yes",
    )
)  # fmt: skip
