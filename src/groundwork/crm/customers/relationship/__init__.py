"""Where a company stands with us: one lifecycle and any number of traits, each a rule over its facts.

The rules and their defaults are explained in docs/domain/relationship.md (D106 to D109, D130, D137, D158, D163). A firm
changes their thresholds and next steps in the browser; an element keeps reason and revisions. A rule says nothing where
a fact that it needs is unknown.
"""

from groundwork.crm.customers.relationship.changing import Effect, change_rule, effects
from groundwork.crm.customers.relationship.history import having_traits, keep, states_on, trait_options
from groundwork.crm.customers.relationship.rule import Evidence, Rule, Settings, Values, rules
from groundwork.crm.customers.relationship.table import lifecycle_of, traits_of

__all__ = [
    "Effect",
    "Evidence",
    "Rule",
    "Settings",
    "Values",
    "change_rule",
    "effects",
    "having_traits",
    "keep",
    "lifecycle_of",
    "rules",
    "states_on",
    "trait_options",
    "traits_of",
]
