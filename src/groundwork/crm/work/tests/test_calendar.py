"""The own calendar in other programs: what it tells, to whom, and how its address is ended."""

import re
from datetime import timedelta

import icalendar
from django.test import Client
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.core.clock import today
from groundwork.crm.customers.models import ContactDate
from groundwork.crm.customers.testing import make_company, make_contact
from groundwork.crm.work.models import Feed
from groundwork.records.tasks.asking import finish, give
from groundwork.records.tasks.models import Task
from groundwork.records.write import put_part, writing


def address_of(client) -> str:
    page = client.post(reverse("work:feed")).content.decode()
    (found,) = re.findall(r"value=\"http://testserver(/calendar/[^\"]+)\"", page)
    return found


def events(path) -> list:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def told(path) -> set[tuple]:
    return {(str(event["summary"]), event["dtstart"].dt) for event in events(path)}


def test_the_own_open_tasks_stand_in_it_with_what_they_are_about(cast, as_user):
    later = today() + timedelta(days=3)
    give(make_company(cast.anna, "Bakery"), by=cast.anna, what="Call again", due_on=later)
    give(None, by=cast.anna, what="Water the plants", due_on=today())
    give(None, by=cast.anna, what="His part", due_on=today(), owner=cast.ivan)
    finish(give(None, by=cast.anna, what="Over", due_on=today()), by=cast.anna)

    assert told(address_of(as_user(cast.anna))) == {("Call again (Bakery)", later), ("Water the plants", today())}


def test_a_reminder_rings_in_the_calendar_at_its_hour_and_not_where_it_is_hidden(cast, as_user):
    task = give(None, by=cast.anna, what="Call again", due_on=today() + timedelta(days=3))
    with writing(task, by=cast.anna, act="edited") as fresh:
        fresh.remind_on, fresh.remind_time = today() + timedelta(days=2), "14:30"
    address = address_of(as_user(cast.anna))

    (event,) = events(address)
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == Task.objects.get().remind_at
    hide(cast.anna, "task", "remind_time")
    assert events(address)[0].walk("VALARM") == []


def test_a_task_about_what_one_may_not_see_does_not_name_it(cast, as_user):
    give(make_company(cast.ivan, "His secret"), by=cast.ivan, what="Send samples", due_on=today(), owner=cast.anna)

    assert told(address_of(as_user(cast.anna))) == {("Send samples", today())}


def test_important_dates_of_the_own_contacts_come_within_the_year(cast, as_user):
    day = today() + timedelta(days=40)
    for person, name in ((cast.anna, "Jan"), (cast.ivan, "Oleg")):
        contact = make_contact(person, name)
        with writing(contact, by=person, act="edited") as held:
            put_part(held, ContactDate(kind="birthday", on=day.replace(year=1980), yearly=True))

    (event,) = events(address_of(as_user(cast.anna)))

    assert event["dtstart"].dt == day
    assert str(event["summary"]).startswith("Jan: ")


def test_a_new_address_ends_the_old_one_and_ending_ends_it_for_good(cast, as_user):
    client = as_user(cast.anna)
    first = address_of(client)
    second = address_of(client)
    opened = [Client().get(path).status_code for path in (first, second)]

    client.post(reverse("work:feed"), {"end": "1"})

    assert opened == [404, 200]
    assert Client().get(second).status_code == 404


def test_the_secret_is_shown_once_and_kept_nowhere(cast, as_user):
    client = as_user(cast.anna)
    secret = address_of(client).removeprefix("/calendar/").removesuffix(".ics")

    again = client.get(reverse("work:feed")).content.decode()

    assert secret not in again
    assert secret not in str(Feed.objects.values().get())


def test_the_calendar_of_whoever_left_opens_no_more(cast, as_user):
    path = address_of(as_user(cast.anna))
    cast.anna.is_active = False
    cast.anna.save()

    assert Client().get(path).status_code == 404


def test_it_speaks_the_language_of_its_person(cast, as_user):
    cast.anna.language = "pl"
    cast.anna.save()
    contact = make_contact(cast.anna, "Jan")
    with writing(contact, by=cast.anna, act="edited") as held:
        put_part(held, ContactDate(kind="birthday", on=today(), yearly=True))

    (event,) = events(address_of(as_user(cast.anna)))

    assert str(event["summary"]) == "Jan: urodziny"
