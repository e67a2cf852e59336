"""A legal id is right or refused in words; a company is asked for those of its country."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.ru import inn, ogrn

from groundwork.crm.customers.countries import country_code
from groundwork.crm.customers.legal_ids import LEGAL_IDS, FitsLegalId, compact, names_for, wrong_with
from groundwork.crm.customers.models import Company
from groundwork.records.imports.testing import imported, wrong
from groundwork.records.testing import make_record
from groundwork.records.types import types

REAL = {
    "inn": ["7707083893", "500100732259"],
    "kpp": ["773601001", "9997AZ001"],
    "ogrn": ["1027700132195", "304500116000157"],
    "nip": ["5260250274", "526-025-02-74"],
    "regon": ["012100784", "23511332857188"],
    "krs": ["0000127206"],
    "vat": ["PL5260250274", "DE136695976", "EL094259216"],
    "unp": ["100582333"],
    "bin": ["940140000385"],
}  # fmt: skip


def wrong_words(name: str, number: str) -> str:
    with pytest.raises(ValidationError) as refused:
        FitsLegalId(name)(number)
    return refused.value.message


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, held in REAL.items() for number in held])
def test_real_numbers_are_taken(name, number):
    FitsLegalId(name)(number)


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("inn", "7707083894", "place 10"),
        ("inn", "500100732258", "place 11–12"),
        ("inn", "770708389", "has 10 or 12 digits, this one has 9"),
        ("inn", "77O7083893", "digits only"),
        ("kpp", "7736X10-1B", "compare it with the document"),
        ("ogrn", "1027700132196", "place 13"),
        ("ogrn", "304500116000158", "place 15"),
        ("nip", "526-025-02-75", "place 10"),
        ("regon", "012100785", "place 9"),
        ("krs", "127206", "has 10 digits, this one has 6"),
        ("vat", "5260250274", "begins with the two letters"),
        ("vat", "PL5260250275", "check digits"),
        ("vat", "GB980780684", "not a country of the EU"),
        ("unp", "100582334", "place 9"),
        ("bin", "940140000386", "place 12"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong_with_it(name, number, words):
    assert words in wrong_words(name, number)


@given(st.sampled_from(sorted(LEGAL_IDS)), st.data())
def test_one_mistyped_digit_is_noticed_where_there_is_a_check_digit(name, data):
    number = compact(data.draw(st.sampled_from(REAL[name])))
    place = data.draw(st.integers(2, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    typed = number[:place] + other + number[place + 1 :]

    # a sum "by 11, then by 10" knows ten digits of eleven remainders: these two let 1 of 10 slips through
    if name in ("kpp", "krs") or (LEGAL_IDS[name].is_right(typed)):
        assert name in ("kpp", "krs", "inn", "ogrn", "regon", "bin")
    else:
        assert wrong_words(name, typed)


@given(st.text(max_size=20))
def test_whatever_is_typed_gets_an_answer(text):
    for item in LEGAL_IDS.values():
        assert isinstance(wrong_with(item, compact(text)), str)
        assert wrong_with(item, compact(text) + "?") != ""


@given(st.integers(10**8, 10**9 - 1))
def test_an_inn_with_its_computed_digit_is_right_and_any_other_digit_is_not(body):
    digit = int(inn.calc_company_check_digit(str(body)))

    assert [LEGAL_IDS["inn"].is_right(f"{body}{last}") for last in range(10)] == [last == digit for last in range(10)]


@given(st.integers(3 * 10**13, 5 * 10**13 - 1))
def test_every_person_in_business_has_a_right_ogrnip_also_where_the_library_knows_none(body):
    assert LEGAL_IDS["ogrn"].is_right(f"{body}{body % 13 % 10}")

    if body % 13 > 9:
        with pytest.raises(WrongNumber):
            ogrn.validate(f"{body}{body % 13 % 10}")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("United Kingdom", "GB"), ("EIRE", "IE"), ("RSA", "ZA"), ("USA", "US"), ("Россия", "RU"), ("РФ", "RU"),
        ("polska", "PL"), ("Białoruś", "BY"), ("Казахстан", "KZ"), ("pl", "PL"), ("Czech Republic", "CZ"),
        ("European Community", ""), ("Unspecified", ""), ("Channel Islands", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_known_however_it_is_written(written, code):
    assert country_code(written) == code


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("RU", ("inn", "kpp", "ogrn")), ("PL", ("nip", "regon", "krs")), ("BY", ("unp",)), ("KZ", ("bin",)),
        ("DE", ("vat",)), ("GB", ("legal_id",)), ("", ("legal_id",)),
    ],
)  # fmt: skip
def test_a_company_is_asked_for_the_numbers_of_its_country(code, names):
    assert names_for(code) == names


def asked(html: str) -> list[list[str]]:
    """Names of the fields that stand before "More fields", and of those behind it."""
    form = html[html.index('<form method="post" class="form') :]
    before, _fold, after = form.partition("<details")
    names = re.compile(r'<(?:input(?! type="hidden")[^>]*?|select[^>]*?|textarea[^>]*?) name="(\w+)"')
    return [names.findall(part) for part in (before, after)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "ids"), [("Россия", ["inn", "kpp", "ogrn"]), ("Polska", ["nip", "regon", "krs"]), ("Беларусь", ["unp"])]
)
def test_the_form_asks_eight_facts_at_most_and_only_the_numbers_of_the_country(cast, as_user, country, ids):
    company = make_record(
        types["company"], owner=cast.anna, name="Oreshki", country=country, email="", website="", legal_id=""
    )

    html = as_user(cast.anna).get(reverse("records:edit", args=["company", company.pk])).text

    shown, more = asked(html)
    assert [name for name in shown if name in (*LEGAL_IDS, "legal_id")] == ids
    assert not {*LEGAL_IDS, "legal_id"} & set(more)


@pytest.mark.django_db
def test_an_empty_form_asks_eight_facts_at_most(cast, as_user):
    shown, more = asked(as_user(cast.anna).get(reverse("records:new", args=["company"])).text)

    assert len(shown) <= 8
    assert {"payment_days", "debt_limit_minor", "segment", "parent"} <= set(more)


@pytest.mark.django_db
def test_a_number_is_kept_without_spaces_and_found_by_it(cast, as_user):
    client = as_user(cast.anna)
    firm = {"name": "Solaris", "kind": "customer", "country": "Polska", "nip": "526-025-02-74"}

    client.post(reverse("records:new", args=["company"]), firm)

    company = Company.objects.get()
    assert (company.nip, company.country_code) == ("5260250274", "PL")
    assert "Solaris" in client.get(reverse("records:search"), {"q": "5260250274"}).text
    assert "Solaris" in client.get(reverse("records:search"), {"q": "526-025-02-74"}).text


@pytest.mark.django_db
def test_a_wrong_number_is_not_kept(cast, as_user):
    firm = {"name": "Solaris", "kind": "customer", "country": "Polska", "nip": "526-025-02-75"}

    answer = as_user(cast.anna).post(reverse("records:new", args=["company"]), firm)

    assert answer.status_code == 422
    assert "compare it with the document" in answer.text
    assert not Company.objects.exists()


@pytest.mark.django_db
def test_an_import_keeps_a_wrong_number_as_a_bad_row_and_a_right_one_without_dashes(cast, tmp_path):
    file = tmp_path / "firms.csv"
    file.write_text("name,NIP,debt limit,currency\nSolaris,526-025-02-74,1000.50,PLN\nOrly,526-025-02-75,,\n")

    job = imported(file, "records:company", by=cast.adam)

    assert list(Company.objects.values_list("name", "nip", "debt_limit_minor")) == [("Solaris", "5260250274", 100050)]
    assert [(line, column) for line, column, _reason in wrong(job)] == [(3, "nip")]


@pytest.mark.parametrize("way", ["new", "edit"])
def test_the_legal_ids_follow_the_country_before_anything_is_kept(cast, as_user, way):
    held = make_record(types["company"], owner=cast.anna, name="Fundus", country="Poland", nip="5260250274")
    address = (
        reverse("records:new", args=["company"]) if way == "new" else reverse("records:edit", args=["company", held.pk])
    )
    typed = {"name": "", "country": "Казахстан", "phone": "call me", "version": held.version, "again": "1"}
    typed |= {"nip": held.nip} if way == "edit" else {}

    answer = as_user(cast.anna).post(address, typed)

    shown, more = asked(answer.text)
    assert answer.status_code == 200
    assert ("bin" in shown, "inn" in shown + more, "nip" in shown) == (True, False, way == "edit")
    assert 'value="Казахстан"' in answer.text
    assert 'class="err"' not in answer.text
    held.refresh_from_db()
    assert (Company.objects.count(), held.country) == (1, "Poland")


def test_a_number_that_is_typed_already_stays_when_the_country_changes(cast, as_user):
    typed = {"name": "Fundus", "country": "Poland", "inn": "7707083893", "again": "1"}

    answer = as_user(cast.anna).post(reverse("records:new", args=["company"]), typed)

    assert 'value="7707083893"' in answer.text
    assert 'name="nip"' in answer.text
