"""Asking, answering, and writing a decision down."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.core.clock import today
from groundwork.records.forms import CleanText
from groundwork.rollout.project.models import Decision
from groundwork.rollout.project.screens import VersionForm
from groundwork.rollout.requirements.models import Requirement
from groundwork.ui.forms import DayInput, SeveralField


class AskForm(CleanText, forms.Form):
    text = forms.CharField(label=_("what we must know"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    to = forms.ModelChoiceField(label=_("who can answer"), queryset=User.objects.filter(is_active=True))
    requirements = SeveralField(
        label=_("what waits for it"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data=None, *, user, **kwargs):
        super().__init__(data, **kwargs)
        waiting = Requirement.objects.visible_to(user).current().filter(state=Requirement.State.DRAFT)
        self.fields["requirements"].queryset = waiting.order_by("-pk")
        if not waiting.exists():
            del self.fields["requirements"]


class AnswerForm(VersionForm):
    answer = forms.CharField(max_length=4000, required=False)


class HandOnForm(VersionForm):
    to = forms.ModelChoiceField(queryset=User.objects.filter(is_active=True))


class AgainForm(VersionForm):
    why = forms.CharField(max_length=2000, required=False)


class DecideForm(CleanText, forms.ModelForm):
    """What was chosen, what was not, and when we look again: the Y-form in plain words."""

    class Meta:
        model = Decision
        fields = ("statement", "rejected", "downside", "review_on")
        widgets = {
            "statement": forms.Textarea(attrs={"rows": 3}),
            "rejected": forms.Textarea(attrs={"rows": 2}),
            "downside": forms.Textarea(attrs={"rows": 2}),
            "review_on": DayInput(),
        }

    def clean_review_on(self):
        day = self.cleaned_data["review_on"]
        if day is not None and day <= today():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day
