"""Where the work goes past the product (D26): told as something that the product makes hard, before anybody is blamed.

Read by whoever keeps the roll-out, of departments in which five people and more did it. One's own stays one's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, F, Q
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.clock import now, today
from groundwork.records.models import Activity, ChangeSet
from groundwork.rollout.adoption.inside import Place
from groundwork.rollout.adoption.roles import FEW
from groundwork.rollout.adoption.unread import seen_fields
from groundwork.rollout.adoption.use import DAYS

FRIDAY, EVENING = 4, time(15)
A_DAY = timedelta(days=1)
ENOUGH = 20  # acts of a department in four weeks; of fewer nothing is told
MOST = 0.5  # share of a department's acts, or of its time
HOLLOW = 0.3  # share of what was typed into a field that must be filled in


@dataclass(frozen=True)
class Signal:
    """What is seen, and what to ask of the product first."""

    fact: str
    ask: str


def signals_of(user, places: list[Place], cards: list[dict]) -> list[Signal]:
    """``places`` and ``cards`` as the page has them. Three queries."""
    return [*outside(places), *unopened(cards), *hollow(user), *written_late(), *written_at_once()]


def outside(places: list[Place]) -> Iterator[Signal]:
    for place in places:
        if place.people and place.outside >= 100 * MOST:
            fact = _("%(department)s: %(share)s of the work is kept elsewhere.")
            yield Signal(
                fact % {"department": place.department, "share": languages.percent(place.outside / 100, 0)},
                _("What can their table do that we cannot? Ask them to show it."),
            )


def unopened(cards: list[dict]) -> Iterator[Signal]:
    for card in cards:
        live_at = card["requirement"].live_at
        reports = [reading["it"].report for reading in card["readings"] if reading["it"].report]
        is_due = card["is_live"] and live_at and live_at <= now() - timedelta(days=DAYS)
        if is_due and reports and not any(report.is_used for report in reports):
            fact = _("“%(what)s” has been live for four weeks, and nobody opens it.")
            yield Signal(
                fact % {"what": card["requirement"].statement},
                _("Is it where they look? Does it still answer their question?"),
            )


def hollow(user) -> Iterator[Signal]:
    """By the last round of the day. One query."""
    for row, kind, field in seen_fields(user):
        if not field.model_field.blank and (share := row.more.get("hollow")) is not None and share >= HOLLOW:
            fact = _("%(type)s: %(share)s of what is typed into “%(field)s” says nothing, and it must be filled in.")
            words = {"type": kind.plural, "field": field.heading, "share": languages.percent(share, 0)}
            yield Signal(fact % words, _("Do they know it at that moment? Let it be empty, or ask it later."))


def written_late() -> Iterator[Signal]:
    """Notes and calls that are written down a day later and more. One query."""
    since = now() - timedelta(days=DAYS)
    told = Activity.objects.filter(changeset__at__gte=since, changeset__channel="web", by__is_active=True).order_by()
    fact = _("%(department)s: %(share)s of the calls and notes are written down a day later or more.")
    for words in departments(told, Q(changeset__at__gt=F("at") + A_DAY)):
        yield Signal(fact % words, _("Can they write it down where they talk, on a phone?"))


def written_at_once() -> Iterator[Signal]:
    """Acts on Friday evenings. One query."""
    acts = ChangeSet.objects.filter(at__gte=now() - timedelta(days=DAYS), channel="web", by__is_active=True).order_by()
    fact = _("%(department)s: %(share)s of what is written down in a week is written down on Friday evening.")
    for words in departments(acts, friday_evenings()):
        yield Signal(fact % words, _("For whom do they write it? Find what of it helps them on Monday."))


def friday_evenings() -> Q:
    """Those of the last four weeks, by the clocks of the firm."""
    found = Q(pk__in=[])
    for ago in range(DAYS + 1):
        day = today() - timedelta(days=ago)
        if day.weekday() == FRIDAY:
            begin = datetime.combine(day, EVENING, tzinfo=get_current_timezone())
            found |= Q(at__gte=begin, at__lt=datetime.combine(day + A_DAY, time(), tzinfo=get_current_timezone()))
    return found


def departments(rows, such: Q) -> list[dict[str, str]]:
    """{department, share} where ``MOST`` of the rows and more are such."""
    grouped = rows.filter(by__department__isnull=False).values_list("by__department", "by__department__name")
    counted = grouped.annotate(
        people=Count("by", distinct=True), whole=Count("pk"), part=Count("pk", filter=such)
    ).order_by("by__department")
    return [
        {"department": name, "share": languages.percent(part / whole, 0)}
        for _pk, name, people, whole, part in counted
        if people >= FEW and whole >= ENOUGH and part / whole >= MOST
    ]
