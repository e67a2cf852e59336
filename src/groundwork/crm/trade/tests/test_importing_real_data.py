"""The public set online-retail, against the figures that are known of it."""

import json
import shutil
from collections import Counter
from decimal import Decimal
from time import monotonic

import pytest

from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product
from groundwork.crm.trade.tests.test_importing_retail import real_data
from groundwork.records.imports.testing import counts, firm_as_it_is, imported, undone


@pytest.mark.soak
def test_december_2010_comes_in_to_the_penny_and_once(cast):
    path, expected = real_data("2010-12.zip"), json.loads((real_data() / "expected.json").read_text())
    month = expected["by_month"]["2010-12"]

    job = imported(path, "online-retail", by=cast.olga)
    again = imported(path, "online-retail", by=cast.olga)

    assert (job.read, job.rejected) == (month["lines"], 0)
    assert InvoiceLine.objects.count() == month["lines"]
    assert Invoice.objects.count() == job.counts["invoice"]["create"] == month["documents"]
    exact = sum(quantity * price for quantity, price in InvoiceLine.objects.values_list("quantity", "price"))
    assert exact == Decimal(month["sum"])
    assert abs(job.sums["GBP"] - exact * 100) < 1
    assert counts(again) == (0, 0, sum(counts(job)))


@pytest.mark.soak
def test_six_months_come_in_go_in_again_and_go_out(cast, tmp_path):
    folder, expected = real_data(), json.loads((real_data() / "expected.json").read_text())
    for path in folder.glob("*.zip"):
        shutil.copy(path, tmp_path)
    before, begin = firm_as_it_is(), monotonic()

    job = imported(tmp_path, "online-retail", by=cast.olga)
    took = monotonic() - begin
    again = imported(tmp_path, "online-retail", by=cast.olga)

    kinds = Counter(Invoice.objects.values_list("kind", flat=True))
    lines = InvoiceLine.objects.all()
    assert (job.read, job.rejected, lines.count()) == (expected["lines"], 0, expected["lines"])
    assert Invoice.objects.count() == expected["documents_distinct_InvoiceNo"]
    assert kinds == {"invoice": expected["invoices_numeric"], "credit": expected["credit_notes_C"]}
    assert Company.objects.count() == expected["customers_distinct"]
    assert Product.objects.count() == expected["stock_codes_distinct"]
    assert lines.filter(invoice__company=None).count() == expected["lines_without_customer"]
    assert lines.filter(description="").count() == expected["descriptions_blank"]
    assert lines.filter(price=0).count() == expected["zero_price_lines"]
    assert sum(a * b for a, b in lines.values_list("quantity", "price")) == Decimal(expected["sum_all"])
    assert counts(again) == (0, 0, sum(counts(job)))
    assert job.read / took * 60 > 100_000, "lines a minute"
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before
