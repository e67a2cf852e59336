"""Forms of this room that are not a record's."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.core.fields import NumberField
from groundwork.crm.customers.relationship import Rule, Settings, Values
from groundwork.records.forms import CleanText


class RuleForm(CleanText, forms.Form):
    """The thresholds and the next step of a rule. A preview asks no reason, keeping does."""

    def __init__(self, *args, rule: Rule, settings: Settings, keeping: bool = False, **kwargs):
        self.rule = rule
        super().__init__(*args, **kwargs)
        for item in rule.thresholds:
            self.fields[item.name] = NumberField(label=item.label, initial=settings.of(rule.key, item.name))
        self.fields["next_step"] = forms.CharField(
            label=_("suggested next step"), max_length=300, initial=settings.next_step(rule),
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
        self.fields["reason"] = forms.CharField(
            label=_("why it changes"), max_length=300, required=keeping,
            error_messages={"required": _("Say in one sentence why: those who read the card will ask.")},
        )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        for item in self.rule.thresholds:
            value = cleaned.get(item.name)
            if value is not None and not item.least <= value <= item.most:
                self.add_error(
                    item.name,
                    _("Give a number from %(least)s to %(most)s.") % {"least": item.least, "most": item.most},
                )
        return cleaned

    @property
    def values(self) -> Values:
        return {item.name: self.cleaned_data[item.name] for item in self.rule.thresholds}
