"""Queue work, and carry it out batch by batch.

Delivery is django-q2's: at least once, again after ``retry`` seconds when a worker dies. So two deliveries of one run
may meet. Each takes a lease first (``holder``, kept alive by ``heartbeat_at``) and every batch re-reads the run under a
row lock and stops when the lease has passed to somebody else: a batch is kept once, whatever happens to the workers.
"""

import logging
import uuid
from datetime import timedelta
from time import monotonic, sleep

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_q.tasks import async_task

from groundwork.core import clock
from groundwork.core.refusals import Refusal

from . import apart
from .kinds import kinds
from .models import UNFINISHED, Run, State

SLICE = 30  # seconds of batches in one delivery; then the run goes to the back of the queue
LEASE = 45  # seconds without a batch after which another delivery may take over; SLICE + LEASE < Q_CLUSTER["retry"]
ATTEMPTS = 5  # deliveries in a row that kept no batch, after which the run has failed
KEPT_DAYS = 90

log = logging.getLogger(__name__)


def start(kind: str, requester=None, dedupe: str = "", **arguments) -> Run:
    """Queue a run inside the caller's transaction: it exists if and only if the caller's changes do.

    With ``dedupe``, an unfinished run of the same kind and key is returned instead of a second one.
    """
    kinds[kind]  # an unknown kind is our mistake, found here and not by the worker
    try:
        with transaction.atomic():
            run = Run.objects.create(kind=kind, requester=requester, dedupe=dedupe, arguments=arguments)
            enqueue(run.pk)
    except IntegrityError:
        twin = Run.objects.unfinished().filter(kind=kind, dedupe=dedupe).first()
        if not dedupe or twin is None:
            raise
        return twin
    return run


def enqueue(pk: int) -> None:
    async_task("groundwork.background.work.deliver", pk, task_name=f"run {pk}")


def is_apart(pk: int) -> bool:
    kind = kinds.get(Run.objects.filter(pk=pk).values_list("kind", flat=True).first() or "")
    return kind is not None and kind.is_apart


def deliver(pk: int) -> None:
    """One delivery from the queue: a slice of batches, then back to the end of the queue. Never raises."""
    if is_apart(pk):
        apart.begin(pk)
        return
    holder = take(pk)
    if holder and not batches(pk, holder, seconds=SLICE):
        with transaction.atomic():
            if Run.objects.filter(pk=pk, holder=holder).update(holder="", attempts=0):
                enqueue(pk)


def carry_out(run: Run) -> Run:
    """Do the whole of ``run`` here and now, for commands and tests; waits for nobody.

    Returns the run as it stands; it is unfinished only where another delivery holds it.
    """
    if is_apart(run.pk):
        apart.carry(run.pk)
        return Run.objects.get(pk=run.pk)
    while holder := take(run.pk):
        batches(run.pk, holder, seconds=None)
    return Run.objects.get(pk=run.pk)


def take(pk: int) -> str:
    """The lease of an unfinished run, or "" where it is finished or somebody alive works on it."""
    holder, moment = uuid.uuid4().hex, timezone.now()
    free = Q(holder="") | Q(heartbeat_at__lt=moment - timedelta(seconds=LEASE))
    taken = (
        Run.objects.unfinished()
        .filter(free, pk=pk)
        .update(
            holder=holder,
            heartbeat_at=moment,
            state=State.RUNNING,
            started_at=Coalesce("started_at", clock.now()),
            attempts=F("attempts") + 1,
        )
    )
    return holder if taken else ""


def batches(pk: int, holder: str, seconds: float | None) -> bool:
    """Do batches until the run ends (True) or the time is over (False). A lost lease counts as an end."""
    until = monotonic() + seconds if seconds is not None else None
    while True:
        began = monotonic()
        try:
            if batch(pk, holder):
                return True
        except Exception as fault:
            return stumble(pk, holder, fault)
        let_others_write(monotonic() - began)
        if until is not None and monotonic() >= until:
            return False


def let_others_write(seconds: float) -> None:
    """After a batch that held SQLite's one write lock for ``seconds``, leave a gap that a waiting writer hits.

    SQLite looks again at most every 100 ms; without gaps a person's save can wait in vain for its 20 s.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        sleep(min(0.1, seconds / 4))


def batch(pk: int, holder: str) -> bool:
    """One batch and the progress it made, kept together. True when the run has ended."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=pk, holder=holder, state__in=UNFINISHED).first()
        if run is None:
            return True
        if run.cancel_asked:
            return end(run, State.CANCELLED)
        if run.attempts > ATTEMPTS:
            run.error = f"The work stopped without a word {ATTEMPTS} times at the same place."
            return end(run, State.FAILED)
        finished = kinds[run.kind].step(run)
        run.attempts = 1
        run.heartbeat_at = timezone.now()
        if finished:
            return end(run, State.DONE)
        run.save(update_fields=["cursor", "result", "done", "total", "attempts", "heartbeat_at"])
        return False


def end(run: Run, state: State) -> bool:
    run.state, run.holder, run.finished_at = state, "", clock.now()
    run.save(
        update_fields=[
            "cursor",
            "result",
            "done",
            "total",
            "error",
            "attempts",
            "heartbeat_at",
            "state",
            "holder",
            "finished_at",
        ]
    )
    return True


def stumble(pk: int, holder: str, fault: Exception) -> bool:
    """The batch is undone already. A busy database is tried again; anything else would only fail again."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=pk, holder=holder, state__in=UNFINISHED).first()
        if run is None:
            return True
        if isinstance(fault, OperationalError) and run.attempts < ATTEMPTS:
            log.warning("run %s (%s) will be tried again: %s", pk, run.kind, fault)
            Run.objects.filter(pk=pk).update(holder="")
            enqueue(pk)
            return True
        if isinstance(fault, Refusal):
            run.error = str(fault.sentence)
        else:
            log.error("run %s (%s) failed", pk, run.kind, exc_info=fault)
            run.error = f"{type(fault).__name__}: {fault}"
        return end(run, State.FAILED)


def rescue() -> None:
    """Queue runs again that nobody works on any more, e.g. after a restore or when a delivery was lost."""
    quiet = timezone.now() - timedelta(seconds=5 * LEASE)
    lost = Run.objects.unfinished().filter(
        Q(heartbeat_at__lt=quiet) | Q(heartbeat_at=None, created_at__lt=clock.now() - timedelta(seconds=5 * LEASE))
    )
    queued = waiting_in_queue()
    for pk in lost.values_list("pk", flat=True)[:100]:
        if pk not in queued:
            enqueue(pk)


def waiting_in_queue() -> set[int]:
    """The runs that have a delivery in the queue."""
    from django_q.models import OrmQ

    tasks = [entry.task for entry in OrmQ.objects.all()[:10_000]]
    return {task["args"][0] for task in tasks if str(task.get("func", "")).endswith("work.deliver")}


def forget() -> None:
    """Finished runs are kept for 90 days."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    Run.objects.exclude(state__in=UNFINISHED).filter(finished_at__lt=old).delete()
