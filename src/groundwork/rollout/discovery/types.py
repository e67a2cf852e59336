"""What makes goals and needs visible."""

from django.utils.translation import gettext_lazy as _

from groundwork.records.types import RecordType, types
from groundwork.rollout.discovery.models import Conflict, Discrepancy, Goal, Interview, Need, WorkProcess, WorkStep

goal = types.add(
    RecordType(
        model=Goal,
        label=_("Goal"),
        plural=_("Goals"),
        icon="target",
        prefix="GO",
        group="rollout",
        editors_make=True,
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
        editors_fill=("author",),
        fields=("statement", "kind", "author"),
        columns=("statement", "kind", "author", "department", "state", "reason", "until", "updated_at"),
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

work_process = types.add(
    RecordType(
        model=WorkProcess,
        label=_("Work"),
        plural=_("Kinds of work"),
        icon="route",
        prefix="W",
        group="interviews",
        fields=("name", "owner", "department"),
        columns=("name", "department", "owner", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name",),
        search=("name",),
        filters=("department", "owner"),
        section="",
        order=21,
        explain=_("Work is what a department does, named as people call it. We ask about one kind of work at a time."),
    )  # fmt: skip
)

interview = types.add(
    RecordType(
        model=Interview,
        label=_("Interview"),
        plural=_("Interviews"),
        icon="message-circle-question-mark",
        prefix="IV",
        group="interviews",
        fields=("process", "asked", "respondent", "level"),
        columns=("asked", "process", "level", "state", "confirmed_at", "owner", "updated_at"),
        sorts=("-updated_at", "asked"),
        search=("asked",),
        filters=("state", "level", "process", "department"),
        board="state",
        section="",
        order=22,
        typed=False,
        explain=_("An interview is the eight questions to one person about one kind of work."),
    )  # fmt: skip
)

work_step = types.add(
    RecordType(
        model=WorkStep,
        label=_("Step of work"),
        plural=_("Steps of work"),
        icon="footprints",
        prefix="WS",
        group="interviews",
        fields=(
            "name",
            "process",
            "times",
            "per",
            "minutes",
            "source",
            "tool",
            "goes_to",
            "approval",
            "report",
            "place",
            "comes_in",
        ),
        columns=("name", "process", "times", "per", "minutes", "tool", "place", "department", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "process"),
        search=("name", "tool"),
        filters=("process", "place", "per", "department"),
        board="place",
        section="",
        order=23,
        explain=_("A step is one thing that is done in a kind of work: how often, with what, where from and where to."),
    )  # fmt: skip
)

discrepancy = types.add(
    RecordType(
        model=Discrepancy,
        label=_("Difference"),
        plural=_("Differences"),
        icon="git-compare",
        prefix="DF",
        group="interviews",
        fields=("name", "process", "kind", "state", "decision"),
        columns=("name", "process", "kind", "state", "decision", "owner", "updated_at"),
        sorts=("-updated_at", "name"),
        search=("name",),
        filters=("state", "kind", "process", "owner"),
        board="state",
        section="",
        order=24,
        typed=False,
        explain=_("A difference is what the head of a work and somebody who does it tell differently."),
    )  # fmt: skip
)

conflict = types.add(
    RecordType(
        model=Conflict,
        label=_("Conflict"),
        plural=_("Conflicts"),
        icon="swords",
        prefix="CF",
        group="rollout",
        editors_make=True,
        fields=("subject", "one", "other", "due", "owner"),
        columns=("subject", "one", "other", "state", "due", "owner", "decision", "updated_at"),
        sorts=("-updated_at", "subject"),
        search=("subject",),
        filters=("state", "owner", "due"),
        board="state",
        section="",
        order=25,
        typed=False,
        explain=_("A conflict is two things told to us that cannot both be had. Its owner sees to a decision."),
    )  # fmt: skip
)
