"""How values are written: numbers as the language does, prices with a sensible number of digits."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from groundwork.core import languages
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import InvoiceLine
from groundwork.records.lists.cells import Names, cell, page_address
from groundwork.records.types import Field
from groundwork.records.write import creating

PRICE = Field.of(InvoiceLine, "price")


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=7),
    st.sampled_from([None, 0, 1, 2, 3]),
    st.sampled_from(["en", "ru", "pl"]),
)
def test_numbers_are_written_as_the_language_writes_them(value, digits, language):
    pattern = {None: "#,##0.######", 0: "#,##0"}.get(digits, "#,##0." + "0" * (digits or 0))

    written = languages.writing_of(language).number(value, digits)

    assert written == format_decimal(value, pattern, locale=languages.locale(language)).replace("-", "−")


@pytest.mark.parametrize(
    ("currency", "price", "written"),
    [("GBP", "2.5", "2.50"), ("GBP", "0.125", "0.125"), ("GBP", "4", "4.00"), ("JPY", "150", "150"), ("", "3", "3.00")],
)
def test_a_price_has_the_digits_of_its_currency_and_more_where_it_is_finer(currency, price, written):
    line = InvoiceLine(price=Decimal(price), quantity=Decimal(price))
    line.currency = currency

    assert cell(PRICE, line, Names(None, [], [])).text == written


def test_a_quantity_has_no_more_digits_than_it_needs():
    line = InvoiceLine(quantity=Decimal("2.5"))

    assert cell(Field.of(InvoiceLine, "quantity"), line, Names(None, [], [])).text == "2.5"


def test_days_moments_and_money_follow_the_reader():
    day, at = date(2026, 11, 23), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with translation.override("en"):
        assert (languages.day(day), languages.money(124050, "GBP")) == ("23 Nov 2026", "1,240.50\N{NO-BREAK SPACE}GBP")
    with translation.override("pl"):
        assert (languages.day(day), languages.moment(at)) == ("23.11.2026", "23.11.2026, 23:30")


def test_a_row_leads_to_the_page_of_its_record(cast):
    company = creating(Company(name="Tortola"), by=cast.anna)

    assert page_address("company")(company.pk) == company.get_absolute_url()
