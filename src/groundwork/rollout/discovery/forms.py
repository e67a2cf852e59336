"""The forms of the first two steps."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.core.fields import NumberField
from groundwork.records.forms import CleanText
from groundwork.rollout.discovery.goals import Goal
from groundwork.rollout.discovery.interviews import Interview
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
    valid_until = forms.DateField(
        label=_("looked at again by"), widget=DayInput, required=False,
        help_text=_("After that day it is doubtful until somebody says that it still holds."),
    )  # fmt: skip

    @classmethod
    def of(cls, goal, data=None, *, begun=None):
        """``begun`` is what a template of the library types instead."""
        initial = {
            name: getattr(goal, name) for name in ("version", "statement", "metric", "target", "due", "valid_until")
        }
        typed = {"owner": goal.owner_id} | (begun or {})
        return cls(data, initial=initial | typed, prefix=f"goal{goal.pk}")


HOPES = [(kind.value, kind.label) for kind in (Goal.Kind.EXPECTATION, Goal.Kind.ANTI_GOAL)]


class HopeForm(CleanText, forms.Form):
    """What somebody expects of the roll-out, or does not want; no number is asked."""

    statement = forms.CharField(label=_("in one sentence"), max_length=300)
    kind = forms.ChoiceField(label=_("what it is"), choices=HOPES, initial=Goal.Kind.EXPECTATION)


class KeepAsForm(VersionForm):
    kind = forms.ChoiceField(choices=HOPES)


class JudgeForm(VersionForm):
    verdict = forms.ChoiceField(label=_("what is to be thought of it"), choices=Goal.Verdict.choices)
    reason = forms.CharField(label=_("why"), max_length=2000, required=False)


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


class TellHereForm(CleanText, forms.Form):
    """What somebody tells us on any page; ``page`` is its address, without what was typed into it."""

    page = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)
    statement = forms.CharField(
        label=_("in your own words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        help_text=_("What hinders you, what would help you, what must stay as it is."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("what it is"), choices=Need.Kind.choices, initial=Need.Kind.PROBLEM)
    field = forms.ChoiceField(label=_("which field it is about"), required=False)

    def __init__(self, data=None, *, fields, kinds=(), **kwargs):
        super().__init__(data, **kwargs)
        self.fields["kind"].choices = [*Need.Kind.choices, *kinds]  # type: ignore[attr-defined]
        if fields:
            self.fields["field"].choices = [("", ""), *((shown.name, shown.heading) for shown in fields)]
        else:
            del self.fields["field"]


class TurnDownForm(VersionForm):
    state = forms.ChoiceField(choices=[(Need.State.PARKED, ""), (Need.State.REJECTED, "")])
    reason = forms.CharField(label=_("why"), max_length=2000, required=False)
    until = forms.DateField(label=_("looked at again on"), required=False)


class OtherNeedForm(VersionForm):
    """Which other thing was told, out of those that the person sees and that still stand."""

    other = forms.ModelChoiceField(label=_("which other one"), queryset=Need.objects.none())

    def __init__(self, *args, need: Need, user, **kwargs):
        super().__init__(*args, **kwargs)
        standing = Need.objects.visible_to(user).current().exclude(pk=need.pk).exclude(state=Need.State.MERGED)
        self.fields["other"].queryset = standing.order_by("-pk")  # type: ignore[attr-defined]


class ConflictForm(OtherNeedForm):
    subject = forms.CharField(label=_("what they disagree on"), max_length=200)
    owner = forms.ModelChoiceField(label=_("who sees to a decision"), queryset=User.objects.filter(is_active=True))
    due = forms.DateField(label=_("by when"), widget=DayInput, required=False)


class AskForm(CleanText, forms.Form):
    """Whom we ask about what work: somebody with an account here, or a guest by name."""

    work = forms.CharField(
        label=_("about what work"), max_length=120, widget=forms.TextInput(attrs={"list": "works"}),
        help_text=_("A piece of work as people call it: buying, warehouse, invoices."),
    )  # fmt: skip
    respondent = forms.ModelChoiceField(
        label=_("whom"), queryset=User.objects.filter(is_active=True), required=False, empty_label=_("a guest, by name")
    )
    asked = forms.CharField(label=_("name of the guest"), max_length=120, required=False)
    level = forms.ChoiceField(label=_("part in it"), choices=Interview.Level.choices, initial=Interview.Level.WORKER)

    def clean(self):
        super().clean()
        if not self.cleaned_data.get("respondent") and not self.cleaned_data.get("asked"):
            self.add_error("asked", _("Choose a person, or type the name of a guest."))
        return self.cleaned_data
