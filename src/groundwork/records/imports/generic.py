"""The layout of any record type: one row a record, columns named like its fields in any of our languages.

A record is recognised by its number, by the key asked for, or else as a duplicate: by tax number,
code, e-mail, phone, name.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.added import fields as added
from groundwork.records.added import layouts
from groundwork.records.imports.brought import frozen_in
from groundwork.records.imports.columns import ALIKE, SURE, codes_of, columns_for, is_needed, required_of
from groundwork.records.imports.layouts import keep_keys, make_owned
from groundwork.records.imports.models import Staged
from groundwork.records.imports.rows import CALLED, EMPTY, RowLayout, clean, told
from groundwork.records.models import ExternalKey
from groundwork.records.types import Field, type_of, types

SOURCE = "table"
TO_BE_MADE = -1


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


def sentence_of(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


class RecordLayout(RowLayout):
    """What becomes of the rows: new, changed, there already or wrong; and the load."""

    said_at = 0  # where in a staged row stands what it says of its record

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


def as_json(value: Any) -> Any:
    """A value as the trial shows it and keeps it in JSON."""
    return f"{value:%H:%M}" if isinstance(value, time) else write.plain(value)


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
