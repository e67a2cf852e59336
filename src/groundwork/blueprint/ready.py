"""Templates: what firms of a kind usually configure, as files of the configuration that come with the product.

Each is written in English, and its table ``words`` gives every name and sentence of it in the other languages. In the
language of the firm it becomes a plain configuration file, which keeps the names in the other languages beside.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from groundwork.blueprint.text import read, written

FOLDER = Path(__file__).parent / "ready"
KEYS = ("wholesale", "agency", "service")  # in the order in which they are offered
LANGUAGES = ("en", "ru", "pl")
NOT_PLANNED = ("words", "about")
IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True)
class Template:
    key: str
    whole: dict[str, Any]  # as its file has it, in English

    @property
    def words(self) -> dict[str, dict[str, str]]:
        return self.whole["words"]

    def said(self, text: str, language: str) -> str:
        return self.words.get(text, {}).get(language, text)

    def title(self, language: str) -> str:
        return self.said(self.whole["firm"], language)

    def about(self, language: str) -> str:
        return self.said(self.whole["about"], language)

    def text(self, language: str) -> str:
        """The configuration file that it is in a firm of that language."""
        return written(self.in_language(language))

    def in_language(self, language: str) -> dict[str, Any]:
        language = language if language in LANGUAGES else "en"
        others = [other for other in LANGUAGES if other != language]
        whole = {name: value for name, value in self.whole.items() if name not in NOT_PLANNED}
        whole["types"] = {name: facts | self._type_in(name, facts, others) for name, facts in whole["types"].items()}
        whole["fields"] = {
            name: facts | {"name_in": {other: self.said(name.split(" / ")[1], other) for other in others}}
            for name, facts in whole["fields"].items()
        }
        return {name: self._translated(value, language) for name, value in whole.items()}

    def _type_in(self, name: str, facts: dict[str, Any], others: list[str]) -> dict[str, Any]:
        return {
            "one_in": {other: self.said(name, other) for other in others},
            "many_in": {other: self.said(facts["many"], other) for other in others},
        }

    def _translated(self, value: Any, language: str) -> Any:
        if isinstance(value, dict):
            kept = {"name_in", "one_in", "many_in"}  # they say themselves of which language they are
            return {
                self._name(name, language): held if name in kept else self._translated(held, language)
                for name, held in value.items()
            }
        if isinstance(value, list):
            return [self._translated(item, language) for item in value]
        if value in self.words:
            return self.said(value, language)
        return IN_BRACKETS.sub(lambda found: f"[{self.said(found[1], language)}]", value)

    def _name(self, name: str, language: str) -> str:
        return " / ".join(self.said(part, language) for part in name.split(" / "))


@lru_cache
def template(key: str) -> Template:
    """The template of that key; KeyError for a key that is none of ``KEYS``."""
    if key not in KEYS:
        raise KeyError(key)
    return Template(key, read((FOLDER / f"{key}.yaml").read_text(encoding="utf-8")).plain())


def templates() -> list[Template]:
    return [template(key) for key in KEYS]
