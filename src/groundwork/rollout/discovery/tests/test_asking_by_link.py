"""Eight questions answered on a phone by a secret link, and the steps of work that come of them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.interviews import AnswerLink, Answers, Interview, WorkStep
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.discovery.questions import prefix_of

pytestmark = pytest.mark.on_sqlite("words and acts")

TRUCK, PAPERS, SUPPLIER = (
    prefix_of({"name": name}) for name in ("Ask where the truck is", "Check the papers", "Change a supplier")
)
SAID = {
    1: {"things": "Ask where the truck is\nCheck the papers\n"},
    2: {TRUCK + "times": "15", TRUCK + "per": "day", PAPERS + "per": "day"},
    3: {PAPERS + "times": "3", PAPERS + "per": "week"}
    | {"more0": "Change a supplier", "more0_times": "4", "more0_per": "year"},
    4: {TRUCK + "source": "The driver", PAPERS + "source": "Excel sheet of Jurek"},
    5: {TRUCK + "tool": "Phone", TRUCK + "minutes": "4", PAPERS + "tool": "This CRM"},
    6: {PAPERS + "goes_to": "Bookkeeping, by mail"},
    7: {SUPPLIER + "approval": "The director, always"},
    8: {SUPPLIER + "report": "Prices, to the director"},
}  # fmt: skip


def address(token, page=0):
    return reverse("rollout:by_link_question", args=[token, page])


@pytest.fixture
def asked(cast):
    """Piotr asks Rafał, who has no account, about buying."""
    return asking.ask(by=cast.piotr, work="Buying", asked="Rafał Bąk")


@pytest.fixture
def token(asked):
    return asking.new_link(asked)


def answer_all(phone, token, pages=range(1, 9)):
    for page in pages:
        answer = phone.post(address(token, page), SAID[page])
        assert answer.status_code == 302, answer.content.decode()
    return phone


def test_answers_of_a_second_window_land_on_the_thing_they_were_given_for(asked, token):
    phone = answer_all(Client(), token, [1])
    phone.post(address(token, 1), {"things": "Check the papers\nAsk where the truck is"})  # the other way round

    phone.post(address(token, 4), SAID[4])

    things = Answers.objects.get().said["things"]
    assert {thing["name"]: thing["source"] for thing in things} == {
        "Ask where the truck is": "The driver", "Check the papers": "Excel sheet of Jurek",
    }  # fmt: skip


def test_an_answer_about_a_thing_that_is_no_longer_there_is_not_lost_in_silence(asked, token):
    phone = answer_all(Client(), token, [1])
    phone.post(address(token, 1), {"things": "Check the papers"})

    answer = phone.post(address(token, 4), SAID[4])

    assert answer.status_code == 422
    assert "changed in another window" in answer.content.decode()


def test_one_thing_forgotten_twice_is_one_with_what_the_first_said(asked, token):
    phone = answer_all(Client(), token, [1])

    phone.post(
        address(token, 3), {"more0": "Lost papers", "more0_times": "2", "more0_per": "week", "more1": "LOST papers"}
    )

    assert [(thing["name"], thing.get("times")) for thing in Answers.objects.get().said["things"]][2:] == [
        ("Lost papers", 2)
    ]


def test_what_rafal_says_on_his_phone_becomes_steps_of_work_once_he_confirms_it(cast, asked, token):
    phone = answer_all(Client(), token)
    assert WorkStep.objects.count() == 0

    shown = phone.get(address(token, 9))
    thanks = phone.post(address(token, 9), {"hinders": "I do not see the stock"})

    assert "Excel sheet of Jurek" in shown.content.decode()
    assert "Thank you" in thanks.content.decode()
    told = list(
        WorkStep.objects.order_by("nth").values_list("name", "times", "per", "minutes", "source", "tool", "place")
    )
    assert told == [
        ("Ask where the truck is", 15, "day", 4, "The driver", "Phone", "outside"),
        ("Check the papers", 3, "week", None, "Excel sheet of Jurek", "This CRM", "inside"),
        ("Change a supplier", 4, "year", None, "", "", ""),
    ]
    step = WorkStep.objects.get(nth=3)
    assert (step.approval, step.report, step.owner, step.created_by) == (
        "The director, always", "Prices, to the director", cast.piotr, None,
    )  # fmt: skip
    asked.refresh_from_db()
    assert (asked.state, asked.hinders) == ("confirmed", "I do not see the stock")
    assert phone.get(address(token)).status_code == 404


def test_one_link_is_for_one_browser_and_once_the_person_has_begun_nobody_gets_another(asked, token):
    another = asking.new_link(asked)
    assert Client().get(address(token)).status_code == 404
    token = another
    phone, stranger = answer_all(Client(), token, [1]), Client()

    assert phone.get(address(token, 2)).status_code == 200
    for page in (0, 1, 9):
        assert stranger.get(address(token, page)).status_code == 403
        assert stranger.post(address(token, page), {"things": "Nothing"}).status_code == 403

    with pytest.raises(Refusal, match="answering alone"):
        asking.new_link(asked)
    assert "Check the papers" in phone.get(address(token, 1)).content.decode()


@pytest.mark.parametrize("why", ["guessed", "ended", "closed", "owner left"])
def test_a_link_that_ended_opens_nothing(cast, asked, token, why):
    if why == "ended":
        AnswerLink.objects.update(ends_at=now() - timedelta(seconds=1))
    elif why == "closed":
        asking.close(asked, by=cast.piotr)
    elif why == "owner left":
        type(cast.piotr).objects.filter(pk=cast.piotr.pk).update(is_active=False)

    answer = Client().get(address("guessed" if why == "guessed" else token))

    assert (answer.status_code, "Buying" in answer.content.decode()) == (404, False)


def test_only_the_digest_of_the_link_is_kept(asked, token):
    assert token not in str(list(AnswerLink.objects.values()))


def test_who_guesses_links_is_slowed_down(cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "answer": "2/m/ip"}

    told = [Client().get(address(f"guess{place}")).status_code for place in range(3)]

    assert told == [404, 404, 429]


def test_nobody_reads_along_while_rafal_answers(cast, as_user, asked, token):
    answer_all(Client(), token, [1])

    page = as_user(cast.piotr).get(reverse("rollout:interview_question", args=[asked.pk, 1]))

    assert (page.status_code, "Check the papers" in page.content.decode()) == (409, False)


def test_what_piotr_writes_down_counts_once_anna_confirms_it_and_what_hinders_her_is_her_need(cast, as_user):
    asked = asking.ask(by=cast.piotr, work="Selling", respondent=cast.anna)
    asking.write_down(asked, {"things": [{"name": "Give a discount"}], "hinders": "I do it blindly"}, by=cast.piotr)
    assert (Interview.objects.get().state, WorkStep.objects.count()) == ("written", 0)

    as_user(cast.anna).post(reverse("rollout:interview_question", args=[asked.pk, 9]), {"hinders": "I do it blindly"})

    assert [(need.statement, need.author) for need in Need.objects.all()] == [("I do it blindly", cast.anna)]
    assert (WorkStep.objects.get().name, Interview.objects.get().state) == ("Give a discount", "confirmed")
    with pytest.raises(Refusal, match="closed"):
        asking.confirm(asked, {"things": [{"name": "Another"}]}, by=cast.anna)
    assert Answers.objects.get().said["things"] == [{"name": "Give a discount"}]


def test_a_seller_sees_no_interview_but_her_own(cast, as_user, asked):
    anna = as_user(cast.anna)

    pages = [reverse("rollout:interviews"), reverse("rollout:interview_question", args=[asked.pk, 1])]
    assert [anna.get(page).status_code for page in pages] == [403, 404]


def test_the_page_of_interviews_takes_as_many_queries_for_three_as_for_one(cast, as_user, django_assert_num_queries):
    piotr = as_user(cast.piotr)
    for place in range(3):
        asking.ask(by=cast.piotr, work=f"Work {place % 2}", asked=f"Guest {place}")

    with django_assert_num_queries(15):
        page = piotr.get(reverse("rollout:interviews"))

    assert "Guest 2" in page.content.decode()
