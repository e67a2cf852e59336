"""Wishes that sound like goals: “more convenient”, “automate sales” (D119, R09). A hint how to say it, never a block.

The words are stems of Russian, Polish and English, found at the beginning of a word; each kind of wish has numbers that
may stand for it (``library.INSTEAD``). Lists like these take a goal for a wish now and then, so nothing is refused.
"""

import re
from dataclasses import dataclass

from groundwork.core.languages import folded

STEMS = {
    "feeling": (
        "удобн", "комфорт", "современн", "красив", "проще", "wygodn", "komfort", "nowoczesn", "łatwiej", "convenien",
        "comfort", "modern", "easier", "user-friendly",
    ),
    "open": ("прозрачн", "przejrzyst", "transparentn", "transparen"),
    "efficient": ("эффективн", "efektywn", "efficien"),
    "better": ("улучш", "usprawni", "polepsz", "improve"),
    "means": (
        "автомат", "внедр", "цифров", "automat", "zautomat", "wdroż", "wdraż", "cyfry", "implement", "introduce",
        "digital",
    ),
}  # fmt: skip
PHRASES = {
    "order": ("навести порядок", "единая система", "zrobić porządek", "jeden system", "one system", "put in order")
}
FOLDED = {kind: tuple(folded(stem) for stem in stems) for kind, stems in STEMS.items()}


@dataclass(frozen=True)
class Wish:
    """The word or phrase that gave it away, and what kind of wish it is."""

    word: str
    kind: str


def wish_in(statement: str) -> Wish | None:
    """None where no such word stands in the sentence, or where a figure does."""
    if re.search(r"\d", statement):
        return None
    whole = folded(statement)
    for kind, phrases in PHRASES.items():
        for phrase in phrases:
            if folded(phrase) in whole:
                return Wish(phrase, kind)
    for word in re.findall(r"[\w-]+", statement):
        for kind, stems in FOLDED.items():
            if folded(word).startswith(stems):
                return Wish(word, kind)
    return None
