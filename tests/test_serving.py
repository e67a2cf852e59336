"""``groundwork serve``: it answers, looks after its children, and ends when told."""

import os
import signal
import time

import pytest

from tests.support.servers import answers


def children(pid: int) -> dict[str, int]:
    """What ``serve`` started: the word that tells them apart, and the process."""
    found = {}
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        for child in map(int, file.read().split()):
            with open(f"/proc/{child}/cmdline") as line:
                found["web" if "gunicorn" in line.read() else "worker"] = child
    return found


def eventually(question, seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if question():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.browser
def test_a_person_of_the_demo_signs_in(page, sign_in, server):
    sign_in(page, "anna@demo.example")

    assert page.locator("h1").count() == 1
    assert page.url.startswith(server.url)


def test_a_killed_child_is_started_again_and_sigterm_ends_all(fresh_server):
    pid = fresh_server.process.pid
    before = children(pid)
    assert set(before) == {"web", "worker"}

    for child in before.values():
        os.kill(child, signal.SIGKILL)

    assert eventually(
        lambda: set(children(pid)) == {"web", "worker"} and not set(before.values()) & set(children(pid).values())
    )
    assert eventually(lambda: answers(fresh_server.url))
    after = children(pid)
    fresh_server.process.send_signal(signal.SIGTERM)
    assert fresh_server.process.wait(40) == 0
    assert not [child for child in after.values() if os.path.exists(f"/proc/{child}")]


def test_a_taken_port_is_refused_in_a_sentence(server):
    taken = server.run("serve", "--port", server.url.rpartition(":")[2])

    assert taken.returncode == 1
    assert "Cannot listen" in taken.stderr
