"""One of three answers, and where the answer is no: what is wrong, where, how bad."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groundwork.access.models import User
from groundwork.records.forms import CleanText
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.models import Verdict
from groundwork.rollout.project.screens import VersionForm
from groundwork.ui.forms import SeveralField

ANSWERS = [Verdict.PASSED, Verdict.DOES_NOT_FIT, Verdict.FAILS]


class TryForm(VersionForm):
    """The answer comes from the button; ``steps`` are the lines at which it may go wrong (as kept, in words),
    ``faults`` what was wrong before: whoever tries it again says of each whether it is gone."""

    said = forms.ChoiceField(choices=[(answer.value, answer.label) for answer in ANSWERS], widget=forms.HiddenInput)
    remark = forms.CharField(
        label=_("what is wrong"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    step = forms.ChoiceField(label=_("at which step"), required=False)
    severity = forms.ChoiceField(
        label=_("how bad"), choices=Defect.Severity.choices, initial=Defect.Severity.HINDERS, required=False
    )

    gone = SeveralField(
        label=_("This was wrong before. Tick what is gone"),
        queryset=Defect.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, steps=(), faults=None, **kwargs):
        super().__init__(*args, **kwargs)
        if faults:
            self.fields["gone"].queryset = faults  # type: ignore[attr-defined]
        else:
            del self.fields["gone"]
        if len(steps) > 1:
            self.fields["step"].choices = [("", ""), *((kept[:500], words[:120]) for kept, words in steps)]  # type: ignore[attr-defined]
        else:
            del self.fields["step"]

    def clean(self):
        cleaned = super().clean()
        is_no = cleaned.get("said") in (Verdict.DOES_NOT_FIT, Verdict.FAILS)
        if is_no and not (cleaned.get("remark") or "").strip():
            self.add_error("remark", _("Say in one sentence what is wrong: somebody will put it right by it."))
        return cleaned

    @property
    def typed(self) -> dict:
        """What ``AcceptanceTest.run`` is given."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "said"}
        said = self.cleaned_data["said"]
        return {**given, "works": said != Verdict.FAILS, "fits": said == Verdict.PASSED}


class WordForm(CleanText, forms.Form):
    """What is left of a fault that was said to be put right."""

    word = forms.CharField(label=_("what is still wrong"), max_length=500)

    def __init__(self, defect=None, user=None, data=None):
        super().__init__(data)


class InviteForm(CleanText, forms.Form):
    people = SeveralField(label=_("whom to ask"), queryset=User.objects.filter(is_active=True))
