"""Statuses of leads and the rules that give leads away, in a configuration file.

A rule that names people stays with us; one that goes round in a department travels by the department's name.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.access.models import Department
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.crm.sales.assigning import AssignmentRule
from groundwork.crm.sales.configured import LONGEST, by_name, kept, place_in
from groundwork.crm.sales.lead_statuses import LeadState, LeadStatus
from groundwork.crm.sales.pipelines import Ordered, Word, sales
from groundwork.records.added.configured import (
    choice_in,
    in_use_of,
    plain_name,
    put_in_use,
    reasons_of,
    text_in,
    travels,
)
from groundwork.records.lists.configured import list_in


def rows_of(model: Any) -> dict[str, Any]:
    return by_name(model.objects.all())


def element_of(model: Any, name: str) -> str:
    row = rows_of(model).get(name)
    return row.element_key if row else ""


def put(row: Ordered, said: dict[str, Any], facts: Facts, act: Act) -> None:
    """Make or change it; one that the file uses again is restored first."""
    reason = facts.get("reason") or act.reason
    if row.retired_at and is_yes(facts, "in_use", "yes"):
        row.restore(by=act.by, reason=reason)
    kept(row, said | {"order": place_in(facts, type(row)._default_manager.exclude(pk=row.pk))}, act, reason)
    put_in_use(type(row)._default_manager.get(pk=row.pk), facts, act)


# ── statuses


def read_statuses() -> dict[str, Facts]:
    reasons = reasons_of(LeadStatus.KIND)
    return {
        name: {
            "reason": reasons.get(row.element_key, ""), "in_use": in_use_of(row), "place": str(row.order),
            "leads_are": row.outcome,
        }
        for name, row in rows_of(LeadStatus).items()
    }  # fmt: skip


def write_status(name: str, facts: Facts, act: Act) -> None:
    row = rows_of(LeadStatus).get(name) or LeadStatus(name=plain_name(name, LONGEST))
    put(row, {"outcome": choice_in(facts, "leads_are", list(LeadState), LeadState.OPEN)}, facts, act)


# ── rules


def read_rules() -> dict[str, Facts]:
    reasons = reasons_of(AssignmentRule.KIND)
    rows = rows_of(AssignmentRule)
    return {name: about(row, reasons.get(row.element_key, "")) for name, row in rows.items() if not row.people}


def about(row: AssignmentRule, reason: str) -> Facts:
    sources = [sales().words[key].name for key in row.sources if key in sales().words]
    facts: Facts = {
        "reason": reason, "in_use": in_use_of(row), "place": str(row.order), "sources": sources,
        "country": row.country, "word": row.word, "department": row.department.name if row.department else "",
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value or name == "reason"}


def rules_that_stay() -> list[str]:
    words = _("The rule “%(name)s” about leads: it names people of ours.")
    return [words % {"name": name} for name, row in rows_of(AssignmentRule).items() if row.people]


def write_rule(name: str, facts: Facts, act: Act) -> None:
    row = rows_of(AssignmentRule).get(name) or AssignmentRule(name=plain_name(name, LONGEST))
    put(row, {"sources": sources_in(facts), "country": text_in(facts, "country", LONGEST), "people": [],
              "word": text_in(facts, "word", LONGEST), "department_id": department_in(facts)}, facts, act)  # fmt: skip


def sources_in(facts: Facts) -> list[str]:
    known = by_name(word for word in sales().words.values() if word.list == Word.List.SOURCE)
    for place, name in enumerate(list_in(facts, "sources")):
        if name not in known:
            words = _("There is no source “%(name)s”. There are: %(names)s.")
            raise wrong(words % {"name": name, "names": ", ".join(known)}, "sources", str(place))
    return [known[name].key for name in list_in(facts, "sources")]


def department_in(facts: Facts) -> int:
    name = text_in(facts, "department", 200)
    found = Department.objects.filter(name=name).order_by("pk").first()
    if found is None:
        raise wrong(_("There is no department “%(name)s”.") % {"name": name}, "department")
    return found.pk


sections.add(
    Section(
        key="lead_statuses", label=gettext_lazy("Statuses of leads"), order=65, read=read_statuses,
        write=write_status, facts=frozenset({"reason", "in_use", "place", "leads_are"}),
        element=lambda name: element_of(LeadStatus, name), gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
sections.add(
    Section(
        key="assignment", label=gettext_lazy("Who gets a new lead"), order=66, read=read_rules, write=write_rule,
        stays=rules_that_stay, deep=frozenset({"sources"}),
        facts=frozenset({"reason", "in_use", "place", "sources", "country", "word", "department"}),
        element=lambda name: element_of(AssignmentRule, name), gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
