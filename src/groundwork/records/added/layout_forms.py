"""Forms of the settings of a form: what stands where, and the rules by value."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.records.added import layouts
from groundwork.records.added.forms import Reasoned, other_languages
from groundwork.records.added.layouts import LONGEST_HEADING, Rule, Shape
from groundwork.records.types import RecordType

ASKED, MORE, OFF = "asked", "more", "off"
PLACES = {
    ASKED: gettext_lazy("asked at once"),
    MORE: gettext_lazy("behind “More fields”"),
    OFF: gettext_lazy("not asked"),
}


class LayoutForm(Reasoned):
    """Where each field of a form stands. What was moved or chosen is shown anew until it is saved.

    A field has ``where:name`` and ``group:name``; their order is that of the repeated ``field``. ``up`` or ``down``
    names the field that moves one place.
    """

    def __init__(self, *args, kind: RecordType, shape: Shape, is_made: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.shape = kind, shape
        if is_made:
            del self.fields["asked_by"]
        self.needed = layouts.always_needed(kind)
        heading_of = {name: head for head, names in shape.groups for name in names}
        heading = {"list": "headings", "placeholder": _("no heading")}
        for name in self._sent_order():
            label = {"field": kind.field(name).heading}
            places = {ASKED: PLACES[ASKED]} if name in self.needed else PLACES
            self.fields[f"where:{name}"] = forms.ChoiceField(
                label=_("%(field)s: where it stands") % label, choices=list(places.items()), initial=self._place(name)
            )
            self.fields[f"group:{name}"] = forms.CharField(
                label=_("%(field)s: under which heading") % label, max_length=LONGEST_HEADING, required=False,
                initial=heading_of.get(name, ""), widget=forms.TextInput(attrs=heading),
            )  # fmt: skip
        self._ask_for_words()

    def _ask_for_words(self) -> None:
        """What other languages call each heading, as far as they are typed by now."""
        said = dict(self.shape.words)
        for heading in self.headings:
            for code, language in other_languages():
                label = _("%(heading)s, %(language)s") % {"heading": heading, "language": language}
                self.fields[f"word:{code}:{heading}"] = forms.CharField(
                    label=label, max_length=LONGEST_HEADING, required=False,
                    initial=said.get(heading, {}).get(code, ""),
                )  # fmt: skip

    @property
    def words(self) -> list:
        return [self[name] for name in self.fields if name.startswith("word:")]

    def _words(self, heading: str) -> dict[str, str]:
        asked = {code: f"word:{code}:{heading}" for code, _language in other_languages()}
        typed = {code: str(self[name].value() or "") for code, name in asked.items() if name in self.fields}
        return {code: " ".join(word.split())[:LONGEST_HEADING] for code, word in typed.items()}

    def _place(self, name: str) -> str:
        return ASKED if name in (*self.shape.asked, *self.needed) else OFF if name in self.shape.off else MORE

    def _sent_order(self) -> list[str]:
        known = self.shape.ordered(layouts.typed_names(self.kind))
        sent = self.data.getlist("field") if isinstance(self.data, QueryDict) else []
        return list(dict.fromkeys((*(name for name in sent if name in known), *known)))

    @property
    def names(self) -> list[str]:
        """As they stand now: what is asked first, then what waits, then the rest; the one that moves has moved."""
        places = list(PLACES)
        order = sorted(self._sent_order(), key=lambda name: places.index(self._where(name)))
        moving = self.data.get("up") or self.data.get("down")
        if moving in order:
            place = order.index(moving)
            other = place + (-1 if "up" in self.data else 1)
            if 0 <= other < len(order) and self._where(order[other]) == self._where(moving):
                order[place], order[other] = order[other], order[place]
        return order

    def _where(self, name: str) -> str:
        value = str(self[f"where:{name}"].value())
        return value if value in PLACES else MORE

    @property
    def rows(self) -> list[tuple]:
        """For the template: (field, where it stands, its heading, is it asked at once, the first of its place?)."""
        return [
            (self.kind.field(name), self[f"where:{name}"], self[f"group:{name}"], self._where(name) == ASKED)
            for name in self.names
        ]

    @property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(text for name in self.names if (text := self._heading(name))))

    def _heading(self, name: str) -> str:
        return " ".join(str(self[f"group:{name}"].value() or "").split())[:LONGEST_HEADING]

    @property
    def asked(self) -> list[str]:
        return [name for name in self.names if self._where(name) == ASKED]

    @property
    def laid_out(self) -> dict[str, list]:
        """As a layout keeps it."""
        groups: dict[str, list[str]] = {}
        for name in self.asked:
            groups.setdefault(self._heading(name), []).append(name)
        placed = {place: [name for name in self.names if self._where(name) == place] for place in (MORE, OFF)}
        return {
            "groups": [layouts.group_of(head, names, self._words(head)) for head, names in groups.items()],
            **placed,
        }

    @property
    def facts(self) -> dict:
        found = {name: value for name, value in self.cleaned_data.items() if ":" not in name}
        return found | self.laid_out


class ByValueForm(Reasoned):
    """What follows when ``when`` is one of some values."""

    do = forms.ChoiceField(label=gettext_lazy("What follows"), choices=Rule.Do.choices, widget=forms.RadioSelect)
    field = forms.ChoiceField(label=gettext_lazy("Which field"))

    def __init__(self, *args, kind: RecordType, when: str, is_made: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["do"].initial = Rule.Do.REQUIRE
        shown = kind.field(when)
        others = [kind.field(name) for name in layouts.typed_names(kind) if name != when]
        self.fields["field"].choices = [(other.name, other.heading) for other in others]  # type: ignore[attr-defined]
        wrong = _("Say at which value of “%(name)s”.") % {"name": shown.heading}
        about: dict[str, Any] = {
            "label": _("When “%(name)s” is") % {"name": shown.heading}, "error_messages": {"required": wrong},
        }  # fmt: skip
        if shown.kind == "text":
            lines = forms.Textarea(attrs={"rows": 3})
            self.fields["values"] = forms.CharField(widget=lines, max_length=2000, help_text=_("A line each."), **about)
        else:
            ticks = forms.CheckboxSelectMultiple
            self.fields["values"] = forms.MultipleChoiceField(choices=offered(shown), widget=ticks, **about)
        if is_made:
            del self.fields["asked_by"]
        self.order_fields(["values", "field", "do", "reason", "asked_by"])

    @property
    def facts(self) -> dict:
        values = self.cleaned_data["values"]
        lines = values.splitlines() if isinstance(values, str) else values
        return self.cleaned_data | {"values": [line.strip() for line in lines if line.strip()]}


def offered(shown) -> list[tuple[str, str]]:
    """The values that a rule can go by."""
    if shown.kind == "bool":
        return [("true", _("yes")), ("false", _("no"))]
    if shown.added:
        return [(key, label) for key, label in shown.added.options if key in shown.added.open]
    return [(str(value), str(label)) for value, label in shown.model_field.flatchoices]
