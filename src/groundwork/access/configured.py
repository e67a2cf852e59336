"""Roles in a configuration file: a built-in one by its key, one of the firm's own by its name."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access import roles
from groundwork.access.models import FieldGrant, Reach, Role, Verb
from groundwork.access.people import ADMINISTRATOR
from groundwork.access.presets import PRESETS, all_things
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections

REACHES = {"own": Reach.OWN, "department": Reach.DEPARTMENT, "tree": Reach.TREE, "all": Reach.ALL}
WORDS = {reach: word for word, reach in REACHES.items()}


def read() -> dict[str, Facts]:
    held = Role.objects.exclude(key=ADMINISTRATOR).prefetch_related("grants", "field_grants").order_by("-rank", "key")
    reasons = dict(Element.objects.filter(kind="role").values_list("key", "reason"))
    return {named(role): about(role, reasons.get(f"role:{role.key}", "")) for role in held}


def named(role: Role) -> str:
    return role.name if role.is_own else role.key


def about(role: Role, reason: str) -> Facts:
    rights: dict[str, dict[str, str]] = {}
    for (type_key, verb), reach in sorted(roles.reaches_of(role).items()):
        rights.setdefault(type_key, {})[verb] = WORDS[reach]
    fields: dict[str, dict[str, str]] = {}
    for (type_key, field), mode in sorted(roles.modes_of(role).items()):
        fields.setdefault(type_key, {})[field] = mode
    return {
        "reason": reason,
        "in_use": "no" if role.archived_at else "yes",
        "two_steps": "yes" if role.two_steps else "no",
        "rights": rights,
        "fields": fields,
    }


def write(name: str, facts: Facts, act: Act) -> None:
    """Refused as in the browser: nobody gives a role more than their own allow."""
    reason = facts.get("reason") or act.reason
    role = Role.objects.filter(key=name).first() if name in PRESETS or name == ADMINISTRATOR else None
    role = role or Role.objects.filter(name=name).first() or roles.make_role(name, by=act.by, reason=reason)
    roles.refuse_to_change(role, act.by)
    roles.change_role(role, by=act.by, reaches=reaches_in(facts), modes=modes_in(facts), reason=reason)
    roles.ask_two_steps(role, asks=is_yes(facts, "two_steps"), by=act.by, reason=reason)
    if is_yes(facts, "in_use", "yes") == bool(role.archived_at):
        (roles.restore_role if role.archived_at else roles.archive_role)(role, by=act.by, reason=reason)


def reaches_in(facts: Facts) -> dict[tuple[str, str], int]:
    """Every verb of every type; what the facts do not name is not allowed."""
    known = {thing.key for thing in all_things()}
    found: dict[tuple[str, str], int] = {(key, verb): 0 for key in known for verb in Verb.values}
    for type_key in mapping(facts, "rights"):
        if type_key not in known:
            raise ValidationError({f"rights.{type_key}": _("There is no type “%(name)s”.") % {"name": type_key}})
        for verb, word in mapping(facts["rights"], type_key, "rights.").items():
            place = f"rights.{type_key}.{verb}"
            if verb not in Verb.values:
                raise ValidationError({place: one_of(verb, Verb.values)})
            if word not in {*REACHES, "none"}:
                raise ValidationError({place: one_of(word, [*REACHES, "none"])})
            found[type_key, verb] = REACHES.get(word, 0)
    return found


def modes_in(facts: Facts) -> dict[tuple[str, str], str]:
    """Every field that is limited, and every one that can be: "" where the facts do not limit it."""
    known = {thing.key: {*thing.fields, *thing.sensitive} for thing in all_things()}
    found = {(key, field): "" for key, fields in known.items() for field in fields}
    for type_key in mapping(facts, "fields"):
        for field, mode in mapping(facts["fields"], type_key, "fields.").items():
            place = f"fields.{type_key}.{field}"
            if field not in known.get(type_key, ()):
                raise ValidationError({place: _("There is no field “%(name)s”.") % {"name": f"{type_key}.{field}"}})
            if mode not in {*FieldGrant.Mode.values, "shown"}:
                raise ValidationError({place: one_of(mode, [*FieldGrant.Mode.values, "shown"])})
            found[type_key, field] = "" if mode == "shown" else mode
    return found


def mapping(facts: dict, name: str, path: str = "") -> dict[str, Any]:
    found = facts.get(name) or {}
    if not isinstance(found, dict):
        raise ValidationError({f"{path}{name}": _("Names and what belongs to each are expected here.")})
    return found


def one_of(value: Any, known: list[str]) -> str:
    return _("“%(value)s” is none of: %(known)s.") % {"value": str(value)[:60], "known": ", ".join(known)}


def is_yes(facts: Facts, name: str, default: str = "no") -> bool:
    word = facts.get(name, default)
    if word not in ("yes", "no"):
        raise ValidationError({name: one_of(word, ["yes", "no"])})
    return word == "yes"


def element(name: str) -> str:
    role = Role.objects.filter(name=name).first() if name not in PRESETS else None
    return f"role:{role.key if role else name}"


sections.add(
    Section(
        key="roles", label=gettext_lazy("Roles"), order=50, read=read, write=write, element=element,
        facts=frozenset({"reason", "in_use", "two_steps", "rights", "fields"}), gone={"in_use": "no"},
    )
)  # fmt: skip
