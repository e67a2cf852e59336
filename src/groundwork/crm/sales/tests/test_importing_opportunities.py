"""The public set crm-sales-opportunities through the product: what a hardware seller's firm did with 8,800 deals."""

import csv
import json
from datetime import date
from itertools import islice

import pytest
from django.db.models import Avg, Count, F, Sum
from django.utils.timezone import localtime

from groundwork.access.models import Department, Role, User
from groundwork.access.people import save_department
from groundwork.blueprint.models import Firm
from groundwork.crm.customers.models import Company
from groundwork.crm.sales.models import Deal, Pipeline, Stage, Stay
from groundwork.crm.sales.pipelines import make_built_in
from groundwork.crm.trade.models import Product
from groundwork.records.imports.layouts import layouts
from groundwork.records.imports.testing import counts, imported, public_data, write_csv, wrong

STAGES = {"Prospecting": ("open", 10), "Engaging": ("open", 40), "Won": ("won", 100), "Lost": ("lost", 0)}
ONE_PRODUCT = {"decisions": {"product": {"GTXPro": {"do": "use", "to": "GTX Pro"}}}}
SOLD = {"state": "won"}


@pytest.fixture
def seller(cast):
    """The firm of the set: three offices, a team of each manager, 35 agents, its own four stages, dollars."""
    folder = public_data("crm-sales-opportunities")
    Firm.objects.update(currency="USD")
    pipeline = Pipeline.objects.create(name="Hardware")
    for place, (name, (outcome, chance)) in enumerate(STAGES.items()):
        Stage.objects.create(pipeline=pipeline, name=name, order=place, outcome=outcome, probability=chance)
    role, offices = Role.objects.get(key="salesperson"), {}
    for row in rows_of(folder / "sales_teams.csv"):
        for name, above in ((row["regional_office"], cast.firm), (row["manager"], offices.get(row["regional_office"]))):
            if name not in offices:
                offices[name] = Department(name=name, parent=above or offices[row["regional_office"]])
                save_department(offices[name], by=cast.adam)
        address = f"{row['sales_agent'].replace(' ', '.')}@example.com"
        person = User.objects.create_user(
            address, "many chips sold", name=row["sales_agent"], department=offices[row["manager"]]
        )
        person.roles.add(role)
    return folder


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def bring_companies_and_products(folder, by):
    """The second time there is nothing to do, though subsidiaries stand above their parents in the file."""
    accounts = [imported(folder / "accounts.csv", "records:company", by=by) for _time in range(2)]
    return accounts, imported(folder / "products.csv", "records:product", by=by)


def won_by(path):
    found = Deal.objects.filter(**SOLD).values_list(path).annotate(sum=Sum("amount_minor"))
    return {name: str(total // 100) for name, total in found}


def test_companies_come_with_their_parents_and_deals_with_agents_stages_days_and_one_product_mapped(
    seller, cast, tmp_path
):
    accounts, products = bring_companies_and_products(seller, cast.olga)
    with (seller / "sales_pipeline.csv").open(newline="") as file:
        header, *some = islice(csv.reader(file), 250)
    part = write_csv(tmp_path / "part.csv", header, some)

    asked = imported(part, "records:deal", by=cast.olga, dry_run=True)
    job = imported(part, "records:deal", by=cast.olga, **ONE_PRODUCT)
    again = imported(part, "records:deal", by=cast.olga, **ONE_PRODUCT)

    assert [counts(done) for done in accounts] == [(85, 0, 0), (0, 0, 85)]
    assert Company.objects.values("parent").exclude(parent=None).distinct().count() == 7
    assert Company.objects.exclude(parent=None).count() == 15
    assert counts(products) == (7, 0, 0)
    assert {(column, reason) for _line, column, reason in wrong(asked)} == {("product", "there is none of that name")}
    assert (counts(job), counts(again)) == ((249, 0, 0), (0, 0, 249))
    deal = Deal.objects.get(name="1C1I7A6R")
    assert (deal.owner.name, deal.department.name, deal.department.parent.name) == (
        "Moses Frase", "Dustin Brinkmann", "Central",
    )  # fmt: skip
    assert (deal.company.name, deal.product.name, deal.amount_minor, deal.currency, deal.state) == (
        "Cancity", "GTX Plus Basic", 105_400, "USD", "won",
    )  # fmt: skip
    assert (deal.opened_on, deal.closed_on) == (date(2016, 10, 20), date(2017, 3, 1))
    assert localtime(Stay.objects.get(deal=deal).entered_at).date() == date(2017, 3, 1)


def test_a_column_says_whose_a_deal_is_where_the_importer_may_hand_deals_over(cast, tmp_path):
    make_built_in()
    file = write_csv(tmp_path / "deals.csv", ["Deal name", "Deal owner"], [["Hampers", "Ivan"]])

    job = imported(file, "records:deal", by=cast.anna, dry_run=True)
    imported(file, "records:deal", by=cast.olga)

    assert layouts[job.layout](job).guessed(job.about["header"]) == {"name": [0]}
    assert list(Deal.objects.order_by("pk").values_list("owner__name", flat=True)) == ["Ivan"]


@pytest.mark.soak
def test_all_8800_deals_add_up_to_the_figures_that_are_known_of_them(seller, cast):
    expected = json.loads((seller / "expected.json").read_text())
    bring_companies_and_products(seller, cast.olga)

    job = imported(seller / "sales_pipeline.csv", "records:deal", by=cast.olga, **ONE_PRODUCT)

    deals, won = Deal.objects.all(), Deal.objects.filter(**SOLD)
    assert (counts(job), job.rejected) == ((8800, 0, 0), 0)
    assert (Company.objects.count(), Product.objects.count()) == (85, 7)
    by_stage = {Stage.objects.get(pk=stage).name: n for stage, n in deals.values_list("stage").annotate(n=Count("pk"))}
    assert by_stage == {name: facts["count"] for name, facts in expected["by_stage"].items()}
    assert deals.filter(company=None).count() == expected["opportunities_without_account"]
    assert deals.filter(product__name="GTX Pro").count() == expected["opportunities_with_unmatched_product"]
    assert won.aggregate(sum=Sum("amount_minor"))["sum"] == int(expected["won_sum"]) * 100
    closed = deals.exclude(state="open").count()
    assert round(won.count() / closed * 100, 4) == 63.1501
    assert round(won.aggregate(days=Avg(F("closed_on") - F("opened_on")))["days"].total_seconds() / 86_400, 3) == 51.782
    assert won_by("department__name") == expected["won_by_manager"]
    assert won_by("department__parent__name") == expected["won_by_office"]
    agents = won.values_list("owner__name").annotate(n=Count("pk"), sum=Sum("amount_minor"))
    best = [[name, n, str(total // 100)] for name, n, total in agents.order_by("-sum")[:5]]
    assert best == expected["won_top_agents"][:5]
