"""Files as other programs leave them, and work that stopped in the middle."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.core.refusals import Refusal
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.readers import sources
from groundwork.records.imports.testing import imported, wrong
from groundwork.records.testing import make_record
from groundwork.records.types import types


def companies() -> list[str]:
    return sorted(types["company"].model.objects.values_list("name", flat=True))


def test_what_macos_packs_beside_a_file_is_no_table(cast, tmp_path):
    with zipfile.ZipFile(tmp_path / "companies.zip", "w") as archive:
        archive.writestr("companies.csv", "name\nTortola\n")
        archive.writestr("__MACOSX/._companies.csv", b"\0\5\x16\7\0\2\0\0Mac OS X")

    imported(tmp_path / "companies.zip", "records:company", by=cast.olga)

    assert companies() == ["Tortola"]


def test_the_lock_of_an_open_workbook_is_no_table(tmp_path):
    for name in ("companies.csv", "._companies.csv", "~$companies.xlsx", ".~lock.companies.csv"):
        (tmp_path / name).write_bytes(b"name\nTortola\n")

    assert [source.name for source in sources(tmp_path)] == ["companies.csv"]


def test_a_column_that_stands_twice_is_refused_and_one_of_no_interest_is_not(cast, tmp_path):
    (tmp_path / "a.csv").write_text("name,city,Name\nTortola,Paris,Virgin\n")
    (tmp_path / "b.csv").write_text("name,remark,remark\nTortola,a,b\n")

    with pytest.raises(Refusal, match="has this column twice: name"):
        imported(tmp_path / "a.csv", "records:company", by=cast.olga)
    imported(tmp_path / "b.csv", "records:company", by=cast.olga)

    assert companies() == ["Tortola"]


def test_the_line_of_a_byte_that_is_no_letter_is_told(cast, tmp_path):
    text = "name\n" + "Ромашка\n" * 2000
    (tmp_path / "a.csv").write_bytes(text.encode("windows-1251") + b"\x98\nTortola\n")

    with pytest.raises(Refusal, match="a.csv, line 2002: .* windows-1251"):
        imported(tmp_path / "a.csv", "records:company", by=cast.olga)


def test_the_worker_tells_reasons_in_the_language_of_whoever_dropped_the_file(cast, tmp_path):
    (tmp_path / "a.csv").write_text("name,kind\nTortola,nobody\n")
    cast.olga.language = "ru"
    cast.olga.save()

    job = imported(tmp_path / "a.csv", "records:company", by=cast.olga)

    assert wrong(job) == [(2, "kind", "такого значения нет среди возможных")]


def test_a_linked_company_is_not_found_by_a_number_that_is_hidden_from_whoever_imports(cast, tmp_path):
    company = make_record(types["company"], owner=cast.olga, word="Tortola", inn="7707083893")
    (tmp_path / "a.csv").write_text(f"name,company\nEwa Nowak,{company.inn}\n")
    hide(cast.olga, "company", "inn")

    job = imported(tmp_path / "a.csv", "records:contact", by=cast.olga)

    assert [(line, column) for line, column, _reason in wrong(job)] == [(2, "company")]
    assert not types["contact"].model.objects.exists()


@pytest.fixture
def stopped(cast, as_user, monkeypatch) -> tuple:
    """(browser, job): of six companies in batches of two, two are loaded when a fault ends the work."""
    client, layout = as_user(cast.olga), layouts["records:company"]
    monkeypatch.setattr(layout, "batch", 2)
    drop(client)
    client.post(reverse("imports:load", args=[ImportJob.objects.get().pk]))
    write, batches = layout.write, []

    def write_once(self, things):
        batches.append(things)
        if len(batches) > 1:
            raise ValueError("the disk is full")
        write(self, things)

    monkeypatch.setattr(layout, "write", write_once)
    work()
    monkeypatch.setattr(layout, "write", write)
    return client, ImportJob.objects.get()


def drop(client):
    table = "name\n" + "".join(f"Company {number}\n" for number in range(6))
    client.post(reverse("imports:start"), {"file": SimpleUploadedFile("companies.csv", table.encode())})
    work()


def work():
    carry_out(Run.objects.unfinished().get())


def test_a_load_that_stopped_in_the_middle_can_be_taken_back_in_the_browser(stopped):
    client, job = stopped
    page = client.get(reverse("imports:job", args=[job.pk])).content.decode()
    assert companies() == ["Company 0", "Company 1"]
    assert "The load stopped in the middle" in page
    assert f'action="{reverse("imports:undo", args=[job.pk])}"' in page

    client.post(reverse("imports:undo", args=[job.pk]))
    work()

    assert companies() == []


def test_the_same_file_dropped_again_loads_the_rest(stopped):
    client, job = stopped
    client.get(reverse("imports:job", args=[job.pk]))
    drop(client)
    again = ImportJob.objects.exclude(pk=job.pk).get()

    client.post(reverse("imports:load", args=[again.pk]))
    work()

    assert companies() == [f"Company {number}" for number in range(6)]


def test_an_undo_that_stopped_in_the_middle_is_no_dead_end(stopped):
    client, job = stopped
    ImportJob.objects.filter(pk=job.pk).update(state="undoing")

    client.post(reverse("imports:undo", args=[job.pk]))
    work()

    assert companies() == []


def test_an_old_zip_of_nothing_but_byproducts_holds_no_table(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("__MACOSX/._companies.csv", b"\0")
    (tmp_path / "a.zip").write_bytes(made.getvalue())

    with pytest.raises(Refusal, match="holds no CSV or XLSX table"):
        sources(tmp_path / "a.zip")
