"""View from above, the reports behind it, and the rows behind the reports."""

import json

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groundwork.access import audit
from groundwork.access.doors import allowed
from groundwork.core.languages import day
from groundwork.crm.insight import missing_costs, output, screens
from groundwork.crm.insight.answer import Answer, Asked, ReportFile, SectionAsked, heads_of_files
from groundwork.crm.insight.invoice_lines import lines_of, narrowed, page_of, sums_of
from groundwork.crm.insight.period import Period, PeriodForm, RangeForm, asked, words_of_range
from groundwork.crm.insight.reports import reports
from groundwork.crm.insight.sections import sections, shown_above
from groundwork.crm.trade import profit
from groundwork.crm.trade.rollups import differences
from groundwork.records.use import note_use
from groundwork.ui.notices import said

FILES = ("csv", "json", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@allowed("view", "reports")
def above(request):
    """Revenue, margin and their parts, up to a day."""
    form = PeriodForm(request.GET)
    choice = asked(form)
    as_of = choice.get("as_of") or profit.last_day(request.user)
    period = Period(choice.get("period", "month"), as_of)
    shown = screens.Above.of(request.user, period, choice.get("currency", ""))
    note_use(request.user, "view", reports["profit"].element)
    parts = [] if shown.is_empty else shown_above(shown)
    context = {"above": shown, "parts": parts, "period": period, "as_of": as_of.isoformat(), "wrong": form.errors}
    if request.user.can("configure", "settings"):
        context["differences"] = screens.differences_table(differences())
    return render(request, "insight/above.html", {**context, **screens.choices_above(shown, choice.get("as_of"))})


@require_GET
@allowed("view", "reports")
def report(request, key):
    """The whole report by one dimension, with totals of all rows; or a section of the view from above by itself."""
    if (section := sections.get(key)) is not None:
        note_use(request.user, "report", section.element)
        return render(request, "insight/section.html", SectionAsked(request, section).context())
    asked_for = Asked(request, key)
    answer = Answer(asked_for)
    note_use(request.user, "report", asked_for.report.element)
    if request.htmx and asked_for.page > 1:
        response = render(request, "insight/rows.html", {"table": answer.table()})
    else:
        response = render(request, "insight/report.html", answer.context())
    response["Vary"] = "HX-Request"
    return response


@require_http_methods(["GET", "POST"])
@allowed("create", "task")
def ask_costs(request):
    """What is missing, and one act that asks somebody to fill it in."""
    found = missing_costs.Missing.of(request.user, asked(RangeForm(request.GET)))
    form = missing_costs.AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        task = found.ask(form.cleaned_data["who"], form.cleaned_data["due_on"])
        said(request, _("%(name)s owes it by %(day)s.") % {"name": task.owner, "day": day(task.due_on)})
        return redirect(found.back)
    status = 422 if request.method == "POST" else 200
    return render(request, "insight/ask.html", {"form": form, "missing": found}, status=status)


@require_GET
@allowed("export", "reports")
def download(request, key, kind):
    """The same rows as a file."""
    if not request.user.can("view", "reports"):
        raise PermissionDenied
    if kind not in FILES:
        raise Http404
    file = ReportFile(request, key, kind)
    note_use(request.user, "export", file.element)
    audit.record(audit.Event.EXPORTED, request.user, {"what": file.element, "file": kind}, request)
    if kind == "json":
        response = HttpResponse(
            json.dumps({"columns": file.names, "rows": file.records}, ensure_ascii=False), "application/json"
        )
    elif kind == "csv":
        response = HttpResponse("\ufeff" + output.as_csv(file.records, file.names), "text/csv; charset=utf-8")
    else:
        response = FileResponse(output.as_xlsx(file.records, file.names, heads_of_files(), file.sub), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{file.name}.{kind}"'
    return response


@require_GET
@allowed("view", "reports")
def lines(request):
    """The lines of invoices under a number: of a product, a company, a country, a month, or all."""
    choice = asked(RangeForm(request.GET))
    start, end = choice.get("start"), choice.get("end")
    found = lines_of(request.user, start, end, choice.get("currency", ""))
    found, title = narrowed(found, request.user, request.GET)
    table = page_of(found, request.user, request.path, request.GET)
    if request.htmx and "after" in request.GET:
        response = render(request, "insight/rows.html", {"table": table})
    else:
        context = {"title": title, "table": table, "period": words_of_range(start, end), "sums": sums_of(found)}
        response = render(request, "insight/lines.html", context)
    response["Vary"] = "HX-Request"
    return response
