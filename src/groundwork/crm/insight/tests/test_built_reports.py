"""Reports that a firm makes for itself: exact, openable to their rows, and never more than their reader sees."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from groundwork.access.models import User
from groundwork.access.testing import hide
from groundwork.blueprint import plan
from groundwork.blueprint.elements import one_request
from groundwork.blueprint.models import Element
from groundwork.core import languages
from groundwork.core.clock import today
from groundwork.core.money import round_half_up
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.testing import make_company
from groundwork.crm.insight import configured
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.insight.needed import facts_of
from groundwork.crm.insight.question import MOST, Answer, Gone, Question, Sums
from groundwork.crm.trade.testing import make_claim, make_order
from groundwork.records.added.fields import make_field
from groundwork.records.imports.testing import imported, write_csv, wrong
from groundwork.records.models import Use
from groundwork.records.types import types
from groundwork.records.use import flush

NBSP = "\N{NO-BREAK SPACE}"
ORDERS = "by=ordered_on&step=month&measure=sum&of=total_minor"


def asked(user, query, kind="order"):
    return Question(types[kind], user, QueryDict(query))


def answered(user, query, kind="order", currency=""):
    return Answer(asked(user, query, kind), currency)


def numbers(answer):
    return [(line.words, answer.text(line.whole).replace(NBSP, " ")) for line in answer.lines]


@pytest.fixture
def trade(cast):
    """Anna sold for 30 in January and 5 in March, Ivan for 100 in March; one order of Anna is in another currency."""
    hazel, walnut = make_company(cast.anna, "Hazel Shop"), make_company(cast.ivan, "Walnut Bar")
    for by, company, day, price, currency in (
        (cast.anna, hazel, date(2026, 1, 9), 10, "EUR"), (cast.anna, hazel, date(2026, 1, 30), 20, "EUR"),
        (cast.anna, hazel, date(2026, 3, 2), 5, "EUR"), (cast.ivan, walnut, date(2026, 3, 3), 100, "EUR"),
        (cast.anna, hazel, date(2026, 3, 4), 7, "PLN"),
    ):  # fmt: skip
        make_order(by, company, (None, 1, price), day=day, currency=currency)
    cast.hazel, cast.walnut = hazel, walnut
    return cast


def test_orders_are_summed_by_month_and_currencies_are_never_added(trade):
    answer = answered(trade.olga, ORDERS)

    assert numbers(answer) == [("January 2026", "30.00 EUR"), ("March 2026", "105.00 EUR")]
    assert answer.currencies == ["EUR", "PLN"]
    assert numbers(answered(trade.olga, ORDERS, currency="PLN")) == [("March 2026", "7.00 PLN")]


def test_a_quarter_and_a_year_put_months_together(trade):
    assert numbers(answered(trade.olga, ORDERS.replace("month", "quarter"))) == [("Q1 2026", "135.00 EUR")]
    assert numbers(answered(trade.olga, ORDERS.replace("month", "year"))) == [("2026", "135.00 EUR")]


def test_the_reader_s_own_rows_only_are_counted(trade):
    assert numbers(answered(trade.ivan, ORDERS)) == [("March 2026", "100.00 EUR")]


def test_a_second_group_stands_across_and_its_cells_add_up_to_the_line(trade):
    answer = answered(trade.olga, ORDERS + "&across=owner")

    assert {words for _key, words in answer.across} == {"Anna", "Ivan"}
    for line in answer.lines:
        assert sum(sums.total for sums in line.cells.values()) == line.whole.total


def test_every_number_opens_exactly_its_rows(trade, client):
    client.force_login(trade.olga)
    answer = answered(trade.olga, "by=company&measure=count")
    hazel = next(line for line in answer.lines if line.words == "Hazel Shop")

    page = client.get(hazel.href)

    assert len(page.context["table"].rows) == hazel.whole.count == 4


def test_a_month_opened_stays_within_the_days_that_were_asked_for(trade):
    answer = answered(trade.olga, ORDERS + "&f.ordered_on.from=2026-01-15")

    assert numbers(answer)[0] == ("January 2026", "20.00 EUR")
    assert "f.ordered_on.from=2026-01-15" in answer.lines[0].href
    assert "f.ordered_on.to=2026-01-31" in answer.lines[0].href


def test_unknown_is_not_zero_and_the_share_that_is_known_is_told(trade):
    make_claim(trade.anna, trade.hazel, amount_minor=500, currency="EUR")
    make_claim(trade.anna, trade.hazel, name="No amount yet", currency="EUR")
    make_claim(trade.anna, trade.hazel, name="Neither", kind="late", currency="EUR")

    answer = answered(trade.olga, "by=kind&measure=avg&of=amount_minor", "claim")

    assert numbers(answer) == [("damaged", "5.00 EUR"), ("late", "–")]
    assert (answer.total.known, answer.total.count) == (1, 3)


def test_whoever_may_not_see_the_amount_gets_no_answer_rather_than_another_one(trade, client):
    hide(trade.ivan, "order", "total_minor")
    ivan = type(trade.ivan).objects.get(pk=trade.ivan.pk)
    report = kept_by(trade.olga, ORDERS)
    client.force_login(ivan)

    with pytest.raises(Refusal, match="that you do not see"):
        asked(ivan, ORDERS)
    with pytest.raises(Refusal):
        asked(ivan, "by=owner&f.total_minor.from=50")
    page = client.get(f"/reports/{report.pk}").content.decode()
    assert "100" not in page


def test_customers_that_the_reader_may_not_see_have_no_name(trade):
    from groundwork.access.models import Grant

    Grant.objects.filter(role__people=trade.ivan, type="company").delete()
    ivan = type(trade.ivan).objects.get(pk=trade.ivan.pk)

    assert [(line.words, line.href) for line in answered(ivan, "by=company").lines] == [("no access", "")]


@given(st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(-99, 99))), max_size=30))
def test_sums_of_groups_add_up_to_the_whole_whatever_the_groups(rows):
    whole, groups = Sums(), {}
    for group, value in rows:
        one = Sums(1, value is not None, value or 0, value, value)
        whole.add(one)
        groups.setdefault(group, Sums()).add(one)

    together = Sums()
    for sums in groups.values():
        together.add(sums)

    assert together == whole
    known = [value for _group, value in rows if value is not None]
    assert whole.value("min") == min(known, default=None)
    assert whole.value("avg") == (None if not known else round_half_up(Decimal(sum(known)) / len(known), 6))


def test_more_groups_than_are_shown_stand_together_and_are_not_lost(cast, monkeypatch):
    monkeypatch.setattr("groundwork.crm.insight.question.MOST", 2)
    for number in range(4):
        make_order(cast.anna, make_company(cast.anna, f"Shop {number}"), (None, 1, 10 + number), currency="EUR")

    answer = answered(cast.olga, "by=company&measure=sum&of=total_minor")

    assert [line.words for line in answer.lines] == ["Shop 3", "Shop 2", "others"]
    assert sum(line.whole.total for line in answer.lines) == answer.total.total == 4600
    assert MOST == 200


def test_the_report_says_who_enters_its_facts_and_where_they_are_missing(trade):
    make_claim(trade.anna, trade.hazel, amount_minor=500, currency="EUR")
    make_claim(trade.anna, trade.hazel, name="No amount yet", currency="EUR")

    facts = {
        fact.field.name: fact for fact in facts_of(asked(trade.olga, "by=kind&measure=sum&of=amount_minor", "claim"))
    }

    assert (facts["amount_minor"].filled, facts["amount_minor"].rows) == (1, 2)
    assert "Salesperson" in facts["kind"].entered["asked at once"]


def test_the_report_says_when_its_facts_last_came_in_from_a_file(trade, client, tmp_path):
    client.force_login(trade.olga)
    path = write_csv(tmp_path / "companies.csv", ["Name"], [["Walnut Shop"]])
    before = client.get("/reports/new/company?by=owner").content.decode()

    assert wrong(imported(path, "records:company", by=trade.olga)) == []

    after = client.get("/reports/new/company?by=owner").content.decode()
    assert ["come in from files" in page for page in (before, after)] == [False, True]
    assert f"last on {languages.day(today())}" in after


# ── kept


def kept_by(by, query, **facts):
    report = BuiltReport(**{"type": "order", "name": "Orders by month", "author": by, "shared": "everybody", **facts})
    report.query = query
    report.keep(by=by, reason="Piotr asks every Monday", asked_by=None)
    return report


def test_a_report_is_made_in_the_browser_kept_with_its_reason_opened_and_deleted(trade, client):
    client.force_login(trade.olga)
    typed = {
        "name": "Orders by month", "decides": "Whom we call first", "shared": "everybody", "reason": "Every Monday",
        "query": ORDERS,
    }  # fmt: skip

    looked_at = client.get(f"/reports/new/order?{ORDERS}").content.decode()
    client.post("/reports/new/order", typed)
    report = BuiltReport.objects.get()
    page = client.get(f"/reports/{report.pk}").content.decode()
    flush()

    assert f"105.00{NBSP}EUR" in looked_at
    assert "Whom we call first" in page
    assert f"105.00{NBSP}EUR" in page
    element = Element.objects.get(key=report.element_key)
    assert (element.reason, element.kind, element.address) == ("Every Monday", "report", f"/reports/{report.pk}")
    assert Use.objects.filter(kind="report", key=report.element_key, user=trade.olga).exists()
    client.post(f"/reports/{report.pk}/drop")
    assert client.get(f"/reports/{report.pk}").status_code == 404
    assert client.get(f"/reports/{report.pk}/download.csv").status_code == 404


def test_what_a_report_asks_is_changed_by_its_author_alone_and_history_tells_it(trade, client):
    report = kept_by(trade.olga, ORDERS)
    client.force_login(trade.ivan)
    assert client.get(f"/reports/new/order?report={report.pk}&by=owner").status_code in (403, 404)
    client.force_login(trade.olga)

    client.post(
        "/reports/new/order",
        {
            "name": "Orders by owner",
            "shared": "everybody",
            "reason": "By seller now",
            "query": f"by=owner&report={report.pk}",
        },
    )

    report.refresh_from_db()
    assert (report.name, report.query) == ("Orders by owner", "by=owner")
    assert Element.objects.get(key=report.element_key).revisions.filter(difference__has_key="query").exists()


def test_a_deleted_report_lies_in_the_trash_of_its_author_and_is_put_back(trade, client):
    report = kept_by(trade.olga, ORDERS)
    report.put_away(by=trade.olga)
    client.force_login(trade.olga)
    assert client.get("/reports").context["lying"]
    (trash,) = (group for group in client.get("/trash").context["groups"] if group.key == "reports")

    client.post(trash.rows[0].back)

    assert trash.rows[0].words == "Orders by month"
    assert client.get(f"/reports/{report.pk}").status_code == 200
    report.put_away(by=trade.olga)
    client.force_login(trade.piotr)
    assert not client.get("/reports").context["lying"]


def test_a_retired_field_is_told_with_the_way_to_it_and_a_hidden_one_is_not(trade, client):
    field = make_field("order", by=trade.adam, kind="bool", label="Urgent", reason="They ask for it", filterable=True)
    report = kept_by(trade.olga, f"by={field.key}")
    field.retire(by=trade.adam, reason="Nobody reads it")
    client.force_login(trade.adam)

    told = client.get(f"/reports/{report.pk}").context

    assert "Urgent" in told["refusal"]
    assert told["refusal_href"] == f"/configured/field:order.{field.key}"
    assert [row["gone"] for row in client.get("/reports").context["built"]] == [True]
    with pytest.raises(Gone) as found:
        asked(trade.olga, f"by={field.key}")
    assert found.value.href == ""
    hide(trade.olga, "order", field.key)
    with pytest.raises(Refusal, match="not there any more, or that you do not see"):
        asked(User.objects.get(pk=trade.olga.pk), f"by={field.key}")


def test_what_one_opens_most_and_the_firm_s_own_types_are_offered_first(trade, client):
    client.force_login(trade.olga)
    Use.objects.bulk_create([Use(user=trade.olga, kind="view", key="task") for _ in range(3)])

    shown = client.get("/reports").context

    assert len(shown["usual"]) == 7
    assert "task" in {kind.key for kind in shown["usual"]}
    assert len(shown["others"]) > 7


def test_in_a_young_firm_what_holds_something_is_offered_before_what_is_empty(trade, client):
    client.force_login(trade.olga)
    held = {kind for kind in ("company", "order", "invoice", "claim") if types[kind].model.objects.exists()}

    shown = {kind.key for kind in client.get("/reports").context["usual"]}

    assert len(held) > 1
    assert held <= shown


def test_one_s_own_report_is_nobody_else_s(trade, client):
    report = kept_by(trade.olga, ORDERS, shared="")
    client.force_login(trade.piotr)

    assert client.get(f"/reports/{report.pk}").status_code == 404
    assert "Orders by month" not in client.get("/reports").content.decode()


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_the_same_numbers_come_as_a_file(trade, client, form):
    report = kept_by(trade.olga, ORDERS)
    client.force_login(trade.olga)

    answer = client.get(f"/reports/{report.pk}/download.{form}")

    assert answer.status_code == 200
    if form == "json":
        assert [row["value"] for row in answer.json()["rows"]] == ["30.00", "105.00"]


def test_a_report_takes_as_many_queries_for_many_rows_as_for_few(trade):
    def count():
        with CaptureQueriesContext(connection) as found, one_request():
            question = asked(trade.olga, ORDERS + "&across=company")
            Answer(question)
            facts_of(question)
        return len(found)

    count()  # what is read once for a state of the configuration
    few = count()
    for number in range(12):
        make_order(trade.anna, trade.hazel, (None, 1, number + 1), day=date(2026, 1 + number % 6, 3), currency="EUR")

    assert count() == few
    assert few <= 14


def test_a_shared_report_goes_with_the_configuration_into_another_firm(trade):
    query = "across=company&by=ordered_on&chart=table&f.state=draft&measure=sum&of=total_minor&step=quarter"
    kept_by(trade.adam, query, decides="Whom we call first")
    text = plan.export()
    BuiltReport.objects.all().delete()

    planned = plan.plan(text, by=trade.adam)
    plan.apply(text, by=trade.adam, reason="We take it over")

    report = BuiltReport.objects.current().get()
    assert (planned.faults, report.query, report.decides) == ([], query, "Whom we call first")
    assert plan.plan(text, by=trade.adam).steps == []


def test_a_report_that_asks_for_one_person_says_nothing_in_another_firm_and_stays(trade):
    kept_by(trade.adam, f"by=company&f.owner={trade.anna.pk}")

    assert "Orders by month" not in plan.export()
    assert any("Orders by month" in words for words in configured.stays())
