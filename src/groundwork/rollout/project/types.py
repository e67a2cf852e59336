"""What makes decisions visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import RecordType, types
from groundwork.rollout.project.models import Decision

decision = types.add(
    RecordType(
        model=Decision,
        label=_("Decision"),
        plural=_("Decisions"),
        icon="gavel",
        prefix="D",
        group="rollout",
        editors_make=True,
        fields=("statement", "rejected", "downside", "review_on"),
        columns=("statement", "lifts", "faults", "review_on", "owner", "updated_at"),
        sorts=("-updated_at", "statement"),
        quick=("statement",),
        search=("statement", "rejected", "downside"),
        filters=("lifts", "review_on", "owner"),
        section="",
        order=90,
        explain=_("A decision says what was chosen and why, with a name under it."),
    )  # fmt: skip
)
