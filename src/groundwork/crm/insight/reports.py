"""The reports there are: each is an element, so that it is known who asked for it and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import Declared, declared
from groundwork.core.registry import Registry
from groundwork.crm.insight import output
from groundwork.crm.trade import debts, profit


@dataclass(frozen=True)
class Report:
    """``run(by, **limits)`` gives rows; ``dimensions`` are what it can be grouped by, with their words."""

    key: str
    label: Any
    run: Callable[..., list]
    dimensions: dict[str, Any]
    element: str


reports: Registry[Report] = Registry(lambda item: item.key)


def report_address():
    from django.urls import reverse

    return reverse("insight:report", args=["profit"])


declared.add(Declared(key="report:profit", kind="report", label=_("Profit"), url=report_address))
reports.add(
    Report(
        key="profit",
        label=_("Profit"),
        run=profit.profit,
        dimensions={
            "month": _("month"),
            "product": _("product"),
            "category": _("category"),
            "company": _("company"),
            "country": _("country"),
            "owner": _("owner"),
            "department": _("department"),
        },
        element="report:profit",
    )
)


@dataclass(frozen=True)
class PlainReport:
    """A report of one shape: ``rows(user, as_of)`` gives (columns, records); None for a value that is unknown."""

    key: str
    label: Any
    rows: Callable[..., tuple[list[str], list[dict]]]
    element: str


plain_reports: Registry[PlainReport] = Registry(lambda item: item.key)
DEBTS = (
    "open", "not_due", "days_30", "days_60", "days_90", "older", "without_day", "credit", "balance", "limit",
    "over_limit",
)  # fmt: skip


def debts_rows(user, as_of: date | None) -> tuple[list[str], list[dict]]:
    """A row a company and currency. Where no payment was kept by then, one row that says nothing: debts are unknown."""
    columns = ["company", "name", *DEBTS, "currency"]
    found = debts.debts(user, as_of=as_of or debts.default_day(user))
    if found is None:
        return columns, [dict.fromkeys(columns)]
    records = []
    for row in found:
        amounts = {name: output.major(getattr(row, name), row.currency) for name in DEBTS}
        records.append({"company": row.number or None, "name": row.name, **amounts, "currency": row.currency})
    return columns, records


declared.add(Declared(key="report:debts", kind="report", label=_("Debts")))
plain_reports.add(PlainReport("debts", _("Debts"), debts_rows, "report:debts"))
