"""Units of measure: a list of common ones in the reader's own language, and the units that a firm adds.

A product keeps the unit's code ("pcs"), so that documents and exchanges agree whatever language is spoken. The numbers
are those that electronic invoices (UN/ECE Recommendation 20) and Russian documents (ОКЕИ) ask for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from groundwork.blueprint.elements import kept, raise_config_version
from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.records.models import Record, keyset_indexes


@dataclass(frozen=True)
class BuiltIn:
    """A unit that every firm has. ``words`` are other ways to write it, in any language."""

    sign: Any
    unece: str
    okei: str
    words: tuple[str, ...] = ()


BUILT_IN = {
    "pcs": BuiltIn(pgettext_lazy("unit", "pcs"), "H87", "796", (
        "pc", "piece", "pieces", "ea", "each", "шт", "штука", "штук", "sztuka", "sztuk", "szt", "stk", "st",
    )),
    "kg": BuiltIn(pgettext_lazy("unit", "kg"), "KGM", "166", ("кг", "килограмм", "kilogram", "kilo")),
    "g": BuiltIn(pgettext_lazy("unit", "g"), "GRM", "163", ("г", "гр", "грамм", "gram")),
    "t": BuiltIn(pgettext_lazy("unit", "t"), "TNE", "168", ("т", "тн", "тонна", "tonne", "tona")),
    "m": BuiltIn(pgettext_lazy("unit", "m"), "MTR", "006", ("м", "метр", "metre", "meter", "metr", "mb")),
    "m2": BuiltIn(pgettext_lazy("unit", "m²"), "MTK", "055", ("м2", "м²", "кв.м", "m kw", "sqm")),
    "m3": BuiltIn(pgettext_lazy("unit", "m³"), "MTQ", "113", ("м3", "м³", "куб.м", "cbm")),
    "l": BuiltIn(pgettext_lazy("unit", "l"), "LTR", "112", ("л", "литр", "litre", "liter", "litr")),
    "pack": BuiltIn(pgettext_lazy("unit", "pack"), "XPK", "778", (
        "упак", "уп", "упаковка", "opak", "op", "opakowanie", "package", "pkg",
    )),
    "box": BuiltIn(pgettext_lazy("unit", "box"), "XBX", "812", (
        "ящ", "ящик", "кор", "коробка", "karton", "kart", "carton", "ctn",
    )),
    "pallet": BuiltIn(pgettext_lazy("unit", "pallet"), "XPX", "", ("паллета", "поддон", "пал", "paleta", "pal")),
    "set": BuiltIn(pgettext_lazy("unit", "set"), "SET", "839", (
        "компл", "комплект", "набор", "kpl", "komplet", "zestaw",
    )),
    "pair": BuiltIn(pgettext_lazy("unit", "pair"), "PR", "715", ("пара", "пар", "para", "par")),
    "hour": BuiltIn(pgettext_lazy("unit", "h"), "HUR", "356", ("ч", "час", "часов", "hours", "hr", "godz", "godzina")),
    "day": BuiltIn(pgettext_lazy("unit", "day"), "DAY", "359", ("дн", "день", "сут", "days", "dzień", "doba")),
    "month": BuiltIn(pgettext_lazy("unit", "month"), "MON", "362", ("мес", "месяц", "mies", "miesiąc", "mth")),
    "service": BuiltIn(pgettext_lazy("unit", "service"), "E48", "876", (
        "усл", "услуга", "усл.ед", "усл. ед", "условная единица", "usł", "usługa",
    )),
}  # fmt: skip


class Unit(Record):
    """A unit that a firm adds to the common ones: a sack, a bundle. Its code stands in the products."""

    type_key = "unit"

    name = models.CharField(gettext_lazy("name"), max_length=60)
    code = models.CharField(
        gettext_lazy("code"), max_length=20, blank=True, default="",
        help_text=gettext_lazy("Short, as it stands on documents. Left empty, it is the name."),
    )  # fmt: skip
    unece = models.CharField(
        gettext_lazy("code for electronic invoices"), max_length=3, blank=True, default="",
        help_text=gettext_lazy("Three signs of UN/ECE Recommendation 20, such as KGM."),
    )  # fmt: skip

    class Meta:
        verbose_name = gettext_lazy("unit")
        verbose_name_plural = gettext_lazy("units")
        indexes = keyset_indexes("unit", "sort_key", "updated_at")

    def prepare(self):
        """Refused: a code that another unit has, or a new code while products are counted in the old one."""
        self.code = self.code or self.name[:20].strip()
        others = Unit.objects.current().exclude(pk=self.pk)
        if not self.is_archived and (self.code in BUILT_IN or others.filter(code=self.code).exists()):
            raise Refusal(_("There is a unit “%(code)s” already.") % {"code": self.code})
        if self.pk and (old := Unit.objects.get(pk=self.pk).code) != self.code:
            from groundwork.crm.trade.models import Product

            if Product.objects.filter(unit=old).exists():
                raise Refusal(_("Products are counted in “%(code)s”: add a new unit instead.") % {"code": old})
        super().prepare()


def own_units() -> list[tuple[str, str]]:
    """(code, name) of the firm's own units, kept until one of them changes."""
    return kept("trade.units", _load)


def _load() -> list[tuple[str, str]]:
    return list(Unit.objects.current().order_by("sort_key", "pk").values_list("code", "name"))


def follow(changed: Iterable) -> None:
    """A unit was added or changed: what is kept of the list no longer holds."""
    raise_config_version()


def unit_choices() -> list[tuple[str, Any]]:
    return [*((code, unit.sign) for code, unit in BUILT_IN.items()), *own_units()]


def on_paper(code: str) -> str:
    """How a document names the unit: a common one in the reader's language, an own one by its short code."""
    return str(BUILT_IN[code].sign) if code in BUILT_IN else code


def code_for(text: str) -> str | None:
    """The unit that ``text`` means, however it is written: "шт.", "SZT", "796", "H87" and "pcs" are one.

    None where it is none of ours: the caller says so instead of guessing.
    """
    wanted = _plain(text)
    if not wanted:
        return None
    if found := code_for_built_in(text):
        return found
    return next((code for code, name in own_units() if wanted in (_plain(code), _plain(name))), None)


def code_for_built_in(text: str) -> str | None:
    return _words().get(_plain(text))


def _plain(text: str) -> str:
    return folded(text).strip(" .")


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, unit in BUILT_IN.items():
        for word in (code, unit.unece, unit.okei, *unit.words):
            found.setdefault(_plain(word), code)
    found.pop("", None)
    return found


class UnitField(models.CharField):
    """The code of a unit: people choose from the list, imports may write the unit in any known way."""

    shown_as = "choice"

    @property
    def flatchoices(self):
        return unit_choices()

    def choice_of(self, text: str) -> str | None:
        return code_for(text)

    def formfield(self, **kwargs):
        return forms.TypedChoiceField(
            choices=lambda: [("", "–"), *unit_choices()],
            label=self.verbose_name,
            required=not self.blank,
            help_text=self.help_text,
            empty_value="",
        )
