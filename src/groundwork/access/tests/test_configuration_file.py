"""A firm's configuration leaves as a file and comes into another firm: planned, whole or not at all, and back again."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from groundwork.access.models import AuditEntry, Role
from groundwork.access.roles import make_role
from groundwork.blueprint import plan
from groundwork.blueprint.elements import is_on
from groundwork.blueprint.models import Applied, Element
from groundwork.blueprint.text import read, written
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.relationship import Settings
from groundwork.records.imports.testing import firm_as_it_is

COST = "field:product.cost"
WAREHOUSE = """
groundwork: 1
switches:
  field:product.cost: {on: yes, reason: Purchasing wants the margin}
roles:
  Warehouse:
    reason: They look up products
    rights:
      product: {view: all, edit: own}
relationship:
  off_rhythm:
    thresholds: {times: 2}
"""


def faults(text, cast) -> list[str]:
    return plan.plan(text, by=cast.adam).faults


def test_what_a_firm_takes_out_changes_nothing_when_it_comes_back(cast):
    make_role("Warehouse", by=cast.adam, reason="They pack")

    held = plan.plan(plan.export(), by=cast.adam)

    assert (held.steps, held.faults) == ([], [])


def test_a_plan_says_what_would_happen_and_changes_nothing(cast):
    before = plan.export()

    made = plan.plan(WAREHOUSE, by=cast.adam)

    assert [(step.section, step.name, step.before is None) for step in made.steps] == [
        ("switches", COST, False), ("roles", "Warehouse", True), ("relationship", "off_rhythm", False),
    ]  # fmt: skip
    assert ("thresholds.times", "1.5", "2") in made.steps[2].differences
    assert plan.export() == before
    assert not is_on(COST)


def test_an_applied_file_makes_the_firm_what_it_says_with_the_reason_on_every_element(cast):
    plan.apply(WAREHOUSE, by=cast.adam, reason="As in Lodz")

    assert is_on(COST)
    role = Role.objects.get(name="Warehouse")
    assert {(grant.verb, grant.get_reach_display()) for grant in role.grants.filter(type="product")} == {
        ("view", "all"), ("edit", "own"),
    }  # fmt: skip
    assert Settings.load().of("off_rhythm", "times") == 2
    reasons = dict(Element.objects.filter(origin="template").values_list("key", "reason"))
    assert reasons[COST] == "Purchasing wants the margin"
    assert reasons[f"role:{role.key}"] == "They look up products"
    assert reasons["rule:relationship.off_rhythm"] == "As in Lodz"
    assert plan.plan(WAREHOUSE, by=cast.adam).steps == []


def test_two_firms_that_exchange_a_file_are_configured_alike(cast):
    plan.apply(WAREHOUSE, by=cast.adam, reason="As in Lodz")
    theirs = plan.export()
    plan.roll_back(Applied.objects.get(), by=cast.adam)
    Role.objects.filter(name="Warehouse").delete()
    Element.objects.filter(key__startswith="role:own").delete()

    plan.apply(theirs, by=cast.adam, reason="As in Lodz")

    assert plan.export() == theirs


def test_of_a_file_with_a_fault_nothing_is_applied_and_each_fault_has_its_line(cast):
    before = plan.export()
    wrong = WAREHOUSE.replace("edit: own", "edit: everything").replace("times", "tims") + "secrets: {}\n"

    with pytest.raises(ValidationError) as refused:
        plan.apply(wrong, by=cast.adam, reason="As in Lodz")

    lines = wrong.splitlines()
    for word, sentence in zip(("secrets", "everything", "tims"), refused.value.messages, strict=True):
        line = next(number for number, text in enumerate(lines, 1) if word in text)
        assert sentence.startswith(f"Line {line}:")
        assert word in sentence
    assert plan.export() == before
    assert not Applied.objects.exists()


def test_a_roll_back_puts_everything_back_but_what_somebody_changed_after(cast):
    before = plan.export()
    applied = plan.apply(WAREHOUSE, by=cast.adam, reason="As in Lodz")
    plan.apply("groundwork: 1\nrelationship: {off_rhythm: {thresholds: {times: 3}}}", by=cast.adam, reason="More")

    kept = plan.roll_back(applied, by=cast.adam)

    assert kept == ["off_rhythm"]
    assert Settings.load().of("off_rhythm", "times") == 3
    assert not is_on(COST)
    assert Role.objects.get(name="Warehouse").archived_at
    assert [step.name for step in plan.plan(before, by=cast.adam).steps] == ["off_rhythm"]
    with pytest.raises(Refusal, match="already"):
        plan.roll_back(applied, by=cast.adam)


def test_no_reason_no_application(cast):
    with pytest.raises(Refusal, match="why"):
        plan.apply(WAREHOUSE, by=cast.adam, reason=" ")


def test_a_file_gives_nobody_more_than_whoever_applies_it_has(cast):
    limited = make_role("Half an administrator", by=cast.adam, reason="For a while")
    for key, verb in (("settings", "configure"), ("people", "configure"), ("people", "view")):
        limited.grants.create(type=key, verb=verb, reach=4)
    Role.objects.filter(pk=limited.pk).update(rank=80)
    cast.rita.roles.set([limited])

    found = plan.plan(WAREHOUSE, by=cast.rita)

    assert found.faults == ["Line 6: Nobody gives a role more than their own roles allow."]


def test_a_plan_leaves_no_trial_in_the_memory_of_the_process(cast):
    plan.plan(WAREHOUSE, by=cast.adam)
    plan.apply("groundwork: 1\nrelationship: {off_rhythm: {thresholds: {times: 3}}}", by=cast.adam, reason="More")

    assert not is_on(COST)


@pytest.mark.on_sqlite("words are the same")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roles:\n  a: &x {}\n  b: *x\ngroundwork: 1", "Line 2: Anchors"),
        ("groundwork: 1\nroles: !!python/object:os.system {}", "Line 2: Anchors, aliases and tags"),
        ("groundwork: 1\nroles: {a: {}, a: {}}", "Line 2: “a” stands here twice"),
        ("groundwork: 1\nroles: [unclosed", "Line 2: This is no YAML"),
        ("- 1", "Line 1: A configuration begins"),
        ("", "Line 1: A configuration begins"),
        ("groundwork: 2", "Line 1: The file must begin"),
        ("groundwork: 1\nroles: 5", "Line 2: Names and what belongs"),
        ("groundwork: 1\nroles: {administrator: {two_steps: yes}}", "Line 2: An administrator may do everything"),
        ("groundwork: 1\nroles: " + "[" * 5000, "no YAML"),
        ("groundwork: 1\nroles: {a: \x07}", "no YAML"),
    ],
)
def test_what_is_no_configuration_is_refused_in_words(cast, text, words):
    assert words in " ".join(faults(text, cast))


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\x85"), max_size=20
)


@given(
    st.dictionaries(
        WORDS, WORDS | st.lists(WORDS) | st.dictionaries(WORDS, WORDS | st.dictionaries(WORDS, WORDS)), min_size=1
    )
)
def test_any_text_that_is_written_is_read_back_as_it_was(data):
    assert read(written(data)).plain() == data


@pytest.mark.parametrize("roles", [3, 30])
def test_a_role_more_takes_as_many_queries_more_whatever_their_number(cast, roles):
    """Each section is read once before and once after, not once a thing; a role with its rights takes 37 at most.

    Its savepoints and PostgreSQL's lock of the log are among them.
    """
    names = "".join(f"  Packer {number}: {{rights: {{product: {{view: all}}}}}}\n" for number in range(roles))

    with CaptureQueriesContext(connection) as one:
        plan.plan("groundwork: 1\nroles:\n  Packer: {rights: {product: {view: all}}}\n", by=cast.adam)
    with CaptureQueriesContext(connection) as many:
        made = plan.plan("groundwork: 1\nroles:\n" + names, by=cast.adam)

    assert len(made.steps) == roles
    assert len(many) - len(one) <= 37 * (roles - 1)


def test_a_file_of_more_things_than_are_taken_at_once_is_refused_before_anything_is_tried(cast):
    names = "".join(f"  Packer {number}: {{}}\n" for number in range(plan.MOST_THINGS + 1))

    with CaptureQueriesContext(connection) as asked:
        found = faults("groundwork: 1\nroles:\n" + names, cast)

    assert found == ["The file names 1001 things; at most 1000 are taken at once: divide it."]
    assert len(asked) < 10


def test_an_administrator_looks_at_the_plan_applies_it_and_rolls_it_back_in_the_browser(cast, as_user):
    browser, page = as_user(cast.adam), "/configuration/"

    planned = browser.post(page, {"text": WAREHOUSE}).content.decode()
    unreasoned = browser.post(page + "apply", {"text": WAREHOUSE})
    before = firm_as_it_is()
    browser.post(page + "apply", {"text": WAREHOUSE, "reason": "As in Lodz", "name": "lodz.yaml"})
    shown = browser.get(page).content.decode()

    assert "Warehouse" in planned
    assert unreasoned.status_code == 422
    assert firm_as_it_is() == before
    assert "lodz.yaml" in shown
    assert is_on(COST)
    browser.post(f"/configuration/{Applied.objects.get().pk}/roll-back")
    assert not is_on(COST)
    assert AuditEntry.objects.filter(event="configured").count() == 2


def test_a_wrong_file_is_told_line_by_line_in_the_browser(cast, as_user):
    answer = as_user(cast.adam).post("/configuration/", {"text": WAREHOUSE.replace("own", "mine")})

    assert answer.status_code == 422
    assert "Line 9: “mine” is none of: own, department, tree, all, none." in answer.content.decode()


def test_what_is_taken_out_in_the_browser_is_the_whole_configuration(cast, as_user):
    answer = as_user(cast.adam).get("/configuration/file")

    assert answer.content.decode() == plan.export()
    assert answer["Content-Disposition"].startswith("attachment")
