"""What the columns of a table may be called, and what a table of a type must have."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from groundwork.records.imports.brought import way_of
from groundwork.records.imports.readers import key_of
from groundwork.records.imports.words import NAME_PARTS, words_of
from groundwork.records.types import Field, RecordType, type_of

SURE = ("inn", "nip", "vat", "unp", "bin", "legal_id", "code")  # who has this is meant, whatever the name
ALIKE = (*SURE, "email", "phone")  # what two records of one thing have in common, the surest first


def required_of(kind: RecordType) -> tuple[str, ...]:
    way = way_of(kind.key)
    if way.by:
        return tuple(name for name in way.by if name not in way.assumed)
    title = kind.field(kind.model.title_field).model_field
    return () if title.blank or not title.editable else (title.name,)


def is_needed(model_field) -> bool:
    """Can no record be without a value here?"""
    return not (model_field.null or model_field.blank or model_field.has_default())


def writable(kind: RecordType) -> list[str]:
    """Files come in by hand only."""
    names = dict.fromkeys((*kind.fields, *(("owner",) if way_of(kind.key).is_owned else ())))
    shown = (kind.field(name) for name in names)
    return [item.name for item in shown if item.model_field.editable and item.kind != "file"]


def columns_for(kind: RecordType) -> dict[str, tuple[str, ...]]:
    """Every field, the number, and beside each link the number and the code of what it points at."""
    fields = writable(kind)
    columns = {name: (*names_of(kind.field(name)), *words_of(kind.key, name)) for name in fields}
    for name in fields:
        columns |= link_columns(kind.field(name))
    return columns | {"number": names_of(kind.field("number"))}


def link_columns(shown: Field) -> dict[str, tuple[str, ...]]:
    """A link is told by a name; beside it may stand our number, and the code or tax number of what it points at."""
    if shown.kind != "link":
        return {}
    found = {f"{shown.name}.number": in_each_language(lambda: link_number_label(shown))}
    if codes := codes_of(shown.target):
        said = [code for code in codes if code not in ("vat", "legal_id")]  # a column "VAT" is rather a rate
        words = (word for code in said for word in words_for_code(shown.target, code))
        found[f"{shown.name}.code"] = (*in_each_language(lambda: link_code_label(shown)), *dict.fromkeys(words))
    return found


def codes_of(model) -> list[str]:
    """The fields by which one record of a type is surely meant."""
    names = type_of(model).by_name
    return [name for name in SURE if name in names]


def words_for_code(model, code: str) -> tuple[str, ...]:
    return (*names_of(type_of(model).field(code)), *words_of("", code))


def names_of(shown: Field) -> tuple[str, ...]:
    """What a column of this field may be called: its label in each language."""
    return in_each_language(lambda: str(shown.label))


def link_number_label(shown: Field) -> str:
    return _("%(label)s, number") % {"label": shown.label}


def link_code_label(shown: Field) -> str:
    return _("%(label)s, code or tax number") % {"label": shown.label}


def in_each_language(word) -> tuple[str, ...]:
    names = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            names.append(word())
    return tuple(dict.fromkeys(names))


def name_parts(header: list[str]) -> list[int]:
    """Where the parts of a person's name stand, in the order of the file; none where fewer than two do."""
    names = [key_of(name) for name in header]
    for parts in NAME_PARTS:
        places = sorted(names.index(key_of(part)) for part in parts if key_of(part) in names)
        if len(places) > 1:
            return places
    return []
