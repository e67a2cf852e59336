"""Countries, currencies and time zones to choose from, in the reader's language."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global

from groundwork.core.languages import active, sort_key

NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


def countries() -> list[tuple[str, str]]:
    names = {code: name for code, name in active().territories.items() if len(code) == 2 and code not in NOT_COUNTRIES}
    return sorted(names.items(), key=lambda pair: sort_key(pair[1]))


@lru_cache
def current_currencies() -> frozenset[str]:
    rows = get_global("territory_currencies").values()
    return frozenset(code for row in rows for code, _start, end, tender in row if tender and end is None)


def currencies() -> list[tuple[str, str]]:
    names = active().currencies
    return [(code, f"{code} · {names.get(code, code)}") for code in sorted(current_currencies())]


@lru_cache
def zones() -> tuple[tuple[str, str], ...]:
    odd = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(odd))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names))
