"""Record types, fields, boards and shared views go from one firm to another as a file, by names."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundwork.access.models import Grant, Reach, Role
from groundwork.access.roles import change_role, make_role
from groundwork.blueprint import plan
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Element, ElementRevision
from groundwork.core.refusals import Refusal
from groundwork.records.added.configured import joined, parted
from groundwork.records.added.fields import AddedField, make_field
from groundwork.records.added.layouts import FormLayout
from groundwork.records.added.made import MadeType, change_type, make_type
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.types import types
from groundwork.records.write import creating

WHY = "Olga wants to know what becomes of samples."
SAMPLES = """groundwork: 1
types:
  Sample request:
    many: Sample requests
    letters: SR
    reason: Samples went out and nobody knew where
fields:
  Sample request / Worth:
    holds: formula
    formula: "[Pieces] * [Price]"
    gives: money
  Sample request / State:
    holds: choice
    choices: [Asked, Sent]
    filterable: yes
  Sample request / Pieces: {holds: number, filterable: yes}
  Sample request / Price: {holds: money, reason: The director asks what samples cost}
  Sample request / Company: {holds: link, leads_to: company}
  company / Last sample: {holds: link, leads_to: Sample request}
  Sample request / Sent with: {holds: choices, choices: [Letter, Lorry], filterable: yes}
boards:
  Sample request: {by: State}
roles:
  salesperson:
    rights:
      Sample request: {view: own, create: own, edit: own}
    fields:
      Sample request: {Price: hidden}
forms:
  Sample request:
    groups: [{name: What, fields: [name, Company, State]}, {name: How many, name_in: {pl: Ile}, fields: [Pieces]}]
    more: [Price]
    rules: [{do: require, field: Pieces, when: State, is: [Sent]}]
  company / salesperson:
    reason: Sellers type on the phone
    groups: [{fields: [name, city, phone]}]
    off: [postcode]
views:
  Sample request / On their way:
    filters: [{field: State, is: [Sent]}, {field: owner, is: me}, {field: Sent with, is: Lorry}]
    columns: [name, State]
    sort: Pieces
    descending: yes
    role: salesperson
"""


def applied(text, cast, reason=WHY):
    return plan.apply(text, by=cast.adam, reason=reason)


def another_firm():
    """The same database as if nobody had made anything in it; its numbers go on."""
    SavedView.objects.all().delete()
    for row in (AddedField, MadeType, FormLayout):
        row.objects.all().delete()
    Grant.objects.filter(type__regex=r"^m\d+$").delete()
    Role.objects.filter(key__startswith="own-").delete()
    Element.objects.filter(key__regex=r"^(object:m|field:.*\.f|role:own|layout:|view:)").delete()
    raise_config_version()


def test_a_type_with_its_fields_board_rights_and_view_comes_with_a_file(cast):
    applied(SAMPLES, cast)

    kind = next(kind for kind in types if kind.named == "Sample request")
    fields = {shown.added.label: shown for shown in kind.added.values()}
    assert kind.board == fields["State"].name
    assert fields["Company"].target is types["company"].model
    assert fields["Worth"].added.formula == f"[{fields['Pieces'].name}] * [{fields['Price'].name}]"
    seller = Role.objects.get(key="salesperson")
    assert set(seller.grants.filter(type=kind.key).values_list("verb", "reach")) == {
        ("view", Reach.OWN), ("create", Reach.OWN), ("edit", Reach.OWN),
    }  # fmt: skip
    assert seller.field_grants.get(type=kind.key).field == fields["Price"].name
    view = SavedView.objects.get(type=kind.key)
    sent = next(key for key, label in fields["State"].added.options if label == "Sent")
    assert QueryDict(view.query).dict() == {
        "columns": f"name,{fields['State'].name}", "sort": f"-{fields['Pieces'].name}",
        f"f.{fields['State'].name}": sent, "f.owner": "me", f"f.{fields['Sent with'].name}": "c2",
    }  # fmt: skip


def test_a_view_keeps_the_reason_that_its_file_gives_and_tells_it_to_the_next_firm(cast, as_user):
    views = (
        "groundwork: 1\nviews:\n  company / Near: {filters: [{field: city, is: [Brest]}], reason: Who drives there}\n"
    )
    applied(views, cast)
    again = plan.plan(views, by=cast.adam)
    other = views.replace("Who drives there", "Two drivers now")
    applied(other, cast)

    near = SavedView.objects.get()
    element = Element.objects.get(key=near.element_key)
    assert again.steps == []
    assert (str(element.label), element.reason) == ("Near", "Two drivers now")
    assert "reason: Two drivers now" in plan.export()
    assert as_user(cast.anna).get(reverse("records:why", args=[element.key])).status_code == 404
    near.put_away(by=cast.adam)
    element.refresh_from_db()
    assert not element.is_on
    near.put_away(by=cast.adam, back=True)
    assert "reason: Two drivers now" in plan.export()


def test_a_number_series_keeps_the_reason_that_its_file_gives(cast):
    """A roll-back takes it out of use, with its reason."""
    facts = "{numbers: invoice, pattern: 'EX-{year}-{n}', reason: The customs ask for it}"
    series = f"groundwork: 1\nnumber_series:\n  Export: {facts}\n"
    done = applied(series, cast)
    told = plan.export()
    plan.roll_back(done, by=cast.adam)

    element = Element.objects.get(kind=Element.Kind.SERIES)
    assert "reason: The customs ask for it" in told
    assert (str(element.label), element.reason, element.is_on) == ("Export", "The customs ask for it", False)


def test_forms_come_as_they_are_laid_out_with_their_rules(cast):
    applied(SAMPLES, cast)

    field = {row.label: row.key for row in AddedField.objects.all()}
    samples = FormLayout.objects.get(role="")
    assert samples.groups == [
        {"name": "What", "fields": ["name", field["Company"], field["State"]]},
        {"name": "How many", "fields": [field["Pieces"]], "names": {"pl": "Ile"}},
    ]  # fmt: skip
    assert samples.rules == [
        {"key": "r1", "do": "require", "field": field["Pieces"], "when": field["State"], "is": ["c2"]}
    ]  # fmt: skip
    sellers = FormLayout.objects.get(role="salesperson")
    assert (sellers.type, sellers.off) == ("company", ["postcode"])
    assert Element.objects.get(key=sellers.element_key).reason == "Sellers type on the phone"


def test_each_thing_has_the_reason_of_the_file_or_that_of_whoever_applied_it(cast):
    applied(SAMPLES, cast)

    price, state = AddedField.objects.get(label="Price"), AddedField.objects.get(label="State")
    kind = MadeType.objects.get()
    rows = Element.objects.in_bulk([price.element_key, state.element_key, kind.element_key], field_name="key")
    assert rows[price.element_key].reason == "The director asks what samples cost"
    assert rows[state.element_key].reason == WHY
    assert rows[kind.element_key].reason == "Samples went out and nobody knew where"
    assert {row.origin for row in rows.values()} == {"template"}
    assert ElementRevision.objects.filter(element__key=kind.element_key, by=cast.adam).count() == 2  # made, its board


def test_a_second_firm_that_takes_the_file_gives_the_same_file_out(cast):
    make_role("Packer", by=cast.adam, reason="They pack samples")
    applied(SAMPLES, cast)
    theirs, old = plan.export(), MadeType.objects.get().key
    another_firm()

    applied(theirs, cast)

    assert MadeType.objects.get().key != old
    assert plan.export() == theirs
    assert plan.plan(theirs, by=cast.adam).steps == []


def test_records_of_a_type_that_came_with_a_file_are_written_and_worked_out(cast):
    applied(SAMPLES, cast)
    kind = next(kind for kind in types if kind.named == "Sample request")
    by_label = {shown.added.label: shown for shown in kind.added.values()}

    sample = kind.model(name="Marzipan")
    by_label["Pieces"].write(sample, 3)
    by_label["Price"].write(sample, 250)
    creating(sample, by=cast.adam)

    assert by_label["Worth"].read(sample) == 750


def test_a_roll_back_takes_all_of_it_out_of_use_and_a_second_application_brings_it_back(cast):
    before = plan.export()
    made = applied(SAMPLES, cast)

    assert plan.roll_back(made, by=cast.adam) == []

    assert plan.export() == before
    assert not [kind for kind in types if kind.named]
    applied(SAMPLES, cast)
    assert MadeType.objects.count() == 1
    assert AddedField.objects.filter(retired_at=None).count() == 7
    assert FormLayout.objects.filter(retired_at=None).count() == 2


def test_a_roll_back_gives_a_changed_field_its_old_facts(cast):
    field = make_field("company", by=cast.adam, kind="choice", label="Window", choices=["Early", "Late"], reason=WHY,
                       help="Of the day", required=True)  # fmt: skip
    before = plan.export()
    made = applied("groundwork: 1\nfields:\n  company / Window: {choices: [Early, Noon], hint: '', required: no}", cast)
    assert [choice["label"] for choice in AddedField.objects.get().choices if not choice["retired"]] == [
        "Early", "Noon",
    ]  # fmt: skip

    plan.roll_back(made, by=cast.adam)

    assert plan.export() == before
    assert AddedField.objects.get().pk == field.pk


@pytest.mark.on_sqlite("words are the same")
@pytest.mark.parametrize(
    ("was", "wrong", "line", "words"),
    [
        ("letters: SR", "letters: C", 3, "begin with C"),
        ("formula: \"[Pieces] * [Price]\"", 'formula: "[Pieces] * [Weight]"', 10, "Weight"),
        ("leads_to: company", "leads_to: firm", 18, "no type “firm”"),
        ("by: State", "by: Pieces", 22, "“Pieces” is none of"),
        ("Price: hidden", "Prices: hidden", 28, "Sample request / Prices"),
        ("is: [Sent]}, {field: owner", "is: [Gone]}, {field: owner", 40, "“Gone” is none of: Asked, Sent"),
        ("is: [Sent]}]", "is: [Gone]}]", 33, "“Gone” is none of: Asked, Sent"),
        ("more: [Price]", "more: [Prices]", 32, "“Prices” is none of"),
        ("company / salesperson", "company / cook", 34, "“cook” is none of"),
        ("owner, is: me", "owner, is: '12'", 40, "“12” is none of: me, -"),
        ("columns: [name, State]", "columns: [name, Weight]", 41, "“Weight” is none of"),
        ("sort: Pieces", "sort: Company", 39, "nor groups by: Company"),
        ("holds: number", "holds: numbers", 16, "“numbers” is none of"),
        ("choices: [Asked, Sent]", "choices: {Asked: Sent}", 14, "A list of words"),
        ("holds: choice\n", "holds: [choice]\n", 13, "“holds” is one text"),
        ("Sample request / State", "Sample request/State", 12, "Say the record type and the name"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_nothing_is_made(cast, was, wrong, line, words):
    text = SAMPLES.replace(was, wrong)
    before = plan.export()

    with pytest.raises(ValidationError) as refused:
        applied(text, cast)

    assert any(sentence.startswith(f"Line {line}:") and words in sentence for sentence in refused.value.messages), (
        refused.value.messages
    )
    assert plan.export() == before
    assert not MadeType.objects.exists()


def test_what_a_field_holds_never_changes_by_a_file_either(cast):
    make_field("company", by=cast.adam, kind="number", label="Lorries", reason=WHY)

    found = plan.plan("groundwork: 1\nfields:\n  company / Lorries:\n    holds: text", by=cast.adam)

    assert found.faults == ["Line 4: This never changes: retire the field and make another one."]


def test_a_view_that_names_a_person_stays_and_is_told(cast):
    query = f"f.owner={cast.anna.pk}"
    SavedView.objects.create(type="company", name="Of Anna", author=cast.olga, shared="everybody", query=query)
    SavedView.objects.create(type="company", name="Mine", author=cast.olga, query=query)
    SavedView.objects.create(type="company", name="All", author=cast.olga, shared="everybody", query="f.owner.not=-")

    text = plan.export()

    assert "Of Anna" not in text
    assert "Mine" not in text
    assert "company / All" in text
    assert plan.what_stays() == [
        "The view “company / Of Anna”: it names people, departments or records of ours."
    ]  # fmt: skip


def test_two_shared_views_of_one_name_are_two_in_the_other_firm(cast):
    for query in ("f.name.has=sweets", "f.name.has=tea"):
        SavedView.objects.create(type="company", name="Buyers", author=cast.olga, shared="everybody", query=query)
    theirs = plan.export()
    another_firm()

    applied(theirs, cast)

    assert set(SavedView.objects.values_list("name", "query")) == {
        ("Buyers", "f.name.has=sweets"), ("Buyers (2)", "f.name.has=tea"),
    }  # fmt: skip
    assert plan.export() == theirs


def test_a_retired_field_does_not_travel_and_its_rights_disturb_nobody(cast):
    row = make_field("company", by=cast.adam, kind="text", label="Lorry", reason=WHY)
    role = make_role("Packer", by=cast.adam, reason="They pack")
    change_role(role, by=cast.adam, reaches={}, modes={("company", row.key): "hidden"}, reason=WHY)
    assert "Lorry: hidden" in plan.export()

    row.retire(by=cast.adam, reason="Nobody filled it in.")

    assert "Lorry" not in plan.export()
    assert plan.plan(plan.export(), by=cast.adam).faults == []
    assert role.field_grants.get().field == row.key


def test_a_field_that_a_formula_reads_is_not_retired_before_it(cast):
    applied(SAMPLES, cast)

    with pytest.raises(Refusal, match="Worth"):
        AddedField.objects.get(label="Pieces").retire(by=cast.adam, reason="Nobody counts.")


NAMES = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda name: name and "[" not in name and "]" not in name)
)


@given(NAMES, NAMES)
def test_a_name_of_two_parts_is_parted_as_it_was_joined(one, two):
    assert parted(joined(one, two)) == (one, two)


@pytest.mark.on_sqlite("words are the same")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(NAMES, min_size=3, max_size=3, unique_by=lambda name: name.casefold()))
def test_odd_names_come_through_as_they_are(cast, names):
    another_firm()
    one, label, view = names
    try:
        row = make_type(by=cast.adam, one=one, many=f"{one}ies", prefix="QX", reason=WHY)
        field = make_field(row.key, by=cast.adam, kind="choice", label=label, choices=[view, one], reason=WHY)
        make_field(row.key, by=cast.adam, kind="formula", label=f"{label}!", gives="text",
                   formula=f"join([{field.key}])", reason=WHY)  # fmt: skip
    except Refusal:
        return  # the name of something built in
    change_type(row, by=cast.adam, reason=WHY, board=field.key)
    SavedView.objects.create(
        type=row.key, name=view, author=cast.adam, shared="everybody", query=f"columns={field.key}&f.{field.key}=c1"
    )
    theirs = plan.export()
    another_firm()

    applied(theirs, cast)

    assert plan.export() == theirs


BROKEN = st.recursive(
    st.sampled_from(["company", "State", "yes", "[name] +", "-1", "9" * 30, "f1", "m1", "me", "\ud7ff", "x" * 400]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["company / A", "A", "m1 / B", "reason", "holds", "choices", "in_use", "many", "letters", "filters",
             "field", "is", "columns",
             "groups", "rules", "do", "when", "place", "formula", "by", "one_in", "name_in", "pattern", "rights",
             "view"]
        ),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.on_sqlite("words are the same")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(st.sampled_from(["types", "fields", "boards", "roles", "views", "forms", "number_series"]), BROKEN)
)
def test_a_broken_file_is_told_in_words_and_changes_nothing(cast, data):
    before = plan.export()

    found = plan.plan(plan.written({"groundwork": "1", **data}), by=cast.adam)

    assert all(isinstance(sentence, str) for sentence in found.faults)
    assert plan.export() == before
