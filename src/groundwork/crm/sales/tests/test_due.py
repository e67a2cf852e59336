"""Who is due to order, with what a call to them needs; the next order made from the last."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from groundwork.access.models import FieldGrant
from groundwork.access.rights import forget_rights
from groundwork.core.clock import now, standing_at, today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.facts import recompute
from groundwork.crm.customers.testing import make_company
from groundwork.crm.sales.due import due_list
from groundwork.crm.sales.repeat import order_usual, repeat_last
from groundwork.crm.trade import actions
from groundwork.crm.trade.models import Order
from groundwork.crm.trade.testing import make_invoice, make_order, make_pricelist, make_product
from groundwork.records.control.checking import check_all
from groundwork.records.control.models import ControlEvent, ControlRule
from groundwork.records.models import Activity, ChangeSet
from groundwork.records.tasks import asking
from groundwork.records.tasks.models import Task
from groundwork.records.write import archive, note


def days_ago(count: int):
    return today() - timedelta(days=count)


def customer(by, name, *silences, goods=(), **fields):
    """A company that bought so many days ago, each time the same goods."""
    company = make_company(by, name, **fields)
    for place, silence in enumerate(silences):
        make_invoice(by, *goods, company=company, day=days_ago(silence), number=f"{name}-{place}")
    recompute([company.pk], today())
    return company


def names(rows):
    return [row.company.name for row in rows]


def test_who_would_have_ordered_by_the_own_rhythm_is_due_and_nobody_else(cast):
    customer(cast.anna, "Late", 50, 40, 30, 20)
    customer(cast.anna, "Today", 30, 20, 10)
    customer(cast.anna, "Not yet", 29, 19, 9)
    customer(cast.anna, "Twice only", 60, 30)
    customer(cast.anna, "Lost", 900, 890, 880, 870)
    customer(cast.anna, "Supplier", 50, 40, 30, 20, kind="supplier")

    found = due_list(cast.anna)

    assert sorted(names(found.rows)) == ["Late", "Today"]
    assert {row.company.name: row.late_days for row in found.rows} == {"Late": 10, "Today": 0}
    assert {row.due_on for row in found.rows} == {days_ago(10), today()}


def test_an_order_that_is_open_since_means_that_they_have_ordered(cast):
    late = customer(cast.anna, "Late", 50, 40, 30, 20)
    order = make_order(cast.anna, late, (None, 1, "5.00"), day=days_ago(1))

    ordered = due_list(cast.anna)
    actions.cancel(order, cast.anna)

    assert (names(ordered.rows), names(due_list(cast.anna).rows)) == ([], ["Late"])


def test_the_largest_customer_comes_first_and_one_with_a_promise_of_a_later_day_last(cast):
    small = customer(cast.anna, "Small", 50, 40, 30, 20, goods=[(None, 1, "10.00")])
    customer(cast.anna, "Large", 50, 40, 30, 20, goods=[(None, 1, "900.00")])
    customer(cast.anna, "Middle", 50, 40, 30, 20, goods=[(None, 1, "90.00")])

    before = due_list(cast.anna)
    asking.give(small, by=cast.anna, what="Call again", due_on=today() + timedelta(days=3))
    after = due_list(cast.anna)

    assert names(before.rows) == ["Large", "Middle", "Small"]
    assert (names(after.rows), names(after.waiting)) == (["Large", "Middle"], ["Small"])
    assert after.waiting[0].agreed.what == "Call again"


def test_a_seller_sees_the_own_customers_and_the_head_those_of_the_department(cast):
    customer(cast.anna, "Hers", 50, 40, 30, 20)
    customer(cast.ivan, "His", 50, 40, 30, 20)

    assert names(due_list(cast.anna, everybody=True).rows) == ["Hers"]
    assert names(due_list(cast.piotr).rows) == []
    assert "Hers" in names(due_list(cast.piotr, everybody=True).rows)
    assert sorted(names(due_list(cast.olga, everybody=True).rows)) == ["Hers", "His"]


def test_a_customer_of_whom_another_seller_has_invoices_is_no_hint_at_them(cast):
    company = customer(cast.anna, "Shared", 50, 40, 30, 20)
    make_invoice(cast.ivan, company=company, day=days_ago(19), number="secret")
    recompute([company.pk], today())

    assert names(due_list(cast.anna).rows) == []


def test_the_usual_basket_is_what_half_of_the_newest_invoices_hold(cast):
    almonds, dates, once = (make_product(cast.larisa, name) for name in ("Almonds", "Dates", "Once"))
    company = make_company(cast.anna, "Bakery")
    for place, (silence, lines) in enumerate(
        [
            (60, [(almonds, 10, "4.00")]),
            (50, [(almonds, 20, "4.00"), (dates, 5, "7.00")]),
            (40, [(almonds, 30, "4.50"), (once, 1, "9.00")]),
            (30, [(almonds, 30, "4.60"), (dates, 7, "7.20")]),
        ]
    ):
        make_invoice(cast.anna, *lines, company=company, day=days_ago(silence), number=f"B-{place}")
    recompute([company.pk], today())

    (row,) = due_list(cast.anna).rows

    assert [(usual.product.name, usual.quantity, usual.price) for usual in row.basket] == [
        ("Almonds", Decimal(25), Decimal("4.60")),
        ("Dates", Decimal(6), Decimal("7.20")),
    ]


def test_whoever_reads_no_lines_or_no_debts_sees_none_here(cast, as_user):
    goods = [(make_product(cast.larisa, "Almonds"), 10, "4.00")]
    customer(cast.anna, "Bakery", 50, 40, 30, 20, goods=goods)
    shown = as_user(cast.anna).get(reverse("sales:due")).content.decode()
    for role in cast.anna.roles.all():
        FieldGrant.objects.create(role=role, type="invoice", field="lines", mode="hidden")
    forget_rights(cast.anna)

    hidden = as_user(cast.anna).get(reverse("sales:due")).content.decode()

    assert "Almonds" in shown
    assert "Bakery" in hidden
    assert "Almonds" not in hidden


def test_the_list_takes_as_many_queries_for_ten_customers_as_for_one(cast, as_user, django_assert_max_num_queries):
    goods = [(make_product(cast.larisa, "Almonds"), 10, "4.00")]
    customer(cast.anna, "First", 50, 40, 30, 20, goods=goods)
    client = as_user(cast.anna)
    client.get(reverse("sales:due"))
    with django_assert_max_num_queries(100) as one:
        client.get(reverse("sales:due"))
    for place in range(9):
        customer(cast.anna, f"More {place}", 50, 40, 30, 20, goods=goods)

    with django_assert_max_num_queries(len(one)):
        assert client.get(reverse("sales:due")).content.count(b"/again") == 10


# ── the next order


def test_the_last_order_is_repeated_at_the_prices_of_today(cast):
    almonds, dates = make_product(cast.larisa, "Almonds"), make_product(cast.larisa, "Dates")
    company = make_company(cast.anna, "Bakery")
    make_order(cast.anna, company, (almonds, 10, "4.00"), (dates, 3, "7.00", "5"), (None, 1, "2.50"), day=days_ago(20))
    make_pricelist(cast.larisa, (almonds, "4.40"), (dates, "7.00"), since=days_ago(5))

    made = repeat_last(company, by=cast.anna)

    lines = made.order.lines.order_by("position").values_list("product__name", "quantity", "price", "discount")
    assert list(lines) == [
        ("Almonds", 10, Decimal("4.40"), 0),
        ("Dates", 3, Decimal("7.00"), 5),
        (None, 1, Decimal("2.50"), 0),
    ]
    assert (made.repriced, made.left_out, made.order.is_draft, made.order.ordered_on) == (1, 0, True, today())
    assert ChangeSet.objects.latest("pk").act == "order.repeat"


def test_a_product_that_is_not_sold_any_more_is_left_out_and_said(cast):
    almonds, old = make_product(cast.larisa, "Almonds"), make_product(cast.larisa, "Old")
    company = customer(cast.anna, "Bakery", 20, goods=[(almonds, 1, "4.00"), (old, 1, "1.00")])
    archive(old, by=cast.larisa)

    made = repeat_last(company, by=cast.anna)

    assert (made.left_out, [line.product for line in made.order.lines.all()]) == (1, [almonds])


def test_whoever_may_not_see_lines_of_invoices_learns_none_by_repeating_them(cast):
    company = customer(cast.anna, "Bakery", 20, goods=[(make_product(cast.larisa, "Almonds"), 1, "4.00")])
    for role in cast.anna.roles.all():
        FieldGrant.objects.create(role=role, type="invoice", field="lines", mode="hidden")
    forget_rights(cast.anna)

    with pytest.raises(Refusal):
        repeat_last(company, by=cast.anna)

    assert not Order.objects.exists()


def test_the_usual_basket_becomes_an_order_too(cast):
    almonds = make_product(cast.larisa, "Almonds")
    company = customer(cast.anna, "Bakery", 30, 20, 10, goods=[(almonds, 7, "4.00")])

    made = order_usual(company, by=cast.anna)

    assert list(made.order.lines.values_list("product__name", "quantity", "price")) == [("Almonds", 7, 4)]


def test_nothing_is_made_of_nothing_nor_by_whoever_makes_no_orders(cast):
    empty = make_company(cast.anna, "Empty")
    full = customer(cast.anna, "Full", 20)
    with pytest.raises(Refusal):
        repeat_last(empty, by=cast.anna)
    with pytest.raises(Refusal):
        order_usual(empty, by=cast.anna)
    with pytest.raises(NotAllowed):
        repeat_last(full, by=cast.rita)

    assert not Order.objects.exists()


def test_two_clicks_make_and_confirm_the_next_order(cast, as_user):
    company = customer(cast.anna, "Bakery", 50, 40, 30, 20)
    client = as_user(cast.anna)

    opened = client.post(reverse("sales:repeat", args=["company", company.pk]), follow=True)
    order = Order.objects.get()
    client.post(reverse("records:act", args=["order", order.pk, "order.confirm"]), {"version": order.version})

    order.refresh_from_db()
    assert opened.redirect_chain[-1][0] == order.get_absolute_url()
    assert (order.state, names(due_list(cast.anna).rows)) == (Order.State.CONFIRMED, [])


def test_a_call_is_written_down_on_the_line_with_the_day_of_the_next_one(cast, as_user):
    company = customer(cast.anna, "Bakery", 50, 40, 30, 20)
    later = today() + timedelta(days=4)
    typed = {
        "kind": "call", "text": "They still have stock.", "next-what": "Call again", "next-owner": cast.anna.pk,
        "next-due_on": later.isoformat(),
    }  # fmt: skip

    as_user(cast.anna).post(reverse("sales:call", args=["company", company.pk]), typed)

    assert (Activity.objects.get().text, Task.objects.get().due_on) == ("They still have stock.", later)
    assert names(due_list(cast.anna).waiting) == ["Bakery"]


def test_a_call_without_words_keeps_nothing_and_says_so_on_its_line(cast, as_user):
    company = customer(cast.anna, "Bakery", 50, 40, 30, 20)
    typed = {"kind": "call", "text": " ", "next-what": "Call again", "next-due_on": "soon"}

    answer = as_user(cast.anna).post(reverse("sales:call", args=["company", company.pk]), typed)

    assert answer.status_code == 422
    assert "Call again" in answer.content.decode()
    assert not Activity.objects.exists()
    assert not Task.objects.exists()


def test_who_is_due_and_was_not_called_in_a_week_is_a_control_event_for_those_who_see_invoices(cast, as_user):
    late = customer(cast.anna, "Late", 50, 40, 30, 20)
    called = customer(cast.anna, "Called", 50, 40, 30, 20)
    customer(cast.anna, "Not yet", 29, 19, 9)
    facts = {"name": "Who is due was called", "situation": "due", "query": "", "day": "spoken", "patience": 7}
    ControlRule(type="company").keep(by=cast.adam, reason="They ordered elsewhere.", **facts)

    with standing_at(now() + timedelta(days=8)):
        note(called, by=cast.anna, kind="call", text="They will order")
        check_all()
        pages = [as_user(person).get(reverse("records:control")).content.decode() for person in (cast.anna, cast.rita)]

    assert list(ControlEvent.objects.values_list("object_id", flat=True)) == [late.pk]
    assert ["Late" in shown for shown in pages] == [True, cast.rita.can("view", "invoice")]
