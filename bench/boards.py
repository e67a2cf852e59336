"""The board of deals and its list over any number of open deals, each with a next step: time and number of queries.

A hundred deals are made as people make them and copied by the database itself, past the write path: only here.
Prints its figures as JSON.
"""

import contextlib
import io
import json
import sys
from datetime import timedelta
from functools import partial

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench.firm import AT_ONCE, STRIDE, TODAY, _copy  # noqa: E402
from bench.measure import one, rows, signed_in  # noqa: E402
from groundwork.access.models import User  # noqa: E402
from groundwork.crm.customers.models import Company  # noqa: E402
from groundwork.crm.sales.deals import Deal  # noqa: E402
from groundwork.crm.sales.pipelines import Outcome, sales  # noqa: E402
from groundwork.crm.trade import demo  # noqa: E402
from groundwork.records.models import Tally  # noqa: E402
from groundwork.records.tasks.asking import give  # noqa: E402
from groundwork.records.tasks.models import Task  # noqa: E402
from groundwork.records.write import creating  # noqa: E402

SEED = 100  # deals that are copied
SELLERS = ("anna", "piotr", "ivan", "tomasz")


def main(size: int) -> None:
    make_deals(size)
    olga, piotr, anna = (User.objects.get(email=f"{name}@demo.example") for name in ("olga", "piotr", "anna"))
    of_all, of_head, of_seller = signed_in(olga), signed_in(piotr), signed_in(anna)
    board, listed = "/r/deal/board?f.state=open", "/r/deal/?f.state=open"
    lanes = f"{board}&f.owner={anna.pk}&f.owner={piotr.pk}"
    ways = {
        "board": (of_all, board), "board of head": (of_head, board), "board of seller": (of_seller, board),
        "lanes": (of_head, lanes), "list": (of_all, listed), "list of head": (of_head, listed),
    }  # fmt: skip
    pages = {}
    for name, (client, path) in ways.items():
        raw = raw_board if "list" not in name else raw_list
        pages[name] = one(client, partial(client.get, path), raw)
        print(f"{name:<16}{pages[name]}", file=sys.stderr)
    print(json.dumps({"deals": Deal.objects.filter(state=Outcome.OPEN).count(), "pages": pages}))


def make_deals(size: int) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        small = demo.Size(companies=100, contacts=100, products=50, lines=300, lines_each=3, activities=10)
        demo.fill(seed=1, today=TODAY, password="bench " * 3, size=small)  # noqa: S106
    people = [User.objects.get(email=f"{name}@demo.example") for name in SELLERS]
    stages = sales().stages_of(sales().first_pipeline, Outcome.OPEN)
    companies = list(Company.objects.order_by("pk")[:SEED])
    for place in range(SEED):
        by, stage = people[place % len(people)], stages[place // len(people) % len(stages)]
        facts = {"company": companies[place], "amount_minor": 100_00 * (place + 1), "currency": "EUR"}
        facts["expected_on"] = TODAY + timedelta(days=place)
        made = creating(Deal(name=f"Deal {place}", stage=stage.key, **facts), by=by)
        give(made, by=by, what="Ring them", due_on=TODAY + timedelta(days=place % 9))
    for first in range(1, max(size // SEED, 1), AT_ONCE):
        with transaction.atomic():
            copy(first, min(first + AT_ONCE, size // SEED))
    count_anew()


def copy(first: int, last: int) -> None:
    number = "c.number || '-' || n.i"
    _copy(Deal, {"number": number, "name": "c.name || ' ' || n.i"}, first=first, last=last)
    _copy(Task, {"number": number, "about_id": f"c.about_id + n.i * {STRIDE}"}, first=first, last=last)


def count_anew() -> None:
    """Tallies as the write path would have kept them, and the planner's figures."""
    Tally.objects.filter(type="deal").delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Tally._meta.db_table} (type, value, owner_id, department_id, currency, count, amount) "  # noqa: S608 - our own names
            "SELECT 'deal', stage, owner_id, department_id, currency, COUNT(*), COALESCE(SUM(amount_minor), 0) "
            f"FROM {Deal._meta.db_table} WHERE archived_at IS NULL GROUP BY stage, owner_id, department_id, currency"
        )
        cursor.execute("ANALYZE")


def raw_list():
    return rows(
        "SELECT id, name, stage, amount_minor, expected_on, owner_id, updated_at FROM sales_deal "
        "WHERE archived_at IS NULL AND state = 'open' ORDER BY updated_at DESC, id DESC LIMIT 51"
    )


def raw_board():
    rows("SELECT value, currency, SUM(count), SUM(amount) FROM records_tally WHERE type = 'deal' GROUP BY 1, 2")
    for stage in sales().stages_of(sales().first_pipeline, Outcome.OPEN):
        rows(
            "SELECT id, name, stage, amount_minor, expected_on, owner_id, updated_at FROM sales_deal "
            "WHERE archived_at IS NULL AND state = 'open' AND stage = %s ORDER BY updated_at DESC, id DESC LIMIT 21",
            [stage.key],
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
