"""A run: one piece of long work, who asked for it, and how far it has come."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from groundwork.core import clock


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


UNFINISHED = (State.WAITING, State.RUNNING)


class RunQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(state__in=UNFINISHED)

    def of(self, user):
        """The runs that ``user`` asked for, newest first."""
        return self.filter(requester=user).order_by("-pk")


class Run(models.Model):
    """One piece of background work. Its rights are those its requester has while it runs."""

    kind = models.CharField(_("kind"), max_length=60)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requester"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    dedupe = models.CharField(max_length=200, blank=True, default="")  # the same work is not queued twice
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cursor = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # where the next batch begins; the step's own
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("total"), default=0)  # 0: not known
    error = models.TextField(_("error"), blank=True, default="")
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)  # by the real clock, not the demo's
    holder = models.CharField(max_length=40, blank=True, default="")  # the delivery that works on it; empty: nobody
    attempts = models.PositiveSmallIntegerField(default=0)  # deliveries since the last batch that was kept

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("background run")
        verbose_name_plural = _("background runs")
        indexes = [
            models.Index(fields=["requester", "-id"], name="run_requester"),
            models.Index(fields=["heartbeat_at"], condition=Q(state__in=UNFINISHED), name="run_unfinished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "dedupe"],
                condition=Q(state__in=UNFINISHED) & ~Q(dedupe=""),
                name="unfinished_run_is_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def percent(self) -> int | None:
        """0 to 100; None while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None

    def cancel(self) -> None:
        """Ask the run to stop before its next batch; what earlier batches wrote stays. A finished run is left."""
        Run.objects.unfinished().filter(pk=self.pk).update(cancel_asked=True)
        self.refresh_from_db(fields=["cancel_asked", "state"])


class Beat(models.Model):
    """When a schedule is due next; one row for each entry of ``schedules``."""

    key = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    failures = models.PositiveIntegerField(default=0)  # in a row

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return self.key

    def note(self, error: str) -> None:
        """Keep how the latest turn went; empty means well."""
        failures = F("failures") + 1 if error else 0
        Beat.objects.filter(pk=self.pk).update(error=error, failures=failures)
