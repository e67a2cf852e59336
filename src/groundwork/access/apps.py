from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "groundwork.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self):
        from groundwork.access import menu  # noqa: F401 - adds the menu, the elements and the check
