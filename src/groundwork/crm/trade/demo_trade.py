"""Two years of the demo's trade: orders become invoices, invoices are paid as each customer pays, some things go wrong.

A month is made whole before the next; what is not paid yet waits in memory, nothing else does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, islice

from groundwork.crm.customers.models import Company
from groundwork.crm.trade import demo_goods
from groundwork.crm.trade.demo_goods import STEP, STEP_FACTOR, Goods
from groundwork.crm.trade.documents import create_many, create_orders
from groundwork.crm.trade.models import Claim, Invoice, InvoiceLine, Order, OrderLine, Payment, Product, Share
from groundwork.crm.trade.payments import settle
from groundwork.crm.trade.series import Series, SeriesCount
from groundwork.records.write import acting, writing_many

SEASON = (0.72, 0.84, 1.0, 1.08, 0.92, 0.8, 0.74, 0.82, 1.02, 1.16, 1.38, 1.52)  # January to December
HABITS = {"punctual": 54, "late": 24, "partial": 10, "over": 5, "bad": 7}
CURRENCY_OF = {"Poland": ("PLN", 0.25), "United Kingdom": ("GBP", 0.5), "Kazakhstan": ("USD", 0.2)}
CREDITED, CLAIMED = 0.03, 0.015  # shares of the invoices
DRAFTS = 0.25  # of the open orders
COMPLAINTS = (
    ("damaged", "Torn bags in the delivery"),
    ("missing", "Two cartons short"),
    ("wrong", "Пришёл не тот калибр"),
    ("late", "Dostawa po terminie"),
    ("quality", "Орех горчит"),
    ("price", "Inna cena niż w ofercie"),
)


@dataclass(slots=True)
class Due:
    """A payment that will come: who pays what, when; ``over`` is what they pay too much."""

    on: date
    invoice: int
    company: int
    owner: int | None
    amount: int
    currency: str
    number: str
    over: int = 0


@dataclass(slots=True)
class Sold:
    """What later months need of an invoice."""

    pk: int
    company: int
    country: str
    currency: str
    number: str
    issued_on: date
    owner: int | None
    gross: int
    line: InvoiceLine
    dues: list[Due]


class Trade:
    """Who buys what and how often, and how each pays: a few large customers, some who come late and some who leave."""

    def __init__(
        self, demo, goods: Goods, buyers: list[Company], beginning: date, batch: int, series: dict[str, Series]
    ):
        self.demo, self.goods, self.random, self.buyers, self.batch = demo, goods, demo.random, buyers, batch
        self.people = {user.pk: user for user in demo.people.values()}
        self.fee = next(product for product in goods.products if product.kind == Product.Kind.FEE)
        self.products = [product for product in goods.products if product is not self.fee]
        self.popular = list(accumulate(1 / (place + 3) for place in range(len(self.products))))
        rnd, days = self.random, (demo.today - beginning).days
        self.appetite = [rnd.paretovariate(1.3) for _buyer in buyers]
        self.joined = [beginning + timedelta(days=int(days * max(0, rnd.uniform(-2, 0.8)))) for _buyer in buyers]
        self.left = [
            demo.today
            if rnd.random() < 0.85
            else joined + timedelta(days=int((demo.today - joined).days * rnd.random()))
            for joined in self.joined
        ]
        self.habits = rnd.choices(list(HABITS), list(HABITS.values()), k=len(buyers))
        self.currencies = [self._currency(buyer) for buyer in buyers]
        self.dues: dict[tuple[int, int], list[Due]] = {}  # by year and month
        self.to_credit = 0.0  # what is left of a credit note from the months before
        self.numbers = {"ZK": 1, "ORD": 1}
        self.series = series
        self.places: dict[tuple[str, int], int] = {}  # the next place in each series and year

    def _currency(self, buyer: Company) -> str:
        currency, share = CURRENCY_OF.get(buyer.country, ("EUR", 0))
        return currency if self.random.random() < share else "EUR"

    def _number(self, kind: str, on: date) -> dict:
        """The next number of our own series, as issuing takes it."""
        place = self.places.get((kind, on.year), 1)
        self.places[kind, on.year] = place + 1
        return {"series": self.series[kind], "document_number": self.series[kind].number(place, on)}

    # ── one month

    def month(self, first: date, last: date, lines: int, with_orders: bool) -> None:
        """Sell, credit, get paid, hear complaints and buy; documents of the month have ``lines`` lines in all."""
        self.numbers["ZK"] = demo_goods.purchases(self.demo, self.goods, first, self.numbers["ZK"])
        self.to_credit += lines / (self.demo.size.lines_each / 2 + 1) * CREDITED
        credited = int(self.to_credit)
        self.to_credit -= credited
        sold = []
        documents = self._documents(first, last, lines - credited, with_orders)
        while batch := list(islice(documents, self.batch)):
            sold += self._keep_invoices(batch)
        self._credit(sold, credited, last)
        for one in sold:
            for due in one.dues:
                self.dues.setdefault((due.on.year, due.on.month), []).append(due)
        self._get_paid(self.dues.pop((first.year, first.month), []), last)
        self._claims(sold)

    def _documents(self, first: date, last: date, wanted: int, with_orders: bool) -> Iterator[tuple]:
        active = [n for n in range(len(self.buyers)) if self.joined[n] <= last and self.left[n] >= first]
        heaps = list(accumulate(min(self.appetite[n], 40) for n in active))
        counts = []
        while wanted > 0:
            counts.append(min(self.random.randint(1, self.demo.size.lines_each), wanted))
            wanted -= counts[-1]
        days = sorted(self.random.randint(0, (last - first).days) for _count in counts)
        for count, day in zip(counts, days, strict=True):
            at_counter = self.random.random() < 0.01 or not active
            buyer = None if at_counter else self.random.choices(active, cum_weights=heaps)[0]
            yield self._document(first, first + timedelta(days=day), count, buyer, with_orders)

    def _document(self, first: date, day: date, count: int, place: int | None, with_orders: bool):
        buyer = self.buyers[place] if place is not None else None
        currency = self.currencies[place] if place is not None else "EUR"
        owner = buyer.owner if buyer else self.demo.people["tomasz"]
        invoice = Invoice(
            **self._number(Invoice.Kind.INVOICE, day), issued_on=day, currency=currency, company=buyer, owner=owner,
            country=buyer.country if buyer else "", due_on=day + timedelta(days=_days_to_pay(buyer)),
        )  # fmt: skip
        lines = [self._line(buyer, currency, first) for _line in range(count)]
        if count > 2 and self.random.random() < 0.25:
            lines[-1] = self._sold(self.fee, Decimal(1), buyer, currency, first)
        order = self._order(invoice, buyer, lines) if with_orders and buyer else None
        return invoice, lines, order, place

    def _line(self, buyer: Company | None, currency: str, first: date) -> InvoiceLine:
        rnd = self.random
        product = rnd.choices(self.products, cum_weights=self.popular)[0]
        kilograms = Decimal(rnd.choice((5, 10, 10, 20, 25, 40, 50, 100))) + (
            Decimal("2.5") if rnd.random() < 0.33 else 0
        )
        return self._sold(product, kilograms, buyer, currency, first)

    def _sold(self, product, quantity, buyer, currency, first) -> InvoiceLine:
        """By the price list of the year, the customer's own one, or its discount; in its currency."""
        factor = Decimal("0.97") if first.year != self.demo.today.year else Decimal(1)
        special = self.goods.special.get(buyer.pk) if buyer else None
        if special is not None:
            factor = special
        elif quantity >= STEP and product.kind == Product.Kind.GOODS:
            factor *= STEP_FACTOR
        price = Decimal(self.demo.prices[product.code]) * factor / 100 / self.goods.rate(currency, first)
        domestic = "PL-23" if product.kind != Product.Kind.GOODS else "PL-5"
        return InvoiceLine(
            product=product, description=product.name, quantity=quantity, price=round(price, 2),
            discount=self.goods.discounts.get(buyer.pk, Decimal(0)) if buyer else Decimal(0),
            vat_code=domestic if buyer is None or buyer.country == "Poland" else "PL-0",
        )  # fmt: skip

    def _order(self, invoice: Invoice, buyer: Company, lines: list[InvoiceLine]) -> tuple[Order, list[OrderLine]]:
        ahead = self.random.randint(1, 9)
        day = invoice.issued_on - timedelta(days=ahead)
        order = Order(
            document_number=f"ZAM/{day:%Y}/{self.numbers['ORD']:06}", company=buyer, state=Order.State.CLOSED,
            ordered_on=day, required_on=invoice.issued_on + timedelta(days=1), shipped_on=invoice.issued_on,
            currency=invoice.currency, owner=invoice.owner,
        )  # fmt: skip
        self.numbers["ORD"] += 1
        parts = [
            OrderLine(
                product=line.product, description=line.description,
                quantity=line.quantity, price=line.price, discount=line.discount,
            )
            for line in lines
        ]  # fmt: skip
        return order, parts

    def open_orders(self) -> None:
        """What is promised today and not delivered yet, and some that nobody has confirmed."""
        rnd, today = self.random, self.demo.today
        active = [place for place in range(len(self.buyers)) if self.left[place] >= today]
        wanted = min(len(active), 6 + len(self.buyers) // 25, 60)
        orders = []
        for place in rnd.sample(active, wanted):
            buyer, day = self.buyers[place], today + timedelta(days=rnd.randint(1, 10))
            invoice = Invoice(issued_on=day, currency=self.currencies[place], owner=buyer.owner)
            lines = [self._line(buyer, invoice.currency, today.replace(day=1)) for _line in range(rnd.randint(1, 5))]
            order, parts = self._order(invoice, buyer, lines)
            order.state = Order.State.DRAFT if rnd.random() < DRAFTS else Order.State.CONFIRMED
            order.shipped_on, order.ordered_on = None, min(order.ordered_on, today)
            orders.append((invoice, lines, (order, parts)))
        with acting(self.demo.people["anna"], "created", channel="command", cause="demo"):
            self._keep_orders(orders)

    def count_on(self) -> None:
        """The series goes on where the demo stops."""
        SeriesCount.objects.bulk_create(
            SeriesCount(series=self.series[kind], period=str(year), next=place)
            for (kind, year), place in self.places.items()
        )

    # ── keeping

    def _keep_invoices(self, batch: list[tuple]) -> list[Sold]:
        with acting(self.demo.people["nina"], "created", channel="command", cause="demo"):
            self._keep_orders([(invoice, lines, order) for invoice, lines, order, _place in batch if order])
            create_many([(invoice, lines) for invoice, lines, _order, _place in batch])
        return [
            self._remember(invoice, lines[0], place) for invoice, lines, _order, place in batch if place is not None
        ]

    @staticmethod
    def _keep_orders(documents: list[tuple]) -> None:
        create_orders(made for _invoice, _lines, made in documents)
        for invoice, lines, (order, parts) in documents:
            invoice.order = order
            for line, part in zip(lines, parts, strict=True):
                line.order_line = part

    def _remember(self, invoice: Invoice, line: InvoiceLine, place: int) -> Sold:
        sold = Sold(
            invoice.pk, invoice.company_id or 0, invoice.country, invoice.currency, invoice.document_number,
            invoice.issued_on, invoice.owner_id, invoice.gross_minor, line, [],
        )  # fmt: skip
        sold.dues = list(self._plan(sold, invoice.due_on or invoice.issued_on, self.habits[place]))
        return sold

    def _plan(self, sold: Sold, due_on: date, habit: str) -> Iterator[Due]:
        """How this invoice will be paid, by the habit of its customer."""
        rnd, whole = self.random, sold.gross

        def due(days: int, amount: int, over: int = 0) -> Due:
            on = max(due_on + timedelta(days=days), sold.issued_on)
            return Due(on, sold.pk, sold.company, sold.owner, amount, sold.currency, sold.number, over)

        if whole <= 0:
            return
        if habit == "partial":
            begin = whole * rnd.randint(4, 7) // 10
            yield due(rnd.randint(-2, 6), begin)
            if rnd.random() < 0.8:
                yield due(rnd.randint(20, 50), whole - begin)
        elif habit == "over":
            yield due(rnd.randint(-4, 3), whole, over=-whole % 10_000)
        elif habit == "bad":
            if rnd.random() < 0.45:
                yield due(rnd.randint(60, 120), whole)
        else:
            yield due(rnd.randint(-4, 0) if habit == "punctual" else rnd.randint(4, 45), whole)

    def _credit(self, sold: list[Sold], count: int, last: date) -> None:
        """Goods come back from invoices that nobody has paid yet: the note is set against the invoice."""
        open_ = [
            one for one in sold if one.dues and min(due.on for due in one.dues) > last and one.line.amount_minor > 0
        ]
        chosen = self.random.sample(open_, min(count, len(open_)))
        notes = [self._note(one, last) for one in chosen]
        for _missing in range(count - len(notes)):  # nothing to correct: a credit over the counter
            notes.append((self._plain_note(last), [self._line(None, "EUR", last.replace(day=1))]))
            notes[-1][1][0].quantity *= -1
        for begin in range(0, len(notes), self.batch):
            with acting(self.demo.people["nina"], "created", channel="command", cause="demo"):
                create_many(notes[begin : begin + self.batch])

    def _plain_note(self, last: date) -> Invoice:
        return Invoice(
            **self._number(Invoice.Kind.CREDIT_NOTE, last), kind=Invoice.Kind.CREDIT_NOTE, issued_on=last,
            due_on=last, currency="EUR",
            owner=self.demo.people["tomasz"],
        )  # fmt: skip

    def _note(self, one: Sold, last: date) -> tuple[Invoice, list[InvoiceLine]]:
        note = self._plain_note(last)
        note.issued_on = note.due_on = min(one.issued_on + timedelta(days=self.random.randint(1, 6)), last)
        note.currency, note.company_id, note.country = one.currency, one.company, one.country
        note.owner = self.people.get(one.owner or 0)
        note.corrects_id = one.pk
        line = InvoiceLine(
            product=one.line.product, description=one.line.description, price=one.line.price,
            quantity=-_part_of(one.line.quantity), discount=one.line.discount, vat_code=one.line.vat_code,
            corrects_line_id=one.line.pk,
        )  # fmt: skip
        line.invoice = note
        line.prepare()
        note.offset_minor = -(line.amount_minor + (line.vat_minor or 0))
        _take_off(one.dues, note.offset_minor)
        return note, [line]

    def _get_paid(self, dues: list[Due], last: date) -> None:
        dues = sorted((due for due in dues if due.amount > 0), key=lambda due: (due.on, due.invoice))
        dues = [due for due in dues if due.on <= last]  # the demo stands at a day within its last month
        for begin in range(0, len(dues), self.batch):
            some = dues[begin : begin + self.batch]
            payments = [
                Payment(
                    reference=due.number, company_id=due.company, paid_on=due.on, amount_minor=due.amount + due.over,
                    currency=due.currency, shared_minor=due.amount, owner=self.people.get(due.owner or 0),
                )
                for due in some
            ]  # fmt: skip
            with acting(self.demo.people["nina"], "created", channel="command", cause="demo"):
                writing_many(created=payments)
                Share.objects.bulk_create(
                    [
                        Share(payment=payment, invoice_id=due.invoice, amount_minor=due.amount)
                        for payment, due in zip(payments, some, strict=True)
                    ],
                    batch_size=2000,
                )
                settle({due.invoice for due in some})

    def _claims(self, sold: list[Sold]) -> None:
        chosen = [one for one in sold if self.random.random() < CLAIMED]
        claims = [claim for one in chosen if (claim := self._claim(one))]
        for begin in range(0, len(claims), self.batch):
            with acting(self.demo.people["piotr"], "created", channel="command", cause="demo"):
                writing_many(created=claims[begin : begin + self.batch])

    def _claim(self, one: Sold) -> Claim | None:
        rnd, today = self.random, self.demo.today
        opened = one.issued_on + timedelta(days=rnd.randint(1, 12))
        if opened > today or one.line.amount_minor <= 0:
            return None
        kind, words = rnd.choice(COMPLAINTS)
        amount = one.line.amount_minor * rnd.randint(2, 10) // 10
        state = rnd.choices(("settled", "refused", "accepted"), (70, 20, 10))[0]
        closed = opened + timedelta(days=rnd.randint(2, 20))
        if closed > today:
            state = "open"
        return Claim(
            name=f"{words}, {one.number}", company_id=one.company, kind=kind, invoice_id=one.pk,
            product=one.line.product, amount_minor=amount, currency=one.currency, opened_on=opened, state=state,
            cost_minor=amount * rnd.randint(5, 10) // 10 if state == "settled" else None,
            closed_on=closed if state in ("settled", "refused") else None, owner=self.people.get(one.owner or 0),
        )  # fmt: skip


def _days_to_pay(buyer: Company | None) -> int:
    return (buyer.payment_days or 14) if buyer else 0


def _part_of(quantity: Decimal) -> Decimal:
    return quantity if quantity <= 5 else (quantity / 5).to_integral_value() + 1


def _take_off(dues: Iterable[Due], amount: int) -> None:
    """What is credited is not paid: the last payments come short first."""
    for due in reversed(list(dues)):
        taken = min(amount, due.amount)
        due.amount -= taken
        due.over = 0 if taken else due.over
        amount -= taken
