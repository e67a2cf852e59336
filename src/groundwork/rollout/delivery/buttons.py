"""What is done to a fault: put right, sent back, closed."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.records.pages import PageAction, page_actions
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.forms import WordForm


def is_to_mend(defect: Defect) -> bool:
    return defect.state == Defect.State.OPEN


def is_to_judge(defect: Defect) -> bool:
    return defect.state == Defect.State.MENDED


# Everybody who sees a fault may be its owner or its finder: whose business it is, ``for_whom`` says.
page_actions.add(
    PageAction(
        "defect.mend", _("It is put right"), lambda defect, by: defect.mend(by=by), verb="view", icon="wrench",
        done=_("Whoever found it is asked to try again."), past=_("Put right"), primary=True,
        offered=is_to_mend, for_whom=Defect.is_mended_by,
    )
)  # fmt: skip
page_actions.add(
    PageAction(
        "defect.close", _("It is gone"), lambda defect, by: defect.close(by=by), verb="view", icon="check",
        done=_("Thank you. The fault is gone."), past=_("Gone"), primary=True,
        offered=is_to_judge, for_whom=Defect.is_judged_by,
    )
)  # fmt: skip
page_actions.add(
    PageAction(
        "defect.back", _("It is still there"), lambda defect, by, word: defect.send_back(by=by, word=word),
        verb="view", icon="undo-2", form=WordForm, past=pgettext_lazy("of a fault", "Came back"),
        done=_("Its owner has it again."), offered=is_to_judge, for_whom=Defect.is_judged_by,
    )
)  # fmt: skip
