"""RecordType: the one declaration that makes a model visible, beside the model it belongs to.

From it come list, filters, page, form, quick add, history, search, import, report dimensions and permission checks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Any, cast

from django.db import models
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from groundwork.access.presets import Granted
from groundwork.access.rights import only_editors_fill, only_editors_make
from groundwork.blueprint.elements import Declared, declared, off_keys, on_keys
from groundwork.core.money import ScaledField
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records.added import extra, made
from groundwork.records.added import fields as added
from groundwork.records.added.fields import AddedField
from groundwork.records.added.layouts import Rule
from groundwork.records.lists.on_board import OnBoard
from groundwork.records.models import Part, Record
from groundwork.ui.navigation import Entry, entries, site


@dataclass(frozen=True)
class Field:
    """One field of a record as people meet it: of the model, or added by the firm.

    ``name`` is what forms and addresses call it, ``column`` what queries, history and plain rows do: they differ for a
    link (company, company_id) and for an added field (f12, extra__f12).
    """

    name: str
    label: Any
    # text, longtext, choice, link, user, department, money, number, date, moment, bool, email, url, integer; added ones
    # too: choices (several of a list), time, address, phone
    kind: str
    model_field: models.Field
    help: Any = ""
    added: AddedField | None = None
    having: Callable[[list[str]], models.QuerySet] | None = None  # of a sign: the ids of the records that bear it
    part: type[Part] | None = None  # of a line: a list is filtered by it, and shows no column of it

    @classmethod
    def of(cls, model: type[models.Model], name: str) -> "Field":
        model_field = cast(models.Field, model._meta.get_field(name))
        return cls(name, model_field.verbose_name, _kind(model_field), model_field, model_field.help_text)

    @classmethod
    def of_added(cls, row: AddedField) -> "Field":
        model_field = row.model_field()
        return cls(row.key, model_field.verbose_name, row.shown_kind, model_field, row.help, row)

    @classmethod
    def of_part(cls, model: type[Part], name: str) -> "Field":
        return replace(cls.of(model, name), part=model)

    @property
    def is_own(self) -> bool:
        """Does the record itself have it? A sign that it bears, or what stands on its lines, only narrows a list."""
        return self.having is None and self.part is None

    @property
    def column(self) -> str:
        return self.model_field.attname

    @property
    def sort_column(self) -> str:
        """What lists order by: of an added text its folded letters, so that capitals and accents do not matter."""
        return self.column + extra.SORTED if self.added and self.kind == "text" else self.column

    def read(self, record) -> Any:
        """The value; of a link its id."""
        return getattr(record, self.column)

    def write(self, record: Record, value: Any) -> None:
        """Set the value; a link takes a record or its id."""
        added.put(record, self.name if not self.added and hasattr(value, "pk") else self.column, value)

    def kept(self, value: Any) -> Any:
        """The value as history keeps it."""
        if value is None or value == "" or value == []:
            return None if self.added else value
        if self.added:
            return extra.kept_as(self.kind).keep(value)
        return extra.plain(getattr(value, "pk", value))

    def from_kept(self, value: Any) -> Any:
        """What history keeps as a value; of the model's own fields as JSON has it."""
        return extra.kept_as(self.kind).read(value) if self.added and value is not None else value

    def currency_of(self, record) -> str:
        """In what an amount is: an added field says it itself."""
        return self.added.currency if self.added else getattr(record, "currency", "")

    @property
    def numeric(self):
        return self.kind in ("money", "number", "integer")

    @property
    def heading(self) -> str:
        """The label with a capital, in the reader's language."""
        label = str(self.label)
        return label[:1].upper() + label[1:]

    @property
    def is_price(self) -> bool:
        """A price of one unit, which may be finer than the smallest coin: called "… price" or "… cost"."""
        return self.kind == "number" and self.name.endswith(("price", "cost"))

    @property
    def target(self) -> type[Any]:
        return cast(type, self.model_field.related_model)


def _kind(model_field: models.Field) -> str:
    if told := getattr(model_field, "shown_as", ""):  # a field of a room may tell what it is
        return told
    if model_field.choices:
        return "choice"
    if isinstance(model_field, models.ForeignKey):
        related = model_field.related_model
        if issubclass(related, Record):
            return "link"
        return {"User": "user", "Department": "department"}.get(related.__name__, "link")
    if model_field.name.endswith("_minor"):
        return "money"
    kinds: list[tuple[type[models.Field], str]] = [
        (ScaledField, "number"), (models.BooleanField, "bool"), (models.DateTimeField, "moment"),
        (models.DateField, "date"), (models.EmailField, "email"), (models.URLField, "url"),
        (models.TextField, "longtext"), (models.IntegerField, "integer"),
    ]  # fmt: skip
    return next((kind for of, kind in kinds if isinstance(model_field, of)), "text")


@dataclass(frozen=True)
class Sign:
    """What a list can be narrowed by though no field says it. ``having(values)`` gives the ids of the records that
    bear any of the values; hidden with the field or part ``like``."""

    name: str
    label: Any
    options: Callable[[], list[tuple[str, Any]]]
    having: Callable[[list[str]], models.QuerySet]
    like: str

    @cached_property
    def field(self) -> Field:
        return Field(self.name, self.label, "choice", models.CharField(choices=self.options), having=self.having)


@dataclass(frozen=True)
class Shortcut:
    """A way to narrow the list by ``only`` ({"f.state": "open"}), offered beside its filters to whoever may filter by
    that, with how many it leaves."""

    label: Any
    only: dict[str, str]


@dataclass(frozen=True)
class PartType:
    """Lines that belong to a record. ``element``: shown only while that element is on; ``sensitive``: the tag
    by which a role's preset hides it (as field ``key`` of the record's type)."""

    key: str
    model: type[Part]
    label: Any
    fields: tuple[str, ...]
    element: str = ""
    sensitive: str = ""
    order: str = "pk"
    addable: bool = True
    columns: tuple[str, ...] = ()  # of the table, where the form asks more
    leads: dict[str, str] = field(default_factory=dict)  # {column: the link that it leads to}
    adapt: Callable[[Any], None] | None = None  # fits the form of a line to its record: offered choices, first values
    removable: bool = True  # False: what was written stays visible
    ticked: str = ""  # a yes-or-no field: lines stand as a list in which it is ticked in place

    @cached_property
    def shown(self) -> list[Field]:
        return [Field.of(self.model, name) for name in self.fields]

    @cached_property
    def in_table(self) -> list[Field]:
        return [Field.of(self.model, name) for name in self.columns or self.fields]

    @property
    def is_on(self) -> bool:
        return not self.element or self.element in on_keys()


@dataclass(frozen=True)
class Hanging:
    """Fields of a form that depend on another one, e.g. legal ids on the country: shown anew as soon as it changes.

    ``RecordType.asked`` says which of them are asked. ``words`` stand on the button that does it without script.
    """

    on: str
    names: tuple[str, ...]
    words: Any


@dataclass(frozen=True)
class Beneath:
    """A second line under the name in lists: ``of(rows, user)`` gives {id: words} of what the reader may see, in a
    fixed number of queries. ``columns`` are carried by the rows for it."""

    columns: tuple[str, ...]
    of: Callable[[Sequence[Any], Any], dict[int, str]]


@dataclass(frozen=True)
class RecordType:
    model: type[Record]
    label: Any
    plural: Any
    icon: str
    prefix: str  # of record numbers: "C" gives C-1042
    group: str  # the group that role presets grant: customers, goods, money, rollout
    fields: tuple[str, ...]  # in the order of form and page; at most eight are asked at once
    columns: tuple[str, ...]
    sorts: tuple[str, ...]  # indexed, never empty; the first is the default ("-issued_on": newest first)
    quick: tuple[str, ...] = ()  # quick add asks these: three at most
    search: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    owed: tuple[str, str] | None = None  # (field, value): a calendar marks the day as overdue while it holds
    signs: tuple[Sign, ...] = ()  # filters beside those of fields
    shortcuts: tuple[Shortcut, ...] = ()
    amount: str = ""  # a money field summed in lists
    board: str = ""  # the choice field tallies are kept by
    on_board: OnBoard = OnBoard()  # what its board shows beside what every board does
    parts: tuple[PartType, ...] = ()
    through: tuple[tuple[str, str], ...] = ()  # (part, its link): filters that ask for what stands on the lines
    explain: Any = ""  # what the thing is, for an empty list
    sensitive: dict[str, str] = field(default_factory=dict)  # {field: tag}
    section: str = "work"  # of the navigation
    order: int = 50
    beneath: "Beneath | None" = None  # what a list says under the name
    opens: str = ""  # what its entry in the menu narrows the list to, e.g. "f.state=open"
    typed: bool = True  # people may create one by hand
    editors_make: bool = False  # only those who may change such records create one
    editors_fill: tuple[str, ...] = ()  # fields that others do not fill in of a new one either
    leaves: bool = False  # a firm that does not need it may switch it off; its records stay
    copies: tuple[str, ...] = ()  # keys of the parts that a copy of a record takes over
    not_copied: tuple[str, ...] = ()  # fields that a copy begins without: numbers, days, what the law gave
    mergeable: bool = False  # two records may turn out to be one (records.merging)
    beside: tuple[tuple[Any, Callable[[], str]], ...] = ()  # (words, address) of the pages that stand beside its list
    warns: str = ""  # the route that tells, while one types, which records this may be
    # (what a form of this record asks at once, what it leaves out): the rest stands behind "More fields"
    asked: Callable[[Any], tuple[tuple[str, ...], tuple[str, ...]]] | None = None
    hanging: Hanging | None = None
    menu: str | Callable[[Any], bool] = "view"  # the menu shows it to those who hold this verb, or for whom this is so
    begin: Callable[[Any], None] | None = None  # gives a record made by hand what it starts with
    # the fields and parts of a record that nobody types any more (an issued document's money)
    frozen: Callable[[Any], frozenset[str]] | None = None
    stays: Callable[[Any], str] | None = None  # why a record may not be archived; "" where it may
    # {link: (what one more is called, what they are called)} on the page that the link leads to; nobody adds one there
    # where the first is empty, since an act of that page makes them
    called_there: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    shown_while: dict[str, Callable[[], bool]] = field(default_factory=dict)  # {field: when it says anything at all}
    check: Callable[[Any], None] | None = None  # raises ValidationError({field: …}) for what one field cannot tell
    added: dict[str, Field] = field(default_factory=dict)  # what the firm added, in its order
    # what further must be filled in at which value, beside the rules of the firm's own forms (a deal's stages)
    rules: Callable[[], tuple[Rule, ...]] = tuple
    called: dict[str, Any] = field(default_factory=dict)  # {field of the model: what it is called here instead}
    named: str = ""  # what a configuration file calls a type of the firm's own; a built-in one goes by its key

    def __post_init__(self):
        if len(self.quick) > 3:
            raise ValueError(f"{self.key}: quick add asks at most three facts")

    @property
    def key(self) -> str:
        return self.model.type_key

    @cached_property
    def by_name(self) -> dict[str, Field]:
        names = dict.fromkeys((*self.listable, *self.filters))
        return {name: self.added.get(name) or self._of_model(name) for name in names}

    def _of_model(self, name: str) -> Field:
        shown = Field.of(self.model, name)
        return replace(shown, label=self.called[name]) if name in self.called else shown

    @property
    def asked_quickly(self) -> tuple[str, ...]:
        """Quick add: what it declares, and what the firm wants filled in always."""
        return (*self.quick, *(name for name, shown in self.added.items() if shown.added and shown.added.required))

    @cached_property
    def listable(self) -> tuple[str, ...]:
        """What a list may show as a column: the usual columns first."""
        everywhere = ("number", "owner", "department", "created_at", "updated_at")
        return tuple(dict.fromkeys((*self.columns, *self.fields, *everywhere)))

    def field(self, name: str) -> Field:
        return self.by_name[name]

    @cached_property
    def links(self) -> list[Field]:
        return [shown for shown in self.by_name.values() if shown.kind == "link"]

    @property
    def granted(self) -> Granted:
        hidden = {part.key: part.sensitive for part in self.parts if part.sensitive}
        labels = {name: self.field(name).label for name in self.fields} | {part.key: part.label for part in self.parts}
        own = {name: shown.added.label for name, shown in self.added.items() if shown.added}
        return Granted(self.key, self.group, {**self.sensitive, **hidden}, self.plural, labels, self.named, own)

    def visible_fields(self, user, names: tuple[str, ...]) -> list[Field]:
        from groundwork.access.rights import rights

        return [
            self.field(name)
            for name in names
            if rights(user).field_mode(self.key, name) != "hidden"
            and (name not in self.shown_while or self.shown_while[name]())
        ]

    def visible_signs(self, user) -> list[Field]:
        from groundwork.access.rights import rights

        off = {part.key for part in self.parts if not part.is_on}
        return [
            sign.field
            for sign in self.signs
            if sign.like not in off and rights(user).field_mode(self.key, sign.like) != "hidden"
        ]

    def filters_of(self, user) -> list[Field]:
        """What the person may filter a list by: fields, and links of lines whose target the person may see."""
        through = self.on_lines(self.visible_parts(user))
        own = self.visible_fields(user, self.filters)
        through = [shown for shown in through if user.can("view", shown.target.type_key)]
        return [*own, *self.visible_signs(user), *through]

    def on_lines(self, parts: Iterable[PartType]) -> list[Field]:
        """What a list is filtered by that stands on these ``parts``. Where the record has a field called so itself,
        that of the lines says that it is theirs."""
        of_key, found = {part.key: part for part in parts}, []
        for key, name in self.through:
            if part := of_key.get(key):
                field = Field.of_part(part.model, name)
                named = format_lazy("{part}: {field}", part=part.label, field=field.label)
                found.append(replace(field, name=f"{key}_{name}", label=named) if name in self.fields else field)
        return found

    def visible_parts(self, user) -> list[PartType]:
        from groundwork.access.rights import rights

        return [part for part in self.parts if part.is_on and rights(user).field_mode(self.key, part.key) != "hidden"]


def with_added(kind: RecordType, rows: list[AddedField]) -> RecordType:
    """``kind`` with the firm's own fields."""
    if not rows:
        return kind
    sortable = tuple(row.key for row in rows if row.filterable and row.kind not in added.UNSORTED)
    words = tuple(row.key for row in rows if row.shown_kind in added.SEARCHED)
    return replace(
        kind,
        fields=(*kind.fields, *(row.key for row in rows)),
        columns=(*kind.columns, *(row.key for row in rows if row.in_list)),
        filters=(*kind.filters, *(row.key for row in rows if row.filterable and row.shown_kind != "time")),
        sorts=(*kind.sorts, *sortable),
        search=(*kind.search, *words),
        added={row.key: Field.of_added(row) for row in rows},
    )


class TypeRegistry(Registry[RecordType]):
    """The record types with the fields that the firm added; each with a ``section`` stands in the menu.

    ``built_in`` reads what is declared in code, without the database. A retired type is gone from everywhere, yet
    history is read by its key.
    """

    _merged: tuple[Any, dict[str, RecordType], frozenset[str]] = (None, {}, frozenset())  # of what, all, those gone

    def built_in(self, key: str) -> RecordType:
        return self._items[key]

    @property
    def all_built_in(self) -> list[RecordType]:
        return list(self._items.values())

    def model_of(self, key: str) -> type[Record]:
        return self._items[key].model if key in self._items else made.model_of(key)

    def _all(self) -> dict[str, RecordType]:
        own = added.own()
        if self._merged[0] is not own:
            every = [*self._items.values(), *(made.kind_of(row) for row in own.types)]
            found = {kind.key: with_added(kind, added.in_use(kind.key)) for kind in every}
            for row in own.types:
                if row.board in found[row.key].added:
                    found[row.key] = replace(found[row.key], board=row.board)
            self._merged = (
                own,
                found,
                frozenset(row.key for row in own.types if row.retired_at) | self._switched_off(),
            )
        return self._merged[1]

    def _switched_off(self) -> frozenset[str]:
        off = off_keys() if any(item.leaves for item in self._items.values()) else ()
        return frozenset(item.key for item in self._items.values() if item.leaves and f"object:{item.key}" in off)

    def add(self, item: RecordType) -> RecordType:
        if item.editors_make:
            only_editors_make(item.key)
        for name in item.editors_fill:
            only_editors_fill((item.key, name))
        if item.leaves:
            address = partial(reverse, "records:list", args=[item.key])
            key, refuse = f"object:{item.key}", partial(refuse_linked, item.key)
            declared.add(Declared(key, "object", item.plural, leaves=True, url=address, refuse_off=refuse))
        if item.section:
            entries.add(
                Entry(
                    key=item.key,
                    label=item.plural,
                    icon=item.icon,
                    url=partial(_list_address, item),
                    section=item.section,
                    order=item.order,
                    may=lambda user: item.key in self and is_offered(item, user),
                )  # fmt: skip
            )
        self._merged = (None, {}, frozenset())
        return super().add(item)

    def _in_use(self) -> dict[str, RecordType]:
        every = self._all()
        if not (retired := self._merged[2]):
            return every
        return {key: kind for key, kind in every.items() if key not in retired}

    def remove(self, key: str) -> None:
        super().remove(key)
        self._merged = (None, {}, frozenset())

    def get(self, key: str) -> RecordType | None:
        return self._in_use().get(key)

    def __getitem__(self, key: str) -> RecordType:
        return self._all()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._in_use()

    def __iter__(self) -> Iterator[RecordType]:
        return iter(list(self._in_use().values()))

    def __len__(self) -> int:
        return len(self._in_use())


def is_offered(kind: RecordType, user) -> bool:
    """Does the menu show it to the person?"""
    return kind.menu(user) if callable(kind.menu) else user.can(kind.menu, kind.key)


def _list_address(kind: RecordType) -> str:
    return reverse("records:list", args=[kind.key]) + (f"?{kind.opens}" if kind.opens else "")


types = TypeRegistry(lambda item: item.key)


def route(name: str, type_key: str) -> str:
    """The address of a screen of one type, e.g. ``records:list``: lists name it many times."""
    return _found_route(name, type_key, *site())


@lru_cache(maxsize=1024)
def _found_route(name: str, type_key: str, prefix: str, urlconf: str) -> str:
    return reverse(name, args=[type_key])


def type_of(model_or_record) -> RecordType:
    return types[model_or_record.type_key]


def related_types(key: str) -> list[tuple[RecordType, Field]]:
    """The types that link to ``key``, from the graph of foreign keys."""
    model = types[key].model
    return [(other, link) for other in types for link in other.links if link.target is model]


def refuse_linked(key: str) -> None:
    """A type that others in use lead to is not switched off: their fields would lead nowhere."""
    for other, link in related_types(key):
        if other.key != key:
            raise Refusal(_("“%(field)s” of %(type)s leads to it.") % {"field": link.heading, "type": other.plural})


def switched_off() -> list[RecordType]:
    """Built-in types that the firm uses no more."""
    return [kind for kind in types.all_built_in if kind.leaves and kind.key not in types]


def seen_among(user, pointing: Iterable[Any]) -> dict[tuple[str, int], Record]:
    """Of what points at records by ``type`` and ``object_id`` (changes, notices): those that the person sees now.

    One query a type.
    """
    wanted: dict[str, set[int]] = {}
    for one in pointing:
        wanted.setdefault(one.type, set()).add(one.object_id)
    return {
        (key, record.pk): record
        for key, ids in wanted.items()
        if key in types
        for record in types[key].model.objects.visible_to(user).filter(pk__in=ids)
    }
