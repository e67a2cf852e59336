"""Roles of the firm's own."""

from io import StringIO

import pytest
from django.urls import reverse

from groundwork.access import people, roles
from groundwork.access.models import AuditEntry, FieldGrant, Grant, Reach, Role, User
from groundwork.access.testing import make_person
from groundwork.background.setup import on_init
from groundwork.blueprint.models import Element, ElementRevision
from groundwork.core.refusals import NotAllowed, Refusal

WHY = "The stand at the fair is kept by students."


def role_called(key) -> Role:
    return Role.objects.get(key=key)


def rights_of(role):
    return roles.reaches_of(role), roles.modes_of(role)


def make_configurator(cast):
    """Piotr heads a department and may configure people; cost prices are hidden from him."""
    head = role_called("head")
    for verb in ("view", "configure"):
        Grant.objects.create(role=head, type="people", verb=verb, reach=Reach.ALL)
    FieldGrant.objects.create(role=head, type="product", field="costs", mode="hidden")
    return User.objects.get(pk=cast.piotr.pk)


def sent(form, **changed):
    """The page of a role posted back as it stands, but for what changed."""
    return {field.html_name: field.value() if field.value() is not None else "" for field in form} | changed


def test_an_administrator_makes_a_role_as_a_copy_and_its_reason_is_kept(cast, as_user):
    salesperson = role_called("salesperson")

    answer = as_user(cast.adam).post(
        reverse("access:role_new"), {"name": "Fair helper", "like": salesperson.pk, "reason": WHY}
    )

    made = Role.objects.get(name="Fair helper")
    assert answer.url == reverse("access:role", args=[made.key])
    assert rights_of(made) == rights_of(salesperson)
    assert FieldGrant.objects.filter(role=made, field="costs", mode="hidden").exists()
    element = Element.objects.get(key=f"role:{made.key}")
    assert (element.label, element.reason, element.asked_by) == ("Fair helper", WHY, cast.adam)
    assert ElementRevision.objects.get(element=element).number == element.revision == 1
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.detail["like"], entry.user) == ("role made", "salesperson", cast.adam)


def test_an_empty_role_gives_nothing_until_something_is_granted(cast, as_user):
    made = roles.make_role("Fair helper", by=cast.adam, reason=WHY)
    helper = make_person("Hanna", made.key, cast.sales)
    unable, client = helper.can("view", "company"), as_user(cast.adam)
    path = reverse("access:role", args=[made.key])

    client.post(
        path,
        sent(client.get(path).context["form"], name="Stand helper", reason="See whom they meet", **{"company:view": 2}),
    )

    helper = User.objects.get(pk=helper.pk)
    assert (unable, helper.can("view", "company"), helper.can("edit", "company")) == (False, True, False)
    made.refresh_from_db()
    assert (made.name, Element.objects.get(key=f"role:{made.key}").label) == ("Stand helper", "Stand helper")
    changed = ElementRevision.objects.get(element__key=f"role:{made.key}", number=2).difference
    assert changed == {"company view": [0, 2], "name": ["Fair helper", "Stand helper"]}


def test_a_built_in_role_keeps_its_name_in_every_language(cast, as_user):
    assert "name" not in as_user(cast.adam).get(reverse("access:role", args=["buyer"])).context["form"].fields


@pytest.mark.parametrize("name", ["Salesperson", "fair HELPER"])
def test_two_roles_do_not_share_a_name(cast, name):
    roles.make_role("Fair helper", by=cast.adam, reason=WHY)

    with pytest.raises(Refusal, match="has this name"):
        roles.make_role(name, by=cast.adam, reason=WHY)


def test_a_role_is_archived_when_nobody_holds_it_and_is_not_given_any_more(cast, as_user):
    made = roles.make_role("Fair helper", by=cast.adam, reason=WHY)
    hanna = make_person("Hanna", made.key, cast.sales)
    client, path = as_user(cast.adam), reverse("access:role_archive", args=[made.key])

    unasked = client.post(path, {"reason": ""})
    held = client.post(path, {"reason": "The fair is over."})
    people.change_person(hanna, by=cast.adam, name="Hanna", department=None, roles=[], is_active=True)
    token = people.invite(by=cast.adam, email="ewa@hazel.example", roles=[made], department=None)
    awaited = client.post(path, {"reason": "The fair is over."})
    people.join(people.links.find(token), name="Ewa", email="", password="three quiet words")
    ewa = User.objects.get(name="Ewa")
    people.change_person(ewa, by=cast.adam, name="Ewa", department=None, roles=[], is_active=True)
    done = client.post(path, {"reason": "The fair is over."})

    assert [answer.status_code for answer in (unasked, held, awaited, done)] == [422, 409, 409, 302]
    assert made not in people.roles_within_reach(cast.adam)
    assert Element.objects.get(key=f"role:{made.key}").state == Element.State.RETIRED
    assert AuditEntry.objects.last().event == "role archived"

    client.post(reverse("access:role_restore", args=[made.key]), {"reason": "The fair is on again."})
    assert made in people.roles_within_reach(cast.adam)


def test_the_administrators_role_is_never_archived(cast):
    with pytest.raises(Refusal):
        roles.archive_role(role_called("administrator"), by=cast.adam, reason="never")


def test_nobody_makes_a_role_that_does_more_than_their_own(cast):
    piotr = make_configurator(cast)

    for key in ("director", "bookkeeper", "administrator"):
        with pytest.raises(NotAllowed):
            roles.make_role("Deputy", by=piotr, like=role_called(key), reason=WHY)
    with pytest.raises(NotAllowed):
        roles.make_role("Deputy", by=cast.olga, reason=WHY)

    assert not Role.objects.filter(name="Deputy").exists()


def test_who_does_not_see_cost_prices_makes_no_role_that_sees_them(cast):
    piotr = make_configurator(cast)
    made = roles.make_role("Deputy", by=piotr, reason=WHY)
    view, cost = ("product", "view"), ("product", "costs")

    with pytest.raises(NotAllowed, match="hidden"):
        roles.change_role(made, by=piotr, reaches={view: Reach.ALL}, modes={cost: ""}, reason=WHY)
    with pytest.raises(NotAllowed, match="hidden"):
        roles.change_role(made, by=piotr, reaches={view: Reach.ALL}, modes={cost: "read-only"}, reason=WHY)
    roles.change_role(made, by=piotr, reaches={view: Reach.ALL}, modes={cost: "hidden"}, reason=WHY)
    with pytest.raises(NotAllowed, match="hidden"):
        roles.change_role(made, by=piotr, reaches={}, modes={cost: ""}, reason=WHY)

    assert rights_of(made) == ({view: Reach.ALL}, {cost: "hidden"})


def test_an_own_role_stands_below_the_roles_of_its_maker(cast):
    piotr = make_configurator(cast)

    made = roles.make_role("Deputy", by=piotr, like=role_called("head"), reason=WHY)

    assert made.rank < role_called("head").rank
    assert roles.may_change(made, piotr)


def test_setting_up_again_gives_no_right_back_that_the_firm_took_away(cast):
    salesperson = role_called("salesperson")
    nothing = {key: 0 for key in roles.reaches_of(salesperson) if key[0] == "product"}
    roles.change_role(salesperson, by=cast.adam, reaches=nothing, modes={}, reason="They ask the buyer.")

    for _key, step in on_init:
        step(StringIO())

    assert not salesperson.grants.filter(type="product").exists()
