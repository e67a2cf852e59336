from django.urls import path

from groundwork.ui import views

app_name = "ui"
urlpatterns = [
    path("ui/components", views.components, name="components"),
    path("ui/components/rows", views.more_rows, name="more_rows"),
    path("ui/components/totals", views.totals, name="totals"),
    path("ui/components/why", views.why, name="why"),
    path("ui/components/toast", views.make_toast, name="toast"),
    path("ui/components/dialog", views.dialog, name="dialog"),
    path("ui/components/refusal", views.refuse, name="refusal"),
]
