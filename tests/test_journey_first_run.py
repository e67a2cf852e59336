"""J1: a firm sets up with one command, brings in what it sold from a file of its own, and sees from above what brings
the revenue. On that day, without a vendor and without a specification, its owner agrees on a report, makes it, tries
it and goes live.
"""

import csv
import re
from decimal import Decimal

import pytest

from tests.support.servers import served

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite("a first load is made by other journeys too")]

HEADER = ["Дата", "Номер накладной", "Контрагент", "Артикул", "Номенклатура", "Количество", "Цена"]
LINES = [  # as a trader keeps them: nobody made this file for a CRM
    ("01.12.2010", "РН-365", "ООО «Ромашка»", "85123A", "Подсвечник белый", 6, "2,55"),
    ("01.12.2010", "РН-365", "ООО «Ромашка»", "71053", "Фонарь", 6, "3,39"),
    ("01.12.2010", "РН-370", "ИП Кузнецов", "22728", "Будильник", 24, "3,75"),
    ("02.12.2010", "РН-389", "Лавка", "85123A", "Подсвечник белый", 64, "2,55"),
]
REVENUE = sum(quantity * Decimal(price.replace(",", ".")) for *_before, quantity, price in LINES)


@pytest.fixture
def new_firm(blank):
    with served(blank) as running:
        yield running


@pytest.fixture
def invoices(tmp_path):
    path = tmp_path / "Продажи 2010.csv"
    with path.open("w", encoding="windows-1251", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *LINES])
    return path


def test_a_new_firm_loads_its_invoices_and_sees_its_revenue(new_firm, new_page, invoices):
    address = re.search(r"http\S+/first-run/\S+", new_firm.must("init"))[0]
    page = new_page(base_url=new_firm.url)

    page.goto(address)
    for name, text in {
        "firm": "Lanterns & Clocks", "name": "Olga Dorofeeva", "email": "olga@lanterns.example",
        "password": "three quiet words", "again": "three quiet words",
    }.items():  # fmt: skip
        page.locator(f"input[name={name}]").fill(text)
    page.locator("select[name=country]").select_option("GB")
    page.locator("select[name=currency]").select_option("GBP")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/welcome")
    page.locator("main a.primary").click()

    page.wait_for_url("**/import/")
    page.locator("input[type=file]").set_input_files(invoices)
    page.locator("main form button.primary").click()
    page.locator("form[action$='/decide'] button").click()  # customers and goods are not here: all are made
    page.locator("form[action$='/load'] button").click()
    page.locator("form[action$='/undo'] button").wait_for()
    page.locator("main a.primary").click()
    page.wait_for_url("**/above")

    figures = page.locator(".kpis b.big")
    assert figures.first.inner_text().replace(",", "").startswith(f"{REVENUE:.2f}")
    assert figures.last.inner_text() == "–"
    assert page.locator(".even tbody .k1").first.inner_text().startswith("Подсвечник белый")

    figures.first.locator("a").click()
    page.locator("#list-invoice tbody tr").first.wait_for()
    assert page.locator("#list-invoice tbody tr").count() == len({line[1] for line in LINES})

    a_number_is_agreed(page)
    report = a_report_is_made(page)
    it_is_agreed_tried_and_live(page, report)
    page.goto("/rollout/map")
    knots = page.locator(".map a.k .d")
    looks = [knots.nth(place).get_attribute("class").split()[1:] for place in range(5)]
    assert looks == [[]] * 5, "number, told, agreed, set up and tried hold"


def a_number_is_agreed(page):
    page.goto("/rollout/number")
    page.locator("main form.form button.primary").first.click()
    page.locator("form[action$='/agree'] button.primary").click()
    page.goto("/rollout/told")
    page.locator("[name=statement]").fill("I do not know which customer brings how much.")
    page.locator("main form.form button.primary").click()
    page.locator("form[action*='/told/'][action$='/agree'] button").click()


def a_report_is_made(page) -> str:
    page.goto("/reports")
    page.locator("a[href='/reports/new/invoice']").click()
    for name, value in (("measure", "sum"), ("of", "total_minor"), ("by", "company")):
        page.locator(f"#ask [name={name}]").select_option(value)
    page.locator("#ask button").click()
    page.locator("#built tbody tr").first.wait_for()
    name = "Revenue by customer"
    page.locator("#keep [name=name]").fill(name)
    page.locator("#keep [name=decides]").fill("Whom we visit first")
    page.locator("#keep [name=shared][value=everybody]").check()
    page.locator("#keep [name=reason]").fill("We ask it every Monday")
    page.locator("#keep button.primary").click()
    page.wait_for_url(re.compile(r"/reports/\d+$"))
    shown = page.locator("#built tbody tr")
    assert shown.count() == len({line[6] for line in LINES})
    return name


def it_is_agreed_tried_and_live(page, report):
    page.goto("/rollout/agreed")
    page.locator("[name=statement]").fill(report)
    page.locator("[name=done_when]").fill("I open it and see the customer with most revenue on top.")
    while (chosen := page.locator("[name=elements]:checked")).count():  # what the number usually takes: not this time
        chosen.first.uncheck()
    page.locator("label", has_text=report).first.click()
    page.locator("main form.form button.primary").click()
    page.locator("form[action$='/confirm'] button").click()
    page.goto("/rollout/try")
    page.locator("a.btn.primary").click()
    page.locator("form[action$='/run'] button[value=passed]").click()
    page.goto("/rollout/try")
    page.locator("form[action$='/live'] button").click()
    page.wait_for_url("**/rollout/used")
    assert report in page.locator("main").inner_text()
