"""What we agreed: a sentence, how we will know that it is done, who asked, which fields and reports it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.core.registry import Registry
from groundwork.records.models import Part, Record, RecordQuerySet, keyset_indexes
from groundwork.records.write import drop_part, put_part, writing
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.project.decisions import refuse_or_lift
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.cases import Mode, UseCase, UseStep  # noqa: F401


@dataclass(frozen=True)
class Obstacle:
    """What an upper room knows against agreeing yet: ``faults(requirement, user)`` gives sentences for that person."""

    key: str
    faults: Callable[["Requirement", Any], list[str]]


obstacles: Registry[Obstacle] = Registry(lambda item: item.key)


class RequirementQuerySet(RecordQuerySet):
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
            .select_related("goal", "confirmed_by")
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
        WITHDRAWN = "withdrawn", _("withdrawn")

    statement = models.CharField(_("what we agree"), max_length=300)
    done_when = models.TextField(_("done when"), max_length=2000)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="requirements", verbose_name=_("our number"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
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
        ]  # fmt: skip

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

    def faults(self, user) -> list[str]:
        """Why nobody agrees to it yet, as sentences; no words of what ``user`` may not see."""
        return [fault for obstacle in obstacles for fault in obstacle.faults(self, user)]

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
            if fresh.is_confirmed and not fresh.was_reworded:
                return fresh
            refuse_or_lift(fresh.faults(by), fresh, Decision.Lifts.QUESTION, by=by, decision=decision)
            if fresh.state == self.State.DRAFT:
                fresh.state = self.State.CONFIRMED
            fresh.confirmed_by, fresh.confirmed_at, fresh.confirmed_text = by, now(), fresh.text
            for link in fresh.needs.select_related("need"):
                with writing(link.need, by=by, act="covered") as need:
                    need.state, need.reason = Need.State.COVERED, ""
        return fresh

    def withdraw(self, *, by, version=None) -> "Requirement":
        with writing(self, by=by, act="withdrawn", version=version) as fresh:
            fresh.state = self.State.WITHDRAWN
        return fresh

    def link(self, needs, elements) -> None:
        """Answer exactly these needs and use exactly these elements; inside ``writing`` this requirement."""
        keep(self, self.needs.all(), "need", needs, RequirementNeed.of)
        keep(self, self.uses.all(), "element", elements, ElementUse.of)

    def switch_on(self, *, by) -> list[Element]:
        """Switch on what it needs and is off, with this requirement as the reason and its need's author as who asked.

        Refused before it is agreed, and to whoever may not configure. A repeat changes nothing.
        """
        if not by.can("configure", self):
            raise NotAllowed(gettext("Only those who may configure switch a field or a report on."))
        with transaction.atomic():
            fresh = Requirement._base_manager.select_for_update(of=("self",)).get(pk=self.pk)
            if not fresh.is_confirmed or fresh.was_reworded:
                raise Refusal(gettext("Agree on it first: nothing is switched on that nobody agreed to."))
            asked = fresh.needs.select_related("need__author").order_by("pk").first()
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
