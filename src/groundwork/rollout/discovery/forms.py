"""The forms of the first two steps."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.core.fields import NumberField
from groundwork.records.forms import CleanText
from groundwork.rollout.discovery.metrics import choices
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.project.screens import VersionForm
from groundwork.ui.forms import DayInput


class NumberForm(CleanText, forms.Form):
    """Where we start is not asked: it is measured."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    statement = forms.CharField(label=_("what we want"), max_length=300)
    metric = forms.ChoiceField(label=_("what we measure"), choices=choices, required=False)
    target = NumberField(
        label=_("where we want to be"), required=False, help_text=_("Where we start is measured, not typed.")
    )
    due = forms.DateField(label=_("by when"), widget=DayInput, required=False)
    owner = forms.ModelChoiceField(
        label=_("who answers for it"), queryset=User.objects.filter(is_active=True), required=False
    )

    @classmethod
    def of(cls, goal, data=None):
        initial = {name: getattr(goal, name) for name in ("version", "statement", "metric", "target", "due")}
        return cls(data, initial=initial | {"owner": goal.owner_id}, prefix=f"goal{goal.pk}")


class TellForm(CleanText, forms.Form):
    statement = forms.CharField(
        label=_("in your own words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What hinders you, what would help you, what must stay as it is."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("what it is"), choices=Need.Kind.choices, initial=Need.Kind.PROBLEM)
    author = forms.ModelChoiceField(label=_("who told us"), queryset=User.objects.filter(is_active=True))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if user.can("edit", Need):  # writes down what others said
            self.fields["statement"].label = _("in their own words")
            self.fields["author"].initial = user.pk
        else:
            del self.fields["author"]


class TurnDownForm(VersionForm):
    state = forms.ChoiceField(choices=[(Need.State.PARKED, ""), (Need.State.REJECTED, "")])
    reason = forms.CharField(max_length=2000, required=False)
