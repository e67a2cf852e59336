"""A lead is written down, given to somebody by rule, and becomes a company, a contact and a deal in one act."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.models import User
from groundwork.access.testing import make_cast
from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.sales.assigning import AssignmentRule
from groundwork.crm.sales.converting import NEW, ConvertForm, convert
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.forecast import Asked
from groundwork.crm.sales.lead_likes import likes
from groundwork.crm.sales.lead_rates import lead_rates
from groundwork.crm.sales.lead_statuses import LeadState, LeadStatus, first_of
from groundwork.crm.sales.leads import CONVERT, Lead
from groundwork.crm.sales.pipelines import Word, sales
from groundwork.records.models import Change, Notice
from groundwork.records.pages import page_actions
from groundwork.records.personal import erasing
from groundwork.records.personal import facts as personal
from groundwork.records.tasks.asking import give
from groundwork.records.testing import whole_database
from groundwork.records.undoing import newest, take_back
from groundwork.records.write import act_on, acting, creating, save_fields, writing, writing_many

pytestmark = pytest.mark.django_db
ASKED = {
    "name": "Nuts for hotels", "company_name": "Hotel Baltic", "person": "Ewa Lis", "phone": "+48 58 301 12 34",
    "email": "ewa@baltic.example",
}  # fmt: skip


def source(name: str) -> str:
    return next(key for key, word in sales().words.items() if word.list == Word.List.SOURCE and word.name == name)


def new_lead(by, **facts) -> Lead:
    return creating(Lead(**{**ASKED, **facts}), by=by)


def rule(by, name: str = "Fairs", **facts) -> AssignmentRule:
    return AssignmentRule(name=name, **facts).make(by=by, reason="Whoever stood at the fair knows them.")


def converting(lead: Lead, by, **typed):
    """What the button of the page does with what was typed into its form."""
    form = ConvertForm(
        lead, by, {"company": "new", "contact": "new", "make_deal": "on", "deal_name": lead.name, **typed}
    )
    assert form.is_valid(), form.errors
    asked = form.cleaned_data
    return act_on(lead, page_actions[CONVERT], by=by, version=str(lead.version), asked=asked)


def test_a_new_lead_is_open_and_who_drops_it_says_why(cast):
    lead = new_lead(cast.anna)
    dropped = first_of(LeadState.DROPPED)

    with pytest.raises(Refusal):
        save_fields(lead, {"status": dropped}, by=cast.anna, version=lead.version)
    why = next(key for key, word in sales().words.items() if word.list == Word.List.DROP)
    gone = save_fields(lead, {"status": dropped, "reason": why}, by=cast.anna, version=lead.version)

    assert (lead.state, lead.owner, gone.state) == (LeadState.OPEN, cast.anna, LeadState.DROPPED)


def test_nobody_types_that_a_lead_is_converted(cast, as_user):
    lead = new_lead(cast.anna)
    dropped_there = {"field": "status", "value": first_of(LeadState.CONVERTED), "version": lead.version}
    answer = as_user(cast.anna).post(reverse("records:move", args=["lead", lead.pk]), dropped_there)
    assert (answer.status_code, "“Convert” on the lead" in answer.content.decode()) == (409, True)
    with pytest.raises(Refusal, match="Convert"):
        save_fields(lead, {"status": first_of(LeadState.CONVERTED)}, by=cast.anna, version=lead.version)


def test_a_lead_becomes_a_company_a_contact_and_a_deal_that_lead_back_to_it(cast, as_user):
    lead = new_lead(cast.anna, source=source("Fair"))
    task = give(lead, by=cast.anna, what="Call Ewa", due_on=today())

    deal = converting(lead, cast.anna)

    lead.refresh_from_db()
    assert (lead.state, lead.deal, lead.company.name, lead.contact.name) == (
        LeadState.CONVERTED, deal, "Hotel Baltic", "Ewa Lis",
    )  # fmt: skip
    assert (deal.stage, deal.source, deal.owner, deal.company, deal.contact) == (
        sales().first_stage(), source("Fair"), cast.anna, lead.company, lead.contact,
    )  # fmt: skip
    assert (lead.company.phone, lead.contact.email, lead.company.source) == (ASKED["phone"], ASKED["email"], "Fair")
    task.refresh_from_db()
    assert (task.about_type, task.about_id) == ("deal", deal.pk)
    page = as_user(cast.anna).get(reverse("records:beside", args=["deal", deal.pk])).content.decode()
    assert lead.number in page or lead.get_absolute_url() in page


def test_the_whole_conversion_is_taken_back_at_once(cast):
    lead = new_lead(cast.anna)
    task = give(lead, by=cast.anna, what="Call Ewa", due_on=today())
    deal = converting(lead, cast.anna)

    take_back(newest(cast.anna), cast.anna)

    lead.refresh_from_db()
    task.refresh_from_db()
    assert (lead.state, lead.deal, lead.company, lead.contact) == (LeadState.OPEN, None, None, None)
    assert (Deal.objects.current().count(), Company.objects.current().count(), Contact.objects.current().count()) == (
        0, 0, 0,
    )  # fmt: skip
    assert (task.about_type, task.about_id) == ("lead", lead.pk)
    assert deal.pk != converting(lead, cast.anna).pk


def test_only_what_the_person_sees_is_offered(cast):
    theirs = creating(Company(name="Hotel Baltic", phone=ASKED["phone"]), by=cast.ivan)
    lead = new_lead(cast.anna)
    assert str(theirs.pk) not in dict(ConvertForm(lead, cast.anna).fields["company"].choices)
    assert [like.record for like in likes(cast.anna, ASKED)] == [lead]

    of_all = creating(Lead(**ASKED), by=cast.olga)
    form = ConvertForm(of_all, cast.olga)
    assert (form.fields["company"].initial, form.fields["contact"].initial) == (str(theirs.pk), "new")
    assert {like.record for like in likes(cast.olga, ASKED)} == {lead, of_all, theirs}
    converting(of_all, cast.olga, company=str(theirs.pk), contact="")
    of_all.refresh_from_db()
    assert (of_all.company, of_all.contact, Company.objects.count()) == (theirs, None, 1)


def test_a_lead_becomes_something_and_only_once(cast):
    lead = new_lead(cast.anna)
    nothing = ConvertForm(lead, cast.anna, {"company": "", "contact": ""})
    assert "Choose what it becomes" in str(nothing.errors)

    first = converting(lead, cast.anna)
    lead.refresh_from_db()
    assert converting(lead, cast.anna) == first
    with pytest.raises(Refusal, match="converted"):
        convert(lead, cast.anna, company=NEW)
    assert Deal.objects.count() == 1


def test_the_first_rule_that_fits_gives_a_lead_to_its_people_in_turn(cast):
    fairs = rule(cast.adam, sources=[source("Fair")], people=[cast.anna.pk, cast.piotr.pk])
    rule(cast.adam, name="Poland", order=20, country="Polska", people=[cast.ivan.pk])

    given = [new_lead(cast.olga, source=source("Fair")).owner for _turn in range(3)]
    assert given == [cast.anna, cast.piotr, cast.anna]
    assert new_lead(cast.olga, country="PL").owner == cast.ivan
    assert new_lead(cast.olga).owner == cast.olga

    User.objects.filter(pk=cast.piotr.pk).update(is_active=False)
    lead = new_lead(cast.olga, source=source("Fair"))
    assert (lead.owner, lead.department, lead.rule) == (cast.anna, cast.anna.department, fairs.key)
    told = Change.objects.get(type="lead", object_id=lead.pk)
    assert told.fields["rule"] == [None, fairs.key]
    assert Notice.objects.filter(user=cast.anna, kind=Notice.Kind.GIVEN, object_id=lead.pk).exists()
    assert Lead.objects.visible_to(cast.olga).filter(pk=lead.pk).exists()


def test_of_what_a_file_brings_the_head_hears_what_nobody_has(cast):
    rule(cast.adam, sources=[source("Fair")], people=[cast.anna.pk])
    leads = [Lead(name="From the fair", source=source("Fair")), Lead(name="From somewhere")]
    with acting(cast.anna, "imported", channel="import"):
        for lead in leads:
            lead.owner = lead.owner_by_default() or cast.anna
        writing_many(created=leads)

    assert [Lead.objects.get(pk=lead.pk).owner for lead in leads] == [cast.anna, None]
    assert Notice.objects.get(user=cast.piotr).object_id == leads[1].pk
    assert leads[1] in Lead.objects.visible_to(cast.piotr)


def test_a_status_that_is_needed_is_not_retired(cast):
    new_lead(cast.anna)
    new, dropped = LeadStatus.objects.get(name="New"), LeadStatus.objects.get(name="Dropped")
    for status in (new, dropped):
        with pytest.raises(Refusal):
            status.retire(by=cast.adam, reason="We say it in other words")


def test_the_list_says_how_long_a_lead_waited_in_as_many_queries_for_five_as_for_one(
    cast, as_user, django_assert_max_num_queries
):
    client = as_user(cast.anna)
    new_lead(cast.anna)
    page = client.get(reverse("records:list", args=["lead"])).content.decode()
    assert "Untouched for 0 minutes" in page
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("records:list", args=["lead"]))
    expected = len(one)
    for _more in range(4):
        new_lead(cast.anna)
    client.get(reverse("records:list", args=["lead"]))
    with django_assert_max_num_queries(expected):
        client.get(reverse("records:list", args=["lead"]))


def test_what_becomes_of_leads_is_told_by_source(cast, as_user):
    fair = source("Fair")
    won, _open, _left = (new_lead(cast.anna, source=fair, company_name=name) for name in ("One", "Two", "Three"))
    deal = converting(won, cast.anna)
    creating(Lead(name="Of Ivan", source=fair), by=cast.ivan)
    stage = next(key for key, row in sales().stages.items() if row.name == "Won")
    with writing(deal, by=cast.anna, act="edited") as fresh:
        fresh.stage = stage

    assert [tuple(rate.values()) for rate in lead_rates(Asked(cast.anna), today())] == [(fair, 3, 1, 1, 1)]
    assert [rate["leads"] for rate in lead_rates(Asked(cast.olga), today())] == [4]
    page = as_user(cast.olga).get(reverse("sales:forecast")).content.decode()
    assert ("Leads by source" in page, "25%" in page) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_convert_a_lead_at_once_one_does_and_leads_at_once_go_round():
    cast = make_cast()
    with transaction.atomic():
        rule(cast.adam, people=[cast.anna.pk, cast.piotr.pk])
    lead = creating(Lead(**ASKED, owner=cast.anna), by=cast.olga)

    def work(_turn: int) -> None:
        try:
            by, mine = User.objects.get(pk=cast.olga.pk), Lead.objects.get(pk=lead.pk)
            mine.version = lead.version
            asked = {"company": "new", "contact": "new", "make_deal": True, "deal_name": "Nuts"}
            act_on(mine, page_actions[CONVERT], by=by, version=str(lead.version), asked=asked)
            creating(Lead(name="Another"), by=by)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert (Deal.objects.count(), Company.objects.count(), Contact.objects.count()) == (1, 1, 1)
    others = Lead.objects.exclude(pk=lead.pk)
    assert [others.filter(owner=person).count() for person in (cast.anna, cast.piotr)] == [4, 4]


def test_the_person_of_a_lead_that_became_nothing_is_handed_over_and_erased(cast, as_user):
    lead = new_lead(cast.anna, name="Ewa Lis wants nuts", message="Ring Ewa Lis after noon")
    give(lead, by=cast.anna, what="Ring Ewa Lis", due_on=today())
    elsewhere = creating(Company(name="Baltic", address="Ask Ewa Lis"), by=cast.anna)
    other = new_lead(cast.ivan, person="Jan Kot", email="jan@baltic.example", phone="")
    page = as_user(cast.adam).get(reverse("records:personal", args=["lead", lead.pk])).content.decode()
    assert all(text in page for text in ("Ewa Lis", "ewa@baltic.example", "after noon", "Ask Ewa Lis"))

    as_user(cast.adam).post(reverse("records:erase", args=["lead", lead.pk]), {"reason": "By letter of today."})

    assert [line for line in whole_database().splitlines() if "ewa lis" in line.lower() or "ewa@" in line] == []
    lead.refresh_from_db()
    assert (lead.name, lead.person, lead.message, lead.is_archived) == ("erased person", "", "", True)
    assert lead.status == first_of(LeadState.OPEN)
    other.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (other.person, elsewhere.address) == ("Jan Kot", "Ask …")


def test_the_person_of_a_lead_that_became_a_company_only_is_erased_too(cast):
    lead = new_lead(cast.anna)
    converting(lead, cast.anna, contact="")
    lead.refresh_from_db()

    erasing.erase(lead, by=cast.adam, reason="asked")

    lead.refresh_from_db()
    assert (lead.person, lead.email, lead.state) == ("", "", LeadState.CONVERTED)


def test_a_lead_that_became_a_contact_is_looked_for_there(cast):
    lead = new_lead(cast.anna)
    converting(lead, cast.anna)
    lead.refresh_from_db()

    assert not personal.may(cast.adam, lead)
    assert personal.may(cast.adam, lead.contact)
    with pytest.raises(Refusal):
        erasing.erase(lead, by=cast.adam, reason="asked")
