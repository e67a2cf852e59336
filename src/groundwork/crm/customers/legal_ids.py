"""The numbers by which a state knows a company: their check digits, and which of them a country has.

Sources: ИНН, ОГРН and КПП by the orders of the Russian tax service (ЕД-7-14/559@ and ММВ-7-6/435@), NIP, REGON, KRS by
the Polish registers, УНП by the tax ministry of Belarus, БИН/ИИН by the Kazakh decree 853; VAT by the VIES formats.
Where python-stdnum knows a number, it is asked; КПП, KRS, БИН and the ОГРНИП (15 digits) are checked here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from stdnum.by import unp
from stdnum.eu import vat
from stdnum.exceptions import InvalidFormat
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.pl import nip, regon
from stdnum.ru import inn, ogrn

from groundwork.crm.customers.countries import EU


@dataclass(frozen=True)
class LegalId:
    """One kind of number. ``name`` is the field of Company that keeps it; ``checks`` names the digits that prove it,
    by the length of the number."""

    name: str
    label: Any
    lengths: tuple[int, ...]
    checks: dict[int, str]
    is_right: Callable[[str], bool]
    letters: bool = False  # may hold letters


def compact(text: str) -> str:
    """A number without the spaces, dots, dashes and slashes that people write into it; letters large."""
    return re.sub(r"[\s\u00a0\u2009\u202f.\-–—/]", "", text).upper()


def kpp_is_right(number: str) -> bool:
    """Tax office, reason of registration (digits or letters A to Z), place: there is no check digit."""
    return bool(re.fullmatch(r"\d{4}[0-9A-Z]{2}\d{3}", number))


def ogrn_is_right(number: str) -> bool:
    """13 digits of a firm; 15 of a person in business, whose check digit is the last one of the rest by 13."""
    if len(number) == 15:
        return number[0] in "34" and int(number[:-1]) % 13 % 10 == int(number[-1])
    return ogrn.is_valid(number)


def bin_is_right(number: str) -> bool:
    """БИН of a firm and ИИН of a person: the twelfth digit by the first weights, or the second where they give 10."""
    digits = [int(sign) for sign in number]
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        check = sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        if check < 10:
            return check == digits[11]
    return False


INN = LegalId("inn", gettext_lazy("INN"), (10, 12), {10: "10", 12: "11–12"}, inn.is_valid)
KPP = LegalId("kpp", gettext_lazy("KPP"), (9,), {}, kpp_is_right, letters=True)
OGRN = LegalId("ogrn", gettext_lazy("OGRN or OGRNIP"), (13, 15), {13: "13", 15: "15"}, ogrn_is_right)
NIP = LegalId("nip", gettext_lazy("NIP"), (10,), {10: "10"}, nip.is_valid)
REGON = LegalId("regon", gettext_lazy("REGON"), (9, 14), {9: "9", 14: "9, 14"}, regon.is_valid)
KRS = LegalId("krs", gettext_lazy("KRS"), (10,), {}, str.isdigit)
VAT = LegalId("vat", gettext_lazy("EU VAT number"), (), {}, vat.is_valid, letters=True)
UNP = LegalId("unp", gettext_lazy("UNP"), (9,), {9: "9"}, unp.is_valid, letters=True)
BIN = LegalId("bin", pgettext_lazy("Kazakh legal id", "BIN or IIN"), (12,), {12: "12"}, bin_is_right)
LEGAL_IDS = {item.name: item for item in (INN, KPP, OGRN, NIP, REGON, KRS, VAT, UNP, BIN)}
TAX_NUMBER = "legal_id"  # of any other country: kept as written

BY_COUNTRY = {"RU": (INN, KPP, OGRN), "PL": (NIP, REGON, KRS), "BY": (UNP,), "KZ": (BIN,)}


def names_for(country: str) -> tuple[str, ...]:
    """The fields that a company of this country (ISO code, or "") is asked for."""
    if country in BY_COUNTRY:
        return tuple(item.name for item in BY_COUNTRY[country])
    return (VAT.name,) if country in EU else (TAX_NUMBER,)


def wrong_with(item: LegalId, number: str) -> str:
    """What is wrong with a compact number, as a sentence; "" where nothing is."""
    named = {"id": str(item.label), "given": len(number)}
    if not item.letters and not (number.isascii() and number.isdigit()):
        return _("%(id)s is made of digits only.") % named
    if item is VAT:
        return _wrong_with_vat(number)
    if len(number) not in item.lengths:
        named["lengths"] = _(" or ").join(str(length) for length in item.lengths)
        return _("%(id)s has %(lengths)s digits, this one has %(given)s.") % named
    if item.is_right(number):
        return ""
    if digits := item.checks.get(len(number)):
        named["digits"] = digits
        return (
            _("The check digit of this %(id)s (place %(digits)s) does not fit the rest: compare it with the document.")
            % named
        )
    return _("%(id)s is not built like this: compare it with the document.") % named


def _wrong_with_vat(number: str) -> str:
    if not re.match(r"[A-Z]{2}", number):
        return _("An EU VAT number begins with the two letters of its country, like PL5260250274.")
    country = {"EL": "GR"}.get(number[:2], number[:2])
    if country not in EU and country != "XI":
        return _("%(letters)s is not a country of the EU: EU VAT numbers begin with its two letters.") % {
            "letters": number[:2]
        }
    try:
        vat.validate(number)
    except InvalidFormat:
        return _("A VAT number of %(letters)s is not built like this: compare its length and its letters.") % {
            "letters": number[:2]
        }
    except WrongNumber:
        return _("The check digits of this VAT number do not fit the rest: compare it with the document.")
    return ""


class FitsLegalId:
    """Validator of the field ``name``: a wrong length or check digit is refused in words."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, value: str) -> None:
        if wrong := wrong_with(LEGAL_IDS[self.name], compact(value)):
            raise ValidationError(wrong, code="legal_id")


class LegalIdField(models.CharField):
    """A legal id, kept without spaces and dashes. Checked wherever forms and imports run validators."""

    def __init__(self, kind: str = "", **kwargs):
        self.kind = kind
        if kind:
            kwargs = {"max_length": 18, "blank": True, "default": "", "db_default": "", **kwargs}
            kwargs["verbose_name"] = LEGAL_IDS[kind].label
            kwargs["validators"] = [FitsLegalId(kind)]
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("validators", None)  # a migration keeps the column, not the rule
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value):
        return compact(value) if isinstance(value, str) else super().to_python(value)

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": LegalIdInput, **kwargs})


class LegalIdInput(forms.CharField):
    """Takes the number with the spaces and dashes of the document it is copied from."""

    def to_python(self, value):
        return compact(super().to_python(value))
