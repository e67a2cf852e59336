"""How it goes: who does it and when, step by step, each step with the field it fills in or the report it reads."""

import hashlib

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.models import Role
from groundwork.blueprint.elements import given_up, kept
from groundwork.blueprint.models import Element, Firm
from groundwork.records.added.chosen import ChosenField, Option
from groundwork.records.models import Part, Record, keyset_indexes
from groundwork.rollout.discovery.interviews import WorkStep

USED = (Element.Kind.FIELD, Element.Kind.REPORT)  # what a requirement may need


class Mode(models.TextChoices):
    WRITES = "writes", gettext_lazy("filled in")
    READS = "reads", gettext_lazy("read")

    @classmethod
    def of(cls, element: Element) -> "Mode":
        """A field is filled in, everything else is read."""
        return cls.WRITES if element.kind == Element.Kind.FIELD else cls.READS


def fingerprint(*words) -> str:
    """Stands for what was said: other words give another one."""
    return hashlib.sha256("\n".join(str(word) for word in words).encode()).hexdigest()[:16]


def roles() -> list[Option]:
    return [Option(role.key, str(role), role.archived_at is None) for role in kept("roles of cases", _read_roles)]


def _read_roles() -> list[Role]:
    return list(Role.objects.all())


def used() -> list[Option]:
    """Fields and reports, those in use first; what the firm gave up stays where it was named."""
    rows, gone = kept("elements of cases", _read_elements)
    return [
        Option(item.key, f"{item.label} ({item.get_kind_display()})", item.key not in gone)
        for item in sorted(rows, key=lambda item: not item.is_on)
    ]


def _read_elements() -> tuple[list[Element], set[str]]:
    gone = given_up().filter(kind__in=USED).values_list("key", flat=True)
    return list(Element.objects.filter(kind__in=USED).order_by("kind", "key")), set(gone)


class UseCase(Record):
    """One way in which a requirement is used. In the light profile it is made from "done when" and what is needed."""

    type_key = "use_case"

    requirement = models.ForeignKey(
        "requirements.Requirement",
        models.PROTECT,
        related_name="use_cases",
        verbose_name=gettext_lazy("what we agreed"),
    )
    name = models.CharField(gettext_lazy("use case"), max_length=300)
    actor = ChosenField(gettext_lazy("who does it"), rows=roles, max_length=60)  # the key of a role
    trigger = models.CharField(gettext_lazy("when"), max_length=300, blank=True, default="")
    work_step = models.ForeignKey(
        WorkStep, models.PROTECT, null=True, blank=True, related_name="use_cases",
        verbose_name=gettext_lazy("which work it is"),
        help_text=gettext_lazy("As people told it: how often it is seen here is then shown beside what they said."),
    )  # fmt: skip

    class Meta:
        verbose_name = gettext_lazy("use case")
        verbose_name_plural = gettext_lazy("use cases")
        indexes = keyset_indexes("use_case", "sort_key", "updated_at")

    @property
    def actor_words(self) -> str:
        return {option.key: option.label for option in roles()}.get(self.actor, "")

    @property
    def is_as_made(self) -> bool:
        """Did nobody change a word of its steps? Then they follow "done when" and what the requirement needs."""
        return all(step.is_as_made for step in self.steps.all())


class UseStep(Part):
    """One thing that is done, and what should come of it."""

    parent_field = "case"

    case = models.ForeignKey(UseCase, models.CASCADE, related_name="steps")
    nth = models.PositiveIntegerField(gettext_lazy("step"), default=0)
    action = models.CharField(gettext_lazy("what is done"), max_length=300)
    expected = models.TextField(gettext_lazy("what should come of it"), max_length=2000, blank=True, default="")
    uses = ChosenField(gettext_lazy("field or report"), rows=used, max_length=120)  # the key of an element
    mode = models.CharField(gettext_lazy("how"), max_length=6, choices=Mode, blank=True, default="")
    element = models.ForeignKey(Element, models.PROTECT, null=True, editable=False, related_name="use_steps")
    made_as = models.CharField(max_length=16, blank=True, default="", editable=False)  # its words as they were made

    class Meta:
        verbose_name = gettext_lazy("step")
        verbose_name_plural = gettext_lazy("steps")
        ordering = ["nth", "pk"]

    def __str__(self):
        return self.action

    def prepare(self):
        super().prepare()
        self.element = Element.objects.filter(key=self.uses).first() if self.uses else None
        if self.element is None:
            self.mode = ""
        elif not self.mode:
            self.mode = Mode.of(self.element)
        if not self.nth:
            last = UseStep.objects.filter(case=self.case).aggregate(last=models.Max("nth"))["last"]
            self.nth = (last or 0) + 1

    @property
    def words(self) -> tuple[str, str, str, str]:
        return self.action, self.expected, self.uses, self.mode

    @property
    def is_as_made(self) -> bool:
        return self.made_as == fingerprint(self.action, self.expected)

    @property
    def said(self) -> str:
        """What is done: in the reader's language, as long as nobody changed the words that the product made."""
        return made_words(self.element) if self.element and self.is_as_made else self.action

    @classmethod
    def made(cls, element: Element, nth: int, expected: str = "") -> "UseStep":
        """Kept in the firm's language, whoever makes it: another one would make what was tried doubtful."""
        with translation.override(Firm.own_language()):
            action = made_words(element)
        step = cls(nth=nth, action=action, expected=expected, uses=element.key, mode=Mode.of(element))
        step.made_as = fingerprint(action, expected)
        return step


def made_words(element: Element) -> str:
    words = _("Fill in “%(name)s”") if Mode.of(element) == Mode.WRITES else _("Read “%(name)s”")
    return words % {"name": element.label}


def made_steps(elements: list[Element], done_when: str) -> list[UseStep]:
    """One step an element: first what is filled in, then what is read; the last says "done when"."""
    ordered = sorted(elements, key=lambda element: Mode.of(element) == Mode.READS)
    last = len(ordered)
    return [
        UseStep.made(element, nth, done_when if nth == last else "") for nth, element in enumerate(ordered, start=1)
    ]
