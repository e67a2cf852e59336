"""What the rules look at, for one person: each fact is read once for all records, by the first rule that asks."""

from datetime import date
from functools import cached_property

from django.db.models import Max, Prefetch
from django.urls import reverse

from groundwork.access.models import Department, User
from groundwork.access.rights import reach
from groundwork.blueprint.models import Element
from groundwork.core.clock import today
from groundwork.records.models import Change
from groundwork.records.types import Field, RecordType
from groundwork.records.workdays import calendar
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.adoption.observed import Observed, observed
from groundwork.rollout.adoption.unread import seen_fields
from groundwork.rollout.chain.coverage import Coverage, Standing
from groundwork.rollout.chain.since import doubted_since
from groundwork.rollout.delivery.actions import Check
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.people import makers_of
from groundwork.rollout.discovery.models import (
    Conflict,
    Discrepancy,
    Goal,
    Interview,
    Need,
    WorkProcess,
    WorkStep,
)
from groundwork.rollout.project.models import Project
from groundwork.rollout.questions.models import Question, QuestionBlock
from groundwork.rollout.requirements.models import Requirement, UseCase
from groundwork.rollout.requirements.scope import InPhase, Scope

ROLLOUT = ("goal", "need", "requirement", "acceptance_test", "question", "decision", "interview")  # where work shows


class Look:
    """Everything that ``user`` sees; or, given ``requirements`` that ``user`` wants to do something with, all there is
    to know of these, whoever sees it: who may see what of it is asked afterwards (``gates``).
    """

    def __init__(self, user, requirements=None):
        self.user, self.project = user, Project.current()
        self.is_whole = requirements is not None
        self.coverage = Coverage(user, requirements)

    def rows(self, model):
        """The records of ``model`` that are looked at."""
        return model.objects.all() if self.is_whole else model.objects.visible_to(self.user)

    @property
    def profile(self) -> str:
        return self.project.profile

    @property
    def standings(self) -> list[Standing]:
        return self.coverage.standings

    def screen(self, name: str) -> str:
        """The address of a step of the roll-out."""
        if name not in self._addresses:
            self._addresses[name] = reverse(f"rollout:{name}")
        return self._addresses[name]

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def page(self, type_key: str, pk: int) -> str:
        """The address of a record."""
        if type_key not in self._addresses:
            self._addresses[type_key] = reverse("records:page", args=[type_key, 0])
        return self._addresses[type_key].replace("/0", f"/{pk}")

    def place(self, element: Element) -> str:
        """The address of a field or report, if it has one that lets the reader in."""
        if element.key not in self._addresses:
            self._addresses[element.key] = element.address_for(self.user)
        return self._addresses[element.key]

    def working_days_since(self, day: date) -> int:
        return calendar().working_between(day, today())

    def sees_all(self, type_key: str) -> bool:
        """What is said of the whole firm is said to those alone who see all of it."""
        return reach(self.user, "view", type_key).all

    # ── our number

    @cached_property
    def goals(self) -> list[Goal]:
        found = self.rows(Goal).standing()
        if self.is_whole:
            found = found.filter(pk__in=self.of_goal)
        return list(found.select_related("owner", "judged_by", "agreed_by").order_by("pk"))

    @property
    def numbers(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.is_goal]

    @property
    def leader(self) -> User | None:
        """Whoever answers for the first number still to be reached; None before there is one."""
        return next((goal.owner for goal in self.numbers if goal.state == Goal.State.AGREED), None)

    @cached_property
    def of_goal(self) -> dict[int, list[Standing]]:
        found: dict[int, list[Standing]] = {}
        for standing in self.standings:
            found.setdefault(standing.goal.pk, []).append(standing)
        return found

    @cached_property
    def doubted_since(self) -> dict[int, date]:
        return doubted_since(self.standings, self.cases)

    # ── what people told us

    def agrees_for_oneself(self, standing: Standing) -> bool:
        """Will ``user`` use it: did the person ask for it, or do what it is for?"""
        if any(asked.author == self.user.pk for asked in standing.needs):
            return True
        return not self._actors.get(standing.pk, set()).isdisjoint(self._roles)

    @cached_property
    def _roles(self) -> set[str]:
        return {role.key for role in self.user.roles.all()}

    @cached_property
    def _actors(self) -> dict[int, set[str]]:
        """{requirement: the roles that do what it is for}"""
        found: dict[int, set[str]] = {}
        for _case, requirement, actor in self.cases:
            found.setdefault(requirement, set()).add(actor)
        return found

    @cached_property
    def waiting(self) -> list[Need]:
        """Needs that nobody has answered, the oldest first."""
        found = self.rows(Need).current().filter(state=Need.State.CAPTURED)
        return list(found.select_related("author").order_by("pk"))

    @cached_property
    def conflicts(self) -> list[Conflict]:
        found = self.rows(Conflict).current().filter(state=Conflict.State.OPEN)
        return list(found.select_related("owner").order_by("pk"))

    @cached_property
    def _works(self) -> dict:
        """Nothing is told of work whose name the person may not see."""
        return {"process__in": self.rows(WorkProcess)}

    @cached_property
    def differences(self) -> list[Discrepancy]:
        found = self.rows(Discrepancy).current().filter(state=Discrepancy.State.OPEN, **self._works)
        return list(found.select_related("owner", "process").order_by("pk"))

    @cached_property
    def interviews(self) -> list[Interview]:
        """Those whose answers were confirmed."""
        found = self.rows(Interview).current()
        found = found.filter(state=Interview.State.CONFIRMED, **self._works)
        return list(found.select_related("owner", "process").order_by("pk"))

    @cached_property
    def works(self) -> dict[int, bool]:
        """{work that somebody told of: is each of its steps here, coming in, or not kept on purpose?}"""
        found: dict[int, bool] = {}
        told = self.rows(WorkStep).current().filter(**self._works).order_by("pk")
        for process, place in told.values_list("process_id", "place"):
            is_kept = place not in ("", WorkStep.Place.OUTSIDE)
            found[process] = found.get(process, True) and is_kept
        return found

    @cached_property
    def departments(self) -> dict[Department, Standing]:
        """Departments whose people asked for something, with one of the things: not live, if there is any such."""
        authors = {asked.author for standing in self.standings for asked in standing.needs}
        people = User.objects.filter(pk__in=authors).select_related("department").in_bulk()
        found: dict[Department, Standing] = {}
        for standing in sorted(self.standings, key=lambda one: one.is_live):
            for asked in standing.needs:
                if department := people[asked.author].department:
                    found.setdefault(department, standing)
        return found

    @cached_property
    def outside(self) -> list[WorkStep]:
        """Work kept elsewhere that does not come in."""
        found = self.rows(WorkStep).current()
        found = found.filter(place=WorkStep.Place.OUTSIDE, **self._works)
        return list(found.select_related("owner", "process").order_by("pk"))

    @cached_property
    def unasked(self) -> list[User]:
        """People who work here and neither told us anything nor were asked about their work; see ``sees_all``."""
        heard = set(Need.objects.current().order_by().values_list("author_id", flat=True).distinct())
        heard |= {interview.respondent_id for interview in self.interviews}
        return [person for person in self.people if person.pk not in heard]

    @cached_property
    def people(self) -> list[User]:
        return list(User.objects.filter(is_active=True).order_by("name", "pk"))

    @cached_property
    def firm(self) -> dict[int, Department]:
        return Department.objects.in_bulk()

    @cached_property
    def users_of(self) -> dict[int, set[int]]:
        """{requirement: the departments of those who are to use it}, by the roles that its use cases name."""
        held: dict[str, set[int]] = {}
        working = User.objects.filter(is_active=True, department__isnull=False, roles__isnull=False).order_by()
        for role, department in working.values_list("roles__key", "department").distinct():
            held.setdefault(role, set()).add(department)
        found: dict[int, set[int]] = {}
        for _case, requirement, actor in self.cases:
            found.setdefault(requirement, set()).update(held.get(actor, ()))
        return found

    @cached_property
    def cases(self) -> list[tuple[int, int, str]]:
        """(use case, requirement, role of whoever does it)"""
        return list(UseCase.objects.current().order_by().values_list("pk", "requirement", "actor"))

    def departments_of(self, people: set[int]) -> set[int]:
        return {self._works_in[person] for person in people if person in self._works_in}

    @cached_property
    def _works_in(self) -> dict[int, int]:
        """{person: department}, of those who left, too."""
        return dict(User.objects.filter(department__isnull=False).order_by().values_list("pk", "department"))

    @cached_property
    def joined(self) -> dict[int, set[int]]:
        """{need: who told the same and was joined to it}"""
        found: dict[int, set[int]] = {}
        merged = Need.objects.current().filter(merged_into__isnull=False).order_by()
        for need, author in merged.values_list("merged_into", "author"):
            found.setdefault(need, set()).add(author)
        return found

    # ── phases

    def concerns(self, phase: InPhase) -> bool:
        """Is anything in the phase that is looked at?"""
        return not self.is_whole or not {item.pk for item in phase.held}.isdisjoint(one.pk for one in self.standings)

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.user, self.rows, self.coverage.hours)

    # ── what was tried

    @cached_property
    def faults(self) -> list[Defect]:
        """Open ones that are bad enough to stand against going live."""
        found = self.rows(Defect).stopping()
        if self.is_whole:
            found = found.filter(test__requirement__in=[standing.pk for standing in self.standings])
        return list(found.select_related("owner", "test__requirement").order_by("pk"))

    @cached_property
    def tried_by_makers(self) -> set[int]:
        """Requirements of which a test that passed was tried by nobody but who set it up."""
        ids = [standing.pk for standing in self.standings if standing.is_agreed]
        found = list(Requirement.objects.filter(pk__in=ids).prefetch_related("uses__element").order_by("pk"))
        return {requirement.pk for requirement in Check(self.user, found).tried_by_makers(found)}

    @cached_property
    def makers(self) -> dict[str, set[int]]:
        """{element: who has switched it on or changed it}"""
        return makers_of({element.key for standing in self.standings for element in standing.elements})

    @cached_property
    def observed(self) -> list[Observed]:
        return observed(self.user)

    # ── what was made here

    @cached_property
    def made_here(self) -> list[Element]:
        """Fields, reports and the like in use that the firm made or switched on itself; to those who configure."""
        if not self.user.can("configure", "requirement"):
            return []
        ours = Element.objects.filter(state__in=[Element.State.TRIAL, Element.State.LIVE], origin=Element.Origin.HAND)
        return list(ours.select_related("asked_by").order_by("pk"))

    def configured(self, element: Element) -> str:
        """The page that tells why the element is there; for those who do not configure, where it stands."""
        is_theirs = self.user.can("configure", "settings")
        return reverse("records:element", args=[element.key]) if is_theirs else self.place(element)

    @cached_property
    def measured_fields(self) -> list[tuple[Measured, RecordType, Field]]:
        """What the last round measured of each field; to those who configure."""
        return list(seen_fields(self.user)) if self.user.can("configure", "settings") else []

    # ── questions, and whether anything happens at all

    @cached_property
    def questions(self) -> list[Question]:
        """Open ones, with what waits for them as far as this person sees it."""
        seen = QuestionBlock.objects.filter(requirement__in=[standing.pk for standing in self.standings])
        blocks = Prefetch("blocks", seen.select_related("requirement").order_by("pk"))
        found = self.rows(Question).open()
        return list(found.select_related("owner", "asked_by").prefetch_related(blocks).order_by("pk"))

    @cached_property
    def last_sign_of_life(self) -> date:
        """The day on which somebody last did anything in the roll-out."""
        newest = Change.objects.filter(type__in=ROLLOUT).aggregate(last=Max("changeset__at"))["last"]
        return newest.date() if newest else self.project.started_on
