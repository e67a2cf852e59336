"""The records of somebody who leaves go to a successor: through the write path, in one act that can be undone."""

from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.leaving import Estate, Held, estates
from groundwork.access.models import User
from groundwork.background import work
from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.records import write
from groundwork.records.models import ChangeSet
from groundwork.records.pages import ActLabel, acts
from groundwork.records.types import types

BATCH = 100
AT_ONCE = 500  # records that are handed over while the administrator waits; more go on in the background
RUN = "records.hand_over"
ACT = "handed over"
acts.add(ActLabel(ACT, gettext_lazy("Handed over"), can_go_back=True))


def held(person: User) -> list[Held]:
    """What the person owns, the most first; archived records too, so that nothing is left behind."""
    counted = [(kind, kind.model._base_manager.filter(owner=person).count()) for kind in types]
    found = [Held(kind.key, kind.plural, count) for kind, count in counted if count]
    return sorted(found, key=lambda item: -item.count)


def hand_over(person: User, takers: dict[str, User], by: User):
    changeset = ChangeSet.objects.create(by=by, act=ACT, cause=str(person)[:200], at=now())
    owned = sum(item.count for item in held(person))
    run = work.start(
        RUN, by, dedupe=str(person.pk), person=person.pk, changeset=changeset.pk,
        takers={key: taker.pk for key, taker in takers.items()},
    )  # fmt: skip
    Run.objects.filter(pk=run.pk).update(total=owned)
    return partial(finish, run, changeset, now_too=owned <= AT_ONCE)


def finish(run: Run, changeset: ChangeSet, *, now_too: bool) -> str:
    """After the act of leaving is kept: the work itself where it is little. The address that takes it back, or ""."""
    if now_too:
        work.carry_out(run)
    return reverse("records:undo", args=[changeset.pk]) if now_too and changeset.changes.exists() else ""


def step(run: Run) -> bool:
    """One batch: records of one type change their owner. The department keeps them."""
    person, by = User.objects.get(pk=run.arguments["person"]), run.requester
    if by is None or not by.is_active or not by.can("configure", "people"):
        raise Refusal(_("Whoever began this may no longer do so."))
    changeset = ChangeSet.objects.get(pk=run.arguments["changeset"])
    for key, pk in run.arguments["takers"].items():
        model = types[key].model
        rows = model._base_manager.select_for_update(of=("self",)).filter(owner=person).order_by("pk")
        if records := list(rows[:BATCH]):
            give(records, User.objects.get(pk=pk), by, changeset)
            run.done += len(records)
            return False
    return True


def give(records: list, taker: User, by: User, changeset: ChangeSet) -> None:
    with write.acting(by, ACT) as act:
        act.changeset = changeset
        before = [(record, write.values(record)) for record in records]
        for record in records:
            record.owner = taker
        write.writing_many(changed=before)


kinds.add(Kind(RUN, step))
estates.add(Estate("records", held, hand_over))
