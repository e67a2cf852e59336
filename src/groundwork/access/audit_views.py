"""The audit log: what happened, by whom, narrowed by person, event and days; and whether somebody touched it."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from groundwork.access import audit, seals
from groundwork.access.doors import allowed
from groundwork.access.forms import AuditFilterForm
from groundwork.access.models import AuditEntry
from groundwork.core.languages import moment
from groundwork.ui.table import Cell, Column, Empty, Row, Table

AT_ONCE = 100


@require_GET
@allowed("configure", "people")
def audit_log(request):
    form = AuditFilterForm(request.GET or None)
    narrowed = form.narrowed(AuditEntry.objects.order_by("-pk").select_related("user"))
    shown = Paginator(narrowed, AT_ONCE).get_page(request.GET.get("page"))
    checked = request.GET.get("check") == "1"
    kept = urlencode({name: value for name, value in request.GET.items() if value and name in form.fields})
    context = {
        "table": table_of(shown), "page": shown, "form": form, "kept": kept,
        "checked": checked, "fault": seals.verify() if checked else "",
    }  # fmt: skip
    return render(request, "access/audit.html", context, status=422 if form.errors else 200)


def table_of(entries) -> Table:
    labels = dict(audit.Event.choices)
    rows = [
        Row(
            [Cell(moment(entry.at)), Cell(str(entry.user or "")), Cell(str(labels.get(entry.event, entry.event))),
             Cell(told(entry.detail)), Cell(entry.address), Cell(str(entry.pk), kind="number")],
            key=str(entry.pk),
        )
        for entry in entries
    ]  # fmt: skip
    columns = [
        Column("at", _("When"), main=True), Column("by", _("Who")), Column("event", _("What")),
        Column("detail", _("Details")), Column("address", pgettext("an address", "From")),
        Column("number", _("No."), numeric=True),
    ]  # fmt: skip
    nothing = Empty(_("Nothing of that kind was noted"), _("Ask for other days or people."))
    return Table(columns, rows, empty=nothing, id="audit")


DETAILS = {
    "person": gettext_lazy("person"),
    "email": gettext_lazy("e-mail"),
    "role": gettext_lazy("role"),
    "roles": gettext_lazy("roles"),
    "name": gettext_lazy("name"),
    "reason": gettext_lazy("reason"),
    "changed": gettext_lazy("changed"),
    "department": gettext_lazy("department"),
    "firm": gettext_lazy("our firm"),
    "like": gettext_lazy("copy of"),
    "by": gettext_lazy("by"),
    "as": gettext_lazy("looking as"),
    "on": gettext_lazy("last day"),
    "to": gettext_lazy("handed over to"),
    "invitations": gettext_lazy("links withdrawn"),
    "browser": gettext_lazy("browser"),
    "left": gettext_lazy("codes left"),
    "steps": gettext_lazy("steps"),
    "what": gettext_lazy("what"),
    "file": gettext_lazy("file"),
    "narrowed": gettext_lazy("narrowed by"),
    "record": gettext_lazy("record"),
    "kept": gettext_lazy("kept by law"),
}


def told(detail: dict) -> str:
    """The details of an event on one line."""
    said = {key: plain(value) for key, value in detail.items() if value not in ("", {})}
    return "; ".join(f"{DETAILS.get(key, key)}: {words}" for key, words in said.items())


def plain(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    if isinstance(value, list) and len(value) == 2 and any(isinstance(inner, list) for inner in value):
        return " → ".join(plain(inner) or "–" for inner in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
