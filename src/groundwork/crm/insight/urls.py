from django.urls import path

from groundwork.crm.insight import views

app_name = "insight"
urlpatterns = [
    path("above", views.above, name="above"),
    path("report/lines", views.lines, name="lines"),
    path("report/unknown-costs/ask", views.ask_costs, name="ask_costs"),
    path("report/<slug:key>", views.report, name="report"),
    path("report/<slug:key>/download.<slug:kind>", views.download, name="download"),
]
