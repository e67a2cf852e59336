"""How long a deal may stand in a stage: as four of five won deals did, or as the stage's own setting says."""

import math

from django.db import models, transaction
from django.db.models import Count, F

from groundwork.blueprint.elements import kept, raise_config_version
from groundwork.core.clock import now
from groundwork.crm.sales.pipelines import Outcome, sales

LEAST = 30  # stays of won deals; fewer say nothing
SHARE = 0.8  # of them stood no longer


class StageTime(models.Model):
    """What a stage has shown so far. Measured once a day; follows from the stays of won deals."""

    stage = models.CharField(max_length=20, unique=True)
    days = models.PositiveIntegerField()
    stays = models.PositiveIntegerField()
    measured_at = models.DateTimeField(default=now)


@transaction.atomic
def measure() -> None:
    """Look at all won deals again; a stage with too few keeps no figure."""
    from groundwork.crm.sales.deals import Stay

    ended = Stay.objects.filter(deal__state=Outcome.WON, deal__archived_at=None, left_at__isnull=False)
    counted = dict(ended.values_list("stage").annotate(count=Count("pk")).filter(count__gte=LEAST))
    before = dict(StageTime.objects.values_list("stage", "days"))
    found = {}
    for stage, count in counted.items():
        lasted = ended.filter(stage=stage).annotate(lasted=F("left_at") - F("entered_at")).order_by("lasted")
        place = math.ceil(count * SHARE) - 1
        found[stage] = max(1, math.ceil(lasted.values_list("lasted", flat=True)[place].total_seconds() / 86400))
    StageTime.objects.all().delete()
    StageTime.objects.bulk_create(
        StageTime(stage=stage, days=days, stays=counted[stage]) for stage, days in found.items()
    )
    if found != before:
        raise_config_version()


def limits() -> dict[str, int | None]:
    """{stage: days}, None where nobody has said and too few deals were won. No query once it is read."""
    return kept("stage times", _load)


def _load() -> dict[str, int | None]:
    shown = dict(StageTime.objects.values_list("stage", "days"))
    return {key: shown.get(key, stage.expected_days) for key, stage in sales().stages.items()}
