"""A person's own calendar, read by other programs under a secret address."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.core.clock import now


class Feed(models.Model):
    """The address of one person's calendar. Its secret is shown once and not kept; a new one ends the old."""

    is_secret = True

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calendar address")

    def __str__(self):
        return str(self.person)

    @classmethod
    def issue(cls, person: User) -> str:
        """A new secret for this person; the one before opens nothing any more."""
        secret = secrets.token_urlsafe(32)
        facts = {"digest": digest_of(secret), "made_at": now(), "read_at": None}
        cls.objects.update_or_create(person=person, defaults=facts)
        return secret

    @classmethod
    def of(cls, secret: str) -> "Feed | None":
        """Whose calendar it opens; None for an unknown secret, and for whoever has left."""
        found = cls.objects.select_related("person").filter(digest=digest_of(secret), person__is_active=True)
        return found.first()


class PutAway(models.Model):
    """A person who does not want to see the list of first steps any more."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
