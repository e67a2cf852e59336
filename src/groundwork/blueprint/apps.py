from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlueprintConfig(AppConfig):
    name = "groundwork.blueprint"
    label = "blueprint"
    verbose_name = _("Configuration")
