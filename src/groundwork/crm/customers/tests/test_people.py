"""Who works where, whose day comes, what was allowed, and what is worth knowing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groundwork.core.clock import standing_at, today
from groundwork.crm.customers.models import Consent, Contact, ContactDate, Employment
from groundwork.crm.customers.people import coming, next_on
from groundwork.crm.customers.testing import make_company, make_contact
from groundwork.records.models import ChangeSet
from groundwork.records.undo import undo
from groundwork.records.write import acting, put_part, save_fields, writing, writing_many

DAYS = st.dates(date(1930, 1, 1), date(2060, 12, 31))


@given(DAYS, DAYS)
def test_a_yearly_day_comes_within_a_year_and_never_in_the_past(day, since):
    found = next_on(day, True, since)

    assert found >= max(since, day)
    assert found <= max(since, day) + timedelta(days=366)
    assert (found.month, found.day) in ((day.month, day.day), (2, 28))


@pytest.mark.parametrize(
    ("since", "found"),
    [
        (date(2027, 1, 1), date(2027, 2, 28)), (date(2028, 1, 1), date(2028, 2, 29)),
        (date(2027, 3, 1), date(2028, 2, 29)), (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2100, 1, 1), date(2100, 2, 28)),
    ],
)  # fmt: skip
def test_who_was_born_on_29_february_is_congratulated_every_year(since, found):
    assert next_on(date(1992, 2, 29), True, since) == found


@given(DAYS, DAYS)
def test_a_single_day_comes_once(day, since):
    assert next_on(day, False, since) == (day if day >= since else None)


pytestmark = pytest.mark.django_db


def add_date(contact, by, on, **fields):
    with writing(contact, by=by, act="edited") as fresh:
        put_part(fresh, ContactDate(on=on, **fields))


def test_coming_dates_are_those_of_whom_one_sees_the_nearest_first(cast):
    mine, other = make_contact(cast.anna, "Katya"), make_contact(cast.ivan, "Stranger")
    leap = make_contact(cast.anna, "Leap")
    with standing_at(datetime(2027, 2, 10, 12, tzinfo=ZoneInfo("UTC"))):
        add_date(mine, cast.anna, date(1990, 3, 5))
        add_date(leap, cast.anna, date(1992, 2, 29))
        add_date(mine, cast.anna, date(2027, 2, 1), yearly=False, kind="contract")
        add_date(mine, cast.anna, date(1980, 6, 1))
        add_date(other, cast.ivan, date(1990, 2, 11))

        told = [(item.whose, item.on, item.years) for item in coming(cast.anna)]

    assert told == [("Leap", date(2027, 2, 28), 35), ("Katya", date(2027, 3, 5), 37)]


@pytest.mark.parametrize("contacts", [1, 20])
def test_the_list_of_dates_takes_the_same_queries_for_many_as_for_one(cast, django_assert_num_queries, contacts):
    for place in range(contacts):
        add_date(make_contact(cast.anna, f"Katya {place}"), cast.anna, today() - timedelta(days=3650))
    cast.anna.can("view", "contact")

    with django_assert_num_queries(2):
        coming(cast.anna, 90)


def test_a_contact_who_goes_elsewhere_stays_among_the_people_of_the_company(cast, as_user):
    old, new = make_company(cast.anna, "Old"), make_company(cast.anna, "New")
    ivan = make_contact(cast.anna, "Ivan Petrov", old, job="buyer")

    save_fields(ivan, {"company": new}, by=cast.anna, version=1)

    page = as_user(cast.anna).get(reverse("records:page", args=["company", old.pk])).text
    assert "Ivan Petrov" in page
    told = list(Employment.objects.order_by("pk").values_list("company__name", "job", "from_on", "until_on"))
    assert told == [("Old", "buyer", None, today()), ("New", "buyer", today(), None)]


def test_going_back_on_the_same_day_leaves_the_employments_as_they_were(cast):
    old, new = make_company(cast.anna, "Old"), make_company(cast.anna, "New")
    ivan = make_contact(cast.anna, "Ivan", old)
    save_fields(ivan, {"company": new}, by=cast.anna, version=1)

    undo(ChangeSet.objects.latest("pk"), by=cast.anna)

    assert list(Employment.objects.values_list("company__name", "from_on", "until_on")) == [("Old", None, None)]


def test_contacts_kept_in_bulk_are_employed_too(cast):
    company = make_company(cast.anna)
    with acting(cast.anna, "imported", channel="import"):
        writing_many(created=[Contact(name=f"Ivan {place}", company=company) for place in range(3)])

    assert Employment.objects.filter(company=company, until_on=None).count() == 3


def test_the_people_of_a_company_are_those_the_reader_sees(cast, as_user):
    company = make_company(cast.anna)
    stranger = make_contact(cast.ivan, "Stranger")
    with writing(stranger, by=cast.ivan, act="edited") as fresh:
        put_part(fresh, Employment(company=company, job="porter"))

    seen = {
        name: as_user(user).get(reverse("records:page", args=["company", company.pk])).text
        for name, user in (("anna", cast.anna), ("olga", cast.olga))
    }

    assert ("Stranger" in seen["anna"], "Stranger" in seen["olga"]) == (False, True)


def consent(client, contact, **typed):
    data = {"purpose": "mailing", "given_on": "2026-01-10", "how": "paper", "proof": "Form 12, in the safe", **typed}
    return client.post(
        reverse("records:part_add", args=["contact", contact.pk, "consents"]),
        {f"consents-{name}": value for name, value in data.items()},
    )


def test_a_withdrawn_consent_stays_to_be_seen_and_is_not_removed(cast, as_user):
    contact, client = make_contact(cast.anna), as_user(cast.anna)
    consent(client, contact, withdrawn_on="2026-02-01")
    kept = Consent.objects.get()

    client.post(reverse("records:part_edit", args=["contact", contact.pk, "consents", kept.pk]), {"remove": "1"})

    page = client.get(reverse("records:page", args=["contact", contact.pk])).text
    assert ("1 Feb 2026" in page, "Form 12, in the safe" in page) == (True, True)
    assert not Consent.objects.get().is_valid


def test_a_consent_is_not_withdrawn_before_it_was_given(cast, as_user):
    answer = consent(as_user(cast.anna), make_contact(cast.anna), withdrawn_on="2025-12-31")

    assert (answer.status_code, Consent.objects.count()) == (422, 0)
    assert "not withdrawn before it is given" in answer.text


def test_a_fact_says_who_reads_it_and_why(cast, as_user):
    contact, client = make_contact(cast.anna), as_user(cast.anna)
    typed = {"facts-text": "Plays chess", "facts-reader": cast.piotr.pk, "facts-why": "For the new year's present"}

    refused = client.post(
        reverse("records:part_add", args=["contact", contact.pk, "facts"]), {**typed, "facts-reader": ""}
    )
    client.post(reverse("records:part_add", args=["contact", contact.pk, "facts"]), typed)

    page = client.get(reverse("records:page", args=["contact", contact.pk])).text
    assert refused.status_code == 422
    assert [word in page for word in ("Plays chess", "Piotr", "For the new year")] == [True, True, True]
