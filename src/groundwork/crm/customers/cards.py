"""The state card of a company's page, and its page behind "rule and history"."""

from dataclasses import dataclass

from django.urls import reverse

from groundwork.core import languages
from groundwork.crm.customers import facts as company_facts
from groundwork.crm.customers.models import Company, RelationshipState
from groundwork.crm.customers.relationship import Evidence, Rule, Settings, lifecycle_of, rules, traits_of
from groundwork.records.pages import Panel, panels


@dataclass
class Held:
    """One lifecycle or trait of a company: its evidence, as far as the reader may see it, and what to do."""

    rule: Rule
    evidence: list[Evidence]
    hides: bool  # some evidence stands on what the reader does not see
    next_step: str
    since: str = ""


@dataclass
class Card:
    life: Held | None
    traits: list[Held]
    before: str  # the lifecycle before this one
    as_of: str
    url: str


def card_of(company: Company, user) -> Card | None:
    """What we know of the relationship as of the default day; None for who is no customer. At most seven queries."""
    if company.kind != Company.Kind.CUSTOMER:
        return None
    facts, settings = company_facts.fresh(company), Settings.load()
    names = company_facts.readable(user, company)
    states = list(RelationshipState.objects.filter(company=company))
    life = lifecycle_of(facts, settings)
    held = [_held(rules[key], facts, settings, names, states) for key in ([life] if life else [])]
    traits = [_held(rules[key], facts, settings, names, states) for key in (traits_of(facts, settings) if life else [])]
    before = next((state for state in states if state.until_on and not rules[state.rule].is_trait), None)
    return Card(
        held[0] if held else None, traits, str(rules[before.rule].label) if before else "",
        languages.day(facts.as_of), reverse("customers:relationship", args=[company.type_key, company.pk]),
    )  # fmt: skip


def _held(rule: Rule, facts, settings, names: set[str], states: list[RelationshipState]) -> Held:
    every = rule.evidence(facts, settings)
    shown = [item for item in every if names.issuperset(item.of)]
    state = next((state for state in states if state.rule == rule.key and state.until_on is None), None)
    since = languages.day(state.since_on) if state else ""
    return Held(rule, shown, len(shown) < len(every), settings.next_step(rule), since)


@dataclass
class Past:
    label: str
    tone: str
    since: str
    until: str


def history_of(company: Company) -> list[Past]:
    """Every state the company was in, the newest first."""
    return [
        Past(
            str(rules[state.rule].label), rules[state.rule].tone, languages.day(state.since_on),
            languages.day(state.until_on) if state.until_on else "",
        )
        for state in RelationshipState.objects.filter(company=company)
        if state.rule in rules
    ]  # fmt: skip


panels.add(Panel("relationship", Company.type_key, "customers/card.html", card_of))
