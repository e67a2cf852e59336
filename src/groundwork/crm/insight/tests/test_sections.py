"""The sections of the view from above: every number is the sum of the rows that it opens."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from groundwork.__main__ import attempt, parser
from groundwork.access.models import FieldGrant, Grant, Reach, Role, Verb
from groundwork.core.languages import money
from groundwork.crm.customers.models import Company
from groundwork.crm.customers.testing import recompute_all
from groundwork.crm.insight import command
from groundwork.crm.trade.testing import (
    MAY,
    keep_costs,
    make_company,
    make_cost,
    make_invoice,
    make_payment,
    make_product,
)


@pytest.fixture
def owing(cast):
    """Tortola owes an old and a new document, Nut Shop a new one; five pence came."""
    cast.tortola, cast.shop = make_company(cast.olga), make_company(cast.olga, "Nut Shop")
    make_invoice(cast.olga, (None, 1, "30.05"), company=cast.tortola, due_on=MAY - timedelta(40), number="OLD")
    make_invoice(cast.olga, (None, 1, "12.00"), company=cast.tortola, due_on=MAY + timedelta(9), number="NEW")
    make_invoice(cast.olga, (None, 1, "8.00"), company=cast.shop, due_on=MAY - timedelta(40), number="SHOP")
    make_payment(cast.olga, cast.tortola, 5)
    return cast


def minor(text: str) -> Decimal:
    return Decimal(text.replace(",", "") or "0")


def part_of(client, key, **query):
    return client.get(reverse("insight:report", args=[key]), {"as_of": str(MAY), **query}).context["part"]


def keys_shown(client) -> list[str]:
    return [section.key for section, _part, _whole in client.get(reverse("insight:above")).context["parts"]]


def test_every_debt_opens_the_documents_that_add_up_to_it(owing, as_user):
    client = as_user(owing.olga)
    table = part_of(client, "debts").table
    opened = 0

    for row in [*(row.cells for row in table.rows), table.totals]:
        for cell in row[2:5]:
            if cell.href:
                rows = client.get(cell.href).context["part"].table
                assert sum(minor(line.cells[-1].text) for line in rows.rows) == minor(cell.text)
                assert minor(rows.totals[-1].text) == minor(cell.text)
                opened += 1

    assert opened == 8
    assert [cell.text for cell in table.totals] == [
        "Total", "50.00", "50.05", "12.00", "38.05", "0.05",
    ]  # fmt: skip


def test_a_debt_over_the_limit_says_by_how_much(cast, as_user):
    tortola = make_company(cast.olga, debt_limit_minor=2000, currency="GBP")
    make_invoice(cast.olga, (None, 1, "30.05"), company=tortola, due_on=MAY)
    make_payment(cast.olga, tortola, 5)

    (row,) = part_of(as_user(cast.olga), "debts").table.rows

    assert (row.cells[1].text, row.cells[1].sub) == ("30.00", "over the limit by 10.00")

    FieldGrant.objects.create(
        role=Role.objects.get(key="director"), type="company", field="debt_limit_minor", mode="hidden"
    )
    (row,) = part_of(as_user(cast.olga), "debts").table.rows
    assert (row.cells[1].text, row.cells[1].sub) == ("30.00", "")


def test_without_payments_debts_are_unknown_and_an_import_is_offered(cast, as_user):
    make_invoice(cast.olga)

    page = as_user(cast.olga).get(reverse("insight:above"))

    (part,) = [part for section, part, _whole in page.context["parts"] if section.key == "debts"]
    assert (part.table, part.offer_href) == (None, reverse("imports:start"))
    assert "Debts are unknown" in page.content.decode()


def test_shares_of_the_largest_customers_add_up_and_open_their_invoices(owing, as_user):
    table = part_of(as_user(owing.olga), "concentration").table

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["1", "Tortola", "42.05", "84.0%", "84.0%"],
        ["2", "Nut Shop", "8.00", "16.0%", "100.0%"],
    ]
    assert f"f.company={owing.tortola.pk}" in table.rows[0].cells[2].href
    assert table.totals[2].text == "50.05"


def test_each_state_opens_as_many_customers_as_it_counts(owing, as_user):
    recompute_all(MAY)
    client = as_user(owing.olga)
    table = part_of(client, "customers").table

    shown = {row.cells[0].text: row.cells for row in table.rows}
    assert {name: cells[1].text for name, cells in shown.items()} == {"new": "2"}
    listed = client.get(shown["new"][1].href)
    assert {name in listed.content.decode() for name in ("Tortola", "Nut Shop")} == {True}
    assert table.totals[1].text == str(Company.objects.filter(kind="customer").count())


def test_unknown_costs_open_just_the_lines_without_one(cast, as_user):
    keep_costs(cast.olga)
    almonds, dates = make_product(cast.olga), make_product(cast.olga, "Dates")
    make_cost(almonds, "1.00", since=MAY)
    make_invoice(cast.olga, (almonds, 2, "5.00"), (dates, 1, "4.00"), (None, 1, "3.00"))
    make_invoice(cast.olga, (almonds, 1, "5.00"), day=MAY - timedelta(1), number="BEFORE")
    client = as_user(cast.olga)

    part = part_of(client, "unknown-costs")

    assert [[cell.text for cell in row.cells] for row in part.table.rows] == [
        ["Almonds", "5.00", "1", "15.00", "67%"],
        ["Dates", "4.00", "1", "4.00", "0%"],
        ["without a product", "3.00", "1", "3.00", "0%"],
    ]
    for cell in [*(row.cells[1] for row in part.table.rows), part.table.totals[1]]:
        assert client.get(cell.href).context["sums"] == [money(int(minor(cell.text) * 100), "GBP")]
    assert round(part.completeness) == 45


def test_without_costs_the_roll_out_is_offered(cast, as_user):
    make_invoice(cast.olga)

    part = part_of(as_user(cast.olga), "unknown-costs")

    assert (part.table, part.unknown) == (None, "Margin is unknown: cost prices are not kept here.")


def test_a_section_appears_for_whoever_may_see_what_is_under_it(owing, as_user):
    assert keys_shown(as_user(owing.olga)) == ["debts", "concentration", "customers", "traits", "unknown-costs"]

    head = Role.objects.get(key="head")
    FieldGrant.objects.create(role=head, type="product", field="costs", mode="hidden")
    Grant.objects.filter(role=head, type="payment").delete()
    Grant.objects.get_or_create(role=head, type="reports", verb=Verb.EXPORT, reach=Reach.ALL)
    make_invoice(owing.anna, number="HERS")

    piotr = as_user(owing.piotr)
    assert keys_shown(piotr) == ["concentration", "customers"]
    for key in ("debts", "unknown-costs"):
        assert piotr.get(reverse("insight:report", args=[key])).status_code == 404
        assert piotr.get(reverse("insight:download", args=[key, "csv"])).status_code == 404


def test_a_head_counts_debts_of_the_own_department_only(owing, as_user):
    make_invoice(owing.anna, (None, 1, "2.00"), company=owing.shop, number="HERS")
    FieldGrant.objects.filter(role__key="head").delete()

    part = part_of(as_user(owing.piotr), "debts")

    assert part.table.totals[2].text == "2.00"


NAMED = {"debts": 42.05, "concentration": 42.05, "profit": 42.05, "unknown-costs": 1.0}  # with names, and an amount


@pytest.mark.parametrize("key", [*NAMED, "customers", "traits"])
def test_a_workbook_has_numbers_as_numbers_and_no_formula(owing, as_user, key):
    keep_costs(owing.olga)
    company, product = make_company(owing.olga, "=1+1"), make_product(owing.olga, "=1+1")
    make_invoice(owing.olga, (product, 1, "1.00"), company=company, number="F")
    recompute_all(MAY)

    query = {"by": "company"} if key == "profit" else {}
    answer = as_user(owing.olga).get(reverse("insight:download", args=[key, "xlsx"]), query)

    book = BytesIO(b"".join(answer.streaming_content))
    rows = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    cells = [cell for row in rows[2:] for cell in row]
    assert len(rows) > 2
    with ZipFile(book) as parts:
        assert not [name for name in parts.namelist() if "/sheet" in name and b"<f>" in parts.read(name)]
    if key in NAMED:
        assert ("'=1+1" in cells, NAMED[key] in cells) == (True, True)


def test_sections_by_command(owing, capsys):
    def rows(*words):
        assert attempt(lambda: command.run(parser().parse_args(["report", *words, "--json"]))) == 0
        return json.loads(capsys.readouterr().out)["rows"]

    recompute_all(MAY)
    assert [(row["name"], row["revenue"], row["share"]) for row in rows("concentration", "--as-of", str(MAY))] == [
        ("Tortola", "42.05", "0.84016"),
        ("Nut Shop", "8.00", "0.15984"),
    ]
    assert rows("customers") == [{"state": "new", "customers": 2, "rhythm_known": 0, "rhythm_broken": 0}]
    assert [row["unknown_revenue"] for row in rows("unknown-costs", "--as-of", str(MAY))] == ["50.05"]
    assert rows("concentration", "--as-of", str(date(2020, 1, 1))) == []
