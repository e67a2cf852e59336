"""The whole firm in one file, asked for in the browser: who may, how it is made, how long it is kept."""

import io
import json
import zipfile
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from groundwork.access.models import AuditEntry, FieldGrant, Grant, Role
from groundwork.access.people import set_roles
from groundwork.access.testing import make_cast
from groundwork.background import apart, work
from groundwork.background.models import Run, State
from groundwork.config import everything
from groundwork.config.commands import backup
from groundwork.core.clock import now, standing_at

PAGE, PASSWORD = "everything:page", "three quiet words"


@pytest.fixture
def home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "offer.pdf").write_bytes(b"%PDF")
    return tmp_path


@pytest.fixture
def firm(transactional_db, home):
    cast = make_cast()
    cast.adam.set_password(PASSWORD)
    cast.adam.save()
    return cast


def asked_for(client) -> Run:
    assert client.post(reverse("everything:begin"), {"now": PASSWORD}).status_code == 302
    return Run.objects.get()


def test_without_the_password_nothing_is_begun(firm, as_user):
    adam = as_user(firm.adam)

    answers = [adam.post(reverse("everything:begin"), {"now": typed}) for typed in ("", "a wrong one")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "Type your password." in answers[0].content.decode()
    assert "This is not your password." in answers[1].content.decode()
    assert not Run.objects.exists()


def test_passwords_are_not_guessed_here_either(firm, as_user):
    adam = as_user(firm.adam)

    answers = [adam.post(reverse("everything:begin"), {"now": f"guess {number}"}).status_code for number in range(11)]

    assert answers == [422] * 10 + [409]


def test_a_disk_with_too_little_room_is_told_before_anything_is_written(firm, as_user, monkeypatch):
    """Two hundred megabytes stay free, so that the firm goes on working."""
    adam, needed = as_user(firm.adam), everything.room_needed()
    monkeypatch.setattr(everything.shutil, "disk_usage", lambda _path: SimpleNamespace(free=needed - 1))
    refused = adam.post(reverse("everything:begin"), {"now": PASSWORD})
    monkeypatch.undo()
    run = asked_for(adam)
    monkeypatch.setattr(everything.shutil, "disk_usage", lambda _path: SimpleNamespace(free=needed - 1))
    run = work.carry_out(run)

    assert needed > everything.LEFT_FREE
    assert refused.status_code == 409
    assert "The disk has too little room for this file" in refused.content.decode()
    assert (run.state, "too little room" in run.error) == (State.FAILED, True)
    assert not everything.folder().exists()


def taken(client, run):
    return client.get(reverse("everything:file", args=[run.pk]))


def test_who_asks_gets_what_the_command_writes_and_the_audit_log_says_so(firm, as_user, home):
    adam = as_user(firm.adam)

    run = work.carry_out(asked_for(adam))
    answer = taken(adam, run)

    content = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    manifest = json.loads(content.read("manifest.json"))
    people = [json.loads(line)["email"] for line in content.read("tables/access_user.jsonl").splitlines()]
    assert answer["Content-Disposition"].startswith("attachment")
    assert (run.state, run.done) == (State.DONE, run.total)
    assert firm.anna.email in people
    assert list(manifest["files"]) == ["offer.pdf"]
    assert run.result["checksum"] == manifest["digest"]
    assert [entry.event for entry in AuditEntry.objects.all()] == ["whole firm asked for", "whole firm taken out"]
    assert everything.path_of(run).stat().st_mode & 0o077 == 0


def test_the_page_says_how_far_it_is_and_then_offers_the_file(firm, as_user):
    adam = as_user(firm.adam)
    run = asked_for(adam)
    Run.objects.filter(pk=run.pk).update(done=1500, total=3000)

    assert "1,500 of 3,000 rows and files" in adam.get(reverse(PAGE)).content.decode()
    work.carry_out(run)

    assert reverse("everything:file", args=[run.pk]) in adam.get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize("who", ["anna", "piotr", "olga", "nina", "rita"])
def test_whoever_does_not_see_and_configure_everything_finds_no_trace_of_it(cast, as_user, who):
    client = as_user(getattr(cast, who))

    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse("everything:begin")).status_code == 403
    assert reverse(PAGE) not in client.get("/").content.decode()


@pytest.mark.parametrize("less", ["hidden field", "narrow export", "no people"])
def test_an_administrator_of_less_than_everything_may_not(cast, less):
    assert everything.may(cast.adam)
    role = Role.objects.get(key="administrator")
    if less == "hidden field":
        FieldGrant.objects.create(role=role, type="product", field="cost", mode="hidden")
    elif less == "narrow export":
        Grant.objects.filter(role=role, type="company", verb="export").update(reach=1)
    else:
        Grant.objects.filter(role=role, type="people", verb="configure").delete()

    assert not everything.may(type(cast.adam).objects.get(pk=cast.adam.pk))


def test_another_administrator_does_not_get_the_file(firm, as_user):
    run = work.carry_out(asked_for(as_user(firm.adam)))
    set_roles(firm.olga, [Role.objects.get(key="administrator")])

    assert taken(as_user(firm.olga), run).status_code == 404


def test_who_lost_the_right_meanwhile_gets_nothing(firm, as_user):
    adam = as_user(firm.adam)
    run = asked_for(adam)
    set_roles(firm.adam, [Role.objects.get(key="director")])

    run = work.carry_out(run)

    assert (run.state, run.error) == (State.FAILED, "You may no longer take everything out.")
    assert not everything.path_of(run).exists()
    assert taken(adam, run).status_code == 403


def test_the_file_is_kept_for_three_days(firm, as_user):
    adam = as_user(firm.adam)
    run = work.carry_out(asked_for(adam))
    everything.tidy()
    assert everything.path_of(run).exists()

    with standing_at(now() + timedelta(hours=73)):
        assert taken(as_user(firm.adam), run).status_code == 404
        everything.tidy()

    assert not everything.path_of(run).exists()


def test_a_stopped_one_leaves_no_file(firm, as_user, monkeypatch):
    adam = as_user(firm.adam)
    run = asked_for(adam)
    adam.post(reverse("everything:stop", args=[run.pk]))

    run = work.carry_out(run)

    assert run.state == State.CANCELLED
    assert not list(everything.folder().glob("*")) if everything.folder().exists() else True


def test_it_is_stopped_between_rows_too(firm, home):
    run = Run(pk=1, kind=everything.RUN, requester=firm.adam, cancel_asked=True)

    with pytest.raises(apart.Stopped):
        everything.step(run)

    assert list(everything.folder().iterdir()) == []


def test_a_delivery_begins_a_process_and_does_not_wait_for_it(firm, as_user, monkeypatch):
    begun = []
    monkeypatch.setattr(apart.subprocess, "Popen", lambda command, **how: begun.append(command[-2:]))
    run = asked_for(as_user(firm.adam))
    assert OrmQ.objects.count() == 1

    work.deliver(run.pk)

    assert begun == [["--run", str(run.pk)]]
    assert Run.objects.get().state == State.WAITING


def test_a_run_whose_process_died_five_times_has_failed(firm, as_user):
    run = asked_for(as_user(firm.adam))
    Run.objects.filter(pk=run.pk).update(attempts=work.ATTEMPTS)

    assert work.carry_out(run).state == State.FAILED


def test_signs_of_life_keep_the_lease_and_bring_the_wish_to_stop(firm, as_user, monkeypatch):
    monkeypatch.setattr(apart, "EVERY", 0.02)
    run = asked_for(as_user(firm.adam))
    run.holder = work.take(run.pk)
    before = Run.objects.get().heartbeat_at
    with apart.alive(run):
        run.done, run.total = 7, 9
        while Run.objects.get().done != 7:
            pass
        Run.objects.get().cancel()
        while not run.cancel_asked:
            pass

    assert Run.objects.get().heartbeat_at > before


def test_the_size_told_before_is_what_is_written(firm):
    with (everything.folder().parent / "firm.zip").open("wb") as file:
        told: list[int] = []
        backup.write(file, portable=True, told=told.append)

    assert sum(told) == everything.size()
