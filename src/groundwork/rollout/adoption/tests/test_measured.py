from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import get_current_timezone

from groundwork.access.models import Department, Role, User
from groundwork.access.testing import make_person
from groundwork.blueprint import elements
from groundwork.blueprint.elements import one_request
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, standing_at, today
from groundwork.crm.trade.models import CostPrice
from groundwork.records.field_use import hollowness
from groundwork.records.models import Activity, ChangeSet, Use
from groundwork.records.write import creating, put_part, writing
from groundwork.rollout.adoption import helped, own, rounds
from groundwork.rollout.adoption.became import became_for
from groundwork.rollout.adoption.inside import places_of
from groundwork.rollout.adoption.models import Measured, Pulse
from groundwork.rollout.adoption.observed import Observed, Seen, observed, unsaid
from groundwork.rollout.adoption.roles import TOGETHER, Parts, measured_roles
from groundwork.rollout.adoption.signals import hollow, unopened, written_at_once, written_late
from groundwork.rollout.adoption.takeoff import takeoff_of
from groundwork.rollout.adoption.unread import proposals
from groundwork.rollout.adoption.views import cards_of, money_of
from groundwork.rollout.adoption.way import Ways, monday_of
from groundwork.rollout.adoption.weeks import first_days, first_weeks
from groundwork.rollout.conftest import COST, element, make_goal, make_requirement, open_report, sell
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.goals import Goal
from groundwork.rollout.discovery.interviews import WorkProcess, WorkStep
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.actions import write_down
from groundwork.rollout.requirements.models import Requirement, UseCase, UseStep


@pytest.fixture
def live(cast):
    """Anna asked, Olga set it up, Anna tried it, and it went live three weeks ago."""
    User.objects.update(joined_at=now() - timedelta(days=90))
    with standing_at(now() - timedelta(weeks=3)):
        make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
        AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
        go_live(Goal.objects.get(), by=cast.olga)


def colleagues(count: int, role: str, department=None) -> list[User]:
    found = []
    for place in range(count):
        user = User.objects.create_user(
            email=f"{role}{place}@example.com", name=f"{role}{place}", department=department, password=None
        )
        user.roles.add(Role.objects.get(key=role))
        found.append(user)
    return found


# ── the way of a number


def test_the_way_of_a_number_is_what_was_measured_week_by_week_since_we_started(cast):
    with standing_at(now() - timedelta(weeks=3)):
        sell(cast.olga)
        goal = make_goal(cast.piotr).agree(by=cast.piotr)
    elements.switch(COST, on=True, by=cast.olga, reason="We do not know what we earn")
    with standing_at(now() - timedelta(weeks=1)):
        sell(cast.olga, cost=4)
        rounds.keep_numbers()
        rounds.keep_numbers()
    week = monday_of(today())

    assert Measured.objects.filter(kind="metric").count() == 1
    assert Ways([goal]).of(goal, Decimal(70)) == [
        (week - timedelta(weeks=3), Decimal(0)), (week - timedelta(weeks=2), None),
        (week - timedelta(weeks=1), Decimal(50)), (week, Decimal(70)),
    ]  # fmt: skip


def test_what_was_measured_before_the_number_was_set_is_not_its_way(cast):
    Measured.objects.create(kind="metric", key="known-share", day=today() - timedelta(weeks=5), value=3)
    sell(cast.olga)
    goal = make_goal(cast.piotr)

    assert Ways([goal]).of(goal, Decimal(10)) == [(monday_of(today()), Decimal(10))]
    assert Ways([goal]).chart(goal, Decimal(10), None) is None


# ── the first weeks


def test_the_first_weeks_begin_with_the_week_of_going_live(cast, live):
    open_report(cast.piotr, days_ago=0, times=2)

    weeks = first_weeks()

    assert [week.number for week in weeks] == [1, 2, 3, 4]
    assert weeks[0].begins_on == monday_of(today()) - timedelta(weeks=3)
    assert (weeks[0].people, weeks[-1].opened) == (3, 2)


@pytest.mark.parametrize(("days_after", "met"), [(0, 1), (9, 1), (10, 0)])
def test_a_fault_of_the_first_ten_days_is_counted_once_a_person(cast, live, days_after, met):
    with standing_at(now() - timedelta(weeks=3) + timedelta(days=days_after)):
        for what in ("Empty", "Slow"):
            creating(Defect(what=what, owner=cast.olga), by=cast.anna)
        creating(Defect(what="Found in trying", owner=cast.olga, found_in="trying"), by=cast.piotr)  # as it should be

    assert (first_days().met, first_days().people, first_days().is_too_many) == (met, 4, bool(met))


# ── inside and outside


def test_the_share_inside_is_of_the_time_that_work_takes(cast):
    process = creating(WorkProcess(name="Buying"), by=cast.piotr)
    for minutes, place in ((60, "inside"), (20, "boundary"), (20, "outside"), (500, "untracked")):
        said = {"times": 1, "per": "month", "minutes": minutes, "place": place, "department": cast.piotr.department}
        step = WorkStep(name="Ask", process=process, comes_in="by mail" if place == "boundary" else "", **said)
        creating(step, by=cast.piotr)

    (place,) = places_of(cast.piotr)

    assert (place.department, place.share.inside, place.share.governed, place.outside) == ("Sales", 60, 80, 20)
    assert (place.share.untracked, place.people) == (500, None)  # two people work there

    colleagues(3, "salesperson", cast.piotr.department)
    (place,) = places_of(cast.piotr)
    assert (place.people, place.active) == (5, 1)  # Piotr wrote it all down


# ── told and seen


def offers_are_live(cast, *, per="day"):
    """Anna said that she writes two offers a day and is hindered in it; five weeks ago a cost went live for that."""
    asked = asking.ask(by=cast.olga, work="Offers", respondent=cast.anna)
    offer = {"name": "Write an offer", "times": 2, "per": per, "minutes": 30, "tool": "CRM"}
    asking.confirm(asked, {"things": [offer], "hinders": "I guess prices"}, by=cast.anna)
    with standing_at(now() - timedelta(weeks=5)):
        goal = make_goal(cast.piotr).agree(by=cast.piotr)
        made = write_down(
            by=cast.piotr, statement="Costs", done_when="They are there", goal=goal, needs=Need.objects.all(),
            elements=[element(COST)],
        ).confirm(by=cast.anna)  # fmt: skip
        made.switch_on(by=cast.olga)
        made.tests.get().run(by=cast.anna, works=True, fits=True)
        go_live(goal, by=cast.olga)


def test_what_is_seen_of_a_step_stands_beside_what_was_told(cast):
    offers_are_live(cast)
    first = sell(cast.anna, cost=4)
    with standing_at(now() - timedelta(days=1)), writing(first, by=cast.anna, act="edited") as again:
        put_part(again, CostPrice(cost=Decimal(5), currency="EUR", valid_from=today()))
    sell(cast.piotr, cost=4)

    (one,) = observed(cast.olga)
    (place,) = places_of(cast.olga, [one])

    assert one.step.name == "Write an offer"  # it says so by itself: there she said what hinders
    assert (one.seen.times, one.seen.people) == (3, {cast.anna.pk, cast.piotr.pk})
    assert (one.is_due, one.differs, one.is_rarer, one.is_by_others) == (True, True, True, False)
    assert (one.minutes, place.seen) == (None, round(100 * 3 * 365 / 12 / 28 / 42))


def test_who_does_it_is_compared_with_the_role_that_was_agreed(cast):
    offers_are_live(cast, per="week")
    for _ in range(8):
        sell(cast.piotr, cost=4)

    (one,) = observed(cast.olga)

    assert (one.is_rarer, one.is_oftener, one.is_by_others, one.differs) == (False, False, True, True)


def test_who_may_change_what_is_live_is_asked_which_work_it_is(cast, live):
    case = UseCase.objects.get()
    assert (unsaid(cast.olga), unsaid(cast.ivan)) == ([case], [])

    process = creating(WorkProcess(name="Prices"), by=cast.olga)
    with writing(case, by=cast.olga, act="edited") as told:
        told.work_step = creating(WorkStep(name="Look up a price", process=process), by=cast.olga)

    assert unsaid(cast.olga) == []


@pytest.mark.parametrize("more", [0, 3])
def test_what_is_seen_of_many_takes_as_many_queries_as_of_one(cast, django_assert_num_queries, more):
    offers_are_live(cast)
    case = UseCase.objects.select_related("requirement").get()
    for nth in range(more):
        again = UseCase(
            requirement=case.requirement, name=f"Again {nth}", actor=case.actor, work_step_id=case.work_step_id
        )
        creating(again, by=cast.olga, parts=[UseStep.made(element(COST), 1)])
    sell(cast.anna, cost=4)
    cast.olga.can("view", "use_case")  # rights are read once a request

    with one_request(), django_assert_num_queries(6):
        assert len(observed(cast.olga)) == 1 + more


@pytest.mark.parametrize(
    ("often", "is_rarer", "is_oftener"), [(9, True, False), (10, False, False), (38, False, False), (39, False, True)]
)
def test_half_as_often_or_twice_as_often_is_otherwise_than_told(often, is_rarer, is_oftener):
    step = WorkStep(times=21, per="month")

    one = Observed(UseCase(), [step, WorkStep(times=20, per="month")], Seen(often), False)

    assert (one.is_rarer, one.is_oftener) == (is_rarer, is_oftener)


# ── roles


def test_the_index_of_a_role_is_the_geometric_mean_of_what_is_known():
    assert Parts(5, access=0.5, task=0.5, quality=0.5, reliance=0.5).index == Decimal("0.5")
    assert Parts(5, access=1, reliance=0.25).index == Decimal("0.5")
    assert Parts(5, access=1, task=0).index == 0
    assert Parts(5, access=1).index is None


def test_a_role_of_fewer_than_five_is_told_only_together_with_others(cast):
    assert measured_roles() == {}  # four people in all

    colleagues(5, "buyer")
    assert set(measured_roles()) == {"buyer"}

    colleagues(1, "bookkeeper")
    assert {key: parts.people for key, parts in measured_roles().items()} == {"buyer": 5, TOGETHER: 5}


def test_a_role_is_measured_by_what_its_people_really_did(cast, live):
    sellers = [cast.anna, *colleagues(4, "salesperson", cast.anna.department)]
    open_report(cast.anna)
    product = sell(sellers[1])
    Use.objects.create(user=cast.piotr, kind="view", key="product", object_id=product.pk)

    parts = measured_roles()["salesperson"]

    assert (parts.people, parts.access) == (5, 0.4)
    assert parts.task == 0.5  # Anna read the report, nobody typed a cost price
    assert 0 < parts.reliance < 1


# ── what could go


def test_a_field_that_nobody_reads_is_proposed_with_what_it_costs_and_its_act_to_whoever_may_do_it(cast, as_user):
    Measured.objects.create(
        kind="field", key="field:company.website", day=today(), value=Decimal(90),
        more={"standing": "dead", "retire": True},
    )  # fmt: skip

    adam = make_person("Adam", "administrator")

    (one,) = proposals(cast.olga)
    adam, olga, anna = (
        as_user(who).get(reverse("rollout:used")).content.decode() for who in (adam, cast.olga, cast.anna)
    )

    assert (one.minutes, one.standing) == (90, "neither read nor needed")
    assert one.href.endswith("?type=company")
    assert [one.label in page for page in (adam, olga, anna)] == [True, True, False]
    assert [one.href in page for page in (adam, olga)] == [True, False]


def test_the_round_of_the_day_measures_fields_anew_and_keeps_no_old_ones(cast):
    Measured.objects.create(kind="field", key="field:gone.away", day=today() - timedelta(days=1), value=1)

    rounds.keep_fields()

    assert set(Measured.objects.filter(kind="field").values_list("day", flat=True)) == {today()}
    assert Measured.objects.filter(key="field:company.website").exists()


# ── one's own


def test_own_figures_are_ones_own_and_a_team_of_four_is_not_told(cast):
    Department.objects.filter(pk=cast.piotr.department_id).update(head=cast.piotr)
    team = colleagues(3, "salesperson", cast.piotr.department)
    sell(team[0])

    assert (own.own_figures(team[0]).days, own.own_figures(cast.anna).days) == (1, 0)
    assert own.team_figures(cast.piotr) is None  # Anna and three more

    colleagues(1, "buyer", cast.piotr.department)
    assert own.team_figures(cast.piotr).days == 0
    assert own.team_figures(cast.anna) is None


def test_what_is_in_it_for_me_is_what_people_of_my_role_said_and_what_it_became(cast, live, as_user):
    (tomasz,) = colleagues(1, "salesperson")
    (larisa,) = colleagues(1, "buyer")

    (own_one,) = became_for(cast.anna)
    assert (own_one.is_own, own_one.said, own_one.places) == (True, "I give discounts blindly", [])  # reads no reports
    cast.anna.roles.add(Role.objects.get(key="bookkeeper"))
    assert [name for name, _address in became_for(User.objects.get(pk=cast.anna.pk))[0].places] == ["Profit"]
    assert [one.is_own for one in became_for(tomasz)] == [False]
    assert became_for(larisa) == []
    assert "I give discounts blindly" in as_user(tomasz).get(reverse("rollout:my_use")).content.decode()


# ── did it help


def test_everybody_is_asked_once_a_month_from_when_something_is_live(cast, live, as_user):
    assert "Did it help you" in as_user(cast.anna).get(reverse("records:day")).content.decode()

    as_user(cast.anna).post(reverse("rollout:pulse"), {"score": "4", "word": "Saves me calls"})

    assert Pulse.objects.values_list("user", "score", "word").get() == (cast.anna.pk, 4, "Saves me calls")
    assert not helped.is_asked(cast.anna)
    with standing_at(now() + timedelta(days=32)):
        assert helped.is_asked(cast.anna)


def test_nobody_is_asked_before_something_is_live(cast):
    User.objects.update(joined_at=now() - timedelta(days=90))

    assert not helped.is_asked(cast.anna)


def felt(person, score, word=""):
    Pulse.objects.create(user=person, month=helped.this_month(), score=score, word=word)


def test_fewer_than_five_answers_are_told_to_nobody(cast):
    for person in (cast.anna, cast.piotr, cast.olga, cast.ivan):
        felt(person, 1, "It is slow")
    assert (helped.felt().by_role, helped.felt().words, helped.felt().answers) == ([], [], 4)

    (fifth,) = colleagues(1, "buyer")
    felt(fifth, 5)
    assert [(one.role, one.people, one.mean) for one in helped.felt().by_role] == [("", 5, 1.8)]
    assert helped.felt().words == ["It is slow"] * 4


def test_an_answer_of_two_months_ago_does_not_count(cast):
    for person in [cast.anna, *colleagues(4, "salesperson")]:
        Pulse.objects.create(user=person, month=date(2020, 1, 1), score=5)

    assert helped.felt().answers == 0


@pytest.mark.parametrize("requirements", [1, 3])
def test_the_page_takes_as_many_queries_for_many_as_for_one(
    cast, live, as_user, requirements, django_assert_num_queries
):
    for place in range(requirements - 1):
        make_requirement(cast.piotr, author=cast.anna, statement=f"More {place}").confirm(by=cast.anna)
    rounds.keep_fields()
    client = as_user(cast.olga)
    client.get(reverse("rollout:used"))

    with django_assert_num_queries(41):
        client.get(reverse("rollout:used"))


def test_a_number_has_taken_off_when_it_is_live_used_done_by_itself_and_half_way(cast, live):
    (requirement,) = Requirement.objects.prefetch_related("use_cases")
    actor = UseCase.objects.get().actor

    def reached(used, index, half_way):
        return takeoff_of([requirement], used, {actor: index}, half_way).reached

    flown = takeoff_of([requirement], {requirement.pk}, {actor: Decimal("0.7")}, True)
    assert (flown.is_reached, flown.count) == (True, 4)
    assert reached(set(), None, None) == {"live": True, "used": False, "roles": None, "number": None}
    assert reached(set(), Decimal("0.69"), False) == {"live": True, "used": False, "roles": False, "number": False}
    assert takeoff_of([requirement], set(), {TOGETHER: Decimal(1)}, True).reached["roles"] is True
    assert takeoff_of([], set(), {}, True) is None


@pytest.mark.parametrize(("costs", "told"), [(None, ""), (Decimal("30"), "45.00 EUR")])
def test_wasted_time_is_told_in_money_only_where_the_firm_says_what_an_hour_costs(cast, costs, told):
    Firm.objects.create(pk=1, name="Firm", country="PL", currency="EUR", hour_costs=costs)

    assert money_of(90).replace("\N{NO-BREAK SPACE}", " ") == told


def test_what_is_saved_is_told_beside_seen_and_only_when_it_is_faster(cast, live):
    case = UseCase.objects.select_related("requirement").get()
    case.requirement.live_at = now() - timedelta(days=29)

    def saved(minutes):
        seen = Seen(times=28, people=set(range(5)), minutes=[minutes] * 5)
        return Observed(case, [WorkStep(times=1, per="day", minutes=10)], seen, False).saved

    assert round(saved(4)) == round(6 * 365 / 12)
    assert (saved(10), saved(11)) == (None, None)


# ── what seems to be hard


@pytest.mark.parametrize(("people", "told"), [(5, ["Store: 50% of"]), (4, [])])
def test_late_notes_are_told_of_a_department_of_five_and_of_nobody_alone(cast, people, told):
    for person in colleagues(people, "salesperson", Department.objects.get(name="Store")):
        for hours in (1, 1, 25, 25):
            act = ChangeSet.objects.create(by=person, channel="web", act="noted")
            happened = act.at - timedelta(hours=hours)
            Activity.objects.create(type="company", object_id=1, by=person, at=happened, changeset=act, text="Told")
        Activity.objects.create(type="company", object_id=1, by=person, text="Of a file")

    assert [signal.fact[:13] for signal in written_late()] == told


def test_what_is_written_down_on_friday_evening_is_told(cast):
    friday = today() - timedelta(days=(today().weekday() - 4) % 7 or 7)
    people = colleagues(5, "salesperson", Department.objects.get(name="Store"))
    evening = datetime.combine(friday, time(15), tzinfo=get_current_timezone())
    for moment in (evening, evening + timedelta(hours=8), evening - timedelta(minutes=1), evening - timedelta(days=1)):
        ChangeSet.objects.bulk_create([ChangeSet(by=who, channel="web", act="edited", at=moment) for who in people])

    (signal,) = written_at_once()
    assert signal.fact == "Store: 50% of what is written down in a week is written down on Friday evening."
    ChangeSet.objects.create(by=people[0], channel="web", act="edited", at=evening - timedelta(hours=3))
    assert list(written_at_once()) == []


def test_a_dash_in_what_must_be_filled_in_is_told_to_who_sees_the_field(cast):
    for key, share in (("field:company.name", 0.3), ("field:company.phone", 0.9), ("field:need.statement", 0.29)):
        Measured.objects.create(kind="field", key=key, day=today(), value=1, more={"hollow": share})

    (signal,) = hollow(cast.olga)

    assert signal.fact.startswith("Companies: 30% of what is typed into")
    typed = Counter({"-": 4, ". .": 2, "Hazel": 14})
    assert (hollowness(typed), hollowness(Counter({"-": 19}))) == (0.3, None)


def test_what_is_live_and_opened_by_nobody_is_asked_about_after_four_weeks(cast, live):
    (requirement,) = Requirement.objects.for_cards(cast.olga)
    assert list(unopened(cards_of(cast.olga, [requirement]))) == []
    requirement.live_at -= timedelta(weeks=1)

    (signal,) = unopened(cards_of(cast.olga, [requirement]))

    assert signal.fact == "“Margin by product” has been live for four weeks, and nobody opens it."
    open_report(cast.piotr)
    assert list(unopened(cards_of(cast.olga, [requirement]))) == []
