from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscoveryConfig(AppConfig):
    name = "groundwork.rollout.discovery"
    label = "discovery"
    verbose_name = _("What people told us")

    def ready(self):
        from functools import partial

        from django.urls import reverse_lazy

        from groundwork.access.ready import Beginning, beginnings
        from groundwork.records.write import Follower, followers
        from groundwork.rollout.discovery import actions, fates, measures, types  # noqa: F401 - declare what they hold
        from groundwork.ui.navigation import Entry, asides

        followers.add(Follower("fates of needs", "need", fates.follow_needs))
        followers.add(Follower("fates of conflicts", "conflict", fates.follow_conflicts))
        asides.add(
            Entry(
                "tell",
                _("Tell us"),
                "message-square-quote",
                reverse_lazy("rollout:tell"),
                may=lambda user: user.can("create", "need"),
            )
        )
        for template, number in (("wholesale", "margin"), ("agency", "in-time"), ("service", "paid")):
            beginnings.add(Beginning(f"first number of {template}", template, partial(actions.begin_with, number)))
