"""Settings: the working days of our firm."""

from datetime import timedelta

from django import forms
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from groundwork.access.doors import allowed
from groundwork.blueprint.models import Element, Firm
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.records import workdays
from groundwork.records.added.forms import ClosingForm
from groundwork.records.added.views import tried
from groundwork.records.workdays import OwnDay
from groundwork.ui.forms import DayInput
from groundwork.ui.notices import said

COMING = 90  # days within which holidays are shown
configures = allowed("configure", "settings")


class OwnDayForm(ClosingForm):
    """One day of the firm's own, with its reason."""

    on = forms.DateField(
        label=gettext_lazy("Day"), widget=DayInput(), error_messages={"required": gettext_lazy("Say which day.")}
    )
    is_worked = forms.TypedChoiceField(
        label=gettext_lazy("That day"), coerce=lambda value: value == "yes",
        choices=[("no", gettext_lazy("is off")), ("yes", gettext_lazy("is worked"))],
    )  # fmt: skip
    field_order = ("on", "is_worked", "reason")

    @property
    def facts(self) -> dict:
        return self.cleaned_data


@require_http_methods(["GET", "POST"])
@configures
def working_days(request):
    form = OwnDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (row := tried(form, workdays.set_day, by=request.user)):
        said(request, _("%(day)s is worked.") % {"day": row} if row.is_worked else _("%(day)s is off.") % {"day": row})
        return redirect("records:working_days")
    return _shown(request, form, 422 if request.method == "POST" else 200)


def _shown(request, form, status=200):
    own = OwnDay.objects.filter(retired_at=None, on__gte=today() - timedelta(days=365))
    elements = Element.objects.filter(key__startswith="workday:").select_related("asked_by")
    by_key = {element.key: element for element in elements}
    firm = Firm.current()
    country = firm.working_calendar if firm else ""
    context = {
        "form": form, "own": [(row, by_key.get(row.element_key)) for row in own],
        "country": Firm.Calendar(country).label if country else "", "known_to": workdays.moves_known_to(country),
        "coming": _coming(),
    }  # fmt: skip
    return render(request, "records/working_days.html", context, status=status)


def _coming() -> list[tuple[str, str]]:
    """(day, what it is) of the next days off on weekdays, and of the worked ones at weekends."""
    calendar, start, found = workdays.calendar(), today(), []
    for place in range(COMING):
        day = start + timedelta(days=place)
        if calendar.is_working(day) != (day.weekday() < 5):
            what = _("worked") if calendar.is_working(day) else calendar.holiday(day) or _("day off")
            found.append((languages.day(day), what))
    return found


@require_POST
@configures
def working_day_retire(request, pk):
    """The day is again what the calendar says."""
    row, form = get_object_or_404(OwnDay, pk=pk), ClosingForm(request.POST)
    if not form.is_valid():
        said(request, _("Say why, in one sentence."))
        return redirect("records:working_days")
    row.retire(by=request.user, reason=form.cleaned_data["reason"])
    said(request, _("%(day)s is again as the calendar says.") % {"day": row})
    return redirect("records:working_days")
