"""The people every test speaks of, and factories with honest defaults."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from groundwork.access.models import Department, Role, User
from groundwork.blueprint.models import Element
from groundwork.core.clock import now, today
from groundwork.records.models import Use
from groundwork.records.setup import built_in
from groundwork.records.write import creating, put_part, writing
from groundwork.rollout.discovery.actions import tell
from groundwork.rollout.discovery.models import Goal
from groundwork.rollout.requirements.actions import write_down

COST, PROFIT = "field:product.cost", "report:profit"
PASSWORD = "honest-words-1"  # noqa: S105 - of people in tests


@pytest.fixture
def cast(db):
    """Anna sells, Piotr heads her department, Olga directs the firm, Ivan works elsewhere (and only reads)."""
    built_in()
    firm = Department.objects.create(name="Firm")
    sales = Department.objects.create(name="Sales", parent=firm)
    store = Department.objects.create(name="Store", parent=firm)
    people = SimpleNamespace()
    for name, role, department in (
        ("Anna", "salesperson", sales), ("Piotr", "head", sales), ("Olga", "director", firm), ("Ivan", "reader", store),
    ):  # fmt: skip
        user = User.objects.create_user(
            email=f"{name.lower()}@example.com", password=PASSWORD, name=name, department=department
        )
        user.roles.add(Role.objects.get(key=role))
        setattr(people, name.lower(), user)
    return people


@pytest.fixture
def as_user(client):
    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in


def sell(by, *, product=None, amount=10000, cost=None, day=None):
    """An invoice over one product for 100.00 EUR; with ``cost`` its cost price is known on that day."""
    from groundwork.blueprint.models import Firm
    from groundwork.crm.trade.models import CostPrice, Product
    from groundwork.crm.trade.testing import make_invoice

    Firm.objects.get_or_create(pk=1, defaults={"name": "Firm", "country": "PL", "currency": "EUR"})
    day = day or today() - timedelta(days=1)
    product = product or creating(Product(name="Almonds"), by=by)
    make_invoice(by, (product, 1, Decimal(amount) / 100), day=day, currency="EUR", number="1")
    if cost is not None:
        with writing(product, by=by, act="edited") as fresh:
            put_part(fresh, CostPrice(cost=Decimal(cost), currency="EUR", valid_from=date(2020, 1, 1)))
    return product


def make_goal(owner, **changes):
    given = {
        "statement": "We know our margin by product",
        "metric": "known-share",
        "baseline": Decimal(0),
        "target": Decimal(90),
        "due": today() + timedelta(days=90),
        "owner": owner,
    }
    return creating(Goal(**{**given, **changes}), by=owner)


def element(key):
    """The element, as ``groundwork init`` makes it."""
    kind = key.split(":")[0]
    return Element.objects.get_or_create(key=key, defaults={"kind": kind, "since": now()})[0]


def make_requirement(by, *, goal=None, author=None, keys=(COST, PROFIT), **changes):
    """Agreed on by nobody yet: one need of ``author``, the cost price field and the profit report."""
    goal = goal or make_goal(by).agree(by=by)
    needs = [tell("I give discounts blindly", by=author)] if author else []
    given = {
        "statement": "Margin by product",
        "done_when": "The report shows the margin of every product",
        "goal": goal,
    }
    return write_down(by=by, needs=needs, elements=[element(key) for key in keys], **{**given, **changes})


def open_report(user, *, days_ago=0, times=1):
    Use.objects.bulk_create(
        [Use(user=user, kind="report", key=PROFIT, at=now() - timedelta(days=days_ago)) for _ in range(times)]
    )
