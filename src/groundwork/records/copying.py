"""A copy of a record: what people typed, without what the law or the state of the original gave it."""

from groundwork.records.forms import may_type
from groundwork.records.models import Part, Record
from groundwork.records.types import RecordType, type_of


def copied_fields(kind: RecordType, user) -> list[str]:
    """What goes over: what the person types into a new one, without its owner, its files and what the type leaves out.
    A file belongs to one record: an offer signed by one customer is not the next one's."""
    left = {*kind.not_copied, "owner"}
    names = (name for name in may_type(kind, user, kind.model()) if name not in left)
    return [name for name in names if kind.field(name).kind != "file"]


def copy_of(record: Record, user) -> Record:
    """A new record, not kept yet, with the values of ``record`` that go over."""
    kind = type_of(record)
    made = kind.model()
    if kind.begin:
        kind.begin(made)
    for name in copied_fields(kind, user):
        shown = kind.field(name)
        shown.write(made, shown.read(record))
    return made


def copied_parts(record: Record, user) -> list[Part]:
    """Its lines, where the type says that they go over; one that leads to what the person does not see stays behind."""
    kind = type_of(record)
    made: list[Part] = []
    for part in kind.visible_parts(user):
        if part.key not in kind.copies:
            continue
        lines = part.model._base_manager.filter(**{part.model.parent_field: record}).order_by(part.order, "pk")
        typed = [shown for shown in part.shown if shown.model_field.editable]
        for line in lines:
            if all(_is_seen(shown, line, user) for shown in typed if shown.kind == "link"):
                made.append(part.model(**{shown.column: getattr(line, shown.column) for shown in typed}))
    return made


def _is_seen(shown, line: Part, user) -> bool:
    pk = getattr(line, shown.column)
    return pk is None or shown.target.objects.visible_to(user).filter(pk=pk).exists()


def left_behind(kind: RecordType) -> list[str]:
    """What the person is told does not go over."""
    files = [name for name, shown in kind.added.items() if shown.kind == "file"]
    fields = [kind.field(name).heading for name in kind.fields if name in (*kind.not_copied, *files)]
    parts = [str(part.label) for part in kind.parts if part.key not in kind.copies]
    return fields + parts
