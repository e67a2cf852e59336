"""Countries as people and files write them, and their ISO 3166 codes. What was written is kept; the code is derived."""

from functools import cache

from babel import Locale

from groundwork.core.languages import folded

EU = frozenset([
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
])  # fmt: skip

# What CLDR does not know: short forms of everyday, and names that files of other programs carry.
SPOKEN = {
    "GB": "uk, u.k., great britain, britain, england, scotland, wales, англия, великобритания, anglia",
    "US": "usa, u.s.a., united states of america, america, сша, штаты",
    "IE": "eire, republic of ireland, ирландия",
    "ZA": "rsa, south africa",
    "RU": "russian federation, российская федерация, рф, rosja, federacja rosyjska",
    "BY": "белоруссия, республика беларусь, рб, belorussia, białoruś",
    "KZ": "республика казахстан, рк",
    "CZ": "czech republic, чешская республика, чехия, republika czeska",
    "NL": "holland, the netherlands, голландия, holandia",
    "KR": "south korea, korea",
    "AE": "uae, u.a.e., оаэ",
    "MD": "moldova, молдавия",
    "KG": "киргизия",
    "TR": "turkey, турция",
    "HK": "hong kong",
    "JE": "jersey",
    "PL": "republic of poland, rp, rzeczpospolita polska",
}


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in ("en", "ru", "pl"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"):
                codes.setdefault(folded(name), code)
                codes[code.casefold()] = code
    for code, names in SPOKEN.items():
        codes |= {folded(name): code for name in names.split(", ")}
    return codes


def country_code(text: str) -> str:
    """The ISO 3166 code of a country as somebody wrote it ("EIRE" is IE, "РФ" is RU); "" where it is not known.

    "European Community", "Unspecified" and "Channel Islands" are no country: they have none.
    """
    return _codes().get(folded(text), "")
