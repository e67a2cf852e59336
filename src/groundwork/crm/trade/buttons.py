"""The buttons of the pages of orders, invoices and payments, and what they ask first."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.fields import NumberField
from groundwork.core.languages import number
from groundwork.core.refusals import Refusal
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Invoice, Order, Payment, Series
from groundwork.records.pages import PageAction, page_actions
from groundwork.ui.forms import PlainErrors


class QuantitiesForm(PlainErrors, forms.Form):
    """A quantity for each line that has something left; all that is left, to begin with."""

    def __init__(self, parts: list[actions.PartlyDone], data=None):
        super().__init__(data)
        for part in parts:
            if part.left:
                self.fields[f"line{part.line.pk}"] = NumberField(
                    label=part.line.description or str(part.line.position), required=False, initial=part.left,
                    help_text=_t("%(left)s of %(all)s are left")
                    % {"left": number(part.left), "all": number(part.line.quantity)},
                )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        quantities = {int(name[4:]): value for name, value in cleaned.items() if name.startswith("line") and value}
        return {**{name: cleaned[name] for name in cleaned if not name.startswith("line")}, "quantities": quantities}


def of_order(order: Order, user, data=None) -> QuantitiesForm:
    form = QuantitiesForm(actions.invoiced(order), data)
    if actions.freight_is_left(order):
        form.fields["with_freight"] = forms.BooleanField(label=_t("With the freight"), required=False, initial=True)
    return form


def of_invoice(invoice: Invoice, user, data=None) -> QuantitiesForm:
    form = QuantitiesForm(actions.credited(invoice), data)
    for field in form.fields.values():
        field.initial = None
    return form


class IssueForm(PlainErrors, forms.Form):
    series = forms.ModelChoiceField(
        Series.objects.none(), label=pgettext_lazy("of one document", "Number series"), empty_label=None
    )

    def __init__(self, invoice: Invoice, user, data=None):
        super().__init__(data)
        series = Series.objects.filter(kind=invoice.kind, is_active=True)
        if invoice.document_number or not series:
            del self.fields["series"]
        else:
            self.fields["series"].queryset, self.fields["series"].initial = series, series[0]  # type: ignore[attr-defined]


def match(how):
    """Refused where nothing was found to pay, so that a click never seems to have worked."""

    def act(payment: Payment, by) -> None:
        if not how(payment, by):
            raise Refusal(_t("No open document was found for this money."))

    return act


def is_confirmed(order: Order) -> bool:
    return order.state == Order.State.CONFIRMED


def has_money_left(payment: Payment) -> bool:
    return payment.unshared_minor > 0


for button in (
    PageAction(
        "order.confirm", _("Confirm"), actions.confirm, _("The order is confirmed."), icon="check", primary=True,
        offered=lambda order: order.state == Order.State.DRAFT and order.lines_count > 0,
        past=pgettext_lazy("an order", "Confirmed"),
    ),
    PageAction(
        "order.invoice", _("Make invoice"), actions.make_invoice, _("Here is the draft. Look at it, then issue it."),
        verb="view", also=(("create", "invoice"),), offered=is_confirmed, form=of_order, icon="receipt-text",
        primary=True, explain=_("Say how much of each line is invoiced now; the rest can follow later."),
        past=pgettext_lazy("an order", "Invoice made"),
    ),
    PageAction(
        "order.change", _("Change order"), actions.change,
        _("The order is a draft again. Change it, then confirm it anew."), offered=is_confirmed, icon="pencil",
        past=pgettext_lazy("an order", "Opened for changes"),
    ),
    PageAction(
        "order.close", _("Close"), actions.close, _("The order is closed."), offered=is_confirmed, icon="archive",
        past=pgettext_lazy("an order", "Closed"),
    ),
    PageAction(
        "order.cancel", _("Cancel order"), actions.cancel, _("The order is cancelled."), icon="x",
        offered=lambda order: order.is_open,
        past=pgettext_lazy("an order", "Cancelled"),
    ),
    PageAction(
        "invoice.issue", _("Issue"), actions.issue, _("The document is issued."), form=IssueForm, icon="stamp",
        primary=True, offered=lambda invoice: invoice.is_draft and invoice.lines_count > 0,
        explain=_("The document gets its number and stands from then on: only a credit note changes its money."),
        past=pgettext_lazy("a document", "Issued"),
    ),
    PageAction(
        "invoice.credit", _("Make credit note"), actions.make_credit_note,
        _("Here is the draft of the credit note. Look at it, then issue it."), verb="view",
        also=(("create", "invoice"),), form=of_invoice, icon="undo-2",
        offered=lambda invoice: not invoice.is_draft and invoice.kind != Invoice.Kind.CREDIT_NOTE,
        explain=_("Say how much of each line is taken back."),
        past=pgettext_lazy("a document", "Credit note made"),
    ),
    PageAction(
        "payment.oldest", _("Pay the oldest first"), match(actions.share_oldest_first), _("The money is shared out."),
        offered=has_money_left, icon="arrow-down-up", primary=True,
        past=pgettext_lazy("money", "Shared out"),
    ),
    PageAction(
        "payment.named", _("Pay what the reference names"), match(actions.share_by_number),
        _("The money is shared out."), offered=lambda payment: has_money_left(payment) and bool(payment.reference),
        icon="scan-search",
        past=pgettext_lazy("money", "Shared out"),
    ),
):  # fmt: skip
    page_actions.add(button)
