"""Tests follow what we agreed; going live asks for all of them (R47)."""

from functools import partial

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.tasks import asking
from groundwork.records.write import acting, archive, creating, writing
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun, Verdict, revisions_of, verdict
from groundwork.rollout.delivery.people import People
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.gates import Act, faults_against
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.models import Requirement, UseCase, UseStep


def follow_requirements(changed) -> None:
    """Called in the requirement's own write."""
    for requirement, _before, after in changed:
        if after is not None:
            keep_tests_in_step(requirement, by=requirement.updated_by)


def follow_cases(changed) -> None:
    for case, _before, after in changed:
        if after is not None:
            keep_tests_in_step(case.requirement, by=case.updated_by)


def keep_tests_in_step(requirement: Requirement, *, by) -> None:
    """An agreed requirement has one test for each of its use cases; without one, its test says what "done when" says.

    A test of a use case that is gone is archived, with everything that was tried.
    """
    if not requirement.is_confirmed:
        return
    cases = list(requirement.use_cases.current().prefetch_related("steps").order_by("pk"))
    tests = list(requirement.tests.current().order_by("pk"))
    for case in cases or [None]:
        test = next((test for test in tests if test.case == case), None)
        test = test or next((test for test in tests if test.case is None), None)
        if test is None:
            test = AcceptanceTest(requirement=requirement, owner=requirement.owner)
        else:
            tests.remove(test)
        say(test, case, by=by)
    for test in tests:
        archive(test, by=by)


def say(test: AcceptanceTest, case: UseCase | None, *, by) -> None:
    """What ``test`` is called and what is done in it. What was tried in the words of "done when" keeps them as long as
    nobody changed a step: making the steps of itself makes no verdict stale."""
    requirement = test.requirement
    said = {"case": case, "name": case.name if case else requirement.statement, "script": script_of(requirement, case)}
    if case is not None and case.is_as_made and test.script == requirement.done_when:
        said["script"] = test.script
    if test.pk is None:
        creating(AcceptanceTest(requirement=requirement, owner=test.owner, **said), by=by)
    elif said != {name: getattr(test, name) for name in said}:
        with writing(test, by=by, act="edited") as fresh:
            for name, value in said.items():
                setattr(fresh, name, value)


def script_of(requirement: Requirement, case: UseCase | None) -> str:
    lines = [line_of(step, step.action) for step in case.steps.all()] if case else []
    return "\n".join(lines) or requirement.done_when


def line_of(step: UseStep, action: str) -> str:
    return " ".join((f"{action} → {step.expected}" if step.expected else action).split())


def lines_of(test: AcceptanceTest) -> list[tuple[str, str]]:
    """What is done, step by step: (as it is kept, in the reader's words). One query."""
    steps = list(test.case.steps.select_related("element")) if test.case else []
    lines = [(line_of(step, step.action), line_of(step, step.said)) for step in steps]
    is_told = [kept for kept, _said in lines] == test.lines
    return lines if is_told else [(line, line) for line in test.lines]


def keep_defect_on_a_list(changed) -> None:
    """A fault stands among the tasks of whoever puts it right, then of whoever tries it again."""
    whose = {Defect.State.OPEN: "owner", Defect.State.MENDED: "found_by"}
    for defect, _before, after in changed:
        if after is not None:
            waits = defect.archived_at is None and defect.state in whose
            owner = getattr(defect, whose[defect.state]) if waits else None
            asking.keep_one(
                defect, owner, by=defect.updated_by, what=partial(to_do_about, defect), due_on=defect.due_on
            )


def to_do_about(defect: Defect) -> str:
    words = _("Put right: %(what)s") if defect.state == Defect.State.OPEN else _("Try again: %(what)s")
    return words % {"what": defect.what[:160]}


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
    Verdict.NOT_RUN: gettext_lazy("“%(what)s” has not been tried."),
    Verdict.STALE: gettext_lazy("“%(what)s” was changed after it was tried."),
    Verdict.FAILS: gettext_lazy("“%(what)s” does not work."),
    Verdict.DOES_NOT_FIT: gettext_lazy("“%(what)s” works and does not fit."),
}


def in_scope(goals):
    """What would go live with these goals: everything agreed for them."""
    states = [Requirement.State.CONFIRMED, Requirement.State.LIVE]
    found = Requirement.objects.current().filter(goal__in=goals, state__in=states)
    return found.prefetch_related("uses__element").order_by("pk")


class Check:
    """What ``user`` may know of these requirements before they go live: a fixed number of queries.

    ``uses__element`` is prefetched.
    """

    def __init__(self, user, requirements):
        self.requirements = list(requirements)
        self.verdicts = with_verdicts(self.requirements)
        tests = [test for found in self.verdicts.values() for test, _run, _said in found]
        self.people = People(
            user, self.requirements, tests, {one.pk: revisions_of(one.uses.all()) for one in requirements}
        )
        stopping = Defect.objects.stopping().filter(test__in=tests).select_related("owner", "test").order_by("pk")
        self.stopping = list(stopping)
        self.seen = set(
            Defect.objects.visible_to(user).filter(pk__in=stopping.values("pk")).values_list("pk", flat=True)
        )

    def faults(self, requirements) -> list[str]:
        """What stands in the way, as sentences: a test not run, stale, or failing on an axis (R47)."""
        faults = []
        for requirement in requirements:
            if requirement.was_reworded:
                faults.append(_("“%(what)s” was reworded after it was agreed.") % {"what": requirement.statement})
            tests = self.verdicts[requirement.pk]
            if not tests:
                faults.append(WHY_NOT[Verdict.NOT_RUN] % {"what": requirement.statement})
            faults += [
                WHY_NOT[Verdict(said)] % {"what": requirement.statement}
                for _test, _run, said in tests
                if said != Verdict.PASSED
            ]
        return faults

    def tried_by_makers(self, requirements) -> list[Requirement]:
        """Those of which a test that passed was tried by nobody but whoever set it up (R03)."""
        return [
            requirement
            for requirement in requirements
            if any(
                said == Verdict.PASSED and self.people.of(test).by_makers_only
                for test, _run, said in self.verdicts[requirement.pk]
            )
        ]

    def advice(self, requirements) -> list[str]:
        """Tried by nobody but its maker (R03); a fault that hinders the work and is not gone (R48)."""
        told = [only_its_maker(requirement.statement) for requirement in self.tried_by_makers(requirements)]
        ids = {requirement.pk for requirement in requirements}
        for defect in self.stopping:
            if defect.test.requirement_id in ids:
                told.append(not_gone(defect, defect.what[:200] if defect.pk in self.seen else _("no access")))
        return told

    def words(self, requirements) -> str:
        """In one sentence."""
        return ready_words(requirements, self.verdicts)


def only_its_maker(statement: str) -> str:
    return _("“%(what)s” was tried only by whoever set it up.") % {"what": statement}


def not_gone(defect: Defect, words: str) -> str:
    return _("A fault is not gone: %(what)s (%(who)s).") % {"what": words, "who": defect.owner or "–"}


def ready_words(requirements, verdicts) -> str:
    """The go-live check of one goal in one sentence."""
    said = [verdict for requirement in requirements for _test, _run, verdict in verdicts[requirement.pk]]
    said += [Verdict.NOT_RUN for requirement in requirements if not verdicts[requirement.pk]]
    total = len(said)
    if said.count(Verdict.PASSED) == total:
        words = ngettext("The one thing works and fits: ready.", "All %(total)s work and fit: ready.", total)
        return words % {"total": total}
    counted = [
        (Verdict.NOT_RUN, lambda n: ngettext("%(count)s is not tried", "%(count)s are not tried", n)),
        (Verdict.STALE, lambda n: ngettext("%(count)s was changed since", "%(count)s were changed since", n)),
        (Verdict.FAILS, lambda n: ngettext("%(count)s does not work", "%(count)s do not work", n)),
        (Verdict.DOES_NOT_FIT, lambda n: ngettext("%(count)s does not fit", "%(count)s do not fit", n)),
    ]
    parts = [words(count) % {"count": count} for verdict, words in counted if (count := said.count(verdict))]
    return _("Of %(total)s: %(parts)s. Not ready.") % {"total": total, "parts": ", ".join(parts)}


def go_live(goal: Goal, *, by, version: int | None = None, decision: str = "") -> list[Requirement]:
    """Everything agreed for ``goal`` goes live together.

    Refused while one of its tests is not passed or a rule of the profile stands against it, unless a ``decision``
    says why we go on, and when there is nothing new to go live with.
    """
    with acting(by, "went live"), writing(goal, by=by, act="went live", version=version) as fresh:
        requirements = list(in_scope([fresh]))
        waiting = [requirement for requirement in requirements if requirement.state == Requirement.State.CONFIRMED]
        if not waiting:
            raise Refusal(_("Nothing agreed is waiting to go live."))
        if not all(by.can("edit", requirement) for requirement in waiting):
            raise NotAllowed(_("Part of what would go live is not yours to change."))
        faults = Check(by, requirements).faults(requirements)
        faults += faults_against(Act.GO_LIVE, [fresh], by).get(fresh.pk, [])
        refuse_or_lift(faults, fresh, Decision.Lifts.GO_LIVE, by=by, decision=decision)
        for requirement in waiting:
            with writing(requirement, by=by, act="went live") as live:
                live.state, live.live_at = Requirement.State.LIVE, now()
    return waiting
