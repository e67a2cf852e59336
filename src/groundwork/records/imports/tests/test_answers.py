"""What the product cannot know it asks: how a file is written, which column is which, what an unknown value means."""

import csv
import io

import pytest
from django.urls import reverse

from groundwork.access.models import Grant, Reach
from groundwork.background.models import Run
from groundwork.records.imports import engine
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.models import ImportJob, Remembered
from groundwork.records.imports.testing import (
    answer,
    counts,
    dropped,
    firm_as_it_is,
    imported,
    page,
    undone,
    work,
    write_csv,
    wrong,
)
from groundwork.records.types import types
from groundwork.records.write import creating


def make(type_key, by, **values):
    return creating(types[type_key].model(**values), by=by)


def kept(type_key, *names):
    return sorted(types[type_key].model.objects.current().values_list(*names))


def table(folder, header, *rows, name="table.csv", **how):
    return write_csv(folder / name, header, [list(row) for row in rows], **how)


# ── how the file is written


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "cp866"])
def test_a_table_from_1c_is_read_in_the_encoding_it_has(cast, as_user, encoding):
    text = "Список контрагентов;;\nНаименование;ИНН;Город\nООО «Ёлка»;7707083893;Тверь\nКедр;;Москва\n"

    job = dropped(
        as_user(cast.olga), text.replace("«", '"').replace("»", '"').replace('ООО "Ёлка"', "ООО Ёлка").encode(encoding)
    )

    assert (job.about["encoding"], job.about["separator"], job.about["header_line"]) == (encoding, ";", "2")
    assert (job.layout, job.count("create")) == ("records:company", 2)


@pytest.mark.parametrize(
    "word",
    ["Tel", "Tel.", "TEL:", "Tel. kom.", "Nr tel.", "Phone no", "Phone No.", "Phone #", "Telephone", "Mobile no.",
     "Тел", "Тел.", "тел.:", "Моб. тел.", "Тел./факс", "Сотовый", "Телефон*", "Contact Phone Number", "HomePhone"],
)  # fmt: skip
def test_a_phone_is_recognised_however_its_column_is_called(cast, word):
    layout = layouts["records:contact"](ImportJob(layout="records:contact"))

    assert layout.guessed(["Name", word]) == {"name": [0], "phone": [1]}


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (["First Name", "Last Name", "Email", "Phone Number", "City", "State"], "records:contact"),
        (["account", "sector", "subsidiary_of"], "records:company"),
        (["Company", "Date"], "records:company"),
        (["Date", "Close"], ""),
        (["Deal Name", "Amount", "Close Date"], "records:deal"),
        (["Numer", "Data", "Nabywca", "Opis", "Ilość", "Cena netto", "Stawka"], "records:invoice.lines"),
    ],
)
def test_what_a_table_is_is_told_by_its_columns_or_asked(cast, header, layout):
    assert layouts.fitting(header) == layout


@pytest.mark.parametrize(
    ("letters", "encoding"),
    [("Łódzka Spółka;Kraków", "windows-1250"), ("Crème brûlée;Orléans, près de là", "windows-1252")],
)
def test_western_and_polish_letters_are_told_apart(tmp_path, letters, encoding):
    from groundwork.records.imports.readers import open_source, sources

    (tmp_path / "a.csv").write_text(f"name;city\n{letters}\n", encoding=encoding)

    opened = open_source(sources(tmp_path / "a.csv")[0])

    assert (opened.about["encoding"], list(opened.rows)) == (encoding, [(2, letters.split(";"))])


def test_the_line_that_names_the_separator_is_no_row(cast, tmp_path):
    (tmp_path / "a.csv").write_text("sep=;\nname;city\nTortola;Paris, Texas\n")

    imported(tmp_path / "a.csv", "records:company", by=cast.olga)

    assert kept("company", "name", "city") == [("Tortola", "Paris, Texas")]


def test_what_was_found_out_can_be_overridden(cast, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "Название;Город\nКедр;Тверь\n".encode("cp866"))

    answer(client, job, encoding="windows-1251")

    assert job.about["encoding"] == "windows-1251"
    assert (job.state, job.about["header"][0] == "Название") == ("asking", False)

    answer(client, job, encoding="")
    assert (job.state, job.count("create")) == ("checked", 1)


def test_a_sheet_is_chosen(cast, as_user, tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name, company in (("2025", "Tortola"), ("2026", "Virgin")):
        book.add_worksheet(name).write_column(0, 0, ["name", company])
    book.close()
    client = as_user(cast.olga)
    job = dropped(client, (tmp_path / "a.xlsx").read_bytes(), "a.xlsx", layout="records:company")

    answer(client, job, sheet="2026")

    assert job.about["sheet"] == "2026"
    assert job.staged.get().key == "Virgin"


# ── which column is which


@pytest.mark.parametrize(
    ("header", "layout", "names"),
    [
        (
            ["ФИО", "Организация", "Моб. тел.", "Мобильный телефон"],
            "records:contact",
            {"name": [0], "company": [1], "phone": [3]},
        ),
        (["Фамилия", "Имя", "Отчество", "Должность"], "records:contact", {"name": [0, 1, 2], "job": [3]}),
        (["Imię", "Nazwisko", "Stanowisko"], "records:contact", {"name": [0, 1], "job": [2]}),
        (["Контрагент", "ИНН", "Сайт"], "records:company", {"name": [0], "inn": [1], "website": [2]}),
        (["Nazwa", "NIP", "Telefon"], "records:company", {"name": [0], "nip": [1], "phone": [2]}),
        (["Номенклатура", "Артикул", "Ед. изм."], "records:product", {"name": [0], "code": [1], "unit": [2]}),
    ],
)
def test_the_columns_of_other_programs_are_guessed(cast, as_user, header, layout, names):
    job = dropped(as_user(cast.olga), ";".join(header) + "\n" + ";".join("x" for _ in header) + "\n")

    assert job.layout == layout

    assert layouts[layout](job).guessed(header) == names


def test_a_column_nobody_knows_is_asked_about_and_remembered_for_the_next_file(cast, as_user):
    client, text = as_user(cast.olga), "Nazwisko pana;Gdzie\nJan;Kraków\n"
    job = dropped(client, text, layout="records:company")
    assert job.state == "asking"
    assert "lacks the columns: Name" in page(client, job).content.decode()

    answer(client, job, **{"column-0": "name", "column-1": "city"})
    client.post(reverse("imports:load", args=[job.pk]))
    work()
    again = dropped(client, text.replace("Jan", "Ola"), layout="records:company")

    assert Remembered.objects.get().options["map"] == {"name": "Nazwisko pana", "city": "Gdzie"}
    assert (again.state, again.count("create")) == ("checked", 1)
    assert kept("company", "name", "city") == [("Jan", "Kraków")]


def test_two_columns_go_into_one_field_only_where_texts_are_joined(cast, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "name;street;house\nTortola;Long Road;5\n", layout="records:company")

    answer(client, job, **{"column-1": "city", "column-2": "city"})
    assert job.staged.get().data["values"]["city"] == "Long Road 5"

    reply = answer(client, job, **{"column-1": "kind", "column-2": "kind"})
    assert reply.status_code == 422
    assert "Two columns go into" in reply.content.decode()


def test_a_guessed_column_can_be_left_out(cast, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "name;city\nTortola;Oslo\n", layout="records:company")

    answer(client, job, **{"column-1": ""})

    assert job.staged.get().data["values"] == {"name": "Tortola"}
    assert page(client, job).context["not_taken"] == ["city"]


# ── unknown values


def test_an_unknown_value_is_decided_once_for_all_its_rows(cast, as_user):
    client = as_user(cast.olga)
    text = "name,kind\n" + "".join(f"C{n},{'Kunde' if n % 2 else 'VIP'}\n" for n in range(6))
    job = dropped(client, text)
    assert [(row["value"], row["rows"]) for row in page(client, job).context["unknown"][0]["rows"]] == [
        ("VIP", 3),
        ("Kunde", 3),
    ]

    pks = dict(job.unknown_values.values_list("value", "pk"))
    answer(client, job, "decide", **{f"do-{pks['Kunde']}": "use:partner"})
    pks = dict(job.unknown_values.values_list("value", "pk"))

    assert (job.count("create"), job.count("bad"), list(pks)) == (3, 3, ["VIP"])
    answer(client, job, "decide", **{f"do-{pks['VIP']}": "use:customer"})
    client.post(reverse("imports:load", args=[job.pk]))
    work()
    assert [kind for _name, kind in kept("company", "name", "kind")] == ["customer", "partner"] * 3


def test_an_unknown_company_of_contacts_is_made_taken_for_another_or_left_empty(cast, as_user):
    client, before = as_user(cast.olga), firm_as_it_is()
    make("company", cast.olga, name="Tortola Ltd")
    at_first = firm_as_it_is()
    job = dropped(
        client, "name,company\nJan,Virgin\nOla,Virgin\nEva,Tortola\nIda,Nobody\nUla,-\n", layout="records:contact"
    )
    pks = dict(job.unknown_values.values_list("value", "pk"))
    assert set(pks) == {"Virgin", "Tortola", "Nobody", "-"}

    answer(
        client, job, "decide",
        **{
            f"do-{pks['Virgin']}": "create", f"do-{pks['Tortola']}": "use", f"to-{pks['Tortola']}": "Tortola Ltd · C-1",
            f"do-{pks['-']}": "empty",
        },
    )  # fmt: skip
    client.post(reverse("imports:load", args=[job.pk]))
    work()

    assert kept("contact", "name", "company__name") == [
        ("Eva", "Tortola Ltd"), ("Jan", "Virgin"), ("Ola", "Virgin"), ("Ula", None),
    ]  # fmt: skip
    assert before != at_first
    undone(ImportJob.objects.get(pk=job.pk), by=cast.olga)
    assert firm_as_it_is() == at_first


# ── who is who


def test_without_a_key_a_record_is_known_by_tax_number_mail_phone_or_name(cast, tmp_path):
    make("company", cast.olga, name="Kedr", legal_id="7707083893")
    make("company", cast.olga, name="Tortola", email="a@tortola.example")
    make("company", cast.olga, name="Virgin", phone="+74951234567")
    rows = [
        ("ООО Кедр", "7707083893", "", "", "Tver"), ("Tortola SA", "", "a@tortola.example", "", "Oslo"),
        ("Virgin", "", "", "8 (495) 123-45-67", "Rome"), ("Anew", "", "", "", "Bonn"),
    ]  # fmt: skip

    job = imported(
        table(tmp_path, ["name", "legal_id", "email", "phone", "city"], *rows), "records:company", by=cast.olga
    )

    assert counts(job) == (1, 3, 0)
    assert kept("company", "name", "city") == [
        ("Anew", "Bonn"),
        ("Tortola SA", "Oslo"),
        ("Virgin", "Rome"),
        ("ООО Кедр", "Tver"),
    ]


def test_people_of_one_name_with_other_mails_are_other_people(cast, tmp_path):
    make("contact", cast.olga, name="Jan", email="jan@a.example")

    job = imported(table(tmp_path, ["name", "email"], ["Jan", "jan@b.example"]), "records:contact", by=cast.olga)

    assert counts(job) == (1, 0, 0)


def test_a_row_that_fits_several_is_wrong_and_so_are_two_rows_of_one(cast, tmp_path):
    for _ in range(2):
        make("company", cast.olga, name="Twin")
    make("company", cast.olga, name="Tortola", email="a@tortola.example")
    rows = ["Twin", "", "Rome"], ["Tortola", "", "Oslo"], ["Tortola Ltd", "a@tortola.example", "Oslo"]

    job = imported(table(tmp_path, ["name", "email", "city"], *rows), "records:company", by=cast.olga)

    assert wrong(job) == [
        (2, "name", "several here fit this row: give their number, or another key"),
        (4, "name", "row 3 of this file is the same one"),
    ]


def test_a_company_that_one_sees_and_may_not_change_is_neither_changed_nor_made_again(cast, tmp_path):
    role = cast.ivan.roles.get()
    Grant.objects.create(role=role, type="import", verb="create", reach=Reach.OWN)
    Grant.objects.update_or_create(role=role, type="company", verb="view", defaults={"reach": Reach.ALL})
    make("company", cast.anna, name="Tortola", city="Paris")

    path = table(tmp_path, ["name", "city"], ["Tortola", "Oslo"])
    job = imported(path, "records:company", by=type(cast.ivan).objects.get(pk=cast.ivan.pk))

    assert wrong(job) == [(2, "name", "this one is here, and you may not change it")]
    assert kept("company", "name", "city") == [("Tortola", "Paris")]


def test_a_field_that_is_read_only_for_the_importer_is_not_written(cast, tmp_path):
    from groundwork.access.models import FieldGrant

    role = cast.olga.roles.first()
    for one in cast.olga.roles.all():
        FieldGrant.objects.create(role=one, type="company", field="city", mode=FieldGrant.Mode.READ_ONLY)
    assert role

    imported(
        table(tmp_path, ["name", "city"], ["Tortola", "Oslo"]),
        "records:company",
        by=type(cast.olga).objects.get(pk=cast.olga.pk),
    )

    assert kept("company", "name", "city") == [("Tortola", "")]


# ── before and after


def test_the_trial_run_tells_field_by_field_what_would_change(cast, as_user):
    for number in range(5):
        make("company", cast.olga, name=f"C{number}", city="Paris", kind="customer")
    job = dropped(
        as_user(cast.olga),
        "name,city,kind\n" + "".join(f"C{n},Oslo,{'supplier' if n == 1 else ''}\n" for n in range(5)),
    )

    changes = page(as_user(cast.olga), job).context["changes"]

    assert [(one["label"], one["count"], one["samples"][0]) for one in changes] == [
        ("city", "5", ("C0", "Paris", "Oslo")), ("kind", "1", ("C1", "customer", "supplier")),
    ]  # fmt: skip


# ── wrong rows


def test_the_wrong_rows_come_as_they_stood_and_load_once_mended(cast, as_user):
    client = as_user(cast.olga)
    job = dropped(client, "name;email;Notes\nTortola;nobody;=1+1\nVirgin;v@v.example;\n;x@x.example;\n")

    file = client.get(reverse("imports:errors", args=[job.pk])).getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    assert rows == [
        ["name", "email", "Notes", "What is wrong"],
        ["Tortola", "nobody", "'=1+1", "email: Write an e-mail address such as anna@example.com."],
        ["", "x@x.example", "", "name: this must not be empty"],
    ]
    client.post(reverse("imports:load", args=[job.pk]))
    work()
    mended = dropped(client, file.replace("nobody", "t@t.example").replace("\n,x", "\nXenia,x"))
    client.post(reverse("imports:load", args=[mended.pk]))
    work()
    assert kept("company", "name", "email") == [
        ("Tortola", "t@t.example"),
        ("Virgin", "v@v.example"),
        ("Xenia", "x@x.example"),
    ]


def test_what_the_database_itself_refuses_is_one_wrong_row_and_no_end_of_the_load(cast, tmp_path, monkeypatch):
    from django.db import IntegrityError

    from groundwork.records.imports.generic import RecordLayout

    write = RecordLayout.write

    def refusing(layout, things):
        write(layout, things)
        if any(thing.key == "B" for thing in things):
            raise IntegrityError("a rule of the database")

    monkeypatch.setattr(RecordLayout, "write", refusing)
    job = imported(table(tmp_path, ["name"], ["A"], ["B"], ["C"]), "records:company", by=cast.olga)

    assert kept("company", "name") == [("A",), ("C",)]
    assert [line for line, *_ in wrong(job)] == [3]
    undone(job, by=cast.olga)
    assert kept("company", "name") == []


# ── tidying up


def test_what_nobody_loaded_is_forgotten_after_a_while_and_its_file_too(cast, as_user, settings, tmp_path):
    from datetime import timedelta

    from groundwork.core.clock import now

    settings.MEDIA_ROOT = tmp_path
    client = as_user(cast.olga)
    abandoned = dropped(client, "name\nTortola\n")
    loaded = dropped(client, "name\nVirgin\n")
    client.post(reverse("imports:load", args=[loaded.pk]))
    work()
    ImportJob.objects.update(made_at=now() - timedelta(days=engine.FILE_DAYS + 1))

    engine.tidy()

    abandoned.refresh_from_db()
    loaded.refresh_from_db()
    assert (abandoned.state, loaded.state) == ("failed", "loaded")
    assert not abandoned.staged.exists()
    assert not loaded.staged.exists()
    assert not list((tmp_path / "imports").iterdir())
    undone(loaded, by=cast.olga)
    assert kept("company", "name") == []


def test_the_progress_is_asked_for_ever_more_rarely():
    from datetime import timedelta

    from groundwork.core.clock import now
    from groundwork.records.imports.job_page import wait

    assert [wait(Run(created_at=now() - timedelta(seconds=age))) for age in (0, 30, 300)] == [1, 3, 10]


# ── rows of one file that are one record


def test_two_rows_with_one_tax_number_are_one_company(cast, as_user):
    text = "name;ИНН;city;phone\nЁлка;7707083893;Тверь;\nЁлка;7707083893;;+7 495 1234567\nКедр;7736050003;;\n"
    client = as_user(cast.olga)

    job = dropped(client, text)
    client.post(reverse("imports:load", args=[job.pk]))
    work()

    assert "Rows that are one with a row above" in page(client, job).content.decode()
    assert sorted(types["company"].model.objects.values_list("name", "city", "phone")) == [
        ("Ёлка", "Тверь", "+7 495 1234567"), ("Кедр", "", ""),
    ]  # fmt: skip


def test_rows_of_one_company_that_contradict_each_other_are_left_out_and_named(cast, as_user):
    text = "name;ИНН;КПП;e-mail\nЁлка;7707083893;;a@x.example\nЁлка;7707083893;;b@x.example\n"
    branches = "Сеть;7736050003;690101001;\nСеть;7736050003;770701001;\n"

    job = dropped(as_user(cast.olga), text + branches)

    assert (job.counts, job.rejected) == ({"company": {"bad": 1, "create": 2}}, 2)
    assert job.bad_rows.get().reason == "another row of this file has this and says something else"


def test_people_who_share_an_address_are_two(cast, as_user):
    text = "name,e-mail,phone\nAnna,office@x.example,1\nOla,office@x.example,1\nAnna,office@x.example,\n"

    job = dropped(as_user(cast.olga), text, layout="records:contact")

    assert job.counts == {"contact": {"create": 2}}
