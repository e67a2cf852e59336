"""A deal stands in a stage; stages ask for facts, say how it ends, and are the firm's own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import Deal, DealLine, Stay
from groundwork.crm.sales.pipelines import Outcome, Pipeline, Stage, Word, sales, stage_options
from groundwork.crm.trade.testing import make_product
from groundwork.records.forms import form_for
from groundwork.records.lists.listing import Listing
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.undoing import newest, take_back
from groundwork.records.write import creating, put_part, save_fields, writing

pytestmark = pytest.mark.django_db


def stage(name: str) -> Stage:
    return next(row for row in sales().stages.values() if row.name == name)


def word(listed: str) -> Word:
    return next(row for row in sales().words.values() if row.list == listed)


def new_deal(by, **facts) -> Deal:
    return creating(Deal(**{"name": "Hazelnuts for the autumn", "currency": "EUR", **facts}), by=by)


def test_a_new_deal_is_open_and_stands_in_the_first_stage(cast):
    deal = new_deal(cast.anna)
    assert (deal.row, deal.state, deal.pipeline) == (stage("New request"), Outcome.OPEN, sales().first_pipeline)
    assert Stay.objects.get(deal=deal).left_at is None


def test_a_stage_asks_for_its_facts_and_for_those_of_the_stages_before(cast):
    deal = new_deal(cast.anna)
    company = make_record(types["company"], owner=cast.anna)
    into = {"stage": stage("Offer sent").key}
    with pytest.raises(Refusal):
        save_fields(deal, into, by=cast.anna, version=deal.version)
    with pytest.raises(Refusal):
        save_fields(deal, {**into, "amount_minor": 640000}, by=cast.anna, version=deal.version)
    moved = save_fields(deal, {**into, "amount_minor": 640000, "company": company}, by=cast.anna, version=deal.version)
    assert moved.row == stage("Offer sent")
    assert list(Stay.objects.filter(deal=deal).order_by("pk").values_list("stage", flat=True)) == [
        stage("New request").key, stage("Offer sent").key,
    ]  # fmt: skip


def test_a_lost_deal_says_why_and_by_a_reason_of_losing(cast):
    deal = new_deal(cast.anna)
    lost = {"stage": stage("Lost").key}
    with pytest.raises(Refusal):
        save_fields(deal, lost, by=cast.anna, version=deal.version)
    typed = {**lost, "reason": word(Word.List.WON).key, "name": deal.name}
    form = form_for(types["deal"], cast.anna, typed, instance=deal)
    assert "reason" in form.errors
    closed = save_fields(deal, {**lost, "reason": word(Word.List.LOST).key}, by=cast.anna, version=deal.version)
    assert (closed.state, closed.closed_on) == (Outcome.LOST, today())


def test_a_deal_that_is_opened_again_has_no_end(cast):
    deal = new_deal(cast.anna, stage=stage("Lost").key, reason=word(Word.List.LOST).key)
    again = save_fields(deal, {"stage": stage("New request").key}, by=cast.anna, version=deal.version)
    assert (again.state, again.closed_on, again.reason) == (Outcome.OPEN, None, "")


def test_a_deal_keeps_the_day_on_which_it_was_won_elsewhere(cast):
    then = today() - timedelta(days=400)
    assert new_deal(cast.anna, stage=stage("Won").key, closed_on=then).closed_on == then


def test_a_move_is_taken_back_with_what_followed_from_it(cast):
    deal = new_deal(cast.anna)
    save_fields(
        deal, {"stage": stage("Lost").key, "reason": word(Word.List.LOST).key}, by=cast.anna, version=deal.version
    )
    take_back(newest(cast.anna), cast.anna)
    deal.refresh_from_db()
    assert (deal.row, deal.state, deal.closed_on) == (stage("New request"), Outcome.OPEN, None)


def test_lines_make_the_amount_and_an_unknown_amount_is_not_zero(cast):
    deal = new_deal(cast.anna)
    assert deal.amount_minor is None
    with writing(deal, by=cast.anna, act="edited") as fresh:
        line = {"quantity": Decimal(200), "price": Decimal(8), "discount": Decimal(10)}
        put_part(fresh, DealLine(description="Hazelnuts 11-13", **line))
    deal.refresh_from_db()
    assert deal.amount_minor == 200 * 8 * 90  # in cents, less a tenth


def test_a_stage_with_open_deals_is_not_retired_and_a_retired_one_is_offered_to_nobody(cast):
    deal = new_deal(cast.anna, stage=stage("Samples").key, company=make_record(types["company"], owner=cast.anna))
    with pytest.raises(Refusal):
        stage("Samples").retire(by=cast.adam, reason="We send no samples any more")
    save_fields(deal, {"stage": stage("New request").key}, by=cast.anna, version=deal.version)
    stage("Samples").retire(by=cast.adam, reason="We send no samples any more")
    assert [option.open for option in stage_options() if option.label == "Samples"] == [False]
    form = form_for(types["deal"], cast.anna, instance=deal)
    assert stage("Samples").key not in dict(form.fields["stage"].choices)


def test_stages_of_one_name_in_two_pipelines_say_of_which_they_are(cast):
    other = Pipeline(name="Tenders").make(by=cast.adam, reason="Tenders take half a year")
    Stage(pipeline=other, name="Contract", order=10).make(by=cast.adam, reason="A tender is signed, too")
    labels = {option.label for option in stage_options()}
    assert {"Contract (Sales)", "Contract (Tenders)", "Samples"} <= labels


def moved_by(client, deal, to: str, **told):
    address = reverse("records:move", args=["deal", deal.pk])
    answer = client.post(address, {"field": "stage", "value": stage(to).key, "version": deal.version, **told})
    deal.refresh_from_db()
    return answer


def test_a_drop_asks_only_for_what_is_missing_and_the_card_waits(cast, as_user):
    company = make_record(types["company"], owner=cast.anna)
    deal, anna = new_deal(cast.anna, company=company), as_user(cast.anna)

    asked = moved_by(anna, deal, "Offer sent")

    assert asked.status_code == 422
    assert set(asked.context["form"].fields) == {"stage", "amount_minor", "version"}
    assert deal.row == stage("New request")
    assert "amount_minor" in moved_by(anna, deal, "Offer sent", amount_minor="much").context["form"].errors
    assert moved_by(anna, deal, "Offer sent", amount_minor="6400").status_code == 302
    assert (deal.row, deal.amount_minor) == (stage("Offer sent"), 640000)


def test_a_stage_is_made_renamed_and_retired_in_the_browser_with_its_reason(cast, as_user):
    adam = as_user(cast.adam)
    pipeline = sales().first_pipeline
    facts = {"name": "Tasting", "order": 25, "outcome": "open", "probability": 40, "category": "pipeline"}

    without = adam.post(reverse("sales:configured_new", args=["stage"]) + f"?of={pipeline}", facts)
    assert without.status_code == 422
    adam.post(reverse("sales:configured_new", args=["stage"]) + f"?of={pipeline}", {**facts, "reason": "Buyers taste"})
    made = Stage.objects.get(name="Tasting")
    change = {**facts, "name": "Tasting at theirs", "reason": "It is at their place", "needs": ["company"]}
    adam.post(reverse("sales:configured", args=["stage", made.pk]), change)
    made.refresh_from_db()
    assert (made.name, made.needs, stage("Tasting at theirs").order) == ("Tasting at theirs", ["company"], 25)
    adam.post(reverse("sales:configured_switch", args=["stage", made.pk]), {"reason": "Nobody tasted"})
    assert stage("Tasting at theirs").retired_at
    assert as_user(cast.olga).get(reverse("sales:pipelines")).status_code == 403


def test_deals_are_found_by_a_product_on_their_lines_beside_the_one_that_they_are_about(cast, as_user):
    nuts, salt = (make_product(cast.larisa, name) for name in ("Almonds", "Salt"))
    on_lines = new_deal(cast.anna, name="On lines")
    new_deal(cast.anna, name="About", product=nuts)
    for deal in (on_lines, new_deal(cast.ivan, name="His")):
        with writing(deal, by=deal.owner, act="edited") as fresh:
            put_part(fresh, DealLine(deal=fresh, product=nuts, quantity=Decimal(1), price=Decimal(5), position=1))
    client, address = as_user(cast.anna), reverse("records:list", args=["deal"])

    shown = [
        sorted(row.name for row in Listing(types["deal"], cast.anna, QueryDict(query)).page)
        for query in (
            f"f.lines_product={nuts.pk}",
            f"f.lines_product={salt.pk}",
            f"f.lines_product.not={nuts.pk}",
            f"f.product={nuts.pk}",
        )  # fmt: skip
    ]
    typed = client.get(address, {"f.lines_product.called": "Almon"})

    assert shown == [["On lines"], [], ["About"], ["About"]]
    assert typed.url == f"{address}?f.lines_product={nuts.pk}"
    assert "Lines: product is</span> Almonds" in client.get(typed.url).text
