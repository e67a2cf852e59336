"""Rules of what people fill in, by what the last round of the day measured of each field."""

from collections.abc import Iterator

from django.db.models import BooleanField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules.declared import Evidence, Found, declare

MOSTLY = 0.95  # share of the commonest value among those typed last


def found_at(look: Look, kind, fact: str, *evidence: Evidence) -> Found:
    there = f"{reverse('records:fields_read')}?type={kind.key}"
    return Found(fact, there, look.leader, evidence=list(evidence))


def named(kind, field) -> str:
    return _("%(type)s: %(field)s") % {"type": kind.plural, "field": field.heading}


@declare(
    "entered-twice", "R30", gettext_lazy("The same entered in two places"),
    reason=gettext_lazy("It is typed twice, and one day the two say something else: then nobody knows which is right."),
    act=gettext_lazy("Keep one of them"),
)  # fmt: skip
def entered_twice(look: Look) -> Iterator[Found]:
    for row, kind, field in look.measured_fields:
        twin = row.more.get("twin", "")
        if twin in {shown.name for shown in kind.visible_fields(look.user, kind.fields)}:
            told = {"one": named(kind, field), "other": kind.field(twin).heading}
            yield found_at(look, kind, _("“%(one)s” and “%(other)s” say the same in nearly every record.") % told)


@declare(
    "mostly-one-value", "R31", gettext_lazy("Fields that always say the same"),
    reason=gettext_lazy("Who has to fill it in takes whatever is at hand: it costs time and tells nothing."),
    act=gettext_lazy("Let it be empty, or work it out"),
)  # fmt: skip
def mostly_one_value(look: Look) -> Iterator[Found]:
    for row, kind, field in look.measured_fields:
        model_field, sameness = field.model_field, row.more.get("sameness")
        is_asked = not model_field.blank and not isinstance(model_field, BooleanField)
        if is_asked and sameness is not None and sameness > MOSTLY:
            told = {"field": named(kind, field), "share": languages.percent(sameness, 0)}
            fact = _("“%(field)s” must be filled in, and %(share)s of what people typed last is the same.")
            yield found_at(look, kind, fact % told)
