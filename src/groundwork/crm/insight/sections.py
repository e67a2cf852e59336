"""The sections of the view from above, one registry: each has its table, its report page and its rows by command.

A section is shown to whoever may see what stands under it, and counts what that person sees. An upper room adds its
own by ``sections.add``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from groundwork.blueprint.elements import Declared, declared
from groundwork.core.languages import NO_VALUE, money, number
from groundwork.core.registry import Registry
from groundwork.crm.customers.facts import default_day
from groundwork.crm.insight.questions import Sales
from groundwork.crm.insight.reports import reads_reports
from groundwork.crm.insight.screens import TOP, Above, address
from groundwork.crm.trade import profit
from groundwork.ui.charts import BarChart
from groundwork.ui.table import Table

Rows = tuple[list[str], list[dict]]


@dataclass(frozen=True)
class Look:
    """What is looked at: by whom, of which days (both included), in which currency, narrowed by the address."""

    user: Any
    start: date | None
    end: date
    currency: str
    top: int | None = None  # how many rows of a table; None: all
    query: dict = field(default_factory=dict)
    read: Sales | None = None  # what the screen around has read of these days already

    @cached_property
    def code(self) -> str:
        """Of the amounts; ``currency`` may be ALL."""
        return profit.code_of(self.currency)

    @cached_property
    def sales(self) -> Sales:
        return self.read or Sales(self.user, self.start, self.end, self.currency)

    @cached_property
    def past(self) -> date | None:
        return past_day(self.end)

    def report(self, key: str, **query) -> str:
        return address("insight:report", key, from_=self.start, to=self.end, currency=self.currency, **query)


@dataclass
class Shown:
    """What a section shows. ``unknown`` says in a sentence why there is no number, ``offer`` what would bring it."""

    meta: str = ""
    table: Table | None = None
    chart: BarChart | None = None
    unknown: str = ""
    offer: str = ""
    offer_href: str = ""
    completeness: Decimal | None = None
    completeness_words: str = ""
    ask: str = ""  # where somebody can be asked to fill it in
    missing: str = ""  # what is not in the sums
    back: str = ""  # from the rows of one number to the whole report


@dataclass(frozen=True)
class Section:
    """``show(look)`` gives the part, ``rows(user, as_of)`` (columns, records) for files and the command."""

    key: str
    label: Any
    may: Callable[[Any], bool]
    show: Callable[[Look], Shown]
    rows: Callable[[Any, date | None], Rows]

    @property
    def element(self) -> str:
        return f"report:{self.key}"


sections: Registry[Section] = Registry(lambda item: item.key)


def add(section: Section) -> None:
    """A section, and the element that says who asked for it and who reads it."""
    from functools import partial

    declared.add(
        Declared(
            key=section.element, kind="report", label=section.label,
            url=partial(address, "insight:report", section.key),
            may=lambda user: reads_reports(user) and section.may(user),
        )
    )  # fmt: skip
    sections.add(section)


def past_day(asked: date | None) -> date | None:
    """The day whose states are asked for; None where the states of now tell it."""
    return asked if asked is not None and asked < default_day() else None


def sees_sales(user) -> bool:
    return user.can("view", "invoice")


def plain(amount: int | None, look: Look) -> str:
    return NO_VALUE if amount is None else money(amount, look.code, with_code=False)


def counted(value: int | None) -> str:
    return NO_VALUE if value is None else number(value, 0)


def shown_above(above: Above) -> list[tuple[Section, Shown, str]]:
    """Every section that the person may see, with the address of its whole report."""
    from groundwork.blueprint.elements import is_on

    look = Look(above.user, above.start, above.end, above.currency, top=TOP, read=above.sales)
    return [
        (section, section.show(look), look.report(section.key))
        for section in sections
        if section.may(above.user) and is_on(section.element)
    ]
