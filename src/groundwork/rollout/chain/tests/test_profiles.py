"""Light, standard, and back: what stops an act changes, and nothing else does."""

import pytest
from django.apps import apps
from django.urls import reverse

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.write import creating, writing
from groundwork.rollout.chain.map import Map
from groundwork.rollout.conftest import make_goal, make_requirement
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.interviews import Interview
from groundwork.rollout.project.decisions import go_by
from groundwork.rollout.project.gates import Act, faults_against
from groundwork.rollout.project.models import Decision, Project
from groundwork.rollout.questions.actions import ask as ask_question
from groundwork.rollout.requirements.models import Phase, Requirement

ROOMS = ("project", "discovery", "requirements", "questions", "delivery", "adoption", "chain", "blueprint")
STRICT, EASY = Project.Profile.STANDARD, Project.Profile.LIGHT


def everything():
    """Every row of the roll-out and of what is configured, but which profile it goes by and why."""
    rows = {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label in ROOMS and model is not Project
    }
    rows["project.Decision"] = [row for row in rows["project.Decision"] if "We grow" not in row["statement"]]
    return rows


def priced(cast, level, who, times):
    asked = asking.ask(by=cast.olga, work="Prices", respondent=who, level=level)
    asking.confirm(asked, {"things": [{"name": "Change prices", "times": times, "per": "month"}]}, by=who)


def agreed(cast, **changes):
    requirement = make_requirement(cast.piotr, **{"author": cast.anna, **changes})
    requirement.confirm(by=cast.anna).switch_on(by=cast.olga)
    return requirement


def test_moving_to_standard_and_back_loses_nothing(cast):
    requirement = agreed(cast)
    requirement.tests.get().run(by=cast.anna, works=True, fits=False, remark="It is slow")
    requirement.tests.get().run(by=cast.anna, works=True, fits=True)
    go_live(requirement.goal, by=cast.olga)
    priced(cast, Interview.Level.HEAD, cast.piotr, 1)
    priced(cast, Interview.Level.WORKER, cast.anna, 4)
    ask_question(by=cast.piotr, text="Who sees prices?", to=cast.anna, requirements=[requirement])
    before, levels = everything(), Map(cast.olga).levels

    go_by(STRICT, reason="We grow", by=cast.olga)
    strict, strict_levels = everything(), Map(cast.olga).levels
    go_by(STRICT, reason="We grow", by=cast.olga)  # a repeat keeps nothing
    go_by(EASY, reason="We grow less", by=cast.olga)

    assert strict == before
    assert everything() == before
    assert sum(map(len, before.values())) > 40
    assert strict_levels == levels == Map(cast.olga).levels
    assert list(Decision.objects.order_by("pk").values_list("owner", "rejected")) == [
        (cast.olga.pk, "light"),
        (cast.olga.pk, "standard"),
    ]


def test_who_may_not_configure_does_not_move_it_and_nobody_does_without_a_reason(cast):
    with pytest.raises(NotAllowed):
        go_by(STRICT, reason="I want to", by=cast.anna)
    with pytest.raises(Refusal, match="Say why"):
        go_by(STRICT, reason=" ", by=cast.olga)

    assert Project.current().profile == EASY


def test_standard_stops_agreeing_to_what_nobody_asked_for_until_somebody_decides(cast):
    """R20 and R21; R22 is spoken of a number agreed on by decision. In light the same is agreed."""
    make_requirement(cast.piotr).confirm(by=cast.piotr)
    go_by(STRICT, reason="We grow", by=cast.olga)
    unasked, asked = make_requirement(cast.piotr), make_requirement(cast.piotr, author=cast.anna)
    vague = make_goal(cast.piotr, metric="", baseline=None, target=None).agree(by=cast.olga, decision="We will see")
    unmeasured = make_requirement(cast.piotr, author=cast.anna, goal=vague)

    with pytest.raises(Refusal, match=r"^Nobody asked for “Margin by product”\.$"):
        unasked.confirm(by=cast.piotr)
    with pytest.raises(Refusal, match=r"^Nobody who will use “Margin by product” has said yes to it\.$"):
        asked.confirm(by=cast.piotr)
    asked.say_yes(by=cast.anna)
    assert asked.confirm(by=cast.piotr).is_confirmed
    with pytest.raises(Refusal, match=r"^No number tells whether “Margin by product” was worth it\.$"):
        unmeasured.confirm(by=cast.anna)  # her own words: R20 and R21 are silent
    assert unasked.confirm(by=cast.olga, decision="The law wants it").is_confirmed
    assert Decision.objects.get(statement="The law wants it").faults.startswith("Nobody asked for")


def test_standard_stops_settling_a_phase_in_which_something_is_open(cast):
    """R10, R13, R15, R35, each with its sentence; a decision goes past all of them."""
    requirement = agreed(cast)
    priced(cast, Interview.Level.HEAD, cast.piotr, 1)
    phase = Phase.objects.get()
    go_by(STRICT, reason="We grow", by=cast.olga)
    assert faults_against(Act.SETTLE, [phase], cast.olga) == {}
    priced(cast, Interview.Level.WORKER, cast.anna, 4)
    nice = make_requirement(cast.olga, goal=make_goal(cast.olga), author=cast.ivan, keys=())
    with writing(nice, by=cast.olga, act="edited") as fresh:
        fresh.worth = Requirement.Worth.GADGET

    with pytest.raises(Refusal) as refused:
        phase.freeze(by=cast.olga)

    for words in ("told differently", "complete and not agreed", "“Store”", "could wait", "nothing to try"):
        assert words in str(refused.value)
    assert requirement.statement in str(refused.value)
    with pytest.raises(Refusal, match="do not see stands in the way: Head and worker tell it differently") as refused:
        phase.freeze(by=cast.piotr)  # the work is Olga's, and its name is not for him
    assert "Prices" not in str(refused.value)
    assert phase.freeze(by=cast.olga, decision="We begin with what we have").state == "frozen"


def test_standard_stops_going_live_with_what_only_its_maker_tried_and_with_a_fault(cast, as_user):
    """R02, R03, R46, R48: at most advice in light, a stop in standard that the screen says before anybody presses."""
    requirement = make_requirement(cast.olga, author=cast.olga)
    requirement.confirm(by=cast.olga).switch_on(by=cast.olga)
    test = requirement.tests.get()
    test.run(by=cast.olga, works=True, fits=True)
    client = as_user(cast.olga)
    assert "go on anyway" not in client.get(reverse("rollout:try")).content.decode().lower()
    go_by(STRICT, reason="We grow", by=cast.olga)
    creating(Defect(what="Prints nothing", test=test, owner=cast.piotr), by=cast.anna)
    priced(cast, Interview.Level.WORKER, cast.anna, 1)  # with what was not said

    page = client.get(reverse("rollout:try")).content.decode()
    with pytest.raises(
        Refusal, match="Prints nothing.*only by whoever set it up.*Whoever wrote.*from end to end"
    ) as refused:
        go_live(requirement.goal, by=cast.olga)

    assert "Go on anyway" in page
    assert page.count("was tried only by whoever set it up.") == str(refused.value).count("only by whoever") == 1
    go_by(EASY, reason="We grow less", by=cast.olga)
    assert go_live(requirement.goal, by=cast.olga) == [requirement]


def test_the_screens_ask_as_often_for_three_as_for_one_in_standard(cast, as_user, django_assert_max_num_queries):
    client, screens = as_user(cast.olga), ("agreed", "try", "strict")
    go_by(STRICT, reason="We grow", by=cast.olga)

    def queries(screen):
        with django_assert_max_num_queries(100) as asked:
            client.get(reverse(f"rollout:{screen}"))
        return len(asked)

    def more():
        make_requirement(cast.piotr, author=cast.anna, goal=agreed(cast).goal)

    more()
    for screen in screens:
        queries(screen)  # what is read once for good is read
    few = [queries(screen) for screen in screens]
    more()
    more()
    assert [queries(screen) for screen in screens] == few
