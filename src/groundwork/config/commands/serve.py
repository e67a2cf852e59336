"""``groundwork serve``: gunicorn and one worker, looked after until SIGTERM or Ctrl-C.

A child that dies is started again, more slowly the more often it dies. Each child leads its own process group, so that
what a killed child leaves behind is ended before its successor starts; if this process itself is killed, the kernel
tells the children.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from django.core.management.base import CommandError
from django.db import connection

from groundwork.config.commands import doctor
from groundwork.config.physical import presence

GRACE = 25  # seconds that a child has for what it is doing
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One program that is to run for as long as this one does."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    pause: float = 0.0  # seconds before it is started again

    def start(self) -> None:
        self.started = time.monotonic()
        command = self.command  # made by run() from checked arguments
        self.process = subprocess.Popen(command, start_new_session=True, preexec_fn=end_with_parent)  # noqa: S603

    def look_after(self) -> None:
        """Start it again if it has died: at once if it had run for a minute, else later each time, at most 30 s."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started
        if lived < self.pause:
            return
        self.signal_group(signal.SIGKILL)
        self.pause = 0.0 if lived > 60 else min(30.0, max(1.0, self.pause * 2))
        print(
            f"{self.name} ended with code {self.process.returncode} and is started again.", file=sys.stderr, flush=True
        )
        self.start()

    def signal_group(self, number: int) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def ask_to_end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait_until(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"{self.name} did not end within {GRACE} s and was killed.", file=sys.stderr, flush=True)
        self.signal_group(signal.SIGKILL)


def end_with_parent() -> None:
    """In the child: be told by SIGTERM when the parent is gone. Linux only; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(args: argparse.Namespace) -> int:
    with presence():
        refuse_if_not_set_up()
        refuse_if_taken(args.host, args.port)
        return look_after_all(args)


def look_after_all(args: argparse.Namespace) -> int:
    children = [Child("The web server", web_command(args))]
    if not args.no_worker:
        children.append(Child("The worker", [sys.executable, "-m", "groundwork", "worker"]))
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    for child in children:
        child.start()
    shown = "localhost" if args.host in ("127.0.0.1", "0.0.0.0", "::") else args.host  # noqa: S104 - compared, not bound
    print(f"Groundwork answers at http://{shown}:{args.port}/  (Ctrl-C ends it)", flush=True)
    while not stopping:
        time.sleep(0.25)
        for child in children:
            child.look_after()
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + GRACE
    for child in children:
        child.wait_until(deadline)
    return 0


def web_command(args: argparse.Namespace) -> list[str]:
    host = f"[{args.host}]" if ":" in args.host else args.host
    return [
        *(sys.executable, "-m", "gunicorn", "groundwork.config.wsgi:application"),
        *("--bind", f"{host}:{args.port}", "--worker-class", "gthread"),
        *("--workers", str(args.workers), "--threads", "4"),
        *("--timeout", "120", "--graceful-timeout", "20", "--keep-alive", "15"),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def refuse_if_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise CommandError(
                f"Cannot listen on {host}:{port}: {fault.strerror}. Choose another with --port."
            ) from fault


def refuse_if_not_set_up() -> None:
    fault = doctor.tables()
    connection.close()
    if fault:
        raise CommandError(fault)
