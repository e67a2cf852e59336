"""The buttons of the pages: an order is confirmed, invoiced, issued, paid and corrected with clicks only."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from groundwork.core.clock import today
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Order, Series
from groundwork.crm.trade.series import make_built_in
from groundwork.crm.trade.testing import make_draft, make_invoice, make_order, make_payment, make_product
from groundwork.records.models import Change
from groundwork.records.write import creating

pytestmark = pytest.mark.django_db


@pytest.fixture
def hazel(cast):
    return creating(Company(name="Hazel", payment_days=14), by=cast.anna)


def click(client, record, key, **asked):
    record.refresh_from_db()
    address = reverse("records:act", args=[record.type_key, record.pk, key])
    return client.post(address, {"version": record.version, **asked})


def test_from_the_order_to_the_paid_invoice_with_buttons_only(cast, as_user, hazel):
    order = make_order(cast.anna, hazel, (make_product(cast.larisa), 10, "2.00"))
    anna, nina = as_user(cast.anna), as_user(cast.nina)

    assert click(anna, order, "order.confirm").status_code == 302
    answer = click(nina, order, "order.invoice", **{f"line{order.lines.get().pk}": "10"})
    draft = Invoice.objects.get()
    assert answer.url == draft.get_absolute_url()
    series = make_built_in() or Series.objects.get(kind="invoice")
    click(nina, draft, "invoice.issue", series=series.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.document_number[:4]) == ("issued", "INV/")
    payment = make_payment(cast.nina, hazel, 2500)
    click(nina, payment, "payment.oldest")

    draft.refresh_from_db()
    assert (draft.paid, draft.open_minor) == ("paid", 0)
    page = nina.get(draft.get_absolute_url()).content.decode()
    told = nina.get(payment.get_absolute_url()).content.decode()
    assert "Paid invoices" in told
    assert "– –" not in " ".join(strip_tags(told).split())
    assert "Make credit note" in page
    assert "invoice.issue" not in page


def test_the_button_of_an_act_that_asks_first_leads_to_its_questions(cast, as_user, hazel):
    order = make_order(cast.anna, hazel, (make_product(cast.larisa), 10, "2.00"))
    actions.confirm(order, cast.anna)
    nina, address = as_user(cast.nina), reverse("records:act", args=["order", order.pk, "order.invoice"])

    page = nina.get(order.get_absolute_url()).content.decode()
    questions = nina.get(address).content.decode()

    assert f'href="{address}"' in page
    assert f'action="{address}"' not in page
    assert f'name="line{order.lines.get().pk}" value="10"' in questions


def test_a_seller_is_offered_no_invoice_and_gets_none(cast, as_user, hazel):
    order = make_order(cast.anna, hazel)
    actions.confirm(order, cast.anna)
    anna = as_user(cast.anna)

    assert "order.invoice" not in anna.get(order.get_absolute_url()).content.decode()
    assert click(anna, order, "order.invoice", **{f"line{order.lines.get().pk}": "1"}).status_code == 403
    assert not Invoice.objects.exists()


def test_a_click_on_what_somebody_changed_meanwhile_is_refused_and_writes_nothing(cast, as_user, hazel):
    order = make_order(cast.anna, hazel)
    seen = order.version
    order.refresh_from_db()
    changes = Change.objects.count()

    answer = as_user(cast.anna).post(
        reverse("records:act", args=["order", order.pk, "order.confirm"]), {"version": seen + 1}
    )

    assert (answer.status_code, Change.objects.count()) == (409, changes)
    assert Order.objects.get().state == "draft"


def test_a_quantity_that_cannot_be_read_is_asked_again(cast, as_user, hazel):
    order = make_order(cast.anna, hazel, (None, 10, "2.00"))
    actions.confirm(order, cast.anna)

    answer = click(as_user(cast.nina), order, "order.invoice", **{f"line{order.lines.get().pk}": "1,240"})

    assert answer.status_code == 422
    assert "can be read in one way only" in answer.content.decode()


def test_the_lines_of_an_issued_invoice_have_no_form_and_take_no_post(cast, as_user, hazel):
    invoice = make_invoice(cast.olga, company=hazel)
    olga = as_user(cast.olga)
    assert "/parts/lines" not in olga.get(invoice.get_absolute_url()).content.decode()

    answer = olga.post(
        reverse("records:part_add", args=["invoice", invoice.pk, "lines"]), {"lines-quantity": "1", "lines-price": "1"}
    )

    assert (answer.status_code, invoice.lines.count()) == (409, 1)


def test_an_invoice_made_by_hand_is_a_draft(cast, as_user, hazel):
    as_user(cast.nina).post(
        reverse("records:new", args=["invoice"]),
        {"kind": "invoice", "company": hazel.number, "issued_on": "2026-05-10", "currency": "GBP"},
    )

    assert Invoice.objects.get().state == "draft"


def test_the_pdf_is_a_file_of_whoever_sees_the_invoice(cast, as_user, hazel):
    invoice = make_invoice(cast.anna, company=hazel, number="FV/2026/05/0001")
    address = reverse("records:file", args=["invoice", invoice.pk, "invoice.pdf"])

    answer = as_user(cast.anna).get(address)

    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Disposition"] == 'attachment; filename="FV-2026-05-0001.pdf"'
    assert as_user(cast.ivan).get(address).status_code == 404


@pytest.mark.parametrize("language", ["ru", "pl", "en"])
def test_the_paper_says_the_amounts_exactly_and_the_vat_by_rate(cast, hazel, language):
    from django.utils.translation import override

    from groundwork.crm.trade.printing import invoice_paper

    draft = make_draft(cast.anna, (None, 3, "10.05"), company=hazel, currency="PLN", vat_code="PL-23")

    with override(language):
        paper = invoice_paper(draft, cast.anna)

    figures = [[text.replace("\xa0", " ").replace(",", ".") for text in row] for row in paper.taxes]
    assert figures == [["23%", "30.15", "6.93", "37.08"]]
    assert paper.totals[-1][1].replace("\xa0", " ").replace(",", ".") == "37.08 PLN"
    assert "08/100" in paper.remarks[0]
    assert paper.buyer == ["Hazel"]


def test_the_paper_does_not_name_a_company_that_the_reader_may_not_see(cast, hazel):
    from groundwork.crm.trade.printing import invoice_paper

    invoice = make_invoice(cast.ivan, company=hazel)

    assert invoice_paper(invoice, cast.ivan).buyer == []


def test_an_administrator_sets_up_a_series_and_moves_it_on_but_never_back(cast, as_user):
    adam = as_user(cast.adam)
    typed = {
        "name": "Polish", "kind": "invoice", "pattern": "FV/{year}/{n:04}", "restart": "yearly", "vat_by": "rate",
        "is_active": "on", "next": "42",
    }  # fmt: skip

    adam.post(reverse("trade:series_new"), typed)
    series = Series.objects.get(name="Polish")
    again = adam.post(reverse("trade:series_edit", args=[series.pk]), {**typed, "next": "7"})

    assert again.status_code == 422
    assert f"FV/{today():%Y}/0042" in adam.get(reverse("trade:series")).content.decode()
    assert as_user(cast.olga).get(reverse("trade:series")).status_code == 403
