"""The times of invoice lines, which the files give without a zone."""

from groundwork.blueprint.models import Firm
from groundwork.crm.trade.models import Invoice
from groundwork.records.imports.testing import imported


def test_a_time_without_a_zone_is_the_firms(cast, tmp_path):
    Firm.objects.update_or_create(
        pk=1, defaults={"name": "Hazelnut", "country": "RU", "currency": "EUR", "time_zone": "Europe/Moscow"}
    )
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice\n"
    (tmp_path / "a.csv").write_text(header + "1,a,,1,2010-12-01 08:26:00,1\n" + "2,a,,1,2010-12-01T21:26:00+00:00,1\n")

    imported(tmp_path / "a.csv", "online-retail", by=cast.olga)

    invoices = Invoice.objects.order_by("document_number")
    assert [invoice.lines.get().at.isoformat() for invoice in invoices] == [
        "2010-12-01T05:26:00+00:00",
        "2010-12-01T21:26:00+00:00",
    ]
    assert [invoice.issued_on.isoformat() for invoice in invoices] == ["2010-12-01", "2010-12-02"]
