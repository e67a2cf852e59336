from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.access.models import User
from groundwork.core.clock import now, standing_at
from groundwork.records.write import writing
from groundwork.rollout.adoption.use import Usage
from groundwork.rollout.conftest import COST, PROFIT, make_goal, make_requirement, open_report, sell
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.requirements.models import Requirement


@pytest.fixture
def set_up(cast):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)


def use():
    requirement = Requirement.objects.prefetch_related("uses__element").get()
    return {reading.element.key: reading for reading in Usage([requirement]).readings(requirement)}


def test_a_report_that_others_open_is_used(cast, set_up):
    open_report(cast.piotr, times=3)
    open_report(cast.anna)

    report = use()[PROFIT].report
    assert (report.times, len(report.people), report.is_used) == (4, 2, True)


def test_what_is_live_is_used_only_by_what_was_opened_since(cast):
    goal = make_goal(cast.piotr).agree(by=cast.piotr)
    make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    open_report(cast.piotr, days_ago=2)
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
    go_live(goal, by=cast.olga)
    assert not use()[PROFIT].report.is_used

    open_report(cast.piotr)
    assert (use()[PROFIT].report.times, use()[PROFIT].report.is_used) == (1, True)


def test_a_report_that_only_its_maker_opens_is_not_used(cast, set_up):
    open_report(cast.olga, times=5)

    report = use()[PROFIT].report
    assert (report.is_used, report.times_by_maker) == (False, 5)


@pytest.fixture
def alone(cast):
    """Olga set it up, agreed, tried it and went live ten days ago; nobody else works here."""
    with standing_at(now() - timedelta(days=10)):
        goal = make_goal(cast.piotr).agree(by=cast.piotr)
        made = make_requirement(cast.piotr, goal=goal, author=cast.olga).confirm(by=cast.olga).switch_on(by=cast.olga)
        AcceptanceTest.objects.get().run(by=cast.olga, works=True, fits=True)
        go_live(goal, by=cast.olga)
    User.objects.exclude(pk=cast.olga.pk).update(is_active=False)
    return made


@pytest.mark.parametrize(
    ("days_ago", "is_used"),
    [((3, 1), True), ((3, 3), False), ((10, 3), False), ((12, 10), False), ((9, 8, 1), True)],
)
def test_who_works_alone_uses_a_report_by_coming_back_to_it_on_two_days_after_it_went_live(
    cast, alone, days_ago, is_used
):
    for days in days_ago:
        open_report(cast.olga, days_ago=days)

    assert use()[PROFIT].report.is_used == is_used


def test_who_set_a_report_up_is_no_reader_while_a_colleague_could_be(cast, alone):
    User.objects.filter(pk=cast.anna.pk).update(is_active=True)
    for days in (5, 3, 1):
        open_report(cast.olga, days_ago=days)

    assert not use()[PROFIT].report.is_used


def test_who_answers_for_the_number_reads_for_it_even_after_setting_it_up(cast, alone):
    User.objects.update(is_active=True)
    with writing(Goal.objects.get(), by=cast.olga, act="edited") as goal:
        goal.owner = cast.olga
    for days in (5, 1):
        open_report(cast.olga, days_ago=days)

    report = use()[PROFIT].report
    assert (report.is_used, report.people, report.times_by_maker) == (True, {cast.olga.pk}, 0)


def test_what_was_read_five_weeks_ago_does_not_count(cast, set_up):
    open_report(cast.piotr, days_ago=35)

    assert not use()[PROFIT].report.is_used


@pytest.mark.parametrize(("known", "is_used"), [(60, True), (59, False)])
def test_a_field_is_used_when_it_is_mostly_filled_and_somebody_reads_it(cast, set_up, known, is_used):
    sell(cast.olga, amount=known * 100, cost=4)
    sell(cast.olga, amount=(100 - known) * 100)
    open_report(cast.piotr)

    cost = use()[COST]
    assert (cost.filled, cost.is_used) == (Decimal(known) / 100, is_used)


def test_a_full_field_that_nobody_reads_is_not_used(cast, set_up):
    sell(cast.olga, cost=4)

    assert (use()[COST].filled, use()[COST].is_used) == (1, False)
