"""Pipelines and words travel in a configuration file: taken out, planned, applied, rolled back."""

import pytest
from django.core.exceptions import ValidationError

from groundwork.blueprint import plan
from groundwork.crm.sales.assigning import AssignmentRule
from groundwork.crm.sales.lead_statuses import in_use
from groundwork.crm.sales.leads import Lead
from groundwork.crm.sales.pipelines import Outcome, Pipeline, Stage, sales, stage_options
from groundwork.crm.sales.tests.test_deals import new_deal
from groundwork.records.write import archive, creating

pytestmark = pytest.mark.django_db
FILE = """groundwork: 1

pipelines:
  Projects:
    place: 0
    reason: "Projects go another way than repeat orders."
    stages:
      Brief: {probability: 20, expected_days: 7, forecast: omitted}
      Pitch: {probability: 60, idle_days: 4, forecast: best, asks_for: [company, amount_minor]}
      Yes: {deals_are: won}
      No: {deals_are: lost, asks_for: [reason]}
  Sales: {in_use: where_needed}

deal_words:
  source / Award: {reason: "Two customers read of us in the list of the prize."}
  source / Fair: {in_use: no}
"""


def test_what_a_firm_takes_out_changes_nothing_where_it_came_from(cast):
    assert plan.plan(plan.export(), by=cast.adam) == plan.Plan([], [])


def test_a_file_brings_a_pipeline_with_its_stages_and_words_and_is_rolled_back(cast):
    before = plan.export()
    applied = plan.apply(FILE, by=cast.adam, reason="We sell projects")

    projects = Pipeline.objects.get(name="Projects")
    facts = ("name", "outcome", "probability", "expected_days", "idle_days", "category", "needs")
    assert list(projects.stages.values_list(*facts)) == [
        ("Brief", "open", 20, 7, None, "omitted", []),
        ("Pitch", "open", 60, None, 4, "best", ["company", "amount_minor"]),
        ("Yes", "won", 100, None, None, "pipeline", []),
        ("No", "lost", 0, None, None, "pipeline", ["reason"]),
    ]
    deal = new_deal(cast.anna)
    assert (sales().first_pipeline, deal.row.name) == (projects.key, "Brief")
    assert [option.label for option in stage_options() if option.open] == ["Brief", "Pitch", "Yes", "No"]
    in_use = {word.name for word in sales().words.values() if word.list == "source" and not word.retired_at}
    assert ("Award" in in_use, "Fair" in in_use) == (True, False)
    assert plan.plan(FILE, by=cast.adam).steps == []

    archive(deal, by=cast.anna)
    assert plan.roll_back(applied, by=cast.adam) == []
    assert plan.export() == before


LEADS = """groundwork: 1

lead_statuses:
  Called, no answer: {place: 15, reason: "Half of them never answer."}
  Working: {in_use: no}

assignment:
  From fairs: {sources: [Fair], country: Polska, department: Export, reason: "They speak the language."}
"""


def test_a_file_brings_statuses_of_leads_and_who_gets_them_and_is_rolled_back(cast):
    before = plan.export()
    applied = plan.apply(LEADS, by=cast.adam, reason="We go to fairs")

    assert [str(status) for status in in_use()] == ["New", "Called, no answer", "Converted", "Dropped"]
    fair = next(key for key, word in sales().words.items() if word.name == "Fair")
    lead = creating(Lead(name="Nuts", source=fair, country="PL"), by=cast.olga)
    assert lead.owner.department == cast.export
    assert plan.plan(LEADS, by=cast.adam).steps == []

    archive(lead, by=cast.olga)
    assert plan.roll_back(applied, by=cast.adam) == []
    assert plan.export() == before


@pytest.mark.parametrize(("fault", "said"), [("sources: [Moon]", "Moon"), ("department: Moon base", "Moon base")])
def test_a_rule_that_names_what_is_not_there_is_refused(cast, fault, said):
    with pytest.raises(ValidationError, match=said):
        plan.apply(f"groundwork: 1\nassignment:\n  Fairs:\n    {fault}\n", by=cast.adam, reason="We go to fairs")
    assert not AssignmentRule.objects.exists()


def test_a_pipeline_in_which_open_deals_stand_is_not_taken_out_of_use_by_a_template(cast):
    new_deal(cast.anna)
    plan.apply(FILE, by=cast.adam, reason="We sell projects")
    assert Pipeline.objects.get(name="Sales").retired_at is None


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("Brief: {probability: 120}", "120"),
        ("Brief: {color: red}", "color"),
        ("Brief: {asks_for: [owner]}", "amount_minor"),
        ("Yes: {deals_are: won}", "open stage"),
        ("Brief: {deals_are: maybe}", "maybe"),
    ],
)
def test_what_cannot_be_is_said_with_its_line_and_nothing_is_made(cast, fault, said):
    text = f"groundwork: 1\npipelines:\n  Projects:\n    stages:\n      {fault}\n"
    with pytest.raises(ValidationError) as refused:
        plan.apply(text, by=cast.adam, reason="We sell projects")
    assert said in refused.value.messages[0]
    assert not Stage.objects.exclude(pipeline__name="Sales").exists()
    assert Outcome.OPEN in {row.outcome for row in sales().stages.values()}
