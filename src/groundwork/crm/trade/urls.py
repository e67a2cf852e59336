from django.urls import path

from groundwork.crm.trade import views

app_name = "trade"
urlpatterns = [
    path("series", views.series, name="series"),
    path("series/new", views.series_new, name="series_new"),
    path("series/<int:pk>", views.series_edit, name="series_edit"),
    path("sums/rebuild", views.rebuild, name="rebuild"),
]
