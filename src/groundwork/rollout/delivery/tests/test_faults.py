import pytest
from django.urls import reverse

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.tasks.models import Task
from groundwork.rollout.conftest import make_requirement
from groundwork.rollout.delivery.actions import Check, go_live
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.delivery.people import invite
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.project.models import Project
from groundwork.rollout.requirements.models import Requirement

pytestmark = pytest.mark.on_sqlite("words and acts")


@pytest.fixture
def test(cast):
    """Anna asked for it, Piotr agreed, Olga set it up."""
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    return AcceptanceTest.objects.get()


def tries(test, by, *, works=True, fits=True, remark=""):
    return test.run(by=by, works=works, fits=fits, remark=remark)


def owed(person) -> list[str]:
    return list(Task.objects.open().filter(owner=person).values_list("what", flat=True))


def check(user):
    requirements = list(Requirement.objects.prefetch_related("uses__element"))
    return Check(user, requirements), requirements


def test_a_no_is_a_fault_of_whoever_set_it_up_and_stands_on_that_persons_list(cast, test):
    tries(test, cast.anna, works=False, remark="The page is empty")

    defect = Defect.objects.get()
    assert (defect.owner, defect.found_by, defect.state, defect.found_in) == (cast.olga, cast.anna, "open", "trying")
    assert owed(cast.olga) == ["Put right: The page is empty"]


def test_put_right_it_goes_back_to_who_found_it_and_a_yes_closes_it(cast, test):
    tries(test, cast.anna, works=False, remark="The page is empty")
    defect = Defect.objects.get().mend(by=cast.olga)
    assert (owed(cast.olga), owed(cast.anna)) == ([], ["Try again: The page is empty"])

    tries(test, cast.anna)

    defect.refresh_from_db()
    assert (defect.state, defect.bounces, owed(cast.anna)) == ("closed", 0, [])


def test_said_to_be_put_right_and_still_there_it_comes_back_and_is_counted(cast, test):
    tries(test, cast.anna, works=False, remark="The page is empty")
    Defect.objects.get().mend(by=cast.olga)

    tries(test, cast.anna, works=False, remark="Now it is half empty")

    defect = Defect.objects.get()
    assert (defect.state, defect.bounces) == ("open", 1)
    assert "half empty" in defect.what
    assert len(owed(cast.olga)) == 1


def test_a_second_thing_that_is_wrong_is_a_fault_of_its_own(cast, test):
    tries(test, cast.anna, works=False, remark="The page is empty")
    tries(test, cast.piotr, fits=False, remark="One column too many")

    assert Defect.objects.open().count() == 2


def test_only_its_owner_says_that_a_fault_is_put_right(cast, test):
    tries(test, cast.anna, works=False, remark="The page is empty")

    with pytest.raises(NotAllowed):
        Defect.objects.get().mend(by=cast.anna)


def test_who_asked_for_it_is_asked_to_try_it_once_and_owes_it_until_then(cast, test):
    assert check(cast.piotr)[0].people.of(test).to_ask == [cast.anna]

    assert invite(test, [cast.anna], by=cast.piotr) == [cast.anna]
    assert invite(test, [cast.anna], by=cast.piotr) == []
    trying = check(cast.piotr)[0].people.of(test)
    assert (trying.waiting, trying.to_ask, owed(cast.anna)) == ([cast.anna], [], ["Try it: Margin by product"])

    tries(test, cast.anna)
    assert (check(cast.piotr)[0].people.of(test).waiting, owed(cast.anna)) == ([], [])


def test_tried_only_by_whoever_set_it_up_it_goes_live_and_that_is_said(cast, test):
    tries(test, cast.olga)
    checked, requirements = check(cast.piotr)

    assert checked.faults(requirements) == []
    assert checked.advice(requirements) == ["“Margin by product” was tried only by whoever set it up."]
    tries(test, cast.anna)
    checked, requirements = check(cast.piotr)
    assert checked.advice(requirements) == []


@pytest.mark.parametrize(("severity", "is_told"), [("stops", True), ("hinders", True), ("small", False)])
def test_a_fault_that_is_not_gone_is_advice_in_light_and_forbids_going_live_beyond(cast, test, severity, is_told):
    test.run(by=cast.anna, works=False, fits=False, remark="The page is empty", severity=severity)
    tries(test, cast.anna)
    Defect.objects.get().send_back(by=cast.anna, word="It came again the next day")
    checked, requirements = check(cast.piotr)
    assert (checked.faults(requirements), bool(checked.advice(requirements))) == ([], is_told)

    Project.current()
    Project.objects.update(profile="standard")
    if not is_told:
        go_live(requirements[0].goal, by=cast.olga)
        return
    with pytest.raises(Refusal, match="A fault is not gone: The page is empty"):
        go_live(requirements[0].goal, by=cast.olga)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda cast, test: None, "Of 1: 1 is not tried. Not ready."),
        (lambda cast, test: tries(test, cast.anna, fits=False, remark="Slow"), "Of 1: 1 does not fit. Not ready."),
        (lambda cast, test: tries(test, cast.anna), "The one thing works and fits: ready."),
    ],
)
def test_the_check_before_going_live_is_one_sentence(cast, test, given, sentence):
    given(cast, test)

    checked, requirements = check(cast.piotr)
    assert checked.words(requirements) == sentence


def test_who_is_to_try_it_begins_on_the_first_page_and_is_led_from_one_test_to_the_next(cast, as_user, test):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    first, second = [card["test"] for card in as_user(cast.anna).get(reverse("rollout:try")).context["mine"]]

    answer = as_user(cast.anna).post(
        reverse("rollout:run", args=[first.pk]),
        {"version": AcceptanceTest.objects.get(pk=first.pk).version, "said": "passed"},
    )

    assert answer.url == reverse("rollout:try_one", args=[second.pk])


def test_what_does_not_work_in_daily_work_is_told_from_any_page_and_has_an_owner(cast, as_user):
    page = reverse("records:list", args=["company"])

    as_user(cast.anna).post(reverse("rollout:tell"), {"statement": "The list is empty", "kind": "fault", "page": page})

    defect = Defect.objects.get()
    assert (defect.found_by, defect.owner, defect.found_in, defect.about_type) == (
        cast.anna, cast.olga, "work", "company",
    )  # fmt: skip
    assert Need.objects.count() == 0
    assert owed(cast.olga) == ["Put right: The list is empty"]
    defect.mend(by=cast.olga).close(by=cast.anna)
    assert (Defect.objects.get().state, owed(cast.anna)) == ("closed", [])


@pytest.mark.parametrize("goals", [1, 4])
def test_the_page_takes_as_many_queries_for_many_tests_as_for_one(cast, as_user, goals, django_assert_num_queries):
    client = as_user(cast.anna)
    for _ in range(goals):
        make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    for test in AcceptanceTest.objects.all():
        tries(test, cast.anna, works=False, remark="Empty")
    client.get(reverse("rollout:try"))

    with django_assert_num_queries(29):
        client.get(reverse("rollout:try"))


def test_a_yes_closes_only_what_whoever_tries_it_says_is_gone(cast, as_user, test):
    tries(test, cast.anna, works=False, remark="The page is empty")
    tries(test, cast.piotr, fits=False, remark="One column too many")
    of_anna, of_piotr = Defect.objects.order_by("pk")

    tries(test, cast.olga)
    assert Defect.objects.open().count() == 2
    shown = as_user(cast.piotr).get(reverse("rollout:try_one", args=[test.pk])).context["form"]
    assert (list(shown.fields["gone"].queryset), shown.initial["gone"]) == ([of_anna, of_piotr], [of_piotr.pk])
    version = AcceptanceTest.objects.get().version
    as_user(cast.piotr).post(
        reverse("rollout:run", args=[test.pk]), {"version": version, "said": "passed", "gone": [of_anna.pk]}
    )

    assert list(Defect.objects.open()) == [of_piotr]
