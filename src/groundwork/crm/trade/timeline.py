"""Orders, invoices, payments and claims of a company as events of its timeline."""

from datetime import datetime, time

from django.utils import timezone

from groundwork.core import languages
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.claims import Claim
from groundwork.crm.trade.models import Invoice, Order, Payment
from groundwork.records.models import Record
from groundwork.records.pages import Event, TimelineSource, timeline
from groundwork.records.types import type_of

DAYS: dict[type[Record], str] = {  # the day that a document stands for
    Order: "ordered_on",
    Invoice: "issued_on",
    Payment: "paid_on",
    Claim: "opened_on",
}


def documents_of(company: Company, user, before: datetime, limit: int) -> list[Event]:
    """The newest documents of before that moment, as far as the person sees them: one query a type."""
    day, zone = timezone.localtime(before).date(), timezone.get_current_timezone()
    events = []
    for model, name in DAYS.items():
        seen = model.objects.visible_to(user).current().filter(company=company, **{f"{name}__lte": day})
        for record in seen.select_related("owner").order_by(f"-{name}", "-pk")[:limit]:
            at = datetime.combine(getattr(record, name), time.min, zone)
            events.append(_event(record, at, languages.day(getattr(record, name)), user))
    return events


def _event(record: Record, at: datetime, when: str, user) -> Event:
    kind = type_of(record)
    shows_amount = kind.amount and kind.visible_fields(user, (kind.amount,))
    amount = getattr(record, kind.amount) if shows_amount else None
    text = languages.money(amount, record.currency) if amount is not None else ""  # type: ignore[attr-defined]
    title = f"{kind.label} {record}"
    return Event(kind.icon, title, str(record.owner or ""), at, when, text, href=record.get_absolute_url())


timeline.add(TimelineSource("trade.documents", Company.type_key, documents_of))
