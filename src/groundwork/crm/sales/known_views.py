"""While somebody types a lead or a deal: what it may be already."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groundwork.crm.customers.views import what_is_typed
from groundwork.crm.sales import deal_likes, lead_likes
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.leads import Lead
from groundwork.records.views import of_type

LIKES = {Lead.type_key: lead_likes.likes, Deal.type_key: deal_likes.likes}


@require_GET
@of_type("view")
def known(request, kind):
    """Visible records that this one may be, or be about. Nothing is said of others."""
    if kind.key not in LIKES:
        raise Http404
    typed, besides = what_is_typed(request, kind)
    return render(request, "customers/similar.html", {"likes": LIKES[kind.key](request.user, typed, besides=besides)})
