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


@pytest.mark.parametrize(
    ("country", "chosen", "holds"),
    [("PL", "", "PL"), ("PL", "BY", "BY"), ("PL", "none", ""), ("DE", "", ""), ("DE", "KZ", "KZ")],
)
def test_the_working_calendar_follows_the_country_unless_another_is_chosen(settings, country, chosen, holds):
    path = path_of(issue_address(), settings)

    Client().post(path, FACTS | {"country": country, "calendar": chosen})

    assert Firm.objects.get().working_calendar == holds


def test_a_calendar_that_we_do_not_have_is_not_taken(settings):
    assert Client().post(path_of(issue_address(), settings), FACTS | {"calendar": "Mars"}).status_code == 422
    assert not Firm.objects.exists()


def test_who_brings_own_files_is_led_to_the_import(settings):
    path, client = path_of(issue_address(), settings), Client()

    answer = client.post(path, FACTS | {"start": "files"})

    assert answer.url == reverse("imports:start")
    assert client.get(answer.url).status_code == 200


@pytest.mark.parametrize(("language", "country", "currency"), [("pl", "PL", "PLN"), ("ru", "RU", "RUB")])
def test_the_likely_country_and_currency_stand_there_already(settings, language, country, currency):
    page = Client(headers={"accept-language": language}).get(path_of(issue_address(), settings))

    assert (page.context["form"]["country"].value(), page.context["form"]["currency"].value()) == (country, currency)


def test_the_page_tells_how_to_look_at_a_demo_first_and_how_to_come_back(settings):
    page = Client().get(path_of(issue_address(), settings)).text

    assert all(command in page for command in ("groundwork demo wholesale", "groundwork demo remove"))


def test_the_calendar_is_changed_in_the_settings_of_our_firm(cast, as_user):
    client = as_user(cast.adam)
    facts = {"name": "Hazel", "country": "PL", "time_zone": "Europe/Warsaw", "language": "pl"}

    client.post(reverse("access:firm"), facts | {"calendar": "KZ"})
    chosen = Firm.objects.get().working_calendar
    client.post(reverse("access:firm"), facts | {"calendar": ""})

    assert (chosen, Firm.objects.get().working_calendar) == ("KZ", "PL")
