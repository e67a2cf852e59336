from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscoveryConfig(AppConfig):
    name = "groundwork.rollout.discovery"
    label = "discovery"
    verbose_name = _("What people told us")

    def ready(self):
        from groundwork.access.ready import Beginning, beginnings
        from groundwork.rollout.discovery import actions, types  # noqa: F401 - declares the record types

        beginnings.add(Beginning("first number", "wholesale", actions.begin_wholesale))
