"""Legal numbers without gaps: one row is locked in the transaction that issues the document.

A failed issue gives its number back, because the counter is part of the same transaction. Drafts have no number.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.trade import vat

PLACE = re.compile(r"\{(year|yy|month|n)(?::0(\d))?\}")


class Series(models.Model):
    """How documents of one kind are numbered, e.g. ``FV/{year}/{month}/{n:04}``."""

    class Restart(models.TextChoices):
        NEVER = "never", _("never")
        YEARLY = "yearly", _("every year")
        MONTHLY = "monthly", _("every month")

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit", _("credit note")
        ADJUSTMENT = "adjustment", _("adjustment")

    class VatBy(models.TextChoices):
        LINE = vat.LINE, _("on each line")
        RATE = vat.RATE, _("once a rate on the document")

    name = models.CharField(_("name"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INVOICE)
    pattern = models.CharField(
        _("pattern"), max_length=40, help_text=_("{year}, {yy}, {month} and {n}; {n:04} gives 0001.")
    )
    restart = models.CharField(_("counts from 1 again"), max_length=10, choices=Restart, default=Restart.YEARLY)
    vat_by = models.CharField(_("VAT is rounded"), max_length=4, choices=VatBy, default=VatBy.LINE)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering = ["kind", "pk"]

    def __str__(self):
        """A built-in series, whose name nobody changed, is called in the reader's language."""
        return _t(self.name) if self.name in {name for name, _pattern in BUILT_IN.values()} else self.name

    def clean(self):
        names = {name for name, _width in PLACE.findall(self.pattern)}
        rest = PLACE.sub("", self.pattern)
        if "{" in rest or "}" in rest or "n" not in names:
            raise ValidationError({"pattern": _("Use {year}, {yy}, {month} and, once, {n} or {n:04}.")})
        yearly = bool(names & {"year", "yy"})
        if (self.restart == self.Restart.YEARLY and not yearly) or (
            self.restart == self.Restart.MONTHLY and not (yearly and "month" in names)
        ):
            raise ValidationError({"pattern": _("A number that comes again must show its year (and month).")})

    def period(self, on: date) -> str:
        """Within which numbers are counted."""
        if self.restart == self.Restart.NEVER:
            return ""
        return f"{on:%Y}" if self.restart == self.Restart.YEARLY else f"{on:%Y-%m}"

    def number(self, place: int, on: date) -> str:
        values = {"year": f"{on:%Y}", "yy": f"{on:%y}", "month": f"{on:%m}", "n": str(place)}
        return PLACE.sub(lambda found: values[found[1]].zfill(int(found[2] or 0)), self.pattern)

    def next_place(self, on: date) -> int:
        """The place of the number that comes next on a day."""
        period = self.period(on)
        return next((count.next for count in self.counts.all() if count.period == period), 1)

    def number_to_come(self) -> str:
        return self.number(self.next_place(today()), today())

    def take(self, on: date) -> str:
        """The next number; inside the transaction that issues the document, which holds the series until it ends."""
        Series.objects.select_for_update().get(pk=self.pk)
        count, _made = SeriesCount.objects.get_or_create(series=self, period=self.period(on))
        number = self.number(count.next, on)
        count.next += 1
        count.save()
        return number


class SeriesCount(models.Model):
    """The next number of a series within a period."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="counts")
    period = models.CharField(max_length=7, default="", blank=True)
    next = models.PositiveIntegerField(_("next number"), default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "period"], name="one_count_a_period")]


BUILT_IN = {
    Series.Kind.INVOICE: (gettext_noop("Invoices"), "INV/{year}/{n:04}"),
    Series.Kind.CREDIT_NOTE: (gettext_noop("Credit notes"), "CN/{year}/{n:04}"),
    Series.Kind.ADJUSTMENT: (gettext_noop("Adjustments"), "ADJ/{year}/{n:04}"),
}


def make_built_in(_output=None) -> None:
    """A series for each kind that has none; a repeat changes nothing."""
    for kind, (name, pattern) in BUILT_IN.items():
        if not Series.objects.filter(kind=kind).exists():
            Series.objects.get_or_create(name=name, defaults={"kind": kind, "pattern": pattern})


def vat_by_of(kind: str) -> str:
    """How VAT is rounded on a draft of that kind: as the series does that would number it now."""
    found = Series.objects.filter(kind=kind, is_active=True).values_list("vat_by", flat=True).first()
    return found or vat.LINE


def series_for(kind: str) -> Series:
    """The first series in use for a kind of document. Refused where the firm has switched them all off."""
    if not Series.objects.filter(kind=kind).exists():
        make_built_in()
    found = Series.objects.filter(kind=kind, is_active=True).first()
    if found is None:
        raise Refusal(_t("No number series is in use for this kind of document: ask an administrator for one."))
    return found
