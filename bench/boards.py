"""Deals on a board, in a list, one by one, found, made and reported, over any number of open deals, each with a next
step, and as many that ended within the year: time, number of queries, and the same rows by plain SQL.

Two hundred deals are made as people make them and copied by the database itself, past the write path: only here.
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
from bench.measure import one, raw_rows, raw_search, raw_timeline, rows, signed_in  # noqa: E402
from groundwork.access.models import User  # noqa: E402
from groundwork.core.clock import now  # noqa: E402
from groundwork.crm.customers.models import Company  # noqa: E402
from groundwork.crm.sales.deals import Deal, Stay  # noqa: E402
from groundwork.crm.sales.pipelines import Outcome, Word, sales  # noqa: E402
from groundwork.crm.trade import demo  # noqa: E402
from groundwork.records.models import SearchRow, Tally  # noqa: E402
from groundwork.records.tasks.asking import give  # noqa: E402
from groundwork.records.tasks.models import Task  # noqa: E402
from groundwork.records.write import creating, writing  # noqa: E402

SEED = 100  # open deals that are copied, and as many that ended
SELLERS = ("anna", "piotr", "ivan", "tomasz")


def main(size: int) -> None:
    make_deals(size)
    pages = {}
    for name, (who, ask, raw) in what_is_measured().items():
        pages[name] = one(who, ask, raw)
        print(f"{name:<16}{pages[name]}", file=sys.stderr)
    print(json.dumps({"deals": Deal.objects.filter(state=Outcome.OPEN).count(), "pages": pages}))


def what_is_measured() -> dict:
    """``{name: (who asks, ask for the page, the same rows by plain SQL)}``"""
    olga, piotr, anna = (User.objects.get(email=f"{name}@demo.example") for name in ("olga", "piotr", "anna"))
    of_all, of_head, of_seller = signed_in(olga), signed_in(piotr), signed_in(anna)
    board, listed = "/r/deal/board?f.state=open", "/r/deal/?f.state=open"
    middle = Deal.objects.filter(state=Outcome.OPEN).order_by("pk")[SEED // 2]
    created = iter(range(10**9))

    def create():
        return of_all.post("/r/deal/quick", {"name": f"New deal {next(created)}", "stage": middle.stage})

    def get(who, path):
        return who, partial(who.get, path)

    return {
        "board": (*get(of_all, board), raw_board),
        "board of head": (*get(of_head, board), raw_board),
        "board of seller": (*get(of_seller, board), raw_board),
        "lanes": (*get(of_head, f"{board}&f.owner={anna.pk}&f.owner={piotr.pk}"), raw_board),
        "list": (*get(of_all, listed), raw_list),
        "list of head": (*get(of_head, listed), raw_list),
        "record": (*get(of_all, f"/r/deal/{middle.pk}"), partial(raw_record, middle.pk)),
        "search": (*get(of_all, f"/search?q={middle.name.replace(' ', '+')}"), partial(raw_search, middle.name, Deal)),
        "create": (of_all, create, partial(raw_create, middle, created)),
        "by stage": (*get(of_all, "/r/deal/?group=stage"), partial(raw_report, "stage")),
        "by owner": (*get(of_all, "/r/deal/?group=owner"), partial(raw_report, "owner_id")),
        "forecast": (*get(of_all, "/forecast"), partial(raw_report, "stage, owner_id")),
    }


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
        end(creating(Deal(name=f"Past {place}", stage=stages[0].key, **facts), by=by), by, place)
    for first in range(1, max(size // SEED, 1), AT_ONCE):
        with transaction.atomic():
            copy(first, min(first + AT_ONCE, size // SEED))
    count_anew()


def end(deal: Deal, by: User, place: int) -> None:
    """Through all stages within the year, some days in each; every second one is won."""
    outcome = Outcome.WON if place % 2 else Outcome.LOST
    left = now() - timedelta(days=place * 3)
    through = sales().stages_of(deal.pipeline, Outcome.OPEN)[: None if place % 2 else 1 + place % 4]
    reasons = Word.objects.filter(list=Word.List.LOST).order_by("order")
    with writing(deal, by=by, act="edited") as kept:
        kept.stage = sales().stages_of(deal.pipeline, outcome)[0].key
        kept.reason = reasons[place % 4].key if outcome == Outcome.LOST else ""
        kept.closed_on = left.date()
    Stay.objects.filter(deal=deal).delete()
    for stage in reversed(through):
        entered = left - timedelta(days=1 + place % 20)
        Stay.objects.create(deal=deal, stage=stage.key, owner=by, entered_at=entered, left_at=left)
        left = entered


def copy(first: int, last: int) -> None:
    number, spread = "c.number || '-' || n.i", f"c.{{}} + n.i * {STRIDE}"
    _copy(Deal, {"number": number, "name": "c.name || ' ' || n.i"}, first=first, last=last)
    _copy(Task, {"number": number, "about_id": spread.format("about_id")}, first=first, last=last)
    _copy(Stay, {"deal_id": spread.format("deal_id")}, first=first, last=last)
    words = {"title": "c.title || ' ' || n.i", "object_id": spread.format("object_id")}
    _copy(SearchRow, words, first=first, last=last, types=["deal"])


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


def raw_record(pk):
    rows(
        "SELECT d.*, u.name, p.name, c.name FROM sales_deal d LEFT JOIN access_user u ON u.id = d.owner_id "
        "LEFT JOIN access_department p ON p.id = d.department_id "
        "LEFT JOIN customers_company c ON c.id = d.company_id WHERE d.id = %s",
        [pk],
    )
    raw_timeline("deal", pk)


def raw_create(like, numbers):
    turn = next(numbers)
    facts = {"pipeline": like.pipeline, "stage": like.stage, "state": like.state, "opened_on": TODAY}
    raw_rows(Deal(name=f"Raw {turn}", number=f"RAW-{turn}", sort_key="raw", owner_id=like.owner_id, **facts))


def raw_report(by):
    """Counts and sums of the deals, not from any kept sum."""
    rows(
        f"SELECT {by}, currency, COUNT(*), SUM(amount_minor) FROM sales_deal "  # noqa: S608 - our own names
        f"WHERE archived_at IS NULL GROUP BY {by}, currency"
    )


def raw_list():
    return rows(
        "SELECT id, name, stage, amount_minor, expected_on, owner_id, updated_at FROM sales_deal "
        "WHERE archived_at IS NULL AND state = 'open' ORDER BY updated_at DESC, id DESC LIMIT 51"
    )


def raw_board():
    """Its sums from the deals themselves, as who keeps none must do."""
    raw_report("stage")
    for stage in sales().stages_of(sales().first_pipeline, Outcome.OPEN):
        rows(
            "SELECT id, name, stage, amount_minor, expected_on, owner_id, updated_at FROM sales_deal "
            "WHERE archived_at IS NULL AND state = 'open' AND stage = %s ORDER BY updated_at DESC, id DESC LIMIT 21",
            [stage.key],
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
