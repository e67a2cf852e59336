"""Payments and their shares: partial, too much, paid back; never more than there is, and always undone whole."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from groundwork.access.testing import make_cast
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Payment, Share
from groundwork.crm.trade.testing import MAY, make_invoice, make_payment
from groundwork.records import write
from groundwork.records.models import ChangeSet
from groundwork.records.undo import undo
from groundwork.records.write import creating, put_part, writing


@pytest.fixture
def hazel(cast):
    return creating(Company(name="Hazel"), by=cast.olga)


def pay(payment, invoice, amount, by):
    with writing(payment, by=by, act="edited") as fresh:
        return put_part(fresh, Share(invoice=invoice, amount_minor=amount))


def state(invoice):
    invoice.refresh_from_db()
    return invoice.paid, invoice.open_minor


def test_what_a_bookkeeper_types_is_seen_by_the_seller_of_the_company(cast):
    company = creating(Company(name="Walnut"), by=cast.anna)

    typed = Invoice(document_number="INV-9", company=company, issued_on=MAY, currency="GBP")
    invoice = creating(typed, by=cast.nina)
    payment = creating(Payment(company=company, paid_on=MAY, amount_minor=100, currency="GBP"), by=cast.nina)

    assert list(Invoice.objects.visible_to(cast.anna)) == [invoice]
    assert list(Payment.objects.visible_to(cast.anna)) == [payment]
    assert (invoice.department, payment.department) == (cast.anna.department, cast.anna.department)


def test_an_invoice_is_paid_in_parts(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)

    pay(make_payment(cast.nina, hazel, 400), invoice, 400, cast.nina)
    assert state(invoice) == ("part", 600)

    pay(make_payment(cast.nina, hazel, 600), invoice, 600, cast.nina)
    assert state(invoice) == ("paid", 0)


def test_what_is_paid_too_much_stays_the_companys_own_money(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 1500)

    assert actions.share_oldest_first(payment, cast.nina) == 1000

    payment.refresh_from_db()
    assert (payment.shared_minor, payment.unshared_minor) == (1000, 500)
    assert state(invoice) == ("paid", 0)
    assert actions.share_oldest_first(payment, cast.nina) == 0


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [(1001, "GBP", "Only 10.00"), (1, "EUR", "The payment is in EUR"), (2001, "GBP", "of this payment are left")],
)
def test_more_than_there_is_and_another_currency_are_refused(cast, hazel, amount, currency, sentence):
    invoice = make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 2000, currency=currency)

    with pytest.raises(Refusal, match=sentence):
        pay(payment, invoice, amount, cast.nina)

    assert (Share.objects.count(), state(invoice)) == (0, ("open", 1000))


def test_the_oldest_due_is_paid_first_and_what_has_no_day_last(cast, hazel):
    late = make_invoice(cast.olga, company=hazel, number="LATE", due_on=date(2026, 6, 1))
    undated = make_invoice(cast.olga, company=hazel, number="UNDATED", day=date(2026, 1, 1))
    early = make_invoice(cast.olga, company=hazel, number="EARLY", due_on=date(2026, 5, 20))

    actions.share_oldest_first(make_payment(cast.nina, hazel, 1700), cast.nina)

    assert [state(invoice) for invoice in (early, late, undated)] == [("paid", 0), ("part", 300), ("open", 1000)]


def test_the_reference_names_whole_numbers_only(cast, hazel):
    one = make_invoice(cast.olga, company=hazel, number="FV/1")
    twelve = make_invoice(cast.olga, company=hazel, number="FV/12")

    actions.share_by_number(make_payment(cast.nina, hazel, 5000, reference="zapłata za fv/12, dziękuję"), cast.nina)

    assert [state(invoice) for invoice in (one, twelve)] == [("open", 1000), ("paid", 0)]


def test_an_archived_payment_opens_its_invoices_again_and_comes_back_whole(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 400)
    actions.share_oldest_first(payment, cast.nina)

    write.archive(payment, by=cast.nina)
    assert state(invoice) == ("open", 1000)

    undo(ChangeSet.objects.filter(act="archived").latest("pk"), by=cast.nina)
    assert state(invoice) == ("part", 600)


def test_an_archived_payment_does_not_come_back_when_others_have_paid_meanwhile(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 400)
    actions.share_oldest_first(payment, cast.nina)
    write.archive(payment, by=cast.nina)
    actions.share_oldest_first(make_payment(cast.nina, hazel, 1000), cast.nina)

    with pytest.raises(Refusal, match="More would be shared out"):
        write.restore(payment, by=cast.nina)

    assert state(invoice) == ("paid", 0)


def test_a_payment_made_smaller_than_its_shares_is_refused(cast, hazel):
    make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 400)
    actions.share_oldest_first(payment, cast.nina)

    with (
        pytest.raises(Refusal, match="More would be shared out"),
        writing(payment, by=cast.nina, act="edited") as fresh,
    ):
        fresh.amount_minor = 300

    assert Payment.objects.get().amount_minor == 400


def test_a_share_taken_back_opens_the_invoice_and_stands_in_the_history_of_the_payment(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    payment = make_payment(cast.nina, hazel, 400)
    share = pay(payment, invoice, 400, cast.nina)

    with writing(payment, by=cast.nina, act="edited") as fresh:
        write.drop_part(fresh, share)

    payment.refresh_from_db()
    assert (state(invoice), payment.shared_minor) == (("open", 1000), 0)
    last = ChangeSet.objects.latest("pk").changes.get()
    assert (last.type, [name.partition("#")[0] for name in last.fields]) == ("payment", ["share"])


def test_a_draft_is_not_paid(cast, hazel):
    invoice = make_invoice(cast.olga, company=hazel, state="draft")

    with pytest.raises(Refusal, match="issued"):
        pay(make_payment(cast.nina, hazel, 400), invoice, 400, cast.nina)


class WhateverIsPaid(TestCase):
    """Any invoices, any payments in and back, any archiving: nothing is ever shared twice or lost."""

    @settings(max_examples=settings.default.max_examples * 2 // 5)  # each makes a firm
    @given(
        prices=st.lists(st.integers(1, 5000), min_size=1, max_size=5),
        paid=st.lists(st.tuples(st.integers(1, 8000), st.booleans()), min_size=1, max_size=5),
        credits_=st.lists(st.integers(0, 4), max_size=2, unique=True),
    )
    def test_shares_and_open_amounts_add_up(self, prices, paid, credits_):
        cast = make_cast()
        hazel = creating(Company(name="Hazel"), by=cast.olga)
        for place, price in enumerate(prices):
            make_invoice(cast.olga, (None, 1, str(Decimal(price) / 100)), company=hazel, number=str(place), due_on=MAY)
        for place, (amount, stays) in enumerate(paid):
            payment = make_payment(cast.nina, hazel, amount, direction="out" if place % 3 == 2 else "in")
            actions.share_oldest_first(payment, cast.nina)
            if place in credits_:
                invoice = Invoice.objects.get(document_number="0")
                if any(part.left for part in actions.credited(invoice)):
                    note = actions.make_credit_note(invoice, cast.nina, {invoice.lines.get().pk: 1})
                    actions.issue(note, cast.nina)
            if not stays:
                write.archive(payment, by=cast.nina)

        payments = Payment.objects.filter(archived_at=None)
        shares = Share.objects.filter(payment__archived_at=None).select_related("payment")
        for payment in payments:
            assert payment.shared_minor == sum(share.amount_minor for share in payment.shares.all())
            assert 0 <= payment.shared_minor <= payment.amount_minor
        documents = Invoice.objects.all()
        for document in documents:
            low, high = sorted((0, document.gross_minor))
            assert low <= document.open_minor <= high
        moved = sum(share.payment.sign * share.amount_minor for share in shares)
        assert sum(d.open_minor for d in documents) == sum(d.gross_minor for d in documents) - moved
