"""A cell of a list that turns into its widget; and a record looked at beside the list."""

import pytest
from django.urls import reverse

from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.models import Invoice
from groundwork.records.models import ChangeSet
from groundwork.records.write import creating, save_fields

HX = {"HX-Request": "true"}


def cell(record, name):
    return reverse("records:cell", args=[record.type_key, record.pk, name])


@pytest.fixture
def company(cast):
    return creating(Company(name="Tortola", city="Tver", currency="EUR"), by=cast.anna)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("city", "Minsk", "Minsk"),
        ("kind", "supplier", "supplier"),
        ("debt_limit_minor", "1 240,50", 124050),
        ("payment_days", "14", 14),
    ],
)
def test_a_cell_keeps_what_is_typed_and_answers_with_its_row(cast, as_user, company, name, typed, kept):
    client = as_user(cast.anna)

    widget = client.get(cell(company, name), headers=HX).content.decode()
    row = client.post(cell(company, name), {name: typed, "version": company.version}, headers=HX)
    company.refresh_from_db()

    assert f'name="{name}"' in widget
    assert getattr(company, name) == kept
    assert f'<tr id="list-company-{company.pk}">' in row.content.decode()
    assert reverse("records:undo", args=[ChangeSet.objects.latest("pk").pk]) in row["HX-Trigger"]


def test_a_link_in_a_cell_takes_what_the_person_sees_only(cast, as_user, company):
    contact = creating(Contact(name="Ewa"), by=cast.anna)
    hidden = creating(Company(name="Hidden Garden"), by=cast.ivan)
    client = as_user(cast.anna)

    wrong = client.post(cell(contact, "company"), {"company": hidden.number, "version": 1}, headers=HX)
    client.post(cell(contact, "company"), {"company": "Tortola", "version": 1}, headers=HX)
    contact.refresh_from_db()

    assert wrong.status_code == 422
    assert "is not among those you see" in wrong.content.decode()
    assert wrong["HX-Retarget"] == f"#cell-{contact.pk}"
    assert contact.company == company


def test_the_row_comes_back_with_the_columns_of_the_list(cast, as_user, company):
    row = as_user(cast.anna).post(
        f"{cell(company, 'city')}?columns=name,city", {"city": "Minsk", "version": 1}, headers=HX
    )

    assert row.content.decode().count("<td") == 3


def test_two_people_in_one_cell_meet_at_the_choice_between_both_values(cast, as_user, company):
    save_fields(company, {"city": "Riga"}, by=cast.piotr, version=1)

    answer = as_user(cast.anna).post(cell(company, "city"), {"city": "Minsk", "version": 1}, headers=HX)
    company.refresh_from_db()

    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#dialog")
    assert ("Riga" in answer.content.decode(), "Minsk" in answer.content.decode()) == (True, True)
    assert company.city == "Riga"


def test_two_people_in_two_cells_of_one_row_both_keep_theirs(cast, as_user, company):
    save_fields(company, {"phone": "555"}, by=cast.piotr, version=1)

    as_user(cast.anna).post(cell(company, "city"), {"city": "Minsk", "version": 1}, headers=HX)
    company.refresh_from_db()

    assert (company.city, company.phone) == ("Minsk", "555")


@pytest.mark.parametrize("name", ["version", "number", "owner", "lifecycle", "nothing"])
def test_what_one_may_not_change_is_no_widget(cast, as_user, company, name):
    answer = as_user(cast.anna).get(cell(company, name), headers=HX)

    assert answer.status_code == 403


def test_the_money_of_an_issued_invoice_stands(cast, as_user):
    invoice = creating(
        Invoice(document_number="1", issued_on="2026-01-01", currency="GBP", total_minor=5), by=cast.olga
    )

    answer = as_user(cast.olga).post(cell(invoice, "currency"), {"currency": "EUR", "version": 1}, headers=HX)
    invoice.refresh_from_db()

    assert answer.status_code == 409
    assert "This stands and is not changed any more." in answer.content.decode()
    assert invoice.currency == "GBP"


def test_without_script_the_whole_form_opens(cast, as_user, company):
    assert as_user(cast.anna).get(cell(company, "city")).url == reverse("records:edit", args=["company", company.pk])


def test_a_list_marks_the_columns_that_may_be_changed_in_place(cast, as_user, company):
    mine = as_user(cast.anna).get(reverse("records:list", args=["company"])).content.decode()
    reader = as_user(cast.rita).get(reverse("records:list", args=["company"])).content.decode()

    assert 'data-field="city"' in mine
    assert 'data-field="lifecycle"' not in mine
    assert "data-field" not in reader


def test_a_record_is_looked_at_beside_the_list(cast, as_user, company):
    where = reverse("records:peek", args=["company", company.pk])

    beside = as_user(cast.anna).get(where, headers=HX).content.decode()

    assert ("Tver" in beside, "<html" in beside) == (True, False)
    assert as_user(cast.anna).get(where).url == company.get_absolute_url()
    assert as_user(cast.ivan).get(where, headers=HX).status_code == 404
