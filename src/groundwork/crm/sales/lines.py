"""How a customer who is due reads on the screen."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from groundwork.access.rights import rights
from groundwork.core.languages import day, money, number, percent, writing
from groundwork.core.money import minor_digits
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.due import Due, Usual, due_list
from groundwork.crm.sales.hygiene import Untidy, tidiness
from groundwork.crm.trade.debts import Debt
from groundwork.crm.trade.models import Invoice, Order
from groundwork.records.forms import ActivityForm
from groundwork.records.models import Activity
from groundwork.records.tasks.asking import StepForm

TO_TIDY = 3  # customers that my day names


@dataclass
class DueLine:
    """One customer. ``repeat_url`` and ``call_url`` are empty where the reader may not."""

    due: Due
    when: str
    rhythm: str
    basket: list[str] = field(default_factory=list)
    owes: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    margin: str = ""
    agreed: str = ""
    phone: str = ""
    repeat_url: str = ""
    call_url: str = ""
    may_give: bool = False  # a task: the next step of a call
    activity: Any = None
    step: Any = None


def line_of(due: Due, user, *, activity=None, step=None) -> DueLine:
    """``activity`` and ``step``: the forms of a call that was written down wrongly, shown again."""
    company = due.company
    may_edit = user.can("edit", company)
    line = DueLine(
        due, when=_when(due), rhythm=_rhythm(due), basket=[_usual(row) for row in due.basket],
        owes=[_owes(row) for row in due.owes], alarms=[text for row in due.owes for text in _alarms(row)],
        margin=_("margin %(share)s") % {"share": percent(due.margin / 100)} if due.margin is not None else "",
        agreed=_agreed(due),
        phone="" if rights(user).field_mode(company.type_key, "phone") == "hidden" else company.phone,
        repeat_url=reverse("sales:repeat", args=["company", company.pk]) if user.can("create", Order.type_key) else "",
        call_url=reverse("sales:call", args=["company", company.pk]) if may_edit else "",
    )  # fmt: skip
    if may_edit:
        names = f"call{company.pk}_%s"
        line.may_give = user.can("create", "task")
        line.activity = activity or ActivityForm(initial={"kind": Activity.Kind.CALL}, auto_id=names)
        line.step = step or StepForm(user=user, is_optional=True, auto_id=names)
    return line


def _when(due: Due) -> str:
    if due.late_days <= 0:
        return _("today")
    return ngettext("%(count)s day late", "%(count)s days late", due.late_days) % {"count": due.late_days}


def _rhythm(due: Due) -> str:
    facts = due.facts
    every = ngettext("orders every day", "orders every %(count)s days", facts.rhythm_days or 0)
    return _("%(every)s, last on %(day)s") % {"every": every % {"count": facts.rhythm_days}, "day": day(facts.last_on)}


def _usual(row: Usual) -> str:
    facts = {
        "name": row.product.name, "count": number(row.quantity), "unit": row.product.unit,
        "price": writing().number(row.price, at_least=minor_digits(row.currency)), "currency": row.currency,
    }  # fmt: skip
    if not row.product.unit:
        return pgettext("usual basket", "%(name)s: %(count)s at %(price)s %(currency)s") % facts
    return pgettext("usual basket", "%(name)s: %(count)s %(unit)s at %(price)s %(currency)s") % facts


def _owes(row: Debt) -> str:
    owed = money(row.open, row.currency)
    if row.limit is None:
        return _("owes %(amount)s") % {"amount": owed}
    return _("owes %(amount)s of %(limit)s allowed") % {"amount": owed, "limit": money(row.limit, row.currency)}


def _alarms(row: Debt) -> list[str]:
    found = []
    if row.overdue:
        found.append(_("%(amount)s late") % {"amount": money(row.overdue, row.currency)})
    if row.over_limit:
        found.append(_("Over the limit by %(amount)s") % {"amount": money(row.over_limit, row.currency)})
    return found


def _agreed(due: Due) -> str:
    if due.agreed is None:
        return ""
    return _("%(what)s, %(who)s, %(day)s") % {
        "what": due.agreed.what, "who": due.agreed.owner, "day": day(due.agreed.due_on),
    }  # fmt: skip


def day_section(user) -> dict[str, Any] | None:
    """The first few on "My day"; nothing for whoever has no customers that are due."""
    if not (user.can("view", Company.type_key) and user.can("view", Invoice.type_key)):
        return None
    found = due_list(user, shown=5)
    return {"found": found, "lines": [line_of(row, user) for row in found.rows]} if found.rows else None


def tidy_section(user) -> dict[str, Any] | None:
    """How well the own customers are in order, and the first three to look at; nothing while it is too few to say."""
    if not (user.can("view", Company.type_key) and user.can("view", Invoice.type_key)):
        return None
    found = tidiness(user)
    rows = [(row.company, _untidy(row)) for row in found.untidy[:TO_TIDY]]
    return None if found.score is None else {"found": found, "rows": rows}


def _untidy(row: Untidy) -> str:
    words = []
    if row.due_on and not row.is_spoken_to:
        words.append(_("due since %(day)s and not spoken to") % {"day": day(row.due_on)})
    if not row.is_planned:
        words.append(_("no next contact is planned"))
    return ", ".join(words)
