"""What was agreed, on its way from asked to paid off, over any number of requirements: time of its levels and of the
map, number of queries, and the same levels by one plain SQL.

Fifty requirements are made as people make them and copied by the database itself, past the write path: only here.
Prints its figures as JSON.
"""

import contextlib
import gc
import io
import json
import sys
from decimal import Decimal
from functools import partial

import django

django.setup()
gc.collect()
gc.freeze()  # as servers do (config/wsgi.py)

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.firm import STRIDE, TODAY, _copy  # noqa: E402
from bench.measure import one, p50, rows, signed_in  # noqa: E402
from groundwork.access.models import User  # noqa: E402
from groundwork.blueprint.models import Element  # noqa: E402
from groundwork.crm.trade import demo  # noqa: E402
from groundwork.records.models import Use  # noqa: E402
from groundwork.rollout.chain.coverage import Coverage  # noqa: E402
from groundwork.rollout.delivery.actions import go_live  # noqa: E402
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun  # noqa: E402
from groundwork.rollout.discovery.actions import set_number, tell  # noqa: E402
from groundwork.rollout.requirements.actions import write_down  # noqa: E402
from groundwork.rollout.requirements.models import (  # noqa: E402
    ElementUse,
    Requirement,
    RequirementNeed,
    UseCase,
    UseStep,
)

SEED = 50  # requirements that are copied: for five numbers, one of them live
LEVELS = """
SELECT r.goal_id, r.id,
 EXISTS (SELECT 1 FROM requirements_requirementneed n WHERE n.requirement_id = r.id),
 r.state IN ('confirmed', 'live') AND r.confirmed_text = r.statement || '\n' || r.done_when,
 NOT EXISTS (SELECT 1 FROM requirements_elementuse u JOIN blueprint_element e ON e.id = u.element_id
             WHERE u.requirement_id = r.id AND e.state NOT IN ('trial', 'live')),
 NOT EXISTS (SELECT 1 FROM delivery_acceptancetest t WHERE t.requirement_id = r.id AND NOT EXISTS (
             SELECT 1 FROM delivery_testrun x WHERE x.test_id = t.id AND x.works AND x.fits AND x.script = t.script)),
 r.state = 'live'
FROM requirements_requirement r WHERE r.archived_at IS NULL AND r.state <> 'withdrawn'
"""


def main(size: int) -> None:
    make(size)
    olga = User.objects.get(email="olga@demo.example")
    client = signed_in(olga)
    with CaptureQueriesContext(connection) as queries:
        standings = Coverage(olga).standings
    levels = {**p50(page=lambda: Coverage(olga), raw=partial(rows, LEVELS)), "queries": len(queries)}
    chart = one(client, lambda: client.get("/rollout/map"), partial(rows, LEVELS))
    print(json.dumps({"requirements": len(standings), "pages": {"levels": levels, "map": chart}}))


def make(size: int) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        small = demo.Size(companies=20, contacts=20, products=20, lines=60, lines_each=3, activities=5)
        demo.fill(seed=1, today=TODAY, password="bench " * 3, size=small)  # noqa: S106
    olga, anna = (User.objects.get(email=f"{name}@demo.example") for name in ("olga", "anna"))
    elements = list(Element.objects.filter(kind="report", state="live").order_by("key"))
    for place in range(5):
        facts = {"metric": "known-share", "baseline": Decimal(0), "target": Decimal(90), "due": TODAY, "owner": olga}
        goal = set_number(by=olga, statement=f"Number {place}", **facts).agree(by=olga)
        for nth in range(SEED // 5):
            two = [elements[(nth + other) % len(elements)] for other in (0, 1)]
            made = write_down(
                by=olga, statement=f"Agreed {place} {nth}", done_when="It is there", goal=goal,
                needs=[tell(f"It hinders {place} {nth}", by=anna)], elements=two,
            )  # fmt: skip
            made.confirm(by=anna)
            AcceptanceTest.objects.get(requirement=made).run(by=anna, works=True, fits=place < 3, remark="Slow")
        if place == 0:
            go_live(goal, by=olga)
    Use.objects.bulk_create([Use(user=anna, kind="report", key=element.key) for element in elements for _ in range(20)])
    if size > SEED:
        copies(size // SEED)


def copies(times: int) -> None:
    number, spread = "c.number || '-' || n.i", f"c.{{}} + n.i * {STRIDE}"
    of_requirement = {"requirement_id": spread.format("requirement_id")}
    _copy(Requirement, {"number": number}, first=1, last=times)
    _copy(RequirementNeed, of_requirement, first=1, last=times)
    _copy(ElementUse, of_requirement, first=1, last=times)
    _copy(UseCase, {"number": number, **of_requirement}, first=1, last=times)
    _copy(UseStep, {"case_id": spread.format("case_id")}, first=1, last=times)
    _copy(AcceptanceTest, {"number": number, **of_requirement}, first=1, last=times)
    _copy(TestRun, {"test_id": spread.format("test_id")}, first=1, last=times)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
