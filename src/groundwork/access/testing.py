"""The people every test speaks of: Anna sells, Piotr heads her department, Olga directs, Ivan works elsewhere."""

from io import StringIO
from types import SimpleNamespace

import pytest

from groundwork.access.models import Department, FieldGrant, Role, User, Verb
from groundwork.access.rights import forget_rights
from groundwork.background.setup import on_init
from groundwork.blueprint.models import Firm

PASSWORD = "correct horse battery"  # noqa: S105 - of people who exist in tests only


def make_person(name: str, role: str = "", department: Department | None = None, **values) -> User:
    user = User.objects.create_user(
        f"{name.lower()}@hazel.example", PASSWORD, name=name, department=department, **values
    )
    if role:
        user.roles.add(Role.objects.get(key=role))
    return user


def init() -> None:
    """What ``groundwork init`` makes: the built-in roles with their grants, elements, series."""
    for _key, step in on_init:
        step(StringIO())


def make_cast() -> SimpleNamespace:
    """Our firm, its departments and its people; where `init` has not been, as in emptied tables, that too."""
    if not Role.objects.exists():
        init()
    Firm.objects.get_or_create(
        pk=1, defaults={"name": "Hazel & Co", "country": "GB", "currency": "GBP", "language": "en", "time_zone": "UTC"}
    )
    firm = Department.objects.create(name="Hazel")
    sales = Department.objects.create(name="Sales", parent=firm)
    export = Department.objects.create(name="Export", parent=firm)
    office = Department.objects.create(name="Office", parent=firm)
    cast = SimpleNamespace(
        firm=firm, sales=sales, export=export, office=office,
        anna=make_person("Anna", "salesperson", sales),
        piotr=make_person("Piotr", "head", sales),
        olga=make_person("Olga", "director", firm),
        ivan=make_person("Ivan", "salesperson", export),
        larisa=make_person("Larisa", "buyer", office),
        nina=make_person("Nina", "bookkeeper", office),
        rita=make_person("Rita", "reader", office),
        adam=make_person("Adam", "administrator", office),
    )  # fmt: skip
    sales.head = cast.piotr
    sales.save()
    return cast


def hide(user: User, type_key: str, *fields: str, mode: str = FieldGrant.Mode.HIDDEN) -> None:
    """Every role by which ``user`` sees records of the type hides the fields, or lets them be read only."""
    for role in Role.objects.filter(people=user, grants__type=type_key, grants__verb=Verb.VIEW).distinct():
        for field in fields:
            FieldGrant.objects.update_or_create(role=role, type=type_key, field=field, defaults={"mode": mode})
    forget_rights(user)


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def as_user():
    """``as_user(cast.anna)`` is a browser in which Anna has signed in."""
    from django.test import Client

    def signed_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
