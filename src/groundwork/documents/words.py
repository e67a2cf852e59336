"""Whole numbers in words, as sums stand on invoices: Russian, Polish and English, up to a billion billions."""

from collections.abc import Callable

from groundwork.core.money import minor_digits


def listed(words: str) -> list[str]:
    return words.split()


RU = listed(
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать "
    "пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
)
RU_TENS = listed("- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
RU_HUNDREDS = listed("- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")
RU_GROUPS = (
    ("тысяча", "тысячи", "тысяч"), ("миллион", "миллиона", "миллионов"), ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"), ("квадриллион", "квадриллиона", "квадриллионов"),
)  # fmt: skip
PL = listed(
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście "
    "piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście"
)
PL_TENS = listed(
    "- - dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt"
)
PL_HUNDREDS = listed("- sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset")
PL_GROUPS = (
    ("tysiąc", "tysiące", "tysięcy"), ("milion", "miliony", "milionów"), ("miliard", "miliardy", "miliardów"),
    ("bilion", "biliony", "bilionów"), ("biliard", "biliardy", "biliardów"),
)  # fmt: skip
EN = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
EN_TENS = listed("- - twenty thirty forty fifty sixty seventy eighty ninety")
EN_GROUPS = (("thousand",) * 3, ("million",) * 3, ("billion",) * 3, ("trillion",) * 3, ("quadrillion",) * 3)


def _slavic(value: int, units: list[str], tens: list[str], hundreds: list[str]) -> list[str]:
    words = [hundreds[value // 100]] if value >= 100 else []
    value %= 100
    if value >= 20:
        words.append(tens[value // 10])
        value %= 10
    return [*words, units[value]] if value else words


def _ru(value: int, group: int) -> list[str]:
    words = _slavic(value, RU, RU_TENS, RU_HUNDREDS)
    if group == 1 and words and words[-1] in ("один", "два"):  # a thousand is feminine
        words[-1] = {"один": "одна", "два": "две"}[words[-1]]
    return words


def _pl(value: int, group: int) -> list[str]:
    return _slavic(value, PL, PL_TENS, PL_HUNDREDS)


def _en(value: int, group: int) -> list[str]:
    words = [EN[value // 100], "hundred"] if value >= 100 else []
    value %= 100
    if value >= 20:
        rest = f"-{EN[value % 10]}" if value % 10 else ""
        return [*words, EN_TENS[value // 10] + rest]
    return [*words, EN[value]] if value else words


def _form(value: int, language: str) -> int:
    if language == "ru" and value % 10 == 1 and value % 100 != 11:
        return 0
    if value == 1:
        return 0
    return 1 if value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14) else 2


LANGUAGES: dict[str, tuple[str, str, Callable[[int, int], list[str]], tuple]] = {
    "ru": (RU[0], "минус", _ru, RU_GROUPS),
    "pl": (PL[0], "minus", _pl, PL_GROUPS),
    "en": (EN[0], "minus", _en, EN_GROUPS),
}


def in_words(value: int, language: str) -> str:
    """``1234`` is "одна тысяча двести тридцать четыре"; English where the language is not known."""
    zero, minus, spoken, groups = LANGUAGES.get(language, LANGUAGES["en"])
    if not value:
        return zero
    words: list[str] = []
    rest, group = abs(value), 0
    while rest:
        rest, part = divmod(rest, 1000)
        if part:
            name = [groups[group - 1][_form(part, language)]] if group else []
            words = [*spoken(part, group), *name, *words]
        group += 1
    return " ".join([minus, *words] if value < 0 else words)


def sum_in_words(minor: int, currency: str, language: str) -> str:
    """``123450`` PLN is "jeden tysiąc dwieście trzydzieści cztery PLN 50/100"."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    words = in_words(-whole if minor < 0 else whole, language)
    if minor < 0 and not whole:
        words = f"{LANGUAGES.get(language, LANGUAGES['en'])[1]} {words}"
    return f"{words} {currency}" + (f" {rest:0{digits}}/{10**digits}" if digits else "")
