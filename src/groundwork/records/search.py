"""Search by the beginnings of words, with the reader's rights inside the query.

SQLite keeps the words in an FTS5 table, PostgreSQL in a tsvector index over the same folded text, so that both
find the same. Written only by the write path.
"""

import re

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from groundwork.access.rights import reach
from groundwork.core.languages import folded
from groundwork.records.models import SearchRow


def words(text: str) -> list[str]:
    return re.findall(r"[\w]+", folded(text.replace("\x00", " ")))


def joined(text: str) -> str:
    """A number is kept without the spaces and dashes of the document it is copied from: 526-025-02-74 is one word."""
    if re.fullmatch(r"\s*([A-Za-z]{2})?[\d\s\u00a0.\-]{9,24}", text):
        return re.sub(r"[\s\u00a0.\-]", "", text)
    return text


def refresh(kind, records) -> None:
    """Write the search rows of ``records`` anew."""
    if not kind.search or not records:
        return
    hidden = set(kind.sensitive)
    rows = []
    for record in records:
        texts = [record.number, *(str(getattr(record, name) or "") for name in kind.search if name not in hidden)]
        rows.append(
            SearchRow(
                type=kind.key,
                object_id=record.pk,
                title=str(record)[:240],
                text=" ".join(words(" ".join(texts)))[:4000],
                owner_id=record.owner_id,
                department_id=record.department_id,
                archived=record.is_archived,
            )  # fmt: skip
        )
    forget(kind, [row.object_id for row in rows])
    SearchRow.objects.bulk_create(rows, batch_size=500)
    if connection.vendor == "sqlite":
        ids = [row.object_id for row in rows]
        for start in range(0, len(ids), 500):
            kept = SearchRow.objects.filter(type=kind.key, object_id__in=ids[start : start + 500]).values_list(
                "pk", "text"
            )
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO records_words(rowid, text) VALUES (%s, %s)", list(kept))


def forget(kind, ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        old = SearchRow.objects.filter(type=kind.key, object_id__in=ids[start : start + 500])
        if connection.vendor == "sqlite":
            gone = list(old.values_list("pk", flat=True))
            with connection.cursor() as cursor:
                cursor.executemany("DELETE FROM records_words WHERE rowid = %s", [(pk,) for pk in gone])
        old.delete()


def index_anew(stdout=None) -> None:
    """Fill SQLite's word table from the kept search rows, after a restore; PostgreSQL's index follows by itself."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_words")
        cursor.execute("INSERT INTO records_words(rowid, text) SELECT id, text FROM records_searchrow")


def matching(text: str):
    """Search rows that hold every word of ``text`` as the beginning of one of theirs; None if there is no word."""
    asked = words(joined(text))[:8]
    if not asked:
        return None
    if connection.vendor == "sqlite":
        sql, query = (
            "SELECT rowid FROM records_words WHERE records_words MATCH %s",
            " ".join(f'"{word}"*' for word in asked),
        )
    else:
        sql = "SELECT id FROM records_searchrow WHERE to_tsvector('simple', text) @@ to_tsquery('simple', %s)"
        query = " & ".join(f"{word}:*" for word in asked)
    return SearchRow.objects.filter(pk__in=RawSQL(sql, [query]))  # noqa: S611 - fixed SQL, the words are a parameter


def ids_matching(kind, text: str):
    """Ids of the records of one type that match, as a subquery; None if ``text`` holds no word."""
    found = matching(text)
    return None if found is None else found.filter(type=kind.key).values("object_id")


def find(user, text: str, kinds, limit: int = 8) -> dict[str, list[SearchRow]]:
    """The newest matches of each type that the person may see, at most ``limit`` a type: one query a type."""
    result = {}
    for kind in kinds:
        scope = reach(user, "view", kind.key)
        found = matching(text)
        if scope.nothing or found is None:
            continue
        if not scope.all:
            found = found.filter(Q(owner_id=scope.me) | Q(department_id__in=scope.departments))
        rows = list(found.filter(type=kind.key, archived=False).order_by("-pk")[:limit])
        if rows:
            result[kind.key] = rows
    return result
