"""An administrator is told on the start page that kept sums were wrong, and makes them anew."""

import pytest
from django.urls import reverse

from groundwork.access.audit import Event
from groundwork.access.models import AuditEntry
from groundwork.background.models import Run
from groundwork.crm.trade import rolling
from groundwork.crm.trade.profit import profit
from groundwork.crm.trade.rollups import MonthSum, RolledMonth, differences
from groundwork.crm.trade.testing import make_invoice


@pytest.fixture
def wrong(cast):
    """The sums by company of May were not right last night."""
    make_invoice(cast.anna)
    rolling.roll_all()
    MonthSum.objects.filter(grain="company").update(amount=1)
    rolling.compare("2026-05")
    return cast


def test_an_administrator_reads_what_differed_and_when(wrong, as_user):
    page = as_user(wrong.adam).get(reverse("records:home"), follow=True)

    (row,) = page.context["differences"].rows
    assert [cell.text for cell in row.cells[:2]] == ["2026-05", "company 1"]
    assert RolledMonth.objects.get().differed_at is not None
    assert "Make all sums anew" in page.content.decode()


def test_others_are_not_troubled_by_it(wrong, as_user):
    assert "differences" not in as_user(wrong.olga).get(reverse("insight:above")).context
    rolling.roll_all()
    rolling.compare("2026-05")
    assert as_user(wrong.adam).get(reverse("insight:above")).context["differences"] is None


def test_one_act_makes_all_sums_anew_and_the_audit_log_keeps_it(wrong, as_user):
    answer = as_user(wrong.adam).post(reverse("trade:rebuild"))

    assert answer.status_code == 302
    assert differences() == []
    entry = AuditEntry.objects.get(event=Event.SUMS_REBUILT)
    assert (entry.user, entry.detail) == (wrong.adam, {"periods": "2026-05 (company 1)"})
    assert Run.objects.filter(kind="trade.rollups").exists()
    rolling.roll_all()
    assert profit("company") == profit("company", raw=True)


def test_only_who_configures_may_and_a_refusal_leaves_all_as_it_was(wrong, as_user):
    assert as_user(wrong.olga).post(reverse("trade:rebuild")).status_code == 403
    assert as_user(wrong.adam).get(reverse("trade:rebuild")).status_code == 405

    assert len(differences()) == 1
    assert not AuditEntry.objects.filter(event=Event.SUMS_REBUILT).exists()
