from groundwork.blueprint.models import Element
from groundwork.records.pages import reasons_of
from groundwork.rollout.chain.why import reasons
from groundwork.rollout.conftest import COST, make_requirement, open_report, sell
from groundwork.rollout.delivery.models import AcceptanceTest


def test_the_cost_price_tells_who_asked_why_who_reads_it_and_what_it_costs(cast):
    sell(cast.olga)
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)
    AcceptanceTest.objects.get().run(by=cast.anna, works=True, fits=True)
    open_report(cast.piotr, times=2)

    told, annas = (
        {reason.label: reason.text for reason in reasons(Element.objects.get(key=COST), user)}
        for user in (cast.piotr, cast.anna)
    )

    assert told["Told us"] == "“I give discounts blindly” Anna"
    assert told["What we agreed"] == "Margin by product"
    assert told["Our number"].startswith("We know our margin by product: 0% → 90% by ")
    assert told["Our number"].endswith("now 0%")
    assert annas["Our number"].startswith("We know our margin by product: → 90% by ")
    assert annas["Our number"].endswith("now no access")
    assert told["Read in"] == "Profit: opened 2 times by 1 person in 30 days"
    assert told["Tried"].startswith("works and fits (Anna")
    assert told["Costs you"] == "about 6 seconds"


def test_the_reason_that_a_requirement_gave_is_told_once(cast):
    make_requirement(cast.piotr, author=cast.anna).confirm(by=cast.anna).switch_on(by=cast.olga)

    _element, reason, lines = reasons_of(COST, cast.anna)

    assert reason == ""
    assert [line.text for line in lines].count("Margin by product") == 1


def test_a_field_that_no_requirement_uses_has_nothing_to_tell(cast):
    assert reasons(Element.objects.get(key=COST), cast.anna) == []
