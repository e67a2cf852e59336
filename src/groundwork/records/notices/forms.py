"""What a person wants to be told: one choice a kind of notice, the digest, the quiet hours, the days."""

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.records.notices.choosing import in_quiet
from groundwork.records.notices.models import Notice, NoticeChoices, Way
from groundwork.ui.forms import PlainErrors

ABOUT = {
    Notice.Kind.MENTION: gettext_lazy("somebody mentions me"),
    Notice.Kind.TASK: gettext_lazy("somebody gives me a task"),
    Notice.Kind.DONE: gettext_lazy("a task that I gave is done"),
    Notice.Kind.ACCEPTED: gettext_lazy("a task that I gave is accepted"),
    Notice.Kind.RETURNED: gettext_lazy("a task that I gave is given back"),
    Notice.Kind.REMIND: gettext_lazy("a task of mine has a reminder"),
    Notice.Kind.CHANGE: gettext_lazy("something that I follow changes"),
    Notice.Kind.CONTROL: gettext_lazy("something that I answer for did not happen in time"),
    Notice.Kind.TOLD: gettext_lazy("something that others answer for did not happen in time"),
    Notice.Kind.MINUTES: gettext_lazy("the minutes of a review that I took part in"),
    Notice.Kind.GIVEN: gettext_lazy("a new lead is given to me, or has no owner"),
    Notice.Kind.BECAME: gettext_lazy("what became of something that I told"),
}
TASKS = "tasks"  # of the digest; in a mail it is one of the choices like those of notices


def hours() -> list[tuple[str, str]]:
    return [(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)]


def as_hour(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


class HourField(forms.TypedChoiceField):
    """A whole hour; an hour with minutes that a script once kept stays among the choices."""

    def __init__(self, *, required: bool, **kwargs: Any):
        empty = [] if required else [("", _("no quiet hours"))]
        super().__init__(choices=[*empty, *hours()], coerce=as_hour, empty_value=None, required=required, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class ChoicesForm(PlainErrors, forms.ModelForm):
    """``less`` names the choice that the person came to change: the cursor stands there."""

    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days on which mail may come"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None comes on holidays and on days off of our firm."),
        error_messages={"required": gettext_lazy("Choose at least one day, or have nothing sent by mail.")},
    )  # fmt: skip

    class Meta:
        model = NoticeChoices
        fields = ("tasks_in_digest", "digest_at", "quiet_from", "quiet_to")

    def __init__(self, data=None, *, less: str = "", **kwargs: Any):
        super().__init__(data, **kwargs)
        for kind, words in ABOUT.items():
            field = forms.ChoiceField(
                label=_("When %(what)s") % {"what": words}, choices=Way.choices, initial=self.instance.way(kind)
            )
            self.fields[f"way_{kind}"] = field
        self.fields["digest_at"] = HourField(required=True, label=_("The digest comes at"))
        self.fields["quiet_from"] = HourField(required=False, label=_("Quiet from"))
        self.fields["quiet_to"] = HourField(required=False, label=_("Quiet until"))
        week = [(str(number + 1), capfirst(str(WEEKDAYS[number]))) for number in range(7)]
        self.fields["days"].choices = week  # type: ignore[attr-defined]
        self.initial["days"] = list(self.instance.days)
        name = "tasks_in_digest" if less == TASKS else f"way_{less}"
        if name in self.fields:
            self.fields[name].widget.attrs["autofocus"] = True
            self.fields[name].help_text = _("You came here from a mail of this kind.")

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        return [
            (_("How I am told"), [f"way_{kind}" for kind in ABOUT]),
            (_("The daily digest"), ["digest_at", "tasks_in_digest"]),
            (_("When mail may come"), ["days", "quiet_from", "quiet_to"]),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end, at = cleaned.get("quiet_from"), cleaned.get("quiet_to"), cleaned.get("digest_at")
        if (start is None) != (end is None):
            self.add_error("quiet_to" if end is None else "quiet_from", _("Give both hours, or none of them."))
        elif at is not None and in_quiet(start, end, at):
            self.add_error("digest_at", _("Choose an hour outside your quiet hours."))
        return cleaned

    def save(self, commit: bool = True) -> NoticeChoices:
        self.instance.ways = {kind: self.cleaned_data[f"way_{kind}"] for kind in ABOUT}
        self.instance.days = "".join(sorted(self.cleaned_data["days"]))
        return super().save(commit)
