"""What invoices tell of a company, as of a day: unknown is not zero, and nobody reads sums of what they do not see."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from groundwork.core.clock import standing_at
from groundwork.core.months import same_day_earlier
from groundwork.crm.customers import facts
from groundwork.crm.customers.models import Company, CompanyFacts
from groundwork.crm.customers.testing import make_company, recompute_all
from groundwork.crm.trade.facts import rhythm
from groundwork.crm.trade.models import Payment, Share
from groundwork.crm.trade.testing import MAY, keep_costs, make_cost, make_invoice, make_product
from groundwork.records.write import archive, creating, save_fields

pytestmark = pytest.mark.django_db


def at(day: date):
    return standing_at(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC")))


def bought(by, company, *days, price="100.00", **fields):
    return [
        make_invoice(by, (None, 1, price), company=company, day=day, number=f"I-{company.pk}-{day}", **fields)
        for day in days
    ]


def facts_of(company, as_of=None) -> CompanyFacts:
    facts.recompute([company.pk], as_of)
    return CompanyFacts.objects.get(company=company)


def test_rhythm_is_the_median_gap_between_buying_days(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 29), date(2026, 3, 30))

    told = facts_of(company, date(2026, 4, 10))

    assert (told.documents, told.buying_days, told.rhythm_days, told.silent_days) == (4, 4, 14, 11)
    assert (told.first_on, told.last_on) == (date(2026, 1, 1), date(2026, 3, 30))
    assert (told.back_on, told.back_after_days) == (date(2026, 3, 30), 60)


def test_what_comes_after_the_day_is_not_known_on_it(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 1, 1), date(2026, 3, 1))

    told = facts_of(company, date(2026, 2, 1))

    assert (told.documents, told.last_on, told.revenue_12m_minor) == (1, date(2026, 1, 1), 10000)


def test_without_any_invoice_in_the_firm_nothing_is_known(cast):
    company = make_company(cast.anna)

    told = facts_of(company)

    assert (told.documents, told.revenue_12m_minor, told.claims, told.margin_minor) == (None, None, None, None)
    assert Company.objects.get().lifecycle == ""


def test_who_bought_nothing_while_others_did_is_a_prospect(cast):
    company = make_company(cast.anna)
    bought(cast.anna, make_company(cast.anna, "Other"), MAY)

    assert (facts_of(company, MAY).documents, Company.objects.get(pk=company.pk).lifecycle) == (0, "prospect")


def test_revenue_before_our_data_begin_is_unknown(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2024, 6, 1), date(2026, 1, 1))
    begins, later = facts_of(company, date(2026, 5, 31)), facts_of(company, date(2026, 6, 1))

    assert (begins.revenue_12m_minor, begins.revenue_before_minor) == (10000, None)
    assert (later.revenue_12m_minor, later.revenue_before_minor) == (10000, 0)


def test_credit_notes_take_revenue_back_but_are_no_purchase(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 1, 1))
    make_invoice(cast.anna, (None, -1, "30.00"), company=company, day=date(2026, 1, 5), kind="credit", number="C-1")

    told = facts_of(company, date(2026, 2, 1))

    assert (told.revenue_12m_minor, told.documents, told.last_on) == (7000, 1, date(2026, 1, 1))


def test_currencies_are_not_added(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 1, 1))
    bought(cast.anna, company, date(2026, 1, 2), date(2026, 1, 3), currency="EUR", price="7.00")

    told = facts_of(company, date(2026, 2, 1))

    assert (told.currency, told.revenue_12m_minor, told.buying_days) == ("GBP", 10000, 3)


def test_margin_is_known_only_as_far_as_costs_are(cast):
    company, almonds, nuts = (
        make_company(cast.anna),
        make_product(cast.adam, "Almonds"),
        make_product(cast.adam, "Nuts"),
    )
    make_cost(almonds, "6.00")
    make_invoice(cast.anna, (almonds, 1, "10.00"), (nuts, 1, "30.00"), company=company, day=MAY)
    unasked = facts_of(company, MAY).margin_minor

    keep_costs(cast.adam)
    told = facts_of(company, MAY)

    assert unasked is None
    assert (told.margin_minor, told.margin_revenue_minor, told.margin_of_minor) == (400, 1000, 4000)


def paid(by, invoice, day):
    payment = Payment(company=invoice.company, paid_on=day, amount_minor=invoice.gross_minor, currency=invoice.currency)
    creating(payment, by=by, parts=[Share(invoice=invoice, amount_minor=invoice.gross_minor)])


def test_days_past_due_are_known_once_payments_are_kept(cast):
    company = make_company(cast.anna, payment_days=14)
    first, second, _open = bought(cast.anna, company, date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    before = facts_of(company, date(2026, 4, 1))

    paid(cast.nina, first, date(2026, 1, 25))
    paid(cast.nina, second, date(2026, 2, 16))
    marked = CompanyFacts.objects.get().stale
    told = facts_of(company, date(2026, 4, 1))

    assert (before.payments, before.days_past_due) == (None, None)
    assert (marked, told.payments, told.days_past_due) == (True, 2, 6)  # ten days late and one: 5.5, rounded half up


def test_an_invoice_without_a_due_day_tells_nothing_of_lateness(cast):
    company = make_company(cast.anna)
    (invoice,) = bought(cast.anna, company, date(2026, 1, 1))
    paid(cast.nina, invoice, date(2026, 3, 1))

    assert (facts_of(company, date(2026, 4, 1)).payments, facts_of(company).days_past_due) == (0, None)


def test_a_draft_is_no_purchase(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 1, 1))
    bought(cast.anna, company, date(2026, 2, 1), state="draft")

    assert facts_of(company, date(2026, 4, 1)).documents == 1


def test_data_that_end_in_2011_do_not_make_everybody_lost(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, *(date(2011, month, 9) for month in range(1, 13)))

    recompute_all()

    assert CompanyFacts.objects.get().as_of == date(2011, 12, 9)
    assert Company.objects.get().lifecycle == "loyal"


def test_a_document_of_tomorrow_does_not_move_the_day(cast):
    company = make_company(cast.anna)
    bought(cast.anna, company, date(2026, 5, 1), date(2026, 7, 1))

    with at(date(2026, 5, 20)):
        assert facts.default_day() == date(2026, 5, 1)


def test_a_write_marks_the_companies_it_touches(cast):
    old, new = make_company(cast.anna, "Old"), make_company(cast.anna, "New")
    (invoice,) = bought(cast.anna, old, MAY)
    recompute_all()

    save_fields(invoice, {"company": new}, by=cast.anna, version=1)
    touched = set(CompanyFacts.objects.filter(stale=True).values_list("company", flat=True))
    recompute_all()
    archive(invoice, by=cast.olga)

    assert touched == {old.pk, new.pk}
    assert list(CompanyFacts.objects.filter(stale=True).values_list("company", flat=True)) == [new.pk]


def test_a_page_shows_what_is_true_now_although_the_job_has_not_come_and_writes_nothing(cast, as_user):
    company = make_company(cast.anna)
    recompute_all()
    bought(cast.anna, company, MAY)

    with at(MAY):
        page = as_user(cast.anna).get(reverse("records:page", args=["company", company.pk])).text

    assert "First purchase" in page
    assert CompanyFacts.objects.get().stale


def test_sums_are_shown_to_those_who_see_every_document_under_them(cast, as_user):
    company = make_company(cast.anna)
    bought(cast.anna, company, *(MAY - timedelta(days=14 * place) for place in range(12)), price="1234.00")
    make_invoice(cast.ivan, (None, 1, "4321.00"), company=company, day=MAY, number="X-1")
    recompute_all()

    seen = {
        user.name: as_user(user).get(reverse("records:page", args=["company", company.pk])).text
        for user in (cast.anna, cast.olga)
    }

    assert ("19,129.00" in seen["Olga"], "19,129.00" in seen["Anna"]) == (True, False)
    assert "documents that you do not see" in seen["Anna"]


def test_margin_is_not_shown_to_whom_costs_are_hidden(cast, as_user):
    company, almonds = make_company(cast.anna), make_product(cast.adam)
    keep_costs(cast.adam)
    make_cost(almonds, "6.00")
    make_invoice(cast.anna, (almonds, 1, "10.00"), company=company, day=MAY)
    recompute_all()

    seen = {
        user.name: as_user(user).get(reverse("records:page", args=["company", company.pk])).text
        for user in (cast.anna, cast.olga)
    }

    assert ("40.0%" in seen["Olga"], "40.0%" in seen["Anna"]) == (True, False)


@pytest.mark.parametrize("companies", [2, 12])
def test_facts_of_all_companies_take_the_same_queries_as_of_two(cast, django_assert_num_queries, companies):
    for place in range(companies):
        bought(cast.anna, make_company(cast.anna, f"Shop {place}"), MAY, MAY - timedelta(days=20))
    ids = list(Company.objects.values_list("pk", flat=True))
    facts.recompute(ids, MAY)

    with django_assert_num_queries(17):
        facts.recompute(ids, MAY)


@given(st.sets(st.dates(date(2020, 1, 1), date(2026, 1, 1)), min_size=1, max_size=40), st.integers(0, 400))
def test_rhythm_and_silence_fit_the_days(days, silent):
    ordered = sorted(days)

    told = rhythm(ordered, ordered[-1] + timedelta(days=silent))

    assert (told["first_on"], told["last_on"], told["silent_days"]) == (ordered[0], ordered[-1], silent)
    assert ("rhythm_days" in told) == (len(ordered) >= 3)
    if len(ordered) >= 3:
        gaps = [(later - earlier).days for earlier, later in zip(ordered, ordered[1:], strict=False)]
        assert min(gaps) <= told["rhythm_days"] <= max(gaps)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 48))
def test_months_back_keep_the_day_or_end_their_month(day, months):
    earlier = same_day_earlier(day, months)

    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == day.day or (earlier + timedelta(days=1)).day == 1
