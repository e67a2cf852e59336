"""A report that is made for something agreed upon, or for one of its steps, belongs to it as soon as it is kept."""

from django.urls import reverse

from groundwork.blueprint.models import Element
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.insight.wanted import Wanter
from groundwork.records.write import put_part, writing
from groundwork.rollout.requirements.models import ElementUse, Requirement, UseCase, UseStep


def requirement_words(pk: int, user) -> str | None:
    found = Requirement.objects.visible_to(user).current().filter(pk=pk).first()
    return found.statement if found and user.can("edit", found) else None


def step_of(pk: int, user) -> UseStep | None:
    cases = UseCase.objects.visible_to(user).current()
    found = UseStep.objects.filter(pk=pk, case__in=cases).select_related("case").first()
    return found if found and user.can("edit", found.case) else None


def step_words(pk: int, user) -> str | None:
    step = step_of(pk, user)
    return step.said if step else None


def bind_requirement(report: BuiltReport, pk: int, by) -> str:
    requirement = Requirement.objects.get(pk=pk)
    with writing(requirement, by=by, act="edited") as fresh:
        put_part(fresh, ElementUse.of(came_of_it(report)))
    return address(requirement.pk)


def bind_step(report: BuiltReport, pk: int, by) -> str:
    """The step reads the report from now on; what the requirement needs follows its steps."""
    step = UseStep.objects.select_related("case").get(pk=pk)
    with writing(step.case, by=by, act="edited") as fresh:
        step.uses, step.mode = came_of_it(report).key, ""
        put_part(fresh, step)
    return address(step.case.requirement_id)


def came_of_it(report: BuiltReport) -> Element:
    """The element of the report; it is there because of what was agreed."""
    Element.objects.filter(key=report.element_key).update(origin=Element.Origin.REQUIREMENT)
    return Element.objects.get(key=report.element_key)


def address(requirement: int) -> str:
    return f"{reverse('rollout:agreed')}#requirement-{requirement}"


WANTERS = (
    Wanter("requirement", requirement_words, bind_requirement),
    Wanter("step", step_words, bind_step),
)
