"""Working days: the calendar of the firm's country, the firm's own days, and what they move."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from groundwork.blueprint import plan
from groundwork.blueprint.elements import raise_config_version
from groundwork.blueprint.models import ElementRevision, Firm
from groundwork.core.refusals import NotAllowed
from groundwork.records import workdays
from groundwork.records.workdays import OwnDay, WorkCalendar, moves_known_to, set_day

DAY = date.fromisoformat


@pytest.fixture
def polish_firm(cast):
    Firm.objects.update(country="PL")
    raise_config_version()


@pytest.mark.parametrize(
    ("country", "day", "is_worked"),
    [
        ("PL", "2026-11-11", False),  # a Wednesday
        ("PL", "2025-12-24", False),  # off since 2025
        ("PL", "2026-11-21", False),  # a Saturday
        ("RU", "2025-11-01", True),  # a Saturday that was worked for 3 November
        ("RU", "2025-11-03", False),
        ("RU", "2026-01-09", False),
        ("BY", "2026-07-03", False),
        ("KZ", "2025-12-16", False),
        ("", "2026-12-25", True),
    ],
)
def test_each_country_has_its_holidays_and_moved_days(country, day, is_worked):
    assert WorkCalendar(country).is_working(DAY(day)) == is_worked


def test_the_years_whose_moved_days_are_known_are_told():
    assert {country: moves_known_to(country) for country in ("RU", "PL", "")} == {"RU": 2027, "PL": None, "": None}


@pytest.mark.parametrize("country", ["", "PL", "RU", "BY", "KZ"])
def test_counting_worked_days_forth_and_back_agrees(country):
    calendar = WorkCalendar(country, {DAY("2026-11-18"): False, DAY("2026-11-21"): True})
    start = DAY("2026-11-17")

    for days in range(1, 40):
        there = calendar.add_working(start, days)
        assert calendar.is_working(there)
        assert calendar.working_between(start, there) == days
        assert calendar.add_working(there, -days) == start
        assert calendar.working_between(there, start) == -days


@pytest.mark.parametrize(
    ("country", "day", "ends"),
    [
        ("PL", "2026-11-11", "2026-11-12"),
        ("PL", "2026-11-21", "2026-11-23"),  # art. 115: a Saturday, too
        ("RU", "2025-11-01", "2025-11-01"),  # a Saturday that is worked
        ("RU", "2026-12-31", "2027-01-11"),
        ("", "2026-11-21", "2026-11-21"),  # no law is known
    ],
)
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day(country, day, ends):
    calendar = WorkCalendar(country, {DAY("2026-11-23"): False})  # the firm's own day moves no term

    assert calendar.end_of_term(DAY(day)) == DAY(ends)


def test_a_day_of_ones_own_is_set_in_the_browser_with_its_reason_changed_and_taken_back(cast, as_user, polish_firm):
    client, address = as_user(cast.adam), reverse("records:working_days")
    day = DAY("2026-12-28")
    refused = client.post(address, {"on": day, "is_worked": "no", "reason": ""})

    client.post(address, {"on": day, "is_worked": "no", "reason": "Stocktaking"})
    off = workdays.calendar().is_working(day)
    client.post(address, {"on": day, "is_worked": "yes", "reason": "After all"})
    changed = OwnDay.objects.get()
    page = client.get(address).content.decode()
    client.post(reverse("records:working_day_retire", args=[changed.pk]), {"reason": "As usual"})

    assert refused.status_code == 422
    assert (off, changed.is_worked) == (False, True)
    assert "Stocktaking" in page
    assert workdays.calendar().own == {}
    causes = ElementRevision.objects.filter(element__key="workday:2026-12-28").values_list("cause", flat=True)
    assert list(causes) == ["Stocktaking", "After all", "As usual"]


def test_who_does_not_configure_sets_no_day(cast):
    with pytest.raises(NotAllowed):
        set_day(date(2026, 12, 28), is_worked=False, by=cast.anna, reason="I want to")

    assert not OwnDay.objects.exists()


def test_days_of_ones_own_travel_in_the_configuration_file(cast, polish_firm):
    set_day(date(2026, 12, 28), is_worked=False, by=cast.adam, reason="Stocktaking")
    text = plan.export()
    OwnDay.objects.get().retire(by=cast.adam, reason="Not here")

    again = plan.plan(text, by=cast.adam)
    plan.apply(text, by=cast.adam, reason="From the other firm")

    assert (again.faults, [step.name for step in again.steps]) == ([], ["2026-12-28"])
    assert workdays.calendar().own == {date(2026, 12, 28): False}
    assert plan.plan(text, by=cast.adam).steps == []


def test_a_calendar_shows_days_off_and_what_is_celebrated(cast, as_user, polish_firm):
    set_day(date(2026, 11, 12), is_worked=False, by=cast.adam, reason="The firm's birthday")

    page = as_user(cast.anna).get(reverse("records:calendar", args=["task"]) + "?span=2026-W46").content.decode()

    assert page.count("day off</span>") == 4  # Independence Day, the firm's own, Saturday, Sunday
    assert "National Independence Day" in page


def test_next_working_is_the_day_itself_where_it_is_worked():
    calendar = WorkCalendar("PL")

    assert calendar.next_working(DAY("2026-11-11")) == DAY("2026-11-12")
    assert calendar.add_working(DAY("2026-11-12"), 0) == DAY("2026-11-11") + timedelta(days=1)
