"""Phases in order: what comes first, what is settled, and what came on top of it afterwards."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from groundwork.core.clock import now, today
from groundwork.core.refusals import Refusal
from groundwork.records.models import Part, Record, RecordQuerySet, keyset_indexes
from groundwork.records.write import creating, put_part, writing
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.gates import Act, faults_against
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.cases import fingerprint


class PhaseQuerySet(RecordQuerySet):
    def in_order(self):
        return self.current().order_by("nth", "pk")

    def open(self):
        return self.in_order().exclude(state=Phase.State.CLOSED)


class Phase(Record):
    """A part of the roll-out that goes live by itself. Which requirements are in it is said by them."""

    type_key = "phase"

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("phase", "planned")
        FROZEN = "frozen", pgettext_lazy("phase", "settled")
        LIVE = "live", pgettext_lazy("phase", "live")
        CLOSED = "closed", pgettext_lazy("phase", "closed")

    name = models.CharField(_("phase"), max_length=120)
    nth = models.PositiveSmallIntegerField(_("which one"), default=0, help_text=_("1 is the first to go live."))
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED, editable=False)
    frozen_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    live_on = models.DateField(_("live since"), null=True, editable=False)

    objects = PhaseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        indexes = keyset_indexes("phase", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="frozen") | Q(frozen_at__isnull=False), name="settled_phase_has_a_moment",
                violation_error_message=_("A phase that is settled says since when."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="phase_ends_after_it_starts",
                violation_error_message=_("A phase ends after it starts."),
            ),
        ]  # fmt: skip

    def prepare(self):
        super().prepare()
        if not self.nth:
            last = Phase.objects.current().aggregate(last=models.Max("nth"))["last"]
            self.nth = (last or 0) + 1

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    # ── actions

    def freeze(self, *, by, version=None, decision: str = "") -> "Phase":
        """Settle what is in it; what comes on top of that from now on is told (R33).

        Refused while it is empty, and while something stands against it, unless a ``decision`` says why we go on.
        """
        with writing(self, by=by, act="frozen", version=version) as phase:
            if phase.state != self.State.PLANNED:
                raise Refusal(gettext("This phase is settled already."))
            held = list(phase.requirements.in_force().order_by("pk"))
            if not held:
                raise Refusal(gettext("There is nothing in this phase yet."))
            faults = faults_against(Act.SETTLE, [phase], by).get(phase.pk, [])
            refuse_or_lift(faults, phase, Decision.Lifts.SETTLE, by=by, decision=decision)
            phase.state, phase.frozen_at = self.State.FROZEN, now()
            for requirement in held:
                put_part(phase, Frozen(requirement=requirement, words=fingerprint(requirement.text)))
        return phase

    def close(self, *, by, version=None) -> "Phase":
        """We have looked back on it. Refused before it is live."""
        with writing(self, by=by, act="closed", version=version) as phase:
            if phase.state != self.State.LIVE:
                raise Refusal(gettext("A phase is closed after it went live."))
            phase.state = self.State.CLOSED
        return phase

    def went_live(self, *, by) -> None:
        with writing(self, by=by, act="went live") as phase:
            phase.state, phase.live_on = self.State.LIVE, today()


class Frozen(Part):
    """What was in the phase when it was settled; ``words`` is the fingerprint of what it said then."""

    parent_field = "phase"

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="frozen")
    requirement = models.ForeignKey(
        "requirements.Requirement", models.PROTECT, related_name="frozen_in", verbose_name=_("what we agreed")
    )
    words = models.CharField(max_length=16, editable=False)

    class Meta:
        verbose_name = _("what was settled")
        verbose_name_plural = _("what was settled")
        constraints = [models.UniqueConstraint(fields=["phase", "requirement"], name="requirement_once_a_phase")]

    def __str__(self):
        return str(self.requirement)


def first_open(*, by) -> Phase:
    """The phase that new things go to: the first that is not closed, made where there is none."""
    found = Phase.objects.open().first()
    return found or creating(Phase(name=gettext("First phase")), by=by)


def next_after(phase: Phase, *, by) -> Phase:
    """The phase after ``phase``; made where there is none."""
    found = Phase.objects.open().filter(nth__gt=phase.nth).first()
    return found or creating(Phase(name=gettext("Later")), by=by)
