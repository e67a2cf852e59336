"""The sections of the view from above, one registry: each has its table, its report page and its rows by command.

A section is shown to whoever may see what stands under it, and counts what that person sees. An upper room adds its
own by ``sections.add``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.access.rights import reach, rights
from groundwork.blueprint.elements import Declared, declared
from groundwork.core.clock import start_of
from groundwork.core.languages import NO_VALUE, day, money, number, percent
from groundwork.core.money import round_half_up, to_major
from groundwork.core.months import first_of_month
from groundwork.core.registry import Registry
from groundwork.crm.customers.facts import default_day
from groundwork.crm.customers.models import Company
from groundwork.crm.customers.relationship import rules, states_on, trait_options
from groundwork.crm.insight import output
from groundwork.crm.insight.questions import Sales
from groundwork.crm.insight.screens import (
    TOP,
    Above,
    Cost,
    address,
    invoices_address,
    lines_address,
    scale_of,
    words_of,
)
from groundwork.crm.trade import debts, profit
from groundwork.crm.trade.models import Invoice
from groundwork.crm.trade.rates import OwnRates
from groundwork.records.models import RecordQuerySet
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.table import Cell, Column, Empty, Row, Table

Rows = tuple[list[str], list[dict]]


@dataclass(frozen=True)
class Look:
    """What is looked at: by whom, of which days (both included), in which currency, narrowed by the address."""

    user: Any
    start: date | None
    end: date
    currency: str
    top: int | None = None  # how many rows of a table; None: all
    query: dict = field(default_factory=dict)
    read: Sales | None = None  # what the screen around has read of these days already

    @cached_property
    def code(self) -> str:
        """Of the amounts; ``currency`` may be ALL."""
        return profit.code_of(self.currency)

    @cached_property
    def sales(self) -> Sales:
        return self.read or Sales(self.user, self.start, self.end, self.currency)

    @cached_property
    def past(self) -> date | None:
        return past_day(self.end)

    def report(self, key: str, **query) -> str:
        return address("insight:report", key, from_=self.start, to=self.end, currency=self.currency, **query)


@dataclass
class Shown:
    """What a section shows. ``unknown`` says in a sentence why there is no number, ``offer`` what would bring it."""

    meta: str = ""
    table: Table | None = None
    chart: BarChart | None = None
    unknown: str = ""
    offer: str = ""
    offer_href: str = ""
    completeness: Decimal | None = None
    completeness_words: str = ""
    ask: str = ""  # where somebody can be asked to fill it in
    missing: str = ""  # what is not in the sums
    back: str = ""  # from the rows of one number to the whole report


@dataclass(frozen=True)
class Section:
    """``show(look)`` gives the part, ``rows(user, as_of)`` (columns, records) for files and the command."""

    key: str
    label: Any
    may: Callable[[Any], bool]
    show: Callable[[Look], Shown]
    rows: Callable[[Any, date | None], Rows]

    @property
    def element(self) -> str:
        return f"report:{self.key}"


sections: Registry[Section] = Registry(lambda item: item.key)


def add(section: Section) -> None:
    """A section, and the element that says who asked for it and who reads it."""
    from functools import partial

    declared.add(
        Declared(
            key=section.element, kind="report", label=section.label, url=partial(address, "insight:report", section.key)
        )
    )
    sections.add(section)


# ── debts

AGES = {
    "not_due": gettext_lazy("not due yet"),
    "days_30": gettext_lazy("1–30 days late"),
    "days_60": gettext_lazy("31–60 days late"),
    "days_90": gettext_lazy("61–90 days late"),
    "older": gettext_lazy("more than 90 days late"),
    "without_day": gettext_lazy("without a due day"),
}
DEBTS = ("open", *AGES, "credit", "balance", "limit", "over_limit")


def debts_seen(user, as_of: date) -> list[debts.Debt] | None:
    """As ``debts.debts``; the limits are left out for whoever may not read them."""
    return without_hidden(user, debts.debts(user, as_of=as_of))


def without_hidden(user, found: list[debts.Debt] | None) -> list[debts.Debt] | None:
    if user is not None and rights(user).field_mode(Company.type_key, "debt_limit_minor") == "hidden":
        for row in found or []:
            row.limit = None
    return found


def show_debts(look: Look) -> Shown:
    together = debts.in_own(look.user, as_of=look.end) if look.currency == profit.ALL else None
    found = without_hidden(look.user, together.rows) if together else debts_seen(look.user, look.end)
    if found is None:
        part = Shown(unknown=_("Debts are unknown: no payment has been kept here up to this day."))
        if look.user.can("create", "payment"):
            part.offer, part.offer_href = _("Import payments"), address("imports:start")
        return part
    if look.query.get("company") or look.query.get("age"):
        return open_documents(look)
    rows = [row for row in found if row.currency == look.code]
    total = next(iter(debts.totals(rows)), debts.Sums(look.code))
    words = {"amount": money(total.overdue, look.code), "day": day(look.end)}
    part = Shown(meta=_("%(amount)s overdue on %(day)s") % words, table=debts_table(look, rows, total))
    part.chart = ageing(total, look.code) if total.open else None
    if together and together.without_rate:
        sums = ", ".join(money(row.balance, row.currency) for row in together.without_rate)
        part.missing = _("Not in these sums, since no rate of exchange is known: %(sums)s.") % {"sums": sums}
    return part


def ageing(total: debts.Sums, currency: str) -> BarChart:
    amounts = [getattr(total, name) for name in AGES]
    scale, unit = scale_of(max(amounts), currency)
    values: list[float | None] = [float(to_major(amount, currency)) / scale for amount in amounts]
    words = {"open": money(total.open, currency), "overdue": money(total.overdue, currency)}
    return BarChart(
        title=_("Debts by age: %(open)s open, %(overdue)s of it overdue.") % words,
        labels=[_("not due"), "1–30", "31–60", "61–90", "> 90", _("no day")],
        series=[Series(f"{_('Open')}, {unit}", values, [number(round(Decimal(value or 0), 1)) for value in values])],
        label_heading=_("Days late"),
        id="ageing",
    )


def short_ages() -> list[str]:
    """The words of AGES as heads of columns."""
    days = [_("%(days)s days") % {"days": days} for days in ("1–30", "31–60", "61–90", "> 90")]
    return [_("Not due"), *days, _("No due day")]


def debts_table(look: Look, rows: list[debts.Debt], total: debts.Sums) -> Table:
    kept = [name for name in AGES if getattr(total, name)]  # an age without debts takes no room
    heads = dict(zip(AGES, short_ages(), strict=True))
    columns = [Column("company", _("Company"), main=True), Column("balance", _("Balance"), numeric=True, second=True)]
    columns += [Column("open", _("Open"), numeric=True)]
    columns += [Column(name, heads[name], numeric=True) for name in kept]
    columns += [Column("credit", _("Credit"), numeric=True)] if total.credit else []

    beyond = _("over the limit by %(amount)s")

    def cells(row: debts.Sums, who: Cell, over: int | None, **query) -> list[Cell]:
        sums = {name: getattr(row, name) for name in ("open", *kept)}
        drills = {
            name: look.report("debts", age="" if name == "open" else name, **({"company": "all"} | query))
            for name, amount in sums.items()
            if amount
        }
        return [
            who,
            Cell(plain(row.balance, look), sub=beyond % {"amount": plain(over, look)} if over else ""),
            *(
                Cell(plain(amount, look), kind="number", href=drills.get(name, "")) if amount else Cell("0")
                for name, amount in sums.items()
            ),
            *([Cell(plain(row.credit, look))] if total.credit else []),
        ]

    shown = []
    for row in rows[: look.top]:
        href = address("records:page", "company", row.company_id) if row.name else ""
        name = row.name or (_("no access") if row.company_id else _("without a company"))
        who = Cell(name, href=href, kind="bold")
        shown.append(Row(cells(row, who, row.over_limit, company=row.company_id or "none")))
    empty = Empty(_("Nothing is owed"), _("No document was open on this day."), "", "")
    totals = cells(total, Cell(_("Total")), None) if rows else []
    return Table(columns, shown, totals=totals, id="debts", empty=empty)


def plain(amount: int | None, look: Look) -> str:
    return NO_VALUE if amount is None else money(amount, look.code, with_code=False)


def open_documents(look: Look) -> Shown:
    """The documents under one number of the debts, with what was open on each that day."""
    found = debts.open_on(look.end, profit.invoices_of(look.user, look.currency)).filter(left__gt=0)
    company = look.query.get("company", "")
    if company == "none" or company.isdecimal():
        found = found.filter(company=None if company == "none" else int(company[:18]))
    age = look.query.get("age", "")
    rows: list[Any] = list(found.order_by("due_on", "pk"))
    rates = OwnRates({row.currency for row in rows} if look.currency == profit.ALL else ())
    for row in rows:
        row.worth = rates.worth(row.left, row.currency, look.end) if look.currency == profit.ALL else row.left
    rows = [row for row in rows if row.worth is not None]
    rows = [row for row in rows if age not in AGES or debts.age_of(row.due_on, look.end) == age]
    columns = [
        Column("document", _("Document"), main=True),
        Column("issued_on", _("Issued on")),
        Column("due_on", _("Due on")),
        Column("late", _("Days late"), numeric=True),
        Column("gross", _("To pay"), numeric=True),
        Column("left", _("Open"), numeric=True, second=True),
    ]
    shown = [
        Row(
            [
                Cell(str(row), href=row.get_absolute_url()),
                Cell(day(row.issued_on)),
                Cell(day(row.due_on) if row.due_on else NO_VALUE),
                Cell(NO_VALUE if row.due_on is None else number(max((look.end - row.due_on).days, 0), 0)),
                Cell(money(row.gross_minor, row.currency, with_code=look.currency == profit.ALL)),
                Cell(plain(row.worth, look)),
            ]
        )
        for row in rows
    ]
    totals = [Cell(_("Total")), *[Cell("")] * 4, Cell(plain(sum(row.worth for row in rows), look))] if rows else []
    empty = Empty(_("Nothing is owed"), _("No document was open on this day."), "", "")
    return Shown(
        meta=str(AGES.get(age, "")), table=Table(columns, shown, totals=totals, id="open", empty=empty),
        back=look.report("debts"),
    )  # fmt: skip


def debts_rows(user, as_of: date | None) -> Rows:
    """A row a company and currency. Where no payment was kept by then, one row that says nothing: debts are unknown."""
    columns = ["company", "name", *DEBTS, "currency"]
    found = debts_seen(user, as_of or debts.default_day(user))
    if found is None:
        return columns, [dict.fromkeys(columns)]
    records = []
    for row in found:
        amounts = {name: output.major(getattr(row, name), row.currency) for name in DEBTS}
        records.append({"company": row.number or None, "name": row.name, **amounts, "currency": row.currency})
    return columns, records


# ── concentration


@dataclass
class Dependence:
    """A customer's revenue, its share of the whole, and the share of all up to this one."""

    row: profit.ProfitRow
    share: Decimal | None
    together: Decimal | None


def held(rows: list[profit.ProfitRow], whole: int) -> list[Dependence]:
    """The rows of one currency, the largest first; sales without a company count in the ``whole`` and stand last.

    Shares are None without revenue above zero.
    """
    so_far, found = 0, []
    for row in sorted(rows, key=lambda row: (row.place.value is None, -row.revenue)):
        so_far += row.revenue
        shares = [round_half_up(Decimal(part) / whole, 6) if whole > 0 else None for part in (row.revenue, so_far)]
        found.append(Dependence(row, *shares))
    return found


def show_concentration(look: Look) -> Shown:
    days: dict[str, Any] = {"start": look.start, "as_of": look.end, "user": look.user, "currency": look.currency}
    whole = look.sales.whole
    if look.top is None:
        every = held(profit.profit("company", **days), whole)
    else:
        every = held([row for row in look.sales.companies.rows if row.place.value is not None], whole)
    shown = every[: look.top]
    columns = [
        Column("place", "№", numeric=True),
        Column("company", _("Company"), main=True),
        Column("revenue", _("Revenue"), numeric=True, second=True),
        Column("share", _("Share"), numeric=True),
        Column("together", _("With those above"), numeric=True),
    ]
    table = Table(columns, [_held_row(look, place, item) for place, item in enumerate(shown, 1)], id="concentration")
    table.totals = [
        Cell(""), Cell(_("Total")), Cell(plain(whole, look)), Cell(""), Cell(""),
    ]  # fmt: skip
    table.empty = Empty(_("Nothing to count"), _("There are no documents in this period."), "", "")
    named = [item for item in every if item.row.place.value is not None]
    part = Shown(table=table)
    if named and named[0].share is not None:
        shares = {count: percent(named[min(count, len(named)) - 1].together, 0) for count in (1, 5, 10)}
        part.meta = _("the largest customer %(one)s, five %(five)s, ten %(ten)s of the revenue") % {
            "one": shares[1], "five": shares[5], "ten": shares[10],
        }  # fmt: skip
    return part


def _held_row(look: Look, place: int, item: Dependence) -> Row:
    where = item.row.place
    if where.value is None or where.is_hidden:
        rows = lines_address(look.start, look.end, look.currency, company=where.value or "none")
        page = ""
    else:
        rows = invoices_address(look.user, look.start, look.end, look.currency, company=where.value)
        page = address("records:page", "company", where.value)
    return Row(
        [
            Cell(number(place, 0)),
            Cell(words_of(where), href=page, kind="bold"),
            Cell(plain(item.row.revenue, look), kind="number", href=rows),
            Cell(percent(item.share)),
            Cell(percent(item.together)),
        ]
    )


def concentration_rows(user, as_of: date | None) -> Rows:
    """Of the twelve months up to the day: a row a customer and currency, the largest of each currency first."""
    end = as_of or profit.last_day(user)
    rows = profit.profit("company", start=first_of_month(end, -11), as_of=end, user=user)
    records = []
    for total in profit.totals(rows):
        currency = total.currency
        for item in held([row for row in rows if row.currency == currency], total.revenue):
            where = item.row.place
            records.append(
                {
                    "company": where.code,
                    "name": where.name,
                    "revenue": output.major(item.row.revenue, currency),
                    "share": None if item.share is None else output.shortest(item.share),
                    "together": None if item.together is None else output.shortest(item.together),
                    "currency": currency,
                }
            )
    return ["company", "name", "revenue", "share", "together", "currency"], records


# ── customers by state


def sees_customers(user) -> bool:
    hidden = rights(user).field_mode(Company.type_key, "lifecycle") == "hidden"
    return user.can("view", "company") and not hidden


def sees_traits(user) -> bool:
    """Traits tell of all invoices of a company, so their numbers are for who sees all of the firm's."""
    return sees_customers(user) and sees_all_sales(user)


def sees_all_sales(user) -> bool:
    return user is None or reach(user, "view", Invoice.type_key).all


def customers_of(user) -> RecordQuerySet:
    seen = Company.objects.all() if user is None else Company.objects.visible_to(user)
    return seen.current().filter(kind=Company.Kind.CUSTOMER)


def past_day(asked: date | None) -> date | None:
    """The day whose states are asked for; None where the states of now tell it."""
    return asked if asked is not None and asked < default_day() else None


States = list[tuple[str, str, int, int | None, int | None]]


def by_state(user, day: date | None = None) -> States:
    """(key, words, customers, with a rhythm, off it) a state; None for who does not see all invoices of the firm.

    Of a past ``day`` as the history of states has it: of the rhythm it tells only whether it was broken.
    """
    words, whole = {**dict(Company.Lifecycle.choices), "": _("not known yet")}, sees_all_sales(user)
    found = _states_then(user, day) if day else _states_now(user)
    return [
        (key, str(words[key]), row["customers"], row["rhythm"] if whole else None, row["off"] if whole else None)
        for key in words
        if (row := found.get(key))
    ]


def _states_now(user) -> dict[str, dict]:
    off = states_on(None).filter(company=OuterRef("pk"), rule="off_rhythm")
    counted = (
        customers_of(user).order_by().values("lifecycle")
        .annotate(customers=Count("pk"), rhythm=Count("facts__rhythm_days"), off=Count("pk", filter=Exists(off)))
    )  # fmt: skip
    return {row["lifecycle"]: row for row in counted}


def _states_then(user, day: date) -> dict[str, dict]:
    found: dict[str, dict] = {}
    off = having_trait_on("off_rhythm", day)
    for pk, life in lives_on(user, day).items():
        row = found.setdefault(life, {"customers": 0, "rhythm": None, "off": 0})
        row["customers"] += 1
        row["off"] += pk in off
    return found


def having_trait_on(key: str, day: date | None) -> set[int]:
    return set(states_on(day).filter(rule=key).values_list("company", flat=True))


def lives_on(user, day: date) -> dict[int, str]:
    """The lifecycle of each customer on a past day; "" where it was not known by then, though the company was there."""
    states = states_on(day).filter(rule__in=Company.Lifecycle.values, company__in=customers_of(user).values("pk"))
    known = dict(states.order_by("since_on").values_list("company", "rule"))
    there = customers_of(user).filter(created_at__lt=start_of(day + timedelta(days=1))).values_list("pk", flat=True)
    return dict.fromkeys(there, "") | known


def show_customers(look: Look) -> Shown:
    day_asked = look.past
    if look.query.get("state") or look.query.get("trait"):
        return customers_on(look, day_asked)
    states = by_state(look.user, day_asked)
    columns = [
        Column("state", _("State"), main=True),
        Column("customers", _("Customers"), numeric=True, second=True),
        Column("share", _("Share"), numeric=True),
        Column("rhythm", _("Rhythm known"), numeric=True),
        Column("off", _("Rhythm broken"), numeric=True),
    ]
    whole = sum(count for _key, _words, count, *_rest in states)
    rows = []
    for key, words, count, rhythm, off in states:
        href = customers_address(look, day_asked, state=key or NOT_KNOWN)
        broken = customers_address(look, day_asked, state=key or NOT_KNOWN, trait="off_rhythm") if off else ""
        share = percent(Decimal(count) / whole)
        cells = [Cell(words, kind="bold"), Cell(number(count, 0), kind="number", href=href), Cell(share)]
        rows.append(Row([*cells, Cell(counted(rhythm)), Cell(counted(off), kind="number", href=broken)]))
    table = Table(columns, rows, id="customers")
    table.empty = Empty(_("No customers yet"), _("Here stands how many are new, loyal, cooling or lost."), "", "")
    if rows:
        rhythm, off = (_sum(row[place] for row in states) for place in (3, 4))
        every = customers_address(look, day_asked, state=ANY)
        broken = customers_address(look, day_asked, state=ANY, trait="off_rhythm") if off else ""
        table.totals = [
            Cell(_("Total")), Cell(number(whole, 0), kind="number", href=every), Cell(""), Cell(counted(rhythm)),
            Cell(counted(off), kind="number", href=broken),
        ]  # fmt: skip
    part = Shown(meta=words_of_day(day_asked), table=table)
    if day_asked and states:
        known = sum(row[2] for row in states if row[0])
        part.completeness = Decimal(known) / whole * 100
        part.completeness_words = _("By the history of states, known for %(known)s of %(all)s customers.") % {
            "known": number(known, 0), "all": number(whole, 0),
        }  # fmt: skip
    if states:
        part.chart = BarChart(
            title=_("Customers by state: %(states)s.")
            % {"states": ", ".join(f"{words} {number(count, 0)}" for _key, words, count, *_rest in states)},
            labels=[words for _key, words, *_rest in states],
            series=[Series(_("Customers"), [float(row[2]) for row in states], [number(row[2], 0) for row in states])],
            label_heading=_("State"),
            id="states",
        )
    return part


def words_of_day(past: date | None) -> str:
    return _("as they stood on %(day)s") % {"day": day(past)} if past else _("as they stand now")


ANY, NOT_KNOWN = "any", "-"


def customers_address(look: Look, past: date | None, state: str, trait: str = "") -> str:
    """The customers under a number: the list of companies, or of a past day a table of this report."""
    if past:
        return look.report("customers", state=state, trait=trait)
    query = {"f.kind": Company.Kind.CUSTOMER.value, "f.lifecycle": "" if state == ANY else state, "f.trait": trait}
    return address("records:list", "company", **query)


LISTED = 500


def customers_on(look: Look, past: date | None) -> Shown:
    """The customers that were in a state, or had a trait, on the day asked for; the first of them by name."""
    state, trait = look.query.get("state") or ANY, look.query.get("trait", "")
    lives = lives_on(look.user, past or look.end)
    ids = {pk for pk, life in lives.items() if state == ANY or (life or NOT_KNOWN) == state}
    if trait:
        ids &= having_trait_on(trait, past)
    found = customers_of(look.user).filter(pk__in=ids).order_by("sort_key", "pk")
    words = {**dict(Company.Lifecycle.choices), "": _("not known yet")}
    columns = [Column("company", _("Company"), main=True), Column("state", _("State"), second=True)]
    rows = [
        Row([Cell(name, href=address("records:page", "company", pk), kind="bold"), Cell(str(words[lives[pk]]))])
        for pk, name in found.values_list("pk", "name")[:LISTED]
    ]
    labels = [
        str(words.get(state, "")) if state != NOT_KNOWN else _("not known yet"),
        str(dict(trait_options()).get(trait, "")),
    ]
    count = ngettext("%(count)s customer", "%(count)s customers", len(ids)) % {"count": number(len(ids), 0)}
    meta = ", ".join(filter(None, [count, *labels, words_of_day(past)]))
    if len(ids) > LISTED:
        meta += ", " + _("the first %(count)s of them") % {"count": number(LISTED, 0)}
    empty = Empty(_("No customers"), _("Nobody stood under this number on this day."), "", "")
    return Shown(meta=meta, table=Table(columns, rows, id="customers-on", empty=empty), back=look.report("customers"))


# ── traits


def by_trait(user, day: date | None) -> list[tuple[str, Any, Any, int]]:
    """(key, words, meaning, customers) of each trait, of nobody too."""
    held = states_on(day).filter(company__in=customers_of(user).values("pk")).order_by().values("rule")
    counts = dict(held.annotate(count=Count("company", distinct=True)).values_list("rule", "count"))
    return [(rule.key, rule.label, rule.meaning, counts.get(rule.key, 0)) for rule in rules if rule.is_trait]


def show_traits(look: Look) -> Shown:
    past = look.past
    columns = [Column("trait", _("Trait"), main=True), Column("customers", _("Customers"), numeric=True, second=True)]
    rows = []
    for key, label, meaning, count in by_trait(look.user, past):
        href = customers_address(look, past, ANY, key)
        cells = [Cell(str(label), kind="bold", sub=str(meaning))]
        rows.append(Row([*cells, Cell(number(count, 0), kind="number", href=href if count else "")]))
    return Shown(meta=words_of_day(past), table=Table(columns, rows, id="traits"))


def traits_rows(user, as_of: date | None) -> Rows:
    found = by_trait(user, past_day(as_of))
    return ["trait", "customers"], [{"trait": key, "customers": count} for key, _label, _meaning, count in found]


def counted(value: int | None) -> str:
    return NO_VALUE if value is None else number(value, 0)


def _sum(values) -> int | None:
    found = [value for value in values if value is not None]
    return sum(found) if found else None


def customers_rows(user, as_of: date | None) -> Rows:
    names = ["state", "customers", "rhythm_known", "rhythm_broken"]
    return names, [
        {"state": key or None, "customers": count, "rhythm_known": rhythm, "rhythm_broken": off}
        for key, _words, count, rhythm, off in by_state(user, past_day(as_of))
    ]


# ── unknown costs


def unknown_rows(look: Look) -> tuple[list[profit.ProfitRow], list[profit.ProfitRow]]:
    """(All rows by product, those with lines of unknown cost: most revenue first). Lines without a product are one."""
    rows = look.sales.products
    missing = [row for row in rows if row.shows_cost and row.known_lines < row.lines]
    return rows, sorted(missing, key=lambda row: row.known_revenue - row.revenue)


def show_unknown_costs(look: Look) -> Shown:
    cost = Cost.of(look.user)
    if not cost.kept:
        words = _("See what it takes in the roll-out")
        return Shown(unknown=_("Margin is unknown: cost prices are not kept here."), offer=words, offer_href=cost.href)
    rows, missing = unknown_rows(look)
    profit.give_names(missing[: look.top], look.user)
    columns = [
        Column("product", _("Product"), main=True),
        Column("unknown", _("Revenue without a cost"), numeric=True, second=True),
        Column("lines", _("Lines without a cost"), numeric=True),
        Column("revenue", _("Revenue"), numeric=True),
        Column("known", _("Cost known"), numeric=True),
    ]
    table = Table(columns, [_unknown_row(look, row) for row in missing[: look.top]], id="unknown-costs")
    table.empty = Empty(_("Every cost is known"), _("Each line of this period has a cost valid on its day."), "", "")
    total = next(iter(profit.totals(rows)), profit.Sums(look.code))
    whole = sum(row.revenue - row.known_revenue for row in missing)
    if missing:
        table.totals = [
            Cell(_("Total")),
            Cell(plain(whole, look), kind="number", href=_lines_without_cost(look)),
            Cell(number(sum(row.lines - row.known_lines for row in missing), 0)),
            Cell(plain(sum(row.revenue for row in missing), look)),
            Cell(""),
        ]
    words = ngettext("%(count)s product", "%(count)s products", len(missing)) % {"count": number(len(missing), 0)}
    part = Shown(meta=f"{words}, {money(whole, look.code)}" if missing else "", table=table)
    if total.known_share is not None:
        part.completeness = total.known_share * 100
        part.completeness_words = _("cost known for %(share)s of revenue") % {"share": percent(total.known_share)}
    if missing and look.user.can("create", "product"):
        part.offer, part.offer_href = _("Import cost prices"), address("imports:start", layout="costs")
    if missing and look.user.can("create", "task"):
        part.ask = address("insight:ask_costs", from_=look.start, to=look.end, currency=look.currency)
    return part


def _lines_without_cost(look: Look, **query) -> str:
    return lines_address(look.start, look.end, look.currency, cost="unknown", **query)


def _unknown_row(look: Look, row: profit.ProfitRow) -> Row:
    where = row.place
    page = address("records:page", "product", where.value) if where.value and not where.is_hidden else ""
    drill = "" if where.is_hidden else _lines_without_cost(look, product=where.value or "none")
    return Row(
        [
            Cell(words_of(where), href=page, kind="bold"),
            Cell(plain(row.revenue - row.known_revenue, look), kind="number", href=drill),
            Cell(number(row.lines - row.known_lines, 0)),
            Cell(plain(row.revenue, look)),
            Cell(percent(row.known_share, 0)),
        ]
    )


def unknown_costs_rows(user, as_of: date | None) -> Rows:
    """A row a product and currency with lines of unknown cost, all days up to ``as_of``."""
    names = ["product", "name", "unknown_revenue", "unknown_lines", "revenue", "known_share", "currency"]
    if not profit.sees_costs(user):
        return names, []
    rows = unknown_rows(Look(user, None, as_of or profit.last_day(user), ""))[1]
    profit.give_names(rows, user)
    return names, [
        {
            "product": row.place.code,
            "name": row.place.name,
            "unknown_revenue": output.major(row.revenue - row.known_revenue, row.currency),
            "unknown_lines": row.lines - row.known_lines,
            "revenue": output.major(row.revenue, row.currency),
            "known_share": None if row.known_share is None else output.shortest(row.known_share),
            "currency": row.currency,
        }
        for row in rows
    ]


def sees_sales(user) -> bool:
    return user.can("view", "invoice")


add(Section("debts", gettext_lazy("Debts"), debts.sees_debts, show_debts, debts_rows))
add(
    Section(
        "concentration", gettext_lazy("Dependence on customers"), sees_sales, show_concentration, concentration_rows
    )
)
add(Section("customers", gettext_lazy("Customers by state"), sees_customers, show_customers, customers_rows))
add(Section("traits", gettext_lazy("Customers by trait"), sees_traits, show_traits, traits_rows))
add(
    Section(
        "unknown-costs", gettext_lazy("Unknown costs"),
        lambda user: sees_sales(user) and profit.sees_costs(user), show_unknown_costs, unknown_costs_rows,
    )
)  # fmt: skip


def shown_above(above: Above) -> list[tuple[Section, Shown, str]]:
    """Every section that the person may see, with the address of its whole report."""
    from groundwork.blueprint.elements import is_on

    look = Look(above.user, above.start, above.end, above.currency, top=TOP, read=above.sales)
    return [
        (section, section.show(look), look.report(section.key))
        for section in sections
        if section.may(above.user) and is_on(section.element)
    ]
