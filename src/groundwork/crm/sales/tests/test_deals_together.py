"""Several people work on one deal at once: whatever was accepted stands in its history, and nothing else does."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from groundwork.access.models import User
from groundwork.access.testing import make_cast
from groundwork.core.refusals import Conflict
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.deals import Deal, Stay
from groundwork.crm.sales.pipelines import Word, sales
from groundwork.records.models import Change, Tally
from groundwork.records.tallies import fold_tallies
from groundwork.records.write import creating, save_fields

SELLERS, ACTS = 8, 6


@pytest.mark.django_db(transaction=True)
def test_of_what_eight_sellers_do_to_one_deal_at_once_everything_accepted_is_kept():
    cast = make_cast()
    company = creating(Company(name="Bakery"), by=cast.olga)
    pk = creating(Deal(name="Hazelnuts", company=company), by=cast.olga).pk

    def work(seed: int) -> tuple[list[tuple[int, dict]], int]:
        """What was accepted, as (version, what was changed), and how much of it met a conflict first."""
        dice, accepted, met = random.Random(seed), [], 0
        try:
            by, deal = User.objects.get(pk=cast.olga.pk), Deal.objects.get(pk=pk)
            for turn in range(ACTS):
                facts = something(dice, f"{seed}-{turn}")
                try:
                    meant = {name: value for name, value in facts.items() if getattr(deal, name) != value}
                    deal = save_fields(deal, facts, by=by, version=deal.version)
                    accepted.append((deal.version, meant))
                except Conflict:
                    met, deal = met + 1, Deal.objects.get(pk=pk)
            return accepted, met
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SELLERS) as pool:
        found = list(pool.map(work, range(SELLERS)))

    accepted = [item for told, _met in found for item in told]
    history = list(Change.objects.filter(type="deal", object_id=pk, created=False).order_by("version"))
    assert len(accepted) + sum(met for _told, met in found) == SELLERS * ACTS
    assert kept_of(accepted, history) == []
    assert broken_links(history) == []
    deal = Deal.objects.get(pk=pk)
    assert [change.version for change in history] == list(range(2, deal.version + 1))
    stages = [change.fields["stage"][1] for change in history if "stage" in change.fields]
    assert list(Stay.objects.filter(deal=pk).order_by("pk").values_list("stage", flat=True))[1:] == stages
    assert list(Stay.objects.filter(deal=pk, left_at=None).values_list("stage", flat=True)) == [deal.stage]
    fold_tallies()
    counted = Tally.objects.filter(type="deal", count__gt=0).values_list("value", "count", "amount")
    assert list(counted) == [(deal.stage, 1, deal.amount_minor or 0)]


def something(dice: random.Random, mark: str) -> dict:
    """Move it, edit it, close it or open it again."""
    first, second, *_rest = sales().stages_of(sales().first_pipeline, "open")
    (lost,) = sales().stages_of(sales().first_pipeline, "lost")
    reason = next(word for word in sales().words.values() if word.list == Word.List.LOST)
    return dice.choice(
        [
            {"name": f"Hazelnuts {mark}"},
            {"amount_minor": dice.randrange(1, 10**6)},
            {"stage": second.key},
            {"stage": first.key},
            {"stage": lost.key, "reason": reason.key, "reason_note": mark},
        ]
    )


def kept_of(accepted, history) -> list:
    """The accepted facts that the history does not tell: neither as a change, nor as what stood there already."""
    told = {change.version: change.fields for change in history}
    lost = []
    for version, facts in accepted:
        for name, value in facts.items():
            before = [
                change.fields[name][1] for change in history if change.version <= version and name in change.fields
            ]
            if told.get(version, {}).get(name, [None, None])[1] != value and (not before or before[-1] != value):
                lost.append((version, name, value))
    return lost


def broken_links(history) -> list:
    """What a change found is what the one before it left."""
    stands, broken = {}, []
    for change in history:
        for name, (before, after) in change.fields.items():
            if name in stands and stands[name] != before:
                broken.append((change.version, name, stands[name], before))
            stands[name] = after
    return broken
