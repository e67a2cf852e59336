"""Wishes are told from numbers, and a number that nobody looked at again makes what hangs on it doubtful."""

from datetime import timedelta

import pytest

from groundwork.core.clock import today
from groundwork.records.write import writing
from groundwork.rollout.chain.coverage import Coverage
from groundwork.rollout.chain.findings import findings
from groundwork.rollout.conftest import make_goal, make_requirement
from groundwork.rollout.discovery.wishes import wish_in


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
    assert wish_in(said) == word


def test_a_wish_gets_a_hint_and_no_block_and_none_once_it_is_measured(cast, as_user):
    wish = make_goal(cast.olga, statement="Make it convenient", metric="", baseline=None)
    measured = make_goal(cast.olga, statement="Convenient margins")

    page = as_user(cast.olga).get("/rollout/number").content.decode()

    assert (wish.wish, measured.wish) == ("convenient", "")
    assert page.count("says how it should feel") == 1


def test_what_hangs_on_a_number_is_doubtful_once_its_day_has_passed(cast):
    requirement = make_requirement(cast.olga, author=cast.anna)
    before = Coverage(cast.olga).standings[0].level

    with writing(requirement.goal, by=cast.olga, act="edited") as goal:
        goal.valid_until = today() - timedelta(days=1)

    coverage = Coverage(cast.olga)
    assert (before, coverage.standings[0].level) == (1, 0)
    assert "doubtful" in findings([goal], coverage, [])[0].fact
