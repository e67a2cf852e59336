"""What trade itself posts into the ledger of profit: what settled claims cost."""

from groundwork.crm.trade.claims import Claim
from groundwork.crm.trade.ledger import LedgerRow, post, withdraw
from groundwork.records.write import Follower, followers


def follow_claims(steps) -> None:
    """A settled claim takes its cost from the profit, on the day it was settled; reopened or archived, it does not."""
    for claim, before, after in steps:
        if after is None or after["archived_at"] or after["state"] != Claim.State.SETTLED:
            if before is not None:
                withdraw(claim)
            continue
        row = LedgerRow(
            kind="claim", amount_minor=claim.cost_minor, currency=claim.currency, counts_on=claim.closed_on,
            product_id=claim.product_id, company_id=claim.company_id,
            country=claim.invoice.country if claim.invoice is not None else "",
        )  # fmt: skip
        post(claim, [row] if claim.cost_minor else [])


followers.add(Follower("cost of claims", Claim.type_key, follow_claims))
