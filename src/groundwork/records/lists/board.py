"""A board over a choice of a record type: a column for each value, with exact counts and sums, and the first cards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.models import User
from groundwork.access.rights import reach
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.languages import sort_key
from groundwork.core.patience import TooLong, at_most
from groundwork.core.refusals import Refusal
from groundwork.records.lists.board_sums import RECENT, Figure, People, Sums
from groundwork.records.lists.cards import Card, Drawing, Step
from groundwork.records.lists.cells import Names, known_names, page_address, writer
from groundwork.records.lists.filters import WITHOUT, may_be_empty, options_of
from groundwork.records.lists.grouping import PATIENCE
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.on_board import Column, OnBoard
from groundwork.records.models import Change, ChangeSet
from groundwork.records.tasks.asking import steps_about
from groundwork.records.types import Field, route
from groundwork.ui.table import Cell

CARDS = (20, 50, 100, 200)  # of a column, at first and as one asks for more
MOST_LANES = 8
NAME, SUM, UNTIDY = "name", "sum", "untidy"  # what lanes are sorted by
LOOKED_BACK = 200  # acts before the newest in which a change may still be on its way


@dataclass
class Stack:
    """One column, of everybody or of one lane."""

    column: Column
    figure: Figure
    cards: list[Card] = field(default_factory=list)
    more_url: str = ""
    add_url: str = ""
    is_folded: bool = False
    list_url: str = ""  # of a folded one, and where not all cards are shown
    written: SafeString = SafeString()  # the cards as HTML

    @property
    def value(self) -> str:
        return self.column.value

    @property
    def words(self) -> str:
        return self.column.words

    @property
    def anchor(self) -> str:
        return f"column-{slugify(self.value) or 'none'}"

    @property
    def weighted(self) -> str:
        """What it comes to by its share, in money; "" where nobody says the share or nothing stands in it."""
        return "" if self.column.share is None else self.figure.times(self.column.share).amount


@dataclass
class Lane:
    """The cards of one person in each column; of everybody where ``owner`` is None."""

    stacks: list[Stack]
    owner: int | None = None
    name: str = ""
    figure: Figure = field(default_factory=Figure)
    untidy: int | None = None  # how many are not in order; None where the lanes do not stand by that

    @property
    def untidy_words(self) -> str:
        if self.untidy is None:
            return ""
        count = languages.number(self.untidy)
        return ngettext("%(count)s not in order", "%(count)s not in order", self.untidy) % {"count": count}

    @property
    def standing(self) -> list[Stack]:
        return [stack for stack in self.stacks if not stack.is_folded]

    @property
    def folded(self) -> list[Stack]:
        return [stack for stack in self.stacks if stack.is_folded]


class Board:
    """What a list narrows to, by the values of the choice ``by``."""

    def __init__(self, listing: Listing):
        self.listing, self.kind, self.user = listing, listing.kind, listing.user
        self.by = self._by(listing.params.get("by", ""))
        self.on = self.kind.on_board if self.by.name == self.kind.board else OnBoard()
        self.cards = next((most for most in CARDS if str(most) == listing.params.get("cards")), CARDS[0])
        self.people = People(listing)
        self.base = self._listing(self._kept())
        self.sums = Sums(
            self.base, self.by, self.people, [column for column in self.columns if not self._folds(column)]
        )

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

    # ── what is shown

    @cached_property
    def division(self) -> str:
        """The one whose columns are shown: the one that the list is narrowed to, else the first."""
        known = dict(self.on.divisions())
        held = self.listing.filters.held(self.on.divided_by)
        return held[0] if len(held) == 1 and held[0] in known else next(iter(known), "")

    def divisions(self) -> list[tuple[str, str, bool]]:
        """(words, address, chosen), where there are several."""
        known = self.on.divisions() if self.on.divided_by in self.listing.filters.fields else []
        name = f"f.{self.on.divided_by}"
        found = [(words, self.listing.address(**{name: key}), key == self.division) for key, words in known]
        return found if len(found) > 1 else []

    @cached_property
    def columns(self) -> list[Column]:
        """Those that the type declares, narrowed as the list is; none: those that the values make."""
        if self.on.columns is None:
            return []
        held = self.listing.filters.held(self.by.name)
        every = [column for column in self.on.columns(self.division) if not held or column.value in held]
        return [column for column in every if column.is_closed or self._is_asked(column)]

    def _is_asked(self, column: Column) -> bool:
        """Does the list's filter by what follows from the column, where there is one, let it in?"""
        asked = ((self.listing.filters.held(name), value) for name, value in column.only.items())
        return all(not held or value in held for held, value in asked)

    def _folds(self, column: Column) -> bool:
        held = (self.by.name, *column.only)
        return column.is_closed and not (self._is_asked(column) and any(map(self.listing.filters.held, held)))

    def _kept(self) -> QueryDict:
        """The list's own parameters but those by which the board itself divides."""
        params = QueryDict(mutable=True)
        for key in self.listing.params:
            params.setlist(key, self.listing.params.getlist(key))
        ruled = (self.by.name, self.on.divided_by, *self.on.follows)
        for gone in ("after", "group", "columns", *(f"f.{name}" for name in ruled), *People.KEYS):
            params.pop(gone, None)
        return params

    def _listing(self, params: QueryDict) -> Listing:
        return Listing(self.kind, self.user, params, size=self.cards, lenient=self.listing.left_out is not None)

    @cached_property
    def lanes(self) -> list[Lane]:
        """One for each of the persons that the list is narrowed to, where these are several; else one of all."""
        owners = self.people.asked if 1 < len(self.people.asked) <= MOST_LANES else [None]
        names = known_names(self.user, User, [owner for owner in owners if owner]) if len(owners) > 1 else {}
        lanes = [Lane(self._stacks(owner), owner, names.get(owner or 0, "")) for owner in owners]
        for lane in lanes:
            lane.figure = self.sums.of(owner=lane.owner)
        if len(lanes) > 1:
            self._put_in_order(lanes)
        self._fill(lanes)
        return lanes

    def _put_in_order(self, lanes: list[Lane]) -> None:
        """As the address says: by name, the largest sum in the firm's own currency first, or the most untidy first."""
        if self.lanes_by == UNTIDY:
            counts = self._untidy([lane.owner for lane in lanes])
            for lane in lanes:
                lane.untidy = counts.get(lane.owner, 0)
        by: dict[str, Callable[[Lane], Any]] = {
            NAME: lambda lane: sort_key(lane.name), SUM: lambda lane: lane.figure.by_sum,
            UNTIDY: lambda lane: -(lane.untidy or 0),
        }  # fmt: skip
        if self.lanes_by:
            lanes.sort(key=by[self.lanes_by])

    def _untidy(self, owners: list[int | None]) -> dict[int | None, int]:
        assert self.on.untidy is not None
        try:
            with at_most(PATIENCE):
                return self.on.untidy(self.base.narrowed.filter(self.people.all, owner__in=owners))
        except TooLong as error:
            raise Refusal(_("There are too many rows to count them at once: narrow the list first.")) from error

    @property
    def lanes_by(self) -> str:
        """What the lanes are sorted by; "" for the order in which the persons were chosen."""
        asked = self.listing.params.get("lanes", "")
        return asked if asked in dict(self._orders) else ""

    @property
    def _orders(self) -> list[tuple[str, str]]:
        orders = [("", _("as chosen")), (NAME, _("by name"))]
        orders += [(SUM, _("by sum"))] if self.base.amount else []
        return orders + ([(UNTIDY, _("by what is not in order"))] if self.on.untidy else [])

    def lane_orders(self) -> list[tuple[str, str, bool]]:
        """(words, address, chosen), where there are lanes."""
        if not self.has_lanes:
            return []
        return [(words, self.listing.address(lanes=key), key == self.lanes_by) for key, words in self._orders]

    @property
    def has_lanes(self) -> bool:
        return len(self.lanes) > 1

    @cached_property
    def stacks(self) -> list[Stack]:
        """The columns of all lanes together, for their heads: with figures, and the cards of the only lane."""
        return self.lanes[0].stacks if not self.has_lanes else self._stacks(None)

    @property
    def heads(self) -> list[Stack]:
        return [stack for stack in self.stacks if not stack.is_folded]

    @property
    def folded(self) -> list[Stack]:
        return [stack for stack in self.stacks if stack.is_folded]

    def _stacks(self, owner: int | None) -> list[Stack]:
        if self.on.columns is None:
            return [self._stack(column, owner) for column in self._of_values()]
        return [self._folded(column) if self._folds(column) else self._stack(column, owner) for column in self.columns]

    def _stack(self, column: Column, owner: int | None) -> Stack:
        stack = Stack(column, self.sums.of(column.value, owner))
        own = owner == self.user.pk if owner else self.people.holds(self.user.pk)  # a new one is the maker's
        if self.may_add and own and not column.is_closed and column.value != WITHOUT:
            stack.add_url = self.listing.address("records:board_add", field=self.by.name, value=column.value)
        return stack

    def _folded(self, column: Column) -> Stack:
        narrowed = {f"f.{name}": value for name, value in column.only.items()} | {f"f.{self.by.name}": column.value}
        if self.on.closed_on:
            narrowed[f"f.{self.on.closed_on}.from"] = (today() - timedelta(days=RECENT)).isoformat()
        figure = self._lately.get(column.value, Figure())
        url = self.listing.address("records:list", **narrowed)
        return Stack(column, figure, is_folded=True, list_url=url)

    @cached_property
    def _lately(self) -> dict[str, Figure]:
        folded = [column for column in self.columns if self._folds(column)]
        return self.sums.lately(folded, self.on.closed_on) if folded else {}

    def _of_values(self) -> list[Column]:
        """The values of the choice as columns, and those that stand in records though nobody may choose them."""
        held, found, values = self.listing.filters.held(self.by.name), self.sums.values, options_of(self.by)
        unknown = [(value, value) for value in found if value != WITHOUT and value not in dict(values)]
        empty = [(WITHOUT, _("none"))] if may_be_empty(self.by) and WITHOUT in found else []
        every = [*empty, *values, *unknown]
        return [Column(value, words) for value, words in every if not held or value in held]

    # ── the cards

    def _fill(self, lanes: list[Lane]) -> None:
        """The first cards of each: as many queries as there are columns, and the names of all at once."""
        pages = [
            (stack, self._page(stack.column, lane.owner))
            for lane in lanes for stack in lane.standing if stack.figure.count
        ]  # fmt: skip
        shown, rows = self._fields, [row for _stack, page in pages for row in page[: self.cards]]
        names = Names(self.user, shown, rows)
        write = {item.name: writer(item, names) for item in shown}
        href, scope = page_address(self.kind.key), reach(self.user, "edit", self.kind.key)
        standings = self.on.standings(rows, self.user) if self.on.standings and rows else {}
        steps = steps_about(self.kind.key, [row.pk for row in rows], self.user) if self.on.has_steps else {}
        drawing = Drawing(self.on.has_steps, self.may_step, shows_owner=len(lanes) == 1)
        for stack, page in pages:
            for row in page[: self.cards]:
                may = self.may_move and scope.holds(row.owner_id, row.department_id)
                card = self._card(row, write, href(row.pk), may)
                card.standing = standings.get(row.pk, card.standing)
                card.step = Step(steps[row.pk]) if row.pk in steps else None
                stack.cards.append(card)
            stack.written = drawing.all_of(stack.cards)
            if len(page) > self.cards:
                stack.more_url = self._more(stack)
                stack.list_url = self.listing.address("records:list", by="", **{f"f.{self.by.name}": stack.value})

    def _more(self, stack: Stack) -> str:
        """The board with more cards in its columns; empty where it has as many as it can."""
        more = next((most for most in CARDS if most > self.cards), None)
        return f"{self.listing.address(cards=str(more))}#{stack.anchor}" if more else ""

    def _page(self, column: Column, owner: int | None) -> list[Any]:
        params = self._kept()
        params.pop(f"f.{self.by.name}.not", None)
        for key in People.KEYS:
            if key in self.listing.params:
                params.setlist(key, self.listing.params.getlist(key))
        for name, value in column.only.items():
            if name in self.listing.filters.fields:  # it follows from the column, and finds the index
                params[f"f.{name}"] = value
        params[f"f.{self.by.name}"] = column.value
        if owner is not None:
            params["f.owner"] = str(owner)
        page = self._listing(params)
        page.columns, page.more_columns = self._fields, ("owner_id", "department_id", *self.on.carries)
        return page.page

    @cached_property
    def _fields(self) -> list[Field]:
        """Title, amount, owner, and what it is about: the first link, the first day; the next step says a day too."""
        usual, kinds = self.kind.visible_fields(self.user, self.kind.columns), ("link", "date")
        about = [
            next((shown for shown in usual if shown.kind == kind), None) for kind in kinds[: 2 - self.on.has_steps]
        ]
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

    # ── what may be done

    @property
    def may_move(self) -> bool:
        return self.by.name in self.listing.open_names and not self.listing.archived

    @property
    def may_step(self) -> bool:
        """Say on a card what comes next."""
        return self.on.has_steps and self.user.can("create", "task")

    @property
    def may_add(self) -> bool:
        return bool(self.kind.quick and self.listing.add_url and self.may_move)

    @property
    def move_url(self) -> str:
        """Of a card, with "0" for its key."""
        return f"{route('records:list', self.kind.key)}0/move"

    # ── over all columns

    @property
    def total(self) -> Figure:
        return self.sums.of(among=[stack.value for stack in self.heads])

    @property
    def weighted(self) -> str:
        """The sum of what the columns come to; each is rounded by itself, so that it is the sum of what is shown."""
        figures = [stack.figure.times(stack.column.share) for stack in self.heads if stack.column.share is not None]
        return Figure.sum_of(figures).amount

    # ── news

    @property
    def _heard(self) -> tuple[str, ...]:
        return heard_types(self.kind)

    @cached_property
    def mark(self) -> str:
        """How far the board has heard; ``heard_more`` tells whether anything happened since."""
        return mark_of(self._heard)

    @property
    def live_url(self) -> str:
        return self.listing.address(since=self.mark)


def heard_types(kind) -> tuple[str, ...]:
    """A board that shows next steps hears of tasks too."""
    return (kind.key, "task") if kind.on_board.has_steps else (kind.key,)


def mark_of(type_keys: Iterable[str], base: int | None = None) -> str:
    """The changes since an act that lies a little back: an act with a smaller number may be kept after a larger one."""
    if base is None:
        newest = ChangeSet.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        base = max(0, newest - LOOKED_BACK)
    return f"{base}.{Change.objects.filter(type__in=type_keys, changeset_id__gt=base).count()}"


def heard_more(type_keys: Iterable[str], mark: str) -> bool:
    base, _dot, _count = mark.partition(".")
    if not base.isdecimal() or len(base) > 18:
        return True
    return mark_of(type_keys, int(base)) != mark
