"""Two questions and a word why."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.rollout.project.screens import VersionForm

ANSWERS = [("yes", _("yes")), ("no", _("no"))]


class TryForm(VersionForm):
    works = forms.ChoiceField(label=_("does it work?"), choices=ANSWERS, widget=forms.RadioSelect)
    fits = forms.ChoiceField(label=_("does it fit the work?"), choices=ANSWERS, widget=forms.RadioSelect)
    remark = forms.CharField(
        label=_("what is wrong"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self):
        cleaned = super().clean()
        answers = {cleaned.get("works"), cleaned.get("fits")}
        if "no" in answers and not (cleaned.get("remark") or "").strip():
            self.add_error("remark", _("Say in one sentence what is wrong: somebody will put it right by it."))
        return cleaned

    @property
    def typed(self) -> dict:
        given = self.cleaned_data
        return {**given, "works": given["works"] == "yes", "fits": given["fits"] == "yes"}
