"""What people type to name a record: a code from the shelf does as well as the whole name or our own number."""

import pytest
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.testing import make_company, make_order, make_product
from groundwork.records.write import creating

CONTACTS = reverse("records:list", args=["contact"])


@pytest.fixture
def order(cast):
    return make_order(cast.anna, make_company(cast.anna))


def put(client, order, product, price="2"):
    url = reverse("records:part_add", args=["order", order.pk, "lines"])
    return client.post(url, {"lines-product": product, "lines-quantity": "1", "lines-price": price})


@pytest.mark.parametrize(
    "typed",
    ["G102", "g102", "ОРЕХ-7", "Орех-7", "роща 40", "Walnut halves", "WALNUT halves", "{number}", "x · {number}"],
)
def test_the_product_of_a_line_is_typed_by_its_code_its_name_or_its_number(cast, as_user, order, typed):
    make_product(cast.larisa, "Almonds", code="G101")
    walnut = make_product(cast.larisa, "Walnut halves", code="орех-7", supplier_code="Роща 40".upper())
    if typed.casefold() == "g102":
        walnut = make_product(cast.larisa, "Hazelnuts", code="G102")

    answer = put(as_user(cast.anna), order, typed.format(number=walnut.number.lower()))

    assert answer.status_code == 302
    assert order.lines.last().product == walnut


def test_codes_that_differ_in_case_only_are_two_products(cast, as_user, order):
    lower, upper = (make_product(cast.larisa, name, code=code) for name, code in (("Tin", "85a"), ("Box", "85A")))
    client = as_user(cast.anna)

    put(client, order, "85a")
    put(client, order, "85A")

    assert [line.product for line in order.lines.all()[1:]] == [lower, upper]


def test_a_link_to_what_one_does_not_see_is_not_shown_and_stays_when_the_form_is_saved(cast, as_user):
    hidden = make_company(cast.ivan, "Hidden")
    contact = creating(Contact(name="Ewa", company=hidden, owner=cast.anna), by=cast.ivan)
    order = make_order(cast.anna, hidden)
    client = as_user(cast.anna)

    for record, name, typed in ((contact, "name", "Ewa Nowak"), (order, "document_number", "A 7")):
        where = reverse("records:edit", args=[record.type_key, record.pk])
        form = client.get(where).context["form"]
        data = {field: form[field].value() or "" for field in form.fields}
        assert (data["company"], form.fields["company"].required) == ("", False)
        assert client.post(where, data | {name: typed}).status_code == 302
        record.refresh_from_db()
        assert (getattr(record, name), record.company) == (typed, hidden)


def test_a_code_of_one_product_and_number_of_another_is_asked_about(cast, as_user, order):
    almonds = make_product(cast.larisa, "Almonds")
    make_product(cast.larisa, "Hazelnuts", code=almonds.number)
    client = as_user(cast.anna)

    unsure = put(client, order, almonds.number)
    sure = put(client, order, f"Almonds · {almonds.number}")

    assert f"Several are called “{almonds.number}”: pick one from the list." in unsure.content.decode()
    assert (sure.status_code, order.lines.last().product) == (302, almonds)


def test_a_wrong_product_is_the_one_thing_said_and_the_price_is_not_asked_for(cast, as_user, order):
    page = put(as_user(cast.anna), order, "nothing like it", price="").content.decode()

    assert "“nothing like it” is not among those you see." in page
    assert "Type the price" not in page


def test_a_field_hidden_from_a_person_never_confirms_a_guess(cast, as_user, order):
    make_product(cast.larisa, "Almonds", code="SECRET-1")
    hide(cast.anna, "product", "code")

    guess = put(as_user(cast.anna), order, "SECRET-1")
    none = put(as_user(cast.anna), order, "SECRET-2")

    assert guess.status_code == none.status_code == 422
    assert "“SECRET-1” is not among those you see." in guess.content.decode()


def test_a_company_out_of_reach_is_not_found_by_its_tax_number(cast, as_user):
    theirs = creating(Company(name="Hidden Garden", country="PL", nip="5260250274"), by=cast.ivan)
    new = reverse("records:new", args=["contact"])

    anna, ivan = (as_user(who).post(new, {"name": "Zoe", "company": theirs.nip}) for who in (cast.anna, cast.ivan))

    assert "“5260250274” is not among those you see." in anna.content.decode()
    assert ivan.status_code == 302
    assert Contact.objects.get().company == theirs


def test_a_list_is_narrowed_by_the_same_names(cast, as_user):
    tortola = creating(Company(name="Tortola", legal_name="Tortola Sweets Ltd"), by=cast.anna)
    creating(Company(name="Tortola Sweets Ltd of Cork"), by=cast.anna)

    answer = as_user(cast.anna).get(CONTACTS, {"f.company.called": "TORTOLA sweets ltd"})

    assert answer.url == f"{CONTACTS}?f.company={tortola.pk}"
