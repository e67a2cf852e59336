"""Questions: one working day, handed on, answered, asked again; what waits for them is not agreed before."""

from datetime import date

import pytest
import time_machine

from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.tasks.models import Task
from groundwork.rollout.conftest import make_requirement
from groundwork.rollout.project.models import Decision
from groundwork.rollout.questions.actions import ask, ask_again, hand_on, load_of, similar
from groundwork.rollout.questions.models import Question

pytestmark = pytest.mark.on_sqlite("words and acts")

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
ASKED = "Who enters the cost price of a delivery?"


def tasks_about(question) -> list:
    return [(task.owner, task.due_on) for task in Task.objects.about(question).open()]


@pytest.fixture
def question(cast):
    with time_machine.travel(FRIDAY, tick=False):
        yield ask(ASKED, to=cast.olga, by=cast.anna)


def test_who_is_asked_on_friday_has_it_among_the_tasks_until_monday(cast, question):
    assert tasks_about(question) == [(cast.olga, MONDAY)]

    question.say("The store, on the day it arrives.", by=cast.olga)

    assert tasks_about(question) == []


def test_a_question_that_is_handed_on_takes_its_task_along_and_wins_no_time(cast, question):
    handed = hand_on(question, to=cast.piotr, by=cast.olga)

    assert tasks_about(question) == [(cast.piotr, MONDAY)]
    assert handed.was_handed_on
    assert handed.asked_first == cast.olga
    with pytest.raises(NotAllowed):
        hand_on(handed, to=cast.anna, by=cast.ivan)


def test_only_who_is_asked_answers_and_only_who_asked_says_that_it_is_clear(cast, question):
    with pytest.raises(NotAllowed, match="Only who is asked"):
        question.say("Me", by=cast.anna)
    answered = question.say("The store.", by=cast.olga)
    with pytest.raises(NotAllowed, match="Only who asked"):
        answered.accept(by=cast.ivan)

    assert answered.accept(by=cast.anna).state == Question.State.ACCEPTED


def test_an_answer_that_leaves_something_open_is_asked_for_again_with_a_new_day(cast, question):
    answered = question.say("The store.", by=cast.olga)
    with pytest.raises(Refusal, match="still open"):
        ask_again(answered, why=" ", by=cast.anna)
    with time_machine.travel(MONDAY, tick=False):
        again = ask_again(answered, why="Who of the store?", by=cast.anna)

        assert (again.due_on, again.bounces) == (TUESDAY, 1)
        assert again.text.endswith("Who of the store?")
        assert tasks_about(question) == [(cast.olga, TUESDAY)]


def test_what_was_answered_is_offered_to_who_asks_something_like_it(cast, question):
    assert similar("Who will enter cost prices of deliveries?", cast.piotr) == []
    question.say("The store.", by=cast.olga)

    assert similar("Who will enter cost prices of deliveries?", cast.piotr) == [question]
    assert similar("Which report does the bank want?", cast.piotr) == []


def test_nobody_agrees_before_the_answer_unless_a_decision_says_why(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    ask(ASKED, to=cast.olga, by=cast.anna, requirements=[requirement])
    with pytest.raises(Refusal, match=f"Olga has not answered: {ASKED[:-1]}"):
        requirement.confirm(by=cast.piotr)
    with pytest.raises(NotAllowed):
        requirement.confirm(by=cast.anna, decision="We know it anyway")

    assert requirement.confirm(by=cast.olga, decision="The store enters it either way").is_confirmed
    decision = Decision.objects.get()
    assert (decision.lifts, decision.owner) == (Decision.Lifts.QUESTION, cast.olga)


def test_the_load_counts_what_came_late_and_how_long_answers_took(cast, question):
    with time_machine.travel(TUESDAY, tick=False):
        assert (load_of(cast.olga).asked, load_of(cast.olga).late, load_of(cast.olga).days) == (1, 1, None)
        question.say("The store.", by=cast.olga)

        assert (load_of(cast.olga).late, load_of(cast.olga).days) == (1, 2)
    assert load_of(cast.anna).asked == 0


def test_on_the_page_a_known_answer_comes_before_the_question_is_sent(cast, as_user, question):
    question.say("The store.", by=cast.olga)
    client, sent = as_user(cast.anna), {"text": ASKED, "to": cast.piotr.pk}

    page = client.post("/rollout/questions", sent)

    assert "The store." in page.content.decode()
    assert Question.objects.count() == 1
    client.post("/rollout/questions", {**sent, "anyway": "1"})
    assert Question.objects.filter(owner=cast.piotr).count() == 1


def test_on_the_page_it_is_asked_answered_and_decided(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    as_user(cast.anna).post("/rollout/questions", {"text": ASKED, "to": cast.olga.pk, "requirements": requirement.pk})
    question = Question.objects.get()
    page = as_user(cast.olga).get("/rollout/questions").content.decode()
    assert ASKED in page
    assert str(requirement) in page

    client = as_user(cast.olga)
    client.post(f"/rollout/questions/{question.pk}/answer", {"version": question.version, "answer": "The store."})
    client.post("/rollout/decisions", {"statement": "The store enters it", "rejected": "The sellers enter it"})

    page = as_user(cast.anna).get("/rollout/questions").content.decode()
    assert "The store." in page
    assert "The sellers enter it" in page
    question.refresh_from_db()
    as_user(cast.anna).post(f"/rollout/questions/{question.pk}/accept", {"version": question.version})
    assert Question.objects.get().state == Question.State.ACCEPTED
