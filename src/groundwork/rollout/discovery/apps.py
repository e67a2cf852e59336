from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscoveryConfig(AppConfig):
    name = "groundwork.rollout.discovery"
    label = "discovery"
    verbose_name = _("What people told us")

    def ready(self):
        from groundwork.access.firstrun import Start, starts
        from groundwork.rollout.discovery import actions, types  # noqa: F401 - declares the record types

        starts.add(
            Start(
                "wholesale",
                _("A wholesale trader: with a first number, our margin by product"),
                actions.begin_wholesale,
            )
        )
