from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "groundwork.crm.insight"
    label = "insight"
    verbose_name = _("View from above")

    def ready(self):
        from django.urls import reverse

        from groundwork.crm.insight import reports, sections  # noqa: F401 - declare the reports
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, entries

        entries.add(
            Entry(
                key="above",
                label=_("From above"),
                icon="eye",
                url=lambda: reverse("insight:above"),
                section="management",
                order=10,
                may=lambda user: user.can("view", "reports"),
            )
        )
        keys.go("V", "above")
