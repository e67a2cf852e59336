"""What people type to name a record: a code from the shelf does as well as the whole name or our own number."""

import pytest
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.testing import make_company, make_order, make_product
from groundwork.records.added.fields import make_field
from groundwork.records.added.fields import put as put_value
from groundwork.records.imports.testing import counts, imported
from groundwork.records.write import archive, creating, writing

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


def test_a_link_to_what_was_archived_since_stays_and_chosen_anew_it_is_refused_in_words(cast, as_user):
    """The name alone does not do either: another one may be called so."""
    gone = make_company(cast.anna, "Gone Ltd")
    ewa = creating(Contact(name="Ewa", company=gone, owner=cast.anna), by=cast.anna)
    jan = creating(Contact(name="Jan", owner=cast.anna), by=cast.anna)
    archive(gone, by=cast.anna)
    client = as_user(cast.anna)

    answers = {}
    for contact, typed in ((ewa, f"Gone Ltd · {gone.number}"), (jan, f"Gone Ltd · {gone.number}"), (jan, "gone ltd")):
        where = reverse("records:edit", args=["contact", contact.pk])
        form = client.get(where).context["form"]
        data = {field: form[field].value() or "" for field in form.fields} | {"company": typed, "phone": "123"}
        answers[contact.name, typed] = client.post(where, data)
    for contact in (ewa, jan):
        contact.refresh_from_db()

    assert [answer.status_code for answer in answers.values()] == [302, 422, 422]
    assert (ewa.company, ewa.phone, jan.company) == (gone, "123", None)
    for (_name, typed), answer in list(answers.items())[1:]:
        assert f"“{typed}” is archived: put it back first, or pick another one." in answer.content.decode()


def test_a_list_with_a_link_to_what_was_archived_since_comes_back_the_same(cast, as_user, tmp_path):
    gone = make_company(cast.olga, "Gone Ltd")
    creating(Contact(name="Ewa", company=gone, owner=cast.olga), by=cast.olga)
    archive(gone, by=cast.olga)
    path = tmp_path / "contacts.csv"
    listed = as_user(cast.olga).get(reverse("records:export_csv", args=["contact"]))
    path.write_bytes(b"".join(listed.streaming_content))

    job = imported(path, "records:contact", by=cast.olga)

    assert counts(job) == (0, 0, 1)
    assert Contact.objects.get().company == gone


def test_whoever_has_left_stays_in_a_field_that_named_them_and_is_offered_nowhere_else(cast, as_user):
    """A form saved for another reason does not forget who packed it."""
    packed = make_field("contact", by=cast.adam, kind="user", label="Packed by", reason="Who to ask.")
    ewa, jan = (creating(Contact(name=name, owner=cast.anna), by=cast.anna) for name in ("Ewa", "Jan"))
    with writing(ewa, by=cast.anna, act="edited") as fresh:
        put_value(fresh, packed.column, cast.larisa.pk)
    cast.larisa.is_active = False
    cast.larisa.save()
    client = as_user(cast.anna)

    offered = {}
    for contact in (ewa, jan):
        where = reverse("records:edit", args=["contact", contact.pk])
        form = client.get(where).context["form"]
        offered[contact.name] = cast.larisa in form.fields[packed.key].queryset
        data = {field: form[field].value() or "" for field in form.fields} | {"phone": "123"}
        client.post(where, data)
        contact.refresh_from_db()

    assert offered == {"Ewa": True, "Jan": False}
    assert (ewa.phone, ewa.extra.get(packed.key), jan.extra.get(packed.key)) == ("123", cast.larisa.pk, None)
