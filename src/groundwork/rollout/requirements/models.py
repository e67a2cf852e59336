"""What we agreed: a sentence, how we will know that it is done, who asked, which fields and reports it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now, today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.core.registry import Registry
from groundwork.records.models import Part, Record, RecordQuerySet, keyset_indexes
from groundwork.records.write import drop_part, put_part, writing
from groundwork.rollout.discovery.models import PARKED_DAYS, Goal, Need
from groundwork.rollout.discovery.wishes import wish_in
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.gates import Act, faults_against
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.cases import Mode, UseCase, UseStep  # noqa: F401
from groundwork.rollout.requirements.doubts import Doubt, doubts_of, held_by
from groundwork.rollout.requirements.phases import Frozen, Phase  # noqa: F401


@dataclass(frozen=True)
class OnPaper:
    """What an upper room adds to "what we agreed" on paper: ``lines(user)`` under a ``title``."""

    key: str
    title: Any
    lines: Callable[[Any], list[str]]


papers: Registry[OnPaper] = Registry(lambda item: item.key)


class RequirementQuerySet(RecordQuerySet):
    def in_force(self):
        """Neither withdrawn nor parked."""
        return self.current().exclude(state__in=[Requirement.State.WITHDRAWN, Requirement.State.PARKED])

    def for_cards(self, user):
        """What ``user`` sees and is not withdrawn, with the needs that ``user`` may read and the elements."""
        needs = (
            RequirementNeed.objects.filter(need__in=Need.objects.visible_to(user))
            .select_related("need__author")
            .order_by("pk")
        )
        return (
            self.visible_to(user)
            .current()
            .exclude(state=Requirement.State.WITHDRAWN)
            .select_related("goal", "confirmed_by", "author", "future_user", "phase", "parent")
            .prefetch_related(
                "uses__element",
                models.Prefetch("needs", needs),
                models.Prefetch("use_cases", UseCase.objects.visible_to(user).current().order_by("pk")),
                "use_cases__steps__element",
            )
            .order_by("pk")
        )


class Requirement(Record):
    """One thing we agreed on, for one goal. Its use case is made from ``done_when``, and may then be changed."""

    type_key = "requirement"
    title_field = "statement"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONFIRMED = "confirmed", _("agreed")
        LIVE = "live", _("live")
        PARKED = "parked", _("parked")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Worth(models.TextChoices):
        """R35: what is only nice to have waits until what must be there is live."""

        BASE = "base", _("must be there")
        USEFUL = "useful", _("useful")
        GADGET = "gadget", _("nice to have")

    class Fit(models.TextChoices):
        """D17: how much of it is not the product as everybody has it."""

        AS_IS = "as-is", _("as it is")
        CONFIGURED = "configured", _("set up in the settings")
        CUSTOM = "custom", _("made for us")
        INTEGRATION = "integration", _("joined to another program")

    statement = models.CharField(_("what we agree"), max_length=300)
    done_when = models.TextField(_("done when"), max_length=2000)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="requirements", verbose_name=_("our number"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    worth = models.CharField(_("how much it matters"), max_length=10, choices=Worth, default=Worth.USEFUL)
    fit = models.CharField(_("what it takes"), max_length=12, choices=Fit, default=Fit.CONFIGURED)
    phase = models.ForeignKey(
        Phase, models.PROTECT, null=True, blank=True, related_name="requirements", verbose_name=_("phase")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("written down by"),
    )  # fmt: skip
    parked_until = models.DateField(_("decided again on"), null=True, blank=True, editable=False)
    future_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("yes of who will use it"),
    )  # fmt: skip
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("agreed by"),
    )
    confirmed_at = models.DateTimeField(_("agreed at"), null=True, editable=False)
    confirmed_text = models.TextField(editable=False, blank=True, default="")  # the words that were agreed
    held_by = models.JSONField(default=dict, editable=False)  # fingerprints of what it hung on then (``doubts``)
    live_at = models.DateTimeField(_("live since"), null=True, editable=False)

    objects = RequirementQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        indexes = keyset_indexes("requirement", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["confirmed", "live"]) | models.Q(confirmed_by__isnull=False),
                name="agreed_requirement_has_a_name",
                violation_error_message=_("What is agreed has the name of whoever agreed."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="parked") | models.Q(parked_until__isnull=False),
                name="parked_requirement_comes_back",
                violation_error_message=_("What is parked is decided again on a day."),
            ),
        ]  # fmt: skip

    def prepare(self):
        super().prepare()
        if self._state.adding and self.author_id is None:
            self.author_id = self.created_by_id
        if self.pk and self.parent_id == self.pk:
            raise Refusal(gettext("It cannot be a part of itself."))
        if self.future_user_id and not self._state.adding and self._is_reworded_now():
            self.future_user = None  # that yes was to other words

    def _is_reworded_now(self) -> bool:
        """Does this write change the words?"""
        kept = Requirement._base_manager.filter(pk=self.pk, statement=self.statement, done_when=self.done_when)
        return not kept.exists()

    # ── questions

    @property
    def text(self) -> str:
        """The words one agrees to."""
        return f"{self.statement}\n{self.done_when}"

    @property
    def is_confirmed(self) -> bool:
        return self.state in (self.State.CONFIRMED, self.State.LIVE)

    @property
    def was_reworded(self) -> bool:
        """Were the words changed after they were agreed? Then only "asked" counts until they are agreed again."""
        return self.is_confirmed and self.text != self.confirmed_text

    @property
    def doubts(self) -> list[Doubt]:
        """What changed after it was agreed. Six queries: many are asked at once by ``doubts_of``."""
        return doubts_of(Requirement.objects.filter(pk=self.pk)).get(self.pk, [])

    @property
    def is_due(self) -> bool:
        """Was it parked until a day that has come?"""
        return self.state == self.State.PARKED and self.parked_until is not None and self.parked_until <= today()

    @property
    def vague(self) -> str:
        """The word of "done when" that nobody can try (R24): "convenient", "better". Advice only."""
        wish = wish_in(self.done_when)
        return wish.word if wish and wish.kind in ("feeling", "efficient", "better") else ""

    def may_say_yes(self, user, roles: set[str] | None = None) -> bool:
        """Is ``user`` (whose ``roles`` these are) among those who will use it: who asked, or does what it is for?"""
        if any(link.need.author_id == user.pk for link in self.needs.all()):
            return True
        held = {role.key for role in user.roles.all()} if roles is None else roles
        return not held.isdisjoint(case.actor for case in self.use_cases.all())

    def faults(self, user) -> list[str]:
        """Why nobody agrees to it yet, as sentences; no words of what ``user`` may not see."""
        return faults_against(Act.AGREE, [self], user).get(self.pk, [])

    # ── actions

    def confirm(self, *, by, version=None, decision: str = "") -> "Requirement":
        """``by`` agrees to the words as they stand; the needs it answers are covered from now on.

        Refused while it names no field and no report (then there is nothing to switch on and nothing to try), and
        while something stands against it, unless a ``decision`` says why we go on.
        """
        with writing(self, by=by, act="agreed", version=version) as fresh:
            if fresh.state == self.State.WITHDRAWN:
                raise Refusal(gettext("It was withdrawn."))
            if not fresh.uses.exists():
                raise Refusal(gettext("Say which field or report it needs."))
            if fresh.state == self.State.PARKED:
                raise Refusal(gettext("It is parked: say first when it is done."))
            if fresh.is_confirmed and not any(doubt.is_cured_here for doubt in fresh.doubts):
                return fresh
            refuse_or_lift(fresh.faults(by), fresh, Decision.Lifts.QUESTION, by=by, decision=decision)
            if fresh.state == self.State.DRAFT:
                fresh.state = self.State.CONFIRMED
            fresh.confirmed_by, fresh.confirmed_at, fresh.confirmed_text = by, now(), fresh.text
            fresh.held_by = held_by(fresh)
            if fresh.may_say_yes(by):
                fresh.future_user = by
            fresh.cover(by=by)
        return fresh

    def cover(self, *, by) -> None:
        """What it answers is part of what we agreed."""
        for link in self.needs.select_related("need"):
            with writing(link.need, by=by, act="covered") as need:
                need.state, need.reason = Need.State.COVERED, ""

    def say_yes(self, *, by, version=None) -> "Requirement":
        """Somebody who will use it says that this is what is needed (R21). Refused for others."""
        with writing(self, by=by, act="said yes", version=version) as fresh:
            if not fresh.may_say_yes(by):
                raise NotAllowed(gettext("Only who asked for it, or will use it, says so."))
            fresh.future_user = by
        return fresh

    def withdraw(self, *, by, version=None) -> "Requirement":
        with writing(self, by=by, act="withdrawn", version=version) as fresh:
            fresh.state = self.State.WITHDRAWN
        return fresh

    def put_into(self, phase: Phase) -> None:
        """Do it in ``phase``; what was parked is agreed again if its words are those that were. Inside ``writing``."""
        if self.state == self.State.PARKED:
            was_agreed = self.confirmed_by_id is not None and self.text == self.confirmed_text
            self.state, self.parked_until = (self.State.CONFIRMED if was_agreed else self.State.DRAFT), None
        self.phase = phase

    def park(self, until: date | None) -> None:
        """Decide again on that day. Inside ``writing``; refused for what is live, and for a day that is past."""
        if self.state == self.State.LIVE:
            raise Refusal(gettext("It is live: it cannot be parked."))
        if until is not None and until <= today():
            raise Refusal(gettext("Choose a day that is still to come."))
        known = self.parked_until if self.parked_until and self.parked_until > today() else None
        self.state, self.phase = self.State.PARKED, None
        self.parked_until = until or known or today() + timedelta(days=PARKED_DAYS)

    def link(self, needs, elements, *, by) -> None:
        """Answer exactly these needs and use exactly these elements; inside ``writing`` this requirement."""
        left = {link.need for link in self.needs.select_related("need")} - set(needs)
        keep(self, self.needs.all(), "need", needs, RequirementNeed.of)
        let_go(left, by=by)
        keep(self, self.uses.all(), "element", elements, ElementUse.of)

    def switch_on(self, *, by) -> list[Element]:
        """Switch on what it needs and is off, with this requirement as the reason and its need's author as who asked.

        Refused before it is agreed, with something the firm has retired, and to whoever may not configure. A repeat
        changes nothing.
        """
        if not by.can("configure", self):
            raise NotAllowed(gettext("Only those who may configure switch a field or a report on."))
        with transaction.atomic():
            fresh = Requirement._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if not fresh.is_confirmed or fresh.was_reworded:
                raise Refusal(gettext("Agree on it first: nothing is switched on that nobody agreed to."))
            asked = fresh.needs.select_related("need__author").order_by("pk").first()
            if gone := elements.given_up().filter(requirement_uses__requirement=fresh).first():
                raise Refusal(
                    gettext("“%(name)s” is retired. Restore it where it was made, or leave it out here.")
                    % {"name": gone.label}
                )
            switched = []
            for use in fresh.uses.select_related("element").order_by("pk"):
                if not use.element.is_on:
                    switched.append(
                        elements.switch(
                            use.element.key,
                            on=True,
                            by=by,
                            reason=fresh.statement,
                            origin=Element.Origin.REQUIREMENT,
                            asked_by=asked.need.author if asked else fresh.confirmed_by,
                        )  # fmt: skip
                    )
        return switched


def let_go(needs, *, by) -> None:
    """Nothing agreed answers these needs any more, unless something else does: they wait to be part of it again."""
    agreed = [Requirement.State.CONFIRMED, Requirement.State.LIVE]
    for need in needs:
        held = RequirementNeed.objects.filter(need=need, requirement__state__in=agreed, requirement__archived_at=None)
        if need.state == Need.State.COVERED and not held.exists():
            with writing(need, by=by, act="agreed") as fresh:
                fresh.state = Need.State.AGREED


def keep(parent, links, name: str, wanted, made) -> None:
    """Drop the parts of ``parent`` that point at something not ``wanted``; add those that are missing."""
    there = {getattr(link, f"{name}_id"): link for link in links}
    ids = {item.pk for item in wanted}
    for pk, link in there.items():
        if pk not in ids:
            drop_part(parent, link)
    for item in wanted:
        if item.pk not in there:
            put_part(parent, made(item))


class RequirementNeed(Part):
    """The requirement answers this need."""

    parent_field = "requirement"

    requirement = models.ForeignKey(Requirement, models.CASCADE, related_name="needs")
    need = models.ForeignKey(Need, models.PROTECT, related_name="requirements", verbose_name=_("need"))

    class Meta:
        verbose_name = _("who asked")
        verbose_name_plural = _("who asked")
        constraints = [models.UniqueConstraint(fields=["requirement", "need"], name="need_once_a_requirement")]

    def __str__(self):
        return str(self.need)

    @classmethod
    def of(cls, need: Need) -> "RequirementNeed":
        return cls(need=need)


def first_live_on() -> date | None:
    """The day on which the first that was agreed went live, as the clocks of the firm had it."""
    first = Requirement.objects.current().aggregate(first=models.Min("live_at"))["first"]
    return timezone.localtime(first).date() if first else None


class ElementUse(Part):
    """The requirement needs this field (people fill it in) or this report (people read it)."""

    parent_field = "requirement"

    requirement = models.ForeignKey(Requirement, models.CASCADE, related_name="uses")
    element = models.ForeignKey(
        Element, models.PROTECT, related_name="requirement_uses", verbose_name=_("field or report")
    )
    mode = models.CharField(_("how"), max_length=6, choices=Mode, default=Mode.WRITES)

    class Meta:
        verbose_name = _("what it needs")
        verbose_name_plural = _("what it needs")
        constraints = [models.UniqueConstraint(fields=["requirement", "element"], name="element_once_a_requirement")]

    def __str__(self):
        return self.element.label

    @classmethod
    def of(cls, element: Element) -> "ElementUse":
        return cls(element=element, mode=Mode.of(element))
