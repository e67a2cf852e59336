"""What a form costs the people who fill it in: seconds for each kind of field, and how often it is filled in.

The seconds are those of the keystroke-level model (Card, Moran and Newell, "The keystroke-level model for user
performance time with interactive systems", Communications of the ACM 23/7, 1980): to think 1.35 s, to press a key
0.28 s (no typist), to point 1.1 s, to move the hand 0.4 s, to click 0.2 s. docs/domain/use.md tells the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.records.models import Change
from groundwork.records.types import RecordType

THINK, KEY, POINT, HAND, CLICK = 1.35, 0.28, 1.1, 0.4, 0.2
WEEKS = 4


def typing(keys: int) -> int:
    return round(THINK + HAND + keys * KEY)


def picking(times: int) -> int:
    return round(THINK + times * (POINT + CLICK))


FOUND = typing(5) + picking(1)  # some letters, then one of what is offered
SECONDS = {
    "text": typing(15), "longtext": typing(60), "number": typing(6), "money": typing(6), "integer": typing(4),
    "date": typing(8), "time": typing(4), "moment": typing(12), "choice": picking(2), "choices": picking(4),
    "bool": picking(1), "user": picking(2), "department": picking(2), "link": FOUND, "address": typing(35),
    "phone": typing(12), "email": typing(20), "url": typing(25), "file": picking(5),
}  # fmt: skip
UNKNOWN = 6  # where nothing was measured


def seconds_of(kind: RecordType, names: Iterable[str]) -> int:
    """What it takes to fill these fields in once."""
    return sum(SECONDS.get(kind.field(name).kind, UNKNOWN) for name in names)


def times_of(kind: RecordType, role: str = "") -> int:
    """How often in four weeks people (of a role: those who hold it) made or changed such a record in a browser."""
    since = now() - timedelta(weeks=WEEKS)
    found = Change.objects.filter(
        type=kind.key, changeset__at__gte=since, changeset__channel="web", changeset__act__in=("created", "edited")
    )
    if role:
        found = found.filter(changeset__by__roles__key=role)
    return found.count()


@dataclass(frozen=True)
class Budget:
    """``seconds`` each time, ``times`` in four weeks."""

    seconds: int
    times: int

    @property
    def said(self) -> str:
        """As a sentence: "This costs your people about 6 seconds, 40 times a week." """
        if not self.times:
            words = {"long": long_words(self.seconds)}
            return _(
                "This costs whoever fills it in about %(long)s. "
                "Nobody made or changed such a record by hand in the last four weeks."
            ) % words  # fmt: skip
        words = {"long": long_words(self.seconds), "often": often_words(self.times), "week": self.a_week(self.seconds)}
        if self.seconds * self.times < 60 * WEEKS or self.times < WEEKS:
            return _("This costs your people about %(long)s, %(often)s.") % words
        return _("This costs your people about %(long)s, %(often)s: %(week)s a week.") % words

    def a_week(self, seconds: int) -> str:
        return minutes_words(round(seconds * self.times / WEEKS / 60))

    def than(self, before: "Budget") -> str:
        """What changes against ``before``, as a sentence; "" where nothing does."""
        more = self.seconds - before.seconds
        if not more:
            return ""
        words = {"long": long_words(abs(more)), "week": self.a_week(abs(more))}
        if abs(more) * self.times < 60 * WEEKS:
            found = _("%(long)s more each time than now.") if more > 0 else _("%(long)s less each time than now.")
        elif more > 0:
            found = _("%(long)s more each time than now: %(week)s more a week.")
        else:
            found = _("%(long)s less each time than now: %(week)s less a week.")
        return found % words


def long_words(seconds: int) -> str:
    return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": languages.number(seconds)}


def minutes_words(minutes: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": languages.number(minutes)}


def often_words(times: int) -> str:
    """Of what happened ``times`` in four weeks."""
    if times < WEEKS:
        words = ngettext("%(count)s time in four weeks", "%(count)s times in four weeks", times)
        return words % {"count": languages.number(times)}
    weekly = round(times / WEEKS)
    return ngettext("%(count)s time a week", "%(count)s times a week", weekly) % {"count": languages.number(weekly)}
