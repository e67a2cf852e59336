"""What a customer pays: price lists with their dates, the terms of one company, and where a price comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.core.money import ScaledField, round_half_up
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import vat
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product
from groundwork.crm.trade.rates import convert_price, firm_currency
from groundwork.records.models import Part, Record, keyset_indexes


class PriceList(Record):
    """Prices in one currency for some days. Without companies it is for everybody; else for those it names."""

    type_key = "pricelist"

    class Basis(models.TextChoices):
        NET = "net", gettext_lazy("without VAT")
        GROSS = "gross", gettext_lazy("with VAT")

    name = models.CharField(gettext_lazy("name"), max_length=120)
    currency = models.CharField(gettext_lazy("currency"), max_length=3)
    basis = models.CharField(gettext_lazy("prices are"), max_length=5, choices=Basis, default=Basis.NET)
    valid_from = models.DateField(gettext_lazy("valid from"))
    valid_to = models.DateField(gettext_lazy("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("price list")
        verbose_name_plural = gettext_lazy("price lists")
        indexes = keyset_indexes("pricelist", "sort_key", "valid_from", "updated_at")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="pricelist_days_in_order",
                violation_error_message=gettext_lazy("A list ends on the day it begins, or later."),
            ),
        ]  # fmt: skip

    def prepare(self):
        self.currency = self.currency.upper()
        super().prepare()


class Price(Part):
    """The price of one unit of a product, when at least ``from_quantity`` is bought at once."""

    parent_field = "pricelist"

    pricelist = models.ForeignKey(PriceList, models.CASCADE, related_name="prices")
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="listed_prices", verbose_name=gettext_lazy("product")
    )
    price = ScaledField(gettext_lazy("price of one unit"))
    from_quantity = ScaledField(gettext_lazy("from quantity"), default=0)

    class Meta:
        verbose_name = gettext_lazy("price")
        verbose_name_plural = gettext_lazy("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["pricelist", "product", "from_quantity"], name="one_price_a_quantity",
                violation_error_message=gettext_lazy("There is a price from that quantity already: change it instead."),
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, from_quantity__gte=0), name="price_not_negative",
                violation_error_message=gettext_lazy("A price and its quantity are not below zero."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return str(self.price)


class PricesFor(Part):
    """A company that a price list is for."""

    parent_field = "pricelist"

    pricelist = models.ForeignKey(PriceList, models.CASCADE, related_name="companies")
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="own_pricelists", verbose_name=gettext_lazy("company")
    )

    class Meta:
        verbose_name = gettext_lazy("company of a price list")
        verbose_name_plural = gettext_lazy("companies of a price list")
        constraints = [
            models.UniqueConstraint(
                fields=["pricelist", "company"], name="company_once_a_pricelist",
                violation_error_message=gettext_lazy("This company is on the list already."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return str(self.pk)


class Terms(Record):
    """The prices agreed with one customer: a discount off the general ones, a price list of its own, or both.

    Days to pay and the debt limit stand on the company itself.
    """

    type_key = "terms"

    name = models.CharField(gettext_lazy("agreement"), max_length=120, blank=True, default="")
    company = models.ForeignKey(Company, models.PROTECT, related_name="terms", verbose_name=gettext_lazy("company"))
    discount = ScaledField(
        gettext_lazy("discount, %"), default=0, help_text=gettext_lazy("Off the general prices, not off an own list.")
    )
    pricelist = models.ForeignKey(
        PriceList, models.PROTECT, null=True, blank=True, related_name="terms", verbose_name=gettext_lazy("price list")
    )

    class Meta:
        verbose_name = gettext_lazy("price terms")
        verbose_name_plural = gettext_lazy("price terms")
        indexes = keyset_indexes("terms", "sort_key", "updated_at")
        constraints = [
            models.UniqueConstraint(
                fields=["company"], name="one_terms_a_company", condition=Q(archived_at=None),
                violation_error_message=gettext_lazy("This company has terms already: change those instead."),
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=100), name="terms_discount_is_a_share",
                violation_error_message=gettext_lazy("A discount is between 0 and 100 per cent."),
            ),
        ]  # fmt: skip

    def owner_by_default(self):
        """They belong to whoever looks after the company."""
        return self.company.owner


def terms_of(company: Company | None) -> Terms | None:
    return Terms.objects.current().filter(company=company).first() if company else None


@dataclass(frozen=True)
class Found:
    """The price of one unit and where it is from: "list", "terms", "last" (what was paid last time) or "product"."""

    price: Decimal
    currency: str
    source: str
    is_gross: bool = False
    pricelist: PriceList | None = None


def price_for(
    company: Company | None, product: Product, quantity: Decimal, on: date, currency: str = ""
) -> Found | None:
    """What one unit of ``product`` costs ``company`` on that day when ``quantity`` is bought; None where nobody knows.

    In this order: a list of the company's own (that of its terms, then the newest that names it); the general price
    less the discount of its terms; the newest general list; the last price it was invoiced; the product's own price.
    With ``currency`` the price is converted by the rate of the day, and unknown without one.
    """
    found = _found(company, product, quantity, on)
    if found is None or not currency or found.currency == currency:
        return found
    converted = convert_price(found.price, found.currency, currency, on)
    return None if converted is None else Found(converted, currency, found.source, found.is_gross, found.pricelist)


def _found(company, product, quantity, on) -> Found | None:
    terms = terms_of(company)
    own = _lists_on(on).filter(Q(companies__company=company) | Q(pk=terms.pricelist_id if terms else None))
    if company and (found := _listed(own, product, quantity, first=terms.pricelist_id if terms else None)):
        return found
    general = _listed(_lists_on(on).filter(companies=None, terms=None), product, quantity)
    if terms and terms.discount and (base := general or _of_product(product)):
        price = round_half_up(base.price * (100 - terms.discount) / 100, 4)
        return Found(price, base.currency, "terms", base.is_gross, base.pricelist)
    return general or _last(company, product, on) or _of_product(product)


def _lists_on(on: date):
    return PriceList.objects.current().filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)


def _listed(lists, product, quantity, first=None) -> Found | None:
    """The price of the list ``first``, else of the newest that has one; the largest quantity reached counts."""
    listed = Price.objects.filter(pricelist__in=lists.values("pk"), product=product, from_quantity__lte=abs(quantity))
    rows = list(listed.select_related("pricelist"))
    if not rows:
        return None
    best = max(
        rows, key=lambda row: (row.pricelist_id == first, row.pricelist.valid_from, row.pricelist_id, row.from_quantity)
    )
    found = best.pricelist
    return Found(best.price, found.currency, "list", found.basis == PriceList.Basis.GROSS, found)


def _last(company, product, on) -> Found | None:
    if company is None:
        return None
    lines = InvoiceLine.objects.filter(
        product=product, issued_on__lte=on, quantity__gt=0, invoice__company=company,
        invoice__kind=Invoice.Kind.INVOICE, invoice__archived_at=None,
    )  # fmt: skip
    last = lines.order_by("-issued_on", "-pk").values_list("price", "invoice__currency").first()
    return Found(last[0], last[1], "last") if last else None


def _of_product(product) -> Found | None:
    return None if product.price is None else Found(product.price, firm_currency(), "product")


def fill_price(line, company: Company | None, on: date, currency: str) -> None:
    """Give a line that has no price the one that holds for its company, net. ValidationError where nobody knows it."""
    if line.price is not None or line.quantity is None:
        return
    if line.product is None:
        raise ValidationError({"price": _("Type the price: without a product nothing tells it.")})
    found = price_for(company, line.product, line.quantity, on, currency)
    if found is None:
        raise ValidationError(
            {
                "price": _("No price of this product is known in %(currency)s for that day: type it.")
                % {"currency": currency}
            }
        )
    if not found.is_gross:
        line.price = found.price
        return
    rate = vat.RATES.get(getattr(line, "vat_code", ""))
    if rate is None:
        raise ValidationError({"price": _("The price list has prices with VAT: type the price without it.")})
    line.price = round_half_up(found.price * 100 / (100 + (rate.percent or 0)), 4)


def price_may_wait(form) -> None:
    """A line without a price takes the one of its customer."""
    form.fields["price"].required = False
    form.told_by["price"] = "product"
    form.fields["price"].help_text = _("Empty: as the price list says, the terms, or the last invoice.")
