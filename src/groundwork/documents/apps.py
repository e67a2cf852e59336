from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "groundwork.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self):
        from groundwork.documents import personal  # noqa: F401 - it adds a format
