from decimal import Decimal

import pytest

from groundwork.blueprint import elements
from groundwork.rollout.chain.coverage import Coverage
from groundwork.rollout.conftest import COST, make_goal, make_requirement, open_report, sell
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest


def level(cast):
    (standing,) = Coverage(cast.olga).standings
    return standing.level


def test_the_thread_is_walked_from_asked_to_paid_off(cast):
    sell(cast.olga, amount=10000)
    goal = make_goal(cast.piotr)
    requirement = make_requirement(cast.piotr, goal=goal, author=cast.anna)
    walked = [level(cast)]

    goal.agree(by=cast.olga)
    walked.append(level(cast))
    requirement = requirement.confirm(by=cast.anna)
    walked.append(level(cast))
    requirement.switch_on(by=cast.olga)
    walked.append(level(cast))
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
    walked.append(level(cast))
    go_live(goal, by=cast.olga)
    walked.append(level(cast))
    sell(cast.olga, amount=100000, cost=4)
    open_report(cast.piotr)
    walked.append(level(cast))

    assert walked == [0, 1, 2, 3, 4, 5, 7]


def test_used_and_not_yet_paid_off(cast):
    sell(cast.olga, amount=70000, cost=4)
    sell(cast.olga, amount=30000)
    goal = make_goal(cast.piotr, baseline=Decimal(60), target=Decimal(90))
    make_requirement(cast.piotr, goal=goal.agree(by=cast.olga), author=cast.anna).confirm(by=cast.anna).switch_on(
        by=cast.olga
    )
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
    go_live(goal, by=cast.olga)
    open_report(cast.piotr)

    assert level(cast) == 6  # 70 %, and half of the way is 75 %


def test_a_requirement_nobody_asked_for_has_no_level(cast):
    make_requirement(cast.piotr).confirm(by=cast.anna)

    assert level(cast) == 0


def test_a_field_switched_off_breaks_the_thread_where_it_is(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
    go_live(goal, by=cast.olga)

    elements.switch(COST, on=False, by=cast.olga)

    assert level(cast) == 2


@pytest.mark.parametrize("count", [1, 5])
def test_five_requirements_take_as_many_queries_as_one(cast, django_assert_num_queries, count):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    for _ in range(count):
        make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna)
    cast.olga.can("view", "goal")  # rights are read once a request

    with django_assert_num_queries(12):  # one of them: which months have kept sums
        assert len(Coverage(cast.olga).standings) == count
