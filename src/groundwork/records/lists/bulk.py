"""One act over many records: ticked rows, or all that a list's address finds.

Each record goes the way of a single one (rights, version, checks, write path); what is refused stays and is listed.
All that is changed is one ChangeSet, so it is taken back at once. More than ``AT_ONCE`` are done in the background.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from groundwork.background import work
from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run
from groundwork.core.refusals import Conflict, Refusal
from groundwork.records import undo, write
from groundwork.records.editing import field_form, first_error, version_of
from groundwork.records.lists.listing import Listing
from groundwork.records.models import ChangeSet, Record
from groundwork.records.types import RecordType, types

AT_ONCE = 200  # records that are changed while the person waits
HOW = "how"  # what becomes of the choices that a record holds already: "set", "add", "remove"
BATCH = 25  # records of one batch in the background, well under half a second
LISTED = 200  # refused records that are named
ACTS = {  # what may be done, the grant it takes, and what history calls it
    "edit": ("edit", "edited"),
    "archive": ("archive", "archived"),
    "restore": ("archive", "restored"),
}


@dataclass
class Order:
    """What is to be done, to which records, and by whom: all that a run in the background must know."""

    kind: RecordType
    user: Any
    act: str
    query: str = ""  # the list's address, for all that it finds
    picks: dict[int, int] = field(default_factory=dict)  # {id: the version that the person saw}; empty: all
    name: str = ""  # of the field that is changed
    values: dict[str, Any] = field(default_factory=dict)  # as the form sent them

    @property
    def verb(self) -> str:
        return ACTS[self.act][0]

    def records(self):
        """Those that the person sees, in the order of their making. Refused where the list's address narrows by what is
        not there any more, or not for the person: without it the act would reach further than was shown."""
        if self.picks:
            return self.kind.model.objects.visible_to(self.user).filter(pk__in=list(self.picks)).order_by("pk")
        return Listing(self.kind, self.user, QueryDict(self.query)).narrowed.order_by("pk")

    def allowed(self):
        return self.records().visible_to(self.user, self.verb)

    def as_arguments(self) -> dict[str, Any]:
        return {
            "type": self.kind.key, "act": self.act, "query": self.query, "picks": list(self.picks.items()),
            "name": self.name, "values": self.values,
        }  # fmt: skip

    @classmethod
    def of(cls, run: Run) -> "Order":
        told = run.arguments
        picks = {int(pk): int(version) for pk, version in told["picks"]}
        return cls(types[told["type"]], run.requester, told["act"], told["query"], picks, told["name"], told["values"])


@dataclass
class Done:
    """What an act over many records did. ``refused`` are (record's words, its address, why it stayed)."""

    changed: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    changeset: int | None = None


def carry_out(order: Order) -> Done:
    """Do it now, in one transaction; for ``AT_ONCE`` records at most."""
    done = Done()
    with write.acting(order.user, ACTS[order.act][1]) as act:
        kept = act.kept()  # made outside the savepoints of single records: it stays when one of them is refused
        change(order, order.records()[: AT_ONCE + 1], done)
        done.changeset = kept.pk if done.changed else None
        if not done.changed:
            act.changeset = None
            kept.delete()
    return done


def change(order: Order, records: Iterable[Record], done: Done) -> None:
    """Each record by itself, inside ``acting``: one that is refused does not undo the others."""
    for record in records:
        try:
            with transaction.atomic():
                done.changed += change_one(order, record)
        except (Refusal, ValidationError, IntegrityError, Conflict) as reason:
            if len(done.refused) < LISTED:
                done.refused.append((f"{record} · {record.number}", record.get_absolute_url(), words_of(reason)))


def words_of(reason: Exception) -> str:
    if isinstance(reason, Refusal):
        return str(reason.sentence)
    if isinstance(reason, Conflict):
        return _("Somebody changed the same since you looked at it.")
    if isinstance(reason, ValidationError):
        return " ".join(reason.messages)
    return _("Another record has the same, and there may be one only.")


def change_one(order: Order, record: Record) -> bool:
    """True where it changed."""
    if not order.user.can(order.verb, record):
        raise Refusal(_("You may see this, not change it."))
    version = order.picks.get(record.pk) or record.version
    if order.act == "edit":
        form = field_form(order.kind, order.user, record, order.name, _typed_for(order, record))
        if not form.is_valid():
            raise Refusal(first_error(form))
        before = version_of(record)
        return write.save_fields(record, form.typed, by=order.user, version=version).version != before
    if record.is_archived == (order.act == "archive"):
        return False
    if version != record.version:
        raise Conflict(record, {})
    (write.archive if order.act == "archive" else write.restore)(record, by=order.user)
    return True


def _typed_for(order: Order, record: Record) -> QueryDict:
    """What the record's own form would send; choices are added to those it holds, or taken from them."""
    data = QueryDict(mutable=True)
    for name, values in order.values.items():
        data.setlist(name, values)
    how = data.get(HOW, "set")
    if how != "set":
        held, ticked = order.kind.field(order.name).read(record) or [], data.getlist(order.name)
        left = [key for key in held if key not in ticked]
        data.setlist(order.name, [*held, *ticked] if how == "add" else ["", *left])
    return data


# ── in the background


def begin(order: Order) -> Run:
    run = work.start("records.bulk", requester=order.user, **order.as_arguments())
    Run.objects.filter(pk=run.pk).update(total=order.records().count())
    return run


def step(run: Run) -> bool:
    """The next records after the cursor, as part of the one ChangeSet of the whole act."""
    order = Order.of(run)
    with override(order.user.language or None):
        records = list(order.records().filter(pk__gt=run.cursor.get("after", 0))[:BATCH])
        if not records:
            _forget_if_empty(run)
            return True
        done = Done(run.result.get("changed", 0), [tuple(item) for item in run.result.get("refused", [])])
        with write.acting(order.user, ACTS[order.act][1]) as act:
            act.changeset = ChangeSet.objects.filter(pk=run.cursor.get("changeset")).first() or act.kept()
            change(order, records, done)
            run.cursor = {"after": records[-1].pk, "changeset": act.changeset.pk}
    run.result = {"changed": done.changed, "refused": done.refused, "changeset": run.cursor["changeset"]}
    run.done += len(records)
    return False


def _forget_if_empty(run: Run) -> None:
    ChangeSet.objects.filter(pk=run.cursor.get("changeset"), changes=None).delete()


def take_back(run: Run) -> Run:
    """Undo what a run did, in the background as well; once."""
    changeset = ChangeSet.objects.filter(pk=run.result.get("changeset"), by=run.requester).first()
    if changeset is None or not run.is_finished:
        raise Refusal(_("There is nothing to take back."))
    if changeset.undone_by.exists():
        raise Refusal(_("This was undone already."))
    back = work.start(
        "records.bulk_undo", run.requester, dedupe=str(changeset.pk), type=run.arguments["type"], of=changeset.pk
    )
    Run.objects.filter(pk=back.pk).update(total=changeset.changes.count())
    return back


def undo_step(run: Run) -> bool:
    """The last changes first; a record that the person may not change any more stays."""
    changeset = ChangeSet.objects.get(pk=run.arguments["of"])
    changes = changeset.changes.order_by("-pk")
    if before := run.cursor.get("before"):
        changes = changes.filter(pk__lt=before)
    batch = list(changes[:BATCH])
    if not batch:
        return True
    verb = "archive" if changeset.act in ("archived", "restored") else "edit"
    undone = undo.Undone()
    with override(run.requester.language or None), write.acting(run.requester, "undone", undo_of=changeset) as act:
        act.changeset = ChangeSet.objects.filter(pk=run.cursor.get("changeset")).first() or act.kept()
        for change in batch:
            record = (
                types[change.type].model.objects.visible_to(run.requester, verb).filter(pk=change.object_id).first()
            )
            if record is None:
                undone.kept.append(f"{types[change.type].label} {change.object_id}")
            else:
                undo.undo_or_keep(change, run.requester, undone)
        run.cursor = {"before": batch[-1].pk, "changeset": act.changeset.pk}
    run.result = {
        "changed": run.result.get("changed", 0) + undone.restored,
        "kept": [*run.result.get("kept", []), *undone.kept][:LISTED],
    }
    run.done += len(batch)
    return False


CHANGE: Any = gettext_lazy("Change many records")
BACK: Any = gettext_lazy("Take back a change of many records")


def add_kinds() -> None:
    kinds.add(Kind("records.bulk", step, CHANGE))
    kinds.add(Kind("records.bulk_undo", undo_step, BACK))
