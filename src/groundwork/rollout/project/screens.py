"""What the screens of the five steps share."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.refusals import Conflict, Refusal
from groundwork.records.forms import CleanText

STEPS = (  # name of the address, words
    ("number", gettext_lazy("Our number")),
    ("told", gettext_lazy("What people told us")),
    ("agreed", gettext_lazy("What we agreed")),
    ("try", gettext_lazy("Try it")),
    ("used", gettext_lazy("Is it used")),
)


class VersionForm(CleanText, forms.Form):
    """Any button that changes a record sends the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class DecisionForm(VersionForm):
    decision = forms.CharField(label=gettext_lazy("why we go on anyway"), max_length=2000, required=False)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


def opened(request, model, pk: int, verb: str):
    """The record, for whoever sees it (else 404) and may do ``verb`` to it (else 403)."""
    record = model.objects.visible_to(request.user).filter(pk=pk).first()
    if record is None:
        raise Http404
    if not request.user.can(verb, record):
        raise PermissionDenied
    return record


def sent(form: forms.Form) -> dict:
    """What a button sent; a button that sends nonsense is refused with the form's own sentence."""
    if form.is_valid():
        return form.cleaned_data
    raise Refusal(" ".join(str(error) for errors in form.errors.values() for error in errors))


class told_of_conflicts:  # noqa: N801 - reads as a sentence: with told_of_conflicts():
    """A button pressed on a page that somebody's change has overtaken is refused in plain words."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Conflict):
            raise Refusal(
                _("Somebody changed this after you opened the page. Open it again and look first.")
            ) from error


def steps(current: str) -> dict:
    return {
        "steps": [
            {"name": name, "label": label, "url": f"rollout:{name}", "current": name == current}
            for name, label in STEPS
        ]
    }
