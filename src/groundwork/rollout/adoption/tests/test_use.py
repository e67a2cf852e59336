from decimal import Decimal

import pytest

from groundwork.rollout.adoption.use import Usage
from groundwork.rollout.conftest import COST, PROFIT, make_requirement, open_report, sell
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


def test_a_report_that_only_its_maker_opens_is_not_used(cast, set_up):
    open_report(cast.olga, times=5)

    report = use()[PROFIT].report
    assert (report.is_used, report.times_by_maker) == (False, 5)


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
