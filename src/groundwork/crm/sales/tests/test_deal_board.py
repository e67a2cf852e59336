"""The board of deals: one pipeline at a time, what stands too long, whose they are, and one more at once."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.core.clock import now, standing_at, today
from groundwork.crm.sales.board import rot_of
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome, Pipeline, Stage, Word, sales
from groundwork.records.lists.board import Board, heard_more, heard_types
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.whose import whose
from groundwork.records.tasks.asking import give
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.write import creating

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}


def stage(name: str) -> Stage:
    return next(row for row in sales().stages.values() if row.name == name)


def deal(by, name="Hazelnuts", into="New request", minor=100_00, **facts) -> Deal:
    if into not in ("New request", "Lost"):
        facts = {"company": make_record(types["company"], owner=by), "expected_on": today()} | facts
    values = {"name": name, "currency": "EUR", "amount_minor": minor, "stage": stage(into).key} | facts
    return creating(Deal(**values), by=by)


def board(user, query="f.state=open") -> Board:
    return Board(Listing(types["deal"], user, QueryDict(query), at="records:board"))


def told(made: Board) -> dict[str, tuple[int, dict[str, int]]]:
    return {stack.words: (stack.figure.count, stack.figure.sums) for stack in made.heads if stack.figure.count}


def titles(stacks) -> list[str]:
    return [card.title for stack in stacks for card in stack.cards]


def test_the_columns_tell_exactly_what_stands_in_them_and_what_it_comes_to_by_its_chances(cast):
    deal(cast.anna, minor=333_33)
    deal(cast.anna, into="Contract", minor=101)
    deal(cast.ivan, minor=50_00)

    hers, every = board(cast.anna), board(cast.olga)

    assert told(hers) == {"New request": (1, {"EUR": 333_33}), "Contract": (1, {"EUR": 101})}
    assert told(every)["New request"] == (2, {"EUR": 383_33})
    assert [stack.weighted for stack in hers.heads if stack.figure.count] == ["33.33\xa0EUR", "0.81\xa0EUR"]
    assert (hers.total.counted, hers.weighted) == ("2", "34.14\xa0EUR")


def test_what_was_won_or_lost_is_folded_and_counts_the_last_thirty_days(cast):
    lost = {"reason": next(row.key for row in sales().words.values() if row.list == Word.List.LOST)}
    deal(cast.anna, "Won now", "Won", 700)
    deal(cast.anna, "Won long ago", "Won", 9000, closed_on=today() - timedelta(days=31))
    deal(cast.anna, "Lost now", "Lost", 20, **lost)
    deal(cast.ivan, "Elsewhere", "Won", 4)

    made = board(cast.anna)

    assert {stack.words: (stack.figure.count, stack.figure.sums) for stack in made.folded} == {
        "Won": (1, {"EUR": 700}), "Lost": (1, {"EUR": 20}),
    }  # fmt: skip
    assert titles(made.stacks) == []
    assert titles(board(cast.anna, "f.state=won").heads) == ["Won long ago", "Won now"]


def test_a_board_shows_one_pipeline_and_the_address_says_which(cast):
    fairs = Pipeline(name="Fairs", order=20).make(by=cast.adam, reason="A fair a year")
    first = Stage(pipeline=fairs, name="Invited", order=10).make(by=cast.adam, reason="They come")
    deal(cast.anna, "Usual")
    deal(cast.anna, "At the fair", stage=first.key)

    usual, fair = board(cast.anna), board(cast.anna, f"f.pipeline={fairs.key}")

    assert (titles(usual.heads), titles(fair.heads)) == (["Usual"], ["At the fair"])
    assert [stack.words for stack in fair.heads] == ["Invited"]
    assert [on for _words, _address, on in usual.divisions()] == [True, False]


def test_several_persons_stand_as_lanes_and_one_alone(cast):
    deal(cast.anna, "Hers", minor=100)
    deal(cast.piotr, "His", minor=30)
    both = f"f.owner={cast.anna.pk}&f.owner={cast.piotr.pk}"

    lanes = {lane.name: (titles(lane.stacks), lane.figure.sums) for lane in board(cast.piotr, both).lanes}
    alone = board(cast.piotr, f"f.owner={cast.anna.pk}&f.state=open")

    assert lanes == {str(cast.anna): (["Hers"], {"EUR": 100}), str(cast.piotr): (["His"], {"EUR": 30})}
    assert (titles(alone.heads), told(alone)) == (["Hers"], {"New request": (1, {"EUR": 100})})
    choices = {choice.name: (choice.count, choice.is_on) for choice in whose(alone)}
    assert choices == {"": ("2", False), str(cast.anna): ("1", True), str(cast.piotr): ("1", False)}


def test_the_head_puts_the_lanes_in_order_and_the_address_keeps_it(cast):
    deal(cast.anna, minor=10_00)
    deal(cast.piotr, minor=30_00)
    with standing_at(now() - timedelta(days=12)):
        give(deal(cast.piotr, minor=1), by=cast.piotr, what="Ring them", due_on=today() - timedelta(days=1))
    give(next(iter(Deal.objects.filter(owner=cast.anna))), by=cast.anna, what="Ring them", due_on=today())
    asked = f"f.owner={cast.anna.pk}&f.owner={cast.piotr.pk}&lanes="

    made = {order: board(cast.piotr, asked + order) for order in ("", "name", "sum", "untidy", "nonsense")}

    her, him = str(cast.anna), str(cast.piotr)
    first = {order: one.lanes[0].name for order, one in made.items()}
    assert first == {"": her, "name": min(her, him), "sum": him, "untidy": him, "nonsense": her}
    assert [lane.untidy_words for lane in made["untidy"].lanes] == ["2 not in order", "0 not in order"]
    orders = made["untidy"].lane_orders()
    assert [words for words, _address, on in orders if on] == ["by what is not in order"]
    assert f"f.owner={cast.piotr.pk}&lanes=sum" in orders[2][1]
    assert board(cast.anna, f"f.owner={cast.anna.pk}").lane_orders() == []


def test_nobody_is_offered_to_whom_sees_only_the_own_deals(cast):
    deal(cast.anna)
    deal(cast.ivan)

    assert whose(board(cast.anna)) == []


def test_the_other_filters_of_the_list_narrow_the_columns_exactly(cast):
    deal(cast.anna, "Small", minor=1_00)
    deal(cast.anna, "Large", minor=900_00)

    made = board(cast.anna, f"f.amount_minor.from=100&f.state=open&f.owner={cast.anna.pk}")

    assert (told(made), titles(made.heads)) == ({"New request": (1, {"EUR": 900_00})}, ["Large"])


def test_a_card_shows_the_next_step_or_that_there_is_none_and_hears_of_a_new_one(cast, as_user):
    bare, planned = deal(cast.anna, "Bare"), deal(cast.anna, "Planned")
    give(planned, by=cast.anna, what="Ring them", due_on=date(2026, 1, 1))
    before = board(cast.anna).mark

    page = as_user(cast.anna).get("/r/deal/board").content.decode()
    give(bare, by=cast.anna, what="Send samples", due_on=date(2026, 1, 2))

    steps = {card.title: card.step and card.step.task.what for card in board(cast.anna).stacks[0].cards}
    assert (page.count('class="next none"'), page.count('class="next late"'), "Ring them" in page) == (1, 1, True)
    assert steps == {"Bare": "Send samples", "Planned": "Ring them"}
    assert heard_more(heard_types(types["deal"]), before)


@pytest.mark.parametrize(
    ("days", "limit", "rot"),
    [(7, 10, 0), (8, 10, 1), (10, 10, 1), (11, 10, 2), (14, 10, 2), (15, 10, 3), (99, None, 0)],
)
def test_a_card_ages_by_the_days_that_its_stage_expects(days, limit, rot):
    assert rot_of(days, limit) == rot


def test_a_card_that_stands_too_long_says_for_how_long_and_of_how_many_days(cast):
    with standing_at(now() - timedelta(days=12)):
        deal(cast.anna, "Old")

    standing = board(cast.anna).stacks[0].cards[0].standing

    assert (standing.age, standing.rot, standing.idle) == ("12 of 7 d", 3, "silent for more than 3 days")


def test_one_more_at_the_head_of_a_column_stands_in_that_stage_and_tells_what_it_asks(cast, as_user):
    client, company = as_user(cast.anna), make_record(types["company"], owner=cast.anna)
    contract = stage("Contract").key
    where = f"{reverse('records:board_add', args=['deal'])}?field=stage&value={contract}"
    typed = {"name": "Almonds", "company": str(company), "amount_minor": "640"}

    shown = client.get(where, headers=HX).content.decode()
    asked = client.post(where, typed, headers=HX)
    kept = client.post(where, typed | {"expected_on": "2026-12-31"}, headers=HX)

    assert ("<html" in shown, 'name="expected_on"' in shown) == (False, True)
    assert (asked.status_code, kept.status_code, "/undo/" in kept["HX-Trigger"]) == (422, 204, True)
    made = Deal.objects.get()
    assert (made.stage, made.state, made.company, made.amount_minor) == (contract, Outcome.OPEN, company, 640_00)


@pytest.mark.parametrize("asked", ["field=stage&value=none", "field=owner&value=1", "field=state&value=won", ""])
def test_nothing_is_added_in_a_column_that_there_is_not(cast, as_user, asked):
    answer = as_user(cast.anna).post(f"/r/deal/board/add?{asked}", {"name": "Almonds"})

    assert (answer.status_code, Deal.objects.count()) == (409, 0)


@pytest.mark.parametrize(
    ("who", "query"), [("olga", "f.state=open"), ("piotr", "lanes"), ("anna", "f.amount_minor.from=1")]
)
def test_the_board_of_deals_takes_as_many_queries_for_thirty_as_for_two(cast, as_user, who, query):
    client = as_user(getattr(cast, who))
    query = f"f.owner={cast.anna.pk}&f.owner={cast.piotr.pk}" if query == "lanes" else query

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/r/deal/board?{query}").status_code == 200
        return len(asked)

    for by in (cast.anna, cast.piotr):
        give(deal(by), by=by, what="Ring", due_on=today())
        deal(by, into="Samples")
    queries()
    few = queries()
    for number in range(14):
        give(deal(cast.anna, into=("New request", "Samples")[number % 2]), by=cast.anna, what="Ring", due_on=today())
        deal(cast.piotr, into=("New request", "Samples")[number % 2])

    assert queries() == few


def test_the_figures_of_a_board_come_from_the_kept_tallies_and_read_no_deal(cast):
    deal(cast.anna)

    with CaptureQueriesContext(connection) as asked:
        figure = board(cast.olga, f"f.state=open&f.owner={cast.anna.pk}").sums.of()

    assert figure.count == 1
    assert [query["sql"] for query in asked if "sales_deal" in query["sql"]] == []


def test_what_comes_next_is_said_on_the_card(cast, as_user):
    begun, client, where = deal(cast.anna), as_user(cast.anna), "/r/deal/board?f.state=open"
    (address,) = re.findall(rf'hx-get="(/r/deal/{begun.pk}/task)"', client.get(where).text)

    asked = client.get(address, headers=HX)
    unsaid = client.post(address, {"next-what": "", "next-due_on": ""}, headers=HX)
    typed = {"next-what": "Call the bakery", "next-due_on": today() + timedelta(days=2), "next-owner": cast.anna.pk}
    kept = client.post(address, typed, headers=HX)
    shown = client.get(where).text

    assert "<html" not in asked.text
    assert (asked.status_code, unsaid.status_code, kept.status_code) == (200, 422, 204)
    assert "Call the bakery" in shown
    assert address not in shown
    assert client.get(address).url.endswith("#tasks")  # without scripts the page asks


def test_while_a_deal_is_typed_at_the_head_of_a_column_open_ones_like_it_are_told(cast, as_user):
    company, other = (make_record(types["company"], owner=cast.anna) for _ in range(2))
    deal(cast.anna, "Nuts for the winter", company=company)
    deal(cast.anna, "Raisins", "Won", company=company)
    deal(cast.ivan, "Almonds", company=company)
    for one in (company, other):
        deal(cast.anna, "Christmas", company=one)
    client, where = as_user(cast.anna), reverse("records:board_add", args=["deal"])

    (asks,) = re.findall(
        r'hx-get="([^"]*/known)"', client.get(f"{where}?field=stage&value={stage('Contract').key}").text
    )
    told = [
        client.get(asks, typed).text.strip()
        for typed in (
            {"name": "Winter, nuts for the", "company": company.number},
            {"name": "Salt", "company": company.number},
            {"name": "nuts for the WINTER"},
            {"name": "Nuts for the winter", "company": other.number},
            {"name": "Raisins"},
            {"name": "Almonds"},
            {"name": "Christmas"},
        )
    ]

    assert ["Nuts for the winter" in text for text in told] == [True, True, True, *[False] * 4]
    assert ("same company, same name" in told[0], "(same company)" in told[1], told[4:]) == (True, True, ["", "", ""])
    assert "Christmas</a> <small>(same company)" in told[3]
