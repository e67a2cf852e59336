"""The reports there are: each is an element, so that it is known who asked for it and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import Declared, declared
from groundwork.core.registry import Registry
from groundwork.crm.trade import profit


@dataclass(frozen=True)
class Report:
    """``run(by, **limits)`` gives rows; ``dimensions`` are what it can be grouped by, with their words."""

    key: str
    label: Any
    run: Callable[..., list]
    dimensions: dict[str, Any]
    element: str


reports: Registry[Report] = Registry(lambda item: item.key)


def reads_reports(user) -> bool:
    return user.can("view", "reports")


def report_address():
    from django.urls import reverse

    return reverse("insight:report", args=["profit"])


declared.add(Declared(key="report:profit", kind="report", label=_("Profit"), url=report_address, may=reads_reports))
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
