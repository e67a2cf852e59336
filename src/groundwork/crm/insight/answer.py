"""A report as asked for in the address, and what its page shows."""

from datetime import date
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.blueprint.elements import is_on
from groundwork.core.languages import number
from groundwork.crm.insight import open_debts, output, screens, sections
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
        return self.report.run(self.dimension, **limits, currency=currency, top=top, parts=True)

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
        self.code, self.missing = profit.code_of(self.currency), ""
        self.rows = [row for row in every if row.currency == self.code]
        if self.currency == profit.ALL:
            self.rows = asked_for.rows(profit.ALL, top=0)
            self.missing = screens.unconverted_words(profit.unconverted(every, self.rows))
        self.total = next(iter(profit.totals(self.rows)), None)
        self.cost = screens.Cost.of(asked_for.user)

    def table(self) -> Table:
        asked_for, first = self.asked, (self.asked.page - 1) * screens.PAGE
        last = first + screens.PAGE
        profit.give_names(self.rows[first:last], asked_for.user)
        table = screens.profit_table(
            asked_for.user, self.rows[first:last], asked_for.dimension, asked_for.start, asked_for.end, self.cost,
            id="report", total=self.total, currency=self.currency,
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
            "code": self.code,
            "missing": self.missing,
            "missing_href": screens.lines_address(self.asked.start, self.asked.end, "", rate="unknown"),
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
        codes = [item.currency for item in self.sums]
        return screens.currency_choices(codes, self.currency, lambda code: self.asked.address(currency=code))

    def downloads(self) -> list[tuple[str, str]]:
        """(words, address) of each file; none for whoever may not export."""
        if not self.asked.user.can("export", "reports"):
            return []
        key, query = self.asked.report.key, self.asked.query()
        return files_of(key, query)


def files_of(key: str, query: str) -> list[tuple[str, str]]:
    kinds = ("xlsx", "csv", "json")
    return [(kind.upper(), f"{reverse('insight:download', args=[key, kind])}?{query}") for kind in kinds]


class SectionAsked:
    """The report page of a section: its part, whole, in one currency."""

    def __init__(self, request, section):
        if not is_on(section.element) or not section.may(request.user):
            raise Http404
        choice = asked(RangeForm(request.GET))
        self.section, self.user = section, request.user
        last = profit.last_day(request.user)
        self.start, self.end = choice.get("start"), choice.get("end") or choice.get("as_of") or last
        self.sums = profit.totals(profit.profit(as_of=self.end, user=request.user))
        self.currency = choice.get("currency") or profit.main_currency(self.sums)
        query = {name: request.GET.get(name, "") for name in ("company", "age", "state", "trait")}
        self.look = sections.Look(request.user, self.start, self.end, self.currency, query=query)

    def context(self) -> dict:
        part = self.section.show(self.look)
        codes = {self.currency, *(item.currency for item in self.sums)} - {"", profit.ALL}
        return {
            "section": self.section,
            "part": part,
            "look": self.look,
            "period": words_of_range(self.start, self.end),
            "currencies": screens.currency_choices(codes, self.currency, lambda code: self.address(currency=code)),
            "downloads": self.downloads() if not part.back else [],
        }

    def address(self, **query) -> str:
        kept = {"from_": self.start, "to": self.end, "currency": self.currency, **query}
        return screens.address("insight:report", self.section.key, **kept)

    def downloads(self) -> list[tuple[str, str]]:
        if not self.user.can("export", "reports"):
            return []
        return files_of(self.section.key, urlencode({"as_of": self.end}))


class ReportFile:
    """The rows of a report or a section as a file has them. ``sub`` says what was asked for."""

    def __init__(self, request, key: str, kind: str):
        if (section := sections.sections.get(key)) is not None:
            page = SectionAsked(request, section)
            self.element, self.name = section.element, f"{key}-{page.end}"
            self.names, self.records = section.rows(request.user, page.end)
            self.sub = f"{section.label}, {words_of_range(None, page.end)}"
            return
        asked_for = Asked(request, key)
        self.element, self.name = asked_for.report.element, f"{key}-{asked_for.dimension}-{asked_for.end}"
        parts = kind == "xlsx"  # for people; what programs read keeps its columns
        self.names = output.columns([asked_for.dimension], parts)
        self.records = output.records(asked_for.rows(asked_for.currency), [asked_for.dimension], parts)
        self.sub = f"{asked_for.report.label}, {words_of_range(asked_for.start, asked_for.end)}"


def heads_of_files() -> dict[str, str]:
    """The heads of a workbook for people; CSV and JSON keep the names for programs."""
    ages = {name: str(label) for name, label in open_debts.AGES.items()}
    return ages | {
        "month": _("Month"), "product": _("Code"), "category": _("Category"), "company": _("Number"),
        "name": _("Name"), "country": _("Country"),
        "owner": _("Owner"), "department": _("Department"), "revenue": _("Revenue"), "cost": _("Cost"),
        "margin": _("Margin"), "known_share": _("Cost known"), "currency": _("Currency"), "discount": _("Discounts"),
        "returns": _("Returns"), "claims": _("Claims"), "late_payment": _("Late payment"), "profit": _("Profit"),
        "open": _("Open"), "credit": _("Credit"), "balance": _("Balance"), "limit": _("Limit"),
        "over_limit": _("Over the limit"), "share": _("Share"), "together": _("With those above"), "state": _("State"),
        "trait": _("Trait"), "customers": _("Customers"),
        "rhythm_known": _("Rhythm known"), "rhythm_broken": _("Rhythm broken"),
        "unknown_revenue": _("Revenue without a cost"), "unknown_lines": _("Lines without a cost"),
    }  # fmt: skip
