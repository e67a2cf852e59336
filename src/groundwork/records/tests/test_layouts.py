"""The form of a record type as the firm lays it out: what is asked, for whom, and what follows from what."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.models import FieldGrant, Role
from groundwork.access.people import set_roles
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import Element
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company
from groundwork.records.added.fields import change_field, make_field
from groundwork.records.added.layouts import FormLayout, add_rule, drop_rule, lay_out
from groundwork.records.imports.testing import imported, wrong
from groundwork.records.types import types
from groundwork.records.write import creating, save_fields

WHY = "The sellers asked for fewer fields."


def asked(html: str) -> list[list[str]]:
    """Names of the fields that stand before "More fields", and of those behind it."""
    form = html[html.index('class="form') :]
    before, _fold, after = form.partition("<details")
    names = re.compile(r'<(?:input(?! type="hidden")[^>]*?|select[^>]*?|textarea[^>]*?) name="(\w+)"')
    return [names.findall(part) for part in (before, after)]


def groups(*named):
    return [{"name": heading, "fields": list(fields)} for heading, fields in named]


def lay(cast, *fields, role="", **facts):
    return lay_out(
        types["company"], role, by=cast.adam, reason=WHY, groups=groups(("", fields)),
        **{"more": [], "off": [], **facts},
    )  # fmt: skip


def rule(cast, do, field, when="kind", values=("supplier",), role=""):
    return add_rule(
        types["company"], role, by=cast.adam, reason=WHY, do=do, field=field, when=when, values=list(values)
    )


def new_form(client):
    return client.get(reverse("records:new", args=["company"])).text


def make(by, **facts):
    return creating(Company(**{"name": "Tortola"} | facts), by=by)


# ── order, headings, what waits


def test_a_form_asks_what_was_laid_out_in_that_order_and_keeps_the_rest_behind_more_fields(cast, as_user):
    lay(cast, "kind", "name", "email", off=["website"])

    shown, more = asked(new_form(as_user(cast.anna)))

    assert shown == ["kind", "name", "email"]
    assert {"phone", "city", "segment"} <= set(more)
    assert "website" not in (*shown, *more)


def test_facts_stand_under_their_headings(cast, as_user):
    lay_out(
        types["company"], "", by=cast.adam, reason=WHY, more=[], off=[],
        groups=groups(("", ["name", "kind"]), ("How to reach them", ["phone", "email"])),
    )  # fmt: skip

    html = new_form(as_user(cast.anna))

    heading = html.index("How to reach them")
    assert html.index('name="name"') < heading < html.index('name="phone"') < html.index('name="email"')


def test_what_is_filled_is_shown_although_the_form_does_not_ask_it(cast, as_user):
    lay(cast, "name", "kind", off=["website"])
    held = make(cast.anna, website="https://tortola.example")

    shown, _more = asked(as_user(cast.anna).get(reverse("records:edit", args=["company", held.pk])).text)

    assert "website" in shown


def test_the_page_tells_its_facts_in_the_order_of_the_form(cast, as_user):
    held = make(cast.anna, phone="+44 20 7946 0000", city="London", email="a@b.example")
    lay(cast, "email", "name", "kind", "phone")

    page = as_user(cast.anna).get(held.get_absolute_url()).context["facts"]

    order = [fact.label for fact in page.items if fact.label in ("City", "Phone", "E-mail")]
    assert order == ["E-mail", "Phone", "City"]


def test_a_field_that_is_added_later_waits_behind_more_fields(cast, as_user):
    lay(cast, "name", "kind")
    row = make_field("company", by=cast.adam, kind="text", label="Motto", reason=WHY)

    _shown, more = asked(new_form(as_user(cast.anna)))

    assert row.key in more


def test_quick_add_asks_what_it_must_and_the_first_of_the_form(cast, as_user):
    lay(cast, "email", "name", "kind", "phone", "city")

    shown, _more = asked(as_user(cast.anna).get(reverse("records:quick", args=["company"])).text)

    assert shown == ["email", "name", "kind"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (["name", "kind", "country", "city", "phone", "email", "website", "segment", "source"], "9"),
        (["kind", "phone"], "Name"), (["name", "kind", "nothing"], "nothing"), (["name", "kind", "name"], "once"),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_is_refused_and_changes_nothing(cast, facts, told):
    with pytest.raises(Refusal, match=told):
        lay(cast, *facts, more=[] if "name" in facts else ["name"])

    assert not FormLayout.objects.exists()


def test_only_who_configures_settings_lays_out_a_form(cast):
    with pytest.raises(NotAllowed):
        lay_out(types["company"], "", by=cast.olga, reason=WHY, groups=groups(("", ["name"])))


def test_a_form_has_its_reason_and_its_history_and_can_be_retired_and_restored(cast, as_user):
    row = lay(cast, "name", "kind")
    lay(cast, "name", "kind", "email")
    element = Element.objects.get(key="layout:company")

    row.retire(by=cast.adam, reason="Too short.")
    as_it_came = asked(new_form(as_user(cast.anna)))[0]
    row.restore(by=cast.adam, reason="Not at all.")

    assert (element.reason, element.asked_by, element.kind, element.revision) == (WHY, cast.adam, "layout", 2)
    assert len(as_it_came) > 3
    assert asked(new_form(as_user(cast.anna)))[0] == ["name", "kind", "email"]


def test_a_layout_costs_no_query_a_page(cast, as_user):
    client, address = as_user(cast.anna), make(cast.anna).get_absolute_url()

    def count():
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    before = count()
    lay(cast, "name", "kind", "email")
    rule(cast, "require", "email")

    assert count() == before


# ── roles


def test_a_role_has_its_own_form_and_the_others_that_of_everybody(cast, as_user):
    lay(cast, "name", "kind", "phone")
    lay(cast, "name", "kind", "email", role="salesperson")

    assert asked(new_form(as_user(cast.anna)))[0] == ["name", "kind", "email"]
    assert asked(new_form(as_user(cast.piotr)))[0] == ["name", "kind", "phone"]


def test_whoever_holds_two_roles_has_the_form_of_the_higher_and_the_fields_of_both(cast, as_user):
    lay(cast, "name", "kind", "email", off=["website", "segment"], role="head")
    lay(cast, "name", "kind", "website", off=["segment"], role="salesperson")
    set_roles(cast.piotr, Role.objects.filter(key__in=("head", "salesperson")))

    shown, more = asked(new_form(as_user(cast.piotr)))

    assert shown == ["name", "kind", "email"]
    assert "website" in more
    assert "segment" not in more


def test_what_a_role_does_not_see_stays_hidden_whatever_the_form_says(cast, as_user):
    lay(cast, "name", "kind", "segment")
    FieldGrant.objects.create(
        role=Role.objects.get(key="salesperson"), type="company", field="segment", mode=FieldGrant.Mode.HIDDEN
    )
    raise_config_version()

    assert 'name="segment"' not in new_form(as_user(cast.anna))


# ── rules by value


def test_a_field_is_asked_only_at_the_value_that_calls_for_it(cast, as_user):
    lay(cast, "name", "kind", "segment")
    rule(cast, "show", "segment")
    client = as_user(cast.anna)
    again = {"name": "Tortola", "again": "1"}

    empty = asked(new_form(client))
    called_for = client.post(reverse("records:new", args=["company"]), again | {"kind": "supplier"})
    not_called_for = client.post(reverse("records:new", args=["company"]), again | {"kind": "customer"})

    assert "segment" not in (*empty[0], *empty[1])
    assert "segment" in asked(called_for.text)[0]
    assert "segment" not in asked(not_called_for.text)[0]
    assert not Company.objects.exists()


def test_a_form_without_what_a_value_calls_for_is_refused_with_the_reason_and_asks_it(cast, as_user):
    lay(cast, "name", "kind", off=["segment"])
    rule(cast, "require", "segment")
    client, typed = as_user(cast.anna), {"name": "Tortola", "kind": "supplier"}

    refused = client.post(reverse("records:new", args=["company"]), typed)
    kept = client.post(reverse("records:new", args=["company"]), typed | {"segment": "Nuts"})
    other = client.post(reverse("records:new", args=["company"]), {"name": "Batory", "kind": "customer"})

    assert refused.status_code == 422
    assert "Fill in “Segment”: it is needed when “Kind” is supplier." in refused.text
    assert "segment" in asked(refused.text)[0]
    assert (kept.status_code, other.status_code) == (302, 302)
    assert Company.objects.count() == 2


def test_quick_add_asks_what_a_value_calls_for(cast, as_user):
    lay(cast, "name", "kind", "phone")
    rule(cast, "require", "segment")
    client = as_user(cast.anna)

    empty = asked(client.get(reverse("records:quick", args=["company"])).text)[0]
    refused = client.post(reverse("records:quick", args=["company"]), {"name": "Tortola", "kind": "supplier"})

    assert "segment" not in empty
    assert refused.status_code == 422
    assert "segment" in asked(refused.text)[0]


def test_a_cell_a_board_and_many_rows_at_once_keep_the_rule(cast, as_user):
    lay(cast, "name", "kind")
    rule(cast, "require", "segment")
    held, client = make(cast.anna, kind="customer"), as_user(cast.anna)
    version = {"version": held.version}

    in_cell = client.post(reverse("records:cell", args=["company", held.pk, "kind"]), {"kind": "supplier"} | version)
    moved = client.post(
        reverse("records:move", args=["company", held.pk]), {"field": "kind", "value": "supplier"} | version
    )
    many = {"act": "edit", "field": "kind", "kind": "supplier", "pick": f"{held.pk}.{held.version}", "go": "on"}
    in_bulk = client.post(reverse("records:bulk", args=["company"]), many, follow=True)

    held.refresh_from_db()
    assert (in_cell.status_code, moved.status_code) == (409, 422)  # a board asks for what is missing
    assert "Fill in “Segment”" in in_cell.text
    assert "segment" in moved.context["form"].fields
    assert "Fill in “Segment”" in in_bulk.text
    assert (held.kind, held.version) == ("customer", 1)


def test_what_a_rule_finds_wrong_already_does_not_stop_another_change(cast):
    held = make(cast.anna, kind="supplier", segment="Nuts")
    bare = make(cast.anna, kind="supplier")
    rule(cast, "require", "segment")

    assert save_fields(bare, {"city": "London"}, by=cast.anna, version=1).city == "London"
    with pytest.raises(Refusal, match="Segment"):
        save_fields(held, {"segment": ""}, by=cast.anna, version=1)


def test_a_rule_asks_nothing_of_whoever_may_not_type_the_field(cast):
    held = make(cast.anna, kind="customer")
    lay(cast, "name", "kind")
    rule(cast, "require", "segment")
    FieldGrant.objects.create(
        role=Role.objects.get(key="salesperson"), type="company", field="segment", mode=FieldGrant.Mode.HIDDEN
    )
    raise_config_version()

    assert save_fields(held, {"kind": "supplier"}, by=cast.anna, version=1).kind == "supplier"


def test_a_rule_for_everybody_holds_for_a_role_with_a_form_of_its_own(cast, as_user):
    lay(cast, "name", "kind", "email", role="salesperson")
    rule(cast, "require", "segment")

    answer = as_user(cast.anna).post(reverse("records:new", args=["company"]), {"name": "A", "kind": "supplier"})

    assert "Fill in “Segment”" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"field": "kind"}, {"when": "phone_2"}, {"when": "parent"}, {"values": []}, {"do": "hide"},
        {"do": "show", "field": "name"},
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused(cast, wrong):
    facts = {"do": "require", "field": "segment", "when": "kind", "values": ["supplier"]} | wrong

    with pytest.raises(Refusal):
        rule(cast, **facts)


def test_a_rule_is_made_once(cast):
    rule(cast, "require", "segment")

    with pytest.raises(Refusal, match="already"):
        rule(cast, "require", "segment")


def test_two_fields_do_not_wait_for_each_other(cast):
    rule(cast, "show", "segment", when="source", values=["Fair"])

    with pytest.raises(Refusal, match="wait for each other"):
        rule(cast, "show", "source", when="segment", values=["Nuts"])


def test_a_rule_that_is_taken_away_asks_nothing_any_more(cast, as_user):
    row = rule(cast, "require", "segment")
    drop_rule(row, "r1", by=cast.adam, reason="Nobody reads it.")

    answer = as_user(cast.anna).post(reverse("records:new", args=["company"]), {"name": "A", "kind": "supplier"})

    assert answer.status_code == 302


# ── imports


def test_a_row_of_a_file_that_a_rule_finds_incomplete_is_told_and_left_out(cast, tmp_path):
    held = make(cast.adam, name="Batory", kind="customer")
    rule(cast, "require", "segment")
    file = tmp_path / "firms.csv"
    file.write_text("name,kind,segment\nTortola,supplier,\nSolaris,supplier,Nuts\nBatory,supplier,\nOrly,customer,\n")

    job = imported(file, "records:company", by=cast.adam)

    held.refresh_from_db()
    assert set(Company.objects.values_list("name", flat=True)) == {"Batory", "Solaris", "Orly"}
    assert held.kind == "customer"
    assert [(line, reason) for line, _column, reason in wrong(job)] == [
        (line, "Fill in “Segment”: it is needed when “Kind” is supplier.") for line in (2, 4)
    ]


def test_a_rule_goes_by_any_of_several_chosen_and_by_yes_or_no(cast, as_user):
    made = {"by": cast.adam, "reason": WHY}
    traits = make_field("company", kind="choices", label="Traits", choices=["Bio", "Kosher"], **made)
    risky = make_field("company", kind="bool", label="Risky", **made)
    rule(cast, "require", "segment", when=traits.key, values=["c2"])
    rule(cast, "require", "source", when=risky.key, values=["true"])
    client, address = as_user(cast.anna), reverse("records:new", args=["company"])
    typed = {"name": "Tortola", "kind": "customer"}

    kosher = client.post(address, typed | {traits.key: ["c1", "c2"]})
    with_risk = client.post(address, typed | {risky.key: "true"})
    neither = client.post(address, typed | {traits.key: ["c1"], risky.key: "false"})

    assert "Fill in “Segment”: it is needed when “Traits” is Kosher." in kosher.text
    assert "Fill in “Source”: it is needed when “Risky” is yes." in with_risk.text
    assert neither.status_code == 302


def test_a_field_that_follows_another_one_has_a_place_of_its_own_that_is_exchanged(cast, as_user):
    lay(cast, "name", "kind", "segment")
    rule(cast, "show", "segment")

    html = new_form(as_user(cast.anna))

    places = re.search(r'name="kind"[^>]*hx-select-oob="([^"]+)"', html)[1].split(",")
    assert {"#hung-segment", "#hung-more-segment"} <= set(places)
    assert html.count('id="hung-segment"') == html.count('id="hung-more-segment"') == 1
    assert 'name="segment"' not in html


def test_a_copy_whose_kind_is_changed_is_not_kept_while_one_types(cast, as_user):
    held = make(cast.anna, kind="customer")
    rule(cast, "require", "segment")

    answer = as_user(cast.anna).post(
        reverse("records:copy", args=["company", held.pk]), {"name": "Tortola", "kind": "supplier", "again": "1"}
    )

    assert answer.status_code == 200
    assert "segment" in asked(answer.text)[0]
    assert Company.objects.count() == 1


def test_a_field_that_became_required_is_asked_and_does_not_keep_a_form_in_use(cast, as_user):
    motto = make_field("company", by=cast.adam, kind="text", label="Motto", reason=WHY)
    row = lay(cast, "name", "kind", more=[motto.key])
    change_field(motto, by=cast.adam, reason=WHY, required=True)

    asked_now = asked(new_form(as_user(cast.anna)))[0]
    page = as_user(cast.adam).get(reverse("records:layout", args=["company"]))
    row.retire(by=cast.adam, reason="Too short.")

    assert asked_now == ["name", "kind", motto.key]
    assert motto.key in page.context["form"].asked
    assert FormLayout.objects.get().retired_at
