"""A firm begins with a template, or takes one later: what comes is shown before, in the firm's own language."""

import re

import pytest
from django.test import Client
from django.utils import translation

from groundwork.access.firstrun import issue_address, starts
from groundwork.access.models import Role, User
from groundwork.access.tests.test_first_run import FACTS, path_of
from groundwork.blueprint import plan, ready
from groundwork.blueprint.models import Applied, Element, Firm
from groundwork.records.models import AddedField, MadeType, SavedView
from groundwork.records.setup import built_in

pytestmark = pytest.mark.django_db
WORDS = re.compile(r"[A-Z]")


def texts(value, into):
    """Every text of a template that a person reads: names begin with a capital, and so do sentences."""
    if isinstance(value, dict):
        for name, held in value.items():
            into |= {part for part in name.split(" / ") if WORDS.match(part)}
            texts(held, into)
    elif isinstance(value, list):
        for item in value:
            texts(item, into)
    elif WORDS.match(value) and not re.fullmatch(r"[A-Z]{2,4}", value):
        into.add(value)
    return into


@pytest.mark.parametrize("key", ready.KEYS)
def test_every_word_of_a_template_is_there_in_the_other_languages_and_none_is_left_over(key):
    whole = ready.template(key).whole
    said = texts({name: value for name, value in whole.items() if name != "words"}, set())

    assert said == set(whole["words"])
    assert {tuple(words) for words in whole["words"].values()} == {("ru", "pl")}


@pytest.mark.on_sqlite("words are the same")
@pytest.mark.parametrize("language", ready.LANGUAGES)
@pytest.mark.parametrize("key", ready.KEYS)
def test_a_template_fits_a_new_firm_in_every_language(cast, key, language):
    text = ready.template(key).text(language)

    with translation.override(language):
        made = plan.plan(text, by=cast.adam)

    assert made.faults == []
    whole = ready.template(key).whole
    named = {step.section for step in made.steps}
    assert named == {name for name in whole if name not in ("groundwork", "firm", "about", "words")}
    assert len(made.steps) == sum(len(value) for name, value in whole.items() if name in named)


@pytest.mark.parametrize("key", ready.KEYS)
def test_everything_that_a_template_makes_has_a_reason_of_its_own(cast, key):
    plan.apply(ready.template(key).text("en"), by=cast.adam, reason="We begin")

    made = Element.objects.filter(origin="template").exclude(kind="role", key__in=[f"role:{name}" for name in (
        "director", "head", "salesperson", "buyer", "bookkeeper")])  # fmt: skip
    reasons = set(made.values_list("reason", flat=True))
    assert len(reasons) == len(made)
    assert "We begin" not in reasons


def test_a_polish_service_company_begins_with_its_template(settings):
    built_in()
    client = Client()

    answer = client.post(path_of(issue_address(), settings), FACTS | {"start": "service"})

    assert answer.status_code == 302
    visit = MadeType.objects.get(prefix="SRV")
    assert (visit.one, visit.words["en"]) == ("Zgłoszenie serwisowe", ["Service request", "Service requests"])
    charged = AddedField.objects.get(type=visit.key, kind="formula")
    assert (charged.label, charged.labels["ru"], charged.currency) == ("Do zapłaty", "К оплате", "PLN")
    assert SavedView.objects.filter(author=User.objects.get()).count() == 6
    assert Role.objects.get(name="Inżynier serwisu").grants.get(type=visit.key, verb="edit")
    assert Applied.objects.get().name == "Firma serwisowa"


def test_a_first_run_that_does_not_fit_applies_no_template(settings):
    path = path_of(issue_address(), settings)

    assert Client().post(path, FACTS | {"start": "service", "again": "other"}).status_code == 422

    assert not MadeType.objects.exists()


def test_the_first_run_offers_each_template_and_says_what_comes_with_it(settings):
    page = Client().get(path_of(issue_address(), settings)).content.decode()

    assert [one.key for one in starts if one.key in ready.KEYS] == list(ready.KEYS)
    for word in ("Wholesale trade", "Sample request", "Project idea", "Warranty until", "Mine to do"):
        assert word in page


def test_an_administrator_takes_a_template_later_after_seeing_what_it_would_do(cast, as_user):
    Firm.objects.filter(pk=1).update(language="ru")
    browser, page = as_user(cast.adam), "/configuration/"
    assert "Идея проекта" in browser.get(page).content.decode()

    planned = browser.post(page, {"template": "agency"})

    assert planned.status_code == 200
    assert "Идея проекта" in planned.content.decode()
    assert not MadeType.objects.exists()
    form = planned.context["applying"]
    browser.post(page + "apply", {**form.initial, "reason": "We turned into an agency"})
    assert {row.one for row in MadeType.objects.all()} == {"Бриф", "Идея проекта"}
    assert browser.post(page, {"template": "bakery"}).status_code == 422


def test_the_second_time_a_template_has_nothing_to_do(cast):
    text = ready.template("wholesale").text("en")
    plan.apply(text, by=cast.adam, reason="We begin")

    assert plan.plan(text, by=cast.adam).steps == []


def test_a_template_that_was_rolled_back_may_be_taken_again(cast):
    text = ready.template("wholesale").text("en")
    plan.apply(text, by=cast.adam, reason="We try it")
    plan.roll_back(Applied.objects.get(), by=User.objects.get(pk=cast.adam.pk))

    again = plan.plan(text, by=User.objects.get(pk=cast.adam.pk))
    plan.apply(text, by=User.objects.get(pk=cast.adam.pk), reason="We try it again")
    kept = plan.roll_back(Applied.objects.latest("pk"), by=User.objects.get(pk=cast.adam.pk))

    assert again.faults == []
    assert "Sample request" in {step.name for step in again.steps}
    assert kept == []


def test_two_templates_stand_beside_each_other(cast):
    for key in ready.KEYS:
        plan.apply(ready.template(key).text("en"), by=cast.adam, reason="We do all of it")

    assert MadeType.objects.count() == 5
