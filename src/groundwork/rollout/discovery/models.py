"""Where we want to get (goals with their number) and what people told us (needs with their authors)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import ScaledField
from groundwork.core.refusals import Refusal
from groundwork.records.models import Record, RecordQuerySet, keyset_indexes
from groundwork.records.write import acting, creating, writing
from groundwork.rollout.discovery.differences import Discrepancy  # noqa: F401
from groundwork.rollout.discovery.interviews import (  # noqa: F401
    AnswerLink,
    Answers,
    Interview,
    WorkProcess,
    WorkStep,
)
from groundwork.rollout.discovery.metrics import Metric, choices, metrics
from groundwork.rollout.discovery.wishes import wish_in
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.models import Decision


class GoalQuerySet(RecordQuerySet):
    def standing(self):
        """Those that are still wanted."""
        return self.current().exclude(state=Goal.State.OBSOLETE)

    def for_cards(self, user):
        """Those still wanted that ``user`` sees, with their people."""
        return self.visible_to(user).standing().select_related("owner", "agreed_by").order_by("pk")


class Goal(Record):
    """A number that should change: from where, to where, by when, and who answers for it.

    ``baseline`` is measured, never typed: on the day the metric is chosen, and again when another one is chosen.
    """

    type_key = "goal"
    title_field = "statement"

    class Kind(models.TextChoices):
        GOAL = "goal", _("goal")
        ANTI_GOAL = "anti-goal", _("what we do not want")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        AGREED = "agreed", _("agreed")
        REACHED = "reached", _("reached")
        MISSED = "missed", _("missed")
        OBSOLETE = "obsolete", _("no longer wanted")

    statement = models.CharField(_("what we want"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GOAL)
    metric = models.CharField(_("what we measure"), max_length=60, choices=choices, blank=True, default="")
    baseline = ScaledField(_("where we start"), null=True, blank=True, editable=False)
    baseline_on = models.DateField(_("measured on"), null=True, blank=True, editable=False)
    baseline_of = models.CharField(
        max_length=60, blank=True, default="", editable=False
    )  # the metric it was measured with
    target = ScaledField(_("where we want to be"), null=True, blank=True)
    due = models.DateField(_("by when"), null=True, blank=True)
    valid_until = models.DateField(_("looked at again by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("agreed by"),
    )
    agreed_on = models.DateField(_("agreed on"), null=True, editable=False)
    lifted_by = models.ForeignKey(Decision, models.PROTECT, null=True, editable=False, related_name="+")

    objects = GoalQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        indexes = keyset_indexes("goal", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="anti-goal") | ~Q(state="agreed") | Q(lifted_by__isnull=False) | Q(
                    ~Q(metric=""), baseline__isnull=False, target__isnull=False, due__isnull=False, owner__isnull=False
                ),
                name="agreed_goal_is_complete",
                violation_error_message=_("An agreed number says what, from where, to where, by when and who answers."),
            ),
        ]  # fmt: skip

    def prepare(self):
        """Measures where we start; an agreed number that would lose what makes it one is refused."""
        super().prepare()
        if self.metric and (self.baseline is None or self.baseline_of not in ("", self.metric)):
            self.measure_baseline()
        elif self.metric and not self.baseline_of:
            self.baseline_of, self.baseline_on = self.metric, self.baseline_on or today()
        if self.state == self.State.AGREED and self.lifted_by_id is None and (faults := self.faults()):
            raise Refusal(" ".join(faults))

    def measure_baseline(self):
        metric = self.measure
        self.baseline = metric.value(None) if metric else None
        self.baseline_of, self.baseline_on = self.metric, today() if self.baseline is not None else None

    # ── questions

    @property
    def measure(self) -> Metric | None:
        return metrics.get(self.metric)

    @property
    def unit(self) -> str:
        return self.measure.unit if self.measure else ""

    @property
    def is_agreed(self):
        return self.state in (self.State.AGREED, self.State.REACHED, self.State.MISSED)

    @property
    def is_stale(self) -> bool:
        """Has the day passed until which it was said to hold (R11)? Then what hangs on it is doubtful."""
        return self.valid_until is not None and self.valid_until < today()

    @property
    def wish(self) -> str:
        """The word that makes it a wish rather than a number (R09): advice only, and none once it is measured."""
        return "" if self.metric or self.kind == self.Kind.ANTI_GOAL else wish_in(self.statement)

    def words(self, value) -> str:
        """A value of this goal's metric with its unit."""
        return self.measure.words(value) if self.measure else languages.number(value)

    def is_open_to(self, user) -> bool:
        """May this person read where the number started and where it stands? The target was typed: it is for all."""
        return self.measure is None or self.measure.is_open_to(user)

    def read_by(self, user, value) -> str:
        """A reading in words, or that it is not for this person."""
        return self.words(value) if self.is_open_to(user) else gettext("no access")

    def course_words(self, user) -> str:
        """“0% → 90%”, or “→ 90%” for who may not see where it started."""
        if self.baseline is None or self.target is None:
            return ""
        start = self.words(self.baseline) if self.is_open_to(user) else ""
        return f"{start} → {self.words(self.target)}".strip()

    def course(self, user) -> str:
        """“0% → 90% by 31 Mar 2027”."""
        course = self.course_words(user)
        if not course or not self.due:
            return course
        return gettext("%(course)s by %(day)s") % {"course": course, "day": languages.day(self.due)}

    def missing(self) -> list[str]:
        """What is not said yet, in words."""
        asked = [
            (not self.metric, gettext("what we measure")),
            (self.baseline is None, gettext("where we start")),
            (self.target is None, gettext("where we want to be")),
            (self.due is None, gettext("by when")),
            (self.owner_id is None, gettext("who answers for it")),
        ]
        return [words for is_missing, words in asked if is_missing]

    def faults(self) -> list[str]:
        """Why it cannot be agreed yet, as sentences (R08). What we do not want needs no number."""
        if self.kind == self.Kind.ANTI_GOAL:
            return []
        faults = []
        if missing := self.missing():
            faults.append(gettext("A number we agree on needs: %(missing)s.") % {"missing": ", ".join(missing)})
            if self.metric and self.baseline is None:
                faults.append(gettext("There is nothing to measure yet: bring in the invoices first."))
        elif self.measure and not self.measure.better(self.target, self.baseline):
            faults.append(gettext("The target is not better than where we start."))
        return faults

    def half_way(self, value) -> bool:
        """Has the number moved at least half of the way from where we started to where we want to be?"""
        if value is None or self.baseline is None or self.target is None or self.target == self.baseline:
            return False
        return (value - self.baseline) / (self.target - self.baseline) * 2 >= 1

    # ── actions

    def agree(self, *, by, version=None, decision: str = "") -> "Goal":
        """Agree on the number (R08). Refused while something is missing, unless a ``decision`` says why we go on."""
        with writing(self, by=by, act="agreed", version=version) as goal:
            if goal.state == self.State.AGREED:
                return goal
            if goal.state != self.State.DRAFT:
                raise Refusal(gettext("This number is closed."))
            if goal.metric and goal.baseline is None:
                goal.measure_baseline()
            goal.lifted_by = refuse_or_lift(goal.faults(), goal, Decision.Lifts.NUMBER, by=by, decision=decision)
            goal.state, goal.agreed_by, goal.agreed_on = self.State.AGREED, by, today()
        return goal

    def drop(self, *, by, version=None) -> "Goal":
        """We do not want it any more; it stays readable."""
        with writing(self, by=by, act="dropped", version=version) as goal:
            goal.state = self.State.OBSOLETE
        return goal


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
        REJECTED = "rejected", _("no")
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
        if self._state.adding and self.author_id:  # whoever typed it in
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
        """Later (``until`` a day, when it is looked at again), or no; the author reads the reason.

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
            need.until = until if need.state == self.State.PARKED else None
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
