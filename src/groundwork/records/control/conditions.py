"""When a rule holds: its condition without a reader, the day that its time runs from, and days of patience."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from groundwork.core.clock import start_of
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.records.lists.cells import LINKS
from groundwork.records.lists.configured import fields_of
from groundwork.records.lists.filters import DAYS, WITHOUT, Filter, Filters
from groundwork.records.models import Activity, Record
from groundwork.records.types import RecordType, types
from groundwork.records.workdays import calendar

SPOKEN = "spoken"  # the last call or note; of a record without one, when it was made
KEPT = ("", ".is", ".not", ".from", ".to", ".has")


@dataclass(frozen=True)
class Situation:
    """What a record may be in though no filter of its list says it, contributed by an upper room.

    ``having()`` gives the ids of the records that are in it now; ``may(user)``: who may know that.
    """

    key: str
    type_key: str
    label: Any  # lazy
    having: Callable[[], QuerySet]
    may: Callable[[Any], bool]


situations: Registry[Situation] = Registry(lambda situation: situation.key)


class Nobody:
    """A rule is read by nobody in particular: it has no "me", and sees no other record."""

    pk = None
    department_id = None
    is_authenticated = False
    is_active = False


class Condition(Filters):
    """The filters of a list, asked for all records of the firm. Refused where they go by who reads."""

    def __init__(self, kind: RecordType, params: QueryDict):
        self.kind, self.user, self.left_out = kind, Nobody(), None
        self.fields = fields_of(kind)
        self.called, self.hows, self.items = {}, {}, []
        for key in params:
            if key.startswith("f."):
                self._take(key[2:], params.getlist(key))
        for item in self.items:
            refuse_reader(item)


def refuse_reader(item: Filter) -> None:
    """People and departments may be named; "me" is nobody here, and a record may be one that others do not see."""
    if item.field.kind not in LINKS:
        return
    is_record = isinstance(item.field.target, type) and issubclass(item.field.target, Record)
    if any(value != WITHOUT and (is_record or not value.isdecimal()) for value in item.values):
        raise Refusal(
            _("A rule holds for everybody: take “%(field)s” out of what is shown.") % {"field": item.field.heading}
        )


def query_of(params: QueryDict) -> str:
    """The part of a list's address that a rule keeps: what narrows it."""
    pairs = {key: sorted(filter(None, params.getlist(key))) for key in params if key.startswith("f.")}
    meant = {key: values for key, values in pairs.items() if values and not key.endswith((".called", ".how"))}
    return urlencode(sorted(meant.items()), doseq=True)


def condition_of(rule: Any) -> Condition:
    return Condition(types[rule.type], QueryDict(rule.query))


def said(rule: Any) -> str:
    """The condition in words: "State is issued; Paid is open"."""
    words = [f"{item.field.heading} {item.verb} {item.words}" for item in condition_of(rule).items]
    if rule.situation in situations:
        words.append(str(situations[rule.situation].label))
    return "; ".join(words)


def situations_of(kind: RecordType) -> list[tuple[str, str]]:
    return [(one.key, str(one.label)) for one in situations if one.type_key == kind.key]


def may_read(rule: Any, user: Any) -> bool:
    """May the person know that a record fits the rule? Not where the rule goes by a field that is hidden from them."""
    kind = types[rule.type]
    if rule.situation in situations and not situations[rule.situation].may(user):
        return False
    seen = {shown.name for shown in (*kind.filters_of(user), *kind.visible_fields(user, tuple(kind.by_name)))}
    named = {key.removeprefix("f.").partition(".")[0] for key in QueryDict(rule.query)}
    return named | ({rule.day} - {SPOKEN}) <= seen


def days_of(kind: RecordType) -> list[tuple[str, str]]:
    """The days of a record from which a time may run, each with its words."""
    own = [(shown.name, shown.heading) for shown in kind.by_name.values() if shown.kind in DAYS and shown.is_own]
    return [*own, (SPOKEN, _("Last call or note"))]


def overdue(rule: Any, today: date) -> QuerySet:
    """The records of the rule that are over its time on that day."""
    kind, limit = types[rule.type], last_day_over(rule, today)
    rows = kind.model.objects.current().filter(condition_of(rule).q())
    if rule.situation:
        rows = rows.filter(pk__in=situations[rule.situation].having())
    if rule.day != SPOKEN:
        return rows.filter(Filter(kind.field(rule.day), "to", [limit.isoformat()], Nobody()).q())
    spoken = Activity.objects.filter(type=kind.key, object_id=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = rows.annotate(spoken_at=Coalesce(Subquery(spoken), F("created_at")))
    return rows.filter(spoken_at__lt=start_of(limit + timedelta(days=1)))


def due_on(rule: Any, record: Record) -> date:
    """By the end of which day it had to happen."""
    value = record.spoken_at if rule.day == SPOKEN else types[rule.type].field(rule.day).read(record)  # type: ignore[attr-defined]
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return after(day, rule.patience, working=rule.working)


def after(day: date, count: int, *, working: bool) -> date:
    """``count`` days, or worked days of the firm's calendar, after ``day``; without any, that very day."""
    if not working or not count:
        return day + timedelta(days=count)
    return calendar().add_working(day, count)


def last_day_over(rule: Any, today: date) -> date:
    """The latest day from which the patience is over today."""
    day = today - timedelta(days=rule.patience + 1)
    while after(day, rule.patience, working=rule.working) >= today:
        day -= timedelta(days=1)
    return day
