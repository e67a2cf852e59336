"""Wishes are told from numbers, and a number that nobody looked at again makes what hangs on it doubtful."""

from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.blueprint.elements import switch
from groundwork.core.clock import now, standing_at, today
from groundwork.core.refusals import Refusal
from groundwork.records.write import writing
from groundwork.rollout.chain.coverage import Coverage
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import findings
from groundwork.rollout.conftest import COST, make_goal, make_requirement, sell
from groundwork.rollout.discovery.goals import Goal, opposing
from groundwork.rollout.discovery.library import instead_of
from groundwork.rollout.discovery.wishes import PHRASES, STEMS, wish_in

pytestmark = pytest.mark.on_sqlite("words and acts")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Сделать удобно", "удобно"), ("Автоматизировать продажи", "Автоматизировать"),
        ("Навести порядок", "навести порядок"),
        ("Чтобы было прозрачно и эффективно", "прозрачно"), ("Wygodniejsza praca", "Wygodniejsza"),
        ("Zautomatyzować sprzedaż", "Zautomatyzować"), ("Automatyzacja sprzedaży", "Automatyzacja"),
        ("Wdrożyć CRM", "Wdrożyć"),
        ("Make it convenient", "convenient"), ("Implement a modern system", "Implement"),
        ("Увеличить продажи", ""), ("Снизить себестоимость", ""), ("Mniej reklamacji", ""), ("Keep our customers", ""),
        ("Удобнее: 2 минуты на заказ вместо 10", ""),
    ],
)  # fmt: skip
def test_a_wish_is_told_by_its_word_in_three_languages(said, word):
    found = wish_in(said)

    assert (found.word if found else "") == word


def test_a_wish_gets_a_hint_and_no_block_and_none_once_it_is_measured(cast, as_user):
    wish = make_goal(cast.olga, statement="Make it convenient", metric="", baseline=None)
    measured = make_goal(cast.olga, statement="Convenient margins")

    page = as_user(cast.olga).get("/rollout/number").content.decode()

    assert (wish.wish.word, measured.wish) == ("convenient", None)
    assert page.count("says how it should feel") == 1


def test_every_kind_of_wish_has_numbers_that_may_stand_for_it():
    kinds = {*STEMS, *PHRASES}

    assert all(instead_of(kind) for kind in kinds)


def test_a_wish_is_said_anew_as_a_number_measured_here(cast, as_user):
    wish = make_goal(cast.olga, statement="Навести порядок", metric="", baseline=None, target=None)
    browser = as_user(cast.olga)

    page = browser.get("/rollout/number").content.decode()
    form = browser.get(f"/rollout/number?change={wish.pk}&begin=owed").context["cards"][0]["form"]

    assert f"?change={wish.pk}&amp;begin=owed" in page
    assert (form["metric"].value(), form["statement"].value()) == (
        "overdue",
        "Customers owe us less that is past its day",
    )


def test_a_wish_may_be_kept_as_what_we_expect_and_is_judged_with_a_reason_and_a_name(cast, as_user):
    wish = make_goal(cast.olga, statement="Автоматизировать продажи", metric="", baseline=None)
    browser = as_user(cast.olga)

    browser.post(f"/rollout/number/{wish.pk}/keep-as", {"version": wish.version, "kind": "expectation"})
    wish.refresh_from_db()
    asked = f"/rollout/number/expect/{wish.pk}/judge"
    without = browser.post(asked, {"version": wish.version, "verdict": "conditional", "reason": " "}, follow=True)
    browser.post(asked, {"version": wish.version, "verdict": "conditional", "reason": "If sellers write their calls"})
    wish.refresh_from_db()

    assert "Say why" in without.content.decode()
    assert (wish.kind, wish.verdict, wish.judged_by) == ("expectation", "conditional", cast.olga)
    assert "If sellers write their calls" in browser.get("/rollout/number").content.decode()


def test_a_number_is_not_judged_like_an_expectation(cast):
    with pytest.raises(Refusal, match="Only what we expect"):
        make_goal(cast.olga).judge(by=cast.olga, verdict="realistic", reason="It is measured")


def test_an_agreed_number_is_looked_at_again_after_90_days_and_holds_on(cast):
    goal = make_goal(cast.olga, due=today() + timedelta(days=300)).agree(by=cast.olga)
    later = now() + timedelta(days=91)

    with standing_at(later):
        was_stale = goal.is_stale
        goal = goal.hold(by=cast.olga)
        assert (was_stale, goal.is_stale) == (True, False)
        assert goal.valid_until == later.date() + timedelta(days=90)


def test_two_numbers_that_measure_the_same_with_other_targets_contradict_each_other(cast, as_user):
    one = make_goal(cast.olga, statement="Know margins", target=Decimal(90))
    other = make_goal(cast.piotr, statement="Know some margins", target=Decimal(60))
    make_goal(cast.olga, statement="Sell more", metric="revenue", baseline=Decimal(1), target=Decimal(2))

    found = opposing(list(Goal.objects.order_by("pk")))
    page = as_user(cast.olga).get("/rollout/number").content.decode()

    assert found == {one.pk: [other], other.pk: [one]}
    assert page.count("measures the same and wants something else") == 2


def test_a_number_is_closed_as_measured_once_its_day_has_come(cast):
    goal = make_goal(cast.olga, due=today() + timedelta(days=10)).agree(by=cast.olga)
    sell(cast.olga)  # without a cost: 0 % known

    with pytest.raises(Refusal, match="day has not come"):
        goal.close(by=cast.olga)
    with standing_at(now() + timedelta(days=11)):
        goal = goal.close(by=cast.olga)

    assert (goal.state, goal.closed_value) == ("missed", Decimal(0))


def test_a_number_that_is_reached_is_closed_before_its_day(cast):
    switch(COST, on=True, by=cast.olga, reason="To see the margin")
    goal = make_goal(cast.olga).agree(by=cast.olga)
    sell(cast.olga, cost=4)

    assert goal.close(by=cast.olga).state == "reached"


def test_what_hangs_on_a_number_is_doubtful_once_its_day_has_passed(cast):
    requirement = make_requirement(cast.olga, author=cast.anna)
    before = Coverage(cast.olga).standings[0].level

    with writing(requirement.goal, by=cast.olga, act="edited") as goal:
        goal.valid_until = today() - timedelta(days=1)

    look = Look(cast.olga)
    assert (before, look.standings[0].level) == (1, 0)
    assert [("doubtful" in found.fact) for found in findings(look) if found.rule.code == "R11"] == [True]
