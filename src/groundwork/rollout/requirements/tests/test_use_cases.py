"""How it goes is not typed twice: a use case comes from "done when", and what is needed follows its steps."""

import pytest
from django.urls import reverse
from django.utils import translation

from groundwork.access.testing import make_person
from groundwork.crm.insight.models import BuiltReport
from groundwork.records.added.fields import make_field
from groundwork.records.imports.testing import imported, write_csv, wrong
from groundwork.records.write import creating
from groundwork.rollout.conftest import COST, PROFIT, element, make_goal, make_requirement
from groundwork.rollout.requirements.actions import rewrite, write_down
from groundwork.rollout.requirements.following import take_over
from groundwork.rollout.requirements.forms import CaseForm
from groundwork.rollout.requirements.models import Phase, Requirement, UseCase, UseStep
from groundwork.rollout.requirements.wanting import step_words

pytestmark = pytest.mark.on_sqlite("words and acts")


def told(case):
    return [(step.nth, step.action, step.expected, step.uses, step.mode) for step in case.steps.all()]


def typed(case, **changed):
    """What the form sends of the steps as they stand; ``changed`` by the element of the step."""
    steps = list(case.steps.all())
    names = ("action", "expected", "uses", "nth")
    return [
        (step, {name: getattr(step, name) for name in names} | changed.get(step.uses.split(":")[0], {}))
        for step in steps
    ]


def test_a_use_case_is_made_from_done_when_one_step_for_each_thing_it_needs(cast):
    make_requirement(cast.piotr, author=cast.anna)

    case = UseCase.objects.get()

    assert (case.name, case.actor, case.owner) == ("Margin by product", "salesperson", cast.piotr)
    assert told(case) == [
        (1, f"Fill in “{element(COST).label}”", "", COST, "writes"),
        (2, f"Read “{element(PROFIT).label}”", "The report shows the margin of every product", PROFIT, "reads"),
    ]
    assert [step.element.key for step in case.steps.all()] == [COST, PROFIT]


def test_what_needs_nothing_yet_has_no_steps(cast):
    make_requirement(cast.piotr, keys=())

    assert not UseCase.objects.exists()


def test_steps_nobody_changed_follow_done_when_and_what_is_needed(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)

    write_down(requirement=requirement, by=cast.piotr, elements=[element(COST)], done_when="Every product has a cost")

    assert told(UseCase.objects.get()) == [
        (1, f"Fill in “{element(COST).label}”", "Every product has a cost", COST, "writes")
    ]


def test_steps_that_somebody_wrote_keep_their_words(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna, keys=(COST,))
    case = UseCase.objects.get()
    rewrite(case, by=cast.piotr, actor="", trigger="", steps=typed(case, field={"action": "Type the cost"}))

    write_down(requirement=requirement, by=cast.piotr, elements=[element(PROFIT)], done_when="Other words")

    assert [(step.action, step.uses) for step in case.steps.all()] == [
        ("Type the cost", ""),
        (f"Read “{element(PROFIT).label}”", PROFIT),
    ]


def test_what_is_needed_follows_the_steps(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna, keys=(COST,))
    case = UseCase.objects.get()

    rewrite(case, by=cast.piotr, actor="head", trigger="every Monday", steps=typed(case, field={"uses": PROFIT}))

    case.refresh_from_db()
    assert (case.actor_words, case.trigger) == ("Head of department", "every Monday")
    assert [(use.element.key, use.mode) for use in requirement.uses.all()] == [(PROFIT, "reads")]


def test_a_step_without_words_is_left_out_and_the_others_are_numbered_anew(cast):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    case = UseCase.objects.get()

    rewrite(case, by=cast.piotr, actor="", trigger="", steps=typed(case, field={"action": " "}))

    assert [(step.nth, step.uses) for step in case.steps.all()] == [(1, PROFIT)]
    assert [use.element.key for use in requirement.uses.all()] == [PROFIT]


def test_piotr_changes_the_steps_in_one_form(cast, as_user):
    make_requirement(cast.piotr, author=cast.anna, keys=(COST,))
    case, client = UseCase.objects.get(), as_user(cast.piotr)
    address = reverse("rollout:how_it_goes", args=[case.pk])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}

    response = client.post(address, sent | {"action-new1": "Look at the sum", "uses-new1": PROFIT, "nth-new1": 1})

    assert response.status_code == 302
    assert [step.action for step in case.steps.all()] == [f"Fill in “{element(COST).label}”", "Look at the sum"]
    assert as_user(cast.anna).get(address).status_code == 403
    assert "Look at the sum" in client.get(reverse("rollout:agreed")).content.decode()


def test_a_step_offers_no_field_that_was_taken_out_of_use_but_the_one_it_names(cast):
    adam = make_person("Adam", "administrator")
    made = make_field("company", kind="text", label="Loyalty", reason="For the letters.", by=adam)
    make_requirement(cast.piotr, author=cast.anna, keys=(COST, made.element_key))
    assert made.element_key in dict(CaseForm(case=UseCase.objects.get())["uses-new1"].field.choices)

    made.retire(by=adam, reason="Nobody writes letters.")

    fields = CaseForm(case=UseCase.objects.get()).fields
    offered = [made.element_key in dict(field.choices) for name, field in fields.items() if name.startswith("uses-")]
    assert sorted(offered) == [False, False, False, True]


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_agreed_before_there_were_use_cases_gets_one(cast, times):
    requirement = make_requirement(cast.piotr, author=cast.anna)
    for model in (UseStep, UseCase):  # as the tables stood before
        model._base_manager.all()._raw_delete("default")

    for _ in range(times):
        take_over()

    assert [len(told(case)) for case in requirement.use_cases.all()] == [2]


def test_requirements_and_their_steps_come_from_files_like_any_table(cast, tmp_path):
    goal = make_goal(cast.piotr).agree(by=cast.olga)
    phase = creating(Phase(name="First phase"), by=cast.olga)
    agreed = write_csv(
        tmp_path / "agreed.csv",
        ["What we agree", "Done when", "Our number", "How much it matters", "Phase", "Written down by"],
        [["Margin by product", "The report shows it", goal.statement, "must be there", phase.name, "Anna"]],
    )
    steps = write_csv(
        tmp_path / "steps.csv",
        ["Use case", "What we agreed", "Who does it", "Step", "What is done", "Field or report"],
        [["Weekly look", "Margin by product", "Salesperson", "1", "Open the report", element(PROFIT).key],
         ["Weekly look", "Margin by product", "Salesperson", "2", "Look at the last line", ""]],
    )  # fmt: skip

    assert wrong(imported(agreed, "records:requirement", by=cast.olga)) == []
    assert wrong(imported(steps, "records:use_case.steps", by=cast.olga)) == []

    found, case = Requirement.objects.get(), UseCase.objects.get()
    assert (found.worth, found.phase, found.author) == ("base", phase, cast.anna)
    assert (case.requirement, case.actor) == (found, "salesperson")
    assert [(step.action, step.uses, step.mode) for step in case.steps.all()] == [
        ("Open the report", PROFIT, "reads"), ("Look at the last line", "", ""),
    ]  # fmt: skip
    assert [use.element.key for use in found.uses.all()] == [PROFIT]


def test_what_the_product_worded_is_read_in_the_readers_language_and_kept_once(cast):
    with translation.override("pl"):
        make_requirement(cast.piotr, author=cast.anna, keys=(COST,))
    case = UseCase.objects.get()
    (step,) = case.steps.all()
    assert step.action == f"Fill in “{element(COST).label}”"  # of the firm

    with translation.override("ru"):
        assert step.said == f"Заполнить «{element(COST).label}»"
        form = CaseForm(case=case)
        assert form[f"action-s{step.pk}"].value() == step.said
        rewrite(case, by=cast.piotr, actor="", trigger="", steps=typed(case, field={"action": step.said}))

    assert case.steps.get().is_as_made


def test_a_report_made_for_a_step_is_read_in_it_as_soon_as_it_is_kept(cast, as_user):
    requirement = make_requirement(cast.piotr, author=cast.anna, keys=(COST,))
    case, client = UseCase.objects.get(), as_user(cast.piotr)
    steps = [*typed(case), (UseStep(), {"action": "Look whom to call", "expected": "", "uses": "", "nth": 2})]
    rewrite(case, by=cast.piotr, actor="", trigger="", steps=steps)
    asked = f"for=step-{case.steps.last().pk}"
    assert f"{reverse('insight:reports')}?{asked}" in client.get(reverse("rollout:agreed")).content.decode()
    typed_there = {"name": "Orders by company", "query": f"by=company&{asked}", "reason": "We ask every week"}

    alone = client.post("/reports/new/order", typed_there | {"shared": ""})
    kept = client.post("/reports/new/order", typed_there | {"shared": "everybody"})

    assert (alone.status_code, kept.url) == (422, f"{reverse('rollout:agreed')}#requirement-{requirement.pk}")
    report = BuiltReport.objects.get()
    assert [(step.uses, step.mode) for step in case.steps.all()] == [(COST, "writes"), (report.element_key, "reads")]
    assert {use.element.key for use in requirement.uses.all()} == {COST, report.element_key}
    assert step_words(case.steps.last().pk, cast.anna) is None
