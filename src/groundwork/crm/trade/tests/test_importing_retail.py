"""A retailer's register comes in whole, once, in any order, and goes out again."""

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product, line_amount
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.testing import (
    RETAIL,
    counts,
    firm_as_it_is,
    imported,
    retail_rows,
    undone,
    write_csv,
    wrong,
)
from groundwork.records.models import Change
from groundwork.records.write import creating, note, writing

LINE = ["536365", "85123A", "WHITE HEART", "6", "2010-12-01 08:26:00", "2.55", "17850.0", "United Kingdom"]


def register(folder: Path, *rows: list, name="register.csv") -> Path:
    return write_csv(folder / name, RETAIL, list(rows))


def changed(row: list, **cells) -> list:
    return [cells.get(name, cell) for name, cell in zip(RETAIL, row, strict=True)]


def loaded(path: Path, cast, **options) -> ImportJob:
    return imported(path, "online-retail", by=cast.olga, **options)


def tried(path: Path, cast, **options) -> ImportJob:
    return imported(path, "online-retail", by=cast.olga, dry_run=True, **options)


def test_the_register_gives_its_companies_products_documents_and_sums(cast, tmp_path):
    rows = retail_rows()

    job = loaded(register(tmp_path, *rows), cast)

    numbers = {row[0] for row in rows}
    assert job.state == "loaded"
    assert job.read == InvoiceLine.objects.count() == len(rows)
    assert set(Invoice.objects.values_list("document_number", flat=True)) == numbers
    assert Counter(Invoice.objects.values_list("kind", flat=True)) == {
        "invoice": sum(number.isdigit() for number in numbers),
        "credit": sum(number[0] == "C" for number in numbers),
        "adjustment": sum(number[0] == "A" for number in numbers),
    }
    assert set(Company.objects.values_list("name", flat=True)) == {row[6][:-2] for row in rows if row[6]}
    assert set(Product.objects.values_list("code", flat=True)) == {row[1] for row in rows}
    assert {product.code for product in Product.objects.filter(kind="fee")} == {"POST", "DOT", "gift_0001_20"}
    for invoice in Invoice.objects.prefetch_related("lines"):
        own = [row for row in rows if row[0] == invoice.document_number]
        amounts = [line_amount(Decimal(row[3]), Decimal(row[5]), 2) for row in own]
        assert (invoice.total_minor, invoice.lines_count) == (sum(amounts), len(own))
        assert [line.amount_minor for line in invoice.lines.all()] == amounts
        assert [line.description for line in invoice.lines.all()] == [row[2] for row in own]
        assert [line.at.replace(tzinfo=None) for line in invoice.lines.all()] == [row[4] for row in own]
        assert (invoice.company.name if invoice.company else "") == own[0][6].removesuffix(".0")
        assert invoice.currency == "GBP"
    assert job.sums == {"GBP": sum(Invoice.objects.values_list("total_minor", flat=True))}


def test_codes_that_differ_in_case_are_two_products_and_equal_lines_stay_two(cast, tmp_path):
    loaded(register(tmp_path, LINE, LINE, changed(LINE, StockCode="85123a")), cast)

    assert sorted(Product.objects.values_list("code", flat=True)) == ["85123A", "85123a"]
    assert list(InvoiceLine.objects.values_list("product__code", "quantity").order_by("position")) == [
        ("85123A", 6),
        ("85123A", 6),
        ("85123a", 6),
    ]
    assert Invoice.objects.get().total_minor == 3 * 1530


def test_the_same_register_again_creates_and_changes_nothing(cast, tmp_path):
    path = register(tmp_path, *retail_rows())
    first = loaded(path, cast)
    before = firm_as_it_is()

    again = loaded(path, cast)

    assert counts(again) == (0, 0, sum(counts(first)))
    assert not again.batches.exists()
    assert firm_as_it_is() == before


def test_the_register_in_another_order_is_the_same_register(cast, tmp_path):
    rows = retail_rows()
    loaded(register(tmp_path, *rows), cast)
    before = firm_as_it_is()

    again = loaded(register(tmp_path, *reversed(rows), name="reversed.csv"), cast)

    assert counts(again)[:2] == (0, 0)
    assert firm_as_it_is() == before


def test_a_document_that_runs_past_midnight_is_issued_on_its_first_day_in_any_order(cast, tmp_path):
    late = changed(LINE, InvoiceDate="2010-12-02 00:01:00", StockCode="71053")
    loaded(register(tmp_path, late, LINE), cast)

    again = loaded(register(tmp_path, LINE, late, name="again.csv"), cast)

    assert Invoice.objects.get().issued_on == date(2010, 12, 1)
    assert set(InvoiceLine.objects.values_list("issued_on", flat=True)) == {date(2010, 12, 1)}
    assert counts(again)[:2] == (0, 0)


@pytest.mark.parametrize(
    "cells", [{"Quantity": "7"}, {"UnitPrice": "2.56"}, {"StockCode": "71053"}, {"Description": ""}]
)
def test_a_changed_line_changes_its_document_only_and_history_tells(cast, tmp_path, cells):
    rows = [LINE, changed(LINE, StockCode="71053"), changed(LINE, InvoiceNo="536366")]
    loaded(register(tmp_path, *rows), cast)
    kept = InvoiceLine.objects.get(product__code="71053").pk
    rows[0] = changed(LINE, **cells)

    job = loaded(register(tmp_path, *rows, name="changed.csv"), cast)
    again = loaded(register(tmp_path, *rows, name="changed.csv"), cast)

    invoice = Invoice.objects.get(document_number="536365")
    assert job.counts["invoice"] == {"update": 1, "same": 1}
    assert counts(again)[:2] == (0, 0)
    assert list(Change.objects.filter(created=False).values_list("type", "object_id", "version")) == [
        ("invoice", invoice.pk, 2)
    ]
    told = Change.objects.get(type="invoice", object_id=invoice.pk, version=2)
    lines = [pair for name, pair in told.fields.items() if name.startswith("invoiceline#")]
    assert sorted([before is None, after is None] for before, after in lines) == [[False, True], [True, False]]
    assert invoice.total_minor == sum(invoice.lines.values_list("amount_minor", flat=True))
    assert invoice.lines.filter(pk=kept).exists()


def test_a_document_that_the_register_gives_to_another_customer_moves(cast, tmp_path):
    loaded(register(tmp_path, LINE), cast)

    job = loaded(register(tmp_path, changed(LINE, CustomerID="12345.0"), name="moved.csv"), cast)

    assert job.counts == {"company": {"create": 1}, "product": {"same": 1}, "invoice": {"update": 1}}
    assert Invoice.objects.get().company.name == "12345"


def test_a_trial_run_foretells_the_load_and_writes_nothing(cast, tmp_path):
    path = register(tmp_path, *retail_rows())
    before = firm_as_it_is()

    trial = tried(path, cast)

    assert (trial.state, firm_as_it_is()) == ("checked", before)
    job = loaded(path, cast)
    assert (job.counts, job.sums, job.rejected) == (trial.counts, trial.sums, trial.rejected)
    assert job.counts["invoice"]["create"] == Invoice.objects.count()
    assert job.counts["company"]["create"] == Company.objects.count()
    assert job.counts["product"]["create"] == Product.objects.count()


def test_a_plan_that_has_grown_old_is_compared_again_before_it_is_loaded(cast, tmp_path):
    from groundwork.records.imports import engine

    path = register(tmp_path, *retail_rows())
    old = tried(path, cast)
    loaded(path, cast)
    before = firm_as_it_is()

    late = engine.do_now("load", old, cast.olga)

    assert counts(late)[:2] == (0, 0)
    assert firm_as_it_is() == before


def test_undo_leaves_the_firm_as_it_was(cast, tmp_path):
    creating(Company(name="Tortola", country="Poland"), by=cast.anna)
    loaded(register(tmp_path, *retail_rows(20)), cast)
    before = firm_as_it_is()

    job = undone(loaded(register(tmp_path, *retail_rows(60, seed=2), name="second.csv"), cast), by=cast.olga)

    assert (job.state, job.kept) == ("undone", [])
    assert firm_as_it_is() == before


def test_undo_of_a_change_puts_the_lines_back_as_they_were(cast, tmp_path):
    rows = [changed(LINE, Description=""), LINE, changed(LINE, StockCode="71053", UnitPrice="1.655")]
    loaded(register(tmp_path, *rows), cast)
    before = firm_as_it_is()
    cells = {"Quantity": "9", "UnitPrice": "2.50", "InvoiceDate": "2010-12-03 10:00:00"}
    other = [changed(row, **cells) for row in rows[1:]] + rows[2:]
    job = loaded(register(tmp_path, *other, name="other.csv"), cast)
    assert counts(job)[:2] == (0, 1)

    undone(job, by=cast.olga)

    assert firm_as_it_is() == before
    assert counts(loaded(register(tmp_path, *rows), cast))[:2] == (0, 0)


def test_what_was_used_since_is_archived_and_listed_instead(cast, tmp_path):
    rows = [
        changed(LINE, InvoiceNo=str(number), CustomerID=customer, StockCode=code)
        for number, customer, code in ((1, "11.0", "a"), (2, "12.0", "b"), (3, "13.0", "c"), (4, "14.0", "d"))
    ]
    job = loaded(register(tmp_path, *rows), cast)
    with writing(Invoice.objects.get(document_number="1"), by=cast.olga, act="edited") as invoice:
        invoice.country = "Poland"
    note(Company.objects.get(name="12"), by=cast.anna, kind="note", text="They called.")
    creating(Contact(name="Jan", company=Company.objects.get(name="13")), by=cast.anna)

    job = undone(job, by=cast.olga)

    assert sorted(job.kept) == ["Company: 11", "Company: 12", "Company: 13", "Invoice: 1", "Product: WHITE HEART"]
    assert set(Company.objects.values_list("name", flat=True)) == {"11", "12", "13"}
    assert list(Invoice.objects.values_list("document_number", "lines_count")) == [("1", 1)]
    assert Product.objects.get().code == "a"
    assert not Company.objects.current().exists()
    assert not Invoice.objects.current().exists()
    again = loaded(register(tmp_path, *rows), cast)
    assert again.counts == {"company": {"create": 4}, "product": {"create": 4}, "invoice": {"create": 4}}


def test_a_document_with_a_wrong_row_is_left_out_whole(cast, tmp_path):
    rows = [LINE, changed(LINE, Quantity="six"), changed(LINE, InvoiceNo="536366"), LINE]

    job = loaded(register(tmp_path, *rows), cast)

    assert list(Invoice.objects.values_list("document_number", flat=True)) == ["536366"]
    assert wrong(job) == [(3, "Quantity", "not a number")]
    assert (job.read, job.rejected, job.counts["invoice"]) == (4, 3, {"create": 1, "bad": 1})


def test_asked_to_stop_at_wrong_rows_nothing_is_loaded(cast, tmp_path):
    from groundwork.core.refusals import Refusal

    path = register(tmp_path, LINE, changed(LINE, InvoiceNo="536366", UnitPrice="2,55"))
    before = firm_as_it_is()

    with pytest.raises(Refusal, match="nothing was loaded"):
        loaded(path, cast, on_error="stop")

    assert firm_as_it_is() == before


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"InvoiceDate": "0000-12-01 08:26:00"}, "InvoiceDate", "not a date: write it like 2010-12-31"),
        ({"InvoiceDate": "2010-02-31 08:26:00"}, "InvoiceDate", "not a date: write it like 2010-12-31"),
        ({"InvoiceDate": "0001-12-01"}, "InvoiceDate", "a date outside the years 1900 to 2100"),
        ({"InvoiceDate": ""}, "InvoiceDate", "not a date: write it like 2010-12-31"),
        ({"UnitPrice": "2,55"}, "UnitPrice", "a comma where this file writes a point"),
        ({"UnitPrice": "0.1234567"}, "UnitPrice", "more than six digits after the point, or too large"),
        ({"Quantity": "NaN"}, "Quantity", "not a number"),
        ({"Quantity": "1e5"}, "Quantity", "not a number"),
        ({"Quantity": "9" * 25}, "Quantity", "more than six digits after the point, or too large"),
        (
            {"Quantity": "9000000000000", "UnitPrice": "9000000"},
            "Quantity",
            "the amount of this line is too large",
        ),
        ({"InvoiceNo": ""}, "InvoiceNo", "this must not be empty"),
        ({"StockCode": " "}, "StockCode", "this must not be empty"),
        ({"Country": "x" * 61}, "Country", "longer than 60 signs"),
    ],
)
def test_a_wrong_cell_is_told_by_line_and_reason(cast, tmp_path, cells, column, reason):
    job = loaded(register(tmp_path, changed(LINE, InvoiceNo="1"), changed(LINE, **cells)), cast)

    assert wrong(job) == [(3, column, reason)]
    assert job.rejected == 1
    assert Invoice.objects.get().document_number == "1"


def test_a_comma_without_quotes_moves_no_cell_into_another_column(cast, tmp_path):
    path = tmp_path / "comma.csv"
    path.write_text(",".join(RETAIL) + "\n" + ",".join(changed(LINE, UnitPrice="2,55")) + "\n")

    job = loaded(path, cast)

    assert wrong(job) == [(2, "", "more cells than the header has: is a comma meant as a point?")]
    assert not Invoice.objects.exists()


def test_a_document_of_two_customers_is_wrong(cast, tmp_path):
    job = loaded(register(tmp_path, LINE, changed(LINE, CustomerID="12345")), cast)

    assert wrong(job) == [(2, "CustomerID", "a document of two customers")]
    assert job.rejected == 2
    assert not Invoice.objects.exists()


def test_formula_text_is_kept_as_text_and_an_escaped_one_comes_back(cast, tmp_path):
    rows = [
        changed(LINE, InvoiceNo="1", StockCode="a", Description="=1+1"),
        changed(LINE, InvoiceNo="2", StockCode="b", Description="'=1+1"),
        changed(LINE, InvoiceNo="3", StockCode="c", Description="'tis"),
    ]

    loaded(register(tmp_path, *rows), cast)

    assert list(InvoiceLine.objects.order_by("pk").values_list("description", flat=True)) == ["=1+1", "=1+1", "'tis"]


def test_a_workbook_gives_the_same_as_the_csv(cast, tmp_path):
    rows = retail_rows()
    book = xlsxwriter.Workbook(tmp_path / "register.xlsx")
    sheet, moment = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.write_row(0, 0, RETAIL)
    for place, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if column == 4:
                sheet.write_datetime(place, column, cell, moment)
            elif column in (3, 5) or column == 6 and cell:
                sheet.write_number(place, column, float(cell))
            elif column == 0 and cell.isdigit():
                sheet.write_number(place, column, int(cell))
            else:
                sheet.write_string(place, column, cell)
    book.close()
    loaded(register(tmp_path, *rows), cast)

    again = loaded(tmp_path / "register.xlsx", cast)

    assert again.read == len(rows)
    assert counts(again)[:2] == (0, 0)


@pytest.mark.parametrize(("documents", "at_most"), [(20, 165), (140, 175)])  # of many, more statements write
def test_a_batch_takes_as_many_queries_for_many_documents_as_for_few(cast, tmp_path, documents, at_most):
    from groundwork.records.imports import engine

    job = tried(register(tmp_path, *retail_rows(documents)), cast)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        engine.do_now("load", job, cast.olga)

    assert Invoice.objects.count() == documents
    assert sum("INSERT INTO" in query["sql"] for query in queries) < 50  # SQLite takes 999 values a statement
    assert len(queries) <= at_most


def real_data(month: str = "") -> Path:
    root = Path(os.environ.get("GROUNDWORK_REAL_DATA") or Path(__file__).resolve().parents[5] / "../shared/data")
    path = root / "online-retail-2010-12--2011-05"
    if not path.is_dir():
        pytest.skip(f"the public data set is not at {path}")
    return path / month
