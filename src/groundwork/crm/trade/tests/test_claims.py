"""Claims: open, accepted or refused, settled; who may decide; and what they cost us."""

import pytest
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.customers import facts
from groundwork.crm.trade import claims
from groundwork.crm.trade.ledger import LedgerRow
from groundwork.crm.trade.models import Claim
from groundwork.crm.trade.testing import make_claim, make_company, make_invoice, make_product
from groundwork.records.write import archive, restore


@pytest.fixture
def claim(cast):
    return make_claim(cast.anna, make_company(cast.anna), amount_minor=5_000)


def test_a_claim_is_accepted_and_then_settled_with_what_it_cost(cast, claim):
    claims.accept(claim, by=cast.piotr)
    settled = claims.settle(claim, by=cast.piotr, cost_minor=3_250)

    assert (settled.state, settled.cost_minor, settled.currency, settled.closed_on) == (
        "settled",
        3_250,
        "GBP",
        today(),
    )


def test_an_open_claim_costs_an_unknown_amount_and_not_nothing(claim):
    assert (claim.state, claim.cost_minor, claim.closed_on) == ("open", None, None)


def test_an_open_claim_is_not_settled_and_a_settled_one_not_accepted(cast, claim):
    with pytest.raises(Refusal, match="This claim is open"):
        claims.settle(claim, by=cast.piotr, cost_minor=0)
    claims.accept(claim, by=cast.piotr)
    with pytest.raises(Refusal, match="not below zero"):
        claims.settle(claim, by=cast.piotr, cost_minor=-1)
    claims.settle(claim, by=cast.piotr, cost_minor=0)
    with pytest.raises(Refusal, match="This claim is settled"):
        claims.accept(claim, by=cast.piotr)

    claim.refresh_from_db()
    assert (claim.state, claim.cost_minor) == ("settled", 0)


def test_a_refusal_has_a_reason_that_is_kept(cast, claim):
    with pytest.raises(Refusal, match="Say why"):
        claims.refuse(claim, by=cast.piotr, reason=" ")

    refused = claims.refuse(claim, by=cast.piotr, reason="Signed for as whole.")

    assert (refused.state, refused.text, refused.closed_on) == ("refused", "Signed for as whole.", today())


def test_a_claim_opened_again_has_no_cost(cast, claim):
    claims.accept(claim, by=cast.piotr)
    claims.settle(claim, by=cast.piotr, cost_minor=100)

    again = claims.reopen(claim, by=cast.piotr)

    assert (again.state, again.cost_minor, again.closed_on) == ("open", None, None)


def test_the_seller_opens_a_claim_and_the_head_decides(cast, claim):
    assert [person.can("decide", claim) for person in (cast.anna, cast.piotr, cast.olga, cast.ivan)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_a_claim_takes_currency_and_line_from_its_invoice(cast):
    company, product, other = make_company(cast.anna), make_product(cast.larisa), make_product(cast.larisa, "Walnuts")
    invoice = make_invoice(
        cast.anna, (product, 5, "8.00"), (other, 1, "1.00"), (other, 2, "1.00"), company=company, currency="EUR"
    )

    claim = make_claim(cast.anna, company, invoice=invoice, product=product)
    unsure = make_claim(cast.anna, company, invoice=invoice, product=other)

    assert (claim.currency, claim.line.product) == ("EUR", product)
    assert unsure.line is None  # two lines have that product


def test_claims_stand_on_the_page_of_the_company_and_of_the_invoice(cast, as_user):
    company = make_company(cast.anna)
    invoice = make_invoice(cast.anna, company=company)
    make_claim(cast.anna, company, invoice=invoice)

    pages = [as_user(cast.anna).get(record.get_absolute_url()).content.decode() for record in (company, invoice)]

    assert ["Two bags torn" in page for page in pages] == [True, True]
    assert Claim.objects.count() == 1


# ── what it leaves behind


def posted():
    return list(LedgerRow.objects.values_list("kind", "amount_minor", "currency", "counts_on", "company", "product"))


def settled(cast, **fields):
    claim = make_claim(cast.anna, make_company(cast.anna), **fields)
    claims.accept(claim, by=cast.piotr)
    return claims.settle(claim, by=cast.piotr, cost_minor=3_250)


def test_what_a_settled_claim_cost_stands_in_the_profit_until_it_is_opened_again(cast):
    product = make_product(cast.larisa)
    claim = settled(cast, product=product)
    assert posted() == [("claim", 3_250, "GBP", today(), claim.company_id, product.pk)]

    archive(claim, by=cast.olga)
    assert posted() == []
    claim = restore(claim, by=cast.olga)
    assert len(posted()) == 1
    claims.reopen(claim, by=cast.piotr)
    assert posted() == []


def test_claims_that_cost_nothing_or_are_open_take_nothing_from_the_profit(cast, claim):
    claims.accept(claim, by=cast.piotr)
    claims.settle(claim, by=cast.piotr, cost_minor=0)

    assert posted() == []


def test_the_facts_of_a_company_count_its_claims_and_are_unknown_without_any(cast):
    other = make_company(cast.anna, "Another")
    assert facts.fresh(other).claims is None

    claim = settled(cast)

    told = facts.fresh(claim.company)
    assert (told.claims, told.claims_cost_minor) == (1, 3_250)
    assert (facts.fresh(other).claims, facts.fresh(other).claims_cost_minor) == (0, None)


def press(client, claim, key, **typed):
    claim.refresh_from_db()
    return client.post(reverse("records:act", args=["claim", claim.pk, key]), {"version": claim.version, **typed})


def test_a_head_decides_on_the_page_and_says_what_it_cost(cast, claim, as_user):
    piotr = as_user(cast.piotr)

    answers = [
        press(piotr, claim, "claim.accept"),
        press(piotr, claim, "claim.settle", cost_minor=""),
        press(piotr, claim, "claim.settle", cost_minor="32,50"),
    ]

    claim.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 422, 302]
    assert (claim.state, claim.cost_minor) == ("settled", 3_250)


def test_a_seller_has_no_button_to_decide_and_is_refused(cast, claim, as_user):
    anna = as_user(cast.anna)

    page = anna.get(claim.get_absolute_url()).content.decode()

    assert "claim.accept" not in page
    assert press(anna, claim, "claim.accept").status_code == 403
    assert Claim.objects.get().state == "open"
