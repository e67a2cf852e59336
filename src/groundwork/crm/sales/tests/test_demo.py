"""The year of deals in the demo firm: in step with itself."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum

from groundwork.crm.sales.models import Deal, DealLine, Stay
from groundwork.crm.sales.pipelines import needed_in
from groundwork.crm.sales.review.models import Review
from groundwork.crm.sales.review.quality import CHECKED, curve, quality
from groundwork.crm.trade.tests.test_making_the_demo import STANDS_AT, make_demo
from groundwork.records.models import Change, SearchRow, Tally
from groundwork.records.tasks.models import Task
from groundwork.records.write import values


@pytest.fixture(scope="module")
def demo_firm(django_db_setup, django_db_blocker):
    """Made once, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_demo()
        transaction.set_rollback(True)


def test_every_deal_went_through_its_stages_in_time_and_owes_no_fact_to_the_one_it_is_in(demo_firm, db):
    for deal in Deal.objects.prefetch_related("stays"):
        stays = sorted(deal.stays.all(), key=lambda stay: stay.entered_at)

        assert all(
            abs(before.left_at - after.entered_at) < timedelta(seconds=5) and before.entered_at < after.entered_at
            for before, after in zip(stays, stays[1:], strict=False)
        )
        assert (stays[-1].stage, stays[-1].left_at) == (deal.stage, None)
        assert deal.opened_on == stays[0].entered_at.date() <= STANDS_AT
        assert not [name for name in needed_in(deal.row) if values(deal).get(_column(name)) in (None, "")]


def _column(name):
    return Deal._meta.get_field(name).attname


def test_some_are_won_some_lost_with_a_reason_and_some_open_with_a_next_step(demo_firm, db):
    assert set(Deal.objects.values_list("state", flat=True)) == {"open", "won", "lost"}
    assert not Deal.objects.filter(state="lost", reason="").exists()
    assert not Deal.objects.exclude(state="open").filter(closed_on=None).exists()
    about = Task.objects.filter(about_type="deal", state="open").values_list("about_id", flat=True)
    assert about
    assert set(about) <= set(Deal.objects.filter(state="open").values_list("pk", flat=True))


def test_lines_make_the_amount_and_history_sums_and_search_know_every_deal(demo_firm, db):
    sums = DealLine.objects.values_list("deal").annotate(sum=Sum("amount_minor"))
    assert dict(sums) == dict(Deal.objects.filter(lines_count__gt=0).values_list("pk", "amount_minor"))
    assert (
        Tally.objects.filter(type="deal").aggregate(sum=Sum("amount"))["sum"]
        == Deal.objects.aggregate(sum=Sum("amount_minor"))["sum"]
    )
    assert SearchRow.objects.filter(type="deal").count() == Deal.objects.count()
    assert Change.objects.filter(type="deal", created=True).count() == Deal.objects.count()
    assert Change.objects.filter(type="deal").count() == Stay.objects.count()


def test_the_last_weeks_were_reviewed_on_mondays_with_decisions_and_the_next_one_is_planned(demo_firm, db):
    held = list(Review.objects.ended().order_by("planned_at"))

    assert len(held) > CHECKED
    assert len(curve(held)) == len(held)
    assert all(review.planned_at.weekday() == 0 and review.decisions.standing().exists() for review in held)
    assert any(quality(review).kept for review in held[1:])
    assert Review.objects.get(state="planned").planned_at.date() > STANDS_AT
