"""Records are written in one place only; everywhere else it raises."""

from contextlib import contextmanager
from contextvars import ContextVar

_open: ContextVar[bool] = ContextVar("write_path_open", default=False)


def refuse_outside_the_write_path() -> None:
    if not _open.get():
        raise RuntimeError("Records are changed through records.write only: writing(), creating(), writing_many().")


@contextmanager
def write_path():
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)
