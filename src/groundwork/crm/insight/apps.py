from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

SECTIONS = ("open_debts", "concentration", "customers_by", "unknown_costs")  # as they stand on the screen


class InsightConfig(AppConfig):
    name = "groundwork.crm.insight"
    label = "insight"
    verbose_name = _("View from above")

    def ready(self):
        from importlib import import_module

        from django.urls import reverse

        for section in SECTIONS:
            import_module(f"groundwork.crm.insight.{section}")
        from groundwork.blueprint.elements import Addresses, addresses
        from groundwork.crm.insight import configured, reports  # noqa: F401 - declare the reports
        from groundwork.crm.insight.built import found_reports, trash_of
        from groundwork.crm.insight.reports import reads_reports
        from groundwork.records.imports.brought import seen_in
        from groundwork.records.lists.over import OverList, over_lists
        from groundwork.records.undoing import AlsoInTrash, also_in_trash
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, entries
        from groundwork.ui.palette import Source, sources

        above = Entry(
            key="above",
            label=_("From above"),
            icon="eye",
            url=lambda: reverse("insight:above"),
            section="management",
            order=10,
            may=reads_reports,
        )
        seen_in.add(entries.add(above))
        keys.go("V", "above")
        entries.add(
            Entry(
                key="reports",
                label=_("Reports"),
                icon="table-2",
                url=lambda: reverse("insight:reports"),
                section="management",
                order=12,
                may=reads_reports,
            )
        )
        over_lists.add(
            OverList("insight:build", _("Make a report"), "table-2", lambda user: user.can("view", "reports"))
        )
        sources.add(Source("reports", found_reports, order=45))
        also_in_trash.add(AlsoInTrash("reports", trash_of))
        addresses.add(
            Addresses(
                "report:built-", lambda key: reverse("insight:built", args=[int(key)]),
                reads_reports,
            )
        )  # fmt: skip
