from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "groundwork.ui"
    label = "ui"
