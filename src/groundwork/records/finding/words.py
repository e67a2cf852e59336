"""What the search keeps of a record's texts, and what it looks for: the same rule for both databases.

Kept are the folded words and their stems in three languages; once more, marked, those of the title; the ends of words
("orty" of "Centrotorty", "4567" of a phone), so that any part of a word is the beginning of something kept; and whose
the record is. In the index each word begins with the tag of its record's type. A change of the rule raises ``VERSION``:
the index is then made anew (records.search).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import snowballstemmer
from rapidfuzz.distance import OSA

from groundwork.core.languages import folded

VERSION = 3
TITLE, END, SCOPE = "¶", "·", "§"  # no signs of words, so nothing that a person types can look like a mark
LONGEST = 40  # letters of a word that count
SHORTEST_PART = 3
MOST_WORDS = 400  # of one record
ASKED = 8  # chunks of a query that count
MISSPELT = 5  # letters of a word that may hold a mistake
WORD = re.compile(r"[^\W_]+")
# a phone or an id as people write it: digits with signs between them, perhaps a country's letters in front
NUMBER = re.compile(r"(?<!\w)(?:[A-Za-z]{2}[ \-]?)?[+(]{0,2}\d(?:[ \u00a0().\-–/]{0,2}\d){3,23}(?!\w)")
# after a country's or a trunk code (8, +7, 48, 375 …) the same number goes on
CODES, NATIONAL = (1, 2, 3), 9
_stemmers = {name: snowballstemmer.stemmer(name) for name in ("russian", "polish", "english")}


def words(text: str) -> list[str]:
    """The folded words of ``text``."""
    return [word[:LONGEST] for word in WORD.findall(folded(text))]


def digits_of(text: str) -> str:
    """A number without the spaces and signs of the document it is copied from: 526-025-02-74 is one word."""
    return "".join(WORD.findall(text)).casefold()


@lru_cache(maxsize=65536)
def stems(word: str) -> frozenset[str]:
    """Folded stems of a word in its own spelling (ż and z lead to one stem), without the word itself."""
    plain = unicodedata.normalize("NFC", word.casefold())[:LONGEST]
    if not plain.isalpha() or len(plain) < SHORTEST_PART:
        return frozenset()
    if "а" <= plain[0] <= "ё":
        found = {folded(_stemmers["russian"].stemWord(plain))}
    elif plain[0] <= "ž":
        flat = folded(plain)
        found = {
            folded(_stemmers["polish"].stemWord(plain)),
            _stemmers["polish"].stemWord(flat),
            _stemmers["english"].stemWord(flat),
        }
    else:
        return frozenset()
    return frozenset(stem for stem in found if len(stem) >= SHORTEST_PART) - {folded(plain)}


# ── what is kept


@lru_cache
def tag_of(type_key: str) -> str:
    """What each word of a record of this type begins with in the index: what other types hold costs it nothing then.

    Two types may have the same one: the mark of the type is asked for as well.
    """
    number = crc32(type_key.encode()) % 26**3
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))


def index_text(title: str, texts: Iterable[str], marks: Iterable[str] = (), tag: str = "") -> str:
    """The words kept of one record, divided by spaces. ``marks`` say whose it is; they are kept as they are."""
    of_title, of_rest = _kept_words(title), _kept_words(" \n".join(texts))
    kept = dict.fromkeys(f"{SCOPE}{mark}" for mark in marks)
    for found in (of_title, of_rest):
        for word, more in found.items():
            kept.update(dict.fromkeys((word, *sorted(more))))
    kept.update(dict.fromkeys(f"{TITLE}{form}" for word, more in of_title.items() for form in (word, *sorted(more))))
    for word in (*of_title, *of_rest):
        kept.update(dict.fromkeys(f"{END}{word[start:]}" for start in range(1, len(word) - SHORTEST_PART + 1)))
    return " ".join(word if word[0] == SCOPE else tag + word for word in kept)


def kept_of(text: str, tag: str) -> list[str]:
    """The words of a row as a rule in Python looks at them."""
    return [word.removeprefix(tag) for word in text.split()]


def _kept_words(text: str) -> dict[str, frozenset[str]]:
    """{folded word: its stems}; a number in its pieces, and as one word."""
    found: dict[str, frozenset[str]] = {}
    for spelt in WORD.findall(unicodedata.normalize("NFC", text))[:MOST_WORDS]:
        for word in words(spelt):
            found[word] = stems(spelt)
    for number in NUMBER.findall(text):
        found.setdefault(digits_of(number)[:LONGEST], frozenset())
    return found


# ── what is looked for


@dataclass(frozen=True)
class Token:
    """One kept word: whole, or by its beginning."""

    text: str
    begins: bool = True


@dataclass(frozen=True)
class Every:
    """All of these must be there."""

    of: tuple


@dataclass(frozen=True)
class Some:
    """One of these is enough."""

    of: tuple


Node = Token | Every | Some


def asked(text: str) -> Node | None:
    """What a typed text looks for; None where it holds no word."""
    text = unicodedata.normalize("NFC", text.replace("\x00", " "))
    chunks, start = [], 0
    for number in NUMBER.finditer(text):
        chunks += text[start : number.start()].split()
        chunks.append(number.group())
        start = number.end()
    chunks += text[start:].split()
    long = [chunk for chunk in chunks if not _is_a_letter(chunk)]
    return _together(Every, [_chunk(chunk) for chunk in (long or chunks)][:ASKED])


def _is_a_letter(chunk: str) -> bool:
    """One letter beside a word finds half of everything: only ranking looks at it."""
    found = words(chunk)
    return all(len(word) == 1 and word.isalpha() for word in found)


def _together(way, nodes: list) -> Node | None:
    nodes = list(dict.fromkeys(node for node in nodes if node is not None))
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else way(tuple(nodes))


def _chunk(chunk: str) -> Node | None:
    """One word (or number) as typed, as it would be on the other keyboard, or as a part of another word."""
    ways = [_all_words(chunk)]
    if NUMBER.fullmatch(chunk):
        ways += [_part(number) for number in _same_numbers(digits_of(chunk))]
    elif other := other_keyboard(chunk):
        ways.append(_all_words(other))
    return _together(Some, ways)


def _all_words(text: str) -> Node | None:
    spelt = WORD.findall(text)
    long = [word for word in spelt if len(word) > 1 or word.isdigit()]
    return _together(Every, [_word(word) for word in long or spelt])


def _word(spelt: str) -> Node | None:
    """A word by its beginning, as a part of another, or by its stem; one letter stands in titles, one digit alone."""
    ways: list[Node | None] = []
    for word in words(spelt):
        if len(word) == 1:
            return Token(word, begins=False) if word.isdigit() else Token(f"{TITLE}{word}")
        ways.append(_part(word) if len(word) >= SHORTEST_PART else Token(word))
    return _together(Some, [*ways, *(Token(stem, begins=False) for stem in sorted(stems(spelt)))])


def _part(word: str) -> Node:
    return Some((Token(word), Token(f"{END}{word}")))


def _same_numbers(number: str) -> list[str]:
    """8 495 123-45-67 is +7 495 123-45-67: the number, and what is left of it after a code."""
    number = number[:LONGEST]
    return [number, *(number[code:] for code in CODES if len(number) - code >= NATIONAL)]


def misspelt(text: str) -> Node | None:
    """What ``text`` looks for with one wrong, missing, doubled or swapped letter in each long word; None if all are
    short. Both sides of the mistake are looked for: ``is_nearly`` tells which of what is found was meant."""
    found = words(text)
    if not any(len(word) >= MISSPELT for word in found):
        return None
    return _together(Every, [_nearly(word) if len(word) >= MISSPELT else _part(word) for word in found[:ASKED]])


def _nearly(word: str) -> Node | None:
    ways: list[Node | None] = [_part(word)]
    for place in range(len(word)):
        before = word[:place]
        for after in (word[place:], word[place + 1 :], word[place + 2 :]):  # a letter is missing, wrong, swapped
            sides = [Token(before)] * (len(before) >= SHORTEST_PART) + [Token(f"{END}{after}")] * (len(after) > 3)
            if sum(len(side.text) for side in sides) >= len(word) // 2 + 1:
                ways.append(_together(Every, sides))
    return _together(Some, ways)


def is_nearly(text: str, kept: list[str]) -> bool:
    """Does each word of ``text`` begin a kept one, but for one letter?"""
    return all(any(_is_near(asked_word, word) for word in kept) for asked_word in words(text))


def _is_near(asked_word: str, word: str) -> bool:
    if len(asked_word) < MISSPELT:
        return word.startswith(asked_word)
    size = len(asked_word)
    return any(OSA.distance(asked_word, word[:length], score_cutoff=1) <= 1 for length in (size - 1, size, size + 1))


def title_only(node: Node) -> Node | None:
    """The same, looked for in titles only, from the beginnings of words on."""
    if isinstance(node, Token):
        return None if node.text[0] in (END, TITLE) else Token(f"{TITLE}{node.text}", node.begins)
    kept = [title_only(child) for child in node.of]
    if isinstance(node, Every):
        return None if None in kept else Every(tuple(kept))
    return _together(Some, [child for child in kept if child is not None])


def exactly(node: Node) -> Node | None:
    """Whole words and stems only: those of a frequent word are walked in order, where beginnings are merged first."""
    if isinstance(node, Token):
        return None if node.text[0] == END else Token(node.text, begins=False)
    kept = [exactly(child) for child in node.of]
    if isinstance(node, Every):
        return None if None in kept else Every(tuple(kept))
    return _together(Some, kept)


def tagged(node: Node, tag: str) -> Node:
    """The same, among the words of one type."""
    if isinstance(node, Token):
        return node if node.text[0] == SCOPE else Token(tag + node.text, node.begins)
    return type(node)(tuple(tagged(child, tag) for child in node.of))


def marked(*marks: Iterable[str]) -> Node | None:
    """Where one mark of each group stands; None where no group has any."""
    return _together(Every, [_together(Some, [Token(f"{SCOPE}{mark}", begins=False) for mark in one]) for one in marks])


def scoped(node: Node, *marks: Iterable[str]) -> Node:
    """``node`` where one mark of each group stands, too."""
    return node if (where := marked(*marks)) is None else Every((node, where))


def holds(node: Node, kept: list[str]) -> bool:
    """Does a record with these kept words match? The rule itself, in Python: both databases answer as this does."""
    if isinstance(node, Token):
        return any(word.startswith(node.text) if node.begins else word == node.text for word in kept)
    return (all if isinstance(node, Every) else any)(holds(child, kept) for child in node.of)


def stands_in(text: str, node: Node) -> bool:
    """``holds`` of a row's words as they are kept, divided by spaces: quicker, for rows that are not yet narrowed."""
    return _stands(f" {text} ", node)


def _stands(text: str, node: Node) -> bool:
    if isinstance(node, Token):
        return (f" {node.text}" if node.begins else f" {node.text} ") in text
    return (all if isinstance(node, Every) else any)(_stands(text, child) for child in node.of)


def written(node: Node, token: Callable[[Token], str], every: str, some: str) -> str:
    """The tree in a database's own words. Tokens hold letters, digits and marks only: nothing to escape."""
    if isinstance(node, Token):
        return token(node)
    between = every if isinstance(node, Every) else some
    return f"({between.join(written(child, token, every, some) for child in node.of)})"


def for_sqlite(node: Node) -> str:
    return written(node, lambda token: f'"{token.text}"' + ("*" if token.begins else ""), " AND ", " OR ")


def for_postgresql(node: Node) -> str:
    return written(node, lambda token: f"'{token.text}'" + (":*" if token.begins else ""), " & ", " | ")


# ── the wrong keyboard

LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~{}:\"<>"
CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбюёхъжэбю"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans(CYRILLIC[: LATIN.index("~")], LATIN[: LATIN.index("~")])


def other_keyboard(chunk: str) -> str:
    """What the same keys give on the other keyboard: "ghbdtn" is "привет", "афлегкф" is "faktura"; "" if unclear."""
    plain = chunk.casefold()
    cyrillic = any("а" <= sign <= "ё" for sign in plain)
    latin = any("a" <= sign <= "z" for sign in plain)
    if cyrillic == latin or len(plain) < SHORTEST_PART:
        return ""
    return plain.translate(TO_LATIN if cyrillic else TO_CYRILLIC)
