"""What a rule is made of: thresholds, the numbers that it looks at, and the settings in force."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from groundwork.core.registry import Registry
from groundwork.crm.customers.models import Company, CompanyFacts, RelationshipRule

Life = Company.Lifecycle
Values = dict[str, Decimal]  # a rule's thresholds by name


@dataclass(frozen=True)
class Threshold:
    name: str
    label: Any
    default: Decimal
    unit: str  # "days", "times", "percent", "count"
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(3650)


@dataclass(frozen=True)
class Evidence:
    """A number that a rule looked at, beside its threshold. ``of``: the facts it tells, which some may not read."""

    label: str
    text: str
    of: tuple[str, ...]
    tone: str = ""  # "", "ok", "warn", "bad"


@dataclass(frozen=True)
class Rule:
    """``holds(facts, thresholds of all rules)``; ``began`` gives the day since when, where the facts tell it.

    ``asks``: the fact without which a trait says nothing of anybody: that nobody pays late is unknown without payments.
    """

    key: str
    label: Any
    meaning: Any
    next_step: Any
    holds: Callable[[CompanyFacts, "Settings"], bool]
    evidence: Callable[[CompanyFacts, "Settings"], list[Evidence]]
    thresholds: tuple[Threshold, ...] = ()
    began: Callable[[CompanyFacts, "Settings"], date | None] = lambda facts, settings: None
    tone: str = ""  # of its chip
    is_trait: bool = False
    asks: str = ""

    @property
    def element(self) -> str:
        return f"rule:relationship.{self.key}"


@dataclass(frozen=True)
class Settings:
    """The thresholds and next steps in force: the defaults, and what the firm has changed."""

    values: dict[str, Values]
    steps: dict[str, str]

    @classmethod
    def load(cls) -> "Settings":
        kept = {row.key: row for row in RelationshipRule.objects.all()}
        values, steps = {}, {}
        for rule in rules:
            changed = kept[rule.key].thresholds if rule.key in kept else {}
            values[rule.key] = {
                item.name: Decimal(str(changed.get(item.name, item.default))) for item in rule.thresholds
            }
            steps[rule.key] = kept[rule.key].next_step if rule.key in kept else ""
        return cls(values, steps)

    def of(self, rule: str, name: str) -> Decimal:
        return self.values[rule][name]

    def next_step(self, rule: Rule) -> str:
        return self.steps.get(rule.key) or str(rule.next_step)

    def with_values(self, key: str, values: Values) -> "Settings":
        return replace(self, values={**self.values, key: values})


rules: Registry[Rule] = Registry(lambda rule: rule.key)  # filled by the table
