"""Files that bring several kinds of things at once, each known by the key that the other program gives it."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from groundwork.core.money import minor_digits
from groundwork.crm.trade.amounts import line_amount
from groundwork.crm.trade.documents import create_many, create_orders
from groundwork.crm.trade.models import Invoice, InvoiceLine, Order, OrderLine
from groundwork.records import write
from groundwork.records.imports.layouts import Layout, keep_keys, make_owned
from groundwork.records.imports.models import Staged
from groundwork.records.models import ExternalKey
from groundwork.records.types import types

LINES: dict[str, tuple[Any, Any]] = {"order": (Order, OrderLine), "invoice": (Invoice, InvoiceLine)}
Line = list  # [product's key, description, quantity, price, discount in %, amount in minor units]


def link(type_key: str, key: str) -> list[str] | str:
    """How a staged thing points at another one of the file, or at nothing."""
    return [type_key, key] if key else ""


def line_of(
    product: str, description: str, quantity: Decimal, price: Decimal, currency: str, discount=Decimal(0)
) -> Line:
    amount = line_amount(quantity, price, minor_digits(currency), discount)
    return [product, description[:200], str(quantity), str(price), str(discount), amount]


class Preset(Layout):
    """Identity is the other program's key. Types in ``only_made`` are made where they are missing and never changed."""

    is_mapped = False
    only_made: frozenset[str] = frozenset()
    only_first: frozenset[str] = frozenset()  # fields that a new record takes and an older one keeps
    of_products = frozenset(LINES)  # the types whose rows begin with the key of a product
    batch = 200

    def ids(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """{key: id} of what earlier imports brought or what is the same by its nature."""
        rows = ExternalKey.objects.filter(source=self.key, type=type_key, key__in=keys)
        found = dict(rows.values_list("key", "object_id"))
        rest = keys - found.keys()
        return found | (self.natural(type_key, rest) if rest else {})

    def natural(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """{key: id} of records that are the same thing without any import having said so."""
        return {}

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        links = [(value[0], value[1]) for value in thing.data["values"].values() if isinstance(value, list)]
        return links + [("product", row[0]) for row in thing.data["rows"] if thing.type in LINES and row[0]]

    # ── the trial run

    def compare(self, things: list[Staged]) -> None:
        if not things:
            return
        kind, known = types[things[0].type], self.ids(things[0].type, {thing.key for thing in things})
        records = kind.model._base_manager.in_bulk(list(known.values()))
        editable = set(
            kind.model.objects.visible_to(self.job.requester, "edit")
            .filter(pk__in=records)
            .values_list("pk", flat=True)
        )
        links, lines = self._links(things), self._lines_of(kind.key, records)
        for thing in things:
            record = records.get(known.get(thing.key, 0))
            thing.difference, thing.object_id = {}, record.pk if record else None
            if record is None:
                thing.verdict = Staged.Verdict.CREATE
                continue
            if kind.key not in self.only_made:
                self._differ(thing, record, links, lines.get(record.pk, []))
            thing.verdict = Staged.Verdict.UPDATE if thing.difference else Staged.Verdict.SAME
            if thing.difference and record.pk not in editable:
                reason = _("this one is here, and you may not change it")
                thing.verdict, thing.difference = (
                    Staged.Verdict.BAD,
                    {"column": "", "value": str(record), "reason": reason},
                )
        self.judge(things)

    def judge(self, things: list[Staged]) -> None:
        """A last word on things of one type, e.g. that what they need is not there."""

    def _differ(self, thing: Staged, record, links, lines: list) -> None:
        for name, value in self._attributes(thing, links).items():
            if value not in ("", None) and name not in self.only_first and getattr(record, name) != value:
                thing.difference[name] = [write.plain(getattr(record, name)), write.plain(value)]
        if thing.type in LINES:
            new, old = Counter(self._row_keys(thing, links)), Counter(map(kept_key, lines))
            if new != old:
                thing.difference["lines"] = [sum(old.values()), sum(new.values())]

    def _links(self, things: list[Staged]) -> dict[str, dict[str, int]]:
        """{type: {key: id}} of everything that these things point at."""
        wanted: dict[str, set[str]] = {}
        for thing in things:
            for value in thing.data["values"].values():
                if isinstance(value, list):
                    wanted.setdefault(value[0], set()).add(value[1])
            if thing.type in self.of_products:
                wanted.setdefault("product", set()).update(row[0] for row in thing.data["rows"] if row[0])
        return {type_key: self.ids(type_key, keys) for type_key, keys in wanted.items()}

    def _attributes(self, thing: Staged, links: dict[str, dict[str, int]]) -> dict[str, Any]:
        """The model's attributes; a link to what the file is still to bring is None."""
        values: dict[str, Any] = {}
        fields = {item.name: item for item in types[thing.type].model._meta.concrete_fields}
        for name, value in thing.data["values"].items():
            if isinstance(value, list):
                value = links[value[0]].get(value[1])
            elif fields[name].get_internal_type() == "DateField":
                value = date.fromisoformat(value) if value else None
            values[fields[name].attname] = value
        return values

    def _row_keys(self, thing: Staged, links) -> list[tuple]:
        products = links.get("product", {})
        return [
            (products.get(row[0]), row[1], Decimal(row[2]), Decimal(row[3]), Decimal(row[4]))
            for row in thing.data["rows"]
        ]

    @staticmethod
    def _lines_of(type_key: str, ids) -> dict[int, list]:
        found: dict[int, list] = {}
        if type_key in LINES:
            model = LINES[type_key][1]
            for line in model._base_manager.filter(**{f"{model.parent_field}__in": list(ids)}).order_by(
                "position", "pk"
            ):
                found.setdefault(getattr(line, f"{model.parent_field}_id"), []).append(line)
        return found

    # ── the load

    def write(self, things: list[Staged]) -> None:
        links = self._links(things)
        new = [thing for thing in things if thing.verdict == Staged.Verdict.CREATE]
        if new:
            records = [types[thing.type].model(**self._attributes(thing, links)) for thing in new]
            make_owned(records, self.job.requester)
            self._create(new, records, links)
            keep_keys(self.key, new, records)
        self._change([thing for thing in things if thing.verdict == Staged.Verdict.UPDATE], links)

    def _create(self, things: list[Staged], records: list, links) -> None:
        type_key = things[0].type
        if type_key == "invoice":
            create_many([(record, self._lines(thing, links)) for thing, record in zip(things, records, strict=True)])
        elif type_key == "order":
            create_orders([(record, self._lines(thing, links)) for thing, record in zip(things, records, strict=True)])
        else:
            write.writing_many(created=records)

    def _lines(self, thing: Staged, links) -> list:
        model, products = LINES[thing.type][1], links.get("product", {})
        return [
            model(
                product_id=products.get(product), description=description, quantity=Decimal(quantity),
                price=Decimal(price), discount=Decimal(discount),
            )
            for product, description, quantity, price, discount, _amount in thing.data["rows"]
        ]  # fmt: skip

    def _change(self, things: list[Staged], links) -> None:
        if not things:
            return
        kind = types[things[0].type]
        held = kind.model._base_manager.select_for_update(of=("self",)).in_bulk([thing.object_id for thing in things])
        kept, changed = self._lines_of(kind.key, held), []
        for thing in things:
            record = held[thing.object_id]
            before = write.values(record)
            for name, value in self._attributes(thing, links).items():
                if value not in ("", None) and name not in self.only_first:
                    setattr(record, name, value)
            if kind.key in LINES:
                self._replace(thing, record, kept.get(record.pk, []), links)
            changed.append((record, before))
        write.writing_many(changed=changed)

    def _replace(self, thing: Staged, record, kept: list, links) -> None:
        """Lines that are in both stay; the others go and come, each told in the history."""
        wanted = Counter(self._row_keys(thing, links))
        for line in kept:
            if wanted[kept_key(line)]:
                wanted[kept_key(line)] -= 1
            else:
                write.drop_part(record, line)
        for key, line in zip(self._row_keys(thing, links), self._lines(thing, links), strict=True):
            if wanted[key]:
                wanted[key] -= 1
                write.put_part(record, line)

    # ── totals compared

    def sum_of(self, things: list[Staged]) -> dict[str, int]:
        sums: dict[str, int] = {}
        for thing in things:
            amount = self._amount(thing)
            if amount is not None:
                currency = thing.data["values"]["currency"]
                sums[currency] = sums.get(currency, 0) + amount
        return sums

    @staticmethod
    def _amount(thing: Staged) -> int | None:
        if thing.type in LINES:
            return sum(row[5] for row in thing.data["rows"])
        return thing.data["values"].get("amount_minor")

    def sum_kept(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        for type_key, name in (("order", "total_minor"), ("invoice", "total_minor"), ("payment", "amount_minor")):
            good = Staged.objects.filter(job=self.job, type=type_key).exclude(verdict=Staged.Verdict.BAD)
            model: Any = types[type_key].model
            rows = model._base_manager.filter(pk__in=good.values("object_id")).order_by()
            for row in rows.values("currency").annotate(total=Sum(name)):
                sums[row["currency"]] = sums.get(row["currency"], 0) + row["total"]
        return sums


def kept_key(line) -> tuple:
    return (line.product_id, line.description, line.quantity, line.price, line.discount)


def refuse(thing: Staged, column: str, value: str, reason: str) -> None:
    thing.verdict, thing.difference = Staged.Verdict.BAD, {"column": column, "value": value, "reason": reason}
