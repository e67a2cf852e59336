from django.urls import path

from groundwork.crm.insight import built_views, views

app_name = "insight"
urlpatterns = [
    path("above", views.above, name="above"),
    path("report/lines", views.lines, name="lines"),
    path("report/unknown-costs/ask", views.ask_costs, name="ask_costs"),
    path("reports", built_views.reports, name="reports"),
    path("reports/new/<slug:type_key>", built_views.build, name="build"),
    path("reports/<int:pk>", built_views.built, name="built"),
    path("reports/<int:pk>/download.<slug:form>", built_views.built_download, name="built_download"),
    path("reports/<int:pk>/drop", built_views.built_drop, name="built_drop"),
    path("reports/<int:pk>/back", built_views.built_back, name="built_back"),
    path("report/<slug:key>", views.report, name="report"),
    path("report/<slug:key>/download.<slug:kind>", views.download, name="download"),
]
