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

from groundwork.blueprint.elements import kept, raise_config_version
from groundwork.blueprint.models import Element
from groundwork.records.lists.sharing import Shareable

PASSING = {"after", "filter", "count", "part", "columns_open", "since"}  # of an address: said for one answer only
NEVER_KEPT = PASSING | {"view", "display", "cards"}  # where one was, not what one sees
MOST = 30  # views of one list that a person meets


class SavedView(Shareable):
    """Filters, columns, order, groups and the way to show them, under a name."""

    KIND = Element.Kind.VIEW

    class Display(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Board")
        CALENDAR = "calendar", _("Calendar")

    display = models.CharField(_("shown as"), max_length=10, choices=Display, default=Display.LIST)
    is_default = is_pinned = False  # for the person who meets it (views_of)

    class Meta:
        verbose_name = _("saved view")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["type", "author"], name="saved_view_of_type")]

    @property
    def element_key(self) -> str:
        return f"view:{self.pk}"

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


class UsedView(models.Model):
    """How one person uses a view: the list opens with it, or it stands in the menu."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="uses")
    type = models.CharField(max_length=60)
    opens = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)

    @transaction.atomic
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
