"""Where a customer stands: the rules over the facts, since when, and who would change if a rule did."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groundwork.background import work
from groundwork.blueprint.models import Element
from groundwork.crm.customers import facts as company_facts
from groundwork.crm.customers.models import Company, CompanyFacts, RelationshipState
from groundwork.crm.customers.relationship import Settings, change_rule, effects, keep, lifecycle_of, rules, traits_of
from groundwork.crm.customers.testing import MAY, facts_of, make_company
from groundwork.records.models import Change, Tally

pytestmark = pytest.mark.django_db
DEFAULTS = Settings({rule.key: {item.name: item.default for item in rule.thresholds} for rule in rules}, {})


def back(days: int) -> date:
    return MAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("life", "fields"),
    [
        ("", {"documents": None}),
        ("prospect", {"documents": 0, "buying_days": 0, "first_on": None, "silent_days": None, "rhythm_days": None}),
        ("loyal", {}),
        ("growing", {"revenue_12m_minor": 1_200_00}),
        ("loyal", {"revenue_12m_minor": 1_199_99}),
        ("growing", {"revenue_before_minor": None, "revenue_6m_minor": 600, "revenue_6m_before_minor": 500}),
        ("loyal", {"revenue_before_minor": None, "revenue_6m_minor": 600, "revenue_6m_before_minor": None}),
        ("cooling", {"revenue_12m_minor": 600_00}),
        ("loyal", {"silent_days": 30, "rhythm_days": 14}),
        ("cooling", {"silent_days": 31, "rhythm_days": 14}),
        ("loyal", {"silent_days": 60, "rhythm_days": 30}),
        ("cooling", {"silent_days": 61, "rhythm_days": 30}),
        ("cooling", {"silent_days": 180}),
        ("lost", {"silent_days": 181}),
        ("cooling", {"silent_days": 200, "rhythm_days": 60}),
        ("lost", {"silent_days": 241, "rhythm_days": 60}),
        ("new", {"first_on": back(90)}),
        ("new", {"buying_days": 2, "rhythm_days": None, "silent_days": 120, "first_on": back(300)}),
        ("cooling", {"buying_days": 2, "rhythm_days": None, "silent_days": 121, "first_on": back(300)}),
        ("lost", {"buying_days": 1, "rhythm_days": None, "silent_days": 366, "first_on": back(366)}),
        ("returning", {"back_on": back(90), "back_after_days": 181}),
        ("loyal", {"back_on": back(91), "back_after_days": 181}),
        ("loyal", {"back_on": back(5), "back_after_days": 180}),
    ],
)
def test_the_first_lifecycle_that_holds_is_the_customers(life, fields):
    assert lifecycle_of(facts_of(**fields), DEFAULTS) == life


@pytest.mark.parametrize(
    ("traits", "fields"),
    [
        ([], {}),
        (["off_rhythm"], {"silent_days": 22}),
        ([], {"silent_days": 21}),
        ([], {"silent_days": 400}),
        (["demanding"], {"claims": 4}),
        ([], {"claims": 3}),
        (["pays_well"], {"payments": 3, "days_past_due": 0}),
        ([], {"payments": 2, "days_past_due": 0}),
        ([], {"payments": 3, "days_past_due": 7}),
        (["pays_late"], {"payments": 3, "days_past_due": 8}),
        (["profitable"], {"margin_minor": 150, "margin_revenue_minor": 1000, "margin_of_minor": 1250}),
        ([], {"margin_minor": 150, "margin_revenue_minor": 1000, "margin_of_minor": 1251}),
        (["costly"], {"margin_minor": -1, "margin_revenue_minor": 1000, "margin_of_minor": 1000}),
        ([], {"margin_minor": None, "margin_revenue_minor": None, "margin_of_minor": 1000}),
    ],
)
def test_a_trait_says_nothing_where_a_fact_is_unknown_or_below_its_threshold(traits, fields):
    assert traits_of(facts_of(**fields), DEFAULTS) == traits


amounts = st.none() | st.integers(-(10**12), 10**12)
few = st.none() | st.integers(0, 4000)


@given(
    st.fixed_dictionaries(
        {
            "documents": few, "buying_days": few, "silent_days": few, "rhythm_days": few, "back_after_days": few,
            "first_on": st.none() | st.dates(date(2000, 1, 1), MAY),
            "back_on": st.none() | st.dates(date(2000, 1, 1), MAY),
            "last_on": st.none() | st.dates(date(2000, 1, 1), MAY),
            "revenue_12m_minor": amounts, "revenue_before_minor": amounts, "revenue_6m_minor": amounts,
            "revenue_6m_before_minor": amounts, "payments": few, "days_past_due": st.none() | st.integers(-400, 400),
            "claims": few, "margin_minor": amounts, "margin_revenue_minor": amounts, "margin_of_minor": amounts,
        }
    )
)  # fmt: skip
def test_whatever_is_known_there_is_one_lifecycle_and_every_rule_that_holds_can_show_its_evidence(fields):
    facts = facts_of(**fields)

    life = lifecycle_of(facts, DEFAULTS)

    assert (life == "") == (facts.documents is None)
    for key in ([life] if life else []) + traits_of(facts, DEFAULTS):
        assert all(item.label and item.text for item in rules[key].evidence(facts, DEFAULTS))
        assert rules[key].began(facts, DEFAULTS) is None or rules[key].next_step


def test_a_state_is_kept_with_since_and_ends_when_another_begins(cast):
    company = make_company(cast.anna)
    keep({company.pk: facts_of(company)}, MAY)
    later = MAY + timedelta(days=40)

    keep({company.pk: facts_of(company, as_of=later, silent_days=47)}, later)

    told = list(RelationshipState.objects.order_by("pk").values_list("rule", "since_on", "until_on"))
    assert told == [("loyal", MAY, later), ("cooling", later, None), ("off_rhythm", later, None)]
    company.refresh_from_db()
    assert (company.lifecycle, company.version) == ("cooling", 1)


def test_a_customer_seen_for_the_first_time_is_lost_since_the_day_the_silence_grew_too_long(cast):
    company = make_company(cast.anna)

    keep({company.pk: facts_of(company, silent_days=400, last_on=back(400))}, MAY)

    assert RelationshipState.objects.get().since_on == back(400) + timedelta(days=181)


def test_the_column_of_the_list_is_counted_and_no_act_of_the_history(cast):
    companies = [make_company(cast.anna, name=f"Shop {place}") for place in range(3)]
    make_company(cast.anna, name="Farm", kind="supplier")
    changes = Change.objects.count()

    keep({company.pk: facts_of(company) for company in companies}, MAY)

    counted = {}
    for row in Tally.objects.filter(type="company"):
        counted[row.value] = counted.get(row.value, 0) + row.count
    assert {value: count for value, count in counted.items() if count} == {"loyal": 3, "": 1}
    assert Change.objects.count() == changes


def test_a_supplier_has_no_lifecycle(cast):
    company = make_company(cast.anna, kind="supplier")

    keep({company.pk: facts_of(company)}, MAY)

    assert not RelationshipState.objects.exists()
    assert Company.objects.get().lifecycle == ""


# ── changing a rule


@pytest.fixture
def customers(cast):
    """Two who are silent for 40 and 50 days with a rhythm of 30, one of Ivan's for 45."""
    for name, owner, silent in (("Almond", cast.anna, 40), ("Brazil", cast.anna, 50), ("Cashew", cast.ivan, 45)):
        facts_of(make_company(owner, name=name), rhythm_days=30, silent_days=silent, stale=False).save()
    return cast


def test_before_a_rule_is_kept_it_says_who_would_change(customers, as_user):
    page = as_user(customers.adam).post(
        reverse("customers:rule", args=["cooling"]),
        {"preview": "1", "times": "1.5", "least": "30", "unknown": "120", "fall": "40", "next_step": "Call."},
    )

    assert page.status_code == 200
    assert "1 company would become: cooling (now loyal)" in page.text
    assert ("Brazil" in page.text, "Almond" in page.text, "Cashew" in page.text) == (True, False, False)
    assert Settings.load().of("cooling", "times") == 2


def test_a_rule_is_kept_with_its_reason_and_every_company_is_looked_at_again(customers, as_user):
    typed = {
        "keep": "1",
        "times": "1.4",
        "least": "30",
        "unknown": "120",
        "fall": "40",
        "next_step": "Call.",
        "reason": "We saw it late.",
    }

    answer = as_user(customers.adam).post(reverse("customers:rule", args=["cooling"]), typed)

    assert answer.status_code == 302
    element = Element.objects.get(key="rule:relationship.cooling")
    assert (element.reason, element.asked_by) == ("We saw it late.", customers.adam)
    assert element.revisions.get().difference == {
        "times": ["2", "1.4"],
        "next_step": [str(rules["cooling"].next_step), "Call."],
    }
    assert CompanyFacts.objects.filter(stale=True).count() == 3


def test_a_rule_without_a_reason_is_not_kept(customers, as_user):
    typed = {"keep": "1", "times": "1.4", "least": "30", "unknown": "120", "fall": "40", "next_step": "Call."}

    answer = as_user(customers.adam).post(reverse("customers:rule", args=["cooling"]), typed)

    assert (answer.status_code, Settings.load().of("cooling", "times")) == (422, 2)


@pytest.mark.parametrize("times", ["0.5", "51", "often", ""])
def test_a_threshold_out_of_reason_is_refused(customers, as_user, times):
    typed = {
        "keep": "1",
        "times": times,
        "least": "30",
        "unknown": "120",
        "fall": "40",
        "next_step": "Call.",
        "reason": "x",
    }

    assert as_user(customers.adam).post(reverse("customers:rule", args=["cooling"]), typed).status_code == 422


@given(st.decimals(1, 50, places=1))
def test_a_preview_tells_exactly_who_changes(times):
    made = [facts_of(rhythm_days=rhythm, silent_days=silent) for rhythm in (7, 20, 60) for silent in (10, 35, 90, 170)]
    then = DEFAULTS.with_values("cooling", {**DEFAULTS.values["cooling"], "times": times})

    changed = [facts for facts in made if lifecycle_of(facts, DEFAULTS) != lifecycle_of(facts, then)]

    for facts in changed:
        limits = [max(Decimal(30), factor * facts.rhythm_days) for factor in (Decimal(2), times)]
        assert min(limits) < facts.silent_days <= max(limits)


def test_nobody_changes_where_nothing_is_changed(customers):
    assert effects(rules["cooling"], Settings.load().values["cooling"]) == []
    change_rule(
        rules["cooling"],
        Settings.load().values["cooling"],
        str(rules["cooling"].next_step),
        by=customers.adam,
        reason="x",
    )
    assert not Element.objects.get(key="rule:relationship.cooling").revisions.exists()


def test_the_job_looks_at_stale_companies_only_and_ends(cast):
    company = make_company(cast.anna)
    assert CompanyFacts.objects.get().stale

    run = work.carry_out(company_facts.start_if_stale())

    assert (run.state, run.done) == ("done", 1)
    assert not CompanyFacts.objects.get(pk=company.pk).stale
    assert company_facts.start_if_stale() is None
