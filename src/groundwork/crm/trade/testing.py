"""Factories of the trade room for tests, here and above. Everything goes through the write path."""

from datetime import date
from decimal import Decimal

from groundwork.crm.customers.testing import make_company
from groundwork.crm.trade.documents import create_many
from groundwork.crm.trade.models import (
    Claim,
    CostPrice,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    Price,
    PriceList,
    PricesFor,
    Product,
    Purchase,
    PurchaseLine,
    Rate,
)
from groundwork.records.write import acting, creating, put_part, writing

MAY = date(2026, 5, 10)


def make_product(by, name="Almonds", **fields) -> Product:
    product = Product(name=name, **fields)
    creating(product, by=by)
    return product


def make_invoice(by, *lines, company=None, day=MAY, currency="GBP", number="INV-1", country="", **fields) -> Invoice:
    """``lines`` are (product, quantity, price); one piece of it for 10.00 where none is given."""
    invoice = Invoice(
        document_number=number,
        company=company,
        issued_on=day,
        currency=currency,
        country=country,
        owner=fields.pop("owner", by),
        **fields,
    )
    parts = [
        InvoiceLine(product=product, quantity=Decimal(quantity), price=Decimal(price))
        for product, quantity, price in lines or [(None, 1, "10.00")]
    ]
    with acting(by, "created"):
        create_many([(invoice, parts)])
    return invoice


def make_draft(by, *lines, vat_code="", **fields) -> Invoice:
    """A draft without a number, as one made by hand; ``lines`` as of ``make_invoice``."""
    invoice = make_invoice(by, *lines, number="", state=Invoice.State.DRAFT, **fields)
    if vat_code:
        with writing(invoice, by=by, act="edited") as fresh:
            for line in fresh.lines.all():
                line.vat_code = vat_code
                put_part(fresh, line)
        invoice.refresh_from_db()
    return invoice


def make_order(by, company, *lines, day=MAY, currency="GBP", **fields) -> Order:
    """``lines`` are (product, quantity, price) or (product, quantity, price, discount in percent)."""
    order = Order(company=company, ordered_on=day, currency=currency, **fields)
    parts = [
        OrderLine(product=product, quantity=Decimal(quantity), price=Decimal(price), discount=Decimal(*(rest or ["0"])))
        for product, quantity, price, *rest in lines or [(None, 1, "10.00")]
    ]
    return creating(order, by=by, parts=parts)


def make_payment(by, company, amount_minor, day=MAY, currency="GBP", **fields) -> Payment:
    return creating(
        Payment(company=company, amount_minor=amount_minor, paid_on=day, currency=currency, **fields), by=by
    )


def make_cost(product, cost, since=date(2026, 1, 1), currency="GBP") -> CostPrice:
    price = CostPrice(cost=Decimal(cost), currency=currency, valid_from=since)
    with writing(product, by=None, act="edited") as held:
        put_part(held, price)
    return price


def keep_costs(by) -> None:
    """Somebody asked for cost prices."""
    from groundwork.blueprint.elements import switch

    switch("field:product.cost", on=True, by=by, reason="We do not know what we earn on almonds.")


def make_rate(by, currency, rate, to="GBP", since=date(2026, 1, 1), units=1) -> Rate:
    return creating(Rate(currency=currency, to_currency=to, rate=Decimal(rate), valid_from=since, units=units), by=by)


def make_pricelist(by, *prices, companies=(), currency="GBP", name="Spring", since=date(2026, 1, 1), to=None, **fields):
    """``prices`` are (product, price) or (product, price, from quantity)."""
    parts = [
        Price(product=product, price=Decimal(price), from_quantity=Decimal(step[0] if step else 0))
        for product, price, *step in prices
    ]
    parts += [PricesFor(company=company) for company in companies]
    return creating(
        PriceList(name=name, currency=currency, valid_from=since, valid_to=to, **fields), by=by, parts=parts
    )


def make_purchase(by, *lines, supplier=None, number="ZK-1", day=MAY, currency="GBP") -> Purchase:
    """``lines`` are (product, quantity, price)."""
    supplier = supplier or make_company(by, "Nut Farm", kind="supplier")
    parts = [
        PurchaseLine(product=what, quantity=Decimal(amount), price=Decimal(price)) for what, amount, price in lines
    ]
    purchase = Purchase(document_number=number, supplier=supplier, bought_on=day, currency=currency)
    return creating(purchase, by=by, parts=parts)


def make_claim(by, company, name="Two bags torn", kind="damaged", **fields) -> Claim:
    return creating(Claim(name=name, company=company, kind=kind, **fields), by=by)
