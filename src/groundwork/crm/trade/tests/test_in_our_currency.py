"""All currencies in the firm's own: each line by the rate of its day, and what has no rate is in no sum."""

from datetime import date
from decimal import Decimal

import pytest

from groundwork.blueprint.models import Firm
from groundwork.crm.trade import rolling
from groundwork.crm.trade.models import InvoiceLine, Rate
from groundwork.crm.trade.profit import ALL, documents, profit, totals, unconverted
from groundwork.crm.trade.rates import OwnRates, convert
from groundwork.crm.trade.rollups import MonthSum, held
from groundwork.crm.trade.testing import (
    keep_costs,
    make_company,
    make_cost,
    make_invoice,
    make_payment,
    make_product,
    make_rate,
)
from groundwork.records.write import archive, writing

MARCH, APRIL, MAY = date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 10)


@pytest.fixture
def selling(cast):
    """Almonds for pounds, euros, yen and dinars; a dollar has no rate, an euro none before April."""
    keep_costs(cast.olga)
    cast.almonds, cast.nuts = make_product(cast.olga, "Almonds"), make_product(cast.olga, "Nuts")
    make_cost(cast.nuts, "0.333333", currency="EUR")
    cast.tortola = make_company(cast.olga)
    make_rate(cast.nina, "EUR", "0.853333", since=date(2026, 4, 1))
    make_rate(cast.nina, "EUR", "0.871", since=MAY)
    make_rate(cast.nina, "JPY", "0.52", since=date(2026, 1, 1), units=100)
    make_rate(cast.nina, "GBP", "0.41", to="KWD", since=date(2026, 1, 1))
    make_invoice(cast.anna, (cast.almonds, 3, "2.01"), day=MARCH, company=cast.tortola)
    make_invoice(cast.anna, (cast.almonds, 1, "9.99"), day=MARCH, currency="EUR", number="early")
    for number, day in enumerate((APRIL, MAY, date(2026, 5, 31))):
        lines = [(cast.almonds, 7, "3.33"), (cast.nuts, 11, "0.77"), (cast.nuts, -1, "0.77")]
        make_invoice(cast.anna, *lines, day=day, currency="EUR", number=f"E{number}", company=cast.tortola)
    make_invoice(cast.ivan, (cast.nuts, 5, "333"), day=APRIL, currency="JPY", number="J")
    make_invoice(cast.ivan, (None, 5, "1.237"), day=APRIL, currency="KWD", number="K")
    make_invoice(cast.ivan, (None, 5, "1.23"), day=APRIL, currency="USD", number="U")
    return cast


def by_hand(amount="amount_minor") -> int:
    """Each line by itself, as a bookkeeper with a table of rates."""
    lines = InvoiceLine.objects.select_related("invoice")
    worth = [convert(getattr(line, amount), line.invoice.currency, "GBP", line.issued_on) for line in lines]
    return sum(amount for amount in worth if amount is not None)


def kept_and_raw(**limits):
    """Every cut from the kept sums, which is that from the rows and adds up to the same."""
    (whole,) = profit(currency=ALL, **limits)
    for way in ("month", "product", "company", "owner", ("month", "country"), ("product", "company")):
        rows = profit(way, currency=ALL, **limits)
        assert rows == profit(way, currency=ALL, raw=True, **limits), way
        assert totals(rows) == totals([whole])
    return whole


def test_each_line_counts_by_the_rate_of_its_day_and_once_rounded(selling):
    before = kept_and_raw()
    rolling.roll_all()

    whole = kept_and_raw()

    assert (whole.currency, whole.revenue) == ("GBP", by_hand())
    assert before == whole
    assert MonthSum.objects.filter(currency="").exists()
    for user in (selling.piotr, selling.anna, selling.olga):
        kept_and_raw(user=user)


def test_what_has_no_rate_is_counted_apart_and_never_nil(selling):
    rolling.roll_all()

    found = unconverted(profit(), profit(currency=ALL))

    assert (found.lines, found.of_lines) == (2, 14)  # the dollars, and the euros before the first rate
    assert [row.place.value for row in profit("month", currency=ALL)] == ["2026-03", "2026-04", "2026-05"]
    assert documents() - documents(currency=ALL) == 2


def test_a_cost_is_converted_with_its_line(selling):
    (row,) = (row for row in profit("product", currency=ALL) if row.place.value == selling.nuts.pk)

    costs = [convert(cost, "EUR", "GBP", day) for day in (APRIL, MAY, MAY) for cost in (367, -33)]
    assert row.cost == sum(costs)  # 11 x 0.333333 and -1 x it, each rounded to cents first
    assert row.known_lines == 6


def test_each_currency_by_itself_is_as_it_was(selling):
    rolling.roll_all()

    assert [row.currency for row in profit()] == [row.currency for row in profit(raw=True)]
    assert profit() == profit(raw=True)
    assert all(row.currency for row in profit("month"))


def test_a_rate_learned_later_voids_only_the_months_it_speaks_of(selling):
    rolling.roll_all()

    rate = make_rate(selling.nina, "EUR", "0.8", since=date(2026, 3, 1))

    assert held(None, None).months == ("2026-04", "2026-05")
    assert kept_and_raw().revenue == by_hand()
    rolling.roll_all()
    assert held(None, None).months == ("2026-03", "2026-04", "2026-05")
    assert kept_and_raw().revenue == by_hand()

    with writing(rate, by=selling.nina, act="edited") as fresh:
        fresh.rate = Decimal("0.7")
    assert kept_and_raw().revenue == by_hand()
    archive(Rate.objects.get(currency="JPY"), by=selling.nina)
    assert kept_and_raw().revenue == by_hand()
    rolling.roll_all()
    assert kept_and_raw().revenue == by_hand()
    assert [rolling.compare(month) for month in held(None, None).months] == ["", "", ""]


def test_the_nightly_comparison_sees_a_wrong_sum_in_our_currency(selling):
    rolling.roll_all()

    MonthSum.objects.filter(currency="", grain="owner", month="2026-04").update(amount=1)

    assert rolling.compare("2026-04") != ""


def test_the_cost_of_late_money_is_converted_by_the_rate_of_the_months_end(selling):
    Firm.objects.update(late_money_rate=Decimal(12))
    for number, currency in enumerate(("GBP", "EUR", "USD")):
        make_invoice(selling.anna, (None, 1, "1000.00"), day=MARCH, due_on=APRIL, number=f"L{number}",
                     currency=currency, company=selling.tortola)  # fmt: skip
    make_payment(selling.olga, selling.tortola, 1, day=MARCH)

    months = {row.place.value: row.late for row in profit("month", currency=ALL, parts=True, as_of=MAY)}

    april, may = 100_000 * 20 * 12 / 36500, 100_000 * 10 * 12 / 36500
    assert months["2026-04"] == round(april) + convert(round(april), "EUR", "GBP", date(2026, 4, 30))
    assert months["2026-05"] == round(may) + convert(round(may), "EUR", "GBP", MAY)


def test_rates_read_at_once_say_what_each_says_alone(selling):
    make_rate(selling.nina, "GBP", "1.6", to="EUR", since=date(2026, 1, 15))
    currencies = ("EUR", "JPY", "KWD", "USD", "GBP")
    rates = OwnRates(currencies)

    for currency in currencies:
        for day in (date(2025, 12, 31), date(2026, 1, 20), APRIL, MAY):
            for amount in (0, 1, -1, 12_345, 5 * 10**12):
                assert rates.worth(amount, currency, day) == convert(amount, currency, "GBP", day)


@pytest.mark.parametrize("quantity", [1, -1])
def test_amounts_of_billions_stay_exact(cast, quantity):
    make_rate(cast.nina, "VND", "0.02987", since=MARCH, units=1000)
    make_rate(cast.nina, "BHD", "2.098765", since=MARCH)
    make_invoice(cast.anna, (None, 7_000_001 * quantity, "123456.78"), currency="VND", day=APRIL)
    make_invoice(cast.anna, (None, 7_000_001 * quantity, "123456.789"), currency="BHD", day=APRIL, number="B")

    assert profit(currency=ALL)[0].revenue == profit(currency=ALL, raw=True)[0].revenue == by_hand()
