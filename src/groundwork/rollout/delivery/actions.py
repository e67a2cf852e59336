"""Tests follow what we agreed; going live asks for all of them (R47)."""

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.write import acting, creating, writing
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun, Verdict, revisions_of, verdict
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.models import Requirement


def keep_tests_in_step(changed) -> None:
    """An agreed requirement has one test that says what its "done when" says. Called in the requirement's own write."""
    for requirement, _before, after in changed:
        if after is None or not requirement.is_confirmed:
            continue
        test = requirement.tests.current().order_by("pk").first()
        if test is None:
            by = requirement.updated_by
            creating(
                AcceptanceTest(requirement=requirement, script=requirement.done_when, owner=requirement.owner), by=by
            )
        elif test.script != requirement.done_when:
            with writing(test, by=requirement.updated_by, act="edited") as fresh:
                fresh.script = requirement.done_when


def with_verdicts(requirements) -> dict[int, list[tuple[AcceptanceTest, TestRun | None, str]]]:
    """{requirement: its tests with the latest run and the verdict}. Two queries; ``uses__element`` is prefetched."""
    ids = [requirement.pk for requirement in requirements]
    revisions = {requirement.pk: revisions_of(requirement.uses.all()) for requirement in requirements}
    newest = TestRun.objects.filter(test=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    tests = list(
        AcceptanceTest.objects.current()
        .filter(requirement__in=ids)
        .annotate(newest_run=Subquery(newest))
        .order_by("pk")
    )
    runs = {
        run.pk: run
        for run in TestRun.objects.filter(pk__in=[test.newest_run for test in tests if test.newest_run]).select_related(
            "tester"
        )
    }
    found: dict[int, list] = {pk: [] for pk in ids}
    for test in tests:
        run = runs.get(test.newest_run)
        found[test.requirement_id].append((test, run, verdict(test, run, revisions[test.requirement_id])))
    return found


WHY_NOT = {
    Verdict.NOT_RUN: lambda: _("“%(what)s” has not been tried."),
    Verdict.STALE: lambda: _("“%(what)s” was changed after it was tried."),
    Verdict.FAILS: lambda: _("“%(what)s” does not work."),
    Verdict.DOES_NOT_FIT: lambda: _("“%(what)s” works and does not fit."),
}


def in_scope(goal: Goal):
    """What would go live with the goal: everything agreed for it."""
    states = [Requirement.State.CONFIRMED, Requirement.State.LIVE]
    return goal.requirements.current().filter(state__in=states).prefetch_related("uses__element").order_by("pk")


def faults_before_live(requirements) -> list[str]:
    """What stands in the way of going live, as sentences: a test not run, stale, or failing on an axis (R47)."""
    verdicts = with_verdicts(requirements)
    faults = []
    for requirement in requirements:
        if requirement.was_reworded:
            faults.append(_("“%(what)s” was reworded after it was agreed.") % {"what": requirement.statement})
        tests = verdicts[requirement.pk]
        if not tests:
            faults.append(WHY_NOT[Verdict.NOT_RUN]() % {"what": requirement.statement})
        faults += [
            WHY_NOT[Verdict(said)]() % {"what": requirement.statement}
            for _test, _run, said in tests
            if said != Verdict.PASSED
        ]
    return faults


def go_live(goal: Goal, *, by, version: int | None = None, decision: str = "") -> list[Requirement]:
    """Everything agreed for ``goal`` goes live together.

    Refused while one of its tests is not passed, unless a ``decision`` says why we go on, and when there is
    nothing new to go live with.
    """
    with acting(by, "went live"), writing(goal, by=by, act="went live", version=version) as fresh:
        requirements = list(in_scope(fresh))
        waiting = [requirement for requirement in requirements if requirement.state == Requirement.State.CONFIRMED]
        if not waiting:
            raise Refusal(_("Nothing agreed is waiting to go live."))
        if not all(by.can("edit", requirement) for requirement in waiting):
            raise NotAllowed(_("Part of what would go live is not yours to change."))
        refuse_or_lift(faults_before_live(requirements), fresh, Decision.Lifts.GO_LIVE, by=by, decision=decision)
        for requirement in waiting:
            with writing(requirement, by=by, act="went live") as live:
                live.state, live.live_at = Requirement.State.LIVE, now()
    return waiting
