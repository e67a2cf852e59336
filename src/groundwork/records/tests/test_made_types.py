"""A record type that the firm makes is like one that was always there: the same is true of it and of Company."""

from collections import Counter
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.models import Grant, Reach, Role
from groundwork.blueprint import plan
from groundwork.blueprint.elements import declared, switch
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.testing import make_claim, make_company
from groundwork.records.added import fields as added
from groundwork.records.added import layouts
from groundwork.records.added.fields import make_field
from groundwork.records.added.made import change_type, make_type
from groundwork.records.imports.models import ImportJob
from groundwork.records.imports.testing import counts, imported
from groundwork.records.lists.listing import Listing
from groundwork.records.merging import merge, unmerge
from groundwork.records.models import Change, Made, SearchRow, Tally
from groundwork.records.types import related_types, types
from groundwork.records.undo import undo
from groundwork.records.use import flush
from groundwork.records.write import archive, creating, writing

WHY = "Olga wants to know what becomes of samples."
TEN = (
    ("choice", "State", {"choices": ["Asked", "Sent", "Judged"], "filterable": True, "in_list": True}),
    ("link", "Company", {"target": "company", "filterable": True, "in_list": True}),
    ("date", "Wanted on", {"filterable": True, "in_list": True}),
    ("number", "Pieces", {"filterable": True}),
    ("money", "Worth", {}),
    ("user", "Packed by", {"filterable": True}),
    ("bool", "Free of charge", {}),
    ("longtext", "What for", {}),
    ("phone", "Call", {}),
    ("url", "Drawing", {}),
)


def sample_request(cast, **more):
    """Adam makes the type; heads and salespeople of the roles below work with it."""
    may = {
        Role.objects.get(key="head"): ("all", Reach.TREE),
        Role.objects.get(key="salesperson"): ("work", Reach.OWN),
        Role.objects.get(key="director"): ("all", Reach.ALL),
    }
    facts = {"one": "Sample request", "many": "Sample requests", "prefix": "SR", "icon": "flask-conical"} | more
    made = make_type(by=cast.adam, reason=WHY, asked_by=cast.olga, may=may, **facts)
    fields = {
        label: make_field(made.key, by=cast.adam, kind=kind, label=label, reason=WHY, **more)
        for kind, label, more in TEN
    }
    made = change_type(made, by=cast.adam, reason="A board by state.", board=fields["State"].key)
    return SimpleNamespace(row=made, key=made.key, fields=fields)


@pytest.fixture
def samples(cast):
    return sample_request(cast)


@pytest.fixture(params=["company", "made"])
def kind(request, cast):
    """The key of the type: whatever is said of it below is said of both."""
    return "company" if request.param == "company" else sample_request(cast).key


def make(key, by, name="Tortola", **typed):
    record = types[key].model(name=name)
    for column, value in typed.items():
        types[key].field(column).write(record, value)
    return creating(record, by=by)


def listing(key, user, **params):
    query = QueryDict(mutable=True)
    query.update(params)
    return Listing(types[key], user, query)


def names(key, user, **params):
    return [row.cells[0].text for row in listing(key, user, **params).table().rows]


def test_each_sees_of_it_what_the_role_says(cast, kind):
    for person in (cast.anna, cast.piotr, cast.ivan):
        make(kind, person, f"{person}'s")

    assert names(kind, cast.anna) == ["Anna's"]
    assert names(kind, cast.piotr) == ["Anna's", "Piotr's"]
    assert names(kind, cast.olga) == ["Anna's", "Ivan's", "Piotr's"]


def test_it_is_made_by_form_found_by_search_changed_and_taken_back(cast, as_user, kind):
    client = as_user(cast.anna)
    typed = {"name": "Batory", "kind": "customer"}

    client.post(reverse("records:new", args=[kind]), typed)
    record = types[kind].model.objects.get()
    client.post(reverse("records:edit", args=[kind, record.pk]), typed | {"name": "Batory II", "version": 1})
    change = Change.objects.get(type=kind, created=False)
    assert "Batory II" in client.get(reverse("records:search"), {"q": "bator"}).content.decode()
    assert "Batory II" in client.get(reverse("records:page", args=[kind, record.pk])).content.decode()
    undo(change.changeset, by=cast.anna)

    record.refresh_from_db()
    assert change.fields["name"] == ["Batory", "Batory II"]
    assert (record.name, record.version, record.owner, record.department) == ("Batory", 3, cast.anna, cast.sales)


def test_its_numbers_begin_with_its_letters_and_are_not_used_twice(cast, kind):
    first, second = make(kind, cast.anna), make(kind, cast.anna)

    prefix = types[kind].prefix
    assert [first.number, second.number] == [f"{prefix}-1", f"{prefix}-2"]


def test_its_tallies_count_what_each_may_see(cast, kind):
    records = [make(kind, cast.anna), make(kind, cast.ivan), make(kind, cast.anna)]
    archive(records[0], by=cast.anna)

    assert listing(kind, cast.olga).totals() == (2, {})
    assert listing(kind, cast.anna).totals() == (1, {})


def test_its_list_goes_out_as_a_file_and_comes_back_the_same(cast, as_user, kind, tmp_path):
    make(kind, cast.olga, "Tortola")
    make(kind, cast.olga, "Żubr")
    client = as_user(cast.olga)

    path = tmp_path / "list.csv"
    path.write_bytes(b"".join(client.get(reverse("records:export_csv", args=[kind])).streaming_content))
    before = Change.objects.count()
    job = imported(path, f"records:{kind}", by=cast.adam)

    assert counts(job) == (0, 0, 2)
    assert types[kind].model.objects.count() == 2
    assert Change.objects.count() == before


def test_values_of_added_fields_go_out_with_the_list_and_come_in_from_a_file(cast, as_user, samples, tmp_path):
    company = make("company", cast.olga, "Tortola")
    full = {
        "State": "c2", "Company": company, "Wanted on": date(2026, 12, 1), "Pieces": Decimal("2.5"), "Worth": 12_40,
        "Packed by": cast.piotr, "Free of charge": True, "What for": "A fair\nin Kraków", "Call": "+48 1",
        "Drawing": "https://x.example",
    }  # fmt: skip
    record = make(samples.key, cast.olga, "Cups", **{samples.fields[name].key: value for name, value in full.items()})
    held, path = dict(record.extra), tmp_path / "list.csv"
    path.write_bytes(
        b"".join(as_user(cast.olga).get(reverse("records:export_csv", args=[samples.key])).streaming_content)
    )

    same = imported(path, f"records:{samples.key}", by=cast.adam)
    with writing(record, by=cast.olga, act="edited") as fresh:
        fresh.extra = {}
    again = imported(path, f"records:{samples.key}", by=cast.adam)
    record.refresh_from_db()
    other = path.with_name("new.csv")
    other.write_text(path.read_text(encoding="utf-8-sig").replace(record.number, "").replace("Cups", "Plates"))
    new = imported(other, f"records:{samples.key}", by=cast.adam)

    assert (counts(same), counts(again), counts(new)) == ((0, 0, 1), (0, 1, 0), (1, 0, 0))
    assert {key: record.extra[key] for key in held} == held
    plates = types[samples.key].model.objects.get(name="Plates")
    assert {key: plates.extra[key] for key in held} == held


def test_its_page_and_list_take_as_many_queries_for_many_as_for_one(cast, as_user, kind):
    client, taken = as_user(cast.anna), []
    record = make(kind, cast.anna)
    for more in (0, 6):
        for number in range(more):
            make(kind, cast.anna, f"Number {number}")
        client.get(reverse("records:list", args=[kind]))
        client.get(record.get_absolute_url())
        flush()
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("records:list", args=[kind]))
            client.get(record.get_absolute_url())
        taken.append([query["sql"] for query in asked])

    assert len(taken[0]) == len(taken[1])


# ── the made type's own


def test_what_its_ten_fields_hold_is_seen_on_its_page_and_in_its_list(cast, as_user, samples):
    company = make("company", cast.anna, "Tortola")
    keys = {label: row.key for label, row in samples.fields.items()}
    client = as_user(cast.anna)

    asked = client.get(reverse("records:new", args=[samples.key])).content.decode()
    client.post(
        reverse("records:new", args=[samples.key]),
        {
            "name": "Blue cups", keys["State"]: "c2", keys["Company"]: company.number, keys["Wanted on"]: "2026-12-01",
            keys["Pieces"]: "2.5", keys["Worth"]: "12.40", keys["Packed by"]: cast.piotr.pk,
            keys["Free of charge"]: "true", keys["What for"]: "A fair",
            keys["Call"]: "123", keys["Drawing"]: "x.example",
        },
    )  # fmt: skip
    record = types[samples.key].model.objects.get()
    page = client.get(record.get_absolute_url()).content.decode().replace("\xa0", " ")
    row = listing(samples.key, cast.anna).table().rows[0]

    assert all(label in asked for label in keys)
    assert record.extra == {
        keys["State"]: "c2", keys["Company"]: company.pk, keys["Wanted on"]: "2026-12-01", keys["Pieces"]: 2_500_000,
        keys["Worth"]: 12_40, keys["Packed by"]: cast.piotr.pk, keys["Free of charge"]: True,
        keys["What for"]: "A fair", keys["Call"]: "123", keys["Drawing"]: "https://x.example",
    }  # fmt: skip
    for word in ("Sent", "Tortola", "1 Dec 2026", "2.5", "12.40 GBP", "Piotr", "yes", "A fair", "https://x.example"):
        assert word in page
    assert [cell.text for cell in row.cells] == ["Blue cups", "Sent", "Tortola", "1 Dec 2026"]


def test_a_company_shows_the_requests_that_link_to_it_and_offers_one_more(cast, as_user, samples):
    company, other = make("company", cast.anna, "Tortola"), make("company", cast.anna, "Virgin")
    make(samples.key, cast.anna, "Blue cups", **{samples.fields["Company"].key: company})
    client = as_user(cast.anna)

    page = client.get(company.get_absolute_url()).content.decode()
    new = reverse("records:new", args=[samples.key]) + f"?{samples.fields['Company'].key}={company.pk}"

    assert "Blue cups" in page
    assert new in page
    assert "Blue cups" not in client.get(other.get_absolute_url()).content.decode()
    assert f"Tortola · {company.number}" in client.get(new).content.decode()
    assert (types[samples.key], samples.fields["Company"].key) in [
        (kind, link.name) for kind, link in related_types("company")
    ]


def test_a_link_to_what_one_does_not_see_says_no_access(cast, as_user, samples):
    ivans = make("company", cast.ivan, "Hidden Ltd")
    record = make(samples.key, cast.anna, "Blue cups", **{samples.fields["Company"].key: ivans})

    page = as_user(cast.anna).get(record.get_absolute_url()).content.decode()

    assert "Hidden Ltd" not in page
    assert "no access" in page


def test_its_board_field_is_counted_and_counted_anew_when_it_changes(cast, samples):
    state = samples.fields["State"]
    for value in ("c1", "c1", "c2"):
        make(samples.key, cast.anna, **{state.key: value})

    counted = Counter()
    for value, count in Tally.objects.filter(type=samples.key).values_list("value", "count"):
        counted[value] += count
    change_type(samples.row, by=cast.adam, reason="No board.", board="")

    assert counted == {"c1": 2, "c2": 1}
    assert dict(Tally.objects.filter(type=samples.key).values_list("value", "count")) == {"": 3}
    change_type(samples.row, by=cast.adam, reason="Again.", board=state.key)
    assert dict(Tally.objects.filter(type=samples.key).values_list("value", "count")) == {"c1": 2, "c2": 1}


@pytest.mark.parametrize("person", ["nina", "rita", "larisa"])
def test_whoever_has_no_right_finds_no_trace_of_it(cast, as_user, samples, person):
    company = make("company", cast.anna, "Tortola")
    record = make(samples.key, cast.anna, "Blue cups", **{samples.fields["Company"].key: company})
    client = as_user(getattr(cast, person))
    mine = [samples.key], [samples.key, record.pk]

    refused = [
        client.get(reverse(f"records:{name}", args=args)).status_code
        for name, args in (
            ("list", mine[0]), ("totals", mine[0]), ("export_csv", mine[0]), ("new", mine[0]), ("quick", mine[0]),
            ("options", mine[0]), ("page", mine[1]), ("edit", mine[1]), ("why", [samples.fields["State"].element_key]),
        )
    ]  # fmt: skip
    seen = [
        client.get(address).content.decode()
        for address in ("/", reverse("records:search") + "?q=blue", company.get_absolute_url(), "/day", "/acts")
    ]

    assert set(refused) == {404}
    assert not any(word in page for word in ("Blue cups", "Sample request", "SR-1") for page in seen)


def test_whoever_brings_files_is_offered_no_type_that_they_do_not_see_and_reads_no_import_of_it(
    cast, as_user, samples, tmp_path
):
    """A bookkeeper looks at all imports and may bring files; of samples she knows nothing."""
    path = tmp_path / "samples.csv"
    path.write_text("name,Pieces,Wanted on\nBlue cups,3,2026-12-01\n")
    job = imported(path, f"records:{samples.key}", by=cast.adam)

    addresses = reverse("imports:start"), reverse("imports:job", args=[job.pk])
    hers = [as_user(cast.nina).get(address) for address in addresses]
    with path.open("rb") as file:
        brought = as_user(cast.nina).post(addresses[0], {"file": file})
    guessed = ImportJob.objects.exclude(pk=job.pk).get()

    assert [answer.status_code for answer in hers] == [200, 404]
    assert "Sample request" not in hers[0].content.decode()
    assert "samples.csv" not in hers[0].content.decode()
    assert brought.status_code == 302
    assert guessed.layout != f"records:{samples.key}"
    assert [as_user(cast.adam).get(address).status_code for address in addresses] == [200, 200]


def test_why_a_type_a_form_or_a_role_is_there_is_told_to_those_who_meet_it(cast, as_user, samples):
    form = layouts.lay_out(types[samples.key], "", by=cast.adam, reason=WHY, more=[samples.fields["Call"].key])
    keys = samples.row.element_key, form.element_key, "role:salesperson"

    told = {
        person: [as_user(getattr(cast, person)).get(reverse("records:why", args=[key])).status_code for key in keys]
        for person in ("anna", "olga", "nina", "adam")
    }

    assert told == {"anna": [200, 200, 200], "olga": [200, 200, 404], "nina": [404] * 3, "adam": [200] * 3}


def test_records_of_one_made_type_are_never_those_of_another(cast, as_user, samples):
    other = make_type(by=cast.adam, one="Visit", many="Visits", prefix="V", reason=WHY)
    blue, visit = make(samples.key, cast.anna, "Blue cups"), make(other.key, cast.adam, "Fair")

    assert [str(row) for row in types[other.key].model.objects.all()] == ["Fair"]
    assert as_user(cast.adam).get(reverse("records:page", args=[other.key, blue.pk])).status_code == 404
    assert Made.objects.count() == 2
    assert SearchRow.objects.filter(type=other.key).get().object_id == visit.pk


def test_a_retired_type_is_nowhere_and_comes_back_whole(cast, as_user, samples):
    record = make(samples.key, cast.anna, "Blue cups")
    client = as_user(cast.anna)

    samples.row.retire(by=cast.adam, reason="Nobody asks any more.")
    gone = client.get(reverse("records:list", args=[samples.key])).status_code
    menu = client.get(reverse("records:list", args=["company"])).content.decode()
    found = client.get(reverse("records:search"), {"q": "blue"}).content.decode()
    acts = client.get("/acts").status_code
    samples.row.restore(by=cast.adam, reason="They do.")

    assert (gone, acts) == (404, 200)
    assert "Sample requests" not in menu
    assert "Blue cups" not in found
    assert "Blue cups" in client.get(record.get_absolute_url()).content.decode()


def test_a_built_in_type_that_a_firm_does_not_need_is_nowhere_and_comes_back_whole(cast, as_user):
    """Nothing is lost; whoever may do everything finds it no more than a seller does."""
    anna, adam = as_user(cast.anna), as_user(cast.adam)
    claim = make_claim(cast.anna, make_company(cast.anna, "Tortola"))
    listed, page = reverse("records:list", args=["claim"]), claim.get_absolute_url()
    places = (
        "/day", "/trash", reverse("imports:start"), reverse("records:palette") + "?q=claim",
        reverse("records:search") + f"?q={claim.number}", claim.company.get_absolute_url(),
        reverse("records:beside", args=["company", claim.company_id]), reverse("access:role", args=["salesperson"]),
    )  # fmt: skip
    switch_it = reverse("records:element_switch", args=["object:claim"])

    before = [listed in adam.get(place).content.decode() for place in places]
    wordless = adam.post(switch_it, {"reason": ""}).status_code
    adam.post(switch_it, {"reason": "We take everything back without a word."})
    gone = [client.get(address).status_code for client in (anna, adam) for address in (listed, page)]
    traces = [
        place
        for place in places
        if any(word in adam.get(place).content.decode() for word in (listed, page, ">Claims<", claim.number))
        and "search" not in place
    ]
    found = adam.get(places[4]).content.decode()
    settings = adam.get(reverse("records:types")).content.decode()
    adam.post(switch_it, {"reason": "A customer complained."})

    assert any(before)
    assert wordless == 422
    assert gone == [404] * 4
    assert traces == []
    assert page not in found
    assert reverse("records:element", args=["object:claim"]) in settings
    assert [client.get(page).status_code for client in (anna, adam)] == [200, 200]


def test_a_built_in_type_that_others_lead_to_is_not_switched_off_nor_one_that_all_rests_on(cast):
    with pytest.raises(Refusal, match="Price list.*Price terms"):
        switch("object:pricelist", on=False, by=cast.adam, reason="No lists.")
    switch("object:terms", on=False, by=cast.adam, reason="No terms.")
    switch("object:pricelist", on=False, by=cast.adam, reason="No lists.")

    assert "pricelist" not in types
    assert not cast.olga.can("view", "pricelist")
    assert "object:company" not in declared
    assert "on: no" in plan.export()


def test_a_type_that_a_field_links_to_is_not_retired(cast, samples):
    make_field("company", by=cast.adam, kind="link", label="Last sample", target=samples.key, reason=WHY)

    with pytest.raises(Refusal, match="Last sample"):
        samples.row.retire(by=cast.adam, reason="Nobody asks any more.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"one": ""}, {"prefix": "C"}, {"prefix": "S-1"}, {"prefix": "LONGER"}, {"reason": ""}, {"many": "Companies"},
    ],
)  # fmt: skip
def test_a_type_that_cannot_be_is_refused_and_changes_nothing(cast, wrong):
    facts = {"one": "Sample request", "many": "Sample requests", "prefix": "SR", "reason": WHY} | wrong
    grants = Grant.objects.count()

    with pytest.raises(Refusal):
        make_type(by=cast.adam, **facts)
    assert Grant.objects.count() == grants


def test_changing_a_record_of_it_locks_and_versions_it_like_any_other(cast, samples):
    record = make(samples.key, cast.anna)

    with writing(record, by=cast.anna, act="edited") as fresh:
        added.put(fresh, samples.fields["Pieces"].column, Decimal("1.5"))
        added.put(fresh, samples.fields["Wanted on"].column, date(2026, 12, 1))

    assert fresh.version == 2
    assert set(Change.objects.get(type=samples.key, created=False).fields) == {
        samples.fields["Pieces"].column, samples.fields["Wanted on"].column,
    }  # fmt: skip


def test_links_of_added_fields_follow_a_merged_record_and_come_back_with_it(cast, samples):
    link = samples.fields["Company"]
    survivor, merged = make("company", cast.anna, "Tortola"), make("company", cast.anna, "Tortola Ltd")
    sample = make(samples.key, cast.anna, "Blue cups", **{link.key: merged})
    kept = make(samples.key, cast.anna, "Red cups", **{link.key: survivor})

    done = merge(survivor, merged, by=cast.adam)
    sample.refresh_from_db()
    together = getattr(sample, link.column)
    unmerge(done, by=cast.adam)
    sample.refresh_from_db()
    kept.refresh_from_db()

    assert together == survivor.pk
    assert (getattr(sample, link.column), getattr(kept, link.column)) == (merged.pk, survivor.pk)
