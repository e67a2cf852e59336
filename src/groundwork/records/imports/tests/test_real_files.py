"""Files as they are found: every one is read cell by cell or refused in a sentence, and none is changed in silence."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from groundwork.core.refusals import Refusal
from groundwork.core.spreadsheet import unguarded
from groundwork.records.imports.formats import Format, decimal_of
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.readers import Opened, Reading, open_source, sources
from groundwork.records.imports.testing import imported, public_data, wrong
from groundwork.records.types import types

ODD = {  # {name: (bytes, rows of cells that a correct reader gives, the header first)}
    "quotes": (b'a,b\n"x ""y"" z","1,5"\n', [["a", "b"], ['x "y" z', "1,5"]]),
    "lines in a cell": (b'a,b\r\n"one\r\ntwo",2\r\n', [["a", "b"], ["one\r\ntwo", "2"]]),
    "blank rows": (b"a;b\n\n;\n1;2\n\n", [["a", "b"], ["1", "2"]]),
    "short row": (b"a,b,c\n1,2\n", [["a", "b", "c"], ["1", "2"]]),
    "no line end": (b"a\tb\n1\t2", [["a", "b"], ["1", "2"]]),
    "a mark at the start": (b"\xef\xbb\xbfa|b\n1|2\n", [["a", "b"], ["1", "2"]]),
    "told separator": (b'sep=;\r\n"a,x";b\r\n1;2\r\n', [["a,x", "b"], ["1", "2"]]),
    "a title above": ("Прайс-лист\n\nа;б\n1;2\n".encode("cp1251"), [["а", "б"], ["1", "2"]]),
    "DOS letters": ("название;город\nЁлка;Тверь\n".encode("cp866"), [["название", "город"], ["Ёлка", "Тверь"]]),
    "leading zeros": (b"id\n001\n0\n", [["id"], ["001"], ["0"]]),
}  # fmt: skip


def read(path: Path, **how) -> tuple[Opened, list[list[str]]]:
    opened = open_source(sources(path)[0], Reading(**how))
    return opened, [cells for _line, cells in opened.rows]


@pytest.mark.parametrize(("content", "expected"), ODD.values(), ids=ODD)
def test_an_odd_file_is_read_cell_by_cell(tmp_path, content, expected):
    (tmp_path / "a.csv").write_bytes(content)

    opened, rows = read(tmp_path / "a.csv")

    assert [opened.header, *rows] == expected


def test_the_tables_of_csv_spectrum_are_read_cell_by_cell():
    checked = 0
    for path in sorted((public_data("csv-torture") / "csv-spectrum").glob("*.csv")):
        opened, rows = read(path)
        found = [dict(zip(opened.header, [unguarded(cell) for cell in cells], strict=False)) for cells in rows]
        expected = json.loads(path.with_suffix(".json").read_text(errors="replace"))
        if isinstance(expected, dict):  # location_coordinates: its JSON tells of another row than the table has
            continue
        if b"\r\n" not in path.read_bytes():  # the copy lost them
            expected = [{key: value.replace("\r\n", "\n") for key, value in row.items()} for row in expected]
        assert found == [{" ".join(key.split()): value for key, value in row.items()} for row in expected], path.name
        checked += 1
    assert checked == 11


def test_the_tables_of_frictionless_are_read_or_refused_and_lose_no_row():
    folder = public_data("csv-torture")
    expected, read_ones = json.loads((folder / "expected.json").read_text()), 0
    for path in sorted((folder / "frictionless").glob("*.csv")):
        told = expected[f"frictionless/{path.name}"]
        opened, rows = read(path)
        content = path.read_bytes().decode(opened.about["encoding"]).lstrip("\ufeff")
        plain = [row for row in csv.reader(content.splitlines(True), delimiter=opened.about["separator"]) if any(row)]
        assert [[unguarded(cell) for cell in row] for row in plain[len(opened.about["above"]) + 1 :]] == rows, path.name
        if told["distinct_row_widths"] == 1 and told["columns_first_row"] > 1:
            assert opened.about["separator"] == told["delimiter_with_most_columns"], path.name
            assert {len(cells) for cells in rows} <= {len(opened.header)}, path.name
        read_ones += 1
    assert read_ones > 50


def test_every_table_of_frictionless_is_tried_as_companies_without_a_crash(cast):
    for path in sorted((public_data("csv-torture") / "frictionless").glob("*.csv")):
        try:
            job = imported(path, "records:company", by=cast.olga, dry_run=True)
        except Refusal:
            continue
        assert job.state == "checked"
    assert not types["company"].model.objects.exists()


@pytest.mark.parametrize(
    ("name", "encoding", "column", "rows", "total", "letters"),
    [
        ("offers-windows-1251.csv", "windows-1251", "Цена", 5, "7104", "ботфорты"),
        ("faktury-windows-1250.csv", "windows-1250", "Wartość netto", 30, "114856.61", "ść"),
    ],
)
def test_old_russian_and_polish_tables_keep_letters_and_sums(name, encoding, column, rows, total, letters):
    opened, found = read(public_data("csv-ru-pl-old-encodings") / name)
    place = opened.header.index(column)
    cells = [row[place] for row in found]

    assert (opened.about["encoding"], opened.about["separator"], len(found)) == (encoding, ";", rows)
    assert decimal_of(cells) in (",", "")
    assert sum(Format(decimal=",", sure=True).number(cell) for cell in cells) == Decimal(total)
    assert letters in " ".join([*opened.header, *(cell for row in found for cell in row)])


def test_the_workbooks_of_real_tools_are_read_or_refused():
    folder = public_data("xlsx-real-tools")
    expected = json.loads((folder / "expected.json").read_text())
    refused, counted = [], 0
    for path in sorted([*folder.glob("*/*.xlsx"), *folder.glob("*/*.xlsm")]):
        try:
            opened, rows = read(path)
        except Refusal:
            refused.append(path.name)
            continue
        told = expected[f"{path.parent.name}/{path.name}"]
        sheet = next((one for one in told.get("sheets", []) if one["name"] == opened.about["sheet"]), None)
        if sheet and not opened.about["above"]:
            filled = sum(map(bool, opened.header)) + sum(bool(cell) for row in rows for cell in row)
            assert abs(filled - sheet["non_empty_cells"]) <= NOT_COUNTED_ALIKE.get(path.name, 0), path.name
            counted += 1
    assert refused == ["issue252.xlsx", "pass_protected.xlsx"]
    assert counted > 30


# cells of white space only, of errors (#N/A, #VALUE!) and of pictures hold no value for us
NOT_COUNTED_ALIKE = {
    "encoded_entities.xlsx": 1,
    "issue446.xlsx": 3,
    "picture_richdata.xlsx": 1,
    "whitespace_trim.xlsx": 1,
}


def test_dates_and_float_noise_of_real_workbooks_are_what_a_person_sees():
    folder = public_data("xlsx-real-tools")

    dates = read(folder / "calamine" / "date.xlsx", header="none")[1]
    noise = read(folder / "frictionless" / "adjust-floating-point-error.xlsx")[1]

    assert dates[0][0] == "2021-01-01"
    assert not [cell for row in noise for cell in row if len(cell.partition(".")[2]) > 14]


def test_a_real_table_without_a_name_is_a_question_and_no_guess(cast):
    path = public_data("csv-torture") / "frictionless" / "floats.csv"

    with pytest.raises(Refusal, match="lacks the columns: Name"):
        imported(path, "records:company", by=cast.olga)

    job = imported(path, "records:company", by=cast.olga, map={"name": read(path)[0].header[0]}, dry_run=True)
    assert (wrong(job), layouts[job.layout](job).guessed(job.about["header"])) == ([], {"name": [0]})
