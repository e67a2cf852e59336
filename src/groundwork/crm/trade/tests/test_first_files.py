"""The first files of a firm that has nothing here yet: its own sales and costs, as its people keep them."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groundwork.core.clock import today
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Payment, Product
from groundwork.crm.trade.testing import keep_costs, make_invoice, make_product
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.lines import name_of_parts
from groundwork.records.imports.testing import (
    answer,
    counts,
    dropped,
    firm_as_it_is,
    imported,
    page,
    undone,
    work,
    write_csv,
    wrong,
)
from groundwork.records.write import creating

SALES = """Дата;Номер накладной;Контрагент;Артикул;Номенклатура;Количество;Цена;Сумма
12.01.2026;РН-1;ООО «Ромашка»;А-1;Кружка;10;240,50;2405,00
12.01.2026;РН-1;ООО «Ромашка»;А-2;Ложка;3;95;285
13.01.2026;РН-2;ИП Кузнецов;А-1;Кружка;2;250;500
"""


@pytest.mark.parametrize(
    "header",
    [
        "Дата;Номер накладной;Контрагент;Артикул;Номенклатура;Количество;Цена;Сумма",
        "Дата;Документ;Покупатель;Товар;Кол-во;Цена;Сумма",
        "Дата;Номер документа;Контрагент;Номенклатура;Количество;Сумма",
        "Дата продажи;Клиент;Товар;Количество;Сумма",
        "Дата;№;Контрагент;Наименование;Кол-во;Цена",
        "Дата реализации;Номер реализации;Клиент;Менеджер;Номенклатура;Количество;Цена;Сумма",
        "Data;Numer dokumentu;Kontrahent;Towar;Ilość;Cena;Wartość",
        "Data sprzedaży;Klient;Nazwa towaru;Ilość;Wartość netto",
        "Date;Invoice no;Customer;Item;Qty;Price",
    ],
)
def test_a_table_of_what_was_sold_is_taken_for_invoices(cast, header):
    assert layouts.fitting(header.split(";")) == "records:invoice.lines"


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("Продажи 2026.csv", "records:invoice.lines"), ("Закупки_март.xlsx", "records:purchase.items"),
        ("Zakupy.csv", "records:purchase.items"), ("orders-2026.csv", "records:order.lines"),
        ("Zamówienia.csv", "records:order.lines"), ("data.csv", "records:invoice.lines"),
    ],
)  # fmt: skip
def test_where_the_columns_fit_several_kinds_the_name_of_the_file_tells(cast, name, layout):
    header = ["Дата", "Номер документа", "Контрагент", "Номенклатура", "Количество", "Цена"]

    assert layouts.fitting(header, name=name) == layout


@pytest.mark.parametrize(
    ("name", "header", "layout"),
    [
        ("Клиенты", "Наименование;ИНН;Телефон;E-mail;Адрес;Менеджер", "records:company"),
        ("Klienci", "Nazwa;NIP;Telefon;Adres;Kod pocztowy;Opiekun", "records:company"),
        ("Оплаты", "Дата;Номер;Плательщик;Сумма;Назначение платежа", "records:payment"),
        ("Payments", "Payment date;Customer;Amount;Invoice number;Method", "records:payment"),
        ("DEAL_2026", "ID;Название сделки;Стадия сделки;Сумма;Компания;Предполагаемая дата закрытия", "records:deal"),
        ("amo", "ID;Название сделки;Компания;Основной контакт;Бюджет;Этап сделки;Ответственный", "records:deal"),
        ("Прайс", "Артикул;Наименование;Ед.;Цена;Остаток", "records:product"),
        ("Прайс", "Артикул;Наименование;Цена;Закупочная цена", "records:product"),
        ("Цены", "Артикул;Номенклатура;Закупочная цена", "costs"),
        ("data", "Дата;Поставщик;Номенклатура;Кол-во;Цена закупки;Номер накладной", "records:purchase.items"),
    ],
)  # fmt: skip
def test_other_first_files_are_told_apart(cast, name, header, layout):
    assert layouts.fitting(header.split(";"), name=f"{name}.csv") == layout


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("data", "Дата;Клиент;Сумма"),  # sales, payments, claims?
        ("Остатки", "Контрагент;Долг;Просрочено"), ("Лиды", "Имя;Телефон;Источник"),
    ],
)  # fmt: skip
def test_what_may_be_anything_is_asked_and_not_guessed(cast, as_user, name, header):
    assert layouts.fitting(header.split(";"), name=f"{name}.csv") == ""

    client = as_user(cast.olga)
    job = dropped(client, f"{header}\n1;2;3\n", name=f"{name}.csv")

    assert job.state == "asking"
    reading = page(client, job).context["reading"]
    if "Лиды" not in name:  # what the name of the file says is proposed
        assert reading["layout"].value() == ""
        assert reading.fields["layout"].choices[0] == ("", "choose what they are")
    answer(client, job, layout="records:company")
    assert "unsure" not in job.options


def test_money_in_a_table_of_payments_goes_to_the_invoices_it_names(cast, tmp_path):
    shop = creating(Company(name="Shop"), by=cast.olga)
    make_invoice(cast.olga, company=shop, number="РН-00012", day=date(2026, 1, 12))
    make_invoice(cast.olga, company=shop, number="РН-00013", day=date(2026, 1, 13))
    header = ["Дата оплаты", "Клиент", "Сумма", "Валюта", "Номер счёта"]
    rows = [["20.01.2026", "Shop", "10", "GBP", "РН-12"], ["21.01.2026", "Shop", "4", "GBP", "за счёт № РН-00013"],
            ["22.01.2026", "Shop", "7", "GBP", "РН-99"]]  # fmt: skip
    before = firm_as_it_is()

    job = imported(write_csv(tmp_path / "p.csv", header, rows, separator=";"), "records:payment", by=cast.olga)

    assert wrong(job) == []
    assert sorted(Invoice.objects.values_list("document_number", "open_minor")) == [("РН-00012", 0), ("РН-00013", 600)]
    assert sorted(Payment.objects.values_list("amount_minor", "shared_minor")) == [(400, 400), (700, 0), (1000, 1000)]
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_a_customer_comes_with_who_looks_after_it_and_people_not_here_are_proposed_to_be_left_out(cast, as_user):
    client = as_user(cast.olga)
    rows = f"Shop;{cast.ivan.name}\nMarket;Gone One\nStore;Gone Two\n"
    job = dropped(client, f"Наименование;Менеджер\n{rows}", name="Клиенты.csv")

    make_all(client, job)
    load(client, job)

    assert dict(Company.objects.values_list("name", "owner__name")) == {
        "Shop": cast.ivan.name, "Market": cast.olga.name, "Store": cast.olga.name,
    }  # fmt: skip


def asked(client, job):
    return {group["label"]: group for group in page(client, job).context["unknown"]}


def make_all(client, job):
    """Answer as the page proposes: with what stands chosen for all unknown values of each column."""
    chosen = {group["all"].html_name: group["all"].value() for group in asked(client, job).values() if group["all"]}
    answer(client, job, "decide", **chosen)


def load(client, job):
    client.post(reverse("imports:load", args=[job.pk]))
    work()
    job.refresh_from_db()


def test_customers_and_goods_of_a_first_file_are_made_with_one_answer_and_go_with_it(cast, as_user):
    client, before = as_user(cast.olga), firm_as_it_is()
    job = dropped(client, SALES, name="Продажи 2026.csv")
    first = page(client, job).content.decode()
    assert {label: group["count"] for label, group in asked(client, job).items()} == {
        "Company": 2, "Product, code or tax number": 2,
    }  # fmt: skip
    assert "Not one row can be loaded yet" in first
    assert "there is none of that name" not in first  # what is asked above is no error to be read below

    make_all(client, job)
    assert (job.count("bad"), job.sums) == (0, {"GBP": 319000})
    load(client, job)

    assert sorted(Product.objects.values_list("code", "name")) == [("А-1", "Кружка"), ("А-2", "Ложка")]
    assert sorted(Company.objects.values_list("name", flat=True)) == ["ИП Кузнецов", "ООО «Ромашка»"]
    assert sorted(Invoice.objects.values_list("document_number", "company__name", "total_minor", "state")) == [
        ("РН-1", "ООО «Ромашка»", 269000, "issued"), ("РН-2", "ИП Кузнецов", 50000, "issued"),
    ]  # fmt: skip
    again = dropped(client, SALES, name="Продажи 2026.csv")
    assert (again.count("create"), again.count("update"), again.rejected) == (0, 0, 0)
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_more_values_than_a_page_shows_are_answered_at_once_and_single_answers_go_before(cast, as_user):
    client = as_user(cast.olga)
    make_product(cast.olga, "Mug")
    rows = "".join(f"12.01.2026;F-{number};Shop {number};Mug;1;10\n" for number in range(130))
    job = dropped(client, f"Дата;Номер накладной;Клиент;Товар;Количество;Цена\n{rows}")
    (group,) = asked(client, job).values()
    assert (group["count"], len(group["rows"]), group["all"].value()) == (130, 100, "create")

    one = job.unknown_values.get(value="Shop 7")
    left_out = job.unknown_values.get(value="Shop 8")
    answer(client, job, "decide", **{"all-company": "create", f"do-{one.pk}": "empty", f"do-{left_out.pk}": "skip"})
    load(client, job)

    assert Company.objects.count() == 128
    assert not Invoice.objects.filter(document_number="F-8").exists()
    assert Invoice.objects.get(document_number="F-7").company is None
    assert not Invoice.objects.exclude(document_number="F-7").filter(company=None).exists()


def test_where_there_are_customers_already_nothing_is_made_unless_somebody_says_so(cast, as_user):
    client = as_user(cast.olga)
    creating(Company(name="Tortola"), by=cast.olga)
    job = dropped(client, SALES.replace("ИП Кузнецов", "Tortola").replace("ООО «Ромашка»", "Tortolla"))

    assert [group["all"] for label, group in asked(client, job).items() if label == "Company"] == [None]  # a single one
    make_all(client, job)

    assert job.count("bad") == 1
    assert Company.objects.count() == 1


def test_a_customer_made_on_the_way_is_given_the_tax_number_by_which_the_file_tells_it(cast, as_user):
    client = as_user(cast.olga)
    text = "Дата;Номер накладной;Контрагент;ИНН;Сумма;Цена;Количество;Описание\n"
    rows = "12.01.2026;1;Ромашка;7707083893;10;10;1;Х\n13.01.2026;2;Мост;7707083894;10;10;1;Х\n"
    job = dropped(client, text + rows)

    make_all(client, job)

    assert [(line, column) for line, column, _reason in wrong(job)] == [(3, "company.code")]
    load(client, job)
    assert list(Company.objects.values_list("name", "inn")) == [("Ромашка", "7707083893")]


def test_without_a_price_the_sum_tells_it_and_what_does_not_give_the_sum_again_is_refused(cast, tmp_path):
    make_product(cast.olga, "Mug")
    header = ["Дата", "Номер накладной", "Товар", "Количество", "Сумма"]
    rows = [["12.01.2026", "1", "Mug", "3", "10"], ["12.01.2026", "2", "Mug", "3000000", "10,01"]]

    job = imported(write_csv(tmp_path / "s.csv", header, rows, separator=";"), "records:invoice.lines", by=cast.olga)

    line = InvoiceLine.objects.get()
    assert (line.amount_minor, line.price) == (1000, Decimal("3.333333"))
    assert wrong(job) == [(3, "amount_minor", "price times quantity is not this sum")]
    assert ("Price of one unit", "worked out: the sum divided by the quantity") in layouts[job.layout](job).told()


def test_without_a_number_what_a_customer_took_on_a_day_is_one_document_and_stays_one(cast, tmp_path):
    make_product(cast.olga, "Mug")
    for name in ("Daisy", "Bridge"):
        creating(Company(name=name), by=cast.olga)
    header = ["Дата продажи", "Клиент", "Товар", "Количество", "Сумма"]
    rows = [["12.01.2026", "Daisy", "Mug", "1", "10"], ["12.01.2026", "Daisy", "Mug", "2", "18"],
            ["12.01.2026", "Bridge", "Mug", "1", "10"], ["13.01.2026", "Daisy", "Mug", "1", "10"]]  # fmt: skip
    path = write_csv(tmp_path / "s.csv", header, rows, separator=";")

    first, second = (imported(path, "records:invoice.lines", by=cast.olga) for _ in range(2))

    assert (counts(first), counts(second), wrong(first)) == ((3, 0, 0), (0, 0, 3), [])
    assert sorted(Invoice.objects.values_list("document_number", "total_minor")) == [
        ("2026-01-12 Bridge", 1000), ("2026-01-12 Daisy", 2800), ("2026-01-13 Daisy", 1000),
    ]  # fmt: skip


def test_a_document_without_a_number_is_called_after_the_customer_not_after_a_tax_number(cast, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "Дата;Клиент;ИНН;Сумма\n12.01.2026;Daisy;7707083893;10\n", name="Продажи.csv")
    unknown = job.unknown_values.get()
    answer(client, job, "decide", **{f"do-{unknown.pk}": "create"})

    load(client, job)

    assert Invoice.objects.get().document_number == "2026-01-12 Daisy"
    assert Company.objects.get().inn == "7707083893"


def test_a_list_of_sums_by_day_and_customer_comes_in_as_what_was_sold(cast, as_user):
    client = as_user(cast.olga)
    text = "Дата;Клиент;Сумма\n12.01.2026;Daisy;100,50\n12.01.2026;Daisy;20\n13.01.2026;Bridge;7\n"
    job = dropped(client, text, name="Продажи.csv")

    make_all(client, job)
    told = layouts[job.layout](job).told()
    load(client, job)

    assert ("Price of one unit", "the sum: nothing says of how many") in told
    assert sorted(Invoice.objects.values_list("document_number", "total_minor", "lines_count")) == [
        ("2026-01-12 Daisy", 12050, 2), ("2026-01-13 Bridge", 700, 1),
    ]  # fmt: skip


@given(st.lists(st.text(min_size=1, max_size=60), min_size=2, max_size=2), st.lists(st.text(min_size=1, max_size=60)))
def test_a_name_made_of_a_day_and_a_customer_fits_and_tells_one_from_another(parts, others):
    assert len(name_of_parts(parts)) <= 40
    if " ".join(others) != " ".join(parts):
        assert name_of_parts(others) != name_of_parts(parts)


# ── costs


def costs(folder, *rows, header=("Артикул", "Номенклатура", "Закупочная цена")):
    return write_csv(folder / "c.csv", list(header), [list(row) for row in rows], separator=";")


def kept():
    return sorted(CostPrice.objects.values_list("product__name", "cost", "currency", "valid_from"))


@pytest.fixture
def sold(cast):
    keep_costs(cast.olga)
    mug = make_product(cast.olga, "Mug", code="А-1")
    make_invoice(cast.olga, (mug, 1, 10), day=date(2026, 1, 12))
    return mug


def test_first_costs_without_a_day_or_a_currency_are_ours_and_hold_since_our_first_document(cast, sold, tmp_path):
    make_product(cast.olga, "Spoon")
    path = costs(tmp_path, ["А-1", "Mug", "120,50"], ["", "Spoon", "40"])
    by_name = costs(tmp_path, ["Spoon", "40"], header=("Номенклатура", "Себестоимость"))

    assert kept() == []
    job = imported(by_name, "costs", by=cast.olga)
    path = costs(tmp_path, ["А-1", "Mug", "120,50"])
    imported(path, "costs", by=cast.olga)

    assert kept() == [
        ("Mug", Decimal("120.5"), "GBP", date(2026, 1, 12)), ("Spoon", Decimal(40), "GBP", date(2026, 1, 12)),
    ]  # fmt: skip
    assert wrong(job) == []
    assert layouts["costs"](job).told()[0] == ("Currency", "GBP (assumed)")


def test_a_later_cost_without_a_day_holds_from_today_and_the_same_again_changes_nothing(cast, sold, tmp_path):
    first = costs(tmp_path, ["А-1", "Mug", "120"])
    imported(first, "costs", by=cast.olga)

    same = imported(first, "costs", by=cast.olga)
    imported(costs(tmp_path, ["А-1", "Mug", "130"]), "costs", by=cast.olga)

    assert counts(same) == (0, 0, 1)
    assert [(cost, since) for _name, cost, _currency, since in kept()] == [
        (Decimal(120), date(2026, 1, 12)), (Decimal(130), today()),
    ]  # fmt: skip


def test_the_importer_may_let_first_costs_hold_from_today_only(cast, sold, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "Артикул;Себестоимость\nА-1;120\n")
    assert "since" in page(client, job).context["reading"].fields

    answer(client, job, since="today")
    load(client, job)

    assert [since for *_rest, since in kept()] == [today()]


def test_one_product_twice_in_a_file_by_its_code_and_by_its_name_has_one_cost(cast, sold, tmp_path):
    imported(
        costs(tmp_path, ["А-1", "120"], ["Mug", "120"], header=("Артикул", "Себестоимость")), "costs", by=cast.olga
    )

    assert [cost for _name, cost, *_rest in kept()] == [Decimal(120)]
