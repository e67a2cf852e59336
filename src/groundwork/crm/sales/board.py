"""The board of deals: one pipeline at a time, what stands too long, and what the columns come to by their chances."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groundwork.core.clock import now
from groundwork.crm.sales.checks import BITS, Code, weights
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.crm.sales.stage_times import limits
from groundwork.records.lists.on_board import Column, OnBoard, Standing

AGEING, OVER_BY_HALF = 0.8, 1.5  # parts of the days that a stage expects


def divisions() -> list[tuple[str, str]]:
    """The pipelines in use."""
    return [(key, str(pipeline)) for key, pipeline in sales().pipelines.items() if not pipeline.retired_at]


def columns(pipeline: str) -> list[Column]:
    return [
        Column(
            stage.key, str(stage), {"state": stage.outcome},
            share=stage.probability if stage.outcome == Outcome.OPEN else None,
            is_closed=stage.outcome != Outcome.OPEN,
        )
        for stage in sales().stages_of(pipeline)
    ]  # fmt: skip


def standings(rows: Sequence[Any], user) -> dict[int, Standing]:
    """How long each open deal stands in its stage, and whether anything happened: one query."""
    from groundwork.crm.sales.deal_hygiene import looked_at, open_deals

    seen = rows and user.can("view", "deal")
    open_ids = [row.pk for row in rows if row.state == Outcome.OPEN] if seen else []
    masks = dict(looked_at(open_deals().filter(pk__in=open_ids)).values_list("pk", "mask")) if open_ids else {}
    is_asked = Code.TOUCH in weights().of
    return {
        row.pk: _standing(row, idle=is_asked and not masks[row.pk] & BITS[Code.TOUCH])
        for row in rows
        if row.pk in masks
    }


def _standing(row, *, idle: bool) -> Standing:
    days, limit = (now() - row.stage_since).days, limits().get(row.stage)
    age = _t("%(days)s of %(limit)s d") if limit and days > limit else _t("%(days)s d")
    return Standing(age % {"days": days, "limit": limit}, rot_of(days, limit), _idle_words(row.stage) if idle else "")


def untidy(rows: QuerySet) -> dict[int | None, int]:
    """Of each owner the open deals that lack what cards tell: a step in time, a touch, a move in time. One query."""
    from groundwork.crm.sales.deal_hygiene import SEEN_BY_ALL, being_untidy

    lacking = rows.filter(state=Outcome.OPEN, pk__in=being_untidy([str(code) for code in SEEN_BY_ALL]))
    return dict(lacking.order_by().values_list("owner_id").annotate(count=Count("pk")))


def rot_of(days: int, limit: int | None) -> int:
    """0 fresh, 1 from four fifths of the limit on, 2 over it, 3 over by half; without a limit nothing rots."""
    if not limit:
        return 0
    return 3 if days >= limit * OVER_BY_HALF else 2 if days > limit else 1 if days >= limit * AGEING else 0


def _idle_words(stage: str) -> str:
    found = sales().stages.get(stage)
    days = (found.idle_days if found else None) or 0
    words = ngettext("silent for more than %(count)s day", "silent for more than %(count)s days", days)
    return words % {"count": days}


on_board = OnBoard(
    follows=("state",),
    divided_by="pipeline",
    divisions=divisions,
    columns=columns,
    closed_on="closed_on",
    has_steps=True,
    carries=("stage", "state", "stage_since"),
    standings=standings,
    untidy=untidy,
    one_more=_("Deal"),
)
