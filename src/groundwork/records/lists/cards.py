"""A card of a board, and its HTML: a board has a hundred, and a template takes most of a millisecond for each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.records.lists.on_board import Standing
from groundwork.records.tasks.asking import due_words
from groundwork.records.tasks.models import Task
from groundwork.ui.table import Cell
from groundwork.ui.templatetags.ui import avatar, icon, ready


@dataclass
class Step:
    """The next step as a card shows it."""

    task: Task

    @property
    def standing(self) -> str:
        return self.task.standing

    @property
    def words(self) -> str:
        when = due_words(self.task)
        if self.standing == "planned":
            when = languages.short_day(self.task.due_on, today().year)
        return f"{when}, {self.task.what}"

    @property
    def in_full(self) -> str:
        return f"{languages.day(self.task.due_on)}, {self.task.what} ({self.task.owner or ''})"


@dataclass
class Card:
    key: int
    version: int
    title: str
    href: str
    lines: list[Cell]  # what it is about, beside the amount
    amount: str = ""
    owner: str = ""
    may_move: bool = False
    standing: Standing = field(default_factory=Standing)
    step: Step | None = None


@dataclass
class Drawing:
    """Writes cards as the board shows them: with the next step and a way to say it, with the owner or without."""

    has_steps: bool
    may_step: bool
    shows_owner: bool

    def all_of(self, cards: Iterable[Card]) -> SafeString:
        return ready("".join(map(self.written, cards)))

    def written(self, card: Card) -> str:
        href, title = escape(card.href), escape(card.title)
        rot = f' data-rot="{card.standing.rot}"' if card.standing.rot else ""
        return (
            f'<li class="card" id="card-{card.key}" data-key="{card.key}" data-version="{card.version}"'
            f"{rot}{' data-moves' if card.may_move else ''}>"
            f'<a class="nm" href="{href}" draggable="false">{title}</a>{self._facts(card)}'
            f"{self._foot(card, href, title)}{self._mover(href, title) if card.may_move else ''}</li>"
        )

    def _facts(self, card: Card) -> str:
        if not (card.lines or card.amount):
            return ""
        lines = escape(" · ".join(str(line.text) for line in card.lines))
        amount = f'<b class="num">{escape(card.amount)}</b>' if card.amount else ""
        return f'<div class="mny"><span class="trunc">{lines}</span>{amount}</div>'

    def _foot(self, card: Card, href: str, title: str) -> str:
        owner = escape(card.owner) if self.shows_owner else ""
        if self.has_steps:
            age = f'<span class="age">{self._age(card, owner)}</span>'
            return f'<div class="ft">{self._step(card, href, title)}{age}</div>'
        face = f'<span class="row tight xs mut">{avatar(card.owner, "mini")}{owner}</span>'
        return f'<div class="ft">{face}</div>' if owner else ""

    def _step(self, card: Card, href: str, title: str) -> str:
        if (step := card.step) is not None:
            words = f'<span class="trunc">{escape(step.words)}</span>'
            return f'<span class="next {step.standing}" title="{escape(step.in_full)}">{words}</span>'
        if not self.may_step:
            return f'<span class="next none">{self._words["none"]}</span>'
        none, say = self._words["none"], self._words["say"]
        return (
            f'<a class="next none" href="{href}#tasks" hx-get="{href}/task" hx-target="previous .adding"'
            f' hx-swap="innerHTML" draggable="false" aria-label="{say}: {title}">{none}</a>'
        )

    def _age(self, card: Card, owner: str) -> str:
        parts, idle, age = [], escape(card.standing.idle), escape(card.standing.age)
        if idle:
            parts.append(f'<span class="idle" title="{idle}">{icon("moon", "s")}<span class="vh">{idle}</span></span>')
        if age:
            parts.append(f'<span title="{self._words["stands"]}">{age}</span>')
        if owner:
            face = avatar(card.owner, "mini")
            parts.append(f'<span title="{owner}">{face}<span class="vh">{owner}</span></span>')
        return "".join(parts)

    def _mover(self, href: str, title: str) -> str:
        move = self._words["move"]
        return (
            f'<a class="btn quiet icon sm move" href="{href}/edit" aria-label="{move}: {title}" title="{move}">'
            f"{icon('ellipsis', 's')}</a>"
        )

    @cached_property
    def _words(self) -> dict[str, str]:
        said = {
            "move": _("Move to"),
            "none": _("no step"),
            "say": _("Say what comes next"),
            "stands": _("Days in this column"),
        }
        return {name: escape(words) for name, words in said.items()}
