"""Numbers, money, dates and text keys the way the reader's language writes them."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date as babel_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language

from groundwork.core.money import minor_digits, to_major

NO_VALUE = "–"


@lru_cache
def locale(language: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(language, language).replace("-", "_"))


def active() -> Locale:
    return locale(get_language() or "en")


def number(value, digits: int | None = None) -> str:
    """``1 240 000,5`` in Russian, ``1,240,000.5`` in English; ``digits`` fixes those after the point."""
    if value is None:
        return NO_VALUE
    pattern = "#,##0." + "0" * digits if digits else "#,##0" if digits == 0 else "#,##0.######"
    return format_decimal(Decimal(value), format=pattern, locale=active()).replace("-", "−")


def money(minor: int | None, currency: str, with_code: bool = True) -> str:
    """``1,240.50 GBP``; the code, not a sign, since a firm may keep several currencies."""
    if minor is None:
        return NO_VALUE
    text = number(to_major(minor, currency), minor_digits(currency))
    return f"{text}\N{NO-BREAK SPACE}{currency}" if with_code else text


def percent(share: Decimal | float | None, digits: int = 1) -> str:
    """``share`` is a fraction: 0.184 is "18.4 %" (a thin gap in Russian, none in English and Polish)."""
    if share is None:
        return NO_VALUE
    text = number(Decimal(str(share)) * 100, digits)
    return f"{text}\N{NO-BREAK SPACE}%" if get_language() == "ru" else f"{text}%"


def day(value: date | None) -> str:
    """``23.11.2026`` in Russian and Polish, ``23 Nov 2026`` in English."""
    if value is None:
        return NO_VALUE
    return babel_date(value, format="d MMM y" if get_language() == "en" else "dd.MM.y", locale=active())


def moment(value: datetime | None) -> str:
    if value is None:
        return NO_VALUE
    local = timezone.localtime(value)
    return f"{day(local.date())}, {local:%H:%M}"


def month(value: date) -> str:
    return babel_date(value, format="LLLL y", locale=active())


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """For comparing: no case, no accents, ё as е, ł as l, one space between words."""
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("ł", "l")
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(plain.replace("ё", "е").split())


def sort_key(text: str) -> str:
    """Equal order on both databases: letters folded, numbers padded, so that INV-9 stands before INV-10."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(12), folded(text))[:200]
