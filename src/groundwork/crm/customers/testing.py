"""Factories of the customers room for tests, here and above. Everything goes through the write path."""

from datetime import date

from groundwork.crm.customers.facts import recompute
from groundwork.crm.customers.models import Company, CompanyFacts, Contact
from groundwork.records.write import creating

MAY = date(2026, 5, 10)


def make_company(by, name="Tortola", **fields) -> Company:
    return creating(Company(name=name, **fields), by=by)


def make_contact(by, name="Ivan", company=None, **fields) -> Contact:
    return creating(Contact(name=name, company=company, **fields), by=by)


def recompute_all(as_of: date | None = None) -> None:
    """The facts of all companies at once, as the job would keep them."""
    recompute(list(Company.objects.values_list("pk", flat=True)), as_of)


def facts_of(company=None, **fields) -> CompanyFacts:
    """Facts of a customer of two years who buys every 14 days and did so last week; not kept."""
    honest = {
        "as_of": MAY, "currency": "GBP", "documents": 40, "buying_days": 30, "first_on": date(2024, 5, 1),
        "last_on": date(2026, 5, 3), "silent_days": 7, "rhythm_days": 14, "revenue_12m_minor": 1_000_00,
        "revenue_before_minor": 1_000_00,
    }  # fmt: skip
    return CompanyFacts(company=company, **(honest | fields))
