"""A board over a choice of a record type: a column for each value, with exact counts and sums, and the first cards."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from groundwork.access.rights import reach
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.lists.cells import Names, page_address, writer
from groundwork.records.lists.filters import WITHOUT, may_be_empty, options_of
from groundwork.records.lists.grouping import Group, counts
from groundwork.records.lists.listing import Listing
from groundwork.records.models import Change, ChangeSet
from groundwork.records.types import Field, route
from groundwork.ui.table import Cell

CARDS = 20  # of a column
LOOKED_BACK = 200  # acts before the newest in which a change may still be on its way


@dataclass
class Card:
    key: int
    version: int
    title: str
    href: str
    lines: list[Cell]  # what it is about, beside the amount
    amount: str = ""
    owner: str = ""
    may_move: bool = False


@dataclass
class Stack:
    """One column. ``sums`` are minor units by currency."""

    value: str
    words: str
    group: Group
    cards: list[Card] = field(default_factory=list)
    more_url: str = ""

    @property
    def counted(self) -> str:
        return languages.number(self.group.count)


class Board:
    """What a list narrows to, by the values of the choice ``by``."""

    def __init__(self, listing: Listing):
        self.listing, self.kind, self.user = listing, listing.kind, listing.user
        self.by = self._by(listing.params.get("by", ""))

    def _by(self, name: str) -> Field:
        fields = {shown.name: shown for shown in self.fields}
        if name and name not in fields and self.listing.left_out is None:
            raise Refusal(_("There is no board by that field."))
        found = fields.get(name) or fields.get(self.kind.board) or next(iter(fields.values()), None)
        if found is None:
            raise Refusal(_("No board is possible here: it takes a choice that lists filter by."))
        return found

    @cached_property
    def fields(self) -> list[Field]:
        """The choices that the person sees and lists filter by."""
        return [shown for shown in self.listing.filters.fields.values() if shown.kind == "choice" and shown.is_own]

    def others(self) -> list[tuple[str, str, bool]]:
        """(words, address, chosen) of the boards that the type has."""
        found = [(shown.heading, self.listing.address(by=shown.name), shown is self.by) for shown in self.fields]
        return found if len(found) > 1 else []

    @cached_property
    def stacks(self) -> list[Stack]:
        found = counts(self.listing, self.by)
        by_text = {WITHOUT if value in (None, "") else str(value): group for value, group in found.items()}
        held = self.listing.filters.held(self.by.name)
        stacks = []
        for value, words in self._values(by_text):
            if not held or value in held:
                stacks.append(Stack(value, words, by_text.get(value, Group(words))))
        self._fill(stacks)
        return stacks

    def _values(self, found: dict[str, Group]) -> list[tuple[str, str]]:
        values = options_of(self.by)
        unknown = [(value, value) for value in found if value != WITHOUT and value not in dict(values)]
        empty = [(WITHOUT, _("none"))] if may_be_empty(self.by) and WITHOUT in found else []
        return [*empty, *values, *unknown]

    def _fill(self, stacks: list[Stack]) -> None:
        """The first cards of each: as many queries as there are columns, and the names of all at once."""
        pages = [(stack, self._page(stack)) for stack in stacks if stack.group.count]
        shown = self._fields
        names = Names(self.user, shown, [row for _stack, rows in pages for row in rows])
        write = {item.name: writer(item, names) for item in shown}
        href, scope = page_address(self.kind.key), reach(self.user, "edit", self.kind.key)
        for stack, rows in pages:
            for row in rows[:CARDS]:
                may = self.may_move and scope.holds(row.owner_id, row.department_id)
                stack.cards.append(self._card(row, write, href(row.pk), may))
            if len(rows) > CARDS:
                stack.more_url = self.listing.address("records:list", by="", **{f"f.{self.by.name}": stack.value})

    def _page(self, stack: Stack) -> list[Any]:
        params = QueryDict(mutable=True)
        for key in self.listing.params:
            params.setlist(key, self.listing.params.getlist(key))
        for gone in ("after", "group", "columns", f"f.{self.by.name}.not"):
            params.pop(gone, None)
        params[f"f.{self.by.name}"] = stack.value
        page = Listing(self.kind, self.user, params, size=CARDS, lenient=self.listing.left_out is not None)
        page.columns, page.more_columns = self._fields, ("owner_id", "department_id")
        return page.page

    @cached_property
    def _fields(self) -> list[Field]:
        """Title, amount, owner, and what it is about: the first link, the first day."""
        usual = self.kind.visible_fields(self.user, self.kind.columns)
        about = [next((shown for shown in usual if shown.kind == kind), None) for kind in ("link", "date")]
        names = (self.kind.model.title_field, self.kind.amount, "owner")
        named = self.kind.visible_fields(self.user, tuple(name for name in names if name))
        every = [*named, *(shown for shown in about if shown)]
        return list({shown.name: shown for shown in every}.values())

    def _card(self, row, write, href: str, may_move: bool) -> Card:
        cells = {name: write[name](row) for name in write}
        title = cells.pop(self.kind.model.title_field, Cell("")).text or row.number
        amount, owner = cells.pop(self.kind.amount, Cell("")).text, cells.pop("owner", Cell("")).text
        lines = [cell for cell in cells.values() if cell.text]
        return Card(row.pk, row.version, title, href, lines, amount, owner, may_move)

    @property
    def may_move(self) -> bool:
        return self.by.name in self.listing.open_names and not self.listing.archived

    @property
    def move_url(self) -> str:
        """Of a card, with "0" for its key."""
        return f"{route('records:list', self.kind.key)}0/move"

    @cached_property
    def mark(self) -> str:
        """How far the board has heard; ``heard_more`` tells whether anything happened since."""
        return mark_of(self.kind.key)

    @property
    def live_url(self) -> str:
        return self.listing.address(since=self.mark)


def mark_of(type_key: str, base: int | None = None) -> str:
    """The changes since an act that lies a little back: an act with a smaller number may be kept after a larger one."""
    if base is None:
        newest = ChangeSet.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        base = max(0, newest - LOOKED_BACK)
    return f"{base}.{Change.objects.filter(type=type_key, changeset_id__gt=base).count()}"


def heard_more(type_key: str, mark: str) -> bool:
    base, _dot, _count = mark.partition(".")
    if not base.isdecimal() or len(base) > 18:
        return True
    return mark_of(type_key, int(base)) != mark
