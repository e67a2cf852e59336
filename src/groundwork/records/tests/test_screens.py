"""The screens of records: forms, conflicts, notes, undo; and what they answer to wrong input."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.blueprint.elements import switch
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import CostPrice, Invoice, Product
from groundwork.records.models import Activity, Change, ChangeSet
from groundwork.records.write import acting, archive, creating, save_fields, values, writing, writing_many

COST = "field:product.cost"


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def make(by, name="Tortola", **values):
    return creating(Company(name=name, **values), by=by)


def test_quick_add_asks_three_facts_and_keeps_the_company(cast, as_user):
    client, where = as_user(cast.anna), reverse("records:quick", args=["company"])

    asked = re.findall(r'name="(\w+)"', client.get(where).content.decode().split('class="form', 1)[1])
    client.post(where, {"name": "Tortola", "phone": "8 (482) 555-01-18", "country": "Poland"})

    assert set(asked) - {"csrfmiddlewaretoken", "version"} == {"name", "phone", "country"}
    assert Company.objects.get().owner == cast.anna


def test_a_form_without_a_name_is_shown_again_with_what_was_typed_and_changes_nothing(cast, as_user):
    answer = as_user(cast.anna).post(
        reverse("records:new", args=["company"]), {"name": "", "kind": "customer", "city": "Tver"}
    )

    assert answer.status_code == 422
    assert 'value="Tver"' in answer.content.decode()
    assert not Company.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no-at-sign"},
        {"kind": "emperor"},
        {"name": "x" * 201},
        {"website": "javascript:alert(1)"},
        {"name": "\x00"},
    ],
)
def test_wrong_input_gets_a_sentence_and_changes_nothing(cast, as_user, wrong):
    company = make(cast.anna)
    before = values(company)

    answer = as_user(cast.anna).post(
        address("edit", company), {"name": "Tortola", "kind": "customer", "version": 1, **wrong}
    )

    company.refresh_from_db()
    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()
    assert values(company) == before


def test_fields_nobody_offered_are_not_changed_by_whoever_posts_them(cast, as_user):
    company = make(cast.anna)

    as_user(cast.anna).post(
        address("edit", company),
        {"name": "New", "kind": "customer", "version": 1, "owner": cast.ivan.pk, "number": "C-999",
         "archived_at": "2020-01-01", "department": 1},
    )  # fmt: skip

    company.refresh_from_db()
    assert (company.name, company.owner, company.archived_at) == ("New", cast.anna, None)
    assert company.number != "C-999"


def test_markup_in_a_name_is_shown_as_text(cast, as_user):
    company = make(cast.anna, name='<script>alert("x")</script>', city="<img src=x onerror=alert(1)>")

    for where in (address("page", company), reverse("records:list", args=["company"]), address("edit", company)):
        page = as_user(cast.anna).get(where).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_conflict_screen_shows_both_values_and_saves_the_chosen_one(cast, as_user):
    company = make(cast.anna, city="Tver")
    client = as_user(cast.anna)
    save_fields(company, {"city": "Moscow"}, by=cast.piotr, version=1)

    conflict = client.post(
        address("edit", company), {"name": "Tortola", "kind": "customer", "city": "Kazan", "phone": "5", "version": 1}
    )
    page = conflict.content.decode()
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    client.post(
        address("choose", company),
        {"version": version, "choice.city": "mine", "mine.city": "Kazan", "theirs.city": "Moscow"},
    )

    company.refresh_from_db()
    assert conflict.status_code == 409
    assert all(word in page for word in ("Piotr", "Tver", "Moscow", "Kazan"))
    assert (company.city, company.phone) == ("Kazan", "5")


def test_a_link_to_what_one_does_not_see_is_answered_like_a_link_to_nothing(cast, as_user):
    hidden = make(cast.ivan, name="Hidden Garden")
    client, where = as_user(cast.anna), reverse("records:new", args=["contact"])

    answers = [
        client.post(where, {"name": "Ewa", "company": text})
        for text in (f"Hidden Garden · {hidden.number}", "Nowhere · C-99999")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert not Contact.objects.exists()


def test_a_company_is_linked_by_its_number_or_its_exact_name(cast, as_user):
    company = make(cast.anna)
    client, where = as_user(cast.anna), reverse("records:new", args=["contact"])

    client.post(where, {"name": "Ewa", "company": f"anything · {company.number}"})
    client.post(where, {"name": "Jan", "company": "Tortola"})

    assert set(Contact.objects.values_list("company_id", flat=True)) == {company.pk}


def test_archiving_offers_the_way_back_and_undo_takes_it(cast, as_user):
    company = make(cast.anna)
    client = as_user(cast.anna)

    page = client.post(address("archive", company), follow=True).content.decode()
    undo = re.search(r'action="(/undo/\d+)"', page).group(1)
    company.refresh_from_db()
    assert company.is_archived
    client.post(undo)

    company.refresh_from_db()
    assert not company.is_archived


def test_nobody_undoes_what_another_did(cast, as_user):
    company = make(cast.anna)
    archive(company, by=cast.anna)
    act = ChangeSet.objects.latest("pk")

    assert as_user(cast.olga).post(reverse("records:undo", args=[act.pk])).status_code == 404


def test_a_call_stands_on_the_timeline_with_its_minutes(cast, as_user):
    company = make(cast.anna)
    client = as_user(cast.anna)

    client.post(address("note", company), {"kind": "call", "text": "Keep the price", "minutes": "6"})

    page = client.get(address("page", company)).content.decode()
    assert (Activity.objects.get().by, Activity.objects.get().minutes) == (cast.anna, 6)
    assert "Keep the price" in page


def test_the_cost_price_is_not_there_until_somebody_asks_for_it(cast, as_user):
    product = creating(Product(name="Almond"), by=cast.olga)
    client = as_user(cast.olga)
    where = address("part_add", product, "costs")
    line = {"costs-cost": "2,55", "costs-currency": "GBP", "costs-valid_from": "2026-01-01"}
    assert client.post(where, line).status_code == 404

    switch(COST, on=True, by=cast.olga, reason="We want to know our margin by product")
    client.post(where, line)

    cost = CostPrice.objects.get()
    assert (str(cost.cost), cost.currency) == ("2.55", "GBP")
    assert Change.objects.filter(type="product", object_id=product.pk, created=False).count() == 1


def test_a_second_cost_from_the_same_day_and_a_cost_below_zero_are_refused_in_words(cast, as_user):
    switch(COST, on=True, by=cast.olga, reason="Margin")
    product = creating(Product(name="Almond"), by=cast.olga)
    client, where = as_user(cast.olga), address("part_add", product, "costs")
    line = {"costs-cost": "2", "costs-currency": "GBP", "costs-valid_from": "2026-01-01"}
    client.post(where, line)

    again, negative = (
        client.post(where, line),
        client.post(where, {**line, "costs-cost": "-1", "costs-valid_from": "2026-02-01"}),
    )

    assert [again.status_code, negative.status_code] == [422, 422]
    assert "change it instead" in again.content.decode()
    assert "not below zero" in negative.content.decode()
    assert CostPrice.objects.count() == 1


def test_a_seller_sees_neither_the_cost_nor_its_history_nor_its_reason(cast, as_user):
    switch(COST, on=True, by=cast.olga, reason="Planted reason of the cost")
    product = creating(Product(name="Almond"), by=cast.olga)
    as_user(cast.olga).post(
        address("part_add", product, "costs"),
        {"costs-cost": "77.77", "costs-currency": "GBP", "costs-valid_from": "2026-01-01"},
    )
    client = as_user(cast.anna)

    page = client.get(address("page", product)).content.decode()

    assert "77.77" not in page
    assert client.get(reverse("records:why", args=[COST])).status_code == 404
    assert "77.77" in as_user(cast.olga).get(address("page", product)).content.decode()


def test_the_lines_of_an_invoice_make_its_total_and_each_change_is_in_its_history(cast, as_user):
    client = as_user(cast.nina)
    client.post(
        reverse("records:new", args=["invoice"]),
        {"document_number": "FV 1", "kind": "invoice", "issued_on": "2026-03-01", "currency": "GBP"},
    )
    invoice = Invoice.objects.get()

    client.post(
        address("part_add", invoice, "lines"),
        {"lines-quantity": "3", "lines-price": "0.335", "lines-description": "Bag"},
    )
    client.post(
        address("part_add", invoice, "lines"), {"lines-quantity": "1", "lines-price": "10", "lines-description": "Box"}
    )

    invoice.refresh_from_db()
    assert (invoice.total_minor, invoice.lines_count, invoice.version) == (1101, 2, 3)


def test_the_number_of_queries_of_a_page_does_not_grow_with_lines(cast, as_user, django_assert_num_queries):
    client = as_user(cast.nina)
    client.post(
        reverse("records:new", args=["invoice"]),
        {"document_number": "FV 1", "kind": "invoice", "issued_on": "2026-03-01", "currency": "GBP"},
    )
    invoice = Invoice.objects.get()
    line = {"lines-quantity": "3", "lines-price": "0.335"}
    client.post(address("part_add", invoice, "lines"), line)
    client.get(address("page", invoice))
    with CaptureQueriesContext(connection) as few:
        client.get(address("page", invoice))
    expected = len(few)
    for _turn in range(10):
        client.post(address("part_add", invoice, "lines"), line)
    client.get(address("page", invoice))  # with the notices of what was added

    with django_assert_num_queries(expected):
        client.get(address("page", invoice))


def test_a_sellers_menu_has_at_most_six_entries(cast):
    from groundwork.ui.navigation import sections_for

    menu = [item.path for section in sections_for(cast.anna, "/") for item in section.items]

    assert 0 < len(menu) <= 6


def test_what_a_load_wrote_is_not_undone_past_its_import(cast, as_user):
    with acting(cast.olga, "imported", channel="import") as act:
        writing_many(created=[Company(name="Loaded")])

    answer = as_user(cast.olga).post(reverse("records:undo", args=[act.changeset.pk]))

    assert answer.status_code == 404
    assert Company.objects.current().count() == 1


def test_handing_a_company_over_is_told_by_names_of_people_and_departments(cast, as_user):
    company = make(cast.anna)
    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.owner, fresh.department = cast.ivan, cast.export

    page = as_user(cast.olga).get(address("page", company)).content.decode()

    assert "<del>Anna</del> <ins>Ivan</ins>" in page
    assert "<del>Sales</del> <ins>Export</ins>" in page
