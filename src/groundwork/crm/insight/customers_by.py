"""Customers by state and by trait, today or as of a past day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.access.rights import reach, rights
from groundwork.core.clock import start_of
from groundwork.core.languages import NO_VALUE, day, number, percent
from groundwork.crm.customers.models import Company, CompanyFacts
from groundwork.crm.customers.relationship import rules, states_on, trait_options
from groundwork.crm.insight.screens import address
from groundwork.crm.insight.sections import Look, Rows, Section, Shown, add, counted, past_day
from groundwork.crm.trade.models import Invoice
from groundwork.records.models import RecordQuerySet
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.table import Cell, Column, Empty, Row, Table

States = list[tuple[str, str, int, int | None, int | None]]


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


def by_trait(user, day: date | None) -> list[tuple[str, Any, Any, int | None]]:
    """(key, words, meaning, customers) of each trait, of nobody too; None where nobody's facts tell it."""
    customers = customers_of(user).values("pk")
    held = states_on(day).filter(company__in=customers).order_by().values("rule")
    counts: dict[str, int | None] = dict(
        held.annotate(count=Count("company", distinct=True)).values_list("rule", "count")
    )
    traits = [rule for rule in rules if rule.is_trait]
    asked = {rule.asks: Max(rule.asks) for rule in traits if rule.asks and not counts.get(rule.key)}
    known = CompanyFacts.objects.filter(company__in=customers).aggregate(**asked) if asked else {}
    counts |= {rule.key: None for rule in traits if rule.asks in known and known[rule.asks] is None}
    return [(rule.key, rule.label, rule.meaning, counts.get(rule.key, 0)) for rule in traits]


def show_traits(look: Look) -> Shown:
    past = look.past
    columns = [Column("trait", _("Trait"), main=True), Column("customers", _("Customers"), numeric=True, second=True)]
    rows = []
    for key, label, meaning, count in by_trait(look.user, past):
        href = customers_address(look, past, ANY, key)
        cells = [Cell(str(label), kind="bold", sub=str(meaning))]
        words = NO_VALUE if count is None else number(count, 0)
        rows.append(Row([*cells, Cell(words, kind="number", href=href if count else "")]))
    return Shown(meta=words_of_day(past), table=Table(columns, rows, id="traits"))


def traits_rows(user, as_of: date | None) -> Rows:
    found = by_trait(user, past_day(as_of))
    return ["trait", "customers"], [{"trait": key, "customers": count} for key, _label, _meaning, count in found]


def _sum(values) -> int | None:
    found = [value for value in values if value is not None]
    return sum(found) if found else None


def customers_rows(user, as_of: date | None) -> Rows:
    names = ["state", "customers", "rhythm_known", "rhythm_broken"]
    return names, [
        {"state": key or None, "customers": count, "rhythm_known": rhythm, "rhythm_broken": off}
        for key, _words, count, rhythm, off in by_state(user, past_day(as_of))
    ]


add(Section("customers", gettext_lazy("Customers by state"), sees_customers, show_customers, customers_rows))
add(Section("traits", gettext_lazy("Customers by trait"), sees_traits, show_traits, traits_rows))
