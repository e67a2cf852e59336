"""The palette: what a person may open or do, by a few letters; and the one table of keys."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from groundwork.crm.customers.models import Company
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.use import flush
from groundwork.records.write import creating
from groundwork.ui import keys

BOOK = Path(__file__).parents[4] / "docs/users/keys.md"


def make(by, name):
    return creating(Company(name=name), by=by)


def lines(client, text="", **more):
    """{group: labels} of the palette."""
    page = client.get(reverse("records:palette"), {"q": text, **more})
    return {group.label: [offer.label for offer in group.offers] for group in page.context["groups"]}


def test_it_finds_records_and_leads_to_the_whole_list(cast, as_user):
    for number in range(7):
        make(cast.anna, f"Tortola {number}")

    found = lines(as_user(cast.anna), "tortola")

    assert found == {"Companies": [*(f"Tortola {number}" for number in (6, 5, 4, 3, 2)), "Show all in the list"]}


def test_it_offers_nothing_that_the_person_may_not_see_or_do(cast, as_user):
    make(cast.ivan, "Hidden Garden")

    assert lines(as_user(cast.anna), "hidden") == {}
    assert "Pages" not in lines(as_user(cast.anna), "people")
    assert lines(as_user(cast.adam), "people")["Pages"] == ["People"]


def test_unasked_it_shows_what_was_opened_last_and_what_may_be_done_to_the_open_record(cast, as_user):
    client, first, second = as_user(cast.anna), make(cast.anna, "Garden"), make(cast.anna, "Orchard")
    for company in (first, second):
        client.get(company.get_absolute_url())
    flush()

    shown = lines(client, at=second.get_absolute_url())

    assert shown["Opened last"] == ["Garden"]
    assert {"Edit", "Archive"} <= set(shown["Orchard"])
    assert "Orchard" not in lines(as_user(cast.ivan), at=second.get_absolute_url())


def test_an_act_is_found_by_its_name_in_any_form(cast, as_user):
    client = as_user(cast.anna)

    assert lines(client, "add company")["Add"] == ["Add: Company"]
    assert lines(client, "companies")["Add"] == ["Add: Company"]
    with translation.override("en"):
        assert set(lines(client, only="add")) == {"Add"}


def test_saved_views_are_found_by_whom_they_are_shared_with(cast, as_user):
    SavedView.objects.create(type="company", name="Sleeping customers", author=cast.olga)
    SavedView.objects.create(type="company", name="Sleeping giants", author=cast.olga, shared="everybody")

    assert lines(as_user(cast.anna), "sleeping")["Views"] == ["Sleeping giants"]
    assert lines(as_user(cast.olga), "sleep")["Views"] == ["Sleeping customers", "Sleeping giants"]


def test_settings_that_stand_in_no_menu_are_found_by_who_may_open_them(cast, as_user):
    adam, anna = as_user(cast.adam), as_user(cast.anna)

    assert [lines(adam, words).get("Pages") for words in ("roles", "audit")] == [["Roles"], ["Audit log"]]
    assert [lines(anna, words).get("Pages") for words in ("roles", "audit")] == [None, None]
    assert lines(anna, "where")["Pages"] == ["Where I am signed in"]
    assert lines(anna, "trash")["Pages"] == ["Trash"]


@pytest.mark.parametrize("companies", [1, 30])
def test_it_takes_as_many_queries_for_thirty_companies_as_for_one(cast, as_user, companies):
    client = as_user(cast.anna)
    for number in range(companies):
        make(cast.anna, f"Tortola {number}")
    lines(client, "tortola")

    with CaptureQueriesContext(connection) as queries:
        lines(client, "tortola")

    assert len(queries) == 12


def test_the_sheet_of_keys_names_only_places_that_the_person_has(cast, as_user):
    shown = {key.label for _place, found in keys.sheet(cast.anna) for key in found}

    assert "Companies" in shown
    assert "Map" not in shown
    assert "Show all keys" in as_user(cast.anna).get(reverse("records:keys")).content.decode()


@pytest.mark.parametrize("places", [set(keys.PLACES) - keys.BOUND_THERE, *({place} for place in keys.BOUND_THERE)])
def test_no_key_does_two_things_in_one_place(places):
    ways = [way for key in keys.keys if key.place in places for way in key.keys]

    assert len(ways) == len(set(ways)) > 0


def test_the_handbook_prints_the_table_that_binds_the_keys():
    with translation.override("en"):
        assert BOOK.read_text() == keys.as_text(), f"write keys.as_text() into {BOOK.name}: tools/keys.py does"


def test_saving_with_ctrl_s_stays_in_the_form(cast, as_user):
    client, company = as_user(cast.anna), make(cast.anna, "Garden")
    address = reverse("records:edit", args=["company", company.pk])
    form = client.get(address).context["form"]

    typed = {name: form[name].value() or "" for name in form.fields} | {"name": "Orchard", "stay": "1"}
    saved = client.post(address, typed)

    assert saved["Location"] == address
