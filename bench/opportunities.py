"""A hardware seller's deals in four CSV files, of the shape of the public set crm-sales-opportunities, brought in by
the product's own import: ``python -m bench.opportunities 8800`` inside an environment of ``bench.run.database``."""

import csv
import json
import random
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

GOODS = {"GTX Basic": 550, "GTX Pro": 4821, "MG Special": 55, "MG Advanced": 3393, "GTX Plus Pro": 5482,
         "GTX Plus Basic": 1096, "GTK 500": 26768}  # fmt: skip
STAGES = {"Prospecting": ("open", 6), "Engaging": ("open", 18), "Won": ("won", 48), "Lost": ("lost", 28)}
OFFICES = {"Central": 2, "East": 2, "West": 2}  # and how many teams each has
FIRST = date(2016, 10, 20)


def write_opportunities(folder: Path, deals: int, seed: int = 1) -> Path:
    """accounts, products, sales_teams and sales_pipeline: a company for a hundred deals, every twelfth a subsidiary, an
    agent for 250, a sixth of the deals without a company, one product written otherwise than in its own file."""
    rnd = random.Random(seed)  # noqa: S311 - repeatable on purpose
    companies = [f"Account {place}" for place in range(max(12, deals // 100))]
    teams = [(f"{office} team {team}", office) for office, count in OFFICES.items() for team in range(count)]
    agents = [(f"Agent {place}", *teams[place % len(teams)]) for place in range(max(12, deals // 250))]
    accounts = [
        (name, "retail", 1990 + place % 30, round(rnd.uniform(5, 9000), 2), rnd.randint(10, 30_000), "United States",
         companies[place // 12] if place % 12 == 11 else "")
        for place, name in enumerate(companies)
    ]  # fmt: skip
    tables = {
        "accounts": ("account sector year_established revenue employees office_location subsidiary_of", accounts),
        "products": ("product series sales_price", [(name, name[:3], price) for name, price in GOODS.items()]),
        "sales_teams": ("sales_agent manager regional_office", agents),
        "sales_pipeline": (
            "opportunity_id sales_agent product account deal_stage engage_date close_date close_value",
            [_deal(rnd, place, agents, companies) for place in range(deals)],
        ),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header.split(), *rows])
    return folder


def _deal(rnd: random.Random, place: int, agents: list, companies: list) -> tuple:
    stage = rnd.choices(list(STAGES), [share for _outcome, share in STAGES.values()])[0]
    product = rnd.choice(list(GOODS))
    begun = FIRST + timedelta(days=rnd.randint(0, 430))
    is_over = STAGES[stage][0] != "open"
    return (
        f"OP{place:07}", rnd.choice(agents)[0], product.replace("GTX Pro", "GTXPro"),
        rnd.choice(companies) if is_over or rnd.random() < 0.32 else "", stage,
        begun if stage != "Prospecting" else "", begun + timedelta(days=rnd.randint(1, 130)) if is_over else "",
        "" if not is_over else 0 if stage == "Lost" else round(GOODS[product] * rnd.uniform(0.8, 1.2)),
    )  # fmt: skip


def main(deals: int) -> None:
    import django

    django.setup()
    _make_firm()
    with TemporaryDirectory() as place:
        folder = write_opportunities(Path(place), deals)
        with (folder / "sales_teams.csv").open(newline="", encoding="utf-8") as file:
            _make_agents(list(csv.DictReader(file)))
        _bring(folder / "accounts.csv", "company")  # a subsidiary finds its parent the second time
        seconds = {name: _bring(folder / f"{name}.csv", what) for name, what in FILES.items()}
    from groundwork.crm.sales.models import Deal

    kept, took = Deal.objects.count(), seconds["sales_pipeline"]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"deals": kept, "asked": deals, "seconds": took, "a_minute": kept / took * 60,
                      "files": seconds, "megabytes": megabytes}))  # fmt: skip


FILES = {"accounts": "company", "products": "product", "sales_pipeline": "deal"}


def _make_firm() -> None:
    from django.core.management import call_command

    from groundwork.access.models import Role, User
    from groundwork.access.presets import make_roles
    from groundwork.blueprint.elements import register_declared
    from groundwork.blueprint.models import Firm
    from groundwork.crm.sales.models import Pipeline, Stage
    from groundwork.records.types import types

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    register_declared()
    make_roles([kind.granted for kind in types])
    Firm.objects.create(pk=1, name="Bench", country="US", currency="USD")
    User.objects.create_user("admin@bench.example", "bench " * 3).roles.add(Role.objects.get(key="administrator"))
    pipeline = Pipeline.objects.create(name="Hardware")
    for place, (name, (outcome, _share)) in enumerate(STAGES.items()):
        Stage.objects.create(pipeline=pipeline, name=name, order=place, outcome=outcome)


def _make_agents(rows: list[dict[str, str]]) -> None:
    from groundwork.access.models import Department, User

    departments: dict[str, Department] = {}
    for row in rows:
        for name, above in ((row["regional_office"], None), (row["manager"], row["regional_office"])):
            if name not in departments:
                departments[name] = Department.objects.create(name=name, parent=departments.get(above or ""))
        name = row["sales_agent"]
        User.objects.create(
            email=f"{name.replace(' ', '.')}@bench.example", name=name, department=departments[row["manager"]]
        )


def _bring(path: Path, what: str) -> float:
    """Seconds of one file, tried and loaded; the product that is written otherwise is decided upon once."""
    from groundwork.access.models import User
    from groundwork.records.imports import engine

    begin, by = time.perf_counter(), User.objects.get(email="admin@bench.example")
    decided = {"product": {"GTXPro": {"do": "use", "to": "GTX Pro"}}} if what == "deal" else {}
    job = engine.new_job(f"records:{what}", path, path.name, requester=by, decisions=decided)
    engine.do_now("load", engine.do_now("check", job, by), by)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(int(sys.argv[1]))
