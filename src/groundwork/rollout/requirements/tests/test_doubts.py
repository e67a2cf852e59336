"""What changes after it was agreed makes what hangs on it doubtful, until somebody says that it still holds."""

from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.blueprint import elements
from groundwork.core.clock import today
from groundwork.records.write import writing
from groundwork.rollout.conftest import COST, make_goal, make_requirement
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.actions import rewrite
from groundwork.rollout.requirements.doubts import doubts_of
from groundwork.rollout.requirements.models import Requirement, UseCase


def change(record, by, **values):
    with writing(record, by=by, act="edited") as fresh:
        for name, value in values.items():
            setattr(fresh, name, value)
    return fresh


def ends(requirement):
    return [doubt.end for doubt in requirement.doubts]


@pytest.fixture
def agreed(cast):
    return make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.piotr)


def change_number(cast, requirement):
    change(requirement.goal, cast.olga, target=Decimal(70))


def change_what_was_told(cast, requirement):
    change(Need.objects.get(), cast.anna, statement="I give no discounts")


def change_a_step(cast, requirement):
    case = UseCase.objects.get()
    steps = [(step, {"action": "Other", "expected": "", "uses": step.uses, "nth": 1}) for step in case.steps.all()]
    rewrite(case, by=cast.piotr, actor="", trigger="", steps=steps)


def change_a_field(cast, requirement):
    requirement.switch_on(by=cast.olga)
    elements.revise(COST, kind="field", by=cast.olga, difference={"unit": ["kg", "t"]}, cause="Tons")


def reword(cast, requirement):
    change(requirement, cast.piotr, statement="Other words")


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        (change_number, "number"), (change_what_was_told, "asked"), (change_a_step, "steps"),
        (change_a_field, "element"), (reword, "words"),
    ],
)  # fmt: skip
def test_a_changed_end_makes_it_doubtful_until_somebody_says_that_it_still_holds(cast, agreed, changed, end):
    assert ends(agreed) == []

    changed(cast, agreed)
    assert ends(agreed) == [end]

    agreed.confirm(by=cast.olga)
    assert ends(agreed) == []
    assert Requirement.objects.get().confirmed_by == cast.olga


def test_switching_on_what_was_agreed_is_no_doubt(cast, agreed):
    agreed.switch_on(by=cast.olga)

    assert ends(agreed) == []


def test_a_number_whose_day_has_passed_is_looked_at_by_itself(cast, agreed):
    change(agreed.goal, cast.olga, valid_until=today() - timedelta(days=1))

    (doubt,) = agreed.doubts
    assert (doubt.end, doubt.is_cured_here) == ("expired", False)
    assert agreed.confirm(by=cast.olga).confirmed_by == cast.piotr


def test_who_answers_for_the_number_changes_nothing_of_what_was_agreed(cast, agreed):
    change(agreed.goal, cast.olga, owner=cast.olga)

    assert ends(agreed) == []


def test_what_was_agreed_before_there_were_fingerprints_is_no_doubt(cast, agreed):
    change(agreed, cast.olga, held_by={})
    change_number(cast, agreed)

    assert ends(agreed) == []


@pytest.mark.parametrize("count", [1, 4])
def test_the_doubts_of_many_take_as_many_queries_as_of_one(cast, django_assert_num_queries, count):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    for _ in range(count):
        make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.piotr)
    change(goal, cast.olga, target=Decimal(70))

    with django_assert_num_queries(6):  # requirements, goals, needs and their links, uses and their elements, steps
        assert len(doubts_of(Requirement.objects.all())) == count
