"""Work that comes round: each turn once, missed turns not made up for, one failure alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Schedule

from groundwork.background import schedules
from groundwork.background.models import Beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def turns():
    turns = []
    schedules.every("test.turns", lambda: turns.append("turn"), seconds=60)
    yield turns
    schedules.schedules.remove("test.turns")


@pytest.fixture
def failing():
    def fail():
        raise ValueError("no such mailbox")

    schedules.every("test.fails", fail, seconds=60)
    yield
    schedules.schedules.remove("test.fails")


def test_a_turn_is_done_once_until_it_is_due_again(turns):
    schedules.tick()
    schedules.tick()
    assert turns == ["turn"]

    Beat.objects.filter(key="test.turns").update(due_at=timezone.now() - timedelta(hours=5))
    schedules.tick()
    schedules.tick()
    assert turns == ["turn", "turn"]


def test_of_two_workers_one_claims_the_turn(turns):
    entry, moment = schedules.schedules["test.turns"], timezone.now()

    claims = [schedules.claim(entry, moment), schedules.claim(entry, moment)]

    assert [bool(claim) for claim in claims] == [True, False]


def test_a_turn_that_fails_is_noted_and_holds_up_no_other(failing, turns):
    schedules.tick()

    assert turns == ["turn"]
    beat = Beat.objects.get(key="test.fails")
    assert (beat.error, beat.failures) == ("ValueError: no such mailbox", 1)


def test_winding_up_twice_leaves_one_tick(db):
    schedules.wind_up()
    schedules.wind_up()

    assert list(Schedule.objects.values_list("name", "func", "minutes")) == [("tick", schedules.TICK, 1)]
