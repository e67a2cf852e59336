"""Keeps the monthly sums: notes what a write touched, sums it in the background, and compares each night.

A new document waits as an ``Unrolled`` row until it is folded in; a changed one, or a changed cost, makes the sums of
its months void until they are made anew. Whoever sums a month takes away only the ``Unrolled`` rows it has seen first,
so a write that commits meanwhile stays noted (docs/dev/decisions/0003).
"""

import logging
from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.db.models import Max, Min, QuerySet

from groundwork.access import audit
from groundwork.background.kinds import Kind, kinds
from groundwork.background.models import Run
from groundwork.background.work import start
from groundwork.core.clock import now, today
from groundwork.core.months import days_of, first_of_month
from groundwork.crm.trade import entries, late_months
from groundwork.crm.trade.ledger import LedgerRow
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Rate
from groundwork.crm.trade.rates import firm_currency
from groundwork.crm.trade.rollups import (
    LateMonth,
    MonthSum,
    RolledMonth,
    RolledYear,
    Unrolled,
    differences,
    month_of,
)
from groundwork.records import write
from groundwork.records.write import Follower, PartFollower, followers, part_followers

MOST_FOLDED = 2000  # documents; more of them, and the month is summed as a whole
log = logging.getLogger(__name__)


# ── noting, inside the write


def _follow_invoices(steps) -> None:
    """Of changed documents: which are new to the sums, and which months no longer hold."""
    for invoice, before, after in steps:
        was, is_ = entries.counts(before), entries.counts(after)
        if is_ and not was:
            _note("back" if before else "new", invoice.pk, month_of(after["issued_on"]))
        elif was and (not is_ or any(before[name] != after[name] for name in entries.DEPENDS_ON)):
            _note("changed", invoice.pk, month_of(before["issued_on"]))
            if is_:
                _note("changed", invoice.pk, month_of(after["issued_on"]))


def _follow_lines(invoice, _line, _before, _after) -> None:
    _note("lines", invoice.pk, month_of(invoice.issued_on))


def _follow_costs(product, cost, before, after) -> None:
    """The months in which the product was sold while this cost was, or now is, the valid one."""
    sold = InvoiceLine.objects.filter(product=product.pk)
    others = CostPrice.objects.filter(product=product.pk).exclude(pk=cost.pk)
    for day in {str(values["valid_from"]) for values in (before, after) if values is not None}:
        until = others.filter(valid_from__gt=day).aggregate(first=Min("valid_from"))["first"]
        found = sold.filter(issued_on__gte=day)
        for month in _months(found.filter(issued_on__lt=until) if until else found, "issued_on"):
            _note("month", None, month)


def _follow_rates(steps) -> None:
    """A rate says what the months from its day on are worth in the firm's own currency."""
    own = firm_currency()
    for _rate, before, after in steps:
        for values in (before, after):
            if values is not None and own in (pair := {values["currency"], values["to_currency"]}):
                (other,) = pair - {own}
                _note("rate", None, f"{other} {values['valid_from']}")


def _of_rates(noted: Iterable[tuple[int, str]]) -> set[str]:
    """The months with documents of these currencies from the first of these days until another rate holds."""
    own = firm_currency()
    days: dict[str, list[str]] = {}
    for _pk, words in noted:
        currency, _space, day = words.partition(" ")
        days.setdefault(currency, []).append(day)
    found: set[str] = set()
    for currency, noted_days in days.items():
        later = Rate.objects.current().filter(currency=currency, to_currency=own, valid_from__gt=max(noted_days))
        until = later.aggregate(first=Min("valid_from"))["first"]
        for rows, day in ((entries.counting_invoices(), "issued_on"), (LedgerRow.objects.all(), "counts_on")):
            rows = rows.filter(currency=currency, **{f"{day}__gte": min(noted_days)})
            found |= set(_months(rows.filter(**{f"{day}__lt": until}) if until else rows, day))
    return found


def row_is_new(rows: Iterable[LedgerRow]) -> None:
    for row in rows:
        _note("row", row.pk, month_of(row.counts_on))


def rows_are_gone(rows: Iterable[LedgerRow]) -> None:
    for row in rows:
        _note("gone", row.pk, month_of(row.counts_on))


def _note(what: str, pk: int | None, month: str) -> None:
    write.note_for_end(settle, (what, pk, month))


def settle(notes: set[tuple[str, int | None, str]]) -> None:
    """At the end of an act, in its transaction: what the sums do not hold from now on."""
    by_kind: dict[str, list[tuple[int, str]]] = {}
    for what, pk, month in sorted(notes, key=str):
        by_kind.setdefault(what, []).append((pk or 0, month))
    new, back, rows = (dict(by_kind.get(what, [])) for what in ("new", "back", "row"))
    changed = [item for item in by_kind.get("changed", []) if item[0] not in new]
    lines = [item for item in by_kind.get("lines", []) if item[0] not in new and item[0] not in back]
    counted = set(entries.counting_invoices().filter(pk__in=[pk for pk, _month in lines]).values_list("pk", flat=True))
    void = {month for _pk, month in by_kind.get("month", [])} | _of_rates(by_kind.get("rate", []))
    void |= _void_by_change([*changed, *(item for item in lines if item[0] in counted)])
    gone = [item for item in by_kind.get("gone", []) if item[0] not in rows]
    waiting = _waiting("row_id", [pk for pk, _month in gone])
    void |= {month for pk, month in gone if pk not in waiting}
    Unrolled.objects.bulk_create(
        [
            *(Unrolled(invoice_id=pk, month=month) for pk, month in {**back, **new}.items()),
            *(Unrolled(row_id=pk, month=month) for pk, month in rows.items()),
            *(Unrolled(month=month) for month in sorted(void)),
        ],
        batch_size=500,
    )


def _void_by_change(changed: list[tuple[int, str]]) -> set[str]:
    """A document that still waits to be folded in only takes its waiting row along, should its month be another."""
    months: dict[int, set[str]] = {}
    for pk, month in changed:
        months.setdefault(pk, set()).add(month)
    waiting = _waiting("invoice_id", list(months))
    days = Invoice._base_manager.filter(pk__in=[pk for pk in months if pk in waiting]).values_list("pk", "issued_on")
    for pk, day in days:
        if any(row.month != month_of(day) for row in waiting[pk]):
            Unrolled.objects.filter(pk__in=[row.pk for row in waiting[pk]]).update(month=month_of(day))
    return {month for pk, of_one in months.items() if pk not in waiting for month in of_one}


def _waiting(name: str, ids: list[int]) -> dict[int, list[Unrolled]]:
    """The waiting rows of these, locked: the job takes them away only before or after this write."""
    found: dict[int, list[Unrolled]] = {}
    for begin in range(0, len(ids), 500):
        rows = Unrolled.objects.select_for_update().filter(**{f"{name}__in": ids[begin : begin + 500]})
        for row in rows.order_by("pk"):
            found.setdefault(getattr(row, name), []).append(row)
    return found


def _months(rows: QuerySet, day: str) -> list[str]:
    """The months that have such rows. One look a month along the index of the days, not one a row."""
    found, after = [], None
    while True:
        some = rows if after is None else rows.filter(**{f"{day}__gte": after})
        first = some.aggregate(first=Min(day))["first"]
        if first is None:
            return found
        found.append(month_of(first))
        after = first_of_month(first, 1)


followers.add(Follower("monthly sums", Invoice.type_key, _follow_invoices))
followers.add(Follower("monthly sums in our currency", Rate.type_key, _follow_rates))
part_followers.add(PartFollower("monthly sums of lines", InvoiceLine, _follow_lines))
part_followers.add(PartFollower("monthly sums of costs", CostPrice, _follow_costs))


# ── summing


def roll(month: str) -> None:
    """Bring the sums of a month up to what is committed; what commits meanwhile stays noted."""
    with transaction.atomic():
        RolledMonth.objects.get_or_create(month=month)
        rolled = RolledMonth.objects.select_for_update().get(month=month)
        waiting = list(Unrolled.objects.select_for_update().filter(month=month).order_by("pk"))
        ids = {row.invoice_id for row in waiting if row.invoice_id is not None}
        rows = {row.row_id for row in waiting if row.row_id is not None}
        if rolled.turn and waiting and len(ids) + len(rows) <= MOST_FOLDED and not any(map(_is_whole, waiting)):
            _fold(rolled, ids, rows)
        else:
            _sum(rolled, waiting)
        Unrolled.objects.filter(pk__in=[row.pk for row in waiting]).delete()
        rolled.turn += 1
        rolled.rolled_at = now()
        rolled.save()


def _is_whole(row: Unrolled) -> bool:
    return row.invoice_id is None and row.row_id is None


def _sum(rolled: RolledMonth, waiting: list[Unrolled]) -> None:
    """The whole month anew, but for documents that were noted after ``waiting`` was read: they are folded in next."""
    invoices, rows = rows_of_month(rolled.month, [row.pk for row in waiting])
    MonthSum.objects.filter(month=rolled.month).delete()
    _insert(rolled.month, invoices, rows)
    rolled.first_on, rolled.last_on = _ends(invoices, rows)
    rolled.folds = 0


def _fold(rolled: RolledMonth, ids: set[int], row_ids: set[int]) -> None:
    """Add the new documents to the sums."""
    invoices, rows = _of_month(rolled.month)
    invoices, rows = invoices.filter(pk__in=ids), rows.filter(pk__in=row_ids)
    _insert(rolled.month, invoices, rows)
    ends = [rolled.first_on, rolled.last_on, *_ends(invoices, rows)]
    days = [day for day in ends if day is not None]
    rolled.first_on, rolled.last_on = min(days, default=None), max(days, default=None)
    rolled.folds += 1


def _of_month(month: str) -> tuple[QuerySet[Invoice], QuerySet[LedgerRow]]:
    first, last = days_of(month)
    return (
        entries.counting_invoices().filter(issued_on__gte=first, issued_on__lte=last),
        LedgerRow.objects.filter(counts_on__gte=first, counts_on__lte=last),
    )


def rows_of_month(month: str, seen: Iterable[int] = ()) -> tuple[QuerySet[Invoice], QuerySet[LedgerRow]]:
    """What the sums of the month hold: all of it but what waits. ``seen`` are waiting rows that wait no longer."""
    invoices, rows = _of_month(month)
    waiting = Unrolled.objects.filter(month=month).exclude(pk__in=list(seen))
    return (
        invoices.exclude(pk__in=waiting.exclude(invoice_id=None).values("invoice_id")),
        rows.exclude(pk__in=waiting.exclude(row_id=None).values("row_id")),
    )


def _insert(month: str, invoices, rows) -> None:
    own = firm_currency()
    found = entries.sql_or_none(entries.month_sums, month, invoices, rows, own) or entries.sql_or_none(
        entries.month_sums, month, invoices, None, own
    )
    if found is None:
        return
    columns = ", ".join(entries.COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {entries.SUMS} ({columns}) {found[0]}", found[1])  # noqa: S608


def _ends(invoices, rows) -> tuple[date | None, date | None]:
    ends = [
        invoices.aggregate(first=Min("issued_on"), last=Max("issued_on")),
        rows.aggregate(first=Min("counts_on"), last=Max("counts_on")),
    ]
    days = [end for both in ends for end in both.values() if end is not None]
    return min(days, default=None), max(days, default=None)


def roll_year(year: str) -> None:
    """Put the sums of the months of a year together: a question of all days then reads a twelfth of the rows."""
    with transaction.atomic():
        rolled, _new = RolledYear.objects.get_or_create(year=year)
        months = RolledMonth.objects.select_for_update().filter(month__startswith=f"{year}-").order_by("month")
        rolled.turns = sum(month.turn for month in months)
        MonthSum.objects.filter(month=year).delete()
        sql, params = entries.year_sums(year)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {entries.SUMS} ({', '.join(entries.COLUMNS)}) {sql}", params)  # noqa: S608
        rolled.save()


def next_year_to_roll() -> str | None:
    """A past year whose months were summed since, and of which nothing waits; the running one never rests."""
    waiting = {month[:4] for month in Unrolled.objects.values_list("month", flat=True).distinct()}
    kept = dict(RolledYear.objects.values_list("year", "turns"))
    turns: dict[str, int] = {}
    for month, turn in RolledMonth.objects.order_by("month").values_list("month", "turn"):
        turns[month[:4]] = turns.get(month[:4], 0) + turn
    past = (year for year in turns if year < str(today().year) and year not in waiting)
    return next((year for year in past if kept.get(year) != turns[year]), None)


def roll_step(run: Run) -> bool:
    """One month a step, the newest first, since it is looked at most; then the years."""
    if not roll_next():
        return True
    run.done += 1
    return False


def roll_next() -> bool:
    """Sum one month, one year, or the late money of a month, that waits; False where none does."""
    if month := Unrolled.objects.order_by("-month").values_list("month", flat=True).first():
        roll(month)
    elif year := next_year_to_roll():
        roll_year(year)
    else:
        return late_months.roll_next()
    return True


def roll_all() -> int:
    """Sum everything that waits, here and now; how many months and years it was."""
    done = 0
    while roll_next():
        done += 1
    return done


def roll_soon() -> None:
    """Each minute: begin to sum what writes and imports have touched."""
    if Unrolled.objects.exists() or next_year_to_roll() or late_months.next_to_sum():
        start("trade.rollups", dedupe="rollups")


def void_everything() -> None:
    """No sum holds any more: after a restore, or where months were never summed."""
    known = set(RolledMonth.objects.values_list("month", flat=True))
    known |= {*_months(Invoice._base_manager.all(), "issued_on"), *_months(LedgerRow.objects.all(), "counts_on")}
    Unrolled.objects.bulk_create([Unrolled(month=month) for month in sorted(known)])
    late_months.void_everything()


def begin(_out=None) -> None:
    """Where nothing was ever summed, everything waits to be."""
    if not RolledMonth.objects.exists() and not Unrolled.objects.exists():
        void_everything()


# ── comparing


def compare(month: str) -> str:
    """How the sums of a month differ from its rows, in words; "" where they do not.

    A difference is kept beside the month and logged, and its sums are made anew. A month that waits to be summed
    is not compared.
    """
    with transaction.atomic():
        rolled = RolledMonth.objects.select_for_update().get(month=month)
        answer = _differing(month)
        if answer is None:
            return ""
        rolled.difference = ", ".join(f"{grain} {count}" for grain, count in answer)[:200]
        rolled.compared_at = now()
        if rolled.difference:
            rolled.differed_at = rolled.compared_at
            log.error("the sums of %s differed from their rows: %s", month, rolled.difference)
        if rolled.difference or rolled.folds:
            Unrolled.objects.create(month=month)
        rolled.save()
        return rolled.difference


def _differing(month: str) -> list[tuple[str, int]] | None:
    """[(grain, keys that differ)]; None while the month waits. One query, so that no write comes between."""
    invoices, rows = rows_of_month(month)
    begin, params = entries.month_sums(month, invoices, rows, firm_currency())
    columns = ", ".join(entries.COLUMNS)
    keys = ", ".join(entries.COLUMNS[: -len(entries.FIGURES)])
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in entries.FIGURES)
    head, _with, raw = begin.partition(f" SELECT '{next(iter(entries.GRAINS))}'")
    touched = (
        f"SELECT COUNT(*) FROM {Unrolled._meta.db_table} WHERE month = %s AND invoice_id IS NULL AND row_id IS NULL"  # noqa: S608
    )
    sql = (
        f"{head}, raw ({columns}) AS MATERIALIZED ({_with.lstrip()}{raw}), "  # noqa: S608
        f"kept AS (SELECT {keys}, {sums} FROM {entries.SUMS} WHERE month = %s GROUP BY {keys}), "
        f"apart AS (SELECT {keys} FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept) a "
        f"UNION SELECT {keys} FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw) b) "
        f"SELECT t.touched, g.grain, g.differing FROM (SELECT ({touched}) AS touched) t LEFT JOIN "
        "(SELECT grain, COUNT(*) AS differing FROM apart GROUP BY grain) g ON 1 = 1 ORDER BY g.grain"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, month, month])
        found = cursor.fetchall()
    if found[0][0]:
        return None
    return [(grain, count) for _touched, grain, count in found if grain]


def compare_year(year: str) -> str:
    """How the sums of a year differ from those of its months, as ``compare`` says it of a month.

    A year whose months were summed since is not compared.
    """
    with transaction.atomic():
        months = RolledMonth.objects.select_for_update().filter(month__startswith=f"{year}-").order_by("month")
        turns = sum(month.turn for month in months)
        rolled = RolledYear.objects.select_for_update().get(year=year)
        if rolled.turns != turns:
            return ""
        raw, params = entries.year_sums(year)
        columns = ", ".join(entries.COLUMNS)
        kept = f"SELECT {columns} FROM {entries.SUMS} WHERE month = %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM (SELECT * FROM ({raw} EXCEPT {kept}) a "  # noqa: S608
                f"UNION ALL SELECT * FROM ({kept} EXCEPT {raw}) b) c",
                [*params, year, year, *params],
            )
            count = cursor.fetchone()[0]
        rolled.difference = f"months {count}" if count else ""
        if count:
            rolled.turns, rolled.differed_at = -1, now()
            log.error("the sums of %s differed from those of its months: %s", year, rolled.difference)
        rolled.save()
        return rolled.difference


def compare_step(run: Run) -> bool:
    """One month a step. A month with documents that were never noted waits from now on, and is told as a difference."""
    if "late" in run.cursor:
        return _compare_late(run)
    after = run.cursor.get("after", "")
    if not after:
        _find_unknown_months()
    month = RolledMonth.objects.filter(month__gt=after).order_by("month").values_list("month", flat=True).first()
    if month is None:
        for year in RolledYear.objects.order_by("year").values_list("year", flat=True):
            compare_year(year)
        run.cursor = {"late": ""}
        return False
    compare(month)
    run.cursor = {"after": month}
    run.done += 1
    return False


def _compare_late(run: Run) -> bool:
    months = LateMonth.objects.filter(month__gt=run.cursor["late"]).order_by("month")
    month = months.values_list("month", flat=True).first()
    if month is None:
        return True
    late_months.compare(month)
    run.cursor = {"late": month}
    run.done += 1
    return False


def _find_unknown_months() -> None:
    known = set(RolledMonth.objects.values_list("month", flat=True)) | set(
        Unrolled.objects.values_list("month", flat=True)
    )
    missing = [month for month in _months(entries.counting_invoices(), "issued_on") if month not in known]
    Unrolled.objects.bulk_create(Unrolled(month=month) for month in missing)


@transaction.atomic
def rebuild(by) -> None:
    """Sum everything anew and forget the differences, which the audit log keeps. Reports read the rows meanwhile."""
    periods = [f"{one.period} ({one.words})" for one in differences()]
    audit.record(audit.Event.SUMS_REBUILT, by, {"periods": ", ".join(periods)})
    for model in (RolledMonth, RolledYear):
        model._default_manager.exclude(difference="").update(difference="")
    void_everything()
    start("trade.rollups", requester=by, dedupe="rollups")


def compare_soon() -> None:
    start("trade.compare", dedupe="compare")


def fault() -> str:
    """For ``groundwork doctor``: what the last comparison found."""
    found = differences()
    if not found:
        return ""
    periods = ", ".join(f"{one.period} ({one.words})" for one in found[:12])
    return f"Monthly sums differed from their rows and are made anew: {periods}. Tell whoever develops Groundwork."


kinds.add(Kind("trade.rollups", roll_step))
kinds.add(Kind("trade.compare", compare_step))
