"""How the work is done, as those say who do it and those who lead it: eight questions, their answers, the steps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import now
from groundwork.records.models import Record, keyset_indexes

PER_MONTH = {"day": 21, "week": 4.35, "month": 1, "year": 1 / 12}  # working days and weeks of an average month


class WorkProcess(Record):
    """A piece of work that a department does, e.g. buying. People are asked about one at a time."""

    type_key = "work_process"

    name = models.CharField(_("what work"), max_length=120)

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("kinds of work")
        indexes = keyset_indexes("work_process", "sort_key", "updated_at")


class Interview(Record):
    """The eight questions to one person about one piece of work. What was said counts once that person confirmed it.

    The person has an account here (``respondent``) or is a guest, known by name only.
    """

    type_key = "interview"
    title_field = "asked"

    class Level(models.TextChoices):
        WORKER = "worker", _("does the work")
        HEAD = "head", _("leads it")
        MANAGEMENT = "management", _("directs the firm")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("interview", "asked")
        WRITTEN = "written", _("written down, to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("interview", "confirmed")
        CLOSED = "closed", _("closed without an answer")

    process = models.ForeignKey(WorkProcess, models.PROTECT, related_name="interviews", verbose_name=_("what work"))
    asked = models.CharField(_("who is asked"), max_length=120)
    respondent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    level = models.CharField(_("part in it"), max_length=10, choices=Level, default=Level.WORKER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    hinders = models.TextField(_("what hinders"), max_length=2000, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        indexes = keyset_indexes("interview", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False), name="confirmed_answers_have_a_moment",
                violation_error_message=_("Confirmed answers say when they were confirmed."),
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.WRITTEN)


class WorkStep(Record):
    """One thing that is done in a piece of work, as one person said it."""

    type_key = "work_step"

    class Per(models.TextChoices):
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    class Place(models.TextChoices):
        INSIDE = "inside", _("in the CRM")
        BOUNDARY = "boundary", _("elsewhere, and it comes in")
        OUTSIDE = "outside", _("elsewhere")
        UNTRACKED = "untracked", _("not kept on purpose")

    name = models.CharField(_("what is done"), max_length=200)
    process = models.ForeignKey(WorkProcess, models.PROTECT, related_name="steps", verbose_name=_("what work"))
    interview = models.ForeignKey(
        Interview,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="steps",
        verbose_name=_("said in"),
    )
    times = models.PositiveIntegerField(_("how often"), null=True, blank=True)
    per = models.CharField(_("in what time"), max_length=5, choices=Per, blank=True, default="")
    minutes = models.PositiveIntegerField(_("minutes each time"), null=True, blank=True)
    source = models.CharField(_("where from"), max_length=200, blank=True, default="")
    tool = models.CharField(_("with what"), max_length=120, blank=True, default="")
    goes_to = models.CharField(_("where to"), max_length=200, blank=True, default="")
    approval = models.CharField(_("who has to agree"), max_length=200, blank=True, default="")
    report = models.CharField(_("what is reported, and to whom"), max_length=200, blank=True, default="")
    place = models.CharField(_("where it is kept"), max_length=10, choices=Place, blank=True, default="")
    comes_in = models.CharField(_("how it comes into the CRM"), max_length=200, blank=True, default="")
    nth = models.PositiveIntegerField(default=0, editable=False)  # in the order it was told in

    class Meta:
        verbose_name = _("step of work")
        verbose_name_plural = _("steps of work")
        indexes = keyset_indexes("work_step", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="boundary") | ~Q(comes_in=""), name="boundary_says_how_it_comes_in",
                violation_error_message=_("Say how it comes into the CRM: by whom, how often."),
            ),
        ]  # fmt: skip

    @property
    def times_a_month(self) -> float | None:
        return self.times * PER_MONTH[self.per] if self.times and self.per else None

    @property
    def minutes_a_month(self) -> float | None:
        """Its weight (4.7); None where the person did not say how often or how long."""
        often = self.times_a_month
        return None if often is None or self.minutes is None else often * self.minutes

    @property
    def often_words(self) -> str:
        return f"{self.times} × {self.get_per_display()}" if self.times and self.per else ""


class Answers(models.Model):
    """What a person has said so far, page by page: ``{"things": [{"name": …, "times": …}], "hinders": …}``.

    Nobody but that person, and whoever writes it down for that person, reads it before it is confirmed.
    """

    interview = models.OneToOneField(Interview, models.CASCADE, primary_key=True, related_name="answers")
    said = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=now)


class AnswerLink(models.Model):
    """The secret address of one interview, as a digest. ``holder_digest`` is of a cookie: of the browser that began."""

    is_secret = True

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="links")
    token_digest = models.CharField(max_length=64, unique=True)
    holder_digest = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField()
