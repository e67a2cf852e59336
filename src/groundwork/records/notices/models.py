"""Who follows which record, what each person is told inside the product, and what of it goes out by mail."""

from datetime import time

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
        ACCEPTED = "accepted", _("accepted what you asked for")
        RETURNED = "returned", _("gave back what you asked for")
        REMIND = "remind", _("you wanted to be reminded")
        CHANGE = "change", _("changed what you follow")
        CONTROL = "control", _("you answer for what did not happen in time")
        TOLD = "told", _("did not happen in time")
        MINUTES = "minutes", _("sent you the minutes")
        GIVEN = "given", _("gave you")
        BECAME = "became", _("answered what you told us")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    text = models.CharField(max_length=300, blank=True, default="")  # what was said, cut
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)
    digest = models.ForeignKey("records.Mail", models.SET_NULL, null=True, related_name="+")  # the one that told of it

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_of_person"),
            models.Index(fields=["user", "-at"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["type", "object_id"], name="notice_about"),
        ]


class Way(models.TextChoices):
    """How a person hears of one kind of notice. By mail it always stands in the product too."""

    PRODUCT = "product", _("here only")
    MAIL = "mail", _("here, and by mail at once")
    DIGEST = "digest", _("here, and in the daily digest")
    NOTHING = "none", _("not at all")


EVENING, MORNING = time(20), time(8)


class NoticeChoices(models.Model):
    """What one person wants to hear, how and when; whoever never chose is told by the digest. Hours and days are those
    of the person's own time zone."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notice_choices"
    )
    ways = models.JSONField(default=dict)  # {kind: Way}; a kind that is not in it: the digest
    tasks_in_digest = models.BooleanField(_("tasks of today, and those that are late"), default=True)
    digest_at = models.TimeField(_("the digest comes at"), default=MORNING)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=EVENING)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True, default=MORNING)
    days = models.CharField(_("days on which mail may come"), max_length=7, default="12345")  # ISO: 1 is Monday

    def way(self, kind: str) -> str:
        return self.ways.get(kind, Way.DIGEST)


class MailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Mail.State.WAITING)


class Mail(models.Model):
    """A notice that goes out at once, or one person's digest of one day. What it says is put together when it goes,
    from what the person may see then: no text is kept here.

    It is ``handed`` before the mail server gets it and ``sent`` after, each kept at once: what was handed and never
    became sent may have arrived, and is not sent again.
    """

    is_trace = True  # not in what is handed to others

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        HANDED = "handed", _("handed over, no answer")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not needed any more")
        FAILED = "failed", _("refused by the mail server")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    notice = models.OneToOneField(Notice, models.CASCADE, null=True, related_name="mail")
    day = models.DateField(null=True)  # of a digest: the person's day
    since_at = models.DateTimeField(null=True)  # of a digest: it tells what was new from here on
    made_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    next_at = models.DateTimeField(default=now)  # not before
    attempts = models.PositiveSmallIntegerField(default=0)
    letter = models.CharField(max_length=40, default="", blank=True)  # what went out together bears one
    handed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, default="", blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="one_digest_a_day"),
            models.CheckConstraint(
                condition=models.Q(notice=None, day__isnull=False) | models.Q(notice__isnull=False, day=None),
                name="a_mail_is_of_a_notice_or_of_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["user", "-made_at"], name="mail_of_person"),
        ]
