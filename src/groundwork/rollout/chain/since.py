"""Since when something that was agreed is in doubt: the first change of an end after it was agreed, out of history."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q
from django.utils.timezone import localtime

from groundwork.blueprint.models import ElementRevision
from groundwork.records.models import Change
from groundwork.rollout.chain.coverage import Standing

Record = tuple[str, int]
ENDS = {  # what of a record is an end; of lines the first part of their name in history
    "requirement": {"statement", "done_when", "requirementneed"},
    "goal": {"statement", "metric", "target", "due"},
    "need": {"statement"},
    "use_case": {"usestep"},
}


def doubted_since(standings: Iterable[Standing], known: Iterable[tuple[int, int, str]]) -> dict[int, date]:
    """{requirement: the day}, of these that are in doubt. Two queries, none where nothing is in doubt.

    ``known`` are (use case, requirement, role). One that history does not tell of (loaded, or of before there was any)
    is in doubt since it was agreed.
    """
    doubted = {one.pk: one for one in standings if one.doubts and one.row.confirmed_at}
    if not doubted:
        return {}
    cases: dict[int, list[int]] = {}
    for pk, requirement, _role in known:
        cases.setdefault(requirement, []).append(pk)
    ends = {pk: ends_of(one, cases.get(pk, [])) for pk, one in doubted.items()}
    first = min(one.row.confirmed_at for one in doubted.values() if one.row.confirmed_at)
    changes = changed({end for found in ends.values() for end in found}, first)
    revised = {element.pk for one in doubted.values() for element in one.elements}
    for element, at in ElementRevision.objects.filter(element__in=revised, at__gt=first).values_list("element", "at"):
        changes.setdefault(("element", element), []).append(at)
    return {
        pk: localtime(min((at for end in ends[pk] for at in changes.get(end, []) if at > agreed_at), default=agreed_at))
        .date()
        for pk, one in doubted.items()
        if (agreed_at := one.row.confirmed_at)
    }  # fmt: skip


def ends_of(standing: Standing, cases: list[int]) -> list[Record]:
    """The records in which that lies which changed."""
    found: list[Record] = []
    for doubt in standing.doubts:
        if doubt.end in ("words", "asked"):
            found.append(("requirement", standing.pk))
        if doubt.end == "asked":
            found += [("need", asked.need) for asked in standing.needs]
        elif doubt.end == "number":
            found.append(("goal", standing.goal.pk))
        elif doubt.end == "steps":
            found += [("use_case", pk) for pk in cases]
        elif doubt.end == "element":
            found += [("element", one.pk) for one in standing.elements if one.label == doubt.name]
    return found


def changed(records: set[Record], after: datetime) -> dict[Record, list[datetime]]:
    """When an end of these records was changed. One query."""
    ids: dict[str, list[int]] = {}
    for type_key, pk in records:
        ids.setdefault(type_key, []).append(pk)
    wanted = Q(pk__in=[])
    for type_key in ENDS.keys() & ids.keys():
        wanted |= Q(type=type_key, object_id__in=ids[type_key])
    found: dict[Record, list[datetime]] = {}
    rows = Change.objects.filter(wanted, changeset__at__gt=after).order_by()
    for type_key, pk, fields, at in rows.values_list("type", "object_id", "fields", "changeset__at"):
        if not ENDS[type_key].isdisjoint(name.partition("#")[0] for name in fields):
            found.setdefault((type_key, pk), []).append(at)
    return found
