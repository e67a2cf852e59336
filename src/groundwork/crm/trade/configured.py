"""Number series in a configuration file: how documents are numbered, without the numbers that were given."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.blueprint.elements import account_for
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.clock import today
from groundwork.crm.trade.forms import SeriesForm
from groundwork.crm.trade.models import Series

WORDS = {"numbers": "kind", "pattern": "pattern", "counts_anew": "restart", "vat_rounded": "vat_by"}
FIXED = ("kind", "pattern", "restart")  # once a number was given


def read() -> dict[str, Facts]:
    reasons = dict(Element.objects.filter(kind=Element.Kind.SERIES).values_list("key", "reason"))
    return {item.name: about(item, reasons.get(element_key(item), "")) for item in Series.objects.all()}


def about(item: Series, reason: str) -> Facts:
    """One has a reason where a file gives it."""
    facts = {"in_use": "yes" if item.is_active else "no"} | ({"reason": reason} if reason else {})
    return facts | {word: str(getattr(item, name)) for word, name in WORDS.items()}


def element_key(item: Series) -> str:
    return f"series:{item.pk}"


def element(name: str) -> str:
    item = Series.objects.filter(name=name).first()
    return element_key(item) if item else ""


def write(name: str, facts: Facts, act: Act) -> None:
    """Refused as in the form: what has numbered documents is numbered so for ever."""
    item = Series.objects.filter(name=name).first() or Series()
    data = {field: facts.get(word) or getattr(item, field) for word, field in WORDS.items()}
    data |= {"name": name, "is_active": is_yes(facts, "in_use", "yes")}
    form = SeriesForm(data | {"next": item.next_place(today()) if item.pk else 1}, instance=item)
    for word, field in WORDS.items():
        if field in FIXED and form.fields[field].disabled and data[field] != getattr(item, field):
            raise wrong(_("Documents have such numbers: make another series."), word)
    if not form.is_valid():
        words = {field: word for word, field in WORDS.items()}
        raise ValidationError({words.get(field, field): list(errors) for field, errors in form.errors.items()})
    form.save()
    if reason := facts.get("reason"):
        key, in_use = element_key(item), item.is_active
        account_for(key, kind=Element.Kind.SERIES, by=act.by, reason=reason, name=item.name, on=in_use)


sections.add(
    Section(
        key="number_series", label=gettext_lazy("Number series"), order=80, read=read, write=write,
        facts=frozenset({"in_use", "reason", *WORDS}), element=element, gone={"in_use": "no"},
    )
)  # fmt: skip
