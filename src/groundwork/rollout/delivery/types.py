"""What makes tests visible. They are made from what we agreed, never typed in."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
from groundwork.rollout.delivery.defects import Defect
from groundwork.rollout.delivery.models import AcceptanceTest, TestRun

acceptance_test = types.add(
    RecordType(
        model=AcceptanceTest,
        label=_("Test"),
        plural=_("Tests"),
        icon="clipboard-check",
        prefix="AT",
        group="rollout",
        fields=(),
        columns=("name", "requirement", "script", "owner", "updated_at"),
        sorts=("-updated_at", "name"),
        search=("name", "script"),
        filters=("requirement", "owner"),
        section="",
        order=40,
        typed=False,
        parts=(
            PartType(
                "runs",
                TestRun,
                _("Tries"),
                ("at", "tester", "works", "fits", "remark", "step"),
                order="-at",
                addable=False,
            ),
        ),
        explain=_("A test is what somebody does to see that what we agreed works and fits."),
    )  # fmt: skip
)

defect = types.add(
    RecordType(
        model=Defect,
        label=_("Fault"),
        plural=_("Faults"),
        icon="bug",
        prefix="F",
        group="rollout",
        fields=("what", "severity", "owner", "due_on"),
        columns=("what", "severity", "state", "owner", "due_on", "found_by", "bounces", "updated_at"),
        sorts=("-updated_at", "what"),
        quick=("what", "severity"),
        search=("what",),
        filters=("state", "severity", "owner", "found_by", "found_in", "due_on"),
        section="",
        order=41,
        explain=_("A fault is what does not work or does not fit. It has one owner, until somebody tried it again."),
    )  # fmt: skip
)
