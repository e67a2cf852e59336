"""Cost prices come in as a table, once somebody has asked that they be kept."""

from datetime import date
from decimal import Decimal

import pytest

from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import CostPrice
from groundwork.crm.trade.testing import keep_costs, make_product
from groundwork.records.imports.testing import counts, firm_as_it_is, imported, undone, write_csv, wrong
from groundwork.records.models import Change

HEADER = ["code", "cost", "currency", "valid from"]


def costs(folder, *rows, header=HEADER, name="costs.csv"):
    return write_csv(folder / name, header, [list(row) for row in rows])


@pytest.fixture
def almonds(cast):
    return make_product(cast.olga, code="A1")


def kept():
    return list(CostPrice.objects.order_by("valid_from").values_list("product__code", "cost", "currency", "valid_from"))


def test_while_costs_are_not_kept_the_file_is_refused(cast, almonds, tmp_path):
    with pytest.raises(Refusal, match="switch the field on first"):
        imported(costs(tmp_path, ["A1", "3.10", "EUR", "2026-01-01"]), "costs", by=cast.olga)

    assert not CostPrice.objects.exists()


@pytest.mark.parametrize(
    "header", [HEADER, ["Артикул", "Себестоимость", "Валюта", "С даты"], ["kod", "koszt", "waluta", "od dnia"]]
)
def test_costs_come_in_once_and_history_tells(cast, almonds, tmp_path, header):
    keep_costs(cast.olga)
    rows = ["A1", "3,10", "eur", "01.01.2026"], ["A1", "3.25", "EUR", "2026-05-01"]
    path = costs(tmp_path, *rows, header=header)

    first, second = (imported(path, "costs", by=cast.olga) for _ in range(2))

    assert (counts(first), counts(second)) == ((2, 0, 0), (0, 0, 2))
    assert kept() == [
        ("A1", Decimal("3.1"), "EUR", date(2026, 1, 1)),
        ("A1", Decimal("3.25"), "EUR", date(2026, 5, 1)),
    ]
    told = Change.objects.get(type="product", object_id=almonds.pk, version=2).fields
    assert sorted(pair[1]["cost"] for pair in told.values()) == ["3.1", "3.25"]


def test_a_corrected_cost_is_changed_and_undo_puts_the_old_one_back(cast, almonds, tmp_path):
    keep_costs(cast.olga)
    imported(costs(tmp_path, ["A1", "3.10", "EUR", "2026-01-01"]), "costs", by=cast.olga)
    before = firm_as_it_is()
    job = imported(
        costs(tmp_path, ["A1", "3.30", "EUR", "2026-01-01"], ["A1", "4", "EUR", "2026-06-01"], name="b.csv"),
        "costs",
        by=cast.olga,
    )
    assert counts(job) == (1, 1, 0)
    assert [cost for _code, cost, *_rest in kept()] == [Decimal("3.3"), Decimal(4)]

    job = undone(job, by=cast.olga)

    assert job.kept == []
    assert kept() == [("A1", Decimal("3.1"), "EUR", date(2026, 1, 1))]
    assert firm_as_it_is() == before


def test_costs_that_cannot_be_are_told_by_line(cast, almonds, tmp_path):
    keep_costs(cast.olga)
    rows = [
        ["A1", "-1", "EUR", "2026-01-01"],
        ["A1", "1", "euro", "2026-01-01"],
        ["A1", "1", "EUR", "31.02.2026"],
        ["B9", "1", "EUR", "2026-01-01"],
        ["A1", "1", "EUR", "2026-03-01"],
        ["A1", "2", "EUR", "2026-03-01"],
    ]

    job = imported(costs(tmp_path, *rows), "costs", by=cast.olga)

    assert sorted(wrong(job)) == [
        (2, "cost", "a cost is not below zero"),
        (3, "currency", "longer than 3 signs"),
        (4, "valid_from", "not a date: write it like 2010-12-31"),
        (5, "code", "no product has this code or name"),
        (6, "code", "another row of this file has this and says something else"),
    ]
    assert (job.rejected, kept()) == (6, [])
