"""Long work: it is queued with the change that asked for it, goes on after a crash, and does no batch twice."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from groundwork.background import work
from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run, State
from groundwork.core.refusals import Refusal

pytestmark = pytest.mark.django_db


class Counting:
    """Work of ten pieces, two a batch; ``at`` maps a piece to what goes wrong when its batch has been half done."""

    def __init__(self):
        self.at = {}

    def step(self, run):
        here = run.cursor.get("next", 0)
        Run.objects.create(kind="piece", state=State.DONE, arguments={"piece": here})
        if fault := self.at.pop(here, None):
            fault(run)
        run.cursor = {"next": here + 2}
        run.done, run.total = here + 2, 10
        return here + 2 >= 10

    @property
    def pieces(self):
        return sorted(run.arguments["piece"] for run in Run.objects.filter(kind="piece"))


@pytest.fixture
def counting():
    counting = Counting()
    kinds.add(Kind("test.counting", counting.step))
    yield counting
    kinds.remove("test.counting")


def raising(fault):
    def fail(run):
        raise fault

    return fail


def test_a_run_does_every_batch_once_and_says_how_far_it_is(counting):
    run = work.start("test.counting")

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, run.done, run.percent, run.holder) == (State.DONE, 10, 100, "")
    assert counting.pieces == [0, 2, 4, 6, 8]


def test_a_run_whose_request_is_rolled_back_was_never_queued(counting):
    with transaction.atomic():
        work.start("test.counting")
        transaction.set_rollback(True)

    assert (Run.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_the_same_work_is_queued_once_until_it_is_finished(counting):
    first = work.start("test.counting", dedupe="file 7")
    again = work.start("test.counting", dedupe="file 7")
    work.deliver(first.pk)

    later = work.start("test.counting", dedupe="file 7")

    assert (again.pk, later.pk == first.pk, OrmQ.objects.count()) == (first.pk, False, 2)


def test_a_batch_that_breaks_leaves_nothing_and_the_run_says_why(counting):
    counting.at = {4: raising(ValueError("a broken row"))}
    run = work.start("test.counting")

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, run.error, run.cursor) == (State.FAILED, "ValueError: a broken row", {"next": 4})
    assert counting.pieces == [0, 2]


def test_a_refusal_ends_the_run_with_its_sentence(counting):
    counting.at = {0: raising(Refusal("The file is empty."))}

    run = work.carry_out(work.start("test.counting"))

    assert (run.state, run.error) == (State.FAILED, "The file is empty.")


def test_a_busy_database_is_tried_again_from_the_same_place(counting):
    counting.at = {4: raising(OperationalError("database is locked"))}

    run = work.carry_out(work.start("test.counting"))

    assert (run.state, run.error) == (State.DONE, "")
    assert counting.pieces == [0, 2, 4, 6, 8]


def test_a_killed_worker_is_followed_by_another_that_goes_on_where_it_was(counting):
    run = work.start("test.counting")
    killed = work.take(run.pk)
    assert work.batch(run.pk, killed) is False
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=work.LEASE + 1))

    work.deliver(run.pk)

    run.refresh_from_db()
    assert run.state == State.DONE
    assert counting.pieces == [0, 2, 4, 6, 8]


def test_of_two_deliveries_only_the_one_that_holds_the_lease_works(counting):
    run = work.start("test.counting")
    work.take(run.pk)

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, counting.pieces) == (State.RUNNING, [])


def test_a_delivery_that_lost_its_lease_stops_before_its_next_batch(counting):
    run = work.start("test.counting")
    slow = work.take(run.pk)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=work.LEASE + 1))
    work.take(run.pk)

    assert work.batch(run.pk, slow) is True
    assert counting.pieces == []


def test_a_batch_that_kills_its_worker_five_times_is_given_up(counting):
    run = work.start("test.counting")
    for _death in range(work.ATTEMPTS):
        assert work.take(run.pk)
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=work.LEASE + 1))

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, counting.pieces) == (State.FAILED, [])


def test_a_cancelled_run_keeps_what_was_done_and_does_no_more(counting):
    counting.at = {4: lambda run: run.cancel()}
    run = work.start("test.counting")

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, run.cursor) == (State.CANCELLED, {"next": 6})
    assert counting.pieces == [0, 2, 4]


def test_a_long_run_goes_to_the_back_of_the_queue_after_its_slice(counting, monkeypatch):
    monkeypatch.setattr(work, "SLICE", 0)
    run = work.start("test.counting")

    work.deliver(run.pk)

    run.refresh_from_db()
    assert (run.state, run.holder, run.done, OrmQ.objects.count()) == (State.RUNNING, "", 2, 2)


def test_a_run_that_fell_out_of_the_queue_is_queued_again_once(counting):
    run = work.start("test.counting")
    OrmQ.objects.all().delete()
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=1))

    work.rescue()
    work.rescue()

    assert work.waiting_in_queue() == {run.pk}
    assert OrmQ.objects.count() == 1


def test_an_unknown_kind_is_found_where_it_is_asked_for(db):
    with pytest.raises(KeyError):
        work.start("test.nothing")
