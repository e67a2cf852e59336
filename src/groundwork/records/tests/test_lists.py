"""Lists: what a person sees, in which order, with which totals; and that they do not slow down with rows."""

from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from groundwork.core.languages import sort_key
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import Invoice
from groundwork.records.lists.listing import Listing
from groundwork.records.types import types
from groundwork.records.write import acting, archive, creating, writing_many


def make(by, *names, **values):
    return [creating(Company(name=name, **values), by=by) for name in names]


def walk(kind, user, size=2, **params):
    """All names of a list, page by page, as somebody sees them who presses "show the next" to the end."""
    query, seen = QueryDict(mutable=True), []
    query.update(params)
    while True:
        listing = Listing(types[kind], user, query, size=size)
        seen += [row.cells[0].text for row in listing.table().rows]
        if not (token := listing.next_token):
            return seen
        query["after"] = token


def test_anna_sees_her_companies_piotr_his_departments_and_olga_all(cast):
    make(cast.anna, "Anna's")
    make(cast.piotr, "Piotr's")
    make(cast.ivan, "Ivan's")

    assert walk("company", cast.anna) == ["Anna's"]
    assert walk("company", cast.piotr) == ["Anna's", "Piotr's"]
    assert walk("company", cast.olga) == ["Anna's", "Ivan's", "Piotr's"]


def test_names_sort_alike_whatever_the_letters_and_numbers_by_their_value(cast):
    make(cast.olga, "Ёлка", "Żubr", "яблоко", "Shop 10", "Shop 9", "елена", "zebra")

    assert walk("company", cast.olga) == ["Shop 9", "Shop 10", "zebra", "Żubr", "елена", "Ёлка", "яблоко"]


def test_pages_meet_without_a_gap_or_a_repeat_even_where_values_are_equal(cast):
    for number in range(7):
        creating(
            Invoice(document_number=f"N{number}", issued_on=date(2026, 1, 1 + number // 3), currency="GBP"),
            by=cast.olga,
        )

    assert walk("invoice", cast.olga, size=2) == [f"N{number}" for number in (6, 5, 4, 3, 2, 1, 0)]


def test_a_head_sees_each_row_once_even_if_it_is_both_own_and_the_departments(cast):
    make(cast.piotr, *(f"Shop {number}" for number in range(5)))

    assert walk("company", cast.piotr, size=2) == [f"Shop {number}" for number in range(5)]


def test_the_total_counts_what_the_reader_may_see(cast):
    make(cast.anna, "A", "B")
    make(cast.ivan, "C")
    archive(make(cast.anna, "D")[0], by=cast.anna)

    assert [
        Listing(types["company"], user, QueryDict()).totals()[0] for user in (cast.anna, cast.piotr, cast.olga)
    ] == [2, 2, 3]


def test_sums_of_different_currencies_are_never_added(cast):
    for currency, total in (("GBP", 100), ("GBP", 250), ("EUR", 70)):
        creating(
            Invoice(document_number="1", issued_on=date(2026, 1, 1), currency=currency, total_minor=total), by=cast.olga
        )

    assert Listing(types["invoice"], cast.olga, QueryDict()).totals() == (3, {"GBP": 350, "EUR": 70})


def test_search_finds_the_beginnings_of_words_in_any_alphabet(cast, as_user):
    make(cast.olga, "ООО «Берёзка»", "Cukiernia Żółty Kłos", "Tortola Sweets")
    client = as_user(cast.olga)

    for asked, found in (("берез", "Берёзка"), ("klos", "Kłos"), ("SWEE", "Tortola"), ("zolty cuk", "Cukiernia")):
        assert found in client.get(reverse("records:search"), {"q": asked}).content.decode()
    assert "Tortola" not in client.get(reverse("records:search"), {"q": "tarts"}).content.decode()


def test_search_shows_a_person_nothing_beyond_the_own_reach(cast, as_user):
    make(cast.ivan, "Hidden Garden")

    assert "Hidden Garden" not in as_user(cast.anna).get(reverse("records:search"), {"q": "hidden"}).content.decode()
    assert "Hidden Garden" in as_user(cast.olga).get(reverse("records:search"), {"q": "hidden"}).content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "?sort=owner__password",
        "?f.owner__password=x",
        "?f.version=1",
        "?sort=version",
        "?after=forged",
        "?f.name.from=1",
    ],
)
def test_a_list_refuses_sorts_and_filters_nobody_declared(cast, as_user, address):
    answer = as_user(cast.olga).get(reverse("records:list", args=["company"]) + address)

    assert answer.status_code == 409


def test_a_filter_stays_in_the_address_and_reads_as_words(cast, as_user):
    make(cast.olga, "Customer one")
    make(cast.olga, "Supplier one", kind="supplier")

    page = as_user(cast.olga).get(reverse("records:list", args=["company"]), {"f.kind": "supplier"}).content.decode()

    assert "Supplier one" in page
    assert "Customer one" not in page
    assert 'class="filter"' in page


def test_a_link_to_a_company_out_of_reach_shows_no_name(cast, as_user):
    hidden = make(cast.ivan, "Hidden Garden")[0]
    with acting(cast.ivan, "imported", channel="import"):
        writing_many(created=[Contact(name="Ewa", company=hidden, owner=cast.anna)])

    page = as_user(cast.anna).get(reverse("records:list", args=["contact"])).content.decode()

    assert "Ewa" in page
    assert "no access" in page
    assert "Hidden Garden" not in page


@pytest.mark.parametrize("who", ["olga", "piotr", "anna"])
def test_a_list_takes_as_many_queries_for_forty_companies_as_for_two(cast, as_user, who, django_assert_num_queries):
    client, user = as_user(getattr(cast, who)), getattr(cast, who)
    make(user, "A", "B")
    address = reverse("records:list", args=["company"])
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    make(user, *(f"Shop {number}" for number in range(38)))

    with django_assert_num_queries(len(few)):
        client.get(address)


@pytest.mark.parametrize("who", ["olga", "anna"])
def test_a_page_takes_as_many_queries_for_forty_contacts_as_for_two(cast, as_user, who, django_assert_num_queries):
    user = getattr(cast, who)
    client, company = as_user(user), make(user, "Tortola")[0]
    for number in range(2):
        creating(Contact(name=f"Ewa {number}", company=company), by=user)
    client.get(company.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        client.get(company.get_absolute_url())
    for number in range(38):
        creating(Contact(name=f"Jan {number}", company=company), by=user)

    with django_assert_num_queries(len(few)):
        client.get(company.get_absolute_url())


class SortKeys(TestCase):
    @settings(max_examples=200)
    @given(st.text(max_size=300))
    def test_any_text_has_a_sort_key_that_both_databases_can_keep(self, text):
        key = sort_key(text.replace("\x00", ""))

        assert len(key) <= 200
        assert "\x00" not in key
