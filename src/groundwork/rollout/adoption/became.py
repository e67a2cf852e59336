"""What is in it for me (D27): what people of one's own role asked for, and what it became."""

from dataclasses import dataclass

from django.db.models import Q

from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.models import Requirement, RequirementNeed

SHOWN = 10


@dataclass(frozen=True)
class Became:
    said: str
    who: str
    is_own: bool
    requirement: Requirement
    places: list[tuple[str, str]]  # (words, address) of the reports that it brought


def became_for(user) -> list[Became]:
    """What went live of what the person, or somebody of the same role, told us; one's own first, also what stands under
    somebody else's words. Five queries."""
    roles = list(user.roles.values_list("pk", flat=True))
    told = Need.objects.visible_to(user).filter(Q(author=user) | Q(author__roles__in=roles)).distinct()
    merged = told.exclude(merged_into=None).values("merged_into")
    own = dict(told.filter(author=user).exclude(merged_into=None).values_list("merged_into", "statement"))
    links = (
        RequirementNeed.objects.filter(
            Q(need__in=told.values("pk")) | Q(need__in=merged),
            need__in=Need.objects.visible_to(user).values("pk"),
            requirement__in=Requirement.objects.visible_to(user).current().filter(state=Requirement.State.LIVE),
        )
        .select_related("need__author", "requirement")
        .prefetch_related("requirement__uses__element")
        .order_by("-requirement__live_at", "pk")
    )
    found = [
        Became(
            own.get(link.need_id, link.need.statement), str(link.need.author),
            link.need.author_id == user.pk or link.need_id in own, link.requirement,
            [
                (use.element.label, address)
                for use in link.requirement.uses.all() if (address := use.element.address_for(user))
            ],
        )
        for link in links[:SHOWN]
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one.is_own)
