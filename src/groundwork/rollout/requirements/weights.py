"""How much a need weighs (4.10): hours a month of the work in which its author is hindered, where interviews say so."""

from collections.abc import Iterable

from groundwork.rollout.discovery.interviews import PER_MONTH
from groundwork.rollout.discovery.models import Interview, WorkStep

LEAST = 1.0  # hours a month; also where nobody said how often the work is done and how long it takes


def hindered_hours() -> dict[tuple[int, str], float]:
    """{(author, words): hours a month} of the work about which somebody confirmed what hinders. One query."""
    steps = WorkStep.objects.current().filter(
        interview__state=Interview.State.CONFIRMED, interview__respondent__isnull=False, times__gt=0, minutes__gt=0
    )
    said = steps.exclude(interview__hinders="").exclude(per="").order_by()
    found: dict[tuple[int, str], float] = {}
    names = ("interview__respondent_id", "interview__hinders", "times", "per", "minutes")
    for author, words, times, per, minutes in said.values_list(*names):
        found[author, words] = found.get((author, words), 0) + times * PER_MONTH[per] * minutes / 60
    return found


def weigh(needs: Iterable[tuple[int, int, str]], hours: dict[tuple[int, str], float]) -> dict[int, float]:
    """{need: its weight} of (need, its author, its words), by the ``hindered_hours``."""
    return {need: max(LEAST, hours.get((author, words), 0)) for need, author, words in needs}
