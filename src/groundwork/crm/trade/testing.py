"""Factories of the trade room for tests, here and above. Everything goes through the write path."""

from datetime import date
from decimal import Decimal

from groundwork.crm.trade.documents import create_many
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Product
from groundwork.records.guard import write_path
from groundwork.records.write import acting, creating

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


def make_cost(product, cost, since=date(2026, 1, 1), currency="GBP") -> CostPrice:
    with write_path():
        return CostPrice.objects.create(product=product, cost=Decimal(cost), currency=currency, valid_from=since)


def keep_costs(by) -> None:
    """Somebody asked for cost prices."""
    from groundwork.blueprint.elements import switch

    switch("field:product.cost", on=True, by=by, reason="We do not know what we earn on almonds.")
