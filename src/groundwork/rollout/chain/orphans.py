"""What hangs in the air: at one end of the thread what leads nowhere, at the other what nobody asked for (3.5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element, ElementRevision
from groundwork.core.clock import now
from groundwork.records.models import Use
from groundwork.rollout.adoption.use import DAYS
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import Evidence
from groundwork.rollout.chain.why import agreed_among
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.models import Requirement, RequirementNeed, UseCase

SHOWN = 10  # rows of a list


@dataclass
class Orphans:
    """One list: how many there are, and the first of them."""

    label: Any
    count: int
    rows: list[Evidence]


def needs_without_requirement(user):
    """Heard or agreed on, and in nothing that we agreed."""
    links = RequirementNeed.objects.filter(need=OuterRef("pk"), requirement__archived_at=None)
    links = links.exclude(requirement__state=Requirement.State.WITHDRAWN)
    waiting = Need.objects.visible_to(user).current().filter(state__in=[Need.State.CAPTURED, Need.State.AGREED])
    return waiting.exclude(Exists(links)).order_by("pk")


def requirements_without_need(look: Look):
    return [standing for standing in look.standings if not standing.needs]


def tests_without_use_case(user):
    """What was agreed for them is withdrawn, or has no steps any more."""
    cases = UseCase.objects.current().filter(requirement=OuterRef("requirement"))
    gone = Q(requirement__state=Requirement.State.WITHDRAWN) | Q(requirement__archived_at__isnull=False)
    return AcceptanceTest.objects.visible_to(user).current().filter(gone | ~Exists(cases)).order_by("pk")


def goals_without_requirement(look: Look):
    return [goal for goal in look.numbers if not look.of_goal.get(goal.pk)]


def elements_without_requirement(look: Look) -> list[Element]:
    """What the firm made or switched on itself, and nothing that we agreed needs."""
    needed = agreed_among({element.key for element in look.made_here})
    return [element for element in look.made_here if element.key not in needed]


def reports_without_reader(look: Look) -> list[Element]:
    """Of those made here or live for something we agreed: nobody opened them in four weeks."""
    live = (reading.element for standing in look.standings for reading in standing.readings)
    ours = {element.key: element for element in (*look.made_here, *live) if element.kind == Element.Kind.REPORT}
    opened = Use.objects.filter(kind="report", key__in=list(ours), at__gte=now() - timedelta(days=DAYS))
    keys = set(opened.order_by().values_list("key", flat=True).distinct())
    return [element for key, element in sorted(ours.items()) if key not in keys and element.is_on]


def told_elements(look: Look, elements: list[Element]) -> list[Evidence]:
    """Those that were there before the roll-out began are listed to be explained, and are never switched off (3.4a)."""
    began = ElementRevision.objects.filter(element__in=elements, at__date__lt=look.project.started_on)
    before = set(began.values_list("element", flat=True)) if elements else set()
    words = _("%(name)s (before the roll-out)")
    return [
        Evidence(words % {"name": element.label} if element.pk in before else element.label, look.configured(element))
        for element in elements
    ]


def orphans(look: Look) -> list[Orphans]:
    """The lists that are not empty."""
    needs, needs_count = first_of(needs_without_requirement(look.user))
    tests, tests_count = first_of(tests_without_use_case(look.user))
    requirements, goals = requirements_without_need(look), goals_without_requirement(look)
    elements, reports = elements_without_requirement(look), reports_without_reader(look)
    found = [
        Orphans(_("Numbers for which nothing is agreed"), len(goals), told(look, "goal", goals)),
        Orphans(_("Told us, and in nothing we agreed"), needs_count, told(look, "need", needs)),
        Orphans(_("Agreed, and nobody asked for it"), len(requirements), told(look, "requirement", requirements)),
        Orphans(_("To be tried, and belongs to nothing"), tests_count, told(look, "acceptance_test", tests)),
        Orphans(_("Set up here, and nothing we agreed needs it"), len(elements), told_elements(look, elements[:SHOWN])),
        Orphans(_("Reports that nobody reads"), len(reports), told_elements(look, reports[:SHOWN])),
    ]
    return [one for one in found if one.count]


def first_of(found) -> tuple[list, int]:
    """The first of them, and how many there are; those that are all shown are not counted by a query of their own."""
    rows = list(found[:SHOWN])
    return rows, len(rows) if len(rows) < SHOWN else found.count()


def told(look: Look, type_key: str, found) -> list[Evidence]:
    """The first of these records: what each is called, with its page."""
    return [Evidence(getattr(one, "statement", "") or str(one), look.page(type_key, one.pk)) for one in found[:SHOWN]]
