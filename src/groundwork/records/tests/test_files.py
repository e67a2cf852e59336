"""Files on a record: what they are is looked at, who gets them is who sees the record, and they never run."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, standing_at
from groundwork.crm.customers.testing import make_company
from groundwork.records.files import keeping
from groundwork.records.files.kinds import KINDS, plain_name
from groundwork.records.files.models import RecordFile
from groundwork.records.finding.search import find
from groundwork.records.merging import merge, unmerge
from groundwork.records.models import ChangeSet
from groundwork.records.types import types
from groundwork.records.write import writing

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def office(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return made.getvalue()


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def attach(client, company, name="offer.pdf", content=PDF):
    return client.post(address("file_add", company), {"file": SimpleUploadedFile(name, content)})


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_added_to_a_company_comes_back_as_it_was_given(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)

    attach(client, company)
    file = RecordFile.objects.get()
    page = client.get(company.get_absolute_url()).content.decode()
    answer = client.get(address("file_give", company, file.pk))

    assert "offer.pdf" in page
    assert body(answer) == PDF
    assert (file.size, file.mime, file.by) == (len(PDF), "application/pdf", cast.anna)


def test_a_file_too_large_is_refused_by_what_the_request_says_before_it_is_read(cast, as_user):
    Firm.objects.update(file_limit_mb=10)
    client, company = as_user(cast.anna), make_company(cast.anna)
    sent = {"data": {"file": SimpleUploadedFile("offer.pdf", PDF)}, "CONTENT_LENGTH": str(11 * keeping.MEGABYTE + 1)}

    answer = client.post(address("file_add", company), **sent)
    small = client.post(reverse("records:note", args=["company", company.pk]), {}, CONTENT_LENGTH=str(9 << 20))
    anywhere = client.post(reverse("access:me"), {}, CONTENT_LENGTH=str(9 << 20))

    assert answer.status_code == small.status_code == anywhere.status_code == 413
    assert "Choose a smaller file: 10 MB fit." in answer.content.decode()
    assert not answer.wsgi_request._read_started
    assert not RecordFile.objects.exists()


def test_a_file_that_just_fits_passes_the_check_of_the_request(cast, as_user):
    Firm.objects.update(file_limit_mb=9)
    content = PDF + b" " * (9 * keeping.MEGABYTE - len(PDF))

    assert attach(as_user(cast.anna), make_company(cast.anna), content=content).status_code == 302


def test_a_file_leaves_as_an_attachment_that_nothing_runs_in(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    attach(client, company)

    answer = client.get(address("file_give", company, RecordFile.objects.get().pk))

    assert answer["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("offer.pdf", b"MZ\x90\x00 a program"),
        ("offer.pdf", b"<script>alert(1)</script>"),
        ("photo.png", b"<svg onload=alert(1)>"),
        ("photo.PNG", PDF),
        ("letter.docx", office("xl/workbook.xml")),
        ("letter.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("letter.docx", b"PK\x03\x04 cut off"),
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("tool.exe", b"MZ"),
        ("macro.docm", office("word/document.xml")),
        ("note.txt", b"\x7fELF\x01\x01\x00"),
        ("noending", b"text"),
        ("offer.pdf.exe", PDF),
        ("empty.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_its_name_says_or_of_no_kind_we_take_is_refused(cast, as_user, name, content):
    company = make_company(cast.anna)

    answer = attach(as_user(cast.anna), company, name, content)

    assert answer.status_code == 422
    assert 'class="err" id="file-error"' in answer.content.decode()
    assert not RecordFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.JPG", b"\xff\xd8\xff\xe0"), ("sheet.xlsx", office("[Content_Types].xml", "xl/workbook.xml")),
        ("letter.odt", office("mimetype")), ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("Прайс 2026.csv", "Миндаль;100".encode("cp1251")), ("mail.eml", b"From: a@b.example\r\n\r\nHello"),
    ],
)  # fmt: skip
def test_what_people_really_send_each_other_is_taken(cast, as_user, name, content):
    attach(as_user(cast.anna), make_company(cast.anna), name, content)

    assert RecordFile.objects.get().name == name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"), ("C:\\docs\\offer.pdf", "offer.pdf"),
        ("gp\u202etxt.exe", "gptxt.exe"), ("a\x00b\n.txt", "ab.txt"), ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_folders_and_invisible_signs(given, kept):
    assert plain_name(given) == kept


def test_files_are_seen_by_those_who_see_the_record_and_by_nobody_else(cast, as_user):
    company = make_company(cast.anna)
    attach(as_user(cast.anna), company)
    file, other = RecordFile.objects.get(), make_company(cast.ivan)

    answers = {
        name: as_user(getattr(cast, name)).get(address("file_give", company, file.pk)).status_code
        for name in ("piotr", "nina", "ivan")
    }

    assert answers == {"piotr": 200, "nina": 200, "ivan": 404}
    assert as_user(cast.ivan).get(address("file_give", other, file.pk)).status_code == 404
    assert as_user(cast.nina).post(address("file_remove", company, file.pk)).status_code == 403
    assert as_user(cast.nina).post(address("file_add", company)).status_code == 403


def test_a_removed_file_is_gone_until_its_removal_is_taken_back(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    attach(client, company)
    give = address("file_give", company, RecordFile.objects.get().pk)

    client.post(address("file_remove", company, RecordFile.objects.get().pk))
    gone = client.get(give).status_code
    client.post(reverse("records:undo_last"))

    assert (gone, client.get(give).status_code) == (404, 200)


def test_adding_a_file_is_taken_back_and_the_history_tells_both(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    attach(client, company)

    client.post(reverse("records:undo_last"))
    page = client.get(company.get_absolute_url()).content.decode()

    assert not keeping.files_of(company)
    assert "<del>offer.pdf</del> <ins>removed</ins>" in page


def test_only_pictures_without_script_are_shown_on_the_page(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    attach(client, company, "photo.png", PNG)
    attach(client, company, "offer.pdf", PDF)
    photo, offer = (RecordFile.objects.get(name=name).pk for name in ("photo.png", "offer.pdf"))

    shown = client.get(address("file_picture", company, photo))

    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(address("file_picture", company, offer)).status_code == 404
    assert not any(kind.is_picture for ending, kind in KINDS.items() if kind.mime in ("image/svg+xml", "text/html"))


def test_a_file_larger_than_the_firm_allows_or_beyond_its_room_is_refused(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)
    Firm.objects.update(file_limit_mb=1, files_quota_mb=1)
    attach(client, company, content=PDF + b"x" * 600_000)

    large = attach(client, company, content=PDF + b"x" * 1_100_000).content.decode()
    full = attach(client, company, content=PDF + b"y" * 600_000).content.decode()

    assert "Choose a smaller file: 1 MB fit" in large
    assert "The room for files is full (1 MB)" in full
    assert RecordFile.objects.count() == 1


def test_equal_files_take_their_room_once_and_stay_while_one_record_needs_them(cast, as_user):
    client, first, second = as_user(cast.anna), make_company(cast.anna), make_company(cast.anna)
    with standing_at(now() - timedelta(366)):
        attach(client, first)
        attach(client, second)
        kept = keeping.files_of(first)[0]
        keeping.remove(first, kept, by=cast.anna)
    assert keeping.used() == len(PDF)

    keeping.tidy()

    assert RecordFile.objects.count() == 1
    assert kept.path.exists()


def test_doctor_names_a_file_that_is_missing_or_damaged(cast, as_user):
    attach(as_user(cast.anna), make_company(cast.anna))
    assert keeping.fault() == ""

    RecordFile.objects.get().path.write_bytes(PDF.replace(b"1.7", b"1.6"))

    assert "offer.pdf" in keeping.fault()


def test_what_is_kept_anew_while_the_last_equal_file_is_tidied_away_keeps_its_content(
    cast, django_capture_on_commit_callbacks
):
    first, second = make_company(cast.anna, name="A"), make_company(cast.anna, name="B")
    old = keeping.add(first, by=cast.anna, name="offer.pdf", kind=KINDS["pdf"], file=io.BytesIO(PDF))

    with django_capture_on_commit_callbacks() as tidied:
        keeping.forget(first)
    new = keeping.add(second, by=cast.anna, name="offer.pdf", kind=KINDS["pdf"], file=io.BytesIO(PDF))
    for let_go in tidied:
        let_go()

    assert (new.path, new.path.read_bytes()) == (old.path, PDF)
    assert [path.name for path in new.path.parent.iterdir()] == [new.digest]


def test_what_was_tidied_away_while_an_equal_file_came_in_is_kept_again(cast, django_capture_on_commit_callbacks):
    company = make_company(cast.anna)

    with django_capture_on_commit_callbacks(execute=True):
        made = keeping.add(company, by=cast.anna, name="offer.pdf", kind=KINDS["pdf"], file=io.BytesIO(PDF))
        made.path.unlink()

    assert made.path.read_bytes() == PDF


# ── found by their names


def found_by(user, text):
    return [row.title for hits in find(user, text, [types["company"]]).values() for row in hits.rows]


def moved_to_gdynia(company, by):
    with writing(company, by=by, act="edited") as fresh:
        fresh.city = "Gdynia"


def test_a_record_is_found_by_the_name_of_a_file_on_it_as_long_as_the_file_is_there(cast, as_user):
    company, client = make_company(cast.anna, name="Hazel shop"), as_user(cast.anna)
    attach(client, company, "umowa-ramowa 2026.pdf")
    before = found_by(cast.anna, "umowa ramowa")
    moved_to_gdynia(company, cast.anna)
    kept = found_by(cast.anna, "ramow")

    client.post(address("file_remove", company, RecordFile.objects.get().pk))
    removed = found_by(cast.anna, "ramowa")
    act = ChangeSet.objects.filter(act="file.removed").get()
    client.post(reverse("records:undo", args=[act.pk]))

    assert (before, kept, removed) == (["Hazel shop"], ["Hazel shop"], [])
    assert found_by(cast.anna, "ramowa") == ["Hazel shop"]
    assert found_by(cast.ivan, "ramowa") == []


def test_a_merged_record_is_found_by_the_files_of_both(cast, as_user):
    first, second = make_company(cast.anna, name="First"), make_company(cast.anna, name="Second")
    attach(as_user(cast.anna), second, "cennik.pdf")

    done = merge(first, second, by=cast.olga)
    assert found_by(cast.anna, "cennik") == ["First"]

    unmerge(done, by=cast.olga)
    assert found_by(cast.anna, "cennik") == ["Second"]


def test_a_firm_without_files_asks_nothing_more_to_write_a_record(cast):
    company = make_company(cast.anna)
    with CaptureQueriesContext(connection) as without:
        moved_to_gdynia(company, cast.anna)

    assert not [query for query in without if "records_recordfile" in query["sql"]]
