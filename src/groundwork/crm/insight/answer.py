"""A report as asked for in the address, and what its page shows."""

from datetime import date
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.blueprint.elements import is_on
from groundwork.core.languages import number
from groundwork.crm.insight import screens
from groundwork.crm.insight.period import RangeForm, asked, words_of_range
from groundwork.crm.insight.reports import reports
from groundwork.crm.trade import profit
from groundwork.ui.table import Empty, Table


class Asked:
    """A report as asked for in the address."""

    def __init__(self, request, key):
        self.report = reports.get(key)
        if self.report is None or not is_on(self.report.element):
            raise Http404
        self.user = request.user
        self.form = RangeForm(request.GET)
        choice = asked(self.form)
        self.dimension = choice.get("by", "month")
        if self.dimension not in self.report.dimensions:
            raise Http404
        self.start, self.to = choice.get("start"), choice.get("end")
        self.as_of = choice.get("as_of") or (None if self.to else profit.last_day(request.user))
        self.page = choice.get("page", 1)
        self.currency = choice.get("currency", "")

    @property
    def end(self) -> date:
        return min(item for item in (self.to, self.as_of) if item)

    def rows(self, currency="", top=None):
        """All rows; the first ``top`` of them with their names, where given."""
        limits = {"start": self.start, "end": self.to, "as_of": self.as_of, "user": self.user}
        return self.report.run(self.dimension, **limits, currency=currency, top=top)

    def query(self, **changes) -> str:
        kept = {
            "by": self.dimension,
            "from": self.start,
            "to": self.to,
            "as_of": self.as_of if not self.to else None,
            "currency": self.currency,
            **changes,
        }
        return urlencode({key: value for key, value in kept.items() if value not in (None, "")})

    def address(self, **changes) -> str:
        return f"{reverse('insight:report', args=[self.report.key])}?{self.query(**changes)}"


class Answer:
    """The rows of one currency, a page at a time, with the totals of all of them."""

    def __init__(self, asked_for: Asked):
        every = asked_for.rows(top=0)
        self.asked = asked_for
        self.sums = profit.totals(every)
        self.currency = asked_for.currency or profit.main_currency(self.sums)
        self.rows = [row for row in every if row.currency == self.currency]
        self.total = next((item for item in self.sums if item.currency == self.currency), None)
        self.cost = screens.Cost.of(asked_for.user)

    def table(self) -> Table:
        asked_for, first = self.asked, (self.asked.page - 1) * screens.PAGE
        last = first + screens.PAGE
        profit.give_names(self.rows[first:last], asked_for.user)
        table = screens.profit_table(
            asked_for.user, self.rows[first:last], asked_for.dimension, asked_for.start, asked_for.end, self.cost,
            id="report", total=self.total,
        )  # fmt: skip
        table.empty = Empty(_("Nothing to count"), _("There are no documents in this period."), "", "")
        if (left := len(self.rows) - last) > 0:
            table.next_url = asked_for.address(currency=self.currency, page=asked_for.page + 1)
            table.next_label = _("Next %(count)s of %(all)s") % {
                "count": min(screens.PAGE, left),
                "all": number(len(self.rows), 0),
            }
        return table

    def context(self) -> dict:
        """Everything the page shows."""
        return {
            "report": self.asked.report,
            "table": self.table(),
            "tabs": self.tabs(),
            "currencies": self.currencies(),
            "currency": self.currency,
            "cost": self.cost,
            "downloads": self.downloads(),
            "asked": self.asked,
            "total": self.total,
            "period": words_of_range(self.asked.start, self.asked.end),
            "known": None if self.total is None or self.total.known_share is None else self.total.known_share * 100,
        }

    def tabs(self) -> list[dict]:
        return [
            {"label": label, "current": name == self.asked.dimension, "href": self.asked.address(by=name)}
            for name, label in self.asked.report.dimensions.items()
        ]

    def currencies(self) -> list[dict]:
        return [
            {
                "label": item.currency,
                "current": item.currency == self.currency,
                "href": self.asked.address(currency=item.currency),
            }
            for item in self.sums
        ]

    def downloads(self) -> list[tuple[str, str]]:
        """(words, address) of each file; none for whoever may not export."""
        if not self.asked.user.can("export", "reports"):
            return []
        key, query = self.asked.report.key, self.asked.query()
        return [(kind.upper(), f"{reverse('insight:download', args=[key, kind])}?{query}") for kind in ("csv", "json")]
