"""The roll-out itself, and the decisions taken in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import today
from groundwork.records.models import Record, keyset_indexes


class Project(models.Model):
    """The roll-out of this firm. There is one row."""

    class Profile(models.TextChoices):
        LIGHT = "light", pgettext_lazy("how strict", "light")
        STANDARD = "standard", pgettext_lazy("how strict", "standard")
        FULL = "full", pgettext_lazy("how strict", "full")

    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    profile = models.CharField(_("profile"), max_length=10, choices=Profile, default=Profile.LIGHT)
    started_on = models.DateField(_("started on"), default=today)

    class Meta:
        verbose_name = _("roll-out")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_project")]

    def __str__(self):
        return self.name

    @classmethod
    def current(cls) -> "Project":
        """The roll-out; made with the light profile where there is none."""
        return cls.objects.get_or_create(pk=1)[0]


class Decision(Record):
    """What somebody decided and why. A block is lifted by one, and carries its owner's name."""

    type_key = "decision"
    title_field = "statement"

    class Lifts(models.TextChoices):
        NOTHING = "", _("nothing")
        NUMBER = "number", _("agreeing on a number that is not complete")
        GO_LIVE = "go-live", _("going live with tests that are not passed")
        QUESTION = "question", _("agreeing while something stands against it")
        SETTLE = "settle", _("settling a phase while something stands against it")

    statement = models.TextField(_("what we decided and why"), max_length=2000)
    rejected = models.TextField(_("what we did not choose"), max_length=2000, blank=True, default="")
    downside = models.TextField(_("what we put up with"), max_length=2000, blank=True, default="")
    review_on = models.DateField(_("when we look again"), null=True, blank=True)
    lifts = models.CharField(
        _("goes past"), max_length=10, choices=Lifts, default=Lifts.NOTHING, blank=True, editable=False
    )
    faults = models.TextField(_("what stood in the way"), blank=True, default="", editable=False)
    about_type = models.CharField(max_length=60, blank=True, default="", editable=False)
    about_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = keyset_indexes("decision", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lifts="") | models.Q(owner__isnull=False), name="lifting_decision_has_a_name",
                violation_error_message=_("A decision that goes past a block has a name under it."),
            ),
        ]  # fmt: skip
