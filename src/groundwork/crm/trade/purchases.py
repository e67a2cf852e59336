"""What we buy. Receiving a purchase keeps what each product cost from that day on."""

from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from groundwork.blueprint.elements import is_on
from groundwork.core.money import ScaledField, minor_digits
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import COST, CostPrice, Product, line_amount
from groundwork.crm.trade.rates import convert_price, firm_currency, half_up
from groundwork.records.models import Change, Part, Record, keyset_indexes
from groundwork.records.undo import undo_parts
from groundwork.records.write import acting, locked, put_part, writing


class Purchase(Record):
    """A purchase from a supplier: a draft until the goods are here. Prices are net, in its currency."""

    type_key = "purchase"
    title_field = "document_number"

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("draft")
        RECEIVED = "received", pgettext_lazy("goods", "received")

    document_number = models.CharField(gettext_lazy("document number"), max_length=40)
    supplier = models.ForeignKey(
        Company, models.PROTECT, related_name="purchases", verbose_name=gettext_lazy("supplier")
    )
    bought_on = models.DateField(gettext_lazy("date"))
    currency = models.CharField(gettext_lazy("currency"), max_length=3)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    total_minor = models.BigIntegerField(pgettext_lazy("of a document", "total, net"), default=0, editable=False)

    class Meta:
        verbose_name = gettext_lazy("purchase")
        verbose_name_plural = gettext_lazy("purchases")
        indexes = keyset_indexes("purchase", "bought_on", "sort_key", "total_minor")

    def prepare(self):
        self.currency = self.currency.upper()
        super().prepare()

    def recount(self):
        """The total is the sum of the lines' amounts. Refused once received: the costs were taken from the lines."""
        if self.state == self.State.RECEIVED:
            raise Refusal(_("This purchase was received: take that back first, then change its lines."))
        self.total_minor = self.items.aggregate(sum=models.Sum("amount_minor", default=0))["sum"]


class PurchaseLine(Part):
    """One line of a purchase; the amount is quantity x price, rounded once, half up."""

    parent_field = "purchase"

    purchase = models.ForeignKey(Purchase, models.CASCADE, related_name="items")
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="purchase_lines", verbose_name=gettext_lazy("product")
    )
    quantity = ScaledField(gettext_lazy("quantity"))
    price = ScaledField(gettext_lazy("price of one unit"))
    amount_minor = models.BigIntegerField(gettext_lazy("amount"), editable=False)

    class Meta:
        verbose_name = gettext_lazy("purchase line")
        verbose_name_plural = gettext_lazy("purchase lines")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, price__gte=0), name="purchase_of_something",
                violation_error_message=gettext_lazy("Give a quantity above zero and a price not below zero."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.quantity} × {self.price}"

    def prepare(self):
        self.amount_minor = line_amount(self.quantity, self.price, minor_digits(self.purchase.currency))


def receive(purchase: Purchase, *, by, version: int | None = None, channel="web") -> Purchase:
    """The goods are here. While the firm keeps cost prices, each product costs from that day what was paid for it.

    Refused twice, without lines, and where the currency has no rate by that day. Undo takes the costs back too.
    """
    with acting(by, "received", channel=channel, cause=str(purchase)):
        with writing(purchase, by=by, act="received", version=version) as fresh:
            if fresh.state == Purchase.State.RECEIVED:
                raise Refusal(_("This purchase was received already."))
            costs = unit_costs(fresh)
            if not costs:
                raise Refusal(_("There is nothing on this purchase yet: add what was bought."))
            fresh.state = Purchase.State.RECEIVED
        if is_on(COST):
            for product, cost in costs.items():
                _keep_cost(product, cost, fresh, by)
    return fresh


def take_back(purchase: Purchase, *, by, version: int | None = None) -> Purchase:
    """It was not here after all: a draft again, and its costs go, or back to what they were. Typed ones stay.

    Refused unless it was received.
    """
    if purchase.state != Purchase.State.RECEIVED:
        raise Refusal(_("This purchase was not received."))
    received = Change.objects.filter(
        type=Purchase.type_key, object_id=purchase.pk, fields__state=[Purchase.State.DRAFT, Purchase.State.RECEIVED]
    )
    last = received.select_related("changeset").order_by("-pk").first()
    with (
        acting(by, "purchase.take_back", cause=str(purchase)),
        writing(purchase, by=by, act="purchase.take_back", version=version) as fresh,
    ):
        fresh.state = Purchase.State.DRAFT
        products = last.changeset.changes.filter(type=Product.type_key) if last else []
        for change in products:
            undo_parts(Product._base_manager.get(pk=change.object_id), change, by=by)
    return fresh


def unit_costs(purchase: Purchase) -> dict[Product, Decimal]:
    """What one unit of each product cost, in the firm's currency: the mean of its lines by quantity."""
    paid: dict[Product, list[Decimal]] = {}
    for line in purchase.items.select_related("product").order_by("product_id", "pk"):
        sums = paid.setdefault(line.product, [Decimal(0), Decimal(0)])
        sums[0] += line.quantity * line.price
        sums[1] += line.quantity
    return {product: _in_ours(amount, quantity, purchase) for product, (amount, quantity) in paid.items()}


def _in_ours(amount: Decimal, quantity: Decimal, purchase: Purchase) -> Decimal:
    ours = firm_currency()
    mean = Decimal(half_up(Fraction(amount) / Fraction(quantity) * 10**6)).scaleb(-6)
    if purchase.currency == ours:
        return mean
    converted = convert_price(mean, purchase.currency, ours, purchase.bought_on)
    if converted is None:
        raise Refusal(
            _("No rate of %(currency)s to %(ours)s is kept by that day: add one under Rates of exchange first.")
            % {"currency": purchase.currency, "ours": ours}
        )
    return converted


def _keep_cost(product: Product, cost: Decimal, purchase: Purchase, by) -> None:
    with writing(locked(product), by=by, act="received") as fresh:
        kept = CostPrice.objects.filter(product=fresh, valid_from=purchase.bought_on).first()
        line = kept or CostPrice(valid_from=purchase.bought_on)
        line.cost, line.currency, line.purchase = cost, firm_currency(), purchase
        put_part(fresh, line)
