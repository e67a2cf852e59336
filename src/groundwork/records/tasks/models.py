"""Task: what somebody owes by a day, alone or about a record."""

import itertools
from datetime import date

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import now, today
from groundwork.records.models import Record, RecordQuerySet, keyset_indexes

STEPS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "2weeks": relativedelta(weeks=2),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}


class TaskQuerySet(RecordQuerySet):
    def open(self):
        return self.current().filter(state=Task.State.OPEN)

    def about(self, record: Record):
        return self.filter(about_type=record.type_key, about_id=record.pk)


class Task(Record):
    """The owner is who does it. Whoever made it keeps sight of it too; on the page of the record that it is about,
    everybody who sees that record reads it, as they read its notes."""

    type_key = "task"
    title_field = "what"
    kept_by_author = True

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

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

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

    def reopen(self) -> None:
        self.state, self.done_at, self.done_by = self.State.OPEN, None, None
