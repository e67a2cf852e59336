"""What a built report asks of the records of one type, and the answer: groups with their counts and one number each.

A question is an address: the filters of a list, and by what it is grouped and what is counted. It is answered with the
reader's rights, exactly, over all rows that the reader sees. Amounts of several currencies are never added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, DateField, F, Max, Min, QuerySet, Sum
from django.db.models.functions import Cast, TruncMonth
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.rights import rights
from groundwork.core import languages
from groundwork.core.money import round_half_up
from groundwork.core.months import FirstOfMonth, first_of_month
from groundwork.core.patience import TooLong, at_most
from groundwork.core.refusals import Refusal
from groundwork.crm.insight.models import asked_of
from groundwork.crm.trade.rates import firm_currency
from groundwork.records.added.fields import own
from groundwork.records.lists.cells import LINKS, Names
from groundwork.records.lists.filters import DAYS, NUMBERS, WITHOUT, options_of
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.saved_views import query_of
from groundwork.records.types import Field, RecordType, route

GROUPED = ("choice", "bool", "link", "user", "department", *DAYS)
STEPS = {"month": gettext_lazy("by month"), "quarter": gettext_lazy("by quarter"), "year": gettext_lazy("by year")}
MEASURES = {
    "count": gettext_lazy("how many"), "sum": gettext_lazy("sum"), "avg": gettext_lazy("average"),
    "min": gettext_lazy("smallest"), "max": gettext_lazy("largest"),
}  # fmt: skip
CHARTS = {"bars": gettext_lazy("columns"), "table": gettext_lazy("table only")}
ASKS = ("by", "step", "across", "across_step", "measure", "of", "chart")  # of an address, beside the filters
MOST = 200  # groups that are shown; the rest stands together
ACROSS = 8  # columns of a second group
NAMED = 2 * MOST  # groups of a link that are looked up: some of them the reader may not see
PATIENCE = 10.0  # seconds
OTHERS, HIDDEN = "others", "hidden"  # keys of groups that stand for several


@dataclass
class Sums:
    """Of some rows: how many, of how many the number is known, and what is asked of it. Exact."""

    count: int = 0
    known: int = 0
    total: Any = 0
    least: Any = None
    most: Any = None

    def add(self, other: "Sums") -> None:
        self.count += other.count
        self.known += other.known
        self.total += other.total
        self.least = min((one for one in (self.least, other.least) if one is not None), default=None)
        self.most = max((one for one in (self.most, other.most) if one is not None), default=None)

    def value(self, measure: str) -> Any:
        """None where it is unknown of all rows; that is not 0."""
        if measure == "count":
            return self.count
        if not self.known:
            return None
        average = round_half_up(Decimal(self.total) / self.known, 6)
        return {"sum": self.total, "avg": average, "min": self.least, "max": self.most}[measure]


@dataclass(frozen=True)
class Dimension:
    """By what rows are put together: a field; days by month, quarter or year."""

    field: Field
    step: str = "month"

    @property
    def is_days(self) -> bool:
        return self.field.kind in DAYS

    @property
    def words(self) -> str:
        return f"{self.field.heading}, {STEPS[self.step]}" if self.is_days else self.field.heading

    def key(self, value: Any) -> Any:
        """The group of a value as the database gives it: None for what is empty."""
        if value in (None, ""):
            return None
        if not self.is_days:
            return value
        ahead = {"month": 1, "quarter": 3, "year": 12}[self.step]
        return date(value.year, (value.month - 1) // ahead * ahead + 1, 1)

    def last_day(self, first: date) -> date:
        return first_of_month(first, {"month": 1, "quarter": 3, "year": 12}[self.step]) - timedelta(days=1)

    def words_of(self, key: Any, names: dict) -> str:
        if key is None:
            return _("none")
        if self.field.kind in LINKS:
            return names[key]
        if not self.is_days:
            return str(names.get(("yes" if key else "no") if self.field.kind == "bool" else str(key), key))
        if self.step == "month":
            return languages.month(key)
        if self.step == "year":
            return str(key.year)
        return _("Q%(number)s %(year)s") % {"number": (key.month + 2) // 3, "year": key.year}

    def only(self, key: Any, params: QueryDict) -> dict[str, str]:
        """The parameters that narrow a list to the group, within what it is narrowed to already."""
        name = f"f.{self.field.name}"
        if key is None:
            return {name: WITHOUT}
        if self.is_days:
            bounds = params.get(f"{name}.from", ""), params.get(f"{name}.to", "")
            first, last = key.isoformat(), self.last_day(key).isoformat()
            return {f"{name}.from": max(first, bounds[0]), f"{name}.to": min(last, bounds[1] or last)}
        if self.field.kind == "bool":
            return {name: "yes" if key else "no"}
        return {name: str(key)}


@dataclass
class Line:
    """One group. ``cells`` by the keys of the second group, where there is one; ``href`` opens its rows."""

    key: Any
    words: str
    href: str = ""
    whole: Sums = field(default_factory=Sums)
    cells: dict[Any, Sums] = field(default_factory=dict)
    hrefs: dict[Any, str] = field(default_factory=dict)


class Gone(Refusal):
    """A field that the report is made of is out of use; ``href``: where whoever configures brings it back."""

    def __init__(self, sentence: str, href: str = ""):
        super().__init__(sentence)
        self.href = href


class Question:
    """``params`` is an address. Refused in words for what its reader may not see: a report never tells less, or of
    other rows, under the same name."""

    def __init__(self, kind: RecordType, user, params: QueryDict, *, at: str = "insight:build"):
        self.kind, self.user, self.params = kind, user, params
        self._refuse_gone()
        self.listing = Listing(kind, user, without(params, "sort", "columns", "group", "after", "pick"), at=at)
        self.by = self._dimension("by", "step")
        self.across = self._dimension("across", "across_step") if self.by else None
        if self.across and self.by and self.across.field == self.by.field:
            self.across = None
        measure = params.get("measure", "")
        self.of = self.numbers.get(params.get("of", ""))
        self.measure = measure if measure in MEASURES and self.of else "count"
        if params.get("of") and self.of is None and measure != "count":
            raise Refusal(unseen())
        self.chart = params.get("chart") if params.get("chart") in CHARTS else "bars"

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Whatever of a record the reader may see, by name."""
        names = tuple(dict.fromkeys((*self.kind.listable, *self.kind.filters)))
        return {shown.name: shown for shown in self.kind.visible_fields(self.user, names) if shown.is_own}

    @cached_property
    def groupable(self) -> dict[str, Field]:
        return {name: shown for name, shown in self.fields.items() if shown.kind in GROUPED}

    @cached_property
    def numbers(self) -> dict[str, Field]:
        return {name: shown for name, shown in self.fields.items() if shown.kind in NUMBERS and not shown.is_price}

    def _dimension(self, name: str, step: str) -> Dimension | None:
        if not (asked := self.params.get(name, "")):
            return None
        if asked not in self.groupable:
            raise Refusal(unseen())
        wanted = self.params.get(step, "")
        return Dimension(self.groupable[asked], wanted if wanted in STEPS else "month")

    def _refuse_gone(self) -> None:
        """Of a field that is hidden from the reader nothing is told, in use or not."""
        for name in asked_of(self.params):
            if rights(self.user).field_mode(self.kind.key, name) == "hidden":
                continue
            if (words := out_of_use(self.kind, name)) is None:
                continue
            href = ""
            if name not in self.kind.by_name and self.user.can("configure", "settings"):
                href = reverse("records:element", args=[f"field:{self.kind.key}.{name}"])
            sentence = _("“%(name)s” is not in use now, so there is no answer. Bring it back, or change the report.")
            raise Gone(sentence % {"name": words}, href)

    # ── the address

    @property
    def query(self) -> str:
        """All of it, in one order: what a kept report says."""
        return query_of(chosen(self.params, (*ASKS,)))

    @property
    def used(self) -> list[Field]:
        """The fields that the answer tells of."""
        asked = [one.field for one in (self.by, self.across) if one] + ([self.of] if self.of else [])
        filtered = [item.field for item in self.listing.filters.items]
        return list({shown.name: shown for shown in (*asked, *filtered)}.values())

    def rows_address(self, *narrowed: dict[str, str]) -> str:
        """The list of the rows beneath a number."""
        params = chosen(self.params, ())
        for one in narrowed:
            for key, value in one.items():
                params[key] = value
        return f"{route('records:list', self.kind.key)}?{query_of(params)}"

    # ── what is counted

    @property
    def is_money(self) -> bool:
        return bool(self.of and self.of.kind == "money" and self.measure != "count")

    @property
    def has_currency(self) -> bool:
        """Is what is measured an amount in the record's own currency?"""
        return bool(self.is_money and self.of and not self.of.added)

    def text(self, value: Any, currency: str) -> str:
        if value is None:
            return languages.NO_VALUE
        if self.is_money and self.of:
            code = self.of.added.currency if self.of.added else currency
            return languages.money(int(round_half_up(Decimal(value))), code)
        if isinstance(value, Decimal):
            return languages.number(round_half_up(value, 2))
        return languages.number(value)

    @property
    def words(self) -> str:
        """What the number is: “Sum: Amount”."""
        if self.measure == "count" or self.of is None:
            return _("How many")
        return f"{str(MEASURES[self.measure]).capitalize()}: {self.of.label}"

    def counted(self, rows: QuerySet[Any]) -> Iterable[tuple[Any, Any, str, Sums]]:
        """(first group, second group, currency, sums): as few rows as there are groups, months where days are asked."""
        names = {}
        for place, one in enumerate((self.by, self.across)):
            if one is not None:
                rows = rows.annotate(**{f"group{place}": month_of(one.field) if one.is_days else F(one.field.column)})
                names[f"group{place}"] = one
        asked = {"counted": Count("pk"), **self._measured()}
        values = [*names, *(["currency"] if self.has_currency else [])]
        found = rows.order_by().values(*values).annotate(**asked) if values else [rows.aggregate(**asked)]
        for row in found:
            sums = Sums(row["counted"], row.get("known") or 0, row.get("total") or 0, row.get("least"), row.get("most"))
            keys = [names[name].key(row[name]) if name in names else None for name in ("group0", "group1")]
            yield keys[0], keys[1], row.get("currency") or "", sums

    def _measured(self) -> dict[str, Any]:
        if self.measure == "count" or self.of is None:
            return {}
        of = self.of.column
        told: dict[str, dict[str, Any]] = {"min": {"least": Min(of)}, "max": {"most": Max(of)}}
        return {"known": Count(of), **told.get(self.measure, {"total": Sum(of)})}


def month_of(shown: Field):
    day = Cast(shown.column, DateField()) if shown.added else shown.column
    return FirstOfMonth(day) if shown.kind == "date" else TruncMonth(day)


def out_of_use(kind: RecordType, name: str) -> str | None:
    """What a field is called that the firm retired, or that says nothing now; None: it is in use, or no field."""
    if name in kind.shown_while and not kind.shown_while[name]():
        return str(kind.field(name).heading)
    row = own().fields.get(name)
    return row.said if row and row.type == kind.key and row.retired_at else None


def unseen() -> str:
    """Why a question is not answered; which field is hidden from the reader is not told."""
    return _("This report uses something that is not there any more, or that you do not see.")


def without(params: QueryDict, *names: str) -> QueryDict:
    found = params.copy()
    for name in names:
        found.pop(name, None)
    return found


def chosen(params: QueryDict, names: Iterable[str]) -> QueryDict:
    """Of an address the filters, and what is called by ``names``."""
    found = QueryDict(mutable=True)
    for key in params:
        if key.startswith("f.") or key in ("q", "archived", *names):
            found.setlist(key, params.getlist(key))
    return found


class Answer:
    """The groups of one currency, in their order, with the whole. A fixed number of queries."""

    def __init__(self, asked: Question, currency: str = ""):
        self.asked = asked
        try:
            with at_most(PATIENCE):
                found = list(asked.counted(asked.listing.narrowed))
        except TooLong as error:
            raise Refusal(_("There are too many rows to count them at once: narrow the report first.")) from error
        self.currencies = sorted({code for _by, _across, code, _sums in found if code})
        self.currency = self._chosen(found, currency)
        self.total = Sums()
        self.lines: list[Line] = []
        self.across: list[tuple[Any, str]] = []
        self._fill([row for row in found if not asked.has_currency or row[2] == self.currency])

    def _chosen(self, found, wanted: str) -> str:
        """The one asked for, else the firm's own, else that of most rows."""
        if wanted in self.currencies:
            return wanted
        if firm_currency() in self.currencies or not self.currencies:
            return firm_currency()
        return max(self.currencies, key=lambda code: sum(row[3].count for row in found if row[2] == code))

    def _fill(self, found) -> None:
        lines: dict[Any, Line] = {}
        columns: dict[Any, Sums] = {}
        for first, second, _currency, sums in found:
            line = lines.setdefault(first, Line(first, ""))
            line.whole.add(sums)
            line.cells.setdefault(second, Sums()).add(sums)
            columns.setdefault(second, Sums()).add(sums)
            self.total.add(sums)
        if self.asked.by:
            kept = self._named(self.asked.by, {key: line.whole for key, line in lines.items()}, MOST)
            self.lines = self._gathered(lines, kept)
        if self.asked.across:
            self.across = list(self._named(self.asked.across, columns, ACROSS).items())
            self._spread()

    def _named(self, dimension: Dimension, sums: dict[Any, Sums], most: int) -> dict[Any, str]:
        """{key: words} of the groups that stand by themselves, in their order; then those that stand for several."""
        order = self._order(dimension, sums)
        names: dict[Any, Any] = {}
        if dimension.field.kind in LINKS:
            wanted = {key for key in order[:NAMED] if key is not None}
            names = Names.load(self.asked.user, dimension.field.target, wanted) if wanted else {}
        elif not dimension.is_days:
            names = dict(options_of(dimension.field))
        is_link = dimension.field.kind in LINKS
        hidden = [key for key in order[:NAMED] if is_link and key is not None and key not in names]
        seen = [key for key in order if key not in set(hidden)]
        if is_link:
            seen = [key for key in seen if key is None or key in names]
        kept = {key: dimension.words_of(key, names) for key in seen[:most]}
        if len(kept) + len(hidden) < len(order):
            kept[OTHERS] = _("others")
        if hidden:
            kept[HIDDEN] = _("no access")
        return kept

    def _order(self, dimension: Dimension, sums: dict[Any, Sums]) -> list[Any]:
        """Days as they came, choices as they are listed, else the largest first; what is empty comes last."""
        measure = self.asked.measure

        def place(key):
            if dimension.is_days:
                return (key is None, key or date.min)
            if dimension.field.kind in ("choice", "bool"):
                listed = [value for value, _words in options_of(dimension.field)]
                text = ("yes" if key else "no") if dimension.field.kind == "bool" else str(key)
                return (key is None, listed.index(text) if text in listed else len(listed))
            value = sums[key].value(measure)
            return (key is None, value is None, -(value or 0))

        return sorted(sums, key=place)

    def _gathered(self, lines: dict[Any, Line], kept: dict[Any, str]) -> list[Line]:
        """The lines by ``kept``; what is not among it stands with the others, what is not seen by itself."""
        found, by = {key: Line(key, words) for key, words in kept.items()}, self.asked.by
        for key, line in lines.items():
            into = found[self._place(key, kept, by)]
            into.whole.add(line.whole)
            for column, sums in line.cells.items():
                into.cells.setdefault(column, Sums()).add(sums)
        for key, line in found.items():
            if key not in (OTHERS, HIDDEN) and by is not None and by.field.name in self.asked.listing.filters.fields:
                line.href = self.asked.rows_address(self._money(), by.only(key, self.asked.params))
        return list(found.values())

    @staticmethod
    def _place(key: Any, kept: dict[Any, str], dimension: Dimension | None) -> Any:
        if key in kept:
            return key
        return OTHERS if OTHERS in kept and (HIDDEN not in kept or dimension is None) else HIDDEN

    def _spread(self) -> None:
        """The cells of each line by the columns that stand; each opens its rows."""
        by, across = self.asked.by, self.asked.across
        kept = dict(self.across)
        for line in self.lines:
            cells: dict[Any, Sums] = {}
            for key, sums in line.cells.items():
                cells.setdefault(self._place(key, kept, across), Sums()).add(sums)
            line.cells = cells
            if line.href and by and across and across.field.name in self.asked.listing.filters.fields:
                first = by.only(line.key, self.asked.params)
                line.hrefs = {
                    key: self.asked.rows_address(self._money(), first, across.only(key, self.asked.params))
                    for key in cells if key not in (OTHERS, HIDDEN)
                }  # fmt: skip

    def _money(self) -> dict[str, str]:
        """A list is narrowed to the currency where there are several and it can be."""
        several = self.asked.has_currency and len(self.currencies) > 1
        return {"f.currency": self.currency} if several and "currency" in self.asked.listing.filters.fields else {}

    @property
    def known_share(self) -> Decimal | None:
        """Of how many rows the number is known, 0 to 1; None where it is a count, or there is no row."""
        if self.asked.measure == "count" or not self.total.count:
            return None
        return Decimal(self.total.known) / self.total.count

    def text(self, sums: Sums | None) -> str:
        return self.asked.text(sums.value(self.asked.measure), self.currency) if sums else ""
