"""What somebody must know before the work goes on: who is asked, by when, what waits for it, and the answer."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now, today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.models import Part, Record, RecordQuerySet, keyset_indexes
from groundwork.records.workdays import calendar
from groundwork.records.write import writing
from groundwork.rollout.requirements.models import Requirement

WITHIN = 1  # working days to answer


def due_after(day: date) -> date:
    return calendar().add_working(day, WITHIN)


class QuestionQuerySet(RecordQuerySet):
    def open(self):
        return self.current().filter(state=Question.State.OPEN)

    def overdue(self):
        return self.open().filter(due_on__lt=today())


class Question(Record):
    """One question to one person, who answers within a working day (D89). Its owner is whoever has to answer now.

    ``asked_first`` stays when it is handed on: it is watched, not forgotten (D90). Days are the firm's working days.
    """

    type_key = "question"
    title_field = "text"

    class State(models.TextChoices):
        OPEN = "open", _("waits for an answer")
        ANSWERED = "answered", _("answered")
        ACCEPTED = "accepted", _("clear")
        WITHDRAWN = "withdrawn", _("withdrawn")

    text = models.TextField(_("what we must know"), max_length=2000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who asks"), editable=False
    )
    asked_first = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked first"), editable=False
    )
    asked_on = models.DateField(_("asked on"), default=today, editable=False)
    due_on = models.DateField(_("answer by"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    answer = models.TextField(_("answer"), max_length=4000, blank=True, default="", editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"),
        editable=False,
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    bounces = models.PositiveSmallIntegerField(_("asked again"), default=0, editable=False)

    objects = QuestionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = keyset_indexes("question", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "accepted"])
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="answered_question_has_an_answer",
                violation_error_message=_("An answer has words and a name under it."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("asked_on")),
                name="question_is_due_after_it_is_asked",
                violation_error_message=_("An answer is due after the question is asked."),
            ),
        ]  # fmt: skip

    def prepare(self):
        """Who is asked has a working day, counted by the firm's calendar."""
        super().prepare()
        if self._state.adding:
            self.asked_by_id = self.asked_by_id or self.created_by_id
            self.asked_first_id = self.asked_first_id or self.owner_id
            self.due_on = self.due_on or due_after(self.asked_on)

    # ── questions

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < today()

    @property
    def was_handed_on(self) -> bool:
        return self.owner_id != self.asked_first_id

    def is_answered_by(self, user) -> bool:
        """May ``user`` answer it? Who is asked, and whoever keeps the roll-out."""
        return user.pk == self.owner_id or user.can("edit", self)

    def is_judged_by(self, user) -> bool:
        """May ``user`` say that the answer is clear? Who asked, and whoever keeps the roll-out."""
        return user.pk == self.asked_by_id or user.can("edit", self)

    # ── actions

    def say(self, answer: str, *, by, version=None) -> "Question":
        """``by`` answers. Refused for others than who is asked, without words, and once it is answered."""
        with writing(self, by=by, act="answered", version=version) as fresh:
            fresh.refuse_unless(fresh.is_answered_by(by), gettext("Only who is asked answers."))
            if not fresh.is_open:
                raise Refusal(gettext("It is answered already."))
            if not answer.strip():
                raise Refusal(gettext("Write the answer."))
            fresh.answer, fresh.answered_by, fresh.answered_at = answer.strip(), by, now()
            fresh.state = self.State.ANSWERED
        return fresh

    def accept(self, *, by, version=None) -> "Question":
        """The answer is clear: it is offered to whoever asks something like it."""
        with writing(self, by=by, act="accepted", version=version) as fresh:
            fresh.refuse_unless(fresh.is_judged_by(by), gettext("Only who asked says whether the answer is clear."))
            if fresh.state != self.State.ANSWERED:
                raise Refusal(gettext("There is no answer to look at."))
            fresh.state = self.State.ACCEPTED
        return fresh

    def withdraw(self, *, by, version=None) -> "Question":
        with writing(self, by=by, act="withdrawn", version=version) as fresh:
            fresh.refuse_unless(fresh.is_judged_by(by), gettext("Only who asked takes a question back."))
            if not fresh.is_open:
                raise Refusal(gettext("It is answered already."))
            fresh.state = self.State.WITHDRAWN
        return fresh

    def refuse_unless(self, may: bool, words: str) -> None:
        if not may:
            raise NotAllowed(words)


class QuestionBlock(Part):
    """The requirement waits for the answer: nobody agrees to it before, unless a decision says why (D102)."""

    parent_field = "question"

    question = models.ForeignKey(Question, models.CASCADE, related_name="blocks")
    requirement = models.ForeignKey(
        Requirement, models.PROTECT, related_name="questions", verbose_name=_("what waits for it")
    )

    class Meta:
        verbose_name = _("what waits for it")
        verbose_name_plural = _("what waits for it")
        constraints = [models.UniqueConstraint(fields=["question", "requirement"], name="requirement_once_a_question")]

    def __str__(self):
        return str(self.requirement)

    @classmethod
    def of(cls, requirement: Requirement) -> "QuestionBlock":
        return cls(requirement=requirement)
