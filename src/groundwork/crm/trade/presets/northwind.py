"""Northwind: customers, suppliers, people there, products and orders, out of a folder or zip with a table of each."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.money import to_minor
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.models import Order
from groundwork.crm.trade.presets.base import Preset, line_of, link, refuse
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece, decimal, moment, row_at, text
from groundwork.records.imports.readers import Source, open_source, sources

TABLES = {
    "customers": ("CustomerID", "CompanyName"),
    "suppliers": ("SupplierID", "CompanyName"),
    "categories": ("CategoryID", "CategoryName"),
    "products": ("ProductID", "ProductName"),
    "orders": ("OrderID", "CustomerID", "OrderDate"),
    "orderdetails": ("OrderID", "ProductID", "UnitPrice", "Quantity"),
}  # in the order of reading: an order stands before its lines
NOT_NEEDED = {"categories"}


def tables_of(path: Path) -> dict[str, Source]:
    """{table: its file}; the names with or without spaces and underscores, in any case."""
    found = {re.sub(r"[\s_-]|\.csv$", "", Path(source.name).name.lower()): source for source in sources(path)}
    return {name: found[name] for name in TABLES if name in found}


class Northwind(Preset):
    """In dollars unless ``currency`` says otherwise. A discount is a share of one; freight stands on the order."""

    key = "northwind"
    type = "northwind"
    label = gettext_lazy("Northwind: customers, suppliers, products and orders, a folder or zip of CSV tables")
    order = ("company", "contact", "category", "product", "order")

    def __init__(self, job):
        super().__init__(job)
        self.names: dict[str, str] = {}  # of the products read so far: they stand before the lines

    @property
    def currency(self) -> str:
        return self.job.options.get("currency") or "USD"

    @classmethod
    def claims(cls, path: Path) -> bool:
        return (path.is_dir() or path.suffix.lower() == ".zip") and {"customers", "orders", "orderdetails"} <= set(
            tables_of(path)
        )

    def examine(self, path: Path) -> dict:
        found = tables_of(path)
        if missing := [name for name in TABLES if name not in found and name not in NOT_NEEDED]:
            raise Refusal(
                _("“%(name)s” lacks the tables: %(tables)s.") % {"name": path.name, "tables": ", ".join(missing)}
            )
        for name, source in found.items():
            self._places(open_source(source).header, name, source)
        first = open_source(found["orders"])
        self.job.about = {**first.about, "files": len(found), "tables": list(found), "header": []}
        return self.job.about

    @staticmethod
    def _places(header: list[str], table: str, source: Source) -> dict[str, list[int]]:
        places = {name: [place] for place, name in enumerate(header)}
        if missing := [name for name in TABLES[table] if name not in places]:
            raise Refusal(
                _("“%(name)s” lacks the columns: %(columns)s. It has: %(header)s.")
                % {"name": source.name, "columns": ", ".join(missing), "header": ", ".join(header)[:300]}
            )
        return places

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        reading = {"customers": self._customer, "suppliers": self._supplier, "categories": self._category,
                   "products": self._product, "orders": self._order, "orderdetails": self._line}  # fmt: skip
        for name, source in tables_of(path).items():
            opened = open_source(source)
            places = self._places(opened.header, name, source)
            for line, cells in opened.rows:
                row = row_at(cells, places)
                try:
                    yield source.name, line, list(reading[name](row))
                except WrongRow as wrong:
                    yield source.name, line, [bad_piece(row.get("OrderID", ""), wrong)]

    def _customer(self, row: dict[str, str]) -> Iterator[Piece]:
        return self._company(row, text(row, "CustomerID", 60, needed=True), "customer")

    def _supplier(self, row: dict[str, str]) -> Iterator[Piece]:
        return self._company(row, f"supplier {text(row, 'SupplierID', 60, needed=True)}", "supplier")

    def _company(self, row: dict[str, str], key: str, kind: str) -> Iterator[Piece]:
        yield Piece(
            "company", key,
            {
                "name": text(row, "CompanyName", 200, needed=True), "kind": kind, "country": text(row, "Country", 60),
                "region": text(row, "Region", 100), "city": text(row, "City", 100),
                "postcode": text(row, "PostalCode", 20),
                "address": text(row, "Address", 200), "phone": text(row, "Phone", 40), "website": website(row),
            },
        )  # fmt: skip
        if person := text(row, "ContactName", 200):
            values = {"name": person, "company": link("company", key), "job": text(row, "ContactTitle", 120)}
            yield Piece("contact", f"{kind} {key}", values)

    def _category(self, row: dict[str, str]) -> Iterator[Piece]:
        yield Piece(
            "category", text(row, "CategoryID", 60, needed=True), {"name": text(row, "CategoryName", 120, needed=True)}
        )

    def _product(self, row: dict[str, str]) -> Iterator[Piece]:
        key = text(row, "ProductID", 60, needed=True)
        self.names[key] = text(row, "ProductName", 200, needed=True)
        supplier = text(row, "SupplierID", 60)
        yield Piece(
            "product", key,
            {
                "name": self.names[key], "code": key, "category": link("category", text(row, "CategoryID", 60)),
                "supplier": link("company", f"supplier {supplier}" if supplier else ""),
            },
        )  # fmt: skip

    def _order(self, row: dict[str, str]) -> Iterator[Piece]:
        shipped = day_of(row, "ShippedDate")
        freight = decimal(row, "Freight") if row.get("Freight", "").strip() else Decimal(0)
        yield Piece(
            "order", text(row, "OrderID", 40, needed=True),
            {
                "document_number": text(row, "OrderID", 40), "currency": self.currency,
                "company": link("company", text(row, "CustomerID", 60, needed=True)),
                "ordered_on": day_of(row, "OrderDate", needed=True), "required_on": day_of(row, "RequiredDate"),
                "shipped_on": shipped, "freight_minor": to_minor(freight, self.currency),
                "state": Order.State.CLOSED if shipped else Order.State.CONFIRMED,
            },
        )  # fmt: skip

    def _line(self, row: dict[str, str]) -> Iterator[Piece]:
        product = text(row, "ProductID", 60, needed=True)
        discount = decimal(row, "Discount") * 100 if row.get("Discount", "").strip() else Decimal(0)
        if not 0 <= discount <= 100:
            raise WrongRow("Discount", row["Discount"], _("a discount is a share between 0 and 1"))
        description = self.names.get(product, product)
        line = line_of(
            product, description, decimal(row, "Quantity"), decimal(row, "UnitPrice"), self.currency, discount
        )
        yield Piece("order", text(row, "OrderID", 40, needed=True), row=line)

    def judge(self, things):
        """An order needs its customer and its products, from this file or from an earlier one."""
        if things[0].type != "order":
            return
        known = self._known_or_staged(things)
        for thing in things:
            company = thing.data["values"].get("company")
            if not company:
                refuse(thing, "OrderID", thing.key, _("there is no order with this number"))
            elif company[1] not in known["company"]:
                refuse(thing, "CustomerID", company[1], _("there is no such customer"))
            elif lacking := [row[0] for row in thing.data["rows"] if row[0] not in known["product"]]:
                refuse(thing, "ProductID", lacking[0], _("there is no such product"))

    def _known_or_staged(self, things) -> dict[str, set[str]]:
        result = {}
        for type_key, keys in (
            (
                "company",
                {thing.data["values"]["company"][1] for thing in things if thing.data["values"].get("company")},
            ),
            ("product", {row[0] for thing in things for row in thing.data["rows"]}),
        ):
            staged = (
                self.job.staged.filter(type=type_key, key__in=keys).exclude(verdict="bad").values_list("key", flat=True)
            )
            result[type_key] = {*self.ids(type_key, keys), *staged}
        return result


def day_of(row: dict[str, str], column: str, needed: bool = False) -> str:
    if not row.get(column, "").strip() and not needed:
        return ""
    return moment(row, column).date().isoformat()


def website(row: dict[str, str]) -> str:
    """The address inside Access's ``words#http://…#``; "" where there is none."""
    for part in row.get("HomePage", "").split("#"):
        try:
            URLValidator()(part)
        except ValidationError:
            continue
        return part[:200]
    return ""
