"""Requirements in a table with project, text and class; the class goes into a field of the firm's own, if any."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.records.added import extra
from groundwork.records.added.fields import AddedField
from groundwork.records.imports.layouts import Piece
from groundwork.rollout.chain.presets.base import Written, goal_of, mark, requirement_of

CALLED = ("class", "klasa", "класс")


class Labelled(Written):
    """Each project is a number that is still to be named. The quotes around a text are no part of it."""

    key = "labelled"
    type = "labelled"
    label = gettext_lazy("Requirements with project and class: a table")
    columns = {"ProjectID": (), "RequirementText": (), "class": ()}
    required = ("ProjectID", "RequirementText", "class")
    order = ("goal", "requirement")
    only_first = frozenset({"extra"})

    def __init__(self, job):
        super().__init__(job)
        self.seen: Counter[str] = Counter()
        fields = AddedField.objects.filter(type="requirement", kind=AddedField.Kind.CHOICE, retired_at=None)
        self.field = next((field for field in fields if field.label.casefold() in CALLED), None)

    def told(self) -> list[tuple[str, str]]:
        if self.field is None:
            return [(_("Not taken"), _("the class: add a choice called “Class” to what we agree to keep it"))]
        return []

    def read(self, row: dict[str, str], line: int) -> Iterator[Piece]:
        project, words = row["ProjectID"].strip(), row["RequirementText"].strip().removeprefix("'").removesuffix("'")
        key = mark(project, words)
        self.seen[key] += 1
        goal = _("Project %(name)s") % {"name": project}
        yield goal_of(goal)
        yield requirement_of(f"{key}-{self.seen[key]}", words, goal, **self.kept(row["class"].strip()))

    def kept(self, word: str) -> dict[str, Any]:
        """What is kept of the class: nothing where the firm has no such choice."""
        options = {label: key for key, label in self.field.options} if self.field else {}
        if self.field is None or word not in options:
            return {}
        return {"extra": extra.keep({}, self.field.key, self.field.kind, options[word])}
