"""An administrator without code makes a record type with its fields, in the browser, each with its reason."""

import pytest
from django.urls import reverse

from groundwork.access.models import FieldGrant, Grant, Role
from groundwork.access.people import set_roles
from groundwork.access.roles import make_role
from groundwork.blueprint.models import Element, ElementRevision
from groundwork.records.added.budget import SECONDS
from groundwork.records.added.fields import AddedField, make_field
from groundwork.records.added.made import MadeType
from groundwork.records.types import types

WHY = "The warehouse asked for it."


@pytest.fixture
def adam(cast, as_user):
    return as_user(cast.adam)


def make_samples(client, **more):
    typed = {
        "one": "Sample request", "many": "Sample requests", "letters": "sr", "icon": "flask-conical", "reason": WHY,
        "may:salesperson": "work", "reach:salesperson": "1", "may:head": "all", "reach:head": "3",
    }  # fmt: skip
    return client.post(reverse("records:type_new"), typed | more, follow=True)


def add(client, type_key, kind, **typed):
    return client.post(reverse("records:field_new", args=[type_key]) + f"?kind={kind}", {"reason": WHY} | typed)


def test_a_record_type_is_made_with_its_rights_and_works_at_once(cast, adam, as_user):
    page = make_samples(adam, asked_by=cast.olga.pk)
    made = MadeType.objects.get()
    add(adam, made.key, "choice", label="State", choices="Asked\r\nSent", filterable="on", in_list="on")
    anna = as_user(cast.anna)

    anna.post(reverse("records:new", args=[made.key]), {"name": "Blue cups"})
    listed = anna.get(reverse("records:list", args=[made.key])).content.decode()

    assert "Sample requests" in page.content.decode()
    assert (made.prefix, made.icon) == ("SR", "flask-conical")
    assert "Blue cups" in listed
    assert "State" in listed
    assert {(grant.verb, grant.reach) for grant in Grant.objects.filter(type=made.key, role__key="salesperson")} == {
        ("view", 1), ("create", 1), ("edit", 1), ("archive", 1),
    }  # fmt: skip
    element = Element.objects.get(key=made.element_key)
    assert (element.reason, element.asked_by, element.label) == (WHY, cast.olga, "Sample requests")
    assert as_user(cast.nina).get(reverse("records:list", args=[made.key])).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"one": ""}, {"reason": ""}, {"letters": "C"}, {"letters": "1"}, {"many": "Companies"}, {"icon": "skull"}]
)
def test_a_record_type_that_cannot_be_is_explained_in_its_form_and_changes_nothing(adam, wrong):
    answer = make_samples(adam, **wrong)

    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode() or 'role="alert"' in answer.content.decode()
    assert not MadeType.objects.exists()
    assert not Grant.objects.filter(type__startswith="m", type__regex=r"^m\d+$").exists()


@pytest.mark.parametrize("kind", AddedField.Kind.values)
def test_every_kind_of_field_is_added_in_the_browser(adam, kind):
    more = {
        "choice": {"choices": "A\nB"}, "choices": {"choices": "A\nB"}, "link": {"target": "company"},
        "money": {"currency": "eur"},
        "formula": {"formula": "1 + 1", "gives": "number", "currency": "eur"},
    }.get(kind, {})  # fmt: skip

    asked = adam.get(reverse("records:field_new", args=["company"]) + f"?kind={kind}")
    answer = add(adam, "company", kind, label="Measured", **more)

    assert asked.status_code == 200
    assert answer.status_code == 302
    assert AddedField.objects.get().kind == kind
    assert types["company"].added


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("text", {"label": ""}), ("text", {"reason": ""}), ("text", {"label": "City"}), ("choice", {"choices": " \n"}),
        ("money", {"currency": "XXQ"}), ("link", {"target": "nothing"}), ("link", {}),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_explained_in_its_form(adam, kind, wrong):
    answer = add(adam, "company", kind, **{"label": "Measured"} | wrong)

    assert answer.status_code == 422
    assert not AddedField.objects.exists()


def test_a_field_is_renamed_and_the_reason_it_is_here_stays(cast, adam):
    row = make_field("company", by=cast.adam, kind="choice", label="Colour", choices=["Red", "Green"], reason=WHY)
    where = reverse("records:field_change", args=["company", row.pk])

    shown = adam.get(where).content.decode()
    adam.post(where, {"label": "Paint", "choices": "Green\nBlue", "required": "on", "reason": "As we say."})
    row.refresh_from_db()

    assert "Red\nGreen" in shown
    assert (row.label, row.required) == ("Paint", True)
    assert [choice["label"] for choice in row.choices if not choice["retired"]] == ["Green", "Blue"]
    assert Element.objects.get(key=row.element_key).reason == WHY
    assert [item.cause for item in ElementRevision.objects.filter(element__key=row.element_key)] == [WHY, "As we say."]
    assert adam.get(where).status_code == 200


def test_fields_are_retired_restored_and_moved(cast, adam):
    first, second = (
        make_field("company", by=cast.adam, kind="text", label=label, reason=WHY) for label in ("First", "Second")
    )
    order = lambda: list(types["company"].added)  # noqa: E731 - read anew each time

    adam.post(reverse("records:field_move", args=["company", second.pk]), {"up": ""})
    moved = order()
    unsaid = adam.post(reverse("records:field_retire", args=["company", first.pk]), {"reason": ""})
    adam.post(reverse("records:field_retire", args=["company", first.pk]), {"reason": "Nobody reads it."})
    retired = order()
    page = adam.get(reverse("records:type", args=["company"])).content.decode()
    adam.post(reverse("records:field_restore", args=["company", first.pk]), {"reason": "Somebody does."})

    assert moved == [second.key, first.key]
    assert unsaid.status_code == 422
    assert retired == [second.key]
    assert "Retired fields" in page
    assert order() == [second.key, first.key]
    assert Element.objects.get(key=first.element_key).reason == WHY  # not why it came back: that is in its history


def test_a_type_gets_its_board_and_is_retired_and_restored(adam):
    make_samples(adam)
    made = MadeType.objects.get()
    add(adam, made.key, "choice", label="State", choices="Asked\nSent")
    field = AddedField.objects.get()
    facts = {"one": "Sample", "many": "Samples", "letters": "SR", "icon": "box", "board": field.key, "reason": WHY}

    answer = adam.post(reverse("records:type_change", args=[made.key]), facts)
    board = types[made.key].board
    adam.post(reverse("records:type_retire", args=[made.key]), {"reason": "Nobody asks."})
    gone = adam.get(reverse("records:list", args=[made.key])).status_code
    listed = adam.get(reverse("records:types")).content.decode()
    adam.post(reverse("records:type_restore", args=[made.key]), {"reason": "They do."})

    assert answer.status_code == 302
    assert board == field.key
    assert "State" in adam.get(reverse("records:fields_read"), {"type": made.key}).content.decode()
    assert gone == 404
    assert "Restore" in listed
    assert adam.get(reverse("records:list", args=[made.key])).status_code == 200


def test_the_page_of_a_role_shows_made_types_and_added_fields(cast, adam):
    make_samples(adam)
    made = MadeType.objects.get()
    make_field("company", by=cast.adam, kind="text", label="Weakness", reason=WHY)

    page = adam.get(reverse("access:role", args=[Role.objects.get(key="salesperson").key])).content.decode()

    assert "Sample requests" in page
    assert "Weakness" in page
    assert f'name="{made.key}:view"' in page


def test_the_form_of_a_field_says_what_roles_see_of_it(cast, adam, as_user):
    asked = adam.get(reverse("records:field_new", args=["company"]) + "?kind=text").text
    add(adam, "company", "text", label="Weakness", **{"mode:salesperson": "hidden", "mode:buyer": "read-only"})
    row = AddedField.objects.get()
    where = reverse("records:field_change", args=["company", row.pk])
    hidden = row.key in as_user(cast.anna).get(reverse("records:new", args=["company"])).context["form"].fields
    offered = adam.get(where).context["form"]

    adam.post(
        where, {"label": "Weakness", "reason": "Sellers need it.", "mode:salesperson": "", "mode:buyer": "hidden"}
    )

    assert 'name="mode:administrator"' not in asked
    assert not hidden
    assert offered["mode:salesperson"].value() == "hidden"
    assert dict(FieldGrant.objects.filter(field=row.key).values_list("role__key", "mode")) == {"buyer": "hidden"}
    role = ElementRevision.objects.filter(element__key="role:salesperson").latest("pk")
    assert (role.cause, role.difference) == ("Sellers need it.", {f"company.{row.key}": ["hidden", ""]})


def test_who_does_not_configure_people_limits_no_role(cast, as_user):
    keeper = make_role("Keeper", by=cast.adam, reason=WHY)
    Grant.objects.create(role=keeper, type="settings", verb="configure", reach=4)
    set_roles(cast.nina, Role.objects.filter(key__in=("bookkeeper", keeper.key)))
    nina = as_user(cast.nina)

    asked = nina.get(reverse("records:field_new", args=["company"]) + "?kind=text").text
    add(nina, "company", "text", label="Weakness", **{"mode:salesperson": "hidden"})

    assert "mode:" not in asked
    assert AddedField.objects.exists()
    assert not FieldGrant.objects.filter(field=AddedField.objects.get().key).exists()


def test_a_field_and_a_type_have_names_in_the_other_languages_of_the_firm(cast, adam, as_user):
    make_samples(adam, **{"one:pl": "Zamówienie próbek", "many:pl": "Zamówienia próbek"})
    made = MadeType.objects.get()
    add(adam, made.key, "text", label="Colour", **{"label:pl": "Kolor"})
    type(cast.anna).objects.filter(pk=cast.anna.pk).update(language="pl")
    cast.anna.refresh_from_db()

    page = as_user(cast.anna).get(reverse("records:new", args=[made.key])).text
    of_piotr = as_user(cast.piotr).get(reverse("records:new", args=[made.key])).text

    assert "Kolor" in page
    assert "Zamówienie próbek" in page
    assert "Colour" in of_piotr
    assert made.words == {"pl": ["Zamówienie próbek", "Zamówienia próbek"]}
    assert (
        adam.get(reverse("records:type_change", args=[made.key])).context["form"]["one:pl"].value()
        == made.words["pl"][0]
    )


def test_a_new_field_tells_what_it_will_cost(cast, adam):
    asked = adam.get(reverse("records:field_new", args=["company"]) + "?kind=text").text
    formula = adam.get(reverse("records:field_new", args=["company"]) + "?kind=formula").text

    assert f"about {SECONDS['text']} seconds" in asked
    assert "This costs" not in formula
