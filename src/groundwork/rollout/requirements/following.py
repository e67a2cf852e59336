"""A requirement's use case follows what it needs, and what it needs follows the steps: neither is typed twice."""

from groundwork.blueprint.models import Element
from groundwork.records.write import creating, drop_part, put_part, writing
from groundwork.rollout.discovery.differences import ALIKE, likeness
from groundwork.rollout.discovery.models import Interview, Need, WorkStep
from groundwork.rollout.requirements.cases import UseCase, UseStep, made_steps
from groundwork.rollout.requirements.models import ElementUse, Requirement, keep, let_go
from groundwork.rollout.requirements.phases import Phase, first_open


def follow_requirements(changed) -> None:
    """Called in the requirement's own write, when its parts are there."""
    for requirement, before, after in changed:
        if after is None or requirement.archived_at is not None:
            continue
        keep_case_in_step(requirement, (before or after)["done_when"])
        if before is not None and before["state"] != after["state"]:
            keep_needs_in_step(requirement)
            keep_phase_in_step(requirement)


def keep_case_in_step(requirement: Requirement, done_when_before: str) -> None:
    """A requirement that needs something has a use case; every element it needs stands in a step.

    Steps as they were made are made anew; among steps that somebody changed only what is missing is added, and what is
    no longer needed leaves its step.
    """
    elements = [use.element for use in requirement.uses.select_related("element").order_by("pk")]
    cases = list(requirement.use_cases.current().prefetch_related("steps").order_by("pk"))
    if not cases:
        if elements:
            make_case(requirement, elements)
        return
    in_steps = {step.uses for case in cases for step in case.steps.all() if step.uses}
    needed = {element.key for element in elements}
    if in_steps == needed and requirement.done_when == done_when_before:
        return
    by = requirement.updated_by
    if len(cases) == 1 and cases[0].is_as_made:
        with writing(cases[0], by=by, act="edited") as case:
            make_anew(case, made_steps(elements, requirement.done_when))
        return
    for case in cases:
        with writing(case, by=by, act="edited") as fresh:
            for step in fresh.steps.exclude(uses__in=[*needed, ""]):
                step.uses = ""
                put_part(fresh, step)
    with writing(cases[0], by=by, act="edited") as first:
        for element in elements:
            if element.key not in in_steps:
                put_part(first, UseStep.made(element, 0))


def keep_needs_in_step(requirement: Requirement) -> None:
    """What is parked or withdrawn answers nobody; what comes back agreed does again."""
    if not requirement.is_confirmed:
        let_go([link.need for link in requirement.needs.select_related("need")], by=requirement.updated_by)
    elif any(link.need.state != Need.State.COVERED for link in requirement.needs.select_related("need")):
        requirement.cover(by=requirement.updated_by)


def keep_phase_in_step(requirement: Requirement) -> None:
    """A phase is live as soon as everything in it is."""
    phase = requirement.phase
    if requirement.state != Requirement.State.LIVE or phase is None:
        return
    if phase.state not in (Phase.State.PLANNED, Phase.State.FROZEN):
        return
    if not phase.requirements.in_force().exclude(state=Requirement.State.LIVE).exists():
        phase.went_live(by=requirement.updated_by)


def make_case(requirement: Requirement, elements: list[Element]) -> UseCase:
    """Done by the role of whoever asked first, if that person has one role only."""
    asked = requirement.needs.select_related("need__author").order_by("pk").first()
    held = list(asked.need.author.roles.all()[:2]) if asked else []
    case = UseCase(
        requirement=requirement, name=requirement.statement, actor=held[0].key if len(held) == 1 else "",
        work_step=work_of(asked.need, requirement.statement) if asked else None,
        owner=requirement.owner, department=requirement.department,
    )  # fmt: skip
    return creating(case, by=requirement.updated_by, parts=made_steps(elements, requirement.done_when))


def work_of(need: Need, name: str) -> WorkStep | None:
    """The step of work in which the author said that this hinders: the only one, or the one that is called alike."""
    said = {"respondent": need.author_id, "hinders": need.statement, "state": Interview.State.CONFIRMED}
    steps = list(WorkStep.objects.current().filter(interview__in=Interview.objects.current().filter(**said)))
    if len(steps) == 1:
        return steps[0]
    best = max(steps, key=lambda step: likeness(step.name, name), default=None)
    return best if best is not None and likeness(best.name, name) >= ALIKE else None


def make_anew(case: UseCase, wanted: list[UseStep]) -> None:
    """Inside ``writing``: the steps of ``wanted``; those that say the same stay the rows they are."""
    there = {step.uses: step for step in case.steps.all()}
    for step in wanted:
        if (known := there.pop(step.uses, None)) is None:
            put_part(case, step)
        elif (known.nth, *known.words) != (step.nth, *step.words):
            known.nth, known.action, known.expected, known.mode = step.nth, step.action, step.expected, step.mode
            known.made_as = step.made_as
            put_part(case, known)
    for left in there.values():
        drop_part(case, left)


def follow_cases(changed) -> None:
    """What a requirement needs is what its steps use. Called in the use case's own write."""
    for case, _before, after in changed:
        if after is not None:
            keep_uses_in_step(case)


def keep_uses_in_step(case: UseCase) -> None:
    steps = UseStep.objects.filter(case__requirement=case.requirement_id, case__archived_at=None)
    wanted = {step.element_id: step.element for step in steps.select_related("element").order_by("pk") if step.uses}
    there = set(ElementUse.objects.filter(requirement=case.requirement_id).values_list("element", flat=True))
    if set(wanted) != there:
        with writing(case.requirement, by=case.updated_by, act="edited") as requirement:
            keep(requirement, requirement.uses.all(), "element", wanted.values(), ElementUse.of)


def take_over() -> None:
    """What was agreed before there were use cases and phases. Part of ``groundwork init``; a repeat makes nothing."""
    make_missing_cases()
    if not Phase.objects.exists():
        for requirement in Requirement.objects.in_force().select_related("created_by"):
            with writing(requirement, by=requirement.created_by, act="edited", channel="command") as fresh:
                fresh.put_into(first_open(by=requirement.created_by))


def make_missing_cases() -> None:
    for requirement in Requirement.objects.current().filter(uses__isnull=False, use_cases=None).distinct():
        elements = [use.element for use in requirement.uses.select_related("element").order_by("pk")]
        make_case(requirement, elements)
