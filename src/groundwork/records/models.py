"""Record: what people see and edit; and the tables that carry its history, sums, search and use."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.access.rights import reach
from groundwork.core.clock import now
from groundwork.core.languages import sort_key
from groundwork.records.added.extra import ExtraField, is_added
from groundwork.records.guard import refuse_outside_the_write_path


class ChangeSet(models.Model):
    """One act of one person, through one channel; it may change many records. Append-only."""

    at = models.DateTimeField(default=now, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    act = models.CharField(max_length=40)  # "created", "edited", "archived", "imported", "undone", a domain verb
    channel = models.CharField(max_length=12, default="web")  # web, command, import, job
    cause = models.CharField(max_length=200, default="", blank=True)
    undo_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")


class Change(models.Model):
    """What one act did to one record: ``{field: [before, after]}``; ``version`` is the record's after the act."""

    changeset = models.ForeignKey(ChangeSet, models.CASCADE, related_name="changes")
    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    created = models.BooleanField(default=False)
    fields = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["type", "object_id", "-id"], name="change_of_record")]


class RecordQuerySet(models.QuerySet):
    """The one way to read records for a person is ``visible_to``; writing goes through ``records.write``."""

    def visible_to(self, user, verb="view"):
        scope = reach(user, verb, self.model.type_key)
        if scope.all:
            return self
        if scope.nothing:
            return self.none()
        seen = Q(owner_id=scope.me)
        if scope.departments:
            seen |= Q(department_id__in=scope.departments)
        return self.filter(seen | Q(created_by_id=scope.me) if self.model.kept_by_author else seen)

    def current(self):
        return self.filter(archived_at=None)

    def update(self, **kwargs):
        refuse_outside_the_write_path()
        return super().update(**kwargs)

    def delete(self):
        refuse_outside_the_write_path()
        return super().delete()

    def bulk_create(self, *args, **kwargs):
        refuse_outside_the_write_path()
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args, **kwargs):
        refuse_outside_the_write_path()
        return super().bulk_update(*args, **kwargs)


class Guarded(models.Model):
    """Saved and deleted only inside the write path.

    ``derived`` names figures that follow from other records: they are no part of history, and no undo sets them back.
    """

    derived: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        refuse_outside_the_write_path()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        refuse_outside_the_write_path()
        return super().delete(*args, **kwargs)


class SortKeyField(models.CharField):
    """Compared sign by sign on both databases, whatever PostgreSQL's collation is."""

    def db_type(self, connection):
        plain = super().db_type(connection)
        return f'{plain} COLLATE "C"' if connection.vendor == "postgresql" else plain


class Record(Guarded):
    """What people see and edit. A concrete model sets ``type_key`` and gets a ``RecordType`` beside it."""

    type_key = ""
    title_field = "name"
    kept_by_author = False  # whoever made it may do with it what the owner may

    number = models.CharField(_("number"), max_length=24, editable=False, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    department = models.ForeignKey(
        "access.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    created_at = models.DateTimeField(_("created"), default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    updated_at = models.DateTimeField(_("changed"), default=now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    extra = ExtraField(default=dict, editable=False, blank=True)
    origin = models.ForeignKey(ChangeSet, models.PROTECT, null=True, editable=False, related_name="+")
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    sort_key = SortKeyField(max_length=200, default="", editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return str(getattr(self, self.title_field)) or self.number

    if not TYPE_CHECKING:  # to type checkers a record has the fields of its model only

        def __getattr__(self, name):
            """``extra__f12`` is the value of added field 12."""
            if not is_added(name):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            from groundwork.records.added.fields import read_of

            return read_of(self, name)

    @property
    def is_archived(self):
        return self.archived_at is not None

    def prepare(self):
        """Set what follows from the other fields; the write path calls it before every save."""
        self.sort_key = sort_key(str(self))

    def recount(self):
        """Set what follows from the parts; the write path calls it after each change of one."""

    def owner_by_default(self):
        """Whose a new record is when nobody says so; None: whoever made it."""

    def get_absolute_url(self):
        from django.urls import reverse

        return reverse("records:page", args=[self.type_key, self.pk])


class Part(Guarded):
    """A line of a record (of a document, of a price history). Rights and history come through ``parent``."""

    parent_field = "parent"
    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def prepare(self):
        """Set what follows from the other fields; the write path calls it before every save."""


def keyset_indexes(table: str, *sorts: str) -> list[models.Index]:
    """For each sort: over everything, by owner and by department; archived rows are not in them."""
    indexes = []
    for sort in sorts:
        for lead in ("", "owner", "department"):
            indexes.append(
                models.Index(
                    fields=[*([lead] if lead else []), sort, "id"],
                    condition=Q(archived_at=None),
                    name=f"{table[:12]}_{sort[:10]}_{lead[:2] or 'al'}"[:30],
                )
            )
    return indexes


class Tally(models.Model):
    """Kept counts and sums of current records. Writers add rows of difference; a job folds them; a read sums all."""

    type = models.CharField(max_length=60)
    value = models.CharField(max_length=60, default="")  # of the field that the board groups by
    owner_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="")
    count = models.BigIntegerField()
    amount = models.BigIntegerField(default=0)  # minor units of ``currency``

    class Meta:
        indexes = [models.Index(fields=["type", "owner_id", "department_id"], name="tally_key")]


class Counter(models.Model):
    """The next record number of a type; gaps are allowed, numbers are not used twice."""

    type = models.CharField(max_length=60, unique=True)
    next = models.BigIntegerField(default=1)


class SearchRow(models.Model):
    """The words of one record for search, and who it belongs to (rights are part of the query)."""

    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    title = models.CharField(max_length=240)
    text = models.TextField()  # what records.words makes of its texts
    owner_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    archived = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["type", "object_id"], name="one_search_row")]
        indexes = [models.Index(fields=["type", "id"], name="search_newest_of_type")]


class SearchIndex(models.Model):
    """By which rule the search rows of a type were made; another rule makes them anew (records.search).

    ``has_files``: a record of it had a file some time, so their names are asked for when it is written.
    """

    type = models.CharField(max_length=60, unique=True)
    rule = models.TextField()
    has_files = models.BooleanField(default=False)


class ExternalKey(models.Model):
    """The name that another system gives to one of our records: the identity by which imports recognise it."""

    source = models.CharField(max_length=60)
    type = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "type", "key"], name="one_external_key")]
        indexes = [models.Index(fields=["type", "object_id"], name="external_key_of")]


class Activity(models.Model):
    """It happened: a note or a call about a record. Written by a person, changed by nobody."""

    class Kind(models.TextChoices):
        NOTE = "note", _("Note")
        CALL = "call", _("Call")

    type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()

    class Outcome(models.TextChoices):
        """How a call ended; in the order of the keys 1 to 4."""

        REACHED = "reached", pgettext_lazy("how a call ended", "reached")
        NO_ANSWER = "no_answer", pgettext_lazy("how a call ended", "no answer")
        CALL_BACK = "call_back", pgettext_lazy("how a call ended", "to call back")
        REFUSED = "refused", pgettext_lazy("how a call ended", "refused")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NOTE)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True, default="", db_default="")
    text = models.TextField(_("what happened"), max_length=10000, blank=True)  # a call may say its outcome alone
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    mentioned = models.JSONField(default=list, editable=False)  # names that follow an @, as they were then
    at = models.DateTimeField(_("when"), default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changeset = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["type", "object_id", "-at"], name="activity_of_record")]


class Merge(models.Model):
    """Two records became one (records.merging); what was moved is kept, so that it can go back."""

    type = models.CharField(max_length=60)
    survivor_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changeset = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    moved = models.JSONField(default=dict)  # {"app.Model.column": [ids]}
    filled = models.JSONField(default=dict)  # {field of the survivor: [before, after]}
    kept = models.JSONField(default=list)  # what could not stand beside the survivor's own
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["type", "survivor_id"], name="merge_survivor"),
            models.Index(fields=["type", "merged_id"], name="merge_merged"),
        ]


class Use(models.Model):
    """Somebody read something. Buffered (a crash may lose five seconds of it), kept 90 days, rolled up."""

    is_trace = True  # of persons: not exported

    at = models.DateTimeField(default=now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)  # view, filter, sort, export, report, login
    key = models.CharField(max_length=120)  # a type's key for view, an element's for the others
    object_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="use_of_key"),
            models.Index(fields=["user", "kind", "id"], name="use_of_person"),
        ]


from groundwork.records.added.fields import AddedField  # noqa: E402, F401 - with its kinds
from groundwork.records.added.layouts import FormLayout  # noqa: E402, F401 - with what forms ask
from groundwork.records.added.made import Made, MadeType  # noqa: E402, F401 - with what is done to them
from groundwork.records.added.several import HeldValue  # noqa: E402, F401 - with how it is kept
from groundwork.records.control.models import ControlEvent, ControlRule  # noqa: E402, F401
from groundwork.records.files.models import RecordFile  # noqa: E402, F401
from groundwork.records.imports.models import BadRow, ImportJob, LoadedBatch, Remembered, Staged, UnknownValue  # noqa: E402, F401 - its own folder
from groundwork.records.lists.saved_views import SavedView, UsedView  # noqa: E402, F401 - its own page
from groundwork.records.notices.models import Follow, Mail, Notice, NoticeChoices  # noqa: E402, F401
from groundwork.records.tasks.models import Task  # noqa: E402, F401
from groundwork.records.workdays import OwnDay  # noqa: E402, F401
