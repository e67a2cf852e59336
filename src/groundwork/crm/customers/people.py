"""Who works where, and whose day is coming.

A contact's company is where the person works now; each one before stays as a former employment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import rights
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.crm.customers.models import Company, CompanyDate, Contact, ContactDate, Employment, ImportantDate
from groundwork.records.lists.calendar import DaySource, beside
from groundwork.records.pages import Panel, panels
from groundwork.records.personal import facts as personal
from groundwork.records.tasks.asking import DaySection, my_day
from groundwork.records.tasks.models import Task
from groundwork.records.write import Follower, doing, followers

# ── employments


def follow_company(steps) -> None:
    """Whoever changes the company of a contact ends one employment and begins another, both today.

    Going back on the same day (an undo, say) leaves them as they were. A merge moves employments by itself.
    """
    if doing() in ("merged", "unmerged", "erased"):
        return
    moved = [
        (record, before["company_id"] if before else None)
        for record, before, after in steps
        if after is not None and (before is None or before["company_id"] != after["company_id"])
    ]
    moved = [(record, left) for record, left in moved if left or record.company_id]
    if not moved:
        return
    day = today()
    held = Employment.objects.filter(Q(until_on=None) | Q(until_on=day), contact__in=[record.pk for record, _ in moved])
    known: dict[tuple[int, int], Employment] = {(item.contact_id, item.company_id): item for item in held}
    begun = []
    for record, left in moved:
        if left and (old := known.get((record.pk, left))):
            _end(old, day)
        if record.company_id is None:
            continue
        if again := known.get((record.pk, record.company_id)):
            again.until_on = None
            again.save()
        else:
            begun.append(
                Employment(contact=record, company_id=record.company_id, job=record.job, from_on=day if left else None)
            )
    Employment.objects.bulk_create(begun, batch_size=500)


def _end(employment: Employment, day: date) -> None:
    if employment.from_on == day:
        employment.delete()
    else:
        employment.until_on = day
        employment.save()


followers.add(Follower("employments", Contact.type_key, follow_company))


@dataclass
class Person:
    """A line of a company's panel: somebody who works there too, or used to."""

    name: str
    href: str
    job: str
    until: str  # a day in words; "" while the person works there
    phone: str


def people_panel(company: Company, user) -> list[Person]:
    """Those the company's contacts do not tell: who left, and whose main company is another. Present ones first.

    Nobody where employments are hidden from the person; without phones where those are.
    """
    if rights(user).field_mode(Contact.type_key, "employments") == "hidden":
        return []
    tells_phone = rights(user).field_mode(Contact.type_key, "phone") != "hidden"
    seen = Contact.objects.visible_to(user).current().filter(pk=OuterRef("contact"))
    found = (
        Employment.objects.filter(Exists(seen), company=company)  # not "in": SQLite would go through all contacts first
        .exclude(until_on=None, contact__company=company)
        .select_related("contact")
        .order_by("-until_on", "contact__sort_key")[:50]
    )
    people = [
        Person(
            str(item.contact), item.contact.get_absolute_url(), item.job,
            languages.day(item.until_on) if item.until_on else "",
            "" if item.until_on or not tells_phone else item.contact.phone,
        )
        for item in found
    ]  # fmt: skip
    return sorted(people, key=lambda person: bool(person.until))


panels.add(Panel("people", Company.type_key, "customers/people.html", people_panel))


# ── important dates


def next_on(day: date, yearly: bool, since: date) -> date | None:
    """The first occurrence on ``since`` or later; None for a single day that is over.

    29 February is kept on 28 February in a year that has no 29th: a word too early is kinder than one too late.
    """
    if not yearly:
        return day if day >= since else None
    for year in (since.year, since.year + 1):
        occurrence = in_year(day, year)
        if occurrence >= max(since, day):
            return occurrence
    return day  # it lies ahead of next year


def in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)


@dataclass
class Coming:
    """A day to remember: ``years`` is how many it will be, 0 for the first or a single one."""

    on: date
    kind: str
    note: str
    whose: str
    href: str
    years: int

    @property
    def when(self) -> str:
        return languages.day(self.on)


def coming(user, days: int = 30) -> list[Coming]:
    """The dates of visible companies and contacts from today on, the nearest first. Two queries."""
    start = today()
    end = start + timedelta(days=days)
    found = [*_coming(CompanyDate, Company, user, start, end), *_coming(ContactDate, Contact, user, start, end)]
    return sorted(found, key=lambda item: (item.on, item.whose))


def _coming(model: Any, owner_model: Any, user, start: date, end: date) -> Iterator[Coming]:
    lengths = (end - start).days + 1
    named = {
        (start + timedelta(days=place)).month * 100 + (start + timedelta(days=place)).day for place in range(lengths)
    }
    named |= {229} if 228 in named else set()
    whose = model.parent_field
    rows = model.objects.filter(
        Q(yearly=True, month_day__in=named) | Q(yearly=False, on__range=(start, end)),
        **{f"{whose}__in": owner_model.objects.visible_to(user).current()},
    ).select_related(whose)
    for row in rows:
        record = getattr(row, whose)
        day = next_on(row.on, row.yearly, start)
        if day is not None and day <= end:
            kind = str(ImportantDate.Kind(row.kind).label)
            yield Coming(day, kind, row.note, str(record), record.get_absolute_url(), day.year - row.on.year)


DAYS_AHEAD = 7  # of dates on my day


def day_section(user) -> dict[str, Any] | None:
    """The important dates of the coming week, on "My day"; nothing where none comes."""
    if not user.can("view", Contact.type_key):
        return None
    found = coming(user, DAYS_AHEAD)
    return {"coming": found} if found else None


def in_calendar(user, first: date, last: date) -> dict[date, list[tuple[str, str]]]:
    """The important dates of those days, from today on, for the calendar of tasks."""
    if last < today() or not user.can("view", Contact.type_key):
        return {}
    found: dict[date, list[tuple[str, str]]] = {}
    for item in coming(user, (last - today()).days):
        if item.on >= first:
            found.setdefault(item.on, []).append((f"{item.whose}: {item.kind}", item.href))
    return found


my_day.add(DaySection("important dates", "customers/day.html", day_section))
beside.add(DaySource("important dates", Task.type_key, in_calendar))


# ── as persons whose data we hold


personal.subjects.add(personal.Subject(Contact.type_key, _("erased person"), ("email", "phone")))
panels.add(Panel("personal", Contact.type_key, "records/personal_panel.html", personal.panel_of))
