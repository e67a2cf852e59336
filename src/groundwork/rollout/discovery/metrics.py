"""The numbers a roll-out can be about. Each is computed from the CRM; none is ever typed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import FieldName, rights, tells_of
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.registry import Registry
from groundwork.crm.insight.models import BuiltReport, in_use
from groundwork.crm.trade.models import COSTS
from groundwork.records.added.chosen import Option

BUILT = "report:built-"  # of keys of metrics that reports give


@dataclass(frozen=True)
class Metric:
    """``value(day)`` is the number as of that day in ``unit`` ("%" or words); None: nothing to measure."""

    key: str
    label: Any
    unit: Any
    direction: str  # "up" or "down": which way is better
    value: Callable[[date | None], Decimal | None]
    explain: Any = ""
    elements: tuple[str, ...] = ()  # the fields and reports it usually takes
    reads: tuple[FieldName, ...] = ()  # the sensitive fields it is computed from
    asked: str = ""  # of a report that people change: which question it asks now

    @property
    def question(self) -> str:
        """What a reading was taken with: another one is not compared with it."""
        return f"{self.key}#{self.asked}" if self.asked else self.key

    def better(self, one, other) -> bool:
        """Is ``one`` better than ``other``?"""
        return one > other if self.direction == "up" else one < other

    def words(self, value: Decimal | None) -> str:
        if value is None:
            return languages.NO_VALUE
        if self.unit == "%":
            return languages.percent(value / 100, 1 if value % 1 else 0)
        return f"{languages.number(value)} {self.unit}".strip()

    def is_open_to(self, user) -> bool:
        """The reading is of the whole firm; who does not see a field that it is computed from does not see it."""
        return all(rights(user).field_mode(*field) != "hidden" for field in self.reads)


class Metrics(Registry[Metric]):
    """Where a goal starts was measured: it is hidden with whatever a metric reads. Reports that the firm made and
    shared with everybody give a number each (``built``)."""

    def __init__(self, key, built: Callable[[], list[Metric]]):
        super().__init__(key)
        self._built = built

    def add(self, item: Metric) -> Metric:
        for field in item.reads:
            tells_of(("goal", "baseline"), field)
        return super().add(item)

    def get(self, key: str) -> Metric | None:
        if not key.startswith(BUILT):
            return super().get(key)
        return next((metric for metric in self._built() if metric.key == key), None)

    def all(self) -> list[Metric]:
        return [*self, *self._built()]


def of_reports() -> list[Metric]:
    return [metric_of(report) for report in in_use() if report.better and report.shared == "everybody"]


def metric_of(report: BuiltReport) -> Metric:
    """The number of all rows of the report, as its author would read it with every right; of today."""
    asked = sha256(report.query.encode()).hexdigest()[:8]

    def value(day: date | None) -> Decimal | None:
        from groundwork.crm.insight.firm_wide import firm_wide  # it needs all record types

        return firm_wide(report) if day in (None, today()) else None

    return Metric(
        report.element_key, report.name, "", report.better, value, explain=report.decides,
        elements=(report.element_key,), reads=tuple((report.type, name) for name in report.named), asked=asked,
    )  # fmt: skip


metrics = Metrics(lambda item: item.key, of_reports)


def choices():
    return [("", "")] + [(metric.key, metric.label) for metric in metrics.all()]


def options() -> list[Option]:
    return [Option(metric.key, str(metric.label)) for metric in metrics.all()]


def known_share(day: date | None = None) -> Decimal | None:
    """In per cent; see trade's ``known_share``."""
    from groundwork.crm.trade.profit import known_share

    share = known_share(as_of=day)
    return None if share is None else round_half_up(Decimal(share) * 100, 1)


metrics.add(
    Metric(
        key="known-share",
        label=_("share of revenue whose cost we know"),
        unit="%",
        direction="up",
        value=known_share,
        explain=_(
            "Revenue of the lines whose product has a cost price valid on the invoice date, divided by all revenue."
        ),
        elements=("field:product.cost", "report:profit"),
        reads=(COSTS,),
    )
)


class Readings:
    """Values of metrics as of today, each computed once however many goals ask."""

    def __init__(self):
        self._values: dict[str, Decimal | None] = {}

    def of(self, key: str) -> Decimal | None:
        if key not in self._values:
            metric = metrics.get(key)
            self._values[key] = metric.value(None) if metric else None
        return self._values[key]
