"""Filters of a list: typed by the beginning of a name, said in words, taken away; and counts that take too long."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse

from groundwork.access.models import User
from groundwork.core.clock import standing_at
from groundwork.core.patience import TooLong, at_most
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import Invoice
from groundwork.records.guard import write_path
from groundwork.records.lists import filters, listing
from groundwork.records.lists.listing import Listing
from groundwork.records.types import types
from groundwork.records.write import creating

CONTACTS = reverse("records:list", args=["contact"])
ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 1000000000) SELECT COUNT(*) FROM t"


def make(by, *names, **values):
    return [creating(Company(name=name, **values), by=by) for name in names]


@pytest.fixture
def contacts(cast):
    tortola, alba, garden = make(cast.anna, "Tortola Sweets", "Alba") + make(cast.ivan, "Hidden Garden")
    for name, company in (("Ewa", tortola), ("Jan", alba)):
        creating(Contact(name=name, company=company), by=cast.anna)
    creating(Contact(name="Zoe", company=garden), by=cast.ivan)
    return {"tortola": tortola, "alba": alba, "garden": garden}


@pytest.mark.parametrize("typed", ["Tortola Sweets", "tortola sweets", "tort", "swe TOR", "Tortola Sweets · {number}"])
def test_a_company_is_found_by_its_name_its_beginnings_or_its_number(cast, as_user, contacts, typed):
    typed = typed.format(number=contacts["tortola"].number)

    answer = as_user(cast.anna).get(CONTACTS, {"f.company.called": typed, "q": ""})

    assert answer.url == f"{CONTACTS}?f.company={contacts['tortola'].pk}"


def test_the_filter_reads_as_words_and_goes_by_one_press(cast, as_user, contacts):
    page = as_user(cast.anna).get(CONTACTS, {"f.company": contacts["tortola"].pk}).content.decode()

    assert '<span class="mut">Company is</span> Tortola Sweets' in page
    assert f'aria-label="Take this filter away: Company" href="{CONTACTS}"' in page
    assert ("Ewa" in page, "Jan" in page) == (True, False)


def test_a_second_company_joins_the_first(cast, as_user, contacts):
    client, first, second = as_user(cast.anna), contacts["tortola"].pk, contacts["alba"].pk

    answer = client.get(CONTACTS, {"f.company": first, "f.company.called": "alba"})
    form = client.get(f"{CONTACTS}?f.company={first}&f.company={second}&filter=open").content.decode()

    assert answer.url == f"{CONTACTS}?f.company={first}&f.company={second}"
    assert f'name="f.company" value="{first}" checked>Tortola Sweets' in form
    assert f'name="f.company" value="{second}" checked>Alba' in form


@pytest.mark.parametrize("typed", ["Hidden Garden", "hidden", "nothing like it"])
def test_what_a_person_does_not_see_is_answered_like_what_is_not_there(cast, as_user, contacts, typed):
    answer = as_user(cast.anna).get(CONTACTS, {"f.company.called": typed})

    assert answer.status_code == 422
    assert f"“{typed}” is not among those you see." in answer.content.decode()


def test_nothing_is_found_by_a_company_out_of_reach(cast, contacts):
    creating(Contact(name="Ola"), by=cast.anna)
    query = QueryDict(f"f.company={contacts['garden'].pk}")

    assert [row.name for row in Listing(types["contact"], cast.ivan, query).page] == ["Zoe"]
    assert Listing(types["contact"], cast.anna, query).page == []
    assert Listing(types["contact"], cast.anna, query).filters.items[0].words == "no access"


def test_a_beginning_that_fits_too_many_asks_for_more_letters(cast, as_user):
    make(cast.anna, *(f"Shop {number}" for number in range(filters.OFFERED + 1)))

    answer = as_user(cast.anna).get(CONTACTS, {"f.company.called": "shop"})

    assert answer.status_code == 422
    assert "fits more than 20: type more of the name" in answer.content.decode()


def test_a_few_people_are_a_plain_choice_and_many_are_typed(cast, as_user, contacts):
    client = as_user(cast.olga)
    few = client.get(CONTACTS, {"filter": "open"}).content.decode()
    for number in range(filters.OFFERED):
        User.objects.create_user(f"p{number}@shop.example", name=f"Person {number}")

    many = client.get(CONTACTS, {"filter": "open"}).content.decode()
    answer = client.get(CONTACTS, {"f.owner.called": cast.ivan.name[:3]})

    assert '<select class="in" id="f.owner"' in few
    assert 'name="f.owner.called"' in many
    assert answer.url == f"{CONTACTS}?f.owner={cast.ivan.pk}"


def test_the_form_offers_the_countries_of_visible_companies_only(cast, as_user):
    make(cast.anna, "A", country="Poland")
    make(cast.anna, "B", country="Portugal")
    make(cast.ivan, "C", country="Polynesia")
    known = reverse("records:known", args=["company", "country"])

    form = as_user(cast.anna).get(reverse("records:list", args=["company"]), {"filter": "open"}).content.decode()

    assert '<option value="Poland"></option><option value="Portugal"></option></datalist>' in form
    assert as_user(cast.anna).get(known, {"q": "pol"}).json() == {"options": ["Poland"]}
    assert as_user(cast.olga).get(known, {"q": "pol"}).json() == {"options": ["Poland", "Polynesia"]}


@pytest.mark.parametrize("name", ["version", "owner__password", "name", "kind"])
def test_no_other_field_tells_its_values(cast, as_user, name):
    assert as_user(cast.olga).get(f"/r/company/known/{name}").status_code == 404


def test_opening_the_form_reads_no_rows(cast, as_user, contacts):
    part = as_user(cast.anna).get(CONTACTS, {"filter": "open"}, headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith("<form")
    assert "<table" not in part


def test_words_and_archive_are_taken_away_like_other_filters(cast, as_user, contacts):
    page = as_user(cast.anna).get(CONTACTS, {"q": "ewa", "archived": "1"}).content.decode()

    assert f'href="{CONTACTS}?archived=1"' in page
    assert f'href="{CONTACTS}?q=ewa"' in page


# ── more ways to ask


def names(user, query, kind="company"):
    return sorted(
        str(getattr(row, types[kind].model.title_field)) for row in Listing(types[kind], user, QueryDict(query)).page
    )


def said(user, query, kind="company"):
    return [
        f"{item['label']} {item['operator']} {item['text']}"
        for item in Listing(types[kind], user, QueryDict(query)).narrowed_by()
    ]


@pytest.mark.parametrize(
    ("query", "found", "words"),
    [
        ("f.kind=customer&f.kind=partner", ["Ala", "Cyd"], "Kind is customer, partner"),
        ("f.kind.not=customer", ["Bob", "Cyd"], "Kind is not customer"),
        ("f.city=-", ["Cyd"], "City is none"),
        ("f.city.not=-", ["Ala", "Bob"], "City is filled in"),
        ("f.city.has=ДЗЬ", ["Bob"], "City contains ДЗЬ"),
        ("f.city.not=Łódź", ["Bob", "Cyd"], "City is not Łódź"),
        ("f.debt_limit_minor.from=1000.01", ["Bob"], "Debt limit at least 1,000.01"),
        ("f.debt_limit_minor.to=1000", ["Ala"], "Debt limit at most 1,000"),
        ("f.debt_limit_minor=-", ["Cyd"], "Debt limit is none"),
        ("f.owner=me", ["Ala", "Bob", "Cyd"], "Owner is me"),
        ("f.owner.not=me", [], "Owner is not me"),
        ("f.department=me", ["Ala", "Bob", "Cyd"], "Department is my department"),
        ("f.updated_at=today", ["Ala", "Bob", "Cyd"], "Changed is today"),
        ("f.updated_at=last-month", [], "Changed is last month"),
    ],
)
def test_a_filter_finds_what_its_words_say(cast, query, found, words):
    make(cast.anna, "Ala", kind="customer", city="Łódź", debt_limit_minor=100_000, currency="PLN")
    make(cast.anna, "Bob", kind="supplier", city="Рдзьево", debt_limit_minor=1_001, currency="JPY")
    make(cast.anna, "Cyd", kind="partner")

    assert (names(cast.anna, query), said(cast.anna, query)) == (found, [words])


def test_days_in_words_move_with_the_calendar(cast):
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 22), date(2026, 11, 29), date(2026, 12, 1)):
        creating(Invoice(document_number=day.isoformat(), issued_on=day, currency="GBP"), by=cast.olga)

    with standing_at(datetime(2026, 11, 22, 12, tzinfo=UTC)):  # a Sunday
        assert names(cast.olga, "f.issued_on=this-month", "invoice") == ["2026-11-01", "2026-11-22", "2026-11-29"]
        assert names(cast.olga, "f.issued_on=next-week", "invoice") == ["2026-11-29"]
        assert names(cast.olga, "f.issued_on=last-30-days", "invoice") == ["2026-10-31", "2026-11-01", "2026-11-22"]
        assert names(cast.olga, "f.issued_on=past", "invoice") == ["2026-10-31", "2026-11-01"]
    with standing_at(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        assert names(cast.olga, "f.issued_on=this-month", "invoice") == ["2026-12-01"]
        assert names(cast.olga, "f.issued_on=last-quarter", "invoice") == []


@pytest.mark.parametrize("query", ["f.debt_limit_minor.from=much", "f.updated_at=soon", "f.debt_limit_minor=1,000"])
def test_a_value_that_cannot_be_read_gets_a_sentence(cast, as_user, query):
    answer = as_user(cast.anna).get(f"{reverse('records:list', args=['company'])}?{query}")

    assert answer.status_code == 409
    assert "Write it like" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("f.kind.how=not&f.kind=customer&f.kind=partner&q=", "?f.kind.not=customer&f.kind.not=partner"),
        ("f.city.how=empty&f.city=", "?f.city=-"),
        ("f.city.how=filled&f.city=Tver", "?f.city.not=-"),
        ("f.city.how=has&f.city=Tver", "?f.city.has=Tver"),
        ("f.kind=&q=&archived=", ""),
        ("f.kind.how=&f.kind=customer&sort=-updated_at", "?f.kind=customer&sort=-updated_at"),
    ],
)
def test_the_form_leads_to_an_address_that_says_it_all(cast, as_user, typed, address):
    where = reverse("records:list", args=["company"])

    assert as_user(cast.anna).get(f"{where}?{typed}").url == f"{where}{address}"


def test_the_form_shows_again_what_the_address_says(cast, as_user):
    form = (
        as_user(cast.anna)
        .get(f"{reverse('records:list', args=['company'])}?f.kind.not=customer&f.updated_at=this-week&filter=open")
        .content.decode()
    )

    assert '<option value="not" selected>is not</option>' in form
    assert 'name="f.kind" value="customer" checked>' in form
    assert '<option value="this-week" selected>' in form


# ── counts


@pytest.mark.django_db
def test_a_query_that_takes_too_long_is_stopped_and_the_next_one_works():
    with pytest.raises(TooLong), at_most(0.05), connection.cursor() as cursor:
        cursor.execute(ENDLESS)

    with at_most(5), transaction.atomic():
        assert User.objects.count() == 0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)


def invoices(by, country, count):
    with write_path():
        Invoice.objects.bulk_create(
            Invoice(
                number=f"{country}-{number}",
                document_number=f"N{number}",
                country=country,
                issued_on=date(2026, 1, 1),
                currency="EUR",
                total_minor=100,
                owner=by,
            )
            for number in range(count)
        )


def foot(user, query):
    cells = Listing(types["invoice"], user, QueryDict(query)).foot().totals
    return [cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in cells if cell.text]


def test_a_count_in_time_is_exact_with_its_sum(cast):
    invoices(cast.olga, "Malta", 300)

    assert foot(cast.olga, "f.country=Malta") == ["300 in all", "300.00 EUR"]


def test_a_count_that_takes_too_long_says_how_many_at_least_and_offers_to_count_all(cast, as_user, monkeypatch):
    invoices(cast.olga, "Malta", 12_000)
    monkeypatch.setattr(listing, "PATIENCE", 0.001)
    monkeypatch.setattr(listing, "PATIENCE_IN_PART", 30)

    assert foot(cast.olga, "f.country=Malta") == ["10,000+ in all: count all"]
    assert foot(cast.olga, "f.country=Malta&count=all") == ["12,000 in all", "12,000.00 EUR"]
    page = as_user(cast.olga).get(f"{reverse('records:list', args=['invoice'])}?f.country=Malta&count=all")
    assert "12,000 in all" in page.content.decode()


def test_where_not_even_a_part_is_counted_in_time_no_number_is_said(cast, monkeypatch):
    invoices(cast.olga, "Malta", 12_000)
    monkeypatch.setattr(listing, "PATIENCE", 0.001)
    monkeypatch.setattr(listing, "PATIENCE_IN_PART", 0.001)

    assert foot(cast.olga, "f.country=Malta") == ["Not counted yet: count all"]
