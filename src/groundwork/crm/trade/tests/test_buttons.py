"""The buttons of the pages: an order is confirmed, invoiced, issued, paid and corrected with clicks only."""

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from groundwork.core.clock import today
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Order, Series
from groundwork.crm.trade.printing import invoice_paper
from groundwork.crm.trade.series import make_built_in
from groundwork.crm.trade.testing import make_draft, make_invoice, make_order, make_payment, make_product
from groundwork.records.models import Change
from groundwork.records.pages import page_actions, timeline_of
from groundwork.records.write import creating

TRADE = ("order", "invoice", "payment", "purchase", "claim")
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


def words_of(answer):
    return " ".join(strip_tags(answer.content.decode().replace("<", " <")).split())


def archive_of(record):
    return reverse("records:archive", args=[record.type_key, record.pk])


def test_archive_is_offered_only_where_it_will_be_done(cast, as_user, hazel):
    nina = as_user(cast.nina)
    ours = actions.issue(make_draft(cast.nina, company=hazel), cast.nina)
    paid, free = (make_invoice(cast.nina, company=hazel, number=number) for number in ("A-1", "A-2"))
    actions.share_out(make_payment(cast.nina, hazel, 500), cast.nina, [paid])
    draft = make_draft(cast.nina, company=hazel)

    records = {"ours": ours, "paid": paid, "free": free, "draft": draft}
    offered = {
        name for name, one in records.items() if archive_of(one) in nina.get(one.get_absolute_url()).content.decode()
    }

    assert offered == {"free", "draft"}
    answers = {name: nina.post(archive_of(one)).status_code for name, one in records.items()}
    assert answers == {"ours": 409, "paid": 409, "free": 302, "draft": 302}


def test_on_an_invoice_nobody_adds_a_correction_that_looks_like_an_invoice(cast, as_user, hazel):
    invoice = make_invoice(cast.nina, company=hazel)
    actions.make_credit_note(invoice, cast.nina, {invoice.lines.get().pk: 1})

    page = as_user(cast.nina).get(invoice.get_absolute_url()).content.decode()

    assert f"?corrects={invoice.pk}" not in page
    assert "<h2>Corrections</h2>" in page
    assert "Make credit note" in page


def test_a_credit_note_tells_what_is_given_back(cast, as_user, hazel):
    invoice = make_invoice(cast.nina, (None, 2, "10.00"), company=hazel)
    make_payment(cast.nina, hazel, 100)
    note = actions.make_credit_note(invoice, cast.nina, {invoice.lines.get().pk: 1})
    actions.issue(note, cast.nina)

    words = words_of(as_user(cast.nina).get(note.get_absolute_url()))

    assert "To give back 10.00 GBP" in words
    assert "Still to give back 0.00 GBP" in words
    assert "Paid so far" not in words


def test_the_list_shows_what_is_to_pay_beside_what_is_open(cast, as_user, hazel):
    make_payment(cast.nina, hazel, 100)
    actions.issue(make_draft(cast.nina, company=hazel, vat_code="PL-23", day=today()), cast.nina)

    words = words_of(as_user(cast.nina).get(reverse("records:list", args=["invoice"])))

    assert "Total, net To pay Open" in words
    assert "10.00 GBP 12.30 GBP 12.30 GBP" in words


def test_an_invoice_made_by_hand_takes_the_country_of_its_company(cast, as_user):
    make = {"kind": "invoice", "issued_on": "2026-05-10", "currency": "GBP"}
    riga = creating(Company(name="Riga Nuts", country="Latvia"), by=cast.nina)
    nina, new = as_user(cast.nina), reverse("records:new", args=["invoice"])

    for typed in ({"company": riga.number}, {"company": riga.number, "country": "Estonia"}, {}):
        nina.post(new, make | typed)

    assert list(Invoice.objects.order_by("pk").values_list("country", flat=True)) == ["Latvia", "Estonia", ""]


def test_a_branch_is_added_on_the_page_of_its_company(cast, as_user, hazel):
    anna = as_user(cast.anna)

    before = anna.get(hazel.get_absolute_url()).content.decode()
    creating(Company(name="Hazel Riga", parent=hazel), by=cast.anna)
    after = anna.get(hazel.get_absolute_url()).content.decode()

    assert f'?parent={hazel.pk}">Branch</a>' in before
    assert "<h2>Branches</h2>" in after


def test_the_timeline_tells_what_was_done_and_not_what_to_press(cast, as_user, hazel):
    order = make_order(cast.anna, hazel)
    actions.confirm(order, cast.anna)
    invoice = actions.make_invoice(order, cast.nina, {order.lines.get().pk: 1})
    actions.issue(invoice, cast.nina)

    assert [event.title for event in timeline_of(invoice, cast.nina).events] == ["Issued", "Invoice made"]
    assert [event.title for event in timeline_of(order, cast.nina).events] == ["Confirmed", "Created"]
    assert all(str(action.past) not in ("", str(action.label)) for action in page_actions if action.type_key in TRADE)


def test_a_built_in_series_is_called_in_the_readers_language(cast):
    make_built_in()
    series = Series.objects.get(kind="invoice")

    with translation.override("ru"):
        assert str(series) == "Счета"
        series.name = "Счета 2026"
        assert str(series) == "Счета 2026"


@pytest.mark.parametrize(("language", "word"), [("ru", "кг"), ("en", "kg")])
def test_the_paper_names_the_unit_in_its_own_language(cast, hazel, language, word):
    almonds = make_product(cast.larisa, unit="kg")
    sacks = make_product(cast.larisa, "Walnuts", unit="SK40")
    invoice = make_invoice(cast.nina, (almonds, 2, "1"), (sacks, 2, "1"), company=hazel)

    with translation.override(language):
        paper = invoice_paper(invoice, cast.nina)

    assert [row[2] for row in paper.rows] == [word, "SK40"]


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
