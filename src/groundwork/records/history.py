"""The history of a record as something to go back in: one value put back, then and now beside each other."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.added import fields as added
from groundwork.records.forms import may_type
from groundwork.records.lists.cells import words_for
from groundwork.records.models import Change, Record
from groundwork.records.types import Field, type_of


@dataclass
class Difference:
    """One field: what it held then, and what it holds now; ``back_url`` where the reader may put it back."""

    label: str
    then: str
    now: str
    back_url: str = ""


def may_put_back(record: Record, user) -> frozenset[str]:
    """The columns of the fields that the person may set to what they were."""
    if record.is_archived or not user.can("edit", record):
        return frozenset()
    kind = type_of(record)
    return frozenset(kind.field(name).column for name in may_type(kind, user, record))


def back_url(record: Record, shown: Field, version: int) -> str:
    return reverse("records:put_back", args=[record.type_key, record.pk, version, shown.name])


def put_back(record: Record, shown: Field, *, version: int, by) -> Record:
    """Set one field to what it held at ``version``. Refused where it cannot hold that any more."""
    then = write.changed_since(record, version)
    if shown.column not in then:
        raise Refusal(_("It holds that already."))
    value = then[shown.column]
    if shown.kind == "link" and value and not shown.target.objects.visible_to(by).filter(pk=value).exists():
        raise Refusal(_("You do not see what it led to then, so you cannot put it back."))
    if value in (None, "") and not (shown.added or shown.model_field.blank or shown.model_field.null):
        raise Refusal(_("“%(field)s” cannot be empty.") % {"field": shown.heading})
    try:
        with write.writing(record, by=by, act="edited") as fresh:
            added.put_back(fresh, shown.column, value)
            _refuse_broken(fresh, shown)
    except IntegrityError as error:
        raise Refusal(_("This cannot be put back: another record holds it by now.")) from error
    return fresh


def _refuse_broken(record: Record, shown: Field) -> None:
    try:
        others = {item.name for item in record._meta.fields if item.name != shown.name}
        record.clean_fields(exclude=others)
        record.validate_constraints(exclude={"archived_at"})
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error


def differences(record: Record, user, version: int) -> list[Difference]:
    """What the record held at ``version`` and holds otherwise now, field by field; hidden fields are not told."""
    kind, then = type_of(record), write.changed_since(record, version)
    open_now, held = may_put_back(record, user), write.values(record)
    found = []
    for item in kind.visible_fields(user, tuple(kind.by_name)):
        if item.column in then and then[item.column] != held.get(item.column):
            found.append(
                Difference(
                    item.heading,
                    said(item, then[item.column], record, user),
                    said(item, held.get(item.column), record, user),
                    back_url(record, item, version) if item.column in open_now else "",
                )
            )
    return found


def said(item: Field, value: Any, record: Record, user) -> str:
    """A kept value in words; a link by its name where the person sees its target."""
    if item.kind == "link" and value:
        target = item.target.objects.visible_to(user).filter(pk=value).first()
        return str(target) if target else _("no access")
    currency = str(getattr(record, "currency", ""))
    if item.kind == "money" and value is not None and not item.added and currency:
        return languages.money(value, currency)
    return words_for(item, value)


def versions_of(record: Record) -> list[tuple[int, str]]:
    """(version, when and by whom it came about), the newest first: what one may compare with."""
    found = Change.objects.filter(type=record.type_key, object_id=record.pk, version__lt=record.version)
    changes = found.select_related("changeset__by").order_by("-version")[:50]
    return [
        (change.version, f"{languages.moment(change.changeset.at)}, {change.changeset.by or ''}".rstrip(", "))
        for change in changes
    ]
