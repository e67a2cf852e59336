"""An administrator lays out a form in the browser, without script, and sees what it costs while doing it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from groundwork.access.models import FieldGrant, Role
from groundwork.core.clock import now
from groundwork.crm.customers.models import Company
from groundwork.records.added.budget import SECONDS, Budget
from groundwork.records.added.forms import other_languages
from groundwork.records.added.layouts import FormLayout, add_rule
from groundwork.records.models import ChangeSet
from groundwork.records.types import types
from groundwork.records.write import creating

WHY = "The sellers asked for fewer fields."
FORM = "/types/company/form"


@pytest.fixture
def adam(cast, as_user):
    return as_user(cast.adam)


def typed(page, **changed):
    """The form as the page shows it, with what somebody chose otherwise."""
    form = page.context["form"]
    found = {"field": form.names, "reason": WHY}
    for name in form.names:
        found |= {f"{what}:{name}": form[f"{what}:{name}"].value() or "" for what in ("where", "group")}
    return found | {name.replace("__", ":"): value for name, value in changed.items()}


def shown_to(client):
    form = client.get(reverse("records:new", args=["company"])).context["form"]
    return [name for name in form.fields if name not in {*form.folded, *form.left_out, "version"}]


def test_a_form_is_moved_about_without_being_kept_until_it_is_saved(adam):
    page = adam.get(FORM)

    moved = adam.post(FORM, typed(page, up="kind"))
    tried = adam.post(FORM, typed(moved, where__city="more"))
    unsaid = adam.post(FORM, typed(tried, save="1", reason=""))
    nothing = FormLayout.objects.count()
    saved = adam.post(FORM, typed(tried, save="1", group__phone="  How to   reach them "))

    assert page.context["form"].names[:3] == ["name", "kind", "country"]
    assert moved.context["form"].names[:3] == ["kind", "name", "country"]
    assert (moved.status_code, tried.status_code, unsaid.status_code, saved.status_code) == (200, 200, 422, 302)
    assert "city" not in tried.context["form"].asked
    assert nothing == 0
    assert [group["name"] for group in FormLayout.objects.get().groups] == ["", "How to reach them"]
    assert shown_to(adam)[:3] == ["kind", "name", "country"]


def test_a_heading_is_read_in_the_language_of_whoever_reads_it(cast, adam, as_user):
    page = adam.get(FORM)

    tried = adam.post(FORM, typed(page, group__phone="How to reach them"))
    sent = typed(tried, save="1", group__phone="How to reach them") | {"word:pl:How to reach them": " Jak  złapać "}
    adam.post(FORM, sent)
    cast.anna.language = "pl"
    cast.anna.save(update_fields=["language"])

    assert [bound.name for bound in tried.context["form"].words] == [
        f"word:{code}:How to reach them" for code, _name in other_languages()
    ]
    assert FormLayout.objects.get().groups[-1] | {"fields": []} == {
        "name": "How to reach them", "fields": [], "names": {"pl": "Jak złapać"},
    }  # fmt: skip
    new = reverse("records:new", args=["company"])
    assert "Jak złapać" in as_user(cast.anna).get(new).text
    assert "How to reach them" in as_user(cast.ivan).get(new).text
    assert adam.get(FORM).context["form"]["word:pl:How to reach them"].value() == "Jak złapać"


def test_more_than_eight_facts_are_refused_in_the_form_and_nothing_typed_is_lost(adam):
    page = adam.get(FORM)

    more = {"where__email": "asked", "where__website": "asked", "where__segment": "asked"}
    answer = adam.post(FORM, typed(page, save="1", **more))

    assert answer.status_code == 422
    assert "8 facts at once at most" in answer.text
    assert {"email", "website"} <= set(answer.context["form"].asked)
    assert not FormLayout.objects.exists()


def test_a_role_gets_a_form_of_its_own_and_what_it_sees_is_looked_at_before(cast, adam, as_user):
    page = adam.get(f"{FORM}?role=salesperson")
    adam.post(f"{FORM}?role=salesperson", typed(page, where__city="off", save="1"))
    FieldGrant.objects.create(role=Role.objects.get(key="salesperson"), type="company", field="phone", mode="hidden")

    looked = adam.get(f"{FORM}/preview?role=salesperson")

    assert FormLayout.objects.get().role == "salesperson"
    assert 'name="name"' in looked.text
    assert 'name="city"' not in looked.text
    assert 'name="phone"' not in looked.text
    assert "city" not in shown_to(as_user(cast.anna))
    assert "city" in shown_to(as_user(cast.piotr))
    assert adam.get(f"{FORM}?role=nobody").status_code == 404


def test_a_form_is_retired_and_restored_with_a_reason(adam):
    adam.post(FORM, typed(adam.get(FORM), up="kind", save="1"))

    unsaid = adam.post(f"{FORM}/retire", {"reason": ""})
    adam.post(f"{FORM}/retire", {"reason": "Name first."})
    as_it_came = shown_to(adam)[:2]
    offered = adam.get(FORM).text
    adam.post(f"{FORM}/restore", {"reason": "No, kind."})

    assert unsaid.status_code == 422
    assert as_it_came == ["name", "kind"]
    assert "Restore the form that was retired" in offered
    assert shown_to(adam)[:2] == ["kind", "name"]


def test_a_rule_is_made_and_taken_away_in_the_browser(adam):
    offered = adam.get(f"{FORM}/rules/new")
    asked = adam.get(f"{FORM}/rules/new?when=kind")
    wrong = adam.post(f"{FORM}/rules/new?when=kind", {"field": "segment", "do": "require", "reason": WHY})
    made = adam.post(
        f"{FORM}/rules/new?when=kind", {"field": "segment", "do": "require", "values": ["supplier"], "reason": WHY}
    )
    told = adam.get(FORM).text
    kept = adam.post(f"{FORM}/rules/r1/drop", {"reason": ""}) and FormLayout.objects.get().rules
    adam.post(f"{FORM}/rules/r1/drop", {"reason": "Nobody reads it."})

    assert "?when=kind" in offered.text
    assert "supplier" in asked.text
    assert (wrong.status_code, made.status_code) == (422, 302)
    assert "<b>Segment</b> must be filled in when <b>Kind</b> is supplier" in told
    assert kept == [{"key": "r1", "do": "require", "field": "segment", "when": "kind", "is": ["supplier"]}]
    assert FormLayout.objects.get().rules == []


def test_a_rule_goes_by_a_text_without_minding_capitals(cast, adam, as_user):
    adam.post(
        f"{FORM}/rules/new?when=city",
        {"field": "segment", "do": "require", "values": "London\r\n Kraków ", "reason": WHY},
    )

    answer = as_user(cast.anna).post(reverse("records:new", args=["company"]), {"name": "A", "city": "KRAKOW"})

    assert "needed when “City” is one of London, Kraków" in answer.text


# ── what it costs


def times(cast, count, *, days=1, channel="web"):
    """``count`` companies were made that many days ago."""
    for place in range(count):
        record = creating(Company(name=f"C{days}{channel}{place}"), by=cast.anna, channel=channel)
        ChangeSet.objects.filter(pk=record.origin_id).update(at=now() - timedelta(days=days))


def test_the_budget_counts_what_people_made_in_a_browser_in_the_last_four_weeks(cast, adam):
    times(cast, 8)
    times(cast, 5, days=40)
    times(cast, 5, channel="import")

    page = adam.get(FORM)

    seconds = 5 * SECONDS["text"] + SECONDS["choice"]  # name, country, city, phone, tax number; and the kind
    assert f"about {seconds} seconds, 2 times a week" in page.text


def test_a_change_tells_at_once_what_it_costs_more_or_less(cast, adam):
    times(cast, 40)
    page = adam.get(FORM)

    less = adam.post(FORM, typed(page, where__city="more"))
    same = adam.post(FORM, typed(page))

    assert f"{SECONDS['text']} seconds less each time than now" in less.text
    assert "than now" not in same.text


@pytest.mark.parametrize(
    ("seconds", "often", "words"),
    [
        (6, 160, "This costs your people about 6 seconds, 40 times a week: 4 minutes a week."),
        (6, 4, "This costs your people about 6 seconds, 1 time a week."),
        (1, 1, "This costs your people about 1 second, 1 time in four weeks."),
        (
            41,
            0,
            "This costs whoever fills it in about 41 seconds. Nobody made or changed such a record by hand in the "
            "last four weeks.",
        ),
    ],
)
def test_a_budget_is_a_sentence(seconds, often, words):
    assert Budget(seconds, often).said == words


def test_a_form_of_a_role_counts_what_those_who_hold_it_make(cast, adam):
    times(cast, 8)

    of_sellers = adam.get(f"{FORM}?role=salesperson").text
    of_heads = adam.get(f"{FORM}?role=head").text

    assert "2 times a week" in of_sellers
    assert "Nobody made or changed" in of_heads


def test_rules_of_everybody_are_told_beside_the_form_of_a_role(cast, adam):
    add_rule(
        types["company"], "", by=cast.adam, reason=WHY, do="require", field="segment", when="kind", values=["supplier"]
    )

    assert "must be filled in when" in adam.get(f"{FORM}?role=salesperson").text
