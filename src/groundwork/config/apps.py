from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class OperationConfig(AppConfig):
    name = "groundwork.config"
    label = "config"
    verbose_name = _("Operation")

    def ready(self):
        from groundwork.background import schedules
        from groundwork.background.kinds import Kind, kinds
        from groundwork.config import everything
        from groundwork.ui.navigation import Entry, entries

        kinds.add(Kind(everything.RUN, everything.step, _("The whole firm in one file"), is_apart=True))
        schedules.every("config.everything", everything.tidy, seconds=3600)
        entries.add(
            Entry("everything", _("Take everything out"), "package-open", lambda: reverse("everything:page"),
                  "settings", 95, everything.may)
        )  # fmt: skip
