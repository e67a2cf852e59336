"""A backup restores to the same checksum, whole or not at all."""

import io
import json
import zipfile
from argparse import Namespace
from datetime import UTC, datetime
from threading import Thread

import pytest
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from groundwork.background.models import Run
from groundwork.config import logical
from groundwork.config.commands import backup, doctor, restore

AT = datetime(2026, 3, 5, 9, 30, 0, 123456, tzinfo=UTC)


def make_runs(count=3):
    return [
        Run.objects.create(
            kind="piece", created_at=AT, arguments={"name": "Łódź „Ёлка”", "number": n, "deep": [None, 1.5, "\u2028"]}
        )
        for n in range(count)
    ]


def backed_up(path):
    assert backup.run(Namespace(file=str(path))) == 0
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("manifest.json"))


def in_another_thread(function):
    def call():
        function()
        connection.close()

    thread = Thread(target=call)
    thread.start()
    thread.join()


def rows():
    return list(Run.objects.order_by("pk").values())


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_has_the_same_rows_ids_and_checksum(tmp_path, settings, capsys):
    settings.MEDIA_ROOT = tmp_path / "files"
    (settings.MEDIA_ROOT / "2026").mkdir(parents=True)
    (settings.MEDIA_ROOT / "2026" / "umowa.pdf").write_bytes(b"%PDF")
    runs = make_runs()
    runs[0].delete()
    before = rows()
    manifest = backed_up(tmp_path / "backup.zip")

    make_runs(2)
    (settings.MEDIA_ROOT / "2026" / "umowa.pdf").unlink()
    assert restore.run(Namespace(file=str(tmp_path / "backup.zip"))) == 0

    assert rows() == before
    assert logical.digest(logical.digests()) == manifest["digest"]
    assert (settings.MEDIA_ROOT / "2026" / "umowa.pdf").read_bytes() == b"%PDF"
    assert manifest["digest"] in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_an_id_once_given_out_is_not_given_out_again_after_a_restore(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    latest = make_runs()[-1]
    gone = latest.pk
    latest.delete()
    backed_up(tmp_path / "backup.zip")

    restore.run(Namespace(file=str(tmp_path / "backup.zip")))

    assert make_runs(1)[0].pk > gone


@pytest.mark.django_db(transaction=True)
def test_a_damaged_backup_changes_nothing(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    make_runs()
    backed_up(tmp_path / "whole.zip")
    with zipfile.ZipFile(tmp_path / "whole.zip") as whole, zipfile.ZipFile(tmp_path / "damaged.zip", "w") as damaged:
        for name in whole.namelist():
            content = whole.read(name)
            damaged.writestr(name, content.replace(b'"number":1', b'"number":7') if "run" in name else content)
    before = rows()

    with pytest.raises(CommandError, match="background_run differ"):
        restore.run(Namespace(file=str(tmp_path / "damaged.zip")))

    assert rows() == before


@pytest.mark.django_db(transaction=True)
def test_a_database_with_people_in_it_is_not_overwritten(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    backed_up(tmp_path / "backup.zip")
    user = get_user_model()
    user(**{user.USERNAME_FIELD: "anna@example.com"}).save()

    with pytest.raises(CommandError, match="not empty"):
        restore.run(Namespace(file=str(tmp_path / "backup.zip")))


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_other_tables_names_the_version_that_made_it(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    manifest = backed_up(tmp_path / "backup.zip")
    manifest |= {"migrations": [*manifest["migrations"], "sales.0009_later"], "groundwork": "9.9"}
    with zipfile.ZipFile(tmp_path / "later.zip", "w") as later:
        later.writestr("manifest.json", json.dumps(manifest))

    with pytest.raises(CommandError, match=r"Groundwork 9\.9.*sales\.0009_later"):
        restore.run(Namespace(file=str(tmp_path / "later.zip")))


@pytest.mark.django_db(transaction=True)
def test_a_backup_shows_one_moment_while_others_go_on_writing():
    make_runs(1)
    with logical.snapshot():
        before = list(logical.lines(Run))

        in_another_thread(lambda: make_runs(5))

        assert list(logical.lines(Run)) == before
    assert Run.objects.count() == 6


def test_what_is_no_backup_is_refused_in_words(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear Sir")

    with pytest.raises(CommandError, match="is not a backup"):
        restore.run(Namespace(file=str(tmp_path / "letter.txt")))


def test_an_existing_file_is_not_overwritten(tmp_path):
    (tmp_path / "backup.zip").write_bytes(io.BytesIO(b"old").getvalue())

    with pytest.raises(CommandError, match="exists already"):
        backup.run(Namespace(file=str(tmp_path / "backup.zip")))


@pytest.mark.django_db
def test_tables_older_than_what_this_version_knows_are_refused_in_a_sentence_that_says_what_to_do():
    before = doctor.tables()
    MigrationRecorder(connection).record_unapplied("records", "0026_notices_of_what_became")

    assert before == ""
    assert "a version before 2026-11-23" in doctor.tables()
    with pytest.raises(CommandError, match="run groundwork upgrade there"):
        doctor.pending()
