"""Finding: by any form or part of a word, a phone however written, on the wrong keyboard; within one's reach."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, reverse_lazy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from groundwork.access.models import FieldGrant
from groundwork.access.testing import hide, make_person
from groundwork.background import work
from groundwork.background.models import Run
from groundwork.core.clock import today
from groundwork.crm.customers.models import Company, Contact
from groundwork.records.added import fields as added
from groundwork.records.added.fields import make_field
from groundwork.records.finding import frequent, search, words
from groundwork.records.finding.reindex import run as reindex
from groundwork.records.finding.search import find
from groundwork.records.models import SearchIndex, SearchRow, Tally
from groundwork.records.tasks.asking import give
from groundwork.records.types import types
from groundwork.records.use import flush
from groundwork.records.write import archive, creating, writing

LIST = reverse_lazy("records:list", args=["company"])


def make(by, name, **values):
    return creating(Company(name=name, **values), by=by)


def titles(user, text, key="company", limit=8):
    found = find(user, text, [types[key]], limit)
    return [row.title for row in found[key].rows] if key in found else []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Поставщики Твери", "поставщик"),
        ("Поставщики Твери", "поставщика"),
        ("Поставщики Твери", "поставщиками"),
        ("Новые берёзки", "берёзка"),
        ("Новые берёзки", "БЕРЕЗКОЙ"),
        ("Nowe faktury", "faktura"),
        ("Dostawcy Kraków", "dostawców"),
        ("Cukiernia Żółty Kłos", "zolta"),
        ("Cukiernia Żółty Kłos", "klosy"),
        ("Sweet Companies", "company"),
    ],
)
def test_another_form_of_a_word_finds_it(cast, name, asked):
    make(cast.olga, name)

    assert titles(cast.olga, asked) == [name]


@pytest.mark.parametrize("asked", ["tort", "entroto", "ORTY", "centrotorty"])
def test_a_part_of_a_word_finds_it(cast, asked):
    make(cast.olga, "Centrotorty")

    assert titles(cast.olga, asked) == ["Centrotorty"]


@pytest.mark.parametrize(
    "asked",
    ["4567", "34567", "123-45-67", "1234567", "(495) 123 45 67", "8 495 123-45-67", "84951234567", "+74951234567",
     "7 495 1234567", "Тверь 45-67"],
)  # fmt: skip
def test_a_phone_is_found_however_it_is_written_and_by_its_last_digits(cast, asked):
    make(cast.olga, "ООО Тверь", phone="+7 (495) 123-45-67")
    make(cast.olga, "Tortola", phone="+48 22 765 43 21")

    assert titles(cast.olga, asked) == ["ООО Тверь"]


@pytest.mark.parametrize("asked", ["526-025-02-74", "5260250274", "PL 526-025-02-74", "PL5260250274", "0274"])
def test_a_legal_id_is_found_with_its_dashes_and_without(cast, asked):
    make(cast.olga, "Tortola", country="PL", nip="5260250274")

    assert titles(cast.olga, asked) == ["Tortola"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [("Привет", "ghbdtn"), ("Хлеб и ёлки", "[kt,"), ("Хлеб и ёлки", "`krb"), ("Faktury", "афлегкн"), ("Żółw", "яjдц"),
     ("Берёзка Тверь", "Берёзка ndthm")],
)  # fmt: skip
def test_words_typed_on_the_other_keyboard_are_found(cast, name, asked):
    make(cast.olga, name)

    expected = [] if asked == "яjдц" else [name]  # half and half is no keyboard
    assert titles(cast.olga, asked) == expected


@pytest.mark.parametrize(
    "asked", ["Tortula", "Totola", "Torttola", "Trotola", "tortula swets", "xortola", "Tortolx", "Кондитрская"]
)
def test_one_wrong_letter_a_word_is_forgiven_where_nothing_is_found(cast, asked):
    make(cast.olga, "Tortola Sweets")
    make(cast.olga, "Кондитерская Ольги")
    make(cast.ivan, "Tornado Swings")

    assert titles(cast.olga, asked) == ["Кондитерская Ольги" if asked[0] == "К" else "Tortola Sweets"]
    assert titles(cast.anna, asked) == []


def test_two_wrong_letters_are_another_word(cast):
    make(cast.olga, "Tortola Sweets")

    assert titles(cast.olga, "Turtula") == []


def test_the_beginning_of_a_title_goes_before_a_word_of_it_and_that_before_other_fields(cast):
    make(cast.olga, "Sweets", city="Tortola")
    make(cast.olga, "Salon Tortola")
    make(cast.olga, "Tortola Sweets")
    for number in range(4):
        make(cast.olga, f"Later {number}", city="Tortola")

    assert titles(cast.olga, "tortola")[:2] == ["Tortola Sweets", "Salon Tortola"]


def test_what_i_opened_last_goes_before_its_equals(cast, as_user):
    opened = make(cast.anna, "Cukiernia Pod Lipą")
    for number in range(search.MOST + 5):
        make(cast.anna, f"Cukiernia {number}")

    as_user(cast.anna).get(opened.get_absolute_url())
    flush()

    assert titles(cast.anna, "cukiernia")[0] == "Cukiernia Pod Lipą"


def test_groups_say_how_many_there_are_and_lead_to_the_whole_list(cast, as_user):
    for number in range(10):
        make(cast.olga, f"Cukiernia {number}")
    creating(Contact(name="Ewa Cukier"), by=cast.olga)

    page = as_user(cast.olga).get(reverse("records:search"), {"q": "cukier"})

    counts = {found.kind.key: (found.count, len(found.rows)) for found in page.context["groups"]}
    assert counts == {"company": (10, 8), "contact": (1, 1)}
    assert f'{reverse("records:list", args=["company"])}?q=cukier"' in page.content.decode()


def test_of_very_many_it_counts_only_so_far(cast):
    for number in range(search.MOST + 1):
        make(cast.olga, f"Cukiernia {number}")

    hits = find(cast.olga, "cukiernia", [types["company"]])["company"]

    assert (hits.count, hits.more) == (search.MOST, True)


@pytest.mark.parametrize("asked", ["cukier", "kłos cukiernia", "4562", "Cukiernja", "krakow", "nothing"])
def test_who_sees_few_records_finds_in_them_what_the_index_would_find(cast, monkeypatch, asked):
    for place in range(4):
        make(cast.anna, f"Cukiernia Żółty Kłos {place}", city="Kraków" if place % 2 else "", phone=f"123 45 6{place}")
        make(cast.olga, f"Cukiernia Kraków {place}")
    archive(make(cast.anna, "Cukiernia Stara"), by=cast.anna)

    in_few = find(cast.anna, asked, list(types))
    monkeypatch.setattr(search, "FEW", 0)
    by_index = find(cast.anna, asked, list(types))

    assert {key: [row.title for row in hits.rows] for key, hits in in_few.items()} == {
        key: [row.title for row in hits.rows] for key, hits in by_index.items()
    }
    assert bool(in_few) == (asked != "nothing")


def test_more_records_than_the_tallies_tell_of_are_found_all_the_same(cast, monkeypatch):
    for place in range(5):
        make(cast.anna, f"Cukiernia {place}")
    Tally.objects.all().delete()
    monkeypatch.setattr(search, "FEW", 3)

    assert len(titles(cast.anna, "cukiernia")) == 5


def test_everybody_finds_what_the_own_reach_holds(cast):
    for person in (cast.anna, cast.piotr, cast.ivan):
        make(person, f"Garden of {person.pk}")

    found = {key: len(titles(getattr(cast, key), "garden")) for key in ("anna", "piotr", "olga", "ivan")}

    assert found == {"anna": 1, "piotr": 2, "olga": 3, "ivan": 1}


def test_a_company_handed_over_is_found_by_its_new_owner_only(cast):
    company = make(cast.anna, "Garden")

    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.owner, fresh.department = cast.ivan, cast.ivan.department

    assert (titles(cast.anna, "garden"), titles(cast.ivan, "garden")) == ([], ["Garden"])


def test_what_is_archived_or_renamed_is_not_found_by_its_old_words(cast):
    archive(make(cast.olga, "Closed Garden"), by=cast.olga)
    renamed = make(cast.olga, "Old Garden")
    with writing(renamed, by=cast.olga, act="edited") as fresh:
        fresh.name = "New Orchard"

    assert titles(cast.olga, "garden") == []
    assert titles(cast.olga, "orchard") == ["New Orchard"]


def test_a_row_that_belies_its_record_shows_nothing(cast):
    """Whose a record is, is asked of the record itself once more."""
    company = make(cast.ivan, "Garden")
    search.forget(types["company"], [company.pk])
    forged = company.__class__(
        **{item.attname: getattr(company, item.attname) for item in company._meta.concrete_fields}
    )
    forged.owner_id, forged.department_id = cast.anna.pk, cast.anna.department_id
    search.refresh(types["company"], [forged])

    assert titles(cast.anna, "garden") == []


def test_a_field_that_some_role_may_not_see_is_found_by_nobody(cast):
    make(cast.anna, "Garden", city="Atlantis")
    assert titles(cast.anna, "atlantis") == ["Garden"]
    FieldGrant.objects.create(role=cast.anna.roles.get(), type="company", field="city", mode=FieldGrant.Mode.HIDDEN)
    anna, olga = (type(user).objects.get(pk=user.pk) for user in (cast.anna, cast.olga))

    assert titles(anna, "atlantis") == [], "at once, though the row still holds the word"
    assert titles(olga, "atlantis") == ["Garden"], "until the rows are made anew"

    search.keep_up()
    for run in Run.objects.filter(kind=search.REINDEX):
        work.carry_out(run)

    assert titles(olga, "atlantis") == []
    assert titles(anna, "garden") == ["Garden"]
    assert "atlantis" not in SearchRow.objects.get(type="company").text


def test_words_of_a_field_hidden_just_now_confirm_no_guess_in_a_list_either(cast, as_user):
    make(cast.anna, "Garden", city="Atlantis")
    client, options = as_user(cast.anna), reverse("records:options", args=["company"])
    found = [client.get(where, {"q": "atlantis"}).content.decode() for where in (LIST, options)]
    hide(cast.anna, "company", "city")

    hidden = [client.get(where, {"q": "atlantis"}).content.decode() for where in (LIST, options)]

    assert ["Garden" in page for page in (*found, *hidden)] == [True, True, False, False]


def test_a_text_worked_out_from_a_hidden_field_is_found_by_nobody(cast, as_user):
    secret = make_field("company", by=cast.adam, kind="text", label="Weakness", reason="Talks.")
    said = {"formula": f"join([{secret.key}])", "gives": "text"}
    made = make_field("company", by=cast.adam, kind="formula", label="Said", reason="Talks.", **said)
    company = Company(name="Garden")
    added.put(company, secret.column, "chocolate")
    creating(company, by=cast.anna)
    assert made.key in search.fields_of(types["company"])
    hide(cast.anna, "company", secret.key)
    client = as_user(cast.anna)
    places = [reverse("records:search"), LIST, reverse("records:options", args=["company"])]

    at_once = [client.get(where, {"q": "choc"}).content.decode() for where in places]
    search.keep_up()
    for run in Run.objects.filter(kind=search.REINDEX):
        work.carry_out(run)
    later = [as_user(cast.anna).get(where, {"q": "choc"}).content.decode() for where in places]

    assert ["Garden" in page for page in (*at_once, *later)] == [False] * 6
    assert made.key not in search.fields_of(types["company"])
    assert "chocolate" not in SearchRow.objects.get(type="company").text


def test_whoever_gave_a_task_finds_it_though_somebody_elsewhere_does_it(cast):
    give(None, by=cast.anna, what="Ring Tortola", owner=cast.ivan, due_on=today())

    assert [tasks_found(user, "tortola") for user in (cast.anna, cast.ivan, cast.larisa)] == [1, 1, 0]


def tasks_found(user, text):
    hits = search.find(user, text, [types["task"]]).get("task")
    return len(hits.rows) if hits else 0


@pytest.mark.parametrize("tag", [words.tag_of, lambda _key: "abc"])
def test_words_of_one_type_are_not_found_among_another(cast, monkeypatch, tag):
    """Not even where two types happen to have one tag."""
    monkeypatch.setattr(search, "tag_of", tag)
    company = make(cast.anna, "Tortola")
    creating(Contact(name="Tortola", company=company, owner=cast.anna), by=cast.anna)

    found = {
        kind.key: list(search.ids_matching(cast.anna, kind, "tortola")) for kind in (types["company"], types["contact"])
    }
    kept = SearchRow.objects.filter(text__contains=f" {tag('company')}tortola ").values_list("type", flat=True)

    assert [len(ids) for ids in found.values()] == [1, 1]
    assert set(kept) == ({"company"} if tag is words.tag_of else {"company", "contact"})


def test_a_changed_rule_makes_the_rows_anew_and_an_unchanged_one_does_not(cast, monkeypatch):
    make(cast.olga, "Garden")
    search.keep_up()
    assert not Run.objects.unfinished().filter(kind=search.REINDEX, dedupe="company").exists()

    monkeypatch.setattr(search, "VERSION", words.VERSION + 1)
    search.keep_up()
    work.carry_out(Run.objects.unfinished().get(kind=search.REINDEX, dedupe="company"))

    assert SearchIndex.objects.get(type="company").rule.startswith(f"{words.VERSION + 1}:")
    assert titles(cast.olga, "garden") == ["Garden"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's index is of one piece")
def test_what_was_written_bit_by_bit_becomes_one_piece_and_is_found_as_before(cast):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO records_words(records_words, rank) VALUES ('automerge', 0)")
    for place in range(search.FEW_PIECES + 3):
        creating(Company(name=f"Tortola {place}"), by=cast.anna)
        find(cast.anna, "tortola", [types["company"]])  # what waits to be written is written
    before = find(cast.anna, "ortol", [types["company"]])["company"]
    pieces = search._pieces()

    search.merge_words()

    assert pieces > search.FEW_PIECES
    assert search._pieces() == 1
    assert find(cast.anna, "ortol", [types["company"]])["company"].rows == before.rows


def test_the_command_makes_every_row_anew(cast, capsys, monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    for number in range(5):
        make(cast.olga, f"Garden {number}")
    SearchRow.objects.update(title="spoilt")

    assert reindex(type("Args", (), {"type": None})) == 0

    assert sorted(titles(cast.olga, "garden")) == [f"Garden {number}" for number in range(5)]
    assert "company             ready" in capsys.readouterr().out


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite walks its index newest first anyway")
@pytest.mark.parametrize(("newest", "way"), [(3000, "strpos"), (1, "MATERIALIZED")])
@pytest.mark.parametrize("asked", ["cukiernia", "kiern", "Kłos Cukiernia", "tortola"])
def test_of_a_frequent_word_the_same_are_found(cast, monkeypatch, asked, newest, way):
    for place in range(12):
        by = cast.anna if place % 3 else cast.olga
        make(by, f"Tortola {place}" if place % 4 == 0 else f"Cukiernia Kłos {place}", city="Kłos Cukiernia")
    archive(make(cast.anna, "Cukiernia Tortola Kłos"), by=cast.anna)
    monkeypatch.setattr(search, "MOST", 4)
    monkeypatch.setattr(search, "FEW", 0)
    before = [titles(user, asked, limit=4) for user in (cast.olga, cast.anna, cast.ivan)]

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_searchrow")
    frequent._counted.cache_clear()
    monkeypatch.setattr(frequent, "MATCHES", 0)
    monkeypatch.setattr(frequent, "NEWEST", newest)
    with CaptureQueriesContext(connection) as queries:
        after = [titles(user, asked, limit=4) for user in (cast.olga, cast.anna, cast.ivan)]
    frequent._counted.cache_clear()

    assert after == before
    assert before[0]
    assert any(way in query["sql"] for query in queries)


@pytest.mark.parametrize("companies", [1, 12])
def test_finding_takes_as_many_queries_for_twelve_as_for_one(cast, companies):
    for number in range(companies):
        make(cast.olga, f"Garden {number}")
    kinds = [kind for kind in types if kind.search]
    search.find(cast.olga, "garden", kinds)

    with CaptureQueriesContext(connection) as queries:
        search.find(cast.olga, "garden", kinds)

    assert len(queries) == 4  # what was opened last, hits by whole words and by parts, the companies once more


@pytest.mark.parametrize(
    "asked",
    [
        "",
        " ",
        "'",
        '"',
        "'''::",
        "a'b\"c",
        "* OR",
        "(",
        "NEAR(",
        "\\",
        ":*",
        "&|!",
        "¶",
        "§t",
        "·",
        "\x00",
        "%_",
        "й" * 300,
    ],
)
def test_no_sign_breaks_the_search(cast, as_user, asked):
    make(cast.olga, "Garden")

    assert as_user(cast.olga).get(reverse("records:search"), {"q": asked}).status_code == 200
    assert (
        as_user(cast.olga).get(reverse("records:list", args=["company"]), {"q": asked}, follow=True).status_code == 200
    )


NAMES = ["Tortola Sweets", "Żółty Kłos", "Берёзка 4567", "O'Neil & Sons", "ООО «Поставщики»", "Straße", "Shop 9"]
ASKED = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="tortola żkłбёерз4567оп ", max_size=12),
    st.sampled_from(NAMES).flatmap(lambda name: st.integers(0, len(name) - 1).map(lambda start: name[start:])),
)


class BothDatabases(TestCase):
    """Run on each database: what it answers is what the rule says in Python."""

    def setUp(self):
        self.anna = make_person("Anna")

    @settings(max_examples=60, deadline=None)
    @given(ASKED)
    def test_the_database_finds_what_the_rule_says(self, asked):
        tag = words.tag_of("company")
        rows = [(name, words.index_text(name, [], ["tcompany"], tag)) for name in NAMES]
        for place, (name, text) in enumerate(rows, start=1):
            if not SearchRow.objects.filter(type="company", object_id=place).exists():
                row = SearchRow.objects.create(type="company", object_id=place, title=name, text=text)
                if connection.vendor == "sqlite":
                    with connection.cursor() as cursor:
                        cursor.execute("INSERT INTO records_words(rowid, text) VALUES (%s, %s)", [row.pk, text])
        node = words.asked(asked)
        expected = {
            place
            for place, (_name, text) in enumerate(rows, start=1)
            if node and words.holds(node, words.kept_of(text, tag))
        }

        found = search.ids_matching(self.anna, types["company"], asked)
        in_few = {
            place
            for place, (_name, text) in enumerate(rows, start=1)
            if node and words.stands_in(text, words.tagged(node, tag))
        }

        assert in_few == expected
        assert set(found.values_list("object_id", flat=True) if found is not None else ()) == expected
