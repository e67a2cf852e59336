"""The thread of each goal as one line: number, told, agreed, set up, tried, used. It breaks where it is broken."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.rollout.chain.coverage import LEVELS, Coverage, Standing, share
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import Finding, findings
from groundwork.rollout.chain.rules.declared import STOP
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.discovery.models import Goal

HEADS = (
    gettext_lazy("Our number"),
    gettext_lazy("People told us"),
    gettext_lazy("Agreed"),
    gettext_lazy("Set up"),
    gettext_lazy("Tried"),
    gettext_lazy("Used"),
)


@dataclass
class Link:
    """One knot of the thread. ``look``: "" whole, "part" hollow, "no" red, "off" not begun."""

    text: str
    words: str
    href: str
    look: str = ""
    gap: bool = False  # the line to the next knot is dashed
    end: bool = False
    said: str = ""  # for those who hear the page

    @property
    def is_whole(self):
        return self.look == ""


@dataclass
class Line:
    goal: Goal
    links: list[Link]
    levels: list[tuple[str, int | None]]  # (word, per cent)

    @property
    def reached(self) -> int:
        """The last level to which everything for this number has come."""
        return sum(share == 100 for _word, share in self.levels)

    @property
    def is_whole(self) -> bool:
        return all(link.is_whole for link in self.links)


def part(done: int, total: int) -> tuple[str, str]:
    """The knot's text and look for ``done`` of ``total``."""
    if not total:
        return "–", "off"
    if done == total:
        return str(total), ""
    return f"{done}/{total}", "part" if done else "off"


def line_of(goal: Goal, standings: list[Standing], coverage: Coverage) -> Line:
    links = [
        number_link(goal, coverage.user),
        told_link(standings),
        agreed_link(standings),
        set_up_link(standings),
        tried_link(standings),
        used_link(goal, standings, coverage),
    ]
    broken = False
    for head, link in zip(HEADS, links, strict=True):
        broken = broken or not link.is_whole
        link.gap = broken and not link.end
        link.said = f"{head}: {link.text}, {link.words}"
    return Line(goal, links, levels_of(standings))


def number_link(goal: Goal, user) -> Link:
    there = reverse("rollout:number")
    if goal.is_agreed and goal.metric:
        return Link("1", goal.course_words(user), there)
    if goal.faults(user):
        return Link("0", _("no number"), there, "no")
    return Link("1", _("not agreed"), there, "part")


def told_link(standings) -> Link:
    """Whole if every requirement was asked for by somebody; red if none was."""
    asked = [standing.needs for standing in standings]
    links = [link for needs in asked for link in needs]
    needs, authors = {link.need for link in links}, {link.author for link in links}
    look = "off" if not standings else "no" if not links else "" if all(asked) else "part"
    people = ngettext("%(count)s person", "%(count)s people", len(authors)) % {"count": len(authors)}
    return Link(str(len(needs)), people if needs else _("nobody asked"), reverse("rollout:told"), look)


def agreed_link(standings) -> Link:
    text, look = part(sum(standing.holds[2] for standing in standings), len(standings))
    if not standings:
        words = _("nothing yet")
    elif look == "":
        words = _("all agreed")
    elif any(standing.was_reworded for standing in standings):
        words = _("reworded")
    elif any(standing.doubts for standing in standings):
        words = _("doubtful")
    else:
        words = _("not agreed")
    return Link(text, words, reverse("rollout:agreed"), look)


def set_up_link(standings) -> Link:
    is_on = {element.pk: element.is_on for standing in standings for element in standing.elements}
    text, look = part(sum(is_on.values()), len(is_on))
    words = _("fields, reports") if look == "" else _("still off") if is_on else ""
    return Link(text, words, reverse("rollout:agreed"), look)


def tried_link(standings) -> Link:
    """Red as soon as one verdict is a no. A requirement without a test counts as one that was not tried."""
    verdicts = [tried.said for standing in standings for tried in standing.tests]
    total = max(len(verdicts), len(standings)) if verdicts else 0
    text, look = part(verdicts.count(Verdict.PASSED), total)
    bad = next((verdict for verdict in (Verdict.FAILS, Verdict.DOES_NOT_FIT) if verdict in verdicts), None)
    if bad is not None:
        look, words = "no", str(bad.label)
    elif look == "":
        words = _("works and fits")
    elif Verdict.STALE in verdicts:
        words = _("changed since")
    else:
        words = _("not tried") if verdicts else ""
    return Link(text, words, reverse("rollout:try"), look)


def used_link(goal: Goal, standings: list[Standing], coverage: Coverage) -> Link:
    """A thread that holds to its end says where the number stands today."""
    text, look = part(sum(standing.is_used for standing in standings), len(standings))
    if look == "":
        words = goal.read_by(coverage.user, coverage.value_of(goal))
    elif any(standing.is_live for standing in standings):
        words = _("not used yet")
    else:
        words = _("not live") if standings else ""
    return Link(text, words, reverse("rollout:used"), look, end=True)


def levels_of(standings: list[Standing]) -> list[tuple[str, int | None]]:
    return [(str(label), share(standings, level)) for level, label in LEVELS.items()]


class Map:
    """Everything the map shows, for one person, in a fixed number of queries."""

    def __init__(self, user):
        self.look = Look(user)
        self.coverage, self.goals, self.waiting = self.look.coverage, self.look.goals, self.look.waiting
        of_goal = self.look.of_goal
        self.lines = [line_of(goal, of_goal.get(goal.pk, []), self.coverage) for goal in self.look.numbers]
        self.levels = levels_of(self.coverage.standings)
        self.findings: list[Finding] = findings(self.look)

    @property
    def stops(self) -> int:
        return sum(finding.kind == STOP for finding in self.findings)

    @property
    def others(self) -> int:
        return len(self.findings) - self.stops
