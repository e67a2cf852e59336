"""What makes goals and needs visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import RecordType, types
from groundwork.rollout.discovery.models import Goal, Need

goal = types.add(
    RecordType(
        model=Goal,
        label=_("Goal"),
        plural=_("Goals"),
        icon="target",
        prefix="GO",
        group="rollout",
        fields=("statement", "kind", "metric", "target", "due"),
        columns=("statement", "state", "metric", "baseline", "target", "due", "owner", "updated_at"),
        sorts=("statement", "updated_at"),
        quick=("statement", "target", "due"),
        search=("statement",),
        filters=("state", "kind", "owner", "due"),
        board="state",
        section="",
        order=10,
        explain=_("A goal is a number that should change: from where, to where, by when, and who answers for it."),
    )  # fmt: skip
)

need = types.add(
    RecordType(
        model=Need,
        label=_("Need"),
        plural=_("Needs"),
        icon="message-square-quote",
        prefix="N",
        group="rollout",
        fields=("statement", "kind", "author"),
        columns=("statement", "kind", "author", "department", "state", "reason", "updated_at"),
        sorts=("-updated_at", "statement"),
        quick=("statement", "kind", "author"),
        search=("statement",),
        filters=("state", "kind", "author", "department"),
        board="state",
        section="",
        order=20,
        explain=_("A need is what one person told us about the work, in that person's own words."),
    )  # fmt: skip
)
