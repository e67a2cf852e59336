"""What could go: fields that cost time and that nobody reads, as the last round of the day had them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element
from groundwork.records.field_use import PROPOSALS, Standing
from groundwork.records.types import Field, RecordType, types
from groundwork.rollout.adoption.models import Measured

SHOWN = 5


@dataclass(frozen=True)
class Proposal:
    """One field, what it costs, and the one act that is proposed; ``href`` leads to where it is done."""

    label: str
    standing: str
    advice: str
    minutes: int  # a month
    href: str


def seen_fields(user) -> Iterator[tuple[Measured, RecordType, Field]]:
    """What the last round of the day measured of each field that ``user`` sees. One query."""
    for row in Measured.objects.filter(kind=Measured.Kind.FIELD).order_by("key"):
        type_key, _dot, name = row.key.removeprefix("field:").partition(".")
        kind = types.get(type_key)
        if kind is not None and name in {shown.name for shown in kind.visible_fields(user, kind.fields)}:
            yield row, kind, kind.field(name)


def proposals(user) -> list[Proposal]:
    """The dearest first; nothing of a field that ``user`` does not see. Two queries.

    Only what somebody types, and what the firm itself has made: the rest costs nobody anything.
    """
    rows = [told for told in seen_fields(user) if told[0].more.get("retire")]
    elements = dict(Element.objects.filter(key__in=[row.key for row, *_field in rows]).values_list("key", "origin"))
    found = []
    for row, kind, field in rows:
        if not row.value and elements.get(row.key, Element.Origin.BUILT_IN) == Element.Origin.BUILT_IN:
            continue
        standing = Standing(row.more["standing"])
        href = (
            reverse("records:element", args=[row.key])
            if row.key in elements
            else f"{reverse('records:fields_read')}?type={kind.key}"
        )
        label = _("%(type)s: %(field)s") % {"type": kind.plural, "field": field.heading}
        minutes = round(row.value or 0)
        found.append(Proposal(label, str(standing.label), str(PROPOSALS.get(standing, "")), minutes, href))
    return sorted(found, key=lambda one: -one.minutes)
