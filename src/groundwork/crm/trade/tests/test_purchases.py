"""What we buy: receiving it tells what the goods cost from that day."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import CostPrice, Purchase
from groundwork.crm.trade.purchases import receive
from groundwork.crm.trade.testing import (
    MAY,
    keep_costs,
    make_company,
    make_cost,
    make_product,
    make_purchase,
    make_rate,
)
from groundwork.records.models import Change, ChangeSet
from groundwork.records.undo import undo
from groundwork.records.write import drop_part, put_part, writing


@pytest.fixture
def almonds(cast):
    return make_product(cast.larisa)


def costs():
    return list(CostPrice.objects.order_by("valid_from").values_list("cost", "currency", "valid_from"))


def test_received_goods_cost_what_was_paid_from_that_day_on(cast, almonds):
    keep_costs(cast.olga)
    purchase = make_purchase(cast.larisa, (almonds, 10, "5.00"), (almonds, 30, "6.00"))

    receive(purchase, by=cast.larisa)

    purchase.refresh_from_db()
    assert (purchase.state, purchase.total_minor) == ("received", 23_000)
    assert costs() == [(Decimal("5.75"), "GBP", MAY)]
    assert CostPrice.objects.get().purchase == purchase
    told = Change.objects.get(type="product", changeset__act="received").changeset
    assert (told.by, told.cause) == (cast.larisa, "ZK-1")


def test_while_costs_are_not_kept_receiving_keeps_none(cast, almonds):
    receive(make_purchase(cast.larisa, (almonds, 10, "5.00")), by=cast.larisa)

    assert costs() == []


def test_a_purchase_is_received_once_and_never_empty(cast, almonds):
    purchase = make_purchase(cast.larisa, (almonds, 10, "5.00"))
    receive(purchase, by=cast.larisa)

    with pytest.raises(Refusal, match="received already"):
        receive(purchase, by=cast.larisa)
    with pytest.raises(Refusal, match="nothing on this purchase"):
        receive(make_purchase(cast.larisa, supplier=purchase.supplier, number="ZK-2"), by=cast.larisa)


def test_lines_of_a_received_purchase_stand(cast, almonds):
    purchase = make_purchase(cast.larisa, (almonds, 10, "5.00"))
    receive(purchase, by=cast.larisa)

    with pytest.raises(Refusal, match="take that back first"), writing(purchase, by=cast.larisa, act="edited") as fresh:
        drop_part(fresh, fresh.items.get())

    assert purchase.items.count() == 1


def test_another_currency_is_converted_by_the_rate_of_the_day(cast, almonds):
    keep_costs(cast.olga)
    make_rate(cast.nina, "EUR", "0.8", since=date(2026, 5, 1))

    receive(make_purchase(cast.larisa, (almonds, 10, "5.00"), currency="EUR"), by=cast.larisa)

    assert costs() == [(Decimal(4), "GBP", MAY)]


def test_without_a_rate_it_is_refused_and_nothing_is_kept(cast, almonds):
    keep_costs(cast.olga)
    purchase = make_purchase(cast.larisa, (almonds, 10, "5.00"), currency="EUR")

    with pytest.raises(Refusal, match="No rate of EUR to GBP"):
        receive(purchase, by=cast.larisa)

    assert (Purchase.objects.get().state, costs()) == ("draft", [])


def test_taking_the_receipt_back_takes_its_costs_back_and_brings_back_those_of_before(cast, almonds):
    keep_costs(cast.olga)
    walnuts = make_product(cast.larisa, "Walnuts")
    make_cost(walnuts, "9.00", since=MAY)
    receive(make_purchase(cast.larisa, (almonds, 10, "5.00"), (walnuts, 10, "8.00")), by=cast.larisa)
    assert {row.cost for row in CostPrice.objects.all()} == {Decimal(5), Decimal(8)}

    result = undo(ChangeSet.objects.get(act="received"), by=cast.larisa)

    assert (result.restored, result.kept) == (3, [])
    assert (costs(), Purchase.objects.get().state) == ([(Decimal(9), "GBP", MAY)], "draft")


def test_a_cost_typed_over_since_stays_when_the_receipt_is_taken_back(cast, almonds):
    keep_costs(cast.olga)
    receive(make_purchase(cast.larisa, (almonds, 10, "5.00")), by=cast.larisa)
    with writing(almonds, by=cast.larisa, act="edited") as fresh:
        line = fresh.costs.get()
        line.cost = Decimal(6)
        put_part(fresh, line)

    result = undo(ChangeSet.objects.get(act="received"), by=cast.larisa)

    assert (len(result.kept), costs()) == (1, [(Decimal(6), "GBP", MAY)])


def test_a_buyer_receives_on_the_page_and_takes_it_back(cast, almonds, as_user):
    keep_costs(cast.olga)
    walnuts = make_product(cast.larisa, "Walnuts")
    make_cost(walnuts, "9.00", since=MAY)
    purchase, larisa = make_purchase(cast.larisa, (almonds, 10, "5.00"), (walnuts, 1, "8.00")), as_user(cast.larisa)

    def press(key):
        purchase.refresh_from_db()
        address = reverse("records:act", args=["purchase", purchase.pk, key])
        assert larisa.post(address, {"version": purchase.version}).status_code == 302

    press("purchase.receive")
    assert sorted(cost for cost, _currency, _day in costs()) == [Decimal(5), Decimal(8)]
    press("purchase.take_back")
    assert (costs(), Purchase.objects.get().state) == ([(Decimal(9), "GBP", MAY)], "draft")
    press("purchase.receive")
    assert len(costs()) == 2


def test_the_history_of_a_product_says_from_which_purchase_its_cost_is(cast, almonds, as_user):
    keep_costs(cast.olga)
    receive(make_purchase(cast.larisa, (almonds, 10, "5.00")), by=cast.larisa)

    page = as_user(cast.larisa).get(almonds.get_absolute_url()).content.decode()
    sellers = as_user(cast.anna).get(almonds.get_absolute_url()).content.decode()

    assert ("ZK-1" in page, "Received" in page) == (True, True)
    assert "ZK-1" not in sellers


def test_a_received_purchase_offers_nothing_to_type_that_its_costs_stand_on(cast, almonds, as_user):
    purchase, larisa = make_purchase(cast.larisa, (almonds, 10, "5.00")), as_user(cast.larisa)
    address = reverse("records:part_add", args=["purchase", purchase.pk, "items"])
    assert address in larisa.get(purchase.get_absolute_url()).content.decode()

    receive(purchase, by=cast.larisa)

    assert address not in larisa.get(purchase.get_absolute_url()).content.decode()
    form = larisa.get(reverse("records:edit", args=["purchase", purchase.pk])).content.decode()
    assert ('name="document_number"' in form, 'name="bought_on"' in form) == (True, False)


def test_a_buyer_adds_a_supplier_a_rate_and_buys_with_forms_only(cast, as_user):
    larisa, almonds = as_user(cast.larisa), make_product(cast.larisa, code="G102")

    def add(type_key, **typed):
        assert larisa.post(reverse("records:new", args=[type_key]), typed).status_code == 302

    add("company", name="Orchard of Malatya", kind="supplier", country="Turkey")
    add("rate", currency="USD", to_currency="GBP", units=1, rate="0.8", valid_from="2026-05-01")
    add("purchase", document_number="ZK-7", supplier="orchard of malatya", bought_on="2026-05-10", currency="USD")
    purchase = Purchase.objects.get()
    lines = reverse("records:part_add", args=["purchase", purchase.pk, "items"])
    larisa.post(lines, {"items-product": "g102", "items-quantity": "10", "items-price": "5"})

    purchase.refresh_from_db()
    assert (purchase.total_minor, purchase.items.get().product) == (5000, almonds)
    assert purchase.supplier.owner == cast.larisa
    others = make_company(cast.nina, "Of somebody else")
    assert larisa.get(reverse("records:edit", args=["company", others.pk])).status_code == 403
