"""The board of leads by their statuses, and how long each waited for its first touch."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groundwork.core.clock import now
from groundwork.crm.sales.lead_statuses import LeadState, in_use
from groundwork.records.lists.on_board import Column, OnBoard
from groundwork.records.models import Activity
from groundwork.records.tasks.models import Task


def columns(_division: str) -> list[Column]:
    return [
        Column(row.key, str(row), {"state": row.outcome}, is_closed=row.outcome != LeadState.OPEN) for row in in_use()
    ]


on_board = OnBoard(follows=("state",), columns=columns, closed_on="closed_on", one_more=gettext_lazy("Lead"))


def first_touches(rows: Sequence[Any], _user) -> dict[int, str]:
    """When something happened first: a call or a note; a task that was agreed counts as well. Two queries."""
    ids = [row.pk for row in rows]
    first: dict[int, datetime] = {}
    said = Activity.objects.filter(type="lead", object_id__in=ids).order_by().values_list("object_id")
    owed = Task.objects.filter(about_type="lead", about_id__in=ids).order_by().values_list("about_id")
    for pk, at in (*said.annotate(first=Min("at")), *owed.annotate(first=Min("created_at"))):
        first[pk] = min(first.get(pk, at), at)
    told = {}
    for row in rows:
        if row.pk in first:
            told[row.pk] = _("First touch after %(time)s") % {"time": span(first[row.pk] - row.created_at)}
        elif row.state == LeadState.OPEN:
            told[row.pk] = _("Untouched for %(time)s") % {"time": span(now() - row.created_at)}
    return told


def span(time: timedelta) -> str:
    """In minutes, hours or days, whichever is whole first."""
    minutes = max(int(time.total_seconds()) // 60, 0)
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
