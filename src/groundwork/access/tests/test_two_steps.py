"""Signing in in two steps: the password, then a code that is taken once."""

import base64
import json
import re
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from groundwork.access import links, people, roles, two_steps
from groundwork.access.models import AuditEntry, Invitation, RecoveryCode, Role, TwoSteps, User
from groundwork.access.testing import PASSWORD
from groundwork.access.tests.test_sessions import is_in
from groundwork.background.setup import on_doctor
from groundwork.core.refusals import NotAllowed, Refusal

DOOR, STEP, OWN = "account_login", "access:second_step", "access:two_steps"


@pytest.fixture
def clock(monkeypatch):
    """``clock(90)``: from now on it is 90 seconds later."""
    begun, shift = time.time(), [0]
    monkeypatch.setattr(two_steps.time, "time", lambda: begun + shift[0])

    def later(seconds: int) -> None:
        shift[0] += seconds

    return later


def code_now(person) -> str:
    return two_steps.code_of(two_steps.secret_of(TwoSteps.objects.get(person=person)), two_steps.counter_now())


def turned_on(person, clock) -> list[str]:
    """The recovery codes of somebody who set two steps up a minute ago."""
    salt = two_steps.new_salt()
    person = User.objects.get(pk=person.pk)
    code = two_steps.code_of(two_steps.secret_from(person, salt), two_steps.counter_now())
    codes = two_steps.set_up(person, salt=salt, code=code)
    clock(60)
    return codes


def at_the_door(person, password: str = PASSWORD) -> tuple[Client, object]:
    client = Client()
    return client, client.post(reverse(DOOR), {"login": person.email, "password": password})


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_the_codes_are_those_of_the_standard(seconds, code):
    secret = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B

    assert two_steps.code_of(secret, seconds // 30) == code


def test_set_up_by_the_picture_and_the_first_code_and_ten_recovery_codes_are_shown_once(cast, as_user):
    anna = as_user(cast.anna)
    page = anna.get(reverse(OWN)).content.decode()
    secret = two_steps.secret_from(cast.anna, anna.session["salt of two steps"])
    assert secret == re.search(r'<p class="num mt4">([A-Z2-7 ]+)</p>', page)[1].replace(" ", "")
    typed = {"code": two_steps.code_of(secret, two_steps.counter_now()), "now": PASSWORD}

    assert anna.post(reverse(OWN), typed | {"now": "wrong"}).status_code == 422
    assert anna.post(reverse(OWN), typed | {"code": "000000"}).status_code == 422
    assert User.objects.get(pk=cast.anna.pk).two_steps_since is None
    codes = anna.post(reverse(OWN), typed).context["codes"]

    assert len(set(codes)) == 10
    assert not any(code in anna.get(reverse(OWN)).content.decode() for code in codes)
    assert not set(codes) & set(RecoveryCode.objects.values_list("digest", flat=True))


def test_the_picture_says_what_the_address_says(cast):
    drawn = two_steps.picture(two_steps.address("ABCD", cast.anna, "Hazel & Co"))

    assert two_steps.address("ABCD", cast.anna, "Hazel & Co") == (
        "otpauth://totp/Hazel%20%26%20Co:anna%40hazel.example?secret=ABCD&issuer=Hazel%20%26%20Co&digits=6&period=30"
    )
    assert drawn.startswith("<svg")
    assert "style=" not in drawn, "the content policy drops inline styles"


def test_the_password_alone_lets_nobody_in_and_the_code_does(cast, clock):
    turned_on(cast.anna, clock)
    client, answer = at_the_door(cast.anna)
    assert (answer.url, is_in(client)) == (reverse(STEP), False)

    wrong = client.post(reverse(STEP), {"code": "000000"})
    assert (wrong.status_code, is_in(client)) == (422, False)
    code = code_now(cast.anna)
    right = client.post(reverse(STEP), {"code": f"{code[:3]} {code[3:]}"})

    assert (right.status_code, is_in(client)) == (302, True)
    events = list(AuditEntry.objects.order_by("pk").values_list("event", flat=True))
    assert events == ["two steps on", "code wrong", "signed in"]


def test_a_code_that_was_used_is_not_taken_again_nor_an_older_one(cast, clock):
    turned_on(cast.anna, clock)
    older, code = two_steps.code_of(TwoSteps.objects.get().secret, two_steps.counter_now() - 1), code_now(cast.anna)

    assert [two_steps.takes(cast.anna, one) for one in (code, code, older)] == [True, False, False]
    clock(30)
    assert two_steps.takes(cast.anna, code_now(cast.anna))


def test_a_code_of_two_minutes_ago_is_too_old(cast, clock):
    turned_on(cast.anna, clock)
    code = code_now(cast.anna)
    clock(120)

    assert not two_steps.takes(cast.anna, code)


def test_a_recovery_code_lets_in_once_and_is_told_of(cast, clock):
    codes = turned_on(cast.anna, clock)
    client, _answer = at_the_door(cast.anna)

    assert client.post(reverse(STEP), {"code": codes[0].upper()}).status_code == 302
    assert is_in(client)
    again, _answer = at_the_door(cast.anna)
    assert again.post(reverse(STEP), {"code": codes[0]}).status_code == 422
    assert AuditEntry.objects.get(event="recovery code used").detail == {"left": 9}


def test_guessing_stops_after_five_tries_from_wherever(cast, clock):
    turned_on(cast.anna, clock)
    answers = []
    for _try in range(7):
        client, _answer = at_the_door(cast.anna)
        answers.append(client.post(reverse(STEP), {"code": "000000"}).status_code)

    assert answers == [422] * 5 + [409] * 2
    assert client.post(reverse(STEP), {"code": code_now(cast.anna)}).status_code == 409
    assert not is_in(client)


def test_half_a_sign_in_ends_after_ten_minutes_and_with_a_new_password(cast, clock):
    turned_on(cast.anna, clock)
    client, _answer = at_the_door(cast.anna)
    clock(601)
    assert client.post(reverse(STEP), {"code": code_now(cast.anna)}).url == reverse(DOOR)

    other, _answer = at_the_door(cast.anna)
    people.set_password(User.objects.get(pk=cast.anna.pk), "three quiet words")
    assert other.post(reverse(STEP), {"code": code_now(cast.anna)}).url == reverse(DOOR)
    assert not is_in(other)


def test_a_link_for_a_new_password_does_not_spare_the_second_step(cast, clock):
    turned_on(cast.anna, clock)
    _link, token = links.issue(by=cast.adam, person=cast.anna)
    client, new = Client(), {"password": "three quiet words", "again": "three quiet words"}

    answer = client.post(reverse("access:password_from_link", args=[token]), new)

    assert (answer.url, is_in(client)) == (reverse(STEP), False)


def test_who_left_does_not_come_in_by_a_code_either(cast, clock):
    turned_on(cast.anna, clock)
    client, _answer = at_the_door(cast.anna)
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)

    assert client.post(reverse(STEP), {"code": code_now(cast.anna)}).url == reverse(DOOR)


def test_whom_a_role_asks_for_two_steps_sets_them_up_before_anything_else(cast, as_user):
    anna, role = as_user(cast.anna), Role.objects.get(key="salesperson")
    assert is_in(anna)
    address = reverse("access:role_two_steps", args=["salesperson"])
    assert as_user(cast.adam).post(address, {"reason": "They carry laptops."}).status_code == 302

    assert Role.objects.get(pk=role.pk).two_steps
    sent = [anna.get(path) for path in ("/", reverse("access:me"), reverse("records:list", args=["company"]))]
    assert {answer.url for answer in sent} == {reverse(OWN)}
    assert anna.post(reverse("records:new", args=["company"]), {"name": "Tortola"}).url == reverse(OWN)
    page = anna.get(reverse(OWN))
    assert (page.status_code, page.context["is_asked"]) == (200, True)
    secret = two_steps.secret_from(cast.anna, anna.session["salt of two steps"])
    anna.post(reverse(OWN), {"code": two_steps.code_of(secret, two_steps.counter_now()), "now": PASSWORD})
    assert is_in(anna)
    assert is_in(as_user(cast.olga))


def test_who_is_asked_for_two_steps_does_not_turn_them_off_and_an_administrator_resets_them(cast, clock, as_user):
    turned_on(cast.anna, clock)
    roles.ask_two_steps(cast.anna.roles.get(), asks=True, by=cast.adam, reason="They carry laptops.")
    anna = User.objects.get(pk=cast.anna.pk)
    with pytest.raises(Refusal, match="stays on"):
        two_steps.turn_off(anna, by=anna)

    as_user(cast.adam).post(reverse("access:two_steps_reset", args=[anna.pk]))

    assert User.objects.get(pk=anna.pk).two_steps_since is None
    assert AuditEntry.objects.filter(event="two steps reset", user=cast.adam).exists()
    with pytest.raises(NotAllowed):
        two_steps.turn_off(cast.adam, by=anna)


def test_nobody_resets_the_own_second_step_or_password_without_giving_it(cast, clock, as_user):
    turned_on(cast.adam, clock)
    adam = as_user(User.objects.get(pk=cast.adam.pk))

    answers = [
        adam.post(reverse(f"access:{name}", args=[cast.adam.pk])) for name in ("two_steps_reset", "password_link")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert TwoSteps.objects.filter(person=cast.adam).exists()
    assert not Invitation.objects.exists()
    page = adam.get(reverse("access:person", args=[cast.adam.pk])).content.decode()
    assert "Link for a new password" not in page


def test_turning_off_and_new_recovery_codes_take_a_code(cast, clock, as_user):
    old = turned_on(cast.anna, clock)
    anna = as_user(User.objects.get(pk=cast.anna.pk))

    assert anna.post(reverse(OWN), {"code": "000000", "off": "1"}).status_code == 422
    new = anna.post(reverse(OWN), {"code": code_now(cast.anna)}).context["codes"]
    assert not two_steps.takes(cast.anna, old[0])
    assert anna.post(reverse(OWN), {"code": new[0], "off": "1"}).status_code == 302

    assert not TwoSteps.objects.exists()
    client, _answer = at_the_door(cast.anna)
    assert is_in(client)


# ── where the secret stands


def test_who_reads_the_whole_database_cannot_make_codes(cast, as_user, clock):
    anna = as_user(cast.anna)
    anna.get(reverse(OWN))
    secret = two_steps.secret_from(cast.anna, anna.session["salt of two steps"])
    anna.post(reverse(OWN), {"code": two_steps.code_of(secret, two_steps.counter_now()), "now": PASSWORD})

    kept = TwoSteps.objects.get()
    said = json.dumps([*TwoSteps.objects.values(), *(one.get_decoded() for one in Session.objects.all())], default=str)

    assert two_steps.secret_of(kept) == secret
    assert secret not in said
    assert base64.b32decode(secret).hex() not in said


def test_two_people_with_the_same_salt_have_different_secrets(cast):
    assert two_steps.secret_from(cast.anna, "1") != two_steps.secret_from(cast.ivan, "1")


def test_under_another_installation_secret_the_recovery_codes_still_let_in_and_doctor_says_so(cast, clock, settings):
    codes = turned_on(cast.anna, clock)
    code = code_now(cast.anna)
    assert on_doctor["second step"].run() == ""

    settings.SECRET_KEY = "that of the new machine"

    assert not two_steps.takes(cast.anna, code)
    assert two_steps.takes(cast.anna, codes[0])
    assert "1 person was set up with another secret.key" in on_doctor["second step"].run()


def test_who_set_it_up_before_goes_on_and_doctor_names_how_many(cast, clock):
    old = base64.b32encode(b"12345678901234567890").decode()
    TwoSteps.objects.create(person=cast.anna, secret=old, last_counter=0)

    assert two_steps.takes(cast.anna, two_steps.code_of(old, two_steps.counter_now()))
    assert "1 person's second step stands in the database" in on_doctor["second step"].run()
    turned_on(cast.anna, clock)
    assert on_doctor["second step"].run() == ""
