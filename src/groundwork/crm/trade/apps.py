from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradeConfig(AppConfig):
    name = "groundwork.crm.trade"
    label = "trade"
    verbose_name = _("Trade")

    def ready(self):
        from groundwork.crm.trade import documents, facts, imports, types, units  # noqa: F401 - they register
        from groundwork.records.write import Follower, followers

        followers.add(Follower("list of units", units.Unit.type_key, units.follow))
