"""Many people are invited at once, after the verdict of every line; a link that waits is withdrawn or made anew."""

import csv
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from groundwork.access import inviting, links
from groundwork.access.models import AuditEntry, Grant, Invitation, Reach, User
from groundwork.core.clock import now, standing_at
from groundwork.core.refusals import Refusal

MANY = "access:invite_many"
LINES = """e-mail;department;roles
ewa@hazel.example;Sales;Salesperson + Reader
jan@hazel.example;;reader
EWA@hazel.example;Sales;reader
anna@hazel.example;Sales;reader
kim@hazel.example;Moon;reader
leo@hazel.example;Sales;King
max@hazel.example;Sales;
nobody;Sales;reader
"""


def faults(lines) -> dict[str, str]:
    return {line.email: line.fault for line in lines}


def test_every_line_has_its_verdict_and_nothing_happens_yet(cast, as_user):
    page = as_user(cast.adam).post(reverse(MANY), {"lines": LINES})
    lines = inviting.read(LINES, by=cast.adam)

    assert [(line.email, line.fault == "") for line in lines] == [
        ("ewa@hazel.example", True), ("jan@hazel.example", True), ("ewa@hazel.example", False),
        ("anna@hazel.example", False), ("kim@hazel.example", False), ("leo@hazel.example", False),
        ("max@hazel.example", False), ("nobody", False),
    ]  # fmt: skip
    told = faults(lines)
    assert (told["kim@hazel.example"], told["leo@hazel.example"], told["max@hazel.example"]) == (
        "There is no department “Moon”.",
        "There is no role “king” that you may give.",
        "Give at least one role.",
    )
    assert (page.context["good"], page.context["wrong"]) == (2, 6)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_lines_come_from_a_file_or_a_table_with_or_without_a_head(cast, mark):
    text = f"ewa@hazel.example{mark}Sales{mark}reader"

    for form in (text, f"mail{mark}dział{mark}rola\n{text}", f"\ufeffroles{mark}e-mail\nreader{mark}ewa@hazel.example"):
        assert [(line.email, line.fault) for line in inviting.read(form, by=cast.adam)] == [("ewa@hazel.example", "")]


def test_a_file_in_the_writing_of_russian_spreadsheets_is_read(cast, as_user):
    file = SimpleUploadedFile("people.csv", "почта;отдел;роль\newa@hazel.example;;reader".encode("cp1251"))

    assert as_user(cast.adam).post(reverse(MANY), {"file": file}).context["good"] == 1


def test_the_good_lines_become_links_by_which_people_join(cast, as_user):
    adam = as_user(cast.adam)
    page = adam.post(reverse(MANY), {"lines": LINES, "make": "1"})

    rows = {row.cells[0].text: row.cells[1].text for row in page.context["table"].rows}
    assert set(rows) == {"ewa@hazel.example", "jan@hazel.example"}
    token = rows["jan@hazel.example"].split("/join/")[-1]
    password = {"password": "three quiet words", "again": "three quiet words"}
    Client().post(reverse("access:join", args=[token]), {"name": "Jan", **password})
    assert [role.key for role in User.objects.get(email="jan@hazel.example").roles.all()] == ["reader"]
    assert AuditEntry.objects.filter(event="invited").count() == 2


def test_a_second_invitation_ends_the_first(cast):
    _link, token = links.issue(by=cast.adam, email="jan@hazel.example")
    lines = inviting.read("jan@hazel.example;;reader", by=cast.adam)

    assert lines[0].replaces
    inviting.invite_all(lines, by=cast.adam)
    assert links.find(token) is None


def test_nobody_invites_to_a_role_above_the_own(cast):
    head = cast.piotr.roles.get()
    Grant.objects.create(role=head, type="people", verb="configure", reach=Reach.ALL)

    lines = inviting.read("jan@hazel.example;;administrator", by=User.objects.get(pk=cast.piotr.pk))

    assert lines[0].fault == "There is no role “administrator” that you may give."


def test_a_link_that_waits_is_withdrawn_or_made_anew(cast, as_user):
    adam = as_user(cast.adam)
    link, token = links.issue(by=cast.adam, email="jan@hazel.example", roles=list(cast.rita.roles.all()))
    assert "jan@hazel.example" in adam.get(reverse("access:people")).content.decode()

    page = adam.post(reverse("access:invitation_renew", args=[link.pk]))
    new = page.context["address"].split("/join/")[-1]
    assert (links.find(token), links.find(new) is not None) == (None, True)

    adam.post(reverse("access:invitation_withdraw", args=[links.find(new).pk]))
    assert links.find(new) is None
    assert Client().get(reverse("access:join", args=[new])).status_code == 404
    assert AuditEntry.objects.filter(event="invitation withdrawn").count() == 1


def test_a_link_that_is_over_is_not_made_anew(cast, as_user):
    link, _token = links.issue(by=cast.adam, email="jan@hazel.example", roles=list(cast.rita.roles.all()))

    with standing_at(now() + timedelta(days=15)):
        assert as_user(cast.adam).post(reverse("access:invitation_renew", args=[link.pk])).status_code == 404


def test_where_mail_is_set_up_each_link_is_sent(cast, as_user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    as_user(cast.adam).post(reverse(MANY), {"lines": "jan@hazel.example;;reader", "make": "1"})

    assert [sent.to for sent in mail.outbox] == [["jan@hazel.example"]]
    assert "/join/" in mail.outbox[0].body


def test_a_file_with_the_line_ends_of_old_macs_is_read(cast, as_user):
    file = SimpleUploadedFile(
        "people.csv", b"mail;department;roles\rewa@hazel.example;;reader\rjan@hazel.example;;reader"
    )

    assert as_user(cast.adam).post(reverse(MANY), {"file": file}).context["good"] == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [(b'"' + b"x" * 140_000, 422), (b"a@b.example;;reader\n" * 6000, 422), (b'"' + b"x" * 99_000, 200), (b"\x00", 422)],
)
def test_a_file_that_is_no_list_of_people_is_asked_for_again(cast, as_user, content, status):
    file = SimpleUploadedFile("people.csv", content)

    assert as_user(cast.adam).post(reverse(MANY), {"file": file}).status_code == status


def test_lines_that_no_table_can_hold_are_refused_with_a_sentence(cast, request):
    request.addfinalizer(partial(csv.field_size_limit, csv.field_size_limit(131_072)))  # imports take larger cells

    with pytest.raises(Refusal, match="cannot be read as a table"):
        inviting.read('"' + "x" * 140_000, by=cast.adam)


def test_nobody_touches_an_invitation_to_a_role_above_the_own(cast, as_user):
    Grant.objects.create(role=cast.piotr.roles.get(), type="people", verb="configure", reach=Reach.ALL)
    roles = [*cast.adam.roles.all(), *cast.anna.roles.all()]
    link, token = links.issue(by=cast.adam, email="jan@hazel.example", roles=roles)
    piotr = as_user(cast.piotr)

    answers = [
        piotr.post(reverse(f"access:invitation_{act}", args=[link.pk])).status_code for act in ("withdraw", "renew")
    ]
    lines = inviting.read("jan@hazel.example;;reader", by=User.objects.get(pk=cast.piotr.pk))

    assert answers == [403, 403]
    assert lines[0].fault == "This person is invited to a role above yours."
    assert links.find(token) == link


def test_more_than_five_hundred_lines_are_refused(cast):
    with pytest.raises(Refusal, match="At most 500"):
        inviting.read("a@b.example\n" * 501, by=cast.adam)
