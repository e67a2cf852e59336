"""From an order to its invoices: in parts, never more than was ordered, exact until rounded once a line."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Order, OrderLine
from groundwork.crm.trade.testing import make_invoice, make_order, make_product
from groundwork.records import write
from groundwork.records.pages import timeline_of
from groundwork.records.write import creating


@pytest.fixture
def hazel(cast):
    return creating(Company(name="Hazel"), by=cast.anna)


def confirmed(by, company, *lines, **fields) -> Order:
    order = make_order(by, company, *lines, **fields)
    actions.confirm(order, by)
    order.refresh_from_db()
    return order


def ids(order):
    return list(order.lines.values_list("pk", flat=True))


def test_the_sum_of_orders_is_exact_and_each_line_is_rounded_once(cast, hazel):
    make_order(cast.anna, hazel, (None, 1, "10.05", "5"), (None, 3, "0.335", "0"), (None, 7, "1.03", "15"))

    exact = OrderLine.objects.aggregate(net=Sum("net"), rounded=Sum("amount_minor"))

    assert exact["net"] == Decimal("9.5475") + Decimal("1.005") + Decimal("6.1285")
    assert exact["rounded"] == 955 + 101 + 613
    assert Order.objects.get().total_minor == exact["rounded"]


def test_an_order_is_invoiced_in_parts_and_never_more_than_was_ordered(cast, hazel):
    order = confirmed(cast.anna, hazel, (make_product(cast.larisa), 10, "2.00", "10"), (None, 4, "1.00"))
    almonds, other = ids(order)

    first = actions.make_invoice(order, cast.nina, {almonds: Decimal(6)})
    with pytest.raises(Refusal, match="Only 4 of"):
        actions.make_invoice(order, cast.nina, {almonds: Decimal("4.5")})
    second = actions.make_invoice(order, cast.nina, {almonds: Decimal(4), other: Decimal(4)})

    assert (first.is_draft, first.owner, first.company, first.order) == (True, cast.anna, hazel, order)
    line = first.lines.get()
    assert (line.amount_minor, line.discount_minor, line.description) == (1080, 120, "Almonds")
    assert first.total_minor + second.total_minor == order.total_minor
    assert [part.left for part in actions.invoiced(order)] == [0, 0]


def test_an_invoice_that_is_archived_gives_its_quantities_back(cast, hazel):
    order = confirmed(cast.anna, hazel, (None, 10, "2.00"))
    draft = actions.make_invoice(order, cast.nina, {ids(order)[0]: Decimal(6)})

    write.archive(draft, by=cast.nina)

    assert [part.left for part in actions.invoiced(order)] == [10]


def test_the_freight_is_kept_apart_and_invoiced_once(cast, hazel):
    order = confirmed(cast.anna, hazel, (None, 2, "2.00"), freight_minor=1250)
    assert order.total_minor == 400
    (line,) = ids(order)

    first = actions.make_invoice(order, cast.nina, {line: Decimal(1)})
    second = actions.make_invoice(order, cast.nina, {line: Decimal(1)})

    assert [invoice.total_minor for invoice in (first, second)] == [200 + 1250, 200]


@pytest.mark.parametrize("state", ["draft", "closed", "cancelled"])
def test_an_invoice_is_made_out_of_a_confirmed_order_only(cast, hazel, state):
    order = make_order(cast.anna, hazel, state=state)

    with pytest.raises(Refusal, match="confirmed order"):
        actions.make_invoice(order, cast.nina, dict.fromkeys(ids(order), Decimal(1)))

    assert not Invoice.objects.exists()


def test_an_order_with_an_invoice_is_closed_and_not_cancelled(cast, hazel):
    order = confirmed(cast.anna, hazel)
    actions.make_invoice(order, cast.nina, dict.fromkeys(ids(order), Decimal(1)))

    with pytest.raises(Refusal, match="close the order instead"):
        actions.cancel(order, cast.anna)
    actions.close(order, cast.anna)

    order.refresh_from_db()
    assert order.state == Order.State.CLOSED


def test_a_line_is_not_brought_below_what_is_invoiced_nor_taken_away(cast, hazel):
    order = confirmed(cast.anna, hazel, (None, 10, "2.00"))
    line = order.lines.get()
    actions.make_invoice(order, cast.nina, {line.pk: Decimal(6)})
    actions.change(order, cast.anna)

    line.quantity = Decimal(5)
    with pytest.raises(Refusal, match="6 are invoiced"), write.writing(order, by=cast.anna, act="edited") as fresh:
        write.put_part(fresh, line)
    with pytest.raises(Refusal, match="holds this line"), write.writing(order, by=cast.anna, act="edited") as fresh:
        write.drop_part(fresh, line)

    assert order.lines.get().quantity == 10


def test_a_confirmed_order_stands_until_somebody_opens_it_for_changes(cast, hazel):
    order = confirmed(cast.anna, hazel, (None, 10, "2.00"), freight_minor=500)
    line = order.lines.get()
    line.quantity = Decimal(12)

    with pytest.raises(Refusal, match="Change order"), write.writing(order, by=cast.anna, act="edited") as fresh:
        write.put_part(fresh, line)
    with pytest.raises(Refusal, match="Change order"), write.writing(order, by=cast.anna, act="edited") as fresh:
        write.drop_part(fresh, line)
    with pytest.raises(Refusal, match="Change order"), write.writing(order, by=cast.anna, act="edited") as fresh:
        fresh.freight_minor = 0
    order.refresh_from_db()
    assert (order.lines.get().quantity, order.freight_minor) == (10, 500)

    actions.change(order, cast.anna)
    with write.writing(order, by=cast.anna, act="edited") as fresh:
        write.put_part(fresh, line)
    actions.confirm(order, cast.anna)

    order.refresh_from_db()
    told = [event.title for event in timeline_of(order, cast.anna).events]
    assert (order.state, order.total_minor) == ("confirmed", 2400)
    assert told == ["Confirmed", "Changed", "Opened for changes", "Confirmed", "Created"]


def test_an_order_that_is_opened_for_changes_is_not_invoiced(cast, hazel):
    order = confirmed(cast.anna, hazel, (None, 10, "2.00"))
    actions.change(order, cast.anna)

    with pytest.raises(Refusal, match="Confirm the order first"):
        actions.make_invoice(order, cast.nina, {ids(order)[0]: Decimal(1)})
    actions.cancel(order, cast.anna)
    with pytest.raises(Refusal, match="Only a confirmed order"):
        actions.change(order, cast.anna)


# ── credit notes


def test_a_credit_note_refers_to_an_invoice_of_an_earlier_month_and_never_takes_back_more(cast, hazel):
    invoice = make_invoice(cast.olga, (None, 5, "2.00"), company=hazel, day=date(2026, 1, 15))
    (line,) = invoice.lines.values_list("pk", flat=True)

    first = actions.make_credit_note(invoice, cast.nina, {line: Decimal(3)})
    with pytest.raises(Refusal, match="Only 2 of"):
        actions.make_credit_note(invoice, cast.nina, {line: Decimal(3)})
    issued = actions.issue(first, cast.nina)

    assert (issued.corrects, issued.kind, issued.total_minor) == (invoice, "credit", -600)
    assert issued.issued_on > invoice.issued_on
    invoice.refresh_from_db()
    assert (invoice.open_minor, invoice.paid, invoice.total_minor) == (400, "part", 1000)
    issued.refresh_from_db()
    assert (issued.open_minor, issued.paid) == (0, "paid")


def test_a_credit_note_made_larger_by_hand_is_not_issued(cast, hazel):
    invoice = make_invoice(cast.olga, (None, 5, "2.00"), company=hazel)
    note = actions.make_credit_note(invoice, cast.nina, {invoice.lines.get().pk: Decimal(5)})
    with write.writing(note, by=cast.nina, act="edited") as fresh:
        line = fresh.lines.get()
        line.quantity = Decimal(-6)
        write.put_part(fresh, line)

    with pytest.raises(Refusal, match="More would be taken back"):
        actions.issue(note, cast.nina)

    note.refresh_from_db()
    assert (note.is_draft, note.document_number) == (True, "")


def test_a_credit_note_keeps_the_old_rate_of_what_it_corrects(cast, hazel):
    invoice = make_invoice(cast.olga, (None, 1, "100.00"), company=hazel, day=date(2025, 12, 30), state="draft")
    with write.writing(invoice, by=cast.olga, act="edited") as fresh:
        line = fresh.lines.get()
        line.vat_code = "RU-20"
        write.put_part(fresh, line)
        fresh.document_number = ""
    invoice = actions.issue(invoice, cast.olga)

    note = actions.issue(actions.make_credit_note(invoice, cast.nina, {invoice.lines.get().pk: Decimal(1)}), cast.nina)

    assert note.issued_on >= date(2026, 1, 1)
    assert (note.vat_minor, note.gross_minor, note.offset_minor) == (-2000, -12000, 12000)


@pytest.mark.parametrize("address", ["/r/order/new", "/r/order/quick"])
def test_freight_that_was_emptied_is_none(cast, as_user, hazel, address):
    client = as_user(cast.anna)
    form = client.get(address).context["form"]
    typed = {form.add_prefix(name): form[name].value() or "" for name in form.fields}

    answer = client.post(address, typed | {"company": "Hazel", "currency": "EUR", "freight_minor": ""})

    assert answer.status_code == 302
    assert Order.objects.get().freight_minor == 0
