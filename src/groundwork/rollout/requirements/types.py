"""What makes requirements visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
from groundwork.rollout.requirements.models import Requirement, RequirementNeed, UseCase, UseStep

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

use_case = types.add(
    RecordType(
        model=UseCase,
        label=_("Use case"),
        plural=_("Use cases"),
        icon="list-ordered",
        prefix="UC",
        group="rollout",
        fields=("name", "requirement", "actor", "trigger"),
        columns=("name", "requirement", "actor", "trigger", "owner", "updated_at"),
        sorts=("-updated_at", "name"),
        quick=("name", "requirement"),
        search=("name", "trigger"),
        filters=("requirement", "actor", "owner"),
        section="",
        order=31,
        parts=(
            PartType(
                "steps",
                UseStep,
                _("Steps"),
                ("nth", "action", "expected", "uses", "mode"),
                order="nth",
                columns=("nth", "action", "expected", "uses"),
            ),
        ),
        explain=_("A use case is how something agreed is used: who does what, step by step, and what comes of it."),
    )  # fmt: skip
)
