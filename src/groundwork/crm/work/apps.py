from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "groundwork.crm.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self):
        from groundwork.crm.work import first_steps
        from groundwork.records.tasks.asking import DayLink, DaySection, day_links, my_day
        from groundwork.ui.navigation import Entry, entries

        my_day.add(DaySection("first steps", "work/day.html", first_steps.day_section))
        entries.add(
            Entry(
                "first steps", _("First steps"), "sprout", lambda: reverse("work:first_steps"), "management", 30,
                may=lambda user: user.can("view", "reports"),
            )
        )  # fmt: skip
        day_links.add(DayLink("work:feed", _("My calendar in other programs")))
