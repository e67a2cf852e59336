"""Shared reports in a configuration file: what they ask, by the names that every firm has.

As with shared views, one that is shared with a department, or that asks for certain people, departments or records,
says nothing in another firm and stays.
"""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes, named
from groundwork.blueprint.elements import account_for
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.insight.question import CHARTS, MEASURES, STEPS, Question
from groundwork.records.added.configured import (
    choice_in,
    joined,
    kind_called,
    names_of,
    parted,
    plain_name,
    reasons_of,
    text_in,
)
from groundwork.records.lists.configured import Stays, filter_in, filters_of, key_in, list_in, role_in
from groundwork.records.lists.saved_views import query_of
from groundwork.records.types import RecordType, types

FIELDS = ("by", "across", "of")
WORDS = {"step": STEPS, "across_step": STEPS, "measure": MEASURES, "chart": CHARTS}
USUAL = {"step": "month", "across_step": "month", "measure": "count", "chart": "bars"}


def shared() -> Iterator[tuple[str, BuiltReport, RecordType]]:
    """Every shared report with the name that a file gives it; one of equal names gets a number."""
    taken: set[str] = set()
    for report in BuiltReport.objects.current().exclude(shared="").select_related("role").order_by("name", "pk"):
        if (kind := types.get(report.type)) is None:
            continue
        name = report.name
        while joined(kind.named or kind.key, name) in taken:
            name += " (2)"
        taken.add(joined(kind.named or kind.key, name))
        yield joined(kind.named or kind.key, name), report, kind


def read() -> dict[str, Facts]:
    found, reasons = {}, reasons_of(Element.Kind.REPORT)
    for name, report, kind in shared():
        try:
            found[name] = about(report, kind)
        except Stays:
            continue
        if reason := reasons.get(report.element_key):
            found[name]["reason"] = reason
    return dict(sorted(found.items()))


def stays() -> list[str]:
    words = []
    for name, report, kind in shared():
        try:
            about(report, kind)
        except Stays:
            words.append(_("The report “%(name)s”: it names people, departments or records of ours.") % {"name": name})
    return words


def about(report: BuiltReport, kind: RecordType) -> Facts:
    if report.shared == BuiltReport.Shared.DEPARTMENT:
        raise Stays
    params, names = report.params, names_of(kind)
    facts: Facts = {"role": named(report.role) if report.role else "", "decides": report.decides}
    facts["better"] = report.better
    facts["filters"] = sorted(filters_of(kind, params), key=str)
    facts |= {name: names.get(params.get(name, ""), "") for name in FIELDS}
    facts |= {name: params.get(name, "") for name in WORDS if params.get(name, "") != USUAL[name]}
    facts["search"] = (params.get("q") or "").strip()
    facts["archived"] = "yes" if params.get("archived") == "1" else ""
    return {name: value for name, value in facts.items() if value}


def write(name: str, facts: Facts, act: Act) -> None:
    type_name, called = parted(name)
    kind, report = kind_called(type_name), next((row for key, row, _kind in shared() if key == name), None)
    if report is None:
        report = BuiltReport(type=kind.key, name=plain_name(called, 80), author=act.by)
    if not is_yes(facts, "in_use", "yes"):
        report.archived_at = now()
    report.role = role_in(facts)
    report.shared = BuiltReport.Shared.ROLE if report.role else BuiltReport.Shared.EVERYBODY
    report.decides, report.query = text_in(facts, "decides", 300), query_in(facts, kind, act.by)
    report.better = choice_in(facts, "better", [*BuiltReport.Better.values], "")
    report.save()
    reason, in_use = facts.get("reason") or act.reason, report.archived_at is None
    account_for(report.element_key, kind=report.KIND, by=act.by, reason=reason, name=report.name, on=in_use)


def query_in(facts: Facts, kind: RecordType, by: Any) -> str:
    """The question, tried out as whoever applies it would ask it."""
    keys = {name: key for key, name in names_of(kind).items()}
    params = QueryDict(mutable=True)
    for place, condition in enumerate(list_in(facts, "filters")):
        key, values = filter_in(condition, kind, keys, ("filters", str(place)))
        params.setlist(key, values)
    for fact in FIELDS:
        if name := text_in(facts, fact, 200):
            params[fact] = key_in(keys, name, fact)
    for fact, words in WORDS.items():
        if text_in(facts, fact, 20):
            params[fact] = choice_in(facts, fact, list(words), USUAL[fact])
    params["q"], params["archived"] = text_in(facts, "search", 200), "1" if is_yes(facts, "archived") else ""
    query = query_of(params)
    if len(query) > 4000:
        raise Refusal(_("This report is too long."))
    Question(kind, by, QueryDict(query)).listing.conditions()
    return query


def element(name: str) -> str:
    return next((report.element_key for key, report, _kind in shared() if key == name), "")


sections.add(
    Section(
        key="reports", label=gettext_lazy("Reports"), order=72, read=read, write=write, stays=stays,
        facts=frozenset(
            {"in_use", "role", "decides", "better", "filters", *FIELDS, *WORDS, "search", "archived", "reason"}
        ),
        deep=frozenset({"filters"}), element=element, gone={"in_use": "no"},
    )
)  # fmt: skip
