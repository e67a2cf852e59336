"""What comes first, what is settled, what came on top, and what waits."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.access.testing import make_person
from groundwork.blueprint.models import Element
from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.write import creating, writing
from groundwork.rollout.conftest import COST, element, make_goal
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.models import Interview, Need, WorkProcess, WorkStep
from groundwork.rollout.requirements.actions import make_field_for, write_down
from groundwork.rollout.requirements.following import take_over
from groundwork.rollout.requirements.forms import AgreeForm
from groundwork.rollout.requirements.models import Phase, Requirement
from groundwork.rollout.requirements.scope import Scope


def agree(cast, statement="Something", *, goal, needs=(), **typed):
    made = write_down(
        by=cast.piotr, statement=statement, done_when="It is there", goal=goal, needs=needs, elements=[element(COST)],
        **typed,
    )  # fmt: skip
    return made.confirm(by=cast.piotr)


@pytest.fixture
def goal(cast):
    return make_goal(cast.piotr).agree(by=cast.olga)


def told(cast, count):
    return [tell(f"Thing {place}", by=cast.anna).agree(by=cast.piotr) for place in range(count)]


def first(cast):
    return Scope(cast.olga).phases[0]


def test_the_first_thing_agreed_makes_the_first_phase_and_later_ones_the_next(cast, goal):
    now, later = agree(cast, goal=goal), agree(cast, goal=goal, when="next")

    assert [(phase.nth, phase.name) for phase in Phase.objects.in_order()] == [(1, "First phase"), (2, "Later")]
    assert (now.phase.nth, later.phase.nth) == (1, 2)


def test_what_is_parked_frees_what_was_told_and_comes_back_on_its_day(cast, goal):
    (need,) = told(cast, 1)
    requirement = agree(cast, goal=goal, needs=[need])

    write_down(by=cast.piotr, requirement=requirement, needs=[need], elements=[element(COST)], when="parked",
               until=today() + timedelta(days=1))  # fmt: skip
    parked = Requirement.objects.get()
    assert (parked.state, parked.is_due, Need.objects.get().state) == ("parked", False, "agreed")

    parked.parked_until = today()
    assert parked.is_due
    write_down(by=cast.piotr, requirement=parked, needs=[need], elements=[element(COST)], when="now")
    assert (Requirement.objects.get().state, Need.objects.get().state) == ("confirmed", "covered")


def test_what_is_live_is_not_parked_and_nothing_until_yesterday(cast, goal):
    requirement = agree(cast, goal=goal)

    with pytest.raises(Refusal, match="still to come"):
        write_down(by=cast.piotr, requirement=requirement, when="parked", until=today())
    requirement.state = "live"
    with pytest.raises(Refusal, match="live"):
        requirement.park(None)


@pytest.mark.parametrize(
    ("covered", "share", "words"),
    [(2, 40, "too little"), (4, 80, "what people need."), (5, 100, "what could wait")],
)
def test_the_first_phase_says_how_much_of_what_people_need_it_covers(cast, goal, covered, share, words):
    needs = told(cast, 5)
    agree(cast, goal=goal, needs=needs[:covered])
    for need in needs[covered:]:
        agree(cast, goal=goal, needs=[need], when="next")

    assert first(cast).share == share
    assert words in first(cast).said[0]


def test_what_only_a_nice_thing_answers_does_not_count_against_the_first_phase(cast, goal):
    one, other = told(cast, 2)
    agree(cast, goal=goal, needs=[one])
    agree(cast, goal=goal, needs=[other], when="next", worth="gadget")

    assert first(cast).share == 100


def test_a_need_weighs_as_many_hours_a_month_as_the_work_takes_in_which_it_hinders(cast, goal):
    process = creating(WorkProcess(name="Buying"), by=cast.olga)
    interview = creating(
        Interview(process=process, asked="Anna", respondent=cast.anna, state="confirmed", confirmed_at=goal.created_at,
                  hinders="I type it twice"), by=cast.olga,
    )  # fmt: skip
    creating(
        WorkStep(name="Order", process=process, interview=interview, times=9, per="month", minutes=60), by=cast.olga
    )
    heavy, light = (tell(words, by=cast.anna).agree(by=cast.piotr) for words in ("I type it twice", "Colours"))
    agree(cast, goal=goal, needs=[heavy])
    agree(cast, goal=goal, needs=[light], when="next")

    assert first(cast).share == 90  # nine hours of ten


def test_what_comes_on_top_of_a_settled_phase_is_told_with_who_asked(cast, goal):
    one, other = told(cast, 2)
    held = agree(cast, goal=goal, needs=[one])
    held.phase.freeze(by=cast.piotr)
    agree(cast, goal=goal, needs=[other])

    found = first(cast)

    assert [*found.said[1:]] == [
        f"Since it was settled on {found.said[1].split(' on ')[1].split(':')[0]}: 1 added, 0 taken out.",
        "Asked for by Anna.",
    ]
    assert found.warns
    assert [item.requirement for item in held.phase.frozen.all()] == [held]
    with pytest.raises(Refusal, match="already"):
        held.phase.freeze(by=cast.piotr)


def test_a_phase_with_nothing_in_it_is_not_settled(cast):
    phase = creating(Phase(name="First"), by=cast.piotr)

    with pytest.raises(Refusal, match="nothing in this phase"):
        phase.freeze(by=cast.piotr)


def test_what_is_nice_to_have_waits_until_what_must_be_there_is_live(cast, goal):
    agree(cast, goal=goal, worth="base")
    nice = agree(cast, "Colours", goal=goal, worth="gadget")
    scope = Scope(cast.olga)
    assert (scope.waiting, scope.phases[0].said) == ({nice.pk}, ["This could wait for a later phase: “Colours”."])

    Requirement.objects.get(worth="base").switch_on(by=cast.olga)
    for test in AcceptanceTest.objects.all():
        test.run(by=cast.anna, works=True, fits=True)
    go_live(goal, by=cast.olga)

    assert Scope(cast.olga).waiting == set()
    assert Phase.objects.get().state == "live"


def test_how_much_is_made_for_us_is_told(cast, goal):
    agree(cast, goal=goal)
    agree(cast, goal=goal, fit="custom", worth="base")

    assert Scope(cast.olga).custom == "1 of 2 is made for us or joined to another program (50%)."


def test_what_was_agreed_before_there_were_phases_is_in_the_first_one(cast, goal):
    with writing(agree(cast, goal=goal), by=cast.piotr, act="edited") as fresh:
        fresh.phase = None
    Phase._base_manager.all()._raw_delete("default")

    take_over()

    assert Requirement.objects.get().phase.nth == 1


def test_whoever_asked_says_yes_and_nobody_else_does(cast, goal):
    requirement = agree(cast, goal=goal, needs=told(cast, 1))

    with pytest.raises(NotAllowed):
        requirement.say_yes(by=cast.ivan)
    assert requirement.say_yes(by=cast.anna).future_user == cast.anna
    with writing(requirement, by=cast.piotr, act="edited") as fresh:
        fresh.worth = Requirement.Worth.BASE
    assert Requirement.objects.get(pk=requirement.pk).future_user == cast.anna
    with writing(requirement, by=cast.piotr, act="edited") as fresh:
        fresh.done_when = "It is blue"
    assert Requirement.objects.get(pk=requirement.pk).future_user is None, "she said yes to other words"


def test_a_field_made_for_a_requirement_names_it_and_is_filled_in_by_a_step(cast, goal):
    (need,) = told(cast, 1)
    requirement = agree(cast, "Reasons", goal=goal, needs=[need])

    admin = make_person("Adam", "administrator", cast.olga.department)

    row = make_field_for(requirement, "company", by=admin, kind="text", label="Why so cheap", reason="Reasons",
                         asked_by=need.author)  # fmt: skip

    made = Element.objects.get(key=row.element_key)
    assert (made.origin, made.reason, made.asked_by) == ("requirement", "Reasons", cast.anna)
    assert [step.uses for step in requirement.use_cases.get().steps.all()] == [COST, made.key]

    row.retire(by=admin, reason="Nobody reads it")
    assert made in AgreeForm.of(requirement, cast.olga).fields["elements"].queryset
    Element.objects.filter(key=COST).update(state="retired")  # switched off: it is offered, a button brings it back
    offered = AgreeForm(user=cast.olga).fields["elements"].queryset
    assert (made in offered, element(COST) in offered) == (False, True)
    with pytest.raises(Refusal, match="“Why so cheap” is retired"):
        requirement.switch_on(by=cast.olga)


def test_what_we_agreed_stands_on_paper_with_its_people(cast, as_user, goal):
    agree(cast, "Margin", goal=goal, needs=told(cast, 1))
    write_down(by=cast.piotr, statement="Colours", done_when="Blue", goal=goal, when="parked")

    page = as_user(cast.olga).get(reverse("rollout:agreed_print")).content.decode()
    paper = page[page.index("paper") :]

    for words in ("We know our margin by product", "Margin", "It is there", "Anna", "Piotr", "Colours"):
        assert words in paper
