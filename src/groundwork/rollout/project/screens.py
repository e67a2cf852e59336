"""What the screens of the five steps share."""

from functools import wraps

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from groundwork.access.doors import allowed
from groundwork.core.refusals import Conflict, Refusal
from groundwork.records.forms import CleanText

MOST_SHOWN = 100  # records of one page

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


def reads(model):
    """A page of the roll-out: it shows numbers, what people told and what was agreed with all their fields."""
    return allowed("view", model.type_key, whole=("goal", "need", "requirement", "use_case", "phase"))


def acts_on(model, verb: str, form: type[forms.Form] | None = None):
    """A button's view gets the record instead of its key: 404 unless visible, 403 unless ``verb`` may be done to it.

    With a ``form``, what the button sent comes third; a button that sends nonsense is refused with the form's words.
    One pressed on a page that somebody's change has overtaken is refused too.
    """

    def door(view):
        @require_POST
        @allowed(verb, model.type_key)
        @wraps(view)
        def guarded(request, pk):
            record = opened(request, model, pk, verb)
            typed = [] if form is None else [sent(form(request.POST))]
            try:
                return view(request, record, *typed)
            except Conflict as conflict:
                raise Refusal(
                    _("Somebody changed this after you opened the page. Open it again and look first.")
                ) from conflict

        return guarded

    return door


def opened(request, model, pk: int, verb: str):
    record = model.objects.visible_to(request.user).filter(pk=pk).first()
    if record is None:
        raise Http404
    if not request.user.can(verb, record):
        raise PermissionDenied
    return record


def sent(form: forms.Form) -> dict:
    if form.is_valid():
        return form.cleaned_data
    raise Refusal(" ".join(str(error) for errors in form.errors.values() for error in errors))


def steps(current: str) -> dict:
    return {
        "steps": [
            {"name": name, "label": label, "url": f"rollout:{name}", "current": name == current}
            for name, label in STEPS
        ]
    }
