"""What becomes of leads by their source: how many came within a year, were converted, made a deal, and were won."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from groundwork.core.clock import start_of
from groundwork.core.languages import NO_VALUE, number, percent
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forecast import YEAR, Asked
from groundwork.crm.sales.lead_statuses import LeadState
from groundwork.crm.sales.leads import Lead
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.records.types import route, types
from groundwork.ui.table import Cell, Column, Row, Table

READ = (("lead", ("source", "state", "deal")), ("deal", ("state",)))  # what the figures tell of


def may_read(user) -> bool:
    """Are there leads, and is nothing of what the table tells hidden from the person?"""
    return "lead" in types and all(
        user.can("view", key) and len(types[key].visible_fields(user, names)) == len(names) for key, names in READ
    )


def lead_rates(asked: Asked, day: date) -> list[dict[str, Any]]:
    """One query: by source, the most leads first. A deal that the reader may not see counts as none."""
    leads = Lead.objects.current().visible_to(asked.user).filter(created_at__gte=start_of(first_day(day)))
    if asked.owner is not None:
        leads = leads.filter(owner=asked.owner)
    seen = Q(deal__in=Deal.objects.current().visible_to(asked.user))
    counts = {
        "leads": Count("pk"), "converted": Count("pk", filter=Q(state=LeadState.CONVERTED)),
        "deals": Count("pk", filter=seen), "won": Count("pk", filter=seen & Q(deal__state=Outcome.WON)),
    }  # fmt: skip
    return list(leads.order_by().values("source").annotate(**counts).order_by("-leads", "source"))


def first_day(day: date) -> date:
    return day - timedelta(days=YEAR - 1)


def lead_table(asked: Asked, day: date) -> Table | None:
    """None where there is nothing to tell."""
    rates = lead_rates(asked, day) if may_read(asked.user) else []
    if not rates:
        return None
    columns = [
        Column("source", _("Source"), main=True), Column("leads", _("Leads"), numeric=True),
        Column("converted", pgettext("leads", "Converted"), numeric=True), Column("deals", _("Deals"), numeric=True),
        Column("won", _("Won"), numeric=True), Column("share", _("Won of the leads"), numeric=True, second=True),
    ]  # fmt: skip
    rows = [
        Row([
            Cell(str(sales().words.get(rate["source"]) or _("without a source"))),
            _count(rate["leads"], asked, day, rate), _count(rate["converted"], asked, day, rate, state="converted"),
            Cell(number(rate["deals"], 0), kind="number"), Cell(number(rate["won"], 0), kind="number"),
            Cell(percent(rate["won"] / rate["leads"], 0) if rate["leads"] else NO_VALUE, kind="bold"),
        ], key=rate["source"] or "0") for rate in rates
    ]  # fmt: skip
    return Table(columns, rows, id="lead-sources", caption=_("Leads by source"), caption_seen=False)


def _count(count: int, asked: Asked, day: date, rate: dict[str, Any], state: str = "") -> Cell:
    wanted: dict[str, Any] = {
        "f.source": rate["source"] or "-", "f.created_at.from": first_day(day), "f.state": state,
        "f.owner": asked.owner,
    }  # fmt: skip
    query = urlencode({name: value for name, value in wanted.items() if value})
    return Cell(number(count, 0), kind="number", href=f"{route('records:list', 'lead')}?{query}")
