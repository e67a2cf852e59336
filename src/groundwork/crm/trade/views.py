"""The settings of trade: number series; and kept sums made anew."""

from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from groundwork.access.doors import allowed
from groundwork.crm.trade import rolling
from groundwork.crm.trade.forms import SeriesForm
from groundwork.crm.trade.models import Series
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Row, Table


@require_POST
@allowed("configure", "settings")
def rebuild(request):
    """All kept sums anew, by the worker."""
    rolling.rebuild(request.user)
    said(request, _("All sums are being made anew. Reports are slower until that is done."))
    return redirect("records:home")


@allowed("configure", "settings")
def series(request):
    """Every series and the number that comes next."""
    return render(request, "trade/series.html", {"table": series_table()})


def series_table() -> Table:
    columns = [
        Column("name", pgettext("of number series", "Name"), main=True), Column("kind", _("Kind")),
        Column("pattern", _("Pattern")), Column("next", _("Next number")),
        Column("vat", _("VAT is rounded")), Column("state", _("State")),
    ]  # fmt: skip
    rows = []
    for item in Series.objects.prefetch_related("counts"):
        state = Cell(_("in use"), kind="ok") if item.is_active else Cell(_("not in use"), kind="muted")
        cells = [
            Cell(str(item)), Cell(item.get_kind_display()), Cell(item.pattern, sub=item.get_restart_display()),
            Cell(item.number_to_come()), Cell(item.get_vat_by_display()), state,
        ]  # fmt: skip
        rows.append(Row(cells, key=str(item.pk), href=reverse("trade:series_edit", args=[item.pk])))
    return Table(columns, rows, caption=_("Number series"), caption_seen=False, id="series")


@allowed("configure", "settings")
def series_new(request):
    return _typed(request, Series())


@allowed("configure", "settings")
def series_edit(request, pk):
    return _typed(request, get_object_or_404(Series, pk=pk))


def _typed(request, item: Series):
    form = SeriesForm(request.POST or None, instance=item)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "trade/series_form.html", {"form": form, "item": item}, status=status)
    with transaction.atomic():
        kept = form.save()
    said(request, _("%(name)s is saved.") % {"name": kept})
    return redirect("trade:series")
