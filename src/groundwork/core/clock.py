"""The one clock. Weeks, deadlines and sixty unread days are walked by moving it, never by writing results."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta())


def now() -> datetime:
    """The moment, aware, in UTC."""
    return timezone.now() + _shift.get()


def today() -> date:
    """The day in the active time zone (the person's, else the firm's)."""
    return timezone.localtime(now()).date()


def start_of(day: date, zone: str | None = None) -> datetime:
    """Midnight at the start of ``day``, aware, in ``zone`` or the active time zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone) if zone else timezone.get_current_timezone())


@contextmanager
def standing_at(moment: datetime):
    """Let the clock run on from ``moment`` inside the block; for demos and tests."""
    token = _shift.set(moment - timezone.now())
    try:
        yield
    finally:
        _shift.reset(token)
