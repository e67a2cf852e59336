"""Who follows which record, and what each person is told inside the product."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now


class Follow(models.Model):
    """A person wants to hear of a record. Everybody who sees the record sees who follows it."""

    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "object_id", "user"], name="one_follow_a_person")]


class Notice(models.Model):
    """One thing a person is told about a record. Kept as it was said; whether the person may still see the record is
    asked when it is read, and a notice of what one no longer sees is neither shown nor counted."""

    class Kind(models.TextChoices):
        MENTION = "mention", _("mentioned you")
        TASK = "task", _("gave you a task")
        DONE = "done", _("did what you asked for")
        CHANGE = "change", _("changed what you follow")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    text = models.CharField(max_length=300, blank=True, default="")  # what was said, cut
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_of_person"),
            models.Index(fields=["user", "-at"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["type", "object_id"], name="notice_about"),
        ]
