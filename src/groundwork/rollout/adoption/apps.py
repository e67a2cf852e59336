from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdoptionConfig(AppConfig):
    name = "groundwork.rollout.adoption"
    label = "adoption"
    verbose_name = _("Is it used")

    def ready(self):
        from groundwork.background import schedules
        from groundwork.records.tasks.asking import DaySection, my_day
        from groundwork.rollout.adoption import helped, rounds

        schedules.every("rollout.measured", rounds.keep_all, seconds=24 * 3600)
        my_day.add(DaySection("did it help", "adoption/day.html", helped.day_section))
