from django.urls import path

from groundwork.config import everything_views

app_name = "everything"
urlpatterns = [
    path("", everything_views.page, name="page"),
    path("begin", everything_views.begin, name="begin"),
    path("<int:pk>/stop", everything_views.stop, name="stop"),
    path("<int:pk>/file", everything_views.file, name="file"),
]
