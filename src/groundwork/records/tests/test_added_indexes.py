"""Lists by an added field are as quick as by a built-in one: its index is made, used, kept and dropped."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict

from groundwork.records.added import indexes, several
from groundwork.records.added.fields import change_field, make_field
from groundwork.records.added.made import make_type
from groundwork.records.lists.listing import Listing
from groundwork.records.types import types
from groundwork.records.write import acting, writing_many

WHY = "The warehouse asked for it."
VALUES = {
    "text": lambda number: f"word {number}",
    "number": lambda number: Decimal(number) / 2,
    "money": lambda number: number * 100,
    "date": lambda number: date(2026, 1, 1 + number % 28),
    "choice": lambda number: "c1" if number % 20 == 0 else "c2",
    "user": lambda number: None,
}
FEW = {"text": "word 3", "number": "95", "money": "190", "date": "2026-01-27", "choice": "c1"}


def plan_of(rows) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for way in ("seqscan", "sort", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"ANALYZE {rows.model._meta.db_table}")  # SQLite keeps the figures of an earlier test
    return rows.explain()


@pytest.mark.parametrize("where", ["company", "made"])
@pytest.mark.parametrize("kind", VALUES)
def test_a_list_by_an_added_field_walks_its_index(cast, kind, where):
    facts = {"by": cast.adam, "reason": WHY}
    key = "company" if where == "company" else make_type(one="Sample", many="Samples", prefix="SR", **facts).key
    more = {"choices": ["A", "B"]} if kind == "choice" else {}
    row = make_field(key, kind=kind, label="Measured", filterable=True, in_list=True, **more, **facts)
    value = {"user": lambda number: (cast.olga if number % 20 else cast.anna).pk}.get(kind, VALUES[kind])
    indexes.keep_up()
    records = []
    for number in range(200):
        record = types[key].model(name=f"N{number}", owner=cast.anna)
        types[key].field(row.key).write(record, value(number))
        records.append(record)
    with acting(cast.adam, "imported", channel="import"):
        writing_many(created=records)

    query = QueryDict(mutable=True)
    query["sort"] = row.key
    listing = Listing(types[key], cast.adam, query)
    spanned = kind in ("number", "money", "date")
    typed = FEW.get(kind, str(cast.anna.pk))
    asked = f"f.{row.key}.from={typed}&f.{row.key}.to={typed}" if spanned else f"f.{row.key}={typed}"
    narrowed = Listing(types[key], cast.adam, QueryDict(asked))

    assert f"added_{row.key}" in plan_of(listing._ordered(listing.conditions())[:51])
    assert 0 < narrowed.narrowed.count() <= 20, "a planner takes our index for a few rows, and any for most"
    assert f"added_{row.key}" in plan_of(narrowed.narrowed.filter(**{f"{row.column}__isnull": False}))
    assert len(listing.table().rows) == 50
    if kind in indexes.NARROWED:
        assert f"added_{row.key}_listed" in plan_of(narrowed._ordered(narrowed.conditions())[:51])
        assert "TEMP B-TREE" not in plan_of(narrowed._ordered(narrowed.conditions())[:51]), (
            "SQLite: walked in order, not sorted"
        )


@pytest.mark.parametrize("few", [0, 1000], ids=["held by many", "held by few"])
@pytest.mark.parametrize("where", ["company", "made"])
def test_a_list_by_one_of_several_walks_the_index_of_values(cast, monkeypatch, where, few):
    monkeypatch.setattr(several, "FEW", few)
    facts = {"by": cast.adam, "reason": WHY}
    key = "company" if where == "company" else make_type(one="Sample", many="Samples", prefix="SR", **facts).key
    row = make_field(key, kind="choices", label="Buys", choices=["A", "B"], filterable=True, **facts)
    records = []
    for number in range(200):
        record = types[key].model(name=f"N{number}", owner=cast.anna)
        types[key].field(row.key).write(record, ["c2"] if number % 20 else ["c1", "c2"])
        records.append(record)
    with acting(cast.adam, "imported", channel="import"):
        writing_many(created=records)

    plans = {}
    for how in ("", ".not"):
        listing = Listing(types[key], cast.adam, QueryDict(f"f.{row.key}{how}=c1"))
        plan_of(several.held(row))  # what the planner knows of the rows
        plans[how] = (plan_of(listing._ordered(listing.conditions())[:51]), listing.totals()[0])

    indexes_of_values = ("one_held_value", "held_by_name", "COVERING INDEX sqlite_autoindex_records_heldvalue")
    assert all(any(index in plan for index in indexes_of_values) for plan, _count in plans.values())
    assert [count for _plan, count in plans.values()] == [10, 190]


def test_indexes_are_made_when_lost_and_dropped_when_nobody_sorts_by_the_field(cast):
    facts = {"by": cast.adam, "reason": WHY}
    first = make_field("company", kind="number", label="First", filterable=True, **facts)
    second = make_field("company", kind="text", label="Second", filterable=True, **facts)
    missing = indexes.what_is_missing()
    indexes.keep_up()
    made = indexes.there()

    change_field(first, filterable=False, **facts)
    second.retire(**facts)
    indexes.keep_up()

    assert f"added_{first.key}" in missing
    assert made == {f"added_{first.key}", f"added_{second.key}", f"added_{second.key}s"}
    assert indexes.there() == set()
    assert indexes.what_is_missing() == ""
