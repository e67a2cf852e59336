"""Price lists, purchases, orders and invoices come in from tables with one row a line."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.actions import issue
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, Price, PriceList, Product, Purchase, PurchaseLine
from groundwork.crm.trade.purchases import receive
from groundwork.crm.trade.testing import make_invoice
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.testing import counts, firm_as_it_is, imported, undone, write_csv, wrong
from groundwork.records.write import creating

PRICES = ["Прайс-лист", "Валюта", "Действует с", "Артикул", "Цена", "От количества"]


def table(folder, header, *rows, name="lines.csv"):
    return write_csv(folder / name, header, [list(row) for row in rows], separator=";")


@pytest.fixture
def goods(cast):
    made = [("Almonds", "A-1"), ("Walnuts", "W-1"), ("Raisins", "R-1")]
    return {name: creating(Product(name=name, code=code), by=cast.olga) for name, code in made}


@pytest.fixture
def hazel(cast):
    return creating(Company(name="Tortola", inn="7707083893"), by=cast.olga)


def prices(name="Shops"):
    rows = Price.objects.filter(pricelist__name=name).values_list("product__name", "from_quantity", "price")
    return sorted(rows)


# ── price lists


def test_a_price_list_comes_in_with_its_prices_and_goes_as_a_whole(cast, goods, tmp_path):
    before = firm_as_it_is()
    path = table(tmp_path, PRICES, ["Shops", "EUR", "01.01.2026", "A-1", "2,55", ""],
                 ["Shops", "EUR", "01.01.2026", "A-1", "2,20", "100"], ["Shops", "EUR", "01.01.2026", "W-1", "3", ""],
                 ["Export", "USD", "01.02.2026", "W-1", "4,125", ""])  # fmt: skip

    job = imported(path, "records:pricelist.prices", by=cast.olga)
    again = imported(path, "records:pricelist.prices", by=cast.olga)

    assert (wrong(job), counts(job), counts(again)) == ([], (2, 0, 0), (0, 0, 2))
    assert prices() == [
        ("Almonds", 0, Decimal("2.55")), ("Almonds", 100, Decimal("2.2")), ("Walnuts", 0, Decimal(3)),
    ]  # fmt: skip
    assert PriceList.objects.get(name="Export").currency == "USD"
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_later_file_changes_its_prices_and_leaves_the_others(cast, goods, tmp_path):
    header = ["Прайс-лист", "Номенклатура", "Цена"]
    imported(table(tmp_path, ["Прайс-лист", "Валюта", "Номенклатура", "Цена"],
                   ["Shops", "EUR", "Almonds", "2,50"], ["Shops", "EUR", "Walnuts", "3"]),
             "records:pricelist.prices", by=cast.olga)  # fmt: skip
    kept = firm_as_it_is()

    job = imported(table(tmp_path, header, ["Shops", "Walnuts", "3,50"], ["Shops", "Raisins", "1"]),
                   "records:pricelist.prices", by=cast.olga)  # fmt: skip

    assert job.changes["pricelist"]["lines"]["samples"][0][1:] == [2, "3, 1 changed"]
    assert [(name, str(price)) for name, _from, price in prices()] == [
        ("Almonds", "2.5"), ("Raisins", "1"), ("Walnuts", "3.5"),
    ]  # fmt: skip
    undone(job, by=cast.olga)
    assert firm_as_it_is() == kept


def test_a_price_that_cannot_be_taken_leaves_the_others(cast, goods, tmp_path):
    job = imported(
        table(
            tmp_path, PRICES, ["Shops", "EUR", "", "A-1", "2,55", ""], ["Shops", "EUR", "", "X-9", "1", ""],
            ["Shops", "EUR", "", "W-1", "-1", ""], ["Shops", "EUR", "", "R-1", "", ""],
            ["Shops", "EUR", "", "A-1", "9", ""],
        ),
        "records:pricelist.prices", by=cast.olga,
    )  # fmt: skip

    assert prices() == [("Almonds", 0, Decimal("2.55"))]
    assert (job.rejected, sorted(wrong(job))) == (4, [
        (3, "product.code", "there is none of that name"),
        (4, "product", "A price and its quantity are not below zero."),
        (5, "price", "this must not be empty"),
        (6, "product", "another row of this file has this and says something else"),
    ])  # fmt: skip


# ── purchases


def purchases():
    rows = Purchase.objects.current().values_list("document_number", "supplier__name", "currency", "total_minor")
    return sorted(rows)


BUYS = ["Номер документа", "Поставщик", "Дата", "Товар", "Количество", "Цена", "Сумма"]


def test_a_purchase_is_known_by_its_number_and_supplier(cast, goods, hazel, tmp_path):
    creating(Company(name="Virgin"), by=cast.olga)
    path = table(tmp_path, BUYS, ["1", "Tortola", "12.01.2026", "Almonds", "10", "1,5", "15"],
                 ["1", "Virgin", "13.01.2026", "Walnuts", "3", "0,333", "1,00"],
                 ["1", "Tortola", "", "Walnuts", "2", "2", ""])  # fmt: skip

    job = imported(path, "records:purchase.items", by=cast.olga)
    again = imported(path, "records:purchase.items", by=cast.olga)

    assert (wrong(job), counts(job), counts(again)) == ([], (2, 0, 0), (0, 0, 2))
    assert purchases() == [("1", "Tortola", "GBP", 1900), ("1", "Virgin", "GBP", 100)]
    assert (job.sums, job.sums_kept) == ({"GBP": 2000}, {"GBP": 2000})


def test_a_line_whose_sum_does_not_agree_leaves_its_document_out(cast, goods, hazel, tmp_path):
    job = imported(table(tmp_path, BUYS, ["1", "Tortola", "12.01.2026", "Almonds", "10", "1,5", "16"],
                         ["1", "Tortola", "12.01.2026", "Walnuts", "1", "1", "1"],
                         ["2", "Tortola", "12.01.2026", "Walnuts", "1", "1", "1"]),
                   "records:purchase.items", by=cast.olga)  # fmt: skip

    assert wrong(job) == [(2, "amount_minor", "price times quantity is not this sum")]
    assert (job.rejected, purchases()) == (2, [("2", "Tortola", "GBP", 100)])


def test_what_was_received_is_not_changed_by_a_file(cast, goods, hazel, tmp_path):
    row = ["1", "Tortola", "12.01.2026", "Almonds", "10", "1,5", "15"]
    imported(table(tmp_path, BUYS, row), "records:purchase.items", by=cast.olga)
    receive(Purchase.objects.get(), by=cast.olga)

    same = imported(tmp_path / "lines.csv", "records:purchase.items", by=cast.olga)
    other = imported(table(tmp_path, BUYS, [*row[:4], "11", "1,5", ""]), "records:purchase.items", by=cast.olga)

    assert (counts(same), wrong(other)) == ((0, 0, 1), [(2, "document_number", "this is fixed by now: Lines")])
    assert PurchaseLine.objects.get().quantity == 10


# ── invoices and orders

SOLD = ["Номер документа", "Дата", "ИНН", "Артикул", "Описание", "Количество", "Цена", "Скидка, %"]


def test_invoices_of_another_system_are_issued_ones_and_undone_as_a_whole(cast, goods, hazel, tmp_path):
    before = firm_as_it_is()
    path = table(tmp_path, SOLD, ["F-1", "12.01.2026", "7707083893", "A-1", "", "10", "1,5", "10"],
                 ["F-1", "12.01.2026", "7707083893", "A-1", "", "10", "1,5", "10"],
                 ["F-1", "12.01.2026", "", "", "Postage", "1", "4", ""],
                 ["F-2", "13.01.2026", "", "W-1", "", "-1", "3", ""])  # fmt: skip

    job = imported(path, "records:invoice.lines", by=cast.olga)
    again = imported(path, "records:invoice.lines", by=cast.olga)

    assert (wrong(job), counts(job), counts(again)) == ([], (2, 0, 0), (0, 0, 2))
    first = Invoice.objects.get(document_number="F-1")
    assert (first.company, first.state, first.total_minor, first.lines_count) == (hazel, "issued", 3100, 3)
    assert list(first.lines.values_list("description", "amount_minor")) == [
        ("Almonds", 1350), ("Almonds", 1350), ("Postage", 400),
    ]  # fmt: skip
    assert job.sums == job.sums_kept == {"GBP": 2800}
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_document_in_two_files_is_asked_about(cast, goods, hazel, tmp_path):
    header = ["Номер документа", "Дата", "Артикул", "Количество", "Цена"]
    imported(table(tmp_path, header, ["F-1", "12.01.2026", "A-1", "1", "1"]), "records:invoice.lines", by=cast.olga)
    rest = table(tmp_path, header, ["F-1", "12.01.2026", "W-1", "1", "2"], name="rest.csv")

    asked = imported(rest, "records:invoice.lines", by=cast.olga, dry_run=True)
    added = imported(rest, "records:invoice.lines", by=cast.olga, split="add")
    replaced = imported(rest, "records:invoice.lines", by=cast.olga, split="replace")

    assert asked.counts == {"invoice": {"ask": 1}}
    assert [job.changes["invoice"]["lines"]["samples"][0][1:] for job in (added, replaced)] == [[1, 2], [2, 1]]
    assert list(InvoiceLine.objects.values_list("product__name", "amount_minor")) == [("Walnuts", 200)]
    assert Invoice.objects.get().total_minor == 200


def test_an_invoice_of_our_own_series_stands(cast, goods, hazel, tmp_path):
    ours = make_invoice(cast.olga, (goods["Almonds"], 1, "1.00"), company=hazel, state=Invoice.State.DRAFT, number="")
    issued = issue(ours, by=cast.olga)
    header = ["Номер документа", "Дата", "Артикул", "Количество", "Цена"]

    job = imported(
        table(tmp_path, header, [issued.document_number, f"{issued.issued_on:%d.%m.%Y}", "A-1", "2", "1"]),
        "records:invoice.lines", by=cast.olga,
    )  # fmt: skip

    assert [reason for *_place, reason in wrong(job)] == ["this is fixed by now: Lines"]
    assert InvoiceLine.objects.get().quantity == 1


def test_orders_come_in_confirmed(cast, goods, hazel, tmp_path):
    header = ["Номер заказа", "Контрагент", "Дата заказа", "Товар", "Кол-во", "Цена"]

    job = imported(table(tmp_path, header, ["77", "Tortola", "12.01.2026", "Almonds", "2", "1,5"]),
                   "records:order.lines", by=cast.olga)  # fmt: skip

    assert wrong(job) == []
    found = Order.objects.get()
    assert (found.company, found.state, found.total_minor, found.ordered_on) == (
        hazel, "confirmed", 300, date(2026, 1, 12),
    )  # fmt: skip


# ── in the browser


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (PRICES, "records:pricelist.prices"), (BUYS, "records:purchase.items"), (SOLD, "records:invoice.lines"),
        (["Cennik", "Kod", "Cena netto"], "records:pricelist.prices"),
        (["Номенклатура", "Артикул", "Цена"], "records:product"), (["Контрагент", "ИНН", "Телефон"], "records:company"),
        (["Numer faktury", "Data wystawienia", "Kontrahent", "NIP", "Nazwa towaru", "Ilość", "Cena netto"],
         "records:invoice.lines"),
    ],
)  # fmt: skip
def test_a_table_of_lines_is_recognised(cast, header, layout):
    assert layouts.fitting(header) == layout


def test_a_product_that_is_not_here_is_made_on_the_way_by_a_decision(cast, as_user, goods):
    client = as_user(cast.olga)
    text = "Прайс-лист;Валюта;Номенклатура;Цена\nShops;EUR;Almonds;1\nShops;EUR;Cashews;2\n"
    client.post(reverse("imports:start"), {"file": SimpleUploadedFile("a.csv", text.encode())})
    carry_out(Run.objects.unfinished().get())
    job = ImportJob.objects.get()
    page = client.get(reverse("imports:job", args=[job.pk])).content.decode()
    unknown = job.unknown_values.get()

    client.post(reverse("imports:decide", args=[job.pk]), {f"do-{unknown.pk}": "create"})
    carry_out(Run.objects.unfinished().get())
    client.post(reverse("imports:load", args=[job.pk]))
    carry_out(Run.objects.unfinished().get())

    assert (job.layout, unknown.value) == ("records:pricelist.prices", "Cashews")
    assert "Cashews" in page
    assert [name for name, *_more in prices()] == ["Almonds", "Cashews"]
