"""The sales register that 1C prints to Excel: customers, under each its documents, under each document its goods.

The rows are told apart by their words and sums, since a sheet loses 1C's levels: «Реализация … № от 15.01.2024» is a
document, the rows after it are its goods until they make up its quantity and amount, anything else is a customer, and
«Итого» is the sum of all. A document whose goods do not make up its amount is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.languages import folded
from groundwork.core.money import minor_digits, to_minor
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.amounts import kept_exact, line_amount
from groundwork.crm.trade.models import Invoice, Product
from groundwork.crm.trade.presets.base import Preset, line_of, link
from groundwork.records.imports.formats import Format, Unreadable
from groundwork.records.imports.layouts import Piece, WrongRow, bad_piece
from groundwork.records.imports.readers import Opened, Reading, Source, key_of, open_source, sources

DOCUMENT = re.compile(
    r"(?P<kind>[А-ЯЁа-яё()\s,-]+?)\s*(?:№\s*)?(?P<number>\S*\d\S*)\s+от\s+(?P<day>\d{1,2}\.\d{1,2}\.\d{4})(?:\s+[\d:]+)?"
)
TOTAL = ("итого", "всего")
NAMES = {
    "label": ("контрагент", "покупатель", "номенклатура", "клиент", "документ", "регистратор"),
    "quantity": ("количество", "кол-во", "кол во", "продано"),
    "amount": ("сумма", "стоимость", "выручка", "сумма продажи", "стоимость продажи", "сумма без ндс"),
}  # fmt: skip
KNOWN = frozenset(key_of(name) for names in NAMES.values() for name in names)
RUSSIAN = Format(decimal=",", sure=True)
PLAIN = Format(decimal=".", sure=True)


@dataclass
class Sold:
    """One document of the register with what was read of it so far."""

    number: str
    day: date
    is_return: bool
    customer: str
    line: int
    quantity: Decimal
    amount: Decimal
    goods: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)

    @property
    def left(self) -> tuple[Decimal, Decimal]:
        """Quantity and amount that its goods still have to make up."""
        return (
            self.quantity - sum((row[1] for row in self.goods), Decimal(0)),
            self.amount - sum((row[2] for row in self.goods), Decimal(0)),
        )


class SalesRegister(Preset):
    """Amounts are taken as they stand; a price is amount by quantity. Roubles unless ``currency`` says otherwise."""

    key = "1c-sales"
    type = "1c-sales"
    label = gettext_lazy("1C sales register: customers, documents and goods in groups")
    order = ("company", "product", "invoice")
    only_made = frozenset({"company", "product"})

    @property
    def currency(self) -> str:
        return self.job.options.get("currency") or "RUB"

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Its header has the three columns, and a document stands among the first rows."""
        try:
            opened = opened_as(sources(path)[0], Reading())
            places = places_of(opened.header)
        except Refusal:
            return False
        if len(places) < 3:
            return False
        for count, (_line, cells) in enumerate(opened.rows):
            if DOCUMENT.fullmatch(label_of(cells, places)):
                return True
            if count > 50:
                break
        return False

    def _open(self, path: Path) -> tuple[Source, Opened, dict[str, int]]:
        source = sources(path)[0]
        opened = opened_as(source, Reading.of(self.job.options))
        places = places_of(opened.header)
        if missing := [NAMES[name][0] for name in NAMES if name not in places]:
            raise Refusal(
                _("“%(name)s” lacks the columns: %(columns)s. It has: %(header)s.")
                % {"name": source.name, "columns": ", ".join(missing), "header": ", ".join(opened.header)[:300]}
            )
        return source, opened, places

    def examine(self, path: Path) -> dict:
        source, opened, places = self._open(path)
        self.job.about = {**opened.about, "files": 1, "header": []}
        totals = [amounts(cells, places)[1] for _line, cells in opened.rows if is_total(label_of(cells, places))]
        if totals:
            self.job.about["facts"] = {"total": str(totals[-1])}
        return self.job.about

    def told(self) -> list[tuple[str, str]]:
        total = self.job.about.get("facts", {}).get("total")
        return [(_("Total of the file"), languages.number(Decimal(total), 2))] if total else []

    def pieces(self, path: Path) -> Iterator[tuple[str, int, list[Piece]]]:
        source, opened, places = self._open(path)
        customer, sold, seen = "", None, Decimal(0)
        for line, cells in opened.rows:
            label = label_of(cells, places)
            if not label:
                continue
            found = DOCUMENT.fullmatch(label)
            if sold and (found or sold.left == (0, 0) or is_total(label)):
                seen += sum((row[2] for row in sold.goods), Decimal(0))
                yield source.name, sold.line, self._pieces_of(sold)
                sold = None
            try:
                quantity, amount = amounts(cells, places)
            except WrongRow as wrong:
                yield source.name, line, [bad_piece(sold.number if sold else "", wrong)]
                continue
            if is_total(label):
                yield source.name, line, total_told(amount, seen)
            elif found:
                sold = Sold(
                    found["number"],
                    day_of(found["day"]),
                    "возврат" in folded(found["kind"]),
                    customer,
                    line,
                    quantity,
                    amount,
                )
            elif sold:
                sold.goods.append((label[:200], quantity, amount))
            else:
                customer = label[:200]
        if sold:
            yield source.name, sold.line, self._pieces_of(sold)

    def _pieces_of(self, sold: Sold) -> list[Piece]:
        try:
            return list(self._invoice(sold))
        except WrongRow as wrong:
            return [bad_piece(sold.number, wrong)]

    def _invoice(self, sold: Sold) -> Iterator[Piece]:
        if sold.left != (0, 0):
            quantity, amount = sold.left
            reason = _("its goods lack %(quantity)s pieces and %(amount)s of its sum")
            raise WrongRow("Сумма", sold.number, reason % {"quantity": shortest(quantity), "amount": shortest(amount)})
        sign = -1 if sold.is_return and sold.amount > 0 else 1
        if sold.customer:
            yield Piece("company", sold.customer, {"name": sold.customer})
        for name, quantity, amount in sold.goods:
            yield Piece("product", name, {"name": name})
            yield Piece(
                "invoice", sold.number[:40], row=self._line(name, sign * quantity, amount * (1 if quantity else sign))
            )
        values = {
            "document_number": sold.number[:40], "company": link("company", sold.customer), "currency": self.currency,
            "issued_on": sold.day.isoformat(),
            "kind": Invoice.Kind.CREDIT_NOTE if sold.is_return or sold.amount < 0 else Invoice.Kind.INVOICE,
        }  # fmt: skip
        yield Piece("invoice", sold.number[:40], values)

    def _line(self, name: str, quantity: Decimal, amount: Decimal) -> list:
        """A line of that amount: the price, to six digits, gives it again; without a quantity it is one piece."""
        quantity = quantity or Decimal(1)
        price = kept_exact(abs(amount) / abs(quantity))
        signed = amount.copy_sign(quantity) if amount > 0 else amount
        price = price if (signed < 0) == (quantity < 0) else -price
        if line_amount(quantity, price, minor_digits(self.currency)) != to_minor(signed, self.currency):
            raise WrongRow("Сумма", str(amount), _("no price to six digits gives this amount"))
        return line_of(name, name, quantity, price, self.currency)

    def natural(self, type_key: str, keys: set[str]) -> dict[str, int]:
        """Customers and goods of the very name that the importer sees, where there is one only."""
        if type_key == "invoice":
            return {}
        model = Company if type_key == "company" else Product
        found: dict[str, int] = {}
        for name, pk in (
            model.objects.visible_to(self.job.requester).current().filter(name__in=keys).values_list("name", "pk")
        ):
            found[name] = 0 if name in found else pk
        return {name: pk for name, pk in found.items() if pk}


def opened_as(source: Source, reading: Reading) -> Opened:
    return open_source(source, reading, KNOWN)


def places_of(header: list[str]) -> dict[str, int]:
    names = [key_of(name) for name in header]
    found: dict[str, int] = {}
    for key, words in NAMES.items():
        for place, name in enumerate(names):
            if any(
                name == word or name.startswith((f"{word},", f"{word} (", f"{word} с ндс", f"{word}/"))
                for word in words
            ):
                found.setdefault(key, place)
    return found


def label_of(cells: list[str], places: dict[str, int]) -> str:
    """The first filled cell before the figures: what a level indents, it indents by columns."""
    until = min(places["quantity"], places["amount"])
    return next((" ".join(cell.split()) for cell in cells[:until] if cell.strip()), "")


def amounts(cells: list[str], places: dict[str, int]) -> tuple[Decimal, Decimal]:
    """(quantity, amount) of a row; what is empty is zero."""
    result = []
    for name in ("quantity", "amount"):
        text = cells[places[name]].strip() if places[name] < len(cells) else ""
        try:
            result.append((RUSSIAN if "," in text else PLAIN).number(text) if text else Decimal(0))
        except Unreadable as fault:
            raise WrongRow(NAMES[name][0], text, str(fault)) from fault
    return result[0], result[1]


def shortest(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def is_total(label: str) -> bool:
    return folded(label).startswith(TOTAL)


def total_told(told: Decimal, seen: Decimal) -> list[Piece]:
    """The last row must tell what the documents sum to; else something was not read."""
    if told == seen:
        return []
    reason = _("the documents above sum to %(seen)s") % {"seen": shortest(seen)}
    return [bad_piece("", WrongRow("Сумма", str(told), reason))]


def day_of(text: str) -> date:
    try:
        return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise WrongRow("", text, _("there is no such day")) from error
