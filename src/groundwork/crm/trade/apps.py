from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class TradeConfig(AppConfig):
    name = "groundwork.crm.trade"
    label = "trade"
    verbose_name = _("Trade")

    def ready(self):
        from groundwork.background import schedules
        from groundwork.background.setup import Check, Step, on_doctor, on_init, on_restore
        from groundwork.crm.trade import (  # noqa: F401 - they register
            claim_facts,
            configured,
            documents,
            facts,
            headers,
            imports,
            posting,
            presets,
            rolling,
            types,
            units,
        )
        from groundwork.records.write import Follower, followers
        from groundwork.ui import keys

        keys.go("O", "order")
        followers.add(Follower("list of units", units.Unit.type_key, units.follow))
        schedules.every("trade.rollups", rolling.roll_soon, seconds=60)
        schedules.every("trade.compare", rolling.compare_soon, seconds=24 * 3600)
        on_init.add(Step("monthly sums", rolling.begin))
        on_restore.add(Step("monthly sums", lambda _out: rolling.void_everything()))
        on_doctor.add(Check("monthly sums", rolling.fault))
        self.documents()
        self.kept_by_law()

    @staticmethod
    def kept_by_law():
        """402-ФЗ art. 29 and the Polish ustawa o rachunkowości art. 74: five years; GDPR art. 17 (3) b."""
        from django.utils.translation import gettext_lazy as _

        from groundwork.records.personal.facts import Kept, kept_by_law

        why = _("Accounting documents are kept for the years that the law on accounting names.")
        for type_key in ("invoice", "payment", "purchase"):
            kept_by_law.add(Kept(type_key, why))

    @staticmethod
    def documents():
        from groundwork.background.setup import Step, on_init
        from groundwork.crm.trade import buttons, goods_buttons, panels, printing, series, timeline  # noqa: F401 - they register
        from groundwork.ui.navigation import Entry, entries

        on_init.add(Step("number series", series.make_built_in))
        entries.add(
            Entry(
                "series", _("Number series"), "list-ordered", lambda: reverse("trade:series"), "settings", 30,
                lambda user: user.can("configure", "settings"),
            )
        )  # fmt: skip
