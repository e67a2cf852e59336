"""Profit: what is known is exact, what is unknown is not zero, and every way of cutting it gives the same sum."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from groundwork.access.models import FieldGrant
from groundwork.blueprint.elements import switch
from groundwork.core.clock import standing_at
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.documents import create_many
from groundwork.crm.trade.models import Category, CostPrice, Invoice, InvoiceLine, Product
from groundwork.crm.trade.profit import DIMENSIONS, known_share, last_day, profit, regrouped, totals
from groundwork.crm.trade.testing import MAY, keep_costs, make_cost, make_invoice, make_product
from groundwork.records.guard import write_path
from groundwork.records.write import acting, archive, creating, erase

JUNE = date(2026, 6, 3)


def only(rows):
    (row,) = rows
    return row


def by_value(rows):
    return {row.place.value: row for row in rows}


def test_revenue_of_a_month_is_the_sum_of_the_amounts_of_its_lines(cast):
    almonds = make_product(cast.olga)
    make_invoice(cast.olga, (almonds, 3, "2.55"), (None, 1, "0.99"))
    make_invoice(cast.olga, (almonds, 1, "5.00"), day=JUNE)

    assert [(row.place.value, row.revenue, row.lines) for row in profit("month")] == [
        ("2026-05", 864, 2),
        ("2026-06", 500, 1),
    ]


def test_a_credit_note_takes_revenue_back(cast):
    almonds = make_product(cast.olga)
    make_invoice(cast.olga, (almonds, 10, "2.00"))
    make_invoice(cast.olga, (almonds, -4, "2.00"), kind=Invoice.Kind.CREDIT_NOTE)

    assert only(profit("product")).revenue == 1200


def test_lines_without_a_product_a_company_or_a_country_have_a_row_of_their_own(cast):
    make_invoice(cast.olga, (None, 1, "7.00"))

    for dimension in ("product", "company", "country"):
        assert (only(profit(dimension)).place.value, only(profit(dimension)).revenue) == (None, 700)


def test_an_archived_invoice_does_not_count(cast):
    make_invoice(cast.olga, (None, 1, "7.00"))
    archive(make_invoice(cast.olga, (None, 1, "9.00")), by=cast.olga)

    assert only(profit()).revenue == 700


def test_currencies_are_never_added_together(cast):
    make_invoice(cast.olga, (None, 1, "7.00"))
    make_invoice(cast.olga, (None, 1, "9.00"), currency="EUR")

    assert {row.currency: row.revenue for row in profit("month")} == {"GBP": 700, "EUR": 900}


def test_as_of_a_day_later_documents_are_not_there_yet(cast):
    make_invoice(cast.olga, (None, 1, "7.00"))
    make_invoice(cast.olga, (None, 1, "9.00"), day=JUNE)

    assert only(profit(as_of=MAY)).revenue == 700
    assert only(profit(end=JUNE, as_of=MAY)).revenue == 700
    assert only(profit(start=JUNE)).revenue == 900


def test_without_cost_prices_cost_and_margin_are_unknown_and_not_zero(cast):
    make_invoice(cast.olga, (make_product(cast.olga), 3, "2.00"))

    row = only(profit("product"))

    assert (row.cost, row.margin, row.margin_share, row.known_share) == (None, None, None, 0)


def test_the_cost_of_a_line_is_the_newest_price_valid_on_the_day_of_the_document(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.00", date(2026, 1, 1))
    make_cost(almonds, "1.50", MAY)
    make_cost(almonds, "9.00", MAY + timedelta(days=1))
    make_invoice(cast.olga, (almonds, 2, "2.00"))
    make_invoice(cast.olga, (almonds, 2, "2.00"), day=MAY - timedelta(days=1))

    assert only(profit("product")).cost == 300 + 200


def test_a_sale_before_the_first_cost_price_has_an_unknown_cost(cast):
    keep_costs(cast.olga)
    almonds, dates = make_product(cast.olga), make_product(cast.olga, "Dates")
    make_cost(almonds, "1.25")
    make_cost(dates, "1.00", JUNE)
    make_invoice(cast.olga, (almonds, 6, "5.00"), (dates, 1, "10.00"))

    row = only(profit())

    assert (row.revenue, row.cost, row.margin, row.known_share) == (4000, 750, 2250, Decimal("0.75"))
    assert row.margin_share == Decimal("0.75")
    assert known_share() == Decimal("0.75")


def test_a_cost_in_another_currency_is_unknown(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25", currency="EUR")
    make_invoice(cast.olga, (almonds, 6, "5.00"))

    assert (only(profit()).cost, known_share()) == (None, 0)


def test_a_cost_that_is_newer_but_in_another_currency_makes_the_cost_unknown(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25")
    make_cost(almonds, "2.00", MAY, currency="EUR")
    make_invoice(cast.olga, (almonds, 6, "5.00"))

    assert only(profit()).cost is None


def test_costs_do_not_count_once_the_firm_no_longer_keeps_them(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25")
    make_invoice(cast.olga, (almonds, 6, "5.00"))

    switch("field:product.cost", on=False, by=cast.olga)

    assert only(profit()).cost is None


def test_half_a_penny_of_cost_is_rounded_up_once_a_line(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "0.005")
    make_invoice(cast.olga, (almonds, 1, "1.00"), (almonds, 1, "1.00"), (almonds, -1, "1.00"))

    assert only(profit()).cost == 1 + 1 - 1


def test_the_cost_of_a_very_large_line_is_exact(cast):
    keep_costs(cast.olga)
    gold = make_product(cast.olga, "Gold")
    make_cost(gold, "61234567.891234")
    make_invoice(cast.olga, (gold, "12345678.654321", "0.01"))

    exact = Decimal("61234567.891234") * Decimal("12345678.654321") * 100
    assert only(profit()).cost == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("currency", "cost"), [("JPY", 4), ("KWD", 3750), ("GBP", 375)])
def test_a_cost_is_counted_in_the_minor_units_of_its_currency(cast, currency, cost):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25", currency=currency)
    make_invoice(cast.olga, (almonds, 3, "5"), currency=currency)

    assert only(profit()).cost == cost


def test_anna_counts_what_she_sees_and_ivan_what_he_sees(cast):
    make_invoice(cast.anna, (None, 1, "7.00"))
    make_invoice(cast.ivan, (None, 1, "9.00"))

    assert [only(profit(user=user)).revenue for user in (cast.anna, cast.ivan, cast.piotr)] == [700, 900, 700]
    assert only(profit(user=cast.olga)).revenue == 1600


def test_who_sees_no_invoice_counts_nothing(cast):
    make_invoice(cast.anna, (None, 1, "7.00"))

    assert profit("product", user=cast.larisa) == []


def test_a_person_from_whom_costs_are_hidden_gets_revenue_only(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.25")
    make_invoice(cast.anna, (almonds, 6, "5.00"))

    row = only(profit("product", user=cast.anna))

    assert (row.revenue, row.cost, row.margin, row.margin_share, row.known_share) == (3000, None, None, None, None)
    assert FieldGrant.objects.filter(role__key="salesperson", type="product", field="costs", mode="hidden").exists()


def test_the_name_of_a_company_that_a_person_may_not_see_is_not_in_the_row(cast):
    theirs = creating(Company(name="Secret Bakery", owner=cast.ivan, department=cast.export), by=cast.olga)
    make_invoice(cast.olga, (None, 1, "7.00"), company=theirs, owner=cast.anna, department=cast.sales)

    row = only(profit("company", user=cast.piotr))

    assert (row.revenue, row.place.is_hidden, row.place.name, row.place.code) == (700, True, None, None)
    assert only(profit("company", user=cast.olga)).place.name == "Secret Bakery"


def test_a_report_stands_today_or_where_the_data_ends_earlier(cast, time_machine):
    time_machine.move_to("2026-06-20 12:00Z")
    assert last_day() == date(2026, 6, 20)

    make_invoice(cast.anna, day=JUNE)
    assert last_day() == JUNE
    assert last_day(cast.ivan) == date(2026, 6, 20)

    make_invoice(cast.anna, day=date(2026, 9, 1))
    assert last_day() == JUNE


def test_an_unknown_dimension_is_a_mistake_of_the_caller(db):
    with pytest.raises(ValueError, match="no such dimension"):
        profit("weather")


@pytest.mark.parametrize("documents", [2, 30])
def test_a_report_takes_as_many_queries_for_thirty_documents_as_for_two(cast, django_assert_num_queries, documents):
    keep_costs(cast.olga)
    for place in range(documents):
        product = make_product(cast.olga, f"Nut {place}")
        make_cost(product, "1.00")
        make_invoice(cast.olga, (product, 1, "2.00"), number=f"N{place}")
    profit("product")  # the keys of elements are kept from here on

    for dimension in DIMENSIONS:
        names = dimension in ("product", "owner", "department")  # there is no category and no company
        with django_assert_num_queries(3 + names):  # the configuration's version, the months that hold, the sums
            profit(dimension)


def test_the_known_share_of_an_empty_firm_is_unknown(cast):
    assert known_share() is None


def test_the_known_share_speaks_of_the_currency_of_the_firm(cast):
    keep_costs(cast.olga)
    almonds = make_product(cast.olga)
    make_cost(almonds, "1.00")
    make_invoice(cast.olga, (almonds, 1, "5.00"))
    for _place in range(3):
        make_invoice(cast.olga, (almonds, 1, "5.00"), currency="EUR")

    assert known_share() == 1


# ── against the same sums made line by line in Python

amounts = some.decimals("-5000", "5000", places=3)
prices = some.decimals("0", "900", places=4)


@some.composite
def trades(draw):
    """Products with cost prices, and documents with lines of them."""
    days = some.dates(date(2026, 1, 1), date(2026, 4, 30))
    costs = draw(
        some.lists(
            some.dictionaries(days, some.tuples(prices, some.sampled_from(["GBP", "EUR"])), max_size=3),
            min_size=1,
            max_size=4,
        )
    )
    line = some.tuples(some.none() | some.integers(0, len(costs) - 1), amounts, prices)
    document = some.tuples(
        days, some.sampled_from(["GBP", "EUR", "JPY"]), some.integers(0, 2), some.lists(line, min_size=1, max_size=5)
    )
    return costs, draw(some.lists(document, min_size=1, max_size=6))


def rounded(value: Decimal, currency: str) -> int:
    return int(value.scaleb(0 if currency == "JPY" else 2).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.fixture
def trading(cast):
    keep_costs(cast.olga)
    companies = [None, *(creating(Company(name=name), by=cast.olga) for name in ("Tortola", "Wawel"))]
    cast.categories = [None, *(creating(Category(name=name), by=cast.olga) for name in ("Nuts", "Fruit"))]
    return cast, companies


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trade=trades())
def test_every_way_of_cutting_the_profit_gives_the_sums_made_by_hand(trading, trade):
    cast, companies = trading
    costs, documents = trade
    products = [Product(name=f"P{place}", category=cast.categories[place % 3]) for place in range(len(costs))]
    invoices = []
    with acting(cast.olga, "created"):
        from groundwork.records.write import writing_many

        writing_many(created=products)
        with write_path():
            CostPrice.objects.bulk_create(
                CostPrice(product=product, cost=cost, currency=currency, valid_from=day)
                for product, of in zip(products, costs, strict=True)
                for day, (cost, currency) in of.items()
            )
        for place, (day, currency, company, lines) in enumerate(documents):
            invoice = Invoice(
                document_number=str(place),
                issued_on=day,
                currency=currency,
                company=companies[company],
                country=["", "PL", "KZ"][company],
            )
            parts = [
                InvoiceLine(product=None if which is None else products[which], quantity=q, price=p)
                for which, q, p in lines
            ]
            invoices.append((invoice, parts))
        create_many(invoices)

    expected = defaultdict(lambda: [0, 0, 0, 0, 0])
    for day, currency, company, lines in documents:
        for which, quantity, price in lines:
            amount = rounded(quantity * price, currency)
            valid = [] if which is None else [since for since in costs[which] if since <= day]
            cost = costs[which][max(valid)] if valid else (None, "")
            known = cost[1] == currency
            keys = (
                f"{day:%Y-%m}",
                None if which is None else products[which].pk,
                None if which is None else products[which].category_id,
                companies[company].pk if companies[company] else None,
                ["", "PL", "KZ"][company] or None,
                cast.olga.pk,
                cast.olga.department_id,
            )
            spent = rounded(quantity * cost[0], currency) if known else 0
            for dimension, value in zip(DIMENSIONS, keys, strict=True):
                for place, figure in enumerate((amount, 1, amount * known, int(known), spent)):
                    expected[dimension, value, currency][place] += figure

    found = {
        (dimension, row.place.value, row.currency): [
            row.revenue,
            row.lines,
            row.known_revenue,
            row.known_lines,
            row.known_cost,
        ]
        for dimension in DIMENSIONS
        for row in profit(dimension)
    }
    whole = [
        [(row.currency, row.revenue, row.known_cost) for row in totals(profit(dimension))] for dimension in DIMENSIONS
    ]
    with acting(cast.olga, "erased"):  # hypothesis runs its examples in one transaction
        erase([invoice for invoice, _parts in invoices])
        erase(products)

    assert found == dict(expected)
    assert all(one == whole[0] for one in whole)


def test_the_clock_of_the_demo_moves_the_report_too(cast):
    from datetime import UTC, datetime

    make_invoice(cast.anna, day=MAY)
    with standing_at(datetime(2026, 5, 1, tzinfo=UTC)):
        assert last_day() == date(2026, 5, 1)


def test_rows_by_month_and_country_regroup_into_rows_by_country(cast):
    for country, day, price in (("PL", MAY, "7.00"), ("PL", JUNE, "1.00"), ("KZ", JUNE, "2.00"), ("", JUNE, "3.00")):
        make_invoice(cast.olga, (None, 1, price), country=country, day=day)

    both = profit(("month", "country"))

    assert regrouped(both, "country") == profit("country")
    assert regrouped(both, "month") == profit("month")
