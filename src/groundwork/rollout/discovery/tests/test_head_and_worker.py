"""Who leads a piece of work and who does it tell it differently: side by side, and settled by a decision."""

import pytest
from django.urls import reverse

from groundwork.core.refusals import Refusal
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.compared import inside_share
from groundwork.rollout.discovery.differences import Discrepancy
from groundwork.rollout.discovery.interviews import Interview, WorkProcess, WorkStep

pytestmark = pytest.mark.on_sqlite("words and acts")

ORDER = {"name": "Order at the supplier", "times": 3, "per": "week", "source": "The stock system", "minutes": 10}


def tells(by, who, *things, level="worker"):
    asked = asking.ask(by=by, work="Buying", asked=who, level=level)
    return asking.confirm(asked, {"things": list(things)})


def differences():
    return sorted(Discrepancy.objects.values_list("name", "kind"))


def test_where_they_differ_it_is_noted_and_where_they_agree_nothing_is(cast):
    tells(cast.piotr, "Larysa", ORDER | {"tool": "this CRM"}, level="head")
    tells(
        cast.piotr, "Rafał",
        ORDER | {"name": "order  at SUPPLIER", "times": 2, "per": "day", "source": "Excel", "approval": "Director"},
        {"name": "Correct delivery notes", "times": 3, "per": "day"},
    )  # fmt: skip

    assert differences() == [
        ("Correct delivery notes", "missing"), ("order  at SUPPLIER", "approval"),
        ("order  at SUPPLIER", "frequency"), ("order  at SUPPLIER", "source"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("times", "per", "differs"),
    [(5, "week", []), (6, "week", ["frequency"]), (13, "month", []), (1, "week", ["frequency"])],
)
def test_twice_as_often_is_a_difference_and_less_is_none(cast, times, per, differs):
    tells(cast.piotr, "Larysa", ORDER, level="head")

    tells(cast.piotr, "Rafał", ORDER | {"times": times, "per": per})

    assert [kind for _name, kind in differences()] == differs


def test_a_difference_is_settled_with_a_name_under_it_and_once(cast, as_user):
    tells(cast.piotr, "Larysa", ORDER, level="head")
    tells(cast.piotr, "Rafał", ORDER | {"source": "Excel of Jurek"})
    piotr, page = as_user(cast.piotr), reverse("rollout:work", args=[WorkProcess.objects.get().pk])
    found = Discrepancy.objects.get()
    assert "Excel of Jurek" in piotr.get(page).content.decode()

    piotr.post(
        reverse("rollout:settle", args=[found.pk]), {"version": found.version, "decision": "Live stock, no sheet"}
    )

    settled = Discrepancy.objects.get()
    assert (settled.state, settled.decision.statement, settled.decision.owner) == (
        "settled",
        "Live stock, no sheet",
        cast.piotr,
    )
    assert "Live stock, no sheet" in piotr.get(page).content.decode()
    with pytest.raises(Refusal, match="decided already"):
        settled.settle(by=cast.piotr, decision="Anew")
    with pytest.raises(Refusal, match="what holds"):
        settled.settle(by=cast.piotr, decision=" ")


def test_of_the_time_told_it_is_said_how_much_is_kept_in_the_crm(cast):
    tells(
        cast.piotr, "Rafał",
        {"name": "Order", "times": 30, "per": "month", "minutes": 10, "tool": "this CRM"},
        {"name": "Ask", "times": 60, "per": "month", "minutes": 10, "tool": "phone"},
        {"name": "Check", "times": 10, "per": "month", "minutes": 10, "tool": "1C"},
        {"name": "Think"},
    )  # fmt: skip
    steps = list(WorkStep.objects.select_related("interview").order_by("nth"))
    steps[2].place = "boundary"

    share = inside_share(steps)

    assert (share.inside, share.governed, share.minutes, share.unsaid) == (30, 40, 1000, 1)
    assert inside_share([steps[3]]) is None


def test_a_work_described_by_heads_only_says_so(cast, as_user):
    tells(cast.piotr, "Larysa", ORDER, level="head")

    page = as_user(cast.piotr).get(reverse("rollout:interviews")).content.decode()

    assert "nobody asked who does it" in page
    assert Interview.objects.get().department == cast.piotr.department
