"""What stands in a person's calendar: the own open tasks and the coming important dates, as iCalendar (RFC 5545)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from groundwork.access.rights import rights
from groundwork.core.clock import now
from groundwork.crm.customers.models import Contact
from groundwork.crm.customers.people import coming
from groundwork.records.tasks.asking import abouts_of
from groundwork.records.tasks.models import Task

TASKS = 500  # the nearest open ones
DAYS_OF_DATES = 365


def calendar_of(person, absolute: Callable[[str], str]) -> bytes:
    """``absolute`` makes the whole address of a path. Rights are asked anew each time; days are whole days."""
    calendar = Calendar()
    calendar.add("prodid", "-//Groundwork//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Groundwork")
    for event in (*_tasks(person, absolute), *_dates(person, absolute)):
        calendar.add_component(event)
    return calendar.to_ical()


def _tasks(person, absolute) -> list[Event]:
    if not person.can("view", Task.type_key) or rights(person).field_mode(Task.type_key, "what") == "hidden":
        return []
    mine = Task.objects.visible_to(person).open().filter(owner=person).order_by("due_on", "pk")
    tasks = list(mine[:TASKS])
    abouts = abouts_of(tasks, person)
    mode = rights(person).field_mode
    may_remind = "hidden" not in (mode(Task.type_key, "remind_on"), mode(Task.type_key, "remind_time"))
    events = []
    for task in tasks:
        about = abouts.get((task.about_type, task.about_id))
        title = f"{task.what} ({about})" if about else task.what
        event = _event(f"task-{task.pk}", title, task.due_on, absolute(task.get_absolute_url()))
        if may_remind and task.remind_at and task.remind_at > now():
            event.add_component(_alarm(title, task.remind_at))
        events.append(event)
    return events


def _alarm(title: str, at: datetime) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", at.astimezone(UTC))
    return alarm


def _dates(person, absolute) -> list[Event]:
    if not person.can("view", Contact.type_key):
        return []
    return [
        _event(
            f"date-{item.href.strip('/').replace('/', '-')}-{item.on:%Y%m%d}-{item.kind}",
            _("%(whose)s: %(kind)s") % {"whose": item.whose, "kind": item.kind},
            item.on,
            absolute(item.href),
        )
        for item in coming(person, DAYS_OF_DATES)
    ]


def _event(key: str, title: str, day: date, url: str) -> Event:
    event = Event()
    event.add("uid", f"{key}@groundwork")
    event.add("dtstamp", now())
    event.add("summary", title)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", url)
    return event
