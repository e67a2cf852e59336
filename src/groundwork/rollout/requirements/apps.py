from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequirementsConfig(AppConfig):
    name = "groundwork.rollout.requirements"
    label = "requirements"
    verbose_name = _("What we agreed")

    def ready(self):
        from groundwork.background.setup import Step, on_init
        from groundwork.crm.insight.wanted import wanters
        from groundwork.crm.sales.review.quality import GoLive, go_lives
        from groundwork.records.pages import ActLabel, acts
        from groundwork.records.write import Follower, followers
        from groundwork.rollout.requirements import following, types  # noqa: F401 - declares the record types
        from groundwork.rollout.requirements.models import first_live_on
        from groundwork.rollout.requirements.wanting import WANTERS

        go_lives.add(GoLive("requirements", first_live_on))
        followers.add(Follower("requirements.cases", "requirement", following.follow_requirements))
        followers.add(Follower("requirements.uses", "use_case", following.follow_cases))
        on_init.add(Step("requirements", lambda stdout: following.take_over()))
        for wanter in WANTERS:
            wanters.add(wanter)
        acts.add(ActLabel("frozen", _("Settled")))
        acts.add(ActLabel("field made", _("A field was made for it")))
        acts.add(ActLabel("said yes", _("Yes of who will use it")))
