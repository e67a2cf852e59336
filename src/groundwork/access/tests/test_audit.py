"""The audit log: what is in it, how it is narrowed, and that an altered row is found and named."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access import audit, people
from groundwork.access.models import AuditEntry
from groundwork.access.tests.test_sessions import signed_in
from groundwork.background.setup import on_doctor
from groundwork.core.clock import now, standing_at, today
from groundwork.crm.customers.models import Company
from groundwork.records.write import creating

LOG = "access:audit"


def shown(client, **query) -> list[str]:
    return [row.cells[2].text for row in client.get(reverse(LOG), query).context["table"].rows]


@pytest.fixture
def entries(cast):
    with standing_at(now() - timedelta(days=3)):
        audit.record(audit.Event.INVITED, cast.adam, {"email": "ewa@hazel.example", "roles": ["reader"]})
    audit.record(audit.Event.SIGNED_IN, cast.anna)
    audit.record(audit.Event.SIGNED_IN, cast.adam)
    return AuditEntry.objects.order_by("pk")


def test_one_narrows_it_by_person_event_and_days(cast, as_user, entries):
    adam = as_user(cast.adam)

    assert shown(adam) == ["signed in", "signed in", "person invited"]
    assert shown(adam, user=cast.adam.pk) == ["signed in", "person invited"]
    assert shown(adam, user=cast.adam.pk, event="signed in") == ["signed in"]
    assert shown(adam, until=(today() - timedelta(days=2)).isoformat()) == ["person invited"]
    assert shown(adam, since=today().isoformat()) == ["signed in", "signed in"]
    assert adam.get(reverse(LOG), {"since": "yesterday"}).status_code == 422


@pytest.mark.parametrize(
    "alter",
    [
        {"detail": {"email": "other@hazel.example"}},
        {"event": "signed out"},
        {"address": "10.0.0.1"},
        {"user": None},
    ],
)
def test_whatever_is_altered_is_found_and_the_doctor_names_the_row(cast, entries, alter):
    assert on_doctor["audit"].run() == ""
    first = entries[0].pk
    AuditEntry.objects.filter(pk=first).update(**alter)

    assert on_doctor["audit"].run() == f"The audit log was altered at entry {first} or before it."


def test_a_row_taken_out_of_the_middle_is_found(cast, entries):
    ids = list(entries.values_list("pk", flat=True))
    AuditEntry.objects.filter(pk=ids[1]).delete()

    assert str(ids[2]) in audit.verify()


def test_a_failed_and_a_good_sign_in_and_a_changed_role_are_in_it(cast):
    Client().post(reverse("account_login"), {"login": cast.anna.email, "password": "wrong"})
    signed_in(cast.anna)
    people.change_person(cast.anna, by=cast.adam, name="Anna", department=cast.sales, roles=[], is_active=True)

    assert list(AuditEntry.objects.order_by("pk").values_list("event", flat=True)) == [
        "sign-in failed",
        "signed in",
        "person changed",
    ]


def test_a_list_taken_out_is_in_it_with_what_it_was_narrowed_by(cast, as_user):
    creating(Company(name="Nevis", owner=cast.olga), by=cast.olga)

    as_user(cast.olga).get(reverse("records:export_csv", args=["company"]), {"q": "nevis"})
    as_user(cast.anna).get(reverse("records:export_csv", args=["company"]))

    entry = AuditEntry.objects.get(event="exported")
    assert (entry.user, entry.detail) == (cast.olga, {"what": "company", "file": "csv", "narrowed": ["q"]})


def test_what_is_done_while_looking_as_somebody_is_written_to_who_looks(cast, as_user):
    adam = as_user(cast.adam)
    adam.post(reverse("access:view_as", args=[cast.olga.pk]))

    adam.get(reverse("records:export_csv", args=["company"]))

    entry = AuditEntry.objects.get(event="exported")
    assert (entry.user, entry.detail["as"]) == (cast.adam, cast.olga.email)
