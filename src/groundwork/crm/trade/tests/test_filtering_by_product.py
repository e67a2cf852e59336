"""Which documents have a product on a line: a filter of the lists of orders, invoices and purchases."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from groundwork.access.models import Grant
from groundwork.access.rights import forget_rights
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.testing import make_company, make_invoice, make_order, make_product, make_purchase
from groundwork.records.lists.listing import Listing
from groundwork.records.types import types

INVOICES = reverse("records:list", args=["invoice"])


@pytest.fixture
def goods(cast):
    return {name: make_product(cast.larisa, name, code=name[:3].upper()) for name in ("Almonds", "Walnuts")}


def shown(user, type_key, query) -> list[str]:
    return [row.document_number for row in Listing(types[type_key], user, QueryDict(query)).page]


@pytest.fixture
def invoices(cast, goods):
    almonds, walnuts = goods["Almonds"], goods["Walnuts"]
    make_invoice(cast.anna, (almonds, 1, "5"), (almonds, 2, "4"), (walnuts, 1, "7"), number="A-1")
    make_invoice(cast.anna, (walnuts, 1, "7"), number="A-2")
    make_invoice(cast.anna, (None, 1, "7"), number="A-3")
    make_invoice(cast.ivan, (almonds, 1, "5"), number="Z-1")


def test_invoices_with_a_product_are_found_once_each_among_those_one_sees(cast, goods, invoices):
    almonds = goods["Almonds"].pk

    assert shown(cast.anna, "invoice", f"f.product={almonds}") == ["A-1"]
    assert sorted(shown(cast.olga, "invoice", f"f.product={almonds}")) == ["A-1", "Z-1"]
    assert sorted(shown(cast.anna, "invoice", f"f.product.not={almonds}")) == ["A-2", "A-3"]
    assert sorted(shown(cast.anna, "invoice", f"f.product={almonds}&f.product={goods['Walnuts'].pk}")) == ["A-1", "A-2"]


def test_the_product_is_typed_by_its_code_and_stands_in_words_above_the_list(cast, as_user, goods, invoices):
    anna = as_user(cast.anna)

    answer = anna.get(INVOICES, {"f.product.called": "alm"})
    page = anna.get(answer.url).content.decode()

    assert answer.url == f"{INVOICES}?f.product={goods['Almonds'].pk}"
    assert '<span class="mut">Product is</span> Almonds' in page
    assert 'data-link="product"' in anna.get(INVOICES, {"filter": "open"}).content.decode()


def test_orders_and_purchases_are_filtered_by_product_too(cast, goods):
    company = make_company(cast.anna)
    make_order(cast.anna, company, (goods["Almonds"], 1, "5"), document_number="O-A")
    make_order(cast.anna, company, (goods["Walnuts"], 1, "5"), document_number="O-W")
    make_purchase(cast.larisa, (goods["Walnuts"], 1, "5"), number="ZK-W")

    assert shown(cast.anna, "order", f"f.product={goods['Walnuts'].pk}") == ["O-W"]
    assert shown(cast.larisa, "purchase", f"f.product={goods['Walnuts'].pk}") == ["ZK-W"]
    assert shown(cast.larisa, "purchase", f"f.product={goods['Almonds'].pk}") == []


def test_who_does_not_see_products_is_not_offered_the_filter(cast, goods, invoices):
    Grant.objects.filter(role__people=cast.anna, type="product").delete()
    forget_rights(cast.anna)

    with pytest.raises(Refusal, match="cannot be filtered that way"):
        shown(cast.anna, "invoice", f"f.product={goods['Almonds'].pk}")


def test_a_product_out_of_reach_finds_nothing(cast, goods, invoices):
    Grant.objects.filter(role__people=cast.anna, type="product", verb="view").update(reach=1)
    forget_rights(cast.anna)

    assert shown(cast.anna, "invoice", f"f.product={goods['Almonds'].pk}") == []


def test_a_list_is_not_grouped_by_what_stands_on_lines(cast, invoices):
    with pytest.raises(Refusal, match="cannot be grouped"):
        shown(cast.anna, "invoice", "group=product")
