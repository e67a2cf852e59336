"""Two companies become one, with everything that belongs to either, and two again exactly as they were."""

from datetime import date

import pytest
from django.urls import reverse

from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, CompanyDate, Contact, Employment
from groundwork.crm.customers.testing import make_company, make_contact
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Payment, Share
from groundwork.crm.trade.prices import Terms
from groundwork.crm.trade.testing import MAY, make_draft, make_invoice
from groundwork.records.imports.testing import imported, write_csv
from groundwork.records.merging import links_to, merge, unmerge
from groundwork.records.models import Activity, Change, ChangeSet, ExternalKey, Merge
from groundwork.records.undo import undo
from groundwork.records.write import creating, note, put_part, save_fields, values, writing

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(cast):
    """Funduk has what Фундук has not, and both have invoices; Фундук also a branch, people, a date and a note."""
    stays = make_company(cast.anna, "Funduk", phone="+74951234567")
    goes = make_company(cast.anna, "Фундук", phone="123", inn="7707083893", city="Tver")
    make_company(cast.anna, "Branch", parent=goes)
    make_contact(cast.anna, "Ivan", goes)
    make_invoice(cast.anna, company=stays, number="S-1")
    invoice = make_invoice(cast.anna, company=goes, number="G-1")
    make_invoice(cast.anna, company=goes, number="G-2")
    payment = Payment(company=goes, paid_on=MAY, amount_minor=1000, currency="GBP")
    creating(payment, by=cast.nina, parts=[Share(invoice=invoice, amount_minor=1000)])
    with writing(goes, by=cast.anna, act="edited") as fresh:
        put_part(fresh, CompanyDate(on=date(2001, 5, 1), kind="contract"))
    note(goes, by=cast.anna, kind="call", text="They called")
    ExternalKey.objects.create(source="table", type="company", key="Фундук", object_id=goes.pk)
    goes.refresh_from_db()
    return stays, goes


def everything() -> dict:
    """All rows that can point to a company, and the companies: what must come back exactly."""
    told = {}
    for links in links_to(Company):
        told[links.label, links.field] = list(links.model._base_manager.order_by("pk").values_list("pk", links.field))
    for model in (Activity, ExternalKey):
        told[model] = list(model._base_manager.order_by("pk").values_list("pk", "type", "object_id"))
    told["companies"] = [values(company) for company in Company.objects.order_by("pk")]
    told["invoices"] = [values(invoice) for invoice in Invoice.objects.order_by("pk")]
    told["open"] = list(Invoice.objects.order_by("pk").values_list("open_minor", "paid"))
    return told


def test_the_survivor_gets_every_link_and_what_it_lacks(cast, two):
    stays, goes = two

    merge(stays, goes, by=cast.piotr)

    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.phone, stays.inn, stays.city, stays.name) == ("+74951234567", "7707083893", "Tver", "Funduk")
    assert goes.is_archived
    left = {
        links.label: links.model._base_manager.filter(**{links.field: goes.pk}).count() for links in links_to(Company)
    }
    assert set(left.values()) == {0}
    assert stays.invoices.count() == 3
    assert Contact.objects.get().company == stays
    assert Employment.objects.get().company == stays
    assert (Activity.objects.get().object_id, ExternalKey.objects.get().object_id) == (stays.pk, stays.pk)
    assert Change.objects.filter(type="invoice", changeset__act="merged").count() == 2


def test_a_debt_limit_is_not_taken_over_into_another_currency(cast):
    stays = make_company(cast.anna, "Funduk", currency="EUR")
    pounds, euros = (make_company(cast.anna, code, debt_limit_minor=500_00, currency=code) for code in ("GBP", "EUR"))

    merge(stays, pounds, by=cast.piotr)
    first = Company.objects.get(pk=stays.pk).debt_limit_minor
    merge(stays, euros, by=cast.piotr)

    assert (first, Company.objects.get(pk=stays.pk).debt_limit_minor) == (None, 500_00)


def test_taken_back_everything_is_exactly_as_it_was(cast, two):
    stays, goes = two
    before = everything()

    stayed = unmerge(merge(stays, goes, by=cast.piotr), by=cast.piotr)

    assert stayed == []
    assert everything() == before


def test_what_somebody_changed_since_stays_and_is_told(cast, two):
    stays, goes = two
    done = merge(stays, goes, by=cast.piotr)
    elsewhere = make_company(cast.anna, "Elsewhere")
    invoice = Invoice.objects.get(document_number="G-2")
    save_fields(invoice, {"company": elsewhere}, by=cast.olga, version=invoice.version)
    stays.refresh_from_db()
    save_fields(stays, {"city": "Moscow"}, by=cast.anna, version=stays.version)

    stayed = unmerge(done, by=cast.piotr)

    assert stayed == ["Funduk: city", f"invoice {invoice.pk}"]
    invoice.refresh_from_db()
    assert invoice.company == elsewhere
    assert Company.objects.get(pk=stays.pk).city == "Moscow"


def test_what_came_after_the_merge_stays_with_the_survivor(cast, two):
    stays, goes = two
    done = merge(stays, goes, by=cast.piotr)
    later = make_invoice(cast.anna, company=stays, number="L-1")

    unmerge(done, by=cast.piotr)

    later.refresh_from_db()
    assert later.company == stays


def test_one_is_not_taken_back_twice_nor_past_a_later_merge(cast, two):
    stays, goes = two
    first = merge(stays, goes, by=cast.piotr)
    third = make_company(cast.anna, "Third")
    stays.refresh_from_db()
    second = merge(third, stays, by=cast.piotr)

    with pytest.raises(Refusal, match="take that back first"):
        unmerge(first, by=cast.piotr)
    unmerge(second, by=cast.piotr)
    unmerge(first, by=cast.piotr)
    with pytest.raises(Refusal, match="taken back already"):
        unmerge(first, by=cast.piotr)

    assert Invoice.objects.filter(company=goes).count() == 2


def test_a_merge_is_not_undone_like_an_edit(cast, two):
    done = merge(*two, by=cast.piotr)

    with pytest.raises(Refusal, match="page of the record that stayed"):
        undo(done.changeset, by=cast.piotr)


def test_documents_with_our_own_numbers_go_along_and_come_back(cast, two):
    stays, goes = two
    ours = actions.issue(make_draft(cast.anna, company=goes), cast.nina)

    done = merge(stays, goes, by=cast.olga)
    ours.refresh_from_db()
    assert (ours.company, done.kept) == (stays, [])

    unmerge(done, by=cast.olga)
    ours.refresh_from_db()
    assert ours.company == goes
    with pytest.raises(Refusal, match="is issued"), writing(ours, by=cast.olga, act="edited") as fresh:
        fresh.company = stays


def test_what_cannot_stand_twice_stays_and_is_told(cast, two):
    stays, goes = two
    for company in two:
        creating(Terms(company=company, name="Terms"), by=cast.olga)

    done = merge(stays, goes, by=cast.piotr)

    assert len(done.kept) == 1
    assert sorted(Terms.objects.values_list("company", flat=True)) == sorted([stays.pk, goes.pk])
    assert stays.invoices.count() == 3


def test_a_company_merged_into_its_own_branch_is_not_its_own_parent(cast, two):
    _stays, goes = two
    branch = Company.objects.get(name="Branch")
    before = everything()

    done = merge(branch, goes, by=cast.piotr)

    branch.refresh_from_db()
    assert branch.parent is None
    unmerge(done, by=cast.piotr)
    assert everything() == before


def test_the_key_of_the_merged_leads_imports_to_the_survivor(cast, two, tmp_path):
    stays, goes = two
    merge(stays, goes, by=cast.piotr)
    file = write_csv(tmp_path / "firms.csv", ["name", "segment"], [["Фундук", "bakers"]])

    imported(file, "records:company", by=cast.adam)

    stays.refresh_from_db()
    assert (stays.segment, Company.objects.filter(name="Фундук", archived_at=None).count()) == ("bakers", 1)
    assert stays.name == "Фундук"


def test_a_merge_is_done_and_taken_back_in_the_browser(cast, as_user, two):
    stays, goes = two
    client = as_user(cast.piotr)
    address = reverse("records:merge", args=["company", goes.pk, stays.pk])

    shown = client.get(address).text
    client.post(address, {"stays": stays.pk})
    page = client.get(reverse("records:page", args=["company", stays.pk])).text
    done = Merge.objects.get()
    gone = client.get(reverse("records:page", args=["company", goes.pk])).text
    client.post(reverse("records:unmerge", args=["company", stays.pk, done.pk]))

    assert "7707083893" in shown
    assert ("Merged into this one" in page, "was merged into" in gone) == (True, True)
    assert (done.survivor_id, Company.objects.get(pk=goes.pk).archived_at) == (stays.pk, None)


def test_invoices_and_archived_companies_are_not_merged(cast, as_user, two):
    one, other = Invoice.objects.order_by("pk")[:2]
    assert as_user(cast.adam).get(reverse("records:merge", args=["invoice", one.pk, other.pk])).status_code == 404

    stays, goes = two
    merge(stays, goes, by=cast.piotr)
    with pytest.raises(Refusal, match="archived"):
        merge(stays, goes, by=cast.piotr)
    assert ChangeSet.objects.filter(act="merged").count() == 1
