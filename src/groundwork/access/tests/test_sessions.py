"""Where people are signed in, and how a browser is signed out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from groundwork.access import sessions
from groundwork.access.models import AuditEntry, BrowserSession
from groundwork.access.testing import PASSWORD
from groundwork.core.clock import now, standing_at

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"
ME = "access:me"


def signed_in(person, browser: str = FIREFOX, password: str = PASSWORD) -> Client:
    client = Client(headers={"User-Agent": browser})
    assert client.post(reverse("account_login"), {"login": person.email, "password": password}).status_code == 302
    return client


def is_in(client) -> bool:
    return client.get(reverse(ME)).status_code == 200


def test_the_list_names_every_browser_and_the_one_at_hand(cast):
    desk, phone = signed_in(cast.anna), signed_in(cast.anna, CHROME)

    shown = desk.get(reverse("access:sessions")).context["sessions"]

    assert [(one["browser"], one["is_here"]) for one in shown] == [
        ("Chrome, Android", False),
        ("Firefox, Windows", True),
    ]
    assert is_in(phone)


def test_a_browser_signed_out_by_hand_is_out_at_its_next_click_and_the_others_stay(cast):
    desk, phone = signed_in(cast.anna), signed_in(cast.anna, CHROME)
    row = sessions.of(cast.anna).get(browser=CHROME)

    desk.post(reverse("access:session_end", args=[row.pk]))

    assert (is_in(desk), is_in(phone)) == (True, False)
    assert AuditEntry.objects.order_by("-pk")[0].detail == {"person": cast.anna.email, "browser": "Chrome, Android"}


def test_all_other_browsers_go_at_once_and_never_come_back(cast):
    desk, phone = signed_in(cast.anna), signed_in(cast.anna, CHROME)

    desk.post(reverse("access:sessions_end_others"))

    assert (is_in(desk), is_in(phone)) == (True, False)
    assert [one["is_here"] for one in desk.get(reverse("access:sessions")).context["sessions"]] == [True]


def test_nobody_signs_out_a_colleague_but_an_administrator_does(cast):
    phone = signed_in(cast.anna, CHROME)
    address = reverse("access:session_end", args=[sessions.of(cast.anna).get().pk])

    assert signed_in(cast.olga).post(address).status_code == 404
    assert is_in(phone)

    assert signed_in(cast.adam).post(address).status_code == 302
    assert not is_in(phone)


def test_an_administrator_signs_somebody_out_everywhere(cast):
    browsers = [signed_in(cast.anna), signed_in(cast.anna, CHROME)]

    signed_in(cast.adam).post(reverse("access:sessions_end_all", args=[cast.anna.pk]))

    assert [is_in(browser) for browser in browsers] == [False, False]


def test_a_new_password_keeps_this_browser_in_the_list_and_puts_the_others_out(cast):
    desk, phone = signed_in(cast.anna), signed_in(cast.anna, CHROME)

    new = {"now": PASSWORD, "password": "three quiet words", "again": "three quiet words"}
    assert desk.post(reverse("access:password"), new).status_code == 302

    assert (is_in(desk), is_in(phone)) == (True, False)
    assert [one["is_here"] for one in desk.get(reverse("access:sessions")).context["sessions"]].count(True) == 1


def test_who_signs_out_is_no_longer_in_the_list(cast):
    desk = signed_in(cast.anna)

    desk.post(reverse("account_logout"))

    assert not BrowserSession.objects.filter(user=cast.anna).exists()


@pytest.mark.parametrize(("minutes", "is_told"), [(3, False), (6, True)])
def test_when_somebody_was_last_seen_is_written_every_five_minutes_at_most(cast, monkeypatch, minutes, is_told):
    desk = signed_in(cast.anna)
    row = sessions.of(cast.anna).get()
    clock = sessions.time.monotonic() + minutes * 60
    monkeypatch.setattr(sessions.time, "monotonic", lambda: clock)

    with standing_at(now() + timedelta(minutes=minutes)):
        desk.get(reverse(ME))

    assert (BrowserSession.objects.get(pk=row.pk).seen_at > row.seen_at) is is_told


def test_sessions_that_are_over_are_forgotten(cast):
    signed_in(cast.anna)
    Session.objects.update(expire_date=now() - timedelta(days=1))

    assert not sessions.of(cast.anna).exists()
    sessions.tidy()

    assert not BrowserSession.objects.exists()
    assert settings.SESSION_ENGINE.endswith("db"), "the list reads Django's table of sessions"
