"""What makes tests visible. They are made from what we agreed, never typed in."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
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
        columns=("script", "requirement", "owner", "updated_at"),
        sorts=("-updated_at", "script"),
        search=("script",),
        filters=("requirement", "owner"),
        section="",
        order=40,
        typed=False,
        parts=(
            PartType(
                "runs", TestRun, _("Tries"), ("at", "tester", "works", "fits", "remark"), order="-at", addable=False
            ),
        ),
        explain=_("A test is what somebody does to see that what we agreed works and fits."),
    )  # fmt: skip
)
