"""Any list leaves as a file, with its filter and the rights of whoever asks, and comes back as it left."""

import csv
import io
import json
import tracemalloc
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from groundwork.access.models import FieldGrant, Grant, Reach
from groundwork.records.imports.testing import counts, imported, public_data, wrong
from groundwork.records.lists import exports
from groundwork.records.lists.listing import Listing
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.write import creating, writing_many

TYPED = sorted(kind.key for kind in types.all_built_in if kind.typed)


def listing(kind, user, query=""):
    return Listing(types[kind], user, QueryDict(query))


def written(path, kind, user, form, query=""):
    rows = exports.table_of(listing(kind, user, query))
    path.write_bytes(b"".join(exports.as_csv(rows)) if form == "csv" else exports.as_xlsx(rows).read())
    return path


def download(client, kind, form="csv", query=""):
    return client.get(reverse(f"records:export_{form}", args=[kind]) + query)


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def make(type_key, by, **values):
    return creating(types[type_key].model(**values), by=by)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", TYPED)
def test_the_list_of_any_type_comes_back_and_changes_nothing(cast, tmp_path, kind, form):
    for word in ("Sample", "=1+1", 'Ёлка; «x», "y"'):
        honest = {name: "a@b.example" for name in types[kind].fields if types[kind].field(name).kind == "email"}
        honest |= {name: "https://b.example" for name in types[kind].fields if types[kind].field(name).kind == "url"}
        honest |= {"unit": "kg"} if "unit" in types[kind].fields else {}
        make_record(types[kind], owner=cast.olga, word=word, **honest)

    job = imported(written(tmp_path / f"list.{form}", kind, cast.olga, form), f"records:{kind}", by=cast.olga)

    assert (wrong(job), counts(job)) == ([], (0, 0, types[kind].model.objects.count()))


nasty = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t"), min_size=1, max_size=30
) | st.from_regex(r"'{0,2}[=+\-@][\d(),. '=]{1,8}", fullmatch=True)


@pytest.mark.on_sqlite("files are the same")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@tried(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(nasty.map(str.strip).filter(bool), min_size=1, max_size=6))
def test_nasty_texts_come_back_sign_by_sign(cast, tmp_path, form, names):
    for name in names:
        make("company", cast.olga, name=name, city=name[::-1].strip())

    job = imported(written(tmp_path / f"list.{form}", "company", cast.olga, form), "records:company", by=cast.olga)

    assert (wrong(job), counts(job)[:2]) == ([], (0, 0))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_naughty_strings_come_in_go_out_and_change_nothing(cast, tmp_path, form):
    strings = json.loads((public_data("naughty-strings") / "blns.json").read_text())
    strings = [text for text in strings if text.strip()]
    path = tmp_path / "in.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows([["name"], *([text] for text in strings)])

    job = imported(path, "records:company", by=cast.olga)
    kept = set(types["company"].model.objects.values_list("name", flat=True))
    again = imported(written(tmp_path / f"list.{form}", "company", cast.olga, form), "records:company", by=cast.olga)

    refused = {reason for _line, _column, reason in wrong(job)}
    taken = {" ".join(text.strip().split("\n")) for text in strings}
    assert kept <= taken
    assert refused <= {"longer than 200 signs", "an invisible control sign, which no text has"}
    assert len(taken) - len(kept) <= job.rejected
    assert (again.changes, counts(again)[:2], wrong(again)) == ({}, (0, 0), [])


def test_only_what_the_filter_shows_leaves(cast, as_user):
    make("company", cast.olga, name="Tortola", kind="supplier")
    make("company", cast.olga, name="Virgin")

    rows = rows_of(download(as_user(cast.olga), "company", query="?f.kind=supplier"))

    assert [row[1] for row in rows[1:]] == ["Tortola"]


def test_one_takes_out_what_one_sees_and_may_take_out(cast, as_user):
    role = cast.ivan.roles.get()
    Grant.objects.update_or_create(role=role, type="company", verb="view", defaults={"reach": Reach.ALL})
    Grant.objects.update_or_create(role=role, type="company", verb="export", defaults={"reach": Reach.OWN})
    make("company", cast.anna, name="Tortola")
    make("company", cast.ivan, name="Virgin")

    client = as_user(type(cast.ivan).objects.get(pk=cast.ivan.pk))
    assert [row[1] for row in rows_of(download(client, "company"))[1:]] == ["Virgin"]

    Grant.objects.filter(role=role, type="company", verb="export").delete()
    assert download(as_user(type(cast.ivan).objects.get(pk=cast.ivan.pk)), "company").status_code == 403


def test_a_hidden_field_and_the_name_of_a_hidden_record_stay(cast, as_user):
    for role in cast.ivan.roles.all():
        Grant.objects.update_or_create(role=role, type="contact", verb="export", defaults={"reach": Reach.ALL})
        Grant.objects.update_or_create(role=role, type="contact", verb="view", defaults={"reach": Reach.ALL})
        FieldGrant.objects.create(role=role, type="contact", field="phone", mode=FieldGrant.Mode.HIDDEN)
    tortola = make("company", cast.anna, name="Tortola")
    make("contact", cast.anna, name="Jan", company=tortola, phone="4711")

    text = download(as_user(type(cast.ivan).objects.get(pk=cast.ivan.pk)), "contact").getvalue().decode()

    assert "Jan" in text
    assert not any(word in text for word in ("Tortola", tortola.number, "4711", "phone"))


def test_a_cell_that_would_start_a_formula_leaves_as_text_and_a_phone_as_it_is(cast, as_user):
    make("company", cast.olga, name="=HYPERLINK(1)", phone="+7 (495) 123-45-67")

    row = rows_of(download(as_user(cast.olga), "company"))[1]

    assert "'=HYPERLINK(1)" in row
    assert "+7 (495) 123-45-67" in row


def test_a_text_that_a_workbook_would_cut_is_refused_and_leaves_as_csv():
    from groundwork.core.refusals import Refusal

    rows = [["name"], ["x" * 40_000]]

    with pytest.raises(Refusal, match="take the list out as CSV"):
        exports.as_xlsx(rows)
    assert sum(map(len, exports.as_csv(rows))) > 40_000


def read_back(rows, path, name="") -> list[list]:
    path.write_bytes(exports.as_xlsx(rows, name).read())
    (sheet,) = CalamineWorkbook.from_path(path).sheet_names
    return [sheet, *CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()]


def test_in_a_workbook_numbers_can_be_added_up_and_days_be_sorted(tmp_path):
    rows = [["name", "sum", "pieces", "due", "seen"],
            ["0049", Decimal("1234.50"), 3, date(2026, 11, 23), datetime(2026, 11, 23, 16, 52)]]  # fmt: skip

    sheet, _header, row = read_back(rows, tmp_path / "a.xlsx", "Deals: won/lost [2026]")

    assert sheet == "Deals  won lost  2026"
    assert row == ["0049", 1234.5, 3, date(2026, 11, 23), datetime(2026, 11, 23, 16, 52)]


def test_a_number_or_a_day_that_a_workbook_would_change_stays_a_text(tmp_path):
    long, early = Decimal("123456789012345.678"), date(1899, 12, 31)

    assert read_back([["a", "b"], [long, early]], tmp_path / "a.xlsx")[2] == [str(long), "1899-12-31"]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_a_number_comes_back_from_a_workbook_as_it_left(number):
    with NamedTemporaryFile(suffix=".xlsx") as kept:
        (cell,) = read_back([["a"], [number]], Path(kept.name))[2]

    assert (Decimal(format(cell, ".15g")) if isinstance(cell, float) else Decimal(cell)) == number


@pytest.mark.parametrize("rows", [3, 30])
def test_a_list_leaves_in_as_many_queries_for_thirty_rows_as_for_three(cast, django_assert_num_queries, rows):
    for number in range(rows):
        make("contact", cast.olga, name=f"C{number}", company=make("company", cast.olga, name=f"F{number}"))
    made = listing("contact", cast.olga)
    assert made.scope.all

    with django_assert_num_queries(6):  # records, companies twice, people, departments, and no more records
        list(exports.table_of(made))


@pytest.mark.soak
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_two_hundred_thousand_rows_leave_in_bounded_memory(cast, form):
    from groundwork.records.write import acting

    model = types["company"].model
    with acting(cast.olga, "imported", channel="import"):
        for begin in range(0, 200_000, 5000):
            writing_many(created=[model(name=f"Company {n}", owner=cast.olga) for n in range(begin, begin + 5000)])

    tracemalloc.start()
    rows = exports.table_of(listing("company", cast.olga))
    size = sum(map(len, exports.as_csv(rows))) if form == "csv" else len(exports.as_xlsx(rows).read())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert size > 5_000_000
    assert peak < 60_000_000
