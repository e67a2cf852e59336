"""What the rules look at, for one person: each fact is read once for all records, by the first rule that asks."""

from datetime import date
from functools import cached_property

from django.db.models import Max, Prefetch
from django.urls import reverse

from groundwork.access.models import User
from groundwork.access.rights import reach
from groundwork.blueprint.models import Element
from groundwork.core.clock import today
from groundwork.records.models import Change
from groundwork.records.workdays import calendar
from groundwork.rollout.chain.coverage import Coverage, Standing
from groundwork.rollout.delivery.defects import Defect
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
from groundwork.rollout.requirements.scope import Scope

ROLLOUT = ("goal", "need", "requirement", "acceptance_test", "question", "decision", "interview")  # where work shows


class Look:
    def __init__(self, user):
        self.user, self.coverage, self.project = user, Coverage(user), Project.current()

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

    def working_days_since(self, day: date) -> int:
        return calendar().working_between(day, today())

    def sees_all(self, type_key: str) -> bool:
        """What is said of the whole firm is said to those alone who see all of it."""
        return reach(self.user, "view", type_key).all

    # ── our number

    @cached_property
    def goals(self) -> list[Goal]:
        found = Goal.objects.visible_to(self.user).standing()
        return list(found.select_related("owner", "judged_by").order_by("pk"))

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

    # ── what people told us

    @cached_property
    def waiting(self) -> list[Need]:
        """Needs that nobody has answered, the oldest first."""
        found = Need.objects.visible_to(self.user).current().filter(state=Need.State.CAPTURED)
        return list(found.select_related("author").order_by("pk"))

    @cached_property
    def conflicts(self) -> list[Conflict]:
        found = Conflict.objects.visible_to(self.user).current().filter(state=Conflict.State.OPEN)
        return list(found.select_related("owner").order_by("pk"))

    @cached_property
    def _works(self) -> dict:
        """Nothing is told of work whose name the person may not see."""
        return {"process__in": WorkProcess.objects.visible_to(self.user)}

    @cached_property
    def differences(self) -> list[Discrepancy]:
        found = Discrepancy.objects.visible_to(self.user).current().filter(state=Discrepancy.State.OPEN, **self._works)
        return list(found.select_related("owner", "process").order_by("pk"))

    @cached_property
    def interviews(self) -> list[Interview]:
        """Those whose answers were confirmed."""
        found = Interview.objects.visible_to(self.user).current()
        found = found.filter(state=Interview.State.CONFIRMED, **self._works)
        return list(found.select_related("owner", "process").order_by("pk"))

    @cached_property
    def outside(self) -> list[WorkStep]:
        """Work kept elsewhere that does not come in."""
        found = WorkStep.objects.visible_to(self.user).current()
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

    # ── phases

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.user)

    # ── what was tried

    @cached_property
    def faults(self) -> list[Defect]:
        """Open ones that are bad enough to stand against going live."""
        return list(Defect.objects.visible_to(self.user).stopping().select_related("owner").order_by("pk"))

    # ── what was made here

    @cached_property
    def made_here(self) -> list[Element]:
        """Fields, reports and the like in use that the firm made or switched on itself; to those who configure."""
        if not self.user.can("configure", "requirement"):
            return []
        ours = Element.objects.filter(state__in=[Element.State.TRIAL, Element.State.LIVE], origin=Element.Origin.HAND)
        return list(ours.select_related("asked_by").order_by("pk"))

    def configured(self, element: Element) -> str:
        """The page that tells why the element is there."""
        return reverse("records:element", args=[element.key])

    # ── questions, and whether anything happens at all

    @cached_property
    def questions(self) -> list[Question]:
        """Open ones, with what waits for them as far as this person sees it."""
        seen = QuestionBlock.objects.filter(requirement__in=[standing.pk for standing in self.standings])
        blocks = Prefetch("blocks", seen.select_related("requirement").order_by("pk"))
        found = Question.objects.visible_to(self.user).open()
        return list(found.select_related("owner", "asked_by").prefetch_related(blocks).order_by("pk"))

    @cached_property
    def last_sign_of_life(self) -> date:
        """The day on which somebody last did anything in the roll-out."""
        newest = Change.objects.filter(type__in=ROLLOUT).aggregate(last=Max("changeset__at"))["last"]
        return newest.date() if newest else self.project.started_on
