"""Where who leads a piece of work and who does it tell it differently (R15), and what was decided about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.records.models import Record, keyset_indexes
from groundwork.records.write import creating, writing
from groundwork.rollout.discovery.interviews import Interview, WorkProcess, WorkStep
from groundwork.rollout.project.models import Decision

FAR_APART = 2  # how many times as often (R15)
ALIKE = 0.5  # share of common words from which two names are one thing


class Discrepancy(Record):
    """One thing that the head and somebody who does the work tell differently. It stays after both were asked anew."""

    type_key = "discrepancy"

    class Kind(models.TextChoices):
        FREQUENCY = "frequency", _("how often")
        SOURCE = "source", _("where from")
        TOOL = "tool", _("with what")
        APPROVAL = "approval", _("who has to agree")
        MISSING = "missing", _("only one of them names it")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("decided")

    name = models.CharField(_("what is done"), max_length=200, editable=False)
    process = models.ForeignKey(
        WorkProcess, models.PROTECT, related_name="+", editable=False, verbose_name=_("what work")
    )
    kind = models.CharField(_("what differs"), max_length=10, choices=Kind, default=Kind.MISSING, editable=False)
    led = models.ForeignKey(WorkStep, models.PROTECT, null=True, editable=False, related_name="+")
    done = models.ForeignKey(WorkStep, models.PROTECT, null=True, editable=False, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("decision")
    )

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        indexes = keyset_indexes("discrepancy", "sort_key", "updated_at")
        constraints = [
            models.UniqueConstraint(fields=["kind", "led", "done"], name="one_difference_of_two_steps"),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(decision__isnull=False), name="settled_difference_has_a_decision",
                violation_error_message=_("Say what holds from now on."),
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def settle(self, *, by, decision: str, version=None) -> "Discrepancy":
        """Say what holds from now on; your name stands under it. Refused without words, and the second time."""
        if not decision.strip():
            raise Refusal(_t("Say what holds from now on."))
        with writing(self, by=by, act="settled", version=version) as fresh:
            if not fresh.is_open:
                raise Refusal(_t("This difference is decided already."))
            fresh.decision = creating(
                Decision(
                    statement=decision.strip(), faults=f"{fresh.name}: {fresh.get_kind_display()}", owner=by,
                    about_type=fresh.type_key, about_id=fresh.pk,
                ),
                by=by, act="decided",
            )  # fmt: skip
            fresh.state = self.State.SETTLED
        return fresh


# ── comparing


@dataclass
class Pair:
    """One thing as the head tells it and as somebody tells it who does it; one of them may not name it."""

    led: WorkStep | None
    done: WorkStep | None
    differs: list[str] = field(default_factory=list)  # Discrepancy.Kind

    @property
    def step(self) -> WorkStep:
        return self.done or self.led  # type: ignore[return-value]


def words_of(name: str) -> set[str]:
    return {word for word in folded(name).split() if len(word) > 2}


def likeness(one: str, other: str) -> float:
    """Of two names: 1 for the same words, 0 for none in common."""
    if folded(one) == folded(other):
        return 1
    ones, others = words_of(one), words_of(other)
    return len(ones & others) / len(ones | others) if ones | others else 0


def paired(led: Iterable[WorkStep], done: Iterable[WorkStep]) -> list[Pair]:
    """What the head tells beside what is told by who does the work: each thing with the likest one of the other."""
    rest, pairs = list(led), []
    for step in done:
        best = max(rest, key=lambda other: likeness(other.name, step.name), default=None)
        if best is not None and likeness(best.name, step.name) >= ALIKE:
            rest.remove(best)
            pairs.append(Pair(best, step))
        else:
            pairs.append(Pair(None, step))
    pairs += [Pair(step, None) for step in rest]
    for pair in pairs:
        pair.differs = differing(pair)
    return pairs


def differing(pair: Pair) -> list[str]:
    """What the two tell differently (R15). What one of them left unsaid differs for approvals only."""
    kinds = Discrepancy.Kind
    if pair.led is None or pair.done is None:
        return [kinds.MISSING]
    found: list[str] = [kinds.FREQUENCY] if are_far_apart(pair.led.times_a_month, pair.done.times_a_month) else []
    for kind, name in ((kinds.SOURCE, "source"), (kinds.TOOL, "tool"), (kinds.APPROVAL, "approval")):
        ours, theirs = folded(getattr(pair.led, name)), folded(getattr(pair.done, name))
        are_said = bool(ours or theirs) if kind == kinds.APPROVAL else bool(ours and theirs)
        if are_said and words_of(ours) != words_of(theirs):
            found.append(kind)
    return found


def are_far_apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    return max(one, other) >= FAR_APART * min(one, other)


def compared(head: Interview, worker: Interview) -> list[Pair]:
    told = WorkStep.objects.current().filter(interview__in=[head, worker]).order_by("nth", "pk")
    steps = list(told)
    return paired(
        [step for step in steps if step.interview_id == head.pk],
        [step for step in steps if step.interview_id == worker.pk],
    )


def note_differences(confirmed: Interview, *, by) -> None:
    """After an interview was confirmed: what it tells differently from those on the other side. Repeating adds none."""
    is_worker = confirmed.level == Interview.Level.WORKER
    others = Interview.objects.current().filter(process=confirmed.process, state=Interview.State.CONFIRMED)
    workers = others.filter(level=Interview.Level.WORKER)
    for other in others.exclude(level=Interview.Level.WORKER) if is_worker else workers:
        head, worker = (other, confirmed) if is_worker else (confirmed, other)
        for pair in compared(head, worker):
            for kind in pair.differs:
                note_one(head, pair, kind, by=by)


def note_one(head: Interview, pair: Pair, kind: str, *, by) -> None:
    same = {"kind": kind, "led": pair.led, "done": pair.done}
    if not Discrepancy.objects.filter(**same).exists():
        step = pair.step
        found = Discrepancy(
            name=step.name, process=step.process, owner=head.owner, department=step.process.department, **same
        )
        creating(found, by=by)
