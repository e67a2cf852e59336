import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.models import Grant, Reach
from groundwork.blueprint.models import Element
from groundwork.core.clock import today
from groundwork.rollout.conftest import COST, PROFIT, make_goal, make_requirement, open_report, sell
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.models import Goal, Need
from groundwork.rollout.requirements.models import Requirement

pytestmark = pytest.mark.on_sqlite("words and doors of the screens; what they read is read in the tests beside it")

SCREENS = ["start", "number", "told", "agreed", "agreed_print", "try", "used", "map"]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("who", ["anna", "piotr", "olga", "ivan"])
def test_everybody_reads_every_step_before_anything_is_there(cast, as_user, screen, who):
    assert as_user(getattr(cast, who)).get(reverse(f"rollout:{screen}")).status_code == 200


@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_speaks_in_the_words_of_consultants(cast, as_user, screen):
    sell(cast.olga)
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=False, remark="Too slow")
    make_goal(cast.piotr, metric="", statement="Make it nice")

    page = as_user(cast.olga).get(reverse(f"rollout:{screen}")).content.decode()
    main = page[page.index("<main") : page.index("</main>")].lower()
    for word in (
        "fingerprint",
        "baseline",
        "raci",
        "moscow",
        "r08",
        "r47",
        "field:product",
        "report:profit",
        ">element",
    ):
        assert word not in main


def test_the_whole_thread_is_walked_with_forms_alone(cast, as_user):
    almonds = sell(cast.olga)
    client = as_user(cast.olga)

    def press(name, record=None, **typed):
        args = [record.pk] if record else []
        if record:
            record.refresh_from_db()
            typed.setdefault("version", record.version)
        response = client.post(reverse(f"rollout:{name}", args=args), typed)
        assert response.status_code == 302, response.content.decode()
        return response

    press(
        "number",
        statement="We know our margin",
        metric="known-share",
        target="90",
        due=f"{today():%Y}-12-31",
        owner=cast.olga.pk,
    )
    goal = Goal.objects.get()
    press("number_agree", goal)
    press("told", statement="I give discounts blindly", kind="problem", author=cast.anna.pk)
    need = Need.objects.get()
    press("need_agree", need)
    elements = list(Element.objects.filter(key__in=[COST, PROFIT]).values_list("pk", flat=True))
    press(
        "agreed",
        statement="Margin by product",
        done_when="The report shows it",
        goal=goal.pk,
        needs=[need.pk],
        elements=elements,
    )
    requirement = Requirement.objects.get()
    press("confirm", requirement)
    press("switch_on", requirement)
    test = AcceptanceTest.objects.get()
    press("run", test, said="passed")
    press("live", goal)
    sell(cast.olga, product=almonds, cost=4)
    open_report(cast.piotr)

    page = client.get(reverse("rollout:map")).context["chart"]
    assert [line.is_whole for line in page.lines] == [True]
    assert [share for _label, share in page.levels] == [100] * 7
    assert [finding.rule.key for finding in page.findings] == ["unasked"]  # only Anna told us something


def test_where_there_is_no_number_yet_nothing_is_called_whole(cast, as_user):
    page = as_user(cast.olga).get(reverse("rollout:start")).content.decode()

    assert "whole" not in page
    assert "It begins with the number that should change" in page


def test_what_was_joined_with_another_is_one_thing_of_both_who_said_it(cast, as_user):
    first, second = (tell(f"{by} gives discounts blindly", by=by) for by in (cast.anna, cast.piotr))
    second.join(first, by=cast.olga)

    page = as_user(cast.olga).get(reverse("rollout:start")).context["five"]
    assert page[1].there == "1 thing by 2 people"


def test_anna_tells_us_something_and_cannot_sign_for_others(cast, as_user):
    as_user(cast.anna).post(reverse("rollout:told"), {"statement": "Blind", "kind": "problem", "author": cast.olga.pk})

    assert Need.objects.get().author == cast.anna


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("anna", "number", 403), ("anna", "number_agree", 403), ("anna", "need_agree", 403), ("anna", "agreed", 403),
        ("anna", "confirm", 403), ("anna", "switch_on", 403), ("anna", "live", 403), ("piotr", "switch_on", 403),
        ("ivan", "told", 403), ("ivan", "run", 403),
    ],
)  # fmt: skip
def test_who_may_not_press_a_button_is_told_so_and_nothing_changes(cast, as_user, who, address, status):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.piotr)
    targets = {"number_agree": requirement.goal, "need_agree": Need.objects.get(), "live": requirement.goal,
               "confirm": requirement, "switch_on": requirement, "run": AcceptanceTest.objects.get()}  # fmt: skip
    target = targets.get(address)

    response = as_user(getattr(cast, who)).post(
        reverse(f"rollout:{address}", args=[target.pk] if target else []), {"version": 1}
    )

    assert response.status_code == status
    assert (Goal.objects.count(), Need.objects.count(), TestRun.objects.count()) == (1, 1, 0)
    assert not Element.objects.get(key=COST).is_on


def test_anna_tries_what_was_made_for_her(cast, as_user):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.piotr).switch_on(by=cast.olga)
    test = AcceptanceTest.objects.get()

    typed = {"version": test.version, "said": "does not fit", "remark": "Two clicks too many"}
    as_user(cast.anna).post(reverse("rollout:run", args=[test.pk]), typed)

    run = TestRun.objects.get()
    assert (run.tester, run.works, run.fits, run.remark) == (cast.anna, True, False, "Two clicks too many")


def test_a_no_without_a_word_comes_back_with_the_form(cast, as_user):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.piotr).switch_on(by=cast.olga)
    test = AcceptanceTest.objects.get()

    response = as_user(cast.anna).post(
        reverse("rollout:run", args=[test.pk]),
        {"version": test.version, "said": "fails"},
    )

    assert (response.status_code, TestRun.objects.count()) == (422, 0)
    assert "what is wrong" in response.content.decode()


def test_a_button_on_an_old_page_is_refused(cast, as_user):
    goal = make_goal(cast.piotr)
    as_user(cast.olga).post(reverse("rollout:number_edit", args=[goal.pk]), {
        f"goal{goal.pk}-version": 1, f"goal{goal.pk}-statement": "Other words", f"goal{goal.pk}-metric": "known-share",
    })  # fmt: skip

    response = as_user(cast.olga).post(reverse("rollout:number_agree", args=[goal.pk]), {"version": 1})

    assert response.status_code == 409
    assert Goal.objects.get().state == "draft"


def test_an_incomplete_number_is_refused_with_what_is_missing(cast, as_user):
    goal = make_goal(cast.piotr, target=None)

    response = as_user(cast.olga).post(reverse("rollout:number_agree", args=[goal.pk]), {"version": 1})

    assert (response.status_code, "where we want to be" in response.content.decode()) == (409, True)


def test_the_map_breaks_where_the_thread_is_broken(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    (line,) = as_user(cast.olga).get(reverse("rollout:map")).context["chart"].lines

    assert [link.look for link in line.links] == ["", "", "", "part", "off", "off"]
    assert [link.gap for link in line.links] == [False, False, False, True, True, False]
    requirement.switch_on(by=cast.olga)
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=False, remark="Slow")
    (line,) = as_user(cast.olga).get(reverse("rollout:map")).context["chart"].lines
    assert [link.look for link in line.links] == ["", "", "", "", "no", "off"]


def test_a_wish_without_a_number_is_red_and_stops(cast, as_user):
    make_goal(cast.piotr, statement="Make it nice", metric="", target=None, due=None)

    chart = as_user(cast.olga).get(reverse("rollout:map")).context["chart"]

    assert chart.lines[0].links[0].look == "no"
    assert [(finding.word, finding.owner, finding.action) for finding in chart.findings] == [
        ("Stop", "Piotr", "Complete it")
    ]


def test_every_finding_names_whom_it_waits_for_and_one_thing_to_do(cast, as_user):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)
    make_goal(cast.piotr, due=None)
    tell("A red button", by=cast.anna)

    for finding in as_user(cast.olga).get(reverse("rollout:start")).context["chart"].findings:
        assert finding.owner
        assert finding.action
        assert finding.href.startswith("/rollout/")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("who", ["anna", "olga"])
def test_four_rows_take_as_many_queries_as_one(cast, as_user, screen, who):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    client, address = as_user(getattr(cast, who)), reverse(f"rollout:{screen}")
    taken = []
    for more in (1, 3):
        for _ in range(more):
            make_requirement(cast.piotr, goal=goal, author=cast.anna).confirm(by=cast.anna)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        taken.append(len(queries))

    assert taken[0] == taken[1]
    assert taken[0] < 52


def test_what_is_changed_comes_as_a_form_and_is_kept(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    client = as_user(cast.piotr)
    form = client.get(reverse("rollout:agreed"), {"change": requirement.pk}).context["parts"][0]["cards"][0]["form"]
    typed = {f"{form.prefix}-{name}": value for name, value in form.initial.items()} | {
        f"{form.prefix}-statement": "Other words"
    }

    response = client.post(reverse("rollout:requirement_edit", args=[requirement.pk]), typed)

    assert response.status_code == 302
    kept = Requirement.objects.get()
    assert (kept.statement, kept.uses.count(), kept.needs.count()) == ("Other words", 2, 1)


def test_the_menu_has_two_lines_for_the_rollout(cast, as_user):
    page = as_user(cast.olga).get(reverse("rollout:start")).content.decode()

    menu = page[page.index('id="nav-rollout"') :]
    menu = menu[: menu.index("</nav>")]
    assert menu.count("<a ") == 2


def test_what_anna_may_not_see_is_not_told_by_a_screen_of_the_rollout(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.olga).confirm(by=cast.piotr)
    requirement.switch_on(by=cast.olga)
    AcceptanceTest.objects.get().run(by=cast.olga, works=True, fits=False, remark="Secret remark")
    for type_key in ("need", "goal", "acceptance_test", "defect"):
        Grant.objects.filter(role__key="salesperson", type=type_key).update(reach=Reach.OWN)
    client = as_user(cast.anna)

    pages = [reverse(f"rollout:{screen}") for screen in SCREENS] + [requirement.get_absolute_url()]
    for page in pages:
        said = without(r'<select name="next-owner".*?</select>', client.get(page))  # everybody a task can be for
        assert ("Margin by product" in said) == page.endswith(
            ("rollout/", "agreed", "print", "used", "map", f"/{requirement.pk}")
        )
        for hidden in ("I give discounts blindly", "We know our margin by product", "Secret remark", ">Olga<"):
            assert hidden not in said


def without(pattern: str, answer) -> str:
    return re.sub(pattern, "", answer.content.decode(), flags=re.DOTALL)


def test_the_page_of_what_we_agreed_shows_how_far_it_has_come(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.piotr)

    page = as_user(cast.anna).get(requirement.get_absolute_url()).content.decode()

    assert 'aria-label="Step 2 of 7"' in page
    assert "Cost price is off" in page
