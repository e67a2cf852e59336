"""Where a price comes from: an own list, the terms, a general list, the last price, the product, or nowhere."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, Terms
from groundwork.crm.trade.prices import price_for
from groundwork.crm.trade.testing import (
    MAY,
    make_company,
    make_invoice,
    make_pricelist,
    make_product,
    make_rate,
)
from groundwork.records.write import archive, creating

ONE = Decimal(1)


@pytest.fixture
def shop(cast):
    return make_company(cast.anna)


@pytest.fixture
def almonds(cast):
    return make_product(cast.larisa)


def told(company, product, quantity=ONE, on=MAY, currency=""):
    found = price_for(company, product, quantity, on, currency)
    return found and (found.price, found.currency, found.source)


def agree(cast, company, **terms):
    return creating(Terms(company=company, **terms), by=cast.nina)


def test_nobody_knows_a_price_that_was_never_said(shop, almonds):
    assert told(shop, almonds) is None
    assert told(None, almonds) is None


def test_the_products_own_price_is_the_last_resort(cast, shop):
    walnuts = make_product(cast.larisa, "Walnuts", price=Decimal("9.5"))

    assert told(shop, walnuts) == (Decimal("9.5"), "GBP", "product")


def test_what_was_paid_last_time_goes_before_the_products_price(cast, shop):
    walnuts = make_product(cast.larisa, "Walnuts", price=Decimal("9.5"))
    make_invoice(cast.anna, (walnuts, 5, "8.00"), company=shop, day=date(2026, 4, 1))
    make_invoice(cast.anna, (walnuts, 5, "8.20"), company=shop, day=date(2026, 5, 1), number="INV-2")
    make_invoice(cast.anna, (walnuts, -5, "1.00"), company=shop, day=date(2026, 5, 2), number="CN-1", kind="credit")

    assert told(shop, walnuts) == (Decimal("8.2"), "GBP", "last")
    assert told(shop, walnuts, on=date(2026, 4, 30)) == (Decimal(8), "GBP", "last")
    assert told(make_company(cast.anna, "Another"), walnuts) == (Decimal("9.5"), "GBP", "product")


def test_a_general_list_goes_before_the_last_price_within_its_days(cast, shop, almonds):
    make_invoice(cast.anna, (almonds, 5, "8.00"), company=shop, day=date(2026, 1, 5))
    make_pricelist(cast.larisa, (almonds, "7.00"), since=date(2026, 2, 1), to=date(2026, 5, 31))

    assert told(shop, almonds, on=date(2026, 5, 31)) == (Decimal(7), "GBP", "list")
    assert told(shop, almonds, on=date(2026, 6, 1)) == (Decimal(8), "GBP", "last")
    assert told(shop, almonds, on=date(2026, 1, 31)) == (Decimal(8), "GBP", "last")


def test_the_newest_of_two_general_lists_counts(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "7.00"), since=date(2026, 1, 1))
    newer = make_pricelist(cast.larisa, (almonds, "7.50"), since=date(2026, 4, 1), name="April")

    assert told(shop, almonds) == (Decimal("7.5"), "GBP", "list")
    archive(newer, by=cast.larisa)
    assert told(shop, almonds) == (Decimal(7), "GBP", "list")


def test_whoever_buys_more_pays_the_price_of_the_step_reached(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "7.00"), (almonds, "6.50", 100), (almonds, "6.00", 500))

    prices = [told(shop, almonds, Decimal(quantity))[0] for quantity in (1, 99, 100, 499, 500)]

    assert prices == [Decimal(7), Decimal(7), Decimal("6.5"), Decimal("6.5"), Decimal(6)]


def test_a_discount_is_taken_off_the_general_price_and_rounded_half_up(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "7.0001"))
    agree(cast, shop, discount=Decimal("12.5"))

    assert told(shop, almonds) == (Decimal("6.1251"), "GBP", "terms")  # 6.12508...
    assert told(make_company(cast.anna, "Another"), almonds) == (Decimal("7.0001"), "GBP", "list")


def test_a_list_of_the_companys_own_is_agreed_and_takes_no_discount(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "7.00"), since=date(2026, 4, 1))
    make_pricelist(cast.larisa, (almonds, "6.60"), companies=[shop], name="For Tortola")
    agree(cast, shop, discount=Decimal(50))

    assert told(shop, almonds) == (Decimal("6.6"), "GBP", "list")
    assert told(make_company(cast.anna, "Another"), almonds) == (Decimal(7), "GBP", "list")
    assert told(None, almonds) == (Decimal(7), "GBP", "list")


def test_the_list_of_the_terms_goes_before_one_that_names_the_company(cast, shop, almonds):
    chosen = make_pricelist(cast.larisa, (almonds, "6.00"), name="Chain")
    make_pricelist(cast.larisa, (almonds, "6.60"), companies=[shop], since=date(2026, 4, 1), name="For Tortola")
    agree(cast, shop, pricelist=chosen)

    assert told(shop, almonds) == (Decimal(6), "GBP", "list")
    assert told(make_company(cast.anna, "Another"), almonds) is None


def test_a_price_of_another_currency_is_converted_by_the_day_or_unknown(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "10.00"), currency="EUR")
    make_rate(cast.nina, "EUR", "0.8", since=date(2026, 3, 1))

    assert told(shop, almonds, currency="GBP") == (Decimal(8), "GBP", "list")
    assert told(shop, almonds, on=date(2026, 2, 1), currency="GBP") is None


def test_terms_belong_to_whoever_looks_after_the_company(cast, shop):
    terms = agree(cast, shop, discount=Decimal(5))

    assert (terms.owner, terms.department) == (cast.anna, cast.sales)
    assert list(Terms.objects.visible_to(cast.anna)) == [terms]
    assert not Terms.objects.visible_to(cast.ivan).exists()


def test_a_price_takes_as_many_queries_with_five_lists_as_with_one(cast, shop, almonds, django_assert_num_queries):
    for place in range(5):
        make_pricelist(cast.larisa, (almonds, "7.00"), name=f"List {place}", companies=[shop] if place % 2 else [])

    with django_assert_num_queries(2):  # terms; own lists
        price_for(shop, almonds, ONE, MAY)


def test_a_line_typed_without_a_price_takes_the_customers(cast, shop, almonds, as_user):
    make_pricelist(cast.larisa, (almonds, "7.00"))
    agree(cast, shop, discount=Decimal(10))
    order = creating(Order(company=shop, ordered_on=MAY, currency="GBP"), by=cast.piotr)
    address = reverse("records:part_add", args=["order", order.pk, "lines"])
    unknown = make_product(cast.larisa, "Cashews")

    answers = [
        as_user(cast.olga).post(address, {"lines-product": name, "lines-quantity": "2", "lines-price": ""})
        for name in (almonds.number, unknown.number)
    ]

    assert [answer.status_code for answer in answers] == [302, 422]
    assert order.lines.get().price == Decimal("6.3")
    assert "type it" in answers[1].content.decode()


@pytest.mark.parametrize("kind", ["order", "invoice"])
def test_a_line_with_neither_product_nor_price_is_asked_for_one(cast, shop, as_user, kind):
    order = Order(company=shop, ordered_on=MAY, currency="GBP")
    draft = Invoice(company=shop, issued_on=MAY, currency="GBP", state="draft")
    record = creating(order if kind == "order" else draft, by=cast.piotr)

    answer = as_user(cast.olga).post(
        reverse("records:part_add", args=[kind, record.pk, "lines"]),
        {"lines-product": "", "lines-description": "Sorting", "lines-quantity": "2", "lines-price": ""},
    )

    assert answer.status_code == 422
    assert "Type the price" in answer.content.decode()
    assert not record.lines.exists()


def test_a_price_with_vat_becomes_net_by_the_rate_of_the_line(cast, shop, almonds):
    make_pricelist(cast.larisa, (almonds, "12.30"), basis="gross")
    draft = creating(Invoice(company=shop, issued_on=MAY, currency="GBP", state="draft"), by=cast.nina)
    line = InvoiceLine(invoice=draft, product=almonds, quantity=ONE, price=None, vat_code="PL-23")

    line.clean()

    assert line.price == Decimal(10)
    with pytest.raises(ValidationError, match="without it"):
        InvoiceLine(invoice=draft, product=almonds, quantity=ONE, price=None).clean()
