from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackgroundConfig(AppConfig):
    name = "groundwork.background"
    label = "background"
    verbose_name = _("Background work")

    def ready(self) -> None:
        from . import schedules, work

        schedules.every("background.rescue", work.rescue, seconds=60)
        schedules.every("background.forget", work.forget, seconds=24 * 3600)
