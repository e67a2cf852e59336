"""VAT by dated tables. A rate is known by a code that says its country, e.g. ``PL-23`` or ``RU-22``.

The tables and where they come from: docs/domain/vat.md. They are a help and no tax advice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundwork.core.money import round_half_up

NONE = "none"  # our firm charges no VAT; an empty code says that nobody has told
LINE, RATE = "line", "rate"  # where VAT is rounded: on each line, or once a rate on the document


@dataclass(frozen=True)
class Rate:
    """One row of a country's table. ``percent`` is None where no VAT is charged (exempt, outside the scope)."""

    country: str  # ISO 3166; "" for the firm that charges none
    code: str
    label: Any
    percent: Decimal | None
    since: date = date.min
    until: date = date.max
    standard: bool = False

    def is_valid(self, on: date) -> bool:
        return self.since <= on <= self.until

    def vat_of(self, net_minor: int) -> int:
        """VAT of a net amount in minor units, rounded half up."""
        return int(round_half_up(Decimal(net_minor) * self.percent / 100)) if self.percent else 0


def percent(country: str, rate: int, since=date.min, until=date.max, standard=False) -> Rate:
    return Rate(country, f"{country}-{rate}", f"{rate}%", Decimal(rate), since, until, standard)


RU_CHANGE, KZ_CHANGE = date(2026, 1, 1), date(2026, 1, 1)
TABLES: tuple[Rate, ...] = (
    percent("RU", 20, date(2019, 1, 1), date(2025, 12, 31), standard=True),
    percent("RU", 22, RU_CHANGE, standard=True),
    percent("RU", 18, date(2004, 1, 1), date(2018, 12, 31), standard=True),
    percent("RU", 10),
    percent("RU", 7, date(2025, 1, 1)),
    percent("RU", 5, date(2025, 1, 1)),
    percent("RU", 0),
    Rate("RU", "RU-without", _("without VAT"), None),
    percent("PL", 23, date(2011, 1, 1), standard=True),
    percent("PL", 8, date(2011, 1, 1)),
    percent("PL", 5, date(2011, 1, 1)),
    percent("PL", 0),
    Rate("PL", "PL-zw", _("exempt (zw)"), None),
    Rate("PL", "PL-np", _("outside the scope (np)"), None),
    percent("BY", 20, date(2010, 1, 1), standard=True),
    percent("BY", 10),
    percent("BY", 0),
    Rate("BY", "BY-without", _("without VAT"), None),
    percent("KZ", 12, date(2009, 1, 1), date(2025, 12, 31), standard=True),
    percent("KZ", 16, KZ_CHANGE, standard=True),
    percent("KZ", 5, KZ_CHANGE, date(2026, 12, 31)),
    percent("KZ", 10, KZ_CHANGE),
    percent("KZ", 0),
    Rate("KZ", "KZ-without", _("without VAT"), None),
    Rate("", NONE, _("no VAT"), None, standard=True),
)
RATES = {rate.code: rate for rate in TABLES}
COUNTRIES = tuple(sorted({rate.country for rate in TABLES} - {""}))


def choices() -> list[tuple[str, Any]]:
    return [(rate.code, _label(rate)) for rate in TABLES]


def _label(rate: Rate) -> str:
    return f"{rate.country} {rate.label}".strip()


def rates_of(country: str, on: date) -> list[Rate]:
    """What may be charged in ``country`` on a day, the standard rate first. Elsewhere only "no VAT" is known."""
    table = [rate for rate in TABLES if rate.country == (country if country in COUNTRIES else "") and rate.is_valid(on)]
    with_none = table if table and not table[0].country else [*table, RATES[NONE]]
    return sorted(with_none, key=lambda rate: not rate.standard or rate.code == NONE)


def standard_code(country: str, on: date) -> str:
    return rates_of(country, on)[0].code


@dataclass(frozen=True)
class VatRow:
    """One rate of a document: net amount and VAT in minor units; ``vat_minor`` None where nobody told the rate."""

    rate: Rate | None
    net_minor: int
    vat_minor: int | None

    @property
    def gross_minor(self) -> int:
        return self.net_minor + (self.vat_minor or 0)


def vat_table(lines: Iterable[tuple[str, int, int | None]], vat_by: str) -> list[VatRow]:
    """The rows of a document's lines, given as (code, net, VAT of the line); the highest rate first."""
    nets: dict[str, int] = {}
    vats: dict[str, int] = {}
    for code, net, vat in lines:
        nets[code] = nets.get(code, 0) + net
        vats[code] = vats.get(code, 0) + (vat or 0)
    rows = []
    for code, net in nets.items():
        rate = RATES.get(code)
        vat = None if rate is None else rate.vat_of(net) if vat_by == RATE else vats[code]
        rows.append(VatRow(rate, net, vat))
    return sorted(rows, key=lambda row: -(row.rate.percent or 0) if row.rate else 1)


def vat_sum(rows: list[VatRow]) -> int | None:
    """VAT of the document; None where it has no lines or a line of which nobody told the rate."""
    if not rows or any(row.vat_minor is None for row in rows):
        return None
    return sum(row.vat_minor or 0 for row in rows)
