"""What makes products and invoices visible: one declaration each, and the cost price that somebody must ask for."""

from django.utils.translation import gettext_lazy as _

from groundwork.blueprint.elements import Declared, declared
from groundwork.crm.trade.models import CostPrice, Invoice, InvoiceLine, Product
from groundwork.records.types import PartType, RecordType, types

COST = "field:product.cost"
declared.add(Declared(key=COST, kind="field", label=_("Cost price"), optional=True))

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

invoice = types.add(
    RecordType(
        model=Invoice,
        label=_("Invoice"),
        plural=_("Invoices"),
        icon="receipt-text",
        prefix="I",
        group="money",
        fields=("document_number", "kind", "company", "country", "issued_on", "currency"),
        columns=("document_number", "kind", "company", "country", "issued_on", "lines_count", "total_minor"),
        sorts=("-issued_on", "document_number", "total_minor"),
        search=("document_number",),
        filters=("kind", "company", "country", "issued_on", "owner", "department"),
        amount="total_minor",
        board="kind",
        order=50,
        parts=(
            PartType(
                "lines",
                InvoiceLine,
                _("Lines"),
                ("product", "description", "quantity", "price", "amount_minor"),
                order="position",
            ),
        ),
        explain=_("An invoice says what a customer owes for which products. Credit notes take back."),
    )  # fmt: skip
)
