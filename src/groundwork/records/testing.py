"""A minimal record of any type, made from its model alone: for tests that go over every type there is."""

import re
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings
from django.db import connection, models

from groundwork.core.clock import now, today
from groundwork.core.money import ScaledField
from groundwork.records.added.chosen import ChosenField
from groundwork.records.models import Part, Record
from groundwork.records.types import PartType, RecordType
from groundwork.records.write import creating, put_part, writing

_place = count(1)
OWN = {field.name for field in Record._meta.get_fields()} | {"id"}


def make_record(kind: RecordType, *, owner, word: str = "Sample", **values) -> Record:
    """A record of ``kind`` that ``owner`` owns. Required fields are filled, texts with ``word``; required links are
    made too. ``values`` go before everything."""
    own = {name: values.pop(name) for name in kind.added if name in values}
    own |= {name: word for name, shown in kind.added.items() if shown.kind in ("text", "longtext") and name not in own}
    filled = filled_in(kind.model, owner=owner, word=word, skip=OWN, given=values)
    record = kind.model(**{"owner": owner, **filled})
    for name, value in own.items():
        kind.field(name).write(record, value)
    return creating(record, by=owner)


def make_part(part: PartType, parent: Record, *, owner, word: str = "Sample", **values) -> Part:
    """A line of ``parent``; kept through the parent's history."""
    model = part.model
    filled = filled_in(model, owner=owner, word=word, skip={"id", model.parent_field}, given=values)
    with writing(parent, by=owner, act="edited") as fresh:
        return put_part(fresh, model(**filled, **{model.parent_field: fresh}))


def filled_in(model: type[models.Model], *, owner, word: str, skip: set[str], given: dict) -> dict[str, Any]:
    filled = dict(given)
    for field in model._meta.concrete_fields:
        if field.name in skip or field.name in filled or field.attname in filled:
            continue
        value = value_for(field, owner=owner, word=word)
        if value is not None:
            filled[field.name] = value
    return filled


def value_for(field: models.Field, *, owner, word: str) -> Any:
    """Something honest for ``field``; None where the field's own default or emptiness is better."""
    if isinstance(field, ChosenField):
        return "" if field.blank else next(option.key for option in field.rows())
    if field.choices:
        return None if field.has_default() or field.blank else field.choices[0][0]
    if isinstance(field, models.ForeignKey):
        return None if field.null else target_for(field.related_model, owner=owner, word=word)
    if isinstance(field, models.EmailField):
        return f"{word.lower()}@example.com"
    if isinstance(field, models.URLField):
        return f"https://example.com/{word.lower()}"
    if isinstance(field, models.CharField | models.TextField):
        return text_for(field, word)
    if field.has_default() or field.null:
        return None
    if isinstance(field, models.DateTimeField):
        return now()
    return _plain(field)


def text_for(field: models.Field, word: str) -> str | None:
    """The word itself, so that it is found wherever the field is shown."""
    if field.name in ("currency", "to_currency"):
        return "GBP" if field.name == "currency" else "EUR"
    if field.blank and len(field.validators) > 1:  # more than its length is checked: a word would not fit
        return None
    if field.max_length and field.max_length < len(word) + 5:
        return None if field.blank or field.has_default() else word[: field.max_length]
    return f"{word} {next(_place)}" if field.unique else word


def _plain(field: models.Field) -> Any:
    day = today() + timedelta(days=next(_place)) if takes_part_in_uniqueness(field) else today()
    plain: list[tuple[type[models.Field], Any]] = [
        (ScaledField, Decimal(1)), (models.DateField, day), (models.BooleanField, False), (models.IntegerField, 1),
    ]  # fmt: skip
    return next((value for of, value in plain if isinstance(field, of)), None)


def takes_part_in_uniqueness(field: models.Field) -> bool:
    """Records made in a row must then differ in it, as the days of exchange rates do."""
    rules = [rule for rule in field.model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    return any(field.name in rule.fields for rule in rules)


def target_for(model: type[models.Model], *, owner, word: str) -> Any:
    """What a required link points at: a person, a record made for it, or the first row there is."""
    if model._meta.label == settings.AUTH_USER_MODEL:
        return owner
    if issubclass(model, Record):
        from groundwork.records.types import type_of

        return make_record(type_of(model), owner=owner, word=word)
    return model._default_manager.order_by("pk").first()


def whole_database() -> str:
    """Every value of every table, as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
            rows += [f"{table}: {row}" for row in cursor.fetchall()]
    text = "\n".join(rows)
    return re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
