"""What claims tell of a company (room customers keeps it): how many in twelve months, and what they cost."""

from collections import Counter
from datetime import date

from groundwork.access.rights import reach
from groundwork.core.months import same_day_earlier
from groundwork.crm.customers.facts import FactSource, Known, company_facts, mark
from groundwork.crm.trade.models import Claim, Invoice
from groundwork.records.write import Follower, followers


def _follow(changed) -> None:
    """A claim touched its company, and the one that it belonged to before."""
    touched = {claim.company_id for claim, _before, _after in changed}
    mark(touched | {before["company_id"] for _claim, before, _after in changed if before})


followers.add(Follower("company facts of claims", Claim.type_key, _follow))


def claimed(ids: list[int], as_of: date) -> Known:
    """Claims of 12 months, and what they cost where one currency is all there is; unknown in a firm without claims."""
    rows = Claim.objects.current().filter(opened_on__lte=as_of)
    if not rows.exists():
        return {}
    year = rows.filter(opened_on__gt=same_day_earlier(as_of, 12), company__in=ids)
    counts, costs, currencies = Counter[int](), Counter[int](), {pk: set[str]() for pk in ids}
    for company, currency, cost in year.values_list("company", "currency", "cost_minor"):
        counts[company] += 1
        costs[company] += cost or 0
        currencies[company].add(currency)
    invoiced = Invoice.objects.current().filter(company__in=counts).order_by()
    for company, currency in invoiced.values_list("company", "currency").distinct():
        currencies[company].add(currency)
    found: Known = {pk: {"claims": counts[pk]} for pk in ids}
    for pk in counts:
        if len(currencies[pk]) == 1:
            found[pk]["claims_cost_minor"] = costs[pk]
    return found


def readable(user, ids: list[int]) -> set[int]:
    """Whoever sees every claim of the company."""
    if reach(user, "view", Claim.type_key).all:
        return set(ids)
    seen = Claim.objects.visible_to(user).filter(company__in=ids).values_list("pk", flat=True)
    others = Claim.objects.filter(company__in=ids).exclude(pk__in=list(seen))
    return set(ids) - set(others.values_list("company", flat=True))


company_facts.add(FactSource("trade.claims", frozenset({"claims", "claims_cost_minor"}), claimed, readable=readable))
