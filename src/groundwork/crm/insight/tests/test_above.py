"""The view from above: numbers that open their rows, for those who may see them."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.crm.customers.models import Company
from groundwork.crm.insight.period import Period
from groundwork.crm.trade.models import Category
from groundwork.crm.trade.testing import keep_costs, make_cost, make_invoice, make_product
from groundwork.records import use
from groundwork.records.models import Use
from groundwork.records.write import creating

MAY, APRIL = date(2026, 5, 10), date(2026, 4, 2)


@pytest.fixture
def trading(cast, time_machine):
    """Almonds sold to Tortola in May and April, dates over the counter."""
    time_machine.move_to("2026-05-20 12:00Z")
    cast.almonds, cast.dates = make_product(cast.olga, code="A1"), make_product(cast.olga, "Dates", code="D1")
    cast.tortola = creating(Company(name="Tortola", country="Poland"), by=cast.anna)
    make_invoice(cast.anna, (cast.almonds, 10, "5.00"), company=cast.tortola, country="Poland", number="MAY-1")
    make_invoice(
        cast.anna, (cast.almonds, 4, "5.00"), company=cast.tortola, day=APRIL, number="APR-1", country="Poland"
    )
    make_invoice(cast.ivan, (cast.dates, 3, "2.00"), number="MAY-2")
    return cast


def links(response):
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', response.content.decode())]


def words(response):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_olga_sees_the_month_of_the_last_document(trading, as_user):
    page = as_user(trading.olga).get(reverse("insight:above"))

    assert page.status_code == 200
    assert page.context["period"] == Period("month", MAY)
    assert [(figure.label, figure.text) for figure in page.context["above"].figures] == [
        ("Revenue", "56.00\xa0GBP"),
        ("Documents", "2"),
        ("Companies", "1"),
        ("Margin", "–"),
    ]
    assert "cost not kept here" in words(page)


def test_a_quarter_begins_with_its_first_month_and_all_with_the_first_document(trading, as_user):
    client = as_user(trading.olga)

    for period, revenue in (("month", "56.00"), ("quarter", "76.00"), ("year", "76.00"), ("all", "76.00")):
        page = client.get(reverse("insight:above"), {"period": period})
        assert page.context["above"].figures[0].text == f"{revenue}\xa0GBP"


def test_as_of_an_earlier_day_the_view_stands_there(trading, as_user):
    page = as_user(trading.olga).get(reverse("insight:above"), {"as_of": "2026-04-30"})

    assert page.context["above"].figures[0].text == "20.00\xa0GBP"


def test_a_senseless_day_falls_back_to_the_newest(trading, as_user):
    page = as_user(trading.olga).get(
        reverse("insight:above"), {"as_of": "yesterday", "period": "aeon", "currency": "<b>"}
    )

    assert (page.status_code, page.context["period"]) == (200, Period("month", MAY))


def test_the_head_sees_the_department_and_nothing_else(trading, as_user):
    page = as_user(trading.piotr).get(reverse("insight:above"))

    assert page.context["above"].figures[0].text == "50.00\xa0GBP"
    assert "Dates" not in page.content.decode()


@pytest.mark.parametrize("who", ["anna", "larisa", "rita"])
def test_who_has_no_reports_is_refused_and_has_no_entry_in_the_menu(trading, as_user, who):
    client = as_user(getattr(trading, who))

    for path in ("above", "report/profit", "report/lines", "report/profit/download.csv"):
        assert client.get(f"/{path}").status_code == 403


def test_every_number_opens_its_rows(trading, as_user):
    client = as_user(trading.olga)
    page = client.get(reverse("insight:above"))

    found = links(page)
    invoices = reverse("records:list", args=["invoice"])
    days = "f.issued_on.from=2026-05-01&f.issued_on.to=2026-05-10"
    for narrowed in ("", f"f.company={trading.tortola.pk}&", "f.country=Poland&"):
        assert f"{invoices}?f.state=issued&f.currency=GBP&{narrowed}{days}" in found
    for link in found:
        if link.startswith(("/report", invoices)):
            assert client.get(link).status_code == 200, link


def test_the_rows_under_a_product_add_up_to_its_number(trading, as_user):
    page = as_user(trading.olga).get(reverse("insight:lines"), {"product": trading.almonds.pk})

    assert [row.cells[0].text for row in page.context["table"].rows] == ["MAY-1", "APR-1"]
    assert page.context["sums"] == ["70.00\xa0GBP"]


def test_the_rows_without_a_company_can_be_opened(trading, as_user):
    page = as_user(trading.olga).get(reverse("insight:lines"), {"company": "none", "currency": "GBP"})

    assert (page.context["title"], page.context["sums"]) == ("without a company", ["6.00\xa0GBP"])


def test_lines_come_fifty_at_a_time_and_each_once(cast, as_user):
    almonds = make_product(cast.olga)
    for place in range(13):
        make_invoice(cast.olga, *[(almonds, 1, "1.00")] * 9, number=f"N{place}", day=date(2026, 5, 1 + place // 4))
    client, path, seen = as_user(cast.olga), f"{reverse('insight:lines')}?product={almonds.pk}", []

    while path:
        table = client.get(path).context["table"]
        assert len(table.rows) <= 50
        seen += [row.key for row in table.rows]
        path = table.next_url

    assert len(seen) == len(set(seen)) == 13 * 9


def test_nobody_opens_lines_of_invoices_that_they_do_not_see(trading, as_user):
    page = as_user(trading.piotr).get(reverse("insight:lines"), {"product": trading.dates.pk})

    assert (page.context["table"].rows, page.context["sums"]) == ([], [])


def test_with_costs_the_margin_stands_beside_how_much_of_it_is_known(trading, as_user):
    keep_costs(trading.olga)
    make_cost(trading.almonds, "4.00")

    page = as_user(trading.olga).get(reverse("insight:above"))

    margin = page.context["above"].figures[-1]
    assert (margin.text, margin.sub, round(margin.completeness)) == ("20.0%", "10.00\xa0GBP", 89)
    report = as_user(trading.olga).get(reverse("insight:report", args=["profit"]), {"by": "product"})
    assert [[cell.text for cell in row.cells] for row in report.context["table"].rows] == [
        ["Almonds", "70.00", "0.00", "0.00", "0.00", "56.00", "14.00", "20.0%", "100%", "14.00", "2"],
        ["Dates", "6.00", "0.00", "0.00", "0.00", "–", "–", "–", "0%", "–", "1"],
    ]
    assert [cell.text for cell in report.context["table"].totals] == [
        "Total",
        "76.00",
        *["0.00"] * 3,
        "56.00",
        "14.00",
        "20.0%",
        "92%",
        "14.00",
        "3",
    ]


def test_whoever_may_not_see_costs_finds_no_word_of_margin(trading, as_user):
    from groundwork.access.models import FieldGrant, Role

    keep_costs(trading.olga)
    make_cost(trading.almonds, "4.00")
    FieldGrant.objects.create(role=Role.objects.get(key="head"), type="product", field="costs", mode="hidden")

    for path in (reverse("insight:above"), reverse("insight:report", args=["profit"])):
        assert "argin" not in words(as_user(trading.piotr).get(path))


def test_an_empty_firm_says_what_will_stand_here(cast, as_user):
    page = as_user(cast.olga).get(reverse("insight:above"))

    assert "as soon as there are invoices" in words(page)


def test_currencies_are_switched_not_added(trading, as_user):
    make_invoice(trading.olga, (None, 1, "99.00"), currency="EUR")
    client = as_user(trading.olga)

    assert client.get(reverse("insight:above")).context["above"].figures[0].text == "56.00\xa0GBP"
    assert client.get(reverse("insight:above"), {"currency": "EUR"}).context["above"].figures[0].text == "99.00\xa0EUR"


def test_a_download_is_for_who_may_export_and_starts_no_formula(trading, as_user):
    make_invoice(trading.olga, (None, -1, "3.00"), company=creating(Company(name="=cmd|'/c calc'!A1"), by=trading.olga))
    path = reverse("insight:download", args=["profit", "csv"])

    assert as_user(trading.nina).get(path).status_code == 403
    answer = as_user(trading.olga).get(path, {"by": "company"})

    text = answer.content.decode("utf-8-sig")
    assert "'=cmd|" in text
    assert ",-3.00," in text
    assert answer["Content-Disposition"].startswith("attachment")


def test_json_keeps_the_unknown_apart_from_zero(trading, as_user):
    answer = as_user(trading.olga).get(reverse("insight:download", args=["profit", "json"]), {"by": "product"})

    assert answer.json()["rows"][0] == {
        "product": "A1",
        "name": "Almonds",
        "revenue": "70.00",
        "cost": None,
        "margin": None,
        "known_share": "0",
        "currency": "GBP",
    }


def test_opening_the_report_counts_as_its_use_and_landing_on_the_view_from_above_does_not(trading, as_user):
    client = as_user(trading.olga)

    client.get(reverse("insight:above"))
    client.get(reverse("insight:report", args=["profit"]))
    use.flush()

    kinds = Use.objects.filter(user=trading.olga, key="report:profit").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["view", "report"]


def test_a_category_opens_the_lines_of_its_products(trading, as_user):
    client, dry = as_user(trading.olga), creating(Category(name="Dry goods"), by=trading.olga)
    goods = make_product(trading.olga, "Figs", category=dry)
    make_invoice(trading.olga, (goods, 1, "3.00"), (None, 1, "4.00"), number="N9")

    page = client.get("/report/profit?by=category")

    assert "Dry goods" in page.content.decode()
    assert "without a category" in page.content.decode()
    opened = [client.get(href) for href in links(page) if "report/lines" in href and "category" in href]
    assert len(opened) == 2
    assert sorted("Figs" in lines.content.decode() for lines in opened) == [False, True]
    assert client.get("/report/lines?category=999999").status_code == 404


AT_MOST = {
    "/above?period=all": 25,
    "/report/profit?by=company": 11,
    "/report/profit?by=product": 10,
    "/report/lines": 9,
    "/report/debts": 10,
    "/report/concentration": 15,
    "/report/customers": 11,
    "/report/unknown-costs": 11,
}


def test_a_page_takes_as_many_queries_for_sixty_documents_as_for_two(cast, as_user):
    keep_costs(cast.olga)
    client, taken = as_user(cast.olga), []
    for documents in (2, 60):
        for place in range(documents):
            product = make_product(cast.olga, f"Nut {documents} {place}")
            make_cost(product, "1.00")
            company = creating(Company(name=f"Shop {documents} {place}"), by=cast.olga)
            make_invoice(
                cast.olga, (product, 1, "2.00"), company=company, number=f"N{documents}{place}", country=f"Land {place}"
            )
        taken.append({path: queries_of(client, path) for path in AT_MOST})

    few, many = taken
    assert few == many
    assert [path for path, queries in few.items() if queries > AT_MOST[path]] == []


def queries_of(client, path: str) -> int:
    """How many a page takes that was opened before; of them some ask which months hold."""
    client.get(path)
    use.flush()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len([query for query in queries if "records_use" not in query["sql"]])


def test_a_month_stands_beside_the_same_month_a_year_before(trading, as_user):
    make_invoice(trading.olga, (None, 1, "16.00"), day=date(2025, 4, 30), number="LAST")

    above = as_user(trading.olga).get(reverse("insight:above")).context["above"]

    assert [(words, change) for words, _amount, _href, change in above.months][:2] == [
        ("May 2026", ""),
        ("April 2026", "+25%"),
    ]
    assert above.chart.target.values[-2:] == [16.0, 0.0]


def test_without_last_year_nothing_is_compared(trading, as_user):
    above = as_user(trading.olga).get(reverse("insight:above")).context["above"]

    assert above.chart.target is None
    assert {change for _words, _amount, _href, change in above.months} == {""}
