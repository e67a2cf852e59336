"""A goal may be set on the number of a report that the firm made for itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.core.clock import today
from groundwork.crm.customers.testing import make_company
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.trade.testing import make_claim
from groundwork.records.write import creating, writing
from groundwork.rollout.discovery.goals import Goal
from groundwork.rollout.discovery.metrics import choices, metrics


@pytest.fixture
def late_claims(cast):
    hazel = make_company(cast.anna)
    for kind in ("late", "late", "damaged"):
        make_claim(cast.anna, hazel, kind=kind)
    facts = {"type": "claim", "name": "Late claims", "author": cast.olga, "shared": "everybody", "better": "down"}
    report = BuiltReport(**facts, query="f.kind=late")
    report.keep(by=cast.olga, reason="We hear of them every week")
    return report


def goal_on(report, by):
    return creating(
        Goal(
            statement="Fewer late deliveries", metric=report.element_key, target=Decimal(1), owner=by,
            due=today() + timedelta(days=30),
        ),
        by=by,
    )  # fmt: skip


def test_a_goal_is_set_on_it_and_where_we_start_is_measured_by_it(cast, late_claims):
    goal = goal_on(late_claims, cast.olga).agree(by=cast.olga)

    assert (late_claims.element_key, "Late claims") in [(key, str(label)) for key, label in choices()]
    assert (goal.state, goal.baseline, goal.measure.words(goal.baseline)) == ("agreed", Decimal(2), "2")


def test_a_report_that_asks_something_else_since_is_told_and_measured_anew_with_the_number(cast, late_claims):
    goal = goal_on(late_claims, cast.olga)
    late_claims.query = "f.kind=damaged"
    late_claims.keep(by=cast.olga, reason="Only what is broken")

    goal = Goal.objects.get(pk=goal.pk)
    assert (goal.asks_otherwise, goal.baseline) == (True, Decimal(2))
    with writing(goal, by=cast.olga, act="edited") as fresh:
        fresh.target = Decimal(0)
    assert (fresh.asks_otherwise, fresh.baseline) == (False, Decimal(1))


@pytest.mark.parametrize(
    "changed",
    [{"shared": ""}, {"better": ""}, {"query": "measure=sum&of=amount_minor"}],
    ids=["own", "only a report", "money"],
)
def test_one_s_own_report_or_an_amount_of_money_is_no_number_of_the_firm(cast, late_claims, changed):
    for name, value in changed.items():
        setattr(late_claims, name, value)
    late_claims.keep(by=cast.olga, reason="Changed")

    metric = metrics.get(late_claims.element_key)

    assert metric is None or metric.value(None) is None
