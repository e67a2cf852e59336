from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access import people, roles, seals
from groundwork.access.models import AuditEntry, Department, Grant, Invitation, Reach, Role, User
from groundwork.access.testing import make_person
from groundwork.core.clock import now, standing_at
from groundwork.core.refusals import NotAllowed, Refusal

PASSWORD = {"password": "three quiet words", "again": "three quiet words"}


def invited(client, cast, **values):
    role = Role.objects.get(key="salesperson")
    page = client.post(
        reverse("access:invite"),
        {"email": "ewa@hazel.example", "department": cast.sales.pk, "roles": [role.pk]} | values,
    )
    return page.context["address"].split("/join/")[-1]


def test_the_invited_joins_once_with_role_and_department(cast, as_user):
    token = invited(as_user(cast.adam), cast)
    path, client = reverse("access:join", args=[token]), Client()

    answer = client.post(path, {"name": "Ewa", "email": "other@evil.example", **PASSWORD})

    ewa = User.objects.get(name="Ewa")
    assert answer.url == reverse("access:welcome")
    assert (ewa.email, ewa.department, [role.key for role in ewa.roles.all()]) == (
        "ewa@hazel.example",
        cast.sales,
        ["salesperson"],
    )
    assert client.get(reverse("access:welcome")).status_code == 200
    assert Client().post(path, {"name": "Again", **PASSWORD}).status_code == 404
    assert token not in str(list(Invitation.objects.values()))


def test_an_invitation_ends_after_fourteen_days_and_with_the_dismissal_of_who_gave_it(cast, as_user):
    token = invited(as_user(cast.adam), cast)
    path = reverse("access:join", args=[token])

    with standing_at(now() + timedelta(days=14, minutes=1)):
        assert Client().get(path).status_code == 404
    assert Client().get(path).status_code == 200

    User.objects.filter(pk=cast.adam.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


def test_who_may_not_sign_in_any_more_is_out_at_the_next_click_and_old_sessions_never_come_back(cast, as_user):
    client = as_user(cast.anna)
    assert client.get(reverse("access:me")).status_code == 200
    facts = {"name": "Anna", "department": cast.sales, "roles": list(cast.anna.roles.all())}

    people.change_person(cast.anna, by=cast.adam, **facts, is_active=False)
    out = client.get(reverse("access:me")).status_code
    people.change_person(cast.anna, by=cast.adam, **facts, is_active=True)

    assert out == 302
    assert client.get(reverse("access:me")).status_code == 302
    assert list(AuditEntry.objects.values_list("event", flat=True)) == ["shut out", "let in"]


def test_a_role_taken_away_is_gone_at_the_next_click(cast, as_user):
    client = as_user(cast.olga)
    assert client.get(reverse("access:people")).status_code == 200

    people.change_person(cast.olga, by=cast.adam, name="Olga", department=cast.firm, roles=[], is_active=True)

    assert client.get(reverse("access:people")).status_code == 403


@pytest.mark.parametrize("change", [{"roles": []}, {"is_active": False}])
def test_the_last_administrator_stays(cast, change):
    facts = {"name": "Adam", "department": None, "roles": list(cast.adam.roles.all()), "is_active": True}

    with pytest.raises(Refusal, match="must remain administrator"):
        people.change_person(cast.adam, by=cast.adam, **(facts | change))

    assert [person.name for person in people.administrators()] == ["Adam"]


def test_a_head_who_may_configure_people_neither_rises_nor_touches_those_above(cast):
    head = cast.piotr.roles.get()
    for verb in ("view", "configure"):
        Grant.objects.create(role=head, type="people", verb=verb, reach=Reach.ALL)
    piotr, administrator = User.objects.get(pk=cast.piotr.pk), Role.objects.get(key="administrator")

    with pytest.raises(NotAllowed):
        people.change_person(piotr, by=piotr, name="Piotr", department=None, roles=[administrator], is_active=True)
    with pytest.raises(NotAllowed):
        people.change_person(cast.adam, by=piotr, name="Adam", department=None, roles=[], is_active=True)
    with pytest.raises(NotAllowed):
        people.password_link(cast.adam, by=piotr)
    with pytest.raises(NotAllowed):
        roles.change_role(head, by=piotr, reaches={("company", "edit"): Reach.ALL}, modes={}, reason="more")
    with pytest.raises(NotAllowed):
        roles.change_role(
            Role.objects.get(key="salesperson"), by=piotr, reaches={("people", "export"): 4}, modes={}, reason="more"
        )


def test_a_changed_role_holds_at_once_and_its_reason_is_kept(cast, as_user):
    adam, role = as_user(cast.adam), Role.objects.get(key="salesperson")
    page = adam.get(reverse("access:role", args=["salesperson"]))
    form = page.context["form"]
    data = {
        field.html_name: field.initial if field.initial is not None else "" for field in form if field.name != "reason"
    }

    unasked = adam.post(reverse("access:role", args=["salesperson"]), data | {"company:view": 4})
    answer = adam.post(
        reverse("access:role", args=["salesperson"]), data | {"company:view": 4, "reason": "They greet every customer."}
    )

    assert (unasked.status_code, answer.status_code) == (422, 302)
    assert role.grants.get(type="company", verb="view").reach == Reach.ALL
    assert role.grants.filter(type="company").count() == 4
    assert "They greet every customer." in adam.get(reverse("access:role", args=["salesperson"])).content.decode()
    assert AuditEntry.objects.get().detail["changed"] == {"company view": [1, 4]}
    assert adam.post(reverse("access:role", args=["administrator"]), data | {"reason": "no"}).status_code == 409


def test_a_department_does_not_stand_below_itself_and_a_moved_one_takes_those_below_along(cast):
    team = Department.objects.create(name="Team", parent=cast.sales)
    cast.sales.parent = team
    with pytest.raises(Refusal):
        people.save_department(cast.sales, by=cast.adam)

    sales = Department.objects.get(pk=cast.sales.pk)
    sales.parent = Department.objects.get(pk=cast.export.pk)
    people.save_department(sales, by=cast.adam)

    team.refresh_from_db()
    assert team.path == f"/{cast.firm.pk}/{cast.export.pk}/{cast.sales.pk}/{team.pk}/"


def test_the_command_adds_a_person_and_refuses_what_does_not_fit(cast):
    from groundwork.access.command import add

    assert add("Ewa@Hazel.example", "three quiet words", "reader").email == "ewa@hazel.example"
    with pytest.raises(Refusal, match="no role"):
        add("jan@hazel.example", "three quiet words", "king")
    with pytest.raises(Refusal, match="already"):
        add("EWA@hazel.example", "three quiet words", "reader")


@pytest.mark.parametrize(
    "name", ["people", "invite", "departments", "department_new", "roles", "audit", "firm", "me", "password", "welcome"]
)
@pytest.mark.parametrize("language", ["en", "ru", "pl"])
def test_every_page_of_an_administrator_shows(cast, as_user, name, language):
    User.objects.filter(pk=cast.adam.pk).update(language=language)

    assert as_user(cast.adam).get(reverse(f"access:{name}")).status_code == 200


def test_the_list_of_people_takes_as_many_queries_for_ten_as_for_two(cast, as_user, django_assert_max_num_queries):
    client = as_user(cast.adam)
    client.get(reverse("access:people"))
    for number in range(8):
        make_person(f"Person{number}", "reader", cast.office)

    with django_assert_max_num_queries(14):
        client.get(reverse("access:people"))


def test_own_settings_language_and_colours(cast, as_user):
    client = as_user(cast.anna)

    there = client.post(reverse("access:language"), {"language": "pl", "next": "/me/"})
    elsewhere = client.post(reverse("access:theme"), {"theme": "dark", "next": "//evil.example/"})

    anna = User.objects.get(pk=cast.anna.pk)
    assert (there.url, elsewhere.url) == ("/me/", "/")
    assert (anna.language, anna.theme) == ("pl", "dark")
    assert client.post(reverse("access:language"), {"language": "xx"}).status_code == 404
    wrong = client.post(reverse("access:password"), {"now": "wrong", **PASSWORD})
    right = client.post(reverse("access:password"), {"now": "correct horse battery", **PASSWORD})
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert client.get(reverse("access:me")).status_code == 200
    assert seals.verify() == ""


def test_an_invitation_is_shown_also_where_mail_is_set_up_wrongly(cast, as_user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = "/proc/there is no such folder"

    answer = as_user(cast.adam).post(
        "/people/invite", {"email": "tom@hazel.example", "roles": [Role.objects.get(key="salesperson").pk]}
    )

    assert "/join/" in answer.content.decode()
    assert "sent by e-mail" not in answer.content.decode()
