"""What becomes of things told to us, and that everybody who told them hears of it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.records.models import Notice
from groundwork.rollout.discovery.actions import oppose, tell
from groundwork.rollout.discovery.models import Conflict, Need

pytestmark = pytest.mark.on_sqlite("words and acts")


def told_to(person) -> list[str]:
    notices = Notice.objects.filter(user=person, kind=Notice.Kind.BECAME).order_by("pk")
    return list(notices.values_list("text", flat=True))


def test_who_told_the_same_stands_under_one_thing_and_each_of_them_hears_what_became_of_it(cast, as_user):
    first, same, again = (tell(words, by=who) for words, who in (
        ("Discounts are blind", cast.anna), ("I guess discounts", cast.ivan), ("No idea what I earn", cast.olga),
    ))  # fmt: skip
    again.join(same, by=cast.piotr)
    same.join(first, by=cast.piotr)

    first.agree(by=cast.piotr)

    assert first.authors() == [cast.anna, cast.ivan, cast.olga]
    assert told_to(cast.anna) == ["It became: agreed"]
    assert told_to(cast.ivan)[-1] == told_to(cast.anna)[0]
    assert len(told_to(cast.olga)) == 3
    assert told_to(cast.piotr) == []
    page = as_user(cast.anna).get(reverse("rollout:told")).content.decode()
    assert "Ivan" in page
    assert "I guess discounts" not in page


def test_what_cannot_be_joined(cast):
    one, other = tell("One", by=cast.anna), tell("Other", by=cast.ivan)

    with pytest.raises(Refusal, match="same one"):
        one.join(one, by=cast.piotr)
    one.join(other, by=cast.piotr)
    with pytest.raises(Refusal, match="together with another"):
        one.agree(by=cast.piotr)
    with pytest.raises(Refusal, match="together with another"):
        other.join(one, by=cast.piotr)


def test_what_was_put_off_comes_back_on_its_day_and_the_author_knows_why(cast, as_user):
    need = tell("A red button", by=cast.anna)
    with pytest.raises(Refusal, match="still to come"):
        need.turn_down(by=cast.piotr, state="parked", reason="After the summer", until=today())

    need.turn_down(by=cast.piotr, state="parked", reason="After the summer", until=today() + timedelta(days=30))

    need.refresh_from_db()
    assert (need.is_due, told_to(cast.anna)) == (False, ["It became: later: After the summer"])
    need.until = today()
    assert need.is_due


def test_a_conflict_has_an_owner_and_its_decision_reaches_both_sides(cast, as_user):
    one, other = tell("Anybody gives discounts", by=cast.anna), tell("Only I give discounts", by=cast.ivan)
    piotr = as_user(cast.piotr)
    words = {"oppose-version": one.version, "oppose-other": other.pk, "oppose-subject": "Who gives discounts"}
    piotr.post(reverse("rollout:need_oppose", args=[one.pk]), words | {"oppose-owner": cast.olga.pk})
    conflict = Conflict.objects.get()
    assert "Who gives discounts" in piotr.get(reverse("rollout:told")).content.decode()

    piotr.post(reverse("rollout:conflict_settle", args=[conflict.pk]), {"version": 1, "decision": "Up to 5 % anybody"})

    conflict.refresh_from_db()
    assert (conflict.owner, conflict.state, conflict.decision.owner) == (cast.olga, "settled", cast.piotr)
    assert told_to(cast.anna) == ["Decided: Up to 5 % anybody"]
    assert told_to(cast.ivan) == ["Decided: Up to 5 % anybody"]
    with pytest.raises(Refusal, match="decided already"):
        conflict.settle(by=cast.piotr, decision="Anew")


def test_a_conflict_is_late_after_its_day(cast):
    one, other = tell("One", by=cast.anna), tell("Other", by=cast.ivan)

    conflict = oppose(
        one, by=cast.piotr, other=other, subject="Which", owner=cast.olga, due=today() - timedelta(days=1)
    )

    assert conflict.is_late
    assert Need.objects.count() == 2
