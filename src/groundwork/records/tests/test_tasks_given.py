"""Tasks between two people, and reminders: who asked, who answers what, who is told when."""

import html
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from groundwork.core.clock import now, standing_at, today
from groundwork.crm.customers.testing import make_company
from groundwork.records.imports.testing import imported, write_csv
from groundwork.records.notices.models import Notice
from groundwork.records.tasks.asking import accept, day_of, finish, give, remind, waiting
from groundwork.records.tasks.models import CheckLine, Task
from groundwork.records.write import put_part, writing


def given(cast, **facts):
    return give(None, by=cast.piotr, owner=cast.anna, **{"what": "Count the stock", "due_on": today()} | facts)


def answer(client, task, key, **more):
    return client.post(reverse("records:act", args=["task", task.pk, key]), {"version": task.version, **more})


def groups(user):
    return {group.key: [row.what for row in group.rows] for group in day_of(user)}


def told(user):
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", "text"))


def test_a_given_task_waits_for_an_answer_and_stands_among_todays_once_it_is_accepted(cast, as_user):
    task = given(cast)
    assert groups(cast.anna) == {"asked": ["Count the stock"]}

    client, day = as_user(cast.anna), reverse("records:day")
    assert reverse("records:act", args=["task", task.pk, "task.accept"]) in client.get(day).content.decode()
    answer(client, task, "task.accept")

    assert groups(cast.anna) == {"today": ["Count the stock"]}
    assert groups(cast.piotr) == {"given": ["Count the stock"]}
    assert "accepted" in as_user(cast.piotr).get(day).content.decode()
    assert told(cast.piotr) == [("accepted", "Count the stock")]


def test_the_list_is_narrowed_to_what_waits_for_an_answer(cast, as_user):
    waits, taken = given(cast), given(cast, what="Pack the samples")
    give(None, by=cast.anna, what="Her own", due_on=today())
    accept(taken, by=cast.anna)
    client = as_user(cast.anna)

    (shortcut,) = client.get("/r/task/").context["shortcuts"]
    listed = client.get(shortcut[1]).context["table"].rows

    assert [row.key for row in listed] == [str(waits.pk)]
    assert client.get(shortcut[3]).text == "1"
    finish(waits, by=cast.anna)
    assert client.get(shortcut[3]).text == "0"


def test_what_is_given_back_is_with_whoever_asked_and_says_why(cast, as_user):
    task, client = given(cast), as_user(cast.anna)
    assert answer(client, task, "task.give_back").status_code == 422  # not without a word

    after = answer(client, task, "task.give_back", word="I am away on Monday")

    assert after.url == reverse("records:day")  # Anna sees it no longer
    assert not Task.objects.visible_to(cast.anna).exists()
    assert groups(cast.piotr) == {"today": ["Count the stock"]}
    assert "I am away on Monday" in as_user(cast.piotr).get(task.get_absolute_url()).content.decode()
    assert told(cast.piotr) == [("returned", "I am away on Monday")]


def test_a_task_that_is_given_again_after_it_came_back_waits_for_an_answer_again(cast, as_user):
    task = given(cast)
    answer(as_user(cast.anna), task, "task.give_back", word="Too much to do")

    with writing(task, by=cast.piotr, act="changed") as fresh:
        fresh.owner = cast.anna

    assert groups(cast.anna) == {"asked": ["Count the stock"]}


def test_nobody_answers_for_another_person(cast, as_user):
    task = given(cast)

    refused = [answer(as_user(cast.piotr), task, key, word="No") for key in ("task.accept", "task.give_back")]

    assert [each.status_code for each in refused] == [409, 409]
    task.refresh_from_db()
    assert (task.owner, task.answered_by, task.version) == (cast.anna, None, 1)


def test_an_answer_that_was_taken_back_is_waited_for_again(cast, as_user):
    task, client = given(cast), as_user(cast.anna)
    page = client.get(answer(client, task, "task.accept").url).content.decode()

    client.post(re.search(r'action="(/undo/\d+)"', page).group(1))

    assert groups(cast.anna) == {"asked": ["Count the stock"]}


def remind_on(task, by, day, time="09:00"):
    with writing(task, by=by, act="changed") as fresh:
        fresh.remind_on, fresh.remind_time = day, time


def test_a_reminder_comes_once_at_its_time_by_the_clock_of_whoever_does_it(cast):
    cast.anna.time_zone = "Asia/Vladivostok"
    cast.anna.save()
    task, day = given(cast), today() + timedelta(days=3)
    remind_on(task, cast.anna, day, "14:30")
    moment = datetime.combine(day, datetime.strptime("14:30", "%H:%M").time(), tzinfo=ZoneInfo("Asia/Vladivostok"))

    with standing_at(moment - timedelta(minutes=5)):
        remind()
        assert "remind" not in dict(told(cast.anna))
    with standing_at(moment + timedelta(seconds=5)):
        remind()
        Notice.objects.update(read_at=now())
        remind()

    assert told(cast.anna).count(("remind", "Count the stock")) == 1


def test_a_reminder_that_was_moved_is_told_anew_and_one_of_a_finished_task_never(cast):
    task, done = given(cast), given(cast, what="Done already")
    for each in (task, done):
        remind_on(each, cast.anna, today() - timedelta(days=1))
    finish(done, by=cast.anna)
    remind()
    assert [text for kind, text in told(cast.anna) if kind == "remind"] == ["Count the stock"]
    Notice.objects.update(read_at=now())

    task.refresh_from_db()
    remind_on(task, cast.anna, today() + timedelta(days=1))
    with standing_at(now() + timedelta(days=2)):
        remind()

    assert [text for kind, text in told(cast.anna) if kind == "remind"] == ["Count the stock"] * 2


def test_a_task_that_repeats_reminds_as_long_before_its_next_day(cast):
    task = give(None, by=cast.anna, what="Water the plants", due_on=today())
    with writing(task, by=cast.anna, act="changed") as fresh:
        fresh.repeat, fresh.remind_on, fresh.remind_time = "week", today() - timedelta(days=2), "08:30"

    finish(task, by=cast.anna)

    again = Task.objects.open().get()
    assert (again.remind_on, again.remind_time) == (today() + timedelta(days=5), "08:30")


def test_ones_own_task_needs_no_answer(cast):
    give(None, by=cast.anna, what="Call them", due_on=date(2026, 1, 5))
    accepted = given(cast)
    accept(accepted, by=cast.anna)

    assert groups(cast.anna) == {"late": ["Call them"], "today": ["Count the stock"]}


def line_of(task, by, what="Paper", **facts):
    with writing(task, by=by, act="edited") as fresh:
        return put_part(fresh, CheckLine(what=what, **facts))


def tick_of(page):
    """What the first form of a checklist sends."""
    form = re.search(r'<ul class="rows ticks">.*?<form method="post" action="(.*?)">(.*?)</form>', page, re.S)
    sent = re.findall(r'name="(.*?)" value="(.*?)"', form.group(2))
    return form.group(1), {name: html.unescape(value) for name, value in sent if name != "csrfmiddlewaretoken"}


def test_a_line_of_a_checklist_is_ticked_in_place_and_unticked_again(cast, as_user):
    task, client = given(cast), as_user(cast.anna)
    line_of(task, cast.anna, "Paper")
    line_of(task, cast.anna, "Boxes", is_done=True)
    seen = []

    for _each in range(2):
        page = client.get(task.get_absolute_url()).content.decode()
        seen.append(re.search(r">(\d / \d)<", page).group(1))
        client.post(*tick_of(page))

    assert seen == ["1 / 2", "2 / 2"]
    assert list(CheckLine.objects.order_by("pk").values_list("what", "is_done")) == [("Paper", False), ("Boxes", True)]


def test_a_line_that_somebody_else_changed_meanwhile_is_not_ticked_unseen(cast, as_user):
    task, client = given(cast), as_user(cast.anna)
    line = line_of(task, cast.anna)
    url, sent = tick_of(client.get(task.get_absolute_url()).content.decode())
    line.what = "Paper, 80 boxes"
    with writing(task, by=cast.piotr, act="edited") as fresh:
        put_part(fresh, line)

    assert client.post(url, sent).status_code == 409
    assert CheckLine.objects.values_list("what", "is_done").get() == ("Paper, 80 boxes", False)


def test_tasks_of_others_that_come_from_a_file_wait_for_nobodys_answer(cast, tmp_path):
    path = write_csv(tmp_path / "tasks.csv", ["what", "due on", "owner"], [["Ring Tobago", "2026-12-01", "Anna"]])

    imported(path, "records:task", by=cast.olga)

    task = Task.objects.get()
    assert (task.owner, task.created_by, task.waits_for_answer) == (cast.anna, cast.olga, False)
    assert list(waiting([])) == []


def test_a_task_that_repeats_takes_its_checklist_along_unticked(cast):
    task = give(None, by=cast.anna, what="Close the month", due_on=today())
    line_of(task, cast.anna, "Count the cash", is_done=True)
    task.refresh_from_db()
    with writing(task, by=cast.anna, act="changed") as fresh:
        fresh.repeat = "month"

    finish(task, by=cast.anna)

    assert list(Task.objects.open().get().checklist.values_list("what", "is_done")) == [("Count the cash", False)]


def test_the_list_of_tasks_says_what_each_is_about_to_whoever_may_know(cast, as_user):
    for name in ("Quiet Garden", "Loud Garden"):
        give(make_company(cast.ivan, name=name), by=cast.ivan, owner=cast.anna, what="Ask the bank", due_on=today())
    give(make_company(cast.anna, name="Own Garden"), by=cast.anna, what="Call them", due_on=today())
    lists = {
        each: as_user(each).get(reverse("records:list", args=["task"])).content.decode()
        for each in (cast.ivan, cast.anna)
    }

    assert "<small>Quiet Garden</small>" in lists[cast.ivan]
    assert "<small>Own Garden</small>" in lists[cast.anna]
    assert "Ask the bank" in lists[cast.anna]
    assert "Quiet Garden" not in lists[cast.anna]
