"""What makes questions visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import PartType, RecordType, types
from groundwork.rollout.questions.models import Question, QuestionBlock

question = types.add(
    RecordType(
        model=Question,
        label=_("Question"),
        plural=_("Questions"),
        icon="circle-help",
        prefix="Q",
        group="rollout",
        fields=("text", "owner"),
        columns=("text", "owner", "asked_by", "due_on", "state", "answer", "updated_at"),
        sorts=("-updated_at", "text"),
        quick=("text",),
        search=("text", "answer"),
        filters=("state", "owner", "asked_by", "due_on"),
        section="",
        order=50,
        parts=(PartType("blocks", QuestionBlock, _("What waits for it"), ("requirement",), addable=False),),
        explain=_(
            "A question is what somebody must know before the work goes on; it is answered within a working day."
        ),
    )  # fmt: skip
)
