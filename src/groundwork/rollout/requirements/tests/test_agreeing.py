import pytest

from groundwork.blueprint.models import Element
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.records.models import Change
from groundwork.records.write import writing
from groundwork.rollout.conftest import COST, make_requirement
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.requirements.actions import write_down

pytestmark = pytest.mark.on_sqlite("words and acts")


def test_what_we_agreed_covers_what_was_asked(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    assert (requirement.state, requirement.confirmed_by) == ("confirmed", cast.anna)
    assert Need.objects.get().state == "covered"


def test_without_a_field_or_a_report_there_is_nothing_to_agree_on(cast):
    requirement = make_requirement(cast.piotr, keys=())

    with pytest.raises(Refusal, match="which field or report"):
        requirement.confirm(by=cast.anna)


def test_what_it_needs_is_switched_on_with_its_reason_and_who_asked(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    requirement.switch_on(by=cast.olga)

    cost = Element.objects.get(key=COST)
    assert (cost.is_on, cost.origin, cost.reason, cost.asked_by) == (
        True,
        "requirement",
        "Margin by product",
        cast.anna,
    )


def test_switching_on_twice_changes_nothing(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)
    requirement.switch_on(by=cast.olga)
    before = Element.objects.get(key=COST).revision

    assert requirement.switch_on(by=cast.olga) == []
    assert Element.objects.get(key=COST).revision == before


def test_nothing_is_switched_on_that_nobody_agreed_to(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)

    with pytest.raises(Refusal, match="Agree on it first"):
        requirement.switch_on(by=cast.olga)

    assert not Element.objects.get(key=COST).is_on


def test_words_changed_after_agreeing_are_not_agreed(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)
    with writing(requirement, by=cast.piotr, act="edited") as fresh:
        fresh.done_when = "The report shows it by customer too"

    assert fresh.was_reworded
    with pytest.raises(Refusal, match="Agree on it first"):
        fresh.switch_on(by=cast.olga)
    assert not fresh.confirm(by=cast.anna).was_reworded


def test_anna_does_not_configure(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna)

    with pytest.raises(NotAllowed):
        requirement.switch_on(by=cast.anna)


def test_linking_anew_keeps_exactly_what_was_chosen(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)

    write_down(requirement=requirement, needs=[], elements=[Element.objects.get(key=COST)], by=cast.piotr)

    assert [str(use.element) for use in requirement.uses.all()] == [COST]
    assert not requirement.needs.exists()


def test_writing_down_and_changing_leave_one_line_each_in_the_history(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    write_down(requirement=requirement, statement="Other words", elements=[], by=cast.piotr)

    history = Change.objects.filter(type="requirement", object_id=requirement.pk).order_by("pk")

    assert [change.changeset.act for change in history] == ["created", "edited"]
