"""The forecast on the screen, as a workbook, and the grid of targets."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from groundwork.access import audit
from groundwork.access.doors import allowed
from groundwork.access.models import User
from groundwork.access.rights import reach
from groundwork.core.clock import today
from groundwork.core.languages import NO_VALUE, day, money, month, number, percent
from groundwork.core.money import to_major
from groundwork.core.months import first_of_month
from groundwork.core.refusals import NotAllowed
from groundwork.core.spreadsheet import guarded, new_workbook
from groundwork.crm.sales import targets
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forecast import (
    ALL,
    COUNTED,
    EARLIER,
    LATER,
    NO_DAY,
    YEAR,
    Asked,
    Line,
    Part,
    forecast,
    lost_reasons,
    stages_passed,
    win_rates,
)
from groundwork.crm.sales.lead_rates import lead_table
from groundwork.crm.sales.pipelines import Category, sales
from groundwork.crm.sales.targets import Targets, TargetsForm
from groundwork.crm.trade.rates import firm_currency
from groundwork.records.use import note_use
from groundwork.ui.charts import BarChart, Series
from groundwork.ui.forms import PlainErrors
from groundwork.ui.notices import said
from groundwork.ui.table import Cell, Column, Empty, Row, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BY = ("source", "product", "owner")


class AskedForm(PlainErrors, forms.Form):
    """``?owner=7&currency=EUR&month=2026-12&by=product``; what makes no sense falls back to the default."""

    owner = forms.ModelChoiceField(User.objects.all(), required=False)
    currency = forms.RegexField(r"^([A-Z]{3}|all)$", required=False)
    month = forms.DateField(input_formats=["%Y-%m"], required=False)
    by = forms.ChoiceField(choices=[(name, name) for name in BY], required=False)


@require_GET
@allowed("view", "deal", whole=("deal",))
def page(request):
    """What is expected by month and by person, how it turned out, and how deals go."""
    note_use(request.user, "view", "forecast")
    return render(request, "sales/forecast.html", Page(request).context())


@require_GET
@allowed("export", "deal", whole=("deal",))
def download(request):
    """Months and people of the same forecast as a workbook."""
    if not request.user.can("view", "deal"):
        raise NotAllowed(_("You may not see this."))
    shown = Page(request)
    audit.record(audit.Event.EXPORTED, request.user, {"what": "forecast", "file": "xlsx"}, request)
    note_use(request.user, "export", "forecast")
    response = FileResponse(as_xlsx(shown), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="forecast-{today():%Y-%m-%d}.xlsx"'
    return response


@require_http_methods(["GET", "POST"])
@allowed("edit", "deal")
def targets_page(request):
    """The grid: who is to win how much in which month. Only for whoever edits deals beyond the own ones."""
    if not targets.may_set(request.user):
        raise NotAllowed(_("Targets are set by whoever heads these deals."))
    form = TargetsForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        changed = form.save()
        words = ngettext("%(count)s target is changed.", "%(count)s targets are changed.", changed)
        said(request, words % {"count": changed})
        return redirect("sales:forecast")
    context = {"form": form, "months": [month(one) for one in form.months]}
    return render(request, "sales/targets.html", context, status=422 if form.is_bound else 200)


class Page:
    """Everything that the page shows, read in a fixed number of queries."""

    def __init__(self, request):
        self.user = request.user
        form = AskedForm(request.GET)
        form.is_valid()
        said_of = {name: form.cleaned_data.get(name) for name in ("owner", "currency", "month", "by")}
        self.by = said_of["by"] or "source"
        self.person = said_of["owner"]
        self.asked = Asked(
            self.user, self.person.pk if self.person else None, said_of["currency"] or ALL, said_of["month"]
        )
        self.found = forecast(self.asked)
        self.targets = Targets.of(self.user, self.found.months)
        for first, line in self.found.months.items():
            line.target = self._target(first)
        self.is_wide = _is_wide(self.user)

    def _target(self, first: date) -> int | None:
        if self.asked.code != firm_currency():
            return None
        return self.targets.of_person(self.person.pk, first) if self.person else self.targets.whole(first)

    # ── addresses

    def address(self, **changes) -> str:
        query = {
            "owner": self.asked.owner, "currency": "" if self.asked.currency == ALL else self.asked.currency,
            "month": f"{self.asked.month:%Y-%m}" if self.asked.month else "", "by": self.by if self.by != BY[0] else "",
        } | changes  # fmt: skip
        kept = {name: value for name, value in query.items() if value}
        return f"{reverse('sales:forecast')}?{urlencode(kept)}" if kept else reverse("sales:forecast")

    def rows(self, **filters) -> str:
        """The list of the deals under a number."""
        asked = {"owner": self.asked.owner, "currency": "" if self.asked.currency == ALL else self.asked.currency}
        query = {
            f"f.{name.replace('__', '.')}": value
            for name, value in (asked | filters).items()
            if value not in ("", None)
        }
        return f"{reverse('records:list', args=['deal'])}?{urlencode(query, doseq=True)}"

    def span(self, place: Any, name: str) -> dict[str, Any]:
        """The filter of one row of the months by ``name``: "expected_on" or "closed_on"."""
        if place == NO_DAY:
            return {name: "-"}
        if place == EARLIER:
            return {f"{name}__to": min(self.found.months) - timedelta(days=1)}
        if place == LATER:
            return {f"{name}__from": first_of_month(max(self.found.months), 1)}
        return {f"{name}__from": place, f"{name}__to": first_of_month(place, 1) - timedelta(days=1)}

    # ── what is shown

    def context(self) -> dict[str, Any]:
        day_ = self.found.today
        taken_on, turned_out = targets.then(self.asked)
        return {
            "figures": self.figures(), "months": self.months_table(), "chart": self.chart(), "person": self.person,
            "people": self.people_table() if self.is_wide and not self.person else None,
            "month_words": month(self.found.month), "everybody": self.address(owner=""),
            "currencies": self.currencies(), "notes": self.notes(), "is_empty": not self.found.currencies,
            "empty": Empty(_("No deals yet"), _("The forecast is counted from deals and the day they are expected."),
                           _("Open the deals"), reverse("records:list", args=["deal"])),
            "then": self.then_table(turned_out) if taken_on else None, "taken_on": day(taken_on) if taken_on else "",
            "stages": self.stages_table(stages_passed(self.asked, day_)), "rates": self.rates_table(day_),
            "leads": lead_table(self.asked, day_),
            "reasons": self.reasons_table(day_), "bys": self.bys(), "code": self.asked.code,
            "since": day(day_ - timedelta(days=YEAR)), "may_set": targets.may_set(self.user),
            "xlsx": self.address().replace(reverse("sales:forecast"), reverse("sales:forecast_xlsx"))
            if self.user.can("export", "deal") else "",
        }  # fmt: skip

    def amount(self, minor: int | None) -> str:
        return NO_VALUE if minor is None else money(minor, self.asked.code, with_code=False)

    def cell(self, part: Part, href: str) -> Cell:
        if not part.deals:
            return Cell(NO_VALUE, kind="muted")
        text = NO_VALUE if part.unknown == part.deals else self.amount(part.amount)
        return Cell(text, kind="number", href=href, sub=_without_amount(part.unknown))

    def weighted(self, line: Line, **filters) -> Cell:
        if line.deals == line.unknown:
            return Cell(NO_VALUE, kind="muted")
        return Cell(self.amount(line.weighted), kind="number", href=self.rows(in_forecast=list(COUNTED), **filters))

    def currencies(self) -> list[dict]:
        codes = sorted({*self.found.currencies, *([self.asked.currency] if self.asked.currency != ALL else [])})
        if self.asked.currency != ALL or any(code != firm_currency() for code in codes):
            words = _("All in %(currency)s") % {"currency": firm_currency()}
            offers = [(ALL, words), *((code, code) for code in codes)]
            return [
                {"label": label, "current": code == self.asked.currency, "href": self.address(currency=code)}
                for code, label in offers
            ]
        return []

    def notes(self) -> list[str]:
        whole, found = self.found.whole, []
        if whole.unknown:
            found.append(
                ngettext("%(count)s deal has no amount: it is in none of these sums.",
                         "%(count)s deals have no amount: they are in none of these sums.", whole.unknown)
                % {"count": number(whole.unknown, 0)}
            )  # fmt: skip
        if whole.unrated:
            found.append(
                ngettext("%(count)s deal is in none of these sums: no rate of exchange is known for its currency.",
                         "%(count)s deals are in none of these sums: no rate of exchange is known for their currency.",
                         whole.unrated) % {"count": number(whole.unrated, 0)}
            )  # fmt: skip
        return found

    def figures(self) -> list[dict]:
        line, first = self.found.now, first_of_month(self.found.today)
        opened = self.span(first, "expected_on")
        of_target = (
            _("%(share)s of the target of %(target)s") % {
                "share": percent(line.won.amount / line.target, 0), "target": self.amount(line.target)}
            if line.target else _("no target is set for this month")
        )  # fmt: skip
        whole = self.found.whole
        return [
            {"label": _("Won this month"), "text": self.amount(line.won.amount), "sub": of_target,
             "href": self.rows(state="won", **self.span(first, "closed_on"))},
            {"label": _("Expected this month"), "text": self.amount(line.expected),
             "sub": _("won, and what is open by its probability"), "href": self.rows(state="open", **opened)},
            {"label": _("Sure this month"), "text": self.amount(line.won.amount + line.of[Category.COMMIT].amount),
             "sub": _("won, and what is promised to close"),
             "href": self.rows(in_forecast=Category.COMMIT.value, **opened)},
            {"label": _("Open deals that count"), "text": number(whole.deals, 0), "sub": _without_amount(whole.unknown),
             "href": self.rows(in_forecast=list(COUNTED))},
        ]  # fmt: skip

    def months_table(self) -> Table:
        columns = [
            Column("month", _("Expected in"), main=True), Column("target", _("Target"), numeric=True),
            Column("won", _("Won"), numeric=True),
            *(Column(name.value, str(name.label).capitalize(), numeric=True) for name in COUNTED),
            Column("weighted", _("Weighted"), numeric=True), Column("expected", _("Won and weighted"), numeric=True,
                                                                    second=True),
        ]  # fmt: skip
        this = first_of_month(self.found.today)
        places = [(EARLIER, self.found.rest[EARLIER]), *self.found.months.items()]
        places += [(LATER, self.found.rest[LATER]), (NO_DAY, self.found.rest[NO_DAY])]
        rows = [self._month_row(place, line, place == this) for place, line in places
                if isinstance(place, date) or line.deals]  # fmt: skip
        return Table(columns, rows, id="months", caption=_("By month of the expected close"), caption_seen=False)

    def _month_row(self, place: date | str, line: Line, is_now: bool) -> Row:
        opened, won = self.span(place, "expected_on"), self.span(place, "closed_on")
        words = month(place) if isinstance(place, date) else {
            EARLIER: _("earlier, and still open"), LATER: _("later"), NO_DAY: _("no day is known")}[place]  # fmt: skip
        href = self.address(month=f"{place:%Y-%m}") if isinstance(place, date) and self.is_wide else ""
        parts = [self.cell(line.of[name], self.rows(in_forecast=name.value, **opened)) for name in COUNTED]
        return Row([
            Cell(words, kind="bold" if is_now else "", href=href), Cell(self.amount(line.target)),
            self.cell(line.won, self.rows(state="won", **won)), *parts,
            self.weighted(line, **opened),
            Cell(self.amount(line.expected), kind="bold"),
        ], key=str(place))  # fmt: skip

    def chart(self) -> BarChart:
        lines = self.found.months
        biggest = max((max(line.expected, line.target or 0) for line in lines.values()), default=0)
        scale, unit = scale_of(biggest, self.asked.code)
        code = self.asked.code

        def series(name: str, read: Callable[[Line], int | None], pale: bool = False) -> Series:
            amounts = [read(line) for line in lines.values()]
            values = [None if amount is None else float(to_major(amount, code)) / scale for amount in amounts]
            texts = [NO_VALUE if value is None else number(round(value, 1)) for value in values]
            return Series(name, values, texts, pale=pale)

        now = self.found.now
        title = _("%(month)s: %(won)s won, %(expected)s expected with what is open.") % {
            "month": month(first_of_month(self.found.today)), "won": money(now.won.amount, code),
            "expected": money(now.expected, code),
        }  # fmt: skip
        target = series(_("Target"), lambda line: line.target)
        return BarChart(
            title=title, labels=[f"{first:%m.%y}" for first in lines],
            series=[series(_("Won, %(unit)s") % {"unit": unit}, lambda line: line.won.amount),
                    series(_("Open by probability"), lambda line: line.weighted, pale=True)],
            target=target if any(value is not None for value in target.values) else None,
            label_heading=_("Month"), id="forecast-chart",
        )  # fmt: skip

    def people_table(self) -> Table:
        """Of the asked month; whoever has a target, or deals that are won or open in it."""
        first = self.found.month
        ids = {*self.found.people, *(pk for pk, kept in self.targets.people.items() if first in kept)} - {None}
        ids = {pk for pk in ids if pk in self.found.people or self._sees(pk)}
        names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
        columns = [
            Column("person", _("Person"), main=True), Column("target", _("Target"), numeric=True),
            Column("won", _("Won"), numeric=True), Column("commit", _("Commit"), numeric=True),
            Column("weighted", _("Weighted"), numeric=True),
            Column("expected", _("Won and weighted"), numeric=True, second=True),
            Column("share", _("Of the target"), numeric=True), Column("deals", _("Open deals"), numeric=True),
        ]  # fmt: skip
        rows = [(names.get(pk, _("without an owner")), pk, self.found.people.get(pk, Line())) for pk in ids]
        if None in self.found.people:
            rows.append((_("without an owner"), None, self.found.people[None]))
        rows.sort(key=lambda row: (-row[2].expected, row[0]))
        shown = [self._person_row(name, pk, line, first) for name, pk, line in rows]
        return Table(columns, shown, id="people", caption=_("By person"), caption_seen=False)

    def _sees(self, pk: int) -> bool:
        scope = self.targets.scope
        return scope.all or pk == scope.me or any(pk in self.targets.members.get(one, ()) for one in scope.departments)

    def _person_row(self, name: str, pk: int | None, line: Line, first: date) -> Row:
        target = self.targets.of_person(pk, first) if self.asked.code == firm_currency() else None
        owner = {"owner": pk or "-"}
        opened = self.span(first, "expected_on") | owner
        return Row([
            Cell(name, kind="bold", href=self.address(owner=pk) if pk else ""), Cell(self.amount(target)),
            self.cell(line.won, self.rows(state="won", **self.span(first, "closed_on"), **owner)),
            self.cell(line.of[Category.COMMIT], self.rows(in_forecast=Category.COMMIT.value, **opened)),
            self.weighted(line, **opened),
            Cell(self.amount(line.expected), kind="bold"),
            Cell(percent(line.expected / target, 0) if target else NO_VALUE),
            Cell(number(line.deals, 0), kind="number", href=self.rows(in_forecast=list(COUNTED), **opened)),
        ], key=str(pk or 0))  # fmt: skip

    def then_table(self, found: dict[date, targets.Then]) -> Table:
        columns = [
            Column("month", _("Expected in"), main=True), Column("deals", _("Deals then"), numeric=True),
            Column("commit", _("Commit then"), numeric=True), Column("weighted", _("Weighted then"), numeric=True),
            Column("won", _("Won since"), numeric=True, second=True), Column("share", _("Came true"), numeric=True),
        ]  # fmt: skip
        rows = [
            Row([
                Cell(month(first)), Cell(number(line.deals, 0)), Cell(self.amount(line.commit)),
                Cell(self.amount(line.weighted)),
                Cell(self.amount(line.won), kind="number",
                     href=self.rows(state="won", **self.span(first, "closed_on"))),
                Cell(percent(float(line.share), 0) if line.share is not None else NO_VALUE),
            ], key=str(first)) for first, line in found.items()
        ]  # fmt: skip
        return Table(columns, rows, id="then", caption=_("As it was forecast"), caption_seen=False)

    def stages_table(self, passed) -> Table:
        several = len({row.stage.pipeline_id for row in passed}) > 1
        columns = [
            Column("stage", _("Stage"), main=True), Column("reached", _("Deals that reached it"), numeric=True),
            Column("share", _("Went on"), numeric=True, second=True),
            Column("days", _("Mean days in it"), numeric=True), Column("expected", _("Expected days"), numeric=True),
        ]  # fmt: skip
        since = {"state__not": "open", "closed_on__from": self.found.today - timedelta(days=YEAR - 1)}
        rows = [
            Row([
                Cell(str(row.stage), sub=str(sales().pipelines[str(row.stage.pipeline_id)]) if several else ""),
                Cell(number(row.reached, 0), kind="number", href=self.rows(reached=row.stage.key, **since)),
                Cell(percent(float(row.share), 0) if row.share is not None else NO_VALUE),
                Cell(number(round(row.days, 1)) if row.days is not None else NO_VALUE,
                     title=_stays(row.stays)),
                Cell(NO_VALUE if row.stage.expected_days is None else number(row.stage.expected_days, 0)),
            ], key=row.stage.key) for row in passed
        ]  # fmt: skip
        return Table(columns, rows, id="stages", caption=_("Stages"), caption_seen=False)

    def bys(self) -> list[dict]:
        words = {"source": _("Source"), "product": _("Product"), "owner": _("Person")}
        return [
            {"label": words[name], "current": name == self.by, "href": f"{self.address(by=name)}#win-rates"}
            for name in BY if name != "owner" or self.is_wide and not self.person
        ]  # fmt: skip

    def rates_table(self, day_: date) -> Table:
        rates = win_rates(self.asked, day_, self.by)
        columns = [
            Column("name", {"source": _("Source"), "product": _("Product"), "owner": _("Person")}[self.by], main=True),
            Column("won", _("Won"), numeric=True), Column("lost", _("Lost"), numeric=True),
            Column("share", _("Win rate"), numeric=True, second=True), Column("amount", _("Won amount"), numeric=True),
        ]  # fmt: skip
        rows = []
        for rate in rates:
            asked: dict[str, Any] = {self.by: rate.value or "-"}
            won, lost = self._ended("won", **asked), self._ended("lost", **asked)
            rows.append(Row([
                Cell(rate.name, kind="" if rate.value else "muted"),
                _count(rate.won, won), _count(rate.lost, lost),
                Cell(percent(float(rate.share), 0) if rate.share is not None else NO_VALUE, kind="bold"),
                self.cell(rate.amount, won),
            ], key=str(rate.value or 0)))  # fmt: skip
        empty = Empty(_("No deal ended yet"), _("A win rate is counted from deals that are won or lost."))
        return Table(columns, rows, id="win-rate", caption=_("Win rate"), caption_seen=False, empty=empty)

    def reasons_table(self, day_: date) -> Table:
        reasons = lost_reasons(self.asked, day_)
        lost = sum(rate.lost for rate in reasons)
        columns = [
            Column("name", _("Why deals were lost"), main=True), Column("lost", _("Deals"), numeric=True, second=True),
            Column("share", _("Share"), numeric=True), Column("amount", _("Lost amount"), numeric=True),
        ]  # fmt: skip
        rows = [
            Row([
                Cell(rate.name), _count(rate.lost, self._ended("lost", reason=rate.value or "-")),
                Cell(percent(rate.lost / lost, 0)),
                self.cell(rate.amount, self._ended("lost", reason=rate.value or "-")),
            ], key=str(rate.value or 0)) for rate in reasons
        ]  # fmt: skip
        empty = Empty(_("No deal was lost"), _("Why deals are lost stands here."))
        return Table(columns, rows, id="reasons", caption=_("Lost reasons"), caption_seen=False, empty=empty)

    def _ended(self, state: str, **filters) -> str:
        return self.rows(state=state, closed_on__from=self.found.today - timedelta(days=YEAR - 1), **filters)


def _is_wide(user) -> bool:
    scope = reach(user, "view", Deal.type_key)
    return scope.all or bool(scope.departments)


def _count(count: int, href: str) -> Cell:
    return Cell(number(count, 0), kind="number", href=href) if count else Cell("0", kind="muted")


def _stays(count: int) -> str:
    return ngettext("over %(count)s stay", "over %(count)s stays", count) % {"count": number(count, 0)}


def _without_amount(count: int) -> str:
    if not count:
        return ""
    words = ngettext("%(count)s deal without an amount", "%(count)s deals without an amount", count)
    return words % {"count": number(count, 0)}


def scale_of(biggest: int, currency: str) -> tuple[float, str]:
    """What the axis counts in, so that its words stay short."""
    amount = to_major(biggest, currency)
    for size, words in ((1_000_000, _("million %(currency)s")), (1_000, _("thousand %(currency)s"))):
        if amount >= size * 10 or (size == 1_000_000 and amount >= size):
            return float(size), words % {"currency": currency}
    return 1.0, currency


def as_xlsx(shown: Page):
    """Two sheets, months and people of the asked month; amounts are numbers, an unknown target is an empty cell."""
    book, file = new_workbook()
    bold, amount = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    code, found = shown.asked.code, shown.found
    heads = [_("Target"), _("Won"), *(str(name.label).capitalize() for name in COUNTED), _("Weighted"),
             _("Won and weighted"), _("Open deals"), _("Deals without an amount")]  # fmt: skip
    months = [(month(first), line) for first, line in found.months.items()]
    rest = {EARLIER: _("earlier, and still open"), LATER: _("later"), NO_DAY: _("no day is known")}
    months += [(rest[place], line) for place, line in found.rest.items()]
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[pk for pk in found.people if pk])}
    people = []
    for pk, line in found.people.items():
        line.target = shown.targets.of_person(pk, found.month) if code == firm_currency() else None
        people.append((names.get(pk or 0, _("without an owner")), line))
    for title, first_head, rows in (
        (_("Months"), _("Expected in"), months),
        (month(found.month)[:31], _("Person"), sorted(people, key=lambda row: row[0])),
    ):
        sheet = book.add_worksheet(title)
        sheet.set_column(0, len(heads) + 1, 16)
        for place, head in enumerate([first_head, *heads, _("Currency")]):
            sheet.write_string(0, place, head, bold)
        for place, (name, line) in enumerate(rows, 1):
            sheet.write_string(place, 0, guarded(name))
            sums = [
                line.target,
                line.won.amount,
                *(line.of[one].amount for one in COUNTED),
                line.weighted,
                line.expected,
            ]
            for column, minor in enumerate(sums, 1):
                if minor is not None:
                    sheet.write_number(place, column, float(to_major(minor, code)), amount)
            sheet.write_number(place, len(sums) + 1, line.deals)
            sheet.write_number(place, len(sums) + 2, line.unknown)
            sheet.write_string(place, len(sums) + 3, code)
    book.close()
    file.seek(0)
    return file
