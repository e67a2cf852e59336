"""A field that holds several of a list: asked for by any of them, by none, shown as chips, and never half forgotten."""

import csv
import io

import pytest
from django.http import QueryDict
from django.urls import reverse

from groundwork.access.models import FieldGrant, Reach, Role
from groundwork.blueprint.elements import raise_config_version
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.testing import make_company, make_payment
from groundwork.records.added import fields as added
from groundwork.records.added import several
from groundwork.records.added.fields import change_field, make_field
from groundwork.records.added.made import make_type
from groundwork.records.added.several import HeldValue
from groundwork.records.finding import search
from groundwork.records.imports.testing import counts, imported, undone, write_csv, wrong
from groundwork.records.lists.grouping import groups_of
from groundwork.records.lists.listing import Listing
from groundwork.records.merging import merge, unmerge
from groundwork.records.models import Change
from groundwork.records.types import types
from groundwork.records.undo import undo
from groundwork.records.write import archive, creating, save_fields

WHY = "The buyers ask for it."
GOODS = ["Nuts", "Honey", "Dried fruit, mixed"]


@pytest.fixture(params=["company", "made"])
def on(cast, request):
    """The type that the field is added to: one that came with the program, and one of the firm's own."""
    if request.param == "company":
        return "company"
    far = {"salesperson": Reach.OWN, "head": Reach.TREE, "director": Reach.ALL}
    may = {Role.objects.get(key=key): ("all", reach) for key, reach in far.items()}
    return make_type(one="Sample", many="Samples", prefix="SR", by=cast.adam, reason=WHY, may=may).key


@pytest.fixture
def goods(cast, on):
    marks = {"filterable": True, "in_list": True, "label": "Buys", "choices": GOODS}
    return make_field(on, by=cast.adam, kind="choices", reason=WHY, **marks)


def make(row, by, name="Tortola", keys=()):
    record = types[row.type].model(name=name, owner=by)
    added.put(record, row.column, list(keys))
    return creating(record, by=by)


def three(row, by):
    return make(row, by, "Both", ["c1", "c2"]), make(row, by, "Honey", ["c2"]), make(row, by, "Bare")


def shown(row, user, query=""):
    return Listing(types[row.type], user, QueryDict(query.replace("f12", row.key)))


def names(row, user, query=""):
    return [line.cells[0].text for line in shown(row, user, query).table().rows]


def held(row):
    return set(HeldValue.objects.filter(type=row.type, field=row.key).values_list("object_id", "value"))


def as_they_are(row):
    records = types[row.type].model.objects.all()
    return {(record.pk, key) for record in records for key in getattr(record, row.column) or []}


def download(client, row):
    answer = client.get(reverse("records:export_csv", args=[row.type])).getvalue()
    return answer, list(csv.DictReader(io.StringIO(answer.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("f.f12=c2", ["Both", "Honey"]), ("f.f12=c1&f.f12=c3", ["Both"]), ("f.f12.not=c1", ["Bare", "Honey"]),
        ("f.f12=-", ["Bare"]), ("f.f12=-&f.f12=c1", ["Bare", "Both"]), ("f.f12.not=-", ["Both", "Honey"]),
        ("f.f12=c9", []),
    ],
)  # fmt: skip
def test_a_list_finds_who_holds_any_of_them_and_who_holds_none(cast, goods, query, found):
    three(goods, cast.anna)

    for user in (cast.anna, cast.olga):
        assert sorted(names(goods, user, query)) == found
        assert shown(goods, user, query).totals()[0] == len(found)
    assert names(goods, cast.ivan, query) == []


def test_the_filter_says_itself_in_words_and_is_offered_as_ticks(cast, as_user, goods):
    three(goods, cast.anna)

    said = [shown(goods, cast.anna, query).narrowed_by()[0] for query in ("f.f12=c1&f.f12=c2", "f.f12.not=c3")]
    form = as_user(cast.anna).get(reverse("records:list", args=[goods.type]), {"filter": "open"}).content.decode()
    turned = as_user(cast.anna).get(
        reverse("records:list", args=[goods.type]), {f"f.{goods.key}": ["c1"], f"f.{goods.key}.how": "not"}
    )

    assert [(item["label"], item["operator"], item["text"]) for item in said] == [
        ("Buys", "any of", "Nuts, Honey"), ("Buys", "none of", "Dried fruit, mixed"),
    ]  # fmt: skip
    assert form.count(f'name="f.{goods.key}" value="c') == 3
    assert turned.url == reverse("records:list", args=[goods.type]) + f"?f.{goods.key}.not=c1"


def test_what_is_held_is_seen_as_chips_in_list_page_and_beside_the_list(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    client = as_user(cast.anna)
    addresses = [
        reverse("records:list", args=[goods.type]), both.get_absolute_url(),
        reverse("records:peek", args=[goods.type, both.pk]),
    ]  # fmt: skip

    for address in addresses:
        page = client.get(address, headers={"hx-request": "true"} if "peek" in address else {}).content.decode()
        assert '<span class="chip">Nuts</span> <span class="chip">Honey</span>' in page


def test_every_way_of_writing_keeps_what_lists_ask_for_in_step(cast, goods):
    both, honey, _bare = three(goods, cast.anna)
    save_fields(both, {goods.key: ["c3"]}, by=cast.anna, version=1)
    assert held(goods) == as_they_are(goods) == {(both.pk, "c3"), (honey.pk, "c2")}

    undo(Change.objects.get(object_id=both.pk, type=goods.type, created=False).changeset, by=cast.anna)
    archive(honey, by=cast.anna)
    assert held(goods) == as_they_are(goods) == {(both.pk, "c1"), (both.pk, "c2"), (honey.pk, "c2")}
    assert names(goods, cast.anna, "f.f12=c2") == ["Both"]


def test_the_rows_of_values_are_made_anew_where_they_are_missing(cast, goods):
    three(goods, cast.anna)
    HeldValue.objects.filter(value="c2").delete()

    missing = several.what_is_missing()
    several.keep_up()

    assert "Buys" in missing
    assert several.what_is_missing() == ""
    assert held(goods) == as_they_are(goods)


def test_a_form_unticks_and_one_that_does_not_ask_leaves_it(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    address, client = reverse("records:edit", args=[goods.type, both.pk]), as_user(cast.anna)
    kind = {"kind": "customer"} if goods.type == "company" else {}

    client.post(address, {"name": "Both", "version": 1, **kind})
    left = getattr(types[goods.type].model.objects.get(pk=both.pk), goods.column)
    client.post(address, {"name": "Both", "version": 1, goods.key: "", **kind})
    emptied = types[goods.type].model.objects.get(pk=both.pk)

    assert left == ["c1", "c2"]
    assert (getattr(emptied, goods.column), emptied.extra) == (None, {})
    assert held(goods) == as_they_are(goods)


def test_one_that_must_be_filled_in_says_so(cast, as_user, goods):
    change_field(goods, by=cast.adam, reason=WHY, required=True)

    answer = as_user(cast.anna).post(
        reverse("records:new", args=[goods.type]), {"name": "Tortola", "kind": "customer", goods.key: ""}
    )

    assert answer.status_code == 422
    assert "Choose at least one under “Buys”." in answer.content.decode()
    assert not types[goods.type].model.objects.exists()


def test_a_cell_is_changed_in_place(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    address = reverse("records:cell", args=[goods.type, both.pk, goods.key])
    client = as_user(cast.anna)

    asked = client.get(address, headers={"hx-request": "true"}).content.decode()
    client.post(address, {goods.key: ["", "c1", "c3"], "version": 1}, headers={"hx-request": "true"})

    assert asked.count("checked") == 2
    assert getattr(types[goods.type].model.objects.get(pk=both.pk), goods.column) == ["c1", "c3"]


@pytest.mark.parametrize(
    ("how", "after"),
    [
        ("add", {"Both": ["c1", "c2"], "Honey": ["c1", "c2"], "Bare": ["c1"]}),
        ("remove", {"Both": ["c2"], "Honey": ["c2"], "Bare": None}),
        ("set", {"Both": ["c1"], "Honey": ["c1"], "Bare": ["c1"]}),
    ],
)
def test_many_records_get_one_more_lose_one_or_hold_just_these_and_go_back(cast, as_user, goods, how, after):
    picks = [f"{record.pk}.{record.version}" for record in three(goods, cast.anna)]
    client, address = as_user(cast.anna), reverse("records:bulk", args=[goods.type])
    order = {"act": "edit", "field": goods.key, "pick": picks}

    asked = client.post(address, order).content.decode()
    client.post(address, order | {goods.key: ["", "c1"], "how": how, "go": "on"})
    changed = types[goods.type].model.objects.all()

    assert "take these away" in asked
    assert {record.name: getattr(record, goods.column) for record in changed} == after
    assert held(goods) == as_they_are(goods)
    undo(Change.objects.filter(type=goods.type, created=False).first().changeset, by=cast.anna)
    assert {record.name: getattr(record, goods.column) for record in types[goods.type].model.objects.all()} == {
        "Both": ["c1", "c2"], "Honey": ["c2"], "Bare": None,
    }  # fmt: skip


def test_a_record_stands_in_the_group_of_each_of_its_values_and_counts_are_honest(cast, as_user, goods):
    three(goods, cast.anna)
    make(goods, cast.ivan, "Hidden", ["c1"])

    groups = groups_of(shown(goods, cast.anna, "group=f12"))
    narrowed = groups_of(shown(goods, cast.anna, "group=f12&f.f12=c1"))
    page = as_user(cast.anna).get(reverse("records:list", args=[goods.type]), {"group": goods.key}).content.decode()

    assert [(group.words, group.count) for group in groups.shown] == [("Nuts", 1), ("Honey", 2), ("none", 1)]
    assert [(group.words, group.count) for group in narrowed.shown] == [("Nuts", 1)]
    for group in groups.shown:
        query = QueryDict(group.list_url.partition("?")[2])
        assert Listing(types[goods.type], cast.anna, query).totals()[0] == group.count
    assert "A record stands in the group of each of its values." in page


def test_groups_of_payments_sum_what_each_holds_by_currency(cast):
    marks = {"label": "Covers", "choices": ["Goods", "Freight"], "filterable": True, "reason": WHY}
    row, company = make_field("payment", by=cast.adam, kind="choices", **marks), make_company(cast.anna)
    for amount, currency, keys in ((100, "GBP", ["c1", "c2"]), (50, "GBP", ["c2"]), (7, "EUR", ["c2"]), (1, "GBP", [])):
        payment = make_payment(cast.olga, company, amount, currency=currency)
        save_fields(payment, {row.key: keys}, by=cast.olga, version=payment.version)

    groups = groups_of(Listing(types["payment"], cast.olga, QueryDict(f"group={row.key}")))

    assert [(group.words, group.count, group.sums) for group in groups.shown] == [
        ("Goods", 1, {"GBP": 100}), ("Freight", 3, {"GBP": 150, "EUR": 7}), ("none", 1, {"GBP": 1}),
    ]  # fmt: skip


def test_it_goes_out_as_words_and_comes_back_without_a_change(cast, as_user, goods, tmp_path):
    three(goods, cast.olga)
    make(goods, cast.olga, "All", ["c1", "c2", "c3"])
    make(goods, cast.olga, "Mixed", ["c3"])

    answer, lines = download(as_user(cast.olga), goods)
    (path := tmp_path / "list.csv").write_bytes(answer)
    job = imported(path, f"records:{goods.type}", by=cast.olga)

    assert {line["Buys"] for line in lines} >= {"Nuts; Honey", "Nuts; Honey; Dried fruit, mixed", "Dried fruit, mixed"}
    assert (wrong(job), counts(job)) == ([], (0, 0, 5))


def test_a_file_brings_several_divided_by_semicolons_or_commas_and_a_wrong_word_is_told(cast, goods, tmp_path):
    lines = [["A", "honey, NUTS"], ["B", "Nuts;Honey"], ["C", "Nuts; Salt"], ["D", ""], ["E", "Dried fruit, mixed"]]
    path = write_csv(tmp_path / "new.csv", ["name", "Buys"], lines)

    job = imported(path, f"records:{goods.type}", by=cast.olga)

    brought = {record.name: getattr(record, goods.column) for record in types[goods.type].model.objects.all()}
    assert brought == {"A": ["c1", "c2"], "B": ["c1", "c2"], "D": None, "E": ["c3"]}
    assert [(line, column) for line, column, _reason in wrong(job)] == [(4, goods.key)]
    assert held(goods) == as_they_are(goods)
    undone(job, by=cast.olga)
    assert held(goods) == set()


def test_search_finds_the_words_also_after_they_were_changed(cast, as_user, goods):
    three(goods, cast.anna)
    client = as_user(cast.anna)
    found = [client.get(reverse("records:search"), {"q": word}).content.decode() for word in ("honey", "nuts")]

    change_field(goods, by=cast.adam, reason=WHY, choices=["Nuts", "Mead"])

    assert ["Both" in page for page in found] == [True, True]
    assert types[goods.type] in search.outdated([types[goods.type]])


def test_history_says_it_in_words(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    save_fields(both, {goods.key: ["c2", "c3"]}, by=cast.anna, version=1)

    page = as_user(cast.anna).get(both.get_absolute_url()).content.decode()

    assert "Nuts, Honey" in page
    assert "Honey, Dried fruit, mixed" in page


def test_a_choice_that_is_taken_away_stays_in_the_records_that_hold_it(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    row = change_field(goods, by=cast.adam, reason="No more honey.", choices=["Nuts"])
    client, kind = as_user(cast.anna), {"kind": "customer"} if goods.type == "company" else {}

    asked = client.get(reverse("records:new", args=[goods.type])).content.decode()
    form = client.get(reverse("records:edit", args=[goods.type, both.pk])).content.decode()
    client.post(
        reverse("records:edit", args=[goods.type, both.pk]),
        {"name": "Renamed", "version": 1, goods.key: ["c1", "c2"], **kind},
    )

    assert "Honey" not in asked
    assert "Honey" in form
    assert getattr(types[goods.type].model.objects.get(pk=both.pk), row.column) == ["c1", "c2"]
    assert sorted(names(goods, cast.anna, "f.f12=c2")) == ["Honey", "Renamed"]


def test_a_retired_field_keeps_its_values_and_lists_find_them_when_it_is_back(cast, goods):
    three(goods, cast.anna)

    goods.retire(by=cast.adam, reason="Nobody reads it.")
    with pytest.raises(Refusal):
        shown(goods, cast.anna, "f.f12=c1")
    goods.restore(by=cast.adam, reason="Somebody does.")

    assert names(goods, cast.anna, "f.f12=c1") == ["Both"]


def test_a_role_that_does_not_see_it_finds_no_trace(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)
    role = Role.objects.get(key="salesperson")
    FieldGrant.objects.create(role=role, type=goods.type, field=goods.key, mode="hidden")
    raise_config_version()
    client = as_user(cast.anna)
    search.refresh(types[goods.type], [both])

    pages = [both.get_absolute_url(), *(reverse(f"records:{name}", args=[goods.type]) for name in ("list", "new"))]
    seen = "".join(client.get(page, {"filter": "open"}).content.decode() for page in pages)
    guesses = [{f"f.{goods.key}": "c1"}, {"group": goods.key}, {"columns": goods.key}]

    assert "Buys" not in seen
    assert "Nuts" not in seen
    assert [client.get(pages[1], guess).status_code for guess in guesses] == [409, 409, 409]
    assert "Both" not in client.get(reverse("records:search"), {"q": "nuts"}).content.decode()


def test_two_that_become_one_hold_what_either_held_and_part_as_they_were(cast):
    row = make_field("company", by=cast.adam, kind="choices", label="Buys", choices=GOODS, reason=WHY)
    stays, goes = make(row, cast.anna, "Stays", ["c1"]), make(row, cast.anna, "Goes", ["c2"])

    done = merge(stays, goes, by=cast.piotr)
    together = getattr(Company.objects.get(pk=stays.pk), row.column)
    unmerge(done, by=cast.piotr)

    assert together == ["c1", "c2"]
    assert getattr(Company.objects.get(pk=stays.pk), row.column) == ["c1"]
    assert held(row) == as_they_are(row)


def test_a_copy_begins_with_the_same(cast, as_user, goods):
    both, _honey, _bare = three(goods, cast.anna)

    form = as_user(cast.anna).get(reverse("records:copy", args=[goods.type, both.pk])).content.decode()

    assert form.count("checked") >= 2


def test_a_word_with_a_semicolon_cannot_be_chosen_since_files_are_divided_by_it(cast):
    with pytest.raises(Refusal, match="semicolon"):
        make_field("company", by=cast.adam, kind="choices", label="Buys", choices=["A;B"], reason=WHY)


def test_a_list_does_not_sort_by_it(cast, goods):
    with pytest.raises(Refusal):
        shown(goods, cast.anna, "sort=f12")


class TestAValueThatManyHold:
    """A page is looked for among the first holders by name, and among all where these do not fill it."""

    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch):
        monkeypatch.setattr(several, "FIRST", 4)

    def pages(self, row, user, query=""):
        found, params = [], QueryDict(query.replace("f12", row.key)).copy()
        while True:
            page = Listing(types[row.type], user, params, 3)
            found += [line.cells[0].text for line in page.table().rows]
            if not page.next_token:
                return found
            params["after"] = page.next_token

    def test_is_shown_whole_by_name_both_ways_without_what_is_archived(self, cast, goods):
        made = [make(goods, cast.olga, f"{letter} {number}", ["c2"]) for letter in "BA" for number in range(5)]
        make(goods, cast.olga, "A bare one")
        for record in made[5:8]:
            archive(record, by=cast.olga)
        left = [f"A {number}" for number in (3, 4)] + [f"B {number}" for number in range(5)]
        assert self.pages(goods, cast.olga, "f.f12=c2") == left
        assert self.pages(goods, cast.olga, "f.f12=c2&sort=-name") == left[::-1]

    def test_stands_where_its_new_name_belongs(self, cast, goods):
        made = [make(goods, cast.olga, f"B {number}", ["c2"]) for number in range(6)]
        save_fields(made[5], {"name": "A"}, by=cast.olga, version=1)
        expected = ["A", *(f"B {number}" for number in range(5))]
        assert self.pages(goods, cast.olga, "f.f12=c2") == expected
        several.keep_up()
        assert self.pages(goods, cast.olga, "f.f12=c2") == expected

    def test_shows_each_only_what_is_theirs(self, cast, goods):
        for number in range(6):
            make(goods, cast.anna if number % 3 == 2 else cast.olga, f"B {number}", ["c2"])
        assert self.pages(goods, cast.anna, "f.f12=c2") == ["B 2", "B 5"]
