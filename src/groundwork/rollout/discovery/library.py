"""Numbers that firms often begin with, and those that may stand for a wish (D118, D119, D152).

A target is proposed from where the firm stands today; whoever sets the number changes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.registry import Registry
from groundwork.rollout.discovery.metrics import Metric, Readings, metrics

Target = Callable[[Decimal], Decimal]
FIRMS = {
    "trade": pgettext_lazy("a kind of firm", "Trade"),
    "agency": pgettext_lazy("a kind of firm", "Agency"),
    "service": pgettext_lazy("a kind of firm", "Service"),
}


def toward(ideal: int, share: str) -> Target:
    """So much of the way from today's value to ``ideal``."""
    return lambda value: value + (ideal - value) * Decimal(share)


def times(factor: str) -> Target:
    return lambda value: value * Decimal(factor)


def plus(points: int) -> Target:
    return lambda value: value + points


@dataclass(frozen=True)
class GoalTemplate:
    """A number that firms of some ``kinds`` often begin with; the form comes filled in."""

    key: str
    statement: Any
    metric: str
    target: Target
    kinds: tuple[str, ...] = tuple(FIRMS)
    days: int = 90
    without: Decimal | None = None  # the target where there is nothing to measure yet

    @property
    def measure(self) -> Metric:
        return metrics[self.metric]

    def target_from(self, value: Decimal | None) -> Decimal | None:
        """None where there is nothing to measure yet, or nothing left to gain."""
        if value is None:
            return self.without
        wanted = self.target(value)
        wanted = round_half_up(wanted, 1 if abs(wanted) < 10 else 0)
        return wanted if self.measure.better(wanted, value) else None

    def typed(self, owner, value: Decimal | None = None) -> dict:
        return {
            "statement": str(self.statement), "metric": self.metric, "target": self.target_from(value),
            "due": today() + timedelta(days=self.days), "owner": owner.pk,
        }  # fmt: skip


goal_templates: Registry[GoalTemplate] = Registry(lambda item: item.key)

GOODS, SERVICES = ("trade", "service"), ("agency", "service")

for template in (
    GoalTemplate(
        "margin", _("We know our margin by product"), "known-share", lambda value: Decimal(90), ("trade",),
        without=Decimal(90),
    ),
    GoalTemplate("earn", _("We earn more on what we sell"), "margin", plus(2), days=180),
    GoalTemplate("sell", _("We sell more"), "growth", plus(10), days=180),
    GoalTemplate("win-new", _("We win new customers"), "new-customers", times("1.25"), days=180),
    GoalTemplate("keep", _("Regular customers do not leave us unnoticed"), "rhythm-broken", toward(0, "0.5"), GOODS),
    GoalTemplate("paid", _("Our invoices are paid in time"), "paid-on-time", toward(100, "0.5")),
    GoalTemplate("owed", _("Customers owe us less that is past its day"), "overdue", toward(0, "0.5")),
    GoalTemplate("spread", _("We depend less on one customer"), "largest-customer", toward(0, "0.2"), days=360),
    GoalTemplate("claims", _("We give fewer reasons for claims"), "claims", toward(0, "0.5"), GOODS),
    GoalTemplate("claims-quick", _("A claim is closed sooner"), "claim-days", toward(0, "0.5"), GOODS),
    GoalTemplate("board", _("We know where every deal stands"), "order-of-deals", toward(100, "0.6"), days=60),
    GoalTemplate("win", _("We win more of the deals we begin"), "win-rate", toward(100, "0.15"), SERVICES),
    GoalTemplate("quick", _("We come to an order sooner"), "deal-days", toward(0, "0.25")),
    GoalTemplate("in-time", _("What we promise is done by its day"), "tasks-on-time", toward(100, "0.5"), SERVICES),
    GoalTemplate("one-place", _("Our work is kept in one place"), "work-inside", toward(100, "0.7"), days=180),
):  # fmt: skip
    goal_templates.add(template)

INSTEAD = {  # of a kind of wish: what would be counted
    "feeling": ("one-place", "in-time"),
    "open": ("one-place", "margin", "board"),
    "efficient": ("quick", "earn", "in-time"),
    "better": ("earn", "paid", "keep"),
    "means": ("quick", "in-time", "one-place"),
    "order": ("board", "owed", "one-place"),
}


@dataclass(frozen=True)
class Offer:
    """A template beside what the firm measures today, for one person."""

    template: GoalTemplate
    value: Decimal | None
    user: Any

    @property
    def now(self) -> str:
        measure = self.template.measure
        return measure.words(self.value) if measure.is_open_to(self.user) else ""

    @property
    def then(self) -> str:
        """Nothing that tells where the firm stands, for whoever may not see it."""
        target = self.template.target_from(self.value) if self.template.measure.is_open_to(self.user) else None
        return "" if target is None else self.template.measure.words(target)


def offers(user, kind: str, values: Readings) -> list[Offer]:
    """What a firm of that kind may begin with; what can be measured today first."""
    found = [Offer(item, values.of(item.metric), user) for item in goal_templates if kind in item.kinds]
    return sorted(found, key=lambda offer: offer.value is None)


def instead_of(wish_kind: str) -> list[GoalTemplate]:
    return [goal_templates[key] for key in INSTEAD.get(wish_kind, ())]
