"""From the dropped file to taking it back, in the browser."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.testing import firm_as_it_is
from groundwork.records.types import types

TABLE = "name,city,email\nTortola,Paris,\nVirgin,=1+1,\n=evil(),Oslo,+nobody\n"


def dropped(client, text=TABLE, name="companies.csv", **values):
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(reverse("imports:start"), {"file": SimpleUploadedFile(name, content), **values})


def page(client, job):
    return client.get(reverse("imports:job", args=[job.pk]))


def work():
    """What the worker does with the one run that waits."""
    return carry_out(Run.objects.unfinished().get())


def companies():
    return sorted(types["company"].model.objects.values_list("name", "city"))


def test_a_dropped_file_is_tried_then_loaded_then_taken_back(cast, as_user):
    client, before = as_user(cast.olga), firm_as_it_is()

    answer = dropped(client)
    job = ImportJob.objects.get()
    assert answer.url == reverse("imports:job", args=[job.pk])
    assert (job.layout, job.name, job.state) == ("records:company", "companies.csv", "checking")
    assert work().state == "done"

    tried = page(client, job)
    assert [(count, word) for _label, found in tried.context["verdicts"] for count, word, _kind in found] == [
        ("2", "new"),
        ("0", "to change"),
        ("0", "there already"),
        ("1", "wrong"),
    ]
    assert "Write an e-mail address such as anna@example.com." in tried.content.decode()
    assert firm_as_it_is() == before

    client.post(reverse("imports:load", args=[job.pk]))
    assert work().state == "done"
    assert "Loaded." in page(client, job).content.decode()
    assert companies() == [("Tortola", "Paris"), ("Virgin", "=1+1")]

    client.post(reverse("imports:undo", args=[job.pk]))
    assert work().state == "done"
    assert "Taken back." in page(client, job).content.decode()
    assert firm_as_it_is() == before


def test_the_trial_says_what_its_owner_may_not_make_and_offers_no_load(cast, as_user):
    client = as_user(cast.nina)  # keeps the books, makes no companies
    dropped(client)
    work()
    job = ImportJob.objects.get()

    shown = page(client, job).content.decode()

    assert "not here yet, and you may not make any (Companies): ask somebody who may" in shown
    assert reverse("imports:load", args=[job.pk]) not in shown


def test_a_load_is_offered_to_whoever_dropped_the_file(cast, as_user):
    dropped(as_user(cast.olga))
    work()
    job = ImportJob.objects.get()
    address = reverse("imports:load", args=[job.pk])

    assert address in page(as_user(cast.olga), job).content.decode()
    assert address not in page(as_user(cast.adam), job).content.decode()


def test_the_wrong_rows_as_a_file_start_no_formula(cast, as_user):
    client = as_user(cast.olga)
    dropped(client, "name,email\nTortola,=1+1\nVirgin,-2+3\nOslo,@sum\n")
    work()

    answer = client.get(reverse("imports:errors", args=[ImportJob.objects.get().pk]))

    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    reason = "email: Write an e-mail address such as anna@example.com."
    assert rows == [
        ["name", "email", "What is wrong"],
        ["Tortola", "'=1+1", reason],
        ["Virgin", "'-2+3", reason],
        ["Oslo", "'@sum", reason],
    ]
    assert "attachment" in answer["Content-Disposition"]


def test_the_progress_asks_until_the_work_is_done(cast, as_user):
    client = as_user(cast.olga)
    dropped(client)
    address = reverse("imports:job", args=[ImportJob.objects.get().pk])

    busy = client.get(address, headers={"HX-Request": "true"})
    work()
    done = client.get(address, headers={"HX-Request": "true"})

    assert "hx-trigger" in busy.content.decode()
    assert done["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 90, "a.png"),
        (b"name\nTort\0ola" * 9, "../../a.csv"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_the_browser(cast, as_user, settings, tmp_path, content, name):
    settings.MEDIA_ROOT = tmp_path

    answer = dropped(as_user(cast.olga), content, name)

    assert answer.status_code in (409, 302)
    if answer.status_code == 302:
        assert work().state == "failed"
        assert "NUL" in page(as_user(cast.olga), ImportJob.objects.get()).content.decode()
    else:
        assert not ImportJob.objects.exists()
        assert not list((tmp_path / "imports").iterdir())
    assert not types["company"].model.objects.exists()


def test_an_empty_and_a_too_large_file_are_told_beside_the_field(cast, as_user, settings):
    settings.UPLOAD_LIMIT = 10

    assert dropped(as_user(cast.olga), "").status_code == 422
    assert dropped(as_user(cast.olga)).status_code == 422
    assert not ImportJob.objects.exists()


def test_a_load_far_too_large_is_refused_before_it_is_read(cast, as_user, settings):
    settings.UPLOAD_LIMIT = 20 << 20

    answer = as_user(cast.olga).post(reverse("imports:start"), {}, CONTENT_LENGTH=str(30 << 20))

    assert answer.status_code == 413
    assert "20 MB fit" in answer.content.decode()
    assert not answer.wsgi_request._read_started


def test_who_may_not_import_is_not_let_in(cast, as_user):
    job = ImportJob.objects.create(layout="records:company", requester=cast.olga, state="checked")
    client = as_user(cast.anna)

    answers = [
        client.get(reverse("imports:start")),
        dropped(client),
        page(client, job),
        client.get(reverse("imports:errors", args=[job.pk])),
        client.post(reverse("imports:load", args=[job.pk])),
        client.post(reverse("imports:undo", args=[job.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6
    assert ImportJob.objects.count() == 1


def test_the_import_of_somebody_else_is_seen_only_by_whose_reach_is_all(cast, as_user):
    from groundwork.access.models import Grant, Reach

    for verb in ("create", "view"):
        Grant.objects.create(role=cast.piotr.roles.get(), type="import", verb=verb, reach=Reach.OWN)
    dropped(as_user(cast.nina))
    work()
    job = ImportJob.objects.get()
    piotr = as_user(cast.piotr)

    assert page(as_user(cast.olga), job).status_code == 200
    assert page(piotr, job).status_code == 404
    for name in ("load", "undo"):
        assert piotr.post(reverse(f"imports:{name}", args=[job.pk])).status_code == 404
    assert piotr.get(reverse("imports:errors", args=[job.pk])).status_code == 404
    assert "companies.csv" not in piotr.get(reverse("imports:start")).content.decode()
    assert as_user(cast.olga).post(reverse("imports:load", args=[job.pk])).status_code == 409


def test_two_loads_at_once_are_one_and_a_load_is_not_loaded_again(cast, as_user):
    client = as_user(cast.olga)
    for name in ("a.csv", "b.csv"):
        dropped(client, name=name)
        work()
    first, second = ImportJob.objects.order_by("pk")

    def load(job):
        return client.post(reverse("imports:load", args=[job.pk]))

    answers = [load(first).status_code, load(first).status_code, load(second).status_code]
    work()
    late = load(first).status_code
    again = load(second).status_code
    waits = client.post(reverse("imports:undo", args=[first.pk])).status_code
    work()

    assert answers == [302, 302, 409]
    assert (late, again, waits) == (409, 302, 409)
    assert companies() == [("Tortola", "Paris"), ("Virgin", "=1+1")]


@pytest.mark.parametrize("jobs", [1, 6])
def test_the_page_of_imports_takes_as_many_queries_for_six_as_for_one(cast, as_user, django_assert_num_queries, jobs):
    client = as_user(cast.olga)
    client.get(reverse("imports:start"))
    for place in range(jobs):
        ImportJob.objects.create(layout="records:company", name=f"{place}.csv", requester=cast.olga, state="loaded")

    with django_assert_num_queries(7):  # session, user, rights, saved views, jobs with their people
        client.get(reverse("imports:start"))
