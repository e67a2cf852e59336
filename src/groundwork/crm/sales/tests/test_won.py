"""A won deal becomes an order, once, and each leads to the other."""

from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.sales.deals import DealLine
from groundwork.crm.sales.tests.test_deals import new_deal, stage
from groundwork.crm.sales.won import make_order
from groundwork.crm.trade.actions import confirm
from groundwork.crm.trade.models import Order
from groundwork.crm.trade.testing import make_product
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.undoing import newest, take_back
from groundwork.records.write import archive, put_part, save_fields, writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def won(cast):
    """Anna sold hazelnuts by words, for an amount."""
    company = make_record(types["company"], owner=cast.anna)
    return new_deal(cast.anna, company=company, amount_minor=640000, stage=stage("Won").key)


def press(client, deal, version):
    return client.post(reverse("records:act", args=["deal", deal.pk, "deal.order"]), {"version": version})


def test_two_presses_of_one_page_make_one_order_and_each_page_leads_to_the_other(cast, as_user, won):
    anna = as_user(cast.anna)
    first, second = press(anna, won, won.version), press(anna, won, won.version)

    order = Order.objects.get()
    assert first.url == second.url == order.get_absolute_url()
    assert (order.company, order.currency, order.total_minor) == (won.company, "EUR", 640000)
    assert order.lines.get().description == won.name
    assert won.get_absolute_url() in anna.get(order.get_absolute_url()).content.decode()
    page = anna.get(won.get_absolute_url()).content.decode()
    assert order.get_absolute_url() in page
    assert "deal.order" not in page


def test_the_lines_go_over_at_the_price_and_discount_that_were_agreed(cast):
    deal = new_deal(cast.anna, company=make_record(types["company"], owner=cast.anna), expected_on=today())
    line = DealLine(product=make_product(cast.larisa), quantity=Decimal(3), price=Decimal("9.99"), discount=Decimal(10))
    with writing(deal, by=cast.anna, act="edited") as fresh:
        put_part(fresh, line)
    deal = save_fields(fresh, {"stage": stage("Won").key}, by=cast.anna, version=fresh.version)

    made = make_order(deal, cast.anna).lines.get()
    agreed = (line.product, line.quantity, line.price, line.discount, line.amount_minor)
    assert (made.product, made.quantity, made.price, made.discount, made.amount_minor) == agreed


def test_the_order_of_a_deal_of_another_seller_is_hers(cast, won):
    assert make_order(won, cast.piotr).owner == cast.anna


def test_it_is_taken_back_whole_and_may_be_made_anew(cast, won):
    order = make_order(won, cast.anna)
    take_back(newest(cast.anna), cast.anna)
    order.refresh_from_db()
    won.refresh_from_db()
    assert (order.is_archived, won.order) == (True, None)
    assert make_order(won, cast.anna) != order


def test_an_order_that_was_confirmed_since_stays_with_its_deal(cast, won):
    order = make_order(won, cast.anna)
    act = newest(cast.anna)
    confirm(order, cast.anna)
    done, _records = take_back(act, cast.anna)
    won.refresh_from_db()
    assert (done.restored, won.order) == (0, order)


def test_an_order_in_the_trash_does_not_stand_in_the_way_of_another(cast, won):
    first = make_order(won, cast.anna)
    archive(first, by=cast.anna)
    won.refresh_from_db()
    assert make_order(won, cast.anna) != first


def test_nothing_is_made_of_an_open_deal_of_one_without_company_or_amount_nor_by_whoever_makes_no_orders(cast, won):
    company, stands = won.company, stage("Won").key
    unfit = (
        new_deal(cast.anna, company=company, amount_minor=1), new_deal(cast.anna, amount_minor=1, stage=stands),
        new_deal(cast.anna, company=company, stage=stands),
    )  # fmt: skip
    for deal in unfit:
        with pytest.raises(Refusal):
            make_order(deal, cast.anna)
    assert not Order.objects.exists()


def test_who_makes_no_orders_is_offered_none_and_makes_none(cast, as_user, won):
    rita = as_user(cast.rita)
    assert press(rita, won, won.version).status_code in (403, 404)
    with pytest.raises(NotAllowed):
        make_order(won, cast.rita)
    assert not Order.objects.exists()
