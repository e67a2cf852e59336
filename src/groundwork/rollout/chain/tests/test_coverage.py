import random
from decimal import Decimal

import pytest

from groundwork.blueprint import elements
from groundwork.core.clock import now
from groundwork.records.write import writing
from groundwork.rollout.chain.coverage import Coverage, share
from groundwork.rollout.chain.tests.oracle import level_of
from groundwork.rollout.conftest import COST, PROFIT, make_goal, make_requirement, open_report, sell
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.actions import write_down
from groundwork.rollout.requirements.models import Requirement


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


def test_the_levels_are_those_of_a_plain_loop_over_records(cast):
    dice = random.Random(7)  # noqa: S311 - not a secret
    sell(cast.olga, amount=70000, cost=4)
    goals = [make_goal(cast.piotr, baseline=Decimal(start)).agree(by=cast.olga) for start in (10, 80)]
    goals.append(make_goal(cast.piotr))
    for _ in range(14):
        one_of_many(cast, dice, dice.choice(goals))
    open_report(cast.piotr)
    elements.switch(COST, on=False, by=cast.olga)
    elements.switch(COST, on=True, by=cast.olga, reason="Again")

    found = {standing.pk: standing.level for standing in Coverage(cast.olga).standings}

    assert found == {pk: level_of(Requirement.objects.get(pk=pk)) for pk in found}
    assert len(set(found.values())) > 3


def one_of_many(cast, dice, goal):
    """A requirement at any point of its way."""
    keys = dice.choice([(COST,), (PROFIT,), (COST, PROFIT), (PROFIT, "report:debts")])
    made = make_requirement(cast.piotr, goal=goal, author=dice.choice([None, cast.anna, cast.anna]), keys=keys)
    steps = dice.randrange(6)
    if steps > 0:
        made = made.confirm(by=cast.anna)
    if steps > 1 and COST in keys:
        made.switch_on(by=cast.olga)
    if steps > 2 and all(use.element.is_on for use in made.uses.select_related("element")):
        for test in made.tests.all():
            test.run(by=cast.anna, works=True, fits=dice.random() < 0.8, remark="Slow")
    if steps > 3:
        with writing(made, by=cast.olga, act="went live") as live:
            live.state, live.live_at = "live", now()
    if steps > 4 and dice.random() < 0.5:
        with writing(made, by=cast.olga, act="edited") as other:
            other.statement = "Other words"


def test_what_hinders_twenty_hours_a_month_weighs_twenty_times_as_much(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    asked = asking.ask(by=cast.olga, work="Prices", respondent=cast.anna)
    price = {"name": "Look up a price", "times": 300, "per": "month", "minutes": 4, "tool": "Excel"}
    asking.confirm(asked, {"things": [price], "hinders": "I look up every price"}, by=cast.anna)
    heavy = write_down(
        by=cast.piotr, statement="Prices here", done_when="They are", goal=goal, needs=Need.objects.all(), elements=[]
    )
    make_requirement(cast.piotr, goal=goal)

    standings = Coverage(cast.olga).standings

    assert {standing.pk == heavy.pk: standing.weight for standing in standings} == {True: 20, False: 1}
    assert share(standings, 1) == 95  # 20 of 21: nobody asked for the other one


@pytest.mark.parametrize("count", [1, 5])
def test_five_requirements_take_as_many_queries_as_one(cast, django_assert_num_queries, count):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    for _ in range(count):
        make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna)
    cast.olga.can("view", "goal")  # rights are read once a request

    with django_assert_num_queries(17):  # one of them: which months have kept sums
        assert len(Coverage(cast.olga).standings) == count
