"""What a new firm begins with."""

import pytest

from groundwork.access.ready import beginnings
from groundwork.rollout.discovery.models import Goal


@pytest.mark.parametrize(
    ("template", "metric"), [("wholesale", "known-share"), ("agency", "tasks-on-time"), ("service", "paid-on-time")]
)
def test_a_new_firm_begins_with_a_first_number_still_to_be_agreed(cast, template, metric):
    beginnings[f"first number of {template}"].begin(cast.olga)

    goal = Goal.objects.get()
    assert (goal.state, goal.owner, goal.metric) == (Goal.State.DRAFT, cast.olga, metric)
