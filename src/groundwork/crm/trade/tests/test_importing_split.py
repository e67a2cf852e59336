"""A document whose lines came in two files is asked about: replace, add, or leave it as it is."""

import pytest
from django.urls import reverse

from groundwork.access.models import Grant, Reach
from groundwork.background.models import Run
from groundwork.background.work import carry_out
from groundwork.crm.trade.models import Invoice
from groundwork.records.imports.testing import RETAIL, counts, firm_as_it_is, imported, undone, write_csv, wrong

FIRST = ["536365", "A", "WHITE HEART", "6", "2010-12-01 08:26:00", "2.50", "17850", "United Kingdom"]
SECOND = ["536365", "B", "RED HEART", "2", "2010-12-01 08:26:00", "1.00", "17850", "United Kingdom"]


@pytest.fixture
def halves(cast, tmp_path):
    """The first half is loaded."""
    paths = [write_csv(tmp_path / f"{place}.csv", RETAIL, [row]) for place, row in enumerate((FIRST, SECOND))]
    imported(paths[0], "online-retail", by=cast.olga)
    return paths


def codes():
    return sorted(Invoice.objects.get().lines.values_list("product__code", flat=True))


def test_the_other_half_of_a_document_waits_for_an_answer(cast, halves):
    job = imported(halves[1], "online-retail", by=cast.olga)

    assert job.counts["invoice"] == {"ask": 1}
    assert codes() == ["A"]


@pytest.mark.parametrize(
    ("split", "lines", "total", "verdict"),
    [("replace", ["B"], 200, "update"), ("add", ["A", "B"], 1700, "update"), ("skip", ["A"], 1500, "same")],
)
def test_what_was_said_is_done_and_goes_back(cast, halves, split, lines, total, verdict):
    before = firm_as_it_is()

    job = imported(halves[1], "online-retail", by=cast.olga, split=split)

    assert (codes(), Invoice.objects.get().total_minor) == (lines, total)
    assert job.counts["invoice"] == {verdict: 1}
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before


def test_lines_that_were_added_are_not_added_twice(cast, halves):
    for _ in range(2):
        job = imported(halves[1], "online-retail", by=cast.olga, split="add")

    assert counts(job)[:2] == (0, 0)
    assert codes() == ["A", "B"]


def test_a_document_with_a_product_in_common_is_brought_anew_without_a_question(cast, halves, tmp_path):
    path = write_csv(tmp_path / "again.csv", RETAIL, [[*FIRST[:3], "7", *FIRST[4:]], SECOND])

    job = imported(path, "online-retail", by=cast.olga)

    assert (job.counts["invoice"], codes()) == ({"update": 1}, ["A", "B"])


def test_the_question_is_answered_in_the_browser(cast, as_user, halves):
    job = imported(halves[1], "online-retail", by=cast.olga, dry_run=True)
    client = as_user(cast.olga)
    assert "cut in two" in client.get(reverse("imports:job", args=[job.pk])).content.decode()

    client.post(reverse("imports:decide", args=[job.pk]), {"split": "add"})
    assert carry_out(Run.objects.unfinished().get()).state == "done"
    client.post(reverse("imports:load", args=[job.pk]))
    assert carry_out(Run.objects.unfinished().get()).state == "done"

    assert codes() == ["A", "B"]


def test_a_document_that_the_importer_may_not_change_stays_as_it_is(cast, halves, tmp_path):
    role = cast.ivan.roles.get()
    for type_key, verb in (
        ("import", "create"),
        ("company", "create"),
        ("product", "create"),
        ("invoice", "create"),
        ("invoice", "edit"),
    ):
        Grant.objects.update_or_create(role=role, type=type_key, verb=verb, defaults={"reach": Reach.OWN})
    path = write_csv(tmp_path / "again.csv", RETAIL, [[*FIRST[:3], "7", *FIRST[4:]]])

    job = imported(path, "online-retail", by=type(cast.ivan).objects.get(pk=cast.ivan.pk))

    assert wrong(job) == [(2, "InvoiceNo", "this one is here, and you may not change it")]
    assert Invoice.objects.get().lines.get().quantity == 6
