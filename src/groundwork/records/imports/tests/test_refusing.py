"""A file that cannot be taken is answered with a sentence or a wrong row, soon, and leaves nothing."""

import io
import random
import struct
import zipfile
from time import monotonic

import pytest
import xlsxwriter

from groundwork.core.refusals import Refusal
from groundwork.records.imports.models import Staged
from groundwork.records.imports.readers import Source, open_source, sources
from groundwork.records.imports.testing import firm_as_it_is, imported, write_csv, wrong
from groundwork.records.types import types

PNG, PDF, OLD = b"\x89PNG\r\n\x1a\n" + b"\0" * 90, b"%PDF-1.7\n" + b"text " * 20, b"\xd0\xcf\x11\xe0" + b"\0" * 600


def zipped(**files: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return kept.getvalue()


def lying(content: bytes, says: int) -> bytes:
    """A zip whose directory and headers say that its one member unpacks to ``says`` bytes."""
    first, central = bytearray(content), content.index(b"PK\x01\x02")
    first[22:26] = first[central + 24 : central + 28] = struct.pack("<I", says)
    return bytes(first)


def workbook(*cells: tuple[int, int, object]) -> bytes:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, column, value in cells:
        sheet.write(row, column, value)
    book.close()
    return kept.getvalue()


def sheet_with(xml: bytes) -> bytes:
    """A workbook whose sheet is written by a stranger."""
    made = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(workbook((0, 0, "name"))))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return made.getvalue()


def sparse() -> bytes:
    """Two cells at the far corners: 17 thousand million cells between them."""
    cell = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>name</t></is></c></row>'
    rows = cell.format(1, "A") + cell.format(1048576, "XFD")
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return sheet_with(
        f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


BAD = {
    "a picture": ("companies.csv", PNG, "not a table"),
    "a PDF": ("companies.csv", PDF, "not a table"),
    "an old workbook": ("companies.xlsx", OLD, "old Excel file"),
    "an empty file": ("companies.csv", b"", "is empty"),
    "only newlines": ("companies.csv", b"\n\n\n", "no header row"),
    "no column of ours": ("companies.csv", b"colour,size\nred,3\n", "lacks the columns: Name. It has: colour, size"),
    "a zip without a table": ("companies.zip", zipped(note__txt=b"hello"), "holds no CSV or XLSX table"),
    "an empty zip": ("companies.zip", zipped(), "holds no CSV or XLSX table"),
    "half a zip": ("companies.zip", zipped(a__csv=b"name\n" + b"Tortola\n" * 50)[:60], "damaged"),
    "a zip bomb": ("companies.zip", zipped(a__csv=b"name\n" + b"\n" * 60_000_000), "would unpack to 57 MB"),
    "a zip that lies": ("companies.zip", lying(zipped(a__csv=b"name\n" + b"Tortola\n" * 9000), 3000), "damaged"),
    "a workbook that lies": ("companies.xlsx", lying(workbook((0, 0, "name")), 30), "damaged"),
    "half a workbook": ("companies.xlsx", sheet_with(b"<worksheet><sheetData><row"), "cannot be read|header"),
    "a sparse workbook": ("companies.xlsx", sparse(), "cannot be read as a workbook"),
    "a bomb in a workbook": ("companies.xlsx", sheet_with(b" " * 60_000_000), "would unpack to 57 MB"),
    "10 MB in one cell": ("companies.csv", b'name,city\n"' + b"x" * 10_000_000 + b'",Paris\n', "a cell is too long"),
    "10 MB in one header": ("companies.csv", b"x" * 10_000_000, "a cell is too long"),
    "a NUL": ("companies.csv", b"name,city\nTortola,Par\0is\n" + b"Virgin,Oslo\n" * 9, "line 2: a NUL byte"),
    "a quote not closed": ("companies.csv", b'name,city\nTortola,"Paris\nVirgin,Oslo\n', "line 2.*quote is not closed"),
    "a thousand columns": ("companies.csv", b"name" + b",x" * 1000 + b"\n", "more than 500 columns"),
    "half of UTF-16": ("companies.csv", b"\xff\xfe" + "name\nTort".encode("utf-16-le") + b"\x00", "encoding utf-16"),
    "UTF-16 with a lone half": ("companies.csv", b"\xff\xfen\x00\x00\xd8\n\x00", "not in the encoding utf-16"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "sentence"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_table_is_refused_soon_and_leaves_nothing(cast, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    before, begin = firm_as_it_is(), monotonic()

    with pytest.raises(Refusal, match=sentence):
        imported(tmp_path / name, "records:company", by=cast.olga)

    assert monotonic() - begin < 10
    assert firm_as_it_is() == before
    assert not Staged.objects.exists()


def test_a_file_that_is_not_there_is_refused(cast, tmp_path):
    with pytest.raises(Refusal, match="There is no file"):
        imported(tmp_path / "gone.csv", "records:company", by=cast.olga)


def test_a_damaged_byte_inside_a_zip_is_found_while_reading(cast, tmp_path):
    dice = random.Random(1)
    rows = "".join(f"{dice.random()}\n" for _ in range(60_000)).encode()
    content = bytearray(zipped(a__csv=b"name\n" + rows))
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "companies.zip").write_bytes(content)

    with pytest.raises(Refusal, match="damaged"):
        imported(tmp_path / "companies.zip", "records:company", by=cast.olga)

    assert not types["company"].model.objects.exists()
    assert not Staged.objects.exists()


def test_a_bomb_of_overlapping_members_is_refused(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.csv", b"name\n" + b"\n" * 30_000_000)
        first = archive.infolist()[0]
        for number in range(1, 40):
            again = zipfile.ZipInfo(f"{number}.csv")
            for name in ("compress_size", "file_size", "CRC", "header_offset", "compress_type"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
        archive._didModify = True
    (tmp_path / "bomb.zip").write_bytes(made.getvalue())

    with pytest.raises(Refusal, match="would unpack to 1144 MB"):
        sources(tmp_path / "bomb.zip")


def test_an_encrypted_zip_is_refused(tmp_path):
    content = bytearray(zipped(a__csv=b"name\nTortola\n"))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "secret.zip").write_bytes(content)

    with pytest.raises(Refusal, match="refused"):
        sources(tmp_path / "secret.zip")


def test_only_a_header_loads_nothing(cast, tmp_path):
    job = imported(write_csv(tmp_path / "companies.csv", ["name"], []), "records:company", by=cast.olga)

    assert (job.state, job.read, job.counts) == ("loaded", 0, {})


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("название,город\nКедр,Москва\nООО «Ёлка»,Тверь\n", "windows-1251", "windows-1251"),
        ("НАЗВАНИЕ,ГОРОД\nКЕДР,МОСКВА\n", "windows-1251", "windows-1251"),
        ("nazwa,miasto\nŁódzka Spółka,Łódź\nZażółć gęślą jaźń,Gdańsk\n", "windows-1250", "windows-1250"),
        ("nazwa,miasto\nSpółka,Łódź\n", "utf-8", "utf-8"),
        ("nazwa,miasto\nSpółka,Łódź\n", "utf-8-sig", "utf-8"),
        ("nazwa,miasto\nSpółka,Łódź\n", "utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found_out(tmp_path, text, encoding, found):
    (tmp_path / "a.csv").write_text(text, encoding=encoding)

    opened = open_source(Source("a.csv", "csv", tmp_path / "a.csv"))

    assert opened.about["encoding"] == found
    assert [opened.header, *(cells for _line, cells in opened.rows)] == [
        row.split(",") for row in text.split("\n")[:-1]
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path, separator):
    path = write_csv(tmp_path / "a.csv", ["name", "city"], [["Tortola", "Paris; or, Oslo"]], separator=separator)

    opened = open_source(sources(path)[0])

    assert (opened.header, list(opened.rows)) == (["name", "city"], [(2, ["Tortola", "Paris; or, Oslo"])])


def test_a_workbook_counts_its_lines_as_the_person_sees_them(cast, tmp_path):
    cells = [(0, 0, "name"), (0, 1, "email"), (1, 0, "Tortola"), (4, 0, "Virgin"), (4, 1, "nobody")]
    (tmp_path / "a.xlsx").write_bytes(workbook(*cells))

    job = imported(tmp_path / "a.xlsx", "records:company", by=cast.olga)

    assert wrong(job) == [(5, "email", "Write an e-mail address such as anna@example.com.")]
    assert types["company"].model.objects.get().name == "Tortola"


def test_wrong_rows_without_end_are_counted_and_the_first_are_kept(cast, tmp_path, monkeypatch):
    from groundwork.records.imports import engine

    monkeypatch.setattr(engine, "MOST_BAD_KEPT", 10)
    path = write_csv(tmp_path / "a.csv", ["name", "email"], [[f"C{place}", "nobody"] for place in range(50)])

    job = imported(path, "records:company", by=cast.olga)

    assert (job.rejected, job.bad_rows.count()) == (50, 10)
