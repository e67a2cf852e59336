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
from groundwork.rollout.requirements.models import Requirement, RequirementNeed

DAYS = 30


def reasons(element: Element, user) -> list[Reason]:
    """The reasons of ``element``, newest requirement last; only records that ``user`` may see are quoted."""
    needs = (
        RequirementNeed.objects.filter(need__in=Need.objects.visible_to(user))
        .select_related("need__author")
        .order_by("pk")
    )
    requirements = list(
        Requirement.objects.visible_to(user)
        .current()
        .filter(uses__element=element)
        .exclude(state=Requirement.State.WITHDRAWN)
        .select_related("goal")
        .prefetch_related("uses__element", Prefetch("needs", needs))
        .order_by("pk")
    )
    if not requirements:
        return []
    usage, verdicts, values = Usage(requirements, DAYS), with_verdicts(requirements), Readings()
    goals = {
        goal.pk: goal for goal in Goal.objects.visible_to(user).filter(pk__in={item.goal_id for item in requirements})
    }
    lines = []
    for requirement in requirements:
        for link in requirement.needs.all():
            words = _("“%(words)s” %(person)s") % {"words": link.need.statement, "person": link.need.author}
            lines.append(Reason(_("Told us"), words, link.need.get_absolute_url()))
        lines.append(Reason(_("What we agreed"), requirement.statement, requirement.get_absolute_url()))
        if goal := goals.get(requirement.goal_id):
            lines.append(Reason(_("Our number"), number_words(goal, values), goal.get_absolute_url()))
        for reading in usage.readings(requirement):
            if reading.report is not None:
                lines.append(Reason(_("Read in"), report_words(reading), report_address(reading.element)))
        for test, run, said in verdicts[requirement.pk]:
            lines.append(Reason(_("Tried"), verdict_words(run, said), test.get_absolute_url()))
    if element.kind == Element.Kind.FIELD:
        seconds = ngettext("about %(count)s second", "about %(count)s seconds", SECONDS_A_FIELD) % {
            "count": SECONDS_A_FIELD
        }
        lines.append(Reason(_("Costs you"), seconds))
    return lines


def number_words(goal: Goal, values: Readings) -> str:
    if not goal.course:
        return goal.statement
    now_at = goal.words(values.of(goal.metric)) if goal.metric else languages.NO_VALUE
    return _("%(goal)s: %(course)s, now %(value)s") % {"goal": goal.statement, "course": goal.course, "value": now_at}


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


def report_address(element: Element) -> str:
    from groundwork.blueprint.elements import declared

    declaration = declared.get(element.key)
    return str(declaration.url()) if declaration and declaration.url else ""


def verdict_words(run, said: str) -> str:
    label = str(Verdict(said).label)
    if run is None:
        return label
    return _("%(verdict)s (%(person)s, %(day)s)") % {
        "verdict": label,
        "person": run.tester,
        "day": languages.day(run.at.date()),
    }
