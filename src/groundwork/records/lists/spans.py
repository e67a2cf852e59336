"""Days said in words: "this month", "next week", "last 30 days". A filter keeps the word, so a saved view moves on."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import today
from groundwork.core.months import first_of_month

Span = tuple[date | None, date | None]  # first and last day, both included; None: no bound


def _days(first: int, last: int) -> Callable[[date], Span]:
    return lambda day: (day + timedelta(days=first), day + timedelta(days=last))


def _week(ahead: int) -> Callable[[date], Span]:
    """Weeks begin on Monday (ISO 8601)."""

    def span(day: date) -> Span:
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=ahead)
        return monday, monday + timedelta(days=6)

    return span


def _months(ahead: int, long: int) -> Callable[[date], Span]:
    """``long`` months (1, 3, 12) of the calendar, ``ahead`` such spans from the one that holds the day."""

    def span(day: date) -> Span:
        first = first_of_month(day, ahead * long - (day.month - 1) % long)
        return first, first_of_month(first, long) - timedelta(days=1)

    return span


SPANS: dict[str, tuple[object, Callable[[date], Span]]] = {
    "today": (_("today"), _days(0, 0)),
    "yesterday": (_("yesterday"), _days(-1, -1)),
    "tomorrow": (_("tomorrow"), _days(1, 1)),
    "this-week": (_("this week"), _week(0)),
    "last-week": (_("last week"), _week(-1)),
    "next-week": (_("next week"), _week(1)),
    "this-month": (_("this month"), _months(0, 1)),
    "last-month": (_("last month"), _months(-1, 1)),
    "next-month": (_("next month"), _months(1, 1)),
    "this-quarter": (_("this quarter"), _months(0, 3)),
    "last-quarter": (_("last quarter"), _months(-1, 3)),
    "this-year": (_("this year"), _months(0, 12)),
    "last-year": (_("last year"), _months(-1, 12)),
    "last-7-days": (_("the last 7 days"), _days(-6, 0)),
    "last-30-days": (_("the last 30 days"), _days(-29, 0)),
    "last-90-days": (_("the last 90 days"), _days(-89, 0)),
    "next-7-days": (_("the next 7 days"), _days(0, 6)),
    "next-30-days": (_("the next 30 days"), _days(0, 29)),
    "past": (_("in the past"), lambda day: (None, day - timedelta(days=1))),
    "coming": (_("from today on"), lambda day: (day, None)),
}


def days_of(word: str) -> Span:
    """The days that ``word`` means today; KeyError for another word."""
    return SPANS[word][1](today())
