"""The audit log: what is in it, how it is narrowed, and that an altered row is found and named."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access import audit, people, seals
from groundwork.access.models import AuditEnd, AuditEntry
from groundwork.access.tests.test_sessions import signed_in
from groundwork.background.setup import on_doctor, on_restore
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

    assert str(ids[2]) in seals.verify()


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


# ── its end, and its key


def fault() -> str:
    return on_doctor["audit"].run()


def test_entries_cut_off_the_end_are_missed_and_counted(cast, entries):
    last = entries.last()
    entries.filter(pk__gte=last.pk - 1).delete()

    assert fault() == f"2 entries of the audit log are missing: it had 3, the last of them number {last.pk}."


def test_what_is_noted_after_a_cut_does_not_hide_it(cast, entries):
    entries.last().delete()

    after = audit.record(audit.Event.SIGNED_OUT, cast.anna)

    assert fault() == f"The audit log was altered at entry {after.pk} or before it."


def test_an_emptied_log_is_missed(cast, entries):
    entries.delete()

    assert fault().startswith("3 entries of the audit log are missing")


def test_the_end_taken_away_or_altered_is_found_and_does_not_come_back(cast, entries):
    count = AuditEnd.objects.get().count
    AuditEnd.objects.update(count=count - 1)
    assert fault() == "The row that says where the audit log ends was altered."
    AuditEnd.objects.all().delete()

    audit.record(audit.Event.SIGNED_OUT, cast.anna)

    assert fault() == "The row that says where the audit log ends was taken away."


def test_who_knows_how_it_is_made_but_not_the_secret_cannot_make_it_anew(cast, entries, settings):
    secret, settings.SECRET_KEY = settings.SECRET_KEY, "another one"
    AuditEntry.objects.filter(event="signed in", user=cast.anna).delete()
    seals.take_over(AuditEntry, AuditEnd)
    assert fault() == ""

    settings.SECRET_KEY = secret

    assert fault().startswith("The audit log is sealed with another secret than this installation has")


def test_an_added_entry_is_found(cast, entries):
    last = entries.last()
    AuditEntry.objects.create(at=now(), user=cast.anna, event="signed in", digest=last.digest, key=last.key)

    assert fault().startswith("The audit log was altered at entry")


def made_before_there_was_a_key(cast) -> list[AuditEntry]:
    """As this version's forerunner wrote them."""
    made, before = [], seals.START
    for detail in ({"n": 1}, {"n": 2}, {"n": 3}):
        entry = AuditEntry(at=now(), user=cast.anna, event="signed in", detail=detail)
        entry.digest = before = seals.digest(None, before, entry)
        entry.save()
        made.append(entry)
    return made


def test_a_log_from_before_there_was_a_key_is_taken_over_whole_and_goes_on(cast):
    first, *_others = made_before_there_was_a_key(cast)
    seals.take_over(AuditEntry, AuditEnd)

    audit.record(audit.Event.SIGNED_OUT, cast.anna)

    assert fault() == ""
    AuditEntry.objects.filter(pk=first.pk).update(detail={"n": 9})
    assert fault() == f"The audit log was altered at entry {first.pk} or before it."


def test_old_entries_rewritten_as_they_were_once_made_are_found(cast):
    made = made_before_there_was_a_key(cast)
    seals.take_over(AuditEntry, AuditEnd)
    before = seals.START
    for entry in made:
        entry.detail = {"n": 0}
        entry.digest = before = seals.digest(None, before, entry)
        entry.save()

    assert fault() == f"The audit log was altered at entry {made[-1].pk} or before it."


def test_after_a_restore_elsewhere_the_log_is_whole_and_stays_guarded(cast, entries, settings):
    settings.SECRET_KEY = "that of the new machine"  # noqa: S105
    said = io.StringIO()

    on_restore["audit"].run(said)
    audit.record(audit.Event.SIGNED_OUT, cast.anna)

    assert "3 entries" in said.getvalue()
    assert fault() == ""
    AuditEntry.objects.filter(pk=entries[0].pk).update(address="10.0.0.1")
    assert fault().startswith("The audit log was altered at entry")


def test_the_log_of_the_server_says_where_it_ends(cast, caplog, django_capture_on_commit_callbacks):
    caplog.set_level("INFO", "groundwork.audit")

    with django_capture_on_commit_callbacks(execute=True):
        entry = audit.record(audit.Event.SIGNED_IN, cast.anna)

    assert caplog.messages == [f"entry {entry.pk} of 1, {entry.digest}"]
