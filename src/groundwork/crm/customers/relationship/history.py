"""What was true of companies and since when; the column that lists and boards show."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from groundwork.crm.customers.models import Company, CompanyFacts, RelationshipState
from groundwork.crm.customers.relationship.rule import Settings, rules
from groundwork.crm.customers.relationship.table import lifecycle_of, traits_of
from groundwork.records.guard import write_path
from groundwork.records.models import Tally


def states_on(day: date | None) -> QuerySet[RelationshipState]:
    """What was true of companies on a day, or is true now (None)."""
    if day is None:
        return RelationshipState.objects.filter(until_on=None)
    return RelationshipState.objects.filter(Q(until_on=None) | Q(until_on__gt=day), since_on__lte=day)


def trait_options() -> list[tuple[str, Any]]:
    return [(rule.key, rule.label) for rule in rules if rule.is_trait]


def having_traits(keys: list[str]) -> QuerySet:
    """The companies of which any of these traits is true now."""
    return states_on(None).filter(rule__in=keys).order_by().values("company")


def customers_among(ids: Iterable[int]) -> set[int]:
    return set(Company.objects.filter(pk__in=list(ids), kind=Company.Kind.CUSTOMER).values_list("pk", flat=True))


def keep(rows: dict[int, CompanyFacts], as_of: date) -> None:
    """Keep the states that follow from these facts: what has ended gets its last day, what has begun its first."""
    settings, customers = Settings.load(), customers_among(rows)
    open_states = list(RelationshipState.objects.filter(company__in=list(rows), until_on=None))
    ever = set(RelationshipState.objects.filter(company__in=list(rows)).values_list("company", flat=True))
    held = {(state.company_id, state.rule) for state in open_states}
    wanted, lifecycles = set(), {}
    for pk, facts in rows.items():
        life = lifecycle_of(facts, settings) if pk in customers else ""
        lifecycles[pk] = life
        wanted |= {(pk, key) for key in ([life, *traits_of(facts, settings)] if life else [])}
    ended = [state.pk for state in open_states if (state.company_id, state.rule) not in wanted]
    RelationshipState.objects.filter(pk__in=ended).update(until_on=as_of)
    RelationshipState.objects.bulk_create(
        [
            RelationshipState(
                company_id=pk, rule=key, facts=snapshot(rows[pk]), since_on=_since(rows[pk], key, settings, pk in ever)
            )
            for pk, key in sorted(wanted - held)
        ],
        batch_size=500,
    )
    put_lifecycles(lifecycles)


def _since(facts: CompanyFacts, key: str, settings: Settings, watched: bool) -> date:
    """The day it became true. Of a company watched before, that is the day it was seen."""
    day = facts.as_of
    if day is None:
        raise ValueError("facts without a day")
    began = None if watched else rules[key].began(facts, settings)
    return min(began, day) if began else day


def snapshot(facts: CompanyFacts) -> dict[str, Any]:
    """The facts as history keeps them."""
    skipped = {"company", "stale"}
    found = {item.name: getattr(facts, item.name) for item in facts._meta.concrete_fields if item.name not in skipped}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in found.items()
        if value is not None
    }


def put_lifecycles(wanted: dict[int, str]) -> None:
    """Write the column that lists and boards show, and its tallies. It is computed, so it is no act in the history."""
    with transaction.atomic(), write_path():
        locked = Company.objects.select_for_update().filter(pk__in=list(wanted))
        differ = [
            row
            for row in locked.only("pk", "lifecycle", "owner_id", "department_id", "archived_at")
            if row.lifecycle != wanted[row.pk]
        ]
        sums: dict[tuple, int] = {}
        by_value: dict[str, list[int]] = {}
        for row in differ:
            by_value.setdefault(wanted[row.pk], []).append(row.pk)
            if row.archived_at is None:
                for value, sign in ((row.lifecycle, -1), (wanted[row.pk], 1)):
                    key = (value, row.owner_id, row.department_id)
                    sums[key] = sums.get(key, 0) + sign
        for value, ids in by_value.items():
            Company.objects.filter(pk__in=ids).update(lifecycle=value)
        Tally.objects.bulk_create(
            Tally(type=Company.type_key, value=value, owner_id=owner, department_id=department, count=count)
            for (value, owner, department), count in sums.items()
            if count
        )
