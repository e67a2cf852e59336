"""Being told: mentions, tasks, followed records; and never of what one may no longer see."""

import re

import pytest
from django.urls import reverse

from groundwork.core.clock import today
from groundwork.crm.customers.testing import make_company
from groundwork.records.models import Activity
from groundwork.records.notices.models import Follow, Notice
from groundwork.records.notices.reading import unread
from groundwork.records.notices.telling import follow
from groundwork.records.tasks.asking import finish, give
from groundwork.records.write import acting, save_fields, writing, writing_many

BELL, COUNT = reverse("records:notices"), reverse("records:notices_count")


def address(name, record, *more):
    return reverse(f"records:{name}", args=[record.type_key, record.pk, *more])


def say(client, company, text):
    return client.post(address("note", company), {"kind": "note", "text": text})


def told(user):
    return list(user.notices.order_by("pk").values_list("kind", "text"))


def test_whoever_is_mentioned_is_told_what_was_said_and_about_what(cast, as_user):
    company = make_company(cast.anna, name="Tortola")

    page = say(as_user(cast.anna), company, "Discount? @Piotr decides")
    bell = as_user(cast.piotr).get(BELL).content.decode()

    assert page.status_code == 302
    assert told(cast.piotr) == [("mention", "Discount? @Piotr decides")]
    assert all(words in bell for words in ("Anna", "mentioned you", "Tortola", "Discount? @Piotr decides"))


def test_the_mentioned_name_is_marked_in_the_note_and_markup_in_it_stays_text(cast, as_user):
    company = make_company(cast.anna)
    client = as_user(cast.anna)

    say(client, company, "@piotr <img src=x onerror=alert(1)> see")
    page = client.get(company.get_absolute_url()).content.decode()

    assert '<b class="at">@piotr</b>' in page
    assert "<img src=x" not in page


def test_nobody_is_mentioned_who_may_not_see_the_record_and_the_note_waits(cast, as_user):
    company = make_company(cast.anna)

    answer = say(as_user(cast.anna), company, "@Ivan do you know them?")

    assert answer.status_code == 422
    assert "Ivan may not see this record" in answer.content.decode()
    assert "do you know them?" in answer.content.decode()
    assert not Activity.objects.exists()
    assert not Notice.objects.exists()


def test_an_address_with_an_at_sign_mentions_nobody(cast, as_user):
    say(as_user(cast.anna), make_company(cast.anna), "Write to office@piotr.example, @nobody knows")

    assert Activity.objects.count() == 1
    assert not Notice.objects.exists()


def test_names_are_offered_of_those_who_see_the_record_only(cast, as_user):
    client, where = as_user(cast.anna), address("people", make_company(cast.anna))

    assert client.get(where, {"q": "pi"}).json() == {"options": ["Piotr"]}
    assert client.get(where, {"q": "iv"}).json() == {"options": []}


def test_who_gets_a_task_is_told_and_who_gave_it_hears_that_it_is_done(cast):
    task = give(make_company(cast.anna), by=cast.anna, owner=cast.piotr, what="Agree a price", due_on=today())
    finish(task, by=cast.piotr)

    assert told(cast.piotr) == [("task", "Agree a price")]
    assert told(cast.anna) == [("done", "Agree a price")]


def test_nobody_is_told_of_the_own_acts(cast, as_user):
    company = make_company(cast.anna)
    follow(company, cast.anna)
    give(company, by=cast.anna, what="Call", due_on=today())
    say(as_user(cast.anna), company, "@Anna remember")

    assert told(cast.anna) == []


def test_followers_hear_once_of_many_changes_until_they_have_read(cast, as_user):
    company = make_company(cast.anna, name="Tortola")
    piotr = as_user(cast.piotr)
    piotr.post(address("follow", company))
    piotr.post(address("follow", company))

    for version, city in enumerate(("Tver", "Kazan"), start=1):
        save_fields(company, {"city": city}, by=cast.anna, version=version)
    assert (piotr.get(COUNT).content, told(cast.piotr)) == (b"1", [("change", "")])
    piotr.post(reverse("records:notices_read"))
    say(as_user(cast.anna), company, "They moved")

    assert len(told(cast.piotr)) == 2
    assert piotr.get(COUNT).content == b"1"


def test_whoever_follows_a_record_is_seen_on_it_and_may_stop(cast, as_user):
    company = make_company(cast.anna)
    piotr = as_user(cast.piotr)

    piotr.post(address("follow", company))
    assert "Followed by Piotr" in as_user(cast.anna).get(company.get_absolute_url()).content.decode()
    piotr.post(address("unfollow", company))

    assert not Follow.objects.exists()


def test_of_a_record_that_one_no_longer_sees_nothing_is_told_not_even_a_count(cast, as_user):
    company = make_company(cast.anna, name="Tortola")
    say(as_user(cast.anna), company, "@Piotr secret price")
    notice, piotr = cast.piotr.notices.get(), as_user(cast.piotr)
    assert unread(cast.piotr) == "1"
    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.owner, fresh.department = cast.ivan, cast.export

    page = piotr.get(BELL).content.decode()

    assert "secret price" not in page
    assert "Tortola" not in page
    assert piotr.get(COUNT).content == b""
    assert piotr.post(reverse("records:notice", args=[notice.pk])).status_code == 404


def test_opening_a_notice_marks_it_as_read_and_leads_to_the_record(cast, as_user):
    company = make_company(cast.anna)
    say(as_user(cast.anna), company, "@Piotr look")
    piotr = as_user(cast.piotr)
    where = re.search(r'action="(/notices/\d+)"', piotr.get(BELL).content.decode()).group(1)

    answer = piotr.post(where)

    assert answer.url == company.get_absolute_url()
    assert piotr.get(COUNT).content == b""
    assert as_user(cast.ivan).post(where).status_code == 404


def test_a_load_of_thousands_drowns_no_follower_in_notices(cast):
    company = make_company(cast.anna)
    follow(company, cast.piotr)

    with acting(cast.olga, "imported", channel="import"):
        before = {"name": company.name}
        from groundwork.records.write import locked, values

        fresh = locked(company)
        before = values(fresh)
        fresh.city = "Tver"
        writing_many(changed=[(fresh, before)])

    assert told(cast.piotr) == []


@pytest.mark.parametrize("count", [1, 150])
def test_the_bell_says_how_many_wait_and_stops_counting_at_a_hundred(cast, count):
    company = make_company(cast.anna)
    Notice.objects.bulk_create(
        Notice(user=cast.anna, kind="mention", type="company", object_id=company.pk) for _turn in range(count)
    )

    assert unread(cast.anna) == {1: "1", 150: "99+"}[count]
