"""Wishes that sound like goals: “more convenient”, “automate sales” (D119, R09). A hint how to say it, never a block.

The words are stems of Russian, Polish and English, found at the beginning of a word. Lists like these take a goal for a
wish now and then, so nothing is refused because of them.
"""

import re

from groundwork.core.languages import folded

STEMS = (
    # how it should feel
    "удобн", "комфорт", "прозрачн", "эффективн", "современн", "красив", "проще", "улучш",
    "wygodn", "komfort", "przejrzyst", "transparentn", "efektywn", "nowoczesn", "łatwiej", "usprawni", "polepsz",
    "convenien", "comfort", "transparen", "efficien", "modern", "easier", "user-friendly", "improve",
    # by what means
    "автомат", "внедр", "цифров", "automat", "zautomat", "wdroż", "wdraż", "cyfry", "implement", "introduce", "digital",
)  # fmt: skip
PHRASES = ("навести порядок", "единая система", "zrobić porządek", "jeden system", "one system", "put in order")
FOLDED = tuple(folded(stem) for stem in STEMS)


def wish_in(statement: str) -> str:
    """The word or phrase that makes it a wish; "" where there is none, or where a figure stands in the sentence."""
    if re.search(r"\d", statement):
        return ""
    whole = folded(statement)
    words = (word for word in re.findall(r"[\w-]+", statement) if folded(word).startswith(FOLDED))
    return next((phrase for phrase in PHRASES if folded(phrase) in whole), "") or next(words, "")
