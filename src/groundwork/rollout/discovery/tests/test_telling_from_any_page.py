"""“Tell us” stands on every page: the place comes along, what stood there does not."""

import pytest
from django.urls import reverse

from groundwork.access.models import Role
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.discovery.places import place_of, words_of

pytestmark = pytest.mark.on_sqlite("words and acts")

TELL = "/rollout/tell"
OVER_A_PAGE = {"Hx-Request": "true"}


@pytest.fixture
def company(cast):
    return make_record(types["company"], owner=cast.anna, word="Hazelhouse")


def test_anna_tells_us_something_on_a_page_of_a_company_and_reads_what_became_of_it(cast, as_user, company):
    anna, page = as_user(cast.anna), reverse("records:page", args=["company", company.pk])
    assert f'href="{TELL}"' in anna.get(page).content.decode()

    form = anna.get(TELL, headers=OVER_A_PAGE | {"Hx-Current-Url": f"http://testserver{page}?q=secret"})
    words = {"statement": "I type it twice", "kind": "problem", "field": "city", "page": page}
    told = anna.post(TELL, words, headers=OVER_A_PAGE)

    assert f'value="{page}"' in form.content.decode()
    assert "Hx-Trigger" in told.headers
    need = Need.objects.get()
    assert (need.author, need.about_type, need.about_id, need.about_field) == (cast.anna, "company", company.pk, "city")
    need.turn_down(by=cast.piotr, state="parked", reason="After the summer")
    assert "After the summer" in anna.get(TELL).content.decode()


def test_who_reads_the_need_does_not_learn_the_company_from_it(cast, as_user, company):
    words = {"statement": "I type it twice", "kind": "problem", "page": company.get_absolute_url()}
    as_user(cast.anna).post(TELL, words)
    cast.ivan.roles.set([Role.objects.get(key="salesperson")])

    needs = list(Need.objects.all())

    assert words_of(needs, cast.anna) == {needs[0].pk: "Company · Hazelhouse"}
    assert words_of(needs, cast.ivan) == {needs[0].pk: "Company"}


def test_a_place_that_the_author_does_not_see_is_not_noted(cast, company):
    cast.ivan.roles.set([Role.objects.get(key="salesperson")])

    place = place_of(company.get_absolute_url(), cast.ivan, "cost")

    assert (place.kind.key, place.record_id, place.field) == ("company", None, "")
    assert place_of("http://[", cast.ivan).kept == place_of("/nowhere", cast.ivan).kept


def test_without_script_the_page_that_one_comes_from_is_noted_and_nothing_empty_is_kept(cast, as_user, company):
    anna = as_user(cast.anna)

    shown = anna.get(TELL, headers={"Referer": f"http://testserver{company.get_absolute_url()}"}).content.decode()
    refused = anna.post(TELL, {"statement": " ", "kind": "problem"})

    assert f'value="{company.get_absolute_url()}"' in shown
    assert (refused.status_code, Need.objects.count()) == (422, 0)
