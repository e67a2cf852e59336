"""What we sell and what we invoiced. Amounts are net, in minor units of the document's currency."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from groundwork.core.money import ScaledField, minor_digits, round_half_up
from groundwork.crm.customers.models import Company
from groundwork.records.models import Part, Record, keyset_indexes


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
    unit = models.CharField(_("unit"), max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = keyset_indexes("product", "sort_key", "updated_at")


class CostPrice(Part):
    """What one unit of a product costs us from a day on, net. Off until asked for (element field:product.cost)."""

    parent_field = "product"

    product = models.ForeignKey(Product, models.CASCADE, related_name="costs")
    cost = ScaledField(_("cost of one unit"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))

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


class Invoice(Record):
    """An invoice, a credit note or an adjustment, with lines. Imported ones keep the number of the other system."""

    type_key = "invoice"
    title_field = "document_number"

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit", _("credit note")
        ADJUSTMENT = "adjustment", _("adjustment")

    document_number = models.CharField(_("document number"), max_length=40, db_index=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INVOICE)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("company")
    )
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    issued_on = models.DateField(_("issued on"))
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("total"), default=0, editable=False)  # the sum of the lines' amounts
    lines_count = models.PositiveIntegerField(_("lines"), default=0, editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            *keyset_indexes("invoice", "issued_on", "sort_key", "total_minor"),
            models.Index(fields=["company", "issued_on"], name="invoice_of_company"),
        ]

    def recount(self):
        """Bring the total and the count into step with the kept lines; inside ``writing`` this invoice."""
        sums = self.lines.aggregate(total=models.Sum("amount_minor", default=0), count=models.Count("pk"))
        self.total_minor, self.lines_count = sums["total"], sums["count"]


class InvoiceLine(Part):
    """One line of a document. ``amount_minor`` is quantity x price, rounded once, half up, where the line is made."""

    parent_field = "invoice"

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(default=0)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    quantity = ScaledField(_("quantity"))
    price = ScaledField(_("price of one unit"))
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    issued_on = models.DateField(editable=False)  # the document's, for reports
    at = models.DateTimeField(null=True, editable=False)  # the moment the other system gives this line

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position", "pk"]
        indexes = [
            models.Index(fields=["product", "issued_on", "amount_minor", "quantity"], name="line_sums"),
        ]

    def __str__(self):
        return self.description

    def prepare(self):
        """Set what follows from the document and from quantity x price; called before every save."""
        self.amount_minor = line_amount(self.quantity, self.price, minor_digits(self.invoice.currency))
        self.issued_on = self.invoice.issued_on
        if not self.position:
            self.position = self.invoice.lines_count + 1
        if not self.description and self.product is not None:
            self.description = self.product.name


def line_amount(quantity, price, digits: int) -> int:
    """Minor units of quantity x price; ``digits`` are those of the currency after the point."""
    return int(round_half_up((quantity * price).scaleb(digits)))
