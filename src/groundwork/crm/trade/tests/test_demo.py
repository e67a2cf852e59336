"""The demo firm is whole, and in step with itself."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F, Sum

from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions, demo
from groundwork.crm.trade.demo_law import known_wrong
from groundwork.crm.trade.models import (
    Category,
    Invoice,
    InvoiceLine,
    Order,
    Payment,
    Product,
    Series,
    Share,
)
from groundwork.crm.trade.prices import price_for
from groundwork.crm.trade.rates import convert
from groundwork.crm.trade.tests.test_making_the_demo import STANDS_AT, make_demo
from groundwork.records.models import Change, SearchRow, Tally


@pytest.fixture(scope="module")
def demo_firm(django_db_setup, django_db_blocker):
    """Made once, in a transaction that is never committed; what a test writes is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_demo()
        transaction.set_rollback(True)


def test_the_demo_is_in_step_with_itself(demo_firm, db):
    assert {user.name.split()[0] for user in demo_firm.people.values()} >= {
        "Анна",
        "Piotr",
        "Ольга",
        "Иван",
        "Лариса",
        "Nina",
    }
    assert demo_firm.people["piotr"].leads(demo_firm.people["anna"].department)
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


def test_partners_have_legal_ids_whose_check_digits_are_right(demo_firm, db):
    filled = [company for company in Company.objects.all() if company.inn or company.nip or company.bin or company.vat]

    assert {company.country for company in filled} >= {"Russia", "Poland", "Kazakhstan"}
    assert all(company.nip and company.regon for company in filled if company.country == "Poland" and company.nip)
    assert {company.name: known_wrong(company) for company in filled if known_wrong(company)} == {}


def test_orders_become_invoices_and_invoices_are_paid_in_part_too_late_or_too_much(demo_firm, db):
    assert not Order.objects.filter(invoices=None, state="closed").exists()
    assert Invoice.objects.filter(order=None, kind="invoice").exclude(company=None).count() == 0
    assert set(Invoice.objects.filter(kind="invoice").values_list("paid", flat=True)) == {"open", "part", "paid"}
    assert Payment.objects.filter(amount_minor__gt=F("shared_minor")).exists()
    assert Share.objects.filter(payment__paid_on__gt=F("invoice__due_on")).exists()
    assert not Payment.objects.filter(paid_on__gt=STANDS_AT).exists()
    assert not Invoice.objects.filter(kind="invoice", open_minor__lt=0).exists()
    note = Invoice.objects.filter(kind="credit").exclude(corrects=None).first()
    assert (note.open_minor, note.offset_minor > 0, note.company) == (0, True, note.corrects.company)


def test_some_orders_are_open_today_and_a_few_wait_to_be_confirmed(demo_firm, db):
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


def test_the_next_invoice_goes_on_where_the_demo_stops(demo_firm, db):
    series = Series.objects.get(kind="invoice")
    numbers = set(Invoice.objects.filter(series=series, issued_on__year=2026).values_list("document_number", flat=True))
    order = Order.objects.filter(state="confirmed").first()

    with demo.at(STANDS_AT):
        draft = actions.make_invoice(
            order, demo_firm.people["nina"], {line.pk: line.quantity for line in order.lines.all()}
        )
        issued = actions.issue(draft, demo_firm.people["nina"])

    assert numbers == {series.number(place, STANDS_AT) for place in range(1, len(numbers) + 1)}
    assert issued.document_number == series.number(len(numbers) + 1, STANDS_AT)


def test_what_is_open_is_what_shares_and_credit_notes_left(demo_firm, db):
    for invoice in Invoice.objects.filter(kind="invoice"):
        paid = invoice.shares.aggregate(sum=Sum("amount_minor", default=0))["sum"]
        credited = invoice.corrections.aggregate(sum=Sum("offset_minor", default=0))["sum"]
        assert invoice.open_minor == invoice.gross_minor - paid - credited


def test_goods_stand_in_a_tree_and_a_price_can_be_told_for_everybody(demo_firm, db):
    walnuts = Product.objects.filter(name__startswith="Walnut").first()

    few = price_for(Company.objects.filter(terms=None).first(), walnuts, Decimal(1), STANDS_AT)
    many = price_for(None, walnuts, Decimal(50), STANDS_AT)

    assert (walnuts.category.name, walnuts.category.parent.parent.name, walnuts.unit) == ("Other nuts", "Food", "kg")
    assert (few.source, few.price > many.price > 0) == ("list", True)
    assert Category.objects.filter(parent=None).count() == 2
    assert convert(100, "PLN", "EUR", STANDS_AT) in range(20, 27)
