"""Orders of customers: what was ordered, until when, and how much of it is invoiced by now."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.languages import number
from groundwork.core.money import ScaledField
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.amounts import exact_amount, kept_exact
from groundwork.crm.trade.document_lines import DocumentLine, WithLines, discount_is_a_share
from groundwork.records.models import Record, keyset_indexes


class Order(WithLines, Record):
    """What a customer ordered. ``total_minor`` is the sum of the lines, net and without ``freight_minor``."""

    type_key = "order"
    title_field = "document_number"
    stands = _("This order is confirmed, so it stands: press “Change order” first.")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONFIRMED = "confirmed", pgettext_lazy("an order", "confirmed")
        CLOSED = "closed", pgettext_lazy("an order", "closed")
        CANCELLED = "cancelled", pgettext_lazy("an order", "cancelled")

    document_number = models.CharField(
        _("number of the order"), max_length=40, blank=True, default="", db_index=True,
        help_text=_("As the customer or another system calls it."),
    )  # fmt: skip
    company = models.ForeignKey(Company, models.PROTECT, related_name="orders", verbose_name=_("company"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    ordered_on = models.DateField(_("ordered on"))
    required_on = models.DateField(_("needed by"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    freight_minor = models.BigIntegerField(
        _("freight"), default=0, blank=True, help_text=_("Net; kept apart from what the goods cost.")
    )
    total_minor = models.BigIntegerField(pgettext_lazy("of a document", "total, net"), default=0, editable=False)
    lines_count = models.PositiveIntegerField(_("lines"), default=0, editable=False)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            *keyset_indexes("order", "ordered_on", "sort_key", "total_minor"),
            models.Index(fields=["company", "ordered_on"], name="order_of_company"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.CONFIRMED)

    def recount(self):
        sums = self.lines.aggregate(total=models.Sum("amount_minor", default=0), count=models.Count("pk"))
        self.total_minor, self.lines_count = sums["total"], sums["count"]


class OrderLine(DocumentLine):
    """One line of an order. ``net`` keeps quantity x price less discount exactly; ``amount_minor`` rounds it once."""

    parent_field = "order"

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        "trade.Product", models.PROTECT, null=True, blank=True, related_name="order_lines", verbose_name=_("product")
    )
    net = ScaledField(editable=False)  # major units, to six digits

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position", "pk"]
        constraints = [discount_is_a_share("order_discount_is_a_share")]

    @property
    def priced_on(self):
        return self.order.ordered_on

    def taken(self) -> Decimal:
        """How much of the line invoices hold, drafts too."""
        if not self.pk:
            return Decimal(0)
        held = self.invoiced.filter(invoice__archived_at=None, corrects_line=None)
        return held.aggregate(sum=models.Sum("quantity"))["sum"] or Decimal(0)

    def clean(self):
        if self.quantity is not None and abs(self.quantity) < abs(self.taken()):
            raise ValidationError({"quantity": _t("%(taken)s are invoiced already.") % {"taken": number(self.taken())}})
        super().clean()

    def prepare(self):
        if abs(self.quantity) < abs(self.taken()):
            raise Refusal(_t("%(taken)s are invoiced already.") % {"taken": number(self.taken())})
        super().prepare()
        self.net = kept_exact(exact_amount(self.quantity, self.price, self.discount))

    def delete(self, *args, **kwargs):
        self.order.refuse_new_lines()
        if self.invoiced.exists():
            raise Refusal(_t("An invoice holds this line, so it stays."))
        return super().delete(*args, **kwargs)
