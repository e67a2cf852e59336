"""The buttons of the pages of purchases and claims, and what they ask first."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.fields import MoneyField
from groundwork.crm.trade import claims, purchases
from groundwork.crm.trade.models import Claim, Purchase
from groundwork.records.pages import PageAction, page_actions
from groundwork.ui.forms import PlainErrors


class ReasonForm(PlainErrors, forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the claim is refused: the customer will ask.")},
    )  # fmt: skip


def ask_reason(claim: Claim, user, data=None) -> ReasonForm:
    return ReasonForm(data)


class CostForm(PlainErrors, forms.Form):
    """What it cost, in the claim's currency; what was asked for, to begin with."""

    def __init__(self, claim: Claim, user, data=None):
        super().__init__(data)
        self.fields["cost_minor"] = MoneyField(
            currency=claim.currency, label=_("What it cost us, %(currency)s") % {"currency": claim.currency},
            initial=claim.amount_minor, help_text=_("0 if an apology was enough."),
            error_messages={"required": _("Say what it cost; 0 if an apology was enough.")},
        )  # fmt: skip


def is_in(*states: str):
    return lambda record: record.state in states


def as_act(how):
    """``how(record, by=…)`` as a button calls it; the record it gives is the one that is shown already."""

    def act(record, by, **asked) -> None:
        how(record, by=by, **asked)

    return act


for button in (
    PageAction(
        "purchase.receive", _("Receive"), as_act(purchases.receive), _("The goods are received."), icon="package-check",
        primary=True, also=(("edit", "product"),), offered=is_in(Purchase.State.DRAFT),
        past=pgettext_lazy("goods", "Received"),
    ),
    PageAction(
        "purchase.take_back", _("Take the receipt back"), as_act(purchases.take_back), _("It is a draft again."),
        icon="undo-2", also=(("edit", "product"),), offered=is_in(Purchase.State.RECEIVED),
        past=pgettext_lazy("goods", "Receipt taken back"),
    ),
    PageAction(
        "claim.accept", pgettext_lazy("a claim", "Accept"), as_act(claims.accept), _("The claim is accepted."),
        verb="decide", icon="check",
        primary=True, offered=is_in(Claim.State.OPEN),
        past=pgettext_lazy("a claim", "Accepted"),
    ),
    PageAction(
        "claim.refuse", _("Refuse"), as_act(claims.refuse), _("The claim is refused."), verb="decide", icon="x",
        offered=is_in(Claim.State.OPEN), form=ask_reason,
        past=pgettext_lazy("a claim", "Refused"),
    ),
    PageAction(
        "claim.settle", _("Settle"), as_act(claims.settle), _("The claim is settled."), verb="decide", icon="handshake",
        primary=True, offered=is_in(Claim.State.ACCEPTED), form=CostForm,
        explain=_("What it cost us counts in the profit of the customer and the product."),
        past=pgettext_lazy("a claim", "Settled"),
    ),
    PageAction(
        "claim.reopen", _("Open again"), as_act(claims.reopen), _("The claim is open again."), verb="decide",
        icon="undo-2", offered=is_in(Claim.State.ACCEPTED, Claim.State.REFUSED, Claim.State.SETTLED),
        past=pgettext_lazy("a claim", "Opened again"),
    ),
):  # fmt: skip
    page_actions.add(button)
