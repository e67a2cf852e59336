"""Which days are worked: the production calendar of the firm's country, and the days that the firm itself moved.

Holidays, and the working days that governments move, come from the library ``holidays``. Moves are decreed year by
year: ``moves_known_to`` says for which years the library knows them. After that a calendar has its holidays alone, and
what was decreed since is typed in the settings as days of the firm's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db import models, transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from groundwork.blueprint.elements import kept
from groundwork.blueprint.models import Element, Firm
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.added.rows import Configured, refuse_unless_configurator

MOVING = ("RU", "BY", "KZ")  # whose governments move working days; the law of Poland knows no such moves
LAST_YEAR = 2100  # that the library reckons
ONE = timedelta(days=1)


class OwnDay(Configured):
    """A day of one's own: off although the calendar works, or worked although it is off."""

    KIND = Element.Kind.RULE
    FACTS = ("is_worked",)

    on = models.DateField(gettext_lazy("day"), unique=True)
    is_worked = models.BooleanField(gettext_lazy("worked"), default=False)

    class Meta:
        verbose_name = gettext_lazy("own day")
        ordering = ["on"]

    def __str__(self):
        return languages.day(self.on)

    @property
    def element_key(self) -> str:
        return f"workday:{self.on.isoformat()}"

    @property
    def called(self) -> str:
        return self.on.isoformat()

    def refuse_what_cannot_be(self, reason: str) -> None:
        if not reason.strip():
            raise Refusal(_("Say in one sentence why: people look here when they ask why a day is off."))
        if not 2000 <= self.on.year < LAST_YEAR:
            raise Refusal(_("Give a day between 2000 and 2099."))


@transaction.atomic
def set_day(on: date, *, is_worked: bool, by, reason: str) -> OwnDay:
    """The day is off, or worked, whatever the calendar says; what was said of it before is changed."""
    refuse_unless_configurator(by)
    row = OwnDay.objects.select_for_update().filter(on=on).first()
    if row is None:
        return OwnDay(on=on, is_worked=is_worked).make(by=by, reason=reason)
    row.restore(by=by, reason=reason)
    return row.change({"is_worked": is_worked}, by=by, reason=reason)[0]


# ── the calendar


@dataclass(frozen=True)
class WorkCalendar:
    """``country``: RU, BY, KZ, PL, or "" for Monday to Friday without holidays; ``own`` {day: is it worked?}."""

    country: str
    own: Mapping[date, bool] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        return self.own[day] if day in self.own else self.is_working_by_law(day)

    def is_working_by_law(self, day: date) -> bool:
        """Without the firm's own days: what a court goes by."""
        if not self.country:
            return day.weekday() < 5
        return _year(self.country, day.year).is_working_day(day)

    def holiday(self, day: date) -> str:
        """What is celebrated, in the reader's language or else in English; "" on other days, and on the firm's own."""
        if not self.country or day in self.own:
            return ""
        return _year(self.country, day.year, get_language() or "").get(day, "")

    def next_working(self, day: date) -> date:
        """The day itself where it is worked, else the first worked one after it."""
        while not self.is_working(day):
            day += ONE
        return day

    def end_of_term(self, day: date) -> date:
        """The last day of a term that would end on ``day``: on a day off it ends on the next working day.

        Civil codes of Poland (art. 115: Saturdays too), Russia (art. 193), Belarus (art. 194), Kazakhstan (art. 175).
        Where no country is set no law is known, and the day stays. Days of the firm's own change no term.
        """
        while self.country and not self.is_working_by_law(day):
            day += ONE
        return day

    def add_working(self, day: date, days: int) -> date:
        """``days`` worked days after ``day`` (before it, where negative); 0 gives ``next_working``."""
        step = ONE if days >= 0 else -ONE
        for _place in range(abs(days)):
            day += step
            while not self.is_working(day):
                day += step
        return day if days else self.next_working(day)

    def working_between(self, start: date, end: date) -> int:
        """How many days are worked after ``start`` up to and with ``end``; negative where ``end`` comes first."""
        if end < start:
            return -self.working_between(end, start)
        return sum(self.is_working(start + ONE * place) for place in range(1, (end - start).days + 1))


@lru_cache(maxsize=256)
def _year(country: str, year: int, language: str = "") -> Any:
    """One year of the library's calendar. It is never let grow by itself: two threads would see it half made."""
    import holidays  # half a second that most commands need not spend

    known = getattr(holidays, country).supported_languages
    return holidays.country_holidays(
        country, years=year, expand=False, language=language if language in known else "en_US"
    )


def moves_known_to(country: str) -> int | None:
    """The last year whose moved days the library knows; None where no government moves any."""
    return max(_year(country, 2020).special_public_holidays) if country in MOVING else None


def calendar() -> WorkCalendar:
    """That of our firm, read once for each version of the configuration."""
    return kept("workdays", _read)


def _read() -> WorkCalendar:
    firm = Firm.objects.first()
    own = dict(OwnDay.objects.filter(retired_at=None).values_list("on", "is_worked"))
    return WorkCalendar(firm.working_calendar if firm else "", own)
