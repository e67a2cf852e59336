"""The demo firm: the same for the same seed, whole, and gone without a trace."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db.models import F, Sum

from groundwork.access.models import User
from groundwork.blueprint.models import Element, Firm
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade import actions, demo
from groundwork.crm.trade.demo_law import known_wrong
from groundwork.crm.trade.models import (
    Category,
    Claim,
    CostPrice,
    Invoice,
    InvoiceLine,
    Order,
    Payment,
    Price,
    Product,
    Purchase,
    Series,
    Share,
)
from groundwork.crm.trade.prices import price_for
from groundwork.crm.trade.profit import known_share, last_day
from groundwork.crm.trade.rates import convert
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


def test_the_demo_is_in_step_with_itself(db):
    made = make_demo()

    assert {user.name.split()[0] for user in made.people.values()} >= {
        "Анна",
        "Piotr",
        "Ольга",
        "Иван",
        "Лариса",
        "Nina",
    }
    assert made.people["piotr"].leads(made.people["anna"].department)
    for invoice in Invoice.objects.prefetch_related("lines"):
        assert invoice.total_minor == sum(line.amount_minor for line in invoice.lines.all())
        assert {line.issued_on for line in invoice.lines.all()} == {invoice.issued_on}
    assert (
        Tally.objects.filter(type="invoice").aggregate(sum=Sum("amount"))["sum"]
        == Invoice.objects.aggregate(sum=Sum("total_minor"))["sum"]
    )
    assert SearchRow.objects.filter(type="company").count() == Company.objects.count()
    assert Change.objects.filter(created=True, type="invoice").count() == Invoice.objects.count()
    assert InvoiceLine.objects.count() == 400


def test_most_goods_have_dated_costs_from_purchases_and_not_all(db):
    make_demo(costs=True)
    goods = Product.objects.filter(kind="goods")

    with_costs = goods.filter(costs__isnull=False).distinct().count()

    assert goods.count() / 2 < with_costs < goods.count()
    assert not CostPrice.objects.filter(purchase=None).exists()
    assert not CostPrice.objects.exclude(valid_from=F("purchase__bought_on")).exists()
    assert {"EUR"} < set(Purchase.objects.values_list("currency", flat=True))
    assert Decimal("0.5") < known_share() < 1


def test_partners_have_legal_ids_whose_check_digits_are_right(db):
    make_demo()

    filled = [company for company in Company.objects.all() if company.inn or company.nip or company.bin or company.vat]

    assert {company.country for company in filled} >= {"Russia", "Poland", "Kazakhstan"}
    assert all(company.nip and company.regon for company in filled if company.country == "Poland" and company.nip)
    assert {company.name: known_wrong(company) for company in filled if known_wrong(company)} == {}


def test_orders_become_invoices_and_invoices_are_paid_in_part_too_late_or_too_much(db):
    make_demo()

    assert not Order.objects.filter(invoices=None, state="closed").exists()
    assert Invoice.objects.filter(order=None, kind="invoice").exclude(company=None).count() == 0
    assert set(Invoice.objects.filter(kind="invoice").values_list("paid", flat=True)) == {"open", "part", "paid"}
    assert Payment.objects.filter(amount_minor__gt=F("shared_minor")).exists()
    assert Share.objects.filter(payment__paid_on__gt=F("invoice__due_on")).exists()
    assert not Payment.objects.filter(paid_on__gt=STANDS_AT).exists()
    assert not Invoice.objects.filter(kind="invoice", open_minor__lt=0).exists()
    note = Invoice.objects.filter(kind="credit").exclude(corrects=None).first()
    assert (note.open_minor, note.offset_minor > 0, note.company) == (0, True, note.corrects.company)


def test_some_orders_are_open_today_and_a_few_wait_to_be_confirmed(db):
    make_demo()
    opened = Order.objects.exclude(state="closed")

    assert set(opened.values_list("state", flat=True)) == {"confirmed", "draft"}
    assert opened.filter(state="draft").count() < opened.filter(state="confirmed").count()
    assert not opened.exclude(invoices=None).exists()
    assert not opened.filter(ordered_on__gt=STANDS_AT).exists()
    assert not opened.filter(required_on__lt=STANDS_AT).exists()
    for order in opened.prefetch_related("lines"):
        assert (order.total_minor, order.lines_count) == (
            sum(line.amount_minor for line in order.lines.all()),
            len(order.lines.all()),
        )


def test_the_next_invoice_goes_on_where_the_demo_stops(db):
    made = make_demo()
    series = Series.objects.get(kind="invoice")
    numbers = set(Invoice.objects.filter(series=series, issued_on__year=2026).values_list("document_number", flat=True))
    order = Order.objects.filter(state="confirmed").first()

    with demo.at(STANDS_AT):
        draft = actions.make_invoice(order, made.people["nina"], {line.pk: line.quantity for line in order.lines.all()})
        issued = actions.issue(draft, made.people["nina"])

    assert numbers == {series.number(place, STANDS_AT) for place in range(1, len(numbers) + 1)}
    assert issued.document_number == series.number(len(numbers) + 1, STANDS_AT)


def test_what_is_open_is_what_shares_and_credit_notes_left(db):
    make_demo()

    for invoice in Invoice.objects.filter(kind="invoice"):
        paid = invoice.shares.aggregate(sum=Sum("amount_minor", default=0))["sum"]
        credited = invoice.corrections.aggregate(sum=Sum("offset_minor", default=0))["sum"]
        assert invoice.open_minor == invoice.gross_minor - paid - credited


def test_goods_stand_in_a_tree_and_a_price_can_be_told_for_everybody(db):
    make_demo()
    walnuts = Product.objects.filter(name__startswith="Walnut").first()

    few = price_for(Company.objects.filter(terms=None).first(), walnuts, Decimal(1), STANDS_AT)
    many = price_for(None, walnuts, Decimal(50), STANDS_AT)

    assert (walnuts.category.name, walnuts.category.parent.parent.name, walnuts.unit) == ("Other nuts", "Food", "kg")
    assert (few.source, few.price > many.price > 0) == ("list", True)
    assert Category.objects.filter(parent=None).count() == 2
    assert convert(100, "PLN", "EUR", STANDS_AT) in range(20, 27)


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


def test_the_command_prints_how_to_sign_in(transactional_db, capsys, monkeypatch):
    monkeypatch.setitem(demo.SIZES, "S", SMALL)

    assert demo.run(SimpleNamespace(firm="wholesale", seed=1, size="S", today=STANDS_AT, costs=False)) == 0

    said = capsys.readouterr().out
    password = said.partition("Password of everybody: ")[2].splitlines()[0]
    assert User.objects.get(email="anna@demo.example").check_password(password)
    assert "anna@demo.example" in said
