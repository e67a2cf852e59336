"""The rules that the map goes by: each a small declared thing. Loading this package declares them all."""

from groundwork.rollout.chain.rules import agreed, numbers, people, told, tried  # noqa: F401 - declare the rules
from groundwork.rollout.chain.rules.declared import Evidence, Finding, Found, Rule, findings, rules  # noqa: F401
