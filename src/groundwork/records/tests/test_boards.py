"""Boards and calendars: the list's twins, exact for every reader, moved by hand, and fresh within seconds."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groundwork.access.testing import hide
from groundwork.core.clock import standing_at
from groundwork.crm.customers.models import Company
from groundwork.crm.trade.models import Claim, Invoice
from groundwork.records.lists.board import CARDS, Board
from groundwork.records.lists.calendar import Calendar
from groundwork.records.lists.listing import Listing
from groundwork.records.lists.saved_views import SavedView
from groundwork.records.models import ChangeSet
from groundwork.records.tasks.asking import give
from groundwork.records.testing import make_record
from groundwork.records.types import types
from groundwork.records.write import archive, creating, save_fields

HX = {"HX-Request": "true"}


def claim(by, name="Broken", minor=100, **values):
    values = {"opened_on": date(2026, 11, 10), "currency": "GBP", "amount_minor": minor} | values
    company = Company.objects.filter(owner=by).first() or creating(Company(name="Tortola"), by=by)
    return creating(Claim(name=name, company=company, **values), by=by)


def board(user, query="", kind="claim"):
    made = Board(Listing(types[kind], user, QueryDict(query)))
    return {
        stack.value: (stack.figure.count, stack.figure.sums, [card.title for card in stack.cards])
        for stack in made.stacks
        if stack.figure.count
    }


def move(client, record, field, value, version=None):
    where = reverse("records:move", args=[record.type_key, record.pk])
    return client.post(where, {"field": field, "value": value, "version": version or record.version}, headers=HX)


def test_a_board_counts_and_sums_what_the_reader_sees_and_nothing_archived(cast):
    claim(cast.anna, "A", 100)
    claim(cast.anna, "B", 20, state="closed")
    claim(cast.ivan, "C", 3)
    archive(claim(cast.piotr, "D", 4000), by=cast.piotr)

    assert board(cast.anna) == {"open": (1, {"GBP": 100}, ["A"]), "closed": (1, {"GBP": 20}, ["B"])}
    assert board(cast.olga)["open"][:2] == (2, {"GBP": 103})


def test_a_hidden_amount_stands_on_no_card_and_over_no_column(cast, as_user):
    claim(cast.anna, "A", 123_45)
    where = reverse("records:board", args=["claim"])
    seen = as_user(cast.anna).get(where).content.decode()
    hide(cast.anna, "claim", "amount_minor")

    hidden = as_user(cast.anna).get(where).content.decode()

    assert seen.count("123.45") == 2
    assert "123.45" not in hidden


def test_the_board_of_tasks_shows_those_that_one_gave_to_somebody_out_of_reach(cast):
    give(None, by=cast.anna, what="Ring them", owner=cast.ivan, due_on=date(2026, 11, 10))

    assert board(cast.anna, kind="task") == {"open": (1, {}, ["Ring them"])}


def test_a_board_by_another_field_says_the_same_as_the_rows(cast):
    creating(Company(name="A"), by=cast.anna)
    creating(Company(name="B", kind="supplier"), by=cast.anna)
    creating(Company(name="C", kind="supplier"), by=cast.ivan)

    found = board(cast.olga, "by=kind", "company")

    assert {value: count for value, (count, _sums, _cards) in found.items()} == {"customer": 1, "supplier": 2}


def test_the_filters_of_the_list_narrow_the_board(cast):
    claim(cast.anna, "A", 100)
    claim(cast.anna, "B", 2000)

    assert board(cast.anna, "f.amount_minor.from=10") == {"open": (1, {"GBP": 2000}, ["B"])}
    assert board(cast.anna, "f.state=closed") == {}


@pytest.mark.parametrize("address", ["board?by=extra", "board?by=name", "calendar?on=kind", "calendar?span=2026-13"])
def test_a_board_or_calendar_by_something_else_is_refused(cast, as_user, address):
    assert as_user(cast.olga).get(f"/r/claim/{address}").status_code == 409


def test_a_card_moved_by_hand_is_one_line_of_history_that_goes_back(cast, as_user):
    company, client = creating(Company(name="A"), by=cast.anna), as_user(cast.anna)

    answer = move(client, company, "kind", "supplier")
    company.refresh_from_db()
    client.post(reverse("records:undo", args=[ChangeSet.objects.latest("pk").pk]))
    again = Company.objects.get()

    assert (answer.status_code, company.kind, again.kind) == (204, "supplier", "customer")
    assert "/undo/" in answer["HX-Trigger"]


def test_two_people_who_move_one_card_meet_at_the_choice(cast, as_user):
    company = creating(Company(name="A"), by=cast.anna)
    save_fields(company, {"kind": "partner"}, by=cast.piotr, version=1)

    answer = move(as_user(cast.anna), company, "kind", "supplier", version=1)

    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#dialog")
    assert Company.objects.get().kind == "partner"


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("kind", "emperor", 409), ("lifecycle", "lost", 403), ("version", "9", 403), ("", "", 403)],
)
def test_a_card_goes_nowhere_where_its_form_would_not_let_it(cast, as_user, field, value, status):
    company = creating(Company(name="A"), by=cast.anna)

    answer = move(as_user(cast.anna), company, field, value)

    assert answer.status_code == status
    assert Company.objects.get().version == 1


def test_nobody_moves_the_card_of_somebody_elsewhere(cast, as_user):
    company = creating(Company(name="A"), by=cast.ivan)

    assert move(as_user(cast.anna), company, "kind", "supplier").status_code == 404


def test_an_open_board_hears_of_what_others_did_and_of_nothing_else(cast, as_user):
    first = creating(Company(name="A"), by=cast.anna)
    client, where = as_user(cast.anna), reverse("records:board", args=["company"])
    mark = Board(Listing(types["company"], cast.anna, QueryDict())).mark

    quiet = client.get(where, {"since": mark}, headers=HX).status_code
    claim(cast.anna)
    others = client.get(where, {"since": mark}, headers=HX).status_code
    save_fields(first, {"kind": "supplier"}, by=cast.piotr, version=1)
    news = client.get(where, {"since": mark}, headers=HX)

    assert (quiet, others, news.status_code) == (204, 204, 200)
    assert "<html" not in news.content.decode()


def test_a_full_column_shows_its_first_cards_and_leads_to_the_others(cast, as_user):
    for number in range(CARDS[0] + 2):
        creating(Company(name=f"Shop {number}"), by=cast.anna)

    client = as_user(cast.anna)
    page = client.get("/r/company/board?by=kind").content.decode()
    (more,) = re.findall(r'href="([^"#]+)#column-customer"', page)
    whole = client.get(html.unescape(more)).content.decode()

    assert page.count('<li class="card"') == CARDS[0]
    assert 'href="/r/company/?f.kind=customer"' in page
    assert whole.count('<li class="card"') == CARDS[0] + 2
    assert "#column-customer" not in whole.replace('id="column-customer"', "")


@pytest.mark.parametrize(("who", "at_most"), [("olga", 11), ("piotr", 17)])
def test_a_board_takes_as_many_queries_for_forty_cards_as_for_two(cast, as_user, who, at_most):
    user = getattr(cast, who)
    client = as_user(user)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get("/r/claim/board")
        return len(asked)

    claim(user, "A")
    claim(user, "B", state="closed")
    client.get("/r/claim/board")
    few = queries()
    for number in range(38):
        claim(user, f"C {number}", state=("open", "closed")[number % 2])

    assert queries() == few
    assert few <= at_most + (6 if connection.vendor == "postgresql" else 0)  # there core.patience sets its time by SQL


# ── calendar


def days(user, query="", kind="claim"):
    shown = Calendar(Listing(types[kind], user, QueryDict(query)))
    return {day.value: ([item.title for item in day.items], day.count) for day in shown.days if day.count}


def test_a_month_shows_each_record_on_its_day_with_exact_counts(cast):
    for number in range(8):
        claim(cast.anna, f"C {number}")
    claim(cast.ivan, "Hidden")

    with standing_at(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        assert days(cast.anna) == {"2026-11-10": ([f"C {number}" for number in range(6)], 8)}
        assert days(cast.olga)["2026-11-10"][1] == 9
        assert days(cast.anna, "span=2026-W47") == {}
        assert days(cast.anna, "span=2026-W46")["2026-11-10"][1] == 8


def test_a_month_stands_in_whole_weeks_from_monday(cast):
    shown = Calendar(Listing(types["claim"], cast.anna, QueryDict("span=2026-11")))

    assert (shown.days[0].value, shown.days[-1].value, len(shown.days)) == ("2026-10-26", "2026-12-06", 42)
    assert shown.before_url.endswith("span=2026-10")
    assert shown.after_url.endswith("span=2026-12")


def test_a_record_is_put_on_another_day(cast, as_user):
    record = claim(cast.piotr)

    answer = move(as_user(cast.piotr), record, "opened_on", "2026-11-12")
    record.refresh_from_db()

    assert (answer.status_code, record.opened_on) == (204, date(2026, 11, 12))


def test_an_issued_invoice_stays_on_its_day(cast, as_user):
    invoice = creating(
        Invoice(document_number="1", issued_on=date(2026, 11, 10), currency="GBP", state="issued"), by=cast.olga
    )

    assert move(as_user(cast.olga), invoice, "issued_on", "2026-11-12").status_code == 409
    invoice.refresh_from_db()
    assert invoice.issued_on == date(2026, 11, 10)


def test_a_saved_board_opens_as_a_board(cast, as_user):
    client = as_user(cast.anna)
    form = client.get("/r/company/views/new?by=kind&f.kind=supplier&display=board")
    client.post(
        "/r/company/views/new",
        {"name": "By kind", "query": form.context["query"], "display": "board", "shared": ""},
    )

    view = SavedView.objects.get()
    client.post(reverse("records:view_use", args=["company", view.pk]), {"opens": "on"})

    assert view.query == "by=kind&f.kind=supplier"
    assert client.get("/r/company/").url == f"/r/company/board?view={view.pk}"
    assert client.get("/r/company/?view=all").status_code == 200


@pytest.mark.on_sqlite("addresses are the same")
def test_every_way_that_a_list_offers_to_show_its_records_shows_them(cast, as_user):
    """Of each record type: boards by each of its choices, calendars by each of its days."""
    client, wrong = as_user(cast.olga), []
    for kind in types:
        make_record(kind, owner=cast.olga, word="hazel")
        ways = client.get(f"/r/{kind.key}/").context["displays"]
        for _words, address, _is_on in ways:
            page = client.get(address)
            twin = page.context.get("board") or page.context.get("calendar")
            answers = [page, *(client.get(href) for _by, href, is_on in (twin.others() if twin else []) if not is_on)]
            wrong += [
                f"{answer.request['PATH_INFO']}: {answer.status_code}"
                for answer in answers
                if answer.status_code != 200
            ]
    assert wrong == []
