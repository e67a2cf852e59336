"""A field that holds files: given in the form, seen by the field's rights, and back wherever the record goes back."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from groundwork.access.models import FieldGrant, Reach, Role
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Firm
from groundwork.core import clock
from groundwork.core.refusals import Refusal
from groundwork.records.added.fields import change_field, make_field
from groundwork.records.added.made import make_type
from groundwork.records.files import keeping
from groundwork.records.files.models import RecordFile
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.testing import counts, imported, write_csv, wrong
from groundwork.records.lists.listing import Listing
from groundwork.records.merging import merge, unmerge
from groundwork.records.models import Change
from groundwork.records.types import types
from groundwork.records.undo import undo

WHY = "Who signs needs the paper at hand."
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"


@pytest.fixture(params=["company", "made"])
def papers(cast, request):
    on = "company"
    if request.param == "made":
        far = {"salesperson": Reach.OWN, "head": Reach.TREE, "director": Reach.ALL}
        may = {Role.objects.get(key=key): ("all", reach) for key, reach in far.items()}
        on = make_type(one="Sample", many="Samples", prefix="SR", by=cast.adam, reason=WHY, may=may).key
    marks = {"filterable": True, "in_list": True, "label": "Contract"}
    return make_field(on, by=cast.adam, kind="file", reason=WHY, **marks)


def pdf(name="offer.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def base(row):
    return {"name": "Tortola"} | ({"kind": "customer"} if row.type == "company" else {})


def give(client, row, *files, record=None, kept=(), **more):
    address = reverse("records:edit", args=[row.type, record.pk]) if record else reverse("records:new", args=[row.type])
    version = {"version": record.version} if record else {}
    return client.post(address, base(row) | version | {row.key: ["", *kept], f"{row.key}.new": list(files)} | more)


def one(row):
    return types[row.type].model.objects.get()


def held(row, record):
    return getattr(type(record).objects.get(pk=record.pk), row.column) or []


def names(row):
    return sorted(RecordFile.objects.filter(field=row.key, removed_at=None).values_list("name", flat=True))


def answer_of(client, record, pk):
    return client.get(reverse("records:file_give", args=[record.type_key, record.pk, pk]))


@pytest.fixture
def given(cast, as_user, papers):
    """A record of Anna's with one contract."""
    give(as_user(cast.anna), papers, pdf())
    return one(papers)


def test_files_given_in_the_form_are_seen_on_page_and_list_and_come_back_as_they_were(cast, as_user, papers):
    client = as_user(cast.anna)

    asked = client.get(reverse("records:new", args=[papers.type])).content.decode()
    give(client, papers, pdf(), pdf("second.pdf", PDF + b"2"))
    record = one(papers)
    pages = [record.get_absolute_url(), reverse("records:list", args=[papers.type])]
    first, _second = held(papers, record)

    assert 'enctype="multipart/form-data"' in asked
    for page in pages:
        shown = client.get(page).content.decode()
        assert (
            f'<a class="chip" href="{reverse("records:file_give", args=[papers.type, record.pk, first])}">offer.pdf</a>'
            in shown
        )
    answer = answer_of(client, record, first)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert keeping.files_of(record) == []


def test_a_file_is_taken_out_another_put_in_and_undo_brings_the_first_back(cast, as_user, papers, given):
    client, before = as_user(cast.anna), held(papers, given)

    give(client, papers, pdf("new.pdf", PDF + b"2"), record=given)
    after = names(papers)
    page = client.get(given.get_absolute_url()).content.decode()
    undo(Change.objects.filter(type=papers.type, created=False).latest("pk").changeset, by=cast.anna)

    assert after == ["new.pdf"]
    assert "offer.pdf" in page, "history says what was there"
    assert (held(papers, given), names(papers)) == (before, ["offer.pdf"])
    assert answer_of(client, given, before[0]).status_code == 200


def test_a_form_that_changes_nothing_writes_nothing_and_one_that_does_not_ask_leaves_it(cast, as_user, papers, given):
    client = as_user(cast.anna)

    give(client, papers, record=given, kept=held(papers, given))
    client.post(reverse("records:edit", args=[papers.type, given.pk]), base(papers) | {"version": 1})

    assert not Change.objects.filter(type=papers.type, created=False).exists()
    assert names(papers) == ["offer.pdf"]


@pytest.mark.parametrize("content", [b"<script>alert(1)</script>", b"MZ\x90\x00"])
def test_what_is_not_what_its_name_says_is_refused_and_kept_nowhere(cast, as_user, papers, content):
    answer = give(as_user(cast.anna), papers, pdf("offer.pdf", content))

    assert answer.status_code == 422
    assert "not what its name says" in answer.content.decode()
    assert not RecordFile.objects.exists()
    assert not types[papers.type].model.objects.exists()


def test_the_room_for_files_counts_them(cast, as_user, papers):
    Firm.objects.update_or_create(defaults={"files_quota_mb": 0})

    assert "room for files is full" in give(as_user(cast.anna), papers, pdf()).content.decode()


def test_a_form_takes_files_as_large_as_the_firm_lets_in(cast, as_user, papers, settings):
    settings.UPLOAD_ELSEWHERE = 1000

    assert give(as_user(cast.anna), papers, pdf("large.pdf", PDF + b"0" * 5000)).status_code == 302


def test_one_that_must_be_there_is_asked_for(cast, as_user, papers):
    change_field(papers, by=cast.adam, reason=WHY, required=True)

    answer = give(as_user(cast.anna), papers)

    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_a_guessed_number_of_anothers_file_is_not_taken(cast, as_user, papers, given):
    foreign = held(papers, given)[0]

    give(as_user(cast.ivan), papers, kept=[foreign])
    record = types[papers.type].model.objects.get(owner=cast.ivan)

    assert held(papers, record) == []
    assert RecordFile.objects.get(pk=foreign).object_id == given.pk
    assert answer_of(as_user(cast.ivan), record, foreign).status_code == 404
    assert answer_of(as_user(cast.ivan), given, foreign).status_code == 404


def test_a_hidden_field_has_no_file_and_no_name_anywhere(cast, as_user, papers, given):
    file = held(papers, given)[0]
    FieldGrant.objects.create(
        role=Role.objects.get(key="salesperson"), type=papers.type, field=papers.key, mode="hidden"
    )
    raise_config_version()
    client = as_user(cast.anna)

    pages = [given.get_absolute_url(), *(reverse(f"records:{name}", args=[papers.type]) for name in ("list", "new"))]
    seen = "".join(client.get(page).content.decode() for page in pages)

    assert "offer.pdf" not in seen
    assert "Contract" not in seen
    assert answer_of(client, given, file).status_code == 404
    assert client.post(reverse("records:file_remove", args=[papers.type, given.pk, file])).status_code == 404
    assert answer_of(as_user(cast.olga), given, file).status_code == 200


def test_a_retired_field_gives_out_nothing_and_everything_when_it_is_back(cast, as_user, papers, given):
    file, client = held(papers, given)[0], as_user(cast.anna)

    papers.retire(by=cast.adam, reason="Nobody reads it.")
    without = answer_of(client, given, file).status_code
    papers.restore(by=cast.adam, reason="Somebody does.")

    assert (without, answer_of(client, given, file).status_code) == (404, 200)


def test_a_list_finds_who_has_a_file_and_who_has_none(cast, as_user, papers, given):
    give(as_user(cast.anna), papers, name="Bare")

    def found(query):
        listing = Listing(types[papers.type], cast.anna, QueryDict(query.replace("f12", papers.key)))
        return [row.cells[0].text for row in listing.table().rows]

    assert (found("f.f12.not=-"), found("f.f12=-")) == (["Tortola"], ["Bare"])
    with pytest.raises(Refusal):
        found("sort=f12")


def test_nobody_removes_it_past_the_form(cast, as_user, papers, given):
    file = held(papers, given)[0]

    answer = as_user(cast.anna).post(reverse("records:file_remove", args=[papers.type, given.pk, file]))

    assert answer.status_code == 409
    assert names(papers) == ["offer.pdf"]


def test_a_copy_begins_without_files_and_says_so(cast, as_user, papers, given):
    page = as_user(cast.anna).get(reverse("records:copy", args=[papers.type, given.pk])).content.decode()

    assert "offer.pdf" not in page
    assert re.search(r"Not copied: [^.]*Contract", page)


def test_a_list_takes_out_names_and_an_import_leaves_files_alone_and_says_so(cast, as_user, papers, given, tmp_path):
    answer = as_user(cast.olga).get(reverse("records:export_csv", args=[papers.type])).getvalue().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(answer))
    path = write_csv(tmp_path / "list.csv", ["number", "name", "Contract"], [[line["number"], line["name"], "x.pdf"]])

    job = imported(path, f"records:{papers.type}", by=cast.olga)

    assert line["Contract"] == "offer.pdf"
    assert (wrong(job), counts(job)) == ([], (0, 0, 1))
    assert ("Not taken: files are added by hand", "Contract") in layouts[job.layout](job).told()


def test_what_was_given_and_never_saved_goes_away_and_what_is_held_stays(cast, as_user, papers, given):
    give(as_user(cast.anna), papers, pdf("lost.pdf", PDF + b"3"), name="")

    with time_machine.travel(clock.now() + timedelta(days=keeping.KEPT_DAYS + 1)):
        keeping.tidy()

    assert list(RecordFile.objects.values_list("name", flat=True)) == ["offer.pdf"]


def test_undo_after_the_file_is_gone_for_good_brings_back_no_dead_number(cast, as_user, papers, given):
    give(as_user(cast.anna), papers, record=given)
    with time_machine.travel(clock.now() + timedelta(days=keeping.KEPT_DAYS + 1)):
        keeping.tidy()

    undo(Change.objects.filter(type=papers.type, created=False).latest("pk").changeset, by=cast.anna)

    assert held(papers, given) == []


def test_erased_with_its_record(cast, papers, given):
    keeping.forget(given)

    assert not RecordFile.objects.exists()


def test_two_that_become_one_hold_the_files_of_both_and_part_as_they_were(cast, as_user):
    papers = make_field("company", by=cast.adam, kind="file", label="Contract", reason=WHY)
    client, model = as_user(cast.piotr), types["company"].model
    give(client, papers, pdf("a.pdf"), name="A")
    give(client, papers, pdf("b.pdf", PDF + b"2"), name="B")
    stays, goes = model.objects.get(name="A"), model.objects.get(name="B")
    (mine,), (theirs,) = held(papers, stays), held(papers, goes)

    done = merge(stays, goes, by=cast.piotr)
    together = [answer_of(client, stays, pk).status_code for pk in held(papers, stays)]
    unmerge(done, by=cast.piotr)

    assert together == [200, 200]
    assert (held(papers, stays), held(papers, goes)) == ([mine], [theirs])
    assert [answer_of(client, stays, mine).status_code, answer_of(client, goes, theirs).status_code] == [200, 200]
    assert names(papers) == ["a.pdf", "b.pdf"]
