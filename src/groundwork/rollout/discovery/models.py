"""What people told us (needs with their authors), and what of it cannot be had together."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.records.models import Record, keyset_indexes
from groundwork.records.write import acting, creating, writing
from groundwork.rollout.discovery.differences import Discrepancy  # noqa: F401
from groundwork.rollout.discovery.goals import Goal  # noqa: F401
from groundwork.rollout.discovery.interviews import (  # noqa: F401
    AnswerLink,
    Answers,
    Interview,
    WorkProcess,
    WorkStep,
)
from groundwork.rollout.project.models import Decision

PARKED_DAYS = 90  # until what was put off is looked at again, where nobody says otherwise


class Need(Record):
    """What one person told us, in that person's words. Its department is the author's."""

    type_key = "need"
    title_field = "statement"

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("what hinders me")
        HELPER = "helper", _("what would help me")
        MUST_KEEP = "must-keep", _("what must stay as it is")
        WISH = "wish", _("what I wish for")

    class State(models.TextChoices):
        CAPTURED = "captured", _("heard")
        AGREED = "agreed", _("agreed")
        COVERED = "covered", _("in what we agreed")
        PARKED = "parked", _("later")
        REJECTED = "rejected", pgettext_lazy("of a need", "no")
        MERGED = "merged", _("together with another one")

    statement = models.TextField(_("in their own words"), max_length=2000)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PROBLEM)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who told us")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CAPTURED, editable=False)
    reason = models.TextField(_("why not now"), max_length=2000, blank=True, default="", editable=False)
    until = models.DateField(_("looked at again on"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="merged", verbose_name=_("together with")
    )
    told_on = models.CharField(max_length=100, blank=True, default="", editable=False)  # the route of the page
    about_type = models.CharField(max_length=60, blank=True, default="", editable=False)
    about_id = models.BigIntegerField(null=True, editable=False)
    about_field = models.CharField(max_length=60, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        indexes = keyset_indexes("need", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["parked", "rejected"]) | ~Q(reason=""), name="refused_need_has_a_reason",
                violation_error_message=_("Say why: the person who told us will read it."),
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="merged_need_says_into_which",
                violation_error_message=_("Choose what it is the same as."),
            ),
        ]  # fmt: skip

    def prepare(self):
        super().prepare()
        if self._state.adding:
            self.author = self.author if self.author_id else self.created_by  # who may not say, speaks for himself
            self.owner, self.department_id = self.author, self.author.department_id

    @property
    def chip(self) -> str:
        """How its state is marked beside the word."""
        return {"agreed": "ok", "covered": "trace", "captured": "info"}.get(self.state, "")

    @property
    def is_due(self) -> bool:
        """Was it put off until a day that has come?"""
        return self.state == self.State.PARKED and self.until is not None and self.until <= today()

    def authors(self) -> list:
        """Everybody who told this: its author first, then those whose needs were joined to it. One query."""
        joined = [need.author for need in self.merged.select_related("author").order_by("pk")]
        return list(dict.fromkeys([self.author, *joined]))

    def agree(self, *, by, version=None) -> "Need":
        with writing(self, by=by, act="agreed", version=version) as need:
            need.refuse_merged()
            if need.state != self.State.COVERED:
                need.state, need.reason, need.until = self.State.AGREED, "", None
        return need

    def turn_down(self, *, by, state: str, reason: str, until=None, version=None) -> "Need":
        """Later (looked at again on the day ``until``, else in three months), or no; the author reads the reason.

        Refused without a reason, for a day that is past, and when it is in what we agreed.
        """
        with writing(self, by=by, act="turned down", version=version) as need:
            need.refuse_merged()
            if need.state == self.State.COVERED:
                raise Refusal(gettext("It is part of what we agreed: change that first."))
            if not reason.strip():
                raise Refusal(gettext("Say why: the person who told us will read it."))
            if until is not None and until <= today():
                raise Refusal(gettext("Choose a day that is still to come."))
            need.state, need.reason = self.State(state), reason.strip()
            need.until = (until or today() + timedelta(days=PARKED_DAYS)) if need.state == self.State.PARKED else None
        return need

    def join(self, other: "Need", *, by, version=None) -> "Need":
        """The same as ``other``: its authors stand under that one from now on, and so do those joined to it before.

        Refused with itself, with one that was joined to another one, and when it is in what we agreed.
        """
        with acting(by, "joined"):
            with writing(self, by=by, act="joined", version=version) as need:
                need.refuse_merged()
                target = Need.objects.get(pk=other.pk)
                target.refuse_merged()
                if target.pk == need.pk:
                    raise Refusal(gettext("Choose another one: this is the same one."))
                if need.state == self.State.COVERED:
                    raise Refusal(gettext("It is part of what we agreed: change that first."))
                need.state, need.merged_into, need.reason, need.until = self.State.MERGED, target, "", None
            for earlier in Need.objects.filter(merged_into=need).order_by("pk"):
                with writing(earlier, by=by, act="joined") as fresh:
                    fresh.merged_into = target
        return need

    def refuse_merged(self) -> None:
        if self.state == self.State.MERGED:
            raise Refusal(gettext("It stands together with another one: look there."))


class Conflict(Record):
    """Two things told to us that cannot both be had; somebody sees to it that it is decided."""

    type_key = "conflict"
    title_field = "subject"

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("decided")

    subject = models.CharField(_("what they disagree on"), max_length=200)
    one = models.ForeignKey(Need, models.PROTECT, related_name="+", verbose_name=_("one side"))
    other = models.ForeignKey(Need, models.PROTECT, related_name="+", verbose_name=_("the other side"))
    due = models.DateField(_("decided by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("decision")
    )

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        indexes = keyset_indexes("conflict", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(decision__isnull=False), name="settled_conflict_has_a_decision",
                violation_error_message=_("Say what holds from now on."),
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due is not None and self.due < today()

    def settle(self, *, by, decision: str, version=None) -> "Conflict":
        """Say what holds from now on; both authors hear of it. Refused without words, and the second time."""
        if not decision.strip():
            raise Refusal(gettext("Say what holds from now on."))
        with writing(self, by=by, act="settled", version=version) as fresh:
            if not fresh.is_open:
                raise Refusal(gettext("This conflict is decided already."))
            fresh.decision = creating(
                Decision(
                    statement=decision.strip(), faults=fresh.subject, owner=by, about_type=fresh.type_key,
                    about_id=fresh.pk,
                ),
                by=by, act="decided",
            )  # fmt: skip
            fresh.state = self.State.SETTLED
        return fresh
