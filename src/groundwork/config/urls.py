"""Every address of the product. The permission matrix is generated from this table."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("groundwork.access.account_urls")),
    path("ui/", include("groundwork.ui.urls")),
    path("", include("groundwork.access.urls")),
    path("import/", include("groundwork.records.imports.urls")),
    path("", include("groundwork.records.urls")),
    path("", include("groundwork.crm.customers.urls")),
    path("trade/", include("groundwork.crm.trade.urls")),
    path("", include("groundwork.crm.work.urls")),
    path("", include("groundwork.crm.sales.urls")),
    path("", include("groundwork.crm.insight.urls")),
    path("everything/", include("groundwork.config.everything_urls")),
    path("rollout/", include("groundwork.rollout.urls")),
]
