"""What makes requirements visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
from groundwork.rollout.requirements.models import Requirement, RequirementNeed

requirement = types.add(
    RecordType(
        model=Requirement,
        label=_("Requirement"),
        plural=_("Requirements"),
        icon="file-check",
        prefix="R",
        group="rollout",
        fields=("statement", "done_when", "goal"),
        columns=("statement", "goal", "state", "confirmed_by", "live_at", "owner", "updated_at"),
        sorts=("-updated_at", "statement"),
        quick=("statement", "done_when", "goal"),
        search=("statement", "done_when"),
        filters=("state", "goal", "owner"),
        board="state",
        section="",
        order=30,
        parts=(PartType("needs", RequirementNeed, _("Who asked"), ("need",), addable=False),),
        explain=_("A requirement is one thing we agreed on: what it is, and how we will know that it is done."),
    )  # fmt: skip
)
