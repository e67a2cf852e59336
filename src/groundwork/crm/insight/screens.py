"""What the screens of this room show, as plain tables and figures; every number carries the address of its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from babel.dates import format_date
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core.languages import NO_VALUE, active, day, moment, money, month, number, percent
from groundwork.core.money import to_major
from groundwork.core.months import days_of, first_of_month
from groundwork.crm.insight.period import PERIODS, Period
from groundwork.crm.insight.questions import Growth, Sales, against_last_year
from groundwork.crm.insight.reports import reports
from groundwork.crm.trade import profit
from groundwork.crm.trade.models import Invoice
from groundwork.crm.trade.rates import firm_currency
from groundwork.crm.trade.rollups import Difference
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.table import Cell, Column, Empty, Row, Table

TOP = 8
MONTHS = 12
LISTED = 6  # months beside the chart
PAGE = 100


def address(name: str, *args, **query) -> str:
    """A path with its query; empty values are left out, and a room that is not there gives ""."""
    try:
        path = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    kept = {key.rstrip("_"): value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def invoices_address(user, start, end, currency, **filters) -> str:
    """The list of the invoices under a number; ``currency`` may be ALL."""
    query = {
        "f.state": Invoice.State.ISSUED.value,
        "f.currency": "" if currency == profit.ALL else currency,
        **{f"f.{name}": value for name, value in filters.items()},
        "f.issued_on.from": start,
        "f.issued_on.to": end,
    }
    return address("records:list", "invoice", **query) if user.can("view", "invoice") else ""


def lines_address(start, end, currency, **filters) -> str:
    return address("insight:lines", **filters, from_=start, to=end, currency=currency)


def rows_address(user, place: profit.Place, start, end, currency) -> str:
    """Where the number of one row opens: its invoices, or its lines."""
    if place.dimension in ("product", "category"):
        return lines_address(start, end, currency, **{place.dimension: place.value or "none"})
    if place.value is None or place.is_hidden:
        return lines_address(start, end, currency, **{place.dimension: place.value or "none"})
    if place.dimension == "month":
        first, last = days_of(str(place.value))
        return invoices_address(user, max(first, start) if start else first, min(last, end) if end else last, currency)
    return invoices_address(user, start, end, currency, **{place.dimension: place.value})


def currency_choices(codes: Iterable[str], current: str, href: Callable[[str], str]) -> list[dict]:
    """Each currency by itself, and all of them in the firm's own where there is any other."""
    own, found = firm_currency(), sorted(codes)
    choices = [{"label": code, "current": code == current, "href": href(code)} for code in found]
    if any(code != own for code in found):
        label = _("All in %(currency)s") % {"currency": own}
        choices.append({"label": label, "current": current == profit.ALL, "href": href(profit.ALL)})
    return choices


def unconverted_words(missing: profit.Unconverted) -> str:
    if not missing.lines:
        return ""
    words = ngettext(
        "%(count)s of %(all)s lines is not in these sums: no rate of exchange is known on its day.",
        "%(count)s of %(all)s lines are not in these sums: no rate of exchange is known on their day.",
        missing.lines,
    )
    return words % {"count": number(missing.lines, 0), "all": number(missing.of_lines, 0)}


def words_of(place: profit.Place) -> str:
    if place.value is None:
        return {
            "product": _("without a product"),
            "category": _("without a category"),
            "company": _("without a company"),
            "country": _("without a country"),
            "owner": _("without an owner"),
            "department": _("without a department"),
        }.get(place.dimension, NO_VALUE)
    if place.is_hidden:
        return _("no access")
    if place.dimension == "month":
        return month(date.fromisoformat(f"{place.value}-01"))
    return str(place.name)


def record_address(user, place: profit.Place) -> str:
    """The page of the product, category or company itself."""
    if place.dimension not in ("product", "category", "company") or place.value is None or place.is_hidden:
        return ""
    return address("records:page", place.dimension, place.value)


@dataclass
class Cost:
    """May costs be shown, and are there any? ``words`` say why a margin is a dash."""

    allowed: bool
    kept: bool

    @classmethod
    def of(cls, user) -> "Cost":
        return cls(profit.sees_costs(user), profit.costs_are_kept())

    @property
    def shown(self) -> bool:
        return self.allowed and self.kept

    @property
    def words(self) -> str:
        return _("cost not kept here") if self.allowed else ""

    @property
    def href(self) -> str:
        return address("rollout:start")


def profit_table(
    user, rows, dimension, start, end, cost: Cost, *, id: str, total: profit.Sums | None = None, currency: str = ""
) -> Table:
    """With ``total`` it is the whole report, with everything that the revenue is without and that it leaves.

    ``currency`` is the asked one; empty, that of the row.
    """
    parts = parts_shown(total, cost)
    columns = profit_columns(str(reports["profit"].dimensions[dimension]).capitalize(), cost, parts)
    shown = [
        Row(profit_cells(user, row, start, end, cost, parts, currency), key=str(place))
        for place, row in enumerate(rows, 1)
    ]
    totals = [] if total is None else total_cells(total, cost, parts)
    return Table(columns, shown, totals=totals, id=id)


def parts_shown(total: profit.Sums | None, cost: Cost) -> frozenset[str]:
    """What stands beside the revenue of a whole report; late payment only where it is known."""
    if total is None:
        return frozenset()
    taken = {"claims", *(["late"] if total.late is not None else [])} if cost.allowed else set()
    return frozenset({"discount", "returns", *taken})


def profit_columns(place: str, cost: Cost, parts: frozenset[str] = frozenset()) -> list[Column]:
    columns = [Column("place", place, main=True), Column("revenue", _("Revenue"), numeric=True, second=True)]
    if parts:
        columns += [Column("discount", _("Discounts"), numeric=True), Column("returns", _("Returns"), numeric=True)]
        columns += [Column("claims", _("Claims"), numeric=True)] if "claims" in parts else []
        columns += [Column("late", _("Late payment"), numeric=True)] if "late" in parts else []
    if cost.shown:
        columns += [
            Column("cost", _("Cost"), numeric=True),
            Column("margin", _("Margin"), numeric=True),
            Column("share", _("Margin, %"), numeric=True),
            Column("known", _("Cost known"), numeric=True),
            *([Column("profit", _("Profit"), numeric=True)] if parts else []),
        ]
    elif cost.allowed:
        columns.append(Column("margin", _("Margin"), numeric=True))
    return [*columns, Column("lines", _("Lines"), numeric=True)]


def profit_cells(
    user, row: profit.ProfitRow, start, end, cost: Cost, parts: frozenset[str], currency: str = ""
) -> list[Cell]:
    return [
        Cell(words_of(row.place), href=record_address(user, row.place), kind="bold", sub=code_of(row.place)),
        Cell(
            money(row.revenue, row.currency, with_code=False),
            kind="number",
            href=rows_address(user, row.place, start, end, currency or row.currency),
        ),
        *cost_cells(row, cost, parts),
        Cell(number(row.lines, 0)),
    ]


def total_cells(total: profit.Sums, cost: Cost, parts: frozenset[str]) -> list[Cell]:
    return [
        Cell(_("Total")),
        Cell(money(total.revenue, total.currency, with_code=False), kind="number"),
        *cost_cells(total, cost, parts),
        Cell(number(total.lines, 0)),
    ]


def code_of(place: profit.Place) -> str:
    return place.code or "" if place.dimension == "product" and place.code != place.name else ""


def cost_cells(row: profit.Sums, cost: Cost, parts: frozenset[str]) -> list[Cell]:
    cells = part_cells(row, parts) if parts else []
    if not cost.allowed:
        return cells
    if not cost.kept:
        return [*cells, Cell(NO_VALUE, title=cost.words)]
    return [
        *cells,
        Cell(money(row.cost, row.currency, with_code=False)),
        Cell(money(row.margin, row.currency, with_code=False)),
        Cell(percent(row.margin_share)),
        Cell(percent(row.known_share, 0)),
        *([Cell(money(row.profit, row.currency, with_code=False))] if parts else []),
    ]


def part_cells(row: profit.Sums, parts: frozenset[str]) -> list[Cell]:
    """What the revenue is already without, and what claims and late payment took, where they may be read."""
    taken = [amount for name, amount in (("claims", row.taken("claim")), ("late", row.late)) if name in parts]
    return [Cell(money(amount, row.currency, with_code=False)) for amount in (row.discount, row.returns, *taken)]


@dataclass
class Figure:
    """One big number of the view from above."""

    label: str
    text: str
    href: str = ""
    sub: str = ""
    sub_href: str = ""
    completeness: Decimal | None = None


@dataclass
class Above:
    """The view from above, read in a fixed number of queries."""

    user: object
    period: Period
    asked_currency: str = ""
    currency: str = ""  # or ALL
    code: str = ""  # of the amounts
    missing: str = ""  # what of ALL is not in the sums, in words
    currencies: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    chart: BarChart | None = None
    sales: Sales = field(init=False)
    tops: dict[str, profit.Largest] = field(default_factory=dict)
    tables: list[tuple[str, str, Table, str]] = field(default_factory=list)
    cost: Cost = field(default_factory=lambda: Cost(False, False))
    unit: str = ""  # what the chart counts in
    months: list[tuple[str, str, str, str]] = field(default_factory=list)  # words, amount, its invoices, the change

    @classmethod
    def of(cls, user, period: Period, currency: str = "") -> "Above":
        above = cls(user, period, currency)
        above.cost = Cost.of(user)
        rows, inside = above._read_months()
        above.sales = Sales(user, above.start, above.end, above.currency)
        above.sales.whole = sum(row.revenue for row in inside)
        above._read_tops(profit.regrouped(inside, "country"))
        above._figures(inside)
        above._chart(profit.regrouped(rows, "month"))
        above._tables()
        return above

    @property
    def start(self):
        return self.period.start

    @property
    def end(self):
        return self.period.end

    @property
    def is_empty(self) -> bool:
        return not self.currencies

    def _read_months(self) -> tuple[list[profit.ProfitRow], list[profit.ProfitRow]]:
        """By month and country, of the year that the chart shows or from the first document on; and of the period.

        Other currencies are offered, not added, unless all of them are asked for.
        """
        first = None if self.start is None else min(self.start, first_of_month(self.end, 1 - MONTHS))
        limits = {"start": first, "as_of": self.end, "user": self.user}
        rows = profit.profit(("month", "country"), **limits)
        sums = profit.totals(rows)
        self.currencies = sorted(row.currency for row in sums)
        known = [*self.currencies, profit.ALL]
        self.currency = self.asked_currency if self.asked_currency in known else profit.main_currency(sums)
        self.code = profit.code_of(self.currency)
        if self.currency != profit.ALL:
            chosen = [row for row in rows if row.currency == self.currency]
            return chosen, self._inside(chosen)
        together = profit.profit(("month", "country"), **limits, currency=profit.ALL)
        inside = self._inside(together)
        self.missing = unconverted_words(profit.unconverted(self._inside(rows), inside))
        return together, inside

    def _inside(self, rows: list[profit.ProfitRow]) -> list[profit.ProfitRow]:
        first = f"{self.start:%Y-%m}" if self.start else ""
        return [row for row in rows if str(row.place.value) >= first]

    def _read_tops(self, countries) -> None:
        """The largest of each kind; the others are only counted."""
        companies = self.sales.companies
        self.tops["product"] = self._largest_products()
        self.tops["company"] = replace(companies, rows=companies.rows[:TOP])
        self.tops["country"] = first_of(countries)

    def _largest_products(self) -> profit.Largest:
        """Where unknown costs are told of, every product is read anyway."""
        if not self.cost.shown:
            limits = {"start": self.start, "as_of": self.end, "user": self.user, "currency": self.currency}
            return profit.largest("product", TOP, **limits)
        found = first_of(self.sales.products)
        profit.give_names(found.rows, self.user)
        return found

    def _figures(self, inside) -> None:
        total = next(iter(profit.totals(inside)), profit.Sums(self.code, shows_cost=self.cost.allowed))
        documents = profit.documents(start=self.start, as_of=self.end, user=self.user, currency=self.currency)
        rows = invoices_address(self.user, self.start, self.end, self.currency)
        self.figures = [
            Figure(
                _("Revenue"),
                money(total.revenue, self.code),
                rows,
                ngettext("%(count)s line", "%(count)s lines", total.lines) % {"count": number(total.lines, 0)},
                lines_address(self.start, self.end, self.currency),
            ),
            Figure(_("Documents"), number(documents, 0), rows),
            Figure(
                _("Companies"),
                number(self.tops["company"].named, 0),
                address(
                    "insight:report", "profit", by="company", from_=self.start, to=self.end, currency=self.currency
                ),
            ),
        ]
        if self.cost.allowed:
            self.figures.append(self._margin(total))

    def _margin(self, total: profit.Sums) -> Figure:
        if not self.cost.kept:
            return Figure(_("Margin"), NO_VALUE, sub=self.cost.words, sub_href=self.cost.href)
        share = total.known_share
        report = address(
            "insight:report", "profit", by="product", from_=self.start, to=self.end, currency=self.currency
        )
        if total.margin is None:
            return Figure(
                _("Margin"), NO_VALUE, sub=_("no cost valid on these days"), sub_href=report, completeness=Decimal(0)
            )
        return Figure(
            _("Margin"),
            percent(total.margin_share),
            report,
            money(total.margin, self.code),
            completeness=None if share is None else share * 100,
        )

    def _chart(self, months) -> None:
        by_month = {row.place.value: row for row in months}
        growth = {item.month: item for item in against_last_year(self.end, user=self.user, currency=self.currency)}
        keys = [f"{first_of_month(self.end, -back):%Y-%m}" for back in reversed(range(MONTHS))]
        while len(keys) > 1 and keys[0] not in by_month:
            keys.pop(0)
        scale, unit = scale_of(max((abs(row.revenue) for row in months), default=0), self.code)
        values = [float(to_major(by_month[key].revenue, self.code)) / scale if key in by_month else 0.0 for key in keys]
        texts = [number(round(Decimal(value), 1)) for value in values]
        best = max(range(len(keys)), key=lambda place: values[place])
        title = _("Revenue by month. The best month was %(month)s with %(amount)s.") % {
            "month": month_words(keys[best]),
            "amount": money(by_month[keys[best]].revenue if keys[best] in by_month else 0, self.code),
        }
        self.chart = BarChart(
            title=title,
            labels=[short_month(key, key == keys[0]) for key in keys],
            series=[Series(f"{_('Revenue')}, {unit}", list(values), texts)],
            target=self._year_before(keys, growth, scale),
            label_heading=_("Month"),
            id="revenue-by-month",
        )
        self.unit = unit
        self.months = [
            (
                month_words(key),
                money(by_month[key].revenue, self.code),
                rows_address(self.user, by_month[key].place, None, self.end, self.currency),
                change(growth[key].share),
            )
            for key in reversed(keys[-LISTED:])
            if key in by_month
        ]

    def _year_before(self, keys: list[str], growth: dict[str, Growth], scale: float) -> Series | None:
        """The same months a year before, as a mark over each; a month before our data begin has none."""
        before = [growth[key].before for key in keys]
        values = [None if item is None else float(to_major(item, self.code)) / scale for item in before]
        if not any(values):
            return None
        texts = [NO_VALUE if value is None else number(round(Decimal(value), 1)) for value in values]
        return Series(_("a year before"), values, texts)

    def _tables(self) -> None:
        heads = {
            "product": (_("Products"), _("All %(count)s products")),
            "company": (_("Companies"), _("All %(count)s companies")),
            "country": (_("Countries"), _("All %(count)s countries")),
        }
        for dimension, (head, every) in heads.items():
            table = profit_table(
                self.user, self.tops[dimension].rows, dimension, self.start, self.end, self.cost,
                id=f"top-{dimension}", currency=self.currency,
            )  # fmt: skip
            whole = address(
                "insight:report", "profit", by=dimension, from_=self.start, to=self.end, currency=self.currency
            )
            self.tables.append((head, every % {"count": number(self.tops[dimension].named, 0)}, table, whole))


def first_of(rows: list[profit.ProfitRow]) -> profit.Largest:
    return profit.Largest(rows[:TOP], len(rows), sum(row.place.value is not None for row in rows))


def choices_above(above: Above, asked_day: date | None) -> dict:
    """What else the view from above can be asked for: each address keeps the day and the currency of this one."""
    period, currency = above.period, above.asked_currency
    return {
        "periods": [
            {
                "label": label,
                "current": key == period.key,
                "href": address("insight:above", period=key, as_of=asked_day, currency=currency),
            }
            for key, label in PERIODS.items()
        ],
        "currencies": currency_choices(
            above.currencies,
            above.currency,
            lambda code: address("insight:above", period=period.key, as_of=asked_day, currency=code),
        ),
        "missing_href": lines_address(above.start, above.end, "", rate="unknown"),
        "empty": Empty(
            _("No documents up to %(day)s") % {"day": day(above.end)},
            _("Here stands what was sold, by month, product, company and country, as soon as there are invoices."),
            _("Open the invoices"),
            address("records:list", "invoice"),
        ),
    }


def differences_table(found: list[Difference]) -> Table | None:
    """What the nightly comparison of kept sums found; None where all were right."""
    if not found:
        return None
    columns = [
        Column("period", _("Period"), main=True),
        Column("words", _("Sums that differed"), second=True),
        Column("found", _("Found")),
    ]
    rows = [Row([Cell(one.period), Cell(one.words), Cell(moment(one.found_at))]) for one in found]
    return Table(columns, rows, caption=_("Sums that were not those of their rows"), id="differences")


def change(share: Decimal | None) -> str:
    """+25 % against the year before; "" where that is unknown."""
    return "" if share is None else f"{'+' if share > 0 else ''}{percent(share, 0)}"


def scale_of(biggest: int, currency: str) -> tuple[float, str]:
    """What the chart's axis counts in, so that its words stay short."""
    amount = to_major(biggest, currency)
    for size, words in ((1_000_000, _("million %(currency)s")), (1_000, _("thousand %(currency)s"))):
        if amount >= size * 10 or (size == 1_000_000 and amount >= size):
            return float(size), words % {"currency": currency}
    return 1.0, currency


def month_words(key: str) -> str:
    return month(date.fromisoformat(f"{key}-01"))


def short_month(key: str, first: bool) -> str:
    """The year stands where it begins, so that twelve words have room."""
    pattern = "LLL yy" if first or key.endswith("-01") else "LLL"
    return format_date(date.fromisoformat(f"{key}-01"), format=pattern, locale=active()).replace(".", "")
