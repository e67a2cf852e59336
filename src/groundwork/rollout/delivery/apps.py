from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "groundwork.rollout.delivery"
    label = "delivery"
    verbose_name = _("Try it")

    def ready(self):
        from groundwork.records.write import Follower, followers
        from groundwork.rollout.delivery import buttons, types  # noqa: F401 - declares the record types
        from groundwork.rollout.delivery.actions import follow_cases, follow_requirements, keep_defect_on_a_list
        from groundwork.rollout.delivery.reporting import report
        from groundwork.rollout.discovery.actions import Taker, takers

        takers.add(Taker("fault", _("something does not work"), report, may=lambda user: user.can("create", "defect")))
        followers.add(Follower("delivery.tests", "requirement", follow_requirements))
        followers.add(Follower("delivery.cases", "use_case", follow_cases))
        followers.add(Follower("delivery.defects", "defect", keep_defect_on_a_list))
