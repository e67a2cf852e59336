"""Counts and sums of a type, kept by the value that its board goes by, owner, department and currency."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from groundwork.records.models import Record, Tally
from groundwork.records.types import RecordType


def count(kind: RecordType, steps: Sequence[tuple[Record, dict | None, dict | None]]) -> None:
    """Of records with their values before and after: rows of difference, one a key.

    No row is hot, so writers do not wait for each other.
    """
    sums: dict[tuple, list[int]] = {}
    board = kind.field(kind.board).column if kind.board else ""
    for _record, before, after in steps:
        for state, sign in ((before, -1), (after, 1)):
            if state is None or state["archived_at"]:
                continue
            key = (
                str(state.get(board) or "") if board else "",
                state["owner_id"],
                state["department_id"],
                state.get("currency", "") if kind.amount else "",
            )
            entry = sums.setdefault(key, [0, 0])
            entry[0] += sign
            entry[1] += sign * (state[kind.amount] or 0) if kind.amount else 0
    Tally.objects.bulk_create(
        Tally(
            type=kind.key,
            value=key[0],
            owner_id=key[1],
            department_id=key[2],
            currency=key[3],
            count=count,
            amount=amount,
        )
        for key, (count, amount) in sums.items()
        if count or amount
    )


def count_anew(kind: RecordType) -> None:
    """Make the kept counts and sums of one type from its records: its board goes by another field now."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE records_tally IN SHARE ROW EXCLUSIVE MODE")
        Tally.objects.filter(type=kind.key).delete()
        rows = kind.model.objects.current().order_by()
        names = {"owner_id": "owner_id", "department_id": "department_id"}
        names |= {"value": kind.field(kind.board).column} if kind.board else {}
        names |= {"currency": "currency"} if kind.amount else {}
        sums = {"amount": Sum(kind.amount)} if kind.amount else {}
        found = rows.values_list(*names.values()).annotate(count=Count("pk"), **sums)
        tallies = []
        for row in found:
            facts = dict(zip((*names, "count", *sums), row, strict=True))
            facts |= {"value": str(facts.get("value") or ""), "amount": facts.get("amount") or 0}
            tallies.append(Tally(type=kind.key, **facts))
        Tally.objects.bulk_create(tallies, batch_size=500)


def fold_tallies() -> None:
    """Fold the rows of difference into one row a key; a scheduled job."""
    with transaction.atomic():
        newest = Tally.objects.aggregate(newest=Max("pk"))["newest"]
        if newest is None:
            return
        rows = Tally.objects.select_for_update().filter(pk__lte=newest)
        if connection.vendor == "postgresql":
            rows = Tally.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
        keys = ("type", "value", "owner_id", "department_id", "currency")
        folded = list(rows.order_by().values(*keys).annotate(counted=Sum("count"), summed=Sum("amount")))
        rows.delete()
        Tally.objects.bulk_create(
            Tally(**{key: row[key] for key in keys}, count=row["counted"], amount=row["summed"])
            for row in folded
            if row["counted"] or row["summed"]
        )
