"""The map as a page: what stands in the way can be narrowed, and what hangs in the air is listed from both ends."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.access.models import Grant, Reach, User
from groundwork.blueprint import elements
from groundwork.blueprint.models import ElementRevision
from groundwork.core.clock import now, standing_at
from groundwork.records.write import writing
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.orphans import orphans
from groundwork.rollout.conftest import COST, make_goal, make_requirement
from groundwork.rollout.discovery.actions import tell


@pytest.fixture
def the_map(as_user):
    def opened(user, **chosen):
        return as_user(user).get(reverse("rollout:map"), chosen)

    return opened


def facts(page):
    return [(finding.rule.key, finding.owner) for finding in page.context["found"]]


def test_what_stands_in_the_way_is_narrowed_to_a_number_a_person_and_a_kind(cast, the_map):
    make_requirement(cast.piotr, author=cast.anna)
    other = make_goal(cast.olga).agree(by=cast.olga)
    make_requirement(cast.olga, goal=other)

    of_number = the_map(cast.olga, goal=other.pk)
    of_piotr = the_map(cast.olga, who=cast.piotr.pk)
    of_kind = the_map(cast.olga, kind="nobody-asked", who=cast.olga.pk)

    assert facts(of_number) == [("nobody-asked", "Olga"), ("not-agreed", "Olga")]
    assert facts(of_piotr) == [("unasked", "Piotr"), ("not-agreed", "Piotr")]
    assert facts(of_kind) == [("nobody-asked", "Olga")]


def test_a_choice_that_is_not_found_any_more_shows_everything(cast, the_map):
    make_requirement(cast.piotr, author=cast.anna)

    assert facts(the_map(cast.olga, goal="999", kind="<b>")) == facts(the_map(cast.olga))


def test_every_number_has_its_levels(cast, the_map):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)
    make_goal(cast.olga)

    first, second = the_map(cast.olga).context["chart"].lines

    assert [share for _word, share in first.levels] == [100, 100, 0, 0, 0, 0, 0]
    assert [share for _word, share in second.levels] == [None] * 7


def hanging(user):
    return {str(one.label): (one.count, [row.words for row in one.rows]) for one in orphans(Look(user))}


def test_nothing_hangs_in_the_air_while_the_thread_is_whole(cast):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    assert hanging(cast.olga) == {}


def test_what_hangs_in_the_air_is_listed_from_both_ends(cast):
    make_goal(cast.piotr, statement="Fewer claims")
    tell("It hinders", by=cast.anna)
    make_requirement(cast.piotr, statement="A map in colours", keys=()).withdraw(by=cast.piotr)
    make_requirement(cast.piotr, statement="Music", keys=())
    gone = make_requirement(cast.piotr, author=cast.anna, keys=(COST,)).confirm(by=cast.anna)
    gone.withdraw(by=cast.piotr)
    elements.switch(COST, on=True, by=cast.olga, reason="For a look")

    found = hanging(cast.olga)

    label = elements.declared[COST].label
    assert found == {
        "Numbers for which nothing is agreed": (3, ["Fewer claims", *["We know our margin by product"] * 2]),
        "Told us, and in nothing we agreed": (2, ["It hinders", "I give discounts blindly"]),
        "Agreed, and nobody asked for it": (1, ["Music"]),
        "To be tried, and belongs to nothing": (1, [str(gone.tests.get())]),
        "Set up here, and nothing we agreed needs it": (1, [str(label)]),
    }


def test_what_was_there_before_the_roll_out_is_listed_to_be_explained(cast):
    elements.switch(COST, on=True, by=cast.olga, reason="For a look")
    look = Look(cast.olga)
    look.project.started_on = now().date().replace(year=now().year + 1)

    (one,) = orphans(look)

    assert one.rows[0].words.endswith("(before the roll-out)")
    assert ElementRevision.objects.count() == 1


def test_ivan_reads_no_word_of_what_he_may_not_see(cast, the_map):
    tell("Secret need", by=cast.anna)
    make_goal(cast.piotr, statement="Secret number")
    make_requirement(cast.piotr, statement="Secret agreement")
    Grant.objects.filter(role__key="reader").exclude(type="requirement").update(reach=Reach.OWN)
    Grant.objects.filter(role__key="reader", type="requirement").update(reach=Reach.OWN)

    page = the_map(User.objects.get(pk=cast.ivan.pk))

    assert page.status_code == 200
    assert "Secret" not in page.content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_map_of_five_takes_as_many_queries_as_of_one(cast, client, the_map, django_assert_num_queries, count):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    with standing_at(now() - timedelta(days=20)):
        for _ in range(count):
            made = make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna)
            with writing(made, by=cast.piotr, act="edited") as other:
                other.statement = "Other words"
    assert the_map(cast.olga).context["count"] > count

    with django_assert_num_queries(44):
        client.get(reverse("rollout:map"))
