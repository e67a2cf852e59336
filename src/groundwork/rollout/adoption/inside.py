"""How much of the work is done inside, how much comes in by a known way, how much stays outside (ROLLOUT.md 4.7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from groundwork.access.models import Department, User
from groundwork.core.clock import now
from groundwork.records.models import ChangeSet
from groundwork.rollout.adoption.observed import Observed
from groundwork.rollout.adoption.roles import FEW
from groundwork.rollout.adoption.use import DAYS
from groundwork.rollout.discovery.compared import Share, inside_share
from groundwork.rollout.discovery.interviews import WorkStep


@dataclass(frozen=True)
class Place:
    """``people`` of a department, and ``active``: who of them wrote something here lately; None: too few to tell."""

    department: str
    share: Share
    people: int | None = None
    active: int | None = None
    seen: int | None = None  # per cent of what is told to be done here; None: nothing ties it to what is seen

    @property
    def outside(self) -> int:
        return 100 - self.share.governed


def places_of(user, observed: Iterable[Observed] = ()) -> list[Place]:
    """Of each department whose steps of work ``user`` sees, the largest part outside first. Three queries.

    The shares are what people declared. Declared is not believed: beside them stands who really works here.
    """
    steps: dict[Department | None, list[WorkStep]] = {}
    seen = WorkStep.objects.visible_to(user).current().select_related("department", "interview")
    for step in seen.order_by("pk"):
        steps.setdefault(step.department, []).append(step)
    working = working_in(department for department in steps if department)
    shares = seen_in(observed)
    found = []
    for department, told in steps.items():
        if share := inside_share(told):
            pk = department.pk if department else None
            people, active = working.get(pk, (None, None))
            found.append(Place(str(department or _("no department")), share, people, active, shares.get(pk)))
    return sorted(found, key=lambda place: -place.outside)


def seen_in(observed: Iterable[Observed]) -> dict[int | None, int]:
    """{department: per cent}, weighed by time: of a step that is told ten times a month and seen five, half."""
    found: dict[int | None, list[tuple[float, float]]] = {}
    for one in observed:
        weight, share = one.step.minutes_a_month, one.share
        if one.step.place == WorkStep.Place.INSIDE and weight and share is not None:
            found.setdefault(one.step.department_id, []).append((weight, share))
    return {
        department: round(100 * sum(weight * share for weight, share in rows) / sum(weight for weight, _share in rows))
        for department, rows in found.items()
    }


def working_in(departments: Iterable[Department]) -> dict[int | None, tuple[int, int]]:
    """{department: (its people, those who wrote something in the last four weeks)}, of five people and more."""
    people: dict[int, set[int]] = {}
    known = User.objects.filter(is_active=True, department__in=list(departments)).order_by()
    for pk, person in known.values_list("department", "pk"):
        people.setdefault(pk, set()).add(person)
    acts = ChangeSet.objects.filter(at__gte=now() - timedelta(days=DAYS), channel="web", by__in=known.values("pk"))
    active = set(acts.order_by().values_list("by", flat=True).distinct())
    return {pk: (len(found), len(found & active)) for pk, found in people.items() if len(found) >= FEW}
