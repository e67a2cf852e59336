"""What a rule is, and what the rules find for one person. Nothing is kept: a finding is a fact of today."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groundwork.access.models import User
from groundwork.core.registry import Registry
from groundwork.rollout.chain.look import Look
from groundwork.rollout.project.gates import Act
from groundwork.rollout.project.models import Project

LIGHT, STANDARD, FULL, NEVER = *Project.Profile.values, ""
STOP, ATTENTION, INFO = "bad", "warn", "info"  # as chips are marked
ORDER = {STOP: 0, ATTENTION: 1, INFO: 2}


class Evidence(NamedTuple):
    """One row that a finding rests on: its words, or what tells them as text, and where it is kept."""

    words: Any
    href: str = ""


@dataclass(slots=True)
class Found:
    """What a rule found: a whole sentence, no words of what the person may not see.

    Of thousands a page shows twelve: where it may be many, ``says`` is lazy and is put together with what it has
    ``told`` by whoever shows it.
    """

    says: Any
    href: str  # where the one act is done
    owner: User | None = None  # whom it waits for
    goal: int | None = None  # on whose thread it lies
    evidence: list[Evidence] = field(default_factory=list)
    is_softer: bool = False  # it blocks nothing here, e.g. because the thing is live already
    about: tuple[str, int] = ("", 0)  # type and key of the record whose words the fact repeats
    told: dict[str, Any] | None = None

    @property
    def fact(self) -> str:
        return str(self.says) % self.told if self.told else str(self.says)


@dataclass(frozen=True)
class Rule:
    """``code`` is its number in ROLLOUT.md 3.4; it stands in code and docs only.

    ``blocks_from`` is the first profile in which it blocks a step (3.4a); where it does not block it is ``otherwise``.
    ``stops`` are the acts that ask it (``gates``); ``begins`` is the first profile in which it speaks at all.
    """

    key: str
    code: str
    label: Any  # what kind of thing it finds, in plain words
    reason: Any  # why it matters
    act: Any  # the one thing to do
    find: Callable[[Look], Iterable[Found]]
    blocks_from: str = NEVER
    otherwise: str = ATTENTION
    stops: tuple[Act, ...] = ()
    begins: str = LIGHT

    def blocks(self, profile: str) -> bool:
        return self.blocks_from != NEVER and reaches(profile, self.blocks_from)

    def severity(self, profile: str) -> str:
        return STOP if self.blocks(profile) else self.otherwise


def reaches(profile: str, wanted: str) -> bool:
    """Is ``profile`` the ``wanted`` one, or a stricter one?"""
    return Project.Profile.values.index(profile) >= Project.Profile.values.index(wanted)


rules: Registry[Rule] = Registry(lambda rule: rule.key)


def declare(key: str, code: str, label: Any, **more) -> Callable:
    """Declares the function below it as what the rule finds."""

    def keep(find: Callable[[Look], Iterable[Found]]) -> Callable[[Look], Iterable[Found]]:
        rules.add(Rule(key, code, label, find=find, **more))
        return find

    return keep


@dataclass(slots=True)
class Finding:
    rule: Rule
    kind: str  # STOP, ATTENTION or INFO
    found: Found

    @property
    def word(self) -> str:
        return {STOP: pgettext("how bad", "Stop"), ATTENTION: _("Attention"), INFO: _("To know")}[self.kind]

    @property
    def fact(self) -> str:
        return self.found.fact

    @property
    def owner(self) -> str:
        return str(self.found.owner or "")

    @property
    def action(self) -> str:
        return str(self.rule.act)

    @property
    def href(self) -> str:
        return self.found.href

    @property
    def told(self) -> dict[str, str]:
        """What it is filtered by."""
        owner = self.found.owner
        return {"goal": str(self.found.goal or ""), "who": str(owner.pk) if owner else "", "kind": self.rule.key}


def findings(look: Look, profile: str = "") -> list[Finding]:
    """Stops first, then in the order of the five steps; as under another ``profile``, where one is given."""
    profile = profile or look.profile
    found = []
    for rule in rules:
        if reaches(profile, rule.begins):
            kind = rule.severity(profile)
            found += [Finding(rule, ATTENTION if item.is_softer else kind, item) for item in rule.find(look)]
    return sorted(found, key=lambda item: ORDER[item.kind])
