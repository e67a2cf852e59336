"""Monday's review: planned, held at the open board one person at a time, decided in, kept as minutes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.core.clock import now, standing_at, today
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Word
from groundwork.crm.sales.review import acts
from groundwork.crm.sales.review.agenda import agenda_of, promised, since_last
from groundwork.crm.sales.review.models import Review, ReviewDecision, Snapshot
from groundwork.crm.sales.review.quality import GoLive, curve, go_lives, is_behind, quality
from groundwork.crm.sales.review.snapshots import preparation, take_those_before
from groundwork.crm.sales.tests.test_deal_hygiene import days_ago, in_order
from groundwork.crm.sales.tests.test_deals import new_deal, stage, word
from groundwork.records.models import Notice
from groundwork.records.notices.reading import told
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.undoing import newest, take_back
from groundwork.records.write import save_fields

pytestmark = pytest.mark.django_db


def standing_still(by, name="Almonds", days=20, **facts) -> Deal:
    with days_ago(days):
        return new_deal(by, name=name, **facts)


def planned(cast, *people, at=None, leads=None) -> Review:
    leads = leads or cast.piotr
    return acts.plan("Monday", at or now(), 45, people or (cast.anna,), by=leads, leads=leads)


def held(cast, *people, at=None) -> Review:
    review = acts.begin(planned(cast, *people, at=at), by=cast.piotr)
    return Review.objects.get(pk=review.pk)


def decide(client, review, deal, what, **typed):
    return client.post(reverse("sales:review_decide", args=[review.pk, deal.pk, what]), typed)


def standing(review) -> list[tuple]:
    return list(review.decisions.standing().values_list("what", "deal__name", "text"))


def test_a_review_is_planned_for_those_whose_deals_one_sees(cast, as_user):
    for person in (cast.anna, cast.ivan):
        standing_still(person)
    typed = {"name": "Monday", "on": today(), "at": "10:00", "minutes": 45, "leads": cast.piotr.pk}

    wrong = as_user(cast.piotr).post(reverse("sales:review_new"), {**typed, "people": [cast.anna.pk, cast.ivan.pk]})
    as_user(cast.piotr).post(reverse("sales:review_new"), {**typed, "people": [cast.anna.pk]})

    assert wrong.status_code == 422  # Ivan works elsewhere
    assert [seat.person for seat in Review.objects.get().seats.all()] == [cast.anna]
    with pytest.raises(Refusal, match="at least one"):
        acts.plan("Nobody", now(), 45, [], by=cast.piotr, leads=cast.piotr)


def test_what_stands_longest_comes_first_and_what_is_in_order_stays_away(cast):
    standing_still(cast.anna, "Long", days=30)
    standing_still(cast.anna, "Longest", days=90)
    fine = in_order(cast.anna, "Fine")
    standing_still(cast.ivan, "Not hers")

    agenda = agenda_of(held(cast), cast.anna, cast.piotr)

    assert ([card.deal.name for card in agenda.cards], agenda.in_order) == (["Longest", "Long"], [fine])


def test_a_card_stays_on_the_list_until_it_is_decided_and_names_what_was(cast, as_user):
    deal = standing_still(cast.anna)
    review = held(cast)
    asking.give(deal, by=cast.piotr, what="Tidied beside the meeting", due_on=today())
    assert agenda_of(review, cast.anna, cast.piotr).current.deal == deal

    day = today() + timedelta(days=2)
    typed = {"next-what": "Send samples", "next-owner": cast.anna.pk, "next-due_on": day}
    decide(as_user(cast.piotr), review, deal, "step", **typed)

    task = Task.objects.get(what="Send samples")
    assert (task.owner, task.due_on, task.about_id) == (cast.anna, day, deal.pk)
    agenda = agenda_of(review, cast.anna, cast.piotr)
    assert (agenda.decided, agenda.current, agenda.cards[0].decision.task) == (1, None, task)


def test_a_decision_is_taken_back_with_all_that_it_did(cast, as_user):
    deal = standing_still(cast.anna)
    review = held(cast)
    decide(as_user(cast.piotr), review, deal, "lost", reason=word(Word.List.LOST).key)
    assert (Deal.objects.get().state, len(standing(review))) == ("lost", 1)

    take_back(newest(cast.piotr), cast.piotr)

    assert (Deal.objects.get().state, standing(review)) == ("open", [])
    assert agenda_of(review, cast.anna, cast.piotr).current.deal == deal


def test_moving_asks_only_for_what_is_missing(cast, as_user):
    deal, client = standing_still(cast.anna, amount_minor=5), as_user(cast.piotr)
    review, into = held(cast), stage("Offer sent").key
    company = in_order(cast.anna).company

    asked = decide(client, review, deal, "stage", stage=into)
    decide(client, review, deal, "stage", stage=into, company=company.number)

    assert (asked.status_code, 'name="company"' in asked.content.decode()) == (422, True)
    assert "amount_minor" not in asked.content.decode()
    assert Deal.objects.get(pk=deal.pk).row == stage("Offer sent")
    assert standing(review) == [("stage", deal.name, "Offer sent")]


def test_a_card_is_handed_over_or_kept_until_a_day(cast, as_user):
    given, waits = standing_still(cast.anna, "Given"), standing_still(cast.anna, "Waits")
    review, client, day = held(cast, cast.anna, cast.piotr), as_user(cast.piotr), today() + timedelta(days=30)

    decide(client, review, given, "hand", owner=cast.piotr.pk)
    past = decide(client, review, waits, "keep", until_on=today())
    decide(client, review, waits, "keep", until_on=day, why="harvest")

    assert past.status_code == 422
    assert Deal.objects.get(name="Given").owner == cast.piotr
    assert Task.objects.get().due_on == day
    assert [card.decision is None for card in agenda_of(review, cast.anna, cast.piotr).cards] == [False, False]


def test_a_decision_about_no_deal_is_a_task_once_it_has_a_day(cast, as_user):
    review, client = held(cast), as_user(cast.piotr)
    say = reverse("sales:review_say", args=[review.pk])

    client.post(say, {"say-text": "We sell no peanuts"})
    client.post(say, {"say-text": "Ask the press", "say-owner": cast.anna.pk, "say-due_on": today()})
    nobody = client.post(say, {"say-text": "Who?", "say-due_on": today()})

    assert [row.task is None for row in review.decisions.all()] == [True, False]
    assert nobody.status_code == 422


def test_whoever_follows_sees_the_meeting_but_no_card_of_others(cast, as_user):
    deal, secret = standing_still(cast.anna, "Annas almonds"), standing_still(cast.ivan, "Ivans secret")
    review = acts.begin(planned(cast, cast.anna, cast.ivan, leads=cast.olga), by=cast.olga)
    acts.say(review, cast.ivan, "Peanuts", by=cast.olga)
    step = {"what": "Samples for Ivan", "owner": cast.ivan, "due_on": today()}
    acts.decide(review, secret, "step", by=cast.olga, text="Samples for Ivan", step=step)
    page, anna = reverse("sales:review", args=[review.pk]), as_user(cast.anna)

    own, of_ivan = anna.get(page).content.decode(), anna.get(f"{page}?person={cast.ivan.pk}").content.decode()

    assert (deal.name in own, "Next step" in own) == (True, False)
    assert ("Peanuts" in of_ivan, secret.name in of_ivan, "Samples" in of_ivan) == (True, False, False)
    assert as_user(cast.larisa).get(page).status_code == 404
    assert decide(anna, review, deal, "lost", reason=word(Word.List.LOST).key).status_code == 403


def test_what_others_decided_comes_by_itself_and_only_then(cast, as_user):
    deal, review = standing_still(cast.anna), held(cast)
    page, anna = reverse("sales:review", args=[review.pk]), as_user(cast.anna)
    live = anna.get(page).content.decode().partition('data-live="')[2].partition('"')[0]

    assert anna.get(live, headers={"HX-Request": "true"}).status_code == 204
    decide(as_user(cast.piotr), review, deal, "lost", reason=word(Word.List.LOST).key)

    assert "Lost" in anna.get(live, headers={"HX-Request": "true"}).content.decode()


def test_the_minutes_go_to_those_who_took_part_and_figures_to_whom_they_are_of(cast, as_user):
    deals = [standing_still(cast.anna, f"Deal {place}") for place in range(3)]
    review = held(cast, cast.anna, cast.ivan)
    decide(as_user(cast.piotr), review, deals[0], "lost", reason=word(Word.List.LOST).key)

    as_user(cast.piotr).post(reverse("sales:review_end", args=[review.pk]))

    assert {notice.user for notice in Notice.objects.filter(kind=Notice.Kind.MINUTES)} == {cast.anna, cast.ivan}
    assert told(cast.ivan)[0].record == review  # he reads it though another department holds it
    page = reverse("sales:review", args=[review.pk])
    seen = {person.name: "order 13" in as_user(person).get(page).content.decode() for person in (cast.anna, cast.ivan)}
    assert Snapshot.objects.get(moment="begin").team["deals"] == 3
    assert seen == {"Anna": False, "Ivan": False}  # two deals are left: fewer than three make no figure
    assert "Lost: Too expensive" in as_user(cast.anna).get(page).content.decode()
    with pytest.raises(Refusal, match="begin it first"):
        acts.say(Review.objects.get(), cast.anna, "Too late", by=cast.piotr)


def test_since_last_time_counts_what_moved_and_what_came(cast):
    with days_ago(30):
        deals = [new_deal(cast.anna, name=f"Deal {place}", currency="GBP", amount_minor=100) for place in range(4)]
        company = in_order(cast.anna).company
    with days_ago(7):
        acts.end(held(cast, at=now()), by=cast.piotr)
    for deal, into in ((deals[0], "Samples"), (deals[1], "Lost"), (deals[2], "Won")):
        facts = {"stage": stage(into).key, "company": company, "expected_on": today()}
        if into == "Lost":
            facts["reason"] = word(Word.List.LOST).key
        save_fields(deal, facts, by=cast.anna, version=deal.version)
    new_deal(cast.anna, name="New", currency="GBP", amount_minor=1000)

    since = since_last(held(cast), cast.anna, cast.piotr)

    assert (since.came, since.forward, since.backward, since.won, since.lost) == (1, 1, 0, 1, 1)
    assert (since.open_more, since.is_less) == ("+£8.00", False) or since.open_more.startswith("+8")


def test_an_order_that_is_made_on_the_last_day_is_told_from_one_that_lasts(cast):
    deals = [standing_still(cast.anna, f"Deal {place}", days=40) for place in range(4)]
    with days_ago(8):
        acts.end(held(cast, at=now()), by=cast.piotr)
    review = planned(cast, at=now() + timedelta(minutes=5))
    with days_ago(3):
        asking.give(deals[0], by=cast.anna, what="Early", due_on=today() + timedelta(days=9))
    with standing_at(now() - timedelta(hours=23)):
        take_those_before()
    for deal in deals[1:]:
        asking.give(deal, by=cast.anna, what="Late", due_on=today() + timedelta(days=9))
    acts.begin(review, by=cast.piotr)

    shots = {(shot.review_id, shot.moment): shot for shot in Snapshot.objects.all()}
    last = shots[Review.objects.order_by("pk")[0].pk, "end"]
    found = preparation(cast.anna.pk, last, shots[review.pk, "before"], shots[review.pk, "begin"])

    assert (found.ready, found.late_tidy) == (0, 75)  # three of four repairs; no deal has a day


def test_the_quality_of_a_review_is_the_mean_of_what_can_be_counted(cast, as_user):
    deals = [standing_still(cast.anna, f"Deal {place}") for place in range(2)]
    with days_ago(7):
        first = held(cast, at=now())
        acts.say(first, cast.anna, "Ask the press", by=cast.piotr, owner=cast.anna, due_on=today() + timedelta(days=3))
        acts.end(first, by=cast.piotr)
    review = held(cast, cast.anna, cast.piotr, at=now() - timedelta(days=2))
    decide(as_user(cast.piotr), review, deals[0], "keep", until_on=today() + timedelta(days=5))

    found = quality(review)

    assert [promise.is_kept for promise in promised(review, cast.anna)] == [False]
    assert (found.on_day, found.covered, found.decided, found.kept) == (0.0, 0.5, 0.5, 0.0)
    assert (found.percent, quality(first).kept) == (25, None)  # before the first there was none to keep


@pytest.mark.parametrize(("scores", "behind"), [((50, 40, 60), False), ((50, 70, 50), True), ((50, 70), False)])
def test_by_the_third_week_order_has_grown_or_it_is_said(cast, scores, behind):
    for place, score in enumerate(scores):
        with days_ago(7 * (len(scores) - place)):
            Snapshot.objects.create(review=planned(cast), moment="begin", at=now(), team={"score": score, "deals": 9})

    weeks = curve(Review.objects.all())

    assert [(week.number, week.score) for week in weeks] == list(enumerate(scores, 1))
    assert is_behind(weeks) == behind


def test_everybody_sees_the_own_list_before_the_meeting(cast, as_user):
    standing_still(cast.anna, "Almonds")
    review = planned(cast, cast.anna, cast.ivan, at=now() + timedelta(days=1))

    day = as_user(cast.anna).get(reverse("records:day")).content.decode()
    page = as_user(cast.anna).get(reverse("sales:review", args=[review.pk])).content.decode()

    assert ("Your list for the review" in day, "Almonds" in page) == (True, True)
    assert "Begin" not in page


@pytest.mark.parametrize("deals", [3, 9])
def test_the_screen_costs_the_same_for_few_cards_and_for_many(cast, as_user, django_assert_max_num_queries, deals):
    for place in range(deals):
        standing_still(cast.anna, f"Deal {place}", company=in_order(cast.anna, f"Fine {place}").company)
    review, client = held(cast), as_user(cast.piotr)
    page = reverse("sales:review", args=[review.pk])
    client.get(page)

    with django_assert_max_num_queries(48):
        client.get(page)


def test_before_it_is_held_nothing_is_decided_whatever_is_typed(cast, as_user):
    deal = new_deal(cast.anna)
    review, client = planned(cast, cast.anna), as_user(cast.piotr)

    assert decide(client, review, deal, "keep", until_on="typed").status_code == 409
    assert client.post(reverse("sales:review_say", args=[review.pk]), {}).status_code == 409
    assert standing(review) == []


def test_whoever_was_decided_about_keeps_the_decision_when_the_deal_goes_on(cast, as_user):
    deal, review = standing_still(cast.anna), held(cast)
    decide(as_user(cast.piotr), review, deal, "lost", reason=word(Word.List.LOST).key)

    row = ReviewDecision.objects.get()

    assert (row.person, row.by, row.changeset.cause) == (cast.anna, cast.piotr, "Monday")


def test_a_decision_is_changed_once_by_whoever_saw_it_and_the_minutes_tell_what_stood_before(cast, as_user):
    deal, client = standing_still(cast.anna), as_user(cast.piotr)
    review, day = held(cast), today() + timedelta(days=9)
    page = reverse("sales:review", args=[review.pk])
    decide(client, review, deal, "lost", reason=word(Word.List.LOST).key)
    (first,) = review.decisions.all()

    unseen = decide(client, review, deal, "keep", until_on=day)
    wrong = decide(client, review, deal, "keep", until_on="never", instead=first.pk)
    assert (unseen.status_code, wrong.status_code, standing(review)[0][0]) == (409, 422, "lost")
    assert f'name="instead" value="{first.pk}"' in wrong.text
    assert f"change={first.pk}" in client.get(page).text
    decide(client, review, deal, "keep", until_on=day, why="harvest", instead=first.pk)

    deal.refresh_from_db()
    assert (deal.state, [row[0] for row in standing(review)]) == ("open", ["keep"])
    assert "before: Lost: Too expensive" in client.get(page).text
    assert decide(client, review, deal, "keep", until_on=day, instead=first.pk).status_code == 409

    take_back(newest(cast.piotr), cast.piotr)
    assert (standing(review), agenda_of(review, cast.anna, cast.piotr).current.deal) == ([], deal)


def test_what_somebody_built_upon_a_decision_keeps_it(cast, as_user):
    deal, client = standing_still(cast.anna), as_user(cast.piotr)
    review = held(cast)
    decide(client, review, deal, "lost", reason=word(Word.List.LOST).key)
    (first,) = review.decisions.all()
    moved = Deal.objects.get()
    save_fields(moved, {"stage": stage("New request").key}, by=cast.anna, version=moved.version)

    refused = decide(client, review, deal, "keep", until_on=today() + timedelta(days=9), instead=first.pk)

    assert (refused.status_code, standing(review)) == (409, [("lost", deal.name, "Too expensive")])


def test_a_decision_about_no_deal_is_worded_anew_and_its_task_goes_with_it(cast, as_user):
    review, client = held(cast), as_user(cast.piotr)
    say, page = reverse("sales:review_say", args=[review.pk]), reverse("sales:review", args=[review.pk])
    client.post(say, {"say-text": "Ask the press", "say-owner": cast.anna.pk, "say-due_on": today()})
    (first,) = review.decisions.all()

    assert 'value="Ask the press"' in client.get(f"{page}?change={first.pk}").text
    client.post(say, {"say-text": "Ask the fair", "say-instead": first.pk})
    (second,) = review.decisions.standing()
    client.post(say, {"say-text": "Ask nobody", "say-instead": second.pk})

    assert standing(review) == [("said", None, "Ask nobody")]
    assert Task.objects.current().count() == 0
    assert "before: Ask the fair" in client.get(page).text
    assert client.post(say, {"say-text": "Late", "say-instead": first.pk}).status_code == 404


@pytest.mark.parametrize(
    ("live_days_ago", "numbers", "behind"),
    [(None, [1, 2, 3], False), (14, [0, 1, 2], False), (28, [2, 3, 4], True), (0, [1, 2, 3], False)],
)
def test_weeks_count_from_going_live_once_a_review_was_held_since(cast, as_user, live_days_ago, numbers, behind):
    for place, score in enumerate((50, 40, 60)):
        with days_ago(7 * (3 - place)):
            review = held(cast)
            acts.end(review, by=cast.piotr)
            review.snapshots.filter(moment="begin").update(team={"score": score, "deals": 9})
    live = today() - timedelta(days=live_days_ago) if live_days_ago is not None else None
    go_lives.add(GoLive("test", lambda: live))

    try:
        weeks = curve(Review.objects.all())
        page = as_user(cast.piotr).get(reverse("sales:reviews")).text
    finally:
        go_lives.remove("test")

    assert ([week.number for week in weeks], is_behind(weeks)) == (numbers, behind)
    is_live = live_days_ago in (14, 28)
    assert ("since going live on" in page, "no day of going live" in page) == (is_live, not is_live)
