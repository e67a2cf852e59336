"""The rules, and what is asked of them: the first lifecycle that holds, and every trait."""

from decimal import Decimal
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.blueprint.elements import Declared, declared
from groundwork.core import languages
from groundwork.crm.customers.models import CompanyFacts
from groundwork.crm.customers.relationship.evidence import (
    bought_evidence,
    cooling_evidence,
    demanding_evidence,
    growing_evidence,
    has_fallen,
    is_costly,
    is_growing,
    is_new,
    is_off_rhythm,
    is_profitable,
    is_returning,
    is_silent,
    loyal_evidence,
    margin_evidence,
    new_evidence,
    off_rhythm_began,
    off_rhythm_evidence,
    paying_evidence,
    pays_in_time,
    pays_late,
    returning_evidence,
    rhythm_evidence,
    silent_since,
)
from groundwork.crm.customers.relationship.rule import Evidence, Life, Rule, Settings, Threshold, rules

TIMES = gettext_lazy("Silent longer than its rhythm, times")
LEAST = gettext_lazy("and at least, days")
UNKNOWN = gettext_lazy("Without a rhythm (fewer than three purchases): silent, days")

for _rule in (  # the first lifecycle that holds is the company's
    Rule(
        Life.PROSPECT,
        Life.PROSPECT.label,
        gettext_lazy("Has bought nothing yet."),
        gettext_lazy("Find out what they need and who decides; agree on a first small order."),
        lambda facts, settings: facts.documents == 0,
        lambda facts, settings: [Evidence(_("Invoices"), languages.number(0), ("documents",))],
        tone="info",
    ),
    Rule(
        Life.LOST,
        Life.LOST.label,
        gettext_lazy("Has been silent so long that we count on them no more."),
        gettext_lazy("Ask once why they left, write the reason down, and make one offer to come back."),
        lambda facts, settings: is_silent(facts, settings, Life.LOST),
        lambda facts, settings: [*rhythm_evidence(facts, settings, Life.LOST), *bought_evidence(facts)],
        (
            Threshold("times", TIMES, Decimal(4), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(180), "days"),
            Threshold("unknown", UNKNOWN, Decimal(365), "days"),
        ),
        lambda facts, settings: silent_since(facts, settings, Life.LOST),
        "bad",
    ),
    Rule(
        Life.RETURNING,
        Life.RETURNING.label,
        gettext_lazy("Had been lost and has bought again."),
        gettext_lazy("Thank them, ask what has changed, and agree on the next order before this one is delivered."),
        is_returning,
        returning_evidence,
        (Threshold("days", gettext_lazy("Came back within, days"), Decimal(90), "days", Decimal(1)),),
        lambda facts, settings: facts.back_on,
        "ok",
    ),
    Rule(
        Life.COOLING,
        Life.COOLING.label,
        gettext_lazy("Is silent longer than usual, or buys clearly less."),
        gettext_lazy("Call: ask whether something went wrong, and offer what they used to buy."),
        lambda facts, settings: is_silent(facts, settings, Life.COOLING) or has_fallen(facts, settings),
        cooling_evidence,
        (
            Threshold("times", TIMES, Decimal(2), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(30), "days"),
            Threshold("unknown", UNKNOWN, Decimal(120), "days"),
            Threshold(
                "fall",
                gettext_lazy("or revenue has fallen by, percent"),
                Decimal(40),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        lambda facts, settings: silent_since(facts, settings, Life.COOLING),
        "warn",
    ),
    Rule(
        Life.NEW,
        Life.NEW.label,
        gettext_lazy("We are still getting to know each other."),
        gettext_lazy(
            "Ask how the first delivery went, introduce the people they will need, agree on the second order."
        ),
        is_new,
        new_evidence,
        (
            Threshold("days", gettext_lazy("First purchase within, days"), Decimal(90), "days", Decimal(1)),
            Threshold("purchases", gettext_lazy("or fewer days with a purchase than"), Decimal(3), "count", Decimal(1)),
        ),
        lambda facts, settings: facts.first_on,
        "info",
    ),
    Rule(
        Life.GROWING,
        Life.GROWING.label,
        gettext_lazy("Buys clearly more than before."),
        gettext_lazy("Ask about their plans; agree on volumes, terms and stock for the coming months."),
        is_growing,
        growing_evidence,
        (
            Threshold(
                "rise", gettext_lazy("Revenue has risen by, percent"), Decimal(20), "percent", Decimal(1), Decimal(1000)
            ),
        ),
        tone="ok",
    ),
    Rule(
        Life.LOYAL,
        Life.LOYAL.label,
        gettext_lazy("Buys in a steady rhythm."),
        gettext_lazy("Keep the promise: no surprises, a word of thanks, a look at what else they could take."),
        lambda facts, settings: bool(facts.documents),
        loyal_evidence,
        tone="ok",
    ),
    Rule(
        "demanding",
        gettext_lazy("demanding"),
        gettext_lazy("Has more claims than others."),
        gettext_lazy("Check the goods before they leave, call after each delivery, count what it costs."),
        lambda facts, settings: facts.claims is not None and facts.claims >= settings.of("demanding", "claims"),
        demanding_evidence,
        (Threshold("claims", gettext_lazy("Claims in 12 months, at least"), Decimal(4), "count", Decimal(1)),),
        tone="warn",
        is_trait=True,
        asks="claims",
    ),
    Rule(
        "pays_well",
        gettext_lazy("pays well"),
        gettext_lazy("Pays in time."),
        gettext_lazy("Worth better terms: a longer term or a higher limit costs little here."),
        pays_in_time,
        paying_evidence("pays_well"),
        (
            Threshold("late", gettext_lazy("Days past due on average, at most"), Decimal(0), "days"),
            Threshold(
                "payments", gettext_lazy("Paid invoices in 12 months, at least"), Decimal(3), "count", Decimal(1)
            ),
        ),
        tone="ok",
        is_trait=True,
        asks="days_past_due",
    ),
    Rule(
        "pays_late",
        gettext_lazy("pays late"),
        gettext_lazy("Pays after the due day."),
        gettext_lazy("Remind three days before the due day; no new deferment until the old one is paid."),
        pays_late,
        paying_evidence("pays_late"),
        (
            Threshold("late", gettext_lazy("Days past due on average, more than"), Decimal(7), "days"),
            Threshold(
                "payments", gettext_lazy("Paid invoices in 12 months, at least"), Decimal(3), "count", Decimal(1)
            ),
        ),
        tone="bad",
        is_trait=True,
        asks="days_past_due",
    ),
    Rule(
        "profitable",
        gettext_lazy("profitable"),
        gettext_lazy("Leaves a good margin."),
        gettext_lazy("First in line: reserve goods for them when there is too little for all."),
        is_profitable,
        margin_evidence("profitable", "ok"),
        (
            Threshold(
                "share", gettext_lazy("Margin, percent, at least"), Decimal(15), "percent", Decimal(1), Decimal(100)
            ),
            Threshold(
                "known",
                gettext_lazy("where the cost is known for, percent of revenue"),
                Decimal(80),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        tone="ok",
        is_trait=True,
        asks="margin_minor",
    ),
    Rule(
        "costly",
        gettext_lazy("costs more than it brings"),
        gettext_lazy("What we sell them costs more than they pay."),
        gettext_lazy("Look at the lines that lose money: raise the price, change the goods, or stop."),
        is_costly,
        margin_evidence("costly", "bad"),
        (
            Threshold(
                "known",
                gettext_lazy("where the cost is known for, percent of revenue"),
                Decimal(80),
                "percent",
                Decimal(1),
                Decimal(100),
            ),
        ),
        tone="bad",
        is_trait=True,
        asks="margin_minor",
    ),
    Rule(
        "off_rhythm",
        gettext_lazy("rhythm broken"),
        gettext_lazy("An order that should have come has not."),
        gettext_lazy("Ask about the order that did not come."),
        is_off_rhythm,
        off_rhythm_evidence,
        (
            Threshold("times", TIMES, Decimal("1.5"), "times", Decimal(1), Decimal(50)),
            Threshold("least", LEAST, Decimal(7), "days"),
        ),
        off_rhythm_began,
        "warn",
        is_trait=True,
        asks="rhythm_days",
    ),
):
    rules.add(_rule)
    declared.add(Declared(_rule.element, "rule", _rule.label, url=partial(reverse, "customers:rule", args=[_rule.key])))


def lifecycle_of(facts: CompanyFacts, settings: Settings) -> str:
    """The key of the first lifecycle rule that holds; "" while nothing is known."""
    if facts.documents is None:
        return ""
    return next((rule.key for rule in rules if not rule.is_trait and rule.holds(facts, settings)), "")


def traits_of(facts: CompanyFacts, settings: Settings) -> list[str]:
    """A company that is lost anyway is not said to be off its rhythm as well."""
    held = [rule.key for rule in rules if rule.is_trait and rule.holds(facts, settings)]
    return [key for key in held if key != "off_rhythm" or not is_silent(facts, settings, Life.LOST)]
