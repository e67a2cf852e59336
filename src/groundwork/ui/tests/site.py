"""The room on its own, for tests."""

from django.urls import include, path

urlpatterns = [path("", include("groundwork.ui.urls"))]
