"""Each rule stays silent, and trips: a table with one story a rule. A story stops once before the rule has to trip."""

from datetime import timedelta
from decimal import Decimal

import pytest

from groundwork.access.models import Grant, Reach, Role, User
from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now, standing_at, today
from groundwork.crm.trade.models import CostPrice, Product
from groundwork.records.models import Use
from groundwork.records.write import creating, put_part, writing
from groundwork.rollout.adoption.models import Measured
from groundwork.rollout.chain.look import Look
from groundwork.rollout.chain.rules import rules
from groundwork.rollout.chain.rules.declared import STOP
from groundwork.rollout.conftest import COST, PROFIT, element, make_goal, make_requirement, sell
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.actions import oppose, tell
from groundwork.rollout.discovery.interviews import Interview, WorkStep
from groundwork.rollout.project.models import Project
from groundwork.rollout.questions.actions import ask as ask_question
from groundwork.rollout.requirements.actions import write_down
from groundwork.rollout.requirements.models import Phase

OFFERS = {"name": "Write an offer", "times": 2, "per": "day", "minutes": 30}
stories = {}


def story(key):
    def keep(tells):
        stories[key] = tells
        return tells

    return keep


def later(**by):
    return standing_at(now() + timedelta(**by))


def agreed(cast, **changes):
    return make_requirement(cast.piotr, **{"author": cast.anna, **changes}).confirm(by=cast.anna)


def set_up(cast, **changes):
    requirement = agreed(cast, **changes)
    requirement.switch_on(by=cast.olga)
    return requirement


def configures(person):
    person.roles.add(Role.objects.get(key="administrator"))


def measured(field, **more):
    """As the round of the day keeps it."""
    Measured.objects.update_or_create(kind="field", key=f"field:{field}", day=today(), defaults={"more": more})


def interviewed(cast, level, who, **thing):
    interview = asking.ask(by=cast.olga, work="Offers", respondent=who, level=level)
    return asking.confirm(interview, {"things": [{**OFFERS, **thing}]}, by=who)


@story("not-a-number")
def _(cast):
    make_goal(cast.piotr)
    yield
    make_goal(cast.piotr, target=None)
    yield


@story("wish")
def _(cast):
    make_goal(cast.piotr, statement="Margin of every product is known", metric="")
    yield
    make_goal(cast.piotr, statement="Make it convenient", metric="")
    yield


@story("not-agreed-number")
def _(cast):
    make_goal(cast.piotr, target=None)
    make_goal(cast.piotr).agree(by=cast.olga)
    yield
    make_goal(cast.piotr)
    yield


def test_a_number_whose_signer_has_left_wants_another_name_under_it(cast):
    goal = make_goal(cast.piotr).agree(by=cast.anna)
    rule = rules["not-agreed-number"]
    assert list(rule.find(Look(cast.olga))) == []
    cast.anna.is_active = False
    cast.anna.save()

    (found,) = rule.find(Look(cast.olga))
    again = goal.hold(by=cast.olga)

    assert "no longer here" in found.fact
    assert again.agreed_by == cast.olga
    assert list(rule.find(Look(cast.olga))) == []


@story("number-out-of-date")
def _(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    yield
    with writing(goal, by=cast.olga, act="edited") as old:
        old.valid_until = today() - timedelta(days=1)
    yield


@story("opposing-numbers")
def _(cast):
    make_goal(cast.piotr)
    make_goal(cast.olga, metric="overdue", target=5)
    yield
    make_goal(cast.olga, target=50)
    yield


@story("number-alone")
def _(cast):
    agreed(cast)
    make_goal(cast.piotr)
    yield
    make_goal(cast.piotr).agree(by=cast.olga)
    yield


@story("not-paid-off")
def _(cast):
    sell(cast.olga)
    goal = make_goal(cast.piotr, due=today() + timedelta(days=5)).agree(by=cast.olga)
    agreed(cast, goal=goal)
    yield
    with writing(goal, by=cast.olga, act="edited") as past:
        past.due = today() - timedelta(days=1)
    goal.agree(by=cast.olga)
    yield


@story("hope-not-judged")
def _(cast):
    hope = make_goal(cast.piotr, kind="expectation", metric="")
    hope.judge(by=cast.olga, verdict="impossible", reason="A CRM does not sell")
    yield
    make_goal(cast.piotr, kind="expectation", metric="")
    yield


@story("head-only")
def _(cast):
    interviewed(cast, Interview.Level.WORKER, cast.anna)
    interviewed(cast, Interview.Level.HEAD, cast.piotr)
    yield
    other = asking.ask(by=cast.olga, work="Claims", respondent=cast.piotr, level=Interview.Level.HEAD)
    asking.confirm(other, {"things": [OFFERS]}, by=cast.piotr)
    yield


@story("told-differently")
def _(cast):
    interviewed(cast, Interview.Level.HEAD, cast.piotr)
    interviewed(cast, Interview.Level.WORKER, cast.anna, times=3)
    yield
    interviewed(cast, Interview.Level.WORKER, cast.anna, times=9)
    yield


@story("unasked")
def _(cast):
    make_goal(cast.piotr).agree(by=cast.olga)
    for person in (cast.anna, cast.piotr, cast.olga, cast.ivan):
        need = tell("It hinders", by=person)
    yield
    with writing(need, by=cast.olga, act="edited") as other:
        other.author = cast.anna
    yield


@story("entered-twice")
def _(cast):
    configures(cast.olga)
    measured("company.name", twin="")
    yield
    measured("company.city", twin="country")
    yield


@story("mostly-one-value")
def _(cast):
    configures(cast.olga)
    measured("company.kind", sameness=0.95)
    measured("company.city", sameness=1)  # nobody has to fill it in
    yield
    measured("company.kind", sameness=0.96)
    yield


@story("unanswered")
def _(cast):
    tell("It hinders", by=cast.anna)
    tell("It hinders, too", by=cast.anna).agree(by=cast.olga)
    yield
    with later(days=20):
        yield


@story("solution-told")
def _(cast):
    tell("I give discounts blindly", by=cast.anna)
    yield
    tell("A red button", by=cast.anna)
    yield


@story("conflict")
def _(cast):
    one, other = tell("I decide", by=cast.anna), tell("No, I do", by=cast.piotr)
    due = today() + timedelta(days=3)
    oppose(one, by=cast.olga, other=other, subject="Who decides", owner=cast.olga, due=due)
    yield
    with later(days=5):
        yield


@story("outside")
def _(cast):
    interviewed(cast, Interview.Level.WORKER, cast.anna, tool="CRM")
    yield
    interviewed(cast, Interview.Level.WORKER, cast.anna, tool="Excel")
    yield


@story("nobody-asked")
def _(cast):
    agreed(cast)
    yield
    make_requirement(cast.piotr)
    yield


@story("not-agreed")
def _(cast):
    agreed(cast)
    yield
    make_requirement(cast.piotr, author=cast.anna)
    yield


@story("no-number-behind")
def _(cast):
    agreed(cast)
    yield
    lifted = make_goal(cast.piotr, metric="", target=None).agree(by=cast.olga, decision="We want it anyway")
    agreed(cast, goal=lifted)
    yield


@story("no-steps")
def _(cast):
    agreed(cast)
    yield
    make_requirement(cast.piotr, author=cast.anna, keys=())
    yield


@story("vague")
def _(cast):
    make_requirement(cast.piotr, author=cast.anna)
    yield
    make_requirement(cast.piotr, author=cast.anna, statement="The report opens fast")
    yield


@story("only-filled-in")
def _(cast):
    agreed(cast)
    yield
    agreed(cast, keys=(COST,))
    yield


@story("reworded")
def _(cast):
    with later(days=-30):
        requirement = agreed(cast)
    with later(days=-13), writing(requirement, by=cast.piotr, act="edited") as other:
        other.statement = "Other words"
    yield
    with later(days=4):
        yield


@story("still-off")
def _(cast):
    set_up(cast)
    yield
    Element.objects.filter(key=COST).update(state="off")
    yield


@story("no-origin")
def _(cast):
    yield
    Element.objects.filter(pk=element(PROFIT).pk).update(origin="hand", reason="")
    yield


@story("phase-grew")
def _(cast):
    agreed(cast)
    Phase.objects.get().freeze(by=cast.olga)
    yield
    agreed(cast)
    yield


@story("all-must")
def _(cast):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    for _ in range(4):
        make_requirement(cast.piotr, goal=goal, worth="base")
    yield
    make_requirement(cast.piotr, goal=goal, worth="base")
    yield


@story("could-wait")
def _(cast):
    make_requirement(cast.piotr)
    yield
    make_requirement(cast.piotr, worth="gadget")
    yield


@story("phase-share")
def _(cast):
    needs = [tell("It hinders", by=cast.anna).agree(by=cast.piotr) for _ in range(6)]
    write_down(
        by=cast.piotr, statement="Margin", done_when="It is there", goal=make_goal(cast.piotr), needs=needs[:4],
        elements=[element(COST)],
    )  # fmt: skip
    needs[4].turn_down(by=cast.piotr, state="rejected", reason="No")
    yield
    needs[4].agree(by=cast.piotr)
    yield


@story("not-passed")
def _(cast):
    set_up(cast)
    test = AcceptanceTest.objects.get()
    test.run(by=cast.anna, works=True, fits=True)
    yield
    test.run(by=cast.anna, works=True, fits=False, remark="Slow")
    yield


@story("fault")
def _(cast):
    set_up(cast)
    test = AcceptanceTest.objects.get()
    test.run(by=cast.anna, works=True, fits=False, remark="A word is wrong", severity="small")
    yield
    test.run(by=cast.anna, works=False, fits=False, remark="It stops", severity="stops")
    yield


@story("ready-not-live")
def _(cast):
    with later(days=-13):
        requirement = set_up(cast)
        requirement.tests.get().run(by=cast.anna, works=True, fits=True)
    yield
    with later(days=4):
        yield


@story("for-others")
def _(cast):
    requirement = set_up(cast)
    requirement.tests.get().run(by=cast.anna, works=True, fits=True)
    go_live(requirement.goal, by=cast.olga)
    yield
    with writing(requirement.use_cases.get(), by=cast.olga, act="edited") as case:
        case.actor = "reader"  # Ivan, in the store
    yield


@story("only-its-maker")
def _(cast):
    requirement = set_up(cast)
    requirement.tests.get().run(by=cast.anna, works=True, fits=True)
    yield
    other = set_up(cast)
    Element.objects.filter(key=COST).update(state="off")
    elements.switch(COST, on=True, by=cast.anna, reason="Once more")
    requirement.withdraw(by=cast.piotr)
    other.tests.get().run(by=cast.anna, works=True, fits=True)
    yield


@story("wrote-and-set-up")
def _(cast):
    set_up(cast)  # written down by Piotr, switched on by Olga
    yield
    make_requirement(cast.olga, author=cast.anna).confirm(by=cast.anna)
    yield


@story("no-whole-work")
def _(cast):
    agreed(cast)
    interviewed(cast, Interview.Level.WORKER, cast.anna, tool="CRM")
    yield
    interviewed(cast, Interview.Level.WORKER, cast.ivan, tool="Excel")
    yield


@story("no-yes")
def _(cast):
    make_requirement(cast.piotr, author=cast.olga)  # it is Olga who looks, and would agree
    yield
    make_requirement(cast.piotr, author=cast.anna)
    yield


@story("department-unheard")
def _(cast):
    make_requirement(cast.piotr, author=cast.anna)
    interviewed(cast, Interview.Level.WORKER, cast.anna)
    yield
    make_requirement(cast.piotr, author=cast.ivan)
    yield


@story("not-used")
def _(cast):
    requirement = set_up(cast)
    requirement.tests.get().run(by=cast.anna, works=True, fits=True)
    go_live(requirement.goal, by=cast.olga)  # nobody had time to use it yet
    yield
    with later(days=28):
        yield


def offers_live_since(cast, weeks):
    """Anna said that she writes two offers a day, of half an hour each; it is tied to the cost of a product."""
    interviewed(cast, Interview.Level.WORKER, cast.anna)
    with later(days=-7 * weeks):
        requirement = set_up(cast, keys=(COST,))
        requirement.tests.get().run(by=cast.anna, works=True, fits=True)
        with writing(requirement.use_cases.get(), by=cast.olga, act="edited") as case:
            case.work_step = WorkStep.objects.get()
        go_live(requirement.goal, by=cast.olga)


@story("seen-otherwise")
def _(cast):
    offers_live_since(cast, 3)
    yield
    with later(days=8):
        yield


@story("slower")
def _(cast):
    offers_live_since(cast, 5)
    new = User.objects.create_user(email="new@example.com", name="New")
    for person in (cast.anna, cast.piotr, cast.olga, cast.ivan):
        prices_after(person, 37)
    yield
    prices_after(new, 37)  # of fewer than five people it would be somebody's own figure
    yield


def prices_after(person, minutes):
    """The person opens a product, and so many minutes later says what it costs."""
    product = creating(Product(name=f"Almonds of {person}"), by=person)
    opened = now() - timedelta(minutes=minutes)
    Use.objects.create(user=person, kind="view", key="product", object_id=product.pk, at=opened)
    with writing(product, by=person, act="edited") as fresh:
        put_part(fresh, CostPrice(cost=Decimal(4), currency="EUR", valid_from=today()))


@story("question-late")
def _(cast):
    ask_question(by=cast.piotr, text="Who sees prices?", to=cast.anna)
    yield
    with later(days=6):
        yield


@story("question-back")
def _(cast):
    question = ask_question(by=cast.piotr, text="Who sees prices?", to=cast.anna)
    yield
    with writing(question, by=cast.piotr, act="asked again") as again:
        again.bounces = 3
    yield


@story("silence")
def _(cast):
    make_goal(cast.piotr).agree(by=cast.olga)
    yield
    with later(days=16):
        yield


def test_every_rule_has_its_story():
    assert set(stories) == {rule.key for rule in rules}


@pytest.mark.parametrize("key", stories)
def test_a_rule_is_silent_and_then_trips(cast, key):
    rule, telling = rules[key], stories[key](cast)

    next(telling)
    assert list(rule.find(Look(cast.olga))) == []
    next(telling)
    (found,) = rule.find(Look(cast.olga))

    assert found.fact[-1] in ".?”"
    assert bool(found.about[1]) or not rule.stops, "an act asks whether these words may be read"
    assert found.href.startswith("/rollout/") or rule.code in ("R26", "R30", "R31", "R48")
    Grant.objects.filter(role__key="reader").update(reach=Reach.OWN)
    assert list(rule.find(Look(User.objects.get(pk=cast.ivan.pk)))) == []  # he owns nothing of it


def test_what_blocks_is_what_each_profile_says():
    """ROLLOUT.md 3.4a, of the rules that stand."""
    stops = {
        profile: {rule.code for rule in rules if rule.severity(profile) == STOP} for profile in Project.Profile.values
    }

    assert stops["light"] == {"R08", "R26", "R47"}
    assert stops["standard"] - stops["light"] == {
        "R02", "R03", "R10", "R13", "R15", "R20", "R21", "R22", "R23", "R35", "R46", "R48",
    }  # fmt: skip
    assert stops["full"] - stops["standard"] == {"R14", "R33", "R44"}
