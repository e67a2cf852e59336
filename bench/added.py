"""Lists filtered and sorted by fields that the firm added, at two sizes: the time must not grow with the rows.

    GROUNDWORK_HOME=$(mktemp -d) DJANGO_SETTINGS_MODULE=bench.settings python -m bench.added 10000 1000000

Records of a made type are made by SQL, past the write path: only here. Prints its figures as JSON, in milliseconds.
"""

import json
import statistics
import sys
import time

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402

from groundwork.access.models import User  # noqa: E402
from groundwork.access.testing import make_cast  # noqa: E402
from groundwork.records.added import indexes  # noqa: E402
from groundwork.records.added.fields import make_field  # noqa: E402
from groundwork.records.added.made import make_type  # noqa: E402
from groundwork.records.lists.listing import Listing  # noqa: E402
from groundwork.records.types import types  # noqa: E402

TIMES = 30
WHY = "To be measured."
COLUMNS = "id, type, name, number, sort_key, version, owner_id, created_at, updated_at, extra"
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i < %s) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series(%s, %s)) ",
}
EXTRA = {
    "sqlite": "json_object('{day}', date('2000-01-01', (i * 7919 %% 9000) || ' days'), '{worth}', i * 7919 %% 1000003, "
    "'{state}', 'c' || (1 + i %% 500), '{tags}', "
    "json(CASE i %% 2 WHEN 0 THEN json_array('c' || (1 + i %% 499), 'c500') "
    "ELSE json_array('c' || (1 + i %% 499)) END))",
    "postgresql": "json_build_object('{day}', (date '2000-01-01' + (i::bigint * 7919 %% 9000)::int)::text, '{worth}', "
    "i::bigint * 7919 %% 1000003, '{state}', 'c' || (1 + i %% 500), '{tags}', "
    "CASE i %% 2 WHEN 0 THEN json_build_array('c' || (1 + i %% 499), 'c500') "
    "ELSE json_build_array('c' || (1 + i %% 499)) END)",
}
HELD = (  # c500 is held by every second one beside its own
    "SELECT '{type}', '{tags}', i, 'c' || (1 + i %% 499), 'sample ' || i FROM n "
    "UNION ALL SELECT '{type}', '{tags}', i, 'c500', 'sample ' || i FROM n WHERE i %% 2 = 0"
)


def main(sizes: list[int]) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    cast = make_cast()
    facts = {"by": cast.adam, "reason": WHY}
    made = make_type(one="Sample", many="Samples", prefix="SR", **facts)
    marks = {"filterable": True, "in_list": True, **facts}
    day = make_field(made.key, kind="date", label="Day", **marks)
    worth = make_field(made.key, kind="money", label="Worth", **marks)
    state = make_field(made.key, kind="choice", label="State", choices=[f"S{number}" for number in range(500)], **marks)
    tags = make_field(made.key, kind="choices", label="Tags", choices=[f"T{number}" for number in range(500)], **marks)
    indexes.keep_up()
    asked = {
        "filter by choice": f"f.{state.key}=c7",
        "filter by any of several": f"f.{tags.key}=c7",
        "filter by a value that half of them hold": f"f.{tags.key}=c500",
        "filter by none of several": f"f.{tags.key}.not=c7",
        "filter by day": f"f.{day.key}.from=2010-01-01&f.{day.key}.to=2010-01-01",
        "sort by day": f"sort={day.key}",
        "sort by amount, descending": f"sort=-{worth.key}",
    }
    found: dict[str, list[float]] = {name: [] for name in asked}
    held = 0
    for size in sizes:
        fill(
            made.key,
            cast.adam.pk,
            held + 1,
            size,
            {"day": day.key, "worth": worth.key, "state": state.key, "tags": tags.key},
        )
        held = size
        for name, query in asked.items():
            found[name].append(milliseconds(made.key, query))
    ratio = {name: round(times[-1] / times[0], 2) for name, times in found.items()}
    print(json.dumps({"database": connection.vendor, "sizes": sizes, "milliseconds": found, "ratio": ratio}, indent=1))


def fill(key: str, owner: int, first: int, last: int, keys: dict[str, str]) -> None:
    vendor = connection.vendor
    extra, moment = EXTRA[vendor].format(**keys), "CURRENT_TIMESTAMP"
    values = f"i, '{key}', 'Sample ' || i, 'SR-' || i, 'sample ' || i, 1, {owner}, {moment}, {moment}, {extra}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO records_made ({COLUMNS}) {NUMBERS[vendor]} SELECT {values} FROM n",  # noqa: S608 - own words
            [first, last],
        )
        held = HELD.format(type=key, tags=keys["tags"])
        cursor.execute(
            f"INSERT INTO records_heldvalue (type, field, object_id, value, sort_key) {NUMBERS[vendor]} {held}",  # noqa: S608
            [first, last],
        )
        cursor.execute("ANALYZE")


def milliseconds(key: str, query: str) -> float:
    """The middle of several: the rows of one page, read as a person's list reads them."""
    user, taken = User.objects.get(name="Adam"), []
    for _time in range(TIMES):
        began = time.perf_counter()
        assert Listing(types[key], user, QueryDict(query)).page
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken), 2)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 1_000_000])
