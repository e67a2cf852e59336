"""``groundwork report debts``: who owes what, and unknown where no payment was ever kept."""

import json
from datetime import date, timedelta

import pytest

from groundwork.__main__ import attempt, parser
from groundwork.crm.customers.models import Company
from groundwork.crm.insight import command
from groundwork.crm.trade.testing import MAY, make_invoice, make_payment
from groundwork.records.write import creating


@pytest.fixture
def report(cast, capsys):
    def run(*words):
        code = attempt(lambda: command.run(parser().parse_args(["report", "debts", *words])))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_debts_by_age_as_of_a_day_in_exact_text(cast, report):
    tortola = creating(Company(name="Tortola", debt_limit_minor=2000, currency="GBP"), by=cast.olga)
    make_invoice(cast.olga, (None, 1, "30.05"), company=tortola, due_on=MAY)
    make_payment(cast.olga, tortola, 5)

    code, out, _err = report("--as-of", str(MAY + timedelta(31)), "--json")

    assert code == 0
    nothing = dict.fromkeys(("not_due", "days_30", "days_90", "older", "without_day"), "0.00")
    assert json.loads(out)["rows"] == [
        {
            "company": tortola.number, "name": "Tortola", "open": "30.05", **nothing, "days_60": "30.05",
            "credit": "0.05", "balance": "30.00", "limit": "20.00", "over_limit": "10.00", "currency": "GBP",
        }
    ]  # fmt: skip


def test_without_payments_every_debt_is_unknown_and_not_zero(cast, report):
    make_invoice(cast.olga)

    code, out, _err = report("--as-of", str(date(2026, 6, 1)), "--json")

    answer = json.loads(out)
    assert code == 0
    assert answer["rows"] == [dict.fromkeys(answer["columns"])]


def test_a_period_is_refused_with_a_sentence(cast, report):
    code, out, err = report("--by", "month")

    assert (code, out) == (1, "")
    assert "a day only" in err
