from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "groundwork.crm.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self):
        from groundwork.background import schedules
        from groundwork.crm.customers import (  # noqa: F401 - they register
            cards,
            configured,
            duplicates,
            facts,
            headers,
            people,
            relationship,
            types,
        )
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, entries

        schedules.every("customers.facts", facts.start_if_stale, seconds=60)
        schedules.every("customers.facts.day", facts.mark_all, seconds=24 * 3600)
        schedules.every("customers.duplicates", duplicates.look_at_all, seconds=24 * 3600)
        keys.go("C", "company")
        entries.add(
            Entry(
                key="relationship",
                label=_("Relationship rules"),
                icon="handshake",
                url=lambda: reverse("customers:rules"),
                section="settings",
                order=40,
                may=lambda user: user.can("configure", "settings"),
            )  # fmt: skip
        )
