"""Sums in words, as they stand on invoices."""

import pytest

from groundwork.documents.words import in_words, sum_in_words


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [
        (0, "ru", "ноль"),
        (1_002, "ru", "одна тысяча два"),
        (21_000, "ru", "двадцать одна тысяча"),
        (11_012, "ru", "одиннадцать тысяч двенадцать"),
        (2_345_678, "ru", "два миллиона триста сорок пять тысяч шестьсот семьдесят восемь"),
        (1_000_000_001, "ru", "один миллиард один"),
        (-5, "ru", "минус пять"),
        (0, "pl", "zero"),
        (1_000, "pl", "jeden tysiąc"),
        (1_234, "pl", "jeden tysiąc dwieście trzydzieści cztery"),
        (22_013, "pl", "dwadzieścia dwa tysiące trzynaście"),
        (21_112_000, "pl", "dwadzieścia jeden milionów sto dwanaście tysięcy"),
        (1_945, "en", "one thousand nine hundred forty-five"),
        (20, "en", "twenty"),
    ],
)
def test_a_number_is_said_as_people_say_it(value, language, words):
    assert in_words(value, language) == words


def test_a_sum_keeps_its_small_coins_in_figures():
    assert sum_in_words(123450, "PLN", "pl") == "jeden tysiąc dwieście trzydzieści cztery PLN 50/100"
    assert sum_in_words(-5, "EUR", "en") == "minus zero EUR 05/100"
    assert sum_in_words(300, "JPY", "en") == "three hundred JPY"
