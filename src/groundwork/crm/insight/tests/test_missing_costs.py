"""What is missing of the costs is asked for in one act, of somebody who may fill it in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.crm.trade.testing import keep_costs, make_cost, make_invoice, make_product
from groundwork.records.tasks.models import Task

ASK = "insight:ask_costs"


@pytest.fixture
def selling(cast):
    keep_costs(cast.olga)
    cast.almonds, cast.dates = make_product(cast.olga), make_product(cast.olga, "Dates")
    cast.nuts = make_product(cast.olga, "Nuts")
    make_cost(cast.nuts, "1.00")
    make_invoice(cast.anna, (cast.almonds, 1, "5.00"), (cast.dates, 1, "9.00"), (cast.nuts, 1, "100.00"))
    return cast


def test_the_report_leads_to_the_act_and_back(selling, as_user):
    client = as_user(selling.olga)
    part = client.get(reverse("insight:report", args=["unknown-costs"])).context["part"]

    page = client.get(part.ask)

    assert [row.cells[0].text for row in page.context["missing"].part.table.rows] == ["Dates", "Almonds"]
    assert page.context["form"]["who"].value() == selling.larisa.pk  # she buys
    for href in (page.context["missing"].products, page.context["missing"].back):
        assert client.get(href).status_code == 200
    assert client.get(part.offer_href).context["form"]["layout"].value() == "costs"


def test_one_act_gives_one_task_about_the_product_that_matters_most(selling, as_user):
    day = today() + timedelta(3)

    answer = as_user(selling.olga).post(reverse(ASK), {"who": selling.larisa.pk, "due_on": str(day)})

    assert answer.status_code == 302
    (task,) = Task.objects.all()
    assert (task.owner, task.created_by, task.due_on) == (selling.larisa, selling.olga, day)
    assert (task.about_type, task.about_id) == ("product", selling.dates.pk)
    assert task.what == "Fill in the cost prices of 2 products sold without one: Dates, Almonds …"


@pytest.mark.parametrize("wrong", [{"who": "anna"}, {"who": "larisa", "due_on": "2020-01-01"}, {"who": ""}])
def test_who_may_not_fill_in_or_a_day_that_is_over_is_not_taken(selling, as_user, wrong):
    who = wrong.get("who")
    typed = {"due_on": str(today()), **wrong, "who": getattr(selling, who).pk if who else ""}

    assert as_user(selling.olga).post(reverse(ASK), typed).status_code == 422
    assert not Task.objects.exists()


def test_where_nothing_is_missing_nothing_is_asked(selling, as_user):
    for product in (selling.almonds, selling.dates):
        make_cost(product, "1.00")

    typed = {"who": selling.larisa.pk, "due_on": str(today())}
    assert as_user(selling.olga).post(reverse(ASK), typed).status_code == 409
    assert not Task.objects.exists()


@pytest.mark.parametrize("who", ["anna", "larisa", "rita"])
def test_it_is_for_who_sees_the_report(selling, as_user, who):
    assert as_user(getattr(selling, who)).get(reverse(ASK)).status_code == 404
