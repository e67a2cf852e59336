"""A company's branches are found by their own index, however few companies have a parent."""

from django.db import connection

from groundwork.crm.customers.models import Company
from groundwork.crm.customers.testing import make_company
from groundwork.records.write import acting, writing_many


def test_the_branches_of_a_company_are_not_looked_for_among_all_companies(cast):
    parent = make_company(cast.anna, "Parent")
    make_company(cast.anna, "Branch", parent=parent)
    with acting(cast.anna, "imported", channel="import"):
        writing_many(created=[Company(name=f"Shop {place}", owner=cast.anna) for place in range(300)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    branches = Company.objects.visible_to(cast.olga).current().filter(parent_id=parent.pk).order_by()

    assert "company_of_parent" in branches.explain()
    assert [branch.name for branch in branches] == ["Branch"]
