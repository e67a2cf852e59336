from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "groundwork.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self):
        from groundwork.access import configured, menu, ready  # noqa: F401 - they register
