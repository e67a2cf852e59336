"""What a person may type to name a record: its number, its title, or another of its names, such as a code."""

from django.db.models import Q

from groundwork.core.languages import sort_key
from groundwork.records.types import type_of

NAMES = ("text", "email")  # kinds of searched fields that name a record; a long text does not


def named(rows, user, text: str, limit: int = 2) -> list[int]:
    """Ids of those of ``rows`` (visible ones) that are called ``text``: at most ``limit``.

    By "title · number" as the browser offers it; else by the title, the same letters before others of their case; else
    by the number or by a field that the type is searched by. A field hidden from ``user`` never confirms a guess.
    """
    text = text.strip()
    if not text:
        return []
    for way in _ways(rows.model, user, text):
        if found := list(rows.filter(way).values_list("pk", flat=True)[:limit]):
            return found
    return []


def _ways(model, user, text: str) -> list[Q]:
    kind = type_of(model)
    own = [item for item in kind.visible_fields(user, kind.search) if not item.added]
    others = [item.name for item in own if item.kind in NAMES]
    ways = [
        Q(number__iexact=text) | _any(others, text),
        _any(others, text, lookup="__iexact") | _any(others, *cases(text)),
    ]
    if kind.visible_fields(user, (model.title_field,)):
        ways = [Q(**{model.title_field: text}), Q(sort_key=sort_key(text)), *ways]
    _title, dot, number = text.rpartition("·")
    return [Q(number__iexact=number.strip()), *ways] if dot else ways


def cases(text: str) -> tuple[str, str]:
    """SQLite compares without case from a to z only."""
    return text.lower(), text.upper()


def _any(names: list[str], *texts: str, lookup: str = "") -> Q:
    condition = Q(pk__in=())
    for name in names:
        for text in texts:
            condition |= Q(**{name + lookup: text})
    return condition
