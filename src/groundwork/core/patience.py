"""Stop a query that takes too long, on both databases."""

import time
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

STEPS = 1000  # of SQLite's machine between two looks at the clock


class TooLong(Exception):
    """The queries took longer than they were given; nothing of them is kept."""


@contextmanager
def at_most(seconds: float):
    """Statements inside are stopped when ``seconds`` are over, with TooLong. For reading."""
    stopped = _stopped_by_clock if connection.vendor == "sqlite" else _stopped_by_server
    with stopped(seconds):
        yield


@contextmanager
def _stopped_by_clock(seconds: float):
    connection.ensure_connection()
    end = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error):
            raise TooLong from error
        raise
    finally:
        connection.connection.set_progress_handler(None, 0)


@contextmanager
def _stopped_by_server(seconds: float):
    try:
        with transaction.atomic():
            before = _set_timeout(f"{max(1, round(seconds * 1000))}ms")
            yield
            _set_timeout(before)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":  # query_canceled
            raise TooLong from error
        raise


def _set_timeout(value: str) -> str:
    """Until the end of the transaction; gives what held before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [value])
    return before
