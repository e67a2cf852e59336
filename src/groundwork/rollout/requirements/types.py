"""What makes requirements visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
from groundwork.rollout.requirements.models import Frozen, Phase, Requirement, RequirementNeed, UseCase, UseStep

requirement = types.add(
    RecordType(
        model=Requirement,
        label=_("Requirement"),
        plural=_("Requirements"),
        icon="file-check",
        prefix="R",
        group="rollout",
        editors_make=True,
        fields=("statement", "done_when", "goal", "worth", "fit", "phase", "parent", "author"),
        columns=("statement", "goal", "state", "phase", "worth", "confirmed_by", "live_at", "owner", "updated_at"),
        sorts=("-updated_at", "statement"),
        quick=("statement", "done_when", "goal"),
        search=("statement", "done_when"),
        filters=("state", "goal", "phase", "worth", "fit", "parked_until", "owner"),
        board="state",
        section="",
        order=30,
        parts=(PartType("needs", RequirementNeed, _("Who asked"), ("need",), addable=False),),
        explain=_("A requirement is one thing we agreed on: what it is, and how we will know that it is done."),
    )  # fmt: skip
)

phase = types.add(
    RecordType(
        model=Phase,
        label=_("Phase"),
        plural=_("Phases"),
        icon="milestone",
        prefix="PH",
        group="rollout",
        editors_make=True,
        fields=("name", "nth", "starts_on", "ends_on"),
        columns=("nth", "name", "state", "starts_on", "ends_on", "frozen_at", "live_on", "owner", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "nth"),
        search=("name",),
        filters=("state", "owner"),
        section="",
        order=29,
        parts=(PartType("frozen", Frozen, _("What was settled"), ("requirement",), addable=False, removable=False),),
        explain=_("A phase is a part of the roll-out that goes live by itself. The first one has what must be there."),
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
        editors_make=True,
        fields=("name", "requirement", "actor", "trigger", "work_step"),
        columns=("name", "requirement", "actor", "trigger", "work_step", "owner", "updated_at"),
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
