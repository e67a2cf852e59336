"""Rates of exchange and customers' terms come in from tables: what tells them apart is no title."""

from datetime import date
from decimal import Decimal

import pytest

from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import PriceList, Rate, Terms
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.testing import counts, imported, undone, write_csv, wrong
from groundwork.records.write import creating

CBR = ["Дата", "Номинал", "Валюта", "Курс"]


def rates(folder, *rows, header=CBR, separator=";"):
    return write_csv(folder / "rates.csv", header, [list(row) for row in rows], separator=separator)


def kept():
    return sorted(Rate.objects.current().values_list("valid_from", "units", "currency", "to_currency", "rate"))


def test_rates_come_in_and_a_rate_of_the_same_day_is_changed_not_added(cast, tmp_path):
    first = imported(rates(tmp_path, ["12.01.2026", 100, "jpy", "0,55"], ["12.01.2026", 1, "USD", "0,79"]),
                     "records:rate", by=cast.olga)  # fmt: skip
    same = imported(tmp_path / "rates.csv", "records:rate", by=cast.olga)
    later = imported(rates(tmp_path, ["12.01.2026", 1, "$", "0,80"], ["13.01.2026", 1, "USD", "0,81"]),
                     "records:rate", by=cast.olga)  # fmt: skip

    assert [counts(job) for job in (first, same, later)] == [(2, 0, 0), (0, 0, 2), (1, 1, 0)]
    assert kept() == [
        (date(2026, 1, 12), 1, "USD", "GBP", Decimal("0.80")), (date(2026, 1, 12), 100, "JPY", "GBP", Decimal("0.55")),
        (date(2026, 1, 13), 1, "USD", "GBP", Decimal("0.81")),
    ]  # fmt: skip
    undone(later, by=cast.olga)
    assert kept() == [
        (date(2026, 1, 12), 1, "USD", "GBP", Decimal("0.79")), (date(2026, 1, 12), 100, "JPY", "GBP", Decimal("0.55")),
    ]  # fmt: skip


def test_a_rate_in_another_currency_is_another_rate(cast, tmp_path):
    creating(Rate(currency="USD", to_currency="EUR", rate=Decimal("0.92"), valid_from=date(2026, 1, 12)), by=cast.olga)

    job = imported(rates(tmp_path, ["12.01.2026", 1, "USD", "0,79"]), "records:rate", by=cast.olga)

    assert counts(job) == (1, 0, 0)
    assert [row[3] for row in kept()] == ["EUR", "GBP"]


def test_a_row_that_is_no_rate_is_wrong_and_says_why(cast, tmp_path):
    rows = [
        ["12.01.2026", 1, "dollars", "0,79"], ["12.01.2026", 1, "USD", ""], ["", 1, "USD", "0,79"],
        ["12.01.2026", 1, "GBP", "1"], ["13.01.2026", 1, "USD", "-1"],
    ]  # fmt: skip

    job = imported(rates(tmp_path, *rows), "records:rate", by=cast.olga)

    assert wrong(job) == [
        (2, "currency", "a currency is three letters, such as EUR"),
        (4, "valid_from", "this must not be empty"),
        (3, "rate", "this must not be empty"),
        (5, "name", "Give the rate of another currency than GBP."),
        (6, "name", "A rate and its units are above zero."),
    ]
    assert kept() == []


@pytest.mark.parametrize(
    "header", [CBR, ["Data", "Ilość", "Kod waluty", "Kurs średni"], ["date", "nominal", "code", "rate"]]
)
def test_a_table_of_rates_is_recognised(cast, header):
    assert layouts.fitting(header) == "records:rate"


def test_terms_are_known_by_their_company(cast, tmp_path):
    creating(Company(name="Tortola", inn="7707083893"), by=cast.olga)
    creating(Company(name="Virgin"), by=cast.olga)
    creating(PriceList(name="Shops", currency="GBP", valid_from=date(2026, 1, 1)), by=cast.olga)
    header, path = ["Компания", "ИНН", "Скидка, %", "Прайс-лист"], tmp_path / "terms.csv"

    first = imported(write_csv(path, header, [["", "7707083893", "5", ""], ["Virgin", "", "", "Shops"]], separator=";"),
                     "records:terms", by=cast.olga)  # fmt: skip
    again = imported(write_csv(path, header, [["Tortola", "", "7,5", ""], ["Virgin", "", "", "Shops"]], separator=";"),
                     "records:terms", by=cast.olga)  # fmt: skip

    assert (wrong(first), wrong(again)) == ([], [])
    assert [counts(job) for job in (first, again)] == [(2, 0, 0), (0, 1, 1)]
    assert sorted(Terms.objects.values_list("company__name", "discount", "pricelist__name")) == [
        ("Tortola", Decimal("7.5"), None), ("Virgin", Decimal(0), "Shops"),
    ]  # fmt: skip
