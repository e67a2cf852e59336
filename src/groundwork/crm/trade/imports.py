"""The file layouts of trade: invoice lines of a retailer's register, and cost prices of products."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.documents import begin_order, frozen_invoice, frozen_order
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Order, Product, line_amount
from groundwork.crm.trade.rates import firm_currency
from groundwork.crm.trade.sharing import share_out
from groundwork.records import write
from groundwork.records.imports.brought import Brought, brought
from groundwork.records.imports.layouts import (
    Layout,
    Piece,
    WrongRow,
    day,
    decimal,
    is_torn,
    keep_keys,
    keep_line,
    layouts,
    make_owned,
    moment,
    text,
)
from groundwork.records.imports.models import Staged
from groundwork.records.models import ExternalKey
from groundwork.records.types import types

FEES = {  # codes of the public set "Online Retail" that are no goods
    "POST", "DOT", "D", "M", "m", "S", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS", "B", "ADJUST", "SAMPLES",
}  # fmt: skip


class OnlineRetail(Layout):
    """One row a line: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.

    A number that begins with C is a credit note, with A an adjustment. Rows without a customer are kept, without a
    company. Identical rows of a document are lines of their own. A document wholly in the file replaces the one that
    an earlier import made of it.
    """

    key = "online-retail"
    type = "invoices"
    label = gettext_lazy("Invoice lines: InvoiceNo, StockCode, Quantity, UnitPrice …")
    columns = dict.fromkeys(
        ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"), ()
    ) | {"CustomerID": ("Customer ID",), "InvoiceNo": ("Invoice",), "UnitPrice": ("Price",)}
    required = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice")
    order = ("company", "product", "invoice")
    batch = 150

    @property
    def currency(self) -> str:
        return self.job.options.get("currency") or "GBP"

    def key_of(self, row: dict[str, str]) -> str:
        return " ".join(row.get("InvoiceNo", "").split())[:40]

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        number = text(row, "InvoiceNo", 40, needed=True)
        code = text(row, "StockCode", 60, needed=True)
        description = text(row, "Description", 200)
        quantity, price, at = decimal(row, "Quantity"), decimal(row, "UnitPrice"), moment(row, "InvoiceDate")
        customer, country = customer_key(row), text(row, "Country", 60)
        amount = line_amount(quantity, price, minor_digits(self.currency))
        if abs(amount) > 10**15:
            raise WrongRow("Quantity", row["Quantity"], _("the amount of this line is too large"))
        yield Piece("product", code, {"name": description})
        if customer:
            yield Piece("company", customer, {"country": country})
        line_ = [code, description, str(quantity), str(price), at.isoformat(), amount, customer]
        yield Piece("invoice", number, {"company": customer, "country": country}, row=line_)

    def compare(self, things: list[Staged]) -> None:
        known = self._ids(things[0].type, {thing.key for thing in things}) if things else {}
        for thing in things:
            thing.object_id = known.get(thing.key)
            thing.verdict = Staged.Verdict.SAME if thing.object_id else Staged.Verdict.CREATE
        if things and things[0].type == "invoice":
            for thing in things:
                customers = sorted({row[6] for row in thing.data["rows"]} - {""})
                if len(customers) > 1:
                    thing.verdict = Staged.Verdict.BAD
                    reason = _("a document of two customers")
                    thing.difference = {"column": "CustomerID", "value": ", ".join(customers), "reason": reason}
            self._compare_lines([thing for thing in things if thing.verdict == Staged.Verdict.SAME])

    def _compare_lines(self, things: list[Staged]) -> None:
        products, companies = self._linked(things)
        invoices = {row.pk: row for row in Invoice._base_manager.filter(pk__in=[thing.object_id for thing in things])}
        lines = lines_of(invoices)
        editable = set(
            Invoice.objects.visible_to(self.job.requester, "edit").filter(pk__in=invoices).values_list("pk", flat=True)
        )
        for thing in things:
            invoice = invoices.get(thing.object_id or 0)
            if invoice is None:
                thing.verdict, thing.object_id = Staged.Verdict.CREATE, None
                continue
            new = Counter(row_key(row, products) for row in thing.data["rows"])
            old = Counter(kept_key(line) for line in lines[invoice.pk])
            customer = thing.data["values"].get("company")
            moved = customer and companies.get(customer) != invoice.company_id
            if self._is_other_part(thing, new, old):
                continue
            if new != old or invoice.issued_on != issued_on(thing) or moved:
                thing.verdict = Staged.Verdict.UPDATE
                thing.difference = {
                    "lines": [sum(old.values()), sum(new.values())],
                    "total": [invoice.total_minor, self._total(thing)],
                }
                if thing.object_id not in editable:
                    thing.verdict = Staged.Verdict.BAD
                    reason = _("this one is here, and you may not change it")
                    thing.difference = {"column": "InvoiceNo", "value": thing.key, "reason": reason}

    def _is_other_part(self, thing: Staged, new: Counter, old: Counter) -> bool:
        """Was a document cut in two by the files? No product is in both, so a person says what becomes of it."""
        said, extra = self.job.options.get("split", ""), new - old
        in_both = {key[0] for key in new} & {key[0] for key in old}
        if said == "add" and (not in_both or not extra):
            thing.verdict = Staged.Verdict.UPDATE if extra else Staged.Verdict.SAME
            thing.difference = {"lines": [sum(old.values()), sum((old | new).values())]} if extra else {}
            return True
        if in_both or not old or said == "replace":
            return False
        thing.verdict = Staged.Verdict.SAME if said == "skip" else Staged.Verdict.ASK
        return True

    @staticmethod
    def _total(thing: Staged) -> int:
        return sum(row[5] for row in thing.data["rows"])

    def sum_of(self, things: list[Staged]) -> dict[str, int]:
        documents = [thing for thing in things if thing.type == "invoice"]
        return {self.currency: sum(self._total(thing) for thing in documents)} if documents else {}

    def sum_kept(self) -> dict[str, int]:
        ids = (
            Staged.objects.filter(job=self.job, type="invoice").exclude(verdict=Staged.Verdict.BAD).values("object_id")
        )
        total = Invoice.objects.filter(pk__in=ids).aggregate(total=Sum("total_minor"))["total"] or 0
        return {self.currency: total}

    def leans_on(self, thing: Staged) -> list[tuple[str, str]]:
        if thing.type != "invoice":
            return []
        customer = thing.data["values"].get("company")
        products = [("product", code) for code in dict.fromkeys(row[0] for row in thing.data["rows"])]
        return [*products, ("company", customer)] if customer else products

    def write(self, things: list[Staged]) -> None:
        {"company": self._companies, "product": self._products, "invoice": self._invoices}[things[0].type](things)

    def _companies(self, things: list[Staged]) -> None:
        self._create(
            things, [Company(name=thing.key, country=thing.data["values"].get("country") or "") for thing in things]
        )

    def _products(self, things: list[Staged]) -> None:
        self._create(
            things,
            [
                Product(name=thing.data["values"].get("name") or thing.key, code=thing.key,
                        kind=Product.Kind.FEE if is_fee(thing.key) else Product.Kind.GOODS)
                for thing in things
            ],
        )  # fmt: skip

    def _create(self, things: list[Staged], records: list) -> None:
        make_owned(records, self.job.requester)
        write.writing_many(created=records)
        keep_keys(self.key, things, records)

    def _invoices(self, things: list[Staged]) -> None:
        products, companies = self._linked(things)
        new = [thing for thing in things if thing.verdict == Staged.Verdict.CREATE]
        if new:
            documents = [self._document(thing, companies) for thing in new]
            self._create(new, documents)
            lines = [
                line
                for thing, document in zip(new, documents, strict=True)
                for line in self._lines(thing, document.pk, thing.data["rows"], products)
            ]
            InvoiceLine.objects.bulk_create(lines, batch_size=1000)
        self._replace([thing for thing in things if thing.verdict == Staged.Verdict.UPDATE], products, companies)

    def _linked(self, things: list[Staged]) -> tuple[dict[str, int], dict[str, int]]:
        """{code: id} of the products and {customer: id} of the companies that documents name."""
        companies = {thing.data["values"].get("company") for thing in things} - {None, ""}
        codes = {row[0] for thing in things for row in thing.data["rows"]}
        return self._ids("product", codes), self._ids("company", companies)

    def _ids(self, type_key: str, keys: set[str]) -> dict[str, int]:
        found = ExternalKey.objects.filter(source=self.key, type=type_key, key__in=keys)
        return dict(found.values_list("key", "object_id"))

    def _document(self, thing: Staged, companies: dict[str, int]) -> Invoice:
        values = thing.data["values"]
        kind = {"C": Invoice.Kind.CREDIT_NOTE, "A": Invoice.Kind.ADJUSTMENT}.get(thing.key[:1], Invoice.Kind.INVOICE)
        return Invoice(
            document_number=thing.key, kind=kind, company_id=companies.get(values.get("company") or ""),
            country=values.get("country") or "", issued_on=issued_on(thing), currency=self.currency,
            total_minor=self._total(thing), lines_count=len(thing.data["rows"]),
        )  # fmt: skip

    def _lines(
        self, thing: Staged, invoice_id: int, rows: list, products: dict[str, int], begin: int = 1
    ) -> list[InvoiceLine]:
        day_issued, zone = issued_on(thing), timezone.get_current_timezone()
        return [
            InvoiceLine(
                invoice_id=invoice_id,
                position=place,
                product_id=products[code],
                description=description,
                quantity=Decimal(quantity),
                price=Decimal(price),
                amount_minor=amount,
                issued_on=day_issued,
                at=datetime.fromisoformat(at).replace(tzinfo=zone),
            )  # fmt: skip
            for place, (code, description, quantity, price, at, amount, _customer) in enumerate(rows, begin)
        ]

    def _replace(self, things: list[Staged], products: dict[str, int], companies: dict[str, int]) -> None:
        """Lines that are in both stay; the others go and come, each told in the invoice's history."""
        if not things:
            return
        invoices = Invoice._base_manager.select_for_update(of=("self",)).in_bulk([thing.object_id for thing in things])
        lines, changed = lines_of(invoices), []
        for thing in things:
            invoice = invoices[thing.object_id]
            before, wanted = write.values(invoice), Counter(row_key(row, products) for row in thing.data["rows"])
            if self.job.options.get("split") == "add" and not wanted & Counter(map(kept_key, lines[invoice.pk])):
                self._add_lines(invoice, thing, products, lines[invoice.pk])
                changed.append((invoice, before))
                continue
            invoice.issued_on = issued_on(thing)
            invoice.company_id = companies.get(thing.data["values"].get("company") or "", invoice.company_id)
            for line in lines[invoice.pk]:
                if not wanted[kept_key(line)]:
                    write.drop_part(invoice, line)
                    continue
                wanted[kept_key(line)] -= 1
                if line.issued_on != invoice.issued_on:
                    line_before, line.issued_on = write.values(line), invoice.issued_on
                    keep_line(invoice, line, line_before)
            missing = []
            for row in thing.data["rows"]:
                if wanted[row_key(row, products)]:
                    wanted[row_key(row, products)] -= 1
                    missing.append(row)
            last = max((line.position for line in lines[invoice.pk]), default=0)
            for line in self._lines(thing, invoice.pk, missing, products, begin=last + 1):
                keep_line(invoice, line)
            invoice.total_minor, invoice.lines_count = self._total(thing), len(thing.data["rows"])
            changed.append((invoice, before))
        write.writing_many(changed=changed)

    def _add_lines(self, invoice: Invoice, thing: Staged, products: dict[str, int], kept: list[InvoiceLine]) -> None:
        """The other part of a document that the files cut in two: its own lines stay, its day too."""
        last = max((line.position for line in kept), default=0)
        for line in self._lines(thing, invoice.pk, thing.data["rows"], products, begin=last + 1):
            line.issued_on = invoice.issued_on
            keep_line(invoice, line)
        invoice.recount()


def customer_key(row: dict[str, str]) -> str:
    """``17850.0`` names customer 17850: an identifier that a spreadsheet took for a number."""
    key = text(row, "CustomerID", 60)
    return key[:-2] if key.endswith(".0") and key[:-2].isdigit() else key


def is_fee(code: str) -> bool:
    return code in FEES or code.startswith("gift_")


def issued_on(thing: Staged) -> date:
    """The day of the document's earliest line, whatever the order of the rows."""
    return datetime.fromisoformat(min(row[4] for row in thing.data["rows"])).date()


def row_key(row: list, products: dict[str, int]) -> tuple:
    return (products.get(row[0]), row[1], Decimal(row[2]), Decimal(row[3]))


def kept_key(line: InvoiceLine) -> tuple:
    return (line.product_id, line.description, line.quantity, line.price)


def lines_of(invoices) -> dict[int, list[InvoiceLine]]:
    found: dict[int, list[InvoiceLine]] = {pk: [] for pk in invoices}
    for line in InvoiceLine._base_manager.filter(invoice__in=list(invoices)).order_by("position", "pk"):
        found[line.invoice_id].append(line)
    return found


FIRST, TODAY = "first", "today"  # since when a product costs what a file says without a day


class Costs(Layout):
    """One row a cost price: the product's code or name, the cost of one unit, its currency, the day it is valid from.

    Without a currency it is the firm's own. Without a day a product's first cost holds since our first document, so
    that what was sold has a margin, unless the importer says "today"; any later one holds from today.
    """

    key = "costs"
    type = "costs"
    label = gettext_lazy("Cost prices: code, cost, currency, valid from")
    columns = {
        "code": (
            "StockCode",
            "SKU",
            "код",
            "код товара",
            "артикул",
            "kod",
            "indeks",
            "symbol",
            "product",
            "номенклатура",
            "товар",
            "наименование",
            "название",
            "towar",
            "nazwa",
            "nazwa towaru",
            "product name",
            "name",
        ),
        "cost": (
            "cost price",
            "unit cost",
            "purchase price",
            "себестоимость",
            "цена закупки",
            "закупочная цена",
            "закупка",
            "цена закупа",
            "учётная цена",
            "koszt",
            "koszt jednostkowy",
            "cena zakupu",
            "cena zakupu netto",
        ),
        "currency": ("валюта", "waluta"),
        "valid_from": ("valid from", "from", "действует с", "с даты", "obowiązuje od", "od dnia"),
    }
    labels = {
        "code": gettext_lazy("product, by code or name"),
        "cost": gettext_lazy("cost of one unit"),
        "currency": gettext_lazy("currency"),
        "valid_from": gettext_lazy("valid from"),
    }
    required = ("code", "cost")
    order = ("cost",)
    keeps_notes = True

    def label_of(self, name: str) -> str:
        return str(self.labels.get(name, name))

    @property
    def since_when(self) -> str:
        return self.job.options.get("since") or FIRST

    @cached_property
    def first_day(self) -> date:
        """Of the first document that was issued; today where there is none."""
        issued = Invoice._base_manager.exclude(state=Invoice.State.DRAFT)
        return issued.aggregate(first=Min("issued_on"))["first"] or today()

    def questions(self) -> dict[str, list[tuple[str, str]]]:
        if "valid_from" in self.guessed(self.job.about.get("header", [])):
            return {}
        first = _("from our first document on (%(day)s)") % {"day": languages.day(self.first_day)}
        return {"since": [(FIRST, first), (TODAY, _("from today on"))]}

    def told(self) -> list[tuple[str, str]]:
        there = self.guessed(self.job.about.get("header", []))
        said = [(_("Currency"), _("%(what)s (assumed)") % {"what": self._own_currency})]
        said = [] if "currency" in there else said
        words = {value: words for choices in self.questions().values() for value, words in choices}
        if words:
            said.append((_("The first cost of a product holds"), words[self.since_when]))
        return said

    @cached_property
    def _own_currency(self) -> str:
        return str(self.job.options.get("currency") or firm_currency() or "")

    def refuse_what_is_off(self) -> None:
        part = next(part for part in types["product"].parts if part.model is CostPrice)
        if not part.is_on:
            raise Refusal(_("Cost prices are not kept yet: switch the field on first."))
        if self.job.requester and part not in types["product"].visible_parts(self.job.requester):
            raise Refusal(_("Cost prices are hidden from you: ask somebody who sees them to load the file."))

    def needs(self, type_key: str, verb: str) -> tuple[str, str]:
        return "product", "edit"

    def key_of(self, row: dict[str, str]) -> str:
        return ""

    def read(self, row: dict[str, str], line: int) -> Iterable[Piece]:
        code, cost = text(row, "code", 200, needed=True), decimal(row, "cost", comma=True)
        if cost < 0:
            raise WrongRow("cost", row["cost"], _("a cost is not below zero"))
        currency = (text(row, "currency", 3) or self._own_currency).upper()
        if len(currency) != 3 or not currency.isalpha():
            raise WrongRow("currency", currency, _("a currency is three letters, such as EUR"))
        since = day(row, "valid_from").isoformat() if row.get("valid_from", "").strip() else ""
        key = f"{code}\x1f{since}"
        yield Piece(
            "cost",
            key if len(key) <= 200 else sha256(key.encode()).hexdigest(),
            {"code": code, "cost": str(cost), "currency": currency, "valid_from": since},
            row=[str(cost), currency],
        )

    def compare(self, things: list[Staged]) -> None:
        products = self._by_code(things)
        costs, last = {}, {}
        for row in CostPrice._base_manager.filter(product__in=list(products.values())).order_by("valid_from"):
            costs[row.product_id, row.valid_from.isoformat()] = row
            if row.valid_from <= today():
                last[row.product_id] = row
        for thing in things:
            values = thing.data["values"]
            product_id = products.get(values["code"])
            values["valid_from"] = values["valid_from"] or self._since(values, last.get(product_id or 0)).isoformat()
            kept = costs.get((product_id or 0, values["valid_from"]))
            thing.object_id = product_id if kept else None
            if wrong := self._wrong(thing, product_id):
                thing.verdict = Staged.Verdict.BAD
                thing.difference = {"reason": wrong, "column": "code", "value": values["code"]}
            elif kept is None:
                thing.verdict = Staged.Verdict.CREATE
            elif (kept.cost, kept.currency) == (Decimal(values["cost"]), values["currency"]):
                thing.verdict = Staged.Verdict.SAME
            else:
                thing.verdict = Staged.Verdict.UPDATE
                thing.difference = {"cost": [str(kept), f"{values['cost']} {values['currency']}"]}

    @staticmethod
    def _wrong(thing: Staged, product_id: int | None) -> str:
        if is_torn(thing):
            return _("another row of this file has this and says something else")
        return "" if product_id else _("no product has this code or name")

    def _since(self, values: dict[str, str], last: CostPrice | None) -> date:
        if last is None:
            return self.first_day if self.since_when == FIRST else today()
        is_said_again = (last.cost, last.currency) == (Decimal(values["cost"]), values["currency"])
        return last.valid_from if is_said_again else today()

    def _by_code(self, things: list[Staged]) -> dict[str, int]:
        """{code: product}, or {name: product} of those that no code means; a name that several have means none."""
        said = {thing.data["values"]["code"] for thing in things}
        products = Product.objects.visible_to(self.job.requester, "edit").current()
        found = dict(products.filter(code__in=said).values_list("code", "pk"))
        named = Counter(products.filter(name__in=said - found.keys()).values_list("name", flat=True))
        single = [name for name, count in named.items() if count == 1]
        return found | dict(products.filter(name__in=single).values_list("name", "pk"))

    def write(self, things: list[Staged]) -> None:
        by_code = self._by_code(things)
        products = Product._base_manager.select_for_update(of=("self",)).in_bulk(list(by_code.values()))
        costs = {
            (row.product_id, row.valid_from.isoformat()): row
            for row in CostPrice._base_manager.filter(product__in=list(products))
        }
        before = {pk: write.values(product) for pk, product in products.items()}
        for thing in things:
            values = thing.data["values"]
            thing.object_id = by_code[values["code"]]
            line = costs.setdefault(
                (thing.object_id, values["valid_from"]), CostPrice(valid_from=date.fromisoformat(values["valid_from"]))
            )
            line.cost, line.currency = Decimal(values["cost"]), values["currency"]
            write.put_part(products[thing.object_id], line)
        write.writing_many(changed=[(product, before[pk]) for pk, product in products.items()])


def begin_brought_invoice(invoice: Invoice) -> None:
    """Another system numbered and issued it."""
    invoice.state = Invoice.State.ISSUED


def begin_brought_order(order: Order) -> None:
    """Somebody ordered it, or no other system would tell of it."""
    begin_order(order)
    order.state = Order.State.CONFIRMED


def frozen_order_for_a_file(order: Order) -> frozenset[str]:
    """The customer's order may be brought anew while it is open, confirmed or not."""
    return frozenset() if order.is_open else frozen_order(order)


def frozen_for_a_file(invoice: Invoice) -> frozenset[str]:
    """What another system numbered may be brought anew; what our own series numbered stands."""
    return frozen_invoice(invoice) if invoice.series_id else frozenset()


layouts.add(OnlineRetail)
layouts.add(Costs)
brought.add(Brought("product", without=("costs",)))
brought.add(Brought("rate", by=("currency", "to_currency", "valid_from"), assumed={"to_currency": firm_currency}))
brought.add(Brought("terms", by=("company",)))
brought.add(
    Brought(
        "payment", made=share_out, told_by=("reference",),
        called=("оплат", "плат", "płatn", "wpłat", "zapłat", "payment"),
    )
)  # fmt: skip
brought.add(
    Brought("claim", told_by=("name",), called=("претенз", "рекламац", "жалоб", "reklamac", "claim", "complaint"))
)
brought.add(
    Brought(
        "purchase", by=("document_number", "supplier"), named_by=("bought_on", "supplier"),
        called=("закуп", "поступлен", "приход", "zakup", "dostaw", "purchas", "bought"),
    )
)  # fmt: skip
brought.add(
    Brought(
        "order", begin=begin_brought_order, frozen=frozen_order_for_a_file, named_by=("ordered_on", "company"),
        called=("заказ", "zamów", "order"),
    )
)  # fmt: skip
brought.add(
    Brought(
        "invoice", begin=begin_brought_invoice, frozen=frozen_for_a_file, named_by=("issued_on", "company"),
        called=(
            "прода", "реализ", "отгруз", "счет", "накладн", "выручк", "sprzeda", "faktur", "sale", "sold", "invoice",
        ),
        likely=True,
    )
)  # fmt: skip
