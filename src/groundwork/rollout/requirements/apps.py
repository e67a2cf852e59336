from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequirementsConfig(AppConfig):
    name = "groundwork.rollout.requirements"
    label = "requirements"
    verbose_name = _("What we agreed")

    def ready(self):
        from groundwork.crm.sales.review.quality import GoLive, go_lives
        from groundwork.rollout.requirements import types  # noqa: F401 - declares the record types
        from groundwork.rollout.requirements.models import first_live_on

        go_lives.add(GoLive("requirements", first_live_on))
