"""Search with the reader's rights inside the query; what is kept and what is looked for stands in ``records.words``.

SQLite keeps the words in an FTS5 table, PostgreSQL in an index of lexemes over the same text, so that both find the
same. Written only by the write path. The rows of a type are made anew in a job when the rule of the words changes,
or which fields may stand in them: a field that some role may not see does not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.db.models.expressions import RawSQL

from groundwork.access.models import FieldGrant
from groundwork.access.rights import Scope, reach, rights, telling_of
from groundwork.core.languages import folded
from groundwork.records.finding import frequent
from groundwork.records.finding.words import (
    SCOPE,
    VERSION,
    Node,
    asked,
    exactly,
    for_postgresql,
    for_sqlite,
    holds,
    index_text,
    is_nearly,
    kept_of,
    marked,
    misspelt,
    scoped,
    stands_in,
    tag_of,
    tagged,
    title_only,
    words,
)
from groundwork.records.guard import write_path
from groundwork.records.models import RecordFile, SearchIndex, SearchRow, Tally, Use

if TYPE_CHECKING:
    from groundwork.background.models import Run

MOST = 50  # hits of a type that are ranked and counted; of more, the newest
FEW = 500  # rows that are looked through one by one, where a person sees no more
RECENT = 30  # records that the person opened last
BATCH = 200  # records indexed anew at once
LEXEMES = "array_to_tsvector(string_to_array(text, ' '))"  # as the index has it: no parser of the database's own
COLUMNS = "id, type, object_id, title, text, owner_id, department_id, archived"


# ── keeping


def refresh(kind, records) -> None:
    """Write the search rows of ``records`` anew."""
    if not kind.search or not records:
        return
    hidden = forbidden(kind)
    names, is_hidden = [name for name in kind.search if name not in hidden], kind.model.title_field in hidden
    index = SearchIndex.objects.filter(type=kind.key).first()
    _own_to(index, names)
    files = _file_names(kind, records) if index and index.has_files else {}
    rows = [_row(kind, record, names, is_hidden, files.get(record.pk, ())) for record in records]
    forget(kind, [row.object_id for row in rows])
    SearchRow.objects.bulk_create(rows, batch_size=500)
    if connection.vendor == "sqlite":
        ids = [row.object_id for row in rows]
        for start in range(0, len(ids), 500):
            kept = SearchRow.objects.filter(type=kind.key, object_id__in=ids[start : start + 500])
            _execute_many("INSERT INTO records_words(rowid, text) VALUES (%s, %s)", kept.values_list("pk", "text"))


def file_came(kind) -> None:
    """From now on names of files stand in the rows of ``kind``."""
    if kind.search and not SearchIndex.objects.filter(type=kind.key, has_files=True).exists():
        SearchIndex.objects.update_or_create(type=kind.key, defaults={"has_files": True})


def _file_names(kind, records) -> dict[int, list[str]]:
    """Of the files on each record; those in a field are hidden where the field is, so they are not asked for."""
    kept = RecordFile.objects.filter(type=kind.key, field="", removed_at=None).order_by("pk")
    found: dict[int, list[str]] = {}
    ids = [record.pk for record in records]
    for start in range(0, len(ids), 500):
        for pk, name in kept.filter(object_id__in=ids[start : start + 500]).values_list("object_id", "name"):
            found.setdefault(pk, []).append(name)
    return found


def _row(kind, record, names: list[str], title_is_hidden: bool, files: Iterable[str]) -> SearchRow:
    title = record.number if title_is_hidden else str(record)[:240]
    texts = [record.number, *(_text_of(kind.field(name), record) for name in names), *files]
    return SearchRow(
        type=kind.key,
        object_id=record.pk,
        title=title,
        text=index_text(title, texts, marks_of(kind, record), tag_of(kind.key)),
        owner_id=record.owner_id,
        department_id=record.department_id,
        archived=record.is_archived,
    )


def _text_of(shown, record) -> str:
    """What stands in a field; of choices their words in the firm's own language."""
    value = shown.read(record) or ""
    if shown.kind == "choices":
        return " ".join(str(label) for key, label in shown.model_field.flatchoices if key in value)
    return str(value)


def marks_of(kind, record) -> list[str]:
    """Whose the record is, and of which type: asked for together with the words."""
    marks = [_type_mark(kind), f"o{record.owner_id}", f"d{record.department_id}"]
    if record.kept_by_author and record.created_by_id not in (None, record.owner_id):
        marks.append(f"o{record.created_by_id}")
    return marks if record.is_archived else [_type_mark(kind, current=True), *marks]


def _type_mark(kind, *, current=False) -> str:
    """Without the signs at which SQLite would divide it."""
    return ("c" if current else "t") + kind.key.replace("_", "‿").replace("-", "‐")


def forget(kind, ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        old = SearchRow.objects.filter(type=kind.key, object_id__in=ids[start : start + 500])
        if connection.vendor == "sqlite":
            gone = old.values_list("pk", "text")
            _execute_many("INSERT INTO records_words(records_words, rowid, text) VALUES ('delete', %s, %s)", gone)
        old.delete()


def forget_all() -> None:
    """Before all tables are emptied at once."""
    if connection.vendor == "sqlite" and "records_words" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO records_words(records_words) VALUES ('delete-all')")


def _execute_many(sql: str, rows: Iterable) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


def index_anew(stdout: TextIO | None = None) -> None:
    """Fill SQLite's word table from the kept search rows, after a restore; PostgreSQL's index follows by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO records_words(records_words) VALUES ('rebuild')")


PIECE = 500  # pages of the index that are written at once, in well under a second
FEW_PIECES = 4


def merge_words() -> None:
    """SQLite keeps what was written together in one piece of the index and asks every piece: once a day they are made
    one, step by step, so that nobody's write waits long. PostgreSQL has nothing of the kind."""
    if connection.vendor != "sqlite" or _pieces() <= FEW_PIECES:
        return
    steps = -PIECE  # the first one says that all of them are to become one
    while _merge(steps):
        steps = PIECE


def _pieces() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(DISTINCT segid) FROM records_words_idx")
        return cursor.fetchone()[0]


def _merge(pages: int) -> bool:
    """False once there is nothing left to do: SQLite says so by changing fewer than two rows."""
    with connection.cursor() as cursor:
        before = cursor.connection.total_changes
        cursor.execute("INSERT INTO records_words(records_words, rank) VALUES ('merge', %s)", [pages])
        return cursor.connection.total_changes - before >= 2


# ── which fields, and by which rule


def forbidden(kind) -> set[str]:
    """Fields that some role may not see, and what is worked out from them: their text stands in no shared row."""
    hidden = FieldGrant.objects.filter(type=kind.key, mode=FieldGrant.Mode.HIDDEN).values_list("field", flat=True)
    every = {*kind.sensitive, *hidden}
    return every | telling_of(kind.key, every)


def fields_of(kind) -> list[str]:
    hidden = forbidden(kind)
    return [name for name in kind.search if name not in hidden]


def rule_of(kind) -> str:
    """What the rows of ``kind`` are made by now."""
    names, authors = fields_of(kind), " with authors" if kind.model.kept_by_author else ""
    labels = [kind.field(name).added.choices for name in names if kind.field(name).kind == "choices"]
    sign = f" of {crc32(repr(labels).encode()):x}" if labels else ""
    return f"{VERSION}{authors}{sign}:{','.join(names)}"


def made_by(kind) -> str:
    """What its rows were made by; empty: nobody knows."""
    return SearchIndex.objects.filter(type=kind.key).values_list("rule", flat=True).first() or ""


def _own_to(index: SearchIndex | None, names: list[str]) -> None:
    """Rows hold words of ``names`` from now on: where they were made by a rule without one of them, they are mixed."""
    held = index.rule.partition(":")[2].split(",") if index else []
    if index and index.rule and not set(names) <= set(held):
        SearchIndex.objects.filter(pk=index.pk).update(rule=f"mixed:{','.join({*names, *held})}")


def may_search(user, kind) -> bool:
    """Not while words of a field that is hidden from this person still stand in the rows (until they are made anew)."""
    hidden = [name for name in kind.search if rights(user).field_mode(kind.key, name) == FieldGrant.Mode.HIDDEN]
    if not hidden or set(hidden) <= set(kind.sensitive):
        return True
    return not set(hidden) & set(made_by(kind).partition(":")[2].split(",")) if made_by(kind) else False


def outdated(kinds) -> list:
    """The types whose rows were made by another rule than today's."""
    kept = dict(SearchIndex.objects.values_list("type", "rule"))
    return [kind for kind in kinds if kind.search and kept.get(kind.key) != rule_of(kind)]


def keep_up(stdout: TextIO | None = None) -> None:
    """Start a job for each type whose rows must be made anew; a scheduled turn, and a step of ``groundwork init``."""
    from groundwork.records.types import types

    for kind in outdated(types):
        if kind.model.objects.exists():
            make_anew(kind)
        else:
            _made(kind, rule_of(kind))


REINDEX = "records.search"


def make_anew(kind) -> "Run":
    """The run that makes the rows of ``kind`` anew; one that waits or runs already is that one."""
    from groundwork.background import work

    return work.start(REINDEX, dedupe=kind.key, type=kind.key, rule=rule_of(kind))


def reindex_step(run: "Run") -> bool:
    """Make the rows of the next ``BATCH`` records anew. True once all are."""
    from groundwork.records.types import types

    kind = types.get(run.arguments["type"])
    if kind is None:
        return True
    after = (run.cursor or {}).get("after", 0)
    found = kind.model.objects.filter(pk__gt=after).order_by("pk").select_for_update(of=("self",))[:BATCH]
    with transaction.atomic(), write_path():
        records = list(found)
        refresh(kind, records)
    if len(records) < BATCH:
        _made(kind, run.arguments["rule"])
        return True
    run.cursor = {"after": records[-1].pk}
    return False


def _made(kind, rule: str) -> None:
    SearchIndex.objects.update_or_create(type=kind.key, defaults={"rule": rule})


# ── finding


@dataclass
class Hits:
    """What was found of one type: the best first. ``more``: there are others than those that were counted."""

    kind: Any
    rows: list[SearchRow]
    count: int
    more: bool = False


def ids_matching(user, kind, text: str):
    """Ids of the records of one type that match, as a subquery; None if ``text`` holds no word, or the person may not
    search here now. Which records the person sees is the caller's part: a list narrows by that anyway."""
    node = asked(text)
    if node is None or not may_search(user, kind):
        return None
    rows = "SELECT rowid FROM records_words WHERE records_words MATCH %s"
    if connection.vendor != "sqlite":
        rows = f"SELECT id FROM records_searchrow WHERE {LEXEMES} @@ %s::tsquery"  # noqa: S608
    found = SearchRow.objects.filter(pk__in=RawSQL(rows, [_in_words(scoped(node, [_type_mark(kind)]), kind)]))  # noqa: S611
    return found.filter(type=kind.key).values("object_id")


def _in_words(node: Node, kind) -> str:
    node = tagged(node, tag_of(kind.key))
    return for_sqlite(node) if connection.vendor == "sqlite" else for_postgresql(node)


def _kept(row: SearchRow) -> list[str]:
    return kept_of(row.text, tag_of(row.type))


def find(user, text: str, kinds, limit: int = 8) -> dict[str, Hits]:
    """The best matches of each type that the person may see, ``limit`` a type; the type of the best match first.

    Ranked: the beginning of a title, a word of it, another field; then what the person opened last; then the newest.
    Where nothing is found, one wrong letter a word is forgiven.
    A fixed number of queries for the finding, and one a type for re-checking what is shown.
    """
    node, scopes = asked(text), {kind.key: reach(user, "view", kind.key) for kind in kinds}
    kinds = [kind for kind in kinds if kind.search and not scopes[kind.key].nothing and may_search(user, kind)]
    if node is None or not kinds:
        return {}
    recent, within = recently_opened(user), Within.of([(kind, scopes[kind.key]) for kind in kinds])
    rows = {row.pk: row for row in within.candidates(node)}
    if not rows and (meant := misspelt(text)) is not None:
        rows = {row.pk: row for row in within.candidates(meant) if is_nearly(text, _kept(row))}
    for row in _rows_of(recent, {kind.key for kind in kinds}):
        if not row.archived and scopes[row.type].holds(row.owner_id, row.department_id) and holds(node, _kept(row)):
            rows[row.pk] = row
    ranking = Ranking(text, node, {key: place for place, key in enumerate(recent)})
    by_type: dict[str, list[SearchRow]] = {kind.key: [] for kind in kinds}
    for row in sorted(rows.values(), key=ranking):
        by_type[row.type].append(row)
    kinds = [kind for kind in kinds if by_type[kind.key]]
    kinds.sort(key=lambda kind: (ranking(by_type[kind.key][0])[:2], kind.order))
    return {kind.key: hits for kind in kinds if (hits := _hits(user, kind, by_type[kind.key], limit)) is not None}


def _hits(user, kind, rows: list[SearchRow], limit: int) -> Hits | None:
    """Re-checked against the records themselves: what is shown is what the person sees now."""
    seen = set(
        kind.model.objects.visible_to(user)
        .filter(pk__in=[row.object_id for row in rows[:limit]])
        .values_list("pk", flat=True)
    )
    shown = [row for row in rows[:limit] if row.object_id in seen]
    return Hits(kind, shown, min(len(rows), MOST), len(rows) > MOST) if shown else None


Scopes = list[tuple[Any, Scope]]  # types, and how far the person sees in each


@dataclass(frozen=True)
class Within:
    """Where a person searches: few rows that are all known, and types of which there are more."""

    few: list[SearchRow]
    more: Scopes

    @classmethod
    def of(cls, scopes: Scopes) -> "Within":
        """What the tallies call few is read; should there be more after all, its words are asked for."""
        counted, small, room = _counts([(kind, scope) for kind, scope in scopes if not scope.all]), [], FEW
        for kind, scope in sorted(scopes, key=lambda item: counted.get(item[0].key, 0)):
            if not scope.all and counted.get(kind.key, 0) <= room:
                small.append((kind, scope))
                room -= counted.get(kind.key, 0)
        rows = _rows_where(
            [
                ([node], kind)
                for kind, scope in small
                if (node := marked(_whose(scope), [_type_mark(kind, current=True)]))
            ],
            FEW,
        )
        found = Counter(row.type for row in rows)
        known = {kind.key for kind, _scope in small if found[kind.key] <= FEW}
        return cls([row for row in rows if row.type in known], [item for item in scopes if item[0].key not in known])

    def candidates(self, node: Node) -> list[SearchRow]:
        nodes = {row.type: tagged(node, tag_of(row.type)) for row in self.few}
        with by_index():
            return [*(row for row in self.few if stands_in(row.text, nodes[row.type])), *_candidates(node, self.more)]


def _counts(scopes: Scopes) -> dict[str, int]:
    """How many current records of each type the person sees; types without any are left out."""
    if not scopes:
        return {}
    seen = Q()
    for kind, scope in scopes:
        seen |= Q(type=kind.key) & (Q(owner_id=scope.me) | Q(department_id__in=scope.departments))
    return dict(Tally.objects.filter(seen).order_by().values_list("type").annotate(counted=Sum("count")))


def _whose(scope: Scope) -> list[str]:
    return [] if scope.all else [f"o{scope.me}", *(f"d{pk}" for pk in sorted(scope.departments))]


@contextmanager
def by_index():
    """PostgreSQL takes the reading of words for nothing: of a small firm it read all rows once for each type and way,
    instead of asking the index of words. Said to the connection itself: it is no query."""
    if connection.vendor == "sqlite":
        yield
        return
    connection.ensure_connection()
    server = connection.connection
    server.execute("SET enable_seqscan = off")
    try:
        yield
    finally:
        if server.info.transaction_status != server.info.transaction_status.INERROR:  # then all is taken back
            server.execute("RESET enable_seqscan")


def _candidates(node: Node, scopes: Scopes) -> list[SearchRow]:
    """Whole words first; of types with enough of those nothing more is asked, so that a frequent word stays quick."""
    found: list[SearchRow] = []
    if (whole := exactly(node)) is not None:
        found += _newest(whole, scopes)
    counted = Counter(row.type for row in found)
    scopes = [(kind, scope) for kind, scope in scopes if counted[kind.key] <= MOST]
    return [*found, *_newest(node, scopes)] if scopes else found


def _newest(node: Node, scopes: Scopes) -> list[SearchRow]:
    """For each type the newest that match in the title, and, where these are not enough, the newest that match at all.

    Where there are more in titles than are counted, others come after them and are never shown.
    """
    parts = [part for part in (title_only(node), node) if part is not None]
    found: list[SearchRow] = []
    asked_for: list[Ask] = []
    for kind, scope in scopes:
        left = []
        for part in parts:
            if enough := _among_the_newest(part, kind, scope):
                found += enough
                break
            left.append(scoped(part, _whose(scope)))
        if left:
            asked_for.append((left, kind))
    return [*found, *_rows_where(asked_for, MOST)]


def _among_the_newest(part: Node, kind, scope: Scope) -> list[SearchRow]:
    """What ``_rows_where`` finds, of a word that is frequent on PostgreSQL; empty where it is not, or not lately."""
    part, whose, mark = tagged(part, tag_of(kind.key)), _whose(scope), f"{SCOPE}{_type_mark(kind, current=True)}"
    if not frequent.frequent().is_often(part, marked(whose), mark, MOST + 1):
        return []
    sql, params = frequent.among_the_newest(scoped(part, whose), kind.key, MOST + 1)
    rows = list(SearchRow.objects.raw(f"SELECT {COLUMNS} FROM records_searchrow WHERE id IN ({sql})", params))  # noqa: S608
    return rows if len(rows) > MOST else []


Ask = tuple[list[Node], Any]  # what is looked for among the current rows of a type; the next where there is not enough


NEWEST_ON_SQLITE = "SELECT rowid FROM records_words WHERE records_words MATCH %s ORDER BY rowid DESC LIMIT %s"
NEWEST_ON_POSTGRESQL = (  # OFFSET 0: answered by the index; else the newest are walked, the words of each divided anew
    f"SELECT id FROM (SELECT id FROM records_searchrow WHERE {LEXEMES} @@ %s::tsquery OFFSET 0) AS matching "  # noqa: S608
    "ORDER BY id DESC LIMIT %s"
)


def _rows_where(asks: Sequence[Ask], most: int) -> list[SearchRow]:
    """The newest rows of each ask, one more than ``most``, in one query."""
    branches, params, counted = [], [], frequent.frequent()
    for nodes, kind in asks:
        if len(nodes) == 2 and counted.may_match_many(tagged(nodes[1], tag_of(kind.key))):
            first, further = (_in_words(node, kind) for node in nodes)
            branches.append(_one_after_another(first, further, kind, most, params))
            continue
        for node in nodes:
            branches.append(NEWEST_ON_SQLITE if connection.vendor == "sqlite" else NEWEST_ON_POSTGRESQL)
            params += [_in_words(scoped(node, [_type_mark(kind, current=True)]), kind), most + 1]
    if not branches:
        return []
    every = " UNION ALL ".join(f"SELECT * FROM ({branch}) AS found" for branch in branches)  # noqa: S608 - fixed SQL
    return list(SearchRow.objects.raw(f"SELECT {COLUMNS} FROM records_searchrow WHERE id IN ({every})", params))  # noqa: S608


def _one_after_another(words: str, others: str, kind, most: int, params: list) -> str:
    """PostgreSQL: ids for ``words``, and those for ``others`` where there are not enough; adds to ``params``.

    The mark of the current ones is not asked for: it stands in millions of rows.
    """
    matching = f"SELECT id, type, archived FROM records_searchrow WHERE {LEXEMES} @@ %s::tsquery OFFSET 0"  # noqa: S608
    newest = (
        f"SELECT id FROM ({matching}) AS matching WHERE type = %s AND NOT archived "  # noqa: S608 - fixed SQL
        "ORDER BY id DESC LIMIT %s"
    )
    params += [words, kind.key, most + 1, most, others, kind.key, most + 1]
    return (
        f"WITH first AS MATERIALIZED ({newest}) SELECT id FROM first UNION ALL SELECT further.id FROM "  # noqa: S608
        f"(SELECT 1 WHERE (SELECT COUNT(*) FROM first) <= %s) AS few, LATERAL ({newest}) AS further"
    )


def recently_opened(user, limit: int = RECENT) -> list[tuple[str, int]]:
    """(type, id) of the records that the person opened last, the latest first."""
    opened = Use.objects.filter(user=user, kind="view").order_by("-pk").values_list("key", "object_id")[: limit * 5]
    return list(dict.fromkeys((key, pk) for key, pk in opened if pk))[:limit]


def opened_last(user, limit: int) -> list[SearchRow]:
    """The search rows of the records that the person opened last and still sees, the latest first."""
    recent = recently_opened(user)
    keys = {key for key, _pk in recent if user.can("view", key)}
    found = {(row.type, row.object_id): row for row in _rows_of(recent, keys) if not row.archived}
    scopes = {key: reach(user, "view", key) for key in keys}
    seen = [
        row for key in recent if (row := found.get(key)) and scopes[row.type].holds(row.owner_id, row.department_id)
    ]
    return seen[:limit]


def _rows_of(keys: list[tuple[str, int]], types: set[str]) -> Iterable[SearchRow]:
    by_type: dict[str, list[int]] = {}
    for type_key, pk in keys:
        if type_key in types:
            by_type.setdefault(type_key, []).append(pk)
    if not by_type:
        return []
    condition = Q()
    for type_key, ids in by_type.items():
        condition |= Q(type=type_key, object_id__in=ids)
    return SearchRow.objects.filter(condition)


@dataclass
class Ranking:
    """A key to sort rows by: the best first."""

    text: str
    node: Node
    recent: dict[tuple[str, int], int]
    typed: list[str] = field(init=False)
    in_title: Node | None = field(init=False)

    def __post_init__(self):
        self.typed, self.in_title = words(self.text), title_only(self.node)

    def __call__(self, row: SearchRow) -> tuple:
        title, kept = words(row.title), _kept(row)
        whole = all(any(word.startswith(typed) for word in kept) for typed in self.typed)
        if title[: len(self.typed)] == self.typed:
            place = 0
        elif folded(row.title).startswith(folded(self.text)):
            place = 1
        elif self.in_title is not None and holds(self.in_title, kept):
            place = 2
        else:
            place = 3
        place_recent = self.recent.get((row.type, row.object_id), len(self.recent))
        return place, not whole, place_recent, -row.pk
