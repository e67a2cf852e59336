"""What a person does is one transaction: of an act that is cut off, everything is there or nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.client import ClientHandler

WRITES = re.compile(r"\s*(?:INSERT\s+(?:OR \w+ )?INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+[\"`]?(\w+)", re.IGNORECASE)
BESIDE = {  # what holds whatever becomes of the act
    "django_session", "access_browsersession", "access_auditend", "access_auditentry", "records_use", "cache",
    "access_twosteps", "access_recoverycode",  # a code that was used stays used
    "discovery_answerlink",  # when a guest was last here
    "records_recordfile",  # a file is kept before its record, and is gone in a day without one
    "background_run",  # how far it is
    "blueprint_configversion",  # other processes look again
}  # fmt: skip
SIGNED_IN = 'SET "last_login" ='


@contextmanager
def transactions() -> Iterator[dict[object, set[str]]]:
    """``{outermost transaction inside: the tables it wrote to}``; what is written beside any acts is left out."""
    depth, kept = len(connection.savepoint_ids), {}

    def look(execute, sql, params, many, context):
        outermost = connection.savepoint_ids[depth] if len(connection.savepoint_ids) > depth else object()
        if sql.startswith("ROLLBACK TO SAVEPOINT"):
            kept.pop(sql.split()[-1].strip('"`'), None)
        elif (found := WRITES.match(sql)) and found.group(1) not in BESIDE and SIGNED_IN not in sql:
            kept.setdefault(outermost, set()).add(found.group(1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield kept


@pytest.fixture(autouse=True)
def _an_act_is_one_transaction(monkeypatch):
    """Every request of every test is asked whether it writes twice, apart."""
    plain, apart = ClientHandler.__call__, []

    def asked(self, environ):
        if not connection.in_atomic_block:  # a test with transactions of its own
            return plain(self, environ)
        with transactions() as kept:
            answer = plain(self, environ)
        if len(kept) > 1:
            apart.append(
                f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {[sorted(one) for one in kept.values()]}"
            )
        return answer

    monkeypatch.setattr(ClientHandler, "__call__", asked)
    yield
    assert apart == []
