"""A formula reads its own record, is worked out where the record is written, and never runs what it should not."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from groundwork.access.models import FieldGrant, Role
from groundwork.background import work
from groundwork.background.models import Run
from groundwork.blueprint.elements import raise_config_version
from groundwork.core.refusals import Refusal
from groundwork.records.added import formula
from groundwork.records.added.fields import AddedField, change_field, make_field
from groundwork.records.added.formula import Wrong, kept, parsed, shown, worked_out
from groundwork.records.types import types
from groundwork.records.write import creating, save_fields

WHY = "Nobody wants to reckon it by hand."
VALUES = {
    "a": Decimal("2.5"), "b": Decimal(4), "none": None, "word": "Tortola", "from": date(2026, 11, 1),
    "to": date(2026, 11, 23), "yes": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "gives", "result"),
    [
        ("[a] * [b]", "number", Decimal(10)),
        ("[a] + [none]", "number", None),
        ("[a] / 0", "number", None),
        ("round([a] / 3, 2)", "number", Decimal("0.83")),
        ("-[a] + 1 - 2 * 3", "number", Decimal("-7.5")),
        ("[a] * [b]", "money", 10_00),
        ("if([b] > 3, 'many', 'few')", "text", "many"),
        ("If ( [none] > 3, 1, 2)", "number", None),
        ("if(empty([none]), 1, 2)", "number", Decimal(1)),
        ("min([a], [b]) + max([a], [b], 9)", "number", Decimal("11.5")),
        ("days([from], [to])", "number", Decimal(22)),
        ("[to] - [from]", "number", Decimal(22)),
        ("[from] + 14", "date", date(2026, 11, 15)),
        ("join([word], ' ', [b], [none])", "text", "Tortola 4"),
        ("1 < [a] <= 2.5", "bool", True),
        ("[a] > 1 and not [yes]", "bool", False),
        ("[word] == 'Tortola' or [none]", "bool", True),
        ("join('if (x)', \"[a]\")", "text", "if (x)[a]"),
        ("[word] * 3", "number", None),
        ("[a] > [word]", "bool", None),
        ("99999999999999 * 99999999999999 * 99999999999999", "number", None),
    ],
)
def test_a_formula_gives_what_it_says(text, gives, result):
    parsed(text)

    assert worked_out(text, VALUES, gives, "GBP") == result


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "[a].real", "[a] ** 99", "(lambda: 1)()", "open('x')", "a + 1", "1 +",
        "if(1, 2", "'a' % 1", "f'{1}'", "{1: 2}", "1j", "b'x'", "x := 1", "*[a]", "min(*[a])", "None", "...",
        "(" * 300 + "1" + ")" * 300, "1 + " * 300 + "1", "x" * 1001, "\x00", "print", "round(1, ndigits=2)",
        "1 if 1 else 2", "[a][b]",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_its_place(text):
    with pytest.raises(Wrong, match=r"Sign \d+: "):
        parsed(text)


KINDS = {"a": "number", "b": "money", "word": "text", "from": "date", "to": "moment", "yes": "bool"}


@pytest.mark.parametrize(
    ("text", "gives", "place"),
    [
        ("1 + [word] * 3", "number", 5), ("[word] + 'x'", "text", 1), ("1 < [word]", "bool", 1),
        ("[from] * 2", "date", 1),
        ("days([a], [from])", "number", 6), ("if([yes], 1, 'many')", "number", 1), ("min([a], [from])", "number", 1),
        ("-[word]", "number", 2), ("[a] * [b]", "date", 1), ("[from] + 14", "number", 1), ("[word]", "bool", 1),
    ],
)  # fmt: skip
def test_a_formula_that_would_stay_empty_whatever_is_filled_in_is_refused_when_it_is_made(text, gives, place):
    with pytest.raises(Wrong, match=rf"Sign {place}: "):
        formula.refuse_what_gives_nothing(text, KINDS, gives)


def test_a_formula_that_gives_something_is_taken():
    for text, gives in (
        ("[a] * [b]", "money"), ("if([b] > 3, 'many', [word])", "text"), ("min([a], [b]) + max([a], [b], 9)", "number"),
        ("[to] - [from]", "number"), ("[from] + 14", "date"), ("join([word], ' ', [b], [from])", "text"),
        ("[a] > 1 and not [yes]", "bool"), ("round(days([from], [to]) / 7, 1)", "number"),
        ("if(empty([a]), 0, -[a])", "number"),
    ):  # fmt: skip
        assert worked_out(text, VALUES, gives, "GBP") is not None
        formula.refuse_what_gives_nothing(text, KINDS, gives)


def test_names_stand_for_keys_and_back():
    keys, names = {"pieces": "f1", "net price": "f2"}, {"f1": "Pieces", "f2": "Net price"}

    held = kept("[pieces] * [Net price]", keys)

    assert held == "[f1] * [f2]"
    assert shown(held, names) == "[Pieces] * [Net price]"
    with pytest.raises(Wrong, match="Sign 12: .*“Colour”"):
        kept("[Pieces] * [Colour]", keys)


PARTS = [
    "[a]", "[b]", "[none]", "[word]", "[from]", "1", "2.5", "'x'", "+", "-", "*", "/", "(", ")", ",", "<", "==", "if(",
    "round(", "min(", "days(", "join(", " and ", "not ", "**", ".", "[", "]", "__class__", "\n", "lambda:", "0",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PARTS), max_size=14).map("".join)),
       gives=st.sampled_from(formula.GIVES))  # fmt: skip
def test_whatever_is_typed_either_is_refused_in_words_or_gives_a_value_of_its_kind(text, gives):
    try:
        parsed(text)
    except Wrong:
        return
    value = worked_out(text, VALUES, gives, "GBP")
    kind = {"number": Decimal, "money": int, "text": str, "date": date, "bool": bool}[gives]
    assert value is None or isinstance(value, kind)


# ── in records


@pytest.fixture
def total(cast):
    facts = {"by": cast.adam, "reason": WHY}
    pieces = make_field("company", kind="number", label="Pieces", **facts)
    price = make_field("company", kind="money", label="Price", **facts)
    made = make_field(
        "company", kind="formula", label="Total", gives="money", formula=f"[{pieces.key}] * [{price.key}]",
        filterable=True, in_list=True, **facts,
    )  # fmt: skip
    return pieces, price, made


def make(by, **values):
    record = types["company"].model(name="Tortola")
    for name, value in values.items():
        types["company"].field(name).write(record, value)
    return creating(record, by=by)


def test_it_is_worked_out_whenever_the_record_is_written_and_nobody_types_it(cast, as_user, total):
    pieces, price, made = total
    company = make(cast.anna, **{pieces.key: Decimal("2.5"), price.key: 10_00})
    client = as_user(cast.anna)

    first, shown = getattr(company, made.column), client.get(reverse("records:list", args=["company"])).content.decode()
    form = client.get(reverse("records:edit", args=["company", company.pk])).context["form"]
    changed = save_fields(company, {pieces.key: Decimal(4)}, by=cast.anna, version=1)
    emptied = save_fields(changed, {price.key: None}, by=cast.anna, version=2)

    assert (first, getattr(changed, made.column), getattr(emptied, made.column)) == (25_00, 40_00, None)
    assert made.key not in form.fields
    assert "25.00\xa0GBP" in shown


def test_a_changed_formula_is_worked_out_for_all_records_in_a_job(cast, total):
    pieces, price, made = total
    company = make(cast.anna, **{pieces.key: Decimal(2), price.key: 10_00})

    change_field(made, by=cast.adam, reason="Twice as much.", formula=f"[{pieces.key}] * [{price.key}] * 2")
    work.carry_out(Run.objects.filter(kind="records.formula").latest("pk"))

    company.refresh_from_db()
    assert getattr(company, made.column) == 40_00


def test_who_does_not_see_what_a_formula_reads_does_not_see_the_formula(cast, as_user, total):
    pieces, price, _made = total
    company = make(cast.anna, **{pieces.key: Decimal(2), price.key: 10_00})
    role = Role.objects.get(key="salesperson")
    FieldGrant.objects.create(role=role, type="company", field=price.key, mode="hidden")
    raise_config_version()

    page = as_user(cast.anna).get(company.get_absolute_url()).content.decode()

    assert "Total" not in page
    assert "20.00" not in page
    assert "20.00" in as_user(cast.olga).get(company.get_absolute_url()).content.decode()


def test_a_formula_is_typed_with_names_and_shown_with_names(cast, as_user, total):
    adam = as_user(cast.adam)
    where = reverse("records:field_new", args=["company"]) + "?kind=formula"
    typed = {"label": "Half", "gives": "number", "currency": "GBP", "reason": WHY}

    wrong = adam.post(where, typed | {"formula": "[Pieces] / [Nothing]"})
    broken = adam.post(where, typed | {"formula": "[Pieces] / "})
    adam.post(where, typed | {"formula": "[pieces] / 2"})
    made = AddedField.objects.get(label="Half")
    page = adam.get(reverse("records:field_change", args=["company", made.pk])).content.decode()

    assert (wrong.status_code, broken.status_code) == (422, 422)
    assert "Sign 12" in wrong.content.decode()
    assert made.formula == f"[{total[0].key}] / 2"
    assert "[Pieces] / 2" in page


@pytest.mark.parametrize("facts", [{"formula": "[f99999]"}, {"formula": "1 +"}, {"gives": "nothing"}, {"formula": ""}])
def test_a_formula_that_cannot_be_is_refused(cast, facts):
    with pytest.raises(Refusal):
        make_field(
            "company",
            by=cast.adam,
            reason=WHY,
            kind="formula",
            label="Total",
            **{"formula": "1", "gives": "number"} | facts,
        )
