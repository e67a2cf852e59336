"""The daily round: today's numbers, how much of each field is typed for nobody, how far each role has come."""

from datetime import date
from decimal import Decimal

from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.records.field_use import WASTE, field_uses
from groundwork.records.types import types
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.adoption.roles import measured_roles
from groundwork.rollout.discovery.metrics import metrics
from groundwork.rollout.discovery.models import Goal


def keep_all() -> None:
    """Part of every day's work in the worker; a second round of a day measures the day anew."""
    keep_numbers()
    keep_fields()
    keep_roles()


def keep_numbers() -> None:
    """The metrics of the numbers that are wanted."""
    wanted = Goal.objects.standing().exclude(metric="").order_by().values_list("metric", flat=True).distinct()
    for key in wanted:
        metric = metrics.get(key)
        value = metric.value(today()) if metric else None
        if value is not None:
            keep(Measured.Kind.METRIC, key, value, {})


def keep_roles() -> None:
    for key, parts in measured_roles().items():
        keep(Measured.Kind.ROLE, key, parts.index, parts.kept)


def keep_fields() -> None:
    """Of each field of the record types that people work with; what was measured of fields before is of no more use."""
    for kind in types:
        if not (kind.section or kind.named):
            continue
        names = [
            name
            for name in kind.fields
            if name in kind.by_name and kind.field(name).model_field.editable and name != kind.model.title_field
        ]
        for use in field_uses(kind, names):
            more = {
                "standing": use.standing.value, "filled": use.filled, "type": kind.key,
                "retire": use.standing in WASTE, "readers": len(use.readers), "sameness": use.sameness,
                "twin": use.twin, "hollow": use.hollow,
            }  # fmt: skip
            minutes = round_half_up(Decimal(str(use.minutes_a_month)), 1)
            keep(Measured.Kind.FIELD, f"field:{kind.key}.{use.field.name}", minutes, more)
    Measured.objects.filter(kind=Measured.Kind.FIELD).exclude(day=today()).delete()


def keep(kind: str, key: str, value: Decimal | None, more: dict, day: date | None = None) -> None:
    Measured.objects.update_or_create(
        kind=kind, key=key, day=day or today(), defaults={"value": value, "more": more}
    )  # fmt: skip
