"""Customers by state and trait, now and on a past day: every number opens just the customers that it counts."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from groundwork.core.clock import standing_at
from groundwork.crm.customers.models import Company, RelationshipState
from groundwork.crm.customers.testing import recompute_all
from groundwork.crm.insight import customers_by
from groundwork.crm.trade.testing import keep_costs, make_company, make_cost, make_invoice, make_product

MARCH, JUNE, TODAY = date(2026, 3, 20), date(2026, 6, 30), date(2026, 9, 1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def customers(cast):
    """Tortola bought each month until May; Wawel buys to this day. Looked at in March, in June and in September."""
    with standing_at(at(date(2025, 10, 1))):
        cast.tortola, cast.wawel = make_company(cast.olga), make_company(cast.olga, "Wawel")
    for month in range(1, 10):
        day = date(2026, month, 1)
        for company in [cast.wawel, *([cast.tortola] if month < 6 else [])]:
            make_invoice(cast.anna, company=company, day=day, number=f"{company.pk}-{month}")
        with standing_at(at(day)):
            recompute_all(day)
    return cast


def part_of(client, key, day):
    with standing_at(at(TODAY)):
        return client.get(reverse("insight:report", args=[key]), {"as_of": str(day)}).context["part"]


def opened(client, href) -> int:
    """How many rows stand under a number."""
    with standing_at(at(TODAY)):
        page = client.get(href)
    assert page.status_code == 200
    if "part" in page.context:
        return len(page.context["part"].table.rows)
    return len(page.context["table"].rows)


@pytest.mark.parametrize("day", [date(2026, 2, 20), MARCH, JUNE, date(2026, 7, 20), TODAY])
def test_every_number_of_customers_opens_as_many_of_them(customers, as_user, day):
    client, seen = as_user(customers.olga), 0

    for key in ("customers", "traits"):
        table = part_of(client, key, day).table
        for row in [*(row.cells for row in table.rows), *([table.totals] if table.totals else [])]:
            for cell in row:
                if cell.kind == "number" and cell.href:
                    assert str(opened(client, cell.href)) == cell.text, (key, row[0].text, cell.href)
                    seen += 1

    assert seen >= 2


def test_a_past_day_shows_the_states_as_they_stood(customers, as_user):
    client = as_user(customers.olga)

    def shown(day):
        return {row.cells[0].text: row.cells[1].text for row in part_of(client, "customers", day).table.rows}

    lives = {day: customers_by.by_state(None, day) for day in (MARCH, JUNE)}
    now = dict(Company.objects.values_list("name", "lifecycle"))
    assert now["Tortola"] != now["Wawel"]
    assert sum(int(count) for count in shown(MARCH).values()) == 2
    assert {words: str(count) for _key, words, count, *_rest in lives[JUNE]} == shown(JUNE)
    assert shown(TODAY) != shown(MARCH)
    assert part_of(client, "customers", date(2025, 12, 1)).completeness == 0
    assert [row.cells[0].text for row in part_of(client, "customers", date(2025, 12, 1)).table.rows] == [
        "not known yet"
    ]


def test_the_list_of_companies_is_narrowed_by_trait_and_its_opposite(customers, as_user):
    RelationshipState.objects.create(company=customers.wawel, rule="pays_late", since_on=MARCH)
    client = as_user(customers.olga)

    def names(query):
        page = client.get(reverse("records:list", args=["company"]) + query)
        return sorted(row.cells[0].text for row in page.context["table"].rows)

    assert names("?f.trait=pays_late") == ["Wawel"]
    assert names("?f.trait.not=pays_late") == ["Tortola"]
    RelationshipState.objects.filter(rule="pays_late").update(until_on=JUNE)
    assert names("?f.trait=pays_late") == []


def test_products_are_narrowed_by_whether_their_cost_is_known_for_who_sees_costs(cast, as_user):
    almonds = make_product(cast.olga)
    make_product(cast.olga, "Dates")
    address = reverse("records:list", args=["product"])
    assert as_user(cast.olga).get(f"{address}?f.cost=unknown").status_code == 409  # costs are not kept

    keep_costs(cast.olga)
    make_cost(almonds, "1.00")

    table = as_user(cast.olga).get(f"{address}?f.cost=unknown").context["table"]
    assert [row.cells[0].text for row in table.rows] == ["Dates"]
    assert as_user(cast.anna).get(f"{address}?f.cost=unknown").status_code == 409


def test_that_nobody_pays_late_is_unknown_while_no_payment_and_no_cost_is_kept(customers, as_user):
    shown = {
        row.cells[0].text: row.cells[1].text for row in part_of(as_user(customers.olga), "traits", TODAY).table.rows
    }

    assert shown == {
        "demanding": "–", "pays well": "–", "pays late": "–", "profitable": "–", "costs more than it brings": "–",
        "rhythm broken": "1",
    }  # fmt: skip
