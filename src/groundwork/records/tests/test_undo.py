"""Taking back: by the notice, by key, from the page of the last acts, and out of the trash."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.blueprint.elements import switch
from groundwork.core.clock import now, standing_at, today
from groundwork.crm.customers.models import Company
from groundwork.crm.customers.testing import make_company
from groundwork.crm.trade.models import CostPrice, Order, Product
from groundwork.crm.trade.testing import make_draft, make_order
from groundwork.records.models import ChangeSet
from groundwork.records.tasks.asking import finish, give
from groundwork.records.write import (
    acting,
    archive,
    creating,
    drop_part,
    note,
    put_part,
    restore,
    save_fields,
    writing,
)

LAST, ACTS, TRASH = (reverse(f"records:{name}") for name in ("undo_last", "acts", "trash"))


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def undo_buttons(page: str) -> list[str]:
    return re.findall(r'action="(/undo/\d+)"', page)


def test_every_change_by_hand_is_told_with_its_way_back(cast, as_user):
    client = as_user(cast.anna)
    typed = {"name": "Tortola", "kind": "customer"}

    made = client.post(reverse("records:new", args=["company"]), typed, follow=True).content.decode()
    company = Company.objects.get()
    changed = client.post(address("edit", company), {**typed, "city": "Tver", "version": 1}, follow=True)
    gone = client.post(address("archive", company), follow=True).content.decode()
    back = client.post(address("restore", company), follow=True).content.decode()

    for page in (made, changed.content.decode(), gone, back):
        notices = page.split('id="notices"', 1)[1].split("</div>", 1)[0]
        assert len(undo_buttons(notices)) == 1


def test_the_key_takes_back_the_last_act_then_the_one_before(cast, as_user):
    company = make_company(cast.anna)
    for version, city in enumerate(("Tver", "Kazan"), start=1):
        save_fields(company, {"city": city}, by=cast.anna, version=version)
    client = as_user(cast.anna)

    cities = []
    for _turn in range(2):
        client.post(LAST)
        company.refresh_from_db()
        cities.append(company.city)

    assert cities == ["Tver", ""]


def test_the_key_takes_back_nothing_past_an_act_that_stands(cast, as_user):
    company = make_company(cast.anna, city="Tver")
    save_fields(company, {"city": "Kazan"}, by=cast.anna, version=1)
    note(company, by=cast.anna, kind="note", text="They moved")

    answer = as_user(cast.anna).post(LAST)

    company.refresh_from_db()
    assert (answer.status_code, company.city) == (409, "Kazan")


def test_the_key_takes_back_nothing_past_what_was_set_up_since(cast, as_user):
    company = make_company(cast.olga, city="Tver")
    save_fields(company, {"city": "Kazan"}, by=cast.olga, version=1)
    switch("field:product.cost", on=True, by=cast.olga, reason="To see what is left.")

    answer = as_user(cast.olga).post(LAST)

    company.refresh_from_db()
    assert (answer.status_code, company.city) == (409, "Kazan")
    assert "set up: Cost price" in answer.content.decode()


@pytest.mark.parametrize("key", ["order.confirm", "order.cancel"])
def test_an_act_that_stands_is_not_taken_back_by_its_number_either(cast, as_user, key):
    order = make_order(cast.anna, make_company(cast.anna))
    client = as_user(cast.anna)
    for act in dict.fromkeys(("order.confirm", key)):
        order.refresh_from_db()
        client.post(address("act", order, act), {"version": order.version})
    act = ChangeSet.objects.filter(act=key).latest("pk")
    before = Order.objects.values("state").get()

    answer = client.post(reverse("records:undo", args=[act.pk]))

    assert answer.status_code == 409
    assert Order.objects.values("state").get() == before


def test_what_an_act_made_is_not_thrown_away_by_who_may_not_archive_it(cast, as_user):
    cast.anna.roles.get().grants.filter(type="company", verb="archive").delete()
    with acting(cast.anna, "edited"):
        company = creating(Company(name="Tortola"), by=cast.anna)

    answer = as_user(cast.anna).post(reverse("records:undo", args=[company.origin_id]))

    company.refresh_from_db()
    assert (answer.status_code, company.is_archived) == (403, False)


@pytest.mark.parametrize(("mode", "said"), [("read-only", "Tortola: city"), ("hidden", "Tortola")])
def test_a_field_that_one_may_not_type_any_more_stays_and_that_is_told(cast, as_user, mode, said):
    company = make_company(cast.anna, name="Tortola", city="Tver")
    save_fields(company, {"city": "Kazan", "phone": "5"}, by=cast.anna, version=1)
    hide(cast.anna, "company", "city", mode=mode)

    page = as_user(cast.anna).post(reverse("records:undo", args=[ChangeSet.objects.latest("pk").pk]), follow=True)

    company.refresh_from_db()
    assert (company.city, company.phone) == ("Kazan", "")
    assert re.search(rf"changed after: {said}\s*<", page.content.decode())


def test_saving_a_form_unchanged_offers_to_take_nothing_back(cast, as_user):
    company, client = make_company(cast.anna, name="Tortola", city="Tver"), as_user(cast.anna)
    form = client.get(address("edit", company)).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}

    page = client.post(address("edit", company), typed, follow=True).content.decode()

    company.refresh_from_db()
    assert company.version == 1
    notices = page.split('id="notices"', 1)[1].split("</div>", 1)[0]
    assert undo_buttons(notices) == []


def test_the_key_reaches_no_further_back_than_the_working_day(cast, as_user):
    with standing_at(now() - timedelta(366)):
        company = make_company(cast.anna)

    answer = as_user(cast.anna).post(LAST)

    company.refresh_from_db()
    assert (answer.status_code, company.is_archived) == (409, False)


def test_the_key_never_takes_back_what_somebody_else_did(cast, as_user):
    company = make_company(cast.anna)
    save_fields(company, {"city": "Kazan"}, by=cast.piotr, version=1)

    as_user(cast.anna).post(LAST)

    company.refresh_from_db()
    assert (company.city, company.is_archived) == ("Kazan", False)


def test_a_made_company_goes_to_the_trash_unless_somebody_built_upon_it(cast, as_user):
    alone, used = make_company(cast.anna, name="Alone"), make_company(cast.anna, name="Used")
    save_fields(used, {"city": "Tver"}, by=cast.piotr, version=1)
    client = as_user(cast.anna)

    for company in (alone, used):
        client.post(reverse("records:undo", args=[company.origin_id]))

    assert set(Company.objects.current().values_list("name", flat=True)) == {"Used"}


@pytest.mark.parametrize(("taken_back", "is_gone"), [(3, True), (2, False)])
def test_a_made_company_goes_to_the_trash_once_what_came_after_is_taken_back(cast, as_user, taken_back, is_gone):
    company = make_company(cast.anna)
    for version, city in enumerate(("Tver", "Kazan"), start=1):
        save_fields(company, {"city": city}, by=cast.anna, version=version)
    archive(company, by=cast.anna)
    client = as_user(cast.anna)

    for _turn in range(taken_back):
        client.post(LAST)
    client.post(reverse("records:undo", args=[company.origin_id]))

    company.refresh_from_db()
    assert company.is_archived == is_gone


def test_the_last_acts_tell_what_was_done_to_what_and_what_is_taken_back(cast, as_user):
    company = make_company(cast.anna, name="Tortola")
    task = give(company, by=cast.anna, what="Call them", due_on=now().date())
    finish(task, by=cast.anna)
    client = as_user(cast.anna)

    client.post(undo_buttons(client.get(ACTS).content.decode())[0])
    page = client.get(ACTS).content.decode()

    task.refresh_from_db()
    assert not task.is_done
    assert re.search(r"Done: <a [^>]*>Call them</a>.*?taken back", page, re.DOTALL)
    assert re.search(r"Created: <a [^>]*>Tortola</a>", page)
    assert len(undo_buttons(page)) == 2  # the company and the task; the done one is taken back


def test_of_records_that_one_no_longer_sees_the_last_acts_name_none_and_undo_none(cast, as_user):
    company = make_company(cast.anna, name="Tortola")
    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.owner, fresh.department = cast.ivan, cast.export
    client = as_user(cast.anna)

    page = client.get(ACTS).content.decode()

    assert "Tortola" not in page
    assert undo_buttons(page) == []
    assert client.post(reverse("records:undo", args=[company.origin_id])).status_code == 404


def test_the_last_acts_take_as_many_queries_for_fifteen_as_for_two(cast, as_user, django_assert_num_queries):
    client = as_user(cast.anna)
    for number in range(15):
        make_company(cast.anna, name=f"Shop {number}")
        if number == 1:
            client.get(ACTS)
            with CaptureQueriesContext(connection) as few:
                client.get(ACTS)

    with django_assert_num_queries(len(few)):
        client.get(ACTS)


def test_the_trash_shows_what_i_may_see_and_puts_it_back(cast, as_user):
    mine, hidden = make_company(cast.anna, name="Tortola"), make_company(cast.ivan, name="Hidden Garden")
    for company in (mine, hidden):
        archive(company, by=cast.olga)
    client = as_user(cast.anna)

    page = client.get(TRASH).content.decode()
    client.post(address("restore", mine))

    assert "Tortola" in page
    assert "Hidden Garden" not in page
    assert "The trash is empty" in client.get(TRASH).content.decode()


def test_lines_of_a_document_go_back_and_its_total_with_them(cast, as_user):
    draft = make_draft(cast.adam)
    before = draft.total_minor
    client = as_user(cast.adam)
    line = {"lines-quantity": "2", "lines-price": "10", "lines-description": "Bag"}

    page = client.post(address("part_add", draft, "lines"), line, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.total_minor > before
    client.post(undo_buttons(page)[0])

    draft.refresh_from_db()
    assert draft.total_minor == before


def test_what_would_break_a_rule_by_now_stays_as_it_is_and_is_told(cast, as_user):
    """Of one day a product has one cost: the removed one does not come back beside the new one."""
    product = creating(Product(name="Almonds"), by=cast.adam)
    with writing(product, by=cast.adam, act="edited") as fresh:
        old = put_part(fresh, CostPrice(cost=Decimal(2), currency="GBP", valid_from=today()))
    with writing(product, by=cast.adam, act="edited") as fresh:
        drop_part(fresh, old)
    act = ChangeSet.objects.latest("pk")
    with writing(product, by=cast.adam, act="edited") as fresh:
        put_part(fresh, CostPrice(cost=Decimal(3), currency="GBP", valid_from=today()))

    answer = as_user(cast.adam).post(reverse("records:undo", args=[act.pk]), follow=True)

    assert "Not taken back" in answer.content.decode()
    assert [cost.cost for cost in product.costs.all()] == [Decimal(3)]


def test_undo_asked_by_script_opens_the_page_anew(cast, as_user):
    company = make_company(cast.anna)
    restore(archive(company, by=cast.anna), by=cast.anna)

    answer = as_user(cast.anna).post(LAST, headers={"HX-Request": "true"})

    company.refresh_from_db()
    assert answer["HX-Refresh"] == "true"
    assert company.is_archived
