"""VAT by dated tables, rounded half up, on each line or once a rate."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundwork.crm.trade import vat

CHARGED = [rate.code for rate in vat.TABLES if rate.percent]


@pytest.mark.parametrize(
    ("country", "day", "codes"),
    [
        ("RU", date(2025, 12, 31), ["RU-20", "RU-10", "RU-7", "RU-5", "RU-0", "RU-without", "none"]),
        ("RU", date(2026, 1, 1), ["RU-22", "RU-10", "RU-7", "RU-5", "RU-0", "RU-without", "none"]),
        ("PL", date(2026, 1, 1), ["PL-23", "PL-8", "PL-5", "PL-0", "PL-zw", "PL-np", "none"]),
        ("BY", date(2026, 1, 1), ["BY-20", "BY-10", "BY-0", "BY-without", "none"]),
        ("KZ", date(2025, 12, 31), ["KZ-12", "KZ-0", "KZ-without", "none"]),
        ("KZ", date(2026, 1, 1), ["KZ-16", "KZ-5", "KZ-10", "KZ-0", "KZ-without", "none"]),
        ("KZ", date(2027, 1, 1), ["KZ-16", "KZ-10", "KZ-0", "KZ-without", "none"]),
        ("GE", date(2026, 1, 1), ["none"]),
    ],
)
def test_the_rates_in_force_on_a_day_with_the_standard_rate_first(country, day, codes):
    assert [rate.code for rate in vat.rates_of(country, day)] == codes


@pytest.mark.parametrize(
    ("code", "net", "amount"), [("PL-23", 50, 12), ("PL-5", 10, 1), ("PL-5", -10, -1), ("PL-8", 6, 0), ("PL-zw", 99, 0)]
)
def test_vat_is_rounded_half_away_from_zero(code, net, amount):
    assert vat.RATES[code].vat_of(net) == amount


@given(st.lists(st.tuples(st.sampled_from(CHARGED), st.integers(-(10**9), 10**9)), min_size=1, max_size=30))
def test_the_vat_of_a_document_is_the_sum_of_its_rows_and_near_the_exact_one(lines):
    told = [(code, net, vat.RATES[code].vat_of(net)) for code, net in lines]
    by_line, by_rate = vat.vat_table(told, vat.LINE), vat.vat_table(told, vat.RATE)
    exact = sum((Decimal(net) * vat.RATES[code].percent / 100 for code, net in lines), Decimal(0))

    assert vat.vat_sum(by_line) == sum(amount for _code, _net, amount in told)
    assert abs(vat.vat_sum(by_line) - exact) <= Decimal(len(lines)) / 2
    assert abs(vat.vat_sum(by_rate) - exact) <= Decimal(len(by_rate)) / 2
    assert sum(row.net_minor for row in by_rate) == sum(net for _code, net in lines)


def test_the_vat_of_a_document_is_unknown_while_one_line_does_not_tell_its_rate():
    assert vat.vat_sum(vat.vat_table([("PL-23", 100, 23), ("", 100, None)], vat.LINE)) is None
    assert vat.vat_sum(vat.vat_table([("PL-23", 100, 23), ("PL-zw", 100, 0)], vat.LINE)) == 23
    assert vat.vat_sum([]) is None
