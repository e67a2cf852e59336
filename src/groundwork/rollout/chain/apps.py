from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChainConfig(AppConfig):
    name = "groundwork.rollout.chain"
    label = "chain"
    verbose_name = _("The thread")

    def ready(self):
        from django.urls import reverse_lazy

        from groundwork.blueprint.elements import AgreedSource, WhySource, agreed, why
        from groundwork.crm.trade.demo import DemoPart, demo_parts
        from groundwork.records.pages import Panel, panels
        from groundwork.rollout.chain import presets  # noqa: F401 - declares the layouts
        from groundwork.rollout.chain.demo import fill
        from groundwork.rollout.chain.gates import faults
        from groundwork.rollout.chain.thread import thread_of
        from groundwork.rollout.chain.why import agreed_among, reasons
        from groundwork.rollout.project.gates import Gate, gates
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, entries

        panels.add(Panel("rollout.thread", "requirement", "chain/thread.html", thread_of))
        why.add(WhySource("rollout", reasons))
        demo_parts.add(DemoPart("roll-out", fill))
        agreed.add(AgreedSource("rollout", agreed_among))
        gates.add(Gate("rules", faults))
        for key, label, icon, address, order, verb in (
            ("rollout", _("Roll-out"), "footprints", "rollout:start", 10, "view"),
            ("map", _("Map"), "route", "rollout:map", 20, "edit"),  # others come to it from the first page
        ):
            entries.add(
                Entry(
                    key,
                    label,
                    icon,
                    reverse_lazy(address),
                    section="rollout",
                    order=order,
                    may=lambda user, verb=verb: user.can(verb, "requirement"),
                )
            )
        keys.go("M", "map")
