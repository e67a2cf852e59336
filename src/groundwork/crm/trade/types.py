"""What makes products and invoices visible: one declaration each, and the cost price that somebody must ask for."""

from django.utils.translation import gettext_lazy as _

from groundwork.access.rights import reach
from groundwork.blueprint.elements import Declared, declared
from groundwork.crm.trade.debts import payments_are_kept
from groundwork.crm.trade.documents import (
    begin_invoice,
    begin_order,
    begin_payment,
    frozen_invoice,
    frozen_order,
    offer_rates,
)
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Order, OrderLine, Payment, Product, Share
from groundwork.records.types import PartType, RecordType, types

COST = "field:product.cost"
declared.add(Declared(key=COST, kind="field", label=_("Cost price"), optional=True))


def works_with_all(key: str):
    """In the menu of those who make such records or look after all; a seller finds them at companies and orders."""
    return lambda user: user.can("edit", key) or reach(user, "view", key).all


product = types.add(
    RecordType(
        model=Product,
        label=_("Product"),
        plural=_("Products"),
        icon="package",
        prefix="G",
        group="goods",
        fields=("name", "code", "kind", "unit"),
        columns=("name", "code", "kind", "unit", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "code"),
        search=("name", "code"),
        filters=("kind",),
        board="kind",
        order=40,
        parts=(
            PartType(
                "costs",
                CostPrice,
                _("Cost prices"),
                ("cost", "currency", "valid_from"),
                element=COST,
                sensitive="cost",
                order="-valid_from",
            ),
        ),
        explain=_("A product is what stands on the lines of an invoice: goods, a service, a fee."),
    )  # fmt: skip
)

order = types.add(
    RecordType(
        model=Order,
        label=_("Order"),
        plural=_("Orders"),
        icon="shopping-cart",
        prefix="O",
        group="customers",
        fields=(
            "company",
            "document_number",
            "state",
            "ordered_on",
            "required_on",
            "shipped_on",
            "currency",
            "freight_minor",
            "total_minor",
        ),
        columns=("document_number", "company", "state", "ordered_on", "required_on", "total_minor"),
        sorts=("-ordered_on", "document_number", "total_minor"),
        quick=("company", "document_number", "required_on"),
        search=("document_number",),
        filters=("state", "company", "ordered_on", "required_on", "owner", "department"),
        amount="total_minor",
        board="state",
        order=45,
        parts=(
            PartType(
                "lines",
                OrderLine,
                _("Lines"),
                ("product", "description", "quantity", "price", "discount", "amount_minor"),
                order="position",
            ),
        ),
        begin=begin_order,
        frozen=frozen_order,
        explain=_("An order says what a customer wants and by when. Invoices are made out of it."),
    )  # fmt: skip
)

invoice = types.add(
    RecordType(
        model=Invoice,
        label=_("Invoice"),
        plural=_("Invoices"),
        icon="receipt-text",
        prefix="I",
        group="money",
        fields=(
            "document_number",
            "kind",
            "state",
            "company",
            "country",
            "issued_on",
            "due_on",
            "currency",
            "order",
            "corrects",
            "total_minor",
            "vat_minor",
            "gross_minor",
            "settled_minor",
            "open_minor",
        ),
        columns=(
            "document_number",
            "kind",
            "company",
            "country",
            "issued_on",
            "lines_count",
            "total_minor",
            "open_minor",
            "paid",
        ),
        sorts=("-issued_on", "document_number", "total_minor"),
        search=("document_number",),
        filters=("kind", "state", "paid", "company", "country", "issued_on", "due_on", "owner", "department"),
        amount="total_minor",
        board="kind",
        order=50,
        parts=(
            PartType(
                "lines",
                InvoiceLine,
                _("Lines"),
                ("product", "description", "quantity", "price", "discount", "amount_minor", "vat_code", "vat_minor"),
                order="position",
                adapt=offer_rates,
            ),
        ),
        menu=works_with_all("invoice"),
        begin=begin_invoice,
        frozen=frozen_invoice,
        shown_while=dict.fromkeys(("settled_minor", "open_minor", "paid"), payments_are_kept),
        explain=_("An invoice says what a customer owes for which products. Credit notes take back."),
    )  # fmt: skip
)

payment = types.add(
    RecordType(
        model=Payment,
        label=_("Payment"),
        plural=_("Payments"),
        icon="banknote",
        prefix="PAY",
        group="money",
        fields=(
            "company",
            "amount_minor",
            "currency",
            "paid_on",
            "reference",
            "direction",
            "payer_legal_id",
            "shared_minor",
        ),
        columns=("reference", "company", "direction", "paid_on", "amount_minor", "shared_minor"),
        sorts=("-paid_on", "reference", "amount_minor"),
        quick=("company", "amount_minor", "paid_on"),
        search=("reference", "payer_legal_id"),
        filters=("direction", "company", "paid_on", "owner", "department"),
        amount="amount_minor",
        board="direction",
        order=55,
        parts=(PartType("shares", Share, _("Paid invoices"), ("invoice", "amount_minor")),),
        menu=works_with_all("payment"),
        begin=begin_payment,
        explain=_("A payment is money that came from a customer, or went back. Share it out over the invoices."),
    )  # fmt: skip
)
