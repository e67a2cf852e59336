"""The thread of each goal as one line: number, told, agreed, set up, tried, used. It breaks where it is broken."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.rollout.chain.coverage import LEVELS, Coverage
from groundwork.rollout.chain.findings import findings
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.discovery.models import Goal, Need

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

    @property
    def is_whole(self) -> bool:
        return all(link.is_whole for link in self.links)


def share(done: int, total: int) -> tuple[str, str]:
    """The knot's text and look for ``done`` of ``total``."""
    if not total:
        return "–", "off"
    if done == total:
        return str(total), ""
    return f"{done}/{total}", "part" if done else "off"


def line_of(goal: Goal, coverage: Coverage) -> Line:
    standings = coverage.of_goal(goal)
    requirements = [standing.requirement for standing in standings]
    total = len(standings)
    links = []

    faults = goal.faults()
    if goal.is_agreed and goal.metric:
        links.append(Link("1", goal.course_words, reverse("rollout:number")))
    else:
        look, words = ("no", _("no number")) if faults else ("part", _("not agreed"))
        links.append(Link("0" if faults else "1", words, reverse("rollout:number"), look))

    asked = sum(bool(requirement.needs.all()) for requirement in requirements)
    needs = {link.need_id for requirement in requirements for link in requirement.needs.all()}
    authors = {link.need.author_id for requirement in requirements for link in requirement.needs.all()}
    look = "" if total and asked == total else "part" if asked else "no" if total else "off"
    people = ngettext("%(count)s person", "%(count)s people", len(authors)) % {"count": len(authors)}
    links.append(Link(str(len(needs)), people if needs else _("nobody asked"), reverse("rollout:told"), look))

    done = sum(standing.holds[2] for standing in standings)
    text, look = share(done, total)
    reworded = any(requirement.was_reworded for requirement in requirements)
    words = (
        _("all agreed")
        if total and done == total
        else _("reworded")
        if reworded
        else _("not agreed")
        if total
        else _("nothing yet")
    )
    links.append(Link(text, words, reverse("rollout:agreed"), look))

    elements = {use.element_id: use.element.is_on for requirement in requirements for use in requirement.uses.all()}
    text, look = share(sum(elements.values()), len(elements))
    links.append(
        Link(
            text,
            _("fields, reports") if look == "" else _("still off") if elements else "",
            reverse("rollout:agreed"),
            look,
        )
    )

    verdicts = [said for standing in standings for _t, _r, said in standing.tests]
    passed = verdicts.count(Verdict.PASSED)
    text, look = share(passed, max(len(verdicts), total) if verdicts else 0)
    bad = next((said for said in (Verdict.FAILS, Verdict.DOES_NOT_FIT) if said in verdicts), None)
    stale = _("changed since") if Verdict.STALE in verdicts else _("not tried") if verdicts else ""
    links.append(
        Link(
            text,
            _("works and fits") if look == "" else str(bad.label) if bad else stale,
            reverse("rollout:try"),
            "no" if bad else look,
        )
    )

    used = sum(standing.is_used for standing in standings)
    live = sum(standing.holds[5] for standing in standings)
    text, look = share(used, total)
    words = (
        goal.words(coverage.value_of(goal))
        if look == ""
        else _("not opened")
        if live
        else _("not live")
        if total
        else ""
    )
    links.append(Link(text, words, reverse("rollout:used"), look, end=True))

    broken = False
    for head, link in zip(HEADS, links, strict=True):
        broken = broken or not link.is_whole
        link.gap = broken and not link.end
        link.said = f"{head}: {link.text}, {link.words}"
    return Line(goal, links)


class Map:
    """Everything the map shows, for one person, in a fixed number of queries."""

    def __init__(self, user):
        self.coverage = Coverage(user)
        found = (
            Goal.objects.visible_to(user)
            .current()
            .exclude(state=Goal.State.OBSOLETE)
            .select_related("owner")
            .order_by("pk")
        )
        self.goals = list(found)
        self.lines = [line_of(goal, self.coverage) for goal in self.goals if goal.kind == Goal.Kind.GOAL]
        waiting = (
            Need.objects.visible_to(user)
            .current()
            .filter(state=Need.State.CAPTURED)
            .select_related("author")
            .order_by("pk")
        )
        self.waiting = list(waiting[:20])
        self.findings = findings(self.goals, self.coverage, self.waiting)

    @property
    def stops(self) -> int:
        return sum(finding.kind == "bad" for finding in self.findings)

    @property
    def levels(self) -> list[tuple[str, int | None]]:
        return [(str(label), self.coverage.share(level)) for level, label in LEVELS.items()]
