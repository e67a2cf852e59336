"""The roll-out of the demo firm: what a visitor finds on the five screens."""

from datetime import date

import pytest

from groundwork.access.models import User
from groundwork.crm.trade import demo
from groundwork.records.added.fields import AddedField
from groundwork.rollout.chain.coverage import Coverage
from groundwork.rollout.discovery.goals import Goal
from groundwork.rollout.discovery.models import Need

SMALL = demo.Size(companies=12, contacts=12, products=20, lines=120, lines_each=6, activities=4)


@pytest.mark.on_sqlite("every act of the story has a test of its own")
def test_the_demo_firm_has_walked_its_roll_out_to_the_use_of_a_report(db):
    demo.fill(seed=1, size=SMALL, today=date(2026, 11, 20), password="nuts and more nuts", rolled_out=True)

    olga = User.objects.get(email__startswith="olga")
    margin, debts = Coverage(olga).standings
    assert (margin.words, debts.is_used) == ("paid off", True)
    assert set(Goal.objects.values_list("verdict", flat=True)) >= {"realistic", "conditional", "impossible"}
    assert set(Need.objects.values_list("state", flat=True)) == {value for value, _label in Need.State.choices}
    assert AddedField.objects.get().retired_at is not None
