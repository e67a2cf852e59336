"""What we sell and what we invoiced. Amounts are net, in minor units of the document's currency."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.money import ScaledField, minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import vat
from groundwork.crm.trade.amounts import line_amount
from groundwork.crm.trade.document_lines import DocumentLine, WithLines, discount_is_a_share
from groundwork.crm.trade.series import Series
from groundwork.crm.trade.units import UnitField
from groundwork.records.models import Part, Record, keyset_indexes

COST = "field:product.cost"  # the element that cost prices wait for


class Category(Record):
    """A branch of the tree of goods. What stands under it belongs to the branch above, too."""

    type_key = "category"

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name=_("part of")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        indexes = keyset_indexes("category", "sort_key", "updated_at")

    def prepare(self):
        """Refused: a category within itself, however far up."""
        if self.pk is not None and self.pk in above(self.parent_id):
            raise Refusal(_t("A category cannot be part of itself."))
        super().prepare()


def above(category_id: int | None) -> list[int]:
    """A category and everything it is part of, the root last; one query."""
    parents = dict(Category.objects.values_list("pk", "parent_id")) if category_id is not None else {}
    line: list[int] = []
    while category_id is not None and category_id not in line:
        line.append(category_id)
        category_id = parents.get(category_id)
    return line


def within(category_id: int) -> set[int]:
    """A category and everything that is part of it; one query. For filters and for sums by branch."""
    branches: dict[int | None, list[int]] = {}
    for pk, parent in Category.objects.values_list("pk", "parent_id"):
        branches.setdefault(parent, []).append(pk)
    found, open_ = set(), [category_id]
    while open_:
        if (pk := open_.pop()) not in found:
            found.add(pk)
            open_ += branches.get(pk, [])
    return found


class Product(Record):
    """Goods, a service, or a fee such as postage. Codes that differ in case only are two products."""

    type_key = "product"

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")
        FEE = "fee", _("fee or adjustment")

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("code"), max_length=60, blank=True, default="", db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GOODS)
    unit = UnitField(_("unit"), max_length=20, blank=True, default="")
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    price = ScaledField(
        _("price"), null=True, blank=True, help_text=_("Of one unit, without VAT, in the firm's currency.")
    )
    supplier = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="supplied", verbose_name=_("supplier")
    )
    supplier_code = models.CharField(_("supplier's code"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = keyset_indexes("product", "sort_key", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(price__gte=0), name="product_price_not_negative",
                violation_error_message=_("A price is not below zero."),
            ),
        ]  # fmt: skip


class CostPrice(Part):
    """What one unit of a product costs us from a day on, net. Off until asked for (element field:product.cost)."""

    parent_field = "product"

    product = models.ForeignKey(Product, models.CASCADE, related_name="costs")
    cost = ScaledField(_("cost of one unit"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    purchase = models.ForeignKey(
        "trade.Purchase", models.SET_NULL, null=True, editable=False, related_name="costs", verbose_name=_("purchase")
    )

    class Meta:
        verbose_name = _("cost price")
        verbose_name_plural = _("cost prices")
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "valid_from"], name="one_cost_a_day",
                violation_error_message=_("There is a cost from that day already: change it instead."),
            ),
            models.CheckConstraint(
                condition=models.Q(cost__gte=0), name="cost_not_negative",
                violation_error_message=_("A cost is not below zero."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.cost} {self.currency}"


COSTS = (Product.type_key, "costs")  # what grants call the cost prices of a product


class Invoice(WithLines, Record):
    """An invoice, a credit note or an adjustment, with lines. Imported ones keep the number of the other system.

    A draft has no legal number and owes nothing. Once issued its money stands (``documents.keep_issued``).
    ``total_minor`` is net; ``vat_minor`` None where nobody told the VAT, and then net is all there is to pay.
    """

    type_key = "invoice"
    title_field = "document_number"
    derived = frozenset({"gross_minor", "settled_minor", "settled_on", "open_minor", "paid"})
    stands = _("This document is issued, so its money stands: make a credit note.")
    Kind = Series.Kind  # each has a series of numbers

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")

    class Paid(models.TextChoices):
        NOTHING = "open", pgettext_lazy("an invoice", "open")
        PART = "part", _("partly paid")
        ALL = "paid", _("paid")

    document_number = models.CharField(
        _("document number"), max_length=40, blank=True, default="", db_index=True,
        help_text=_("Leave it empty: the number comes when the document is issued."),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INVOICE)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ISSUED, editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("company")
    )
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"), null=True, blank=True, help_text=_("Empty: by the company's days to pay."))
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(
        pgettext_lazy("of a document", "total, net"), default=0, editable=False
    )  # the sum of the lines' amounts
    lines_count = models.PositiveIntegerField(_("lines"), default=0, editable=False)
    series = models.ForeignKey("trade.Series", models.PROTECT, null=True, editable=False, related_name="documents")
    vat_by = models.CharField(max_length=4, default=vat.LINE, editable=False)  # vat.LINE or vat.RATE, of the series
    vat_minor = models.BigIntegerField(_("VAT"), null=True, editable=False)
    gross_minor = models.BigIntegerField(_("to pay"), default=0, editable=False)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    order = models.ForeignKey(
        "trade.Order", models.PROTECT, null=True, editable=False, related_name="invoices", verbose_name=_("order")
    )
    with_freight = models.BooleanField(default=False, editable=False)  # the order's freight stands on it as a line
    offset_minor = models.BigIntegerField(default=0, editable=False)  # of a credit note: set against what it corrects
    settled_minor = models.BigIntegerField(_("settled so far"), default=0, editable=False)
    settled_on = models.DateField(null=True, editable=False)  # the day of the last of it
    open_minor = models.BigIntegerField(pgettext_lazy("an amount", "open"), default=0, editable=False)
    paid = models.CharField(_("paid"), max_length=4, choices=Paid, blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            *keyset_indexes("invoice", "issued_on", "sort_key", "total_minor"),
            models.Index(fields=["company", "issued_on"], name="invoice_of_company"),
            models.Index(
                fields=["company", "due_on"], condition=Q(archived_at=None) & ~Q(open_minor=0), name="invoice_open"
            ),
            models.Index(fields=["archived_at"], condition=Q(archived_at__isnull=False), name="invoice_archived"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "document_number"], condition=~Q(series=None), name="one_document_a_number"
            ),
        ]

    def owner_by_default(self):
        """It belongs to whoever looks after the company; without one, to whoever made it."""
        return self.company.owner if self.company else None

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def prepare(self):
        if self.pk is None and self.is_draft and self.company is not None:
            self.country = self.country or self.company.country
        super().prepare()
        self.gross_minor = self.total_minor + (self.vat_minor or 0)
        self.weigh()

    def weigh(self):
        """What is open, and how it is called; a draft owes nothing."""
        self.open_minor = 0 if self.is_draft else self.gross_minor - self.settled_minor
        if self.is_draft:
            self.paid = ""
        elif not self.open_minor:
            self.paid = self.Paid.ALL
        else:
            self.paid = self.Paid.PART if self.settled_minor else self.Paid.NOTHING

    def recount(self):
        """Bring the sums into step with the kept lines; inside ``writing`` this invoice."""
        self.sum_up(list(self.lines.values_list("vat_code", "amount_minor", "vat_minor")))

    def sum_up(self, lines: list[tuple[str, int, int | None]]) -> None:
        """The totals of ``lines``, given as (VAT code, net, VAT)."""
        self.total_minor, self.lines_count = sum(net for _code, net, _vat in lines), len(lines)
        self.vat_minor = vat.vat_sum(vat.vat_table(lines, self.vat_by))

    def vat_rows(self) -> list[vat.VatRow]:
        return vat.vat_table(self.lines.values_list("vat_code", "amount_minor", "vat_minor"), self.vat_by)


class InvoiceLine(DocumentLine):
    """One line of a document.

    ``discount_minor`` is what the discount took. ``vat_minor`` is None where nobody told the rate, or where the
    document counts VAT once a rate.
    """

    parent_field = "invoice"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("product")
    )
    discount_minor = models.BigIntegerField(_("discount"), default=0, editable=False)
    vat_code = models.CharField(_("VAT"), max_length=12, blank=True, default="", choices=vat.choices)
    vat_minor = models.BigIntegerField(_("VAT"), null=True, editable=False)
    issued_on = models.DateField(editable=False)  # the document's, for reports
    at = models.DateTimeField(null=True, editable=False)  # the moment the other system gives this line
    order_line = models.ForeignKey(
        "trade.OrderLine", models.PROTECT, null=True, editable=False, related_name="invoiced"
    )
    corrects_line = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="corrections")

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position", "pk"]
        indexes = [
            models.Index(fields=["product", "issued_on", "amount_minor", "quantity"], name="line_sums"),
        ]
        constraints = [discount_is_a_share("discount_is_a_share")]

    @property
    def priced_on(self):
        return self.invoice.issued_on

    def clean(self):
        rate = vat.RATES.get(self.vat_code)
        if rate and not rate.is_valid(self.invoice.issued_on):
            raise ValidationError({"vat_code": _("This rate is not in force on the day of the document.")})
        super().clean()

    def prepare(self):
        super().prepare()
        self.discount_minor = 0
        if self.discount:
            whole = line_amount(self.quantity, self.price, minor_digits(self.invoice.currency))
            self.discount_minor = whole - self.amount_minor
        rate = vat.RATES.get(self.vat_code)
        self.vat_minor = rate.vat_of(self.amount_minor) if rate and self.invoice.vat_by == vat.LINE else None
        self.issued_on = self.invoice.issued_on


from groundwork.crm.trade.claims import Claim  # noqa: E402, F401
from groundwork.crm.trade.ledger import LedgerRow  # noqa: E402, F401
from groundwork.crm.trade.orders import Order, OrderLine  # noqa: E402, F401
from groundwork.crm.trade.payments import Payment, Share  # noqa: E402, F401
from groundwork.crm.trade.prices import Price, PriceList, PricesFor, Terms  # noqa: E402, F401
from groundwork.crm.trade.purchases import Purchase, PurchaseLine  # noqa: E402, F401
from groundwork.crm.trade.rates import Rate  # noqa: E402, F401
from groundwork.crm.trade.rollups import LateMonth, LateSum, LateVoid, MonthSum, RolledMonth, Unrolled  # noqa: E402, F401
from groundwork.crm.trade.series import SeriesCount  # noqa: E402, F401
from groundwork.crm.trade.units import Unit  # noqa: E402, F401
