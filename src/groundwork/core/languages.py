"""Numbers, money, dates and text keys the way the reader's language writes them."""

import re
import unicodedata
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date as babel_date
from babel.dates import format_skeleton as babel_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol
from django.utils import timezone
from django.utils.translation import get_language, gettext

from groundwork.core.money import minor_digits, to_major

NO_VALUE = "–"


@lru_cache
def locale(language: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(language, language).replace("-", "_"))


def active() -> Locale:
    return locale(get_language() or "en")


class Writing:
    """How one language writes numbers and days: CLDR's signs, read once, since a list writes hundreds of them."""

    def __init__(self, language: str):
        self.language, self.locale = language, locale(language)
        signs = {",": get_group_symbol(self.locale), ".": get_decimal_symbol(self.locale), "-": "−"}
        self._signs = str.maketrans(signs)

    def number(self, value, digits: int | None = None, at_least: int = 0) -> str:
        """``digits`` fixes those after the point; else up to six stand there, and not less than ``at_least``."""
        if value is None:
            return NO_VALUE
        text = f"{Decimal(value):,.{6 if digits is None else digits}f}"
        if digits is None:
            whole, _point, parts = text.partition(".")
            parts = parts.rstrip("0").ljust(at_least, "0")
            text = f"{whole}.{parts}" if parts else whole
        return text.translate(self._signs)

    def money(self, minor: int | None, currency: str) -> str:
        if minor is None:
            return NO_VALUE
        digits = minor_digits(currency)
        return f"{self.number(Decimal(minor).scaleb(-digits), digits)}\N{NO-BREAK SPACE}{currency}"

    @lru_cache(maxsize=4096)  # noqa: B019 - there are as many of these as languages, and they stay
    def day(self, value: date) -> str:
        return babel_date(value, format="d MMM y" if self.language == "en" else "dd.MM.y", locale=self.locale)

    def moment(self, value: datetime, zone: tzinfo) -> str:
        local = value.astimezone(zone)
        return f"{self.day(local.date())}, {local:%H:%M}"


@lru_cache
def writing_of(language: str) -> Writing:
    return Writing(language)


def writing() -> Writing:
    """How the reader's language writes; a list asks once and keeps it."""
    return writing_of(get_language() or "en")


def number(value, digits: int | None = None) -> str:
    """``1 240 000,5`` in Russian, ``1,240,000.5`` in English; ``digits`` fixes those after the point."""
    return writing().number(value, digits)


def money(minor: int | None, currency: str, with_code: bool = True) -> str:
    """``1,240.50 GBP``; the code, not a sign, since a firm may keep several currencies."""
    if with_code or minor is None:
        return writing().money(minor, currency)
    return number(to_major(minor, currency), minor_digits(currency))


def percent(share: Decimal | float | None, digits: int = 1) -> str:
    """``share`` is a fraction: 0.184 is "18.4 %" (a thin gap in Russian, none in English and Polish)."""
    if share is None:
        return NO_VALUE
    text = number(Decimal(str(share)) * 100, digits)
    return f"{text}\N{NO-BREAK SPACE}%" if get_language() == "ru" else f"{text}%"


def day(value: date | None) -> str:
    """``23.11.2026`` in Russian and Polish, ``23 Nov 2026`` in English."""
    return NO_VALUE if value is None else writing().day(value)


def short_day(value: date, this_year: int) -> str:
    """``3 дек.``, ``3 Dec``: for a narrow place; of another year than this it says the year too."""
    return _shortened(value, "MMMd" if value.year == this_year else "yMMMd", active())


@lru_cache(
    maxsize=4096
)  # finding the pattern takes most of a millisecond, and a board says the same days again and again
def _shortened(value: date, skeleton: str, said_in: Locale) -> str:
    return babel_skeleton(skeleton, value, locale=said_in)


def quoted(text: object) -> str:
    """``«text»``, ``„text”``, ``“text”``: for names that are listed in a sentence."""
    return gettext("“%(name)s”") % {"name": text}


def moment(value: datetime | None) -> str:
    return NO_VALUE if value is None else writing().moment(value, timezone.get_current_timezone())


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
