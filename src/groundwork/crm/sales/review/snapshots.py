"""The board of some people, written down: before, at the beginning and at the end of a review; and what that tells."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from groundwork.core.clock import now
from groundwork.crm.sales.checks import BITS, READY, Code, weights
from groundwork.crm.sales.deal_hygiene import Hygiene, counted, looked_at, weights_of_amounts
from groundwork.crm.sales.review.models import Review, Snapshot

DAY = timedelta(hours=24)
LATE = timedelta(hours=2)  # after which a snapshot of "a day before" would tell another day
TO_DECIDE = BITS[Code.STEP] | BITS[Code.TOUCH] | BITS[Code.TIME] | BITS[Code.CLOSE]

Masks = dict[str, dict[str, int]]  # {person: {deal: bits}}


def needs_decision(mask: int) -> bool:
    """Does the card come before the meeting? Checks that the firm does not count bring none."""
    asked = TO_DECIDE & weights().mask
    return mask & asked != asked


def take(review: Review, moment: str) -> Snapshot:
    """Write the board down; once a moment."""
    people = list(review.seats.values_list("person", flat=True))
    masks: Masks = {str(person): {} for person in people}
    sums: dict[tuple, list[int]] = {}
    found = {person: Hygiene() for person in people}
    ready = dict.fromkeys(people, 0)
    facts = ("owner", "pk", "mask", "stage", "currency", "amount_minor")
    rows = list(looked_at(counted().filter(owner__in=people)).values_list(*facts))
    weight = weights_of_amounts({row[4] for row in rows})
    for owner, deal, mask, stage, currency, amount in rows:
        masks[str(owner)][str(deal)] = mask
        entry = sums.setdefault((owner, stage, currency), [0, 0])
        entry[0], entry[1] = entry[0] + 1, entry[1] + (amount or 0)
        found[owner].take(mask, 1, *weight(currency, int(amount is not None), amount))
        ready[owner] += mask & READY == READY
    team = sum(found.values(), Hygiene())
    return Snapshot.objects.create(
        review=review, moment=moment, at=now(), masks=masks, sums=[[*key, *counts] for key, counts in sums.items()],
        figures={str(person): _told(found[person], ready[person]) for person in people},
        team=_told(team, sum(ready.values())),
    )  # fmt: skip


def _told(hygiene: Hygiene, ready: int) -> dict[str, Any]:
    return {
        "deals": hygiene.deals, "score": hygiene.score, "clean": hygiene.clean_share, "weighted": hygiene.weighted,
        "ready": ready, "unrated": hygiene.unrated,
    }  # fmt: skip


def take_those_before() -> None:
    """A job: the board a day before each review that is planned."""
    begins = Q(planned_at__lte=now() + DAY, planned_at__gte=now() + DAY - LATE)
    planned = Review.objects.current().filter(begins, state=Review.State.PLANNED)
    for review in planned.exclude(snapshots__moment=Snapshot.Moment.BEFORE):
        with transaction.atomic():
            take(review, Snapshot.Moment.BEFORE)


# ── what two snapshots tell


@dataclass(frozen=True)
class Preparation:
    """How a person came to the meeting, in percent. ``ready``: deals with a step, a touch and a day, 24 hours before;
    ``late_tidy``: of what was repaired during the week, that which was so in the last 24 hours. None: not known."""

    ready: int | None
    late_tidy: int | None


def preparation(person: int, last_end: Snapshot | None, before: Snapshot | None, begin: Snapshot | None) -> Preparation:
    if before is None:
        return Preparation(None, None)
    told = before.figures.get(str(person), {})
    deals = told.get("deals", 0)
    ready = round(100 * told["ready"] / deals) if deals else None
    if begin is None:
        return Preparation(ready, None)
    late = repairs(before, begin, person)
    early = repairs(last_end, before, person) if last_end else 0
    return Preparation(ready, round(100 * late / (late + early)) if late + early else None)


def repairs(then: Snapshot, later: Snapshot, person: int) -> int:
    """Checks of the person's deals that did not hold then and hold later."""
    was, became = then.masks.get(str(person), {}), later.masks.get(str(person), {})
    return sum((became[deal] & ~mask & weights().mask).bit_count() for deal, mask in was.items() if deal in became)
