"""A person asks what we hold about her, and to be erased: what was planted anywhere is found, and then is nowhere."""

import io
import json
import re
from contextlib import suppress
from dataclasses import asdict
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import translation

from groundwork.access.models import AuditEntry, User
from groundwork.background import work
from groundwork.background.models import Run
from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Consent, Contact, ContactDate, ContactFact, Employment
from groundwork.documents.personal import sheet_of
from groundwork.records import write
from groundwork.records.files import keeping
from groundwork.records.files.kinds import KINDS
from groundwork.records.files.models import RecordFile
from groundwork.records.finding import search, words
from groundwork.records.imports.models import BadRow, ImportJob, LoadedBatch, Staged
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.models import Change, ChangeSet, ExternalKey, Notice, SearchRow
from groundwork.records.notices.telling import tell
from groundwork.records.personal import erasing
from groundwork.records.personal import facts as personal
from groundwork.records.tasks.asking import give
from groundwork.records.testing import make_record, whole_database
from groundwork.records.types import types

NAME, MAIL, OLD_MAIL, PHONE = "Żofia Quixplant", "zofia@quix.example", "old@quix.example", "+48 501 777 333"


@pytest.fixture(autouse=True)
def own_home(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def zofia(cast):
    """Known with everything that hangs on a person, and named in what belongs to others."""
    anna = cast.anna
    nevis = write.creating(Company(name="Nevis", owner=anna), by=anna)
    zofia = write.creating(Contact(name=NAME, email=OLD_MAIL, phone=PHONE, job="buyer", owner=anna), by=anna)
    with write.writing(zofia, by=anna, act="edited") as fresh:
        fresh.email, fresh.company = MAIL, nevis
        write.put_part(fresh, ContactDate(kind="birthday", on=today(), note="Quix likes tulips"))
        write.put_part(fresh, Consent(purpose="mailing", given_on=today(), how="mail", proof="Letter of quix"))
        write.put_part(fresh, ContactFact(text="Quix has a dog", reader=anna, why="small talk"))
        write.put_part(fresh, Employment(company=nevis, job="quix helper"))
    write.note(zofia, by=anna, kind="note", text="Quix wants blue boxes")
    task = give(zofia, by=anna, what="Ring Quix", due_on=today(), owner=cast.piotr)
    write.note(task, by=anna, kind="note", text="@Ivan Quix is on holiday")
    tell(cast.ivan.pk, Notice.Kind.MENTION, ("task", task.pk), by=anna, text="Quix is on holiday")
    for record, name in ((zofia, "quix passport.txt"), (task, "quix voice.txt")):
        keeping.add(record, by=anna, name=name, kind=KINDS["txt"], file=io.BytesIO(name.encode()))
    ExternalKey.objects.create(source="old", type="contact", key="quix-17", object_id=zofia.pk)
    return Contact.objects.get(pk=zofia.pk)


@pytest.fixture
def elsewhere(cast, zofia):
    """Texts of others that name her: a note, a field with its history, an import, and an invoice."""
    other = make_record(types["company"], owner=cast.ivan, word="Tobago")
    write.note(other, by=cast.ivan, kind="call", text=f"{NAME.upper()} recommended us, write to {MAIL}")
    with write.writing(other, by=cast.ivan, act="edited") as fresh:
        fresh.short_name = "old " + NAME
    with write.writing(fresh, by=cast.ivan, act="edited") as again:
        again.short_name = "ask " + NAME
    path = settings.MEDIA_ROOT / "imports" / "1" / "people.csv"
    path.parent.mkdir(parents=True)
    path.write_text(f"name\n{NAME}\n")
    job = ImportJob.objects.create(layout="records:contact", name="people.csv", path=str(path), state="loaded")
    LoadedBatch.objects.create(job=job, changeset=ChangeSet.objects.filter(changes__type="contact").earliest("pk"))
    Staged.objects.create(job=job, type="contact", key=MAIL, data={"values": {"name": NAME, "tags": [PHONE]}})
    BadRow.objects.create(job=job, file="people.csv", line=3, value=f"{PHONE}x", reason="no number")
    invoice = make_record(types["invoice"], owner=cast.anna, word=f"For {NAME}", state="draft")
    asked = urlencode({"q": NAME, "f.email": MAIL.upper()})
    SavedView.objects.create(type="company", name="Hers", query=asked, author=cast.ivan)
    work.start("records.bulk", cast.ivan, type="company", query=asked)
    return {"company": other, "invoice": invoice, "path": path}


def found_by_word(begun: str) -> list[tuple[str, int]]:
    """What the word table of the search, which says of no word whose it is, knows by words that begin so."""
    rows = SearchRow.objects.filter(text__contains=begun)
    if connection.vendor == "sqlite":
        tagged = " OR ".join(f'"{words.tag_of(kind.key)}{begun}"*' for kind in types)
        found = RawSQL("SELECT rowid FROM records_words WHERE records_words MATCH %s", [tagged])
        rows = SearchRow.objects.filter(pk__in=found)
    return list(rows.values_list("type", "object_id"))


def planted_in(text: str) -> list[str]:
    return [line[:200] for line in text.splitlines() if re.search(r"quix|501.?777.?333", line, re.IGNORECASE)]


def test_everything_that_was_planted_is_handed_over(cast, as_user, zofia, elsewhere):
    adam = as_user(cast.adam)

    page = adam.get(reverse("records:personal", args=["contact", zofia.pk])).content.decode()
    held = json.loads(adam.get(reverse("records:personal_file", args=["contact", zofia.pk, "json"])).content)

    said = json.dumps(held, ensure_ascii=False)
    for text in (
        NAME, MAIL, OLD_MAIL, PHONE, "buyer", "likes tulips", "Letter of quix", "has a dog", "quix helper",
        "wants blue boxes", "Ring Quix", "is on holiday", "quix-17", "recommended us", "ask Żofia",
    ):  # fmt: skip
        assert text in said
    for text in (NAME, "likes tulips", "Letter of quix", "mailings", "wants blue boxes", "Ring Quix", "recommended us"):
        assert text in page
    assert {item["where"] for item in held["named elsewhere"]} >= {"activity", "company", "change", "staged", "invoice"}
    assert AuditEntry.objects.filter(event="personal data", user=cast.adam).count() == 2


@pytest.mark.on_sqlite("paper is the same")
@pytest.mark.parametrize(("language", "words"), [("en", "Notes and calls"), ("ru", "Заметки и звонки")])
def test_the_same_is_handed_over_as_pdf_in_the_language_of_the_reader(cast, as_user, zofia, elsewhere, language, words):
    User.objects.filter(pk=cast.adam.pk).update(language=language)
    adam = as_user(cast.adam)

    page = adam.get(reverse("records:personal", args=["contact", zofia.pk])).content.decode()
    answer = adam.get(reverse("records:personal_file", args=["contact", zofia.pk, "pdf"]))
    with translation.override(language):
        said = json.dumps(asdict(sheet_of(zofia, "Hazel")), ensure_ascii=False)

    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].endswith('.pdf"')
    for text in (words, NAME, MAIL, "likes tulips", "Letter of quix", "wants blue boxes", "quix-17", "recommended us"):
        assert text in said
        assert text in page
    assert AuditEntry.objects.filter(event="personal data", detail__file="pdf").count() == 1
    assert adam.get(reverse("records:personal_file", args=["contact", zofia.pk, "exe"])).status_code == 404


def test_after_erasing_nothing_names_her_but_the_invoice_and_that_is_said(cast, as_user, zofia, elsewhere):
    adam, address = as_user(cast.adam), reverse("records:erase", args=["contact", zofia.pk])
    before = adam.get(address).content.decode()
    assert "law on accounting" in before
    assert adam.post(address).status_code == 422
    invoice = elsewhere["invoice"]

    assert adam.post(address, {"reason": "By letter of today."}).status_code == 302
    work.carry_out(Run.objects.get(kind="records.wipe"))

    left = planted_in(whole_database())
    assert all(
        "trade_invoice" in line or f"'invoice', {invoice.pk}" in line or "records_words" in line for line in left
    ), left
    assert found_by_word("quix") == [("invoice", invoice.pk)]
    assert any("trade_invoice" in line for line in left)
    kept = Contact.objects.get(pk=zofia.pk)
    assert (kept.name, kept.email, kept.phone, kept.company) == ("erased person", "", "", None)
    assert kept.is_archived
    assert Consent.objects.get().proof == "erased person"
    entry = AuditEntry.objects.get(event="erased")
    assert entry.detail == {"record": zofia.number, "reason": "By letter of today.", "kept": [invoice.number]}


def test_without_an_invoice_nothing_is_left_at_all(cast, zofia):
    erasing.erase(zofia, by=cast.adam, reason="asked")
    work.carry_out(Run.objects.get(kind="records.wipe"))

    assert planted_in(whole_database()) == []


def test_the_files_on_her_page_are_handed_over_by_name_and_their_content_goes(
    cast, zofia, django_capture_on_commit_callbacks
):
    files = list(RecordFile.objects.order_by("pk"))
    told = personal.everything(zofia)["files"]

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(zofia, by=cast.adam, reason="She asked")

    assert [row["name"] for row in told] == ["quix passport.txt", "quix voice.txt"]
    assert not RecordFile.objects.exists()
    assert [file.path.exists() for file in files] == [False, False]


def test_an_erasure_that_is_given_up_has_taken_no_file_away(cast, zofia, django_capture_on_commit_callbacks):
    files = list(RecordFile.objects.all())

    with django_capture_on_commit_callbacks(execute=False), suppress(ZeroDivisionError), transaction.atomic():
        erasing.erase(zofia, by=cast.adam, reason="She asked")
        1 / 0  # noqa: B018 - whatever fails later

    assert RecordFile.objects.count() == 2
    assert [file.path.exists() for file in files] == [True, True]


def test_two_keys_of_another_system_that_are_her_address_do_not_stop_the_erasure(cast, zofia):
    other = make_record(types["company"], owner=cast.ivan, word="Tobago")
    for key in (MAIL, MAIL.upper(), "tobago-1"):
        ExternalKey.objects.create(source="old", type="company", key=key, object_id=other.pk)

    erasing.erase(zofia, by=cast.adam, reason="She asked")

    assert list(ExternalKey.objects.values_list("key", flat=True)) == ["tobago-1"]


def test_a_sole_trader_named_like_the_person_keeps_the_name_and_that_is_said(cast, as_user, zofia):
    shop = write.creating(Company(name=NAME, email=MAIL, owner=cast.anna), by=cast.anna)
    adam, address = as_user(cast.adam), reverse("records:erase", args=["contact", zofia.pk])

    before = adam.get(address).content.decode()
    adam.post(address, {"reason": "By letter of today."})

    kept = Company.objects.get(pk=shop.pk)
    last = Change.objects.filter(type="company", object_id=shop.pk).latest("pk")
    assert shop.number in before
    assert "bears this very name" in before
    assert (kept.name, kept.email) == (NAME, "")
    assert AuditEntry.objects.get(event="erased").detail["kept"] == [shop.number]
    assert (last.changeset.act, last.changeset.by, last.fields) == ("erased", cast.adam, {"email": ["", ""]})


def test_search_and_page_know_nothing_and_colleagues_texts_read_on(cast, as_user, zofia, elsewhere):
    erasing.erase(zofia, by=cast.adam, reason="asked")

    assert "contact" not in search.find(cast.adam, "quixplant", [types["contact"], types["company"]])
    company = Company.objects.get(pk=elsewhere["company"].pk)
    assert company.short_name == "ask …"
    page = as_user(cast.adam).get(company.get_absolute_url()).content.decode()
    assert "… recommended us, write to …" in page
    assert planted_in(as_user(cast.adam).get(zofia.get_absolute_url()).content.decode()) == []


def test_the_file_of_the_import_goes_too(cast, zofia, elsewhere, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(zofia, by=cast.adam, reason="asked")

    assert not elsewhere["path"].exists()


def test_somebody_of_the_same_name_keeps_it(cast, zofia, elsewhere):
    twin = write.creating(Contact(name=NAME, email="twin@tobago.example", owner=cast.ivan), by=cast.ivan)

    erasing.erase(zofia, by=cast.adam, reason="asked")

    assert Contact.objects.get(pk=twin.pk).name == NAME
    assert Company.objects.get(pk=elsewhere["company"].pk).short_name == "ask " + NAME
    assert MAIL not in whole_database()


def test_a_restored_backup_does_not_bring_her_back(cast, zofia):
    number = zofia.number
    erasing.erase(zofia, by=cast.adam, reason="asked")
    assert planted_in(erasing.journal_path().read_text()) == []

    with write.writing(
        Contact.objects.get(pk=zofia.pk), by=cast.anna, act="edited"
    ) as back:  # as an older backup has it
        back.name, back.email, back.archived_at = NAME, MAIL, None
    erasing.erase_again()

    again = Contact.objects.get(number=number)
    assert (again.name, again.email) == ("erased person", "")
    assert erasing.journal_path().read_text().count("\n") == 1


def test_only_administrators_ask_or_erase(cast, as_user, zofia):
    for person in (cast.anna, cast.olga):
        for name, *more in (["personal"], ["personal_file", "json"], ["personal_file", "pdf"], ["erase"]):
            assert as_user(person).get(reverse(f"records:{name}", args=["contact", zofia.pk, *more])).status_code == 403
        assert "What we hold" not in as_user(person).get(zofia.get_absolute_url()).content.decode()
        with pytest.raises(Refusal):
            erasing.erase(zofia, by=person, reason="no")
    assert "What we hold" in as_user(cast.adam).get(zofia.get_absolute_url()).content.decode()


def test_a_company_is_no_person(cast, as_user):
    company = make_record(types["company"], owner=cast.anna)

    assert as_user(cast.adam).get(reverse("records:erase", args=["company", company.pk])).status_code == 404


@pytest.mark.parametrize(
    ("text", "is_sign"),
    [
        ("Ewa", False),
        ("Ewa Nowak", True),
        ("a@b.pl", True),
        ("112", False),
        ("+48 501 777 333", True),
        ("Nowak", False),
    ],
)
def test_only_what_says_who_is_a_sign(text, is_sign):
    assert personal.is_sign(text) is is_sign
