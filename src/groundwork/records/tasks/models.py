"""Task: what somebody owes by a day, alone or about a record."""

import itertools
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, today
from groundwork.records import write
from groundwork.records.models import Part, Record, RecordQuerySet, keyset_indexes

STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "2weeks": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}


MORNING = "09:00"


def half_hours() -> list[tuple[str, str]]:
    """The times of day at which a reminder may come."""
    return [(text, text) for hour in range(24) for text in (f"{hour:02}:00", f"{hour:02}:30")]


class TaskQuerySet(RecordQuerySet):
    def open(self):
        return self.current().filter(state=Task.State.OPEN)

    def to_remind(self, moment: datetime):
        """Open ones whose reminder came by ``moment`` and was not told; one that was moved on is told anew."""
        untold = models.Q(reminded_at=None) | models.Q(reminded_at__lt=models.F("remind_at"))
        return self.open().filter(untold, remind_at__lte=moment, owner__is_active=True)

    def asked_of(self, person):
        """What somebody else gave this person, who has not said yes or no."""
        given = self.open().filter(owner=person, created_by__isnull=False).exclude(created_by=person)
        return given.filter(models.Q(answered_by=None) | ~models.Q(answered_by=person))

    def about(self, record: Record):
        return self.filter(about_type=record.type_key, about_id=record.pk)


class Task(Record):
    """The owner is who does it. Whoever made it keeps sight of it too; on the page of the record that it is about,
    everybody who sees that record reads it, as they read its notes."""

    type_key = "task"
    title_field = "what"
    kept_by_author = True
    derived = frozenset({"remind_at", "reminded_at"})

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a task", "to do")
        DONE = "done", pgettext_lazy("of a task", "done")

    class Repeat(models.TextChoices):
        NEVER = "", _("does not repeat")
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        TWO_WEEKS = "2weeks", _("every two weeks")
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every three months")
        YEAR = "year", _("every year")

    what = models.CharField(_("what"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who"),
        help_text=_("Nobody chosen: you yourself."),
    )  # fmt: skip
    due_on = models.DateField(_("when"), default=today)
    repeat = models.CharField(
        _("repeats"), max_length=10, choices=Repeat, blank=True, default=Repeat.NEVER, db_default="",
        help_text=_("Done, it stands here again for its next day."),
    )  # fmt: skip
    remind_on = models.DateField(
        _("remind on"), null=True, blank=True,
        help_text=_("Whoever does it is reminded once; leave empty for no reminder."),
    )  # fmt: skip
    remind_time = models.CharField(
        _("reminder at"), max_length=5, choices=half_hours, blank=True, default="", db_default="",
        help_text=_("By the clock of whoever does it; nothing chosen: at nine in the morning."),
    )  # fmt: skip
    remind_at = models.DateTimeField(null=True, editable=False)  # follows from both and the doer's time zone
    reminded_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("answered by"),
    )  # fmt: skip
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="", db_default="", editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("done by")
    )
    about_type = models.CharField(max_length=60, blank=True, default="", editable=False)
    about_id = models.BigIntegerField(null=True, editable=False)

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            *keyset_indexes("task", "due_on", "updated_at"),
            models.Index(fields=["about_type", "about_id", "due_on"], name="task_about"),
            models.Index(fields=["created_by", "due_on", "id"], name="task_of_author"),
            models.Index(
                fields=["remind_at"],
                name="task_to_remind",
                condition=models.Q(state="open", archived_at=None, remind_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", done_at=None) | models.Q(state="done", done_at__isnull=False),
                name="a_done_task_says_when",
            ),
        ]

    def prepare(self):
        """The task is seen by the department of who does it, whoever gave it."""
        super().prepare()
        if self.owner is not None:
            self.department_id = self.owner.department_id
        if self.answer and self.owner_id != self.created_by_id:  # given back, and then to somebody else: asked anew
            self.answered_by, self.answer = None, ""
        if write.channel() == "import" and write.is_being_made(self):
            self.answered_by = self.owner  # whoever loads a list of old tasks asks nobody
        self.remind_at = None
        if self.remind_on is not None:
            zone = ZoneInfo((self.owner.time_zone if self.owner else "") or _zone_of_the_firm())
            self.remind_at = datetime.combine(
                self.remind_on, time.fromisoformat(self.remind_time or MORNING), tzinfo=zone
            )

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def waits_for_answer(self) -> bool:
        """Given by somebody else, and whoever is to do it said neither yes nor no."""
        given = self.created_by_id is not None and self.owner_id != self.created_by_id
        return given and not self.is_done and self.answered_by_id != self.owner_id

    @property
    def was_accepted(self) -> bool:
        return self.owner_id != self.created_by_id and self.answered_by_id == self.owner_id is not None

    @property
    def was_given_back(self) -> bool:
        return self.answered_by_id is not None and self.answered_by_id != self.owner_id == self.created_by_id

    @property
    def standing(self) -> str:
        """How the marker of a next step shows it: done, late, today or planned."""
        if self.is_done:
            return "done"
        if self.due_on < today():
            return "late"
        return "today" if self.due_on == today() else "planned"

    @property
    def next_due_on(self) -> date | None:
        """The first of its days after this one and after today; the last of a month that has no such day."""
        if self.repeat not in STEPS:
            return None
        days = (self.due_on + STEPS[self.repeat] * place for place in itertools.count(1))
        return next(day for day in days if day > today())

    def finish(self, by) -> None:
        """Inside the write path only. Doing what is done changes nothing."""
        if not self.is_done:
            self.state, self.done_at, self.done_by = self.State.DONE, now(), by

    def accept(self, by) -> None:
        """Inside the write path only, as the two below."""
        self.answered_by, self.answer = by, ""

    def give_back(self, by, word: str) -> None:
        """To whoever asked for it, who reads why."""
        self.answered_by, self.answer, self.owner = by, word, self.created_by

    def reopen(self) -> None:
        self.state, self.done_at, self.done_by = self.State.OPEN, None, None


class CheckLine(Part):
    """A small line of a task's checklist, ticked when it is done."""

    parent_field = "task"
    task = models.ForeignKey(Task, models.CASCADE, related_name="checklist")
    what = models.CharField(_("what"), max_length=200)
    is_done = models.BooleanField(pgettext_lazy("of a task", "done"), default=False)

    class Meta:
        verbose_name = _("line of a checklist")

    def __str__(self):
        return self.what


def _zone_of_the_firm() -> str:
    firm = Firm.current()
    return firm.time_zone if firm else "UTC"
