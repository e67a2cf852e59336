"""Words that stand in many rows, on PostgreSQL: its index gives every match, and the newest are wanted.

Of a frequent word the newest rows of a type hold enough, so they are looked through one after another. How frequent a
word is stands in what PostgreSQL itself counts from time to time (ANALYZE); SQLite walks its index newest first anyway.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

from django.db import connection

from groundwork.core.clock import now
from groundwork.records.finding.words import Every, Node, Some, Token, written

NEWEST = 3000  # rows of a type that are looked through
MATCHES = 5000  # so many of the index take as long
HOLDS = 600  # seconds


@dataclass(frozen=True)
class Frequent:
    """How many rows there are, and the share of them that holds each of the most frequent words."""

    rows: float
    shares: dict[str, float]  # in the order of their words

    @cached_property
    def words(self) -> list[str]:
        return list(self.shares)

    def may_match_many(self, part: Node) -> bool:
        """Are all of its words frequent?"""
        return self._share(part, min) * self.rows > MATCHES

    def is_often(self, part: Node, whose: Node | None, mark: str, wanted: int) -> bool:
        """Do the newest rows of the type with this ``mark`` hold ``wanted`` matches, where the index holds many?"""
        of_type, matches = self.shares.get(mark, 0.0), self._share(part, prod)
        if whose is not None:
            matches *= self._share(whose, prod)
        return matches * self.rows > MATCHES and matches * NEWEST > 2 * wanted * of_type

    def _share(self, node: Node, of_every: Callable[[list[float]], float]) -> float:
        if isinstance(node, Every):
            return of_every([self._share(child, of_every) for child in node.of])
        if isinstance(node, Some):
            return min(sum(self._share(child, of_every) for child in node.of), 1.0)
        if not node.begins:
            return self.shares.get(node.text, 0.0)
        found, place = 0.0, bisect_left(self.words, node.text)
        while place < len(self.words) and self.words[place].startswith(node.text):
            found, place = max(found, self.shares[self.words[place]]), place + 1
        return found


def frequent() -> Frequent:
    """On SQLite none is."""
    return _counted(int(now().timestamp() // HOLDS)) if connection.vendor == "postgresql" else NONE


NONE = Frequent(0, {})


@lru_cache(maxsize=1)
def _counted(turn: int) -> Frequent:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.reltuples, s.most_common_elems::text::text[], s.most_common_elem_freqs FROM pg_class c "
            "LEFT JOIN pg_stats s ON s.schemaname = current_schema() AND s.tablename = 'records_words' "
            "WHERE c.oid = 'records_searchrow'::regclass"
        )
        rows, found, shares = cursor.fetchone()
    return Frequent(rows, dict(sorted(zip(found or (), shares or (), strict=False))))  # after shares stand their bounds


def among_the_newest(node: Node, type_key: str, most: int) -> tuple[str, list]:
    """SQL of the ids of at most ``most`` current rows, the newest first, of those that are looked through.

    Each word stands after a space: a row begins with the marks of its record, which are not asked for.
    """
    looked_for: list[str] = []

    def token(one: Token) -> str:
        looked_for.append(f" {one.text}" if one.begins else f" {one.text} ")
        return "strpos(words, %s) > 0"

    condition = written(node, token, " AND ", " OR ")
    newest = (  # a range of one type, in its order: else PostgreSQL walks the newest of all types
        "SELECT id, type, text || ' ' AS words FROM records_searchrow WHERE type >= %s AND type <= %s AND NOT archived "
        "ORDER BY type DESC, id DESC LIMIT %s"
    )
    sql = f"SELECT id FROM ({newest}) AS newest WHERE {condition} ORDER BY type DESC, id DESC LIMIT %s"  # noqa: S608 - fixed SQL
    return sql, [type_key, type_key, NEWEST, *looked_for, most]
