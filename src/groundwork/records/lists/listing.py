"""A list of one type for one person: filters from the address, keyset pages, totals from tallies.

A page takes a fixed number of queries, whatever the number of rows, and its time does not grow with them.
"""

from contextlib import nullcontext
from decimal import Decimal
from functools import cached_property, reduce
from heapq import merge
from operator import or_
from typing import Any, cast
from urllib.parse import urlencode
from zlib import crc32

from django.core import signing
from django.db import connection
from django.db.models import Count, Q, Sum, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.rights import Scope, reach
from groundwork.core import languages
from groundwork.core.patience import TooLong, at_most
from groundwork.core.refusals import Refusal
from groundwork.records.added import several
from groundwork.records.added.fields import AddedField
from groundwork.records.editing import open_fields
from groundwork.records.finding import search
from groundwork.records.lists.cells import LINKS, Names, joined_names, page_address, writer
from groundwork.records.lists.filters import DAYS, WITHOUT, Filter, Filters
from groundwork.records.lists.saved_views import PASSING
from groundwork.records.models import Tally
from groundwork.records.types import Field, RecordType, route
from groundwork.ui.table import Cell, Column, Empty, Row, Table

SIZE = 50
PATIENCE = 1.0  # seconds that an exact count may take
PATIENCE_IN_PART = 2.0  # and that of the first ones may
COUNTED = 10_000  # rows that are counted where it may not
MOST_BRANCHES = 12
MOST_PICKED = 5000  # rows that one ticks
GROUPED = ("choice", "choices", "bool", "link", "user", "department", "date", "moment")  # days by month


def tallied(type_key: str, scope: Scope) -> list[tuple[str, int, int]]:
    """(currency, count, sum) of the current records within reach, from the kept tallies. Plain SQL: each list asks
    it, and to put it together from the model takes longer than to answer it."""
    within, params = "", [type_key, *([] if scope.all else [scope.me, *scope.departments])]
    if not scope.all:
        marks = "".join(", %s" for _department in scope.departments)
        within = f" AND (owner_id = %s OR department_id IN (NULL{marks}))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT currency, SUM(count), SUM(amount) FROM {Tally._meta.db_table} WHERE type = %s{within} "  # noqa: S608
            "GROUP BY currency",
            params,
        )
        return [(currency, int(count), int(amount)) for currency, count, amount in cursor.fetchall()]


def picked(values: list[str]) -> dict[int, int]:
    """Ticked rows, ``{id: the version that the person saw}``, from "12.3"."""
    found = {}
    for value in values[:MOST_PICKED]:
        pk, _dot, version = value.partition(".")
        if pk.isdecimal() and len(pk) < 19:
            found[int(pk)] = int(version) if version.isdecimal() and len(version) < 10 else 0
    return found


class Listing:
    """``params`` is the address's QueryDict; unknown filters, columns and sorts are refused with a sentence.

    ``lenient``: what a saved view names and the reader does not see, or nobody sees any more, is left out, of
    ``params`` too, and counted in ``left_out``.
    """

    def __init__(
        self, kind: RecordType, user, params, size: int = SIZE, *, lenient: bool = False, at: str = "records:list"
    ):
        self.kind, self.user, self.params, self.size, self.at = kind, user, params, size, at
        self.left_out: list[str] | None = [] if lenient else None
        self.scope = reach(user, "view", kind.key)
        self.chosen = [name for value in params.getlist("columns") for name in value.split(",") if name]
        self.columns = self._columns()
        self.sort = self._sort(params.get("sort") or kind.sorts[0])
        self.filters = Filters(kind, user, params, self.left_out)
        self.group = self._group(params.get("group", ""))
        self.q = (params.get("q") or "").strip()[:200]
        self.archived = params.get("archived") == "1"
        self.more_columns: tuple[str, ...] = ()  # that rows carry besides those they show
        self.picks = picked(params.getlist("pick"))
        if self.left_out:
            self._forget_left_out(set(self.left_out))

    def _forget_left_out(self, gone: set[str]) -> None:
        """What stands in the page's own links is what the list shows."""
        self.params, self.chosen = self.params.copy(), [name for name in self.chosen if name not in gone]
        self.params["columns"] = ",".join(self.chosen)
        if self.group is None:
            self.params["group"] = ""
        if self.params.get("sort", "").lstrip("-") in gone:
            self.params["sort"] = ""
        for key in [key for key in self.params if key.startswith("f.") and self.filters.known(key[2:]) is None]:
            del self.params[key]

    @cached_property
    def offered_columns(self) -> list[Field]:
        """What the person may choose columns from."""
        return self.kind.visible_fields(self.user, self.kind.listable)

    def _columns(self) -> list[Field]:
        usual = self.kind.visible_fields(self.user, self.kind.columns)
        if not self.chosen:
            return usual
        offered = {shown.name: shown for shown in self.offered_columns}
        names = [name for name in dict.fromkeys(self.chosen) if name in offered or self._is_left_out(name)]
        return [offered[name] for name in names if name in offered] or usual

    def _is_left_out(self, name: str) -> bool:
        if self.left_out is None:
            raise Refusal(_("This list has no such column."))
        self.left_out.append(name)
        return True

    def _sort(self, asked: str) -> str:
        plain = tuple(name.lstrip("-") for name in self.kind.sorts)
        if asked.lstrip("-") in {shown.name for shown in self.kind.visible_fields(self.user, plain)}:
            return asked
        if asked == self.kind.sorts[0]:
            return "updated_at"
        if self.left_out is not None:
            self.left_out.append(asked.lstrip("-"))
            return self._sort(self.kind.sorts[0])
        raise Refusal(_("This list cannot be sorted that way."))

    def _group(self, name: str) -> Field | None:
        shown = self.filters.fields.get(name)
        if shown is not None and shown.kind in GROUPED and shown.is_own:
            return shown
        if name and self.left_out is None:
            raise Refusal(_("This list cannot be grouped that way."))
        if name and self.left_out is not None:
            self.left_out.append(name)
        return None

    # ── rows

    @property
    def sort_column(self) -> str:
        name = self.sort.lstrip("-")
        if name in self.kind.added:
            return self.kind.added[name].sort_column
        return "sort_key" if name == self.kind.model.title_field else name

    @property
    def _may_be_empty(self) -> bool:
        """A built-in field that lists sort by is never empty; an added one may be, and then stands last."""
        return self.sort.lstrip("-") in self.kind.added

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters.items or self.q or self.archived or self.picks)

    def conditions(self) -> Q:
        return self._narrowed_by(self.filters.q())

    def _narrowed_by(self, filters: Q) -> Q:
        condition = Q(archived_at__isnull=not self.archived) & filters
        if self.q:
            found = search.ids_matching(self.user, self.kind, self.q)
            condition &= Q(pk__in=found) if found is not None else Q(pk__in=[])
        if self.picks:
            condition &= Q(pk__in=list(self.picks))
        return condition

    @cached_property
    def page(self) -> list[Any]:
        """The rows of this page and one more, which tells that there is a next page; only what the list shows."""
        if self.scope.nothing:
            return []
        if (item := self._held_by_many) is not None and len(
            found := self._page_of(self._first_holders(item))
        ) > self.size:
            return found
        return self._page_of(self.conditions())

    @property
    def _held_by_many(self) -> Filter | None:
        return self.filters.held_by_many if self.sort_column == "sort_key" else None

    def _first_holders(self, item: Filter) -> Q:
        """Of many holders of a value those that come first by name, which mostly are a page."""
        after, row = self._last_before, cast(AddedField, item.field.added)
        first = several.first_by_name(row, item.values[0], after, descending=self._is_descending)
        return self._narrowed_by(self.filters.q(besides=item) & Q(pk__in=first))

    def _page_of(self, condition: Q) -> list[Any]:
        if self.scope.all:
            filled = list(self._ordered(condition).values_list(*self._shown_names, named=True)[: self.size + 1])
            if not self._may_be_empty or not (room := self.size + 1 - len(filled)):
                return filled
            return [*filled, *self._ordered(condition, empty=True).values_list(*self._shown_names, named=True)[:room]]
        ids = self._page_ids(condition)
        found = self.kind.model.objects.filter(pk__in=ids).values_list(*self._shown_names, named=True)
        rows = {row.pk: row for row in found}
        return [rows[pk] for pk in ids if pk in rows]

    @property
    def _shown_names(self) -> list[str]:
        shown = (item.column for item in self.columns)
        linked = (name for item in self.columns if item.kind in LINKS for name in joined_names(self.user, item))
        names = dict.fromkeys(("pk", "number", "version", self.sort_column, *shown, *linked, *self.more_columns))
        if self.kind.beneath:
            names |= dict.fromkeys(self.kind.beneath.columns)
        if any(item.kind == "money" or item.is_price for item in self.columns) and hasattr(self.kind.model, "currency"):
            names["currency"] = None
        return list(names)

    @property
    def _is_descending(self) -> bool:
        return self.sort.startswith("-")

    def _ordered(self, condition: Q, empty: bool = False):
        order = [f"-{self.sort_column}", "-pk"] if self._is_descending else [self.sort_column, "pk"]
        condition &= self._after(empty)
        if self._may_be_empty:
            condition &= Q(**{f"{self.sort_column}__isnull": empty})
        return self.kind.model.objects.filter(condition).order_by(*(order[1:] if empty else order))

    def _page_ids(self, condition: Q) -> list[int]:
        """Limited branches over (owner, sort, id) and (department, sort, id), merged here: SQLite takes no LIMIT
        inside a UNION, and an OR would walk the whole table."""
        ids = self._ids_of(self._ordered(condition))
        if self._may_be_empty and len(ids) <= self.size:
            ids += self._ids_of(self._ordered(condition, empty=True).annotate(nothing=Value(0)), "nothing")
        return ids[: self.size + 1]

    def _ids_of(self, ordered, column: str = "") -> list[int]:
        found = [
            list(ordered.filter(branch).values_list(column or self.sort_column, "pk")[: self.size + 1])
            for branch in self._branches()
        ]
        return list(dict.fromkeys(pk for _value, pk in merge(*found, reverse=self._is_descending)))

    def _branches(self) -> list[Q]:
        mine = [Q(owner_id=self.scope.me)]
        if self.kind.model.kept_by_author:
            mine.append(Q(created_by_id=self.scope.me))
        if self._is_of_one_person:  # that person's index is walked once, whoever may see the rows
            return [reduce(or_, mine) | Q(department_id__in=self.scope.departments)]
        if len(self.scope.departments) > MOST_BRANCHES:
            return [*mine, Q(department_id__in=self.scope.departments)]
        return [*mine, *(Q(department_id=pk) for pk in sorted(self.scope.departments))]

    @property
    def _is_of_one_person(self) -> bool:
        held = self.filters.held("owner")
        return len(held) == 1 and held != [WITHOUT]

    @cached_property
    def _last_before(self) -> tuple[Any, int] | None:
        """(value it is sorted by, id) of the row that this page follows."""
        if not (token := self.params.get("after")):
            return None
        try:
            value, pk = signing.loads(token, salt=f"after.{self.kind.key}.{self.sort}")
        except signing.BadSignature as error:
            raise Refusal(_("This page of the list is no longer there: start from the top.")) from error
        return value, pk

    def _after(self, empty: bool = False) -> Q:
        if self._last_before is None:
            return Q()
        value, pk = self._last_before
        side = "lt" if self._is_descending else "gt"
        column = self.sort_column
        if empty:
            return Q(**{f"pk__{side}": pk}) if value is None else Q()
        if value is None:
            return Q(pk__in=[])
        return Q(**{f"{column}__{side}e": value}) & (
            Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
        )

    @property
    def next_token(self) -> str:
        if len(self.page) <= self.size:
            return ""
        last = self.page[self.size - 1]
        value = getattr(last, self.sort_column)
        value = (
            value.isoformat() if hasattr(value, "isoformat") else str(value) if isinstance(value, Decimal) else value
        )
        return signing.dumps([value, last.pk], salt=f"after.{self.kind.key}.{self.sort}")

    # ── totals

    @cached_property
    def amount(self) -> str:
        """The money field that is summed; "" where there is none, or none for this person."""
        return self.kind.amount if self.kind.amount and self.kind.visible_fields(self.user, (self.kind.amount,)) else ""

    @property
    def is_tallied(self) -> bool:
        """Do the kept tallies count just these rows? They know owners and departments, and no authors."""
        return not self.is_narrowed and (self.scope.all or not self.kind.model.kept_by_author)

    def counted_to(self, most: int) -> int:
        """How many rows there are, at most ``most``: no more than those are looked for."""
        return 0 if self.scope.nothing else self.narrowed[:most].count()

    def totals(self) -> tuple[int, dict[str, int]]:
        """(count, {currency: sum}) over all rows the person may see: from tallies, or exact where it is narrowed."""
        if self.scope.nothing:
            return 0, {}
        if self.is_tallied:
            summed = tallied(self.kind.key, self.scope)
        elif self.amount:
            rows = self.narrowed.values_list("currency")
            summed = rows.annotate(counted=Count("pk"), summed=Sum(self.amount))
        else:
            return self.narrowed.count(), {}
        found = list(summed)
        sums = {currency: total or 0 for currency, _count, total in found if currency} if self.amount else {}
        return sum(counted for _currency, counted, _total in found), sums

    @property
    def narrowed(self):
        return self.kind.model.objects.visible_to(self.user).filter(self.conditions()).order_by()

    @property
    def _counts_later(self) -> bool:
        return self.is_narrowed and self.params.get("count") != "all"

    def total_cells(self) -> list[Cell]:
        """The foot. Exact; only where counting takes longer than ``PATIENCE`` it says "10,000+" and offers to count all
        (``count=all`` in the address)."""
        try:
            with at_most(PATIENCE) if self._counts_later else nullcontext():
                count, sums = self.totals()
        except TooLong:
            return self._foot(Cell(self._counted_in_part(), self.address(count="all")))
        label = ngettext("%(count)s in all", "%(count)s in all", count) % {"count": languages.number(count)}
        lines = [languages.money(total, currency) for currency, total in sorted(sums.items())]
        return self._foot(Cell(label), "\n".join(lines))

    def _counted_in_part(self) -> str:
        try:
            with at_most(PATIENCE_IN_PART):
                found = self.narrowed.values("pk")[: COUNTED + 1].count()
        except TooLong:
            return _("Not counted yet: count all")
        said = languages.number(min(found, COUNTED)) + ("+" if found > COUNTED else "")
        return _("%(count)s in all: count all") % {"count": said}

    def _foot(self, first: Cell, amount: str = "") -> list[Cell]:
        others = (Cell(amount, kind="number") if item.name == self.amount else Cell("") for item in self.columns[1:])
        return [first, *others]

    # ── for the screen

    def kept(self, *besides: str) -> list[tuple[str, str]]:
        """What a form of the list sends along: every parameter but those of the form itself, ``besides``."""
        gone = {*PASSING, *besides}
        names = [key for key in self.params if key not in gone and not ("f." in besides and key.startswith("f."))]
        return [(key, value) for key in names for value in self._given(key)]

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        return self.kept("f.", "q", "archived")

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        return self.kept("columns", "sort", "group", "earlier")

    def column_choices(self) -> list[tuple[Field, bool]]:
        """Every field that may be a column, the shown ones first and in their order."""
        names = [column.name for column in self.columns]
        others = [shown for shown in self.offered_columns if shown.name not in names]
        return [*((column, True) for column in self.columns), *((shown, False) for shown in others)]

    def sort_choices(self) -> list[tuple[str, str, bool]]:
        """(value, words, chosen): on a narrow screen there are no heads to press."""
        plain = tuple(name.lstrip("-") for name in self.kind.sorts)
        found = []
        for shown in self.kind.visible_fields(self.user, plain):
            ways = (_("ascending"), _("descending"))
            for value, way in zip((shown.name, f"-{shown.name}"), ways, strict=True):
                found.append((value, f"{shown.heading}, {way}", value == self.sort))
        return found

    def group_choices(self) -> list[tuple[str, str, bool]]:
        shown = (item for item in self.filters.fields.values() if item.kind in GROUPED and item.is_own)
        return [(item.name, self._group_words(item), item is self.group) for item in shown]

    @staticmethod
    def _group_words(shown: Field) -> str:
        return _("%(field)s, by month") % {"field": shown.heading} if shown.kind in DAYS else shown.heading

    def address(self, to: str = "", **changes) -> str:
        """The same with ``changes``, on this screen or on the one called ``to``."""
        left_out = {*PASSING, *changes}
        pairs = {key: values for key in self.params if key not in left_out and (values := self._given(key))}
        query = urlencode(pairs | {key: value for key, value in changes.items() if value}, doseq=True)
        return route(to or self.at, self.kind.key) + (f"?{query}" if query else "")

    def _given(self, key: str) -> list[str]:
        return [value for value in self.params.getlist(key) if value]

    @property
    def add_url(self) -> str:
        """Where one more is made; empty where the person may not, or nobody does by hand."""
        if not (self.kind.typed and self.user.can("create", self.kind.key)):
            return ""
        return route("records:quick" if self.kind.quick else "records:new", self.kind.key)

    @property
    def here(self) -> str:
        """Where the forms of this screen lead."""
        return route(self.at, self.kind.key)

    @property
    def form_address(self) -> str:
        return self.address(filter="open")

    @property
    def columns_address(self) -> str:
        return self.address(columns_open="1")

    def table(self) -> Table:
        shown = self.page[: self.size]
        rows, token = self._rows(shown), self.next_token
        return Table(
            columns=[self._column(column) for column in self.columns],
            rows=rows,
            caption=str(self.kind.plural), caption_seen=False,
            totals=[] if self._counts_later else self.total_cells(),
            totals_url=self.address("records:totals") if self._counts_later else "",
            count_url=self.address(count="all") if self._counts_later else "",
            next_url=self.address("records:list", after=token) if token else "",
            next_label=_("Show the next %(count)s") % {"count": self.size} if token else "",
            empty=None if rows else self._empty(),
            id=self.table_id, picks="picked",
            edit_url=self.edit_url, peek_url=f"{route('records:list', self.kind.key)}0/peek",
        )  # fmt: skip

    @property
    def table_id(self) -> str:
        """One page may hold the tables of several groups."""
        own = f"-{crc32(self.address().encode())}" if self.params.get("part") == "rows" else ""
        return f"list-{self.kind.key}{own}"

    @cached_property
    def open_names(self) -> frozenset[str]:
        """Columns whose cells may be changed in place."""
        return frozenset(shown.name for shown in open_fields(self.kind, self.user))

    @property
    def edit_url(self) -> str:
        """Of a cell, with "0" for the record and "-" for the field; it knows the columns, to draw the row anew."""
        if not self.open_names:
            return ""
        columns = f"?{urlencode({'columns': ','.join(self.chosen)})}" if self.chosen else ""
        return f"{route('records:list', self.kind.key)}0/cell/-{columns}"

    def row_of(self, record) -> Table:
        """A table of this one record, as the list shows it."""
        return Table(
            [self._column(column) for column in self.columns], self._rows([record]), id=self.table_id, picks="picked"
        )

    def _rows(self, shown: list) -> list[Row]:
        names, href = Names(self.user, self.columns, shown), page_address(self.kind.key)
        writers, rows = [writer(column, names) for column in self.columns], []
        beneath = self.kind.beneath.of(shown, self.user) if self.kind.beneath else {}
        for record in shown:
            cells = [write(record) for write in writers]
            cells[0].sub = cells[0].sub or beneath.get(record.pk, "")
            cells[0].kind, cells[0].text = "bold", cells[0].text or record.number
            pick = f"{record.pk}.{record.version}"
            rows.append(Row(cells, str(record.pk), href(record.pk), pick, cells[0].text))
        return rows

    def foot(self) -> Table:
        """The totals alone, for the second request: no rows are read again."""
        columns = [self._column(column) for column in self.columns]
        return Table(columns, [], totals=self.total_cells(), id=f"list-{self.kind.key}", picks="picked")

    def _column(self, shown: Field) -> Column:
        sortable = shown.name in {name.lstrip("-") for name in self.kind.sorts}
        standing = self.sort.lstrip("-") == shown.name
        flipped = shown.name if not standing or self.sort.startswith("-") else f"-{shown.name}"
        return Column(
            key=shown.name, label=shown.heading, numeric=shown.numeric,
            sort_url=self.address(sort=flipped) if sortable else "",
            sorted=("descending" if self.sort.startswith("-") else "ascending") if standing else "",
            main=shown.name == self.columns[0].name, second=shown.name == self.amount,
            editable=shown.name in self.open_names,
        )  # fmt: skip

    def _empty(self) -> Empty:
        if self.is_narrowed:
            return Empty(
                _("Nothing matches"),
                _("No record fits this filter."),
                _("Show all"),
                route("records:list", self.kind.key),
            )
        return Empty(
            str(self.kind.plural), str(self.kind.explain),
            _("Add the first one") if self.add_url else "", self.add_url,
        )  # fmt: skip

    def narrowed_by(self) -> list[dict[str, Any]]:
        """What narrows the list, in words, each with the address that takes it away."""
        found = [
            {"label": item.field.heading, "operator": item.verb, "text": item.words, "key": item.key}
            for item in self.filters.items
        ]
        if self.q:
            found.append({"label": _("Words"), "text": self.q, "key": "q"})
        if self.archived:
            found.append({"label": _("In use or archived"), "text": _("archived"), "key": "archived"})
        return [{**item, "without": self.address(**{item["key"]: ""})} for item in found]
