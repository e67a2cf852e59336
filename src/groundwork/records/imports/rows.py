"""How the rows of a table of any record type are read."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from groundwork.access.models import Department, User
from groundwork.access.rights import reach, rights
from groundwork.blueprint.models import Firm
from groundwork.core import languages
from groundwork.core.languages import folded
from groundwork.core.money import minor_digits, to_minor
from groundwork.core.refusals import Refusal
from groundwork.records.added.extra import in_their_order
from groundwork.records.forms import form_field
from groundwork.records.imports.brought import way_of
from groundwork.records.imports.columns import (
    ALIKE,
    SURE,
    codes_of,
    is_needed,
    link_code_label,
    link_number_label,
    name_parts,
    names_of,
    words_for_code,
    writable,
)
from groundwork.records.imports.formats import Format, Unreadable, aware, currency_code, decimal_of, order_of
from groundwork.records.imports.layouts import Layout, Piece, WrongRow
from groundwork.records.imports.readers import key_of, sources
from groundwork.records.imports.words import words_of
from groundwork.records.types import Field, RecordType, type_of, types
from groundwork.ui.forms import speak_plainly

SAMPLED = 2000  # rows from which the way of writing numbers and dates is found out
EMPTY = ("", None)
POINTERS = ("number", "code")  # what may stand beside a link, each in a column of its own
CALLED = "called"  # how a link that its code tells is called in the column beside, for where it is made


def told(values: dict[str, Any], name: str) -> Any:
    """What a row says of a field; of a link also by its number or code."""
    return next(
        (values[way] for way in (name, *(f"{name}.{how}" for how in POINTERS)) if values.get(way) not in EMPTY), None
    )


def words_of_a_form(shown: Field, value: str) -> str:
    """What a form says to this value of this field."""
    try:
        speak_plainly(form_field(shown.model_field), shown.label).run_validators(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


class RowLayout(Layout):
    """How a table of any record type is read: which column is which field, and what a row says of them."""

    kind: RecordType

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
            return READ.get(shown.kind, RowLayout._text)(self, shown, raw, row)
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

    @cached_property
    def _making(self) -> dict[str, str]:
        """{column: type} of the links of which a person decided to make some, by their name or by their code."""
        return {
            name: type_of(self.field_of(name).target).key
            for name, values in self.decisions.items()
            if self.has_field(name.partition(".")[0]) and any(said["do"] == "create" for said in values.values())
        }

    @cached_property
    def assumes_currency(self) -> bool:
        """Money without a word of its currency is in the firm's own, and the trial says so."""
        own = self.kind.by_name.get("currency")
        return own is not None and "currency" not in self.required and is_needed(own.model_field)


READ = {
    "choice": RowLayout._choice, "choices": RowLayout._choices, "money": RowLayout._money,
    "number": RowLayout._number,
    "integer": RowLayout._integer, "date": RowLayout._day, "moment": RowLayout._moment,
    "bool": RowLayout._yes, "user": RowLayout._person, "department": RowLayout._person,
    "link": lambda layout, shown, raw, row: raw[:300], "time": RowLayout._time,
}  # fmt: skip


def words_of_choices(shown: Field) -> dict[str, str]:
    """{word: the choice it means}, in each of our languages; the first choice of a word keeps it."""
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for value, label in shown.model_field.flatchoices:
                for word in (value, label):
                    found.setdefault(folded(str(word)), str(value))
    return found


def clean(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()
