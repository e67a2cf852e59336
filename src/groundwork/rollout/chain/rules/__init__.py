"""The rules that the map goes by: each a small declared thing. Loading this package declares them all."""

from groundwork.rollout.chain.rules import numbers, told, agreed, tried, people  # noqa: F401, I001 - in the order of the steps
from groundwork.rollout.chain.rules.declared import Evidence, Finding, Found, Rule, findings, rules  # noqa: F401
