"""Issuing gives a document its legal number, without gaps, and lets its money stand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from groundwork.access.testing import make_cast
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Firm
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import actions, vat
from groundwork.crm.trade.models import Invoice, Series
from groundwork.crm.trade.testing import MAY, make_draft, make_invoice
from groundwork.records import write
from groundwork.records.models import ChangeSet
from groundwork.records.undo import undo
from groundwork.records.write import acting, creating, writing

ISSUERS = 50


def make_series(pattern="FV/{year}/{month}/{n:04}", restart="monthly", **fields) -> Series:
    series = Series(name=pattern, pattern=pattern, restart=restart, **fields)
    series.full_clean()
    series.save()
    return series


@pytest.mark.django_db(transaction=True)
def test_fifty_people_who_issue_at_once_leave_no_gap_and_no_number_twice():
    cast = make_cast()
    series = make_series()
    drafts = [make_draft(cast.olga) for _place in range(ISSUERS)]

    def work(place: int) -> str:
        """Every fifth act fails after its number was taken."""
        try:
            with acting(cast.olga, "invoice.issue"):
                issued = actions.issue(drafts[place], cast.olga, series)
                if place % 5 == 0:
                    raise Refusal("Something else of the act was refused.")
            return issued.document_number
        except Refusal:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(ISSUERS) as pool:
        numbers = list(pool.map(work, range(ISSUERS)))

    failed = [number for number in numbers if not number]
    assert len(failed) == ISSUERS // 5
    wanted = [f"FV/2026/05/{place:04}" for place in range(1, ISSUERS - len(failed) + 1)]
    assert sorted(number for number in numbers if number) == wanted
    kept = Invoice.objects.exclude(document_number="").values_list("document_number", flat=True)
    assert sorted(kept) == wanted


def test_a_series_counts_anew_in_each_month_and_goes_on_where_it_was(cast):
    series = make_series()
    days = [date(2026, 5, 30), date(2026, 6, 1), date(2026, 5, 31)]

    numbers = [actions.issue(make_draft(cast.olga, day=day), cast.olga, series).document_number for day in days]

    assert numbers == ["FV/2026/05/0001", "FV/2026/06/0001", "FV/2026/05/0002"]


@pytest.mark.parametrize(
    ("pattern", "restart"),
    [
        ("FV/{year}", "yearly"),
        ("FV/{n}", "yearly"),
        ("FV/{year}/{n}", "monthly"),
        ("FV/{month}/{n}", "monthly"),
        ("FV/{secret}/{n}", "never"),
        ("FV/{n.__class__}", "never"),
        ("FV/{n", "never"),
    ],
)
def test_a_pattern_whose_numbers_would_come_twice_or_that_says_nothing_is_refused(db, pattern, restart):
    with pytest.raises(ValidationError):
        make_series(pattern, restart)


def test_a_draft_has_no_number_owes_nothing_and_takes_lines_until_it_is_issued(cast):
    draft = make_draft(cast.olga)
    assert (draft.document_number, draft.open_minor, draft.paid) == ("", 0, "")

    issued = actions.issue(draft, cast.olga)

    assert (issued.document_number, issued.open_minor, issued.paid) == ("INV/2026/0001", 1000, "open")


def test_an_issue_that_is_refused_uses_up_no_number(cast):
    empty = make_draft(cast.olga)
    with writing(empty, by=cast.olga, act="edited") as fresh:
        write.drop_part(fresh, fresh.lines.get())

    with pytest.raises(Refusal, match="with lines"):
        actions.issue(empty, cast.olga)

    assert actions.issue(make_draft(cast.olga), cast.olga).document_number == "INV/2026/0001"


def test_a_number_typed_by_hand_stays_and_takes_none_of_the_series(cast):
    typed = make_draft(cast.olga)
    with writing(typed, by=cast.olga, act="edited") as fresh:
        fresh.document_number = "PAPER-7"

    issued = actions.issue(typed, cast.olga)

    assert (issued.document_number, issued.series) == ("PAPER-7", None)
    assert actions.issue(make_draft(cast.olga), cast.olga).document_number == "INV/2026/0001"


def test_a_number_that_an_imported_document_has_is_not_given_again(cast):
    make_invoice(cast.olga, number="INV/2026/0001")

    with pytest.raises(Refusal, match="already"):
        actions.issue(make_draft(cast.olga), cast.olga)


def test_the_due_day_comes_from_the_days_to_pay_of_the_company(cast):
    hazel = creating(Company(name="Hazel", payment_days=14), by=cast.olga)
    unknown = creating(Company(name="Walnut"), by=cast.olga)

    due = [actions.issue(make_draft(cast.olga, company=company), cast.olga).due_on for company in (hazel, unknown)]

    assert due == [MAY + timedelta(days=14), None]


def test_a_due_day_on_a_day_off_moves_to_the_next_working_day_where_the_law_says_so_unless_it_was_typed(cast):
    Firm.objects.update(country="PL")
    raise_config_version()
    days = (date(2026, 6, 4) - MAY).days  # Corpus Christi, a Thursday
    hazel = creating(Company(name="Hazel", payment_days=days), by=cast.olga)
    typed = make_draft(cast.olga, company=hazel)
    with writing(typed, by=cast.olga, act="edited") as held:
        held.due_on = date(2026, 6, 4)

    due = [actions.issue(draft, cast.olga).due_on for draft in (make_draft(cast.olga, company=hazel), typed)]

    assert due == [date(2026, 6, 5), date(2026, 6, 4)]


@pytest.mark.parametrize(("name", "value"), [("currency", "EUR"), ("issued_on", date(2026, 1, 1)), ("kind", "credit")])
def test_the_money_of_an_issued_document_stands(cast, name, value):
    invoice = make_invoice(cast.olga)

    with pytest.raises(Refusal, match="credit note"), writing(invoice, by=cast.olga, act="edited") as fresh:
        setattr(fresh, name, value)

    with pytest.raises(Refusal, match="credit note"), writing(invoice, by=cast.olga, act="edited") as fresh:
        write.drop_part(fresh, fresh.lines.get())


def test_an_issued_document_is_not_hidden_nor_made_a_draft_again_by_undo(cast):
    issued = actions.issue(make_draft(cast.olga), cast.olga)

    with pytest.raises(Refusal, match="no gaps"):
        write.archive(issued, by=cast.olga)
    with pytest.raises(Refusal, match="stands"):
        undo(ChangeSet.objects.get(act="invoice.issue"), by=cast.olga)

    issued.refresh_from_db()
    assert (issued.document_number, issued.is_archived) == ("INV/2026/0001", False)


def test_a_rate_that_is_not_in_force_on_the_day_is_refused(cast):
    draft = make_draft(cast.olga, day=date(2026, 1, 1), vat_code="RU-20")

    with pytest.raises(Refusal, match="RU-20"):
        actions.issue(draft, cast.olga)


def test_vat_is_rounded_on_each_line_or_once_a_rate_as_the_series_says(cast):
    lines = [(None, 1, "0.33")] * 3

    by_line = make_draft(cast.olga, *lines, vat_code="PL-23", currency="PLN")
    by_rate = make_draft(cast.olga, *lines, vat_code="PL-23", currency="PLN", vat_by=vat.RATE)

    assert (by_line.vat_minor, by_line.gross_minor) == (3 * 8, 99 + 24)
    assert (by_rate.vat_minor, by_rate.gross_minor) == (23, 99 + 23)


def test_a_draft_counts_vat_as_the_series_that_numbers_it_does(cast):
    draft = make_draft(cast.olga, *[(None, 1, "0.33")] * 3, vat_code="PL-23", currency="PLN")

    issued = actions.issue(draft, cast.olga, make_series(vat_by=vat.RATE))

    assert (issued.vat_by, issued.vat_minor, issued.gross_minor) == (vat.RATE, 23, 99 + 23)
    assert issued.open_minor == issued.gross_minor
