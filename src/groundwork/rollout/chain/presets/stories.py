"""User stories, one a line: “As a …, I want …, so that …”."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece
from groundwork.records.imports.readers import Source, detect_encoding, not_in, sources, text_of
from groundwork.rollout.chain.presets.base import Written, mark, need_of

ROLE = re.compile(r"As an? (.*?),? I\b")
WHY = re.compile(r"\bso (that|I)\b", re.IGNORECASE)


def lines_of(source: Source) -> Iterator[tuple[int, str]]:
    encoding = detect_encoding(source)
    try:
        with text_of(source, encoding) as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, " ".join(line.split())
    except UnicodeDecodeError as error:
        raise not_in(encoding, source, 0) from error


class Stories(Written):
    """Each story is a need in its own words, told by whoever loads it; the same words twice are one need."""

    key = "stories"
    type = "stories"
    label = gettext_lazy("User stories: a text file, one story a line")
    order = ("need",)

    @classmethod
    def claims(cls, path: Path) -> bool:
        if path.suffix.lower() != ".txt":
            return False
        try:
            return next((bool(ROLE.match(line)) for _number, line in lines_of(sources(path)[0])), False)
        except Refusal:  # whoever takes it says why not
            return False

    def examine(self, path: Path) -> dict:
        source = sources(path)[0]
        stories = [line for _number, line in lines_of(source)]
        roles = [found[1].strip() for line in stories if (found := ROLE.match(line))]
        self.job.about = {
            "encoding": detect_encoding(source), "separator": "", "files": 1, "header": [], "stories": len(stories),
            "roles": len(set(roles)), "no_role": len(stories) - len(roles),
            "no_reason": sum(not WHY.search(line) for line in stories),
        }  # fmt: skip
        return self.job.about

    def told(self) -> list[tuple[str, str]]:
        """A story without "so that" is a question to whoever wrote it: what is it for?"""
        said = {
            "stories": _("Stories"), "roles": _("Roles"), "no_role": _("Stories without a role"),
            "no_reason": _("Stories that do not say what for"),
        }  # fmt: skip
        return [(words, languages.number(self.job.about[name])) for name, words in said.items()]

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        source = sources(path)[0]
        for number, line in lines_of(source):
            try:
                yield source.name, number, [need_of(mark(line), line)]
            except WrongRow as wrong:
                yield source.name, number, [bad_piece("", wrong)]
