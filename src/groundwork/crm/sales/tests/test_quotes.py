"""What is offered in a deal is kept as it was offered, and printed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.access.models import FieldGrant, Role
from groundwork.blueprint.models import Firm
from groundwork.core.clock import today
from groundwork.core.languages import money
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import DealLine
from groundwork.crm.sales.pipelines import Word
from groundwork.crm.sales.quotes import Quote, differences, make_quote, paper_of
from groundwork.crm.sales.tests.test_deals import new_deal, stage, word
from groundwork.crm.sales.won import make_order
from groundwork.crm.trade.actions import confirm, make_invoice
from groundwork.crm.trade.models import Series
from groundwork.crm.trade.series import make_built_in
from groundwork.records.models import ChangeSet
from groundwork.records.testing import make_record
from groundwork.records.tests.test_writing import in_threads
from groundwork.records.types import types
from groundwork.records.write import put_part, save_fields, writing

pytestmark = pytest.mark.django_db


def priced(cast, *prices, **facts):
    """A deal with a line of ten pieces for each price."""
    deal = new_deal(cast.anna, company=make_record(types["company"], owner=cast.anna), currency="EUR", **facts)
    with writing(deal, by=cast.anna, act="edited") as fresh:
        for place, price in enumerate(prices, 1):
            put_part(
                fresh,
                DealLine(
                    deal=fresh, description=f"Nuts {place}", quantity=Decimal(10), price=Decimal(price), position=place
                ),
            )
    deal.refresh_from_db()
    return deal


def at(deal, number=1, form="pdf"):
    return reverse("sales:quote_file", args=["deal", deal.pk, number, form])


def new_at(deal):
    return reverse("sales:quote_new", args=["deal", deal.pk])


def typed(**more):
    return {"valid_until": today() + timedelta(days=14), "language": "en", "text": "", **more}


def test_a_deal_of_words_and_an_amount_is_one_line_of_a_quote_to_its_company(cast, as_user):
    company = make_record(types["company"], owner=cast.anna)
    deal = new_deal(cast.anna, company=company, amount_minor=640000)

    as_user(cast.anna).post(new_at(deal), typed(text="Free of freight\n\nfrom three pallets"))
    quote = Quote.objects.get()
    paper = paper_of(quote, cast.anna)

    assert (paper.rows[0][1], paper.totals[-1][1], paper.buyer[0]) == (deal.name, money(640000, "EUR"), company.name)
    assert paper.remarks == ["Free of freight", "from three pallets"]
    assert (str(quote), quote.total_minor, quote.by) == (f"{deal.number}/1", 640000, cast.anna)
    answer = as_user(cast.anna).get(at(deal))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_a_quote_stands_as_it_was_made_whatever_becomes_of_the_deal(cast):
    deal = priced(cast, 5, 7)
    quote = make_quote(deal, by=cast.anna, language="en")
    before = paper_of(Quote.objects.get(), cast.anna)

    with writing(deal, by=cast.anna, act="edited") as fresh:
        line = fresh.lines.get(position=1)
        line.price = Decimal(6)
        put_part(fresh, line)
        put_part(fresh, DealLine(deal=fresh, description="Freight", quantity=Decimal(1), price=Decimal(30), position=3))
    deal.refresh_from_db()
    second = make_quote(deal, by=cast.anna, language="en")

    assert paper_of(Quote.objects.get(pk=quote.pk), cast.anna) == before
    assert (quote.total_minor, second.total_minor, second.number) == (120_00, 160_00, 2)
    told = differences(quote, paper_of(second, cast.anna))
    assert told[0] == "new: Freight"
    assert told[1].startswith("Nuts 1: 10 × 5.00, now 10 × 6.00")
    assert told[-1] == f"in all {money(120_00, 'EUR')}, now {money(160_00, 'EUR')}"


def test_a_customer_in_poland_reads_polish_and_the_seller_sees_how_it_will_read(cast, as_user):
    deal = priced(cast, 5)
    save_fields(deal.company, {"country": "PL"}, by=cast.anna, version=deal.company.version)

    page = as_user(cast.anna).get(new_at(deal))
    assert page.context["form"]["language"].value() == "pl"
    assert page.context["paper"].language == "pl"


def test_nobody_offers_something_for_an_unknown_sum_or_until_yesterday_or_in_a_deal_that_is_over(cast, as_user):
    unknown, deal = new_deal(cast.anna), priced(cast, 5)
    client = as_user(cast.anna)

    assert "for how much" in client.get(new_at(unknown)).text
    past = client.post(new_at(deal), typed(valid_until=today() - timedelta(days=1)))
    assert past.status_code == 422
    lost = {"stage": stage("Lost").key, "reason": word(Word.List.LOST).key}
    save_fields(deal, lost, by=cast.anna, version=deal.version)
    assert client.post(new_at(deal), typed()).status_code == 422
    with pytest.raises(Refusal):
        make_quote(unknown, by=cast.anna, language="en")
    assert not Quote.objects.exists()


def test_who_does_not_see_the_sum_of_a_deal_gets_and_makes_no_quote(cast, as_user):
    deal = priced(cast, 5)
    make_quote(deal, by=cast.anna, language="en")
    client, role = as_user(cast.anna), Role.objects.get(key="salesperson")
    assert "Make a quote" in client.get(reverse("records:beside", args=["deal", deal.pk])).text

    FieldGrant.objects.create(role=role, type="deal", field="amount_minor", mode="hidden")

    assert [client.get(address).status_code for address in (at(deal), new_at(deal))] == [403, 403]
    assert "Quotes" not in as_user(cast.anna).get(reverse("records:beside", args=["deal", deal.pk])).text


def test_who_may_not_see_the_company_is_not_told_its_name_by_the_paper(cast):
    deal = priced(cast, 5)
    with writing(deal.company, by=cast.olga, act="edited") as company:
        company.owner, company.department = cast.ivan, cast.ivan.department

    quote = make_quote(deal, by=cast.olga, language="en")

    assert paper_of(quote, cast.olga).buyer != []
    assert paper_of(Quote.objects.get(), cast.anna).buyer == []


def test_making_a_quote_is_taken_back_and_its_number_is_not_given_twice(cast, as_user):
    deal, client = priced(cast, 5), as_user(cast.anna)
    client.post(new_at(deal), typed())

    client.post(reverse("records:undo", args=[ChangeSet.objects.get(act="quote.made").pk]))
    assert client.get(at(deal)).status_code == 404
    client.post(new_at(deal), typed())

    assert [client.get(at(deal, number)).status_code for number in (1, 2)] == [404, 200]


@pytest.mark.django_db(transaction=True)
def test_two_people_who_make_one_at_once_get_two_numbers(cast):
    deal = priced(cast, 5)

    in_threads(2, lambda _place: make_quote(deal, by=cast.anna, language="en"))

    assert sorted(Quote.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize("rounded", ["line", "rate"])
def test_a_quote_says_vat_to_the_penny_as_the_invoice_of_the_deal_that_is_won_will(cast, as_user, rounded):
    Firm.objects.update(country="PL")
    make_built_in()
    Series.objects.filter(kind="invoice").update(vat_by=rounded)
    deal = priced(cast, "0.333", "0.333", "0.333", expected_on=today())
    quote, client = make_quote(deal, by=cast.anna, language="en"), as_user(cast.anna)

    deal = save_fields(deal, {"stage": stage("Won").key}, by=cast.anna, version=deal.version + 1)
    order = make_order(deal, cast.anna)
    confirm(order, cast.anna)
    invoice = make_invoice(order, cast.nina, {line.pk: line.quantity for line in order.lines.all()})

    assert (quote.total_minor, quote.vat_minor) == (invoice.total_minor, invoice.vat_minor)
    assert (quote.vat_minor, quote.gross_minor) == ({"line": 231, "rate": 230}[rounded], invoice.gross_minor)
    paper = paper_of(quote, cast.anna)
    assert paper.taxes == [["23%", "9.99", f"2.{quote.vat_minor - 200}", f"12.{quote.gross_minor - 1200}"]]
    assert paper.totals[-1] == ("Total with VAT", money(quote.gross_minor, "EUR"))
    beside = client.get(reverse("records:beside", args=["deal", deal.pk])).text
    assert f"with VAT {money(quote.gross_minor, 'EUR')}" in beside


def test_a_quote_of_before_says_no_vat_and_the_next_one_tells_that_it_does(cast):
    deal = priced(cast, 5)
    old = make_quote(deal, by=cast.anna, language="en")
    Firm.objects.update(country="PL")

    new = make_quote(deal, by=cast.anna, language="en")

    assert (old.vat_minor, paper_of(old, cast.anna).taxes) == (None, [])
    assert paper_of(old, cast.anna).totals == [("Total without VAT", money(50_00, "EUR"))]
    assert differences(old, paper_of(new, cast.anna)) == [f"with VAT not said, now {money(61_50, 'EUR')}"]
