"""Taking back: the last acts of a person, what undoing one of them touches, and what lies in the trash."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, Min, OuterRef
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.blueprint.models import ElementRevision
from groundwork.core import languages
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records import pages
from groundwork.records.models import Change, ChangeSet, Record
from groundwork.records.types import RecordType, seen_among, types
from groundwork.records.undo import Undone, undo

ACTS = 20
HOURS_OF_LAST = 12  # Ctrl-Z reaches no further back than a working day
IN_TRASH = 20  # of one type; its list has them all


@dataclass
class Done:
    """One act of a person, as the page of the last acts shows it."""

    title: str
    when: str
    what: str
    href: str = ""
    more: int = 0  # further records of the same act
    undo_url: str = ""
    is_undone: bool = False


def own_acts(user):
    """What the person did by hand, newest first; taking back is no act to be taken back itself."""
    undone = Exists(ChangeSet.objects.filter(undo_of=OuterRef("pk")))
    mine = ChangeSet.objects.filter(by=user, channel="web").exclude(act="undone")
    return mine.annotate(is_undone=undone).order_by("-pk")


def can_go_back(act: ChangeSet) -> bool:
    label = pages.acts.get(act.act)
    return label is not None and label.can_go_back


def name_of(act: ChangeSet) -> str:
    label = pages.acts.get(act.act)
    return str(label.label) if label else act.act


def last_acts(user) -> list[Done]:
    """Two queries, and one for each type of record among them."""
    counted = {"records": Count("changes"), "first": Min("changes__pk")}
    found = list(own_acts(user).annotate(**counted)[:ACTS])
    changes = {change.pk: change for change in Change.objects.filter(pk__in=[act.first for act in found if act.first])}
    seen = seen_among(user, changes.values())
    return [_told(act, changes.get(act.first), seen) for act in found]


def _told(act, change: Change | None, seen: dict[tuple[str, int], Record]) -> Done:
    record = seen.get((change.type, change.object_id)) if change else None
    may = can_go_back(act) and change is not None and record is not None and not act.is_undone
    return Done(
        title=name_of(act),
        when=languages.moment(act.at),
        what=str(record) if record else _("no access") if change else "",
        href=record.get_absolute_url() if record else "",
        more=max(act.records - 1, 0),
        undo_url=reverse("records:undo", args=[act.pk]) if may else "",
        is_undone=act.is_undone,
    )


def newest(user) -> ChangeSet:
    """What Ctrl-Z takes back: the newest act that is not taken back yet. Refused where it is of a kind that stands."""
    act = own_acts(user).filter(is_undone=False, at__gte=now() - timedelta(hours=HOURS_OF_LAST)).first()
    if act is None:
        raise Refusal(_("There is nothing to take back."))
    since = ElementRevision.objects.filter(by=user, at__gt=act.at).select_related("element").order_by("-at").first()
    if since is not None:
        words = {"act": _("set up: %(what)s") % {"what": since.element.label}}
        raise Refusal(_("What you did last is not taken back with a key: “%(act)s”.") % words)
    if not can_go_back(act):
        raise Refusal(_("What you did last is not taken back with a key: “%(act)s”.") % {"act": name_of(act)})
    return act


def take_back(act: ChangeSet, user) -> tuple[Undone, list[Record]]:
    """Undo an act where the person may still do it to each of its records: else 404, or 403.

    Refused for an act that stands, or has a button of its own that goes back: what it did reaches beyond its fields.
    """
    if not can_go_back(act):
        raise Refusal(_("“%(act)s” is not taken back this way.") % {"act": name_of(act)})
    changes = list(act.changes.all())
    seen = seen_among(user, changes)
    if len(seen) < len({(change.type, change.object_id) for change in changes}):
        raise Http404
    if not all(user.can(verb, seen[change.type, change.object_id]) for change in changes for verb in verbs_of(change)):
        raise PermissionDenied
    return undo(act, by=user), list(seen.values())


def verbs_of(change: Change) -> list[str]:
    """What one must be allowed to do to the record, to take this back."""
    is_archiving = change.created or "archived_at" in change.fields
    is_editing = not change.created and set(change.fields) != {"archived_at"}
    return [verb for verb, is_needed in (("archive", is_archiving), ("edit", is_editing)) if is_needed]


def undo_url_of(saved: Record, before: Record | None = None) -> str:
    """The way back from what was done just now; none where nothing changed since ``before``."""
    if before is not None and saved.version == before.version:
        return ""
    last = ChangeSet.objects.filter(changes__type=saved.type_key, changes__object_id=saved.pk).order_by("-pk").first()
    return reverse("records:undo", args=[last.pk]) if last else ""


@dataclass
class Lying:
    """One thing in the trash. ``back``: where it is put back; "" where one may not."""

    words: str
    when: str
    who: str
    back: str
    number: str = ""
    href: str = ""


@dataclass
class Trash:
    """The newest of what was put away, of one kind."""

    key: str
    title: Any
    rows: list[Lying]
    all_url: str = ""


@dataclass(frozen=True)
class AlsoInTrash:
    """What is no record and is put away all the same, contributed by its room."""

    key: str
    trash: Callable[[Any], Trash]  # of a user


also_in_trash: Registry[AlsoInTrash] = Registry(lambda item: item.key)


def trash_of(user) -> list[Trash]:
    """What was archived, over all types that the person sees: one query a type."""
    found = [_trash(kind, user) for kind in types if user.can("view", kind.key)]
    return [trash for trash in (*found, *(other.trash(user) for other in also_in_trash)) if trash.rows]


def _trash(kind: RecordType, user) -> Trash:
    archived = kind.model.objects.visible_to(user).filter(archived_at__isnull=False)
    found = list(archived.select_related("updated_by").order_by("-archived_at", "-pk")[: IN_TRASH + 1])
    rows = []
    for record in found[:IN_TRASH]:
        url = reverse("records:restore", args=[kind.key, record.pk]) if user.can("archive", record) else ""
        when, who = languages.moment(record.archived_at), str(record.updated_by or "")
        rows.append(Lying(str(record), when, who, url, record.number, record.get_absolute_url()))
    more = reverse("records:list", args=[kind.key]) + "?archived=1" if len(found) > IN_TRASH else ""
    return Trash(kind.key, kind.plural, rows, more)
