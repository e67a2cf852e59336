from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "groundwork.rollout.delivery"
    label = "delivery"
    verbose_name = _("Try it")

    def ready(self):
        from groundwork.records.write import Follower, followers
        from groundwork.rollout.delivery import buttons, types  # noqa: F401 - declares the record types
        from groundwork.rollout.delivery.actions import keep_defect_on_a_list, keep_tests_in_step
        from groundwork.rollout.requirements.models import Requirement

        followers.add(Follower("delivery.tests", Requirement.type_key, keep_tests_in_step))
        followers.add(Follower("delivery.defects", "defect", keep_defect_on_a_list))
