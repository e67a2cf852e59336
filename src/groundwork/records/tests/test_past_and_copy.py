"""A record's past, a copy of it, and who sees it why."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.seen_by import who_can
from groundwork.core.clock import today
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.customers.testing import make_company
from groundwork.crm.trade.models import Invoice, Product
from groundwork.crm.trade.testing import make_invoice
from groundwork.records.tasks.asking import give
from groundwork.records.write import creating, note, save_fields, writing


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def test_a_value_of_the_past_is_put_back_and_later_changes_of_others_stay(cast, as_user):
    company = make_company(cast.anna, city="Tver")
    save_fields(company, {"city": "Kazan"}, by=cast.piotr, version=1)
    save_fields(company, {"phone": "5"}, by=cast.piotr, version=2)
    client = as_user(cast.anna)

    page = client.get(company.get_absolute_url()).content.decode()
    where = re.search(r'action="(/r/company/\d+/back/1/city)"', page).group(1)
    client.post(where)

    company.refresh_from_db()
    assert "put back Tver" in page
    assert (company.city, company.phone) == ("Tver", "5")
    assert "put back Tver" not in client.get(company.get_absolute_url()).content.decode()


def test_a_debt_limit_is_offered_back_as_money(cast, as_user):
    company = make_company(cast.olga, debt_limit_minor=1_200_000, currency="GBP")
    save_fields(company, {"debt_limit_minor": 900_000}, by=cast.olga, version=1)

    page = as_user(cast.olga).get(company.get_absolute_url()).content.decode()

    assert re.search(r"put back £?12,000.00", page)


@pytest.mark.parametrize(("who", "status"), [("nina", 403), ("ivan", 404)])
def test_nobody_puts_back_what_he_may_not_type(cast, as_user, who, status):
    company = make_company(cast.anna, city="Tver")
    save_fields(company, {"city": "Kazan"}, by=cast.anna, version=1)
    client = as_user(getattr(cast, who))

    answer = client.post(address("put_back", company, 1, "city"))

    company.refresh_from_db()
    assert (answer.status_code, company.city) == (status, "Kazan")
    assert "put back" not in client.get(company.get_absolute_url()).content.decode()


def test_what_nobody_types_is_not_put_back(cast, as_user):
    company = make_company(cast.anna)
    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.lifecycle = "lost"

    assert as_user(cast.olga).post(address("put_back", company, 1, "lifecycle")).status_code == 403


def test_a_name_that_must_be_there_and_a_link_to_what_one_does_not_see_are_not_put_back(cast, as_user):
    hidden, other = make_company(cast.ivan, name="Hidden Garden"), make_company(cast.anna)
    contact = creating(Contact(name="Ewa", company=hidden, owner=cast.anna), by=cast.anna)
    save_fields(contact, {"company": other}, by=cast.anna, version=1)
    client = as_user(cast.anna)

    answer = client.post(address("put_back", contact, 1, "company"))

    contact.refresh_from_db()
    assert (answer.status_code, contact.company) == (409, other)
    assert "Hidden Garden" not in client.get(address("compare", contact)).content.decode()


def test_then_and_now_stand_beside_each_other(cast, as_user):
    company = make_company(cast.anna, city="Tver", phone="1")
    for version, (name, value) in enumerate([("city", "Kazan"), ("phone", "2"), ("city", "Omsk")], start=1):
        save_fields(company, {name: value}, by=cast.anna, version=version)

    page = as_user(cast.anna).get(address("compare", company), {"version": 2}).content.decode()

    told = re.findall(r'<td class="main">(\w+)</td><td[^>]*><del>(\w+)</del></td><td[^>]*>(\w+)', page)
    assert told == [("City", "Kazan", "Omsk"), ("Phone", "1", "2")]


def test_a_copied_invoice_is_a_draft_with_its_lines_and_without_what_the_law_gave_it(cast, as_user):
    almonds = creating(Product(name="Almonds"), by=cast.adam)
    company = make_company(cast.adam)
    issued = make_invoice(cast.adam, (almonds, 2, "10"), company=company, number="FV 1")
    client = as_user(cast.adam)

    form = client.get(address("copy", issued)).content.decode()
    client.post(
        address("copy", issued),
        {"kind": "invoice", "company": company.number, "issued_on": str(today()), "currency": "GBP"},
    )

    made = Invoice.objects.exclude(pk=issued.pk).get()
    assert "Not copied:" in form
    assert "FV 1" not in form.split("Not copied:", 1)[1]
    assert (made.state, made.document_number, made.total_minor) == ("draft", "", issued.total_minor)
    assert [(line.product, line.quantity) for line in made.lines.all()] == [(almonds, Decimal(2))]


def test_a_copy_belongs_to_whoever_made_it_and_nothing_is_made_before_it_is_saved(cast, as_user):
    company = make_company(cast.anna, name="Tortola", city="Tver", country="Poland", nip="5260250274")
    client = as_user(cast.piotr)

    form = client.get(address("copy", company)).content.decode()
    assert Company.objects.count() == 1
    client.post(address("copy", company), {"name": "Tortola 2", "kind": "customer", "city": "Tver"})

    assert 'value="Tver"' in form
    assert "5260250274" not in form
    assert Company.objects.get(name="Tortola 2").owner == cast.piotr
    assert as_user(cast.nina).get(address("copy", company)).status_code == 403


def test_one_reads_why_one_sees_a_record_and_administrators_who_else_does(cast, as_user):
    company = make_company(cast.anna)

    mine = as_user(cast.piotr).get(address("seen_by", company)).content.decode()
    everybody = as_user(cast.adam).get(address("seen_by", company)).content.decode()

    assert "reaches the own department, Sales" in mine
    assert "Anna" not in mine.split("</h1>", 1)[1]
    assert "reaches own records, and this one is" in everybody
    assert "Ivan" not in everybody


@pytest.mark.parametrize("verb", ["view", "edit"])
def test_who_is_told_to_see_a_record_is_exactly_who_can(cast, verb):
    people = ("anna", "piotr", "olga", "ivan", "larisa", "nina", "rita", "adam")
    for owner in (cast.anna, cast.ivan, cast.larisa):
        for record in (make_company(owner), give(None, by=owner, owner=cast.piotr, what="Call", due_on=today())):
            told = {seer.person.pk for seer in who_can(record, verb)}
            assert told == {getattr(cast, name).pk for name in people if getattr(cast, name).can(verb, record)}


def test_the_timeline_is_narrowed_to_one_kind_and_goes_on_where_it_is_long(cast, as_user):
    company = make_company(cast.anna)
    for number in range(35):
        note(company, by=cast.anna, kind="note", text=f"Said number {number}.")
    note(company, by=cast.anna, kind="call", text="Called once.")
    client, where = as_user(cast.anna), company.get_absolute_url()

    calls = client.get(where, {"show": "calls"}).content.decode()
    notes = client.get(where, {"show": "notes"}, headers={"HX-Request": "true"}).content.decode()
    older = re.search(r'hx-get="([^"]+before=[^"]+)"', notes).group(1).replace("&amp;", "&")
    rest = client.get(older, headers={"HX-Request": "true"}).content.decode()

    assert "Called once." in calls
    assert "Said number" not in calls
    assert "<html" not in notes
    assert len(re.findall(r"Said number \d+\.", notes)) == 30
    assert sorted(re.findall(r"Said number (\d+)\.", rest), key=int) == ["0", "1", "2", "3", "4"]


def test_documents_stand_in_the_timeline_of_their_company_as_far_as_one_sees_them(cast, as_user):
    company = make_company(cast.anna)
    make_invoice(cast.anna, (None, 2, "10"), company=company, number="FV 1")
    make_invoice(cast.ivan, (None, 2, "10"), company=company, number="HIDDEN 2")

    page = as_user(cast.anna).get(company.get_absolute_url(), {"show": "documents"}, headers={"HX-Request": "true"})

    assert re.search(r'<a href="/r/invoice/\d+">Invoice FV 1</a>.*?20.00', page.content.decode(), re.DOTALL)
    assert "HIDDEN 2" not in page.content.decode()


BESIDE, PANEL = 'hx-get="{}"', ">Contacts</h2>"


def company_with_much(cast):
    company = make_company(cast.anna)
    give(company, by=cast.anna, what="Call", due_on=today())
    note(company, by=cast.anna, kind="note", text="Said")
    creating(Contact(name="Ewa", company=company, owner=cast.anna), by=cast.anna)
    return company


def test_a_companys_page_comes_in_two_answers_where_scripts_run(cast, as_user, django_assert_max_num_queries):
    company, client = company_with_much(cast), as_user(cast.anna)
    client.get(company.get_absolute_url())
    client.cookies["scripts"] = "1"

    with django_assert_max_num_queries(18):
        page = client.get(company.get_absolute_url()).content.decode()
    with django_assert_max_num_queries(31):
        beside = client.get(address("beside", company), headers={"HX-Request": "true"}).content.decode()

    assert BESIDE.format(address("beside", company)) in page
    assert [(PANEL in text, "Said" in text, "<html" in text) for text in (page, beside)] == [
        (False, True, True),
        (True, False, False),
    ]


def test_a_companys_page_is_whole_where_no_script_runs(cast, as_user, django_assert_max_num_queries):
    company, client = company_with_much(cast), as_user(cast.anna)
    client.get(company.get_absolute_url())

    with django_assert_max_num_queries(40):
        page = client.get(company.get_absolute_url()).content.decode()
    client.cookies["scripts"] = "1"
    by_link = client.get(address("beside", company)).content.decode()

    for text in (page, by_link):
        assert PANEL in text
        assert "Said" in text
        assert BESIDE.format(address("beside", company)) not in text


def test_a_form_beside_that_was_filled_in_wrongly_is_shown_again(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    client.cookies["scripts"] = "1"

    wrong = client.post(address("give", company), {"next-what": "Call", "next-due_on": "", "next-owner": cast.anna.pk})

    assert wrong.status_code == 422
    assert re.search(
        r'<details class="mt2" open>.*?value="Call"[^>]* id="given_next-what"', wrong.content.decode(), re.S
    )


def test_a_panel_tells_how_many_there_are_and_counting_takes_one_query_for_all_types(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    creating(Contact(name="Ewa 0", company=company, owner=cast.anna), by=cast.anna)
    client.get(company.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        client.get(company.get_absolute_url())
    for number in range(1, 8):
        creating(Contact(name=f"Ewa {number}", company=company, owner=cast.anna), by=cast.anna)
    creating(Contact(name="Not hers", company=company, owner=cast.ivan), by=cast.ivan)

    with CaptureQueriesContext(connection) as many:
        page = client.get(company.get_absolute_url()).content.decode()

    assert re.search(r">Contacts</h2><span class=\"meta\">8</span>", page)
    assert ">All 8</a>" in page
    assert len(many) == len(few)


@pytest.mark.parametrize("version", ["000000001" + "5" * 5000, "9" * 12, "0", "-1", "x", "²"])
def test_a_version_that_never_was_shows_the_newest_past_one(cast, as_user, version):
    company = make_company(cast.anna)
    save_fields(company, {"city": "Kazan"}, by=cast.anna, version=1)

    assert as_user(cast.anna).get(address("compare", company), {"version": version}).status_code == 200
