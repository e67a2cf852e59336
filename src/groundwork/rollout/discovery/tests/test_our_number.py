from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from groundwork.blueprint import elements
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.write import writing
from groundwork.rollout.conftest import COST, make_goal, sell
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.models import Decision


@pytest.mark.parametrize("missing", ["metric", "target", "due"])
def test_a_number_that_is_not_complete_is_not_agreed(cast, missing):
    goal = make_goal(cast.piotr, **{missing: "" if missing == "metric" else None})

    with pytest.raises(Refusal, match="A number we agree on needs"):
        goal.agree(by=cast.olga)

    goal.refresh_from_db()
    assert (goal.state, goal.version) == ("draft", 1)


def test_a_complete_number_is_agreed_and_says_by_whom(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)

    assert (goal.state, goal.agreed_by) == ("agreed", cast.olga)


def test_where_we_start_is_measured_and_not_typed(cast):
    elements.switch(COST, on=True, by=cast.olga, reason="To see the margin")
    sell(cast.olga, cost=4)
    sell(cast.olga, amount=30000)

    goal = make_goal(cast.piotr, baseline=None)

    assert goal.baseline == Decimal(25)


def test_with_no_invoices_there_is_no_start_and_the_number_says_so(cast):
    goal = make_goal(cast.piotr, baseline=None)

    with pytest.raises(Refusal, match="where we start.*bring in the invoices"):
        goal.agree(by=cast.olga)


def test_a_target_worse_than_the_start_is_not_agreed(cast):
    goal = make_goal(cast.piotr, baseline=Decimal(50), target=Decimal(40))

    with pytest.raises(Refusal, match="not better"):
        goal.agree(by=cast.olga)


def test_olga_agrees_on_an_incomplete_number_by_a_decision_with_her_name(cast):
    goal = make_goal(cast.piotr, due=None)

    goal = goal.agree(by=cast.olga, decision="The bank has not named the day yet")

    decision = Decision.objects.get()
    assert (goal.state, goal.lifted_by) == ("agreed", decision)
    assert (decision.owner, decision.lifts, decision.about_id) == (cast.olga, "number", goal.pk)


def test_piotr_may_not_decide_to_go_past_a_block(cast):
    goal = make_goal(cast.piotr, due=None)

    with pytest.raises(NotAllowed):
        goal.agree(by=cast.piotr, decision="Never mind")

    assert not Decision.objects.exists()


def test_an_agreed_number_keeps_its_day(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)

    with pytest.raises(Refusal, match="by when"), writing(goal, by=cast.piotr, act="edited") as fresh:
        fresh.due = None


def test_the_database_itself_keeps_agreed_numbers_complete(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)

    with pytest.raises(IntegrityError), transaction.atomic():
        QuerySet(Goal).filter(pk=goal.pk).update(target=None)


def test_what_we_do_not_want_needs_no_number(cast):
    goal = make_goal(cast.piotr, kind="anti-goal", metric="", baseline=None, target=None, due=None)

    assert goal.agree(by=cast.olga).state == "agreed"


@pytest.mark.parametrize(("value", "reached"), [(None, False), (44, False), (45, True), (90, True)])
def test_half_of_the_way_is_from_where_we_started(cast, value, reached):
    goal = make_goal(cast.piotr, baseline=Decimal(0), target=Decimal(90))

    assert goal.half_way(None if value is None else Decimal(value)) is reached


def test_a_number_that_should_fall_and_rises_has_gone_the_other_way(cast):
    goal = make_goal(cast.piotr, baseline=Decimal(40), target=Decimal(20))

    assert (goal.way(Decimal(50)), goal.way(Decimal(40)), goal.way(Decimal(25))) == (
        Decimal("-0.5"),
        0,
        Decimal("0.75"),
    )
    assert goal.way(None) is None
