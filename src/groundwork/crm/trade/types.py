"""What makes products and invoices visible: one declaration each, and the cost price that somebody must ask for."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.access.rights import reach
from groundwork.blueprint.elements import Declared, declared
from groundwork.core.clock import today
from groundwork.crm.trade.debts import payments_are_kept
from groundwork.crm.trade.documents import (
    begin_invoice,
    begin_order,
    begin_payment,
    frozen_invoice,
    frozen_order,
    offer_rates,
    why_invoice_stays,
)
from groundwork.crm.trade.models import (
    COST,
    Category,
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
    Share,
    Terms,
    Unit,
)
from groundwork.crm.trade.prices import price_may_wait
from groundwork.records.pages import ActLabel, acts
from groundwork.records.types import PartType, RecordType, Sign, types

declared.add(Declared(key=COST, kind="field", label=_("Cost price"), optional=True))


def works_with_all(key: str):
    """In the menu of those who make such records or look after all; a seller finds them at companies and orders."""
    return lambda user: user.can("edit", key) or reach(user, "view", key).all


def begin_purchase(record: Purchase) -> None:
    record.bought_on = today()


def cost_options() -> list[tuple[str, Any]]:
    return [("unknown", _("unknown today")), ("known", _("known today"))]


def having_costs(values: list[str]) -> QuerySet:
    """Products whose cost is known today, or is not."""
    known = Q(pk__in=CostPrice.objects.filter(valid_from__lte=today()).values("product"))
    wanted = Q(pk__in=[])
    for value in values:
        wanted |= known if value == "known" else ~known
    return Product.objects.filter(wanted).order_by().values("pk")


def frozen_purchase(record: Purchase) -> frozenset[str]:
    """Received, its costs stand on it: taking the receipt back opens it again."""
    received = record.state == Purchase.State.RECEIVED
    return frozenset({"supplier", "bought_on", "currency", "items"}) if received else frozenset()


def begin_rate(record: Rate) -> None:
    record.valid_from, record.currency = today(), ""


def begin_pricelist(record: PriceList) -> None:
    record.valid_from = today()


category = types.add(
    RecordType(
        model=Category,
        label=_("Category"),
        plural=_("Categories"),
        icon="folder-tree",
        prefix="K",
        group="goods",
        fields=("name", "parent"),
        columns=("name", "parent", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "parent"),
        search=("name",),
        filters=("parent",),
        called_there={"parent": (_("Branch of the tree"), _("Branches of the tree"))},
        section="settings",
        order=210,
        menu="create",
        explain=_("A category is a branch of the tree of goods."),
    )  # fmt: skip
)

unit = types.add(
    RecordType(
        model=Unit,
        label=_("Unit"),
        plural=_("Own units"),
        icon="ruler",
        prefix="U",
        leaves=True,
        group="goods",
        fields=("name", "code", "unece"),
        columns=("name", "code", "unece", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "code"),
        search=("name", "code"),
        section="settings",
        order=220,
        menu="create",
        explain=_(
            "Pieces, kilograms, metres, hours and the like are there already. Add what only you count in: a sack."
        ),
    )  # fmt: skip
)

product = types.add(
    RecordType(
        model=Product,
        label=_("Product"),
        plural=_("Products"),
        icon="package",
        prefix="G",
        group="goods",
        fields=("name", "code", "kind", "unit", "category", "price", "supplier", "supplier_code"),
        columns=("name", "code", "kind", "unit", "category", "price", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("name", "code", "price"),
        search=("name", "code", "supplier_code"),
        filters=("name", "kind", "category", "price", "supplier", "updated_at"),
        signs=(Sign("cost", _("cost price"), cost_options, having_costs, like="costs"),),
        board="kind",
        menu="create",
        order=40,
        parts=(
            PartType(
                "costs",
                CostPrice,
                _("Cost prices"),
                ("cost", "currency", "valid_from", "purchase"),
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
        filters=("state", "company", "ordered_on", "required_on", "total_minor", "owner", "department"),
        through=(("lines", "product"),),
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
                adapt=price_may_wait,
                columns=("description", "quantity", "price", "discount", "amount_minor"),
                leads={"description": "product"},
            ),
        ),
        begin=begin_order,
        copies=("lines",),
        not_copied=("document_number", "ordered_on", "required_on", "shipped_on"),
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
            "issued_on",
            "total_minor",
            "gross_minor",
            "open_minor",
            "paid",
        ),
        sorts=("-issued_on", "document_number", "total_minor"),
        search=("document_number",),
        filters=(
            "kind",
            "state",
            "paid",
            "company",
            "country",
            "currency",
            "issued_on",
            "due_on",
            "total_minor",
            "open_minor",
            "owner",
            "department",
        ),
        through=(("lines", "product"),),
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
                columns=("description", "quantity", "price", "discount", "amount_minor", "vat_code"),
                leads={"description": "product"},
                adapt=offer_rates,
            ),
        ),
        menu=works_with_all("invoice"),
        begin=begin_invoice,
        copies=("lines",),
        not_copied=("document_number", "issued_on", "due_on", "order", "corrects"),
        frozen=frozen_invoice,
        stays=why_invoice_stays,
        called_there={"corrects": ("", _("Corrections"))},
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
        filters=("direction", "company", "paid_on", "amount_minor", "owner", "department"),
        amount="amount_minor",
        board="direction",
        order=55,
        parts=(PartType("shares", Share, _("Paid invoices"), ("invoice", "amount_minor")),),
        menu=works_with_all("payment"),
        begin=begin_payment,
        explain=_("A payment is money that came from a customer, or went back. Share it out over the invoices."),
    )  # fmt: skip
)

purchase = types.add(
    RecordType(
        model=Purchase,
        label=_("Purchase"),
        plural=_("Purchases"),
        icon="truck",
        prefix="B",
        leaves=True,
        group="purchases",
        fields=("document_number", "supplier", "bought_on", "currency", "state"),
        columns=("document_number", "supplier", "bought_on", "state", "total_minor"),
        sorts=("-bought_on", "document_number", "total_minor"),
        quick=("document_number", "supplier", "bought_on"),
        search=("document_number",),
        filters=("state", "supplier", "bought_on", "total_minor"),
        through=(("items", "product"),),
        amount="total_minor",
        board="state",
        order=45,
        begin=begin_purchase,
        copies=("items",),
        not_copied=("document_number", "bought_on"),
        frozen=frozen_purchase,
        parts=(
            PartType(
                "items",
                PurchaseLine,
                _("Lines"),
                ("product", "quantity", "price", "amount_minor"),
            ),
        ),
        explain=_("A purchase says what we bought from whom. Received, it keeps what the products cost from that day."),
    )  # fmt: skip
)

pricelist = types.add(
    RecordType(
        model=PriceList,
        label=_("Price list"),
        plural=_("Price lists"),
        icon="tags",
        prefix="PL",
        leaves=True,
        group="goods",
        fields=("name", "currency", "basis", "valid_from", "valid_to"),
        columns=("name", "currency", "basis", "valid_from", "valid_to", "updated_at"),
        sorts=("name", "valid_from", "updated_at"),
        quick=("name", "currency", "valid_from"),
        search=("name",),
        filters=("basis", "valid_from"),
        section="settings",
        begin=begin_pricelist,
        order=230,
        menu="create",
        parts=(
            PartType("prices", Price, _("Prices"), ("product", "from_quantity", "price"), order="product__sort_key"),
            PartType("companies", PricesFor, _("Only for"), ("company",)),
        ),
        explain=_("A price list gives prices for some days. Without companies it is for everybody."),
    )  # fmt: skip
)

terms = types.add(
    RecordType(
        model=Terms,
        label=_("Price terms"),
        plural=_("Price terms"),
        icon="handshake",
        prefix="PT",
        leaves=True,
        group="money",
        fields=("name", "company", "discount", "pricelist"),
        columns=("name", "company", "discount", "pricelist", "updated_at"),
        sorts=("name", "updated_at"),
        quick=("company", "discount", "pricelist"),
        search=("name",),
        filters=("company", "pricelist"),
        section="settings",
        order=240,
        menu="create",
        explain=_("Price terms say what one customer pays: a discount off the general prices, or a list of its own."),
    )  # fmt: skip
)

rate = types.add(
    RecordType(
        model=Rate,
        label=_("Rate of exchange"),
        plural=_("Rates of exchange"),
        icon="arrow-left-right",
        prefix="ER",
        leaves=True,
        group="money",
        fields=("currency", "to_currency", "units", "rate", "valid_from", "source"),
        columns=("name", "currency", "to_currency", "units", "rate", "valid_from", "source"),
        sorts=("-valid_from", "name"),
        quick=("currency", "rate", "valid_from"),
        search=("name", "source"),
        filters=("valid_from",),
        section="settings",
        begin=begin_rate,
        order=250,
        menu="create",
        explain=_("A rate says what another currency is worth from a day on. Without one, an amount stays unknown."),
    )  # fmt: skip
)

claim = types.add(
    RecordType(
        model=Claim,
        label=_("Claim"),
        plural=_("Claims"),
        icon="shield-alert",
        prefix="CL",
        leaves=True,
        group="customers",
        fields=(
            "name",
            "company",
            "kind",
            "invoice",
            "product",
            "amount_minor",
            "opened_on",
            "text",
            "currency",
            "state",
            "cost_minor",
            "closed_on",
        ),
        columns=("name", "company", "kind", "state", "opened_on", "amount_minor", "cost_minor"),
        sorts=("-opened_on", "name", "amount_minor"),
        quick=("name", "company", "kind"),
        search=("name", "text"),
        filters=(
            "state",
            "kind",
            "company",
            "product",
            "opened_on",
            "amount_minor",
            "owner",
            "department",
        ),
        amount="amount_minor",
        board="state",
        order=60,
        menu="export",
        explain=_("A claim says that we failed a customer: damaged, missing, late. What it cost counts in the profit."),
    )  # fmt: skip
)

acts.add(ActLabel("received", pgettext_lazy("goods", "Received")))  # a purchase gave the product its cost
