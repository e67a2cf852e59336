"""Filters of a list: read from the address, said in words, offered by the form, and looked up by what was typed."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records import search
from groundwork.records.cells import LINKS
from groundwork.records.linking import named
from groundwork.records.models import Record
from groundwork.records.types import Field, RecordType, types

WITHOUT = "-"  # ``f.company=-``: those without a company
OFFERED = 20  # at most so many are offered, or taken for one typed word
LOOKED_THROUGH = 10_000  # known values of a text field are those of the newest so many records


@dataclass
class Filter:
    """One condition of the address, in words: ``f.kind=credit``, ``f.issued_on.from=2011-01-01``."""

    field: Field
    operator: str  # "is", "from", "to"
    values: list[str]
    user: Any

    @property
    def key(self) -> str:
        return f"f.{self.field.name}" + (f".{self.operator}" if self.operator != "is" else "")

    def q(self) -> Q:
        attname = self.field.model_field.attname
        if self.operator == "from":
            return Q(**{f"{attname}__gte": self.day})
        if self.operator == "to":
            return Q(**{f"{attname}__lte": self.day})
        if self.values == [WITHOUT]:
            return Q(**{f"{attname}__isnull": True}) if self.field.model_field.null else Q(**{attname: ""})
        if self.field.kind in LINKS:
            return Q(**{f"{attname}__in": list(self.names)})
        return Q(**{f"{attname}__in": self.values})

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.values[0])
        except ValueError as error:
            raise Refusal(
                _("“%(value)s” is not a date. Write it like 2026-11-23.") % {"value": self.values[0][:40]}
            ) from error

    @cached_property
    def names(self) -> dict[int, str]:
        """The linked things that the person sees; by an invisible one nothing is found."""
        target = self.field.target
        ids = [int(value) for value in self.values if value.isdigit() and len(value) < 19]
        seen = target.objects.visible_to(self.user) if issubclass(target, Record) else target._default_manager.all()
        return {row.pk: str(row) for row in seen.filter(pk__in=ids)}

    @property
    def words(self) -> str:
        if self.operator != "is":
            return languages.day(self.day)
        if self.values == [WITHOUT]:
            return _("none")
        if self.field.kind in LINKS:
            return ", ".join(self.names.values()) or _("no access")
        return ", ".join(label for _value, label in self.chosen)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each value with its words."""
        if self.field.kind in LINKS and self.values != [WITHOUT]:
            return [(value, self.names.get(int(value), _("no access"))) for value in self.values if value.isdigit()]
        labels = {str(value): str(label) for value, label in self.field.model_field.flatchoices or ()}
        return [(value, _("none") if value == WITHOUT else labels.get(value, value)) for value in self.values]


class Filters:
    """The filters of one address. Unknown ones are refused with a sentence.

    ``f.company=12`` holds; ``f.company.called=Tortola`` is what somebody typed, and is looked up by ``find``.
    """

    def __init__(self, kind: RecordType, user, params):
        self.kind, self.user = kind, user
        self.fields = {item.name: item for item in kind.visible_fields(user, kind.filters)}
        self.called: dict[str, str] = {}
        self.items: list[Filter] = []
        for key in params:
            if key.startswith("f."):
                self._take(key[2:], [value.replace("\x00", "")[:200] for value in params.getlist(key)])

    def _take(self, key: str, values: list[str]) -> None:
        name, _dot, operator = key.partition(".")
        shown = self.fields.get(name)
        fitting = {"from": ("date",), "to": ("date",), "called": LINKS}.get(operator, ())
        if shown is None or operator and shown.kind not in fitting:
            raise Refusal(_("This list cannot be filtered that way."))
        values = [value for value in values if value][:50]
        if values and operator == "called":
            self.called[name] = values[0].strip()
        elif values:
            self.items.append(Filter(shown, operator or "is", values, self.user))

    def q(self) -> Q:
        condition = Q()
        for item in self.items:
            condition &= item.q()
        return condition

    def held(self, name: str, operator: str = "is") -> list[str]:
        return next((item.values for item in self.items if (item.field.name, item.operator) == (name, operator)), [])

    def find(self) -> tuple[dict[str, list[str]], dict[str, str]]:
        """What was typed for links: ({parameter: its values}, {field: what is wrong with what was typed})."""
        found: dict[str, list[str]] = {}
        wrong: dict[str, str] = {}
        for name, text in self.called.items():
            ids = self._called(self.fields[name], text)
            if not ids:
                wrong[name] = _("“%(text)s” is not among those you see.") % {"text": text[:60]}
            elif len(ids) > OFFERED:
                wrong[name] = _("“%(text)s” fits more than %(count)s: type more of the name.") % {
                    "text": text[:60],
                    "count": OFFERED,
                }
            else:
                values = [*self.held(name), *(str(pk) for pk in ids)]
                found |= {f"f.{name}": list(dict.fromkeys(values)), f"f.{name}.called": []}
        return found, wrong

    def _called(self, shown: Field, text: str) -> list[int]:
        """By any whole name, else by the beginnings of its words; one more than ``OFFERED`` at most."""
        if not issubclass(shown.target, Record):
            return [pk for pk, name in everybody(shown) if fits(text, name)][: OFFERED + 1]
        visible = shown.target.objects.visible_to(self.user)
        for rows in (visible.current(), visible):  # what is archived comes last
            if found := named(rows, self.user, text, OFFERED + 1):
                return found
        begun = matching(types[shown.target.type_key], visible, text)
        return list(begun.values_list("pk", flat=True)[: OFFERED + 1])

    # ── the form

    def form(self) -> list[dict[str, Any]]:
        """What the form offers, field by field. Few people and departments are a plain choice."""
        found, wrong = self.find()
        entries = []
        for shown in self.fields.values():
            entry: dict[str, Any] = {"name": f"f.{shown.name}", "label": shown.heading, "kind": shown.kind}
            if shown.kind == "date":
                entry |= {"start": self._one(shown.name, "from"), "end": self._one(shown.name, "to")}
            else:
                entry |= self._entry(shown)
            entry["error"] = wrong.get(shown.name, "")
            entry["typed"] = self.called.get(shown.name, "")
            entries.append(entry)
        return entries

    def _one(self, name: str, operator: str = "is") -> str:
        return (self.held(name, operator) or [""])[0]

    def _entry(self, shown: Field) -> dict[str, Any]:
        held = next((item for item in self.items if item.field is shown), None)
        options = self._options(shown)
        if options and (not held or len(held.values) == 1 and held.values[0] in dict(options)):
            return {"options": options, "value": self._one(shown.name)}
        if shown.kind in LINKS:
            target = shown.target
            source = {"link": target.type_key} if issubclass(target, Record) else {"known": shown.name}
            return {"called": f"f.{shown.name}.called", "chosen": held.chosen if held else [], **source}
        if options:
            return {"options": options, "value": "", "chosen": held.chosen if held else []}
        plain = not held or len(held.values) == 1 and held.values != [WITHOUT]
        values = known(self.kind, self.user, shown)
        if plain:
            return {"value": self._one(shown.name), "values": values, "known": shown.name}
        return {"value": "", "values": values, "known": shown.name, "chosen": held.chosen if held else []}

    def _options(self, shown: Field) -> list[tuple[str, str]]:
        if shown.kind == "choice":
            return [(str(value), str(label)) for value, label in shown.model_field.flatchoices]
        if shown.kind in ("user", "department"):
            every = everybody(shown)
            return [(str(pk), name) for pk, name in every] if len(every) <= OFFERED else []
        return []


# ── what may be typed


def known(kind: RecordType, user, shown: Field, text: str = "") -> list[str]:
    """What the person may type for a field of the list, beginning with ``text``: at most ``OFFERED`` values."""
    if shown.kind in ("user", "department"):
        return [name for _pk, name in everybody(shown) if fits(text, name)][:OFFERED]
    visible = kind.model.objects.visible_to(user).current().order_by("-pk")
    newest = kind.model.objects.filter(pk__in=visible.values("pk")[:LOOKED_THROUGH]).exclude(**{shown.name: ""})
    values = newest.order_by(shown.name).values_list(shown.name, flat=True).distinct()
    return [value for value in values if fits(text, str(value))][:OFFERED]


def everybody(shown: Field) -> list[tuple[int, str]]:
    """People who may sign in, or departments: everybody in the firm knows them."""
    rows = shown.target._default_manager.all()
    return [(row.pk, str(row)) for row in (rows.filter(is_active=True) if shown.kind == "user" else rows)]


def fits(text: str, name: str) -> bool:
    """Each word of ``text`` begins a word of ``name``; no text fits everything."""
    of_name = search.words(name)
    return all(any(word.startswith(asked) for word in of_name) for asked in search.words(text))


def matching(kind: RecordType, visible, text: str):
    """Records in use whose words begin with those of ``text``."""
    ids = search.ids_matching(kind, text) if kind.search else None
    return visible.none() if ids is None else visible.current().filter(pk__in=ids).order_by("sort_key")
