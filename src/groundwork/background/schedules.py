"""Work that comes round: ``every("trade.rollups", refresh, seconds=300)`` in ``AppConfig.ready``.

One entry in django-q2's own schedule calls ``tick`` every minute; what is due is claimed by moving its ``Beat`` on, so
two workers never do one turn twice, and a change of the code needs no change of the database. Turns missed while
nothing ran are not made up for. A turn is short; long work starts a run.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django_q.models import Schedule

from groundwork.core.registry import Registry

from .models import Beat

TICK = "groundwork.background.schedules.tick"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    key: str
    function: Callable[[], object]
    seconds: int


schedules: Registry[Entry] = Registry(lambda entry: entry.key)


def every(key: str, function: Callable[[], object], seconds: int) -> None:
    """Call ``function()`` every ``seconds``, a minute at the least, in the worker."""
    schedules.add(Entry(key, function, seconds))


def wind_up() -> None:
    """Make sure that the minute tick is in the queue's own schedule; a repeat changes nothing."""
    clock, made = Schedule.objects.get_or_create(
        name="tick", defaults={"func": TICK, "schedule_type": Schedule.MINUTES, "minutes": 1}
    )
    if not made and clock.func != TICK:
        Schedule.objects.filter(pk=clock.pk).update(func=TICK)


def tick() -> None:
    """Do whatever is due. One turn that fails is noted with its error and does not hold up the others."""
    for entry in schedules:
        moment = timezone.now()
        if beat := claim(entry, moment):
            error = ""
            try:
                entry.function()
            except Exception as fault:
                log.exception("schedule %s failed", entry.key)
                error = f"{type(fault).__name__}: {fault}"
            if error or beat.error:
                beat.note(error)


def claim(entry: Entry, moment: datetime) -> Beat | None:
    """The entry's beat if it is due and this call is the one that moved it; else None."""
    beat, _made = Beat.objects.get_or_create(key=entry.key, defaults={"due_at": moment})
    if beat.due_at > moment:
        return None
    following = moment + timedelta(seconds=entry.seconds - 5)  # the tick itself comes a little early or late
    moved = Beat.objects.filter(pk=beat.pk, due_at=beat.due_at).update(due_at=following, ran_at=moment)
    return beat if moved else None


def latest_tick() -> datetime | None:
    """When a worker last did a turn; None where none ever did."""
    return Beat.objects.filter(key="background.rescue").values_list("ran_at", flat=True).first()
