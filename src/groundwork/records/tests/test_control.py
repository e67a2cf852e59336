"""What had to happen by when: found once, answered for by somebody, told, and closed by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from groundwork.access.testing import hide, make_person
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act
from groundwork.core.clock import standing_at
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.testing import make_company
from groundwork.crm.trade.testing import make_invoice
from groundwork.records.control import configured
from groundwork.records.control.checking import NOTICES, check_all
from groundwork.records.control.conditions import after
from groundwork.records.control.models import ControlEvent, ControlRule
from groundwork.records.control.showing import OF_GROUP
from groundwork.records.notices.mailing import send_due
from groundwork.records.notices.reading import unread
from groundwork.records.tasks.asking import finish, give
from groundwork.records.workdays import set_day
from groundwork.records.write import note, writing

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE, RULES = reverse("records:control"), reverse("records:control_rules")
LATE_TASK = {
    "name": "The task is done", "day": "due_on", "patience": 3, "working": False, "answers": "owner", "told": "head",
    "told_after": 2,
}  # fmt: skip
TYPED = {key: str(value) for key, value in LATE_TASK.items() if key != "working"} | {"reason": "Nobody looked."}


def rule(cast, type_key="task", query="f.state=open", **facts):
    values = LATE_TASK | facts
    return ControlRule(type=type_key).keep(by=cast.adam, reason="Nobody looked.", query=query, **values)


def task_of(person, what="Call them"):
    with standing_at(FRIDAY):
        return give(None, by=person, what=what, due_on=FRIDAY.date())


def round_on(days):
    """The round so many days after that Friday."""
    with standing_at(FRIDAY + timedelta(days=days)):
        check_all()


def events(**values):
    return list(ControlEvent.objects.filter(closed_at=None, **values).values_list("object_id", "answers__name"))


def told(user):
    return list(user.notices.filter(read_at=None).order_by("pk").values_list("kind", "text"))


def page(client, **query):
    return client.get(PAGE, query).content.decode()


def test_a_task_late_by_more_than_its_patience_is_raised_once_for_its_owner_and_later_told_to_the_head(cast):
    rule(cast)
    task = task_of(cast.anna)

    round_on(3)
    assert events() == []
    for days in (4, 4, 5):
        round_on(days)
    assert (events(), told(cast.anna)) == ([(task.pk, "Anna")], [("control", "The task is done")])
    assert told(cast.piotr) == []
    for days in (6, 6, 7):
        round_on(days)

    assert told(cast.piotr) == [("told", "The task is done")]
    assert ControlEvent.objects.get().due_on == date(2026, 11, 23)


def test_what_happened_after_all_closes_itself_and_its_notice_and_may_be_raised_again(cast):
    rule(cast)
    task = task_of(cast.anna)
    round_on(4)

    finish(task, by=cast.anna)
    round_on(5)
    assert (events(), told(cast.anna)) == ([], [])
    with writing(task, by=cast.anna, act="task.reopen") as fresh:
        fresh.reopen()
    round_on(6)

    assert events() == [(task.pk, "Anna")]
    assert ControlEvent.objects.count() == 2


def test_whoever_takes_the_record_over_answers_for_it_and_a_head_for_one_who_left(cast):
    rule(cast)
    task = task_of(cast.anna)
    round_on(4)
    with writing(task, by=cast.piotr, act="edited") as fresh:
        fresh.owner = cast.ivan
    round_on(5)
    assert events() == [(task.pk, "Ivan")]
    assert told(cast.ivan)[-1] == ("control", "The task is done")

    cast.export.head = cast.olga
    cast.export.save()
    cast.ivan.is_active = False
    cast.ivan.save()
    round_on(6)

    assert events() == [(task.pk, "Olga")]


def test_a_customer_not_spoken_to_in_a_week_is_raised_until_somebody_calls(cast):
    rule(cast, "company", "f.kind=customer", name="The customer was called", day="spoken", patience=7, told="")
    with standing_at(FRIDAY):
        company, other = make_company(cast.anna, kind="customer"), make_company(cast.anna, kind="customer")
    with standing_at(FRIDAY + timedelta(days=5)):
        note(other, by=cast.anna, kind="call", text="They will order")

    round_on(8)
    assert events() == [(company.pk, "Anna")]
    with standing_at(FRIDAY + timedelta(days=8)):
        note(company, by=cast.anna, kind="call", text="Busy")
    round_on(9)

    assert events() == []


@pytest.mark.parametrize(
    ("days", "working", "over"), [(0, False, 20), (3, False, 23), (1, True, 23), (5, True, 27), (0, True, 20)]
)
@pytest.mark.django_db
def test_patience_counts_days_or_working_days(days, working, over):
    assert after(FRIDAY.date(), days, working=working) == date(2026, 11, over)


def test_on_working_days_neither_a_weekend_nor_a_day_off_makes_anybody_late(cast):
    rule(cast, patience=1, working=True)
    set_day(date(2026, 11, 23), is_worked=False, by=cast.adam, reason="Stocktaking")
    task_of(cast.anna)

    round_on(4)
    assert events() == []
    round_on(5)

    assert len(events()) == 1


def test_a_hundred_at_once_are_listed_and_do_not_drown_who_answers(cast, as_user):
    for number in range(NOTICES + 3):
        task_of(cast.anna, what=f"Task {number}")
    rule(cast)

    round_on(4)

    assert len(events()) == NOTICES + 3
    assert len(told(cast.anna)) == NOTICES
    with standing_at(FRIDAY + timedelta(days=4)):
        day = as_user(cast.anna).get(reverse("records:day")).content.decode()
    assert "Did not happen in time" in day
    assert f'<span class="meta">{NOTICES + 3}</span>' in day


def test_the_page_lists_by_rule_and_by_person_what_the_reader_sees(cast, as_user):
    rule(cast)
    task_of(cast.anna, what="Call Tortola")
    task_of(cast.ivan, what="Call Hedgehog")
    round_on(4)

    with standing_at(FRIDAY + timedelta(days=5)):
        olga, by_person = page(as_user(cast.olga)), page(as_user(cast.olga), by="person")
        piotr, ivan = page(as_user(cast.piotr)), page(as_user(cast.ivan))

    assert all(words in olga for words in ("The task is done", "Call Tortola", "Call Hedgehog", "2 days late"))
    assert by_person.index(">Anna<") < by_person.index("Call Tortola")
    assert "Call Tortola" in piotr
    assert "Hedgehog" not in piotr
    assert "Tortola" not in ivan


def test_a_rule_that_goes_by_a_hidden_field_tells_nothing_to_whom_it_is_hidden_from(cast, as_user):
    rule(cast, "company", "f.city=Tver", name="Somebody went to Tver", day="spoken", patience=0)
    with standing_at(FRIDAY):
        make_company(cast.anna, name="Tortola", city="Tver")
    hide(cast.anna, "company", "city")

    round_on(4)

    with standing_at(FRIDAY + timedelta(days=4)):
        assert "Tortola" not in page(as_user(cast.anna))
        assert "Tortola" in page(as_user(cast.olga))
    assert (told(cast.anna), told(cast.piotr)) == ([], [("told", "Somebody went to Tver")])
    assert unread(cast.piotr) == "1"
    hide(cast.piotr, "company", "city")
    assert unread(cast.piotr) == ""


def test_an_invoice_says_whose_it_is_to_whom_sees_the_customer(cast, as_user):
    rule(cast, "invoice", "f.kind=invoice", name="The invoice is paid", day="issued_on", patience=0)
    company = make_company(cast.anna, name="Tortola")
    with standing_at(FRIDAY):
        make_invoice(cast.anna, company=company, day=FRIDAY.date(), number="INV-7")
    round_on(4)

    shown, day = page(as_user(cast.anna)), as_user(cast.anna).get(reverse("records:day")).content.decode()
    hide(cast.olga, "invoice", "company")

    assert ("Tortola" in shown, "Tortola · The invoice is paid" in day) == (True, True)
    assert "INV-7" in (olga := page(as_user(cast.olga)))
    assert "Tortola" not in olga


def test_a_long_group_is_cut_and_shown_whole_on_its_own(cast, as_user):
    kept = rule(cast)
    for number in range(OF_GROUP + 1):
        task_of(cast.anna, what=f"Task {number:02}")
    round_on(4)
    client = as_user(cast.anna)

    cut, whole = page(client), page(client, of=kept.pk)

    assert (cut.count("Task "), whole.count("Task ")) == (OF_GROUP, OF_GROUP + 1)


@pytest.mark.parametrize("count", [1, 20])
def test_a_round_takes_as_many_queries_for_twenty_as_for_one(cast, count, django_assert_max_num_queries):
    rule(cast, told="")
    for number in range(count):
        task_of(cast.anna, what=f"Task {number}")
    round_on(4)

    with django_assert_max_num_queries(12):  # nothing new: each is held against the rule in batches
        round_on(4)


def test_a_rule_begins_at_a_narrowed_list_and_says_why(cast, as_user):
    client = as_user(cast.adam)
    listed = client.get(reverse("records:list", args=["task"]), {"f.state": "open"}).content.decode()
    new = reverse("records:control_new", args=["task"])

    answer = client.post(f"{new}?f.state=open", TYPED)

    kept, element = ControlRule.objects.get(), Element.objects.get(key__startswith="rule:control.")
    assert f"{new}?f.state=open" in listed
    assert "Watch these" not in client.get(reverse("records:list", args=["task"])).content.decode()
    assert (answer.status_code, kept.query, kept.patience) == (302, "f.state=open", 3)
    assert (element.name, element.reason) == ("The task is done", "Nobody looked.")
    assert "The task is done" in client.get(RULES).content.decode()


def test_a_rule_is_given_another_condition_from_the_list_retired_and_restored(cast, as_user):
    kept, client = rule(cast), as_user(cast.adam)
    where = reverse("records:control_rule", args=[kept.pk])
    task_of(cast.anna)
    round_on(4)

    client.post(f"{where}?f.state=open&f.repeat=day", TYPED | {"patience": "5"})
    kept.refresh_from_db()
    assert (kept.query, kept.patience) == ("f.repeat=day&f.state=open", 5)
    client.post(reverse("records:control_retire", args=[kept.pk]), {"reason": "Done otherwise."})
    round_on(9)
    assert events() == []
    client.post(reverse("records:control_restore", args=[kept.pk]), {"reason": "Again."})

    assert ControlRule.objects.current().count() == 1


@pytest.mark.parametrize(
    ("query", "typed", "words"),
    [
        ("", {}, "Narrow the list first"),
        ("f.owner=me", {}, "A rule holds for everybody"),
        ("f.state=open", {"reason": ""}, "Say why, in one sentence."),
        ("f.state=open", {"answers": "person"}, "Name the person."),
        ("f.state=open", {"day": "what"}, "Choose one from the list."),
    ],
)
def test_what_cannot_be_a_rule_is_said(cast, as_user, query, typed, words):
    new = reverse("records:control_new", args=["task"])

    answer = as_user(cast.adam).post(f"{new}?{query}", TYPED | typed)

    if answer.status_code == 422 and query in ("", "f.owner=me"):
        with pytest.raises(Refusal, match=words):
            rule(cast, query=query)
    else:
        assert words in answer.content.decode()
    assert answer.status_code == 422
    assert not ControlRule.objects.exists()


def test_rules_stand_in_the_configuration_file_and_one_that_names_a_person_stays(cast):
    kept = rule(cast)
    rule(cast, name="Olga looks", answers="person", person_id=cast.olga.pk)
    held = configured.read()

    kept.retire(by=cast.adam, reason="Anew")
    configured.write("task / The task is done", held["task / The task is done"] | {"days": "4"}, Act(cast.adam, "file"))

    again = ControlRule.objects.current().get(name="The task is done")
    assert list(held) == ["task / The task is done"]
    assert held["task / The task is done"]["while"] == [{"field": "state", "is": ["open"]}]
    assert (again.pk, again.patience, again.told_after, again.query) == (kept.pk, 4, 2, "f.state=open")
    assert "Olga looks" in configured.stays()[0]


def test_the_digest_tells_of_it_until_it_happened(cast, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    rule(cast, patience=0)
    task_of(cast.anna, what="Call Tortola")
    done = task_of(make_person("Vera", "salesperson", cast.export), what="Call Hedgehog")
    round_on(3)
    finish(done, by=cast.olga)
    round_on(3)

    with standing_at(FRIDAY + timedelta(days=3, minutes=5)):
        send_due()

    letters = {one.to[0]: one.body for one in mailoutbox}
    assert "DID NOT HAPPEN IN TIME" in letters[cast.anna.email]
    assert "IN TIME" not in letters["vera@hazel.example"]
