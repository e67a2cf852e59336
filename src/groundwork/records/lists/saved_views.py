"""Saved views: a list's address kept under a name, by its author, for the author or for others too.

A view never shows more than its reader sees: it is an address, and what it names is read with the reader's rights.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import rights
from groundwork.blueprint.elements import kept, raise_config_version, revise, switch
from groundwork.blueprint.models import Element
from groundwork.core.clock import now

PASSING = {"after", "filter", "count", "part", "columns_open", "since"}  # of an address: said for one answer only
NEVER_KEPT = PASSING | {"view", "display", "cards"}  # where one was, not what one sees
MOST = 30  # views of one list that a person meets


class SavedViewQuerySet(models.QuerySet):
    def current(self):
        return self.filter(archived_at=None)


class SavedView(models.Model):
    """Filters, columns, order, groups and the way to show them, under a name."""

    class Display(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Board")
        CALENDAR = "calendar", _("Calendar")

    class Shared(models.TextChoices):
        NOBODY = "", _("Only me")
        EVERYBODY = "everybody", _("Everybody who sees this list")
        ROLE = "role", _("People with a role")
        DEPARTMENT = "department", _("A department and those below it")

    type = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(blank=True, default="", max_length=4000)  # of the address, without the "?"
    display = models.CharField(_("shown as"), max_length=10, choices=Display, default=Display.LIST)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    shared = models.CharField(_("who sees it"), max_length=10, choices=Shared, default="", blank=True)
    is_default = is_pinned = False  # for the person who meets it (views_of)
    role = models.ForeignKey("access.Role", models.SET_NULL, null=True, blank=True, related_name="+")
    department = models.ForeignKey("access.Department", models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["type", "author"], name="saved_view_of_type")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """The menus and lists of everybody know the views by heart: they are told to look again."""
        super().save(*args, **kwargs)
        raise_config_version()

    @property
    def element_key(self) -> str:
        return f"view:{self.pk}"

    @transaction.atomic
    def keep(self, *, by, reason: str, asked_by=None) -> None:
        """Save what was said of it. One that others see has an element, with the reason and who asked for it; one that
        they see no more has retired it."""
        self.save()
        element = Element.objects.filter(key=self.element_key).first()
        if self.shared:
            revise(
                self.element_key, kind=Element.Kind.VIEW, by=by, difference={}, cause=reason, name=self.name,
                asked_by=asked_by,
            )  # fmt: skip
        if element and element.is_on != bool(self.shared):
            switch(element.key, on=bool(self.shared), by=by, reason=reason, asked_by=asked_by)

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

    @property
    def named(self) -> set[str]:
        """The fields that it filters, sorts, groups or shows by."""
        asked = QueryDict(self.query)
        found = {key.split(".")[1] for key in asked if key.startswith("f.")}
        lists = (value for key in ("sort", "group", "columns", "by") for value in asked.getlist(key))
        return found | {name.lstrip("-") for value in lists for name in value.split(",") if name}

    @property
    def params(self) -> QueryDict:
        """What the address says, with the view itself in it."""
        params = QueryDict(self.query, mutable=True)
        params["view"] = str(self.pk)
        return params

    def may_be_changed_by(self, user) -> bool:
        """Its author's; where the author has left the firm, whoever configures the product looks after it."""
        return self.author_id == user.pk or not self.author.is_active and user.can("configure", "settings")


class UsedView(models.Model):
    """How one person uses a view: the list opens with it, or it stands in the menu."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="uses")
    type = models.CharField(max_length=60)
    opens = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        raise_config_version()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="one_use_of_a_view"),
            models.UniqueConstraint(fields=["user", "type"], condition=Q(opens=True), name="a_list_opens_one_way"),
        ]


def shared_views(type_key: str) -> models.QuerySet[SavedView]:
    """Views that others see; what people keep for themselves stays theirs."""
    return SavedView.objects.current().filter(type=type_key).exclude(shared="")


def query_of(params) -> str:
    """The part of an address that a view keeps, in one order, so that two equal ones are the same text."""
    pairs = {key: [value for value in params.getlist(key) if value] for key in params if key not in NEVER_KEPT}
    return urlencode(sorted((key, values) for key, values in pairs.items() if values), doseq=True)


@dataclass(frozen=True)
class Known:
    """All views in use, and who opens or pins which; read once for a state of the configuration."""

    views: list[SavedView]
    uses: dict[tuple[int, int], tuple[bool, bool]]  # {(person, view): (opens the list, stands in the menu)}


def known() -> Known:
    def read() -> Known:
        uses = UsedView.objects.values_list("user_id", "view_id", "opens", "pinned")
        return Known(
            list(SavedView.objects.current().select_related("author")),
            {(user, view): (opens, pinned) for user, view, opens, pinned in uses},
        )

    return kept("records.saved_views", read)


def views_of(kind, user) -> list[Any]:
    """The views of one list that a person meets, the own ones first; each with ``is_default`` and ``is_pinned``."""
    everything, found = known(), []
    for view in everything.views:
        if view.type == kind.key and view.is_seen_by(user):
            own = copy(view)
            own.is_default, own.is_pinned = everything.uses.get((user.pk, view.pk), (False, False))
            found.append(own)
    return sorted(found, key=lambda view: view.author_id != user.pk)[:MOST]


@transaction.atomic
def use_view(view: SavedView, user, *, opens: bool, pinned: bool) -> None:
    """Let the person's list open with the view (instead of another), and pin it into the menu, or neither.

    One at a time for a person: of two clicks at once the later one holds.
    """
    get_user_model().objects.select_for_update().get(pk=user.pk)
    if opens:
        UsedView.objects.filter(user=user, type=view.type, opens=True).exclude(view=view).update(opens=False)
    values = {"type": view.type, "opens": opens, "pinned": pinned}
    UsedView.objects.update_or_create(user=user, view=view, defaults=values)


def pinned_by(user) -> list[SavedView]:
    everything = known()
    mine = {view for (person, view), (_opens, pinned) in everything.uses.items() if pinned and person == user.pk}
    return [view for view in everything.views if view.pk in mine and view.is_seen_by(user)] if mine else []
