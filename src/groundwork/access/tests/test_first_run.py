import pytest
from django.test import Client
from django.urls import reverse

from groundwork.access.firstrun import issue_address
from groundwork.access.models import Invitation, User
from groundwork.blueprint.models import Firm

pytestmark = pytest.mark.django_db
FACTS = {
    "firm": "Orzech", "country": "PL", "currency": "PLN", "time_zone": "Europe/Warsaw", "language": "pl",
    "name": "Adam Nowak", "email": "adam@orzech.example", "password": "three quiet words", "again": "three quiet words",
}  # fmt: skip


def path_of(address, settings):
    return address.removeprefix(settings.PUBLIC_URL)


def test_the_address_makes_firm_and_administrator_once(settings):
    path, client = path_of(issue_address(), settings), Client()

    answer = client.post(path, FACTS)

    assert answer.url == reverse("access:welcome")
    adam = User.objects.get()
    assert (adam.email, [role.key for role in adam.roles.all()]) == ("adam@orzech.example", ["administrator"])
    assert adam.check_password("three quiet words")
    assert (Firm.objects.get().name, Firm.objects.get().currency) == ("Orzech", "PLN")
    assert adam.can("configure", "people")
    assert client.get(reverse("access:welcome")).status_code == 200
    assert Client().post(path, FACTS).status_code == 404
    assert issue_address() is None


def test_without_the_address_the_page_refuses_and_a_second_address_ends_the_first(settings):
    first = path_of(issue_address(), settings)
    second = path_of(issue_address(), settings)

    assert Client().get(reverse("access:first_run", args=["guess"])).status_code == 404
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert first.split("/")[-1] not in str(list(Invitation.objects.values()))


def test_nothing_is_kept_of_a_first_run_that_does_not_fit(settings):
    path = path_of(issue_address(), settings)

    for wrong in (
        {"password": "short", "again": "short"},
        {"again": "other"},
        {"currency": "XXX"},
        {"time_zone": "Mars"},
        {"firm": ""},
    ):
        assert Client().post(path, FACTS | wrong).status_code == 422

    assert not User.objects.exists()
    assert not Firm.objects.exists()
    assert Client().get(path).status_code == 200
