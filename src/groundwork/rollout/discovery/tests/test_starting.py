"""What a new firm begins with."""

from groundwork.access.ready import beginnings
from groundwork.rollout.discovery.models import Goal


def test_a_wholesale_trader_begins_with_a_first_number_still_to_be_agreed(cast):
    beginnings["first number"].begin(cast.olga)

    goal = Goal.objects.get()
    assert (goal.state, goal.owner, goal.metric) == (Goal.State.DRAFT, cast.olga, "known-share")
