"""The layout of any record type: one row a record, columns named like its fields in any of our languages.

A record is recognised by its number, by the key asked for, or else as a duplicate: by tax number,
code, e-mail, phone, name.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from groundwork.access.models import Department, User
from groundwork.access.rights import reach, rights
from groundwork.blueprint.models import Firm
from groundwork.core import languages
from groundwork.core.languages import folded
from groundwork.core.money import minor_digits, to_minor
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.added import fields as added
from groundwork.records.added import layouts
from groundwork.records.added.extra import in_their_order
from groundwork.records.forms import form_field
from groundwork.records.imports.brought import frozen_in, way_of
from groundwork.records.imports.formats import Format, Unreadable, aware, currency_code, decimal_of, order_of
from groundwork.records.imports.layouts import Layout, Piece, WrongRow, keep_keys, make_owned
from groundwork.records.imports.models import Staged
from groundwork.records.imports.readers import key_of, sources
from groundwork.records.imports.words import NAME_PARTS, words_of
from groundwork.records.models import ExternalKey
from groundwork.records.types import Field, RecordType, type_of, types
from groundwork.ui.forms import speak_plainly

SOURCE = "table"
SURE = ("inn", "nip", "vat", "unp", "bin", "legal_id", "code")  # who has this is meant, whatever the name
ALIKE = (*SURE, "email", "phone")  # what two records of one thing have in common, the surest first
SAMPLED = 2000  # rows from which the way of writing numbers and dates is found out
TO_BE_MADE = -1
EMPTY = ("", None)
POINTERS = ("number", "code")  # what may stand beside a link, each in a column of its own
CALLED = "called"  # how a link that its code tells is called in the column beside, for where it is made


def steps_up(title: str, above: dict[str, str]) -> int:
    """How many rows of the file stand over this one; 0 in a circle."""
    steps, seen = 0, {title}
    while title in above:
        title, steps = above[title], steps + 1
        if title in seen:
            return 0
        seen.add(title)
    return steps


def said_in(rows: list[dict[str, Any]], name: str) -> set[str]:
    return {str(row[name]) for row in rows if row.get(name) not in EMPTY}


def told(values: dict[str, Any], name: str) -> Any:
    """What a row says of a field; of a link also by its number or code."""
    return next(
        (values[way] for way in (name, *(f"{name}.{how}" for how in POINTERS)) if values.get(way) not in EMPTY), None
    )


def layout_of(type_key: str) -> type["RecordLayout"]:
    """``company``; or ``pricelist.prices`` for a type with one of its parts, one row a line."""
    type_key, _point, part_key = type_key.partition(".")
    kind = types[type_key]
    if part_key:
        from groundwork.records.imports.lines import lines_layout_of

        return lines_layout_of(kind, part_key)
    return type(
        f"{type_key.title()}Layout",
        (RecordLayout,),
        {
            "key": f"records:{type_key}", "type": f"{type_key}s", "kind": kind, "order": (type_key,),
            "label": format_lazy("{}: {}", kind.plural, gettext_lazy("one row a record")),
            "columns": columns_for(kind), "required": required_of(kind), "batch": 500,
        },
    )  # fmt: skip


def required_of(kind: RecordType) -> tuple[str, ...]:
    way = way_of(kind.key)
    if way.by:
        return tuple(name for name in way.by if name not in way.assumed)
    title = kind.field(kind.model.title_field).model_field
    return () if title.blank or not title.editable else (title.name,)


def is_needed(model_field) -> bool:
    """Can no record be without a value here?"""
    return not (model_field.null or model_field.blank or model_field.has_default())


def writable(kind: RecordType) -> list[str]:
    """Files come in by hand only."""
    names = dict.fromkeys((*kind.fields, *(("owner",) if way_of(kind.key).is_owned else ())))
    shown = (kind.field(name) for name in names)
    return [item.name for item in shown if item.model_field.editable and item.kind != "file"]


def sentence_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def words_of_a_form(shown: Field, value: str) -> str:
    """What a form says to this value of this field."""
    try:
        speak_plainly(form_field(shown.model_field), shown.label).run_validators(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def columns_for(kind: RecordType) -> dict[str, tuple[str, ...]]:
    """Every field, the number, and beside each link the number and the code of what it points at."""
    fields = writable(kind)
    columns = {name: (*names_of(kind.field(name)), *words_of(kind.key, name)) for name in fields}
    for name in fields:
        columns |= link_columns(kind.field(name))
    return columns | {"number": names_of(kind.field("number"))}


def link_columns(shown: Field) -> dict[str, tuple[str, ...]]:
    """A link is told by a name; beside it may stand our number, and the code or tax number of what it points at."""
    if shown.kind != "link":
        return {}
    found = {f"{shown.name}.number": in_each_language(lambda: link_number_label(shown))}
    if codes := codes_of(shown.target):
        said = [code for code in codes if code not in ("vat", "legal_id")]  # a column "VAT" is rather a rate
        words = (word for code in said for word in words_for_code(shown.target, code))
        found[f"{shown.name}.code"] = (*in_each_language(lambda: link_code_label(shown)), *dict.fromkeys(words))
    return found


def codes_of(model) -> list[str]:
    """The fields by which one record of a type is surely meant."""
    names = type_of(model).by_name
    return [name for name in SURE if name in names]


def words_for_code(model, code: str) -> tuple[str, ...]:
    return (*names_of(type_of(model).field(code)), *words_of("", code))


def names_of(shown: Field) -> tuple[str, ...]:
    """What a column of this field may be called: its label in each language."""
    return in_each_language(lambda: str(shown.label))


def link_number_label(shown: Field) -> str:
    return _("%(label)s, number") % {"label": shown.label}


def link_code_label(shown: Field) -> str:
    return _("%(label)s, code or tax number") % {"label": shown.label}


def in_each_language(word) -> tuple[str, ...]:
    names = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            names.append(word())
    return tuple(dict.fromkeys(names))


class RecordLayout(Layout):
    kind: RecordType
    said_at = 0  # where in a staged row stands what it says of its record

    def __init__(self, job):
        super().__init__(job)
        self.way = way_of(self.kind.key)
        self.decisions = job.options.get("decisions", {})
        self.format = Format()
        self.order = (*self._made_on_the_way(), self.kind.key)
        self.fields = writable(self.kind)
        self._code_fields: dict[str, str] = {}
        self._kept_rules: dict[tuple, ValidationError | None] = {}  # {(rule, its values): what it says to them}
        self._people: dict[str, dict[str, int]] = {}
        self._words: dict[str, dict[str, str]] = {}  # {field: {folded word: its choice}}

    def _made_on_the_way(self) -> list[str]:
        """The types of linked records that a person decided to make from values of this file."""
        return sorted({*self._making.values()} - {self.kind.key})

    def has_field(self, name: str) -> bool:
        return name in self.kind.by_name

    def field_of(self, name: str) -> Field:
        """The field that a column goes into; a link's number and code go into the link."""
        return self.kind.field(name.partition(".")[0])

    def convinces(self, found: dict[str, list[int]]) -> bool:
        """Is enough found to take a table for this type unasked? What cannot be without its company needs one, and
        what rows alone cannot make the number of what is here."""
        there = {name.partition(".")[0] for name in found}
        needed = {
            name for name in self.fields if is_needed(field := self.kind.field(name).model_field) and field.is_relation
        }
        tells = (
            there - set(self.way.by)
            if self.way.by
            else self.required or self.kind.model.title_field in there or len(there) > 2
        )
        can_be_made = self.makes_records() or "number" in there
        return can_be_made and not self.lacking(found) and needed <= there and bool(tells)

    def label_of(self, name: str) -> str:
        if not self.has_field(name.partition(".")[0]):
            return name
        shown = self.field_of(name)
        label = {"number": link_number_label, "code": link_code_label}.get(name.partition(".")[2], lambda of: of.label)
        return replace(shown, label=label(shown)).heading

    def refuse_what_is_off(self) -> None:
        asked = self.job.options.get("key")
        if asked and asked not in self.columns:
            raise Refusal(
                _("There is no field %(names)s here. There are: %(fields)s.")
                % {"names": asked, "fields": ", ".join(self.kind.fields)}
            )

    def open_fields(self) -> set[str]:
        """The fields that the importer may write; the others are left as they are."""
        user = self.job.requester
        if user is None:
            return set(self.fields)
        scope = reach(user, "edit", self.kind.key)
        kept = set() if scope.all or scope.departments else {"owner"}
        return {name for name in self.fields if name not in kept and not rights(user).field_mode(self.kind.key, name)}

    # ── the file

    def called(self, name: str) -> tuple[str, ...]:
        """Its labels go before the key that only we know."""
        return (*self.columns[name], name)

    def guessed(self, header: list[str]) -> dict[str, list[int]]:
        """Labels go before other words, and a column belongs to one field only; parts of a name are joined."""
        found, mapped = super().guessed(header), self.job.options.get("map", {})
        if "number" in found and "number" not in mapped and not self._are_numbers(found["number"][0]):
            del found["number"]
        taken: dict[int, str] = {}
        for name in sorted(found, key=lambda name: self._place_in_line(name, name in mapped, header, found)):
            if name not in mapped and any(place in taken for place in found[name]):
                continue
            taken |= dict.fromkeys(found[name], name)
        found = {name: places for name, places in found.items() if taken.get(places[0]) == name}
        title = self.kind.model.title_field
        if title not in mapped and self.way.is_person:
            found |= {title: parts} if (parts := name_parts(header)) and set(parts) - set(found.get(title, [])) else {}
        open_fields = self.open_fields()
        return {
            name: places for name, places in found.items() if name == "number" or name.partition(".")[0] in open_fields
        }

    def _place_in_line(self, name: str, is_mapped: bool, header: list[str], found: dict[str, list[int]]) -> tuple:
        """What a person said goes first, then labels, then other words; a link's code gives way to a field."""
        return not is_mapped, not self.is_label(name, header, found), "." in name

    def is_label(self, name: str, header: list[str], found: dict[str, list[int]]) -> bool:
        """Is the column called like the field itself? Of legal ids every word counts: each country has its own."""
        own = {name}
        if self.has_field(name):
            own |= {*names_of(self.field_of(name)), *(words_of(self.kind.key, name) if name in SURE else ())}
        return key_of(header[found[name][0]]) in {key_of(word) for word in own}

    def _are_numbers(self, place: int) -> bool:
        """A column called "number" is ours only where our numbers stand in it."""
        cells = [row[place] for row in self.job.about.get("sample", []) if place < len(row) and row[place]]
        return bool(cells) and all(self._is_number(cell) for cell in cells)

    def _is_number(self, cell: str) -> bool:
        return bool(re.fullmatch(rf"{re.escape(self.kind.prefix)}-\d+", cell.strip()))

    def told(self) -> list[tuple[str, str]]:
        found = []
        if self.assumes_currency and "currency" not in self.guessed(self.job.about.get("header", [])):
            found.append((_("Currency"), _("%(what)s (assumed)") % {"what": self._currency({})}))
        if files := self._columns_of_files():
            found.append((_("Not taken: files are added by hand"), ", ".join(files)))
        if (joined := self._rows_joined()) > 0:
            found.append((_("Rows that are one with a row above"), languages.number(joined)))
        return found

    def _columns_of_files(self) -> list[str]:
        """Columns that are called like a field of files that the importer may fill."""
        header = {key_of(title) for title in self.job.about.get("header", [])}
        fields = self.kind.visible_fields(self.job.requester, tuple(self.kind.added)) if self.job.requester else []
        return [shown.heading for shown in fields if shown.kind == "file" and key_of(str(shown.label)) in header]

    def _rows_joined(self) -> int:
        """How many rows say again what another row of the file says, by a tax number, a code, or mail and name."""
        things = self.job.counts.get(self.kind.key, {})
        return self.job.read - sum(things.values()) if things else 0

    def examine(self, path: Path) -> dict:
        about = super().examine(path)
        return about | {"format": self._find_format(path)}

    def _find_format(self, path: Path) -> dict[str, Any]:
        """How numbers and dates are written: said by a person, found in their columns, or assumed; which of these."""
        source = sources(path)[0]
        opened = self.open(source)
        places = self.places(opened.header, source.name)
        of_kind = {name: self.field_of(name).kind for name in places if self.has_field(name)}
        cells: dict[str, list[str]] = {"number": [], "date": []}
        for count, (_line, row) in enumerate(opened.rows):
            if count == SAMPLED:
                break
            for name, kind in of_kind.items():
                place = places[name][0]
                if (known := {"money": "number", "moment": "date"}.get(kind, kind)) in cells and place < len(row):
                    cells[known].append(row[place])
        options, firm = self.job.options, Firm.current()
        point = opened.about["separator"] in (",", "\t", "")
        asked = any(kind in ("number", "money") for kind in of_kind.values())
        dated = any(kind in ("date", "moment") for kind in of_kind.values())
        found_sign, found_order = decimal_of(cells["number"]), order_of(cells["date"])
        return {
            "decimal": options.get("decimal") or found_sign or ("." if point else ""),
            "dates": options.get("dates") or found_order or ("dmy" if firm and firm.language in ("ru", "pl") else ""),
            "decimal_sure": bool(options.get("decimal") or found_sign),
            "dates_sure": bool(options.get("dates") or found_order),
            "has_numbers": asked, "has_dates": dated,
        }  # fmt: skip

    def pieces(self, path: Path):
        self._take_format()
        return super().pieces(path)

    def _take_format(self) -> None:
        found = self.job.about.get("format", {})
        self.numbers = Format(decimal=found.get("decimal", ""), sure=found.get("decimal_sure", False))
        self.dates = Format(dates=found.get("dates", ""), sure=found.get("dates_sure", False))

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        values = self._read_fields(self.fields, row)
        if row.get("number", "").strip():
            values["number"] = row["number"].strip()
        self._refuse_without(self.required, values)
        yield from self._made(self.fields, values)
        yield Piece(self.kind.key, self._key(values) or f"\x1f{line}", values, row=[values])

    def _read_fields(self, names: Iterable[str], row: dict[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in names:
            if pointer := next((f"{name}.{how}" for how in POINTERS if row.get(f"{name}.{how}", "").strip()), ""):
                values |= self._pointed(name, pointer, row)
            elif name in row:
                values[name] = self._value(self.field_of(name), self._decided(name, clean(row[name])), row)
        return values

    def _pointed(self, name: str, pointer: str, row: dict[str, str]) -> dict[str, Any]:
        """A link by its number or code; or what a person decided of that code."""
        said = row[pointer].strip()[:200]
        decided = self.decisions.get(pointer, {}).get(said, {}).get("do", "")
        if decided in ("use", "empty"):
            return {name: self._decided(pointer, said)}
        called = clean(row.get(name, ""))[:200] if decided == "create" else ""
        return {pointer: said} | ({f"{name}.{CALLED}": called} if called else {})

    def _made(self, names: Iterable[str], values: dict[str, Any]) -> Iterable[Piece]:
        """The linked records that a person decided to make from this row."""
        among = set(names)
        for column, target in self._making.items():
            if column.partition(".")[0] in among and self._is_made(column, values.get(column)):
                yield Piece(target, values[column][:200], self._of_new(types[target], column, values))

    def _of_new(self, target: RecordType, column: str, values: dict[str, Any]) -> dict[str, Any]:
        """What a linked record to be made is given: its name, and the code by which the rows tell it."""
        name, _point, how = column.partition(".")
        called = values.get(f"{name}.{CALLED}") or values[column]
        if not how:
            return {target.model.title_field: called}
        code = target.field(self.code_field(column))
        try:
            return {target.model.title_field: called, code.name: self._text(code, values[column], {})}
        except WrongRow as wrong:
            raise WrongRow(column, wrong.value, wrong.reason) from wrong

    def code_field(self, column: str) -> str:
        """The field of the linked record that the file's column of codes means: ``inn`` where it is called ИНН."""
        if column not in self._code_fields:
            target, header = self.field_of(column).target, self.job.about.get("header", [])
            title = key_of(header[place]) if (place := self.guessed(header).get(column, [-1])[0]) >= 0 else ""
            codes = codes_of(target)
            meant = (code for code in codes if title in map(key_of, words_for_code(target, code)))
            self._code_fields[column] = next(meant, codes[-1])
        return self._code_fields[column]

    @staticmethod
    def _refuse_without(names: Iterable[str], values: dict[str, Any]) -> None:
        for name in names:
            if told(values, name) is None:
                raise WrongRow(name, "", _("this must not be empty"))

    def _decided(self, name: str, raw: str) -> str:
        said = self.decisions.get(name, {}).get(raw)
        return raw if said is None or said["do"] == "create" else said.get("to", "") if said["do"] == "use" else ""

    def _is_made(self, name: str, raw: Any) -> bool:
        return bool(raw) and self.decisions.get(name, {}).get(raw, {}).get("do") == "create"

    def _key(self, values: dict[str, Any]) -> str:
        """What tells this row's record from the others of the file."""
        asked = self.job.options.get("key")
        if asked:
            key = str(values.get(asked) or values.get(self.kind.model.title_field) or "")
        elif values.get("number"):
            key = values["number"]
        elif self.way.by:
            key = "\x1f".join(str(told(values, name) or "") for name in self.way.by)
        elif values.get("code"):
            key = str(values["code"])
        else:
            key = self._sign_of(values)
        return key if len(key) <= 200 else sha256(key.encode()).hexdigest()

    def _sign_of(self, values: dict[str, Any]) -> str:
        """The surest thing that a row says of its record: two rows that have the same are one record.

        A КПП tells branches of one ИНН apart; people share an office's e-mail and phone, so their name counts too.
        """
        title = folded(str(values.get(self.kind.model.title_field) or ""))
        if sure := next((name for name in SURE if values.get(name)), ""):
            return "\x1f".join((sure, str(values[sure]), str(values.get("kpp") or "")))
        shared = folded(next((str(values[name]) for name in ALIKE if values.get(name)), ""))
        return f"{shared}\x1f{title}" if shared else str(values.get(self.kind.model.title_field) or "")

    def _value(self, shown: Field, raw: str, row: dict[str, str]) -> Any:
        if not raw:
            return None if shown.model_field.null else ""
        try:
            return READ.get(shown.kind, RecordLayout._text)(self, shown, raw, row)
        except Unreadable as fault:
            raise WrongRow(shown.name, raw, str(fault)) from fault

    def _text(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        if shown.name.endswith("currency"):
            return currency_code(raw)
        most = getattr(shown.model_field, "max_length", None) or 20_000
        if len(raw) > most:
            raise WrongRow(shown.name, raw, _("longer than %(most)s signs") % {"most": most})
        if any((sign < " " and sign not in "\t\n") or sign in "\ufffe\uffff" for sign in raw):
            raise WrongRow(shown.name, raw, _("an invisible control sign, which no text has"))
        if shown.kind == "url" and ":" not in raw:
            raw = f"https://{raw}"
        if shown.kind in ("text", "email", "url"):
            raw = " ".join(raw.split("\n")) if "\n" in raw else raw
        try:
            value = shown.model_field.to_python(raw)
            shown.model_field.run_validators(value)
        except ValidationError as error:
            raise WrongRow(shown.name, raw, words_of_a_form(shown, raw) or " ".join(error.messages)) from error
        return value

    def _choice(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        reads = getattr(shown.model_field, "choice_of", None)  # a field that knows more ways to write its values
        if reads and (found := reads(raw)) is not None:
            return found
        if shown.name not in self._words:
            self._words[shown.name] = words_of_choices(shown)
        if (chosen := self._words[shown.name].get(folded(raw))) is not None:
            return chosen
        self.unknown[shown.name, raw[:200]] += 1
        raise WrongRow(shown.name, raw, _("this is none of the values to choose from"))

    def _choices(self, shown: Field, raw: str, row: dict[str, str]) -> list[str]:
        """Words divided by semicolons, or by commas where no choice is called like the whole."""
        if shown.name not in self._words:
            self._words[shown.name] = words_of_choices(shown)
        sign = "," if ";" not in raw and folded(raw) not in self._words[shown.name] else ";"
        said = [self._decided(shown.name, word) for part in re.split(rf"[{sign}\n]", raw) if (word := part.strip())]
        return in_their_order(self._choice(shown, word, row) for word in said if word)

    def _money(self, shown: Field, raw: str, row: dict[str, str]) -> int:
        amount, currency = self.numbers.number(raw), shown.added.currency if shown.added else self._currency(row)
        if amount != round(amount, minor_digits(currency)):
            raise Unreadable(_("more digits after the point than %(currency)s has") % {"currency": currency})
        return to_minor(amount, currency)

    def _currency(self, row: dict[str, str]) -> str:
        said = row.get("currency", "").strip()
        return (currency_code(said) if said else "") or self.job.options.get("currency") or self._firm_currency

    @cached_property
    def _firm_currency(self) -> str:
        return Firm.own_currency() or "EUR"

    def _number(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        return str(self.numbers.number(raw))

    def _integer(self, shown: Field, raw: str, row: dict[str, str]) -> int:
        value = self.numbers.number(raw)
        if value != int(value):
            raise Unreadable(_("not a whole number"))
        try:
            shown.model_field.run_validators(int(value))
        except ValidationError as error:
            raise Unreadable(" ".join(error.messages)) from error
        return int(value)

    def _day(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        return self.dates.moment(raw).date().isoformat()

    def _time(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        try:
            return time.fromisoformat(raw.zfill(5)).strftime("%H:%M")
        except ValueError as error:
            raise Unreadable(_("not a time of day: write it like 14:30")) from error

    def _moment(self, shown: Field, raw: str, row: dict[str, str]) -> str:
        return aware(self.dates.moment(raw)).isoformat()

    def _yes(self, shown: Field, raw: str, row: dict[str, str]) -> bool:
        return self.numbers.yes(raw)

    def _person(self, shown: Field, raw: str, row: dict[str, str]) -> int:
        """A user by e-mail or name, a department by name."""
        if shown.kind not in self._people:
            self._people[shown.kind] = {}
            everybody = User.objects.values_list("pk", "name", "email")
            named = Department.objects.values_list("pk", "name")
            pairs = everybody.filter(is_active=True) if shown.kind == "user" else named
            found_names = self._people[shown.kind]
            for pk, *names in pairs:
                for name in filter(None, map(folded, names)):
                    found_names[name] = 0 if name in found_names else pk
            for pk, *names in everybody.filter(is_active=False) if shown.kind == "user" else ():  # history names them
                for name in filter(None, map(folded, names)):
                    found_names.setdefault(name, pk)
        found = self._people[shown.kind].get(folded(raw))
        if found:
            return found
        self.unknown[shown.name, raw[:200]] += 1
        raise WrongRow(
            shown.name, raw, _("there are several of that name") if found == 0 else _("there is none of that name")
        )

    @cached_property
    def links(self) -> list[Field]:
        return [shown for shown in map(self.kind.field, self.fields) if shown.kind == "link"]

    # ── rows that link to rows of the same file

    @cached_property
    def own_links(self) -> list[str]:
        """The fields that link a record to others of its type: a branch to its company."""
        return [
            name for name in self.fields if self.field_of(name).kind == "link"
            and self.field_of(name).target is self.kind.model
        ]  # fmt: skip

    def settle(self) -> None:
        """Who is linked to comes before who links, however the rows stand. In a circle the links are not found."""
        own, title = self.job.staged.filter(type=self.kind.key), f"data__values__{self.kind.model.title_field}"
        for name in self.own_links:
            rows = own.filter(data__values__has_key=name).values_list("pk", title, f"data__values__{name}")
            above = {said: wanted for _pk, said, wanted in rows.iterator() if wanted and wanted != said}
            if not above:
                continue
            deeper: dict[int, list[int]] = {}
            for pk, said, _wanted in rows.iterator():
                deeper.setdefault(steps_up(said, above), []).append(pk)
            for steps, ids in deeper.items():
                for start in range(0, len(ids), self.batch):
                    own.filter(pk__in=ids[start : start + self.batch]).update(place=F("place") + steps)

    def _of_this_file(self, names: set[str], place: int) -> dict[str, int]:
        """{title: id} of what earlier rows of this file say; not loaded yet is to be made, 0 is several of one name."""
        title, found = f"data__values__{self.kind.model.title_field}", {}
        earlier = self.job.staged.filter(type=self.kind.key, place__lt=place).exclude(verdict=Staged.Verdict.BAD)
        for said, pk in earlier.filter(**{f"{title}__in": sorted(names)}).values_list(title, "object_id"):
            found[said] = 0 if said in found else pk or TO_BE_MADE
        return found

    # ── what is there

    def compare(self, things: list[Staged]) -> None:
        if not things or things[0].type != self.kind.key:
            return self._compare_targets(things)
        links = self._links(things)
        known = self._known(things, links)
        taken: dict[int, Staged] = {}
        may = self._editable({record.pk for record in known.values() if record})
        for thing in things:
            thing.difference = {}
            if wrong := self._wrong(thing, links, known):
                thing.verdict, thing.difference = Staged.Verdict.BAD, wrong
                continue
            record = known.get(thing.key)
            if record is None:
                thing.object_id = None
                fresh = self._begun()
                thing.verdict, thing.difference = self._new_verdict(thing, fresh)
                if thing.verdict == Staged.Verdict.CREATE:
                    self._try_out(thing, fresh, links)
                continue
            self._compare_with(thing, record, links)
            if frozen := self._frozen(record, thing):
                thing.verdict = Staged.Verdict.BAD
                thing.difference = self._refused(thing, _("this is fixed by now: %(fields)s") % {"fields": frozen})
            elif thing.verdict == Staged.Verdict.UPDATE and record.pk not in may:
                thing.verdict = Staged.Verdict.BAD
                thing.difference = self._refused(thing, _("this one is here, and you may not change it"))
            elif taken.setdefault(record.pk, thing) is not thing:
                thing.verdict = Staged.Verdict.BAD
                thing.difference = self._refused(
                    thing, _("row %(line)s of this file is the same one") % {"line": taken[record.pk].line}
                )
            elif thing.verdict == Staged.Verdict.UPDATE:
                self._try_out(thing, record, links)
        return None

    def _try_out(self, thing: Staged, record, links) -> None:
        """Fill the record as the load would, and ask the rules that look at several fields at once."""
        for name, value in self._attributes(thing, links).items():
            if value not in EMPTY:
                added.put(record, name, value)
        put_stand_ins(record, self.links)
        given = set(thing.data["values"])
        try:
            record.prepare()
            if self.kind.check:
                self.kind.check({name: getattr(record, name) for name in self.fields})
            changed = None if thing.verdict == Staged.Verdict.CREATE else thing.difference
            layouts.refuse_broken(self.kind, record, self.rules_of_the_form, changed)
            self._refuse_broken(record, [rule for rule in self.rules if given & rule.condition.referenced_base_fields])
        except (Refusal, ValidationError) as error:
            thing.verdict, thing.difference = Staged.Verdict.BAD, self._refused(thing, sentence_of(error))

    def _refuse_broken(self, record, rules: list[CheckConstraint]) -> None:
        """Raise what the first broken rule says. The database is asked once for a set of values, not for each row."""
        for rule in rules:
            key = (rule.name, *(getattr(record, name) for name in sorted(rule.condition.referenced_base_fields)))
            if key not in self._kept_rules:
                try:
                    rule.validate(type(record), record)
                    self._kept_rules[key] = None
                except ValidationError as broken:
                    self._kept_rules[key] = broken
            if (said := self._kept_rules[key]) is not None:
                raise said

    @cached_property
    def rules_of_the_form(self) -> list[layouts.Rule]:
        return layouts.rules_for(self.kind, self.job.requester)

    @cached_property
    def rules(self) -> list[CheckConstraint]:
        found = [rule for rule in self.kind.model._meta.constraints if isinstance(rule, CheckConstraint)]
        return [rule for rule in found if isinstance(rule.condition, Q)]

    def _compare_with(self, thing: Staged, record, links) -> None:
        thing.object_id = record.pk
        thing.difference = {
            name: [as_json(getattr(record, name)), as_json(value)]
            for name, value in self._attributes(thing, links).items()
            if value not in EMPTY and not is_same(getattr(record, name), value)
        }
        thing.verdict = Staged.Verdict.UPDATE if thing.difference else Staged.Verdict.SAME

    def _frozen(self, record, thing: Staged) -> str:
        """The fields that nobody may change any more, of those that this row would."""
        frozen = frozen_in(record, self.kind.frozen)
        fields = [self.kind.field(name) for name in frozen if name in self.fields]
        return ", ".join(str(shown.label) for shown in fields if shown.model_field.attname in thing.difference)

    def _new_verdict(self, thing: Staged, fresh) -> tuple[str, dict]:
        title = self.kind.model.title_field
        if not thing.data["values"].get(title) and title in self.required:
            return Staged.Verdict.BAD, {"column": title, "value": "", "reason": _("this must not be empty")}
        if not self.makes_records():
            reason = _("a new one needs lines: make it by hand, or load it with its lines")
            value = str(thing.data["values"].get(title) or "")
            return Staged.Verdict.BAD, {"column": title, "value": value, "reason": reason}
        for name, attname in self._needed.items():
            if getattr(fresh, attname) in EMPTY and not told(thing.data["values"], name):
                return Staged.Verdict.BAD, {"column": name, "value": "", "reason": _("this must not be empty")}
        return Staged.Verdict.CREATE, {}

    @cached_property
    def _needed(self) -> dict[str, str]:
        """{field: attribute} without which there is no record."""
        fields = {name: self.kind.field(name).model_field for name in self.fields}
        return {name: field.attname for name, field in fields.items() if is_needed(field)}

    def makes_records(self) -> bool:
        """Does a row say enough for a new record? A document is nothing without its lines."""
        return bool(self.kind.quick)

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        """The linked records that a person decided to make from this row."""
        if thing.type != self.kind.key:
            return []
        said = thing.data["values"]
        return [(key, said[name][:200]) for name, key in self._making.items() if self._is_made(name, said.get(name))]

    @cached_property
    def _making(self) -> dict[str, str]:
        """{column: type} of the links of which a person decided to make some, by their name or by their code."""
        return {
            name: type_of(self.field_of(name).target).key
            for name, values in self.decisions.items()
            if self.has_field(name.partition(".")[0]) and any(said["do"] == "create" for said in values.values())
        }

    def _compare_targets(self, things: list[Staged]) -> None:
        """Linked records to be made from values of the file: those that are here by now are left alone."""
        if things:
            kind = types[things[0].type]
            here = self._by_name(kind.model, {thing.key for thing in things})
            for thing in things:
                thing.object_id = here.get(thing.key) or None
                thing.verdict = Staged.Verdict.SAME if thing.object_id else Staged.Verdict.CREATE

    def is_torn(self, thing: Staged) -> bool:
        """What one row leaves empty another may say; what they both say must agree."""
        first: dict[str, Any] = {}
        for row in thing.data["rows"]:
            values = row[self.said_at]
            if any(first.setdefault(name, value) != value for name, value in values.items() if value not in EMPTY):
                return True
        return False

    def _refused(self, thing: Staged, reason: str) -> dict[str, str]:
        title = self.kind.model.title_field
        name = self.job.options.get("key") or title
        return {"column": name, "value": str(thing.data["values"].get(name) or ""), "reason": reason}

    def _wrong(self, thing: Staged, links: dict[str, dict[str, int]], known: dict[str, Any]) -> dict[str, str]:
        """What cannot be taken of a row that reads well."""
        values = thing.data["values"]
        if self.is_torn(thing):
            return self._refused(thing, _("another row of this file has this and says something else"))
        if thing.key in known and known[thing.key] is None:
            return self._refused(thing, _("several here fit this row: give their number, or another key"))
        if values.get("number") and thing.key not in known:
            return {"column": "number", "value": values["number"], "reason": _("there is none of that number")}
        return self._unlinked(values, links)

    def _unlinked(self, values: dict[str, Any], links: dict[str, dict[str, int]]) -> dict[str, str]:
        """The first link of a row that points at nothing, or at several; all that are unknown are asked about."""
        wrong: dict[str, str] = {}
        for name, found in links.items():
            value = values.get(name)
            if value and not found.get(value):
                several = value in found
                reason = _("there are several of that name") if several else _("there is none of that name")
                if not several and not name.endswith(".number"):
                    self.unknown[name, value[:200]] += 1
                wrong = wrong or {"column": name, "value": value, "reason": reason}
        return wrong

    def _visible(self):
        return self.kind.model.objects.visible_to(self.job.requester).current()

    def _editable(self, ids: set[int]) -> set[int]:
        editable = self.kind.model.objects.visible_to(self.job.requester, "edit")
        return set(editable.filter(pk__in=ids).values_list("pk", flat=True))

    def _known(self, things: list[Staged], links: dict[str, dict[str, int]]) -> dict[str, Any]:
        """{key of a thing: the record it is; None where several fit}, among what the importer sees."""
        if self.way.by and not self.job.options.get("key"):
            return self._known_together(things, links)
        asked, title = self.job.options.get("key"), self.kind.model.title_field
        rows = {thing.key: thing.data["values"] for thing in things}
        found: dict[str, Any] = {}
        earlier = dict(
            ExternalKey.objects.filter(source=SOURCE, type=self.kind.key, key__in=list(rows)).values_list(
                "key", "object_id"
            )
        )
        here = self._visible().in_bulk(list(earlier.values()))
        by = {
            name: self._by(name, {str(values[name]) for values in rows.values() if values.get(name)})
            for name in ([asked] if asked else ["number", *(name for name in ALIKE if name in self.fields), title])
        }
        for key, values in rows.items():
            for name, records in by.items():
                value = str(values.get(name) or "")
                if value and value in records and self._fits(name, records[value], values):
                    found[key] = records[value]
                    break
                if value and name in ("number", "code") and not asked:
                    break  # who gives these means no other
            if key not in found and earlier.get(key) in here and not values.get("number"):
                found[key] = here[earlier[key]]
        return found

    def _known_together(self, things: list[Staged], links: dict[str, dict[str, int]]) -> dict[str, Any]:
        """Those of a type that several fields tell apart; a number of ours goes before them."""
        numbers = {thing.data["values"]["number"] for thing in things if thing.data["values"].get("number")}
        found: dict[str, Any] = {}
        by_number = self._by("number", numbers)
        wanted: dict[tuple, list[tuple[str, tuple]]] = {}  # {attributes that are told: [(key, their values)]}
        for thing in things:
            if number := thing.data["values"].get("number"):
                found |= {thing.key: by_number[number]} if number in by_number else {}
                continue
            values = self._telling(thing, links)
            wanted.setdefault(tuple(values), []).append((thing.key, tuple(values.values())))
        for names, rows in wanted.items():
            within = {f"{name}__in": {values[place] for _key, values in rows} for place, name in enumerate(names)}
            held: dict[tuple, list] = {}
            for record in self._visible().filter(**within):
                held.setdefault(tuple(getattr(record, name) for name in names), []).append(record)
            found |= {key: same[0] if len(same) == 1 else None for key, values in rows if (same := held.get(values))}
        return found

    def _telling(self, thing: Staged, links: dict[str, dict[str, int]]) -> dict[str, Any]:
        """{attribute: value} of what tells this record from the others of its type."""
        told_ones = self._attributes(thing, links)
        values: dict[str, Any] = {}
        for name in self.way.by:
            value = told_ones.get(name_in_database := self.kind.field(name).model_field.attname)
            if value in EMPTY and name in self.way.assumed:
                value = self.way.assumed[name]()
            if value not in EMPTY:
                values[name_in_database] = value
        return values

    def _fits(self, name: str, record, values: dict[str, Any]) -> bool:
        """Of one name alone, but another tax number or e-mail: that is somebody else. A phone may be an office's."""
        if record is None or name in ("number", self.job.options.get("key")):
            return True
        if name in SURE:  # branches of one firm share its ИНН and have each its КПП
            branches = values.get("kpp"), getattr(record, "kpp", "")
            return not all(branches) or branches[0] == branches[1]
        title = self.kind.model.title_field
        if name == "phone" and folded(str(values.get(title) or "")) != folded(str(getattr(record, title))):
            return False
        surer = ALIKE[: ALIKE.index(name)] if name in ALIKE else ALIKE[:-1]  # all but the phone
        return not any(
            values.get(other)
            and getattr(record, other, "")
            and folded(str(values[other])) != folded(getattr(record, other))
            for other in surer
            if other in self.kind.fields
        )

    def _by(self, name: str, wanted: set[str]) -> dict[str, Any]:
        """{value: the one record that has it; None where several have}"""
        found: dict[str, Any] = {}
        if wanted:
            lookups = {value: value for value in wanted}
            if name == "phone":
                lookups = {variant: value for value in wanted for variant in phones(value)}
            for record in self._visible().filter(**{f"{name}__in": list(lookups)}):
                value = lookups[str(getattr(record, name))]
                found[value] = None if value in found else record
        return found

    def _links(self, things: list[Staged]) -> dict[str, dict[str, int]]:
        """{column: {what it says: id}} of the linked records that the importer sees; 0 where several are called so."""
        rows = [thing.data["values"] for thing in things]
        found = self._linked([self.kind.field(name) for name in self.fields], rows)
        for name in self.own_links:
            if names := said_in(rows, name) - found[name].keys():
                found[name] |= self._of_this_file(names, things[0].place)
        return found

    def _linked(self, fields: list[Field], rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
        result: dict[str, dict[str, int]] = {}
        for shown in fields:
            if shown.kind != "link":
                continue
            names = said_in(rows, shown.name)
            result[shown.name] = self._by_name(shown.target, names)
            numbers, codes = said_in(rows, f"{shown.name}.number"), said_in(rows, f"{shown.name}.code")
            seen = shown.target.objects.visible_to(self.job.requester).filter(number__in=numbers)
            result[f"{shown.name}.number"] = dict(seen.values_list("number", "pk")) if numbers else {}
            result[f"{shown.name}.code"] = self._by_code(shown.target, codes)
            for column, said in ((shown.name, names), (f"{shown.name}.code", codes)):
                for value in said:
                    if self._is_made(column, value):
                        result[column].setdefault(value, TO_BE_MADE)
        return result

    def _by_name(self, model, names: set[str]) -> dict[str, int]:
        """By title; what is no title may be a code."""
        found = self._by_title(model, names)
        return found | self._by_code(model, names - found.keys())

    def _by_title(self, model, names: set[str]) -> dict[str, int]:
        return self._by_field(model, model.title_field, names)

    def _by_code(self, model, codes: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name in codes_of(model):
            found = self._by_field(model, name, codes - found.keys()) | found
        return found

    def _by_field(self, model, name: str, values: set[str]) -> dict[str, int]:
        """Among what whoever imports sees, by a field that is not hidden there: finding would tell its value."""
        found: dict[str, int] = {}
        by = self.job.requester
        if values and by is not None and type_of(model).visible_fields(by, (name,)):
            rows = model.objects.visible_to(by).current().filter(**{f"{name}__in": values})
            for value, pk in rows.values_list(name, "pk"):
                found[value] = 0 if value in found else pk
        return found

    def _attributes(self, thing: Staged, links) -> dict[str, Any]:
        return self._valued(thing.data["values"], links)

    def _valued(self, said: dict[str, Any], links) -> dict[str, Any]:
        """{attribute of the model: value} of what a row says."""
        values: dict[str, Any] = {}
        for name, value in said.items():
            if name == "number" or name.endswith(f".{CALLED}"):
                continue
            shown = self.field_of(name)
            if shown.kind == "link":
                value = links[name].get(value)
            elif value not in EMPTY:
                value = KEPT.get(shown.kind, lambda value: value)(value)
            values[shown.model_field.attname] = value
        return values

    # ── loading

    def write(self, things: list[Staged]) -> None:
        if things and things[0].type != self.kind.key:
            return self._write_targets(things)
        links = self._links(things)
        new = [thing for thing in things if thing.verdict == Staged.Verdict.CREATE]
        records = [self._new(thing, links) for thing in new]
        make_owned(records, self.job.requester)
        changed, again = [], [thing for thing in things if thing.verdict == Staged.Verdict.UPDATE]
        held = self.kind.model._base_manager.select_for_update(of=("self",)).in_bulk(
            [thing.object_id for thing in again]
        )
        for thing in again:
            record = held[thing.object_id]
            before = write.values(record)
            for name, value in self._attributes(thing, links).items():
                if value not in EMPTY and not is_same(getattr(record, name), value):
                    added.put(record, name, value)
            changed.append((record, before))
        write.writing_many(created=records, changed=changed)
        keep_keys(SOURCE, new, records)
        self.finish(records)
        return None

    def finish(self, records: list) -> None:
        """What follows from new records, once they are there."""
        for record in records if self.way.made else ():
            self.way.made(record)

    def _write_targets(self, things: list[Staged]) -> None:
        kind = types[things[0].type]
        records = [kind.model(owner=self.job.requester, **thing.data["values"]) for thing in things]
        write.writing_many(created=records)
        for thing, record in zip(things, records, strict=True):
            thing.object_id = record.pk

    def _new(self, thing: Staged, links):
        values = {name: value for name, value in self._attributes(thing, links).items() if value not in EMPTY}
        record = self._begun()
        for name, value in values.items():
            added.put(record, name, value)
        put_stand_ins(record, self.links)
        return record

    def _begun(self):
        record = self.kind.model()
        if begin := self.way.begin or self.kind.begin:
            begin(record)
        if self.assumes_currency:
            record.currency = self._currency({})
        return record

    @cached_property
    def assumes_currency(self) -> bool:
        """Money without a word of its currency is in the firm's own, and the trial says so."""
        own = self.kind.by_name.get("currency")
        return own is not None and "currency" not in self.required and is_needed(own.model_field)


READ = {
    "choice": RecordLayout._choice, "choices": RecordLayout._choices, "money": RecordLayout._money,
    "number": RecordLayout._number,
    "integer": RecordLayout._integer, "date": RecordLayout._day, "moment": RecordLayout._moment,
    "bool": RecordLayout._yes, "user": RecordLayout._person, "department": RecordLayout._person,
    "link": lambda layout, shown, raw, row: raw[:300], "time": RecordLayout._time,
}  # fmt: skip
KEPT: dict[str, Any] = {
    "date": date.fromisoformat,
    "moment": datetime.fromisoformat,
    "number": Decimal,
    "time": time.fromisoformat,
}


def put_stand_ins(record, links: Iterable[Field]) -> None:
    """What the load will make first cannot be read in the trial: rules that look at it see an empty one."""
    for shown in links:
        if getattr(record, shown.model_field.attname) == TO_BE_MADE:
            setattr(record, shown.model_field.name, shown.target(pk=TO_BE_MADE))


def words_of_choices(shown: Field) -> dict[str, str]:
    """{word: the choice it means}, in each of our languages; the first choice of a word keeps it."""
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for value, label in shown.model_field.flatchoices:
                for word in (value, label):
                    found.setdefault(folded(str(word)), str(value))
    return found


def as_json(value: Any) -> Any:
    """A value as the trial shows it and keeps it in JSON."""
    return f"{value:%H:%M}" if isinstance(value, time) else write.plain(value)


def clean(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def is_same(held: Any, value: Any) -> bool:
    """A text differs by what is between its ends; a moment by its minute."""
    if isinstance(held, str) and isinstance(value, str):
        return clean(held) == value or " ".join(clean(held).split("\n")) == value
    if isinstance(held, datetime) and isinstance(value, datetime):
        return held.replace(second=0, microsecond=0) == value.replace(second=0, microsecond=0)
    return held == value


def phones(text: str) -> set[str]:
    """The ways in which one phone number is usually written."""
    digits = re.sub(r"\D", "", text)
    found = {text, digits, f"+{digits}"}
    if len(digits) == 11 and digits[0] in "78":
        found |= {f"+7{digits[1:]}", f"8{digits[1:]}", f"7{digits[1:]}"}
    return found - {"", "+"}


def name_parts(header: list[str]) -> list[int]:
    """Where the parts of a person's name stand, in the order of the file; none where fewer than two do."""
    names = [key_of(name) for name in header]
    for parts in NAME_PARTS:
        places = sorted(names.index(key_of(part)) for part in parts if key_of(part) in names)
        if len(places) > 1:
            return places
    return []
