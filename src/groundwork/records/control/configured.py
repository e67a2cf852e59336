"""Control rules in a configuration file. One that names a person of ours stays with us."""

from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.records.added.configured import (
    choice_in,
    in_use_of,
    joined,
    kind_called,
    names_of,
    number_in,
    parted,
    plain_name,
    put_in_use,
    reasons_of,
    text_in,
    travels,
)
from groundwork.records.control.conditions import days_of, situations_of
from groundwork.records.control.models import Answers, ControlRule, Told
from groundwork.records.lists.configured import Stays, filter_in, filters_of, list_in
from groundwork.records.types import RecordType, types

NOBODY = "nobody"  # a file says no empty word


def rules() -> dict[str, ControlRule]:
    """By the name that a file gives them; where several retired ones had a name, the newest."""
    rows = [row for row in ControlRule.objects.all() if row.type in types]
    rows.sort(key=lambda row: (row.retired_at is None, row.pk))
    return {joined(types[row.type].named or row.type, row.name): row for row in rows}


def read() -> dict[str, Facts]:
    reasons, found = reasons_of(ControlRule.KIND), {}
    for name, row in sorted(rules().items()):
        try:
            found[name] = about(row, types[row.type], reasons.get(row.element_key, ""))
        except Stays:
            continue
    return found


def stays() -> list[str]:
    named = []
    for name, row in sorted(rules().items()):
        try:
            about(row, types[row.type], "")
        except Stays:
            named.append(_("The control rule “%(name)s”: it names people or departments of ours.") % {"name": name})
    return named


def about(row: ControlRule, kind: RecordType, reason: str) -> Facts:
    if Answers.PERSON in (row.answers, row.told):
        raise Stays
    facts: Facts = {
        "reason": reason, "in_use": in_use_of(row), "while": sorted(filters_of(kind, QueryDict(row.query)), key=str),
        "situation": row.situation, "from_day": names_of(kind).get(row.day, row.day), "days": str(row.patience),
        "working_days": "yes" if row.working else "", "answers": row.answers, "told": row.told or NOBODY,
        "told_after": str(row.told_after) if row.told_after else "",
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value or name == "reason"}


def write(name: str, facts: Facts, act: Act) -> None:
    type_name, called = parted(name)
    kind, reason = kind_called(type_name), facts.get("reason") or act.reason
    row, said = rules().get(name), said_of(facts, kind)
    if row is None:
        row = ControlRule(type=kind.key, name=plain_name(called, 120))
    if row.retired_at and is_yes(facts, "in_use", "yes"):
        row.restore(by=act.by, reason=reason)
    row = row.keep(by=act.by, reason=reason, name=row.name, **said)
    put_in_use(row, facts, act)


def said_of(facts: Facts, kind: RecordType) -> dict[str, Any]:
    keys = {name: key for key, name in names_of(kind).items()}
    pairs = [filter_in(item, kind, keys, ("while", str(place))) for place, item in enumerate(list_in(facts, "while"))]
    day = text_in(facts, "from_day", 200)
    if keys.get(day, day) not in dict(days_of(kind)):
        raise wrong(_("Choose the day that the time runs from."), "from_day")
    known = [key for key, _label in situations_of(kind)]
    situation = choice_in(facts, "situation", known) if facts.get("situation") else ""
    told = choice_in(facts, "told", [NOBODY, Told.HEAD], NOBODY)
    return {
        "query": urlencode(sorted(pairs), doseq=True), "situation": situation, "day": keys.get(day, day),
        "patience": number_in(facts, "days") if "days" in facts else 0, "working": is_yes(facts, "working_days"),
        "answers": choice_in(facts, "answers", [Answers.OWNER, Answers.HEAD], Answers.OWNER),
        "person_id": None, "told": Told.NOBODY if told == NOBODY else told, "told_person_id": None,
        "told_after": number_in(facts, "told_after") if "told_after" in facts else 0,
    }  # fmt: skip


def element(name: str) -> str:
    row = rules().get(name)
    return row.element_key if row else ""


sections.add(
    Section(
        key="control", label=gettext_lazy("Must happen in time"), order=75, read=read, write=write, stays=stays,
        facts=frozenset({"reason", "in_use", "while", "situation", "from_day", "days", "working_days", "answers",
                         "told", "told_after"}),
        deep=frozenset({"while"}), element=element, gone={"in_use": "no"}, travels=travels,
    )
)  # fmt: skip
