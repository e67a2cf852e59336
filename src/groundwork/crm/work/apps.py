from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "groundwork.crm.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self):
        from groundwork.records.tasks.asking import DayLink, day_links

        day_links.add(DayLink("work:feed", _("My calendar in other programs")))
