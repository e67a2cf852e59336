"""``groundwork report``: the same numbers on paper."""

import json
from datetime import date

import pytest
from django.urls import reverse

from groundwork.__main__ import attempt, parser
from groundwork.crm.customers.models import Company
from groundwork.crm.insight import command
from groundwork.crm.trade.models import Category
from groundwork.crm.trade.testing import keep_costs, make_cost, make_invoice, make_payment, make_product
from groundwork.records.models import ExternalKey
from groundwork.records.write import creating


@pytest.fixture
def report(cast, capsys):
    def run(*words):
        code = attempt(lambda: command.run(parser().parse_args(["report", *words])))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def rows(answer):
    code, out, _err = answer
    assert code == 0
    return json.loads(out)["rows"]


def test_profit_by_month(cast, report):
    make_invoice(cast.olga, (None, 1, "748957.02"), day=date(2010, 12, 1))

    answer = report("profit", "--by", "month", "--json")

    assert json.loads(answer[1])["columns"] == ["month", "revenue", "cost", "margin", "known_share", "currency"]
    assert rows(answer) == [
        {
            "month": "2010-12",
            "revenue": "748957.02",
            "cost": None,
            "margin": None,
            "known_share": "0",
            "currency": "GBP",
        }
    ]


def test_profit_by_company_names_the_key_of_the_other_system(cast, report):
    tortola = creating(Company(name="Tortola"), by=cast.olga)
    ExternalKey.objects.create(source="shop", type="company", key="17850", object_id=tortola.pk)
    make_invoice(cast.olga, (None, 1, "7.00"), company=tortola)
    make_invoice(cast.olga, (None, 1, "3.00"))

    assert [
        (row["company"], row["name"], row["revenue"]) for row in rows(report("profit", "--by", "company", "--json"))
    ] == [
        ("17850", "Tortola", "7.00"),
        (None, None, "3.00"),
    ]


def test_profit_with_costs(cast, report):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga, code="A1")
    make_cost(almonds, "1.25")
    make_invoice(cast.olga, (almonds, 2, "5.00"), (None, 1, "30.00"))

    assert rows(report("profit", "--json")) == [
        {"revenue": "40.00", "cost": "2.50", "margin": "7.50", "known_share": "0.25", "currency": "GBP"}
    ]


def test_limits_by_day(cast, report):
    for month in (3, 4, 5):
        make_invoice(cast.olga, (None, month, "1.00"), day=date(2026, month, 1))

    assert [row["month"] for row in rows(report("profit", "--by", "month", "--from", "2026-04-01", "--json"))] == [
        "2026-04",
        "2026-05",
    ]
    assert [row["month"] for row in rows(report("profit", "--by", "month", "--to", "2026-04-30", "--json"))] == [
        "2026-03",
        "2026-04",
    ]
    assert [row["month"] for row in rows(report("profit", "--by", "month", "--as-of", "2026-03-31", "--json"))] == [
        "2026-03"
    ]


def test_two_dimensions_at_once(cast, report):
    make_invoice(cast.olga, (make_product(cast.olga, code="A1"), 1, "1.00"))

    assert rows(report("profit", "--by", "month", "product", "--json"))[0] == {
        "month": "2026-05",
        "product": "A1",
        "product_name": "Almonds",
        "revenue": "1.00",
        "cost": None,
        "margin": None,
        "known_share": "0",
        "currency": "GBP",
    }


def test_for_a_person_it_counts_what_that_person_sees(cast, report):
    make_invoice(cast.anna, (None, 1, "7.00"))
    make_invoice(cast.ivan, (None, 1, "9.00"))

    assert rows(report("profit", "--json", "--user", cast.piotr.email))[0]["revenue"] == "7.00"
    code, _out, err = report("profit", "--user", cast.anna.email)
    assert (code, err) == (1, "Anna may not read reports.\n")


def test_by_category_it_tells_the_category_by_name(cast, report):
    dry = creating(Category(name="Dry goods"), by=cast.olga)
    make_invoice(cast.olga, (make_product(cast.olga, category=dry), 1, "7.00"), (None, 1, "2.00"))

    found = rows(report("profit", "--by", "category", "--json"))

    assert [(row["category"], row["name"], row["revenue"]) for row in found] == [
        (dry.number, "Dry goods", "7.00"), (None, None, "2.00"),
    ]  # fmt: skip


def test_csv_and_a_plain_table(cast, report):
    make_invoice(cast.olga, (None, 1, "7.00"))

    assert report("profit", "--by", "month", "--csv")[1].splitlines() == [
        "month,revenue,cost,margin,known_share,currency",
        "2026-05,7.00,,,0,GBP",
    ]
    assert "7.00" in report("profit", "--by", "month")[1]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (
            ["nope"],
            "There is no report “nope”. There are: profit, debts, concentration, customers, traits, unknown-costs.",
        ),
        (
            ["profit", "--by", "weather"],
            "The report is not grouped by “weather”, but by: month, product, category, company, country, owner, "
            "department.",
        ),
        (["profit", "--from", "2026-05-02", "--to", "2026-05-01"], "The first day is after the last one."),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(cast, report, words, fault):
    assert report(*words) == (1, "", fault + "\n")


def test_with_its_parts_the_profit_tells_what_it_is_without(cast, report):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25")
    make_invoice(cast.olga, (almonds, 6, "5.00"), (almonds, -1, "5.00"))

    (row,) = rows(report("profit", "--parts", "--json"))

    parts = {name: row[name] for name in ("revenue", "returns", "discount", "claims", "late_payment", "profit")}
    assert parts == {
        "revenue": "25.00", "returns": "5.00", "discount": "0.00", "claims": "0.00", "late_payment": None,
        "profit": "18.75",
    }  # fmt: skip


def test_late_payment_is_told_once_the_firm_says_what_late_money_costs_it(cast, as_user, report):
    client, facts = as_user(cast.adam), {"name": "Hazel", "country": "PL", "time_zone": "UTC", "language": "en"}
    company = creating(Company(name="Tortola"), by=cast.olga)
    make_invoice(cast.olga, (None, 1, "3650.00"), company=company, due_on=date(2026, 5, 10))
    make_payment(cast.olga, company, 1, day=date(2026, 5, 1), currency="EUR")

    wrong = client.post(reverse("access:firm"), facts | {"late_money_rate": "120"})
    assert "from 0 to 100 percent" in wrong.text
    client.post(reverse("access:firm"), facts | {"late_money_rate": "10"})

    answer = rows(report("profit", "--parts", "--as-of", "2026-05-20", "--json"))
    assert [row["late_payment"] for row in answer] == ["10.00"]  # 3650.00 x 10 % / 365 x 10 days
