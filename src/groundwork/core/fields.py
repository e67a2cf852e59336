"""Form fields that take numbers and money as people write them."""

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groundwork.core.languages import number
from groundwork.core.money import BIGGEST, minor_digits, to_major, to_minor, to_scaled

_SPACES = re.compile(r"[\s\u00a0\u202f']")


def parsed_number(text: str) -> Decimal:
    """The number in ``text``: spaces group, and one comma or point divides ("1 240,5", "1,240.50").

    Raises ValueError where it could be read in two ways ("1,240") or is no number.
    """
    plain = _SPACES.sub("", str(text)).replace("−", "-")
    if not re.fullmatch(r"[+-]?[\d.,]+", plain):
        raise ValueError(text)
    if "," in plain and "." in plain:
        divider = max(plain.rfind(","), plain.rfind("."))
        groups, rest = plain[:divider], plain[divider + 1 :]
        if not re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", groups) or len(set(re.findall(r"[.,]", groups))) > 1:
            raise ValueError(text)
        plain = re.sub(r"[.,]", "", groups) + "." + rest
    elif plain.count(",") > 1 or plain.count(".") > 1:
        if not re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", plain):
            raise ValueError(text)
        plain = re.sub(r"[.,]", "", plain)
    elif re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", plain):
        raise ValueError(text)
    else:
        plain = plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise ValueError(text) from error


class NumberField(forms.Field):
    """A Decimal with at most six digits after the point."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {
        "invalid": _("“%(value)s” is not a number that can be read in one way only. Write 1240.5 or 1240,5."),
        "size": _("Give a number with at most six digits after the point and twelve before it."),
    }

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            result = parsed_number(value)
        except ValueError as error:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": str(value)[:40]}
            ) from error
        try:
            to_scaled(result)
        except ValueError as error:
            raise ValidationError(self.error_messages["size"], code="size") from error
        return result

    def prepare_value(self, value):
        return number(value).replace("−", "-") if isinstance(value, Decimal) else value


class MoneyField(NumberField):
    """Minor units (int) of ``currency``; the person types major units."""

    def __init__(self, *, currency: str = "EUR", **kwargs):
        self.currency = currency
        super().__init__(**kwargs)

    def clean(self, value):
        amount = super().clean(value)
        if amount is None:
            return None
        minor = to_minor(amount, self.currency)
        if abs(minor) > BIGGEST // 1000:
            raise ValidationError(self.error_messages["size"], code="size")
        return minor

    def prepare_value(self, value):
        if isinstance(value, int):
            return number(to_major(value, self.currency), minor_digits(self.currency)).replace("−", "-")
        return value
