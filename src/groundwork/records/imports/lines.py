"""A record type with one of its parts, one row a line: price lists with prices, purchases and invoices with lines.

The rows of one record belong together by its title, or by what else tells it (``Brought.by``). What becomes of lines
that are here depends on the part: where a rule of the database tells one line from another (one price a product and
quantity), a row changes its line and the others stay; the lines of a document are replaced as a whole, compared as a
multiset since equal lines do repeat; anything else (dates, notes) is added where it is missing.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Q, Sum, UniqueConstraint, prefetch_related_objects
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core.money import minor_digits
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.imports.brought import frozen_in, way_of
from groundwork.records.imports.columns import columns_for, is_needed, link_columns, names_of, required_of
from groundwork.records.imports.generic import RecordLayout, put_stand_ins, sentence_of
from groundwork.records.imports.layouts import Piece, WrongRow, keep_line
from groundwork.records.imports.models import Staged
from groundwork.records.imports.rows import EMPTY, clean, told
from groundwork.records.imports.words import words_of
from groundwork.records.types import Field, PartType, RecordType

Verdict = Staged.Verdict
PRICE, QUANTITY = "price", "quantity"
PRICE_DIGITS = 6
AMOUNT = "amount_minor"  # follows from quantity and price: a column of it is compared, not taken


def lines_layout_of(kind: RecordType, part_key: str) -> type["LinesLayout"]:
    part = next(part for part in kind.parts if part.key == part_key)
    fields = line_fields(kind, part)
    columns = columns_for(kind)
    for name, shown in fields.items():
        columns[name] = (*names_of(shown), *words_of(f"{kind.key}.{part.key}", shown.model_field.name))
        columns |= {column: words for column, words in link_columns(shown).items() if column not in columns}
    title = () if way_of(kind.key).by else (kind.model.title_field,)
    needed = [name for name, shown in fields.items() if name != AMOUNT and is_needed(shown.model_field)]
    return type(
        f"{kind.key}{part.key}Layout".title(),
        (LinesLayout,),
        {
            "key": f"records:{kind.key}.{part.key}", "type": f"{kind.key}-{part.key}", "kind": kind, "part": part,
            "label": format_lazy("{}: {}, {}", kind.plural, part.label, gettext_lazy("one row a line")),
            "line_fields": fields, "columns": columns, "order": (kind.key,), "batch": 100,
            "required": tuple(dict.fromkeys((*title, *required_of(kind), *needed))),
        },
    )  # fmt: skip


def line_fields(kind: RecordType, part: PartType) -> dict[str, Field]:
    """{column: field of the line}; what the record itself has a field of is called after the part, too."""
    taken = [shown for shown in part.shown if shown.model_field.editable or shown.name == AMOUNT]
    named = {f"{part.key}_{shown.name}" if shown.name in kind.by_name else shown.name: shown for shown in taken}
    return {name: replace(shown, name=name) for name, shown in named.items()}


def name_of_parts(parts: list[str]) -> str:
    """A document's name of its day and whose it is; of 40 signs, and another for every other whole."""
    whole = " ".join(parts)
    return whole if len(whole) <= 40 else f"{whole[:31]} {sha256(whole.encode()).hexdigest()[:8]}"


class LinesLayout(RecordLayout):
    part: PartType
    line_fields: dict[str, Field]
    keeps_notes = True
    said_at = 1

    def has_field(self, name: str) -> bool:
        return name in self.line_fields or super().has_field(name)

    def field_of(self, name: str) -> Field:
        return self.line_fields.get(name.partition(".")[0]) or super().field_of(name)

    def _rows_joined(self) -> int:
        return 0  # that is what lines are for

    def convinces(self, found: dict[str, list[int]]) -> bool:
        """A date beside a company may be anything; two columns of a line are no accident."""
        there = {name.partition(".")[0] for name in found} & self.line_fields.keys()
        return len(there) > 1 and super().convinces(found)

    def makes_records(self) -> bool:
        return True

    def finish(self, records: list) -> None:
        """The lines say it themselves."""

    def lacking(self, found: Iterable[str]) -> list[str]:
        there = {name.partition(".")[0] for name in found}
        return [name for name in super().lacking(there) if not self._follows(name, there)]

    def _follows(self, name: str, there: Collection[str]) -> bool:
        """Is it worked out where no column has it: a price of the sum, a document's name of its day and whose it is?"""
        if name == self.kind.model.title_field:
            return bool(self.way.named_by) and set(self.way.named_by) <= set(there)
        if AMOUNT not in set(there) & self.line_fields.keys():
            return False
        return name == PRICE or (name == QUANTITY and PRICE not in there)

    def told(self) -> list[tuple[str, str]]:
        """Also what was worked out, since no column has it."""
        there, found = self._there, super().told()
        if PRICE in self.line_fields and PRICE not in there and self._follows(PRICE, there):
            alone = QUANTITY not in there
            how = _("the sum: nothing says of how many") if alone else _("worked out: the sum divided by the quantity")
            found.append((self.label_of(PRICE), how))
        title = self.kind.model.title_field
        if title not in there and self._follows(title, there):
            by = ", ".join(self.label_of(name) for name in self.way.named_by)
            found.append((self.label_of(title), _("none in the file: one document for each %(by)s") % {"by": by}))
        return found

    def refuse_what_is_off(self) -> None:
        super().refuse_what_is_off()
        if self.job.requester and self.part not in self.kind.visible_parts(self.job.requester):
            raise Refusal(
                _("“%(what)s” is hidden from you: ask somebody who sees it to load the file.")
                % {"what": self.part.label}
            )

    def open_fields(self) -> set[str]:
        return super().open_fields() | set(self.line_fields)

    @cached_property
    def told_apart_by(self) -> tuple[str, ...]:
        """The attributes that tell one line of a record from another, by a rule of the database; none: lines repeat."""
        rules = [rule for rule in self.part.model._meta.constraints if isinstance(rule, UniqueConstraint)]
        names = next((rule.fields for rule in rules if self.part.model.parent_field in rule.fields), ())
        fields = [self.part.model._meta.get_field(name) for name in names if name != self.part.model.parent_field]
        return tuple(field.attname for field in fields)  # type: ignore[union-attr]

    @cached_property
    def line_links(self) -> list[Field]:
        return [shown for shown in self.line_fields.values() if shown.kind == "link"]

    @property
    def is_document(self) -> bool:
        return bool(self.kind.amount and hasattr(self.part.model, AMOUNT) and not self.told_apart_by)

    # ── the file

    def key_of(self, row: dict[str, str]) -> str:
        """The document of a wrong row; a wrong price stands for itself."""
        if not self.is_document:
            return ""
        try:
            return self._key(self._read_fields(self.fields, row))
        except WrongRow:
            return ""

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        values, said = self._read_fields(self.fields, row), self._read_fields(self.line_fields, row)
        if row.get("number", "").strip():
            values["number"] = row["number"].strip()
        self._work_out(values, said, row)
        self._refuse_without(self.required, values | said)
        yield from self._made([*self.fields, *self.line_fields], values | said)
        yield Piece(self.kind.key, self._key(values) or f"\x1f{line}", values, row=[said, values, line])

    def _work_out(self, values: dict[str, Any], said: dict[str, Any], row: dict[str, str]) -> None:
        """Fill in what follows from the rest of the row; rounded so, a price gives the sum again or is refused."""
        title, amount = self.kind.model.title_field, said.get(AMOUNT)
        if self._follows(QUANTITY, self._there) and QUANTITY not in self._there:
            said[QUANTITY] = "1"
        quantity = Decimal(said.get(QUANTITY) or 0)
        if PRICE in self.line_fields and not said.get(PRICE) and amount is not None and quantity:
            digits = minor_digits(self._currency(row))
            said[PRICE] = str(round(Decimal(amount).scaleb(-digits) / quantity, PRICE_DIGITS))
        if not values.get(title) and self._follows(title, self._there):
            parts = [self._words_for(name, values, row) for name in self.way.named_by]
            values[title] = name_of_parts(parts) if all(parts) else ""

    def _words_for(self, name: str, values: dict[str, Any], row: dict[str, str]) -> str:
        """How the row calls it: a company by its name, also where its tax number tells which one it is."""
        called = clean(row.get(name, "")) if self.field_of(name).kind == "link" else ""
        return called or str(told(values, name) or "")

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        if thing.type != self.kind.key:
            return []
        said = [row[0] for row in thing.data["rows"]] if self.is_document else []
        made = [piece for values in said for piece in self._made(self.line_fields, values)]
        return [*super().leans_on(thing), *dict.fromkeys((piece.type, piece.key) for piece in made)]

    # ── what is there

    def compare(self, things: list[Staged]) -> None:
        super().compare(things)
        good = [thing for thing in things if thing.verdict in (Verdict.CREATE, Verdict.UPDATE, Verdict.SAME)]
        if not things or things[0].type != self.kind.key:
            return
        self._ask_of_lines([thing for thing in things if thing.verdict == Verdict.BAD])
        links, of_lines = self._links(good), self._links_of_lines(good)
        ids = [thing.object_id for thing in good if thing.object_id]
        records, kept = self.kind.model._base_manager.in_bulk(ids), self._kept(ids)
        may = self._editable(set(ids))
        made = [records.get(thing.object_id) or self._new(thing, links) for thing in good]
        linked = self._linked_records(good, made, of_lines)
        for thing, record in zip(good, made, strict=True):
            self._compare_lines(thing, record, of_lines, linked, kept.get(record.pk, []))
            if thing.verdict == Verdict.UPDATE and record.pk not in may:
                thing.verdict = Verdict.BAD
                thing.difference = self._refused(thing, _("this one is here, and you may not change it"))

    def _ask_of_lines(self, left_out: list[Staged]) -> None:
        """Ask about unknown goods of documents, too, that lack their company: all questions come at once."""
        links = self._links_of_lines(left_out)
        for thing in left_out:
            for said, _of, _line in thing.data["rows"]:
                self._unlinked(said, links)

    def _links_of_lines(self, things: list[Staged]) -> dict[str, dict[str, int]]:
        return self._linked(list(self.line_fields.values()), [row[0] for thing in things for row in thing.data["rows"]])

    def _kept(self, ids: list[int]) -> dict[int, list]:
        found: dict[int, list] = {}
        parent = self.part.model.parent_field
        for line in self.part.model._base_manager.filter(**{f"{parent}__in": ids}).order_by("pk"):
            found.setdefault(getattr(line, f"{parent}_id"), []).append(line)
        return found

    def _compare_lines(self, thing: Staged, record, links, linked, kept: list) -> None:
        lines = self._lines(thing, record, links, linked)
        wrong = thing.data["left_out"]
        if wrong and (self.is_document or not lines):
            thing.verdict, thing.difference = Verdict.BAD, wrong[0]
            return
        if self.is_document:
            thing.data["amount"] = [record.currency, sum(line.amount_minor for line in lines)]
        new, gone, changed = self._differences(lines, kept)
        if not (new or gone or changed):
            return
        if record.pk is not None and self.part.key in frozen_in(record, self.kind.frozen):
            reason = _("this is fixed by now: %(fields)s") % {"fields": self.part.label}
            thing.verdict, thing.difference = Verdict.BAD, self._refused(thing, reason)
        elif record.pk is not None and not self._is_other_part(thing, new, gone, kept):
            many = ngettext("%(count)s changed", "%(count)s changed", len(changed)) % {"count": len(changed)}
            after: Any = len(kept) + len(new) - len(gone)
            thing.difference["lines"] = [len(kept), f"{after}, {many}" if changed else after]
            thing.verdict = Verdict.UPDATE

    def _is_other_part(self, thing: Staged, new: list, gone: list, kept: list) -> bool:
        """Was a document cut in two by the files? No line is in both, so a person says what becomes of it."""
        if not self.is_document or self.job.options.get("split") == "replace" or not kept or len(gone) < len(kept):
            return False
        if self.job.options.get("split") == "add":
            return False
        thing.verdict = Verdict.SAME if self.job.options.get("split") == "skip" else Verdict.ASK
        return True

    def _lines(self, thing: Staged, record, links, linked) -> list[Any]:
        """The lines as they would be kept. What cannot be taken goes to ``left_out``: line, column, value, reason."""
        lines, thing.data["left_out"] = [], []
        seen: dict[tuple, Any] = {}
        for place, (said, _of, number) in enumerate(thing.data["rows"], 1):
            wrong = self._unlinked(said, links)
            if not wrong:
                line = self._line(record, said, links, linked, place)
                wrong = self._wrong_line(line, said)
                key = tuple(getattr(line, name) for name in self.told_apart_by)
                if not wrong and key and (other := seen.setdefault(key, line)) is not line:
                    if self._content(other) == self._content(line):
                        continue
                    column = next(iter(self.line_fields))
                    reason = _("another row of this file has this and says something else")
                    wrong = {"column": column, "value": str(said.get(column) or ""), "reason": reason}
                if not wrong:
                    lines.append(line)
                    continue
            thing.data["left_out"].append({**wrong, "line": number})
        return lines

    def _linked_records(self, things: list[Staged], records: list, links) -> dict[str, dict[int, Any]]:
        """{attribute: {id: record}} of what lines link to: a line names itself after its product. Whose document it is
        is read for all of them at once, too."""
        prefetch_related_objects(records, *(shown.name for shown in self.links))
        rows = [row[0] for thing in things for row in thing.data["rows"]]
        found: dict[str, dict[int, Any]] = {}
        for shown in self.line_links:
            columns = (shown.name, f"{shown.name}.number", f"{shown.name}.code")
            ids = {links[column].get(said.get(column)) for column in columns for said in rows}
            found[shown.name] = shown.target._base_manager.in_bulk([pk for pk in ids if pk and pk > 0])
        return found

    def _line(self, record, said: dict[str, Any], links, linked, place: int) -> Any:
        line: Any = self.part.model()
        setattr(line, self.part.model.parent_field, record)
        for name, value in self._valued(said, links).items():
            if value not in EMPTY and name != AMOUNT:
                setattr(line, name, value)
        for name, records in linked.items():
            field = self.line_fields[name].model_field
            if (found := records.get(getattr(line, field.attname))) is not None:
                setattr(line, field.name, found)
        put_stand_ins(line, self.line_links)
        if hasattr(line, "position"):
            line.position = place
        return line

    def _wrong_line(self, line: Any, said: dict[str, Any]) -> dict[str, str]:
        """What the rules say to a line that reads well; it is prepared by the way."""
        first = next(iter(self.line_fields))
        try:
            line.clean()
            line.prepare()
            self._refuse_broken(line, self.line_rules)
        except (Refusal, ValidationError) as error:
            return {"column": first, "value": str(said.get(first) or ""), "reason": sentence_of(error)}
        if said.get(AMOUNT) not in EMPTY and said[AMOUNT] != line.amount_minor:
            reason = _("price times quantity is not this sum")
            return {"column": AMOUNT, "value": str(said[AMOUNT]), "reason": reason}
        return {}

    @cached_property
    def line_rules(self) -> list[CheckConstraint]:
        found = [rule for rule in self.part.model._meta.constraints if isinstance(rule, CheckConstraint)]
        return [rule for rule in found if isinstance(rule.condition, Q)]

    def _content(self, line) -> tuple:
        names = [shown.model_field.attname for name, shown in self.line_fields.items() if name in self._there]
        return tuple(getattr(line, name) for name in names)

    @cached_property
    def _there(self) -> set[str]:
        """The fields of a line that the file has a column of."""
        found = self.guessed(self.job.about.get("header", []))
        return {name.partition(".")[0] for name in found}

    def _differences(self, lines: list, kept: list) -> tuple[list, list, list[tuple[Any, Any]]]:
        """Lines to add, to drop, and pairs (as it is, as it becomes)."""
        if self.told_apart_by:
            here = {tuple(getattr(line, name) for name in self.told_apart_by): line for line in kept}
            pairs = [(here.get(tuple(getattr(line, name) for name in self.told_apart_by)), line) for line in lines]
            changed = [(old, new) for old, new in pairs if old is not None and self._content(old) != self._content(new)]
            return [new for old, new in pairs if old is None], [], changed
        wanted, gone = Counter(map(self._content, lines)), []
        for line in kept:
            if wanted[self._content(line)]:
                wanted[self._content(line)] -= 1
            else:
                gone.append(line)
        new = []
        for line in lines:
            if wanted[self._content(line)]:
                wanted[self._content(line)] -= 1
                new.append(line)
        if not self.is_document or self.job.options.get("split") == "add":
            gone = []
        return new, gone, []

    # ── the load

    def write(self, things: list[Staged]) -> None:
        super().write(things)
        if not things or things[0].type != self.kind.key:
            return
        links, ids = self._links_of_lines(things), [thing.object_id for thing in things if thing.object_id]
        records = self.kind.model._base_manager.select_for_update(of=("self",)).in_bulk(ids)
        kept, changed = self._kept(ids), []
        linked = self._linked_records(things, list(records.values()), links)
        for thing in things:
            record: Any = records[thing.object_id or 0]
            before = write.values(record)
            self._put(record, kept.get(record.pk, []), self._lines(thing, record, links, linked))
            changed.append((record, before))
        write.writing_many(changed=changed)

    def _put(self, record, kept: list, lines: list) -> None:
        new, gone, changed = self._differences(lines, kept)
        for line in gone:
            write.drop_part(record, line)
        for old, line in changed:
            before = write.values(old)
            line.pk = old.pk
            keep_line(record, line, before)
        last = max((getattr(line, "position", 0) for line in kept), default=0)
        for place, line in enumerate(new, last + 1):
            if hasattr(line, "position"):
                line.position = place
            keep_line(record, line)
        record.recount()

    # ── totals compared

    def sum_of(self, things: list[Staged]) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for thing in things:
            if thing.data.get("amount"):
                currency, amount = thing.data["amount"]
                sums[currency] += amount
        return dict(sums)

    def sum_kept(self) -> dict[str, int]:
        good = Staged.objects.filter(job=self.job, type=self.kind.key).exclude(verdict__in=(Verdict.BAD, Verdict.ASK))
        model: Any = self.kind.model
        rows = model._base_manager.filter(pk__in=good.values("object_id")).order_by()
        sums = rows.values_list("currency").annotate(total=Sum(self.kind.amount))
        return dict(sums)
