"""Money is integer minor units and an ISO 4217 code; quantities, prices and rates are scaled integers.

Sums stay exact on SQLite and PostgreSQL alike (docs/domain/money.md).
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

SCALE = 6
BIGGEST = 2**63 - 1


@lru_cache
def minor_digits(currency: str) -> int:
    """Digits after the point of a currency: 2 for GBP, 0 for JPY (ISO 4217, from CLDR)."""
    return get_currency_precision(currency) if currency else 2


def round_half_up(value: Decimal, digits: int = 0) -> Decimal:
    """Half away from zero, as invoices are rounded (docs/domain/money.md)."""
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of ``amount``, rounded half up once."""
    return int(round_half_up(amount.scaleb(minor_digits(currency))))


def to_major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-minor_digits(currency))


def to_scaled(value: Decimal) -> int:
    """The integer that a ScaledField keeps; ValueError where a digit would be lost or the number does not fit."""
    scaled = value.scaleb(SCALE)
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) > BIGGEST:
        raise ValueError(value)
    return int(scaled)


class ScaledField(models.BigIntegerField):
    """A decimal with up to six digits after the point: Decimal in Python, a scaled BIGINT in the database."""

    _pyi_private_set_type: Any  # what type checkers read: a Decimal goes in
    _pyi_private_get_type: Any
    description = "Decimal kept as a scaled integer"

    def from_db_value(self, value, expression, connection):
        return None if value is None else from_scaled(value)

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(_("“%(value)s” is not a number."), params={"value": value}) from error

    def get_prep_value(self, value):
        if value is None:
            return None
        return to_scaled(self.to_python(value))

    @property
    def validators(self):
        return []

    def clean(self, value, model_instance):
        value = super().clean(value, model_instance)
        if value is not None:
            try:
                to_scaled(value)
            except ValueError as error:
                raise ValidationError(_("Give a number with at most six digits after the point.")) from error
        return value

    def formfield(self, **kwargs):
        from groundwork.core.fields import NumberField

        return models.Field.formfield(self, **{"form_class": NumberField, **kwargs})

    def value_to_string(self, obj):
        return str(self.value_from_object(obj))


def from_scaled(value: int) -> Decimal:
    """The shortest Decimal of a kept integer: 2550000 is 2.55."""
    plain = Decimal(value).scaleb(-SCALE).normalize()
    return plain if int(plain.as_tuple().exponent) <= 0 else plain.quantize(Decimal(1))
