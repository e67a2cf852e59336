"""The one write path: nothing accepted is lost, and everything else stays in step."""

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from groundwork.core.clock import today
from groundwork.core.refusals import Conflict, Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Invoice, InvoiceLine
from groundwork.records.models import Change, ChangeSet, SearchRow, Tally
from groundwork.records.tallies import fold_tallies
from groundwork.records.undo import undo
from groundwork.records.write import acting, archive, creating, restore, save_fields, values, writing, writing_many


def make_company(by, name="Tortola", **values):
    return creating(Company(name=name, **values), by=by)


def counted(**key):
    return Tally.objects.filter(type="company", **key).aggregate(sum=Sum("count"))["sum"] or 0


def test_a_new_company_belongs_to_whoever_made_it_and_to_that_persons_department(cast):
    company = make_company(cast.anna)

    assert (company.owner, company.department) == (cast.anna, cast.anna.department)
    assert company.number.startswith("C-")
    assert company.origin.by == cast.anna


def test_history_tells_who_changed_which_field_from_what_to_what(cast):
    company = make_company(cast.anna, city="Tver")

    with writing(company, by=cast.piotr, act="edited") as fresh:
        fresh.city = "Moscow"

    change = Change.objects.get(type="company", object_id=company.pk, created=False)
    assert change.fields == {"city": ["Tver", "Moscow"]}
    assert (change.changeset.by, change.version) == (cast.piotr, 2)


def test_a_document_made_with_its_lines_has_its_total_and_one_line_of_history(cast):
    lines = [InvoiceLine(quantity=Decimal(2), price=Decimal("1.50"), description=name) for name in ("Nuts", "Rice")]

    invoice = creating(Invoice(document_number="1", issued_on=today(), currency="EUR"), by=cast.anna, parts=lines)

    invoice.refresh_from_db()
    (change,) = Change.objects.filter(type="invoice", object_id=invoice.pk)
    assert (invoice.total_minor, invoice.lines_count, invoice.version) == (600, 2, 1)
    assert (change.created, sum("#" in name for name in change.fields)) == (True, 2)


def test_a_block_that_changes_nothing_leaves_no_trace(cast):
    company = make_company(cast.anna)
    acts = ChangeSet.objects.count()

    with writing(company, by=cast.anna, act="edited") as fresh:
        fresh.name = company.name

    company.refresh_from_db()
    assert (ChangeSet.objects.count(), company.version) == (acts, 1)


def test_a_failing_act_changes_nothing_at_all(cast):
    company = make_company(cast.anna)
    before = values(company)

    def rename_and_refuse():
        with writing(company, by=cast.anna, act="edited") as fresh:
            fresh.name = "Other"
            raise Refusal("no")

    with pytest.raises(Refusal):
        rename_and_refuse()

    company.refresh_from_db()
    assert values(company) == before


@pytest.mark.parametrize(
    "wrong",
    [
        lambda company: company.save(),
        lambda company: company.delete(),
        lambda company: Company.objects.update(name="x"),
        lambda company: Company.objects.filter(pk=company.pk).delete(),
        lambda company: Company.objects.bulk_create([Company(name="x")]),
        lambda company: Company.objects.bulk_update([company], ["name"]),
    ],
)
def test_a_record_cannot_be_changed_past_the_write_path(cast, wrong):
    company = make_company(cast.anna)

    with pytest.raises(RuntimeError, match="records.write"):
        wrong(company)


def test_two_people_who_change_different_fields_both_keep_their_change(cast):
    company = make_company(cast.anna, city="Tver", phone="1")
    save_fields(company, {"city": "Moscow"}, by=cast.piotr, version=1)

    save_fields(company, {"city": "Tver", "phone": "2"}, by=cast.anna, version=1)

    company.refresh_from_db()
    assert (company.city, company.phone) == ("Moscow", "2")


def test_two_people_who_change_the_same_field_meet_a_conflict_and_the_rest_is_saved(cast):
    company = make_company(cast.anna, city="Tver", phone="1")
    save_fields(company, {"city": "Moscow"}, by=cast.piotr, version=1)

    with pytest.raises(Conflict) as conflict:
        save_fields(company, {"city": "Kazan", "phone": "2"}, by=cast.anna, version=1)

    company.refresh_from_db()
    assert conflict.value.fields == {"city": ("Tver", "Moscow", "Kazan")}
    assert (company.city, company.phone) == ("Moscow", "2")


def test_counts_follow_every_act_and_survive_folding(cast):
    first, _second = make_company(cast.anna, lifecycle="loyal"), make_company(cast.piotr, lifecycle="new")
    archive(first, by=cast.anna)
    assert (counted(), counted(value="loyal"), counted(owner_id=cast.piotr.pk)) == (1, 0, 1)

    restore(first, by=cast.anna)
    fold_tallies()

    assert (counted(), counted(value="loyal"), counted(owner_id=cast.anna.pk)) == (2, 1, 1)
    assert Tally.objects.filter(type="company").count() == 2


def test_bulk_work_leaves_the_same_history_sums_and_search_as_single_work(cast):
    with acting(cast.olga, "imported", channel="import"):
        made = [Company(name=f"Shop {place}") for place in range(3)]
        writing_many(created=made)
    with acting(cast.olga, "imported", channel="import"):
        before = [(company, values(company)) for company in made]
        for company in made[:2]:
            company.city = "Tver"
        writing_many(changed=before)

    assert Change.objects.filter(type="company", created=True).count() == 3
    assert Change.objects.filter(type="company", created=False).count() == 2
    assert counted() == 3
    assert SearchRow.objects.filter(type="company", text__contains="tver").count() == 2


def test_undo_puts_back_what_still_holds_and_names_what_others_changed_since(cast):
    company = make_company(cast.anna, city="Tver", phone="1")
    save_fields(company, {"city": "Moscow", "phone": "2"}, by=cast.anna, version=1)
    act = ChangeSet.objects.latest("pk")
    save_fields(company, {"phone": "3"}, by=cast.piotr, version=2)

    result = undo(act, by=cast.anna)

    company.refresh_from_db()
    assert (company.city, company.phone) == ("Tver", "3")
    assert (result.restored, result.kept) == (1, ["Tortola: phone"])


def test_an_act_is_undone_once(cast):
    company = make_company(cast.anna)
    archive(company, by=cast.anna)
    act = ChangeSet.objects.latest("pk")
    undo(act, by=cast.anna)

    with pytest.raises(Refusal, match="already"):
        undo(act, by=cast.anna)

    company.refresh_from_db()
    assert not company.is_archived


def in_threads(count, work):
    """Run ``work(number)`` in threads, each with its own connection; errors are raised here."""
    errors = []

    def run(number):
        try:
            work(number)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_nothing_accepted_is_lost_when_eight_people_edit_one_company_at_once(cast):
    company = make_company(cast.anna, city="")

    def add_a_letter(number):
        for _turn in range(5):
            with writing(company, by=cast.anna, act="edited") as fresh:
                fresh.city += chr(ord("a") + number)

    in_threads(8, add_a_letter)

    company.refresh_from_db()
    assert sorted(company.city) == sorted("abcdefgh" * 5)
    assert company.version == 41
    assert Change.objects.filter(type="company", object_id=company.pk).count() == 41


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_the_same_stale_form_one_is_told_and_neither_change_vanishes(cast):
    company = make_company(cast.anna, city="Tver")
    told = []

    def save(number):
        try:
            save_fields(company, {"city": f"City {number}"}, by=cast.anna, version=1)
        except Conflict as conflict:
            told.append(conflict.fields["city"])

    in_threads(6, save)

    company.refresh_from_db()
    assert len(told) == 5
    assert {there for _was, there, _mine in told} == {company.city}


@pytest.mark.django_db(transaction=True)
def test_numbers_are_never_given_twice(cast):
    in_threads(6, lambda number: [make_company(cast.anna, name=f"Shop {number}") for _turn in range(4)])

    numbers = list(Company.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 24
    assert counted() == 24


@pytest.mark.django_db(transaction=True)
def test_folding_counts_while_people_write_loses_none(cast):
    def work(number):
        for turn in range(6):
            if number % 3 == 0:
                fold_tallies()
            else:
                make_company(cast.anna, name=f"Shop {number} {turn}")

    in_threads(6, work)
    fold_tallies()

    assert counted() == Company.objects.count() == 24
