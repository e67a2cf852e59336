"""What had to happen by when: the firm's rules, and what did not happen."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records.added.rows import Configured, refuse_unless_configurator

LONGEST_WAIT = 365  # days of patience


class Answers(models.TextChoices):
    """Who answers for what did not happen."""

    OWNER = "owner", gettext_lazy("the owner of the record")
    HEAD = "head", gettext_lazy("the head of the owner's department")
    PERSON = "person", gettext_lazy("one person")


class Told(models.TextChoices):
    """Who hears of it beside."""

    NOBODY = "", gettext_lazy("nobody else")
    HEAD = "head", gettext_lazy("the head of whoever answers")
    PERSON = "person", gettext_lazy("one person")


class ControlRuleQuerySet(models.QuerySet):
    def current(self):
        return self.filter(retired_at=None)


class ControlRule(Configured):
    """A fact that must happen by a time. While a record fits the condition (``query``, the filters of its list, and its
    ``situation``) and its day is over by more than ``patience`` days, it has not happened.

    ``day`` is a field of the record, or ``conditions.SPOKEN``: when somebody last wrote down a call or a note.
    """

    KIND = Element.Kind.RULE
    FACTS = (
        "name", "query", "situation", "day", "patience", "working", "answers", "person_id", "told", "told_person_id",
        "told_after",
    )  # fmt: skip

    type = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    query = models.CharField(max_length=2000, blank=True)
    situation = models.CharField(max_length=60, blank=True, default="")  # the key of one that an upper room knows
    day = models.CharField(max_length=60)
    patience = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(LONGEST_WAIT)])
    working = models.BooleanField(default=False)
    answers = models.CharField(max_length=10, choices=Answers, default=Answers.OWNER)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    told = models.CharField(max_length=10, choices=Told, default=Told.NOBODY, blank=True)
    told_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    told_after = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(LONGEST_WAIT)])

    objects = ControlRuleQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("control rule")
        ordering = ["type", "name", "pk"]

    def __str__(self):
        return self.name

    @property
    def element_key(self) -> str:
        return f"rule:control.{self.pk}"

    @property
    def called(self) -> str:
        return self.name

    def refuse_what_cannot_be(self, reason: str) -> None:
        from groundwork.records.types import types

        if not reason.strip():
            raise Refusal(_("Say in one sentence why: those who answer for it will read it."))
        if self.retired_at:
            return
        if self.type not in types:
            raise Refusal(_("There is no such record type."))
        if max(self.patience, self.told_after) > LONGEST_WAIT:
            raise Refusal(_("Wait at most %(days)s days.") % {"days": LONGEST_WAIT})
        twins = ControlRule.objects.current().filter(type=self.type, name=self.name).exclude(pk=self.pk)
        if twins.exists():
            raise Refusal(_("There is a rule of this name already."))
        self._refuse_nobody()
        self._refuse_wrong_condition(types[self.type])

    def _refuse_nobody(self) -> None:
        for who, person in ((self.answers, self.person), (self.told, self.told_person)):
            if who == Answers.PERSON and (person is None or not person.is_active):
                raise Refusal(_("Name the person."))

    def _refuse_wrong_condition(self, kind: Any) -> None:
        from groundwork.records.control.conditions import Condition, days_of, situations_of

        if self.day not in dict(days_of(kind)):
            raise Refusal(_("Choose the day that the time runs from."))
        condition = Condition(kind, QueryDict(self.query))
        if self.situation and self.situation not in dict(situations_of(kind)):
            raise Refusal(_("Choose one from the list."))
        if not condition.items and not self.situation:
            raise Refusal(_("Narrow the list first: a rule about every record helps nobody."))
        condition.q()

    def keep(self, *, by, reason: str, asked_by=None, **facts: Any) -> "ControlRule":
        """Make it, or change what there is. Refused for whoever does not configure."""
        refuse_unless_configurator(by)
        if self.pk:
            return self.change(facts, by=by, reason=reason, asked_by=asked_by)[0]
        for name, value in facts.items():
            setattr(self, name, value)
        return self.make(by=by, reason=reason, asked_by=asked_by)


class ControlEvent(models.Model):
    """It did not happen: one record under one rule, from when it was found until the condition held no longer."""

    rule = models.ForeignKey(ControlRule, models.CASCADE, related_name="events")
    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    answers = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    due_on = models.DateField()  # by the end of that day it had to happen
    raised_at = models.DateTimeField(default=now)
    told_at = models.DateTimeField(null=True)  # when whoever is told beside was told
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "object_id"], condition=models.Q(closed_at=None), name="one_open_event_a_record"
            )
        ]
        indexes = [
            models.Index(fields=["answers", "due_on"], condition=models.Q(closed_at=None), name="event_of_person"),
            models.Index(fields=["type", "object_id"], name="event_of_record"),
        ]
