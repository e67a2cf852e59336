"""What is offered in a deal is printed."""

import pytest
from django.urls import reverse

from groundwork.access.models import FieldGrant, Role
from groundwork.core.languages import money
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.quotes import quote_paper
from groundwork.crm.sales.tests.test_deals import new_deal
from groundwork.records.testing import make_record
from groundwork.records.types import types

pytestmark = pytest.mark.django_db


def of(deal):
    return reverse("records:file", args=["deal", deal.pk, "deal.pdf"])


def test_a_deal_of_words_and_an_amount_is_one_line_of_a_quote_to_its_company(cast, as_user):
    company = make_record(types["company"], owner=cast.anna)
    deal = new_deal(cast.anna, company=company, amount_minor=640000)

    paper = quote_paper(deal, cast.anna)
    assert (paper.rows[0][1], paper.totals[-1][1], paper.buyer[0]) == (deal.name, money(640000, "EUR"), company.name)
    answer = as_user(cast.anna).get(of(deal))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_nobody_offers_something_for_an_unknown_sum(cast):
    with pytest.raises(Refusal):
        quote_paper(new_deal(cast.anna), cast.anna)


def test_who_does_not_see_the_sum_of_a_deal_prints_no_quote(cast, as_user):
    deal = new_deal(cast.anna, amount_minor=640000)
    role = Role.objects.get(key="salesperson")
    FieldGrant.objects.create(role=role, type="deal", field="amount_minor", mode="hidden")
    assert as_user(cast.anna).get(of(deal)).status_code == 403
