"""What other programs give out comes in by its figures: Northwind, bank statements, CommerceML, 1C's sales register."""

import csv
import json
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse

from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import (
    Category,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    Price,
    PriceList,
    Product,
    Share,
)
from groundwork.crm.trade.sharing import invoices_named, plain_number
from groundwork.crm.trade.testing import make_invoice
from groundwork.records.imports.engine import ask, new_job
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.testing import counts, firm_as_it_is, imported, public_data, undone, wrong
from groundwork.records.write import creating

# ── Northwind


def northwind(folder, **changed):
    """A small firm of the same layout and oddities: a customer without an address, spaces at the end, no ship date."""
    tables = {
        "Customers": [
            ["CustomerID", "CompanyName", "ContactName", "ContactTitle", "City", "Country", "Phone"],
            ["ALFKI", "Alfreds Futterkiste", "Maria Anders", "Owner", "Berlin", "Germany", "030-0074321"],
            ["Val2 ", "IT", "Val2", "IT", "", "", ""], ["VALON", "IT", "Valon", "IT", "", "", ""],
        ],
        "Suppliers": [
            ["SupplierID", "CompanyName", "ContactName", "HomePage"],
            ["1", "Mayumi's", "Mayumi", "Mayumi's#http://m.example/m.htm#"],
        ],
        "Products": [["ProductID", "ProductName"], ["1", "Côte de Blaye"], ["2", "Chai"]],
        "Orders": [
            ["OrderID", "CustomerID", "OrderDate", "RequiredDate", "ShippedDate", "Freight"],
            ["10248", "ALFKI", "1996-07-04 00:00:00.000", "1996-08-01", "1996-07-16 00:00:00.000", "32.38"],
            ["10249", "Val2 ", "1996-07-05 00:00:00.000", "", "", ""],
        ],
        "OrderDetails": [
            ["OrderID", "ProductID", "UnitPrice", "Quantity", "Discount"],
            ["10248", "1", "263.5", "3", "0.15"],
            ["10248", "2", "18.33", "1", "0.05"], ["10249", "2", "18.0", "10", "0.0"],
        ],
    } | changed  # fmt: skip
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def test_northwind_comes_in_to_the_last_digit_once_and_goes_out(cast):
    path, before = public_data("northwind"), firm_as_it_is()
    expected = json.loads((path / "expected.json").read_text())

    job = imported(path, "northwind", by=cast.olga)
    again = imported(path, "northwind", by=cast.olga)

    lines = OrderLine.objects.all()
    assert (wrong(job), Company.objects.filter(kind="customer").count()) == ([], expected["rows"]["Customers"])
    assert Company.objects.filter(kind="supplier").count() == expected["rows"]["Suppliers"]
    assert Product.objects.count() == expected["rows"]["Products"]
    assert Category.objects.count() == expected["rows"]["Categories"]
    assert not Product.objects.filter(Q(supplier=None) | Q(category=None)).exists()
    assert (Order.objects.count(), lines.count()) == (expected["rows"]["Orders"], expected["order_lines"])
    assert sum(lines.values_list("net", flat=True)) == Decimal(expected["net_total"])
    assert sum(a * b for a, b in lines.values_list("quantity", "price")) == Decimal(expected["gross_total"])
    assert (
        sum(Order.objects.values_list("total_minor", flat=True)) == job.sums["USD"] == job.sums_kept["USD"] == 126579329
    )
    assert sum(Order.objects.values_list("freight_minor", flat=True)) == Decimal(expected["freight_total"]) * 100
    assert Order.objects.filter(shipped_on=None).count() == expected["orders_not_shipped"]
    late = [one for one in Order.objects.exclude(shipped_on=None) if one.shipped_on > one.required_on]
    assert len(late) == expected["orders_shipped_after_required"]
    assert Company.objects.filter(kind="customer", orders=None).count() == len(expected["customers_without_orders"])
    assert counts(again) == (0, 0, sum(counts(job)))
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_folder_like_northwind_comes_in(cast, tmp_path):
    before = firm_as_it_is()
    job = imported(northwind(tmp_path / "nw"), "northwind", by=cast.olga)

    order = Order.objects.get(document_number="10248")
    assert (wrong(job), order.total_minor, order.freight_minor, order.state) == ([], 67193 + 1741, 3238, "closed")
    assert Order.objects.get(document_number="10249").state == "confirmed"
    assert sorted(Contact.objects.values_list("name", "company__name")) == [
        ("Maria Anders", "Alfreds Futterkiste"), ("Mayumi", "Mayumi's"), ("Val2", "IT"), ("Valon", "IT"),
    ]  # fmt: skip
    assert Company.objects.get(kind="supplier").website == "http://m.example/m.htm"
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_changed_order_of_northwind_is_changed_and_goes_back(cast, tmp_path):
    imported(northwind(tmp_path / "nw"), "northwind", by=cast.olga)
    before = firm_as_it_is()
    details = [
        ["OrderID", "ProductID", "UnitPrice", "Quantity", "Discount"],
        ["10248", "1", "263.5", "4", "0.15"],
        ["10249", "2", "18.0", "10", "0.0"],
    ]

    job = imported(northwind(tmp_path / "nw", OrderDetails=details), "northwind", by=cast.olga)

    assert job.counts["order"] == {"update": 1, "same": 1}
    assert job.changes["order"]["lines"]["samples"][0][1:] == [2, 1]
    assert Order.objects.get(document_number="10248").total_minor == 89590
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_an_order_of_nobody_and_a_line_of_nothing_are_wrong_rows(cast, tmp_path):
    orders = [["OrderID", "CustomerID", "OrderDate"], ["1", "NOBODY", "1996-07-04"], ["2", "ALFKI", "1996-07-04"]]
    details = [
        ["OrderID", "ProductID", "UnitPrice", "Quantity", "Discount"],
        ["2", "99", "1", "1", "0"],
        ["3", "1", "1", "1", "0"],
        ["2", "1", "1", "1", "7"],
    ]

    job = imported(northwind(tmp_path / "nw", Orders=orders, OrderDetails=details), "northwind", by=cast.olga)

    assert not Order.objects.exists()
    assert {reason for _line, _column, reason in wrong(job)} == {
        "there is no such customer", "there is no order with this number", "a discount is a share between 0 and 1",
    }  # fmt: skip


def test_northwind_as_a_zip_is_recognised_in_the_browser(cast, as_user, tmp_path):
    folder = northwind(tmp_path / "nw")
    with zipfile.ZipFile(tmp_path / "nw.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"northwind/{file.name}")
    client = as_user(cast.olga)

    upload = SimpleUploadedFile("nw.zip", (tmp_path / "nw.zip").read_bytes())
    client.post(reverse("imports:start"), {"file": upload})
    assert carry_out(Run.objects.unfinished().get()).state == "done"

    job = ImportJob.objects.get()
    assert (job.layout, job.counts["order"]) == ("northwind", {"create": 2})
    assert client.get(reverse("imports:job", args=[job.pk])).status_code == 200


# ── a bank's statement


def statement(*documents: dict, received="0", paid="0", end="КонецФайла", encoding="windows-1251") -> bytes:
    lines = [
        "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "РасчСчет=40702810200000000001",
        "СекцияРасчСчет", "РасчСчет=40702810200000000001", "НачальныйОстаток=100.00",
        f"ВсегоПоступило={received}", f"ВсегоСписано={paid}",
        f"КонечныйОстаток={Decimal('100.00') + Decimal(received) - Decimal(paid)}", "КонецРасчСчет",
    ]  # fmt: skip
    for document in documents:
        lines += [
            "СекцияДокумент=Платежное поручение",
            *(f"{name}={value}" for name, value in document.items()),
            "КонецДокумента",
        ]
    return "\r\n".join([*lines, end, ""]).encode(encoding)


def received(number, amount, purpose, inn="7707083893", payer="ООО Ёлка", day="15.01.2026", **more) -> dict:
    return {
        "Номер": number, "Дата": day, "Сумма": amount, "ПлательщикСчет": "40702810900000000009", "ПлательщикИНН": inn,
        "Плательщик1": payer, "ПолучательСчет": "40702810200000000001", "НазначениеПлатежа": purpose, **more,
    }  # fmt: skip


def loaded(tmp_path, content, cast, name="kl_to_1c.txt"):
    (tmp_path / name).write_bytes(content)
    return imported(tmp_path / name, "bank-1c", by=cast.olga)


@pytest.mark.parametrize("name", ["one_day.txt", "one_day_utf8.txt", "odoo-ru-kl_to_1c.txt"])
def test_a_real_statement_comes_in_by_its_figures(cast, name):
    path = public_data("bank-1c-client-exchange")
    expected = json.loads((path / "expected.json").read_text())[name]

    job = imported(path / name, "bank-1c", by=cast.olga)
    again = imported(path / name, "bank-1c", by=cast.olga)

    facts, account = job.about["facts"], expected["account_sections"][0]
    assert (wrong(job), job.read, facts["documents"]) == ([], expected["documents"], expected["documents"])
    assert facts["sum"] == expected["sum_all"]
    assert facts["received"] == expected["incoming"] or expected["incoming"] == [0, "0"]
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == Decimal(account["ВсегоПоступило"]) * 100
    assert (Payment.objects.count(), facts["accounts"][0]["off"]) == (expected["incoming"][0], "0.00")
    assert facts["accounts"][0]["closing"] == account["КонечныйОстаток"]
    assert job.about["encoding"] == {"cp1251": "windows-1251"}.get(expected["real_encoding"], expected["real_encoding"])
    assert (
        job.counts.get("payment", {}).get("create", 0) + job.counts.get("payment", {}).get("same", 0)
        == expected["incoming"][0]
    )
    assert again.count("create") == again.count("update") == 0


def test_a_payment_pays_the_invoice_of_its_payer_that_it_names(cast, tmp_path):
    yolka = creating(Company(name="Ёлка", inn="7707083893"), by=cast.olga)
    other = creating(Company(name="Кедр", inn="7736050003"), by=cast.olga)
    ours = make_invoice(cast.olga, (None, 1, "100.00"), company=yolka, number="00001024", currency="RUB")
    foreign = make_invoice(cast.olga, (None, 1, "100.00"), company=other, number="77", currency="RUB")
    before = firm_as_it_is()

    job = loaded(
        tmp_path,
        statement(
            received("1", "60.00", "Оплата по счету № 1024 от 01.01.26, НДС не облагается"),
            received("2", "70.00", "Доплата по сч. 1024 и по счету 77"), received="130.00",
        ),
        cast,
    )  # fmt: skip

    ours.refresh_from_db()
    foreign.refresh_from_db()
    assert sorted(Share.objects.values_list("payment__reference", "invoice", "amount_minor")) == [
        ("Доплата по сч. 1024 и по счету 77", ours.pk, 4000),
        ("Оплата по счету № 1024 от 01.01.26, НДС не облагается", ours.pk, 6000),
    ]  # fmt: skip
    assert (ours.paid, ours.open_minor, foreign.open_minor) == ("paid", 0, 10000)
    assert Payment.objects.get(reference__startswith="Доплата").unshared_minor == 3000
    assert Company.objects.count() == 2
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before
    ours.refresh_from_db()
    assert ours.open_minor == 10000


def test_an_unknown_payer_becomes_a_customer_and_branches_are_told_apart_by_kpp(cast, tmp_path):
    for name, kpp in (("Сеть Тверь", "690101001"), ("Сеть Москва", "770701001")):
        creating(Company(name=name, inn="7707083893", kpp=kpp), by=cast.olga)

    loaded(
        tmp_path,
        statement(
            received("1", "1.00", "", ПлательщикКПП="770701001"),
            received("2", "2.00", "", inn="7736050003", payer="Новый"),
            received("3", "3.00", "", inn="0000000001", payer="ИНН 0000000001 Неверный"), received="6.00",
        ),
        cast,
    )  # fmt: skip

    assert sorted(Payment.objects.values_list("amount_minor", "company__name", "company__inn", "payer_legal_id")) == [
        (100, "Сеть Москва", "7707083893", "7707083893"),
        (200, "Новый", "7736050003", "7736050003"),
        (300, "Неверный", "", "0000000001"),
    ]  # fmt: skip


def test_a_loaded_payment_belongs_to_who_looks_after_its_company_and_a_new_customer_to_who_loads(cast, tmp_path):
    creating(Company(name="Ёлка", inn="7707083893"), by=cast.anna)
    (tmp_path / "a.txt").write_bytes(
        statement(received("1", "10.00", ""), received("2", "20.00", "", inn="7736050003", payer="Новый"))
    )

    job = new_job("bank-1c", tmp_path / "a.txt", "a.txt", requester=cast.olga)
    for what in ("check", "load"):
        assert carry_out(ask(what, job, cast.olga)).state == "done"
        job.refresh_from_db()

    assert sorted(Payment.objects.values_list("amount_minor", "owner__name", "department__name")) == [
        (1000, "Anna", "Sales"), (2000, "Olga", "Hazel"),
    ]  # fmt: skip
    assert Company.objects.get(name="Новый").owner == cast.olga


def test_a_bookkeeper_loads_all_but_the_payments_of_payers_who_are_not_here(cast, tmp_path):
    creating(Company(name="Ёлка", inn="7707083893"), by=cast.anna)
    (tmp_path / "a.txt").write_bytes(
        statement(
            received("1", "10.00", ""), received("2", "20.00", "", inn="7736050003", payer="Новый"),
            received("3", "30.00", "", inn="7736050003", payer="Новый"), received="60.00",
        )
    )  # fmt: skip
    sentence = "not here yet, and you may not make any (Companies): ask somebody who may"

    trial = imported(tmp_path / "a.txt", "bank-1c", by=cast.nina, dry_run=True)
    imported(tmp_path / "a.txt", "bank-1c", by=cast.nina)

    assert trial.counts == {"company": {"same": 1, "bad": 1}, "payment": {"create": 1, "bad": 2}}
    assert [row[1:] for row in wrong(trial)] == [("", sentence), ("Company", sentence), ("Company", sentence)]
    assert (trial.rejected, trial.sums) == (2, {"RUB": 1000})
    assert list(Payment.objects.values_list("amount_minor", "company__name")) == [(1000, "Ёлка")]

    creating(Company(name="Новый", inn="7736050003"), by=cast.anna)
    again = imported(tmp_path / "a.txt", "bank-1c", by=cast.nina)

    assert (wrong(again), again.counts["payment"]) == ([], {"same": 1, "create": 2})


def test_what_we_paid_is_told_and_not_taken(cast, tmp_path):
    out = {
        "Номер": "9",
        "Дата": "15.01.2026",
        "Сумма": "40.00",
        "ПлательщикСчет": "40702810200000000001",
        "ПолучательСчет": "4",
    }

    job = loaded(tmp_path, statement(out, received("1", "10.00", ""), received="10.00", paid="40.00"), cast)

    assert (job.read, Payment.objects.count()) == (2, 1)
    assert (job.about["facts"]["received"], job.about["facts"]["paid"]) == ([1, "10.00"], [1, "40.00"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (statement(received("1", "1.00", ""), end=""), "breaks off"),
        ("name;ИНН\n".encode(), "no bank statement"),
        (b"1CClientBankExchange", "breaks off"),
    ],
)
def test_a_statement_that_is_cut_or_none_is_refused(cast, tmp_path, content, sentence):
    with pytest.raises(Refusal, match=sentence):
        loaded(tmp_path, content, cast)


def test_a_wrong_document_of_a_statement_is_a_wrong_row(cast, tmp_path):
    wrong_ones = [
        received("1", "сто", ""),
        received("2", "-5.00", ""),
        received("3", "1.00", "", day="2026-01-15"),
        received("4", "1.00", "", inn="", payer=""),
    ]

    job = loaded(tmp_path, statement(*wrong_ones, received("5", "1.00", "")), cast)

    assert [reason for _line, _column, reason in wrong(job)] == [
        "not a number", "an amount is above zero", "not a date: write it like 31.12.2026", "this must not be empty",
    ]  # fmt: skip
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("Оплата по счету N 1024 от 01.01.23г 18026,52", ["1024"]),
        ("оплата счёта на оплату №ТК-00026 от 5 мая, НДС 20%", ["ТК-00026"]),
        ("Zapłata za fakturę nr FV/12/2026", ["FV/12/2026"]),
        ("Payment of invoice INV-77", ["INV-77"]),
        ("По накладной 15, по сч. 16", ["15", "16"]),
        ("За аренду 15.01.2026, 100 руб.", []),
    ],
)
def test_the_numbers_that_a_purpose_names(purpose, numbers):
    assert invoices_named(purpose) == numbers


def test_zeros_before_a_number_mean_nothing():
    assert plain_number("ТК-00000026") == plain_number("тк26") != plain_number("ТК-260")


# ── CommerceML


@pytest.mark.parametrize(
    "name", ["classifier.xml", "import.xml", "import_wo_classifier.xml", "offers.xml", "orders.xml"]
)
def test_a_real_exchange_file_comes_in_by_its_figures(cast, name):
    path = public_data("commerceml-1c")
    expected = json.loads((path / "expected.json").read_text())[name]

    job = imported(path / name, "commerceml", by=cast.olga)
    again = imported(path / name, "commerceml", by=cast.olga)

    facts = job.about["facts"]
    assert [facts[key] for key in ("groups", "products", "properties", "offers", "price_types", "prices")] == [
        expected[key] for key in ("groups", "products", "properties", "offers", "price_types", "prices")
    ]
    assert (wrong(job), facts["orders"]) == ([], len(expected["documents"]))
    assert Category.objects.count() == expected["groups"]
    assert PriceList.objects.count() == expected["price_types"]
    assert Price.objects.count() == expected["prices"] * bool(expected["price_types"])
    if expected["price_types"]:
        assert sum(Price.objects.values_list("price", flat=True)) == Decimal(expected["sum_price_per_unit"])
    if not expected["documents"]:
        assert facts["sum_of_prices"] == expected["sum_price_per_unit"]
        assert Product.objects.count() == expected["products"] + expected["offers"]
        assert set(Product.objects.values_list("unit", flat=True)) <= {"pair"}
    for document in expected["documents"]:
        order = Order.objects.get(document_number=document["number"])
        assert (str(order.ordered_on), order.currency, order.total_minor) == (
            document["date"],
            document["currency"],
            Decimal(document["sum"]) * 100,
        )
        assert (order.company.name, order.lines.count()) == (document["partner"], document["lines"])
    assert again.count("create") == again.count("update") == 0


def test_groups_are_branches_and_products_stand_in_them(cast):
    path = public_data("commerceml-1c")
    before = firm_as_it_is()

    job = imported(path / "import.xml", "commerceml", by=cast.olga)

    lowest = Category.objects.get(name="Бытовая техника с учетом серий, гарантия 12 мес.")
    assert (lowest.parent.name, Category.objects.filter(parent=None).exists()) == ("Бытовая техника", True)
    assert {product.category.name for product in Product.objects.all()} == {"Обувь"}
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_later_file_of_offers_changes_prices_and_keeps_the_list(cast, tmp_path):
    one = "<ТипыЦен><ТипЦены><Ид>r</Ид><Наименование>Розничная</Наименование><Валюта>RUB</Валюта>"
    tax = "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог>"
    offer = (
        "<Предложение><Ид>{id}</Ид><Наименование>{id}</Наименование><Цены><Цена><ИдТипаЦены>{type}</ИдТипаЦены>"
        "<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Валюта>{currency}</Валюта></Цена></Цены></Предложение>"
    )

    types = f"{one}{tax}</ТипЦены></ТипыЦен>"

    def load(name, *offers, head=""):
        rows = "".join(
            offer.format(**{"currency": "RUB", "type": "r", **dict(zip(("id", "price"), some, strict=False)), **more})
            for *some, more in offers
        )
        (tmp_path / name).write_bytes(exchange(f"{head}<Предложения>{rows}</Предложения>"))
        return imported(tmp_path / name, "commerceml", by=cast.olga)

    load("a.xml", ("стол", "100.50", {}), ("стул", "50", {}), head=types)
    with_few = load("b.xml", ("стул", "60", {}), ("шкаф", "-1", {}))
    wrong_one = load("c.xml", ("стол", "9", {"currency": "USD"}))
    nowhere = load("d.xml", ("стол", "9", {"type": "x"}))

    assert (PriceList.objects.get().basis, PriceList.objects.get().currency) == ("gross", "RUB")
    assert sorted(Price.objects.values_list("product__name", "price")) == [("стол", Decimal("100.5")), ("стул", 60)]
    assert with_few.changes["pricelist"]["lines"]["samples"][0][1:] == [2, "2, 1 changed"]
    assert [row[1:] for job in (with_few, wrong_one, nowhere) for row in wrong(job)] == [
        ("ЦенаЗаЕдиницу", "A price and its quantity are not below zero."), ("Валюта", "the price list is in RUB"),
        ("ИдТипаЦены", "no type of price has this Ид"),
    ]  # fmt: skip
    undone(with_few, by=cast.olga)
    assert sorted(Price.objects.values_list("product__name", "price")) == [("стол", Decimal("100.5")), ("стул", 50)]


def exchange(inside: str, head='<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<КоммерческаяИнформация ВерсияСхемы="2.07">{inside}</КоммерческаяИнформация>'.encode()


ORDER = (
    "<Документ><Ид>7</Ид><Номер>7</Номер><Дата>2026-01-15</Дата><Валюта>руб</Валюта><Сумма>{sum}</Сумма><Контрагенты>"
    "<Контрагент><Наименование>Ёлка</Наименование><ИНН>7707083893</ИНН><Роль>Покупатель</Роль></Контрагент>"
    "</Контрагенты><Товары>"
    "<Товар><Ид>a#1</Ид><Наименование>Стол</Наименование><ЦенаЗаЕдиницу>100</ЦенаЗаЕдиницу>"
    "<Количество>3</Количество><Сумма>270</Сумма></Товар>"
    "</Товары></Документ>"
)


def test_an_order_with_a_discount_comes_in_and_a_sum_that_differs_is_refused(cast, tmp_path):
    (tmp_path / "a.xml").write_bytes(exchange(ORDER.format(sum="270")))
    (tmp_path / "b.xml").write_bytes(exchange(ORDER.format(sum="300").replace(">7<", ">8<")))

    good, bad = (imported(tmp_path / name, "commerceml", by=cast.olga) for name in ("a.xml", "b.xml"))

    order = Order.objects.get()
    assert (wrong(good), order.total_minor, order.lines.get().discount, order.company.inn) == (
        [],
        27000,
        10,
        "7707083893",
    )
    assert wrong(bad) == [(1, "Сумма", "its lines sum to 270.00")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (exchange("&x;", '<!DOCTYPE a [<!ENTITY x "y">]>'), "document type or entities"),
        (exchange("", '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "document type or entities"),
        (exchange("<a>" * 200 + "</a>" * 200), "nested too deeply"),
        (exchange("<Товар>" + "x" * 2_000_000 + "</Товар>"), "an element without end"),
        (exchange("<Товар>"), "no whole XML"),
        (exchange("")[:-5], "no whole XML"),
        (b"<html></html>", "no CommerceML"),
        ("<?xml version='1.0' encoding='nonsense'?><КоммерческаяИнформация/>".encode(), "no whole XML"),
    ],
)
def test_xml_that_means_harm_or_is_broken_is_refused(cast, tmp_path, content, sentence):
    (tmp_path / "a.xml").write_bytes(content)

    with pytest.raises(Refusal, match=sentence):
        imported(tmp_path / "a.xml", "commerceml", by=cast.olga)


# ── 1C's sales register

REGISTER = [
    ["Продажи за январь 2026"], ["Параметры:", "", "Период: 01.01.2026 - 31.01.2026"], [],
    ["Контрагент", "", "", "Количество", "Сумма с НДС"], ["Документ"], ["", "", "Номенклатура"],
    ["ООО Ёлка", "", "", 7, 703.5],
    ["", "Реализация товаров и услуг 0000-000123 от 15.01.2026 12:00:00", "", 5, 603.5],
    ["", "", "Стол", 2, 500], ["", "", "Стул", 3, 103.5],
    ["", "Реализация товаров и услуг 0000-000124 от 16.01.2026 9:30:00", "", 2, 100],
    ["", "", "Стол", 1, 100], ["", "", "Подарок", 1, 0],
    ["Кедр", "", "", -1, -34.5],
    ["", "Возврат товаров от покупателя 0000-000007 от 20.01.2026 10:00:00", "", -1, -34.5],
    ["", "", "Стул", -1, -34.5],
    ["Итого", "", "", 6, 669],
]  # fmt: skip


def register(path, rows):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("TDSheet")
    for place, row in enumerate(rows):
        sheet.write_row(place, 0, row)
    book.close()
    return path


def changed(place: int, row: list) -> list[list]:
    return [row if number == place else old for number, old in enumerate(REGISTER)]


def test_the_register_of_1c_comes_in_with_its_groups_and_totals(cast, tmp_path):
    path, before = register(tmp_path / "Продажи.xlsx", REGISTER), firm_as_it_is()

    job = imported(path, "1c-sales", by=cast.olga)
    again = imported(path, "1c-sales", by=cast.olga)

    assert (wrong(job), job.sums, job.sums_kept) == ([], {"RUB": 66900}, {"RUB": 66900})
    told = ("document_number", "kind", "company__name", "issued_on__day", "total_minor")
    assert sorted(Invoice.objects.values_list(*told)) == [
        ("0000-000007", "credit", "Кедр", 20, -3450),
        ("0000-000123", "invoice", "ООО Ёлка", 15, 60350),
        ("0000-000124", "invoice", "ООО Ёлка", 16, 10000),
    ]  # fmt: skip
    assert sorted(InvoiceLine.objects.values_list("product__name", "quantity", "amount_minor")) == [
        ("Подарок", 1, 0), ("Стол", 1, 10000), ("Стол", 2, 50000), ("Стул", -1, -3450), ("Стул", 3, 10350),
    ]  # fmt: skip
    assert counts(again) == (0, 0, sum(counts(job)))
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_register_whose_sums_do_not_agree_says_so(cast, tmp_path):
    missing = imported(
        register(tmp_path / "a.xlsx", changed(9, ["", "", "Стул", 2, 103.5])), "1c-sales", by=cast.olga, dry_run=True
    )
    total = imported(
        register(tmp_path / "b.xlsx", changed(16, ["Итого", "", "", 6, 700])), "1c-sales", by=cast.olga, dry_run=True
    )

    assert ("Сумма", "its goods lack 1 pieces and 0 of its sum") in [row[1:] for row in wrong(missing)]
    assert wrong(total) == [(17, "Сумма", "the documents above sum to 669")]


def test_the_files_of_other_programs_are_recognised(cast, tmp_path):
    from groundwork.records.imports.views import found_out

    register(tmp_path / "a.xlsx", REGISTER)
    (tmp_path / "b.txt").write_bytes(statement())
    (tmp_path / "c.xml").write_bytes(exchange(""))
    northwind(tmp_path / "nw")

    assert [found_out(tmp_path / name, name, cast.olga)[0] for name in ("a.xlsx", "b.txt", "c.xml", "nw")] == [
        "1c-sales",
        "bank-1c",
        "commerceml",
        "northwind",
    ]
