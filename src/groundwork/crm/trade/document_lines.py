"""What invoices and orders share: lines of quantity x price less discount, until the document stands."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from groundwork.core.money import ScaledField, minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.trade.amounts import line_amount
from groundwork.records.models import Part
from groundwork.records.write import channel, is_being_made

A_SHARE = _("A discount is between 0 and 100 percent.")


def discount_is_a_share(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(discount__gte=0, discount__lte=100), name=name, violation_error_message=A_SHARE
    )


class WithLines:
    """Mixed into a document: its lines change while it is a draft. ``stands`` says why they no longer do."""

    is_draft: Any
    stands: Any

    def refuse_new_lines(self) -> None:
        """Refused once it stands, but in the act that makes it and for an import that brings it anew."""
        if not (self.is_draft or is_being_made(self) or channel() == "import"):  # type: ignore[arg-type]
            raise Refusal(str(self.stands))


class DocumentLine(Part):
    """One line. ``amount_minor`` is quantity x price less discount, net, rounded once, half up."""

    position = models.PositiveIntegerField(default=0)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    quantity = ScaledField(_("quantity"))
    price = ScaledField(_("price of one unit"))
    discount = ScaledField(_("discount, %"), default=Decimal(0), blank=True)
    amount_minor = models.BigIntegerField(_("amount"), editable=False)

    product: Any

    class Meta:
        abstract = True

    def __str__(self):
        return self.description

    @property
    def document(self) -> Any:
        return getattr(self, self.parent_field)

    @property
    def priced_on(self):
        """The day whose prices hold."""
        raise NotImplementedError

    def clean(self):
        from groundwork.crm.trade.prices import fill_price

        if self.discount is None:
            self.discount = Decimal(0)
        if not 0 <= self.discount <= 100:
            raise ValidationError({"discount": A_SHARE})
        fill_price(self, self.document.company, self.priced_on, self.document.currency)

    def prepare(self):
        """Set what follows from the document and from quantity x price; called before every save."""
        self.discount = self.discount or Decimal(0)
        self.amount_minor = line_amount(self.quantity, self.price, minor_digits(self.document.currency), self.discount)
        if not self.position:
            self.position = self.document.lines_count + 1
        if not self.description and self.product is not None:
            self.description = self.product.name

    def save(self, *args, **kwargs):
        self.document.refuse_new_lines()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self.document.refuse_new_lines()
        return super().delete(*args, **kwargs)
