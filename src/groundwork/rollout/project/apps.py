from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectConfig(AppConfig):
    name = "groundwork.rollout.project"
    label = "project"
    verbose_name = _("Roll-out")

    def ready(self):
        from groundwork.background.setup import Step, on_init
        from groundwork.records.pages import ActLabel, acts
        from groundwork.rollout.project import types  # noqa: F401 - declares the record types
        from groundwork.rollout.project.models import Project

        for key, label in (
            ("agreed", _("Agreed")),
            ("covered", _("Part of what we agreed")),
            ("turned down", _("Answered")),
            ("dropped", _("No longer wanted")),
            ("withdrawn", _("Withdrawn")),
            ("tried", _("Tried")),
            ("went live", _("Went live")),
            ("decided", _("Decided")),
            ("written down", _("Written down")),
            ("confirmed", _("Confirmed")),
            ("closed", _("Closed")),
            ("settled", _("Decided")),
            ("joined", _("Joined with another one")),
        ):
            acts.add(ActLabel(key, label))
        on_init.add(Step("rollout.project", lambda stdout: Project.current()))
