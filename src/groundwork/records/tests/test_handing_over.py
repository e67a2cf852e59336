"""The records of somebody who leaves go to a successor, in one act that can be taken back."""

import pytest
from django.urls import reverse

from groundwork.access import leaving
from groundwork.access.models import Grant, Reach, User
from groundwork.background import work
from groundwork.background.models import Run
from groundwork.core.clock import today
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.records.models import Change, ChangeSet, SearchRow
from groundwork.records.personal import handing_over
from groundwork.records.write import creating


def make_companies(owner, count: int) -> list[Company]:
    return [creating(Company(name=f"Firm {place}", owner=owner), by=owner) for place in range(count)]


@pytest.fixture
def companies(cast):
    return make_companies(cast.anna, 3)


def go(cast, **takers):
    return leaving.leave(cast.anna, by=cast.adam, on=today(), takers=takers)


def test_records_go_over_in_one_act_and_stay_in_their_department(cast, companies):
    creating(Contact(name="Ewa Nowak", owner=cast.anna), by=cast.anna)

    address = go(cast, company=cast.piotr, contact=cast.olga)

    kept = Company.objects.get(pk=companies[0].pk)
    assert (kept.owner, kept.department, kept.created_by) == (cast.piotr, cast.sales, cast.anna)
    assert Contact.objects.get().owner == cast.olga
    act = ChangeSet.objects.get(act="handed over")
    assert (act.by, act.cause, act.changes.count()) == (cast.adam, "Anna", 4)
    assert address == reverse("records:undo", args=[act.pk])
    assert set(SearchRow.objects.values_list("owner_id", flat=True)) == {cast.piotr.pk, cast.olga.pk}


def test_taking_it_back_gives_every_record_back_and_keeps_what_was_given_on_since(cast, companies, as_user):
    address = go(cast, company=cast.piotr)
    adam = as_user(cast.adam)
    data = {"name": companies[0].name, "kind": "customer", "owner": cast.olga.pk, "version": 2}
    adam.post(reverse("records:edit", args=["company", companies[0].pk]), data)

    adam.post(address)

    owners = {company.name: company.owner for company in Company.objects.all()}
    assert owners == {"Firm 0": cast.olga, "Firm 1": cast.anna, "Firm 2": cast.anna}


def test_the_author_stays_the_author(cast, companies, as_user):
    go(cast, company=cast.piotr)

    page = as_user(cast.piotr).get(companies[0].get_absolute_url()).content.decode()

    assert "Anna" in page
    assert Change.objects.filter(changeset__by=cast.anna).count() == 3


def test_who_may_not_edit_such_records_does_not_take_them_over(cast, companies):
    with pytest.raises(Refusal, match="Say who takes over"):
        go(cast)
    with pytest.raises(Refusal, match="Rita may not keep"):
        go(cast, company=cast.rita)

    assert User.objects.get(pk=cast.anna.pk).is_active
    assert set(Company.objects.values_list("owner__name", flat=True)) == {"Anna"}


def test_nobody_reaches_hidden_records_by_letting_somebody_go(cast, companies):
    head = cast.piotr.roles.get()
    Grant.objects.create(role=head, type="people", verb="configure", reach=Reach.ALL)
    piotr = User.objects.get(pk=cast.piotr.pk)

    with pytest.raises(NotAllowed):
        leaving.leave(cast.anna, by=piotr, on=today(), takers={"company": piotr})


def test_many_records_go_on_in_the_background_in_the_same_act(cast, companies, monkeypatch):
    monkeypatch.setattr(handing_over, "AT_ONCE", 2)
    monkeypatch.setattr(handing_over, "BATCH", 2)

    assert go(cast, company=cast.piotr) == ""
    assert not User.objects.get(pk=cast.anna.pk).is_active
    assert set(Company.objects.values_list("owner__name", flat=True)) == {"Anna"}

    run = work.carry_out(Run.objects.get(kind="records.hand_over"))

    assert (run.state, run.done, run.total) == ("done", 3, 3)
    assert set(Company.objects.values_list("owner__name", flat=True)) == {"Piotr"}
    assert ChangeSet.objects.get(act="handed over").changes.count() == 3


def test_the_page_counts_by_type_and_offers_those_who_may(cast, companies, as_user):
    form = as_user(cast.adam).get(reverse("access:leave", args=[cast.anna.pk])).context["form"]

    field = form.fields["to:company"]
    assert field.label == "Who takes over: Companies (3)"
    offered = {person.name for person in field.queryset}
    assert "Piotr" in offered
    assert not offered & {"Anna", "Rita"}
