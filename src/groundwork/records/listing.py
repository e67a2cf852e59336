"""A list of one type for one person: filters from the address, keyset pages, totals from tallies.

A page takes a fixed number of queries, whatever the number of rows, and its time does not grow with them.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from heapq import merge
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.models import Department, User
from groundwork.access.rights import reach
from groundwork.core import languages
from groundwork.core.refusals import Refusal
from groundwork.records import search
from groundwork.records.cells import Names, cell
from groundwork.records.models import Record, Tally
from groundwork.records.types import Field, RecordType
from groundwork.ui.table import Cell, Column, Empty, Row, Table

SIZE = 50
MOST_BRANCHES = 12
WITHOUT = "-"  # ``f.company=-``: those without a company


@dataclass
class Filter:
    """One condition of the address, in words: ``f.kind=credit``, ``f.issued_on.from=2011-01-01``."""

    field: Field
    operator: str  # "is", "from", "to"
    values: list[str]

    def q(self) -> Q:
        attname = self.field.model_field.attname
        if self.operator == "from":
            return Q(**{f"{attname}__gte": self._day()})
        if self.operator == "to":
            return Q(**{f"{attname}__lte": self._day()})
        if self.values == [WITHOUT]:
            return Q(**{f"{attname}__isnull": True}) if self.field.model_field.null else Q(**{attname: ""})
        if self.field.kind in ("link", "user", "department"):
            ids = [int(value) for value in self.values if value.isdigit() and len(value) < 19]
            return Q(**{f"{attname}__in": ids})
        return Q(**{f"{attname}__in": self.values})

    def _day(self) -> date:
        try:
            return date.fromisoformat(self.values[0])
        except ValueError as error:
            raise Refusal(
                _("“%(value)s” is not a date. Write it like 2026-11-23.") % {"value": self.values[0][:40]}
            ) from error


class Listing:
    """``params`` is the address's QueryDict; unknown filters and sorts are refused with a sentence."""

    def __init__(self, kind: RecordType, user, params, size: int = SIZE):
        self.kind, self.user, self.params, self.size = kind, user, params, size
        self.columns = kind.visible_fields(user, kind.columns)
        self.scope = reach(user, "view", kind.key)
        self.sort = self._sort(params.get("sort") or kind.sorts[0])
        self.filters = self._filters()
        self.q = (params.get("q") or "").strip()[:200]
        self.archived = params.get("archived") == "1"

    def _sort(self, asked: str) -> str:
        visible = {column.name for column in self.columns}
        plain = {name.lstrip("-") for name in self.kind.sorts}
        name = asked.lstrip("-")
        if name not in plain or name not in visible:
            if asked == self.kind.sorts[0]:
                return "updated_at"
            raise Refusal(_("This list cannot be sorted that way."))
        return asked

    def _filters(self) -> list[Filter]:
        allowed = {item.name: item for item in self.kind.visible_fields(self.user, self.kind.filters)}
        result = []
        for key in self.params:
            if not key.startswith("f."):
                continue
            name, _dot, operator = key[2:].partition(".")
            values = [value.replace("\x00", "")[:200] for value in self.params.getlist(key)]
            if name not in allowed or operator not in ("", "from", "to"):
                raise Refusal(_("This list cannot be filtered that way."))
            if operator and allowed[name].kind != "date":
                raise Refusal(_("This list cannot be filtered that way."))
            if values := [value for value in values if value]:
                result.append(Filter(allowed[name], operator or "is", values[:50]))
        return result

    # ── rows

    @property
    def sort_column(self) -> str:
        name = self.sort.lstrip("-")
        return "sort_key" if name == self.kind.model.title_field else name

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.q or self.archived)

    def conditions(self) -> Q:
        condition = Q(archived_at__isnull=not self.archived)
        for item in self.filters:
            condition &= item.q()
        if self.q:
            found = search.ids_matching(self.kind, self.q)
            condition &= Q(pk__in=found) if found is not None else Q(pk__in=[])
        return condition

    @cached_property
    def page(self) -> list[Record]:
        """The rows of this page and one more, which tells that there is a next page."""
        ids = self._page_ids()
        rows = {row.pk: row for row in self.kind.model.objects.filter(pk__in=ids)}
        return [rows[pk] for pk in ids if pk in rows]

    def _page_ids(self) -> list[int]:
        """Limited branches over (owner, sort, id) and (department, sort, id), merged here: SQLite takes no LIMIT
        inside a UNION, and an OR would walk the whole table."""
        if self.scope.nothing:
            return []
        descending = self.sort.startswith("-")
        order = [f"-{self.sort_column}", "-pk"] if descending else [self.sort_column, "pk"]
        base = self.kind.model.objects.filter(self.conditions() & self._after(descending))
        found = []
        for branch in self._branches():
            rows = base.filter(branch).order_by(*order).values_list(self.sort_column, "pk")
            found.append(list(rows[: self.size + 1]))
        together = dict.fromkeys(pk for _value, pk in merge(*found, reverse=descending))
        return list(together)[: self.size + 1]

    def _branches(self) -> list[Q]:
        if self.scope.all:
            return [Q()]
        mine = Q(owner_id=self.scope.me)
        if len(self.scope.departments) > MOST_BRANCHES:
            return [mine, Q(department_id__in=self.scope.departments)]
        return [mine, *(Q(department_id=pk) for pk in sorted(self.scope.departments))]

    def _after(self, descending: bool) -> Q:
        if not (token := self.params.get("after")):
            return Q()
        try:
            value, pk = signing.loads(token, salt=f"after.{self.kind.key}.{self.sort}")
        except signing.BadSignature as error:
            raise Refusal(_("This page of the list is no longer there: start from the top.")) from error
        side = "lt" if descending else "gt"
        column = self.sort_column
        return Q(**{f"{column}__{side}e": value}) & (
            Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
        )

    @property
    def next_token(self) -> str:
        if len(self.page) <= self.size:
            return ""
        last = self.page[self.size - 1]
        value = getattr(last, self.sort_column)
        value = value.isoformat() if hasattr(value, "isoformat") else value
        return signing.dumps([value, last.pk], salt=f"after.{self.kind.key}.{self.sort}")

    # ── totals

    def totals(self) -> tuple[int, dict[str, int]]:
        """(count, {currency: sum}) over all rows the person may see: from tallies, or exact where it is filtered."""
        if not self.is_narrowed:
            rows = Tally.objects.filter(type=self.kind.key)
            if self.scope.nothing:
                return 0, {}
            if not self.scope.all:
                rows = rows.filter(Q(owner_id=self.scope.me) | Q(department_id__in=self.scope.departments))
            summed = rows.order_by().values("currency").annotate(counted=Sum("count"), summed=Sum("amount"))
        else:
            rows = self.kind.model.objects.visible_to(self.user).filter(self.conditions()).order_by()
            if not self.kind.amount:
                return rows.count(), {}
            summed = rows.values("currency").annotate(counted=Count("pk"), summed=Sum(self.kind.amount))
        found = list(summed)
        sums = {row["currency"]: row["summed"] or 0 for row in found if row["currency"]} if self.kind.amount else {}
        return sum(row["counted"] for row in found), sums

    def total_cells(self) -> list[Cell]:
        count, sums = self.totals()
        label = ngettext("%(count)s in all", "%(count)s in all", count) % {"count": languages.number(count)}
        cells = [Cell(label)]
        for column in self.columns[1:]:
            lines = [languages.money(total, currency) for currency, total in sorted(sums.items())]
            cells.append(Cell("; ".join(lines), kind="number") if column.name == self.kind.amount else Cell(""))
        return cells

    # ── for the screen

    def address(self, route: str = "records:list", **changes) -> str:
        pairs = [
            (key, value) for key in self.params for value in self.params.getlist(key) if key not in ("after", *changes)
        ]
        pairs += [(key, value) for key, value in changes.items() if value]
        query = urlencode(pairs)
        return reverse(route, args=[self.kind.key]) + (f"?{query}" if query else "")

    def table(self) -> Table:
        shown = self.page[: self.size]
        names = Names(self.user, self.columns, shown)
        rows = []
        for record in shown:
            href = record.get_absolute_url()
            cells = [cell(column, record, names) for column in self.columns]
            cells[0].kind, cells[0].text = "bold", cells[0].text or record.number
            rows.append(Row(cells, key=str(record.pk), href=href))
        token = self.next_token
        return Table(
            columns=[self._column(column) for column in self.columns],
            rows=rows,
            caption=str(self.kind.plural), caption_seen=False,
            totals=[] if self.is_narrowed else self.total_cells(),
            totals_url=self.address("records:totals") if self.is_narrowed else "",
            next_url=self.address("records:list", after=token) if token else "",
            next_label=_("Show the next %(count)s") % {"count": self.size} if token else "",
            empty=None if rows else self._empty(),
            id=f"list-{self.kind.key}",
        )  # fmt: skip

    def foot(self) -> Table:
        """The totals alone, for the second request: no rows are read again."""
        columns = [self._column(column) for column in self.columns]
        return Table(columns, [], totals=self.total_cells(), id=f"list-{self.kind.key}")

    def _column(self, shown: Field) -> Column:
        sortable = shown.name in {name.lstrip("-") for name in self.kind.sorts}
        standing = self.sort.lstrip("-") == shown.name
        flipped = shown.name if not standing or self.sort.startswith("-") else f"-{shown.name}"
        return Column(
            key=shown.name, label=_capital(str(shown.label)), numeric=shown.numeric,
            sort_url=self.address(sort=flipped) if sortable else "",
            sorted=("descending" if self.sort.startswith("-") else "ascending") if standing else "",
            main=shown.name == self.columns[0].name, second=shown.name == self.kind.amount,
        )  # fmt: skip

    def _empty(self) -> Empty:
        if self.is_narrowed:
            return Empty(
                _("Nothing matches"),
                _("No record fits this filter."),
                _("Show all"),
                reverse("records:list", args=[self.kind.key]),
            )
        can_add = self.kind.typed and self.user.can("create", self.kind.key)
        return Empty(
            str(self.kind.plural), str(self.kind.explain),
            _("Add the first one") if can_add else "", reverse("records:new", args=[self.kind.key]) if can_add else "",
        )  # fmt: skip

    def filter_words(self) -> list[dict[str, Any]]:
        """Each active filter as words, with the address that takes it away."""
        result = []
        for item in self.filters:
            key = f"f.{item.field.name}" + (f".{item.operator}" if item.operator != "is" else "")
            result.append(
                {
                    "label": _capital(str(item.field.label)),
                    "operator": self._operator(item),
                    "text": self._value_words(item),
                    "without": self.address(**{key: ""}),
                }
            )
        return result

    @staticmethod
    def _operator(item: Filter) -> str:
        return {"is": "", "from": _("from"), "to": _("until")}[item.operator]

    def _value_words(self, item: Filter) -> str:
        if item.operator != "is":
            return languages.day(date.fromisoformat(item.values[0]))
        if item.values == [WITHOUT]:
            return _("none")
        if item.field.kind in ("link", "user", "department"):
            target = item.field.target
            ids = [int(value) for value in item.values if value.isdigit() and len(value) < 19]
            found = target.objects.visible_to(self.user) if issubclass(target, Record) else target._default_manager
            return ", ".join(str(row) for row in found.filter(pk__in=ids)) or _("no access")
        labels = dict(item.field.model_field.flatchoices or ())
        return ", ".join(str(labels.get(value, value)) for value in item.values)

    def filter_choices(self) -> list[dict[str, Any]]:
        """What the filter form offers: options for choices, people and departments; days; words for the rest."""
        chosen = {(item.field.name, item.operator): item.values for item in self.filters}
        result = []
        for shown in self.kind.visible_fields(self.user, self.kind.filters):
            entry: dict[str, Any] = {"name": f"f.{shown.name}", "label": _capital(str(shown.label)), "kind": shown.kind}
            entry["value"] = (chosen.get((shown.name, "is")) or [""])[0]
            if shown.kind == "choice":
                entry["options"] = [(str(value), str(label)) for value, label in shown.model_field.flatchoices]
            elif shown.kind == "user":
                entry["options"] = [
                    (str(pk), name) for pk, name in User.objects.filter(is_active=True).values_list("pk", "name")
                ]
            elif shown.kind == "department":
                entry["options"] = [(str(pk), name) for pk, name in Department.objects.values_list("pk", "name")]
            elif shown.kind == "date":
                entry["start"] = (chosen.get((shown.name, "from")) or [""])[0]
                entry["end"] = (chosen.get((shown.name, "to")) or [""])[0]
            elif shown.kind == "link":
                continue
            result.append(entry)
        return result


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
