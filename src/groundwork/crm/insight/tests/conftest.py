import pytest

from groundwork.records import use


@pytest.fixture(autouse=True)
def _nothing_waits(monkeypatch):
    """What was noted as read by people of another test is not written in this one, nor ours in the next."""
    monkeypatch.setattr(use, "_waiting", [])
