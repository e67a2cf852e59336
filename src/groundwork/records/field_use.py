"""Which fields of a record type are worth their typing: who reads them, how full they are, what filling them in costs.

Six classes (docs/domain/use.md). A field is read where somebody filters, sorts or exports by it; a card that is merely
opened proves nothing. Figures are of the last sixty days and of the newest records, so they cost the same in any firm.
"""

import dataclasses
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from django.db.models import Min, TextChoices
from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import agreed
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.records.added import formula
from groundwork.records.lists.saved_views import shared_views
from groundwork.records.models import Change, ChangeSet, Use
from groundwork.records.types import Field, RecordType
from groundwork.records.use import flush

DAYS = 60
NEW_DAYS = 30  # a field is not judged before
SAMPLE = 500  # records; the newest
ENOUGH = 20  # of them, below which nothing can be told
CHANGES = 20_000  # of the last days, at most
FILLED = 0.6
RITUAL = 0.05
TYPED = 200  # values typed by hand, the newest, among which the commonest is counted
ALIKE = 0.95  # share of records in which two fields that say one thing have one value
VARIED = 5  # values that a field has to have before it can say the same as another one
NOTHING: tuple[Any, ...] = (None, "", [])
SECONDS = 6  # what filling in one value costs where nothing was measured


class Standing(TextChoices):
    WORKING = "working", _("read and filled in")
    STARVING = "starving", _("read, but mostly empty")
    UNREAD = "unread", _("not read")
    RITUAL = "ritual", _("always the same")
    DEAD = "dead", _("neither read nor needed")
    HIDDEN = "hidden", _("read without a reason")
    UNKNOWN = "unknown", _("cannot be told yet")


PROPOSALS = {
    Standing.STARVING: _("Explain it, fill it in beforehand, or ask for it at the right moment."),
    Standing.UNREAD: _("Ask whom it was made for; else retire it."),
    Standing.RITUAL: _("Let it be empty, or work it out."),
    Standing.DEAD: _("Retire it: every value is kept."),
    Standing.HIDDEN: _("Write down what it is for: somebody relies on it."),
}
WASTE = (Standing.UNREAD, Standing.RITUAL, Standing.DEAD)


@dataclasses.dataclass
class FieldUse:
    """What is known of one field. ``filled`` and ``variety`` are shares 0..1; None: there is too little to tell."""

    field: Field
    element: Element | None = None
    readers: set[int] = dataclasses.field(default_factory=set)
    purposes: int = 0
    filled: float | None = None
    variety: float | None = None
    writes: int = 0  # by hand, in DAYS
    sameness: float | None = None  # share of the commonest among the values typed last
    hollow: float | None = None  # share of the texts typed last that say nothing: a dash, one letter
    twin: str = ""  # another field in which people type the same
    is_new: bool = False

    @property
    def standing(self) -> Standing:
        """The first that fits, in this order."""
        if self.is_new or self.filled is None:
            return Standing.UNKNOWN
        is_required = not self.field.model_field.blank
        if is_required and self.variety is not None and self.variety < RITUAL:
            return Standing.RITUAL
        if self.readers:
            if not self.purposes:
                return Standing.HIDDEN
            return Standing.WORKING if self.filled >= FILLED else Standing.STARVING
        return Standing.UNREAD if self.purposes else Standing.DEAD

    @property
    def minutes_a_month(self) -> float:
        return self.writes * SECONDS / 60 * 30 / DAYS

    @property
    def proposal(self) -> Any:
        return PROPOSALS.get(self.standing, "")


def field_uses(kind: RecordType, names: Collection[str]) -> list[FieldUse]:
    """What is known of these fields; the same number of queries for any number of fields and records."""
    flush()
    since = now() - timedelta(days=DAYS)
    keys = {name: f"field:{kind.key}.{name}" for name in names}
    elements = {element.key: element for element in Element.objects.filter(key__in=keys.values())}
    chained = agreed_keys(keys.values())
    records = list(kind.model.objects.current().order_by("-pk")[:SAMPLE])
    readers, (writes, typed), shares = _readers(kind, keys, since), _writes(kind, since), _shares(kind, names, records)
    twins = _twins(kind, [name for name in keys if name in writes], records)
    named, young = _named(kind), _is_young()
    uses = []
    for name, key in keys.items():
        element = elements.get(key)
        writers = {person for person, _count in writes.get(name, Counter()).items()}
        use = FieldUse(kind.field(name), element, readers=readers.get(name, set()))
        use.readers = use.readers - writers if len(writers) == 1 else use.readers  # reading what only oneself wrote
        use.purposes = bool(element and element.reason) + (name in named) + (key in chained)
        use.filled, use.variety = shares.get(name, (None, None))
        use.writes = sum(writes.get(name, Counter()).values())
        use.sameness, use.twin = _sameness(typed.get(name, Counter())), twins.get(name, "")
        if use.field.kind in ("text", "longtext"):
            use.hollow = hollowness(typed.get(name, Counter()))
        use.is_new = young if element is None else element.since is not None and is_new(element.since)
        uses.append(use)
    return uses


def is_new(since: datetime) -> bool:
    return since > now() - timedelta(days=NEW_DAYS)


def agreed_keys(keys: Collection[str]) -> set[str]:
    """Those that something agreed upon needs, as the rooms of the roll-out know it."""
    return set().union(*(source.among(set(keys)) for source in agreed))


def _is_young() -> bool:
    """Is the firm itself so new that nothing can be told of its fields?"""
    first = ChangeSet.objects.aggregate(first=Min("at"))["first"]
    return first is None or is_new(first)


def _named(kind: RecordType) -> set[str]:
    """Fields that the program, a shared view or a formula stands on."""
    found = {kind.model.title_field, kind.amount, kind.board, *kind.columns, *kind.search}
    found |= {name.lstrip("-") for name in kind.sorts}
    found |= {key for row in kind.added.values() if row.added for key in formula.read_by(row.added.formula)}
    return found.union(*(view.named for view in shared_views(kind.key)))


def _readers(kind: RecordType, keys: dict[str, str], since: datetime) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    names = {key: name for name, key in keys.items()}
    direct = Use.objects.filter(at__gte=since, kind__in=("filter", "sort"), key__in=list(names)).order_by()
    for key, person in direct.values_list("key", "user").distinct():
        found.setdefault(names[key], set()).add(person)
    whole = Use.objects.filter(at__gte=since, kind="export", key=kind.key).order_by()
    exporters = set(whole.values_list("user", flat=True).distinct())
    return {name: found.get(name, set()) | exporters for name in keys}


def _writes(kind: RecordType, since: datetime) -> tuple[dict[str, Counter], dict[str, Counter]]:
    """{field: {person: values typed}} and {field: {value: times}} of the newest, of what came through a browser."""
    columns = {shown.column: name for name, shown in kind.by_name.items()}
    rows = Change.objects.filter(type=kind.key, changeset__at__gte=since, changeset__channel="web").order_by("-pk")
    found: dict[str, Counter] = {}
    typed: dict[str, Counter] = {}
    for fields, person in rows.values_list("fields", "changeset__by")[:CHANGES]:
        for column, (_before, after) in fields.items():
            if column not in columns:
                continue
            name = columns[column]
            found.setdefault(name, Counter())[person] += 1
            if after not in NOTHING and typed.setdefault(name, Counter()).total() < TYPED:
                typed[name][str(after)] += 1
    return found, typed


def _sameness(typed: Counter) -> float | None:
    return typed.most_common(1)[0][1] / typed.total() if typed.total() >= ENOUGH else None


def hollowness(typed: Counter) -> float | None:
    empty = sum(times for text, times in typed.items() if sum(sign.isalnum() for sign in text) < 2)
    return empty / typed.total() if typed.total() >= ENOUGH else None


def _twins(kind: RecordType, names: list[str], records: list) -> dict[str, str]:
    """{field: the first other one that has the same value in nearly every record that has both}."""
    if len(records) < ENOUGH:
        return {}
    values = {name: [kind.field(name).read(record) for record in records] for name in names}
    varied = [name for name, held in values.items() if len({str(value) for value in held}) > VARIED]
    found: dict[str, str] = {}
    for one, other in combinations(varied, 2):
        both = [
            pair for pair in zip(values[one], values[other], strict=True) if not any(value in NOTHING for value in pair)
        ]
        if len(both) >= ENOUGH and sum(str(left) == str(right) for left, right in both) >= ALIKE * len(both):
            found.setdefault(other, one)
    return found


def _shares(kind: RecordType, names: Collection[str], records: list) -> dict[str, tuple[float, float | None]]:
    """{field: (share that is filled, one less the share of the commonest value)} of the newest records."""
    if len(records) < ENOUGH:
        return {}
    found = {}
    for name in names:
        values = [value for record in records if (value := kind.field(name).read(record)) not in NOTHING]
        commonest = Counter(map(str, values)).most_common(1)
        variety = 1 - commonest[0][1] / len(values) if commonest else None
        found[name] = (len(values) / len(records), variety)
    return found
