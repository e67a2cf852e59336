import pytest

from groundwork.core.refusals import Refusal
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.models import Goal, Need

pytestmark = pytest.mark.on_sqlite("words and acts")


def test_what_anna_tells_us_carries_her_name_and_her_department(cast):
    need = tell("I give discounts blindly", by=cast.anna)

    assert (need.author, need.owner, need.department, need.state) == (
        cast.anna,
        cast.anna,
        cast.anna.department,
        "captured",
    )


def test_piotr_writes_down_what_anna_said_and_it_stays_hers(cast):
    need = tell("I give discounts blindly", by=cast.piotr, author=cast.anna)

    assert (need.author, need.owner, need.created_by) == (cast.anna, cast.anna, cast.piotr)


def test_a_no_without_a_reason_is_not_a_no(cast):
    need = tell("A red button", by=cast.anna)

    with pytest.raises(Refusal, match="Say why"):
        need.turn_down(by=cast.piotr, state="rejected", reason=" ")

    assert Need.objects.get().state == "captured"


def test_the_author_reads_why_it_is_for_later(cast):
    need = tell("A red button", by=cast.anna)

    need.turn_down(by=cast.piotr, state="parked", reason="After the warehouse")

    seen = Need.objects.visible_to(cast.anna).get()
    assert (seen.state, seen.reason) == ("parked", "After the warehouse")


def test_anna_tells_us_things_and_does_not_change_the_number(cast):
    assert (cast.anna.can("create", Need), cast.anna.can("edit", Goal)) == (True, False)
