"""A field that the firm adds is like one that was always there: in form, page, list, filter, sort, history, undo."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse

from groundwork.access.models import FieldGrant, Role
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Element
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.records.added import fields as added
from groundwork.records.added.fields import change_field, make_field
from groundwork.records.lists.listing import Listing
from groundwork.records.models import Change
from groundwork.records.types import types
from groundwork.records.undo import undo
from groundwork.records.write import creating, save_fields, values, writing

WHY = "The buyers ask for it."
KINDS = {
    "text": ("Żubr & co", "Żubr & co"),
    "longtext": ("one\ntwo", "one\ntwo"),
    "number": ("2,5", Decimal("2.5")),
    "money": ("1240.50", 1_240_50),
    "date": ("2026-11-23", date(2026, 11, 23)),
    "time": ("14:30", time(14, 30)),
    "choice": ("c2", "c2"),
    "choices": (["c2", "c1"], ["c1", "c2"]),
    "bool": ("true", True),
    "address": ("Long Street 1", "Long Street 1"),
    "phone": ("+48 22 555 01 18", "+48 22 555 01 18"),
    "email": ("a@b.example", "a@b.example"),
    "url": ("https://b.example", "https://b.example"),
}


@pytest.fixture
def field(cast):
    """``field("date")`` adds a field of that kind to companies."""

    def made(kind, label="Measured", on="company", **facts):
        if kind in ("choice", "choices"):
            facts.setdefault("choices", ["Red", "Green"])
        if kind == "link":
            facts.setdefault("target", "contact")
        return make_field(on, by=cast.adam, kind=kind, label=label, reason=WHY, **facts)

    return made


def make(by, name="Tortola", **typed):
    company = Company(name=name)
    for key, value in typed.items():
        added.put(company, f"extra__{key}", value)
    return creating(company, by=by)


def shown(user, **params):
    query = QueryDict(mutable=True)
    query.update(params)
    return Listing(types["company"], user, query)


def names(user, **params):
    return [row.cells[0].text for row in shown(user, **params).table().rows]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_typed_into_an_added_field_is_kept_exactly_and_seen_on_the_page(cast, as_user, field, kind):
    row, client = field(kind), as_user(cast.anna)
    typed, kept = KINDS[kind]

    asked = client.get(reverse("records:new", args=["company"])).content.decode()
    client.post(reverse("records:new", args=["company"]), {"name": "Tortola", "kind": "customer", row.key: typed})
    company = Company.objects.get()
    page = client.get(company.get_absolute_url()).content.decode()

    assert "Measured" in asked
    assert getattr(company, row.column) == kept
    assert "Measured" in page
    assert Change.objects.get(type="company").fields[row.column][1] == company.extra[row.key]


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_changes_nothing_writes_nothing(cast, as_user, field, kind):
    row = field(kind)
    company = make(cast.anna, **{row.key: KINDS[kind][1]})

    form = as_user(cast.anna).get(reverse("records:edit", args=["company", company.pk])).context["form"]
    posted = {name: form[name].value() for name in form.fields}
    posted = {name: "" if value is None else value for name, value in posted.items()}
    as_user(cast.anna).post(reverse("records:edit", args=["company", company.pk]), posted)

    assert Change.objects.filter(type="company", created=False).count() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_undo_puts_an_added_field_back_as_it_was(cast, field, kind):
    row = field(kind)
    company = make(cast.anna)

    changed = save_fields(company, {row.key: KINDS[kind][1]}, by=cast.anna, version=1)
    assert getattr(changed, row.column) == KINDS[kind][1]
    undo(Change.objects.get(type="company", created=False).changeset, by=cast.anna)

    company.refresh_from_db()
    assert getattr(company, row.column) is None
    assert company.extra == {}
    assert values(company) == values(make(cast.anna)) | {"number": company.number}


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("text", "ananas", "Żubr"),
        ("number", Decimal("-2.5"), Decimal(10)),
        ("money", -5, 1_000_00),
        ("date", date(1999, 12, 31), date(2026, 1, 1)),
        ("time", time(9, 5), time(14, 30)),
    ],
)
def test_a_list_sorts_by_an_added_field_and_the_empty_ones_stand_last_both_ways(cast, field, kind, low, high):
    row = field(kind, filterable=True, in_list=True)
    make(cast.anna, "High", **{row.key: high})
    make(cast.anna, "None")
    make(cast.anna, "Low", **{row.key: low})

    for user in (cast.anna, cast.olga):
        assert names(user, sort=row.key) == ["Low", "High", "None"]
        assert names(user, sort=f"-{row.key}") == ["High", "Low", "None"]


def test_pages_of_a_list_sorted_by_an_added_field_meet_without_a_gap_or_a_repeat(cast, field):
    row = field("number", filterable=True, in_list=True)
    for number in range(9):
        make(cast.anna, f"N{number}", **({row.key: Decimal(number // 2)} if number % 3 else {}))

    for user in (cast.anna, cast.olga):
        for sort in (row.key, f"-{row.key}"):
            query, seen = QueryDict(mutable=True), []
            query["sort"] = sort
            while True:
                page = Listing(types["company"], user, query, size=2)
                seen += [cells.cells[0].text for cells in page.table().rows]
                if not page.next_token:
                    break
                query["after"] = page.next_token
            assert sorted(seen) == [f"N{number}" for number in range(9)]


def test_a_list_filters_by_choice_day_yes_no_and_by_what_is_empty(cast, field):
    colour = field("choice", "Colour", filterable=True)
    day = field("date", "Seen on", filterable=True)
    tall = field("bool", "Tall", filterable=True)
    make(cast.anna, "Red", **{colour.key: "c1", day.key: date(2026, 5, 1), tall.key: True})
    make(cast.anna, "Green", **{colour.key: "c2", day.key: date(2026, 6, 1), tall.key: False})
    make(cast.anna, "Bare")

    assert names(cast.anna, **{f"f.{colour.key}": "c1"}) == ["Red"]
    assert names(cast.anna, **{f"f.{colour.key}": "-"}) == ["Bare"]
    assert names(cast.anna, **{f"f.{day.key}.from": "2026-05-15"}) == ["Green"]
    assert names(cast.anna, **{f"f.{tall.key}": "no"}) == ["Green"]
    assert shown(cast.anna, **{f"f.{tall.key}": "no"}).narrowed_by()[0]["text"] == "no"
    assert shown(cast.anna, **{f"f.{colour.key}": "c2"}).narrowed_by()[0]["text"] == "Green"


def test_a_field_not_marked_for_lists_is_shown_but_neither_filters_nor_sorts(cast, field):
    row = field("number", in_list=True)

    for asked in ({f"f.{row.key}": "1"}, {"sort": row.key}):
        with pytest.raises(Refusal):
            shown(cast.olga, **asked)
    assert "Measured" in [column.label for column in shown(cast.olga).table().columns]


def test_two_people_change_different_added_fields_of_one_record_and_both_are_kept(cast, field):
    first, second = field("text", "First"), field("number", "Second")
    company = make(cast.anna)

    save_fields(company, {first.key: "one"}, by=cast.piotr, version=1)
    merged = save_fields(company, {second.key: Decimal(2)}, by=cast.anna, version=1)

    assert (getattr(merged, first.column), getattr(merged, second.column)) == ("one", Decimal(2))


@pytest.mark.parametrize("kind", ["number", "date", "money", "choice", "text"])
def test_two_people_change_the_same_added_field_and_both_values_are_shown(cast, as_user, field, kind):
    row = field(kind)
    company = make(cast.anna)
    other = {"number": Decimal(7), "date": date(2026, 1, 7), "money": 700, "choice": "c1", "text": "theirs"}[kind]
    save_fields(company, {row.key: other}, by=cast.piotr, version=1)

    answer = as_user(cast.anna).post(
        reverse("records:edit", args=["company", company.pk]),
        {"name": "Tortola", "kind": "customer", "version": 1, row.key: KINDS[kind][0]},
    )

    theirs = {"number": "7", "date": "7 Jan 2026", "money": "7.00 GBP", "choice": "Red", "text": "theirs"}[kind]
    assert answer.status_code == 409
    assert theirs in answer.content.decode().replace("\xa0", " ")


def test_what_a_role_does_not_see_it_finds_nowhere(cast, as_user, field):
    row = field("text", "Weakness", filterable=True, in_list=True)
    role = Role.objects.get(key="salesperson")
    FieldGrant.objects.create(role=role, type="company", field=row.key, mode="hidden")
    raise_config_version()
    company = make(cast.anna, **{row.key: "chocolate"})
    client = as_user(cast.anna)

    pages = [
        reverse("records:list", args=["company"]), company.get_absolute_url(),
        reverse("records:edit", args=["company", company.pk]), reverse("records:new", args=["company"]),
    ]  # fmt: skip
    seen = "".join(client.get(page).content.decode() for page in pages)

    assert "Weakness" not in seen
    assert "chocolate" not in seen
    assert "Tortola" not in client.get(reverse("records:search"), {"q": "choc"}).content.decode()
    assert client.get(pages[0], {f"f.{row.key}": "chocolate"}).status_code == 409
    assert client.get(reverse("records:why", args=[row.element_key])).status_code == 404
    assert "chocolate" in as_user(cast.olga).get(pages[1]).content.decode()


def test_search_finds_the_words_of_an_added_text(cast, as_user, field):
    row = field("text")
    make(cast.anna, **{row.key: "chocolate"})

    assert "Tortola" in as_user(cast.anna).get(reverse("records:search"), {"q": "choc"}).content.decode()


def test_a_retired_field_is_shown_nowhere_and_comes_back_with_every_value(cast, as_user, field):
    row = field("text", in_list=True)
    company = make(cast.anna, **{row.key: "oak"})
    client = as_user(cast.anna)

    row.retire(by=cast.adam, reason="Nobody reads it.")
    without = client.get(company.get_absolute_url()).content.decode()
    with writing(company, by=cast.anna, act="edited") as fresh:
        fresh.city = "Tver"
    row.restore(by=cast.adam, reason="Somebody does.")

    assert "oak" not in without
    assert "oak" in client.get(company.get_absolute_url()).content.decode()
    assert Element.objects.get(key=row.element_key).state == "live"


def test_an_added_field_tells_why_it_is_there(cast, as_user, field):
    row = field("text", asked_by=cast.olga)
    client, company = as_user(cast.anna), make(cast.anna, **{row.key: "oak"})

    element = Element.objects.get(key=row.element_key)
    page = client.get(company.get_absolute_url()).content.decode()

    assert (element.reason, element.asked_by, element.label) == (WHY, cast.olga, "Measured")
    assert reverse("records:why", args=[row.element_key]) in page
    assert WHY in client.get(reverse("records:why", args=[row.element_key])).content.decode()


def test_a_choice_renamed_or_taken_away_leaves_what_records_hold(cast, field):
    row = field("choice", filterable=True, in_list=True)
    make(cast.anna, **{row.key: "c1"})

    row = change_field(row, by=cast.adam, reason="Red is out.", choices=["Green", "Blue"])

    assert row.options == [("c2", "Green"), ("c3", "Blue"), ("c1", "Red")]
    assert shown(cast.anna).table().rows[0].cells[-1].text == "Red"


@pytest.mark.parametrize(
    "wrong", [{"label": ""}, {"label": "City"}, {"reason": " "}, {"kind": "choice", "choices": []}, {"on": "nothing"}]
)
def test_a_field_that_cannot_be_is_refused_and_changes_nothing(cast, wrong):
    facts = {"on": "company", "kind": "text", "label": "Measured", "reason": WHY} | wrong

    with pytest.raises(Refusal):
        make_field(facts.pop("on"), by=cast.adam, **facts)
    assert not added.AddedField.objects.exists()


def test_lists_filter_by_ten_added_fields_of_a_type_at_most(cast, field):
    for number in range(10):
        field("number", f"Number {number}", filterable=True)

    with pytest.raises(Refusal, match="10"):
        field("number", "One more", filterable=True)


def test_only_who_configures_settings_adds_fields(cast):
    with pytest.raises(NotAllowed):
        make_field("company", by=cast.olga, kind="text", label="Measured", reason=WHY)


def test_a_list_asks_an_added_field_for_more_less_without_and_not(cast, field):
    number = field("number", "Weight", filterable=True)
    money = field("money", "Budget", filterable=True)
    text = field("text", "Nickname", filterable=True)
    make(cast.anna, "Heavy", **{number.key: Decimal("12.5"), money.key: 100_00, text.key: "Żubr"})
    make(cast.anna, "Light", **{number.key: Decimal(3), money.key: 99_99, text.key: "Mouse"})
    make(cast.anna, "Bare")

    assert names(cast.anna, **{f"f.{number.key}.from": "12.5"}) == ["Heavy"]
    assert names(cast.anna, **{f"f.{money.key}.to": "99.99"}) == ["Light"]
    assert names(cast.anna, **{f"f.{text.key}.not": "Mouse"}) == ["Bare", "Heavy"]
    assert names(cast.anna, **{f"f.{text.key}.not": "-"}) == ["Heavy", "Light"]
    assert names(cast.anna, **{f"f.{text.key}.has": "ous"}) == ["Light"]


@pytest.mark.parametrize("kind", ["choice", "bool", "date", "user"])
def test_a_list_groups_by_an_added_field(cast, as_user, field, kind):
    row = field(kind, filterable=True)
    value = {"choice": "c2", "bool": True, "date": date(2026, 11, 23), "user": cast.anna}[kind]
    make(cast.anna, **{row.key: value})
    make(cast.anna, "Bare")

    answer = as_user(cast.anna).get(reverse("records:list", args=["company"]), {"group": row.key})

    words = {"choice": "Green", "bool": "yes", "date": "November 2026", "user": "Anna"}[kind]
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_link_is_still_typed_by_a_name_where_the_firm_added_a_text(cast, as_user, field):
    field("text", label="Nickname")
    company = make(cast.anna, name="Tortola")

    as_user(cast.anna).post(reverse("records:new", args=["contact"]), {"name": "Ewa", "company": "TORTOLA"})

    assert Contact.objects.get().company == company
