"""What could go: fields that cost time and that nobody reads, as the last round of the day had them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.blueprint.models import Element
from groundwork.records.field_use import PROPOSALS, Standing
from groundwork.records.types import types
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


def proposals(user) -> list[Proposal]:
    """The dearest first; nothing of a field that ``user`` does not see. Two queries.

    Only what somebody types, and what the firm itself has made: the rest costs nobody anything.
    """
    rows = [row for row in Measured.objects.filter(kind=Measured.Kind.FIELD) if row.more.get("retire")]
    elements = dict(Element.objects.filter(key__in=[row.key for row in rows]).values_list("key", "origin"))
    found = []
    for row in rows:
        type_key, _dot, name = row.key.removeprefix("field:").partition(".")
        kind = types.get(type_key)
        if kind is None or name not in {shown.name for shown in kind.visible_fields(user, kind.fields)}:
            continue
        if not row.value and elements.get(row.key, Element.Origin.BUILT_IN) == Element.Origin.BUILT_IN:
            continue
        standing = Standing(row.more["standing"])
        href = (
            reverse("records:element", args=[row.key])
            if row.key in elements
            else f"{reverse('records:fields_read')}?type={type_key}"
        )
        label = _("%(type)s: %(field)s") % {"type": kind.plural, "field": kind.field(name).heading}
        minutes = round(row.value or 0)
        found.append(Proposal(label, str(standing.label), str(PROPOSALS.get(standing, "")), minutes, href))
    return sorted(found, key=lambda one: -one.minutes)
