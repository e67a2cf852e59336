"""The total of a document is the sum of its lines, whatever is done to them."""

from datetime import date
from decimal import Decimal

import pytest

from groundwork.core.languages import money
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.crm.trade.testing import make_invoice, make_product
from groundwork.records.pages import timeline_of
from groundwork.records.write import drop_part, put_part, writing


def line(product, quantity, price):
    return InvoiceLine(product=product, quantity=Decimal(quantity), price=Decimal(price))


def totals(invoice):
    invoice.refresh_from_db()
    return invoice.total_minor, invoice.lines_count


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "amount"),
    [
        ("1", "0.125", "GBP", 13),
        ("-1", "0.125", "GBP", -13),
        ("3", "33.3", "JPY", 100),
        ("2", "1.0005", "KWD", 2001),
        ("0.5", "2.55", "GBP", 128),
    ],
)
def test_the_amount_of_a_line_is_rounded_once_half_away_from_zero(cast, quantity, price, currency, amount):
    invoice = make_invoice(cast.olga, (None, quantity, price), currency=currency)

    assert (invoice.lines.get().amount_minor, *totals(invoice)) == (amount, amount, 1)


def test_a_line_put_changed_and_dropped_moves_the_total(cast):
    invoice, almonds = make_invoice(cast.olga, (None, 1, "10.00"), state="draft"), make_product(cast.olga)
    added = line(almonds, 2, "3.00")

    with writing(invoice, by=cast.olga, act="edited") as fresh:
        put_part(fresh, added)
    assert totals(invoice) == (1600, 2)
    assert (added.position, added.description, added.issued_on) == (2, "Almonds", invoice.issued_on)

    with writing(invoice, by=cast.olga, act="edited") as fresh:
        added.quantity = Decimal(5)
        put_part(fresh, added)
    assert totals(invoice) == (2500, 2)

    with writing(invoice, by=cast.olga, act="edited") as fresh:
        drop_part(fresh, added)
    assert totals(invoice) == (1000, 1)


def test_lines_follow_their_document_to_another_day(cast):
    invoice = make_invoice(cast.olga, state="draft")

    with writing(invoice, by=cast.olga, act="edited") as fresh:
        fresh.issued_on = date(2026, 4, 1)

    assert invoice.lines.get().issued_on == date(2026, 4, 1)


def test_a_document_with_lines_does_not_move_to_a_currency_with_other_decimals(cast):
    invoice = make_invoice(cast.olga, state="draft")

    with pytest.raises(Refusal, match="make a new invoice"), writing(invoice, by=cast.olga, act="edited") as fresh:
        fresh.currency = "JPY"

    assert Invoice.objects.get().currency == "GBP"


def test_a_document_without_lines_may_change_its_currency(cast):
    invoice = make_invoice(cast.olga, state="draft")
    with writing(invoice, by=cast.olga, act="edited") as fresh:
        drop_part(fresh, fresh.lines.get())

    with writing(invoice, by=cast.olga, act="edited") as fresh:
        fresh.currency = "JPY"

    assert Invoice.objects.get().currency == "JPY"


def test_history_tells_money_as_money(cast):
    draft = make_invoice(cast.olga, (None, 1, "10.00"), state="draft")

    with writing(draft, by=cast.olga, act="edited") as fresh:
        put_part(fresh, line(None, 2, "6.80"))

    changes = [line for event in timeline_of(draft, cast.olga).events for line in event.changes]
    told = [(line.label, line.before, line.after) for line in changes]
    assert ("Total, net", money(1000, "GBP"), money(2360, "GBP")) in told
