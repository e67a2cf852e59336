"""What a new seller does first: an order from the last one, a deal, and its way over the board."""

from django.db.models import F, Min
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groundwork.crm.sales.deals import Deal
from groundwork.crm.trade.models import Order
from groundwork.crm.work.first_steps import FirstStep, first_of, first_steps
from groundwork.records.models import Change
from groundwork.records.types import route


def moved_first(people):
    """The first move of a deal that stood on the board already."""
    rows = Change.objects.filter(
        type=Deal.type_key, created=False, changeset__by__in=people, changeset__at__gte=F("changeset__by__joined_at"),
        fields__has_key="stage",
    )  # fmt: skip
    return dict(rows.order_by().values_list("changeset__by").annotate(first=Min("changeset__at")))


first_steps.add(
    FirstStep(
        "order", _("Make an order: “Repeat order” makes it from the last one"), lambda: reverse("sales:due"),
        ("create", "order"), first_of(Order.objects),
    )
)  # fmt: skip
first_steps.add(
    FirstStep(
        "deal", _("Write down a deal: what, for whom"), lambda: route("records:new", Deal.type_key),
        ("create", Deal.type_key), first_of(Deal.objects),
    )
)  # fmt: skip
first_steps.add(
    FirstStep(
        "stage", _("Move a deal to its next stage on the board"), lambda: route("records:board", Deal.type_key),
        ("create", Deal.type_key), moved_first,
    )
)  # fmt: skip
