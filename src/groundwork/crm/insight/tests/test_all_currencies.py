"""The view from above with all currencies in the firm's own: the same sums on every screen, and what is not in them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.core.languages import money
from groundwork.crm.trade import debts
from groundwork.crm.trade.models import Invoice
from groundwork.crm.trade.profit import ALL, profit
from groundwork.crm.trade.rates import convert
from groundwork.crm.trade.testing import MAY, make_company, make_invoice, make_payment, make_rate


@pytest.fixture
def abroad(cast):
    """Tortola owes pounds and euros, Wawel euros and, without a rate, dollars."""
    cast.tortola, cast.wawel = make_company(cast.olga), make_company(cast.olga, "Wawel")
    make_rate(cast.nina, "EUR", "0.853333", since=date(2026, 5, 1))
    for number, (company, currency, price) in enumerate(
        [
            (cast.tortola, "GBP", "12.00"),
            (cast.tortola, "EUR", "10.01"),
            (cast.wawel, "EUR", "33.33"),
            (cast.wawel, "EUR", "0.77"),
            (cast.wawel, "USD", "5.00"),
        ]
    ):
        make_invoice(cast.anna, (None, 1, price), company=company, currency=currency, number=f"N{number}",
                     due_on=MAY - timedelta(40 - number))  # fmt: skip
    make_payment(cast.olga, cast.tortola, 5)
    return cast


def page(client, name, *args, **query):
    return client.get(reverse(f"insight:{name}", args=args), {"as_of": str(MAY), "currency": ALL, **query})


def test_revenue_of_all_currencies_stands_in_ours_and_says_what_is_missing(abroad, as_user):
    above = page(as_user(abroad.olga), "above").context["above"]

    revenue = sum(convert(row.total_minor, row.currency, "GBP", MAY) or 0 for row in Invoice.objects.all())
    assert above.figures[0].text == money(revenue, "GBP")
    assert above.missing == "1 of 5 lines is not in these sums: no rate of exchange is known on its day."
    (companies,) = (table for head, _every, table, _whole in above.tables if head == "Companies")
    assert [row.cells[1].text for row in companies.rows] == ["29.10", "20.54"]  # 28.44 + 0.66, 12.00 + 8.54


def test_the_missing_lines_open_and_others_show_what_they_are_worth(abroad, as_user):
    client = as_user(abroad.olga)
    answer = page(client, "above")

    missing = client.get(answer.context["missing_href"]).context["table"]
    lines = client.get(reverse("insight:lines"), {"currency": ALL}).context["table"]

    assert [row.cells[5].text for row in missing.rows] == [money(500, "USD")]
    assert sorted(row.cells[6].text for row in lines.rows) == ["0.66", "12.00", "28.44", "8.54", "–"]


def test_the_report_adds_up_to_the_same_by_every_way(abroad, as_user):
    client, totals = as_user(abroad.olga), set()
    for by in ("month", "company", "product", "owner", "country"):
        table = page(client, "report", "profit", by=by).context["table"]
        totals.add(table.totals[1].text)

    assert totals == {f"{Decimal(profit(currency=ALL)[0].revenue) / 100:.2f}"}


def test_debts_are_worth_the_rate_of_the_day_and_open_documents_that_add_up(abroad, as_user):
    client = as_user(abroad.olga)
    part = page(client, "report", "debts").context["part"]

    opened = 0
    for row in [*(row.cells for row in part.table.rows), part.table.totals]:
        for cell in row[2:]:
            if cell.href:
                rows = client.get(cell.href).context["part"].table
                assert rows.totals[-1].text == cell.text
                opened += 1
    assert opened == 6
    assert part.missing == f"Not in these sums, since no rate of exchange is known: {money(500, 'USD')}."
    (wawel,) = (row for row in debts.in_own(as_of=MAY).rows if row.company_id == abroad.wawel.pk)
    assert wawel.open == 2844 + 66
    assert debts.in_own(as_of=MAY - timedelta(1)) is None  # no payment was kept by then


def test_a_limit_in_another_currency_is_held_against_the_whole_debt(cast):
    company = make_company(cast.olga, debt_limit_minor=1000, currency="EUR")
    make_rate(cast.nina, "EUR", "0.5", since=date(2026, 5, 1))
    make_invoice(cast.anna, (None, 1, "12.00"), company=company, currency="EUR", number="E", due_on=MAY)
    make_invoice(cast.anna, (None, 1, "1.00"), company=company, number="P", due_on=MAY)
    make_payment(cast.olga, company, 1)

    (debt,) = debts.in_own(as_of=MAY).rows

    assert (debt.open, debt.limit, debt.over_limit) == (700, 500, 199)


def test_a_firm_with_its_own_currency_only_is_not_asked_which(cast, as_user):
    make_invoice(cast.anna)

    assert [one["label"] for one in page(as_user(cast.olga), "above", currency="").context["currencies"]] == ["GBP"]


@pytest.mark.parametrize("path", ["/above", "/report/profit", "/report/debts", "/report/concentration"])
def test_a_page_in_our_currency_takes_as_many_queries_for_forty_documents_as_for_five(abroad, as_user, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_user(abroad.olga), []
    for more in (0, 35):
        for place in range(more):
            make_invoice(abroad.anna, company=abroad.wawel, currency="EUR", number=f"M{place}", due_on=MAY)
        client.get(path, {"currency": ALL})
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, {"currency": ALL}).status_code == 200
        counts.append(len([query for query in queries if "records_use" not in query["sql"]]))

    assert counts[0] == counts[1]
