"""What does not work or does not fit: one thing, one owner, until somebody tried it again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.models import Record, RecordQuerySet, keyset_indexes
from groundwork.records.workdays import calendar
from groundwork.records.write import writing

WITHIN = {"stops": 1, "hinders": 3, "small": 10}  # working days to put it right
TO_TRY = 2  # working days to try it again


def due_after(days: int):
    return calendar().add_working(today(), days)


class DefectQuerySet(RecordQuerySet):
    def open(self):
        return self.current().exclude(state=Defect.State.CLOSED)

    def stopping(self):
        """Open ones that are bad enough to stand against going live (R48)."""
        return self.open().exclude(severity=Defect.Severity.SMALL)


class Defect(Record):
    """Found in trying or in daily work. Open until its owner put it right, and then until somebody tried it again.

    ``bounces`` counts how often it came back: said to be put right, and was not.
    """

    type_key = "defect"
    title_field = "what"
    kept_by_author = True  # who found it sees what becomes of it

    class Severity(models.TextChoices):
        STOPS = "stops", _("the work stops")
        HINDERS = "hinders", _("it hinders the work")
        SMALL = "small", _("a small thing")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a fault", "to put right")
        MENDED = "mended", _("put right, to be tried again")
        CLOSED = "closed", pgettext_lazy("of a fault", "gone")

    class FoundIn(models.TextChoices):
        TRYING = "trying", _("when it was tried")
        WORK = "work", _("in daily work")

    what = models.TextField(_("what is wrong"), max_length=2000)
    severity = models.CharField(_("how bad"), max_length=10, choices=Severity, default=Severity.HINDERS)
    test = models.ForeignKey(
        "delivery.AcceptanceTest", models.PROTECT, null=True, editable=False, related_name="defects",
        verbose_name=_("test"),
    )  # fmt: skip
    step = models.CharField(_("at which step"), max_length=500, blank=True, default="", editable=False)
    due_on = models.DateField(_("by when"), null=True, blank=True)  # of whoever has it now: to put right, or to try
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("found by"),
    )
    found_on = models.DateField(_("found on"), default=today, editable=False)
    found_in = models.CharField(_("found"), max_length=10, choices=FoundIn, default=FoundIn.WORK, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    bounces = models.PositiveSmallIntegerField(_("came back"), default=0, editable=False)

    told_on = models.CharField(max_length=100, blank=True, default="", editable=False)  # where it was met: the route,
    about_type = models.CharField(max_length=60, blank=True, default="", editable=False)  # and what it was about
    about_id = models.BigIntegerField(null=True, editable=False)
    about_field = models.CharField(max_length=60, blank=True, default="", editable=False)

    objects = DefectQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        indexes = keyset_indexes("defect", "sort_key", "updated_at")

    def prepare(self):
        super().prepare()
        if self._state.adding:
            self.found_by_id = self.found_by_id or self.created_by_id
            self.due_on = self.due_on or due_after(WITHIN[self.severity])

    # ── questions

    @property
    def is_open(self) -> bool:
        """Is it still to be put right, or to be tried again?"""
        return self.state != self.State.CLOSED

    def is_mended_by(self, user) -> bool:
        """May ``user`` say that it is put right? Its owner, and whoever keeps the roll-out."""
        return user.pk == self.owner_id or user.can("edit", self)

    def is_judged_by(self, user) -> bool:
        """May ``user`` say whether it is gone? Who found it, and whoever keeps the roll-out."""
        return user.pk == self.found_by_id or user.can("edit", self)

    # ── actions

    def mend(self, *, by, version=None) -> "Defect":
        """``by`` put it right; whoever found it is asked to try again."""
        with writing(self, by=by, act="defect.mend", version=version) as fresh:
            fresh.refuse_unless(fresh.is_mended_by(by), gettext("Only its owner says that it is put right."))
            if fresh.state != self.State.OPEN:
                raise Refusal(gettext("It is put right already."))
            fresh.state, fresh.due_on = self.State.MENDED, due_after(TO_TRY)
        return fresh

    def send_back(self, *, by, word: str, version=None) -> "Defect":
        """It is still there: to its owner once more, with a word what is left. Refused without that word."""
        with writing(self, by=by, act="defect.back", version=version) as fresh:
            fresh.refuse_unless(fresh.is_judged_by(by), gettext("Only who found it says whether it is gone."))
            if fresh.state == self.State.OPEN:
                raise Refusal(gettext("Nobody said yet that it is put right."))
            if not word.strip():
                raise Refusal(gettext("Say in one sentence what is wrong: somebody will put it right by it."))
            fresh.come_back(word)
        return fresh

    def come_back(self, word: str) -> None:
        """Inside ``writing``."""
        if word.strip() not in self.what:
            self.what = f"{self.what}\n\n{word.strip()}"[:2000]
        self.state, self.bounces, self.due_on = self.State.OPEN, self.bounces + 1, due_after(WITHIN[self.severity])

    def close(self, *, by, version=None) -> "Defect":
        """It is gone, says ``by``, who tried it again. Closing what is closed changes nothing."""
        with writing(self, by=by, act="defect.close", version=version) as fresh:
            fresh.refuse_unless(fresh.is_judged_by(by), gettext("Only who found it says whether it is gone."))
            fresh.state = self.State.CLOSED
        return fresh

    def refuse_unless(self, may: bool, words: str) -> None:
        if not may:
            raise NotAllowed(words)
