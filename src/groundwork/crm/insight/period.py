"""The period a report speaks of: up to a day (as of), from the start of its month, quarter or year, or all."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundwork.core.languages import day
from groundwork.ui.forms import DayInput, PlainErrors

PERIODS = {"month": _("Month"), "quarter": _("Quarter"), "year": _("Year"), "all": _("All")}


@dataclass(frozen=True)
class Period:
    key: str
    as_of: date

    @property
    def start(self) -> date | None:
        """None: from the first document on."""
        first = self.as_of.replace(day=1)
        if self.key == "month":
            return first
        if self.key == "quarter":
            return first.replace(month=(first.month - 1) // 3 * 3 + 1)
        return first.replace(month=1) if self.key == "year" else None

    @property
    def end(self) -> date:
        return self.as_of


class PeriodForm(PlainErrors, forms.Form):
    """``?period=month&as_of=2011-05-31&currency=GBP``; ``currency=all`` is all of them in the firm's own.

    What is missing or senseless falls back to the default.
    """

    period = forms.ChoiceField(choices=list(PERIODS.items()), required=False)
    as_of = forms.DateField(label=_("as of"), required=False, widget=DayInput())
    currency = forms.RegexField(r"^([A-Z]{3}|all)$", required=False)


class RangeForm(PlainErrors, forms.Form):
    by = forms.CharField(required=False, max_length=20)
    start = forms.DateField(label=_("from"), required=False, widget=DayInput())
    end = forms.DateField(label=_("to"), required=False, widget=DayInput())
    as_of = forms.DateField(label=_("as of"), required=False, widget=DayInput())
    currency = forms.RegexField(r"^([A-Z]{3}|all)$", required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def __init__(self, data):
        """The address says ``from`` and ``to``."""
        super().__init__({**{name: data.get(name) for name in data}, "start": data.get("from"), "end": data.get("to")})


def asked(form: forms.Form) -> dict:
    """What was asked for and makes sense; for addresses, where a typing error is no reason to show nothing."""
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


def words_of_range(start, end) -> str:
    if start and end:
        return f"{day(start)} – {day(end)}"
    if end:
        return gettext("up to %(day)s") % {"day": day(end)}
    return gettext("from %(day)s") % {"day": day(start)} if start else gettext("all days")
