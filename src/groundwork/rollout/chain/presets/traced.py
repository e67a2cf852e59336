"""Artefacts of two levels with the links between them: ``high/`` and ``low/``, a text file each, and ``answer.csv``."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece
from groundwork.records.imports.readers import Source, detect_encoding, not_in, open_source, sources, text_of
from groundwork.rollout.chain.presets.base import Written, goal_of, need_of, requirement_of

LINKS = "answer.csv"
MOST_READ = 20_000  # signs of one artefact
PLACE = re.compile(r"(?P<folder>.*?)/?(?P<level>high|low)/(?P<name>[^/]+)")


def files_of(path: Path) -> dict[str, Source]:
    """{path inside: the file} of a folder or zip; ``sources`` refuses what is damaged or would explode."""
    if path.is_dir():
        return {str(file.relative_to(path)): Source(file.name, "csv", file) for file in sorted(path.rglob("*.*"))}
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return {}
    sources(path)
    with zipfile.ZipFile(path) as archive:
        return {name: Source(f"{path.name}/{name}", "csv", path, name) for name in sorted(archive.namelist())}


class Traced(Written):
    """A link of the lower level to the higher one: this requirement answers that need."""

    key = "traced"
    type = "traced"
    label = gettext_lazy("Requirements of two levels with their links: a folder or zip with high, low and answer.csv")

    @classmethod
    def claims(cls, path: Path) -> bool:
        names = list(files_of(path)) if path.is_dir() or path.suffix.lower() == ".zip" else []
        return any(Path(name).name == LINKS for name in names) and any(PLACE.fullmatch(name) for name in names)

    def examine(self, path: Path) -> dict:
        found = self._links_of(path)
        counts = [sum(1 for _one in self._artefacts(path, level)) for level in ("high", "low")]
        links = len(set(self._pairs(found)))
        self.job.about = {
            **open_source(found).about,
            "files": sum(counts) + 1,
            "header": [],
            "counts": [*counts, links],
        }
        return self.job.about

    def told(self) -> list[tuple[str, str]]:
        words = (_("What was asked for"), _("What answers it"), _("Links"))
        return [(word, languages.number(count)) for word, count in zip(words, self.job.about["counts"], strict=True)]

    @staticmethod
    def _links_of(path: Path) -> Source:
        found = next((source for name, source in files_of(path).items() if Path(name).name == LINKS), None)
        if found is None or not {"high", "low"} <= set(open_source(found).header):
            told = {"name": path.name, "file": LINKS}
            raise Refusal(_("“%(name)s” has no %(file)s with the columns high and low.") % told)
        return found

    @staticmethod
    def _artefacts(path: Path, level: str) -> Iterator[tuple[str, Source]]:
        """(its id, its file): the id is the file's name without ``.txt``."""
        for name, source in files_of(path).items():
            place = PLACE.fullmatch(name)
            if place and place["level"] == level:
                yield place["name"].removesuffix(".txt"), source

    @staticmethod
    def _pairs(found: Source) -> Iterator[tuple[str, str]]:
        opened = open_source(found)
        high, low = opened.header.index("high"), opened.header.index("low")
        for _line, cells in opened.rows:
            yield cells[high], cells[low]

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        goal, found = path.stem, self._links_of(path)
        yield found.name, 1, [goal_of(goal)]
        for level in ("high", "low"):
            for name, source in self._artefacts(path, level):
                key, words = f"{goal}:{name}", f"{name}: {words_of(source)}"
                try:
                    piece = need_of(key, words) if level == "high" else requirement_of(key, words, goal)
                    yield source.name, 1, [piece]
                except WrongRow as wrong:
                    yield source.name, 1, [bad_piece(key, wrong)]
        for line, (high, low) in enumerate(dict.fromkeys(self._pairs(found)), start=2):
            asked, answers = f"{goal}:{high}", f"{goal}:{low}"
            yield found.name, line, [Piece("need", asked), Piece("requirement", answers, row=[asked])]


def words_of(source: Source) -> str:
    encoding = detect_encoding(source)
    try:
        with text_of(source, encoding) as file:
            return file.read(MOST_READ)
    except UnicodeDecodeError as error:
        raise not_in(encoding, source, 0) from error
