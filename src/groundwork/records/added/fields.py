"""Fields that the firm adds to a record type in the browser, each with its reason.

A field's key is ``f<id>``, never what somebody typed; its values stand in ``Record.extra`` (records.extra).
Retiring hides a field everywhere and keeps every value; restoring brings it back.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from django.db import models, transaction
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from groundwork.access import roles
from groundwork.access.models import User
from groundwork.access.rights import tells_of
from groundwork.blueprint import elements
from groundwork.blueprint.models import Element, Firm
from groundwork.core.money import ScaledField
from groundwork.core.refusals import Refusal
from groundwork.records.added import extra, formula
from groundwork.records.added.rows import Configured, refuse_unless_configurator
from groundwork.ui.several import SeveralChoices

MOST_FILTERABLE = 10  # of a type: each costs an index on every write
MOST_FIELDS = 100
SEARCHED = ("text", "longtext", "phone", "email", "address", "choices")  # kinds whose words search finds
WORK_OUT = "records.formula"  # the job
UNSORTED = ("choices", "file")  # kinds that no list sorts by
KEY = re.compile(r"field:\w+\.f\d+")
MADE = re.compile(r"object:m\d+")


class AddedField(Configured):
    """A field of the firm's own. What ``kind`` it is never changes; everything else may."""

    KIND = Element.Kind.FIELD
    FACTS = (
        "kind", "label", "labels", "help", "choices", "target", "formula", "gives", "currency", "required",
        "filterable", "in_list", "order",
    )  # fmt: skip

    class Kind(models.TextChoices):
        TEXT = "text", gettext_lazy("text, one line")
        LONG_TEXT = "longtext", gettext_lazy("text, several lines")
        NUMBER = "number", pgettext_lazy("a kind of field", "number")
        MONEY = "money", gettext_lazy("amount of money")
        DATE = "date", gettext_lazy("date")
        TIME = "time", gettext_lazy("time of day")
        CHOICE = "choice", gettext_lazy("one of a list")
        CHOICES = "choices", gettext_lazy("several of a list")
        BOOL = "bool", gettext_lazy("yes or no")
        USER = "user", gettext_lazy("person of our firm")
        LINK = "link", gettext_lazy("link to a record")
        ADDRESS = "address", gettext_lazy("address")
        PHONE = "phone", gettext_lazy("phone number")
        EMAIL = "email", gettext_lazy("e-mail address")
        URL = "url", gettext_lazy("web address")
        FILE = "file", gettext_lazy("files")
        FORMULA = "formula", gettext_lazy("worked out by a formula")

    type = models.CharField(max_length=60)
    kind = models.CharField(gettext_lazy("what it holds"), max_length=12, choices=Kind)
    label = models.CharField(gettext_lazy("name"), max_length=80)
    labels = models.JSONField(default=dict, blank=True)  # {language: name}, where it differs
    help = models.CharField(gettext_lazy("hint"), max_length=200, blank=True, default="")
    choices = models.JSONField(default=list, blank=True)  # [{"key": "c1", "label": "Red", "retired": false}]
    target = models.CharField(max_length=60, blank=True, default="")  # the type that a link leads to
    formula = models.TextField(blank=True, default="", db_default="")  # with keys for names (records.formula)
    gives = models.CharField(max_length=12, blank=True, default="", db_default="")  # what kind the formula gives
    currency = models.CharField(max_length=3, blank=True, default="")  # of an amount
    required = models.BooleanField(gettext_lazy("must be filled in"), default=False)
    filterable = models.BooleanField(gettext_lazy("lists filter and sort by it"), default=False)
    in_list = models.BooleanField(gettext_lazy("a column of the list"), default=False)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = gettext_lazy("added field")
        indexes = [models.Index(fields=["type", "order"], name="added_of_type")]

    def __str__(self):
        return self.said

    @property
    def key(self) -> str:
        return f"f{self.pk}"

    @property
    def shown_kind(self) -> str:
        """As what its values are kept and shown."""
        return self.gives if self.kind == self.Kind.FORMULA else self.kind

    @property
    def column(self) -> str:
        return extra.PREFIX + self.key

    @property
    def element_key(self) -> str:
        return f"field:{self.type}.{self.key}"

    @property
    def called(self) -> str:
        return self.label

    @property
    def said(self) -> str:
        """The name in the reader's language."""
        return self.labels.get(get_language() or "", "") or self.label

    @property
    def options(self) -> list[tuple[str, str]]:
        """The choices in use, and the retired ones after them."""
        ordered = sorted(self.choices, key=lambda choice: choice.get("retired", False))
        return [(choice["key"], choice["label"]) for choice in ordered]

    @property
    def open(self) -> set[str]:
        """Keys of the choices in use."""
        return {choice["key"] for choice in self.choices if not choice.get("retired")}

    def refuse_what_cannot_be(self, reason: str) -> None:
        from groundwork.records.types import types

        if self.type not in types:
            raise Refusal(_("There is no such record type."))
        if not reason.strip():
            raise Refusal(_("Say in one sentence why it is needed: those who fill it in will read it."))
        if not self.label:
            raise Refusal(_("Give the field a name."))
        others = [other for other in AddedField.objects.filter(type=self.type, retired_at=None) if other.pk != self.pk]
        built_in = [
            name for shown in types[self.type].by_name.values() if not shown.added
            for name in (str(shown.label), shown.name)  # a configuration file and its formulas call it by its key
        ]  # fmt: skip
        if self.retired_at is None:
            if self.label.casefold() in {name.casefold() for name in (*built_in, *(other.label for other in others))}:
                raise Refusal(_("This record type has a field of that name: choose another one."))
            if len(others) >= MOST_FIELDS:
                raise Refusal(_("There are %(count)s fields here: retire one first.") % {"count": MOST_FIELDS})
        if self.filterable and sum(other.filterable for other in others) >= MOST_FILTERABLE:
            raise Refusal(_("Lists filter by %(count)s added fields at most: take it from another one first.")
                          % {"count": MOST_FILTERABLE})  # fmt: skip
        if self.retired_at and (readers := [row for row in others if self.key in formula.read_by(row.formula)]):
            raise Refusal(_("The formula “%(name)s” reads it: retire that first.") % {"name": readers[0]})
        if self.kind in ("choice", "choices") and not self.open:
            raise Refusal(_("Name what can be chosen, a line each."))
        if self.kind == "choices" and any(";" in choice["label"] for choice in self.choices):
            raise Refusal(_("A semicolon divides what is chosen in files: name the choice without one."))
        if self.kind == "formula":
            _refuse_wrong_formula(self)
        if self.kind == "link" and self.target not in types:
            raise Refusal(_("Say what kind of record it links to."))

    def model_field(self) -> models.Field:
        """A field that stands in no table: what forms, labels and cells take the kind from."""
        made = FIELDS[self.shown_kind](self)
        made.name, made.attname = self.key, self.column
        made.verbose_name = made._verbose_name = lazy(lambda: self.said, str)()
        made.help_text, made.null, made.blank = self.help, True, not self.required
        made.editable = self.kind != self.Kind.FORMULA
        return made


def _link(row: AddedField) -> models.Field:
    from groundwork.records.types import types

    return models.ForeignKey(types.model_of(row.target), models.DO_NOTHING, related_name="+")


class SeveralField(models.JSONField):
    """Several keys of a list of choices."""

    def formfield(self, **kwargs):
        return SeveralChoices(
            choices=self.flatchoices, label=self.verbose_name, help_text=self.help_text, required=not self.blank
        )


class FilesOfField(models.JSONField):
    """Ids of files that stand in this field."""

    def formfield(self, **kwargs):
        from groundwork.records.files.form import FilesField

        return FilesField(label=self.verbose_name, help_text=self.help_text, required=not self.blank)


FIELDS: dict[str, Any] = {
    "text": lambda row: models.CharField(max_length=300),
    "longtext": lambda row: models.TextField(max_length=10_000),
    "number": lambda row: ScaledField(),
    "money": lambda row: models.BigIntegerField(),
    "date": lambda row: extra.DayField(),
    "time": lambda row: extra.ClockField(),
    "choice": lambda row: models.CharField(max_length=20, choices=row.options),
    "choices": lambda row: SeveralField(choices=row.options),
    "bool": lambda row: models.BooleanField(null=True),
    "file": lambda row: FilesOfField(),
    "user": lambda row: models.ForeignKey(User, models.DO_NOTHING, related_name="+"),
    "link": _link,
    "address": lambda row: models.TextField(max_length=1000),
    "phone": lambda row: models.CharField(max_length=60),
    "email": lambda row: models.EmailField(max_length=254),
    "url": lambda row: models.URLField(max_length=500),
}


# ── what is read: everything at once, kept under the configuration's version


@dataclass
class Own:
    """What the firm added of its own, as the screens use it."""

    fields: dict[str, AddedField] = field(default_factory=dict)  # by key
    types: list[Any] = field(default_factory=list)  # MadeType rows, the retired ones too
    layouts: dict[str, dict[str, Any]] = field(default_factory=dict)  # FormLayouts in use, by type and role


def own() -> Own:
    return elements.kept("records.added", _load)


def _load() -> Own:
    from groundwork.records.added.layouts import FormLayout
    from groundwork.records.added.made import MadeType

    found, keys = Own(), elements.all_keys()
    if any(KEY.fullmatch(key) for key in keys):
        found.fields = {row.key: row for row in AddedField.objects.order_by("type", "order", "pk")}
        for row in found.fields.values():
            for name in formula.read_by(row.formula):
                tells_of((row.type, row.key), (row.type, name))
    if any(MADE.fullmatch(key) for key in keys):
        found.types = list(MadeType.objects.order_by("order", "pk"))
    if any(key.startswith("layout:") for key in keys):
        for layout in FormLayout.objects.filter(retired_at=None):
            found.layouts.setdefault(layout.type, {})[layout.role] = layout
    return found


def in_use(type_key: str) -> list[AddedField]:
    return [row for row in own().fields.values() if row.type == type_key and row.retired_at is None]


def kind_of(key: str) -> str:
    row = own().fields.get(key)
    return row.shown_kind if row else "text"


def read_of(record, column: str) -> Any:
    key = extra.key_of(column)
    return extra.read(record.extra, key, kind_of(key))


def put(record, column: str, value: Any) -> None:
    """Set a column of a record by its name, whether the model has it or the firm added it."""
    if extra.is_added(column):
        key = extra.key_of(column)
        record.extra = extra.keep(record.extra, key, kind_of(key), value)
    else:
        setattr(record, column, value)


def put_back(record, column: str, kept: Any) -> None:
    """Set a column to what history keeps of it."""
    if extra.is_added(column):
        key = extra.key_of(column)
        if kind_of(key) == AddedField.Kind.FILE:
            from groundwork.records.files.held import still_there

            kept = still_there(kept)
        value = None if kept is None else extra.kept_as(kind_of(key)).read(kept)
        record.extra = extra.keep(record.extra, key, kind_of(key), value)
        return
    item = next(item for item in record._meta.concrete_fields if item.attname == column)
    setattr(record, column, item.to_python(kept) if kept is not None else None)


# ── what is done to fields


@transaction.atomic
def make_field(
    type_key: str, *, by, kind: str, label: str, reason: str, asked_by=None, modes=None, **facts
) -> AddedField:  # fmt: skip
    """Add a field to a record type; it is there for everybody from the next click on.

    ``choices`` is a list of words; ``modes`` as in ``limit``. Refused without a reason, for a name in
    use, and beyond what a type can bear.
    """
    refuse_unless_configurator(by)
    row = AddedField(type=type_key, kind=kind, label=label.strip(), **{"choices": [], **facts})
    row.choices = chosen([], row.choices)
    if "order" not in facts:
        row.order = AddedField.objects.filter(type=type_key).count()
    if row.shown_kind == "money" and not row.currency:
        row.currency = Firm.own_currency() or "EUR"
    row.make(by=by, reason=reason, asked_by=asked_by)
    limit(row, modes or {}, by=by, reason=reason)
    work_out_later(row, by)
    return row


def limit(row: AddedField, modes: dict[Any, str], *, by, reason: str) -> None:
    """Hide the field from roles, or let them only read it: {role: "hidden", "read-only" or ""}.

    Refused for a role that ``by`` may not change, and for more than the roles of ``by`` allow.
    """
    if modes:
        roles.refuse_unless_configurator(by)
    for role, mode in modes.items():
        roles.change_role(role, by=by, reaches={}, modes={(row.type, row.key): mode}, reason=reason)


@transaction.atomic
def change_field(row: AddedField, *, by, reason: str, asked_by=None, modes=None, **facts) -> AddedField:
    """Change what is said about a field; its kind and its values stay. ``modes`` as in ``limit``."""
    refuse_unless_configurator(by)
    if "choices" in facts:
        known = AddedField.objects.select_for_update().get(pk=row.pk).choices
        facts["choices"] = chosen(known, facts["choices"])
    row, difference = row.change(facts, by=by, reason=reason, asked_by=asked_by)
    limit(row, modes or {}, by=by, reason=reason)
    if "formula" in difference:
        work_out_later(row, by)
    return row


def work_out_later(row: AddedField, by) -> None:
    """What records hold of a new or changed formula is worked out in a job."""
    from groundwork.background import work

    if row.kind == AddedField.Kind.FORMULA:
        work.start(WORK_OUT, by, dedupe=f"{row.key}.{crc32(row.formula.encode())}", field=row.pk, type=row.type)


@transaction.atomic
def move_field(row: AddedField, *, down: bool, by) -> None:
    """Change places with the next field, or the one before; that alone takes no reason."""
    refuse_unless_configurator(by)
    rows = list(AddedField.objects.select_for_update().filter(type=row.type, retired_at=None).order_by("order", "pk"))
    place = next((place for place, other in enumerate(rows) if other.pk == row.pk), None)
    if place is None or not 0 <= (other := place + (1 if down else -1)) < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for order, moved in enumerate(rows):
        moved.order = order
    AddedField.objects.bulk_update(rows, ["order"])
    elements.raise_config_version()


def chosen(known: list[dict], wanted: list) -> list[dict]:
    """The choices as they shall be: words that are known keep their keys, those left out are retired."""
    by_label = {choice["label"]: choice for choice in known}
    labels = list(dict.fromkeys(label for word in wanted if (label := _label(word))))
    taken, result = len(known), []
    for label in labels:
        if label in by_label:
            result.append({**by_label[label], "retired": False})
        else:
            taken += 1
            result.append({"key": f"c{taken}", "label": label, "retired": False})
    return result + [{**choice, "retired": True} for choice in known if choice["label"] not in labels]


def _label(word: Any) -> str:
    return str(word["label"] if isinstance(word, dict) else word).strip()[:60]


def _refuse_wrong_formula(row: AddedField) -> None:
    from groundwork.records.types import types

    if row.gives not in formula.GIVES:
        raise Refusal(_("Say what the formula gives."))
    formula.parsed(row.formula)
    readable = names_for_formulas(row.type)
    if unknown := [key for key in formula.read_by(row.formula) if key not in readable]:
        raise Refusal(_("A formula reads fields of its own record, and no formula; not: %(names)s.")
                      % {"names": ", ".join(unknown)})  # fmt: skip
    kinds = {key: types[row.type].field(key).kind for key in formula.read_by(row.formula)}
    formula.refuse_what_gives_nothing(row.formula, kinds, row.gives)


def names_for_formulas(type_key: str) -> dict[str, str]:
    """{key: name} of the fields of a type that a formula can read."""
    from groundwork.records.types import types

    shown = types[type_key].by_name.values()
    return {
        item.name: str(item.label)
        for item in shown
        if item.kind in formula.READABLE and not (item.added and item.added.kind == AddedField.Kind.FORMULA)
    }


def work_out(record) -> None:
    """Set what the formulas of a record give; the write path calls it before every save."""
    rows = [row for row in in_use(record.type_key) if row.kind == AddedField.Kind.FORMULA]
    if not rows:
        return
    from groundwork.records.types import types

    kind = types[record.type_key]
    for row in rows:
        values = {key: formula.value_for(kind.field(key), record) for key in formula.read_by(row.formula)}
        put(record, row.column, formula.worked_out(row.formula, values, row.gives, row.currency))
