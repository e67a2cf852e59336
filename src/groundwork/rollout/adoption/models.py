"""What is measured round by round and kept: numbers, roles, fields. And whether people feel helped."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Measured(models.Model):
    """One thing on one day, as it was measured then. Never typed, never changed after the day is over.

    ``key`` is a metric's, a role's or an element's. ``value`` is in the metric's unit, or 0..1 for a role; of a field
    it is the minutes a month that filling it in takes.
    """

    class Kind(models.TextChoices):
        METRIC = "metric", _("number")
        ROLE = "role", _("role")
        FIELD = "field", _("field")

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=200)
    day = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    more = models.JSONField(default=dict)  # what the value is made of

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "day"], name="measured_once_a_day")]


class Pulse(models.Model):
    """One person's answer of one month to "Did it help you?", 1 to 5; None: not this month."""

    is_trace = True  # of persons: not handed to others

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    month = models.DateField()  # its first day
    score = models.PositiveSmallIntegerField(null=True)
    word = models.CharField(_("in a sentence, if you like"), max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "month"], name="one_pulse_a_month"),
            models.CheckConstraint(condition=models.Q(score=None) | models.Q(score__range=(1, 5)), name="pulse_1_to_5"),
        ]
