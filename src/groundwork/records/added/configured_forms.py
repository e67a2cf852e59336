"""Forms as they are laid out, in a configuration file: ``company`` for all, ``company / salesperson`` for a role."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import named, one_of
from groundwork.access.models import Role
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal
from groundwork.records.added.configured import (
    BETWEEN,
    in_use_of,
    joined,
    kind_called,
    names_of,
    parted,
    put_in_use,
    reasons_of,
    travels,
    words_in,
)
from groundwork.records.added.layouts import (
    LONGEST_HEADING,
    FormLayout,
    Rule,
    group_of,
    lay_out,
    rules_in,
    typed_names,
)
from groundwork.records.types import Field, RecordType, types

MOST_GROUPS = 20
YES_NO = {"true": "yes", "false": "no"}


def laid_out() -> dict[str, FormLayout]:
    """Every form of a type and a role that there are, by its name."""
    roles, found = {role.key: named(role) for role in Role.objects.all()}, {}
    for row in FormLayout.objects.order_by("type", "role"):
        if (kind := types.get(row.type)) and (not row.role or row.role in roles):
            name = kind.named or kind.key
            found[joined(name, roles[row.role]) if row.role else joined(name)] = row
    return dict(sorted(found.items()))


def read() -> dict[str, Facts]:
    reasons = reasons_of("layout")
    return {name: about(row, types[row.type], reasons.get(row.element_key, "")) for name, row in laid_out().items()}


def about(row: FormLayout, kind: RecordType, reason: str) -> Facts:
    names, typed = names_of(kind), typed_names(kind)
    said = lambda keys: [names[key] for key in keys if key in typed]  # noqa: E731
    facts = {
        "reason": reason, "in_use": in_use_of(row),
        "groups": [
            {"name": group["name"], "fields": said(group["fields"])}
            | ({"name_in": dict(sorted(group["names"].items()))} if group.get("names") else {})
            for group in row.groups
        ],
        "more": said(row.more), "off": said(row.off),
        "rules": [
            {"do": rule.do, "field": names[rule.field], "when": names[rule.when],
             "is": values_said(kind.field(rule.when), rule.values)}
            for rule in rules_in(kind, row.rules)
        ],
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value or name == "reason"}


def words_of(shown: Field) -> dict[str, str]:
    """{value: what a file calls it}; of texts nothing, which say themselves."""
    if shown.kind == "bool":
        return YES_NO
    if shown.added and shown.kind in ("choice", "choices"):
        return dict(shown.added.options)
    return {str(key): str(key) for key, _label in shown.model_field.flatchoices or ()}


def values_said(shown: Field, values: tuple[str, ...]) -> list[str]:
    words = words_of(shown)
    return [words.get(value, value) for value in values]


def write(name: str, facts: Facts, act: Act) -> None:
    type_name, role_name = parted(name) if BETWEEN in name else (name.replace("//", "/"), "")
    kind, role = kind_called(type_name), role_called(role_name)
    keys = {said: key for key, said in names_of(kind).items()}
    row = lay_out(
        kind, role, by=act.by, reason=facts.get("reason") or act.reason, groups=groups_in(facts, keys),
        more=fields_in(facts.get("more") or [], keys, "more"), off=fields_in(facts.get("off") or [], keys, "off"),
        rules=rules_of(facts, kind, keys),
    )  # fmt: skip
    put_in_use(row, facts, act)


def role_called(name: str) -> str:
    if not name:
        return ""
    known = {named(role): role.key for role in Role.objects.all()}
    if name not in known:
        raise Refusal(one_of(name, list(known)))
    return known[name]


def list_in(held: Any, *path: str) -> list[Any]:
    if not isinstance(held, list) or len(held) > 200:
        raise wrong(_("A list is expected here."), *path)
    return held


def fields_in(held: Any, keys: dict[str, str], *path: str) -> list[str]:
    return [key_of(name, keys, *path) for name in list_in(held, *path)]


def key_of(name: Any, keys: dict[str, str], *path: str) -> str:
    if not isinstance(name, str) or name not in keys:
        raise wrong(one_of(name, list(keys)), *path)
    return keys[name]


def groups_in(facts: Facts, keys: dict[str, str]) -> list[dict]:
    found = []
    for place, group in enumerate(list_in(facts.get("groups") or [], "groups")):
        path = ("groups", str(place))
        if not isinstance(group, dict) or not set(group) <= {"name", "name_in", "fields"} or place >= MOST_GROUPS:
            raise wrong(_("Say a heading and its fields, like “{name: Who, fields: [name, phone]}”."), *path)
        heading = group.get("name") or ""
        if not isinstance(heading, str) or len(heading) > LONGEST_HEADING:
            raise wrong(_("At most %(most)s signs fit.") % {"most": LONGEST_HEADING}, *path)
        words = words_in(group, "name_in", LONGEST_HEADING, *path)
        found.append(group_of(heading, fields_in(group.get("fields") or [], keys, *path), words))
    return found


def rules_of(facts: Facts, kind: RecordType, keys: dict[str, str]) -> list[dict]:
    return [
        rule_in(rule, kind, keys, place)
        for place, rule in enumerate(list_in(facts.get("rules") or [], "rules"))
    ]  # fmt: skip


def rule_in(rule: Any, kind: RecordType, keys: dict[str, str], place: int) -> dict:
    path = ("rules", str(place))
    if not isinstance(rule, dict) or set(rule) != {"do", "field", "when", "is"}:
        raise wrong(_("Say a rule like “{do: require, field: city, when: kind, is: [customer]}”."), *path)
    if rule["do"] not in list(Rule.Do.values):
        raise wrong(one_of(rule["do"], list(Rule.Do.values)), *path)
    when = key_of(rule["when"], keys, *path)
    values = rule["is"] if isinstance(rule["is"], list) else [rule["is"]]
    kept = {said: value for value, said in words_of(kind.field(when)).items()}
    for value in values:
        if not isinstance(value, str) or len(value) > 300 or kept and value not in kept:
            raise wrong(one_of(value, list(kept)), *path)
    return {"key": f"r{place + 1}", "do": rule["do"], "field": key_of(rule["field"], keys, *path), "when": when,
            "is": [kept.get(value, value) for value in values]}  # fmt: skip


def element(name: str) -> str:
    row = laid_out().get(name)
    return row.element_key if row else ""


sections.add(
    Section(
        key="forms", label=gettext_lazy("Forms"), order=65, read=read, write=write, element=element,
        facts=frozenset({"reason", "in_use", "groups", "more", "off", "rules"}),
        deep=frozenset({"groups", "more", "off", "rules"}), gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
