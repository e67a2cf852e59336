from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradeConfig(AppConfig):
    name = "groundwork.crm.trade"
    label = "trade"
    verbose_name = _("Trade")

    def ready(self):
        from groundwork.crm.trade import documents, imports, types  # noqa: F401 - declare types and layouts, keep the totals
