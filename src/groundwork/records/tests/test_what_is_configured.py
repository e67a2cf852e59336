"""Every configured thing with its reason, and the fields that nobody reads."""

from datetime import timedelta

import pytest
import time_machine

from groundwork.access.models import User
from groundwork.blueprint.elements import revise, switch
from groundwork.blueprint.models import Element
from groundwork.core import clock
from groundwork.crm.customers.models import Company
from groundwork.records.added.fields import make_field
from groundwork.records.element_views import doubts_of, places_of
from groundwork.records.field_use import DAYS, ENOUGH, NEW_DAYS, Standing, field_uses
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.models import Remembered, Use
from groundwork.records.types import types
from groundwork.records.write import creating, save_fields

COST = "field:product.cost"


@pytest.fixture
def old_firm(cast):
    """Companies made a month and more ago, so that there is something to tell of their fields."""
    with time_machine.travel(clock.now() - timedelta(days=NEW_DAYS + 1), tick=True):
        for number in range(ENOUGH):
            creating(Company(name=f"Hazel {number}", country="GB", city="" if number % 2 else "Leeds"), by=cast.anna)
    return cast


def standing(name: str) -> Standing:
    return field_uses(types["company"], [name])[0].standing


def reads(person, name: str, kind="filter"):
    Use.objects.create(user=person, kind=kind, key=f"field:company.{name}")


def test_a_field_tells_the_formulas_kept_imports_and_views_that_stand_on_it(cast):
    facts = {"by": cast.adam, "reason": "Asked for."}
    pieces = make_field("company", kind="number", label="Pieces", **facts)
    boxes = make_field(
        "company", kind="formula", label="Boxes", formula=f"[{pieces.key}] / 12", gives="number", **facts
    )
    Remembered.objects.create(
        requester=cast.anna, header_digest="1", layout="records:company", options={"map": {pieces.key: "Stk"}}
    )
    SavedView.objects.create(
        type="company", name="By pieces", query=f"columns=name,{pieces.key}", author=cast.anna, shared="everybody"
    )

    places = places_of(Element.objects.get(key=pieces.element_key))

    assert [place[:2] for place in places] == [
        ("Form and page", "Company"), ("Saved view", "By pieces"), ("Formula", "Boxes"), ("Kept import", "Anna"),
    ]  # fmt: skip
    assert not [place for place in places_of(Element.objects.get(key=boxes.element_key)) if place[0] == "Formula"]


def test_nothing_is_told_of_the_fields_of_a_new_firm(cast):
    for number in range(ENOUGH):
        creating(Company(name=f"Hazel {number}"), by=cast.anna)

    assert standing("city") == Standing.UNKNOWN


def test_a_field_that_nobody_filters_sorts_or_takes_out_is_not_read(old_firm):
    Use.objects.create(user=old_firm.piotr, kind="view", key="company", object_id=1)

    assert standing("city") in (Standing.UNREAD, Standing.DEAD)


@pytest.mark.parametrize(
    ("kind", "key"), [("filter", "field:company.city"), ("sort", "field:company.city"), ("export", "company")]
)
def test_a_field_that_somebody_narrows_or_orders_a_list_by_is_read(old_firm, kind, key):
    before = field_uses(types["company"], ["city"])[0].readers

    Use.objects.create(user=old_firm.piotr, kind=kind, key=key)

    assert not before
    assert field_uses(types["company"], ["city"])[0].readers == {old_firm.piotr.pk}


def test_what_was_read_longer_ago_does_not_count(old_firm):
    reads(old_firm.piotr, "city")
    Use.objects.update(at=clock.now() - timedelta(days=DAYS + 1))

    assert not field_uses(types["company"], ["city"])[0].readers


def test_who_alone_writes_a_field_is_no_reader_of_it(old_firm):
    company = Company.objects.first()
    save_fields(company, {"city": "York"}, by=old_firm.anna, version=company.version)
    reads(old_firm.anna, "city")

    assert not field_uses(types["company"], ["city"])[0].readers
    reads(old_firm.piotr, "city")
    assert field_uses(types["company"], ["city"])[0].readers == {old_firm.piotr.pk}


def test_a_field_that_is_read_but_mostly_empty_starves(old_firm):
    reads(old_firm.piotr, "city")
    SavedView.objects.create(
        type="company", name="In Leeds", author=old_firm.piotr, shared="everybody", query="f.city=Leeds"
    )

    assert standing("city") == Standing.STARVING


def test_a_required_field_that_always_says_the_same_is_a_ritual(old_firm):
    assert standing("kind") == Standing.RITUAL


def test_it_is_told_how_often_people_typed_the_same_of_late(old_firm):
    country, city = field_uses(types["company"], ["country", "city"])

    assert (country.sameness, city.sameness) == (1, None)  # ten typed a city: too few to tell


def test_two_fields_in_which_people_type_the_same_are_found(cast):
    for number in range(ENOUGH):
        same = {"name": f"Hazel {number}", "city": f"Hazel {number}" if number else "York"}
        creating(Company(**same, country="GB", phone=f"+44 20 7946 {number:04}"), by=cast.anna)

    twins = {use.field.name: use.twin for use in field_uses(types["company"], ["name", "city", "country", "phone"])}

    assert twins == {"name": "", "city": "name", "country": "", "phone": ""}


def test_a_field_takes_as_many_queries_as_all_of_them(old_firm, django_assert_num_queries):
    kind = types["company"]
    with django_assert_num_queries(8):
        field_uses(kind, ["city"])
    with django_assert_num_queries(8):
        field_uses(kind, kind.fields)


def test_the_list_of_a_type_notes_by_which_fields_it_was_narrowed_and_ordered(cast, as_user):
    assert as_user(cast.piotr).get("/r/company/?f.country=GB&sort=-updated_at").status_code == 200

    field_uses(types["company"], ["country"])  # writes down what waits
    assert set(Use.objects.filter(key__startswith="field:").values_list("kind", "key")) == {
        ("filter", "field:company.country"), ("sort", "field:company.updated_at"),
    }  # fmt: skip


def test_a_thing_without_a_reason_or_whose_asker_has_left_is_to_be_explained(cast):
    switch(COST, on=True, by=cast.adam, asked_by=cast.larisa, reason="We want the margin")
    assert doubts_of(Element.objects.all()) == {}

    User.objects.filter(pk=cast.larisa.pk).update(is_active=False)
    assert list(doubts_of(Element.objects.select_related("asked_by")).values()) == ["Whoever asked for it has left."]
    Element.objects.filter(key=COST).update(reason="")
    assert list(doubts_of(Element.objects.all()).values()) == ["Nobody wrote down why."]


def test_what_came_with_the_program_needs_no_reason(cast):
    assert Element.objects.filter(origin="built-in", state="live").exists()
    assert doubts_of(Element.objects.all()) == {}


def test_an_administrator_writes_down_why_in_the_browser(cast, as_user):
    switch(COST, on=True, by=cast.adam, reason="We want the margin")
    Element.objects.filter(key=COST).update(reason="")
    browser, page = as_user(cast.adam), f"/configured/{COST}"

    shown = browser.get("/configured/?only=unexplained").content.decode()
    empty = browser.post(f"{page}/reason", {"reason": ""})
    browser.post(f"{page}/reason", {"reason": "Larisa buys by it", "asked_by": cast.larisa.pk})

    assert "Cost price" in shown
    assert empty.status_code == 422
    element = Element.objects.get(key=COST)
    assert (element.reason, element.asked_by) == ("Larisa buys by it", cast.larisa)
    assert "Cost price" not in browser.get("/configured/?only=unexplained").content.decode()


def test_an_optional_thing_is_taken_into_use_and_out_again_with_its_reason(cast, as_user):
    browser = as_user(cast.adam)

    browser.post(f"/configured/{COST}/switch", {"reason": "We want the margin"})
    on = Element.objects.get(key=COST).state
    browser.post(f"/configured/{COST}/switch", {"reason": "Nobody looked"})

    assert (on, Element.objects.get(key=COST).state) == ("live", "retired")
    assert browser.post("/configured/report:profit/switch", {"reason": "Nobody looked"}).status_code == 409


def test_an_element_says_where_it_is_used_but_not_in_whose_private_views(cast, as_user):
    revise("field:company.city", kind="field", by=cast.adam, difference={}, cause="Routes are planned by it")
    for name, shared in (("Routes", "everybody"), ("My secret", "")):
        SavedView.objects.create(type="company", name=name, author=cast.piotr, shared=shared, query="sort=city")

    shown = as_user(cast.adam).get("/configured/field:company.city").content.decode()

    assert "Routes" in shown
    assert "My secret" not in shown
