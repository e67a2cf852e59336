"""Shared views in a configuration file: what a list narrows to and shows, by the names that every firm has.

A view that is shared with a department, or that asks for certain people, departments or records, says nothing in
another firm and stays.
"""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes, named, one_of
from groundwork.access.models import Role
from groundwork.blueprint.elements import account_for
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.added.configured import (
    choice_in,
    joined,
    kind_called,
    names_of,
    parted,
    plain_name,
    reasons_of,
    text_in,
)
from groundwork.records.lists.cells import LINKS
from groundwork.records.lists.filters import FITTING, ME, WITHOUT, options_of
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.saved_views import SavedView, query_of
from groundwork.records.types import Field, RecordType, types

OPERATORS = ("is", "not", "from", "to", "has")
ONE_FIELD = ("sort", "group", "by", "on")  # of an address, each a field
CHOSEN = ("choice", "choices")
Display = SavedView.Display


class Stays(Exception):
    """The view names what only this firm has."""


def shared() -> Iterator[tuple[str, SavedView, RecordType]]:
    """Every shared view with the name that a file gives it; one of equal names gets a number."""
    taken: set[str] = set()
    rows = SavedView.objects.current().exclude(shared="").select_related("role").order_by("name", "pk")
    for view in rows:
        if (kind := types.get(view.type)) is None:
            continue
        name = view.name
        while joined(kind.named or kind.key, name) in taken:
            name += " (2)"
        taken.add(joined(kind.named or kind.key, name))
        yield joined(kind.named or kind.key, name), view, kind


def read() -> dict[str, Facts]:
    """A view has a reason where a file gives it one."""
    found, reasons = {}, reasons_of(Element.Kind.VIEW)
    for name, view, kind in shared():
        try:
            found[name] = about(view, kind)
            if reason := reasons.get(view.element_key):
                found[name]["reason"] = reason
        except Stays:
            continue
    return dict(sorted(found.items()))


def stays() -> list[str]:
    words = []
    for name, view, kind in shared():
        try:
            about(view, kind)
        except Stays:
            words.append(_("The view “%(name)s”: it names people, departments or records of ours.") % {"name": name})
    return words


def about(view: SavedView, kind: RecordType) -> Facts:
    if view.shared == SavedView.Shared.DEPARTMENT:
        raise Stays
    params, names = QueryDict(view.query), names_of(kind)
    facts: Facts = {"shown_as": view.display, "role": named(view.role) if view.role else ""}
    facts["filters"] = sorted(filters_of(kind, params), key=str)  # keys stand in another order in another firm
    facts["columns"] = [names[name] for name in ",".join(params.getlist("columns")).split(",") if name in names]
    facts |= {key: names.get(params.get(key, "").lstrip("-"), "") for key in ONE_FIELD}
    facts["descending"] = "yes" if params.get("sort", "").startswith("-") and facts["sort"] else ""
    facts["search"] = (params.get("q") or "").strip()
    facts["archived"] = "yes" if params.get("archived") == "1" else ""
    return {name: value for name, value in facts.items() if value}


def fields_of(kind: RecordType) -> dict[str, Field]:
    """Everything its list may be filtered by, by key, whoever asks."""
    own = {name: kind.field(name) for name in kind.filters}
    through = {shown.name: shown for shown in kind.on_lines(kind.parts)}
    return {**own, **{sign.name: sign.field for sign in kind.signs}, **through}


def filters_of(kind: RecordType, params: QueryDict) -> Iterator[Facts]:
    known, names = fields_of(kind), names_of(kind)
    for key in sorted(params):
        name, _dot, operator = key.removeprefix("f.").partition(".")
        operator = operator or "is"
        if not key.startswith("f.") or name not in known or operator not in OPERATORS:
            continue
        if values := [said for value in params.getlist(key) if (said := said_of(known[name], value))]:
            yield {"field": names.get(name, name), operator: values}


def said_of(shown: Field, value: str) -> str:
    """A value as a file says it; "" for a choice that is no more."""
    if shown.kind in LINKS and value not in (WITHOUT, ME):
        raise Stays
    if shown.added and shown.kind in CHOSEN:
        return {WITHOUT: WITHOUT, **dict(options_of(shown))}.get(value, "")
    return value


# ── and back


def write(name: str, facts: Facts, act: Act) -> None:
    type_name, called = parted(name)
    kind, view = kind_called(type_name), next((row for key, row, _kind in shared() if key == name), None)
    if view is None:
        view = SavedView(type=kind.key, name=plain_name(called, 80), author=act.by)
    if not is_yes(facts, "in_use", "yes"):
        view.archived_at = now()
    view.display = choice_in(facts, "shown_as", Display.values, Display.LIST)
    view.role = role_in(facts)
    view.shared = SavedView.Shared.ROLE if view.role else SavedView.Shared.EVERYBODY
    view.query = query_in(facts, kind, act.by)
    view.save()
    if reason := facts.get("reason"):
        in_use = view.archived_at is None
        account_for(view.element_key, kind=Element.Kind.VIEW, by=act.by, reason=reason, name=view.name, on=in_use)


def element(name: str) -> str:
    return next((view.element_key for key, view, _kind in shared() if key == name), "")


def role_in(facts: Facts) -> Role | None:
    if not (name := text_in(facts, "role", 200)):
        return None
    known = {named(role): role for role in Role.objects.current()}
    return known[choice_in(facts, "role", known, name)]


def query_in(facts: Facts, kind: RecordType, by: Any) -> str:
    """The address, tried out as the list of whoever applies it."""
    keys = {name: key for key, name in names_of(kind).items()}
    params = QueryDict(mutable=True)
    for place, condition in enumerate(list_in(facts, "filters")):
        key, values = filter_in(condition, kind, keys, ("filters", str(place)))
        params.setlist(key, values)
    columns = [key_in(keys, name, "columns") for name in list_in(facts, "columns")]
    params["columns"] = ",".join(columns)
    for fact in ONE_FIELD:
        if name := text_in(facts, fact, 200):
            params[fact] = key_in(keys, name, fact)
    if params.get("sort") and is_yes(facts, "descending"):
        params["sort"] = f"-{params['sort']}"
    params["q"], params["archived"] = text_in(facts, "search", 200), "1" if is_yes(facts, "archived") else ""
    query = query_of(params)
    if len(query) > 4000:
        raise Refusal(_("This view is too long."))
    try_out(Listing(kind, by, QueryDict(query), lenient=True))
    return query


def try_out(listing: Listing) -> None:
    """Refuses what its list would refuse, but for a field that is shown as soon as it says anything."""
    strange = [name for name in listing.left_out or () if name not in listing.kind.shown_while]
    if strange:
        names = names_of(listing.kind)
        words = ", ".join(names.get(name, name) for name in strange)
        raise Refusal(_("The list neither filters, sorts nor groups by: %(names)s.") % {"names": words})
    listing.conditions()


def list_in(facts: Facts, name: str) -> list[Any]:
    found = facts.get(name) or []
    if not isinstance(found, list) or len(found) > 100:
        raise wrong(_("A list is expected here."), name)
    return found


def key_in(keys: dict[str, str], name: Any, fact: str) -> str:
    if not isinstance(name, str) or name not in keys:
        raise wrong(one_of(name, list(keys)), fact)
    return keys[name]


def filter_in(condition: Any, kind: RecordType, keys: dict[str, str], at: tuple[str, str]) -> tuple[str, list[str]]:
    """``{field: State, is: [Asked]}`` as the address has it."""
    if not isinstance(condition, dict) or len(condition) != 2 or "field" not in condition:
        raise wrong(_("Say the field and its values, like “{field: State, is: [New]}”."), *at)
    known = fields_of(kind)
    name = condition["field"]
    shown = known.get(keys.get(name, name)) if isinstance(name, str) else None
    if shown is None:
        raise wrong(one_of(name, [names_of(kind).get(key, key) for key in known]), *at)
    operator = next(word for word in condition if word != "field")
    if operator not in OPERATORS or shown.kind not in FITTING[operator]:
        raise wrong(one_of(operator, [word for word in OPERATORS if shown.kind in FITTING[word]]), *at)
    values = condition[operator]
    values = values if isinstance(values, list) else [values]
    if not values or len(values) > 50 or not all(isinstance(value, str) and 0 < len(value) <= 200 for value in values):
        raise wrong(_("A list of words is expected here."), *at)
    suffix = "" if operator == "is" else f".{operator}"
    return f"f.{shown.name}{suffix}", [kept_of(shown, value, at) for value in values]


def kept_of(shown: Field, value: str, at: tuple[str, str]) -> str:
    if shown.kind in LINKS and value not in (WITHOUT, ME):
        raise wrong(one_of(value, [ME, WITHOUT]), *at)
    if shown.kind not in (*CHOSEN, "bool") or value == WITHOUT:
        return value
    keys = {words if shown.added and shown.kind in CHOSEN else key: key for key, words in options_of(shown)}
    if value not in keys:
        raise wrong(one_of(value, list(keys)), *at)
    return keys[value]


sections.add(
    Section(
        key="views", label=gettext_lazy("Shared views"), order=70, read=read, write=write, stays=stays,
        facts=frozenset({"in_use", "shown_as", "role", "filters", "columns", "sort", "descending", "group", "by", "on",
                         "search", "archived", "reason"}),
        deep=frozenset({"filters", "columns"}), element=element, gone={"in_use": "no"},
    )
)  # fmt: skip
