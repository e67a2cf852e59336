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
from groundwork.blueprint.models import Element
from groundwork.core.refusals import Refusal
from groundwork.records.added import fields as added
from groundwork.records.added.rows import Configured, refuse_unless_configurator
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


class MadeType(Configured):
    """What the firm calls such a record, and how its lists look. Its fields are ``AddedField``s."""

    KIND = Element.Kind.OBJECT
    FACTS = ("one", "many", "words", "title", "prefix", "icon", "explain", "board", "order")

    one = models.CharField(gettext_lazy("name of one"), max_length=60)
    many = models.CharField(gettext_lazy("name of many"), max_length=60)
    words = models.JSONField(default=dict, blank=True)  # {language: [one, many]}, where they differ
    title = models.CharField(gettext_lazy("what its name is called"), max_length=60, blank=True, default="")
    prefix = models.CharField(gettext_lazy("letters of its number"), max_length=4, unique=True)
    icon = models.CharField(gettext_lazy("picture"), max_length=40, default="box")
    explain = models.CharField(gettext_lazy("what it is"), max_length=200, blank=True, default="")
    board = models.CharField(max_length=20, blank=True, default="")  # key of the choice field its board goes by
    order = models.PositiveIntegerField(default=60)

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

    @property
    def called(self) -> str:
        return self.many

    def said(self, place: int) -> str:
        """Its name in the reader's language: 0 for one, 1 for many."""
        return self.words.get(get_language() or "", (self.one, self.many))[place]

    def refuse_what_cannot_be(self, reason: str) -> None:
        from groundwork.records.types import types

        if not reason.strip():
            raise Refusal(_("Say in one sentence why it is needed: those who work with it will read it."))
        if not self.one or not self.many:
            raise Refusal(_("Say what one is called, and what many are called."))
        if not re.fullmatch(r"[^\W\d_]{1,4}", self.prefix):
            raise Refusal(_("Give one to four letters for its numbers, such as SR for SR-1."))
        others = [kind for kind in types if kind.key != (self.key if self.pk else "")]
        same = MadeType.objects.exclude(pk=self.pk).filter(prefix=self.prefix)
        if same or self.prefix in {kind.prefix for kind in others}:
            raise Refusal(_("Numbers of another record type begin with %(letters)s.") % {"letters": self.prefix})
        taken = {str(word).casefold() for kind in others for word in (kind.label, kind.plural)}
        taken |= {kind.key for kind in others if not kind.named}  # a configuration file names a type by its key
        if self.retired_at is None and {self.one.casefold(), self.many.casefold()} & taken:
            raise Refusal(_("There is a record type of that name: choose another one."))
        if not self.pk and len(added.own().types) >= MOST_TYPES:
            raise Refusal(_("There are %(count)s record types of your own: retire one first.") % {"count": MOST_TYPES})
        if self.retired_at and (linked := self._linked()):
            raise Refusal(_("The field “%(name)s” links to it: retire that first.") % {"name": linked})

    def _linked(self) -> added.AddedField | None:
        """A field of another type that leads here."""
        return added.AddedField.objects.filter(target=self.key, retired_at=None).exclude(type=self.key).first()


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
        called={"name": row.title} if row.title else {}, named=row.one,
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
    refuse_unless_configurator(by)
    row = MadeType(one=one.strip(), many=many.strip(), prefix=prefix.strip().upper(), **facts)
    row.make(by=by, reason=reason, asked_by=asked_by)
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
    refuse_unless_configurator(by)
    row, difference = row.change(facts, by=by, reason=reason, asked_by=asked_by)
    if "board" in difference:
        from groundwork.records.tallies import count_anew
        from groundwork.records.types import types

        count_anew(types[row.key])
    return row
