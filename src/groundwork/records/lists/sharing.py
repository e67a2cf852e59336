"""What one person keeps under a name, alone or for others too: a view of a list, a report.

Nothing that is shared shows more than its reader sees: it is a question, answered with the reader's rights.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import rights
from groundwork.blueprint.elements import raise_config_version, revise, switch
from groundwork.blueprint.models import Element
from groundwork.core.clock import now


class SharedQuerySet(models.QuerySet):
    def current(self):
        return self.filter(archived_at=None)


class Shareable(models.Model):
    """One's own, or what others see too: then it is an element, with its reason and who asked for it."""

    class Shared(models.TextChoices):
        NOBODY = "", _("Only me")
        EVERYBODY = "everybody", _("Everybody who sees this list")
        ROLE = "role", _("People with a role")
        DEPARTMENT = "department", _("A department and those below it")

    KIND: ClassVar[str]  # of its element

    type = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True, default="", max_length=4000)  # of the address, without the "?"
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    shared = models.CharField(_("who sees it"), max_length=10, choices=Shared, default="", blank=True)
    role = models.ForeignKey("access.Role", models.SET_NULL, null=True, blank=True, related_name="+")
    department = models.ForeignKey("access.Department", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = SharedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @transaction.atomic
    def save(self, *args, **kwargs):
        """The menus and lists of everybody know what is shared by heart: they are told to look again."""
        super().save(*args, **kwargs)
        raise_config_version()

    @property
    def element_key(self) -> str:
        raise NotImplementedError

    @transaction.atomic
    def keep(self, *, by, reason: str, asked_by=None, difference=None) -> None:
        """Save what was said of it. One that others see has an element, with the reason and who asked for it; one that
        they see no more has retired it."""
        self.save()
        element = Element.objects.filter(key=self.element_key).first()
        if self.shared:
            revise(
                self.element_key, kind=self.KIND, by=by, difference=difference or {}, cause=reason, name=self.name,
                asked_by=asked_by,
            )  # fmt: skip
        if element and element.is_on != bool(self.shared):
            switch(element.key, on=bool(self.shared), by=by, reason=reason, asked_by=asked_by)

    @transaction.atomic
    def put_away(self, *, by, back=False) -> None:
        """Nobody meets it any more, or everybody again; the reason that it keeps goes with it."""
        self.archived_at = None if back else now()
        self.save(update_fields=["archived_at"])
        if self.shared and (element := Element.objects.filter(key=self.element_key).first()):
            switch(element.key, on=back, by=by, reason=element.reason)

    def is_seen_by(self, user) -> bool:
        """One's own, and what is shared with everybody, a role of the person, or a department: the own or one above."""
        if self.author_id == user.pk or self.shared == "everybody":
            return True
        if self.shared == "role":
            return self.role_id in rights(user).role_ids
        if self.shared != "department" or not user.department_id:
            return False
        return self.department_id == user.department_id or f"/{self.department_id}/" in user.department.path

    def may_be_changed_by(self, user) -> bool:
        """Its author's; where the author has left the firm, whoever configures the product looks after it."""
        return self.author_id == user.pk or not self.author.is_active and user.can("configure", "settings")
