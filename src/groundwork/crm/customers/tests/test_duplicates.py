"""Who may be one: by phone, e-mail, legal id and name; told only to those who see both."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groundwork.crm.customers import duplicates
from groundwork.crm.customers.duplicates import alike, dialled, score_of, spelled
from groundwork.crm.customers.models import DuplicatePair, MatchKey
from groundwork.crm.customers.testing import make_company, make_contact
from groundwork.records.imports.testing import imported, undone, write_csv
from groundwork.records.write import archive, save_fields


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ООО «Фундук»", "Funduk Ltd"), ("Хлебзавод № 5", "OOO Khlebzavod 5"), ("Tortola sp. z o.o.", "TORTOLA"),
        ("Яблоко", "Iabloko"), ("Иван Петров", "Петров Иван"), ("Ёлка", "Елка"), ("Łąka S.A.", "Laka"),
    ],
)  # fmt: skip
def test_one_name_in_two_spellings_is_one(one, other):
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(("one", "other"), [("Shop 12", "Shop 13"), ("Ромашка", "Рябина"), ("Oak", "Oat")])
def test_two_names_are_two(one, other):
    assert spelled(one) != spelled(other)
    assert not alike(spelled(one), spelled(other))


def test_a_slip_of_the_pen_is_noticed():
    assert alike(spelled("Кондитерская Ромашка"), spelled("Кондитерская Рамашка"))


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("8 (495) 123-45-67", "RU", "+74951234567"), ("+7 495 1234567", "", "+74951234567"),
        ("22 628 90 01", "PL", "+48226289001"), ("call me", "RU", ""), ("", "RU", ""),
    ],
)  # fmt: skip
def test_a_phone_is_one_number_however_it_is_written(text, region, number):
    assert dialled(text, region) == number


@given(st.text(max_size=60))
def test_spelling_a_name_twice_changes_nothing_more(text):
    assert spelled(spelled(text)) == spelled(text)


@given(st.sets(st.sampled_from(sorted(duplicates.WEIGHT)), min_size=1))
def test_a_score_grows_with_each_sign_and_is_never_certain(signs):
    assert max(duplicates.WEIGHT[sign] for sign in signs) <= score_of(signs) <= 99


pytestmark = pytest.mark.django_db


def typed(client, **values) -> str:
    return client.get(reverse("customers:similar", args=["company"]), values).text


def test_while_typing_one_is_told_what_is_there_already(cast, as_user):
    make_company(cast.anna, "ООО «Фундук»", phone="+7 495 123-45-67", country="Россия", email="info@funduk.example")
    make_company(cast.anna, "Рябина", inn="7707083893")
    client = as_user(cast.anna)

    assert "Фундук" in typed(client, name="Funduk")
    assert "Фундук" in typed(client, name="Other", phone="8 495 1234567", country="РФ")
    assert "Фундук" in typed(client, name="Other", email="INFO@funduk.example")
    assert "Рябина" in typed(client, name="Other", inn="7707 083 893")
    assert typed(client, name="Something else").strip() == ""


def test_nothing_is_said_of_records_that_one_does_not_see(cast, as_user):
    make_company(cast.ivan, "Фундук", email="info@funduk.example")

    assert typed(as_user(cast.anna), name="Funduk", email="info@funduk.example").strip() == ""
    assert "Фундук" in typed(as_user(cast.olga), name="Funduk")


@pytest.mark.parametrize("companies", [1, 12])
def test_looking_takes_the_same_queries_for_many_as_for_one(cast, django_assert_num_queries, companies):
    for place in range(companies):
        make_company(cast.anna, f"Funduk {'abcdefghijklm'[place]}", phone="+74951234567", email="i@funduk.example")
    cast.anna.can("view", "company")

    with django_assert_num_queries(4):  # our firm, signs, names, records
        duplicates.similar(
            cast.anna, "company", {"name": "Funduk", "phone": "+74951234567", "email": "i@funduk.example"}
        )


def test_many_names_do_not_crowd_out_who_has_the_same_tax_number(cast, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST", 3)
    for place in range(6):
        make_company(cast.anna, f"Funduk {'abcdef'[place]}")
    same = make_company(cast.anna, "Rowan Bakery", inn="7707083893")

    found = duplicates.similar(cast.anna, "company", {"name": "Funduk", "inn": "7707083893"})

    assert found[0].record == same


def test_the_queue_holds_each_pair_once_the_likeliest_first_and_forgets_what_is_mended(cast):
    one = make_company(cast.anna, "Funduk", inn="7707083893")
    make_company(cast.anna, "ООО Фундук", inn="7707083893")
    make_company(cast.anna, "Rowan Bakery")
    other = make_company(cast.anna, "Rowan Bakary")
    duplicates.look_at_all()

    told = [(str(pair.first), str(pair.second), pair.score) for pair in duplicates.queue(cast.anna, "company")]
    assert told == [("Funduk", "ООО Фундук", 99), ("Rowan Bakery", "Rowan Bakary", 60)]

    save_fields(other, {"name": "Something else"}, by=cast.anna, version=1)
    archive(one, by=cast.olga)
    duplicates.look_at_all()
    assert duplicates.queue(cast.anna, "company") == []


def test_two_that_are_two_are_not_asked_about_again(cast, as_user):
    make_company(cast.anna, "Funduk")
    make_company(cast.anna, "Фундук")
    duplicates.look_at_all()
    pair = DuplicatePair.objects.get()

    stranger = as_user(cast.ivan).post(reverse("customers:dismiss", args=["company", pair.pk]))
    as_user(cast.anna).post(reverse("customers:dismiss", args=["company", pair.pk]))
    duplicates.look_at_all()

    assert stranger.status_code == 404
    assert duplicates.queue(cast.anna, "company") == []


def test_the_queue_names_only_pairs_of_which_one_sees_both(cast):
    make_company(cast.anna, "Funduk")
    make_company(cast.ivan, "Фундук")
    duplicates.look_at_all()

    assert (len(duplicates.queue(cast.anna, "company")), len(duplicates.queue(cast.olga, "company"))) == (0, 1)


def test_the_page_of_a_contact_names_who_it_may_be_as_well(cast, as_user):
    company = make_company(cast.anna)
    make_contact(cast.anna, "Иван Петров", company)
    make_contact(cast.anna, "Ivan Petrov", make_company(cast.anna, "Another"))
    other = make_contact(cast.anna, "Petrov Ivan", company)

    page = as_user(cast.anna).get(reverse("records:page", args=["contact", other.pk])).text

    assert ("Иван Петров" in page, "same company, same name" in page) == (True, True)
    assert ">Ivan Petrov<" not in page  # people do share names


def test_an_import_taken_back_leaves_no_sign(cast, tmp_path):
    file = write_csv(tmp_path / "firms.csv", ["name", "e-mail"], [["Funduk", "info@funduk.example"]])
    job = imported(file, "records:company", by=cast.adam)
    assert MatchKey.objects.count() == 2

    undone(job, by=cast.adam)

    assert not MatchKey.objects.exists()


def test_the_lists_lead_to_the_queue_and_to_coming_dates(cast, as_user):
    client = as_user(cast.anna)

    page = client.get(reverse("records:list", args=["contact"])).text

    for address in (reverse("customers:dates"), reverse("customers:duplicates", args=["contact"])):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


# ── two in law


def told(cast) -> list[tuple[str, str, int]]:
    duplicates.look_at_all()
    return [(str(pair.first), str(pair.second), pair.score) for pair in duplicates.queue(cast.anna, "company")]


def test_one_name_and_address_with_two_tax_numbers_are_two_companies(cast, as_user):
    here = {"phone": "+7 495 123-45-67", "city": "Москва", "country": "Россия"}
    make_company(cast.anna, "ООО Фундук", inn="7707083893", **here)
    other = make_company(cast.anna, "ИП Фундук", inn="7736050003", **here)

    assert told(cast) == []
    assert typed(as_user(cast.anna), name="Фундук", inn="500100732259", **here).strip() == ""
    assert "Фундук" in typed(as_user(cast.anna), name="Фундук", inn="7736050003", **here)
    assert "customers/merge" not in as_user(cast.anna).get(other.get_absolute_url()).text


def test_where_everything_else_is_the_same_it_is_told_and_never_as_likely(cast):
    same = {"phone": "+7 495 123-45-67", "email": "info@funduk.example", "country": "Россия"}
    make_company(cast.anna, "Фундук", inn="7707083893", **same)
    make_company(cast.anna, "Funduk", inn="7736050003", **same)

    ((_one, _other, score),) = told(cast)

    assert score == 64
    assert duplicates.queue(cast.anna, "company")[0].why.endswith("but different legal ids")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"inn": "7707083893", "kpp": "770701001"}, {"inn": "7707083893", "kpp": "770702002"}),
        ({"regon": "123456785"}, {"regon": "12345678512347"}),
        ({"vat": "PL5260250274"}, {"vat": "DE136695976"}),
        ({"inn": "7707083893"}, {"nip": "5260250274"}),
    ],
)
def test_offices_branches_and_other_states_part_no_company(one, other):
    assert not duplicates.apart(one, other)


def test_among_many_names_alike_a_slip_is_found_at_either_end(cast):
    crowd = [f"abc{place:04}kowalski".translate(str.maketrans("0123456789", "bcdfghjklm")) for place in range(400)]
    slips = [("abczzzzkowalski", "abczzzzkowalsky"), ("abcyyyykowalski", "abcyxyykowalski")]
    names = [*crowd, *(name for pair in slips for name in pair)]

    found = {tuple(sorted(pair)) for pair in duplicates._near(names)}

    assert {tuple(sorted(pair)) for pair in slips} <= found
