"""What the why-popover tells of a field or report: who asked, what we agreed, which number it serves, who reads it."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.blueprint.elements import Reason
from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.rollout.adoption.use import SECONDS_A_FIELD, Usage
from groundwork.rollout.delivery.actions import with_verdicts
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.discovery.metrics import Readings
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.models import ElementUse, Requirement, RequirementNeed

DAYS = 30


def reasons(element: Element, user) -> list[Reason]:
    """The reasons of ``element``, newest requirement last; only records that ``user`` may see are quoted."""
    requirements = requirements_behind(element, user)
    if not requirements:
        return []
    usage, verdicts, values = Usage(requirements, DAYS), with_verdicts(requirements), Readings()
    goals = Goal.objects.visible_to(user).in_bulk({item.goal_id for item in requirements})
    lines = []
    for requirement in requirements:
        lines += asked_and_agreed(requirement)
        if goal := goals.get(requirement.goal_id):
            lines.append(Reason(_("Our number"), number_words(goal, values, user), goal.get_absolute_url()))
        lines += read_in(usage.readings(requirement))
        for test, run, said in verdicts[requirement.pk]:
            lines.append(Reason(_("Tried"), verdict_words(run, said), test.get_absolute_url()))
    if element.kind == Element.Kind.FIELD:
        lines.append(Reason(_("Costs you"), seconds_words()))
    return lines


def requirements_behind(element: Element, user) -> list[Requirement]:
    """What ``user`` may see of what needs the element and was not withdrawn, with the needs that ``user`` may see."""
    needs = RequirementNeed.objects.filter(need__in=Need.objects.visible_to(user))
    return list(
        Requirement.objects.visible_to(user)
        .current()
        .filter(uses__element=element)
        .exclude(state=Requirement.State.WITHDRAWN)
        .select_related("goal")
        .prefetch_related("uses__element", Prefetch("needs", needs.select_related("need__author").order_by("pk")))
        .order_by("pk")
    )


def agreed_among(keys: set[str]) -> set[str]:
    """Those of the elements that a requirement in force needs, whoever sees it."""
    held = ElementUse.objects.filter(element__key__in=keys, requirement__archived_at=None)
    return set(held.exclude(requirement__state=Requirement.State.WITHDRAWN).values_list("element__key", flat=True))


def asked_and_agreed(requirement: Requirement) -> list[Reason]:
    lines = []
    for link in requirement.needs.all():
        words = _("“%(words)s” %(person)s") % {"words": link.need.statement, "person": link.need.author}
        lines.append(Reason(_("Told us"), words, link.need.get_absolute_url()))
    return [*lines, Reason(_("What we agreed"), requirement.statement, requirement.get_absolute_url())]


def read_in(readings) -> list[Reason]:
    """The reports among the readings."""
    return [
        Reason(_("Read in"), report_words(reading), reading.element.address)
        for reading in readings
        if reading.report is not None
    ]


def seconds_words() -> str:
    count = SECONDS_A_FIELD
    return ngettext("about %(count)s second", "about %(count)s seconds", count) % {"count": count}


def number_words(goal: Goal, values: Readings, user) -> str:
    course = goal.course(user)
    if not course:
        return goal.statement
    now_at = goal.read_by(user, values.of(goal.metric)) if goal.metric else languages.NO_VALUE
    return _("%(goal)s: %(course)s, now %(value)s") % {"goal": goal.statement, "course": course, "value": now_at}


def report_words(reading) -> str:
    """ "Profit: opened 9 times by 2 people in 30 days"."""
    use = reading.report
    if not use.times:
        return _("%(report)s: opened by nobody in %(days)s days") % {"report": reading.element.label, "days": DAYS}
    times = ngettext("opened %(count)s time", "opened %(count)s times", use.times) % {"count": use.times}
    people = ngettext("by %(count)s person", "by %(count)s people", len(use.people)) % {"count": len(use.people)}
    return _("%(report)s: %(times)s %(people)s in %(days)s days") % {
        "report": reading.element.label, "times": times, "people": people, "days": DAYS,
    }  # fmt: skip


def verdict_words(run, said: str) -> str:
    label = str(Verdict(said).label)
    if run is None:
        return label
    return _("%(verdict)s (%(person)s, %(day)s)") % {
        "verdict": label,
        "person": run.tester,
        "day": languages.day(run.at.date()),
    }
