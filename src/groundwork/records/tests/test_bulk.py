"""One act over many records: what it would change, what it changes, what is refused, and the way back."""

import re

import pytest
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.background.models import Run, State
from groundwork.background.work import carry_out
from groundwork.crm.customers.models import Company
from groundwork.records.added import fields as added
from groundwork.records.added.fields import make_field
from groundwork.records.lists import bulk
from groundwork.records.models import Change, ChangeSet
from groundwork.records.write import archive, creating, save_fields

BULK = reverse("records:bulk", args=["company"])


def make(by, *names, **values):
    return [creating(Company(name=name, **values), by=by) for name in names]


def pick(*companies):
    return [f"{company.pk}.{company.version}" for company in companies]


def cities():
    return dict(Company.objects.order_by("name").values_list("name", "city"))


def shown_in(preview):
    """How many a preview says that the list finds, as its form sends it back."""
    return re.search(r'name="shown" value="(\d+)"', preview.content.decode())[1]


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_preview_says_how_many_and_how_many_one_may_not_change(cast, as_user):
    mine, hers = make(cast.piotr, "A", "B"), make(cast.anna, "C")
    theirs = make(cast.ivan, "D")

    asked = as_user(cast.anna).post(BULK, {"act": "edit", "field": "city", "pick": pick(*hers, *theirs)})
    everything = as_user(cast.piotr).post(BULK, {"act": "edit", "field": "city", "all": "on"})

    assert "Ticked: 1 (Companies)." in text_of(asked)
    assert "All 3 that this list finds (Companies)." in text_of(everything)
    assert "Change 3" in text_of(everything)
    assert not Change.objects.filter(object_id=mine[0].pk, created=False).exists()


def test_a_field_of_ticked_companies_is_changed_in_one_act_and_goes_back_in_one(cast, as_user):
    first, second, _third = make(cast.anna, "A", "B", "C", city="Tver")
    client = as_user(cast.anna)

    client.post(BULK, {"act": "edit", "field": "city", "city": "Minsk", "pick": pick(first, second), "go": "on"})
    changed, act = cities(), ChangeSet.objects.get(act="edited")
    client.post(reverse("records:undo", args=[act.pk]))

    assert changed == {"A": "Minsk", "B": "Minsk", "C": "Tver"}
    assert act.changes.count() == 2
    assert cities() == {"A": "Tver", "B": "Tver", "C": "Tver"}


def test_all_means_what_the_list_finds_and_nothing_else(cast, as_user):
    make(cast.anna, "A", "B", kind="supplier")
    make(cast.anna, "C")

    asked = {"act": "edit", "field": "city", "city": "Minsk", "all": "on", "query": "f.kind=supplier"}
    as_user(cast.anna).post(BULK, asked | {"go": "on", "shown": 2})

    assert cities() == {"A": "Minsk", "B": "Minsk", "C": ""}


@pytest.fixture
def red(cast):
    """One red company among three, found by a field that the firm added."""
    row = make_field("company", by=cast.adam, kind="text", label="Colour", reason="Boxes differ.", filterable=True)
    for name in "ABC":
        company = Company(name=name)
        if name == "A":
            added.put(company, f"extra__{row.key}", "red")
        creating(company, by=cast.piotr)
    return row


@pytest.mark.parametrize("fate", ["retired", "hidden"])
def test_a_field_gone_since_the_preview_does_not_widen_the_act_to_the_whole_list(cast, as_user, red, fate):
    client, asked = as_user(cast.piotr), {"act": "archive", "all": "on", "query": f"f.{red.key}=red"}
    assert "All 1 that this list finds" in text_of(client.post(BULK, asked))
    red.retire(by=cast.adam, reason="No boxes any more.") if fate == "retired" else hide(cast.piotr, "company", red.key)

    answer = client.post(BULK, asked | {"go": "on", "shown": 1})

    assert answer.status_code == 409
    assert Company.objects.current().count() == 3


def test_a_run_whose_filter_is_hidden_meanwhile_ends_with_a_sentence_and_touches_nothing_more(cast, red, few_at_once):
    run = bulk.begin(
        bulk.Order(bulk.types["company"], cast.piotr, "edit", f"f.{red.key}=red", name="city", values={"city": ["X"]})
    )
    hide(cast.piotr, "company", red.key)

    done = carry_out(run)

    assert (done.state, done.error) == (State.FAILED, "This list cannot be filtered that way.")
    assert set(cities().values()) == {""}


def test_where_the_list_finds_another_number_by_now_it_is_shown_anew_and_nothing_changes(cast, as_user):
    make(cast.piotr, "A", "B")
    client, asked = as_user(cast.piotr), {"act": "archive", "all": "on", "go": "on", "shown": 2}
    make(cast.anna, "C")

    answer = client.post(BULK, asked)
    left = Company.objects.current().count()
    client.post(BULK, asked | {"shown": shown_in(answer)})

    assert (answer.status_code, left) == (409, 3)
    assert "All 3 that this list finds (Companies)." in text_of(answer)
    assert "finds another number by now" in text_of(answer)
    assert not Company.objects.current().exists()


def test_what_somebody_changed_meanwhile_stays_and_is_named(cast, as_user):
    first, second = make(cast.anna, "A", "B", city="Tver")
    seen = pick(first, second)
    save_fields(first, {"city": "Riga"}, by=cast.piotr, version=first.version)

    answer = as_user(cast.anna).post(BULK, {"act": "edit", "field": "city", "city": "Minsk", "pick": seen, "go": "on"})

    assert cities() == {"A": "Riga", "B": "Minsk"}
    assert "Somebody changed the same since you looked at it." in text_of(answer)
    assert first.number in text_of(answer)


def test_a_value_that_does_not_fit_is_asked_again_and_changes_nothing(cast, as_user):
    companies = make(cast.anna, "A", "B")

    answer = as_user(cast.anna).post(
        BULK, {"act": "edit", "field": "email", "email": "no-at-sign", "pick": pick(*companies), "go": "on"}
    )

    assert answer.status_code == 422
    assert not ChangeSet.objects.filter(act="edited").exists()


@pytest.mark.parametrize("field", ["version", "owner", "number", "nothing"])
def test_a_seller_changes_over_many_rows_only_what_the_form_of_one_shows(cast, as_user, field):
    companies = make(cast.anna, "A")

    answer = as_user(cast.anna).post(
        BULK, {"act": "edit", "field": field, field: cast.ivan.pk, "pick": pick(*companies), "go": "on"}
    )

    assert answer.status_code == 422
    assert Company.objects.get().owner == cast.anna


def test_a_head_hands_the_ticked_ones_over(cast, as_user):
    companies = make(cast.anna, "A", "B")

    as_user(cast.piotr).post(
        BULK, {"act": "edit", "field": "owner", "owner": cast.piotr.pk, "pick": pick(*companies), "go": "on"}
    )

    assert set(Company.objects.values_list("owner__name", flat=True)) == {"Piotr"}


def test_ticked_companies_are_archived_and_put_back(cast, as_user):
    companies, client = make(cast.piotr, "A", "B"), as_user(cast.piotr)

    client.post(BULK, {"act": "archive", "pick": pick(*companies), "go": "on"})
    gone = Company.objects.current().count()
    again = list(Company.objects.all())
    client.post(BULK, {"act": "restore", "pick": pick(*again), "query": "archived=1", "go": "on"})

    assert (gone, Company.objects.current().count()) == (0, 2)


def test_ticked_companies_leave_as_a_file(cast, as_user):
    first, _second = make(cast.olga, "A", "B")

    answer = as_user(cast.olga).post(BULK, {"act": "export_csv", "pick": pick(first), "query": "columns=name"})

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == ["number,name", f"{first.number},A"]


@pytest.mark.parametrize(
    "sent", [{"act": "edit"}, {"act": "burn", "all": "on"}, {"all": "on"}, {"act": "archive", "pick": "x"}]
)
def test_nothing_ticked_or_nothing_to_do_gets_a_sentence(cast, as_user, sent):
    make(cast.anna, "A")

    assert as_user(cast.anna).post(BULK, sent).status_code == 409


def test_a_list_out_of_reach_is_not_changed(cast, as_user):
    hidden = make(cast.ivan, "A")[0]

    as_user(cast.anna).post(BULK, {"act": "edit", "field": "city", "city": "Minsk", "pick": pick(hidden), "go": "on"})

    assert cities() == {"A": ""}


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk, "BATCH", 2)


def test_many_are_changed_in_the_background_as_one_act_with_progress_and_the_way_back(cast, as_user, few_at_once):
    make(cast.anna, *(f"Shop {number}" for number in range(7)), city="Tver")
    client, asked = as_user(cast.anna), {"act": "edit", "field": "city", "city": "Minsk", "all": "on"}

    where = client.post(BULK, asked | {"go": "on", "shown": 7}).url
    waiting = text_of(client.get(where))
    run = carry_out(Run.objects.get(kind="records.bulk"))
    done = text_of(client.get(where))

    assert "0 of 7" in waiting
    assert (run.state, run.done, run.result["changed"]) == (State.DONE, 7, 7)
    assert "7 records are changed." in done
    assert set(cities().values()) == {"Minsk"}
    assert ChangeSet.objects.get(act="edited").changes.count() == 7

    client.post(reverse("records:bulk_back", args=["company", run.pk]))
    carry_out(Run.objects.get(kind="records.bulk_undo"))

    assert set(cities().values()) == {"Tver"}
    assert client.post(reverse("records:bulk_back", args=["company", run.pk])).status_code == 409


def test_a_run_has_the_rights_its_requester_has_while_it_runs(cast, few_at_once):
    companies = make(cast.anna, *(f"Shop {number}" for number in range(5)))
    order = bulk.Order(
        kind=bulk.types["company"], user=cast.piotr, act="edit", name="city", values={"city": ["Minsk"]},
    )  # fmt: skip
    run = bulk.begin(order)
    cast.piotr.roles.clear()
    done = carry_out(run)

    assert done.result.get("changed", 0) == 0
    assert set(cities().values()) == {""}
    assert len(companies) == 5


def test_nobody_looks_at_the_run_of_somebody_else(cast, as_user, few_at_once):
    make(cast.anna, *"ABCDE")
    where = as_user(cast.anna).post(BULK, {"act": "archive", "all": "on", "go": "on", "shown": 5})

    assert where.status_code == 302
    run = bulk.begin(bulk.Order(bulk.types["company"], cast.anna, "edit", name="city", values={"city": ["X"]}))
    assert as_user(cast.ivan).get(reverse("records:bulk_run", args=["company", run.pk])).status_code == 404


def test_an_archived_one_is_not_changed_and_says_why(cast, as_user):
    company = make(cast.piotr, "A")[0]
    fresh = archive(company, by=cast.piotr)

    answer = as_user(cast.piotr).post(
        BULK, {"act": "edit", "field": "city", "city": "X", "pick": pick(fresh), "go": "on"}
    )

    assert "It is archived: put it back first." in text_of(answer)
