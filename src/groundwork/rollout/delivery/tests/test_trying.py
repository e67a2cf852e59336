import pytest
from django.urls import reverse
from django.utils import translation

from groundwork.access.models import Grant, User
from groundwork.blueprint import elements
from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.sales.review.quality import live_since
from groundwork.records.tasks.models import Task
from groundwork.records.write import archive, creating, put_part, writing
from groundwork.rollout.conftest import COST, make_requirement
from groundwork.rollout.delivery.actions import go_live, keep_tests_in_step
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun
from groundwork.rollout.delivery.people import invite
from groundwork.rollout.project.models import Decision
from groundwork.rollout.requirements.models import Requirement, UseCase

pytestmark = pytest.mark.on_sqlite("words and acts")


@pytest.fixture
def agreed(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)
    requirement.switch_on(by=cast.olga)
    return requirement


def the_test():
    return AcceptanceTest.objects.get()


def test_the_test_walks_the_steps_of_the_use_case(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    assert not AcceptanceTest.objects.exists()

    requirement = requirement.confirm(by=cast.anna)
    fill, read = the_test().lines
    assert fill == "Fill in “Cost price”"
    assert read.endswith("→ The report shows the margin of every product")

    with writing(requirement, by=cast.piotr, act="edited") as fresh:
        fresh.done_when = "Also by customer"
    assert the_test().lines[-1].endswith("→ Also by customer")


def test_a_step_in_other_words_makes_the_verdict_stale(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)

    with writing(UseCase.objects.get(), by=cast.piotr, act="edited") as case:
        step = case.steps.first()
        step.action = "Open a product and type its cost price"
        put_part(case, step)

    assert the_test().lines[0] == "Open a product and type its cost price"
    assert the_test().verdict() == "stale"


def test_what_was_tried_before_there_were_steps_stays_tried_when_they_are_made(cast, agreed):
    with writing(the_test(), by=cast.piotr, act="edited") as test:
        test.script, test.case = agreed.done_when, None
    the_test().run(by=cast.anna, works=True, fits=True)

    keep_tests_in_step(agreed, by=cast.piotr)

    assert (the_test().case, the_test().verdict()) == (UseCase.objects.get(), "passed")


def test_each_use_case_has_a_test_and_one_that_is_given_up_takes_its_test_along(cast, agreed):
    second = creating(UseCase(requirement=agreed, name="Margin by customer"), by=cast.piotr)
    assert list(AcceptanceTest.objects.current().order_by("pk").values_list("name", flat=True)) == [
        "Margin by product", "Margin by customer",
    ]  # fmt: skip

    archive(second, by=cast.piotr)

    assert AcceptanceTest.objects.current().get().name == "Margin by product"


def test_a_test_nobody_has_run_is_not_passed(agreed):
    assert the_test().verdict() == "not run"


@pytest.mark.parametrize(
    ("works", "fits", "said"),
    [(True, True, "passed"), (True, False, "does not fit"), (False, False, "fails"), (False, True, "fails")],
)
def test_two_questions_give_the_verdict(cast, agreed, works, fits, said):
    the_test().run(by=cast.anna, works=works, fits=fits, remark="The store sees it too")

    assert the_test().verdict() == said


def test_only_the_latest_try_counts(cast, agreed):
    the_test().run(by=cast.anna, works=False, fits=False, remark="Empty page")
    the_test().run(by=cast.anna, works=True, fits=True)

    assert the_test().verdict() == "passed"


def test_a_no_says_what_is_wrong(cast, agreed):
    with pytest.raises(Refusal, match="what is wrong"):
        the_test().run(by=cast.anna, works=True, fits=False)

    assert not TestRun.objects.exists()


def test_a_field_switched_off_and_on_again_makes_the_verdict_stale(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)

    elements.switch(COST, on=False, by=cast.olga)
    elements.switch(COST, on=True, by=cast.olga, reason="Again")

    assert the_test().verdict() == "stale"


def test_new_words_make_the_verdict_stale(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)

    with writing(agreed, by=cast.piotr, act="edited") as fresh:
        fresh.done_when = "Also by customer"

    assert the_test().verdict() == "stale"


def test_what_is_switched_off_cannot_be_tried(cast):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    with pytest.raises(Refusal, match="Switch on"):
        the_test().run(by=cast.anna, works=True, fits=True)


def test_with_every_test_passed_everything_agreed_goes_live(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)

    go_live(agreed.goal, by=cast.olga)

    live = Requirement.objects.get()
    assert (live.state, live.live_at is not None) == ("live", True)
    assert live_since() == today()  # the weeks of board reviews count from it


def stale(cast):
    the_test().run(by=cast.anna, works=True, fits=True)
    elements.switch(COST, on=False, by=cast.olga)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda cast: None, "has not been tried"),
        (stale, "was changed after it was tried"),
        (lambda cast: the_test().run(by=cast.anna, works=False, fits=False, remark="Empty"), "does not work"),
        (
            lambda cast: the_test().run(by=cast.anna, works=True, fits=False, remark="Too slow"),
            "works and does not fit",
        ),
    ],
)
def test_a_test_not_passed_keeps_it_from_going_live(cast, agreed, given, sentence):
    given(cast)

    with pytest.raises(Refusal, match=sentence):
        go_live(agreed.goal, by=cast.olga)

    assert Requirement.objects.get().state == "confirmed"


def test_olga_goes_live_despite_an_open_test_and_signs_for_it(cast, agreed):
    go_live(agreed.goal, by=cast.olga, decision="We try it on live data for a week")

    decision = Decision.objects.get()
    assert Requirement.objects.get().state == "live"
    assert (decision.owner, decision.lifts, "has not been tried" in decision.faults) == (cast.olga, "go-live", True)


def test_piotr_does_not_sign_for_going_live_with_an_open_test(cast, agreed):
    with pytest.raises(NotAllowed):
        go_live(agreed.goal, by=cast.piotr, decision="Never mind")

    assert (Requirement.objects.get().state, Decision.objects.count()) == ("confirmed", 0)


def test_there_is_nothing_to_go_live_with_twice(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)
    go_live(agreed.goal, by=cast.olga)

    with pytest.raises(Refusal, match="Nothing agreed is waiting"):
        go_live(agreed.goal, by=cast.olga)


def test_nobody_goes_live_with_what_is_not_theirs_to_change(cast, agreed):
    the_test().run(by=cast.anna, works=True, fits=True)
    Grant.objects.filter(role__key="head", type="requirement", verb="edit").delete()

    with pytest.raises(NotAllowed):
        go_live(agreed.goal, by=cast.piotr)

    assert Requirement.objects.get().state == "confirmed"


def test_whoever_is_asked_to_try_what_they_cannot_open_is_told_so_and_so_is_who_asks(cast, agreed, as_user):
    """The report is for heads; Anna, who asked for it, sells."""
    address = reverse("rollout:ask_to_try", args=[the_test().pk])

    told = as_user(cast.piotr).post(address, {"version": the_test().version, "people": [cast.anna.pk]}, follow=True)
    page = as_user(cast.anna).get(reverse("rollout:try_one", args=[the_test().pk])).content.decode()

    assert "Anna cannot open Profit: a role with that right is missing." in told.content.decode()
    assert "Profit (no access)" in page
    assert 'href="/report/profit"' not in page
    assert 'href="/report/profit"' in as_user(cast.olga).get(f"/rollout/try/{the_test().pk}").content.decode()


def test_a_task_to_try_it_is_in_the_words_of_whoever_tries_it(cast, agreed):
    User.objects.filter(pk=cast.ivan.pk).update(language="pl")

    with translation.override("ru"):
        invite(the_test(), [cast.anna, User.objects.get(pk=cast.ivan.pk)], by=cast.piotr)

    told = dict(Task.objects.filter(about_type="acceptance_test").values_list("owner__name", "what"))
    assert told == {"Anna": "Try it: Margin by product", "Ivan": "Sprawdź: Margin by product"}
