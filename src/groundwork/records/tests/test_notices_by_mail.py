"""Notices by mail: as each person chose, at most once, and nothing that one may not see when it goes."""

import smtplib
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.core.clock import standing_at, today
from groundwork.crm.customers.testing import make_company
from groundwork.records.notices.mailing import begin_anew, fault, send_due
from groundwork.records.notices.models import Mail, Notice, NoticeChoices
from groundwork.records.notices.telling import follow
from groundwork.records.tasks.asking import give
from groundwork.records.workdays import set_day
from groundwork.records.write import note, save_fields, writing

CHOICES = reverse("records:notice_choices")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
NIGHT, MORNING = MONDAY.replace(hour=23), MONDAY.replace(hour=8) + timedelta(days=1)
HOME = "http://localhost:8000"
SAVED = {
    "way_mention": "mail", "way_task": "digest", "way_done": "none", "way_change": "product", "way_control": "mail",
    "way_told": "digest", "way_minutes": "digest", "digest_at": "09:00", "way_accepted": "digest",
    "way_returned": "mail", "way_remind": "mail", "way_given": "digest", "way_became": "digest",
    "days": ["1", "2"], "quiet_from": "", "quiet_to": "",
}  # fmt: skip


class Server(BaseEmailBackend):
    """A mail server of the tests, beyond our code: ``answers`` are what it does with one letter after another."""

    answers: list[BaseException | None] = []
    is_away = False
    taken = 0

    def open(self):
        if type(self).is_away:
            raise ConnectionRefusedError("nobody listens")

    def send_messages(self, messages):
        type(self).taken += 1
        if answer := type(self).answers.pop(0):
            raise answer
        return len(messages)


@pytest.fixture(autouse=True)
def mail(db, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return mailoutbox


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.answers, Server.is_away, Server.taken = [], False, 0
    return Server


def wants(user, **values):
    NoticeChoices.objects.update_or_create(user=user, defaults=values)


def at_once(user, *kinds, **values):
    wants(user, ways=dict.fromkeys(kinds, "mail"), **values)


def mention(user, company, by, text="look"):
    note(company, by=by, kind="note", text=text, mentioned=[user])


def turn(moment):
    with standing_at(moment + timedelta(seconds=30)):
        send_due()


def states(user):
    return list(Mail.objects.filter(user=user, day=None).order_by("pk").values_list("state", flat=True))


def test_who_wants_it_is_written_to_at_once_and_only_once_with_links_that_lead_home(cast, mail):
    at_once(cast.piotr, "mention")
    with standing_at(MONDAY):
        company = make_company(cast.anna, name="Tortola <b>&")
        mention(cast.piotr, company, cast.anna, "@Piotr what discount?")

    turn(MONDAY)
    turn(MONDAY + timedelta(minutes=1))

    [letter] = [one for one in mail if one.to == [cast.piotr.email] and "mentioned" in one.subject]
    html = letter.alternatives[0].content
    assert letter.subject == "Anna mentioned you: Tortola <b>&"
    assert "@Piotr what discount?" in letter.body
    assert HOME + company.get_absolute_url() in letter.body
    assert f'href="{HOME}{company.get_absolute_url()}"' in html
    assert f'href="{HOME}{CHOICES}?less=mention"' in html
    assert "Tortola &lt;b&gt;&amp;" in html
    assert states(cast.piotr) == ["sent"]


def test_a_record_that_one_may_not_see_any_more_is_not_mailed(cast, mail):
    at_once(cast.piotr, "mention")
    with standing_at(MONDAY):
        company = make_company(cast.anna, name="Tortola")
        mention(cast.piotr, company, cast.anna)
        mention(cast.piotr, make_company(cast.anna, name="Hedgehog"), cast.anna)
    with writing(company, by=cast.olga, act="edited") as fresh:
        fresh.owner, fresh.department = cast.ivan, cast.export

    turn(MONDAY)

    said = " ".join(one.subject + one.body for one in mail)
    assert "Hedgehog" in said
    assert "Tortola" not in said
    assert states(cast.piotr) == ["dropped", "sent"]


def test_the_digest_comes_once_a_day_in_ones_own_language_grouped_and_repeats_nothing(cast, mail):
    cast.piotr.language, cast.piotr.time_zone = "pl", "Europe/Warsaw"
    cast.piotr.save()
    with standing_at(MONDAY - timedelta(hours=4)):  # seven in Warsaw
        company = make_company(cast.anna, name="Tortola", city="Tver")
        follow(company, cast.piotr)
        mention(cast.piotr, company, cast.anna, "rabat?")
        give(company, by=cast.anna, owner=cast.piotr, what="Agree a price", due_on=today() - timedelta(days=2))
        save_fields(company, {"city": "Kazan"}, by=cast.anna, version=company.version)

    turn(MONDAY - timedelta(hours=4))
    assert mail == []
    turn(MONDAY - timedelta(hours=3))
    turn(MONDAY - timedelta(hours=2))
    [letter] = [one for one in mail if one.to == [cast.piotr.email]]
    turn(MONDAY + timedelta(days=1))

    [_first, second] = [one for one in mail if one.to == [cast.piotr.email]]
    assert letter.subject.endswith("23.11.2026")
    places = [letter.body.index(words) for words in ("rabat?", "- Agree a price", "Tortola")]
    assert places[0] < places[1]
    assert letter.body.count("Agree a price") == 2  # given, and late
    assert "rabat?" not in second.body
    assert "Agree a price" in second.body  # still late


def test_the_digest_names_no_field_that_is_hidden_from_its_reader(cast, mail):
    hide(cast.piotr, "company", "city")
    with standing_at(MONDAY):
        company = make_company(cast.anna, name="Tortola", city="Tver")
        follow(company, cast.piotr)
        save_fields(company, {"city": "Kazan", "website": "https://t.example"}, by=cast.anna, version=1)

    turn(MONDAY + timedelta(hours=1))

    [letter] = [one for one in mail if one.to == [cast.piotr.email]]
    assert "Website" in letter.body
    assert "City" not in letter.body


def test_nothing_new_and_nothing_owed_is_no_mail(cast, mail):
    turn(MONDAY)

    assert mail == []


def test_at_night_and_on_days_off_mail_waits(cast, mail):
    at_once(cast.piotr, "mention", days="135")
    set_day(date(2026, 11, 25), is_worked=False, by=cast.adam, reason="Stocktaking")
    with standing_at(NIGHT):
        mention(cast.piotr, make_company(cast.anna), cast.anna)

    for moment in (NIGHT, MORNING - timedelta(minutes=1), MORNING, MORNING + timedelta(hours=5)):
        turn(moment)
    assert mail == []  # Tuesday is not a day of Piotr's
    turn(MORNING + timedelta(days=1))
    assert mail == []  # and Wednesday a holiday of the firm
    turn(MORNING + timedelta(days=3))

    assert [one.to for one in mail] == [[cast.piotr.email]]


def test_a_worker_killed_while_sending_sends_nothing_twice_and_loses_nothing(cast, server):
    at_once(cast.piotr, "mention")
    with standing_at(MONDAY):
        mention(cast.piotr, make_company(cast.anna), cast.anna)
    server.answers = [SystemExit()]

    with pytest.raises(SystemExit):
        turn(MONDAY)
    turn(MONDAY + timedelta(hours=1))
    turn(MONDAY + timedelta(days=1))

    assert (server.taken, states(cast.piotr)) == (1, ["handed"])
    assert cast.piotr.notices.filter(read_at=None).count() == 1


def test_a_mail_that_surely_did_not_go_is_tried_again_after_growing_pauses(cast, server):
    at_once(cast.piotr, "mention", tasks_in_digest=False)
    with standing_at(MONDAY):
        mention(cast.piotr, make_company(cast.anna), cast.anna)
    server.is_away, server.answers = True, [smtplib.SMTPDataError(451, b"busy"), None]

    turn(MONDAY)
    turn(MONDAY + timedelta(seconds=30))  # too early
    server.is_away = False
    turn(MONDAY + timedelta(minutes=1, seconds=5))
    turn(MONDAY + timedelta(minutes=5))  # too early again
    assert server.taken == 1
    turn(MONDAY + timedelta(minutes=7))

    assert (server.taken, states(cast.piotr), server.answers) == (2, ["sent"], [])


def test_what_the_server_refuses_for_good_is_told_to_administrators(cast, server):
    at_once(cast.piotr, "mention")
    server.answers = [smtplib.SMTPRecipientsRefused({cast.piotr.email: (550, b"no such box")})]
    with standing_at(MONDAY):
        mention(cast.piotr, make_company(cast.anna), cast.anna)
        assert fault() == ""

    turn(MONDAY)

    assert states(cast.piotr) == ["failed"]
    with standing_at(MONDAY):
        assert "no such box" in fault()


def test_after_a_restore_nothing_from_before_goes_out(cast, mail):
    with standing_at(MONDAY - timedelta(days=1)):
        at_once(cast.piotr, "mention")
        mention(cast.piotr, make_company(cast.anna), cast.anna)
        follow(company := make_company(cast.anna), cast.piotr)
        save_fields(company, {"city": "Kazan"}, by=cast.anna, version=1)
        begin_anew(StringIO())

    turn(MONDAY)

    assert mail == []


def test_who_wants_to_hear_nothing_of_a_kind_is_told_nowhere(cast):
    wants(cast.piotr, ways={"change": "none"})
    follow(company := make_company(cast.anna), cast.piotr)

    save_fields(company, {"city": "Kazan"}, by=cast.anna, version=1)

    assert not Notice.objects.exists()


def test_without_a_mail_server_the_page_says_so_and_nothing_waits(cast, as_user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    at_once(cast.piotr, "mention")
    mention(cast.piotr, make_company(cast.anna), cast.anna)

    page = as_user(cast.piotr).get(CHOICES).content.decode()

    assert "No mail server is set up here" in page
    assert (Notice.objects.count(), Mail.objects.count()) == (1, 0)


def test_each_person_chooses_on_an_own_page_to_which_the_mail_leads(cast, as_user):
    client = as_user(cast.piotr)

    page = client.get(CHOICES, {"less": "change"}).content.decode()
    answer = client.post(CHOICES, SAVED)

    kept = NoticeChoices.objects.get()
    assert page.count("You came here from a mail of this kind.") == 1
    assert "No mail server" not in page
    assert answer.status_code == 302
    assert (kept.user, kept.days, kept.quiet_from) == (cast.piotr, "12", None)
    assert [kept.way(kind) for kind in ("mention", "task", "done", "change")] == ["mail", "digest", "none", "product"]
    assert "What I am told" in client.get(reverse("access:me")).content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"days": []}, "Choose at least one day"),
        ({"quiet_from": "20:00"}, "Give both hours"),
        ({"quiet_from": "20:00", "quiet_to": "10:00"}, "Choose an hour outside your quiet hours"),
    ],
)
def test_choices_that_contradict_each_other_are_said(cast, as_user, typed, told):
    answer = as_user(cast.piotr).post(CHOICES, SAVED | typed)

    assert answer.status_code == 422
    assert told in answer.content.decode()


@pytest.mark.parametrize("people", [0, 5])
def test_an_idle_turn_costs_the_same_however_many_work_here(cast, people, mail, django_assert_num_queries):
    from groundwork.access.testing import make_person

    turn(MONDAY)
    for number in range(people):
        make_person(f"Clerk{number}")
    turn(MONDAY)

    with django_assert_num_queries(6):  # the firm, choices, digests of today, people, the calendar, what is due
        turn(MONDAY)
