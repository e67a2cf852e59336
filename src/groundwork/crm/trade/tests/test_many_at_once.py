"""What is loaded by the thousand is asked and written many at once, not one after the other."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from groundwork.core.rows import update_each
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product
from groundwork.crm.trade.testing import make_company, make_invoice, make_product
from groundwork.records.imports.testing import imported, write_csv, wrong
from groundwork.records.write import acting, values, writing_many


def lines_file(folder, documents: int, shift: int = 0):
    header = ["Номер документа", "Дата", "Клиент", "Товар", "Количество", "Цена"]
    rows = [
        [f"F-{shift + document}", "12.01.2026", f"Shop {document % 3}", f"Thing {line}", "2", "3,5"]
        for document in range(documents)
        for line in range(3)
    ]
    return write_csv(folder / f"lines{documents}.csv", header, rows, separator=";")


def reads(queries) -> int:
    return sum(query["sql"].startswith("SELECT") for query in queries)


def test_a_load_of_documents_reads_one_thing_more_for_each_document_more(cast, tmp_path):
    for place in range(3):
        make_company(cast.olga, f"Shop {place}")
        make_product(cast.olga, f"Thing {place}")
    imported(lines_file(tmp_path, 1, shift=9000), "records:invoice.lines", by=cast.olga)  # what is read once a process
    taken = []

    for documents, shift in ((3, 0), (30, 100)):
        with CaptureQueriesContext(connection) as asked:
            job = imported(lines_file(tmp_path, documents, shift), "records:invoice.lines", by=cast.olga)
        assert wrong(job) == []
        taken.append(reads(asked.captured_queries))

    assert taken[1] - taken[0] == 30 - 3  # the lines of each are added up once
    assert (Invoice.objects.count(), InvoiceLine.objects.count()) == (34, 102)


def test_many_changed_records_are_one_statement_and_each_keeps_its_own(cast, django_assert_num_queries):
    companies = [make_company(cast.olga, f"Shop {place}") for place in range(20)]
    for place, company in enumerate(companies):
        company.city, company.payment_days = f"Town {place}", place or None

    with acting(cast.olga, "edited"), django_assert_num_queries(1):
        update_each(companies, ["city", "payment_days", "extra", "updated_at", "parent"])

    assert sorted(Company.objects.values_list("name", "city", "payment_days")) == sorted(
        (company.name, company.city, company.payment_days) for company in companies
    )
    assert Product.objects.count() == 0


def test_bulk_work_tells_history_what_changed_of_each(cast):
    mug, spoon = make_product(cast.olga, "Mug"), make_product(cast.olga, "Spoon")
    invoice = make_invoice(cast.olga, (mug, 1, 10))
    with acting(cast.olga, "edited"):
        before = [(product, values(product)) for product in (mug, spoon)]
        mug.name, spoon.code = "Large mug", "S-1"
        writing_many(changed=before)

    assert list(Product.objects.order_by("pk").values_list("name", "code", "version")) == [
        ("Large mug", "", 2), ("Spoon", "S-1", 2),
    ]  # fmt: skip
    assert invoice.total_minor == 1000


def test_nothing_to_change_asks_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        update_each([], ["name"])
