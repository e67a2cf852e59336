"""What a role hides of invoices and orders stands on no page beside it, and in no file made of it."""

import re

import pytest
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.core.clock import today
from groundwork.crm.trade.actions import share_oldest_first
from groundwork.crm.trade.models import Invoice
from groundwork.crm.trade.testing import make_company, make_invoice, make_order, make_payment

AMOUNTS = ("total_minor", "vat_minor", "gross_minor", "settled_minor", "open_minor", "lines")


@pytest.fixture
def company(cast):
    """Owes us 12,345.00 less a payment of 45.00; the other documents are what the test makes."""
    company = make_company(cast.anna)
    make_invoice(cast.anna, (None, 1, "12345.00"), company=company, day=today())
    share_oldest_first(make_payment(cast.anna, company, 45_00, day=today()), cast.anna)
    return company


def page(client, record):
    return re.sub(r"\s+", " ", client.get(record.get_absolute_url()).content.decode()).replace("\xa0", " ")


def file(client, record):
    return client.get(reverse("records:file", args=[record.type_key, record.pk, f"{record.type_key}.pdf"])).status_code


def test_the_page_of_an_invoice_says_nothing_of_hidden_amounts_and_gives_no_paper(cast, as_user, company):
    invoice, client = Invoice.objects.get(), as_user(cast.anna)
    before = page(client, invoice)
    assert ("12,345.00" in before, "12,300.00" in before, "45.00" in before) == (True, True, True)
    assert file(client, invoice) == 200
    hide(cast.anna, "invoice", *AMOUNTS)

    after = page(client, invoice)

    assert re.findall(r"12,3\d\d|45\.00", after) == []
    assert ("To pay" in after, "invoice.pdf" in after) == (False, False)
    assert file(client, invoice) == 403


@pytest.mark.parametrize("hidden", ["gross_minor", "open_minor", "settled_minor"])
def test_of_the_payment_panel_only_what_is_hidden_is_left_out(cast, as_user, company, hidden):
    said = {"gross_minor": "To pay", "open_minor": "Still to pay", "settled_minor": "PAY-"}
    hide(cast.anna, "invoice", hidden)

    shown = page(as_user(cast.anna), Invoice.objects.get())

    panel = shown[shown.index("<h2>Payment</h2>") :]
    assert {name: re.search(rf"\b{word}", panel) is not None for name, word in said.items()} == {
        name: name != hidden for name in said
    }


@pytest.mark.parametrize("of", ["open_minor", "payment"])
def test_who_sees_no_debts_reads_none_on_the_page_of_the_company(cast, as_user, company, of):
    assert "Debts on" in page(as_user(cast.anna), company)
    if of == "payment":
        cast.anna.roles.get().grants.filter(type="payment").delete()
    else:
        hide(cast.anna, "invoice", of)

    assert "Debts on" not in page(as_user(cast.anna), company)


def test_hidden_lines_of_an_order_are_not_told_by_what_is_invoiced_of_them(cast, as_user, company):
    order = make_order(cast.anna, company, (None, 3, "7.00"), state="confirmed")
    client = as_user(cast.anna)
    assert "Invoiced" in page(client, order)
    hide(cast.anna, "order", "lines")

    assert ("Invoiced" in page(client, order), file(client, order)) == (False, 403)
