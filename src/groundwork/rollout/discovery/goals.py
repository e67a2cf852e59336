"""Where we want to get: goals with their number, what we expect of the roll-out, and what we do not want."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import ScaledField
from groundwork.core.refusals import Refusal
from groundwork.records.added.chosen import ChosenField
from groundwork.records.models import Record, RecordQuerySet, keyset_indexes
from groundwork.records.write import writing
from groundwork.rollout.discovery.library import instead_of
from groundwork.rollout.discovery.metrics import Metric, metrics, options
from groundwork.rollout.discovery.wishes import Wish, wish_in
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.models import Decision

HOLDS = timedelta(days=90)  # after that somebody says anew that a number still holds (R11)


AGREED_ON = ("statement", "metric", "target", "due")


class GoalQuerySet(RecordQuerySet):
    def standing(self):
        """Those that are still wanted."""
        return self.current().exclude(state=Goal.State.OBSOLETE)

    def for_cards(self, user):
        """The numbers still wanted that ``user`` sees, with their people."""
        found = self.visible_to(user).standing().filter(kind=Goal.Kind.GOAL)
        return found.select_related("owner", "agreed_by").order_by("pk")

    def hopes(self, user):
        """What ``user`` sees of what we expect and of what we do not want."""
        found = self.visible_to(user).standing().exclude(kind=Goal.Kind.GOAL)
        return found.select_related("owner", "judged_by").order_by("kind", "pk")


class Goal(Record):
    """A number that should change: from where, to where, by when, and who answers for it.

    ``baseline`` is measured, never typed: on the day the metric is chosen, and again when another one is chosen.
    """

    type_key = "goal"
    title_field = "statement"

    class Kind(models.TextChoices):
        GOAL = "goal", _("goal")
        ANTI_GOAL = "anti-goal", _("what we do not want")
        EXPECTATION = "expectation", _("what we expect")

    class Verdict(models.TextChoices):
        """What is to be thought of an expectation, before money is spent on it (D131)."""

        REALISTIC = "realistic", _("realistic")
        CONDITIONAL = "conditional", _("only if")
        IMPOSSIBLE = "impossible", _("not by a CRM")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        AGREED = "agreed", _("agreed")
        REACHED = "reached", _("reached")
        MISSED = "missed", _("missed")
        OBSOLETE = "obsolete", _("no longer wanted")

    statement = models.CharField(_("what we want"), max_length=300)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind, default=Kind.GOAL)
    metric = ChosenField(_("what we measure"), rows=options, max_length=60)
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
    closed_value = ScaledField(_("where we came to"), null=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    verdict = models.CharField(
        _("what is to be thought of it"), max_length=11, choices=Verdict, blank=True, default="", editable=False
    )
    verdict_reason = models.TextField(_("why"), max_length=2000, blank=True, default="", editable=False)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("who says so"),
    )
    judged_on = models.DateField(_("said on"), null=True, editable=False)
    lifted_by = models.ForeignKey(Decision, models.PROTECT, null=True, editable=False, related_name="+")

    objects = GoalQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        indexes = keyset_indexes("goal", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="goal") | ~Q(state="agreed") | Q(lifted_by__isnull=False) | Q(
                    ~Q(metric=""), baseline__isnull=False, target__isnull=False, due__isnull=False, owner__isnull=False
                ),
                name="agreed_goal_is_complete",
                violation_error_message=_("An agreed number says what, from where, to where, by when and who answers."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(~Q(verdict_reason=""), judged_by__isnull=False),
                name="judged_expectation_has_a_reason",
                violation_error_message=_("Say why: those who expect it will read it."),
            ),
        ]  # fmt: skip

    def prepare(self):
        """Measures where we start; an agreed number that would lose what makes it one is refused. One that asks another
        thing from now on is to be agreed anew; a closed one stays as it is."""
        super().prepare()
        question = self.measure.question if self.measure else self.metric
        if self.metric and (self.baseline is None or self.baseline_of not in ("", question)):
            self.measure_baseline()
        elif self.metric and not self.baseline_of:
            self.baseline_of, self.baseline_on = question, self.baseline_on or today()
        if self.state == self.State.AGREED and self.lifted_by_id is None and (faults := self.faults()):
            raise Refusal(" ".join(faults))
        if not self._state.adding and self.asks_anew():
            if self.state in (self.State.REACHED, self.State.MISSED):
                raise Refusal(gettext("This number is closed."))
            self.state, self.agreed_by, self.agreed_on = self.State.DRAFT, None, None

    def asks_anew(self) -> bool:
        """Do its words, measure, target or day differ from those that were agreed, and are kept? One query."""
        before = Goal.objects.filter(pk=self.pk, state=self.state).exclude(state=self.State.DRAFT)
        asked = before.values_list(*AGREED_ON).first()
        return asked is not None and asked != tuple(getattr(self, name) for name in AGREED_ON)

    def measure_baseline(self):
        metric = self.measure
        self.baseline = metric.value(None) if metric else None
        self.baseline_of = metric.question if metric else self.metric
        self.baseline_on = today() if self.baseline is not None else None

    # ── questions

    @property
    def measure(self) -> Metric | None:
        return metrics.get(self.metric)

    @property
    def unit(self) -> str:
        return self.measure.unit if self.measure else ""

    @property
    def asks_otherwise(self) -> bool:
        """Was the report changed since it was measured where we start?"""
        return bool(self.measure and self.baseline_of not in ("", self.measure.question))

    @property
    def is_agreed(self):
        return self.state in (self.State.AGREED, self.State.REACHED, self.State.MISSED)

    @property
    def is_stale(self) -> bool:
        """Has the day passed until which it was said to hold (R11)? Then what hangs on it is doubtful."""
        return self.valid_until is not None and self.valid_until < today()

    @property
    def has_lost_its_name(self) -> bool:
        """Has whoever agreed to it left since (R10)? Then somebody else puts a name under it, or it is dropped."""
        return self.state == self.State.AGREED and self.agreed_by is not None and not self.agreed_by.is_active

    @property
    def is_goal(self) -> bool:
        return self.kind == self.Kind.GOAL

    @cached_property
    def wish(self) -> Wish | None:
        """What makes it a wish rather than a number (R09): advice only, and none once it is measured."""
        return wish_in(self.statement) if self.is_goal and not self.metric else None

    @property
    def chip(self) -> str:
        """How a verdict is marked beside the word."""
        return {"realistic": "ok", "conditional": "warn", "impossible": "bad"}.get(self.verdict, "")

    @property
    def instead(self) -> list:
        """Templates of numbers that may stand for what is wished."""
        return instead_of(self.wish.kind) if self.wish else []

    def is_reached(self, value: Decimal | None) -> bool:
        """Has the number come to where we want to be?"""
        if value is None or self.target is None or self.measure is None:
            return False
        return value == self.target or self.measure.better(value, self.target)

    def may_close(self, value: Decimal | None) -> bool:
        """Is it agreed, and either reached or past its day?"""
        is_over = self.due is not None and self.due < today()
        return self.state == self.State.AGREED and self.is_goal and (is_over or self.is_reached(value))

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

    @property
    def is_better(self) -> bool:
        """Is where we want to be better than where we start? Of a number that lacks nothing."""
        return self.measure is None or self.measure.better(self.target, self.baseline)

    def faults(self, to=None) -> list[str]:
        """Why it cannot be agreed yet, as sentences (R08). What we expect or do not want needs no number.

        ``to``: who reads them; where the number is hidden from them, they are not told how it compares.
        """
        if not self.is_goal:
            return []
        faults = []
        if missing := self.missing():
            faults.append(gettext("A number we agree on needs: %(missing)s.") % {"missing": ", ".join(missing)})
            if self.metric and self.baseline is None:
                faults.append(gettext("There is nothing to measure yet: bring in the invoices first."))
        elif (to is None or self.is_open_to(to)) and not self.is_better:
            faults.append(gettext("The target is not better than where we start."))
        return faults

    def way(self, value) -> Decimal | None:
        """How much of the way is behind us: 0 where we started, 1 where we want to be, below 0 the other way."""
        if value is None or self.baseline is None or self.target is None or self.target == self.baseline:
            return None
        return (value - self.baseline) / (self.target - self.baseline)

    def half_way(self, value) -> bool:
        """Has the number moved at least half of the way from where we started to where we want to be?"""
        way = self.way(value)
        return way is not None and way * 2 >= 1

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
            if goal.is_goal and goal.valid_until is None:
                goal.valid_until = today() + HOLDS
        return goal

    def hold(self, *, by, version=None) -> "Goal":
        """``by`` says that it still holds, for as long again (D177), in the place of who has left. Refused before it is
        agreed."""
        with writing(self, by=by, act="looked at again", version=version) as goal:
            if goal.state != self.State.AGREED:
                raise Refusal(gettext("It is not agreed: there is nothing to hold to."))
            goal.valid_until = today() + HOLDS
            if goal.has_lost_its_name:
                goal.agreed_by, goal.agreed_on = by, today()
        return goal

    def close(self, *, by, version=None) -> "Goal":
        """Reached or missed, as measured now; what it came to is kept. Refused before its day, unless it is reached."""
        with writing(self, by=by, act="closed", version=version) as goal:
            value = goal.measure.value(None) if goal.measure else None
            if not goal.may_close(value):
                raise Refusal(gettext("Its day has not come, and it is not reached."))
            goal.state = self.State.REACHED if goal.is_reached(value) else self.State.MISSED
            goal.closed_value, goal.closed_on = value, today()
        return goal

    def keep_as(self, kind: str, *, by, version=None) -> "Goal":
        """A wish is kept as what we expect, or what we do not want. Refused for a number that is agreed."""
        with writing(self, by=by, act="edited", version=version) as goal:
            if goal.state != self.State.DRAFT:
                raise Refusal(gettext("It is agreed as a number. Drop it first."))
            goal.kind = self.Kind(kind)
        return goal

    def judge(self, *, by, verdict: str, reason: str, version=None) -> "Goal":
        """Realistic, only if, or not by a CRM (D131), with the reason and a name. Refused without a reason."""
        with writing(self, by=by, act="judged", version=version) as goal:
            if goal.kind != self.Kind.EXPECTATION:
                raise Refusal(gettext("Only what we expect is judged."))
            if not reason.strip():
                raise Refusal(gettext("Say why: those who expect it will read it."))
            goal.verdict, goal.verdict_reason = self.Verdict(verdict), reason.strip()
            goal.judged_by, goal.judged_on = by, today()
        return goal

    def drop(self, *, by, version=None) -> "Goal":
        """We do not want it any more; it stays readable."""
        with writing(self, by=by, act="dropped", version=version) as goal:
            goal.state = self.State.OBSOLETE
        return goal


def opposing(goals: list[Goal]) -> dict[int, list[Goal]]:
    """Numbers that contradict each other (R12): the same is measured, and another target or another day is named.

    {goal: the others}, of those still to be reached.
    """
    open_ones = [goal for goal in goals if goal.metric and goal.state in (Goal.State.DRAFT, Goal.State.AGREED)]
    found: dict[int, list[Goal]] = {}
    for one in open_ones:
        others = [
            other for other in open_ones
            if other.pk != one.pk and other.metric == one.metric and (other.target, other.due) != (one.target, one.due)
        ]  # fmt: skip
        if others:
            found[one.pk] = others
    return found
