"""Groups of a list with their counts and sums over all rows that the reader may see, not only those of the page."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, DateField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.core import languages
from groundwork.core.months import FirstOfMonth, first_of_month
from groundwork.core.patience import TooLong, at_most
from groundwork.core.refusals import Refusal
from groundwork.records.added import several
from groundwork.records.lists.cells import LINKS, Names
from groundwork.records.lists.filters import DAYS, SEVERAL, WITHOUT, options_of
from groundwork.records.lists.listing import Listing
from groundwork.records.models import Tally

PATIENCE = 10.0  # seconds
MOST = 60  # groups that are shown
NAMED = 1000  # the largest groups of a link that are looked up


@dataclass
class Group:
    """One value of the field by which the list is grouped. ``sums`` are minor units by currency."""

    words: str
    count: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    only: dict[str, Any] = field(default_factory=dict)  # the parameters that narrow the list to it; none: it cannot
    rows_url: str = ""
    list_url: str = ""

    @property
    def counted(self) -> str:
        return languages.number(self.count)

    @property
    def amount(self) -> str:
        return " · ".join(languages.money(total, currency) for currency, total in sorted(self.sums.items()))


@dataclass
class Groups:
    shown: list[Group]
    left: int = 0  # groups beyond those shown
    note: str = ""  # what the counts do not say themselves

    @property
    def left_words(self) -> str:
        return ngettext(
            "%(count)s more group: narrow the list to see it",
            "%(count)s more groups: narrow the list to see them",
            self.left,
        ) % {"count": languages.number(self.left)}


Found = dict[Any, Group]


def groups_of(listing: Listing) -> Groups:
    """The groups of a list that is grouped; in the order of a choice, newest month first, else the largest first."""
    shown = listing.group
    if shown is None:
        raise ValueError("the list is not grouped")
    found = counts(listing, shown)
    ordered = _in_order(listing, shown, found)
    for group in ordered[:MOST]:
        if group.only:
            group.rows_url = listing.address(part="rows", group="", **group.only)
            group.list_url = listing.address(group="", **group.only)
    note = _("A record stands in the group of each of its values.") if shown.kind in SEVERAL else ""
    return Groups(ordered[:MOST], max(0, len(ordered) - MOST), note)


def counts(listing: Listing, shown) -> Found:
    """``{value: its group}``, exact; from kept tallies where nothing else narrows the list."""
    sums: dict[Any, Group] = {}
    try:
        with at_most(PATIENCE):
            count = _tallied if _is_tallied(listing, shown) else _held if shown.kind in SEVERAL else _counted
            rows = list(count(listing, shown))
    except TooLong as error:
        raise Refusal(_("There are too many rows to group them at once: narrow the list first.")) from error
    for value, currency, count, total in rows:
        group = sums.setdefault(value, Group(""))
        group.count += count
        if currency and listing.amount:
            group.sums[currency] = group.sums.get(currency, 0) + (total or 0)
    return {value: group for value, group in sums.items() if group.count}


TALLIED = {"owner": "owner_id", "department": "department_id"}


def _is_tallied(listing: Listing, shown) -> bool:
    return listing.is_tallied and (shown.name == listing.kind.board or shown.name in TALLIED)


def _tallied(listing: Listing, shown):
    scope, rows = listing.scope, Tally.objects.filter(type=listing.kind.key)
    if not scope.all:
        rows = rows.filter(Q(owner_id=scope.me) | Q(department_id__in=scope.departments))
    name = TALLIED.get(shown.name, "value")
    return rows.order_by().values_list(name, "currency").annotate(counted=Sum("count"), summed=Sum("amount"))


def _counted(listing: Listing, shown):
    """(value, currency, count, sum) of each; a day counts for its month."""
    column, amount = shown.column, listing.amount
    rows, names = listing.narrowed, [column]
    if shown.kind in DAYS:
        day = Cast(column, DateField()) if shown.added else column
        rows, names = rows.annotate(month=FirstOfMonth(day) if shown.kind == "date" else TruncMonth(day)), ["month"]
    if amount:
        found = rows.values_list(*names, "currency").annotate(counted=Count("pk"), summed=Sum(amount))
        return found.order_by()
    return [(value, "", count, 0) for value, count in rows.values_list(*names).annotate(counted=Count("pk")).order_by()]


def _held(listing: Listing, shown):
    """The same of a field that holds several: a record counts in each of its values that the list asks for."""
    amount, asked = listing.amount, listing.filters.held(shown.name)
    rows = several.held(shown.added).filter(object_id__in=listing.narrowed.values("pk")).order_by()
    empty = listing.narrowed.filter(**{f"{shown.column}__isnull": True})
    if asked:
        rows = rows.filter(value__in=asked)
    if asked and WITHOUT not in asked:
        empty = empty.none()
    if not amount:
        found = rows.values_list("value").annotate(counted=Count("pk"))
        return [*((value, "", count, 0) for value, count in found), (None, "", empty.count(), 0)]
    record: QuerySet[Any] = listing.kind.model.objects.filter(pk=OuterRef("object_id"))
    rows = rows.annotate(currency=Subquery(record.values("currency")), worth=Subquery(record.values(amount)))
    found = rows.values_list("value", "currency").annotate(counted=Count("pk"), summed=Sum("worth"))
    without = empty.values_list("currency").annotate(counted=Count("pk"), summed=Sum(amount)).order_by()
    return [*found, *((None, *row) for row in without)]


def _in_order(listing: Listing, shown, found: Found) -> list[Group]:
    if shown.kind in DAYS:
        return _months(shown, found)
    if shown.kind in LINKS:
        return _linked(listing, shown, found)
    key, words = f"f.{shown.name}", dict(options_of(shown))
    by_text: Found = {}
    for value, group in found.items():
        text = WITHOUT if value in (None, "") else ("yes" if value else "no") if shown.kind == "bool" else str(value)
        group.words, group.only = words.get(text, _("none") if text == WITHOUT else text), {key: text}
        by_text[text] = group
    places = {text: place for place, text in enumerate(words)}
    return [by_text[text] for text in sorted(by_text, key=lambda text: places.get(text, len(places)))]


def _months(shown, found: Found) -> list[Group]:
    key, without = f"f.{shown.name}", found.pop(None, None)
    for value, group in found.items():
        first, last = first_of_month(value), first_of_month(value, 1) - timedelta(days=1)
        group.words = languages.month(first)
        group.only = {key: "", f"{key}.from": first.isoformat(), f"{key}.to": last.isoformat()}
    ordered = [found[value] for value in sorted(found, reverse=True)]
    if without:
        without.words, without.only = _("none"), {key: WITHOUT}
        ordered.append(without)
    return ordered


def _linked(listing: Listing, shown, found: Found) -> list[Group]:
    """The largest first. Those that the reader does not see stand together as one group without a name."""
    key, without = f"f.{shown.name}", found.pop(None, None)
    largest = sorted(found, key=lambda value: -found[value].count)[:NAMED]
    names = Names.load(listing.user, shown.target, set(largest)) if largest else {}
    ordered, hidden = [], Group(_("no access"))
    for value in largest:
        group = found[value]
        if value in names:
            group.words, group.only = names[value], {key: str(value)}
            ordered.append(group)
        else:
            _add(hidden, group)
    for value in set(found) - set(largest):
        ordered.append(found[value])
    if without:
        without.words, without.only = _("none"), {key: WITHOUT}
        ordered.append(without)
    return [*ordered, hidden] if hidden.count else ordered


def _add(to: Group, other: Group) -> None:
    to.count += other.count
    for currency, total in other.sums.items():
        to.sums[currency] = to.sums.get(currency, 0) + total
