"""Looking as somebody else: what that person sees, nothing changed, and told in the audit log."""

import re
from datetime import timedelta

import pytest
from django.core.handlers.exception import convert_exception_to_response
from django.db import connection, transaction
from django.urls import reverse

from groundwork.access import sessions, view_as
from groundwork.access.models import AuditEntry, BrowserSession, Grant, Reach, User
from groundwork.access.tests.test_sessions import is_in, signed_in
from groundwork.core.clock import now, standing_at
from groundwork.core.refusals import NotAllowed
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import sales
from groundwork.records import use
from groundwork.records.models import Use
from groundwork.records.write import creating

END = "access:view_as_end"


def looking_as(person, as_user, by):
    client = as_user(by)
    assert client.post(reverse("access:view_as", args=[person.pk])).status_code == 302
    return client


@pytest.fixture
def company(cast):
    creating(Company(name="Montpellier Trade", owner=cast.ivan), by=cast.ivan)
    return creating(Company(name="Saba", owner=cast.anna), by=cast.anna)


def test_one_sees_what_the_person_sees_and_a_banner_on_every_page(cast, as_user, company):
    adam = looking_as(cast.anna, as_user, cast.adam)

    for name, args in (("records:list", ["company"]), ("records:page", ["company", company.pk]), ("access:me", [])):
        page = adam.get(reverse(name, args=args)).content.decode()
        assert "You see what Anna sees." in page
        assert "Montpellier Trade" not in page
    assert adam.get(reverse("access:people")).status_code == 403
    assert "You see what Anna sees." in adam.get("/nothing-here").content.decode()


def test_what_is_for_one_persons_eyes_alone_is_not_shown_to_who_looks(cast, as_user):
    with standing_at(now() - timedelta(days=9)):
        creating(Deal(name="Hazelnuts", stage=next(iter(sales().stages))), by=cast.anna)
    own, adam = as_user(cast.anna), looking_as(cast.anna, as_user, cast.adam)
    pages = [client.get(reverse("rollout:my_use")).context["own"] for client in (own, adam)]

    assert [page is None for page in pages] == [False, True]
    assert "sales/tidy_deals.html" in shown_on_my_day(own)
    assert "sales/tidy_deals.html" not in shown_on_my_day(adam)


def shown_on_my_day(client) -> list[str]:
    return [template for template, _shown in client.get(reverse("records:day")).context["sections"]]


def test_ending_gives_the_own_sight_back_and_both_are_told(cast, as_user, company):
    adam = looking_as(cast.anna, as_user, cast.adam)

    assert adam.post(reverse(END)).url == reverse("access:people")

    page = adam.get(reverse("records:list", args=["company"])).content.decode()
    assert "Montpellier Trade" in page
    assert "You see what" not in page
    told = list(AuditEntry.objects.order_by("pk").values_list("user__name", "event", "detail__person"))
    assert told == [("Adam", "view as", cast.anna.email), ("Adam", "view as ended", cast.anna.email)]


def test_one_is_noted_as_being_here_while_one_looks(cast, as_user, company):
    client = signed_in(cast.adam)
    client.post(reverse("access:view_as", args=[cast.anna.pk]))
    sessions._seen.clear()  # as after five minutes
    with standing_at(now() + timedelta(minutes=6)):
        page = client.get(reverse("records:list", args=["company"]))

    assert page.status_code == 200
    assert BrowserSession.objects.get(user=cast.adam).seen_at > now() + timedelta(minutes=5)


def test_what_would_write_outside_of_a_page_is_refused_in_words(cast, as_user, company, rf):
    def writes(request):
        with transaction.atomic():
            User.objects.filter(pk=cast.anna.pk).update(theme="dark")

    client = looking_as(cast.anna, as_user, cast.adam)
    request = rf.get("/")
    request.session, request.user = client.session, cast.adam

    answer = view_as.ViewAs(convert_exception_to_response(writes))(request)

    assert answer.status_code == 403
    assert "nothing is changed" in answer.content.decode()
    assert User.objects.get(pk=cast.anna.pk).theme == ""


def test_nothing_is_changed_while_one_looks(cast, as_user, company):
    adam = looking_as(cast.anna, as_user, cast.adam)

    answers = [
        adam.post(reverse("records:new", args=["company"]), {"name": "Nevis", "kind": "customer"}),
        adam.post(reverse("records:archive", args=["company", company.pk])),
        adam.post(reverse("access:theme"), {"theme": "dark"}),
        adam.post(reverse("access:view_as", args=[cast.ivan.pk])),
        adam.delete(reverse("records:page", args=["company", company.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert Company.objects.filter(archived_at=None).count() == 2
    assert User.objects.get(pk=cast.anna.pk).theme == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "is_read"),
    [
        ("SELECT 1", True),
        ('SAVEPOINT "s1"', True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ('INSERT INTO "records_use" ("at") VALUES (1)', True),
        ('INSERT INTO "customers_company" ("name") VALUES (1)', False),
        ('UPDATE "access_user" SET "name" = 1', False),
        ("DELETE FROM access_user", False),
        ("WITH a AS (DELETE FROM access_user RETURNING *) SELECT * FROM a", False),
        ("DROP TABLE access_user", False),
    ],
)
def test_a_statement_that_writes_is_refused_whoever_sends_it(sql, is_read):
    sent = []
    if is_read:
        view_as.RefusesWrites()(lambda *args: sent.append(args), sql, (), False, {})
    else:
        with pytest.raises(NotAllowed):
            view_as.RefusesWrites()(lambda *args: sent.append(args), sql, (), False, {})

    assert len(sent) == is_read


def test_a_get_that_would_write_is_refused_too(cast, as_user, monkeypatch):
    adam = looking_as(cast.anna, as_user, cast.adam)
    told = User.objects.filter(pk=cast.anna.pk)

    def writes(user):
        with transaction.atomic():
            told.update(name="changed")

    monkeypatch.setattr("groundwork.access.session_views.sessions.of", writes)

    assert adam.get(reverse("access:sessions")).status_code == 403
    assert told.get().name == "Anna"
    assert not connection.execute_wrappers


@pytest.mark.parametrize("whom", ["adam", "olga", "piotr"])
def test_never_as_an_equal_or_higher_role(cast, as_user, whom):
    role = cast.piotr.roles.get()
    for verb in ("view", "configure"):
        Grant.objects.create(role=role, type="people", verb=verb, reach=Reach.ALL)
    piotr = as_user(cast.piotr)

    assert piotr.post(reverse("access:view_as", args=[getattr(cast, whom).pk])).status_code == 409
    assert "You see what" not in piotr.get(reverse("access:me")).content.decode()
    assert piotr.post(reverse("access:view_as", args=[cast.anna.pk])).status_code == 302


def test_it_ends_by_itself_when_the_person_rises_or_leaves_or_an_hour_is_over(cast, as_user, monkeypatch):
    adam = looking_as(cast.anna, as_user, cast.adam)
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)
    assert adam.get(reverse("access:people")).status_code == 200

    User.objects.filter(pk=cast.anna.pk).update(is_active=True)
    adam.post(reverse("access:view_as", args=[cast.anna.pk]))
    cast.anna.roles.add(cast.adam.roles.get())
    assert adam.get(reverse("access:people")).status_code == 200

    adam.post(reverse("access:view_as", args=[cast.ivan.pk]))
    assert adam.get(reverse("access:people")).status_code == 403
    later = view_as.time.time() + 3601
    monkeypatch.setattr(view_as.time, "time", lambda: later)
    assert adam.get(reverse("access:people")).status_code == 200


def test_the_log_of_use_says_nothing_of_it(cast, as_user, company):
    use.flush()
    Use.objects.all().delete()
    adam = looking_as(cast.anna, as_user, cast.adam)

    adam.get(company.get_absolute_url())
    use.flush()

    assert not Use.objects.exists()


def test_signing_out_while_looking_signs_out_who_looks(cast):
    adam, anna = signed_in(cast.adam), signed_in(cast.anna)
    adam.post(reverse("access:view_as", args=[cast.anna.pk]))

    adam.post(reverse("account_logout"))

    assert (is_in(adam), is_in(anna)) == (False, True)
    assert AuditEntry.objects.get(event="signed out").user == cast.adam


def test_the_one_who_looks_reads_the_own_language(cast, as_user):
    User.objects.filter(pk=cast.anna.pk).update(language="pl")
    adam = looking_as(cast.anna, as_user, cast.adam)

    assert re.search(r'<html lang="en"', adam.get(reverse("access:me")).content.decode())
