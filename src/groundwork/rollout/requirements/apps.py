from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequirementsConfig(AppConfig):
    name = "groundwork.rollout.requirements"
    label = "requirements"
    verbose_name = _("What we agreed")

    def ready(self):
        from groundwork.rollout.requirements import types  # noqa: F401 - declares the record types
