"""Counts and sums of a board: by column and by person, from kept tallies wherever they know the answer."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Firm
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.patience import TooLong, at_most
from groundwork.core.refusals import Refusal
from groundwork.records.lists.filters import WITHOUT
from groundwork.records.lists.grouping import PATIENCE
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.on_board import Column
from groundwork.records.models import Tally
from groundwork.records.types import Field

RECENT = 30  # days that a folded column looks back


@dataclass
class Figure:
    """How many, and what they come to: ``sums`` are minor units by currency."""

    count: int = 0
    sums: dict[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> str:
        return languages.number(self.count)

    @property
    def amount(self) -> str:
        """In money; nothing for a currency of which no amount is known, since unknown is not zero."""
        return " · ".join(languages.money(total, currency) for currency, total in sorted(self.sums.items()) if total)

    @property
    def by_sum(self) -> tuple[int, int]:
        """Sorts the largest first: by what it comes to in the firm's own currency, then in any other."""
        return -self.sums.get(Firm.own_currency(), 0), -max(self.sums.values(), default=0)

    def take(self, count: int, currency: str, total: int | None) -> None:
        self.count += count
        if currency:
            self.sums[currency] = self.sums.get(currency, 0) + (total or 0)

    def times(self, share: int) -> "Figure":
        """Its sums by a share in percent, each rounded half up once."""
        weighted = {code: int(round_half_up(Decimal(total * share) / 100)) for code, total in self.sums.items()}
        return Figure(self.count, weighted)

    @staticmethod
    def sum_of(figures: Iterable["Figure"]) -> "Figure":
        summed = Figure()
        for figure in figures:
            for currency, total in figure.sums.items():
                summed.take(0, currency, total)
            summed.count += figure.count
        return summed


class People:
    """Whose records the list is narrowed to: some persons, some departments, or anybody."""

    KEYS = ("f.owner", "f.department")

    def __init__(self, listing: Listing):
        items = {item.field.name: item for item in listing.filters.items if item.key in self.KEYS}
        self.owner, self.department = items.get("owner"), items.get("department")

    @cached_property
    def asked(self) -> list[int]:
        return list(self.owner.names) if self.owner else []

    @property
    def within(self) -> Q:
        """Of the asked departments; of records and of tallies alike."""
        return self.department.q() if self.department else Q()

    @property
    def all(self) -> Q:
        return self.within & (self.owner.q() if self.owner else Q())

    def holds(self, owner: int | None) -> bool:
        if self.owner is None:
            return True
        return WITHOUT in self.owner.values if owner is None else owner in self.asked


Row = tuple[str, int | None, str, int, int]  # value, owner, currency, count, sum


class Sums:
    """``base``: the list without the filters by column and person. ``columns``: those that count; none: all values."""

    def __init__(self, base: Listing, by: Field, people: People, columns: list[Column]):
        self.base, self.by, self.people, self.columns = base, by, people, columns

    def of(self, value: str | None = None, owner: int | None = None, among: Collection[str] | None = None) -> Figure:
        """Of the asked people's records; of one ``owner`` alone where that is given."""
        figure = Figure()
        for kept, whose, currency, count, total in self.rows:
            if value not in (None, kept) or (among is not None and kept not in among):
                continue
            if whose == owner if owner is not None else self.people.holds(whose):
                figure.take(count, currency, total)
        return figure

    @cached_property
    def values(self) -> list[str]:
        """Those in which anything stands."""
        counted: dict[str, int] = {}
        for value, whose, _currency, count, _total in self.rows:
            if self.people.holds(whose):
                counted[value] = counted.get(value, 0) + count
        return [value for value, count in counted.items() if count]

    def by_owner(self) -> dict[int | None, int]:
        """{person: how many records}, whomever the list is narrowed to."""
        counted: dict[int | None, int] = {}
        for _value, whose, _currency, count, _total in self.rows:
            counted[whose] = counted.get(whose, 0) + count
        return {whose: count for whose, count in counted.items() if count > 0}

    @cached_property
    def rows(self) -> list[Row]:
        try:
            with at_most(PATIENCE):
                found = list(self._tallied() if self._are_tallied else self._counted())
        except TooLong as error:
            raise Refusal(_("There are too many rows to count them at once: narrow the list first.")) from error
        return [(_text(value), whose, currency, count, total or 0) for value, whose, currency, count, total in found]

    @property
    def _are_tallied(self) -> bool:
        return self.base.is_tallied and self.by.name == self.base.kind.board

    def _tallied(self) -> Iterable[Any]:
        scope, rows = self.base.scope, Tally.objects.filter(self.people.within, type=self.base.kind.key)
        if not scope.all:
            rows = rows.filter(Q(owner_id=scope.me) | Q(department_id__in=scope.departments))
        if self.columns:
            rows = rows.filter(value__in=[column.value for column in self.columns])
        found = rows.order_by().values_list("value", "owner_id", "currency")
        for value, whose, currency, count, total in found.annotate(counted=Sum("count"), summed=Sum("amount")):
            yield value, whose, currency if self.base.amount else "", count, total

    def _counted(self) -> Iterable[Any]:
        rows = self.base.narrowed.filter(self.people.within)
        if self.columns:
            rows = rows.filter(self._in(self.columns))
        return self._grouped(rows, self.by.column, "owner_id")

    def _grouped(self, rows, *names: str) -> Iterable[Any]:
        rows = rows.order_by()
        if amount := self.base.amount:
            return rows.values_list(*names, "currency").annotate(counted=Count("pk"), summed=Sum(amount))
        return [(*row[:-1], "", row[-1], 0) for row in rows.values_list(*names).annotate(counted=Count("pk"))]

    def _in(self, columns: list[Column]) -> Q:
        """Standing in one of the columns; what follows from that is said too, so that the database finds its index."""
        alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for column in columns:
            alike.setdefault(tuple(column.only.items()), []).append(column.value)
        return reduce(or_, (Q(**dict(only), **{f"{self.by.column}__in": keys}) for only, keys in alike.items()))

    def lately(self, columns: list[Column], day: str) -> dict[str, Figure]:
        """{value: what came into these columns in the last ``RECENT`` days}, by the date field ``day``."""
        rows = self.base.narrowed.filter(self.people.all & self._in(columns))
        rows = rows.filter(**{f"{day}__gte": today() - timedelta(days=RECENT)}) if day else rows
        figures: dict[str, Figure] = {}
        for value, currency, count, total in self._grouped(rows, self.by.column):
            figures.setdefault(_text(value), Figure()).take(count, currency, total)
        return figures


def _text(value: Any) -> str:
    return WITHOUT if value in (None, "") else str(value)
