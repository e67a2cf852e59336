"""Head and worker side by side: what each says, what differs, what was decided; and how much is kept where."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from groundwork.rollout.discovery.differences import Discrepancy, Pair, compared
from groundwork.rollout.discovery.interviews import Interview, WorkProcess, WorkStep

MARKED = {"often": "frequency", "source": "source", "tool": "tool", "approval": "approval"}


@dataclass
class Line:
    """One thing: what both say, as (words, differs), and the differences with their decisions."""

    name: str
    led: list[tuple[str, bool]]
    done: list[tuple[str, bool]]
    differences: list[dict]


@dataclass
class Comparison:
    head: Interview
    worker: Interview
    heads: list[Interview]
    workers: list[Interview]
    lines: list[Line]

    @property
    def count(self) -> int:
        return sum(len(line.differences) for line in self.lines)

    @property
    def open(self) -> int:
        return sum(each["row"].is_open for line in self.lines for each in line.differences)

    @classmethod
    def of(cls, user, process: WorkProcess, wanted) -> "Comparison | None":
        """Of the last head and the last worker who confirmed, or of those ``wanted`` (?head=1&worker=2)."""
        seen = Interview.objects.visible_to(user).current().filter(process=process, state=Interview.State.CONFIRMED)
        told = list(seen.order_by("-confirmed_at", "-pk"))
        workers = [interview for interview in told if interview.level == Interview.Level.WORKER]
        heads = [interview for interview in told if interview.level != Interview.Level.WORKER]
        if not heads or not workers:
            return None
        head, worker = chosen(heads, wanted.get("head")), chosen(workers, wanted.get("worker"))
        return cls(head, worker, heads, workers, lines_of(user, compared(head, worker)))


def chosen(interviews: list[Interview], wanted: str | None) -> Interview:
    return next((interview for interview in interviews if str(interview.pk) == wanted), interviews[0])


def lines_of(user, pairs: list[Pair]) -> list[Line]:
    ids = [step.pk for pair in pairs for step in (pair.led, pair.done) if step]
    rows = Discrepancy.objects.visible_to(user).current().select_related("decision__owner")
    kept = {(row.kind, row.led_id, row.done_id): row for row in rows.filter(led__in=ids) | rows.filter(done__in=ids)}
    return [
        Line(
            pair.step.name,
            said_by(pair.led, pair.differs),
            said_by(pair.done, pair.differs),
            [
                {"row": row, "may_edit": row.is_open and user.can("edit", row)}
                for kind in pair.differs
                if (row := kept.get((kind, key_of(pair.led), key_of(pair.done))))
            ],
        )
        for pair in pairs
    ]


def key_of(step: WorkStep | None) -> int | None:
    return step.pk if step else None


def said_by(step: WorkStep | None, differs: list[str]) -> list[tuple[str, bool]]:
    """What one person says of a thing, in short words; marked where the other says something else."""
    if step is None:
        return [(_("does not name it"), True)]
    told = {
        "often": step.often_words,
        "minutes": _("%(minutes)s min each") % {"minutes": step.minutes} if step.minutes else "",
        "source": _("from: %(what)s") % {"what": step.source} if step.source else "",
        "tool": _("with: %(what)s") % {"what": step.tool} if step.tool else "",
        "goes_to": _("to: %(what)s") % {"what": step.goes_to} if step.goes_to else "",
        "approval": _("agreed by: %(who)s") % {"who": step.approval} if step.approval else "",
        "report": _("reported: %(what)s") % {"what": step.report} if step.report else "",
    }
    if "approval" in differs and not step.approval:
        told["approval"] = _("agreed by nobody")
    words = [(said, MARKED.get(name, "") in differs) for name, said in told.items() if said]
    return words or [(_("names it, says nothing more"), False)]


# ── inside and outside (4.7)


@dataclass(frozen=True)
class Share:
    """Of the working time told in a month: how much is in the CRM, and how much is there or comes in. In whole per
    cent; ``minutes`` is all of it, ``unsaid`` how many steps said not how often, how long or with what."""

    inside: int
    governed: int
    minutes: int
    unsaid: int
    untracked: int


def inside_share(steps: list[WorkStep]) -> Share | None:
    """As those tell who do the work; where nobody of them was asked, as all tell. None where no time was said."""
    workers = [step for step in steps if step.interview is None or step.interview.level == Interview.Level.WORKER]
    counted = workers or steps
    weights = dict.fromkeys(WorkStep.Place, 0.0)
    unsaid = 0
    for step in counted:
        if step.minutes_a_month is None or not step.place:
            unsaid += 1
        else:
            weights[WorkStep.Place(step.place)] += step.minutes_a_month
    inside, boundary = weights[WorkStep.Place.INSIDE], weights[WorkStep.Place.BOUNDARY]
    whole = inside + boundary + weights[WorkStep.Place.OUTSIDE]
    if not whole:
        return None
    return Share(
        inside=round(100 * inside / whole), governed=round(100 * (inside + boundary) / whole), minutes=round(whole),
        unsaid=unsaid, untracked=round(weights[WorkStep.Place.UNTRACKED]),
    )  # fmt: skip
