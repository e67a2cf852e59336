"""A claim says that we failed a customer: what was wrong, what is asked for, and what it cost us in the end."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from groundwork.access.rights import reach, rule
from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product
from groundwork.crm.trade.rates import firm_currency
from groundwork.records.models import Record, keyset_indexes
from groundwork.records.write import writing


class Claim(Record):
    """A customer's claim. ``amount_minor`` is what is asked for, ``cost_minor`` what it cost us; both in ``currency``.

    Open, then accepted or refused; accepted, then settled. The cost is known when it is settled, not before.
    """

    type_key = "claim"

    class Kind(models.TextChoices):
        DAMAGED = "damaged", gettext_lazy("damaged")
        MISSING = "missing", gettext_lazy("missing")
        WRONG = "wrong", gettext_lazy("wrong goods")
        LATE = "late", gettext_lazy("late")
        QUALITY = "quality", gettext_lazy("quality")
        PRICE = "price", gettext_lazy("price")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a claim", "open")
        ACCEPTED = "accepted", pgettext_lazy("a claim", "accepted")
        REFUSED = "refused", pgettext_lazy("a claim", "refused")
        SETTLED = "settled", pgettext_lazy("a claim", "settled")

    name = models.CharField(gettext_lazy("what is wrong"), max_length=200)
    company = models.ForeignKey(Company, models.PROTECT, related_name="claims", verbose_name=gettext_lazy("company"))
    kind = models.CharField(gettext_lazy("kind"), max_length=10, choices=Kind)
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=gettext_lazy("invoice")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=gettext_lazy("product")
    )
    line = models.ForeignKey(InvoiceLine, models.SET_NULL, null=True, editable=False, related_name="claims")
    amount_minor = models.BigIntegerField(gettext_lazy("asked for"), null=True, blank=True)
    currency = models.CharField(gettext_lazy("currency"), max_length=3, blank=True, default="")
    opened_on = models.DateField(gettext_lazy("opened on"), default=today)
    text = models.TextField(gettext_lazy("details"), blank=True, default="")
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    cost_minor = models.BigIntegerField(gettext_lazy("what it cost us"), null=True, editable=False)
    closed_on = models.DateField(gettext_lazy("closed on"), null=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("claim")
        verbose_name_plural = gettext_lazy("claims")
        indexes = [
            *keyset_indexes("claim", "opened_on", "sort_key", "amount_minor"),
            models.Index(fields=["company", "opened_on"], name="claim_of_company"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor=None) | Q(amount_minor__gte=0), name="claim_asks_for_something",
                violation_error_message=gettext_lazy("What is asked for is not below zero."),
            ),
            models.CheckConstraint(
                condition=Q(state="settled", cost_minor__isnull=False) | (~Q(state="settled") & Q(cost_minor=None)),
                name="claim_cost_when_settled",
                violation_error_message=gettext_lazy("Say what the claim cost when it is settled."),
            ),
        ]  # fmt: skip

    def prepare(self):
        """The currency is the invoice's, else the firm's; the line is the only one of that product on the invoice."""
        if not self.currency:
            self.currency = self.invoice.currency if self.invoice is not None else firm_currency()
        self.currency = self.currency.upper()
        self.line = self._line()
        super().prepare()

    def owner_by_default(self):
        """It belongs to whoever looks after the company."""
        return self.company.owner

    def _line(self) -> InvoiceLine | None:
        if self.invoice_id is None or self.product_id is None:
            return None
        if self.line and (self.line.invoice_id, self.line.product_id) == (self.invoice_id, self.product_id):
            return self.line
        found = list(InvoiceLine.objects.filter(invoice=self.invoice_id, product=self.product_id)[:2])
        return found[0] if len(found) == 1 else None

    def refuse_unless(self, *states: str) -> None:
        if self.state not in states:
            raise Refusal(_("This claim is %(state)s.") % {"state": self.get_state_display()})


@rule(Claim.type_key, "decide", needs="edit")
def can_decide(user, claim) -> bool:
    """Whoever heads the department that owns the claim, or edits beyond the own records; not its seller alone."""
    scope = reach(user, "edit", claim.type_key)
    return scope.all or claim.department_id in scope.departments


def accept(claim: Claim, *, by, version: int | None = None) -> Claim:
    """We failed the customer, and say so. Refused unless the claim is open."""
    with writing(claim, by=by, act="accepted", version=version) as fresh:
        fresh.refuse_unless(Claim.State.OPEN)
        fresh.state = Claim.State.ACCEPTED
    return fresh


def refuse(claim: Claim, *, by, reason: str, version: int | None = None) -> Claim:
    """The claim is not ours to answer. Refused without a reason, and unless the claim is open."""
    if not reason.strip():
        raise Refusal(_("Say why the claim is refused: the customer will ask."))
    with writing(claim, by=by, act="refused", version=version, cause=reason) as fresh:
        fresh.refuse_unless(Claim.State.OPEN)
        fresh.state, fresh.closed_on = Claim.State.REFUSED, today()
        fresh.text = f"{fresh.text}\n\n{reason.strip()}".strip()
    return fresh


def settle(claim: Claim, *, by, cost_minor: int, version: int | None = None) -> Claim:
    """The claim is made good; ``cost_minor``, in the claim's currency, goes into the profit of its company and product.

    Zero is an answer (an apology was enough). Refused unless the claim was accepted, and below zero.
    """
    if cost_minor < 0:
        raise Refusal(_("What a claim cost is not below zero."))
    with writing(claim, by=by, act="settled", version=version) as fresh:
        fresh.refuse_unless(Claim.State.ACCEPTED)
        fresh.state, fresh.cost_minor, fresh.closed_on = Claim.State.SETTLED, cost_minor, today()
    return fresh


def reopen(claim: Claim, *, by, version: int | None = None) -> Claim:
    """Decided too early: the claim is open again, and what it cost is unknown again. Refused while it is open."""
    with writing(claim, by=by, act="reopened", version=version) as fresh:
        fresh.refuse_unless(Claim.State.ACCEPTED, Claim.State.REFUSED, Claim.State.SETTLED)
        fresh.state, fresh.cost_minor, fresh.closed_on = Claim.State.OPEN, None, None
    return fresh
