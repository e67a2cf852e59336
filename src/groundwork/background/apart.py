"""Work in a process of its own: what reads one moment of the database takes minutes and cannot be cut into batches.

The delivery only begins the process. That takes the lease and says every second how far it is; where it dies, the
lease runs out, ``work.rescue`` queues the run again, and it begins anew.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from groundwork.core.refusals import Refusal

from .kinds import kinds
from .models import UNFINISHED, Run, State

EVERY = 1.0  # seconds between two signs of life
log = logging.getLogger(__name__)


class Stopped(Exception):
    """A step raises it once ``run.cancel_asked`` is set, and has tidied up."""


def begin(pk: int) -> None:
    command = [sys.executable, "-m", "groundwork", "worker", "--run", str(pk)]
    subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own command and a number


def carry(pk: int) -> None:
    """Do the run here, to its end; nothing where it is finished or somebody alive works on it. Never raises."""
    from . import work

    holder = work.take(pk)
    if not holder:
        return
    run = Run.objects.get(pk=pk)
    with alive(run):
        state = outcome(run)
    with transaction.atomic():
        if Run.objects.select_for_update().filter(pk=pk, holder=holder, state__in=UNFINISHED).exists():
            run.heartbeat_at = timezone.now()
            work.end(run, state)


def outcome(run: Run) -> State:
    from . import work

    try:
        if run.attempts > work.ATTEMPTS:
            raise Refusal(f"The work stopped without a word {work.ATTEMPTS} times.")
        if run.cancel_asked:
            raise Stopped
        kinds[run.kind].step(run)
    except Stopped:
        return State.CANCELLED
    except Refusal as refusal:
        run.error = str(refusal.sentence)
        return State.FAILED
    except Exception as fault:
        log.exception("run %s (%s) failed", run.pk, run.kind)
        run.error = f"{type(fault).__name__}: {fault}"
        return State.FAILED
    return State.DONE


@contextmanager
def alive(run: Run) -> Iterator[None]:
    """Meanwhile another thread keeps the lease, writes how far the run is, and tells it when it is to stop."""
    over = Event()
    thread = Thread(target=beat, args=(run, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def beat(run: Run, over: Event) -> None:
    held = Run.objects.unfinished().filter(pk=run.pk, holder=run.holder)
    while not over.wait(EVERY):
        with suppress(OperationalError):  # busy: the next sign of life comes in a second
            kept = held.update(done=run.done, total=run.total, heartbeat_at=timezone.now())
            if not kept or held.filter(cancel_asked=True).exists():
                run.cancel_asked = True
    connection.close()
