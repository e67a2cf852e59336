"""An import: a file, what is staged from it, what the trial run found, and what the load has done."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now


class ImportJob(models.Model):
    """One file on its way in. Nothing of the firm changes before it is loaded, and a load can be taken back."""

    class State(models.TextChoices):
        ASKING = "asking", _("waiting for your answer")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing loaded")
        LOADING = "loading", _("being loaded")
        LOADED = "loaded", _("loaded")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")
        FAILED = "failed", _("failed")

    layout = models.CharField(max_length=60)
    name = models.CharField(_("file"), max_length=255)
    path = models.CharField(max_length=1000)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict)  # what a person said: map, key, encoding, separator, decimal, decisions …
    about = models.JSONField(default=dict)  # what was found out: encoding, separator, header, sheets, decimal, files
    on_error = models.CharField(max_length=4, default="skip")  # skip: the rest is loaded; stop: nothing is
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKING)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("when"), default=now)
    read = models.BigIntegerField(default=0)  # rows of the file
    rejected = models.BigIntegerField(default=0)  # rows
    counts = models.JSONField(default=dict)  # {type: {"create": n, "update": n, "same": n, "bad": n}}
    changes = models.JSONField(default=dict)  # {type: {field: {"count": n, "samples": [[title, before, after]]}}}
    sums = models.JSONField(default=dict)  # {currency: minor units of the file's good rows}
    sums_kept = models.JSONField(default=dict)  # the same of our records, once loaded
    finished_at = models.DateTimeField(null=True)  # loaded, failed or taken back
    kept = models.JSONField(default=list)  # what an undo could not take back
    error = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.name

    @property
    def is_undoable(self) -> bool:
        """Loaded, wholly or in part, or taken back in part: a stopped load or undo is no dead end."""
        return self.state in (self.State.LOADED, self.State.LOADING, self.State.UNDOING)

    def count(self, verdict: str) -> int:
        return sum(verdicts.get(verdict, 0) for verdicts in self.counts.values())


class Staged(models.Model):
    """One thing that the file describes: a document with all its rows, a company, a product."""

    class Verdict(models.TextChoices):
        CREATE = "create", _("create")
        UPDATE = "update", _("change")
        SAME = "same", _("is there already")
        BAD = "bad", _("wrong")
        ASK = "ask", _("waits for your answer")

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="staged")
    type = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField(default=0)  # order of loading: what others link to comes first
    line = models.BigIntegerField(default=0)
    file = models.CharField(max_length=255, default="")
    data = models.JSONField(default=dict)
    verdict = models.CharField(max_length=6, choices=Verdict, default="")
    difference = models.JSONField(default=dict)
    object_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "type", "key"], name="staged_once")]
        indexes = [models.Index(fields=["job", "place", "id"], name="staged_in_order")]


class BadRow(models.Model):
    """A row of the file that cannot be taken, with the reason the person reads."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="bad_rows")
    file = models.CharField(max_length=255)
    line = models.BigIntegerField()
    column = models.CharField(max_length=120, default="")
    value = models.CharField(max_length=200, default="")
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]


class UnknownValue(models.Model):
    """A value of the file that is none of ours; its rows are left out until a person decides about it, once for all."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="unknown_values")
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["field", "-rows", "pk"]
        constraints = [models.UniqueConstraint(fields=["job", "field", "value"], name="unknown_value_once")]


class Remembered(models.Model):
    """What a person said about a file with these headers; the next file with the same is read like it."""

    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    header_digest = models.CharField(max_length=64)
    layout = models.CharField(max_length=60)
    options = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["requester", "header_digest"], name="remembered_once")]


class LoadedBatch(models.Model):
    """The ChangeSets of a load, in order: an undo walks them backwards."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="batches")
    changeset = models.ForeignKey("records.ChangeSet", models.PROTECT, related_name="+")
