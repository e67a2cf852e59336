"""How a file writes its numbers, dates and yes or no. Found out from its cells or said by a person; what could mean two
things is an error with a sentence, never a guess in silence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.languages import folded
from groundwork.core.money import to_scaled

SPACES = re.compile("[\\s\u00a0\u2009\u202f']")
GROUPED = re.compile(r"-?\d{1,3}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*")
ONE_SIGN = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")  # a thousand or a fraction
DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T,]+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?:Z|\+00:00)?)?")
YES = {"yes", "true", "1", "да", "tak", "prawda", "y", "+", "истина", "x"}
NO = {"no", "false", "0", "нет", "nie", "falsz", "n", "-", "ложь"}


CURRENCIES = {
    "руб": "RUB",
    "rur": "RUB",
    "₽": "RUB",
    "zł": "PLN",
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "тенге": "KZT",
    "₸": "KZT",
}
WRONG_SIGN = {
    ".": gettext_lazy("a comma where this file writes a point"),
    ",": gettext_lazy("a point where this file writes a comma"),
}


class Unreadable(ValueError):
    """The cell says nothing that can be taken; the sentence says why."""


def currency_code(cell: str) -> str:
    """ISO 4217, as in EUR; the words that people write instead are known."""
    code = CURRENCIES.get(cell.strip().lower().rstrip("."), cell.strip().upper())
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise Unreadable(_("a currency is three letters, such as EUR"))
    return code


@dataclass(frozen=True)
class Format:
    """``decimal`` is "." or "," and ``dates`` "dmy" or "mdy"; "" where the file does not tell.

    ``sure``: it was found in the file or said by a person, so that the other sign may group thousands.
    """

    decimal: str = ""
    dates: str = ""
    sure: bool = False

    def number(self, cell: str) -> Decimal:
        text = SPACES.sub("", cell).replace("−", "-")
        text = text[1:] if text[:1] == "+" else text
        plain = self._plain(text)
        if not re.fullmatch(r"-?\d+(\.\d+)?|-?\.\d+", plain) or not plain.isascii() or len(plain) > 30:
            raise Unreadable(_("not a number"))
        value = Decimal(plain)
        try:
            to_scaled(value)
        except ValueError as error:
            raise Unreadable(_("more than six digits after the point, or too large")) from error
        return value

    def _plain(self, text: str) -> str:
        """The number with a point, and without what groups its thousands."""
        if not ("." in text or "," in text):
            return text
        sign = self.decimal or last_sign(text)
        other = "," if sign == "." else "."
        whole, _sign, fraction = text.rpartition(sign) if sign in text else (text, "", "")
        if not self.decimal and ONE_SIGN.fullmatch(text):
            raise Unreadable(_("a thousand or a fraction? Say how this file writes decimals"))
        if sign in whole:  # 1.234.567
            if self.decimal or not GROUPED.fullmatch(text):
                raise Unreadable(_("not a number"))
            return text.replace(sign, "")
        if other in whole:
            if not GROUPED.fullmatch(whole) or (not fraction and not self.sure):
                raise Unreadable(WRONG_SIGN[sign])
            whole = whole.replace(other, "")
        return f"{whole}.{fraction}" if fraction else whole

    def moment(self, cell: str) -> datetime:
        """A day, with or without a time: naive, in the firm's time zone."""
        found = DAY.fullmatch(cell.strip())
        if found is None:
            raise Unreadable(_("not a date: write it like 2010-12-31"))
        first, sign, second, third, clock = found.groups()
        try:
            day = date(*self._order(first, sign, second, third))
            at = time.fromisoformat(clock.zfill(5) if len(clock) < 6 else clock.zfill(8)) if clock else time()
        except ValueError as error:
            raise error if isinstance(error, Unreadable) else Unreadable(_("there is no such day")) from error
        if not 1900 <= day.year <= 2100:
            raise Unreadable(_("a date outside the years 1900 to 2100"))
        return datetime.combine(day, at)

    def _order(self, first: str, sign: str, second: str, third: str) -> tuple[int, int, int]:
        if len(first) == 4:
            return int(first), int(second), int(third)
        if len(first) > 2 or len(third) not in (2, 4):
            raise Unreadable(_("not a date: write it like 2010-12-31"))
        one, two, year = int(first), int(second), int(third)
        year += (2000 if year < 70 else 1900) if len(third) == 2 else 0
        order = "dmy" if sign == "." or one > 12 else "mdy" if two > 12 else self.dates
        if not order and one != two:
            raise Unreadable(_("day or month first? Say in which order this file writes dates"))
        if self.dates and self.sure and sign != "." and order != self.dates:
            raise Unreadable(_("day and month stand the other way round than in the rest of this file"))
        return (year, one, two) if order == "mdy" else (year, two, one)

    def yes(self, cell: str) -> bool:
        word = folded(cell.strip())
        if word not in YES | NO:
            raise Unreadable(_("write yes or no"))
        return word in YES


def last_sign(text: str) -> str:
    """In ``1.234,56`` the comma; in ``1.234.567`` the point, which groups."""
    return max(".,", key=text.rfind)


def decimal_of(cells: Iterable[str]) -> str:
    """The sign before the decimals of these numbers; "" where none tells, or they contradict each other."""
    found = set()
    for cell in cells:
        text = SPACES.sub("", cell)
        signs = [sign for sign in ".," if sign in text]
        if not signs or not re.fullmatch(r"[+-]?[\d.,]+", text) or ONE_SIGN.fullmatch(text):
            continue
        if len(signs) == 1 and text.count(signs[0]) > 1:
            found.add("," if signs[0] == "." else ".")
        else:
            found.add(last_sign(text))
    return found.pop() if len(found) == 1 else ""


def order_of(cells: Iterable[str]) -> str:
    """``dmy`` or ``mdy``; "" where no day above the twelfth tells, or they contradict each other."""
    found = set()
    for cell in cells:
        match = DAY.fullmatch(cell.strip())
        if match and len(match[1]) <= 2 and match[2] != ".":
            found |= {"dmy"} if int(match[1]) > 12 else {"mdy"} if int(match[3]) > 12 else set()
    return found.pop() if len(found) == 1 else ""


def aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment)
