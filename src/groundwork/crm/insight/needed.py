"""Which facts a report needs: who enters them, of how many rows they are filled, and where they are missing (D125)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from django.utils.translation import gettext as _

from groundwork.access.models import FieldGrant, Grant, Role, Verb
from groundwork.crm.insight.question import Question
from groundwork.records.added import layouts
from groundwork.records.imports.models import ImportJob
from groundwork.records.lists.filters import WITHOUT, Filter, may_be_empty
from groundwork.records.types import Field, RecordType


@dataclass
class Fact:
    """A field that a report reads: who enters it, of how many rows it is filled, where it is missing."""

    field: Field
    filled: int
    rows: int
    missing_href: str
    entered: dict[str, list[str]]  # {where a form asks it: the roles}; none where the product works it out

    @property
    def missing(self) -> int:
        return self.rows - self.filled


def facts_of(asked: Question, currency: str = "") -> list[Fact]:
    """Of the rows that the table counts: of one ``currency``, where amounts are asked. Three queries, whatever the
    number of fields and rows."""
    used = asked.used
    may = [shown for shown in used if shown.is_own and may_be_empty(shown)]
    empty = {shown.name: Filter(shown, "is", [WITHOUT], asked.user).q() for shown in may}
    counts = {f"empty{place}": Count("pk", filter=q) for place, q in enumerate(empty.values())}
    rows = asked.listing.narrowed
    if currency and asked.has_currency:
        rows = rows.filter(currency=currency)
    found = rows.aggregate(rows=Count("pk"), **counts)
    left = {name: found[f"empty{place}"] for place, name in enumerate(empty)}
    roles = who_enters(asked.kind, [shown.name for shown in used])
    return [
        Fact(
            shown, found["rows"] - left.get(shown.name, 0), found["rows"],
            missing_href(asked, shown) if left.get(shown.name) else "",
            roles[shown.name] if is_typed(asked.kind, shown) else {},
        )
        for shown in used
    ]  # fmt: skip


def last_file(kind: RecordType) -> datetime | None:
    """When records of the kind last came in from a file; None: never, or the load was taken back."""
    loaded = ImportJob.objects.filter(state=ImportJob.State.LOADED, counts__has_key=kind.key)
    return loaded.aggregate(last=Max("finished_at"))["last"]


def missing_href(asked: Question, shown: Field) -> str:
    """The list of the rows in which it is empty; "" where no list can be narrowed so."""
    offered = shown.name in asked.listing.filters.fields
    return asked.rows_address({f"f.{shown.name}": WITHOUT}) if offered else ""


def is_typed(kind: RecordType, shown: Field) -> bool:
    """Do people enter it? Otherwise the product does: a number, a state, a sum."""
    if shown.added:
        return not shown.added.formula
    return shown.name in (*kind.fields, "owner") and shown.model_field.editable and shown.name != kind.amount


def who_enters(kind: RecordType, names: list[str]) -> dict[str, dict[str, list[str]]]:
    """{field: {where the form asks it: the roles whose people may fill it in}}."""
    ids = Grant.objects.filter(type=kind.key, verb=Verb.EDIT).values("role")
    roles = list(Role.objects.current().filter(pk__in=ids).order_by("pk"))
    shut = set(FieldGrant.objects.filter(type=kind.key, field__in=names).values_list("role_id", "field"))
    shapes = {role.pk: layouts.shape_for_roles(kind, [role.key]) or layouts.as_declared(kind) for role in roles}
    found: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for name in names:
        for role in roles:
            if (role.pk, name) not in shut:
                found[name].setdefault(place_in(shapes[role.pk], name), []).append(str(role))
    return found


def place_in(shape: layouts.Shape, name: str) -> str:
    if name in shape.asked:
        return _("asked at once")
    return _("in no form") if name in shape.off else _("behind “More fields”")
