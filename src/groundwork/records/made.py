"""Record types that the firm makes itself: one table for all of them, a class of its own for each.

A made type has no code: its class is a proxy of ``Made`` that reads and writes rows of its key only, so the write path,
lists, rights and history know no difference. The classes stand in an app registry of their own, out of migrations.
"""

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from django.apps.registry import Apps
from django.db import models, transaction
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from groundwork.access import roles
from groundwork.access.models import Grant, Reach, Role, Verb
from groundwork.access.people import ADMINISTRATOR
from groundwork.access.rights import forget_rights
from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records import added
from groundwork.records.models import Record, RecordQuerySet
from groundwork.ui.navigation import Item

if TYPE_CHECKING:
    from groundwork.records.types import RecordType

MOST_TYPES = 50
ICONS = (
    "box", "package", "truck", "factory", "hammer", "wrench", "flask-conical", "microscope", "ship", "car", "house",
    "building-2", "map-pin", "calendar-days", "clipboard-list", "clipboard-check", "file-text", "folder", "book-open",
    "graduation-cap", "megaphone", "phone", "mail", "users", "user-round-check", "heart-pulse", "leaf", "gem", "gift",
    "palette", "camera", "cpu", "key-round", "shield-check", "scale", "landmark", "coins", "ticket", "star", "flag",
)  # fmt: skip


class MadeType(models.Model):
    """What the firm calls such a record, and how its lists look. Its fields are ``AddedField``s."""

    one = models.CharField(gettext_lazy("name of one"), max_length=60)
    many = models.CharField(gettext_lazy("name of many"), max_length=60)
    words = models.JSONField(default=dict, blank=True)  # {language: [one, many]}, where they differ
    title = models.CharField(gettext_lazy("what its name is called"), max_length=60, blank=True, default="")
    prefix = models.CharField(gettext_lazy("letters of its number"), max_length=4, unique=True)
    icon = models.CharField(gettext_lazy("picture"), max_length=40, default="box")
    explain = models.CharField(gettext_lazy("what it is"), max_length=200, blank=True, default="")
    board = models.CharField(max_length=20, blank=True, default="")  # key of the choice field its board goes by
    order = models.PositiveIntegerField(default=60)
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("record type")

    def __str__(self):
        return self.said(1)

    @property
    def key(self) -> str:
        return f"m{self.pk}"

    @property
    def element_key(self) -> str:
        return f"object:{self.key}"

    def said(self, place: int) -> str:
        """Its name in the reader's language: 0 for one, 1 for many."""
        return self.words.get(get_language() or "", (self.one, self.many))[place]


class MadeManager(models.Manager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """Rows of the class's own type only; of ``Made`` itself all."""

    def get_queryset(self):
        rows, key = super().get_queryset(), self.model.type_key
        return rows.filter(type=key) if key else rows


class Made(Record):
    """A record of a type that the firm made."""

    type = models.CharField(max_length=20, editable=False)
    name = models.CharField(gettext_lazy("name"), max_length=300)

    objects = MadeManager()  # type: ignore[misc]

    class Meta:
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["type", *lead, sort, "id"], condition=models.Q(archived_at=None), name=f"made_{name}")
            for sort, names in (("sort_key", ("n", "n_ow", "n_de")), ("created_at", ("c", "c_ow", "c_de")))
            for lead, name in zip(([], ["owner"], ["department"]), names, strict=True)
        ]

    def prepare(self):
        self.type = self.type_key
        super().prepare()


@lru_cache
def model_of(key: str) -> type[Made]:
    """The class of a made type; the same one for as long as the process lives."""
    names = {"proxy": True, "app_label": "records", "apps": Apps()}
    facts = {"__module__": Made.__module__, "type_key": key, "Meta": type("Meta", (), names)}
    return type(key.title(), (Made,), facts)


def kind_of(row: MadeType) -> "RecordType":
    """The declaration of a made type, as a room would write it."""
    from groundwork.records.types import RecordType

    one, many = (lazy(partial(row.said, place), str)() for place in (0, 1))
    return RecordType(
        model=model_of(row.key), label=one, plural=many, icon=row.icon, prefix=row.prefix, group="own",
        fields=("name",), columns=("name",), sorts=("name", "-created_at"), quick=("name",), search=("name",),
        filters=("owner", "department"), explain=row.explain, section="", order=row.order,
        called={"name": row.title} if row.title else {},
    )  # fmt: skip


def made_items(user) -> list[Item]:
    """The lists of made types in the menu of those who may see them."""
    from groundwork.records.types import route, types

    mine = [row for row in added.own().types if row.key in types and user.can("view", row.key)]
    return [Item(row.said(1), row.icon, route("records:list", row.key)) for row in mine]


# ── what is done to types

LEVELS = {  # what a role may do with records of a type
    "": (),
    "look": (Verb.VIEW,),
    "work": (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE),
    "all": (Verb.VIEW, Verb.CREATE, Verb.EDIT, Verb.ARCHIVE, Verb.EXPORT),
}


@transaction.atomic
def make_type(*, by, one: str, many: str, prefix: str, reason: str, asked_by=None, may=None, **facts) -> MadeType:
    """Make a record type. ``may`` says what roles do with its records: {role: (level of ``LEVELS``, reach)}.

    Administrators do everything with it. Refused without a reason, for names or letters in use.
    """
    added.refuse_unless_configurator(by)
    row = MadeType(one=one.strip(), many=many.strip(), prefix=prefix.strip().upper(), **facts)
    refuse_what_cannot_be(row, reason)
    row.save()
    _revised(row, by=by, reason=reason, asked_by=asked_by, difference={"made": [None, facts_of(row)]})
    for role in Role.objects.filter(key=ADMINISTRATOR):
        Grant.objects.bulk_create(Grant(role=role, type=row.key, verb=verb, reach=Reach.ALL) for verb in Verb)
    forget_rights(by)
    for role, (level, reach) in (may or {}).items():
        let(role, row, level, reach, by=by, reason=reason)
    return row


def let(role: Role, row: MadeType, level: str, reach: int, *, by, reason: str) -> None:
    """Say what a role may do with records of a made type."""
    reaches = {(row.key, str(verb)): int(reach) if verb in LEVELS[level] else 0 for verb in Verb}
    roles.change_role(role, by=by, reaches=reaches, modes={}, reason=reason)


@transaction.atomic
def change_type(row: MadeType, *, by, reason: str, asked_by=None, **facts) -> MadeType:
    """Change what a made type is called and how it looks; its key and its records stay."""
    added.refuse_unless_configurator(by)
    row = MadeType.objects.select_for_update().get(pk=row.pk)
    before = facts_of(row)
    for name, value in facts.items():
        setattr(row, name, value)
    refuse_what_cannot_be(row, reason)
    after = facts_of(row)
    difference = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if difference:
        row.save()
        _revised(row, by=by, reason=reason, asked_by=asked_by, difference=difference)
    if "board" in difference:
        from groundwork.records.types import types
        from groundwork.records.write import count_anew

        count_anew(types[row.key])
    return row


@transaction.atomic
def retire_type(row: MadeType, *, by, reason: str) -> None:
    """The type is nowhere any more; its records, rights and fields are kept. Refused while a field links to it."""
    added.refuse_unless_configurator(by)
    linked = added.AddedField.objects.filter(target=row.key, retired_at=None).exclude(type=row.key).first()
    if linked:
        raise Refusal(_("The field “%(name)s” links to it: retire that first.") % {"name": linked})
    _switch(row, now(), by=by, reason=reason)


@transaction.atomic
def restore_type(row: MadeType, *, by, reason: str) -> None:
    added.refuse_unless_configurator(by)
    _switch(row, None, by=by, reason=reason)


def _switch(row: MadeType, moment, *, by, reason: str) -> None:
    row = MadeType.objects.select_for_update().get(pk=row.pk)
    if bool(row.retired_at) == bool(moment):
        return
    row.retired_at = moment
    refuse_what_cannot_be(row, reason)
    row.save()
    elements.switch(row.element_key, on=moment is None, by=by, reason=reason)


def _revised(row: MadeType, *, by, reason: str, asked_by, difference: dict) -> None:
    elements.revise(
        row.element_key, kind=Element.Kind.OBJECT, by=by, difference=difference, cause=reason.strip(), name=row.many,
        asked_by=asked_by, keeps_reason="made" not in difference,
    )  # fmt: skip


def facts_of(row: MadeType) -> dict:
    names = ("one", "many", "words", "title", "prefix", "icon", "explain", "board", "order")
    return {name: getattr(row, name) for name in names}


def refuse_what_cannot_be(row: MadeType, reason: str) -> None:
    from groundwork.records.types import types

    if not reason.strip():
        raise Refusal(_("Say in one sentence why it is needed: those who work with it will read it."))
    if not row.one or not row.many:
        raise Refusal(_("Say what one is called, and what many are called."))
    if not re.fullmatch(r"[^\W\d_]{1,4}", row.prefix):
        raise Refusal(_("Give one to four letters for its numbers, such as SR for SR-1."))
    others = [kind for kind in types if kind.key != (row.key if row.pk else "")]
    if row.prefix in {kind.prefix for kind in others} or MadeType.objects.exclude(pk=row.pk).filter(prefix=row.prefix):
        raise Refusal(_("Numbers of another record type begin with %(letters)s.") % {"letters": row.prefix})
    taken = {str(word).casefold() for kind in others for word in (kind.label, kind.plural)}
    if row.retired_at is None and {row.one.casefold(), row.many.casefold()} & taken:
        raise Refusal(_("There is a record type of that name: choose another one."))
    if not row.pk and len(added.own().types) >= MOST_TYPES:
        raise Refusal(_("There are %(count)s record types of your own: retire one first.") % {"count": MOST_TYPES})
