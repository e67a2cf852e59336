"""``groundwork worker``: background work until SIGTERM, which lets the batch at hand finish.

``--run`` does one run that asks for a process of its own, and ends; a worker calls it itself.
On PostgreSQL any number may run, on any machines; on SQLite the one that ``serve`` starts is enough.
"""

import argparse
import logging

from django_q.cluster import Cluster

from groundwork.background import apart
from groundwork.background.schedules import wind_up
from groundwork.config.physical import presence


def run(args: argparse.Namespace) -> int:
    with presence():
        if args.run:
            apart.carry(args.run)
            return 0
        logging.getLogger("groundwork.audit").setLevel(logging.INFO)
        wind_up()
        cluster = Cluster()
        cluster.start()
        cluster.sentinel.join()
        return cluster.sentinel.exitcode or 0
