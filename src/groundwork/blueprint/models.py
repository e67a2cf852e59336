"""Every configured thing has one row here, with who asked for it and why."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from groundwork.core.money import ScaledField, minor_digits, round_half_up


class Firm(models.Model):
    """Our firm: the one that uses this database. There is one row."""

    class Calendar(models.TextChoices):
        COUNTRY = "", _("as the country")
        RU = "RU", _("Russia")
        BY = "BY", _("Belarus")
        KZ = "KZ", _("Kazakhstan")
        PL = "PL", _("Poland")
        NONE = "none", _("none: Monday to Friday, without holidays")

    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166 code"))
    currency = models.CharField(_("currency"), max_length=3)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language"), max_length=5, default="en")
    calendar = models.CharField(
        _("working calendar"), max_length=4, choices=Calendar, default=Calendar.COUNTRY, blank=True, db_default="",
        help_text=_("Whose holidays and moved working days count when a deadline is worked out."),
    )  # fmt: skip
    details = models.TextField(
        _("address, tax number, bank account"), max_length=1000, blank=True, default="", db_default="",
        help_text=_("A line each; printed on our invoices under the name."),
    )  # fmt: skip
    late_money_rate = ScaledField(
        _("what late money costs us, % a year"), null=True, blank=True,
        help_text=_("What we pay for a loan in its place, say. Empty: the cost of late payment is unknown."),
    )  # fmt: skip
    hour_costs = ScaledField(
        _("what an hour of work costs us"), null=True, blank=True,
        help_text=_("All that is paid for it, in our currency. Empty: wasted hours are told without money."),
    )  # fmt: skip
    file_limit_mb = models.PositiveIntegerField(
        _("largest file, MB"), default=25, db_default=25, validators=[MinValueValidator(1), MaxValueValidator(2000)],
        help_text=_("Of those that people attach to records."),
    )  # fmt: skip
    files_quota_mb = models.PositiveIntegerField(
        _("room for files, MB"), default=5000, db_default=5000,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text=_("All attached files together; equal ones count once."),
    )  # fmt: skip
    demo = models.CharField(max_length=20, default="", blank=True)  # the key of the demo that filled it

    class Meta:
        verbose_name = _("our firm")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_firm")]

    def __str__(self):
        return self.name

    @classmethod
    def current(cls) -> "Firm | None":
        """Our firm, read once a request; None before it is set up."""
        from groundwork.blueprint.elements import read_once

        return read_once("firm", cls.objects.first)

    @classmethod
    def own_currency(cls) -> str:
        """Empty before the firm is set up."""
        firm = cls.current()
        return firm.currency if firm else ""

    @classmethod
    def cost_of_minutes(cls, minutes: float) -> int | None:
        """In minor units of our currency; None where the firm has not said what an hour costs."""
        firm = cls.current()
        if firm is None or firm.hour_costs is None:
            return None
        exact = Decimal(str(minutes)) / 60 * firm.hour_costs
        return int(round_half_up(exact.scaleb(minor_digits(firm.currency))))

    @classmethod
    def own_language(cls) -> str:
        """Of what is kept in words; English before the firm is set up."""
        firm = cls.current()
        return firm.language if firm else "en"

    @classmethod
    def own_country(cls) -> str:
        """ISO 3166 code; empty before the firm is set up."""
        firm = cls.current()
        return firm.country if firm else ""

    @property
    def working_calendar(self) -> str:
        """The country whose production calendar holds; "" for one we have none of, and where the firm wants none."""
        chosen = self.calendar or self.country
        return chosen if chosen in self.Calendar and chosen != self.Calendar.NONE else ""


class ConfigVersion(models.Model):
    """Raised by every transaction that configures; caches of configuration live as long as it stands."""

    number = models.BigIntegerField(default=1)


class Element(models.Model):
    """A configured thing (field, report, role …) and its reason.

    ``key`` names the thing for ever: ``field:product.cost``, ``report:profit``, ``role:salesperson``.
    """

    class Kind(models.TextChoices):
        FIELD = "field", _("field")
        REPORT = "report", _("report")
        ROLE = "role", _("role")
        OBJECT = "object", _("record type")
        PRESET = "preset", _("import preset")
        RULE = "rule", _("rule")
        LAYOUT = "layout", _("form")
        VIEW = "view", _("saved view")
        SERIES = "series", _("number series")
        PIPELINE = "pipeline", _("pipeline")
        STAGE = "stage", _("stage")
        WORD = "word", _("word of a list")
        STATUS = "status", _("status")
        ASSIGNMENT = "assignment", _("assignment rule")

    class State(models.TextChoices):
        OFF = "off", _("not switched on")
        TRIAL = "trial", _("on trial")
        LIVE = "live", pgettext_lazy("of a configured thing", "live")
        RETIRED = "retired", _("retired")

    class Origin(models.TextChoices):
        BUILT_IN = "built-in", _("built in")
        TEMPLATE = "template", _("from a template")
        HAND = "hand", _("by hand")
        REQUIREMENT = "requirement", _("agreed")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    key = models.CharField(_("key"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True, default="")  # of what the firm made; else declared
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LIVE)
    origin = models.CharField(_("origin"), max_length=12, choices=Origin, default=Origin.BUILT_IN)
    reason = models.TextField(_("reason"), blank=True, help_text=_("Why it is here, in one sentence."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    revision = models.PositiveIntegerField(_("revision"), default=1)
    since = models.DateTimeField(_("since"), null=True)

    class Meta:
        verbose_name = _("element")
        verbose_name_plural = _("elements")
        ordering = ["kind", "key"]

    def __str__(self):
        return self.key

    @property
    def is_on(self):
        return self.state in (self.State.TRIAL, self.State.LIVE)

    @property
    def label(self):
        from groundwork.blueprint.elements import declared

        if (declaration := declared.get(self.key)) is not None:
            return str(declaration.label)
        is_ours = self.name and self.origin == self.Origin.BUILT_IN  # what the firm has from us is kept in English
        return (gettext(self.name) if is_ours else self.name) or self.key.split(":", 1)[-1]

    @property
    def address(self) -> str:
        """Where it is on the screen; "" for what has no page of its own."""
        from groundwork.blueprint.elements import declared

        if (declaration := declared.get(self.key)) is not None:
            return str(declaration.url()) if declaration.url else ""
        return self._made.address(self.key.removeprefix(self._made.prefix)) if self._made else ""

    def address_for(self, user) -> str:
        """The same, for somebody whom it lets in; "" for others."""
        from groundwork.blueprint.elements import declared

        place = declared.get(self.key) or self._made
        return self.address if place and (place.may is None or place.may(user)) else ""

    @property
    def _made(self):
        from groundwork.blueprint.elements import addresses

        return next((one for one in addresses if self.key.startswith(one.prefix)), None)


class ElementRevision(models.Model):
    """One change of an element: who, when, what, and why."""

    element = models.ForeignKey(Element, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    difference = models.JSONField(default=dict)  # {field: [before, after]}
    cause = models.TextField(blank=True)

    class Meta:
        ordering = ["element", "number"]
        constraints = [models.UniqueConstraint(fields=["element", "number"], name="one_revision_a_number")]


class Applied(models.Model):
    """A configuration file that was applied: its text, what it changed, and whether that was taken back."""

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=200, blank=True, default="")  # of the file or template
    reason = models.TextField()
    text = models.TextField()
    steps = models.JSONField(default=list)  # [{section, name, before, after}]
    rolled_back_at = models.DateTimeField(null=True)
    rolled_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
