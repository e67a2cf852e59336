"""A person leaves: out at once, nothing left without an owner, and the name stays where it was written."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access import leaving, links
from groundwork.access.models import AuditEntry, Department, Grant, Invitation, Reach, User
from groundwork.access.tests.test_sessions import is_in, signed_in
from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal


def go(person, cast, **values):
    leaving.leave(person, **{"by": cast.adam, "on": today(), "takers": {}} | values)


def test_the_next_request_after_leaving_is_refused_and_so_is_signing_in(cast):
    desk = signed_in(cast.anna)

    go(cast.anna, cast)

    assert not is_in(desk)
    assert not is_in(signed_in(cast.anna))
    assert User.objects.get(pk=cast.anna.pk).left_on == today()
    assert AuditEntry.objects.filter(event="left", user=cast.adam).count() == 1


def test_links_that_the_person_gave_out_or_was_given_end(cast):
    given, token = links.issue(by=cast.anna, email="ewa@hazel.example")
    _own, own_token = links.issue(by=cast.adam, person=cast.anna)

    go(cast.anna, cast)

    assert [links.find(one) for one in (token, own_token)] == [None, None]
    assert Client().get(reverse("access:password_from_link", args=[own_token])).status_code == 404
    assert not Invitation.objects.open().exists()
    assert given.used_at is None


def test_a_department_loses_its_head(cast):
    go(cast.piotr, cast)

    assert Department.objects.get(pk=cast.sales.pk).head is None


@pytest.mark.parametrize("who", ["adam", "olga"])
def test_nobody_lets_themselves_go_nor_somebody_above(cast, who):
    Grant.objects.create(role=cast.olga.roles.get(), type="people", verb="configure", reach=Reach.ALL)
    olga = User.objects.get(pk=cast.olga.pk)

    with pytest.raises((Refusal, NotAllowed)):
        go(cast.adam, cast, by=cast.adam if who == "adam" else olga)

    assert User.objects.get(pk=cast.adam.pk).is_active


def test_it_is_done_on_the_last_day_and_once(cast):
    with pytest.raises(Refusal, match="last day"):
        go(cast.anna, cast, on=today() + timedelta(days=1))
    go(cast.anna, cast, on=today() - timedelta(days=3))
    with pytest.raises(Refusal, match="has left already"):
        go(cast.anna, cast)


def test_who_comes_back_signs_in_again_and_has_not_left(cast, as_user):
    go(cast.anna, cast)
    data = {"name": "Anna", "department": cast.sales.pk, "roles": [cast.anna.roles.get().pk], "is_active": "on"}

    as_user(cast.adam).post(reverse("access:person", args=[cast.anna.pk]), data)

    assert User.objects.get(pk=cast.anna.pk).left_on is None
    assert is_in(signed_in(cast.anna))


def test_the_page_says_what_happens_before_it_does(cast, as_user):
    signed_in(cast.piotr)
    adam = as_user(cast.adam)

    page = adam.get(reverse("access:leave", args=[cast.piotr.pk])).content.decode()
    assert "1 browser is signed out." in page
    assert "The department Sales has no head any more." in page
    assert User.objects.get(pk=cast.piotr.pk).is_active

    answer = adam.post(reverse("access:leave", args=[cast.piotr.pk]), {"on": today().isoformat()})
    assert (answer.status_code, User.objects.get(pk=cast.piotr.pk).is_active) == (302, False)


@pytest.mark.parametrize("language", ["en", "pl", "ru"])
def test_the_last_day_stands_in_the_form_in_the_way_a_browser_reads_it(cast, as_user, language):
    cast.adam.language = language
    cast.adam.save()

    page = as_user(cast.adam).get(reverse("access:leave", args=[cast.piotr.pk])).content.decode()

    assert f'value="{today().isoformat()}"' in page
