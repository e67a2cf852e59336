"""The rules that the map goes by: each a small declared thing. Loading this package declares them all."""

from groundwork.rollout.chain.rules import numbers, told, agreed, phases, tried, seen, fields, people  # noqa: F401, I001 - in their order
from groundwork.rollout.chain.rules.declared import Evidence, Finding, Found, Rule, findings, rules  # noqa: F401
