from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from groundwork.blueprint import elements
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.write import writing
from groundwork.rollout.conftest import COST, make_goal, sell
from groundwork.rollout.discovery.models import Goal, Need
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


def test_an_agreed_number_that_asks_something_else_is_to_be_agreed_anew_and_a_closed_one_stays(cast, as_user):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    same, other = goal.target, goal.target - 10

    said = {name: as_user(cast.piotr).post(reverse("rollout:number_edit", args=[goal.pk]), typed_of(goal, target))
            for name, target in (("same", same), ("other", other))}  # fmt: skip

    assert {answer.status_code for answer in said.values()} == {302}
    goal.refresh_from_db()
    assert (goal.state, goal.agreed_by, goal.target) == ("draft", None, other)
    assert goal.agree(by=cast.olga).is_agreed
    Goal._base_manager.filter(pk=goal.pk).update(state="reached")
    with pytest.raises(Refusal, match="closed"), writing(goal, by=cast.piotr, act="edited") as fresh:
        fresh.target = same


def typed_of(goal, target):
    goal.refresh_from_db()
    facts = {"version": goal.version, "statement": goal.statement, "metric": goal.metric, "target": str(target)}
    return {f"goal{goal.pk}-{name}": value for name, value in facts.items()} | {
        f"goal{goal.pk}-due": goal.due.isoformat(), f"goal{goal.pk}-owner": goal.owner_id,
    }  # fmt: skip


def test_whoever_may_not_read_a_number_is_not_told_how_a_target_compares_with_it(cast):
    goal = make_goal(cast.piotr, target=Decimal(0))

    assert goal.faults(cast.piotr) == goal.faults() == ["The target is not better than where we start."]
    assert goal.faults(cast.anna) == []  # a seller sees no costs


@pytest.mark.parametrize("key", ["goal", "decision", "phase", "requirement"])
def test_whoever_may_not_change_what_is_agreed_adds_nothing_to_it_by_the_plain_form_either(cast, as_user, key):
    client = as_user(cast.anna)

    assert client.get(f"/r/{key}/new").status_code == client.post(f"/r/{key}/new", {}).status_code == 403
    assert as_user(cast.piotr).get(f"/r/{key}/new").status_code == 200


def test_by_the_plain_form_too_one_tells_only_in_ones_own_name(cast, as_user):
    typed = {"statement": "Prices are old", "kind": "problem", "author": cast.ivan.pk}

    as_user(cast.anna).post("/r/need/new", typed)
    as_user(cast.piotr).post("/r/need/new", typed)

    told = Need.objects.order_by("pk")
    assert [need.author for need in told] == [cast.anna, cast.ivan]
