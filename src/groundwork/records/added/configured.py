"""Record types and fields of the firm's own in a configuration file.

Keys such as ``m3`` and ``f12`` are numbers of one database; a file says names. A type goes by what one of it is called,
a built-in one by its key; a field by both, ``company / Delivery window``, where a "/" within a name is written twice.
"""

import re
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes, mapping, one_of
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal
from groundwork.records.added import fields as added
from groundwork.records.added import formula
from groundwork.records.added.fields import AddedField
from groundwork.records.added.made import ICONS, MadeType, change_type, make_type
from groundwork.records.added.rows import Configured
from groundwork.records.types import RecordType, types

BETWEEN = " / "
PARTS = re.compile(r"(?<!/) / (?!/)")
MOST_CHOICES = 200
Kind = AddedField.Kind


# ── names


def joined(*names: str) -> str:
    return BETWEEN.join(name.replace("/", "//") for name in names)


def parted(name: str) -> tuple[str, str]:
    """The type and the thing that ``name`` says."""
    parts = [part.replace("//", "/") for part in PARTS.split(name)]
    if len(parts) != 2 or not all(parts):
        raise Refusal(_("Say the record type and the name, like “company / Delivery window”."))
    return parts[0], parts[1]


def own_types() -> dict[str, MadeType]:
    """Types of the firm's own by name, in their order; where several retired ones had a name, the newest."""
    rows = added.own().types
    found = {row.one: row for row in sorted(rows, key=lambda row: (row.retired_at is None, row.pk))}
    return {row.one: row for row in rows if found[row.one] is row}


def kind_called(name: str) -> RecordType:
    """The type in use that a file calls so."""
    row = own_types().get(name)
    kind = types.get(row.key if row else name)
    if kind is None or kind.named not in ("", name):
        raise Refusal(_("There is no type “%(name)s”.") % {"name": name})
    return kind


def names_of(kind: RecordType) -> dict[str, str]:
    """{key: what a file calls it} of the fields of a type, in use."""
    return {shown.name: shown.added.label if shown.added else shown.name for shown in kind.by_name.values()}


def plain_name(name: str, most: int) -> str:
    """Refuses what no form would have taken."""
    if name != name.strip() or not name or any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        raise Refusal(_("A name begins and ends with a sign that is seen, and stands in one line."))
    if len(name) > most:
        raise Refusal(_("At most %(most)s signs fit.") % {"most": most})
    return name


# ── what facts say


def text_in(facts: Facts, name: str, most: int) -> str:
    text = str(facts.get(name) or "").strip()
    if len(text) > most:
        raise wrong(_("At most %(most)s signs fit.") % {"most": most}, name)
    return text


def choice_in(facts: Facts, name: str, known: Collection[str], default: str = "") -> str:
    word = str(facts.get(name) or default)
    if word not in known:
        raise wrong(one_of(word, list(known)), name)
    return word


def number_in(facts: Facts, name: str) -> int:
    text = str(facts[name])
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise wrong(_("“%(value)s” is not a number.") % {"value": text[:60]}, name)
    return int(text)


def words_in(facts: Facts, name: str, most: int, *path: str) -> dict[str, str]:
    """{language: word}; an empty word is none. ``path`` leads to ``facts``."""
    found = mapping(facts, name, *path)
    for language, word in found.items():
        if not re.fullmatch(r"[a-z]{2,3}", language):
            raise wrong(_("Say a language in two letters, like “pl”."), *path, name, language)
        if not isinstance(word, str) or len(word) > most:
            raise wrong(_("At most %(most)s signs fit.") % {"most": most}, *path, name, language)
    return {language: word.strip() for language, word in found.items() if word.strip()}


def reasons_of(kind: str) -> dict[str, str]:
    return dict(Element.objects.filter(kind=kind).values_list("key", "reason"))


def in_use_of(row: Configured) -> str:
    return "no" if row.retired_at else "yes"


def put_in_use(row: Configured, facts: Facts, act: Act) -> None:
    if (wanted := is_yes(facts, "in_use", "yes")) == bool(row.retired_at):
        (row.restore if wanted else row.retire)(by=act.by, reason=facts.get("reason") or act.reason)


def travels(_name: str, facts: Facts) -> bool:
    return facts["in_use"] == "yes"


# ── record types


def read_types() -> dict[str, Facts]:
    reasons = reasons_of("object")
    return {name: about_type(row, reasons.get(row.element_key, "")) for name, row in own_types().items()}


def about_type(row: MadeType, reason: str) -> Facts:
    facts = {
        "reason": reason, "in_use": in_use_of(row), "many": row.many, "letters": row.prefix, "picture": row.icon,
        "place": str(row.order), "name_is_called": row.title, "explain": row.explain,
        "one_in": {language: one for language, (one, _many) in sorted(row.words.items())},
        "many_in": {language: many for language, (_one, many) in sorted(row.words.items())},
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value or name == "reason"}


def write_type(name: str, facts: Facts, act: Act) -> None:
    reason = facts.get("reason") or act.reason
    row, said = own_types().get(name), said_of_type(name, facts)
    if row is None:
        row = make_type(by=act.by, one=plain_name(name, 60), reason=reason, **said)
    else:
        if row.retired_at and is_yes(facts, "in_use", "yes"):
            row.restore(by=act.by, reason=reason)
        row = change_type(row, by=act.by, reason=reason, **said)
    put_in_use(row, facts, act)


def said_of_type(name: str, facts: Facts) -> dict[str, Any]:
    one, many = words_in(facts, "one_in", 60), words_in(facts, "many_in", 60)
    said: dict[str, Any] = {
        "many": text_in(facts, "many", 60), "prefix": text_in(facts, "letters", 4).upper(),
        "icon": choice_in(facts, "picture", ICONS, ICONS[0]), "title": text_in(facts, "name_is_called", 60),
        "explain": text_in(facts, "explain", 200),
    }  # fmt: skip
    languages = sorted({*one, *many})
    said["words"] = {key: [one.get(key, name), many.get(key, said["many"])] for key in languages}
    return said | ({"order": number_in(facts, "place")} if "place" in facts else {})


# ── fields


def own_fields() -> dict[str, AddedField]:
    """Fields of the firm's own by name, built-in types first; a retired one where none in use has its name."""
    made = {row.key: place for place, row in enumerate(own_types().values())}
    called = {row.key: name for name, row in own_types().items()}
    rows = [row for row in added.own().fields.values() if row.type in called or row.type in types]
    rows.sort(key=lambda row: (row.retired_at is None, row.pk))
    found = {joined(called.get(row.type, row.type), row.label): row for row in rows}
    place = lambda row: (made.get(row.type, -1), "" if row.type in made else row.type, row.order, row.pk)  # noqa: E731
    return dict(sorted(found.items(), key=lambda item: place(item[1])))


def read_fields() -> dict[str, Facts]:
    reasons, rows = reasons_of("field"), own_fields()
    labels = {(row.type, row.key): row.label for row in rows.values()}  # of retired ones too: a formula may read them
    return {name: about_field(row, reasons.get(row.element_key, ""), labels) for name, row in rows.items()}


def about_field(row: AddedField, reason: str, labels: dict[tuple[str, str], str]) -> Facts:
    """A retired type's field is out of use with it."""
    names = {key: label for (type_key, key), label in labels.items() if type_key == row.type}
    names |= names_of(types[row.type])
    target = types[row.target] if row.target else None
    in_use = in_use_of(row) if row.type in types else "no"
    facts = {
        "reason": reason, "in_use": in_use, "holds": row.kind, "place": str(row.order), "hint": row.help,
        "name_in": dict(sorted(row.labels.items())),
        "choices": [choice["label"] for choice in row.choices if not choice["retired"]],
        "leads_to": (target.named or target.key) if target else "",
        "formula": formula.shown(row.formula, names), "gives": row.gives, "currency": row.currency,
    }  # fmt: skip
    facts |= {name: "yes" for name in ("required", "filterable", "in_list") if getattr(row, name)}
    return {name: value for name, value in facts.items() if value or name == "reason"}


def write_field(name: str, facts: Facts, act: Act) -> None:
    """What a field holds, where it leads to and in what its money is never changes: other facts need another field."""
    reason, row = facts.get("reason") or act.reason, own_fields().get(name)
    type_name, label = parted(name)
    kind, said = kind_called(type_name), said_of_field(facts)
    said["formula"] = formula_in(facts, kind)
    holds, fixed = choice_in(facts, "holds", dict(Kind.choices)), fixed_in(facts)
    if row is None:
        label = plain_name(label, 80)
        row = added.make_field(kind.key, by=act.by, kind=holds, label=label, reason=reason, **said, **fixed)
    else:
        refuse_another(row, {"kind": holds, **fixed})
        if row.retired_at and is_yes(facts, "in_use", "yes"):
            row.restore(by=act.by, reason=reason)
        row = added.change_field(row, by=act.by, reason=reason, **said)
    put_in_use(row, facts, act)


def said_of_field(facts: Facts) -> dict[str, Any]:
    said: dict[str, Any] = {name: is_yes(facts, name) for name in ("required", "filterable", "in_list")}
    said |= {"help": text_in(facts, "hint", 200), "labels": words_in(facts, "name_in", 80)}
    said |= {"choices": choices_in(facts)}
    return said | ({"order": number_in(facts, "place")} if "place" in facts else {})


def choices_in(facts: Facts) -> list[str]:
    found = facts.get("choices") or []
    if not isinstance(found, list) or not all(isinstance(word, str) and word.strip() for word in found):
        raise wrong(_("A list of words is expected here."), "choices")
    if len(found) > MOST_CHOICES or any(len(word) > 60 for word in found):
        words = _("At most %(most)s words fit, each of at most 60 signs.") % {"most": MOST_CHOICES}
        raise wrong(words, "choices")
    return found


def fixed_in(facts: Facts) -> dict[str, str]:
    from groundwork.access.choices import current_currencies

    found = {"target": "", "gives": text_in(facts, "gives", 12), "currency": text_in(facts, "currency", 3)}
    if found["currency"] and found["currency"] not in current_currencies():
        raise wrong(_("Type the three letters of a currency, like EUR."), "currency")
    if leads_to := text_in(facts, "leads_to", 60):
        try:
            target = kind_called(leads_to)
        except Refusal as refusal:
            raise wrong(str(refusal.sentence), "leads_to") from refusal
        if not target.typed:
            raise wrong(_("Say what kind of record it links to."), "leads_to")
        found["target"] = target.key
    return found


def refuse_another(row: AddedField, wanted: dict[str, str]) -> None:
    words = {"kind": "holds", "target": "leads_to", "gives": "gives", "currency": "currency"}
    for name, value in wanted.items():
        if getattr(row, name) != value:
            raise wrong(_("This never changes: retire the field and make another one."), words[name])


def formula_in(facts: Facts, kind: RecordType) -> str:
    text = text_in(facts, "formula", formula.LONGEST)
    names = names_of(kind)
    keys = {key: key for key in names} | {name.casefold(): key for key, name in names.items()}
    try:
        return formula.kept(text, keys)
    except formula.Wrong as error:
        raise wrong(str(error.sentence), "formula") from error


# ── boards: the choice that cards of a type stand by


def read_boards() -> dict[str, Facts]:
    found = {}
    for name, row in own_types().items():
        field = added.own().fields.get(row.board)
        if field is not None and field.retired_at is None and row.retired_at is None:
            found[name] = {"by": field.label}
    return found


def write_board(name: str, facts: Facts, act: Act) -> None:
    row = own_types().get(name)
    if row is None or row.retired_at:
        raise Refusal(_("There is no type “%(name)s”.") % {"name": name})
    choices = {shown.added.label: key for key, shown in types[row.key].added.items()
               if shown.added and shown.kind == "choice"}  # fmt: skip
    by = choice_in(facts, "by", {"": "", **choices})
    change_type(row, by=act.by, reason=act.reason, board=choices.get(by, ""))


def element_of_type(name: str) -> str:
    row = own_types().get(name)
    return row.element_key if row else ""


def element_of_field(name: str) -> str:
    row = own_fields().get(name)
    return row.element_key if row else ""


sections.add(
    Section(
        key="types", label=gettext_lazy("Record types"), order=20, read=read_types, write=write_type,
        facts=frozenset({"reason", "in_use", "many", "letters", "picture", "place", "name_is_called", "explain",
                         "one_in", "many_in"}),
        deep=frozenset({"one_in", "many_in"}), element=element_of_type, gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
sections.add(
    Section(
        key="fields", label=gettext_lazy("Fields"), order=30, read=read_fields, write=write_field,
        facts=frozenset({"reason", "in_use", "holds", "place", "hint", "name_in", "choices", "leads_to", "formula",
                         "gives", "currency", "required", "filterable", "in_list"}),
        deep=frozenset({"name_in", "choices"}), element=element_of_field, gone={"in_use": "no"}, travels=travels,
        late=lambda facts: bool(facts.get("formula")),
    )
)  # fmt: skip
sections.add(
    Section(
        key="boards", label=gettext_lazy("Boards"), order=35, facts=frozenset({"by"}), read=read_boards,
        write=write_board, element=element_of_type, gone={"by": ""},
    )
)  # fmt: skip
