"""The form of a rule: what had to happen, from which day, how long one waits, who answers and who is told."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.models import User
from groundwork.records.added.forms import Reasoned
from groundwork.records.control.conditions import days_of, situations_of
from groundwork.records.control.models import LONGEST_WAIT, Answers, ControlRule, Told
from groundwork.records.types import RecordType

PEOPLE = {"answers": "person", "told": "told_person"}  # {who: where one person is named}


def person_field(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("name"), label=label, required=False, empty_label="–",
        help_text=gettext_lazy("Only where it is one person."),
    )  # fmt: skip


def days_field(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=LONGEST_WAIT, initial=0, **kwargs)


class ControlForm(Reasoned):
    name = forms.CharField(
        label=gettext_lazy("What had to happen"), max_length=120,
        help_text=gettext_lazy("As you would say it, such as “The invoice is paid”."),
    )  # fmt: skip
    situation = forms.ChoiceField(label=gettext_lazy("As long as it is"), required=False)
    day = forms.ChoiceField(label=gettext_lazy("The time runs from"))
    patience = days_field(gettext_lazy("Days to wait"), help_text=gettext_lazy("0: it had to happen on that very day."))
    working = forms.BooleanField(label=gettext_lazy("Only working days count"), required=False)
    answers = forms.ChoiceField(label=gettext_lazy("Who answers"), choices=Answers.choices)
    person = person_field(gettext_lazy("Who answers, by name"))
    told = forms.ChoiceField(label=gettext_lazy("Who is told as well"), choices=Told.choices, required=False)
    told_person = person_field(gettext_lazy("Who is told, by name"))
    told_after = days_field(gettext_lazy("Told after further days"), help_text=gettext_lazy("0: at the same time."))

    def __init__(self, *args: Any, kind: RecordType, row: ControlRule | None = None, **kwargs: Any):
        if row is not None:
            names = [name.removesuffix("_id") for name in row.FACTS if name != "query"]
            kwargs.setdefault("initial", {name: getattr(row, name) for name in names})
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = days_of(kind)  # type: ignore[attr-defined]
        if found := situations_of(kind):
            self.fields["situation"].choices = [("", "–"), *found]  # type: ignore[attr-defined]
        else:
            del self.fields["situation"]
        self.order_fields([*(name for name in self.fields if name not in ("reason", "asked_by")), "reason", "asked_by"])

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        return [
            ("", ["name"]),
            (_("When"), ["situation", "day", "patience", "working"]),
            (_("Who"), ["answers", "person", "told", "told_person", "told_after"]),
            (_("Why"), ["reason", "asked_by"]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for who, named in PEOPLE.items():
            if cleaned.get(who) != Answers.PERSON:
                cleaned[named] = None
            elif named not in self.errors and not cleaned.get(named):
                self.add_error(named, _("Name the person."))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        return facts | {f"{named}_id": getattr(facts.pop(named), "pk", None) for named in PEOPLE.values()}
