"""What had to happen and did not; and, for those who configure, the rules that say so."""

from typing import Any

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundwork.access.doors import signed_in
from groundwork.blueprint.models import ElementRevision
from groundwork.core.refusals import Refusal
from groundwork.records.added.forms import ClosingForm
from groundwork.records.added.views import configures, tried
from groundwork.records.control import showing
from groundwork.records.control.conditions import Condition, days_of, query_of, said, situations_of
from groundwork.records.control.forms import ControlForm
from groundwork.records.control.models import ControlRule
from groundwork.records.types import RecordType, types
from groundwork.ui import notices
from groundwork.ui.table import Cell, Column, Empty, Row, Table


@require_GET
@signed_in
def control(request):
    """By rule, or by who answers (``?by=person``)."""
    by_person = request.GET.get("by") == "person"
    empty = Empty(
        _("Everything happened in time"),
        _("Here stands what had to happen by a day and did not: who answers for it, and since when."),
    )
    groups = showing.groups_for(request.user, by_person=by_person, of=request.GET.get("of", ""))
    context = {
        "groups": groups, "by_person": by_person, "empty": empty,
        "may_configure": request.user.can("configure", "settings"),
    }  # fmt: skip
    return render(request, "records/control/page.html", context)


@require_GET
@configures
def rules(request):
    rows = list(ControlRule.objects.select_related("person"))
    kinds = sorted(types_to_watch(request.user), key=lambda kind: str(kind.plural))
    context = {
        "table": rules_table([row for row in rows if not row.retired_at]), "kinds": kinds,
        "retired": [row for row in rows if row.retired_at],
    }  # fmt: skip
    return render(request, "records/control/rules.html", context)


def types_to_watch(user) -> list[RecordType]:
    return [kind for kind in types if kind.section != "settings" and kind.filters and user.can("view", kind.key)]


def rules_table(rows: list[ControlRule]) -> Table:
    columns = [
        Column("name", _("What had to happen"), main=True), Column("when", _("Of what")), Column("days", _("By when")),
        Column("who", _("Who answers")), Column("open", _("Did not happen"), numeric=True, second=True),
    ]  # fmt: skip
    lines = [
        Row(
            [
                Cell(row.name, kind="bold"), condition_cell(row), Cell(days_words(row)),
                Cell(str(row.person or row.get_answers_display())),
                Cell(str(row.events.filter(closed_at=None).count()), kind="number"),
            ],
            key=str(row.pk), href=reverse("records:control_rule", args=[row.pk]),
        )
        for row in rows
    ]  # fmt: skip
    nothing = Empty(_("No rules yet"), _("Open a list, narrow it to what must not stay so, and press “Watch these”."))
    return Table(columns, lines, caption=_("Rules"), caption_seen=False, empty=None if lines else nothing)


def condition_cell(row: ControlRule) -> Cell:
    """What the rule is about. One that cannot be read any more, since a field of it is gone, says so."""
    kind = types.get(row.type)
    if kind is None:
        return Cell(row.type, sub=_("This record type is retired."))
    try:
        return Cell(str(kind.plural), sub=said(row))
    except Refusal as refusal:
        return Cell(str(kind.plural), sub=str(refusal.sentence))


def days_words(row: ControlRule) -> str:
    kind = types.get(row.type)
    day = dict(days_of(kind)).get(row.day, row.day) if kind else row.day
    if not row.patience:
        return str(day)
    days = ngettext("%(count)s day", "%(count)s days", row.patience)
    if row.working:
        days = ngettext("%(count)s working day", "%(count)s working days", row.patience)
    return f"{day} + {days % {'count': row.patience}}"


@require_http_methods(["GET", "POST"])
@configures
def rule_new(request, type_key):
    """Of what the list shows: its filters come in the address, and are the rule's condition."""
    kind = types.get(type_key)
    if kind is None or kind not in types_to_watch(request.user):
        raise Http404
    return _rule_form(request, kind, ControlRule(type=kind.key, query=query_of(request.GET)))


@require_http_methods(["GET", "POST"])
@configures
def rule(request, pk):
    """A rule as it is; with filters in the address, with that condition instead."""
    row = get_object_or_404(ControlRule, pk=pk)
    kind = types.get(row.type)
    if kind is None:
        raise Http404
    row.query = query_of(request.GET) or row.query
    return _rule_form(request, kind, row)


def _rule_form(request, kind: RecordType, row: ControlRule, closing: ClosingForm | None = None):
    form = ControlForm(request.POST if request.method == "POST" and not closing else None, kind=kind,
                       row=row if row.pk else None)  # fmt: skip
    if form.is_bound and form.is_valid() and tried(form, row.keep, by=request.user, query=row.query):
        notices.said(request, _("Saved. What did not happen is found within five minutes."))
        return redirect("records:control_rules")
    history = ElementRevision.objects.filter(element__key=row.element_key) if row.pk else ElementRevision.objects.none()
    others = ControlRule.objects.current().filter(type=kind.key) if not row.pk and row.query else []
    context: dict[str, Any] = {
        "form": form, "kind": kind, "row": row, "closing": closing or ClosingForm(auto_id="closing_%s"),
        "others": others, "history": history.select_related("by").order_by("-number")[:20],
        "list_url": reverse("records:list", args=[kind.key]), "situations": situations_of(kind),
    }  # fmt: skip
    try:
        context["condition"] = Condition(kind, QueryDict(row.query)).items
    except Refusal as refusal:
        context["fault"] = str(refusal.sentence)
    status = 422 if form.errors or closing is not None and closing.errors else 200
    return render(request, "records/control/rule.html", context, status=status)


@require_POST
@configures
def rule_retire(request, pk):
    return _closing(request, pk, ControlRule.retire, _("The rule is retired; what it found is closed."))


@require_POST
@configures
def rule_restore(request, pk):
    return _closing(request, pk, ControlRule.restore, _("The rule holds again."))


def _closing(request, pk: int, act, done: str):
    row, form = get_object_or_404(ControlRule, pk=pk), ClosingForm(request.POST, auto_id="closing_%s")
    kind = types.get(row.type)
    if kind is None:
        raise Http404
    if not form.is_valid():
        return _rule_form(request, kind, row, form)
    act(row, by=request.user, reason=form.cleaned_data["reason"])
    notices.said(request, done)
    return redirect("records:control_rules")
