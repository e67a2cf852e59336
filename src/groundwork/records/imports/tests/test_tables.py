"""A table of companies, contacts or products comes in, named as its reader names it."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from hypothesis import given
from hypothesis import strategies as st

from groundwork.access.models import Grant, Reach, Role
from groundwork.blueprint.elements import raise_config_version
from groundwork.core.refusals import Refusal
from groundwork.core.spreadsheet import guarded, unguarded
from groundwork.records.imports.layouts import WrongRow, day, decimal, layouts, moment
from groundwork.records.imports.readers import open_source, sources
from groundwork.records.imports.testing import counts, firm_as_it_is, imported, undone, write_csv, wrong
from groundwork.records.models import Change
from groundwork.records.types import types
from groundwork.records.write import archive, creating


def table(folder, header, *rows, name="table.csv"):
    return write_csv(folder / name, header, [list(row) for row in rows])


def make(type_key, by, **values):
    return creating(types[type_key].model(**values), by=by)


def kept(type_key, *names):
    return sorted(types[type_key].model.objects.current().values_list(*names))


@pytest.mark.parametrize(
    "header",
    [
        ["name", "kind", "city", "email"],
        ["Name", "Kind", "City", "E-mail"],
        ["Название", "Вид", "Город", "Почта"],
        ["Nazwa", "Rodzaj", "Miejscowość", "e-mail"],
    ],
)
def test_companies_come_in_under_headers_of_any_language(cast, tmp_path, header):
    path = table(tmp_path, header, ["Tortola", "supplier", "Paris", "a@tortola.example"], ["Кедр", "", "Тверь", ""])

    job = imported(path, "records:company", by=cast.olga)

    assert counts(job) == (2, 0, 0)
    assert kept("company", "name", "kind", "city", "email", "owner") == [
        ("Tortola", "supplier", "Paris", "a@tortola.example", cast.olga.pk),
        ("Кедр", "customer", "Тверь", "", cast.olga.pk),
    ]


@pytest.mark.parametrize("header", [["Имя и фамилия", "Компания"], ["IMIĘ I NAZWISKO", "FIRMA"], ["name", "company"]])
def test_contacts_come_in_under_headers_of_any_language(cast, tmp_path, header):
    make("company", cast.olga, name="Кедр")

    imported(table(tmp_path, header, ["Иван", "Кедр"]), "records:contact", by=cast.olga)

    assert kept("contact", "name", "company__name") == [("Иван", "Кедр")]


@pytest.mark.parametrize("header", [["Название", "Код", "Единица"], ["Nazwa", "Kod", "Jednostka"]])
def test_products_come_in_under_headers_of_any_language(cast, tmp_path, header):
    imported(table(tmp_path, header, ["Migdały", "A1", "kg"], ["Daktyle", "", ""]), "records:product", by=cast.olga)

    assert kept("product", "name", "code", "unit") == [("Daktyle", "", ""), ("Migdały", "A1", "kg")]


@pytest.mark.parametrize("word", ["supplier", "Supplier", "поставщик", "dostawca"])
def test_a_choice_is_understood_in_any_language(cast, tmp_path, word):
    imported(table(tmp_path, ["name", "kind"], ["Tortola", word]), "records:company", by=cast.olga)

    assert kept("company", "kind") == [("supplier",)]


def test_products_are_known_by_code_and_companies_by_name(cast, tmp_path):
    make("product", cast.olga, name="Almonds", code="A1")
    make("company", cast.olga, name="Tortola", city="Paris")

    products = imported(
        table(tmp_path, ["code", "name"], ["A1", "Nuts"], ["B", "Dates"]), "records:product", by=cast.olga
    )
    companies = imported(table(tmp_path, ["name", "city"], ["Tortola", "Oslo"]), "records:company", by=cast.olga)

    assert (counts(products), counts(companies)) == ((1, 1, 0), (0, 1, 0))
    assert kept("product", "code", "name") == [("A1", "Nuts"), ("B", "Dates")]
    assert kept("company", "name", "city") == [("Tortola", "Oslo")]
    assert Change.objects.filter(created=False, type="company").get().fields == {"city": ["Paris", "Oslo"]}


def test_an_empty_cell_takes_nothing_away_and_a_second_import_changes_nothing(cast, tmp_path):
    tortola = make("company", cast.olga, name="Tortola", city="Paris")
    make("contact", cast.olga, name="Jan", company=tortola, job="clerk")
    path = table(tmp_path, ["name", "company", "job"], ["Jan", "", "director"])

    first, second = (imported(path, "records:contact", by=cast.olga) for _ in range(2))

    assert (counts(first), counts(second)) == ((0, 1, 0), (0, 0, 1))
    assert kept("contact", "name", "company__name", "job") == [("Jan", "Tortola", "director")]


def test_a_contact_is_linked_only_to_a_company_that_its_importer_sees(cast, tmp_path):
    Grant.objects.create(role=cast.ivan.roles.get(), type="import", verb="create", reach=Reach.OWN)
    make("company", cast.anna, name="Tortola")
    make("company", cast.ivan, name="Virgin")
    for _ in range(2):
        make("company", cast.ivan, name="Twin")
    rows = ["Jan", "Virgin"], ["Ola", "Tortola"], ["Eva", "Nowhere"], ["Ida", "Twin"]

    job = imported(table(tmp_path, ["name", "company"], *rows), "records:contact", by=cast.ivan)

    assert kept("contact", "name", "company__name", "owner") == [("Jan", "Virgin", cast.ivan.pk)]
    assert wrong(job) == [
        (3, "company", "there is none of that name"),
        (4, "company", "there is none of that name"),
        (5, "company", "there are several of that name"),
    ]


def test_an_archived_company_is_not_changed_but_made_anew(cast, tmp_path):
    path = table(tmp_path, ["name", "city"], ["Tortola", "Oslo"])
    imported(path, "records:company", by=cast.olga)
    archive(types["company"].model.objects.get(), by=cast.olga)

    again, third = (imported(path, "records:company", by=cast.olga) for _ in range(2))

    assert (counts(again), counts(third)) == ((1, 0, 0), (0, 0, 1))


def test_who_may_not_make_products_is_told_so_by_the_trial_and_loads_none(cast, tmp_path):
    path = table(tmp_path, ["name"], ["Almonds"])

    trial = imported(path, "records:product", by=cast.nina, dry_run=True)
    imported(path, "records:product", by=cast.nina)

    assert (counts(trial), trial.rejected) == ((0, 0, 0), 1)
    assert wrong(trial) == [(2, "", "not here yet, and you may not make any (Products): ask somebody who may")]
    assert not types["product"].model.objects.exists()


def test_what_one_may_change_is_loaded_without_what_one_may_not_make(cast, tmp_path):
    creating(types["company"].model(name="Tortola"), by=cast.olga)
    Grant.objects.create(role=Role.objects.get(key="bookkeeper"), type="company", verb="edit", reach=Reach.ALL)

    job = imported(
        table(tmp_path, ["name", "city"], ["Tortola", "Road Town"], ["Virgin", "Oslo"]), "records:company", by=cast.nina
    )

    assert (counts(job), [row[0] for row in wrong(job)]) == ((0, 1, 0), [3])
    assert list(types["company"].model.objects.values_list("name", "city")) == [("Tortola", "Road Town")]


def test_a_right_lost_between_trial_and_load_is_lost_for_the_load(cast, tmp_path):
    from groundwork.records.imports import engine

    job = imported(table(tmp_path, ["name"], ["Tortola"]), "records:company", by=cast.olga, dry_run=True)
    Grant.objects.filter(role__key="director", type="company", verb="create").delete()
    raise_config_version()

    job = engine.do_now("load", job, cast.olga)

    assert (counts(job), job.rejected) == ((0, 0, 0), 1)
    assert not types["company"].model.objects.exists()


def test_who_lost_the_right_between_trial_and_load_loads_nothing(cast, tmp_path):
    from groundwork.records.imports import engine

    job = imported(table(tmp_path, ["name"], ["Tortola"]), "records:company", by=cast.olga, dry_run=True)
    cast.olga.roles.clear()

    with pytest.raises(Refusal, match="may no longer do so"):
        engine.do_now("load", job, get_user_model().objects.get(pk=cast.olga.pk))

    assert not types["company"].model.objects.exists()


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("name", "", "this must not be empty"),
        ("name", "x" * 201, "longer than 200 signs"),
        ("email", "nobody", "Write an e-mail address such as anna@example.com."),
        ("website", "javascript:alert(1)", "Write an address such as https://example.com."),
        ("kind", "friend", "this is none of the values to choose from"),
    ],
)
def test_a_wrong_cell_is_told_by_line_and_reason(cast, tmp_path, column, cell, reason):
    row = {"name": "Tortola", "city": "Paris", column: cell}

    job = imported(table(tmp_path, [*row], row.values(), name="a.csv"), "records:company", by=cast.olga)

    assert wrong(job) == [(2, column, reason)]
    assert (job.rejected, kept("company", "name")) == (1, [])


def test_two_rows_of_one_name_that_differ_are_both_wrong_and_equal_ones_are_one(cast, tmp_path):
    rows = ["Jan", "clerk"], ["Ola", ""], ["Jan", "driver"], ["Ola", ""]

    job = imported(table(tmp_path, ["name", "job"], *rows), "records:contact", by=cast.olga)

    assert kept("contact", "name") == [("Ola",)]
    assert (wrong(job), job.rejected) == ([(2, "name", "another row of this file has this and says something else")], 2)


def test_rows_of_one_name_are_told_apart_by_another_key(cast, tmp_path):
    path = table(tmp_path, ["name", "email"], ["Jan", "a@jan.example"], ["Jan", "b@jan.example"])

    first, second = (imported(path, "records:contact", by=cast.olga, key="email") for _ in range(2))

    assert (counts(first), counts(second)) == ((2, 0, 0), (0, 0, 2))


def test_a_column_is_named_by_hand(cast, tmp_path):
    path = table(tmp_path, ["Firm", "name"], ["Tortola", "Jan"])

    imported(path, "records:company", by=cast.olga, map={"name": "Firm"})

    assert kept("company", "name") == [("Tortola",)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"map": {"nme": "Firm"}}, "There is no field nme here"),
        ({"map": {"city": "Town"}}, "lacks the columns: Town. It has: Firm, name"),
        ({"key": "colour"}, "There is no field colour here"),
    ],
)
def test_a_field_that_is_not_there_is_refused(cast, tmp_path, options, sentence):
    path = table(tmp_path, ["Firm", "name"], ["Tortola", "Jan"])

    with pytest.raises(Refusal, match=sentence):
        imported(path, "records:company", by=cast.olga, **options)


def test_undo_takes_new_companies_away_and_puts_changed_fields_back(cast, tmp_path):
    make("company", cast.anna, name="Tortola", city="Paris")
    before = firm_as_it_is()
    rows = ["Tortola", "Oslo"], ["Virgin", "Rome"]

    job = undone(imported(table(tmp_path, ["name", "city"], *rows), "records:company", by=cast.olga), by=cast.olga)

    assert (job.state, job.kept) == ("undone", [])
    assert firm_as_it_is() == before


def test_undo_leaves_a_field_that_somebody_changed_since(cast, tmp_path):
    from groundwork.records.write import writing

    tortola = make("company", cast.anna, name="Tortola", city="Paris", phone="1")
    job = imported(
        table(tmp_path, ["name", "city", "phone"], ["Tortola", "Oslo", "2"]), "records:company", by=cast.olga
    )
    with writing(tortola, by=cast.anna, act="edited") as company:
        company.city = "Kyiv"

    job = undone(job, by=cast.olga)

    assert kept("company", "city", "phone") == [("Kyiv", "1")]
    assert job.kept == ["Company: Tortola, city"]


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice"], "online-retail"),
        (["name", "company", "job"], "records:contact"),
        (["name", "city", "country"], "records:company"),
        (["nazwa", "kod", "jednostka"], "records:product"),
        (["colour", "size"], ""),
    ],
)
def test_the_layout_is_found_by_the_header(cast, header, layout):
    assert layouts.fitting(header) == layout


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_any_number_is_read_as_it_is_written(value):
    written = f"{value:f}"

    assert decimal({"n": written}, "n") == value
    assert decimal({"n": written.replace(".", ",")}, "n", comma=True) == value


@given(st.text())
def test_no_text_breaks_the_reading_of_numbers_and_dates(text):
    for read in (decimal, moment, day):
        try:
            value = read({"cell": text}, "cell")
        except WrongRow:
            continue
        assert str(value) not in ("NaN", "Infinity")
        assert isinstance(value, Decimal) or 1900 <= value.year <= 2100


@given(
    st.datetimes(
        min_value=__import__("datetime").datetime(1900, 1, 1), max_value=__import__("datetime").datetime(2100, 1, 1)
    )
)
def test_any_moment_is_read_as_it_is_written(value):
    assert moment({"at": str(value)}, "at") == value
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        assert day({"at": value.strftime(form)}, "at") == value.date()


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t"), max_size=30)


@given(st.lists(st.tuples(cells, cells, cells), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_any_table_is_read_as_it_was_written(tmp_path_factory, rows, separator):
    path = write_csv(tmp_path_factory.mktemp("round") / "a.csv", ["a", "b", "c"], rows, separator=separator)

    found = [cells for _line, cells in open_source(sources(path)[0]).rows]

    assert found == [[unguarded(cell) for cell in row] for row in rows if any(row)]


@given(cells | st.from_regex(r"'*[ \t]*[=+\-@][\d(),. ]*", fullmatch=True))
def test_a_cell_that_an_export_made_safe_comes_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "@", "\t", "\r"))


@pytest.mark.parametrize("plain", ["-5", "+7 (495) 123-45-67", "-1 240,50", "+48 22 555 01 02", "2010-12-31"])
def test_plain_numbers_and_phones_leave_as_they_are(plain):
    assert guarded(plain) == plain


def test_a_branch_may_stand_above_its_company_in_the_same_file(cast, tmp_path):
    rows = [["Shop", "Branch"], ["Branch", "Head"], ["Head", ""], ["Stall", "Nobody"], ["Egg", "Hen"], ["Hen", "Egg"]]
    path, before = table(tmp_path, ["name", "parent company"], *rows), firm_as_it_is()

    tried = imported(path, "records:company", by=cast.olga, dry_run=True)
    job = imported(path, "records:company", by=cast.olga)

    assert counts(tried) == counts(job) == (3, 0, 0)
    assert kept("company", "name", "parent__name") == [("Branch", "Head"), ("Head", None), ("Shop", "Branch")]
    assert sorted(row.value for row in job.bad_rows.all()) == ["Egg", "Hen", "Nobody"]
    assert counts(imported(path, "records:company", by=cast.olga)) == (0, 0, 3)
    undone(job, by=cast.olga)
    assert firm_as_it_is() == before
