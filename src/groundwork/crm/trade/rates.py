"""What a currency was worth on a day. A day without a rate takes the last one before it; none at all is unknown."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.core import languages
from groundwork.core.money import ScaledField, minor_digits
from groundwork.core.refusals import Refusal
from groundwork.records.models import Record, keyset_indexes


class Rate(Record):
    """``units`` of ``currency`` cost ``rate`` of ``to_currency`` from that day on, as central banks publish it."""

    type_key = "rate"

    name = models.CharField(gettext_lazy("rate"), max_length=60, editable=False, default="")
    currency = models.CharField(gettext_lazy("currency"), max_length=3)
    to_currency = models.CharField(
        gettext_lazy("in currency"), max_length=3, blank=True, default="",
        help_text=gettext_lazy("Left empty: the firm's own."),
    )  # fmt: skip
    rate = ScaledField(gettext_lazy("rate of exchange"))
    units = models.PositiveIntegerField(gettext_lazy("for how many units"), default=1)
    valid_from = models.DateField(gettext_lazy("valid from"))
    source = models.CharField(gettext_lazy("source"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = gettext_lazy("rate of exchange")
        verbose_name_plural = gettext_lazy("rates of exchange")
        indexes = [
            *keyset_indexes("rate", "valid_from", "sort_key"),
            models.Index(fields=["currency", "to_currency", "-valid_from"], name="rate_on_a_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "to_currency", "valid_from"], name="one_rate_a_day",
                condition=models.Q(archived_at=None),
                violation_error_message=gettext_lazy("There is a rate from that day already: change it instead."),
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0, units__gt=0), name="rate_above_zero",
                violation_error_message=gettext_lazy("A rate and its units are above zero."),
            ),
        ]  # fmt: skip

    def clean(self):
        """Codes as they are kept, before a form asks whether the day is taken."""
        self.currency, self.to_currency = self.currency.upper(), (self.to_currency or firm_currency()).upper()

    def prepare(self):
        self.clean()
        if self.currency == self.to_currency:
            raise Refusal(_("Give the rate of another currency than %(currency)s.") % {"currency": self.currency})
        units = f"{self.units} " if self.units != 1 else ""
        self.name = f"{units}{self.currency} = {self.rate.normalize():f} {self.to_currency}, {self.valid_from}"
        super().prepare()

    def __str__(self):
        units = f"{self.units} " if self.units != 1 else ""
        rate = languages.number(Decimal(self.rate))
        return f"{units}{self.currency} = {rate} {self.to_currency}, {languages.day(self.valid_from)}"


def firm_currency() -> str:
    return Firm.own_currency() or "EUR"


def rate_on(currency: str, to: str, on: date) -> Fraction | None:
    """How much of ``to`` one unit of ``currency`` was worth on that day; None where it is not known.

    A rate kept the other way round is turned; two foreign currencies meet through the firm's own.
    """
    if currency == to:
        return Fraction(1)
    if (found := _kept(currency, to, on)) is not None:
        return found
    if (turned := _kept(to, currency, on)) is not None:
        return 1 / turned
    ours = firm_currency()
    if ours in (currency, to):
        return None
    first, second = rate_on(currency, ours, on), rate_on(ours, to, on)
    return first * second if first is not None and second is not None else None


def _kept(currency: str, to: str, on: date) -> Fraction | None:
    found = Rate.objects.current().filter(currency=currency, to_currency=to, valid_from__lte=on).order_by("-valid_from")
    newest = found.values_list("rate", "units").first()
    return Fraction(newest[0]) / newest[1] if newest else None


def convert(amount_minor: int, currency: str, to: str, on: date) -> int | None:
    """Minor units of ``to`` for an amount of ``currency``, rounded half up once; None where no rate is known by ``on``.

    Unknown is not zero: a caller shows "unknown", never 0.
    """
    rate = rate_on(currency, to, on)
    if rate is None:
        return None
    return half_up(amount_minor * rate * Fraction(10) ** (minor_digits(to) - minor_digits(currency)))


def without_rate(lines: models.QuerySet) -> models.QuerySet:
    """The lines of invoices in other currencies than the firm's, for which no rate is known on their day."""
    own, known = firm_currency(), Rate.objects.current().filter(valid_from__lte=models.OuterRef("issued_on"))
    currency = models.OuterRef("invoice__currency")
    kept, turned = known.filter(currency=currency, to_currency=own), known.filter(currency=own, to_currency=currency)
    return lines.exclude(invoice__currency=own).filter(~models.Exists(kept), ~models.Exists(turned))


class OwnRates:
    """What ``currencies`` were worth in the firm's own, read at once for many amounts. Says the same as ``convert``."""

    def __init__(self, currencies: Iterable[str]):
        self.own = firm_currency()
        self._kept: dict[str, list[tuple[date, Fraction]]] = {}
        self._turned: dict[str, list[tuple[date, Fraction]]] = {}
        wanted = set(currencies) - {self.own}
        if not wanted:
            return
        pairs = models.Q(currency__in=wanted, to_currency=self.own) | models.Q(
            currency=self.own, to_currency__in=wanted
        )
        rows = Rate.objects.current().filter(pairs).order_by("valid_from")
        for currency, to, since, rate, units in rows.values_list(
            "currency", "to_currency", "valid_from", "rate", "units"
        ):
            worth = Fraction(rate) / units
            if to == self.own:
                self._kept.setdefault(currency, []).append((since, worth))
            else:
                self._turned.setdefault(to, []).append((since, 1 / worth))

    def worth(self, amount_minor: int, currency: str, on: date) -> int | None:
        """Minor units of the firm's currency, half up; None where no rate is known by ``on``."""
        if currency == self.own:
            return amount_minor
        for rates in (self._kept.get(currency, []), self._turned.get(currency, [])):
            if place := bisect_right(rates, on, key=lambda rate: rate[0]):
                digits = minor_digits(self.own) - minor_digits(currency)
                return half_up(amount_minor * rates[place - 1][1] * Fraction(10) ** digits)
        return None


def convert_price(price: Decimal, currency: str, to: str, on: date) -> Decimal | None:
    """A price of one unit in another currency, to four digits after the point, half up; None where unknown."""
    rate = rate_on(currency, to, on)
    return None if rate is None else Decimal(half_up(Fraction(price) * rate * 10_000)).scaleb(-4)


def half_up(value: Fraction) -> int:
    """The nearest whole number, half away from zero."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole
