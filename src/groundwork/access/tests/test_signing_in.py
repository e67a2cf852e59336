import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from groundwork.access import audit, seals
from groundwork.access.models import AuditEntry
from groundwork.access.testing import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits(db):
    from django.core.management import call_command

    call_command("createcachetable", verbosity=0)
    cache.clear()


def try_in(client, person, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": person.email, "password": password}, **more)


def test_anna_signs_in_with_her_e_mail_and_the_log_says_so(cast):
    client = Client()

    answer = try_in(client, cast.anna)

    assert answer.status_code == 302
    assert client.get(reverse("access:me")).status_code == 200
    assert [entry.event for entry in AuditEntry.objects.all()] == ["signed in"]


def test_a_wrong_password_is_told_like_a_wrong_address(cast):
    wrong = try_in(Client(), cast.anna, "no such words")
    unknown = Client().post(reverse("account_login"), {"login": "nobody@hazel.example", "password": "no such words"})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    for answer in (wrong, unknown):
        assert "The e-mail or the password does not fit." in answer.content.decode()
    assert list(AuditEntry.objects.values_list("event", flat=True)) == ["sign-in failed"] * 2


def test_signing_out_takes_a_post_and_is_in_the_log(cast, as_user):
    client = as_user(cast.anna)

    asked = client.get(reverse("account_logout"))
    still_in = client.get(reverse("access:me")).status_code
    client.post(reverse("account_logout"))

    assert (asked.status_code, still_in) == (200, 200)
    assert client.get(reverse("access:me")).status_code == 302
    assert AuditEntry.objects.get().event == "signed out"


def test_after_ten_wrong_tries_from_anywhere_no_stranger_is_checked_but_anna_comes_in_from_her_own_browser(cast):
    own = Client()
    try_in(own, cast.anna)
    own.post(reverse("account_logout"))

    for number in range(12):
        try_in(Client(), cast.anna, "guess", REMOTE_ADDR=f"203.0.113.{number}")
    stranger = try_in(Client(), cast.anna, REMOTE_ADDR="203.0.113.200")
    owner = try_in(own, cast.anna)

    assert AuditEntry.objects.filter(event="sign-in failed").count() == 10
    assert stranger.status_code == 422
    assert "Too many tries" in stranger.content.decode()
    assert owner.status_code == 302


def test_a_forged_cookie_makes_no_known_browser(cast):
    client = Client()
    client.cookies["groundwork_known"] = "eyJhIjoxfQ:forged"

    for _number in range(11):
        last = try_in(client, cast.anna, "guess")

    assert "Too many tries" in last.content.decode()


def test_the_address_that_a_stranger_writes_into_a_header_does_not_count(rf):
    direct = rf.get("/", REMOTE_ADDR="203.0.113.9", headers={"X-Forwarded-For": "10.0.0.1"})
    proxied = rf.get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "10.0.0.1, 198.51.100.7"})

    assert audit.address_of(direct) == "203.0.113.9"
    assert audit.address_of(proxied) == "198.51.100.7"


def test_where_no_mail_is_set_up_the_forgotten_page_names_the_administrator(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    page = Client().get(reverse("account_reset_password"))

    assert "Ask your administrator for a link" in page.content.decode()


def test_a_forgotten_password_is_set_anew_through_mail_and_nobody_learns_who_is_known(cast, settings, mailoutbox):
    known = Client().post(reverse("account_reset_password"), {"email": cast.anna.email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@hazel.example"})
    address = next(word for word in mailoutbox[0].body.split() if "/password/" in word)
    client, path = Client(), address.removeprefix(settings.PUBLIC_URL)
    client.post(path, {"password": "three words longer", "again": "three words longer"})

    assert known.context["form"] is unknown.context["form"] is None
    assert known.templates[0].name == unknown.templates[0].name
    assert len(mailoutbox) == 1
    assert client.get(reverse("access:me")).status_code == 200
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/set/", "reauthenticate/", "confirm-email/", "login/code/confirm/"]
)
def test_what_allauth_offers_besides_is_not_there(cast, as_user, path):
    assert as_user(cast.anna).get(f"/account/{path}").status_code == 404


def test_an_altered_removed_or_inserted_entry_is_found(cast):
    for event in ("signed in", "signed out", "signed in"):
        audit.record(event, cast.anna, {"n": 1})
    assert seals.verify() == ""

    first, second, _third = AuditEntry.objects.all()
    AuditEntry.objects.filter(pk=first.pk).update(detail={"n": 2})
    altered = seals.verify()
    AuditEntry.objects.filter(pk=first.pk).update(detail={"n": 1})
    assert seals.verify() == ""
    AuditEntry.objects.filter(pk=second.pk).delete()

    assert str(first.pk) in altered
    assert seals.verify()
