"""Filters of a list: read from the address, said in words, offered by the form, and looked up by what was typed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from math import ceil, floor
from typing import Any

from babel.core import get_global
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.clock import start_of
from groundwork.core.fields import parsed_number
from groundwork.core.money import minor_digits, to_scaled
from groundwork.core.refusals import Refusal
from groundwork.records.added import several
from groundwork.records.added.fields import AddedField
from groundwork.records.finding import search
from groundwork.records.linking import named
from groundwork.records.lists.cells import LINKS
from groundwork.records.lists.spans import SPANS, Span, days_of
from groundwork.records.models import Record
from groundwork.records.types import Field, RecordType, types

WITHOUT = "-"  # ``f.company=-``: those without a company; ``f.company.not=-``: those with one
ME = "me"  # ``f.owner=me``: the reader's own; ``f.department=me``: those of the reader's department
NEVER = Q(pk__in=[])
TICKED = 12  # values of a choice that stand side by side to be ticked
OFFERED = 20  # at most so many are offered, or taken for one typed word
LOOKED_THROUGH = 10_000  # known values of a text field are those of the newest so many records


DAYS = ("date", "moment")
NUMBERS = ("money", "number", "integer")
TEXTS = ("text", "longtext", "email", "url", "phone", "address")
ONE_OF = ("choice", "bool")
HELD = ("file",)  # asked only whether there is any
SEVERAL = ("choices",)  # asked for any of them, or none of them
FITTING = {  # what may be asked of a field of which kind
    "is": (*DAYS, *NUMBERS, *TEXTS, *ONE_OF, *SEVERAL, *HELD, *LINKS),
    "not": (*DAYS, *NUMBERS, *TEXTS, *ONE_OF, *SEVERAL, *HELD, *LINKS),
    "from": (*DAYS, *NUMBERS),
    "to": (*DAYS, *NUMBERS),
    "has": TEXTS,
    "called": LINKS,
    "how": (*DAYS, *NUMBERS, *TEXTS, *ONE_OF, *SEVERAL, *HELD, *LINKS),
}


@cache
def odd_currencies() -> dict[int, list[str]]:
    """Currencies by their digits after the point, where these are not two (ISO 4217, from CLDR)."""
    found: dict[int, list[str]] = {}
    for code, (digits, *_rest) in get_global("currency_fractions").items():
        if digits != 2 and code != "DEFAULT":
            found.setdefault(digits, []).append(code)
    return found


def _is_id(text: str) -> bool:
    """Digits that make a number of a row (which ① does not, though Python calls it a digit)."""
    return text.isdecimal() and len(text) < 19


@dataclass
class Filter:
    """One condition of the address, in words: ``f.kind=credit``, ``f.issued_on.from=2011-01-01``, ``f.owner=me``,
    ``f.name.has=sweets``, ``f.company.not=-``."""

    field: Field
    operator: str  # "is", "not", "from", "to", "has"
    values: list[str]
    user: Any

    @property
    def key(self) -> str:
        return f"f.{self.field.name}" + (f".{self.operator}" if self.operator != "is" else "")

    def q(self) -> Q:
        return self._condition

    @cached_property
    def _condition(self) -> Q:
        if (part := self.field.part) is not None:
            with_it = Q(pk__in=part.objects.filter(self._is()).order_by().values(part.parent_field))
            return ~with_it if self.operator == "not" else with_it
        if self.operator == "not":
            return ~self._is() | self._unknown()
        if self.operator == "has":
            return Q(**{f"{self._column}__iregex": re.escape(self.values[0])})
        return self._bound() if self.operator in ("from", "to") else self._is()

    @property
    def _column(self) -> str:
        return self.field.column

    def _unknown(self) -> Q:
        """What SQL neither takes for equal nor for different: an added field that is empty, unless that is asked."""
        if self.field.added is None or self.field.kind in SEVERAL or WITHOUT in self.values:
            return NEVER
        return Q(**{f"{self._column}__isnull": True})

    def _is(self) -> Q:
        if self.field.having is not None:
            return Q(pk__in=self.field.having(self.values))
        condition, plain = Q(), [value for value in self.values if value != WITHOUT]
        if WITHOUT in self.values:
            condition = self._empty()
        if not plain:
            return condition
        if self.field.kind in HELD:
            return condition or NEVER
        if self.field.kind in LINKS:
            return condition | Q(**{f"{self._column}__in": list(self.names)})
        if self.field.kind in SEVERAL and self.field.added:
            return condition | self._holds(self.field.added, plain)
        if self.field.kind in DAYS:
            for value in plain:
                condition |= self._between(*self._span(value))
            return condition
        if self.field.kind in NUMBERS:
            for value in plain:
                condition |= self._compared("exact", self._number(value))
            return condition
        if self.field.kind == "bool":
            return condition | Q(**{f"{self._column}__in": [value == "yes" for value in plain]})
        return condition | Q(**{f"{self._column}__in": plain})

    def _holds(self, row: AddedField, values: list[str]) -> Q:
        """Few holders are looked up; of many, each row of the page is asked, so that a page never waits for all."""
        if self.operator != "not" and several.are_few(row, values):
            return Q(pk__in=several.held(row, values).values("object_id"))
        return Q(Exists(several.held(row, values).filter(object_id=OuterRef("pk"))))

    def _empty(self) -> Q:
        condition = Q(**{f"{self._column}__isnull": True}) if self.field.model_field.null else Q()
        return condition | Q(**{self._column: ""}) if self.field.kind in (*TEXTS, "choice") else condition or NEVER

    def _bound(self) -> Q:
        if self.field.kind in DAYS:
            return self._between(self.day, None) if self.operator == "from" else self._between(None, self.day)
        return self._compared("gte" if self.operator == "from" else "lte", self._number(self.values[0]))

    def _between(self, first: date | None, last: date | None) -> Q:
        """Both days included; of moments, as the days are in the reader's time zone."""
        is_moment, condition = self.field.kind == "moment", Q()
        if first:
            condition &= Q(**{f"{self._column}__gte": start_of(first) if is_moment else first})
        if last:
            after = last + timedelta(days=1)
            condition &= Q(**{f"{self._column}__lt": start_of(after) if is_moment else after})
        return condition

    def _compared(self, lookup: str, number: Decimal) -> Q:
        if self.field.kind != "money":
            return Q(**{f"{self._column}__{lookup}": number})
        if self.field.added:
            return self._minor(lookup, number, minor_digits(self.field.added.currency))
        odd = odd_currencies()
        condition = self._minor(lookup, number, 2) & ~Q(currency__in=[code for codes in odd.values() for code in codes])
        for digits, codes in odd.items():
            condition |= self._minor(lookup, number, digits) & Q(currency__in=codes)
        return condition

    def _minor(self, lookup: str, number: Decimal, digits: int) -> Q:
        """``number`` is in major units; an amount of a currency has ``digits`` after the point."""
        exact = number.scaleb(digits)
        if lookup == "exact" and exact != exact.to_integral_value():
            return NEVER
        return Q(**{f"{self._column}__{lookup}": ceil(exact) if lookup == "gte" else floor(exact)})

    def _number(self, text: str) -> Decimal:
        try:
            number = parsed_number(text)
            to_scaled(number)
        except ValueError as error:
            raise Refusal(_("“%(value)s” is not a number. Write it like 1240.50.") % {"value": text[:40]}) from error
        return number

    def _span(self, value: str) -> Span:
        return days_of(value) if value in SPANS else (self._day(value), self._day(value))

    @property
    def day(self) -> date:
        return self._day(self.values[0])

    @staticmethod
    def _day(value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise Refusal(_("“%(value)s” is not a date. Write it like 2026-11-23.") % {"value": value[:40]}) from error

    @cached_property
    def names(self) -> dict[int, str]:
        """The linked things that the person sees; by an invisible one nothing is found."""
        target = self.field.target
        ids = [int(value) for value in self._meant if _is_id(value)]
        seen = target.objects.visible_to(self.user) if issubclass(target, Record) else target._default_manager.all()
        return {row.pk: str(row) for row in seen.filter(pk__in=ids)}

    @property
    def _meant(self) -> list[str]:
        """The ids asked for; "me" is the reader, and of departments the reader's."""
        mine = {"user": self.user.pk, "department": self.user.department_id}.get(self.field.kind)
        return [str(mine or "") if value == ME else value for value in self.values]

    # ── in words

    @property
    def verb(self) -> str:
        """The word between the field and the value."""
        if self.values == [WITHOUT] and (self.operator == "not" or self.field.kind in SEVERAL):
            return _("is")
        words = {"is": _("is"), "not": _("is not"), "from": _("from"), "to": _("until"), "has": _("contains")}
        if self.field.kind in NUMBERS:
            words |= {"from": _("at least"), "to": _("at most")}
        if self.field.kind in SEVERAL:
            words |= {"is": _("any of"), "not": _("none of")}
        return words[self.operator]

    @property
    def words(self) -> str:
        if self.operator == "not" and self.values == [WITHOUT]:
            return _("filled in")
        return ", ".join(label for _value, label in self.chosen)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each value with its words."""
        return [(value, self._said(value)) for value in self.values]

    def _said(self, value: str) -> str:
        kind = self.field.kind
        if value == WITHOUT:
            return _("none")
        if value == ME and kind in ("user", "department"):
            return me_words(kind)
        if kind in LINKS:
            return self.names.get(int(value), _("no access")) if _is_id(value) else _("no access")
        if kind in DAYS:
            return str(SPANS[value][0]) if value in SPANS else languages.day(self._day(value))
        if kind in NUMBERS:
            return languages.number(self._number(value))
        return dict(options_of(self.field)).get(value, value)


def me_words(kind: str) -> str:
    return _("me") if kind == "user" else _("my department")


def options_of(shown: Field) -> list[tuple[str, str]]:
    """The values of a choice, each with its words."""
    if shown.kind == "bool":
        return [("yes", _("yes")), ("no", _("no"))]
    return [(str(value), str(label)) for value, label in shown.model_field.flatchoices or ()]


class Filters:
    """The filters of one address. Unknown ones are refused with a sentence, or left out where ``left_out`` is given.

    ``f.company=12`` holds; ``f.company.called=Tortola`` is what somebody typed, and is looked up by ``find``;
    ``f.company.how=not`` is how the form says that what was chosen is meant the other way round.
    """

    def __init__(self, kind: RecordType, user, params, left_out: list[str] | None = None):
        self.kind, self.user, self.left_out = kind, user, left_out
        self.fields = {item.name: item for item in kind.filters_of(user)}
        self.called: dict[str, str] = {}
        self.hows: dict[str, str] = {}
        self.items: list[Filter] = []
        for key in params:
            if key.startswith("f."):
                self._take(key[2:], [value.replace("\x00", "")[:200] for value in params.getlist(key)])

    def known(self, key: str) -> Field | None:
        """What "city.has" narrows this list by; None where the list knows no such filter, or not for this person."""
        name, _dot, operator = key.partition(".")
        shown = self.fields.get(name)
        return shown if shown is not None and shown.kind in FITTING.get(operator or "is", ()) else None

    def _take(self, key: str, values: list[str]) -> None:
        name, _dot, operator = key.partition(".")
        shown = self.known(key)
        if shown is None:
            if self.left_out is not None:
                self.left_out.append(name)
                return
            raise Refusal(_("This list cannot be filtered that way."))
        values = [value for value in values if value][:50]
        if not values:
            return
        if operator == "called":
            self.called[name] = values[0].strip()
        elif operator == "how":
            self.hows[name] = values[0]
        else:
            self.items.append(Filter(shown, operator or "is", values, self.user))

    def q(self, besides: Filter | None = None) -> Q:
        condition = Q()
        for item in self.items:
            if item is not besides:
                condition &= item.q()
        return condition

    @property
    def held_by_many(self) -> Filter | None:
        """One value of a field that holds several of a list, where too many hold it to look up each."""
        for item in self.items:
            is_one = item.field.kind in SEVERAL and item.operator == "is" and len(item.values) == 1
            if is_one and item.field.added and item.values != [WITHOUT]:
                return None if several.are_few(item.field.added, item.values, several.FIRST) else item
        return None

    def held(self, name: str, operator: str = "is") -> list[str]:
        return next((item.values for item in self.items if (item.field.name, item.operator) == (name, operator)), [])

    def find(self) -> tuple[dict[str, Any], dict[str, str]]:
        """What was typed: ({parameter: its values}, {field: what is wrong with what was typed})."""
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
        for name, how in self.hows.items():
            found |= self._turned(name, how, found.get(f"f.{name}", self.held(name)))
        return found, wrong

    def _turned(self, name: str, how: str, values: list[str]) -> dict[str, list[str]]:
        """The parameters that mean what the form said with ``how``."""
        plain, key = [value for value in values if value != WITHOUT], f"f.{name}"
        meant = {"not": {f"{key}.not": plain}, "has": {f"{key}.has": plain[:1]}, "empty": {key: [WITHOUT]}}
        meant["filled"] = {f"{key}.not": [WITHOUT]}
        return {key: [], f"{key}.how": []} | meant.get(how, {key: values})

    def _called(self, shown: Field, text: str) -> list[int]:
        """By any whole name, else by the beginnings of its words; one more than ``OFFERED`` at most."""
        if not issubclass(shown.target, Record):
            return [pk for pk, name in everybody(shown) if fits(text, name)][: OFFERED + 1]
        visible = shown.target.objects.visible_to(self.user)
        for rows in (visible.current(), visible):  # what is archived comes last
            if found := named(rows, self.user, text, OFFERED + 1):
                return found
        begun = matching(self.user, types[shown.target.type_key], visible, text)
        return list(begun.values_list("pk", flat=True)[: OFFERED + 1])

    # ── the form

    def form(self) -> list[dict[str, Any]]:
        """What the form offers, field by field. Few people and departments are a plain choice."""
        found, wrong = self.find()
        entries = []
        for shown in self.fields.values():
            entry: dict[str, Any] = {"name": f"f.{shown.name}", "label": shown.heading, "kind": shown.kind}
            entry |= {"how": self._how(shown), "hows": hows(shown), "error": wrong.get(shown.name, "")}
            entry |= {"typed": self.called.get(shown.name, ""), "spans": [], "between": False}
            if shown.kind in (*DAYS, *NUMBERS):
                entry |= {"between": True, "input": "date" if shown.kind in DAYS else "text"}
                entry |= {"start": self._one(shown.name, "from"), "end": self._one(shown.name, "to")}
                if shown.kind in DAYS:
                    entry |= {"spans": [(word, str(label)) for word, (label, _span) in SPANS.items()]}
                entry["value"] = self._one(shown.name)
            elif shown.kind not in HELD:
                entry |= self._entry(shown)
            entries.append(entry)
        return entries

    def _how(self, shown: Field) -> str:
        if shown.name in self.hows:
            return self.hows[shown.name]
        if self.held(shown.name) == [WITHOUT]:
            return "empty"
        if negative := self.held(shown.name, "not"):
            return "filled" if negative == [WITHOUT] else "not"
        return "has" if self.held(shown.name, "has") else ""

    def _one(self, name: str, operator: str = "is") -> str:
        return (self.held(name, operator) or [""])[0]

    def _entry(self, shown: Field) -> dict[str, Any]:
        held = next((item for item in self.items if item.field is shown and item.values != [WITHOUT]), None)
        values = held.values if held else []
        options = self._options(shown)
        if options and (len(options) <= TICKED and shown.kind == "choice" or shown.kind in SEVERAL):
            return {"ticks": [(value, label, value in values) for value, label in options]}
        if options and (not held or len(values) == 1 and values[0] in dict(options)):
            return {"options": options, "value": values[0] if held else ""}
        chosen = held.chosen if held else []
        if shown.kind in LINKS:
            target = shown.target
            source = {"link": target.type_key} if issubclass(target, Record) else {"known": shown.name}
            return {"called": f"f.{shown.name}.called", "chosen": chosen, **source}
        if options:
            return {"options": options, "value": "", "chosen": chosen}
        offered = {"values": known(self.kind, self.user, shown), "known": shown.name} if has_known(shown) else {}
        return {"value": values[0], **offered} if len(values) == 1 else {"value": "", "chosen": chosen, **offered}

    def _options(self, shown: Field) -> list[tuple[str, str]]:
        if shown.kind in (*ONE_OF, *SEVERAL):
            return options_of(shown)
        if shown.kind in ("user", "department"):
            every = everybody(shown)
            mine = [(ME, me_words(shown.kind))] if shown.kind == "user" or self.user.department_id else []
            return mine + [(str(pk), name) for pk, name in every] if len(every) <= OFFERED else []
        return []


def hows(shown: Field) -> list[tuple[str, str]]:
    """How what is chosen may be meant; the first is the plain one."""
    contains = [("has", _("contains"))] if shown.kind in TEXTS else []
    empty = [("empty", _("is empty")), ("filled", _("is filled in"))] if may_be_empty(shown) else []
    if shown.kind in (*DAYS, *NUMBERS):
        return [("", _("any")), *empty] if empty else []
    if shown.kind in HELD:
        return [("", _("any")), ("empty", _("has none")), ("filled", _("has any"))]
    if shown.kind in SEVERAL:
        return [("", _("any of")), ("not", _("none of")), *empty]
    return [("", _("is")), *contains, ("not", _("is not")), *empty]


def has_known(shown: Field) -> bool:
    """May its values be offered? A title is as good as unlike any other, and a long text is no value to choose."""
    if shown.added:
        return shown.kind == "text"
    return shown.kind == "text" and shown.name != getattr(shown.model_field.model, "title_field", "")


def may_be_empty(shown: Field) -> bool:
    if shown.part is not None:
        return False
    return shown.model_field.null or shown.kind in (*TEXTS, "choice") and shown.model_field.blank


# ── what may be typed


def known(kind: RecordType, user, shown: Field, text: str = "") -> list[str]:
    """What the person may type for a field of the list, beginning with ``text``: at most ``OFFERED`` values."""
    if shown.kind in ("user", "department"):
        return [name for _pk, name in everybody(shown) if fits(text, name)][:OFFERED]
    visible = kind.model.objects.visible_to(user).current().order_by("-pk")
    newest = kind.model.objects.filter(pk__in=visible.values("pk")[:LOOKED_THROUGH]).exclude(**{shown.column: ""})
    values = newest.order_by(shown.column).values_list(shown.column, flat=True).distinct()
    return [value for value in values if value is not None and fits(text, str(value))][:OFFERED]


def everybody(shown: Field) -> list[tuple[int, str]]:
    """People who may sign in, or departments: everybody in the firm knows them."""
    rows = shown.target._default_manager.all()
    return [(row.pk, str(row)) for row in (rows.filter(is_active=True) if shown.kind == "user" else rows)]


def fits(text: str, name: str) -> bool:
    """Each word of ``text`` begins a word of ``name``; no text fits everything."""
    of_name = search.words(name)
    return all(any(word.startswith(asked) for word in of_name) for asked in search.words(text))


def matching(user, kind: RecordType, visible, text: str):
    """Of the records that the person sees, those in use whose words begin with those of ``text``."""
    ids = search.ids_matching(user, kind, text) if kind.search else None
    return visible.none() if ids is None else visible.current().filter(pk__in=ids).order_by("sort_key")
