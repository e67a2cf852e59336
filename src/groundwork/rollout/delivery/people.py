"""Who tries it: those who asked for it and will work with it. Who set it up tries it too, and that is said."""

from dataclasses import dataclass, field
from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.blueprint.models import ElementRevision
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.write import acting
from groundwork.rollout.delivery.defects import due_after
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.models import RequirementNeed, UseCase

WITHIN = 3  # working days to try it
OF_A_ROLE = 5  # people who are asked, where nobody in particular told us


def makers_of(keys) -> dict[str, set[int]]:
    """Who has switched these elements on or changed them."""
    found: dict[str, set[int]] = {}
    for key, by in ElementRevision.objects.filter(element__key__in=list(keys), by__isnull=False).values_list(
        "element__key", "by"
    ):
        found.setdefault(key, set()).add(by)
    return found


def users_of(requirements, user) -> dict[int, list[User]]:
    """{requirement: who will work with it}: everybody who told us what it answers, as ``user`` sees it.

    Where nobody did, those in the role that does it. Four queries.
    """
    told = Need.objects.visible_to(user)
    links = list(
        RequirementNeed.objects.filter(requirement__in=requirements, need__in=told)
        .select_related("need__author")
        .order_by("pk")
    )  # fmt: skip
    joined: dict[int | None, list[User]] = {}
    for need in told.filter(merged_into__in=[link.need_id for link in links]).select_related("author"):
        joined.setdefault(need.merged_into_id, []).append(need.author)
    found: dict[int, list[User]] = {}
    for link in links:
        people = found.setdefault(link.requirement_id, [])
        people += [one for one in (link.need.author, *joined.get(link.need_id, [])) if one.is_active]
    named = {pk: list(dict.fromkeys(people)) for pk, people in found.items()}
    return {**doers_of(requirements), **{pk: people for pk, people in named.items() if people}}


def doers_of(requirements) -> dict[int, list[User]]:
    """{requirement: those in the role that does it}, some of them. Two queries."""
    roles = list(
        UseCase.objects.current()
        .filter(requirement__in=requirements)
        .exclude(actor="")
        .order_by("pk")
        .values_list("requirement", "actor")
    )
    in_role: dict[str, list[User]] = {}
    holders = User.objects.filter(is_active=True, roles__key__in={actor for _pk, actor in roles})
    for person in holders.annotate(in_role=F("roles__key")).order_by("name", "pk"):
        in_role.setdefault(person.in_role, []).append(person)
    return {pk: in_role.get(actor, [])[:OF_A_ROLE] for pk, actor in roles}


@dataclass
class Trying:
    """Who tried one test as it stands, with their last answers; who is still asked for; whether only its maker did."""

    tried: list[TestRun] = field(default_factory=list)
    waiting: list[User] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)  # of those who wait, who has the task
    by_makers_only: bool = False

    @property
    def to_ask(self) -> list[User]:
        return [person for person in self.waiting if person.pk not in self.asked]


class People:
    """Of these requirements and their tests, for ``user``: who tries them and who did. The number of queries is fixed.

    ``requirements`` have ``uses__element`` prefetched; a try counts here while nothing was changed since.
    """

    def __init__(self, user, requirements, tests, revisions: dict[int, dict[str, int]]):
        self.requirements = {requirement.pk: requirement for requirement in requirements}
        self.users, self.revisions = users_of(requirements, user), revisions
        keys = {use.element.key for requirement in requirements for use in requirement.uses.all()}
        self.makers = makers_of(keys)
        ids = [test.pk for test in tests]
        self.runs: dict[int, list[TestRun]] = {}
        for run in TestRun.objects.filter(test__in=ids).select_related("tester").order_by("-at", "-pk"):
            self.runs.setdefault(run.test_id, []).append(run)
        open_tasks = Task.objects.open().filter(about_type=AcceptanceTest.type_key, about_id__in=ids)
        self.asked: dict[int, set[int]] = {}
        for pk, owner in open_tasks.order_by().values_list("about_id", "owner"):
            self.asked.setdefault(pk, set()).add(owner)
        self.alone = len(User.objects.filter(is_active=True).values_list("pk", flat=True)[:2]) == 1

    def of(self, test: AcceptanceTest) -> Trying:
        latest: dict[int, TestRun] = {}
        for run in self.runs.get(test.pk, []):
            if run.script == test.script and run.element_revisions == self.revisions[test.requirement_id]:
                latest.setdefault(run.tester_id, run)
        makers = self.makers_of(test)
        return Trying(
            tried=list(latest.values()),
            waiting=[person for person in self.users.get(test.requirement_id, []) if person.pk not in latest],
            asked=self.asked.get(test.pk, set()),
            by_makers_only=bool(latest) and not self.alone and set(latest) <= makers,
        )

    def makers_of(self, test: AcceptanceTest) -> set[int]:
        keys = [use.element.key for use in self.requirements[test.requirement_id].uses.all()]
        return set().union(*(self.makers.get(key, set()) for key in keys))


def invite(test: AcceptanceTest, people, *, by) -> list[User]:
    """Each of ``people`` has a task to try it. Who is asked for it already is not asked twice."""
    asked = set(Task.objects.about(test).open().values_list("owner", flat=True))
    new = [person for person in people if person.pk not in asked]
    with acting(by, "created"):
        for person in new:
            asking.give(test, by=by, what=partial(to_try, test), due_on=due_after(WITHIN), owner=person)
    return new


def to_try(test: AcceptanceTest) -> str:
    return _("Try it: %(what)s") % {"what": test.requirement.statement[:160]}
