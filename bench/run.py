"""``make bench``: how fast the pages are, as multiples of raw SQL and of a bare page measured in the same run.

    python -m bench [--small 1000] [--large 100000] [--lines 200000] [--report 5000000]
                    [--deals 8800] [--board 100000] [--agreed 2000] [--only sqlite|postgresql] [--json FILE]

Two firms are made, one with --small companies and invoices and one with --large, on SQLite and, where DATABASE_URL
names a PostgreSQL server, on PostgreSQL as well (in databases of its own, dropped afterwards). Each page is asked for
through Django's test client with all middlewares. Beside it stand the same rows fetched by plain SQL on the same
connection, and an empty page of the same bytes through the same middlewares. No time is asserted: machines differ,
ratios less. The promises are of --small 10000 --large 1000000, which wants an idle machine and an hour.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent


FEW_AGREED = 50  # on the map that the large one is compared with
FEW_DEALS = 100  # on the board that the large one is compared with
AT_MOST = {  # times the plain SQL of the same rows on PostgreSQL: a third to a twentieth of the fastest peer
    "list": 11.5, "board": 0.36, "record": 49, "search": 18, "create": 3.7, "by stage": 0.16, "by owner": 0.16,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description="Speed as multiples of raw SQL in the same run.")
    parser.add_argument("--small", type=int, default=1_000, help="companies and invoices of the small firm")
    parser.add_argument("--large", type=int, default=100_000, help="of the large one")
    parser.add_argument("--lines", type=int, default=200_000, help="lines of the file to import; 0: none")
    parser.add_argument("--report", type=int, default=500_000, help="invoice lines under the view from above; 0: none")
    parser.add_argument("--deals", type=int, default=8_800, help="deals of the four files to import; 0: none")
    parser.add_argument("--board", type=int, default=100_000, help="open deals on the large board; 0: none")
    parser.add_argument("--agreed", type=int, default=2_000, help="requirements on the map; 0: none")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    args = parser.parse_args()
    servers = ["sqlite"]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        servers.append("postgresql")
    figures: dict = {}
    for server in servers:
        if args.only in (None, server):
            figures[server] = measured(server, args)
            show(server, figures[server])
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=1))


def measured(server: str, args) -> dict:
    result = {}
    for name, size in (("small", args.small), ("large", args.large)):
        with database(server, name) as environment:
            say(f"{server}: a firm of {size:,} companies and invoices")
            result[name] = child(environment, "bench.measure", str(size))
    if args.lines:
        with database(server, "import") as environment, tempfile.TemporaryDirectory() as folder:
            say(f"{server}: importing {args.lines:,} lines")
            path = write_lines(Path(folder) / "lines.csv", args.lines)
            result["import"] = child(environment, "bench.importing", str(path), str(args.lines))
    if args.deals:
        with database(server, "deals") as environment:
            say(f"{server}: importing {args.deals:,} deals")
            result["deals"] = child(environment, "bench.opportunities", str(args.deals))
    if args.board:
        for name, size in (("few", FEW_DEALS), ("many", args.board)):
            with database(server, f"board_{name}") as environment:
                say(f"{server}: a board of {size:,} open deals")
                result.setdefault("board", {})[name] = child(environment, "bench.boards", str(size))
    if args.agreed:
        for name, size in (("few", FEW_AGREED), ("many", args.agreed)):
            with database(server, f"chain_{name}") as environment:
                say(f"{server}: {size:,} things agreed")
                result.setdefault("chain", {})[name] = child(environment, "bench.chain", str(size))
    if args.report:
        with database(server, "report") as environment:
            say(f"{server}: {args.report:,} lines seen from above")
            result["report"] = child(environment, "bench.rollups", str(args.report))
    return result


@contextmanager
def database(server: str, name: str):
    """The environment of a process that works on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as home:
        environment = os.environ | {
            "GROUNDWORK_HOME": home,
            "GROUNDWORK_PLAIN_HTTP": "1",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }
        environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment.pop("GROUNDWORK_DEBUG", None)
        if server == "sqlite":
            environment["DATABASE_URL"] = f"sqlite:///{home}/bench.db"
            yield environment
            return
        import psycopg

        url = os.environ["DATABASE_URL"]
        own = f"groundwork_bench_{name}_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{own}"')
            try:
                environment["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{own}"))
                yield environment
            finally:
                connection.execute(f'DROP DATABASE "{own}" WITH (FORCE)')


def child(environment: dict, module: str, *words: str) -> dict:
    """What the module printed last: its figures as JSON."""
    done = subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *words],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    last = done.stdout.strip().rpartition("\n")[2]
    if done.returncode or not last.startswith("{"):
        sys.exit(f"{module} ended with {done.returncode}: {last}")
    return json.loads(last)


def write_lines(path: Path, count: int) -> Path:
    """A file like those of online shops: a line a product sold, several a document, some customers unknown."""
    rnd, written, number, at = random.Random(1), 0, 536000, datetime(2010, 12, 1, 8)  # noqa: S311
    goods = [(f"{10000 + place}", f"ALMOND BOX No {place}", rnd.randint(30, 2500) / 100) for place in range(3000)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
        )
        while written < count:
            number, at = number + 1, at + timedelta(minutes=7)
            customer = f"{rnd.randint(12000, 16500)}.0" if rnd.random() < 0.85 else ""
            back = rnd.random() < 0.02
            for _place in range(min(rnd.randint(1, 45), count - written)):
                code, words, price = rnd.choice(goods)
                quantity = rnd.choice((1, 2, 6, 12, 24)) * (-1 if back else 1)
                writer.writerow(
                    [
                        f"{'C' if back else ''}{number}",
                        code,
                        words,
                        quantity,
                        at.strftime("%Y-%m-%d %H:%M:%S"),
                        f"{price:.2f}",
                        customer,
                        "United Kingdom",
                    ]
                )
                written += 1
    return path


def grown(small: dict, large: dict) -> float:
    return (large["page"] / large["bare"]) / (small["page"] / small["bare"])


def show(server: str, figures: dict) -> None:
    small, large = figures["small"]["pages"], figures["large"]["pages"]
    print(
        f"\n{server}: p50 in ms (SQLite: of the processor); x = page / (raw SQL + bare page); growth = large / small, "
        "each in bare pages of its own time: others may use the machine"
    )
    print(
        f"{'page':<15}{'queries':>8}{'small':>9}{'large':>9}{'growth':>8}{'raw':>9}{'bare':>7}{'x':>7}{'page/raw':>10}"
    )
    for name, at in large.items():
        before = small[name]
        print(
            f"{name:<15}{at['queries']:>8}{before['page']:>9.1f}{at['page']:>9.1f}{grown(before, at):>8.2f}"
            f"{at['raw']:>9.2f}{at['bare']:>7.2f}{at['page'] / (at['raw'] + at['bare']):>7.1f}"
            f"{at['page'] / at['raw']:>10.1f}"
        )
    if done := figures.get("board"):
        show_board(done)
    if done := figures.get("chain"):
        show_chain(done)
    if done := figures.get("report"):
        show_report(done)
    if done := figures.get("deals"):
        print(
            f"deals: {done['deals']:,} in {done['seconds']:.1f} s = {done['a_minute']:,.0f} a minute, "
            f"at most {done['megabytes']:.0f} MB"
        )
    if done := figures.get("import"):
        if "refused" in done:
            print(f"import: not measured: {done['refused']}")
        else:
            print(
                f"import: {done['lines']:,} lines in {done['seconds']:.1f} s = {done['a_minute']:,.0f} a minute, "
                f"at most {done['megabytes']:.0f} MB"
            )


def show_board(done: dict) -> None:
    """The promises: a board of 100,000 open deals costs what one of 100 costs; and the multiples of plain SQL."""
    few, many = done["few"], done["many"]
    print(f"{few['deals']:,} -> {many['deals']:,} open deals (queries; ms; growth; large / plain SQL):")
    for name, at in many["pages"].items():
        before = few["pages"][name]
        print(
            f"  {name:<16}{before['queries']:>4} -> {at['queries']:<4}{before['page']:>8.1f} -> {at['page']:<8.1f}"
            f"{grown(before, at):>6.2f}{at['page'] / at['raw']:>8.2f}"
            f"{f' (at most {AT_MOST[name]})' if name in AT_MOST else ''}"
        )


def show_chain(done: dict) -> None:
    """The promise: the levels of 2,000 requirements take under 200 ms."""
    few, many = done["few"], done["many"]
    print(f"{few['requirements']:,} -> {many['requirements']:,} requirements (queries; ms; large / plain SQL):")
    for name, at in many["pages"].items():
        before = few["pages"][name]
        print(
            f"  {name:<16}{before['queries']:>4} -> {at['queries']:<4}{before['page']:>8.1f} -> {at['page']:<8.1f}"
            f"{at['page'] / at['raw']:>8.2f}"
        )


def show_report(done: dict) -> None:
    """The view from above over many lines, in ms; the promise is under a second over 5,000,000."""
    above = ", ".join(f"{period} {found['cpu_ms']}" for period, found in done["above"].items())
    new, changed = (done[f"after a {what} invoice"]["cpu_ms"] for what in ("new", "changed"))
    print(
        f"from above over {done['lines']:,} lines, of our processor: {above} ms; after a new invoice {new} ms, "
        f"a changed one {changed} ms (waited {done['above']['all']['ms']} ms for all days); "
        f"{'equal to' if done['equal'] else 'NOT'} the raw sums ({done['seconds_of_raw']} s); "
        f"a month is summed in at most {done['longest_month']} s; at most {done['megabytes']} MB"
    )


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr)


if __name__ == "__main__":
    main()
