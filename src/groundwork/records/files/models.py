"""A file on a record. Its content lies in the home folder under its digest; equal files are kept once."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now


class RecordFile(models.Model):
    """Seen, added and removed by the rights of the record. Removed files stay for ``keeping.KEPT_DAYS``."""

    derived: frozenset[str] = frozenset({"field"})  # it never changes

    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=20, blank=True, default="", db_default="")  # the added field that holds it
    name = models.CharField(_("name"), max_length=200)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField()  # bytes
    digest = models.CharField(max_length=64, db_index=True)  # sha256
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("file")
        indexes = [models.Index(fields=["type", "object_id", "-at"], name="file_of_record")]

    def __str__(self):
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "records" / self.digest[:2] / self.digest
