"""What a deal that is being typed may be already: an open one with the same company, or one that is called so."""

from typing import Any

from groundwork.core.languages import sort_key
from groundwork.crm.customers import duplicates
from groundwork.crm.customers.duplicates import Like
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome
from groundwork.records.linking import named

MOST = 200  # open deals of one company whose names are compared


def likes(user, values: dict[str, Any], *, besides: int | None = None, limit: int = 3) -> list[Like]:
    """Visible open deals, the likeliest first. Of one name with two companies nothing is said: these are two.

    A field that the person does not see is not among ``values``, and so confirms no guess. Four queries at most.
    """
    name, company = str(values.get("name") or ""), _company(user, str(values.get("company") or ""))
    rows = Deal.objects.visible_to(user).current().filter(state=Outcome.OPEN).exclude(pk=besides or 0)
    found: dict[int, Like] = {}
    if company:
        for deal in rows.filter(company=company).order_by("-updated_at", "-pk")[:MOST]:
            found[deal.pk] = _like(deal, name)
    if name.strip():
        for deal in _called_so(rows, name, company):
            found[deal.pk] = Like(deal, duplicates.score_of({"name"}), {"name"})
    return sorted(found.values(), key=lambda like: -like.score)[:limit]


def _company(user, text: str) -> int | None:
    """The one visible company that is called so; None of several."""
    found = named(Company.objects.visible_to(user).current(), user, text) if text else []
    return found[0] if len(found) == 1 else None


def _called_so(rows, name: str, company: int | None) -> list[Deal]:
    """Those without a company. While none is typed those with one, too; a name that deals with several bear is that
    of a kind of deals, and says nothing."""
    called_so = list(rows.filter(sort_key=sort_key(name))[:MOST])
    is_one = company is None and len({deal.company_id for deal in called_so} - {None}) == 1
    return [deal for deal in called_so if is_one or deal.company_id is None]


def _like(deal: Deal, name: str) -> Like:
    """An open deal with that company is told whatever it is called: two sellers call one wish by two names."""
    one, other = duplicates.spelled(name), duplicates.spelled(deal.name)
    sign = {"name"} if one and one == other else {"like"} if duplicates.alike(one, other) else set()
    return Like(deal, max(duplicates.LEAST, duplicates.score_of({*sign, "firm"})), {*sign, "firm"})
