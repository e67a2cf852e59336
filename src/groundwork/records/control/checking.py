"""The round that finds what did not happen: raises it once, tells who answers and who is told, closes what happened."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from groundwork.access.models import Department, User
from groundwork.blueprint.elements import one_request
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now, today
from groundwork.core.refusals import Refusal
from groundwork.records.control.conditions import after, due_on, may_read, overdue, situations
from groundwork.records.control.models import Answers, ControlEvent, ControlRule, Told
from groundwork.records.models import Record
from groundwork.records.notices.models import Notice
from groundwork.records.notices.telling import CUT, tell
from groundwork.records.types import types

MOST = 2000  # open events of one rule: who has more to do than that has a rule that is too wide
RAISED = 500  # of one rule in one round: a round is one short write, the rest waits for the next
NOTICES = 10  # of one rule to one person in one round; the rest stands on the page
BATCH = 500
log = logging.getLogger(__name__)


@dataclass
class Staff:
    """Who works here under whom, read once a round."""

    departments: dict[int, int | None]  # of people who may sign in
    heads: dict[int, tuple[int | None, int | None]]  # {department: (its head, the department above)}

    @classmethod
    def load(cls) -> "Staff":
        people = User.objects.filter(is_active=True).values_list("pk", "department_id")
        rows = Department.objects.values_list("pk", "head_id", "parent_id")
        return cls(dict(people), {pk: (head, parent) for pk, head, parent in rows})

    def head_over(self, department: int | None, person: int | None = None) -> int | None:
        """The head of the department, or of the nearest above it that has one other than ``person``."""
        while department is not None:
            head, department = self.heads.get(department, (None, None))
            if head is not None and head != person and head in self.departments:
                return head
        return None

    def answering(self, rule: ControlRule, record: Record) -> int | None:
        """An owner who left is answered for by the head."""
        if rule.answers == Answers.PERSON:
            return rule.person_id if rule.person_id in self.departments else None  # type: ignore[attr-defined]
        if rule.answers == Answers.OWNER and record.owner_id in self.departments:
            return record.owner_id
        return self.head_over(record.department_id, record.owner_id)

    def told(self, rule: ControlRule, event: ControlEvent) -> int | None:
        if rule.told == Told.PERSON:
            return rule.told_person_id  # type: ignore[attr-defined]
        answers: int | None = event.answers_id  # type: ignore[attr-defined]
        return self.head_over(self.departments.get(answers or 0), answers)


def check_all() -> None:
    """One round over all rules. A rule that cannot be read any more is told in the log and holds up no other."""
    firm = Firm.current()
    with one_request(), timezone.override(ZoneInfo(firm.time_zone if firm else "UTC")):
        close(ControlEvent.objects.filter(closed_at=None, rule__retired_at__isnull=False))
        rules = [rule for rule in ControlRule.objects.current() if is_known(rule)]
        staff = Staff.load() if rules else None
        for rule in rules:
            try:
                check(rule, staff or Staff.load())
            except Refusal as refusal:
                log.warning("control rule %s cannot be checked: %s", rule.pk, refusal.sentence)


def is_known(rule: ControlRule) -> bool:
    return rule.type in types and (not rule.situation or rule.situation in situations)


@transaction.atomic
def check(rule: ControlRule, staff: Staff) -> None:
    """Close what happened, keep the rest up to date, raise what is new."""
    day = today()
    found, held = overdue(rule, day), {event.object_id: event for event in rule.events.filter(closed_at=None)}
    still = {record.pk: record for ids in cut(list(held)) for record in found.filter(pk__in=ids)}
    close(rule.events.filter(closed_at=None, object_id__in=[pk for pk in held if pk not in still]))
    news = [held[pk] for pk, record in still.items() if keep_up(held[pk], record, staff)]
    open_ids = rule.events.filter(closed_at=None).values("object_id")
    new = list(found.exclude(pk__in=open_ids).order_by("pk")[: max(0, min(RAISED, MOST - len(still)))])
    news += ControlEvent.objects.bulk_create((event_of(rule, record, staff) for record in new), batch_size=BATCH)
    count: Counter[int | None] = Counter()
    for event in news:
        tell_once(count, event.answers_id, Notice.Kind.CONTROL, event, rule)  # type: ignore[attr-defined]
    tell_others(rule, staff, day, count)


def cut(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def event_of(rule: ControlRule, record: Record, staff: Staff) -> ControlEvent:
    return ControlEvent(
        rule=rule, type=rule.type, object_id=record.pk, due_on=due_on(rule, record),
        answers_id=staff.answering(rule, record), raised_at=now(),
    )  # fmt: skip


def keep_up(event: ControlEvent, record: Record, staff: Staff) -> bool:
    """Follow a moved day and a new owner. True where somebody else answers now."""
    fresh = event_of(event.rule, record, staff)
    had: int | None = event.answers_id  # type: ignore[attr-defined]
    gets: int | None = fresh.answers_id  # type: ignore[attr-defined]
    if (event.due_on, had) == (fresh.due_on, gets):
        return False
    event.due_on, event.answers_id = fresh.due_on, gets  # type: ignore[attr-defined]
    event.save(update_fields=["due_on", "answers"])
    return had != gets


def tell_others(rule: ControlRule, staff: Staff, day: date, count: Counter) -> None:
    """Whoever is told beside, once an event, when the further days are over as well."""
    if not rule.told:
        return
    late = [
        event
        for event in rule.events.filter(closed_at=None, told_at=None)
        if day > after(event.due_on, rule.told_after, working=rule.working)
    ]
    for event in late:
        tell_once(count, staff.told(rule, event), Notice.Kind.TOLD, event, rule)
    for ids in cut([event.pk for event in late]):
        ControlEvent.objects.filter(pk__in=ids).update(told_at=now())


def tell_once(count: Counter, user_id: int | None, kind: str, event: ControlEvent, rule: ControlRule) -> None:
    """Nobody is told who may not know what the rule goes by."""
    if user_id is None:
        return
    if user_id not in count and not may_read(rule, User.objects.get(pk=user_id)):
        count[user_id] = NOTICES
    count[user_id] += 1
    if count[user_id] <= NOTICES:
        tell(user_id, kind, (event.type, event.object_id), by=None, text=rule.name)


def close(events) -> None:
    """It happened, or is asked no more: what nobody has read of it yet needs no reading."""
    closed = list(events.select_related("rule"))
    for event in closed:
        of_it = Notice.objects.filter(type=event.type, object_id=event.object_id, read_at=None)
        of_it.filter(kind__in=(Notice.Kind.CONTROL, Notice.Kind.TOLD), text=event.rule.name[:CUT]).update(read_at=now())
    for ids in cut([event.pk for event in closed]):
        ControlEvent.objects.filter(pk__in=ids).update(closed_at=now())
