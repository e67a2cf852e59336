"""The number of a report over all records of the firm, whoever asks: what a goal is set on."""

from decimal import Decimal
from typing import Any

from groundwork.core.refusals import Refusal
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.insight.question import Question, Sums
from groundwork.records.types import types


def is_money(report: BuiltReport) -> bool:
    """An amount is no number of ours: whoever reads goals would read the sum of what they may not see."""
    kind, params = types.get(report.type), report.params
    shown = kind.by_name.get(params.get("of", "")) if kind else None
    return bool(shown and shown.kind == "money" and params.get("measure", "count") != "count")


def firm_wide(report: BuiltReport) -> Decimal | None:
    """None where it can be asked no more, or nothing is known. Filters mean what they mean to its author."""
    if report.type not in types or is_money(report):
        return None
    try:
        asked = Question(types[report.type], report.author, report.params)
        rows: Any = asked.kind.model._default_manager.filter(asked.listing.conditions()).order_by()
        asked.by = asked.across = None
        sums = next((found for _by, _across, _code, found in asked.counted(rows)), Sums())
    except Refusal:
        return None
    value = sums.value(asked.measure)
    return None if value is None else Decimal(value)
