"""The layout of any record type: one row a record, columns named like its fields in any of our languages."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from groundwork.blueprint.models import Firm
from groundwork.core.languages import folded
from groundwork.core.money import to_minor
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.forms import form_field
from groundwork.records.imports.layouts import Layout, Piece, WrongRow, day, decimal, is_torn, text
from groundwork.records.imports.models import Staged
from groundwork.records.models import ExternalKey
from groundwork.records.types import Field, RecordType, types
from groundwork.ui.forms import speak_plainly

SOURCE = "table"


def layout_of(type_key: str) -> type["RecordLayout"]:
    kind = types[type_key]
    return type(
        f"{type_key.title()}Layout",
        (RecordLayout,),
        {
            "key": f"records:{type_key}", "type": f"{type_key}s", "kind": kind, "order": (type_key,),
            "label": format_lazy("{}: {}", kind.plural, gettext_lazy("one row a record")),
            "columns": {
                name: names_of(kind.field(name)) for name in kind.fields if kind.field(name).model_field.editable
            },
            "required": (kind.model.title_field,), "batch": 500,
        },
    )  # fmt: skip


def words_of_a_form(shown: Field, value: str) -> str:
    """What a form says to this value of this field."""
    try:
        speak_plainly(form_field(shown.model_field), shown.label).run_validators(value)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def names_of(shown: Field) -> tuple[str, ...]:
    """What a column of this field may be called: its label in each language."""
    names = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            names.append(str(shown.label))
    return tuple(dict.fromkeys(names))


class RecordLayout(Layout):
    kind: RecordType

    def refuse_what_is_off(self) -> None:
        asked = self.job.options.get("key")
        if asked and asked not in self.kind.fields:
            raise Refusal(
                _("There is no field %(names)s here. There are: %(fields)s.")
                % {"names": asked, "fields": ", ".join(self.kind.fields)}
            )

    @property
    def identity(self) -> str:
        """The field by which an existing record is recognised: ``--key``, else code, e-mail or the name."""
        asked = self.job.options.get("key")
        if asked in self.kind.fields:
            return asked
        return "code" if "code" in self.kind.fields else self.kind.model.title_field

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        values = {}
        for name in self.kind.fields:
            if name in row:
                values[name] = self._value(self.kind.field(name), row)
        key = str(values.get(self.identity) or values[self.kind.model.title_field])
        yield Piece(self.kind.key, key[:200], values, row=list(values.values()))

    def _value(self, shown: Field, row: dict[str, str]) -> Any:
        name, raw = shown.name, row[shown.name].strip()
        if not raw and name != self.kind.model.title_field:
            return None if shown.model_field.null else ""
        if shown.kind == "choice":
            return self._choice(shown, raw)
        if shown.kind == "date":
            return day(row, name).isoformat()
        if shown.kind == "number":
            return str(decimal(row, name, comma=True))
        if shown.kind == "money":
            return to_minor(decimal(row, name, comma=True), self._currency(row))
        most = getattr(shown.model_field, "max_length", None) or 2000
        value = text(row, name, most, needed=name == self.kind.model.title_field)
        try:
            value = value if shown.kind == "link" else shown.model_field.to_python(value)
            shown.model_field.run_validators(value)
        except ValidationError as error:
            raise WrongRow(name, value, words_of_a_form(shown, value) or " ".join(error.messages)) from error
        return value

    @staticmethod
    def _currency(row: dict[str, str]) -> str:
        """Of the row's amounts: as the row says, else our firm's."""
        return row.get("currency", "").strip().upper() or Firm.objects.values_list("currency", flat=True).first() or ""

    @staticmethod
    def _choice(shown: Field, raw: str) -> str:
        reads = getattr(shown.model_field, "choice_of", None)  # a field that knows more ways to write its values
        if reads and (found := reads(raw)) is not None:
            return found
        for code, _name in settings.LANGUAGES:
            with override(code):
                for value, label in shown.model_field.flatchoices:
                    if folded(raw) in (folded(str(value)), folded(str(label))):
                        return str(value)
        raise WrongRow(shown.name, raw, _("this is none of the values to choose from"))

    def compare(self, things: list[Staged]) -> None:
        known = self._known(things)
        links = self._links(things)
        for thing in things:
            if wrong := self._wrong(thing, links):
                thing.verdict, thing.difference = Staged.Verdict.BAD, wrong
                continue
            record = known.get(thing.key)
            if record is None:
                thing.verdict = Staged.Verdict.CREATE
                continue
            thing.object_id = record.pk
            thing.difference = {
                name: [write.plain(getattr(record, name)), write.plain(value)]
                for name, value in self._attributes(thing, links).items()
                if value not in ("", None) and getattr(record, name) != value
            }
            thing.verdict = Staged.Verdict.UPDATE if thing.difference else Staged.Verdict.SAME

    def _wrong(self, thing: Staged, links: dict[str, dict[str, int]]) -> dict[str, str]:
        """What cannot be taken of a row that reads well."""
        values = thing.data["values"]
        if is_torn(thing):
            reason = _("another row of this file has this and says something else")
            return {"column": self.identity, "value": thing.key, "reason": reason}
        for name, found in links.items():
            if values.get(name) and not found.get(values[name]):
                reason = (
                    _("there are several of that name") if values[name] in found else _("there is none of that name")
                )
                return {"column": name, "value": values[name], "reason": reason}
        return {}

    def _known(self, things: list[Staged]) -> dict[str, Any]:
        """Records by the key of an earlier import, else by the identifying field, among what the person sees."""
        keys = [thing.key for thing in things]
        by_key = dict(
            ExternalKey.objects.filter(source=SOURCE, type=self.kind.key, key__in=keys).values_list("key", "object_id")
        )
        visible = self.kind.model.objects.visible_to(self.job.requester, "edit").current()
        found = {str(getattr(row, self.identity)): row for row in visible.filter(**{f"{self.identity}__in": keys})}
        earlier = visible.in_bulk(list(by_key.values()))
        return {**{key: earlier[pk] for key, pk in by_key.items() if pk in earlier}, **found}

    def _links(self, things: list[Staged]) -> dict[str, dict[str, int]]:
        """{field: {name: id}} of the linked records that the person sees; 0 where several have the name."""
        result: dict[str, dict[str, int]] = {}
        for name in self.kind.fields:
            shown = self.kind.field(name)
            if shown.kind == "link":
                names = {thing.data["values"].get(name) for thing in things} - {None, ""}
                rows = shown.target.objects.visible_to(self.job.requester).current()
                result[name] = {}
                for row in rows.filter(**{f"{shown.target.title_field}__in": names}):
                    result[name][str(row)] = 0 if str(row) in result[name] else row.pk
        return result

    def _attributes(self, thing: Staged, links) -> dict[str, Any]:
        values = {}
        for name, value in thing.data["values"].items():
            shown = self.kind.field(name)
            if shown.kind == "link":
                value = links[name].get(value)
            elif value and shown.kind == "date":
                value = date.fromisoformat(value)
            elif value and shown.kind == "number":
                value = Decimal(value)
            values[shown.model_field.attname] = value
        return values

    def write(self, things: list[Staged]) -> None:
        links = self._links(things)
        new = [thing for thing in things if thing.verdict == Staged.Verdict.CREATE]
        records = [self._new(thing, links) for thing in new]
        changed, again = [], [thing for thing in things if thing.verdict == Staged.Verdict.UPDATE]
        held = self.kind.model._base_manager.select_for_update(of=("self",)).in_bulk(
            [thing.object_id for thing in again]
        )
        for thing in again:
            record = held[thing.object_id]
            before = write.values(record)
            for name, value in self._attributes(thing, links).items():
                if value not in ("", None):
                    setattr(record, name, value)
            changed.append((record, before))
        write.writing_many(created=records, changed=changed)
        keys = []
        for thing, record in zip(new, records, strict=True):
            thing.object_id = record.pk
            keys.append(ExternalKey(source=SOURCE, type=self.kind.key, key=thing.key, object_id=record.pk))
        ExternalKey.objects.bulk_create(keys, ignore_conflicts=True)

    def _new(self, thing: Staged, links):
        values = {name: value for name, value in self._attributes(thing, links).items() if value not in ("", None)}
        return self.kind.model(owner=self.job.requester, **values)
