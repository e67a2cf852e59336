"""One field of one record, changed in place: in a cell of a list, by a card on a board, or over many rows at once.

Everything goes the way of the record's own form: its checks, what is frozen, the version, the write path.
"""

from django.utils.translation import gettext as _

from groundwork.access.rights import reach, rights
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records import write
from groundwork.records.added import layouts
from groundwork.records.added.layouts import EMPTY, Rule
from groundwork.records.forms import RecordForm, form_for, may_hand_over
from groundwork.records.models import Record
from groundwork.records.types import Field, RecordType


def open_fields(kind: RecordType, user) -> list[Field]:
    """What the person may change in place in records of this type, where a record does not say otherwise. Files are
    added in the whole form."""
    if not user.can("edit", kind.key):
        return []
    scope = reach(user, "edit", kind.key)
    names = (*kind.fields, *(("owner",) if scope.all or scope.departments else ()))
    return [
        shown
        for shown in kind.visible_fields(user, tuple(dict.fromkeys(names)))
        if shown.model_field.editable and shown.kind != "file" and rights(user).field_mode(kind.key, shown.name) == ""
    ]


def field_form(kind: RecordType, user, record: Record, name: str, data=None) -> RecordForm:
    """The form of that one field; refused where the person may not change it in this record."""
    may = name in {shown.name for shown in open_fields(kind, user)}
    if not may or name == "owner" and name not in kind.fields and not may_hand_over(kind, user, record):
        raise NotAllowed(_("You may see this, not change it."))
    if record.is_archived:
        raise Refusal(_("It is archived: put it back first."))
    form = form_for(kind, user, data, instance=record, names=(name,))
    if name not in form.fields:
        raise Refusal(_("This stands and is not changed any more."))
    return form


def called_for(kind: RecordType, user, name: str, value) -> list[str]:
    """The fields that must be filled in where the field ``name`` says ``value``."""
    rules = [rule for rule in layouts.rules_for(kind, user) if rule.when == name and rule.do == Rule.Do.REQUIRE]
    return list(dict.fromkeys(rule.field for rule in rules if rule.holds(value)))


def form_with_missing(kind: RecordType, user, record: Record, name: str, data) -> tuple[RecordForm, bool]:
    """The form of one field with what its new value calls for and the record does not tell yet, and: is that asked?

    Asked anew it says what is wrong; the first time it only asks.
    """
    called = called_for(kind, user, name, data.get(name))
    missing = [other for other in called if kind.field(other).read(record) in EMPTY]
    if not missing:
        return field_form(kind, user, record, name, data), False
    first = not any(other in data for other in missing)
    field_form(kind, user, record, name)  # refuses what may not be changed
    typed = {"initial": {name: data.get(name)}} if first else {"data": data}
    form = form_for(kind, user, instance=record, names=(name, *missing), **typed)
    return form, first or not form.is_valid()


def saved_form(form: RecordForm, record: Record, *, user, version: int | None) -> Record:
    """Keep what a valid form says. ``version``: the one that the person saw; None: whatever stands there.

    Raises Conflict where somebody changed the same field since.
    """
    return write.save_fields(record, form.typed, by=user, version=version or version_of(record))


def version_of(record: Record) -> int:
    return type(record)._base_manager.values_list("version", flat=True).get(pk=record.pk)


def first_error(form: RecordForm) -> str:
    """What is wrong with a form of one field, as one sentence."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")
