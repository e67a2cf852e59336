"""Columns somebody chose, and groups with their counts and sums over all rows the reader may see."""

from datetime import date

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import Invoice
from groundwork.records.lists.grouping import groups_of
from groundwork.records.lists.listing import Listing
from groundwork.records.tasks.asking import give
from groundwork.records.types import types
from groundwork.records.write import acting, creating, writing_many

COMPANIES = reverse("records:list", args=["company"])


def invoice(by, number, day, minor, currency="GBP", **values):
    return creating(
        Invoice(document_number=number, issued_on=day, total_minor=minor, currency=currency, **values), by=by
    )


def grouped(user, kind, query):
    return [
        (group.words, group.count, group.sums)
        for group in groups_of(Listing(types[kind], user, QueryDict(query))).shown
    ]


def heads(user, query):
    return [column.key for column in Listing(types["company"], user, QueryDict(query)).table().columns]


def test_a_list_shows_the_chosen_columns_in_their_order(cast):
    creating(Company(name="Tortola", postcode="1234"), by=cast.anna)

    table = Listing(types["company"], cast.anna, QueryDict("columns=name,postcode,number")).table()

    assert [column.key for column in table.columns] == ["name", "postcode", "number"]
    assert [cell.text for cell in table.rows[0].cells][:2] == ["Tortola", "1234"]


@pytest.mark.parametrize("name", ["version", "owner__password", "nothing"])
def test_a_column_that_nobody_declared_is_refused(cast, as_user, name):
    assert as_user(cast.olga).get(COMPANIES, {"columns": name}).status_code == 409


def test_the_form_of_columns_leads_to_a_short_address_and_moves_one_earlier(cast, as_user):
    client, form = as_user(cast.anna), reverse("records:columns", args=["company"])

    chosen = client.get(f"{form}?columns=name&columns=city&sort=name&f.kind=customer").url
    moved = client.get(f"{form}?columns=name&columns=city&columns=phone&earlier=phone").url
    usual = client.get(form, {"columns": types["company"].columns, "group": ""}).url

    assert chosen == f"{COMPANIES}?sort=name&f.kind=customer&columns=name%2Ccity"
    assert moved == f"{COMPANIES}?columns=name%2Cphone%2Ccity&columns_open=1"
    assert usual == COMPANIES


def test_a_file_has_the_columns_of_the_list(cast, as_user):
    creating(Company(name="Tortola", city="Tver"), by=cast.olga)

    answer = as_user(cast.olga).get(reverse("records:export_csv", args=["company"]), {"columns": "name,city"})

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0] == "number,name,city"


def test_groups_count_and_sum_all_rows_and_never_add_currencies(cast):
    invoice(cast.olga, "1", date(2026, 1, 5), 100)
    invoice(cast.olga, "2", date(2026, 1, 31), 250)
    invoice(cast.olga, "3", date(2026, 2, 1), 70, currency="EUR")

    assert grouped(cast.olga, "invoice", "group=issued_on") == [
        ("February 2026", 1, {"EUR": 70}),
        ("January 2026", 2, {"GBP": 350}),
    ]
    assert grouped(cast.olga, "invoice", "group=kind&f.issued_on.to=2026-01-31") == [("invoice", 2, {"GBP": 350})]


@pytest.mark.parametrize("narrowed", ["", "&f.issued_on.from=2020-01-01"])
def test_kept_sums_and_counted_ones_say_the_same_for_everybody(cast, narrowed):
    for user, minor in ((cast.anna, 1), (cast.piotr, 20), (cast.ivan, 300)):
        invoice(user, "N", date(2026, 1, 5), minor)

    seen = {
        name: grouped(getattr(cast, name), "invoice", f"group=kind{narrowed}") for name in ("anna", "piotr", "olga")
    }

    assert seen == {
        "anna": [("invoice", 1, {"GBP": 1})],
        "piotr": [("invoice", 2, {"GBP": 21})],
        "olga": [("invoice", 3, {"GBP": 321})],
    }


def test_what_the_reader_does_not_see_has_no_name_among_the_groups(cast, as_user):
    seen = creating(Company(name="Alba"), by=cast.anna)
    hidden = [creating(Company(name=name), by=cast.ivan) for name in ("Hidden Garden", "Hidden Lake")]
    with acting(cast.ivan, "imported", channel="import"):
        writing_many(created=[Contact(name="Ewa", company=company, owner=cast.anna) for company in (seen, *hidden)])

    assert grouped(cast.anna, "contact", "group=company") == [("Alba", 1, {}), ("no access", 2, {})]


def test_a_group_opens_its_rows_and_leads_to_the_list(cast, as_user):
    creating(Company(name="Shop", kind="supplier"), by=cast.anna)
    creating(Company(name="Other"), by=cast.anna)
    client = as_user(cast.anna)

    page = client.get(COMPANIES, {"group": "kind"}).content.decode()
    rows = client.get(f"{COMPANIES}?f.kind=supplier&part=rows", headers={"HX-Request": "true"}).content.decode()

    assert f'hx-get="{COMPANIES}?part=rows&amp;f.kind=supplier"' in page
    assert f'href="{COMPANIES}?f.kind=supplier"' in page
    assert ("Shop" in rows, "Other" in rows, "<html" in rows) == (True, False, False)


def test_grouping_takes_as_many_queries_for_forty_groups_as_for_two(cast, as_user, django_assert_num_queries):
    client, address = as_user(cast.olga), reverse("records:list", args=["contact"]) + "?group=company"

    def more(count):
        for number in range(count):
            creating(Contact(name=f"Ewa {number}", company=creating(Company(name="C"), by=cast.olga)), by=cast.olga)

    more(2)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    more(38)

    with django_assert_num_queries(len(few)):
        client.get(address)


@pytest.mark.parametrize(
    "query", ["group=state", "group=owner", "group=issued_on", "group=state&f.state=issued", "f.state=issued"]
)
def test_a_hidden_amount_is_summed_in_no_group_and_in_no_foot(cast, as_user, query):
    invoice(cast.anna, "1", date(2026, 5, 10), 123_45)
    address = reverse("records:list", args=["invoice"]) + f"?{query}"
    seen = text_of(as_user(cast.anna).get(address)) + text_of(as_user(cast.anna).get(f"{address}&count=all"))
    hide(cast.anna, "invoice", "total_minor", "gross_minor", "vat_minor", "open_minor", "lines")

    hidden = text_of(as_user(cast.anna).get(address)) + text_of(as_user(cast.anna).get(f"{address}&count=all"))

    assert ("123.45" in seen, "123.45" in hidden) == (True, False)


def text_of(answer):
    return answer.content.decode()


def test_tasks_that_one_gave_to_others_count_in_the_groups_as_in_the_rows(cast):
    for day in (1, 2, 3):
        give(None, by=cast.anna, what=f"Ring {day}", owner=cast.ivan, due_on=date(2026, 5, day))
    give(None, by=cast.anna, what="Mine", due_on=date(2026, 5, 4))

    assert grouped(cast.anna, "task", "group=state") == [("to do", 4, {})]
    assert {words: count for words, count, _sums in grouped(cast.anna, "task", "group=owner")} == {"Ivan": 3, "Anna": 1}


@pytest.mark.parametrize(("language", "words"), [("ru", "Порядок"), ("pl", "Kolejność")])
def test_the_order_of_rows_is_not_called_an_order_of_goods(cast, as_user, language, words):
    client = as_user(cast.anna)
    client.post(reverse("access:language"), {"language": language})

    page = client.get(COMPANIES, {"columns_open": 1}).content.decode()

    assert f'for="list-sort">{words}<' in page
