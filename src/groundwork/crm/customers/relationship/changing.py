"""A firm changes a rule in the browser: what would come of it, and keeping it."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from groundwork.blueprint.elements import revise
from groundwork.crm.customers.models import Company, CompanyFacts, RelationshipRule
from groundwork.crm.customers.relationship.rule import Rule, Settings, Values, rules
from groundwork.crm.customers.relationship.table import lifecycle_of, traits_of


@dataclass
class Effect:
    """What a change of a rule would do: these companies would go ``before`` -> ``after`` (labels; "" is no trait)."""

    before: str
    after: str
    companies: list[int]


def effects(rule: Rule, values: Values) -> list[Effect]:
    """Which companies would change, were the thresholds of ``rule`` set to ``values``. Nothing is kept."""
    now = Settings.load()
    then = now.with_values(rule.key, values)
    found: dict[tuple[str, str], list[int]] = {}
    for facts in CompanyFacts.objects.filter(~Q(as_of=None), company__kind=Company.Kind.CUSTOMER).iterator():
        for before, after in _differences(facts, now, then):
            found.setdefault((before, after), []).append(facts.pk)
    return [Effect(before, after, ids) for (before, after), ids in sorted(found.items())]


def _differences(facts: CompanyFacts, now: Settings, then: Settings) -> list[tuple[str, str]]:
    was, will = lifecycle_of(facts, now), lifecycle_of(facts, then)
    found = [(str(rules[was].label), str(rules[will].label))] if was and will and was != will else []
    had, gets = set(traits_of(facts, now)), set(traits_of(facts, then))
    found += [(str(rules[key].label), "") for key in had - gets]
    return found + [("", str(rules[key].label)) for key in gets - had]


@transaction.atomic
def change_rule(rule: Rule, values: Values, next_step: str, *, by, reason: str) -> None:
    """Keep new thresholds and the next step of a rule, with the reason; every company is looked at again by the job."""
    from groundwork.crm.customers import facts

    kept, _made = RelationshipRule.objects.select_for_update().get_or_create(key=rule.key)
    before = Settings.load()
    difference: dict[str, list] = {
        name: [str(before.of(rule.key, name)), str(value)]
        for name, value in values.items()
        if before.of(rule.key, name) != value
    }
    if next_step != before.next_step(rule):
        difference["next_step"] = [before.next_step(rule), next_step]
    if not difference:
        return
    kept.thresholds = {name: str(value) for name, value in values.items()}
    kept.next_step = "" if next_step == str(rule.next_step) else next_step
    kept.save()
    revise(rule.element, kind="rule", by=by, difference=difference, cause=reason)
    facts.mark_all()
    facts.start_if_stale()
