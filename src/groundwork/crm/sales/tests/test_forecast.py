"""What open deals promise, what was to be won, how it turned out, and how deals go from stage to stage."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from groundwork.core.clock import standing_at, start_of
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forecast import ALL, Asked, forecast, lost_reasons, stages_passed, win_rates
from groundwork.crm.sales.pipelines import Stage, Word, sales
from groundwork.crm.sales.targets import KeptForecast, Target, Targets, keep_snapshot, then
from groundwork.crm.trade.models import Rate
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.write import creating, writing
from groundwork.ui.charts import BarChart, Series, draw

pytestmark = pytest.mark.django_db
QUERIES = 18
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _november():
    with at(date(2026, 11, 20)):
        yield


def at(day):
    return standing_at(start_of(day) + timedelta(hours=10))


def stage(name: str) -> Stage:
    return next(row for row in sales().stages.values() if row.name == name)


def reason(place: int = 0) -> str:
    return [word for word in sales().words.values() if word.list == Word.List.LOST][place].key


def new_deal(owner, in_stage="Offer sent", amount=100_000, expected=date(2026, 11, 27), **facts) -> Deal:
    facts = {"name": "Hazelnuts", "currency": "GBP", "amount_minor": amount, "expected_on": expected} | facts
    return creating(Deal(stage=stage(in_stage).key, owner=owner, **facts), by=owner)


def test_a_month_promises_its_deals_by_probability_and_by_category_and_what_nobody_knows_is_counted_beside(cast):
    new_deal(cast.anna, "Offer sent", 100_001)  # best case, 50 %
    new_deal(cast.anna, "Samples", 200_000, category="commit")  # 30 %, and said to be sure
    new_deal(cast.anna, "Contract", 900_000, category="omitted")
    new_deal(cast.anna, "Offer sent", None)
    new_deal(cast.anna, "Contract", 50_000, expected=date(2026, 10, 30))
    new_deal(cast.anna, "Won", 70_000, closed_on=date(2026, 11, 3))

    found = forecast(Asked(cast.anna))

    line = found.months[NOVEMBER]
    assert {name: (part.amount, part.deals, part.unknown) for name, part in line.of.items()} == {
        "best": (100_001, 2, 1), "commit": (200_000, 1, 0), "omitted": (900_000, 1, 0),
    }  # fmt: skip
    assert (line.weighted, line.won.amount, line.deals) == (110_001, 70_000, 3)  # 50,000.5 + 60,000, half up
    assert (found.months[date(2026, 10, 1)].weighted, found.rest["earlier"].deals) == (40_000, 0)


def test_a_seller_sees_the_own_deals_and_a_head_those_of_the_department(cast):
    for owner in (cast.anna, cast.piotr, cast.ivan):
        new_deal(owner)

    promised = {
        user.name: forecast(Asked(user)).now.of["best"].amount for user in (cast.anna, cast.piotr, cast.olga, cast.ivan)
    }
    assert promised == {"Anna": 100_000, "Piotr": 200_000, "Olga": 300_000, "Ivan": 100_000}
    assert set(forecast(Asked(cast.piotr)).people) == {cast.anna.pk, cast.piotr.pk}


def test_currencies_meet_in_the_firms_own_where_a_rate_is_known_and_stand_alone_when_asked(cast):
    new_deal(cast.anna)
    new_deal(cast.anna, currency="EUR")
    new_deal(cast.anna, currency="PLN")
    creating(Rate(currency="EUR", rate=Decimal("0.8"), valid_from=date(2026, 1, 1)), by=cast.adam)

    together, alone = forecast(Asked(cast.anna, currency=ALL)), forecast(Asked(cast.anna, currency="PLN"))

    assert (together.now.of["best"].amount, together.now.unrated) == (180_000, 1)
    assert (alone.now.of["best"].amount, alone.now.unrated) == (100_000, 0)


def test_a_number_opens_the_deals_under_it(cast, as_user):
    new_deal(cast.anna, "Samples", name="Said to be sure", category="commit")
    new_deal(cast.anna, "Contract", name="Sure by its stage")
    new_deal(cast.anna, "Contract", name="Left out", category="omitted")
    new_deal(cast.anna, "Contract", name="In December", expected=date(2026, 12, 2))

    client = as_user(cast.anna)
    page = client.get(reverse("sales:forecast"))
    commit = next(cell.href for cell in page.context["months"].rows[2].cells if "commit" in cell.href)
    shown = client.get(commit).content.decode()

    names = ("Said to be sure", "Sure by its stage", "Left out", "In December")
    assert [name for name in names if name in shown] == ["Said to be sure", "Sure by its stage"]


@pytest.mark.parametrize("by", ["source", "product", "owner"])
def test_every_count_opens_exactly_so_many_deals(cast, as_user, by):
    product = make_record(types["product"], owner=cast.olga)
    for name, facts in (("Won", {"product": product}), ("Lost", {"reason": reason()}), ("Offer sent", {})):
        new_deal(cast.anna, name, **facts)
        deal = new_deal(cast.ivan, "Samples", product=product)
        with writing(deal, by=cast.ivan, act="moved") as fresh:
            fresh.stage, fresh.reason = stage(name).key, reason() if name == "Lost" else ""
    client = as_user(cast.olga)
    shown = client.get(reverse("sales:forecast"), {"by": by}).context

    tables = [shown[name] for name in ("months", "people", "stages", "rates", "reasons")]
    counts = [cell for table in tables for row in table.rows for cell in row.cells if cell.text.isdigit() and cell.href]
    opened = [len(client.get(cell.href).context["table"].rows) for cell in counts]

    assert opened == [int(cell.text) for cell in counts]
    assert len(counts) > 8


def test_a_head_sets_targets_in_a_grid_and_a_seller_does_not(cast, as_user):
    piotr, address = as_user(cast.piotr), reverse("sales:targets")
    field, team = f"p{cast.anna.pk}-2026-11", f"d{cast.sales.pk}-2026-12"

    assert as_user(cast.anna).get(address).status_code == 403
    assert piotr.post(address, {field: "twelve", team: "9000"}).status_code == 422
    assert not Target.objects.exists()
    piotr.post(address, {field: "12 500", f"p{cast.piotr.pk}-2026-11": "500", team: "9000,50"})

    of_piotr, of_olga, of_anna = (Targets.of(user, [NOVEMBER, DECEMBER]) for user in (cast.piotr, cast.olga, cast.anna))
    assert (of_piotr.whole(NOVEMBER), of_olga.whole(NOVEMBER), of_anna.whole(NOVEMBER)) == (
        1_300_000, 1_300_000, 1_250_000,
    )  # fmt: skip
    assert (of_piotr.whole(DECEMBER), of_anna.whole(DECEMBER)) == (900_050, None)
    assert Target.objects.get(person=cast.anna).set_by == cast.piotr
    assert f"p{cast.ivan.pk}-2026-11" not in piotr.get(address).content.decode()


def test_a_cell_that_was_not_touched_keeps_what_another_head_wrote_meanwhile(cast, as_user):
    mine, theirs = f"p{cast.anna.pk}-2026-11", f"p{cast.piotr.pk}-2026-11"
    shown = {f"initial-{mine}": "", f"initial-{theirs}": ""}
    as_user(cast.olga).post(reverse("sales:targets"), shown | {mine: "", theirs: "700"})

    as_user(cast.piotr).post(reverse("sales:targets"), shown | {mine: "900", theirs: ""})

    assert dict(Target.objects.values_list("person__name", "amount_minor")) == {"Anna": 90_000, "Piotr": 70_000}


def test_the_forecast_of_four_weeks_ago_is_compared_with_what_was_won_since(cast, as_user):
    assert then(Asked(cast.piotr)) == (None, {})
    with at(date(2026, 10, 20)):
        deal, other = new_deal(cast.anna), new_deal(cast.anna, "Contract", 50_000)
        new_deal(cast.ivan)
        assert (keep_snapshot(), keep_snapshot()) == (True, False)
    with writing(deal, by=cast.anna, act="moved") as fresh:
        fresh.stage = stage("Won").key
    with writing(other, by=cast.anna, act="moved") as fresh:
        fresh.stage, fresh.reason = stage("Lost").key, reason()

    taken_on, months = then(Asked(cast.piotr))

    line = months[NOVEMBER]
    assert (taken_on, line.weighted, line.commit, line.deals, line.won) == (
        date(2026, 10, 20), 90_000, 50_000, 2, 100_000,
    )  # fmt: skip
    assert as_user(cast.piotr).get(reverse("sales:forecast")).context["then"] is not None
    with at(date(2026, 11, 19)):
        assert keep_snapshot()
    assert KeptForecast.objects.filter(taken_on=date(2026, 11, 19)).count() == 1  # Ivan's deal is open still


def test_stages_tell_how_many_went_on_and_how_long_deals_stood(cast):
    for outcome, name in (("Won", "Samples"), ("Lost", "Samples"), ("Lost", "New request")):
        with at(date(2026, 11, 2)):
            deal = new_deal(cast.anna, name)
        with at(date(2026, 11, 12)), writing(deal, by=cast.anna, act="moved") as fresh:
            fresh.stage, fresh.reason = stage(outcome).key, reason() if outcome == "Lost" else ""

    passed = {row.stage.name: row for row in stages_passed(Asked(cast.anna), date(2026, 11, 20))}

    assert [(row.reached, row.went_on) for row in passed.values()] == [(3, 2), (2, 1), (1, 1), (1, 1)]
    assert round(passed["Samples"].days, 3) == 10
    assert passed["Contract"].days is None


def test_win_rates_and_lost_reasons_are_of_the_deals_that_ended_within_a_year(cast):
    source = next(word.key for word in sales().words.values() if word.list == Word.List.SOURCE)
    new_deal(cast.anna, "Won", source=source, closed_on=date(2026, 6, 1))
    new_deal(cast.anna, "Lost", source=source, reason=reason(), closed_on=date(2026, 6, 1))
    new_deal(cast.anna, "Lost", 30_000, reason=reason(1))
    new_deal(cast.anna, "Won", source=source, closed_on=date(2025, 6, 1))

    rates = win_rates(Asked(cast.anna), date(2026, 11, 20), "source")
    reasons = lost_reasons(Asked(cast.anna), date(2026, 11, 20))

    assert [(rate.won, rate.lost, rate.amount.amount) for rate in rates] == [(1, 1, 100_000), (0, 1, 0)]
    assert sorted((rate.lost, rate.amount.amount) for rate in reasons) == [(1, 30_000), (1, 100_000)]


@pytest.mark.parametrize("count", [1, 6])
def test_the_page_takes_as_many_queries_for_six_deals_as_for_one(cast, as_user, django_assert_num_queries, count):
    client = as_user(cast.olga)
    for place in range(count):
        new_deal(cast.anna if place % 2 else cast.ivan, expected=date(2026, 11, 21 + place))
        new_deal(cast.anna, "Lost", reason=reason())
    client.get(reverse("sales:forecast"))

    with django_assert_num_queries(QUERIES):
        assert client.get(reverse("sales:forecast")).status_code == 200


def test_the_workbook_says_the_same_numbers(cast, as_user):
    new_deal(cast.anna)

    answer = as_user(cast.olga).get(reverse("sales:forecast_xlsx"))

    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    november = dict(zip(rows[0], rows[3], strict=True))
    assert (november["Best case"], november["Weighted"], november["Currency"]) == (1000, 500, "GBP")
    assert book.get_sheet_by_name(book.sheet_names[1]).to_python()[1][0] == "Anna"


def test_the_words_over_a_bar_its_thin_forecast_and_a_target_never_stand_on_each_other():
    won, rest, aim = Series("Won", [9.3]), Series("Open", [0.7], pale=True), Series("Target", [11.7])

    for target in (None, aim):
        low, high = draw(BarChart("October", ["10.26"], [won, rest], target=target)).bars
        assert low.text_y - high.text_y >= 12
