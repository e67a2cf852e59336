"""A person leaves: out at once, nothing left without an owner, and the name stays where it was written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access import leaving, links
from groundwork.access.models import AuditEntry, Department, Grant, Invitation, PlannedLeave, Reach, Role, User
from groundwork.access.people import set_roles
from groundwork.access.tests.test_sessions import is_in, signed_in
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, standing_at, today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.testing import make_company
from groundwork.records.testing import make_record
from groundwork.records.types import types


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


def test_it_is_done_once_and_not_before_the_day(cast):
    with pytest.raises(Refusal, match="still ahead"):
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


# ── a day ahead

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture
def planned(cast):
    """On Monday it was decided that Anna's last day is Friday."""
    with standing_at(FRIDAY - timedelta(days=4)):
        leaving.plan(cast.anna, by=cast.adam, on=FRIDAY.date(), takers={})
    return cast.anna


def fresh(person):
    return User.objects.get(pk=person.pk)


def carried_out_at(moment) -> None:
    with standing_at(moment):
        leaving.carry_out_due()


def test_who_leaves_works_until_the_day_is_over_and_then_is_out(cast, planned):
    desk = signed_in(planned)
    carried_out_at(FRIDAY.replace(hour=23))
    with standing_at(FRIDAY.replace(hour=23)):
        assert is_in(desk)

    carried_out_at(FRIDAY + timedelta(hours=13))

    assert not is_in(desk)
    left = fresh(planned)
    assert (left.is_active, left.left_on, left.leaves_on) == (False, FRIDAY.date(), None)
    entry = AuditEntry.objects.get(event="left")
    assert (entry.user, entry.detail["by"]) == (cast.adam, "plan")
    assert not PlannedLeave.objects.exists()


@pytest.mark.parametrize(("zone", "is_still_here"), [("America/New_York", True), ("Asia/Tokyo", False)])
def test_the_day_is_over_where_our_firm_is(cast, planned, zone, is_still_here):
    Firm.objects.update(time_zone=zone)

    carried_out_at(FRIDAY.replace(hour=20))  # 15:00 in New York, Saturday 05:00 in Tokyo

    assert fresh(planned).is_active == is_still_here


def test_from_midnight_on_no_request_is_answered_though_no_worker_runs(cast, planned):
    desk = signed_in(planned)

    with standing_at(FRIDAY + timedelta(hours=13)):
        assert not is_in(desk)
        assert not is_in(signed_in(planned))


def test_records_go_to_whom_was_chosen(cast, planned):
    company = make_company(planned)
    with standing_at(FRIDAY - timedelta(days=3)):
        leaving.plan(planned, by=cast.adam, on=FRIDAY.date(), takers={"company": cast.ivan})

    carried_out_at(FRIDAY + timedelta(days=2))

    company.refresh_from_db()
    assert company.owner == cast.ivan


def test_where_nobody_was_chosen_or_the_chosen_one_left_too_the_head_takes_over(cast, planned):
    company = make_company(planned)
    with standing_at(FRIDAY - timedelta(days=3)):
        leaving.plan(planned, by=cast.adam, on=FRIDAY.date(), takers={"company": cast.ivan})
    contact = make_record(types["contact"], owner=planned)
    go(cast.ivan, cast)

    carried_out_at(FRIDAY + timedelta(days=2))

    assert {type(one).objects.get(pk=one.pk).owner for one in (company, contact)} == {cast.piotr}


def test_another_administrator_stands_in_for_who_decided_it_and_left(cast, planned):
    set_roles(cast.olga, [Role.objects.get(key="administrator")])
    User.objects.filter(pk=cast.adam.pk).update(is_active=False)

    carried_out_at(FRIDAY + timedelta(days=2))

    assert AuditEntry.objects.get(event="left").user == cast.olga


def test_what_could_not_be_done_is_told_and_tried_again(cast, as_user):
    set_roles(cast.olga, [Role.objects.get(key="administrator")])
    with standing_at(FRIDAY - timedelta(days=3)):
        leaving.plan(cast.adam, by=cast.olga, on=FRIDAY.date(), takers={})
    set_roles(cast.olga, [Role.objects.get(key="director")])

    carried_out_at(FRIDAY + timedelta(days=2))
    assert PlannedLeave.objects.get().fault == ""  # nobody is left in whose name it could be done
    assert fresh(cast.adam).is_active

    set_roles(cast.olga, [Role.objects.get(key="administrator")])
    carried_out_at(FRIDAY + timedelta(days=2))
    assert not fresh(cast.adam).is_active


def test_it_is_changed_called_off_and_shown_until_then(cast, as_user):
    day = today() + timedelta(days=5)
    adam = as_user(cast.adam)
    address = reverse("access:leave", args=[cast.anna.pk])
    adam.post(address, {"on": day.isoformat()})
    adam.post(address, {"on": (day + timedelta(days=1)).isoformat()})

    assert fresh(cast.anna).leaves_on == day + timedelta(days=1)
    rows = {row.key: row for row in adam.get(reverse("access:people")).context["table"].rows}
    assert rows[str(cast.anna.pk)].cells[3].sub.startswith("until ")
    assert "Works until the end of" in adam.get(reverse("access:person", args=[cast.anna.pk])).content.decode()

    adam.post(reverse("access:leave_call_off", args=[cast.anna.pk]))
    carried_out_at(now() + timedelta(days=30))

    assert (fresh(cast.anna).leaves_on, fresh(cast.anna).is_active) == (None, True)
    assert list(AuditEntry.objects.values_list("event", flat=True)) == ["leaves", "leaves", "stays"]
    assert adam.post(reverse("access:leave_call_off", args=[cast.anna.pk])).status_code == 409


def test_who_goes_at_once_after_all_has_no_plan_any_more(cast, planned):
    go(planned, cast)

    assert not PlannedLeave.objects.exists()
    assert fresh(planned).leaves_on is None
