"""Making the demo firm: the same for the same seed, and gone without a trace."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db.models import F

from groundwork.access.models import User
from groundwork.blueprint.models import Element, Firm
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade import demo
from groundwork.crm.trade.models import (
    Claim,
    CostPrice,
    Invoice,
    InvoiceLine,
    Order,
    Payment,
    Price,
    Product,
    Purchase,
)
from groundwork.crm.trade.profit import known_share, last_day
from groundwork.records.models import Activity, Change, SearchRow, Tally

STANDS_AT = date(2026, 11, 20)
SMALL = demo.Size(companies=40, contacts=80, products=20, lines=400, lines_each=6, activities=12)


def make_demo(seed=1, **how):
    return demo.fill(seed=seed, size=SMALL, today=STANDS_AT, password="nuts and more nuts", **how)


def picture():
    """What a visitor could see of the firm, without ids."""
    return (
        list(Company.objects.order_by("pk").values_list("name", "city", "phone", "owner__name", "number")),
        list(Contact.objects.order_by("pk").values_list("name", "email", "company__name")),
        list(
            Invoice.objects.order_by("pk").values_list("document_number", "issued_on", "total_minor", "company__name")
        ),
        list(InvoiceLine.objects.order_by("pk").values_list("product__name", "quantity", "price", "amount_minor")),
        list(Activity.objects.order_by("pk").values_list("text", "at")),
        list(Payment.objects.order_by("pk").values_list("reference", "paid_on", "amount_minor", "shared_minor")),
        list(Claim.objects.order_by("pk").values_list("name", "state", "cost_minor", "opened_on")),
        list(CostPrice.objects.order_by("pk").values_list("product__code", "cost", "valid_from")),
        list(Price.objects.order_by("pk").values_list("pricelist__name", "product__code", "price")),
        list(Order.objects.order_by("pk").values_list("document_number", "ordered_on", "total_minor")),
    )


@pytest.mark.soak
@pytest.mark.on_sqlite("the seed of the journeys is made on both")
def test_a_demo_of_size_s_has_three_hundred_companies_and_five_thousand_lines(transactional_db):
    demo.fill(seed=1, size=demo.SIZES["S"], today=STANDS_AT, password="nuts and more nuts")

    assert (Company.objects.count(), Contact.objects.count(), InvoiceLine.objects.count()) == (300, 600, 5000)
    assert 60 <= Product.objects.count() <= 80
    assert (last_day(), known_share(), CostPrice.objects.count()) == (
        Invoice.objects.latest("issued_on").issued_on,
        0,
        0,
    )
    assert Invoice.objects.earliest("issued_on").issued_on < date(2025, 6, 1)
    assert Invoice.objects.filter(kind="credit", total_minor__lt=0).exists()


@pytest.mark.on_sqlite("chance is the same")
def test_the_same_seed_makes_the_same_firm_and_another_seed_another(transactional_db):
    make_demo()
    first = picture()
    demo.remove()

    make_demo()
    assert picture() == first
    demo.remove()

    make_demo(seed=2)
    assert picture() != first


def test_removing_the_demo_leaves_what_set_up_leaves(transactional_db):
    make_demo()

    demo.remove()

    assert (Firm.objects.count(), User.objects.count(), Company.objects.count(), Invoice.objects.count()) == (
        0,
        0,
        0,
        0,
    )
    assert (SearchRow.objects.count(), Tally.objects.count(), Change.objects.count()) == (0, 0, 0)
    assert Element.objects.get(key="report:profit").is_on


def test_a_real_firm_is_not_taken_for_a_demo(cast):
    with pytest.raises(Refusal, match="no demo here"):
        demo.remove()

    with pytest.raises(Refusal, match="already holds a firm"):
        make_demo()

    assert Firm.objects.count() == 1


@pytest.mark.on_sqlite("the journeys begin with the demo on both")
def test_the_command_prints_how_to_sign_in(transactional_db, capsys, monkeypatch):
    monkeypatch.setitem(demo.SIZES, "S", SMALL)

    assert demo.run(SimpleNamespace(firm="wholesale", seed=1, size="S", today=STANDS_AT, costs=False, fresh=True)) == 0

    said = capsys.readouterr().out
    password = said.partition("Password of everybody: ")[2].splitlines()[0]
    assert User.objects.get(email="anna@demo.example").check_password(password)
    assert "anna@demo.example" in said


@pytest.mark.on_sqlite("the journeys begin with the demo on both")
def test_most_goods_have_dated_costs_from_purchases_and_not_all(db):
    make_demo(costs=True)
    goods = Product.objects.filter(kind="goods")

    with_costs = goods.filter(costs__isnull=False).distinct().count()

    assert goods.count() / 2 < with_costs < goods.count()
    assert not CostPrice.objects.filter(purchase=None).exists()
    assert not CostPrice.objects.exclude(valid_from=F("purchase__bought_on")).exists()
    assert {"EUR"} < set(Purchase.objects.values_list("currency", flat=True))
    assert Decimal("0.5") < known_share() < 1
