"""What is known about the dealings with each company, as of a day. Upper rooms compute it, this room keeps it.

Relationship rules read nothing else. What no room has told is unknown (None), which is not zero.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from groundwork.background import work
from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run
from groundwork.core.clock import today
from groundwork.core.registry import Registry
from groundwork.crm.customers.models import Company, CompanyFacts
from groundwork.records.write import Follower, followers

BATCH = 5000  # companies a step of the job
Known = dict[int, dict[str, Any]]  # {company: {field of CompanyFacts: value}}


def of_everybody(user, companies: list[int]) -> set[int]:
    return set(companies)


@dataclass(frozen=True)
class FactSource:
    """A room that tells facts.

    ``compute(ids, as_of)`` gives what it knows of these companies, in a few queries for all of them. ``last_day()`` is
    that of its newest document up to today. ``readable(user, ids)`` are the companies of which this person may read the
    facts; ``heavy`` ones are computed in the job only.
    """

    key: str
    names: frozenset[str]
    compute: Callable[[list[int], date], Known]
    last_day: Callable[[], date | None] = lambda: None
    readable: Callable[[Any, list[int]], set[int]] = of_everybody
    heavy: bool = False


company_facts: Registry[FactSource] = Registry(lambda source: source.key)
COMPUTED = [item.name for item in CompanyFacts._meta.concrete_fields if item.name not in ("company", "as_of", "stale")]


def default_day() -> date:
    """Today, or the last day with documents where the data ends earlier: data of 2011 does not make everybody lost."""
    days = [day for source in company_facts if (day := source.last_day())]
    return min([today(), *([max(days)] if days else [])])


def computed(ids: list[int], as_of: date, *, heavy: bool = True) -> dict[int, CompanyFacts]:
    """The facts of these companies, not yet kept."""
    rows = {pk: CompanyFacts(company_id=pk, as_of=as_of, stale=False) for pk in ids}
    for source in company_facts:
        if source.heavy and not heavy:
            continue
        for pk, values in source.compute(ids, as_of).items():
            for name, value in values.items():
                if name not in source.names:
                    raise ValueError(f"{source.key} gives {name}, which it does not name")
                setattr(rows[pk], name, value)
    return rows


def recompute(ids: list[int], as_of: date | None = None) -> dict[int, CompanyFacts]:
    """Compute and keep the facts of these companies, and what follows from them (relationship)."""
    from groundwork.crm.customers import relationship

    day = as_of or default_day()
    with transaction.atomic():
        rows = computed(ids, day)
        CompanyFacts.objects.bulk_create(
            rows.values(), batch_size=500, update_conflicts=True, unique_fields=["company"],
            update_fields=[*COMPUTED, "as_of", "stale"],
        )  # fmt: skip
        relationship.keep(rows, day)
    return rows


def fresh(company: Company) -> CompanyFacts:
    """The facts as they stand now: kept ones, or computed for this look where a write has overtaken them.

    Reading writes nothing; the job keeps them within a minute.
    """
    kept = CompanyFacts.objects.filter(company=company).first()
    if kept is not None and not kept.stale:
        return kept
    found = computed([company.pk], default_day(), heavy=False)[company.pk]
    if kept is not None:
        for name in (name for source in company_facts if source.heavy for name in source.names):
            setattr(found, name, getattr(kept, name))
    return found


def readable(user, company: Company) -> set[str]:
    """The names of the facts about this company that the person may read."""
    return {
        name for source in company_facts if company.pk in source.readable(user, [company.pk]) for name in source.names
    }


# ── kept in step


def mark(ids: Iterable[int]) -> None:
    """A write touched these companies: their facts are computed again by the job. In the write's own transaction."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        CompanyFacts.objects.filter(company__in=some, stale=False).update(stale=True)
        known = set(CompanyFacts.objects.filter(company__in=some).values_list("company", flat=True))
        CompanyFacts.objects.bulk_create(
            [CompanyFacts(company_id=pk) for pk in some if pk not in known], ignore_conflicts=True, batch_size=500
        )


def mark_all() -> None:
    """A new day: silence grows although nobody wrote."""
    CompanyFacts.objects.filter(stale=False).update(stale=True)
    missing = Company.objects.filter(facts=None).values_list("pk", flat=True)
    mark(missing)


def start_if_stale() -> Run | None:
    """Queue the job where anything waits for it; a second one is not begun."""
    if not CompanyFacts.objects.filter(stale=True).exists():
        return None
    return work.start("customers.facts", dedupe="all")


def step(run: Run) -> bool:
    """One batch of stale companies; done when there are none."""
    ids = list(CompanyFacts.objects.filter(stale=True).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if ids:
        recompute(ids)
        run.done += len(ids)
    return len(ids) < BATCH


kinds.add(Kind("customers.facts", step, "Company facts"))


def _follow(changed) -> None:
    """A new company has a relationship too; and one that is no customer any more has none."""
    mark(
        record.pk
        for record, before, after in changed
        if after is not None and (before is None or before["kind"] != after["kind"])
    )


followers.add(Follower("company facts", Company.type_key, _follow))
