"""Reports made by the firm: all of them, one of them, and the page on which one is made."""

import json
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access import audit
from groundwork.access.doors import allowed
from groundwork.blueprint.elements import is_on
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.insight import output
from groundwork.crm.insight.built import chart_of, file_of, files_of, table_of, trash_of
from groundwork.crm.insight.built_forms import QuestionForm, ReportForm
from groundwork.crm.insight.models import BuiltReport, reports_of
from groundwork.crm.insight.needed import facts_of, last_file
from groundwork.crm.insight.question import Answer, Question, chosen, out_of_use, without
from groundwork.crm.insight.reports import reports as own_reports
from groundwork.crm.insight.sections import sections
from groundwork.crm.insight.wanted import Wanted
from groundwork.records.models import Tally, Use
from groundwork.records.types import RecordType, types
from groundwork.records.use import note_use
from groundwork.ui.notices import said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
USUAL = 7  # record types that are offered at once
FILES = ("csv", "json", "xlsx")


@require_GET
@allowed("view", "reports")
def reports(request):
    """Everything there is to read: what the product brings, and what people made."""
    user = request.user
    ready = [
        (report.label, reverse("insight:report", args=[report.key])) for report in own_reports if is_on(report.element)
    ]
    ready += [
        (section.label, reverse("insight:report", args=[section.key]))
        for section in sections if is_on(section.element) and section.may(user)
    ]  # fmt: skip
    met = [report for report in reports_of(user) if report.type in types]
    reasons = dict(Element.objects.filter(key__in=[report.element_key for report in met]).values_list("key", "reason"))
    built = [
        {
            "report": report, "kind": types[report.type], "reason": reasons.get(report.element_key, ""),
            "may_change": report.may_be_changed_by(user), "gone": gone_of(report),
        }
        for report in met
    ]  # fmt: skip
    usual, others = kinds_for(user)
    context = {"ready": ready, "built": built, "usual": usual, "others": others, "lying": bool(trash_of(user).rows)}
    context["wish"] = Wanted.asked(request.GET.get("for", ""), user)
    return render(request, "insight/reports.html", context)


def kinds_for(user) -> tuple[list[RecordType], list[RecordType]]:
    """What a report may be about: the firm's own types and what the person opens most first, what is empty last."""
    kinds = sorted((kind for kind in types if user.can("view", kind.key)), key=lambda kind: str(kind.plural))
    since = now() - timedelta(days=28)
    views = Use.objects.filter(user=user, kind="view", at__gte=since).order_by().values_list("key")
    opened = dict(views.annotate(times=Count("pk")))
    held = set(Tally.objects.order_by().values_list("type", flat=True).distinct())

    def rank(kind: RecordType) -> tuple:
        times = opened.get(kind.key, 0)
        return not kind.named, not times and kind.key not in held, -times, kind.section != "work", kind.order

    ranked = sorted(kinds, key=rank)
    usual = ranked[:USUAL]
    return [kind for kind in kinds if kind in usual], [kind for kind in kinds if kind not in usual]


def gone_of(report: BuiltReport) -> bool:
    """Does it name a field that is out of use?"""
    return any(out_of_use(types[report.type], name) is not None for name in report.named)


def _kind(request, type_key: str) -> RecordType:
    if type_key not in types or not request.user.can("view", type_key):
        raise Http404
    return types[type_key]


@require_http_methods(["GET", "POST"])
@allowed("view", "reports")
def build(request, type_key):
    """Ask, look, keep. ``report`` in the address is the one that is changed by it, ``for`` what it is made for."""
    kind = _kind(request, type_key)
    params = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    report = _changed(request, params.get("report", ""), kind)
    wish = Wanted.asked(params.get("for", ""), request.user)
    asked = Question(kind, request.user, without(params, "report", "for"))
    asked.listing.params = params  # its own links keep which report is changed
    found, wrong = asked.listing.filters.find()
    if found and not wrong:
        return redirect(asked.listing.address(**found))
    if request.htmx and "filter" in request.GET:
        return render(request, "records/list.html#filter", _filters(asked))
    form = _report_form(request, asked, report, wish)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            kept = _keep(form, asked, by=request.user)
            onward = wish.bind(kept, by=request.user) if wish else reverse("insight:built", args=[kept.pk])
        messages.success(request, _("“%(name)s” is kept.") % {"name": kept})
        return redirect(onward)
    context = {**_shown(asked, params.get("currency", "")), **_filters(asked, always=bool(wrong) or "filter" in params)}
    kept_in_form = [(key, value) for key in chosen(params, ()) for value in params.getlist(key)]
    context |= {
        "ask": QuestionForm(asked), "form": form, "report": report, "query": _whole(asked, report, wish), "wish": wish,
        "hidden": kept_in_form
        + ([("report", str(report.pk))] if report else [])
        + ([("for", wish.said)] if wish else []),
        "reset": reverse("insight:build", args=[kind.key]),
    }  # fmt: skip
    return render(request, "insight/build.html", context, status=422 if request.method == "POST" else 200)


def _changed(request, pk: str, kind: RecordType) -> BuiltReport | None:
    if not pk:
        return None
    report = (
        BuiltReport.objects.current()
        .select_related("author")
        .filter(type=kind.key, pk=pk if pk.isdecimal() else 0)
        .first()
    )
    if report is None or not report.is_seen_by(request.user):
        raise Http404
    if not report.may_be_changed_by(request.user):
        raise PermissionDenied
    return report


def _whole(asked: Question, report: BuiltReport | None, wish: Wanted | None = None) -> str:
    return asked.query + (f"&report={report.pk}" if report else "") + (f"&for={wish.said}" if wish else "")


def _filters(asked: Question, always: bool = True) -> dict:
    return {"kind": asked.kind, "listing": asked.listing, "filters": asked.listing.filters.form() if always else None}


def _report_form(request, asked: Question, report: BuiltReport | None, wish: Wanted | None) -> ReportForm:
    instance = report or BuiltReport(type=asked.kind.key, author=request.user)
    return ReportForm(request.POST or None, instance=instance, user=request.user, asked=asked, wish=wish)


def _keep(form: ReportForm, asked: Question, *, by) -> BuiltReport:
    report = form.save(commit=False)
    before, report.query = report.query, asked.query[:4000]
    difference = {"query": [before, report.query]} if report.pk and before != report.query else None
    typed = form.cleaned_data
    report.keep(by=by, reason=typed["reason"], asked_by=typed["asked_by"], difference=difference)
    return report


def _shown(asked: Question, currency: str) -> dict:
    """What a report shows: chart, table, facts. A fixed number of queries."""
    answer = Answer(asked, currency)
    return {
        "asked": asked, "answer": answer, "table": table_of(answer), "chart": chart_of(answer),
        "facts": facts_of(asked, answer.currency), "last_file": last_file(asked.kind),
        "narrowed_by": asked.listing.narrowed_by(),
    }  # fmt: skip


def _seen(request, pk) -> BuiltReport:
    report = get_object_or_404(BuiltReport.objects.select_related("author"), pk=pk)
    if not report.is_seen_by(request.user) or report.type not in types or not request.user.can("view", report.type):
        raise Http404
    return report


@require_GET
@allowed("view", "reports")
def built(request, pk):
    """One report, answered for whoever reads it."""
    report = _seen(request, pk)
    if report.archived_at is not None:
        raise Http404
    kind, user = types[report.type], request.user
    element = Element.objects.filter(key=report.element_key).first()
    context = {"report": report, "kind": kind, "element": element, "may_change": report.may_be_changed_by(user)}
    try:
        asked = Question(kind, user, report.params)
        context |= _shown(asked, request.GET.get("currency", ""))
    except Refusal as refusal:
        context |= {"refusal": str(refusal), "refusal_href": getattr(refusal, "href", "")}
        return render(request, "insight/built.html", context)
    note_use(user, "report", report.element_key)
    here = request.path
    context["currencies"] = [
        {"label": code, "href": f"{here}?currency={code}", "current": code == context["answer"].currency}
        for code in context["answer"].currencies
    ]
    context["downloads"] = files_of(report, context["answer"]) if user.can("export", "reports") else []
    context["change_href"] = f"{reverse('insight:build', args=[kind.key])}?{_whole(asked, report)}"
    return render(request, "insight/built.html", context)


@require_GET
@allowed("export", "reports")
def built_download(request, pk, form):
    """The same numbers as a file."""
    report = _seen(request, pk)
    if report.archived_at is not None or form not in FILES or not request.user.can("view", "reports"):
        raise Http404
    asked = Question(types[report.type], request.user, report.params)
    names, rows, heads = file_of(Answer(asked, request.GET.get("currency", "")))
    note_use(request.user, "export", report.element_key)
    audit.record(audit.Event.EXPORTED, request.user, {"what": report.element_key, "file": form}, request)
    if form == "json":
        response = HttpResponse(json.dumps({"columns": names, "rows": rows}, ensure_ascii=False), "application/json")
    elif form == "csv":
        response = HttpResponse("\ufeff" + output.as_csv(rows, names), "text/csv; charset=utf-8")
    else:
        response = FileResponse(output.as_xlsx(rows, names, heads, report.name), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{report.key}.{form}"'
    return response


def _own(request, pk) -> BuiltReport:
    report = _seen(request, pk)
    if not report.may_be_changed_by(request.user):
        raise PermissionDenied
    return report


@require_POST
@allowed("view", "reports")
def built_drop(request, pk):
    report = _own(request, pk)
    report.put_away(by=request.user)
    said(request, _("“%(name)s” is deleted.") % {"name": report}, undo_url=reverse("insight:built_back", args=[pk]))
    return redirect("insight:reports")


@require_POST
@allowed("view", "reports")
def built_back(request, pk):
    report = _own(request, pk)
    report.put_away(by=request.user, back=True)
    messages.success(request, _("“%(name)s” is back.") % {"name": report})
    return redirect("insight:built", pk)
