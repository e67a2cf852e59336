"""What is asked when a review is planned, and when a card leaves."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.access.rights import reach
from groundwork.core.clock import today
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Word, sales
from groundwork.records.forms import CleanText
from groundwork.records.tasks.asking import people_choices
from groundwork.ui.forms import DayInput

MINUTES = _("Type a number of minutes from 5 to 240.")
NO_DAY = _("Choose a day.")


def people_of(user) -> list[User]:
    """Whose deals the person sees: all, those of the own departments, or the own."""
    scope = reach(user, "view", Deal.type_key)
    people = User.objects.filter(is_active=True).order_by("name", "pk")
    if not scope.all:
        people = people.filter(pk=user.pk) | people.filter(department__in=scope.departments)
    sellers = Deal.objects.current().visible_to(user).order_by().values("owner")
    return list(people.filter(pk__in=sellers))


class PlanForm(CleanText, forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Type a name.")})
    on = forms.DateField(label=_("Day"), widget=DayInput(), error_messages={"required": NO_DAY, "invalid": NO_DAY})
    at = forms.TimeField(
        label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=dict.fromkeys(("required", "invalid"), _("Type the hour, like 10:00.")),
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=5, max_value=240,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), MINUTES),
    )  # fmt: skip
    leads = forms.ModelChoiceField(
        label=_("Who leads it"), queryset=User.objects.filter(is_active=True), empty_label=None,
        error_messages={"required": _("Choose who leads it."), "invalid_choice": _("Choose who leads it.")},
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=_("Whose deals are looked at"), widget=forms.CheckboxSelectMultiple,
        help_text=_("One person after the other, in this order. They see their own list beforehand."),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose at least one person from the list.")),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user):
        self.found = people_of(user)
        first = {
            "name": _t("Board review"), "on": today(), "at": time(10), "minutes": 45, "leads": user.pk,
            "people": [person.pk for person in self.found],
        }  # fmt: skip
        super().__init__(data, initial=first)
        self.fields["people"].choices = [(person.pk, str(person)) for person in self.found]  # type: ignore[attr-defined]

    @property
    def planned(self) -> dict[str, Any]:
        """What ``plan`` takes."""
        typed = self.cleaned_data
        chosen = {int(pk) for pk in typed["people"]}
        at = timezone.make_aware(datetime.combine(typed["on"], typed["at"]))
        people = [person for person in self.found if person.pk in chosen]
        return {
            "name": typed["name"], "planned_at": at, "minutes": typed["minutes"], "leads": typed["leads"],
            "people": people,
        }  # fmt: skip


class LostForm(CleanText, forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), error_messages=dict.fromkeys(("required", "invalid_choice"), _("Say why it is lost."))
    )
    note = forms.CharField(label=_("In more words"), max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = [row for row in sales().words.values() if row.list == Word.List.LOST and not row.retired_at]
        self.fields["reason"].choices = [(word.key, str(word)) for word in words]  # type: ignore[attr-defined]


class KeepForm(CleanText, forms.Form):
    until_on = forms.DateField(
        label=_("Until"), widget=DayInput(), error_messages={"required": NO_DAY, "invalid": NO_DAY}
    )
    why = forms.CharField(label=_("What we wait for"), max_length=150, required=False)

    def clean_until_on(self):
        day = self.cleaned_data["until_on"]
        if day <= today():
            raise forms.ValidationError(_t("Choose a day after today."))
        return day


class SayForm(CleanText, forms.Form):
    """A decision about no deal; with a day it becomes a task."""

    text = forms.CharField(
        label=_("New decision"), max_length=200, error_messages={"required": _("Type what was decided.")}
    )
    owner = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.filter(is_active=True), required=False,
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )  # fmt: skip
    due_on = forms.DateField(label=_("When"), widget=DayInput(), required=False, error_messages={"invalid": NO_DAY})
    # the decision that it stands in place of
    instead = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**63 - 1,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Press “Change” beside it anew.")),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user, **kwargs):
        super().__init__(data, prefix="say", **kwargs)
        self.fields["owner"].choices = people_choices(user)  # type: ignore[attr-defined]

    def clean(self):
        cleaned = super().clean() or {}
        if cleaned.get("due_on") and not cleaned.get("owner"):
            self.add_error("owner", _t("Say who does it by that day."))
        return cleaned
