"""Which of the findings one wants to see."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.records.forms import CleanText
from groundwork.rollout.chain.rules import Finding
from groundwork.rollout.project.models import Project


class FilterForm(CleanText, forms.Form):
    """Offers what was found; what is sent and not found any more shows everything."""

    goal = forms.ChoiceField(label=_("Our number"), required=False)
    who = forms.ChoiceField(label=_("Waits for"), required=False)
    kind = forms.ChoiceField(label=_("What kind"), required=False)

    def __init__(self, sent, found: list[Finding], goals):
        super().__init__(sent)
        self.found = found
        of_goals = {finding.found.goal for finding in found}
        owners = {str(one.pk): str(one) for finding in found if (one := finding.found.owner)}
        self.offer("goal", {str(goal.pk): str(goal) for goal in goals if goal.pk in of_goals})
        self.offer("who", dict(sorted(owners.items(), key=lambda item: item[1])))
        self.offer("kind", {finding.rule.key: finding.rule.label for finding in found})

    def offer(self, name: str, choices: dict) -> None:
        field = self.fields[name]
        field.choices = [("", _("all")), *choices.items()]  # type: ignore[attr-defined]
        field.widget.attrs["class"] = "in"

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    def shown(self) -> list[Finding]:
        chosen = self.chosen
        return [finding for finding in self.found if all(finding.told[name] == chosen[name] for name in chosen)]


class ProfileForm(CleanText, forms.Form):
    """How strict the roll-out is from now on. The full profile is for a contract with an integrator: not asked here."""

    profile = forms.ChoiceField(choices=Project.Profile.choices[:2], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("why (your name stands under it)"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
