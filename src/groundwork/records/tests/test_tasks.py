"""Tasks: what somebody owes by a day, who sees it, and the next step beside a note."""

import html
import re
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.core.clock import standing_at, today
from groundwork.crm.customers.models import ContactDate
from groundwork.crm.customers.testing import make_company, make_contact
from groundwork.records.models import Activity
from groundwork.records.tasks.asking import finish as complete
from groundwork.records.tasks.asking import give, next_steps
from groundwork.records.tasks.models import Task
from groundwork.records.types import types
from groundwork.records.write import put_part, writing


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def step(what="Send the price list", owner=None, due_on="2026-12-01"):
    return {"next-what": what, "next-owner": owner.pk if owner else "", "next-due_on": due_on}


def finish(client, task, **more):
    return client.post(address("act", task, "task.done"), {"version": task.version, **more})


def test_a_call_and_its_next_step_are_written_down_in_one_form(cast, as_user):
    company = make_company(cast.anna)

    as_user(cast.anna).post(address("note", company), {"kind": "call", "text": "Wants a price list", **step()})

    task = Task.objects.get()
    assert Activity.objects.get().text == "Wants a price list"
    assert (task.what, task.owner, str(task.due_on)) == ("Send the price list", cast.anna, "2026-12-01")
    assert (task.about_type, task.about_id) == ("company", company.pk)


def test_a_note_without_a_next_step_gives_no_task(cast, as_user):
    company = make_company(cast.anna)

    as_user(cast.anna).post(address("note", company), {"kind": "note", "text": "Quiet", **step(what="", due_on="")})

    assert Activity.objects.count() == 1
    assert not Task.objects.exists()


def test_a_next_step_without_a_day_is_asked_for_one_and_neither_is_kept(cast, as_user):
    company = make_company(cast.anna)

    answer = as_user(cast.anna).post(address("note", company), {"kind": "note", "text": "Hm", **step(due_on="")})

    assert answer.status_code == 422
    assert "Say by which day." in answer.content.decode()
    assert not Activity.objects.exists()
    assert not Task.objects.exists()


def test_a_task_is_seen_by_who_does_it_who_gave_it_and_the_doers_head(cast):
    task = give(make_company(cast.olga), by=cast.ivan, owner=cast.anna, what="Call them", due_on=today())

    seen = {name for name in ("anna", "ivan", "piotr", "larisa") if Task.objects.visible_to(getattr(cast, name))}

    assert seen == {"anna", "ivan", "piotr"}
    assert {name for name in ("anna", "ivan", "piotr", "larisa") if getattr(cast, name).can("edit", task)} == seen


def test_whoever_gave_a_task_finds_it_in_list_and_count_as_whoever_does_it(cast, as_user):
    give(None, by=cast.ivan, owner=cast.anna, what="Call them", due_on=today())

    for person in (cast.ivan, cast.anna):
        page = as_user(person).get(reverse("records:list", args=["task"])).content.decode()
        assert "Call them" in page
        assert "1 in all" in page
    assert "Call them" not in as_user(cast.larisa).get(reverse("records:list", args=["task"])).content.decode()


def test_everybody_who_sees_a_company_reads_what_is_owed_about_it_but_opens_only_the_own_tasks(cast, as_user):
    company = make_company(cast.anna)
    task = give(company, by=cast.anna, what="Send samples", due_on=today())
    client = as_user(cast.nina)  # keeps the books: sees all companies, and her own tasks

    page = client.get(company.get_absolute_url()).content.decode()

    assert "Send samples" in page
    assert task.get_absolute_url() not in page
    assert client.get(task.get_absolute_url()).status_code == 404


def test_a_task_about_a_company_that_its_doer_does_not_see_does_not_name_it(cast, as_user):
    company = make_company(cast.ivan, name="Hidden Garden")
    task = give(company, by=cast.ivan, owner=cast.anna, what="Ask the bank", due_on=today())
    client = as_user(cast.anna)

    for where in (reverse("records:day"), task.get_absolute_url()):
        page = client.get(where).content.decode()
        assert "Ask the bank" in page
        assert "Hidden Garden" not in page


def test_a_task_is_done_with_one_click_on_my_day_and_taken_back_with_another(cast, as_user):
    task = give(None, by=cast.anna, what="Call them", due_on=today())
    client, day = as_user(cast.anna), reverse("records:day")

    after = finish(client, task, next=day)
    page = client.get(after.url).content.decode()

    task.refresh_from_db()
    assert (after.url, task.is_done, task.done_by) == (day, True, cast.anna)
    assert "Call them" not in page
    client.post(re.search(r'action="(/undo/\d+)"', page).group(1))
    task.refresh_from_db()
    assert (task.is_done, task.done_at) == (False, None)


def test_a_task_done_leads_to_no_address_elsewhere(cast, as_user):
    task = give(None, by=cast.anna, what="Call them", due_on=today())

    answer = finish(as_user(cast.anna), task, next="https://elsewhere.example/")

    assert answer.url == task.get_absolute_url()


def test_my_day_begins_with_what_is_late_and_ends_with_what_others_owe(cast, as_user):
    for what, day, who in (
        ("later", date(2099, 1, 1), cast.anna), ("long ago", date(2020, 1, 1), cast.anna),
        ("due", today(), cast.anna), ("theirs", today(), cast.ivan),
    ):  # fmt: skip
        give(None, by=cast.anna, owner=who, what=f"It is {what}", due_on=day)

    page = as_user(cast.anna).get(reverse("records:day")).content.decode()

    assert re.findall(r"It is ([\w ]+)</a>", page) == ["long ago", "due", "later", "theirs"]


def test_sellers_begin_with_their_day_and_the_director_with_the_view_from_above(cast, as_user):
    assert as_user(cast.anna).get("/").url == reverse("records:day")
    assert as_user(cast.olga).get("/").url == reverse("insight:above")


def test_who_may_not_give_tasks_may_not_give_one_beside_a_note(cast, as_user):
    company = make_company(cast.anna)
    cast.anna.roles.get().grants.filter(type="task").delete()

    answers = [
        as_user(cast.anna).post(address("note", company), {"kind": "note", "text": "Hm", **step()}),
        as_user(cast.anna).post(address("give", company), step()),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Activity.objects.exists()


def test_my_day_takes_as_many_queries_for_twelve_tasks_as_for_two(cast, as_user, django_assert_num_queries):
    company, client, day = make_company(cast.anna), as_user(cast.anna), reverse("records:day")
    for number in range(12):
        give(company, by=cast.anna, owner=cast.ivan if number % 2 else None, what="Call", due_on=today())
        if number == 1:
            client.get(day)
            with CaptureQueriesContext(connection) as few:
                client.get(day)

    with django_assert_num_queries(len(few)):
        client.get(day)


def test_the_history_of_a_task_names_who_did_it(cast, as_user):
    task = give(None, by=cast.anna, owner=cast.ivan, what="Call them", due_on=today())
    finish(as_user(cast.ivan), task)

    page = as_user(cast.anna).get(task.get_absolute_url()).content.decode()

    assert types["task"].label == "Task"
    assert re.search(r"<b>Done</b>.{0,60}Ivan", page, re.DOTALL)


# ── tasks that repeat


@pytest.mark.parametrize(
    ("repeat", "due_on", "stands_at", "next_on"),
    [
        ("day", "2026-11-20", "2026-11-20", "2026-11-21"),
        ("day", "2026-11-01", "2026-11-20", "2026-11-21"),  # what was missed is not owed again and again
        ("week", "2026-11-20", "2026-11-18", "2026-11-27"),
        ("2weeks", "2026-11-20", "2026-11-20", "2026-12-04"),
        ("month", "2026-01-31", "2026-01-31", "2026-02-28"),
        ("month", "2026-01-31", "2026-03-01", "2026-03-31"),
        ("quarter", "2026-11-30", "2026-11-30", "2027-02-28"),
        ("year", "2028-02-29", "2028-02-29", "2029-02-28"),
    ],
)
def test_a_task_that_repeats_stands_there_again_for_its_next_day(cast, repeat, due_on, stands_at, next_on):
    company = make_company(cast.anna)
    task = give(company, by=cast.anna, what="Send the price list", due_on=date.fromisoformat(due_on))
    with writing(task, by=cast.anna, act="edited") as held:
        held.repeat = repeat

    with standing_at(datetime.fromisoformat(f"{stands_at}T12:00+00:00")):
        complete(task, by=cast.anna)
        complete(task, by=cast.anna)  # twice is once

    again = Task.objects.get(state="open")
    assert (str(again.due_on), again.repeat, again.about_id) == (next_on, repeat, company.pk)
    assert Task.objects.count() == 2


def test_a_repeating_task_that_was_not_done_after_all_is_owed_once(cast, as_user):
    task = give(None, by=cast.anna, what="Count the stock", due_on=today())
    with writing(task, by=cast.anna, act="edited") as held:
        held.repeat = "week"
    client = as_user(cast.anna)
    task.refresh_from_db()

    finish(client, task)
    client.post(reverse("records:undo_last"))

    assert Task.objects.current().get().pk == task.pk
    assert not Task.objects.get(pk=task.pk).is_done


# ── a call and its outcome


@pytest.mark.parametrize(
    ("again", "typed", "what", "due_on"),
    [
        ("1", "", "Call again", "2026-11-23"),  # a Monday: it is Friday
        ("7", "Send a sample", "Send a sample", "2026-11-27"),
    ],
)
def test_a_call_says_how_it_ended_and_when_to_call_again_without_a_word_typed(
    cast, as_user, again, typed, what, due_on
):
    company, client = make_company(cast.anna), as_user(cast.anna)
    sent = {"kind": "call", "outcome": "no_answer", "again": again, "text": "", **step(what=typed)}

    with standing_at(datetime.fromisoformat("2026-11-20T12:00+00:00")):
        client.post(address("note", company), sent)

    task = Task.objects.get()
    assert (Activity.objects.get().outcome, task.what, str(task.due_on)) == ("no_answer", what, due_on)
    assert task.owner == cast.anna
    assert "Call: no answer" in client.get(company.get_absolute_url()).content.decode()


def test_a_call_that_says_neither_outcome_nor_words_is_asked_for_one_of_them_and_a_note_has_no_outcome(cast, as_user):
    company, client = make_company(cast.anna), as_user(cast.anna)

    empty = client.post(address("note", company), {"kind": "call", "text": "", "again": "1"})
    client.post(address("note", company), {"kind": "note", "outcome": "refused", "again": "1", "text": "Quiet"})

    assert empty.status_code == 422
    assert "choose how the call ended" in empty.content.decode()
    assert Activity.objects.get().outcome == ""
    assert not Task.objects.exists()


# ── the week


def test_my_day_leads_to_the_week_where_what_is_late_is_marked_and_others_tasks_are_not(cast, as_user):
    client = as_user(cast.anna)
    with standing_at(datetime.fromisoformat("2026-11-19T12:00+00:00")):
        for what, day in (("Long owed", 17), ("Owed now", 19), ("Done then", 16)):
            made = give(None, by=cast.anna, what=what, due_on=date(2026, 11, day))
        complete(made, by=cast.anna)
        give(None, by=cast.anna, owner=cast.ivan, what="His part", due_on=date(2026, 11, 19))
        contact = make_contact(cast.anna, "Jan")
        with writing(contact, by=cast.anna, act="edited") as held:
            put_part(held, ContactDate(kind="birthday", on=date(1980, 11, 20), yearly=True))

        day = client.get(reverse("records:day")).content.decode()
        week = client.get(html.unescape(re.search(r'href="([^"]*span=2026-W47[^"]*)"', day)[1])).content.decode()

    assert "Jan" in day
    assert "Jan: birthday" in week
    assert re.findall(r'<li class="card( late)?".*?draggable="false">([^<]+)', week) == [
        (" late", "Long owed"), ("", "Owed now"),
    ]  # fmt: skip


def test_the_next_step_of_each_record_is_its_earliest_open_task_and_is_found_at_once(cast, django_assert_num_queries):
    bakery, cafe, elsewhere = make_company(cast.anna), make_company(cast.anna), make_company(cast.ivan)
    give(bakery, by=cast.anna, what="Visit", due_on=date(2026, 12, 9))
    done = give(bakery, by=cast.anna, what="Write", due_on=date(2026, 12, 1))
    first = give(bakery, by=cast.piotr, what="Ring", due_on=date(2026, 12, 2))
    give(bakery, by=cast.anna, what="Ring too", due_on=date(2026, 12, 2))
    give(elsewhere, by=cast.ivan, what="Send samples", due_on=date(2026, 12, 1))
    complete(done, by=cast.anna)
    next_steps([cafe], cast.anna)  # reads her rights, once

    with django_assert_num_queries(2):  # the version of the configuration, which a request reads once; the steps
        steps = next_steps([bakery, cafe, elsewhere], cast.anna)

    assert steps == {bakery.pk: first}
    assert next_steps([], cast.anna) == {}
