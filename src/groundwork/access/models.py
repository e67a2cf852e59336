"""Who works here, in which department, with which roles; and what a role may see and do."""

import re

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now


class Department(models.Model):
    """A part of our firm, in a tree. ``path`` is the ids from the root down, ``/1/4/``: a tree is a prefix."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"))
    head = models.ForeignKey(
        "access.User", models.SET_NULL, null=True, blank=True, related_name="heads", verbose_name=_("head")
    )
    path = models.CharField(max_length=255, editable=False, db_index=True, default="")

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["path"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Keeps the path of this department and of those below it."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            old, self.path = self.path, path
            Department.objects.filter(pk=self.pk).update(path=path)
            for below in Department.objects.filter(path__startswith=old).exclude(pk=self.pk) if old else ():
                Department.objects.filter(pk=below.pk).update(path=path + below.path[len(old) :])


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who signs in. Rights come from roles only; there is no superuser."""

    secret_fields = frozenset({"password", "two_steps_since"})  # not in what is exported

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("full name"), max_length=150)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("department")
    )
    roles = models.ManyToManyField("access.Role", related_name="people", verbose_name=_("roles"))
    language = models.CharField(_("language"), max_length=5, default="", blank=True)
    theme = models.CharField(_("theme"), max_length=5, default="", blank=True)  # "", "light", "dark"
    time_zone = models.CharField(_("time zone"), max_length=60, default="", blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(default=now)
    leaves_on = models.DateField(null=True, editable=False)  # the last day, ahead; see ``leaving``
    left_on = models.DateField(_("left on"), null=True, editable=False)  # works here no more; stays in every history
    two_steps_since = models.DateTimeField(null=True, editable=False)  # asked for a code too; see ``two_steps``
    sessions_from = models.PositiveIntegerField(default=1, editable=False)  # raised: every session before it is over

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name or self.email

    def get_full_name(self):
        return str(self)

    def _get_session_auth_hash(self, secret=None):
        """Part of every session; it changes with the password and with ``sessions_from``."""
        return f"{super()._get_session_auth_hash(secret=secret)}-{self.sessions_from}"

    @property
    def role_name(self):
        """The person's highest role, for the corner of the screen."""
        from groundwork.access.rights import rights

        return str(rights(self).highest_role or "")

    @property
    def initials(self):
        return "".join(part[0] for part in re.findall(r"\w+", str(self))[:2]).upper()

    def can(self, verb, what) -> bool:
        """May this person do ``verb`` (a grant's verb or a named rule) to a record, a model or a type's key?"""
        from groundwork.access.rights import can

        return can(self, verb, what)

    def leads(self, department) -> bool:
        """Is this person head of ``department`` or of one above it?"""
        if department is None:
            return False
        ids = [int(part) for part in department.path.split("/") if part]
        return Department.objects.filter(pk__in=ids, head=self).exists()


class RoleQuerySet(models.QuerySet):
    def current(self):
        return self.filter(archived_at=None)


class Role(models.Model):
    """What somebody does here, as a set of grants. ``key`` names the built-in presets."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)  # empty: the preset's translated name
    rank = models.PositiveSmallIntegerField(default=10)  # view-as never reaches an equal or higher rank
    two_steps = models.BooleanField(_("asks for two steps at sign-in"), default=False, db_default=False)
    archived_at = models.DateTimeField(null=True, editable=False)  # nobody holds it and nobody gets it
    known_types = models.JSONField(default=list, editable=False)  # of a preset: types whose grants were given once

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["-rank", "key"]

    def __str__(self):
        from groundwork.access.presets import PRESETS

        return self.name or (str(PRESETS[self.key].name) if self.key in PRESETS else self.key)

    @property
    def is_own(self):
        """Made by the firm: it can be renamed. The built-in ones have a name in every language."""
        return bool(self.name)


class Verb(models.TextChoices):
    VIEW = "view", _("view")
    CREATE = "create", _("create")
    EDIT = "edit", _("edit")
    ARCHIVE = "archive", _("archive")
    EXPORT = "export", _("export")
    CONFIGURE = "configure", _("configure")


class Reach(models.IntegerChoices):
    """How far a verb reaches; with several roles the widest wins."""

    OWN = 1, _("own")
    DEPARTMENT = 2, _("own department")
    TREE = 3, _("own department and those below it")
    ALL = 4, _("all")


class Grant(models.Model):
    """A role may do ``verb`` to records of ``type`` as far as ``reach``."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    type = models.CharField(max_length=60)  # a record type's key, or "settings", "people", "reports"
    verb = models.CharField(max_length=12, choices=Verb)
    reach = models.PositiveSmallIntegerField(choices=Reach)

    class Meta:
        verbose_name = _("grant")
        constraints = [models.UniqueConstraint(fields=["role", "type", "verb"], name="one_grant_a_verb")]

    def __str__(self):
        return f"{self.role}: {self.verb} {self.type}"


class FieldGrant(models.Model):
    """A field that a role does not see, or sees and may not change."""

    class Mode(models.TextChoices):
        HIDDEN = "hidden", _("hidden")
        READ_ONLY = "read-only", _("read-only")

    role = models.ForeignKey(Role, models.CASCADE, related_name="field_grants")
    type = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    mode = models.CharField(max_length=10, choices=Mode)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "type", "field"], name="one_mode_a_field")]


class AuditEntry(models.Model):
    """A security event. Its digest is made from the row and the digest before it, with a key; see ``seals``."""

    at = models.DateTimeField(default=now)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    event = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    address = models.CharField(max_length=45, default="", blank=True)
    digest = models.CharField(max_length=64)
    key = models.CharField(max_length=16, default="", db_default="")  # its name; "": sealed before there was one

    class Meta:
        ordering = ["pk"]


class AuditEnd(models.Model):
    """One row: where the audit log ends, sealed, so that entries cut off its end are missed. ``taken`` is the last
    entry that was there before this row was made; ``taken_digest`` seals all those. A restore makes it anew."""

    is_summary = True

    key = models.CharField(max_length=16)
    taken = models.BigIntegerField(default=0)
    taken_digest = models.CharField(max_length=64)
    count = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)


class PlannedLeave(models.Model):
    """What happens once the last day of somebody who leaves is over: ``takers`` maps a type's key to a successor's id.
    ``fault`` is why it could not be carried out."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="planned_leave")
    takers = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    fault = models.CharField(max_length=500, default="", blank=True)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Those that may still be used."""
        return self.filter(used_at=None, ends_at__gt=now())


class Invitation(models.Model):
    """A one-time link: by which a person joins with roles and department given beforehand, by which the first
    administrator is made (``first``), or by which ``person`` sets a new password."""

    is_secret = True  # not exported

    token_digest = models.CharField(max_length=64, unique=True)  # the token itself is never kept
    email = models.EmailField(_("e-mail"), blank=True, default="")
    roles = models.ManyToManyField(Role, blank=True)
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True)
    first = models.BooleanField(default=False)  # the first-run page's address
    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()


class BrowserSession(models.Model):
    """A browser in which a person is signed in; see ``sessions``. As little in a backup as Django's own table."""

    is_summary = True

    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)  # of Django's session
    address = models.CharField(max_length=45, default="", blank=True)  # the network address it was last seen from
    browser = models.CharField(max_length=300, default="", blank=True)  # as it names itself
    begun_at = models.DateTimeField(default=now)
    seen_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-seen_at", "-pk"]


class TwoSteps(models.Model):
    """From what the secret by which a person's phone makes codes is worked out; see ``two_steps``. ``key`` names the
    key it takes, ``last_counter`` is the latest code taken: none comes twice."""

    is_secret = True

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    salt = models.CharField(max_length=40, default="", db_default="")
    key = models.CharField(max_length=16, default="", db_default="")
    secret = models.CharField(max_length=40, default="", db_default="")  # itself, where there is no salt yet
    last_counter = models.BigIntegerField()


class RecoveryCode(models.Model):
    """Lets the person in once without the phone. Only the digest is kept."""

    is_secret = True

    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
