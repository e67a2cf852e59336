from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "groundwork.crm.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self):
        from groundwork.crm.customers import types  # noqa: F401 - declares the record types
