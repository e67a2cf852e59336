"""While somebody types a lead: who it may be already."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from groundwork.crm.sales import lead_likes
from groundwork.crm.sales.leads import Lead
from groundwork.records.views import of_type


@require_GET
@of_type("view")
def similar(request, kind):
    """Visible leads, companies and contacts that this lead may be about. Nothing is said of others."""
    if kind.key != Lead.type_key:
        raise Http404
    own_fields = {item.name for item in kind.visible_fields(request.user, kind.fields)}
    typed = {name: value[:300] for name, value in request.GET.items() if name in own_fields}
    besides = request.GET.get("besides", "")
    own = int(besides) if besides.isdecimal() and len(besides) < 19 else None
    return render(request, "customers/similar.html", {"likes": lead_likes.likes(request.user, typed, besides=own)})
