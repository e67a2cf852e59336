"""Amounts of other currencies: by the rate of their day, rounded once, and unknown without a rate."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Rate
from groundwork.crm.trade.rates import convert, convert_price
from groundwork.crm.trade.testing import make_rate
from groundwork.records.write import archive

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def test_an_amount_takes_the_last_rate_by_its_day(cast):
    make_rate(cast.nina, "EUR", "0.85", since=MAY)
    make_rate(cast.nina, "EUR", "0.9", since=JUNE)

    assert convert(10_000, "EUR", "GBP", date(2026, 5, 31)) == 8_500
    assert convert(10_000, "EUR", "GBP", JUNE) == 9_000


def test_without_a_rate_by_that_day_an_amount_is_unknown_and_not_zero(cast):
    make_rate(cast.nina, "EUR", "0.85", since=MAY)

    assert convert(10_000, "EUR", "GBP", date(2026, 4, 30)) is None
    assert convert(10_000, "USD", "GBP", JUNE) is None
    assert convert_price(Decimal(1), "USD", "GBP", JUNE) is None
    assert convert(0, "GBP", "GBP", MAY) == 0


def test_a_rate_taken_out_no_longer_counts(cast):
    rate = make_rate(cast.nina, "EUR", "0.85", since=MAY)

    archive(rate, by=cast.nina)

    assert convert(10_000, "EUR", "GBP", JUNE) is None


@pytest.mark.parametrize(("minor", "rounded"), [(1, 1), (3, 2), (-1, -1), (-3, -2), (2, 1)])
def test_half_a_penny_goes_away_from_zero(cast, minor, rounded):
    make_rate(cast.nina, "EUR", "0.5", since=MAY)

    assert convert(minor, "EUR", "GBP", MAY) == rounded


def test_two_foreign_currencies_meet_through_ours_and_are_rounded_once(cast):
    make_rate(cast.nina, "EUR", "0.333333", since=MAY)
    make_rate(cast.nina, "USD", "0.666666", since=MAY)

    assert convert(10_000_000, "EUR", "USD", MAY) == 5_000_000
    assert convert(100, "USD", "EUR", MAY) == 200


def test_a_rate_for_a_hundred_yen_which_has_no_cents(cast):
    make_rate(cast.nina, "JPY", "0.52", since=MAY, units=100)

    assert convert(1_000, "JPY", "GBP", MAY) == 520  # 1000 yen are 5.20
    assert convert(520, "GBP", "JPY", MAY) == 1_000


def test_a_bookkeeper_types_a_rate_and_its_day_is_taken_once(cast, as_user):
    nina, typed = as_user(cast.nina), {"currency": "eur", "rate": "0,8512", "units": 1, "valid_from": "2026-05-01"}

    nina.post(reverse("records:new", args=["rate"]), typed)
    again = nina.post(reverse("records:new", args=["rate"]), {**typed, "to_currency": "GBP"})

    rate = Rate.objects.get()
    assert (rate.currency, rate.to_currency, rate.rate, str(rate)) == (
        "EUR", "GBP", Decimal("0.8512"), "EUR = 0.8512 GBP, 1 May 2026",
    )  # fmt: skip
    assert again.status_code == 422


def test_our_own_currency_has_no_rate_to_itself(cast):
    with pytest.raises(Refusal, match="another currency than GBP"):
        make_rate(cast.nina, "GBP", "1.1")
