"""Saved views: kept by one person, shared with others, opened with the reader's rights."""

import re

import pytest
from django.urls import reverse

from groundwork.access.models import Role
from groundwork.blueprint.models import Element
from groundwork.crm.customers.models import Company
from groundwork.records.lists.saved_views import SavedView, UsedView, use_view, views_of
from groundwork.records.tests.test_writing import in_threads
from groundwork.records.types import types
from groundwork.records.write import creating

COMPANIES = reverse("records:list", args=["company"])


def view_of(author, name="Suppliers", query="f.kind=supplier", **values):
    return SavedView.objects.create(type="company", name=name, query=query, author=author, **values)


def at(name, view):
    return reverse(f"records:{name}", args=["company", view.pk])


def seen_by(user):
    return [view.name for view in views_of(types["company"], user)]


def test_anna_saves_what_she_sees_under_a_name(cast, as_user):
    client = as_user(cast.anna)
    creating(Company(name="Shop", kind="supplier"), by=cast.anna)
    creating(Company(name="Other"), by=cast.anna)

    form = client.get(reverse("records:view_new", args=["company"]) + "?f.kind=supplier&columns=name,city&view=all")
    client.post(
        reverse("records:view_new", args=["company"]),
        {"name": "Suppliers", "query": form.context["query"], "display": "list", "shared": ""},
    )
    view = SavedView.objects.get()
    page = client.get(f"{COMPANIES}?view={view.pk}").content.decode()

    assert view.query == "columns=name%2Ccity&f.kind=supplier"
    assert ("Shop" in page, "Other" in page) == (True, False)
    assert f'<a href="{COMPANIES}?view={view.pk}" aria-current="page">Suppliers</a>' in page


def test_a_view_that_others_see_says_why_and_who_asked(cast, as_user):
    client, new = as_user(cast.anna), reverse("records:view_new", args=["company"])
    typed = {"name": "Suppliers", "query": "f.kind=supplier", "display": "list", "shared": "everybody"}

    unsaid = client.post(new, typed)
    client.post(new, typed | {"reason": "Claims go to them", "asked_by": cast.piotr.pk})
    view = SavedView.objects.get()
    element = Element.objects.get(key=view.element_key)
    told = as_user(cast.ivan).get(reverse("records:views", args=["company"])).text

    assert (unsaid.status_code, unsaid.context["form"].errors["reason"]) == (422, ["Say why, in one sentence."])
    assert (element.kind, element.reason, element.asked_by, element.is_on) == (
        "view", "Claims go to them", cast.piotr, True,
    )  # fmt: skip
    assert "Claims go to them" in told

    client.post(at("view_edit", view), typed | {"shared": "", "name": "Mine now"})
    retired = Element.objects.get(key=view.element_key)
    assert (retired.is_on, retired.name) == (False, "Suppliers")
    assert SavedView.objects.get().name == "Mine now"
    assert client.get(at("view_edit", view)).context["form"]["reason"].value() == "Claims go to them"


def test_a_view_is_seen_by_those_it_is_shared_with(cast):
    view_of(cast.anna, "Anna's own")
    view_of(cast.anna, "For all", shared="everybody")
    view_of(cast.anna, "For heads", shared="role", role=Role.objects.get(key="head"))
    view_of(cast.anna, "For sales", shared="department", department=cast.sales)
    view_of(cast.anna, "For the firm", shared="department", department=cast.firm)

    assert seen_by(cast.piotr) == ["For all", "For heads", "For sales", "For the firm"]
    assert seen_by(cast.ivan) == ["For all", "For the firm"]
    assert seen_by(cast.anna) == ["Anna's own", "For all", "For heads", "For sales", "For the firm"]


def test_a_shared_view_shows_the_reader_no_more_than_the_reader_sees(cast, as_user):
    creating(Company(name="Annas shop", kind="supplier"), by=cast.anna)
    creating(Company(name="Ivans shop", kind="supplier"), by=cast.ivan)
    view = view_of(cast.anna, shared="everybody")

    page = as_user(cast.ivan).get(f"{COMPANIES}?view={view.pk}").content.decode()

    assert ("Ivans shop" in page, "Annas shop" in page) == (True, False)


def test_a_field_that_is_gone_is_told_and_the_rest_of_the_view_holds(cast, as_user):
    creating(Company(name="Shop", kind="supplier"), by=cast.anna)
    creating(Company(name="Other"), by=cast.anna)
    view = view_of(cast.anna, query="columns=name,f99&f.f99=x&f.kind=supplier&sort=f99&group=f98")

    answer = as_user(cast.anna).get(f"{COMPANIES}?view={view.pk}")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "2 parts of this view are left out" in page
    assert ("Shop" in page, "Other" in page) == (True, False)


def test_what_is_left_out_of_a_view_stands_in_no_link_of_the_page(cast, as_user):
    creating(Company(name="Shop", kind="supplier"), by=cast.anna)
    view = view_of(cast.anna, query="columns=name,f99&f.f99.from=1000&f.kind=supplier&sort=f99&group=f98")

    page = as_user(cast.anna).get(f"{COMPANIES}?view={view.pk}").content.decode()

    assert "f.kind=supplier" in page
    assert re.findall(r"f9[89]|1000", page) == []


def test_only_its_author_changes_a_shared_view_and_stays_its_author(cast, as_user):
    view = view_of(cast.anna, shared="everybody")
    typed = {"name": "Mine", "display": "list", "shared": ""}

    refused = [
        as_user(cast.ivan).post(at(name, view), typed | {"query": "f.kind=customer"}).status_code
        for name in ("view_edit", "view_take", "view_drop", "view_back")
    ]
    as_user(cast.anna).post(at("view_take", view), {"query": "f.kind=customer"})
    view.refresh_from_db()

    assert refused == [403] * 4
    assert (view.name, view.query, view.author) == ("Suppliers", "f.kind=customer", cast.anna)


def test_a_view_of_somebody_else_that_is_not_shared_does_not_exist(cast, as_user):
    view = view_of(cast.anna)

    answers = [
        as_user(cast.ivan).post(at(name, view), {}).status_code for name in ("view_edit", "view_use", "view_drop")
    ]

    assert answers == [404] * 3
    assert as_user(cast.ivan).get(f"{COMPANIES}?view={view.pk}").status_code == 200


def test_the_list_opens_with_the_view_that_the_person_chose_and_all_is_one_press_away(cast, as_user):
    creating(Company(name="Shop", kind="supplier"), by=cast.anna)
    creating(Company(name="Other"), by=cast.anna)
    first, second, client = view_of(cast.anna, query="f.kind=customer"), view_of(cast.anna), as_user(cast.anna)

    for view in (first, second):
        client.post(at("view_use", view), {"opens": "on"})
    opened, everything = client.get(COMPANIES).content.decode(), client.get(f"{COMPANIES}?view=all").content.decode()

    assert ("Shop" in opened, "Other" in opened) == (True, False)
    assert ("Shop" in everything, "Other" in everything) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_leave_the_list_opening_with_one_view(cast):
    views = [view_of(cast.anna, f"View {number}") for number in range(8)]

    in_threads(8, lambda number: use_view(views[number], cast.anna, opens=True, pinned=False))

    assert UsedView.objects.filter(user=cast.anna, opens=True).count() == 1


def test_a_pinned_view_stands_in_the_own_menu_only(cast, as_user):
    view = view_of(cast.anna, name="Pinned one", shared="everybody")

    as_user(cast.anna).post(at("view_use", view), {"pinned": "on"})
    annas, ivans = (as_user(user).get(reverse("access:me")).content.decode() for user in (cast.anna, cast.ivan))

    assert ("Pinned one" in annas, "Pinned one" in ivans) == (True, False)


def test_a_deleted_view_comes_back(cast, as_user):
    view, client = view_of(cast.anna), as_user(cast.anna)

    gone = client.post(at("view_drop", view), follow=True).content.decode()
    client.post(at("view_back", view))

    assert f'action="{at("view_back", view)}"' in gone
    assert seen_by(cast.anna) == ["Suppliers"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"shared": "role"}, {"shared": "department"}, {"display": "cube"}])
def test_a_view_without_a_name_or_a_reader_is_asked_for_it(cast, as_user, wrong):
    typed = {"name": "Suppliers", "query": "", "display": "list", "shared": "", **wrong}

    answer = as_user(cast.anna).post(reverse("records:view_new", args=["company"]), typed)

    assert answer.status_code == 422
    assert not SavedView.objects.exists()
