"""Payments and their shares: which money pays which invoice, never more than either is."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Max, Q, Sum
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.languages import money
from groundwork.core.refusals import Refusal
from groundwork.core.rows import update_each
from groundwork.crm.customers.models import Company
from groundwork.records.models import Part, Record, keyset_indexes

NOT_SHARED_OUT = ~Q(shared_minor=F("amount_minor"))


class Payment(Record):
    """Money that came from a company, or went back to it. What no invoice has a share of is the company's own."""

    type_key = "payment"
    title_field = "reference"
    derived = frozenset({"shared_minor"})

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("money", "received")
        OUT = "out", pgettext_lazy("money", "paid back")

    reference = models.CharField(
        _("reference"), max_length=200, blank=True, default="", help_text=_("What the payer wrote.")
    )
    company = models.ForeignKey(Company, models.PROTECT, related_name="payments", verbose_name=_("company"))
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    paid_on = models.DateField(_("paid on"))
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    payer_legal_id = models.CharField(_("tax number of the payer"), max_length=30, blank=True, default="")
    shared_minor = models.BigIntegerField(_("shared out"), default=0, editable=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = [
            *keyset_indexes("payment", "paid_on", "sort_key", "amount_minor"),
            models.Index(fields=["company", "paid_on"], name="payment_of_company"),
            models.Index(fields=["paid_on"], condition=NOT_SHARED_OUT, name="payment_not_shared_out"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payment_above_zero",
                violation_error_message=_("An amount is above zero; money paid back has the direction “paid back”."),
            ),
        ]  # fmt: skip

    @property
    def unshared_minor(self) -> int:
        """What no invoice has a share of."""
        return self.amount_minor - self.shared_minor

    @property
    def sign(self) -> int:
        return 1 if self.direction == self.Direction.IN else -1

    def owner_by_default(self):
        """It belongs to whoever looks after the company, so that its seller sees that the money came."""
        return self.company.owner

    def recount(self):
        self.shared_minor = self.shares.aggregate(sum=Sum("amount_minor", default=0))["sum"]


class Share(Part):
    """How much of a payment belongs to an invoice; of money paid back, to a credit note. Always above zero."""

    parent_field = "payment"

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="shares")
    invoice = models.ForeignKey("trade.Invoice", models.PROTECT, related_name="shares", verbose_name=_("invoice"))
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="share_above_zero",
                violation_error_message=_("A share is above zero."),
            ),
            models.UniqueConstraint(
                fields=["payment", "invoice"], name="one_share_an_invoice",
                violation_error_message=_("This invoice has a share of the payment already: change that one."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return str(self.invoice)

    def fault(self) -> tuple[str, str] | None:
        """(field, sentence) of what speaks against this share; None where nothing does."""
        invoice, payment = self.invoice, self.payment
        kept = Share._base_manager.filter(pk=self.pk).first() if self.pk else None
        own = kept.amount_minor if kept else 0
        on_invoice = own if kept and kept.invoice_id == invoice.pk and not payment.is_archived else 0
        if invoice.state != invoice.State.ISSUED or invoice.is_archived:
            return "invoice", _t("Only an issued document can be paid.")
        if invoice.currency != payment.currency:
            return "invoice", _t("The payment is in %(one)s, the document in %(other)s.") % {
                "one": payment.currency, "other": invoice.currency,
            }  # fmt: skip
        free = (
            payment.amount_minor - payment.shares.exclude(pk=self.pk).aggregate(s=Sum("amount_minor", default=0))["s"]
        )
        if self.amount_minor > free:
            return "amount_minor", _t("Only %(left)s of this payment are left.") % {
                "left": money(free, payment.currency)
            }
        open_minor = payment.sign * invoice.open_minor + on_invoice
        if self.amount_minor > open_minor:
            left = money(max(open_minor, 0), payment.currency)
            return "amount_minor", _t("Only %(left)s are open on this document.") % {"left": left}
        return None

    def clean(self):
        ready = self.invoice_id and self.payment_id and self.amount_minor is not None
        if ready and (fault := self.fault()):
            raise ValidationError({fault[0]: fault[1]})

    def prepare(self):
        """Refused where more would be shared than there is; the invoice stays locked until the act ends."""
        from groundwork.records.write import locked

        self.invoice = locked(self.invoice)
        if fault := self.fault():
            raise Refusal(fault[1])

    def save(self, *args, **kwargs):
        before = (
            Share._base_manager.filter(pk=self.pk).values_list("invoice_id", flat=True).first() if self.pk else None
        )
        super().save(*args, **kwargs)
        settle({self.invoice_id, before} - {None})

    def delete(self, *args, **kwargs):
        result = super().delete(*args, **kwargs)
        settle({self.invoice_id})
        return result


def settle(ids: Iterable[int]) -> None:
    """Bring what is paid and what is open on these invoices into step with shares and credit notes.

    Inside the write path; the invoices are locked. Bulk work that keeps shares by ``bulk_create`` calls it once.
    """
    from groundwork.crm.trade import late_months
    from groundwork.crm.trade.models import Invoice

    wanted = sorted(set(ids))
    shares = {
        row["invoice"]: row
        for row in Share._base_manager.filter(invoice__in=wanted, payment__archived_at=None)
        .order_by().values("invoice")
        .annotate(
            came=Sum("amount_minor", filter=Q(payment__direction=Payment.Direction.IN), default=0),
            went=Sum("amount_minor", filter=Q(payment__direction=Payment.Direction.OUT), default=0),
            last=Max("payment__paid_on"),
        )
    }  # fmt: skip
    notes = {
        row["corrects"]: row
        for row in Invoice._base_manager.filter(corrects__in=wanted, state=Invoice.State.ISSUED, archived_at=None)
        .order_by().values("corrects")
        .annotate(taken=Sum("offset_minor", default=0), last=Max("issued_on"))
    }  # fmt: skip
    invoices = list(Invoice._base_manager.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    for invoice in invoices:
        share, taken = shares.get(invoice.pk), notes.get(invoice.pk)
        was_open, was_settled_on = invoice.open_minor, invoice.settled_on
        days = [row["last"] for row in (share, taken) if row]
        if invoice.offset_minor:
            days.append(invoice.issued_on)
        invoice.settled_minor = (
            (share["came"] - share["went"] if share else 0) + (taken["taken"] if taken else 0) - invoice.offset_minor
        )
        invoice.settled_on = max(days, default=None)
        invoice.weigh()
        paid_on = [day for day in (was_settled_on, invoice.settled_on) if day]
        late_months.note(invoice.due_on, None if was_open or invoice.open_minor else max(paid_on, default=None))
    update_each(invoices, ["settled_minor", "settled_on", "open_minor", "paid"])
