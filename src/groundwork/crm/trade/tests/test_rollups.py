"""Kept monthly sums: whatever was written, taken back or summed meanwhile, they give the number of the rows."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company
from groundwork.crm.trade import claims, rolling
from groundwork.crm.trade.claims import Claim
from groundwork.crm.trade.documents import create_many
from groundwork.crm.trade.ledger import LedgerRow, post, withdraw
from groundwork.crm.trade.models import Category, CostPrice, Invoice, InvoiceLine
from groundwork.crm.trade.profit import DIMENSIONS, _gaps, documents, largest, profit
from groundwork.crm.trade.rollups import MonthSum, RolledMonth, RolledYear, Unrolled, differences, held, month_of
from groundwork.crm.trade.testing import MAY, keep_costs, make_cost, make_invoice, make_product
from groundwork.records import write
from groundwork.records.imports.testing import RETAIL, counts, imported, retail_rows, undone, write_csv
from groundwork.records.models import ChangeSet
from groundwork.records.undo import undo

JUNE = date(2026, 6, 3)
WAYS = [*((name,) for name in DIMENSIONS), (), ("month", "country"), ("month", "product"), ("product", "company")]
RANGES = [
    {},
    {"start": date(2026, 2, 1)},
    {"start": date(2026, 2, 10), "as_of": date(2026, 4, 20)},
    {"as_of": date(2026, 3, 31)},
    {"end": date(2026, 3, 15), "currency": "GBP"},
]


def same_as_raw(readers, ways=WAYS, ranges=RANGES):
    """Every cut for every reader, from the kept sums and from the rows."""
    for user in readers:
        for name in ("product", "company"):
            first = largest(name, 2, user=user)
            assert first == largest(name, 2, user=user, raw=True)
            assert [row.revenue for row in first.rows] == [row.revenue for row in profit(name, user=user)[:2]]
        for limits in ranges:
            for way in ways:
                assert profit(way, user=user, **limits) == profit(way, user=user, raw=True, **limits), (way, limits)
            assert documents(user=user, **limits) == documents(user=user, raw=True, **limits)


@pytest.fixture
def trading(cast):
    keep_costs(cast.olga)
    dry = write.creating(Category(name="Dry goods"), by=cast.olga)
    cast.products = [make_product(cast.olga, name, category=dry) for name in ("Almonds", "Dates")]
    cast.products.append(make_product(cast.olga, "Nuts"))
    cast.companies = [
        None,
        *(write.creating(Company(name=name), by=cast.olga) for name in ("Tortola", "Wawel")),
    ]
    return cast


def test_a_summed_month_is_read_from_its_sums(trading):
    make_invoice(trading.anna, (trading.products[0], 3, "2.00"))
    rolling.roll_all()
    MonthSum.objects.update(amount=999)  # so that we see where the number comes from

    assert profit()[0].revenue == 999
    assert profit(raw=True)[0].revenue == 600
    assert profit(as_of=date(2026, 5, 9)) == []
    assert profit(as_of=MAY)[0].revenue == 999  # nothing of this month is later
    assert profit("month", user=trading.piotr)[0].revenue == 999


def test_a_new_invoice_counts_before_it_is_in_the_sums_and_is_then_added_to_them(trading):
    make_invoice(trading.anna, (trading.products[0], 3, "2.00"))
    rolling.roll_all()
    before = set(MonthSum.objects.values_list("pk", flat=True))

    make_invoice(trading.anna, (trading.products[1], 1, "1.00"), day=date(2026, 5, 20))

    assert held(None, None).months == ("2026-05",)
    assert (profit()[0].revenue, profit(as_of=MAY)[0].revenue) == (700, 600)
    rolling.roll_all()
    assert before < set(MonthSum.objects.values_list("pk", flat=True))
    assert (profit()[0].revenue, profit(as_of=MAY)[0].revenue) == (700, 600)
    assert not Unrolled.objects.exists()


def test_an_invoice_moved_to_another_month_leaves_the_one_and_enters_the_other(trading):
    invoice = make_invoice(trading.anna, (trading.products[0], 3, "2.00"))
    make_invoice(trading.anna, (trading.products[0], 1, "2.00"), day=JUNE)
    rolling.roll_all()

    with write.writing(invoice, by=trading.anna, act="imported", channel="import") as held_invoice:
        held_invoice.issued_on = JUNE

    assert held(None, None).months == ()
    assert [(row.place.value, row.revenue) for row in profit("month")] == [("2026-06", 800)]
    rolling.roll_all()
    assert held(None, None).months == ("2026-06",)
    assert [(row.place.value, row.revenue) for row in profit("month")] == [("2026-06", 800)]


def test_a_cost_of_today_voids_no_month_before_it(trading):
    almonds = trading.products[0]
    for day in (date(2026, 3, 3), date(2026, 4, 3), MAY):
        make_invoice(trading.anna, (almonds, 2, "2.00"), day=day)
    rolling.roll_all()

    make_cost(almonds, "1.00", date(2026, 4, 1))

    assert held(None, None).months == ("2026-03",)
    assert [row.cost for row in profit("month")] == [None, 200, 200]
    rolling.roll_all()
    assert [row.cost for row in profit("month")] == [None, 200, 200]


def test_a_change_that_moves_no_sum_leaves_the_sums_standing(trading):
    invoice = make_invoice(trading.anna)
    rolling.roll_all()

    with write.writing(invoice, by=trading.anna, act="edited") as fresh:
        fresh.document_number = "INV-1a"

    assert held(None, None).months == ("2026-05",)


def test_rolling_back_a_write_leaves_the_sums_standing(trading):
    invoice = make_invoice(trading.anna)
    rolling.roll_all()

    with suppress(ZeroDivisionError), write.writing(invoice, by=trading.anna, act="edited") as fresh:
        fresh.country = "Spain"
        write.note_for_end(lambda _notes: 1 / 0, "after the sums were told")

    assert not Unrolled.objects.exists()


def test_the_nightly_comparison_finds_tells_and_mends_a_wrong_sum(trading):
    make_invoice(trading.anna, (trading.products[0], 3, "2.00"), (trading.products[1], 1, "1.00"))
    rolling.roll_all()
    rolling.compare("2026-05")
    assert differences() == []
    assert rolling.fault() == ""

    MonthSum.objects.filter(grain="company").update(amount=1)
    said = rolling.compare("2026-05")

    assert said == "company 1"
    assert "2026-05 (company 1)" in rolling.fault()
    assert profit("company")[0].revenue == 700  # from the rows, until the month is summed anew
    rolling.roll_all()
    assert profit("company")[0].revenue == 700
    rolling.compare("2026-05")
    assert rolling.fault() == ""


def test_a_year_that_is_over_is_read_from_its_own_sums_until_one_of_its_months_changes(trading):
    for day in (date(2024, 3, 3), date(2024, 8, 8), MAY):
        make_invoice(trading.anna, (trading.products[0], 1, "2.00"), day=day, company=trading.companies[1])
    rolling.roll_all()
    assert held(None, None).shortest == ("2024", "2026-05")
    MonthSum.objects.filter(month="2024").update(amount=999)  # so that we see where the number comes from

    assert profit("company")[0].revenue == 999 + 200
    assert [row.revenue for row in profit("month")] == [200, 200, 200]
    assert profit("company", start=date(2024, 4, 1))[0].revenue == 400
    make_invoice(trading.anna, day=date(2024, 5, 5))
    assert profit("company")[0].revenue == 999 + 200
    rolling.roll("2024-05")
    assert held(None, None).years == ()
    assert profit("company") == profit("company", raw=True)
    rolling.roll_all()
    assert held(None, None).years == ("2024",)
    assert profit("company") == profit("company", raw=True)


def test_the_nightly_comparison_finds_a_wrong_sum_of_a_year(trading):
    make_invoice(trading.anna, day=date(2024, 3, 3))
    rolling.roll_all()
    assert rolling.compare_year("2024") == ""

    MonthSum.objects.filter(month="2024", grain="company").update(amount=1)

    assert rolling.compare_year("2024") == "months 2"  # the row as kept and the row as it should be
    assert [(one.period, one.words) for one in differences()] == [("2024", "months 2")]
    assert profit("company")[0].revenue == 1000
    rolling.roll_all()
    assert held(None, None).years == ("2024",)
    assert profit("company")[0].revenue == 1000


def test_the_largest_are_chosen_out_of_all_and_the_others_counted(trading):
    almonds, dates, nuts = trading.products
    make_invoice(trading.anna, (almonds, 1, "5.00"), (dates, 1, "7.00"), (nuts, 1, "6.00"), (None, 1, "9.00"))

    found = largest("product", 2)

    assert [(row.place.name, row.revenue) for row in found.rows] == [(None, 900), ("Dates", 700)]
    assert (found.count, found.named) == (4, 3)
    assert largest("company", 2, user=trading.larisa).rows == []


def test_sums_by_category_are_those_of_its_products_and_follow_when_a_product_moves(trading):
    almonds, dates, nuts = trading.products
    make_cost(almonds, "1.00")
    make_invoice(trading.anna, (almonds, 1, "5.00"), (dates, 1, "7.00"), (nuts, 1, "6.00"), (None, 1, "9.00"))
    rolling.roll_all()
    assert [(row.place.name, row.revenue, row.cost) for row in profit("category")] == [
        (None, 1500, None), ("Dry goods", 1200, 100),
    ]  # fmt: skip

    with write.writing(nuts, by=trading.olga, act="edited") as fresh:
        fresh.category = dates.category

    assert [(row.place.name, row.revenue) for row in profit("category")] == [("Dry goods", 1800), (None, 900)]
    assert profit("category", user=trading.anna) == profit("category", user=trading.anna, raw=True)


def test_the_comparison_finds_a_line_that_came_past_the_write_path(trading):
    invoice = make_invoice(trading.anna, (trading.products[0], 3, "2.00"))
    rolling.roll_all()

    with write.write_path():
        InvoiceLine.objects.filter(invoice=invoice).update(amount_minor=5000)

    assert profit()[0].revenue == 600
    assert rolling.compare("2026-05") != ""
    assert profit()[0].revenue == 5000


def test_who_sees_no_invoice_gets_nothing_out_of_the_sums(trading):
    with write.acting(trading.olga, "created"):
        create_many([(Invoice(document_number="X", issued_on=MAY, currency="GBP", owner=None), [_line(trading, 0)])])
    Invoice.objects.all()
    rolling.roll_all()

    assert profit("owner", user=trading.larisa) == []
    assert documents(user=trading.larisa) == 0


def _line(trading, product, quantity="1", price="2.00"):
    discount = Decimal(10 if product == 2 else 0)
    return InvoiceLine(
        product=trading.products[product], quantity=Decimal(quantity), price=Decimal(price), discount=discount
    )


# ── anything, in any order

days = some.one_of(
    some.dates(date(2026, 1, 1), date(2026, 4, 30)), some.dates(date(2024, 11, 1), date(2025, 2, 28))
)  # of the years that are over, sums by year are kept, too
lines = some.lists(
    some.tuples(some.integers(0, 2), some.decimals("-9", "20", places=1), some.decimals("0", "9", places=2)),
    min_size=1,
    max_size=3,
)
pick = some.integers(0, 50)
steps = some.one_of(
    some.tuples(some.just("create"), days, some.sampled_from(["GBP", "JPY"]), pick, lines),
    some.tuples(some.just("create"), days, some.sampled_from(["GBP", "JPY"]), pick, lines),
    some.tuples(some.just("move"), pick, days),
    some.tuples(some.just("hand"), pick, pick),
    some.tuples(some.just("line"), pick, lines),
    some.tuples(some.just("drop"), pick),
    some.tuples(some.just("issue"), pick),
    some.tuples(some.just("archive"), pick),
    some.tuples(some.just("archive and back"), pick),
    some.tuples(some.just("restore"), pick),
    some.tuples(some.just("undo"), pick),
    some.tuples(some.just("erase"), pick),
    some.tuples(some.just("cost"), pick, days, some.decimals("0", "5", places=2)),
    some.tuples(some.just("no cost"), pick),
    some.tuples(some.just("claim"), pick, days, some.integers(1, 500)),
    some.tuples(some.just("no claim"), pick),
    some.tuples(some.just("roll one"), pick),
    some.tuples(some.just("roll")),
    some.tuples(some.just("compare")),
)


class Doing:
    """One random history of a firm."""

    def __init__(self, cast):
        self.cast, self.people = cast, [cast.anna, cast.ivan, cast.olga, cast.piotr]

    def __call__(self, what, *how):
        getattr(self, what.replace(" ", "_"))(*how)

    def chosen(self, place, model=Invoice):
        found = list(model._base_manager.order_by("pk"))
        return found[place % len(found)] if found else None

    def create(self, day, currency, place, lines):
        invoice = Invoice(
            document_number=str(place), issued_on=day, currency=currency, owner=self.people[place % 4],
            company=self.cast.companies[place % 3], country=["", "PL", "KZ"][place % 3],
            kind=Invoice.Kind.CREDIT_NOTE if place % 7 == 0 else Invoice.Kind.INVOICE,
            state=Invoice.State.DRAFT if place % 5 == 0 else Invoice.State.ISSUED,
        )  # fmt: skip
        with write.acting(self.cast.olga, "created"):
            create_many([(invoice, [_line(self.cast, *line) for line in lines])])

    def edited(self, place, change):
        if (invoice := self.chosen(place)) is not None:
            with write.writing(invoice, by=self.cast.olga, act="imported", channel="import") as fresh:
                change(fresh)

    def issue(self, place):
        self.edited(place, lambda invoice: setattr(invoice, "state", Invoice.State.ISSUED))

    def move(self, place, day):
        self.edited(place, lambda invoice: setattr(invoice, "issued_on", day))

    def hand(self, place, to):
        def change(invoice):
            invoice.owner, invoice.company = self.people[to % 4], self.cast.companies[to % 3]
            invoice.department = invoice.owner.department if to % 2 else self.cast.sales

        self.edited(place, change)

    def line(self, place, lines):
        self.edited(place, lambda invoice: [write.put_part(invoice, _line(self.cast, *line)) for line in lines])

    def drop(self, place):
        self.edited(place, lambda invoice: [write.drop_part(invoice, line) for line in list(invoice.lines.all())[:1]])

    def archive(self, place):
        self.edited(place, lambda invoice: setattr(invoice, "archived_at", invoice.archived_at or now()))

    def archive_and_back(self, place):
        with write.acting(self.cast.olga, "imported", channel="import"):
            self.archive(place)
            self.restore(place)

    def restore(self, place):
        self.edited(place, lambda invoice: setattr(invoice, "archived_at", None))

    def undo(self, place):
        act = ChangeSet.objects.filter(changes__type="invoice", undone_by=None).order_by("-pk").distinct()[place % 3 :]
        if act := act.first():
            with suppress(Refusal):
                undo(act, by=self.cast.olga)

    def erase(self, place):
        if (invoice := self.chosen(place)) is not None:
            with write.acting(self.cast.olga, "undone"):
                post(invoice, [])
                write.erase([invoice])

    def cost(self, place, day, cost):
        product = self.cast.products[place % 3]
        price = CostPrice.objects.filter(product=product, valid_from=day).first() or CostPrice(valid_from=day)
        price.cost, price.currency = cost, "JPY" if place % 5 == 0 else "GBP"
        with write.writing(product, by=self.cast.olga, act="edited") as fresh:
            write.put_part(fresh, price)

    def no_cost(self, place):
        if (price := self.chosen(place, CostPrice)) is not None:
            with write.writing(price.product, by=self.cast.olga, act="edited") as fresh:
                write.drop_part(fresh, price)

    def claim(self, place, day, amount):
        if (invoice := self.chosen(place)) is not None:
            row = LedgerRow(kind="claim", amount_minor=amount, currency=invoice.currency, counts_on=day)
            row.company_id, row.product = invoice.company_id, self.cast.products[place % 3]
            post(invoice, [row])

    def no_claim(self, place):
        if (invoice := self.chosen(place)) is not None:
            withdraw(invoice)

    def roll_one(self, place):
        months = sorted(set(Unrolled.objects.values_list("month", flat=True)))
        if months:
            rolling.roll(months[place % len(months)])

    def roll(self):
        rolling.roll_all()

    def compare(self):
        for month in RolledMonth.objects.values_list("month", flat=True):
            assert rolling.compare(month) == ""
        for year in RolledYear.objects.values_list("year", flat=True):
            assert rolling.compare_year(year) == ""


@settings(
    max_examples=8 if connection.vendor == "postgresql" else 20,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(history=some.lists(steps, min_size=3, max_size=25))
def test_whatever_happened_the_kept_sums_give_the_number_of_the_rows(trading, history):
    with transaction.atomic():
        do = Doing(trading)
        for step in history:
            do(*step)
        readers = [None, trading.olga, trading.anna, trading.piotr, trading.ivan]
        same_as_raw(readers, ways=[("product",), ("company", "month"), ("owner",)], ranges=RANGES[:3])
        rolling.roll_all()
        same_as_raw(readers, ways=[("product",), ("country", "month")], ranges=RANGES[1:4])
        same_as_raw(readers[1:3], ways=WAYS, ranges=RANGES[-1:])
        do("compare")
        transaction.set_rollback(True)


@pytest.mark.parametrize("summed_between", [True, False])
def test_an_import_and_its_undo_leave_the_kept_sums_equal_to_the_rows(trading, tmp_path, summed_between):
    def loaded(name, header, layout, *rows):
        job = imported(write_csv(tmp_path / name, header, list(rows)), layout, by=trading.olga)
        checked()
        return job

    def checked():
        same_as_raw([None, trading.olga, trading.piotr], ways=WAYS[:7], ranges=[{}])
        if summed_between:
            rolling.roll_all()
            same_as_raw([None], ways=WAYS[:7], ranges=[{}])

    sold = retail_rows(30)
    loaded("first.csv", RETAIL, "online-retail", *sold)
    rolling.roll_all()
    before = [profit(way) for way in WAYS]

    costs = loaded(
        "costs.csv", ["code", "cost", "currency", "valid from"], "costs", [sold[0][1], "1", "GBP", "2010-01-01"]
    )
    more = [[*row[:3], "77", *row[4:]] if row[0] == sold[0][0] else row for row in [*sold, *retail_rows(60, seed=2)]]
    register = loaded("second.csv", RETAIL, "online-retail", *more)
    assert all(counts(register)[:2])  # some are new, some changed
    assert profit()[0].cost
    assert profit()[0].lines > before[-4][0].lines
    for job in (register, costs):
        assert undone(job, by=trading.olga).kept == []
        checked()

    rolling.roll_all()
    assert [profit(way) for way in WAYS] == before
    assert {rolling.compare(month) for month in RolledMonth.objects.values_list("month", flat=True)} == {""}


def test_a_settled_claim_takes_its_cost_from_the_profit_until_it_is_reopened(trading):
    almonds, tortola = trading.products[0], trading.companies[1]
    make_cost(almonds, "1.00")
    make_invoice(trading.olga, (almonds, 10, "5.00"), company=tortola)
    claim = Claim(name="Wet", company=tortola, product=almonds, kind="damaged", currency="GBP", owner=trading.olga)
    write.creating(claim, by=trading.olga)
    rolling.roll_all()

    claims.accept(claim, by=trading.olga)
    claims.settle(claim, by=trading.olga, cost_minor=1500)

    for _time in ("new", "summed"):
        (row,) = profit("product")
        assert (row.margin, row.taken("claim"), row.profit) == (4000, 1500, 2500)
        assert profit("product", user=trading.anna) == []
        rolling.roll_all()
    claims.reopen(claim, by=trading.olga)
    assert profit("company")[0].profit == 4000


@pytest.mark.django_db(transaction=True, serialized_rollback=False)
def test_what_is_written_while_a_month_is_summed_is_never_lost():
    """Two write and move documents, two sum, one reads: no number is ever between two states."""
    from groundwork.access.testing import make_cast

    cast = make_cast()
    moved = [make_invoice(cast.olga, (None, 1, "100.00"), number=f"N{place}") for place in range(4)]
    rolling.roll_all()
    wrong, ended = [], Event()

    def write_some(place):
        for turn in range(12):
            with write.writing(moved[place], by=cast.olga, act="imported", channel="import") as invoice:
                invoice.issued_on = JUNE if turn % 2 else MAY
            make_invoice(cast.olga, (None, 1, "1.00"), (None, -1, "1.00"), number=f"W{place}-{turn}", day=JUNE)

    def sum_up(_place):
        while not ended.is_set():
            rolling.roll_all()

    def read(_place):
        while not ended.is_set():
            if (said := sum(row.revenue for row in profit("month"))) != 40000:
                wrong.append(said)

    def in_thread(what, place):
        try:
            what(place)
        except Exception as fault:
            wrong.append(fault)
        finally:
            connection.close()

    writers = [Thread(target=in_thread, args=(write_some, place)) for place in range(2)]
    others = [Thread(target=in_thread, args=(what, 0)) for what in (sum_up, sum_up, read)]
    for thread in (*writers, *others):
        thread.start()
    for thread in writers:
        thread.join()
    ended.set()
    for thread in others:
        thread.join()

    assert wrong == []
    for _time in ("before", "after"):
        for way in (("month",), ("owner",), ("product",)):
            assert profit(way) == profit(way, raw=True)
        rolling.roll_all()
    assert [rolling.compare(month) for month in RolledMonth.objects.values_list("month", flat=True)] == ["", ""]


def test_a_head_also_counts_own_documents_of_other_departments_in_just_their_months(trading):
    for month in (3, 4, 5):
        make_invoice(trading.anna, (trading.products[0], 3, "2.00"), day=date(2026, month, 3), number=f"A{month}")
    make_invoice(trading.piotr, (trading.products[1], 1, "9.00"), day=date(2026, 4, 9), department=trading.export)
    make_invoice(trading.ivan, (trading.products[1], 1, "50.00"), day=date(2026, 4, 9), number="I")
    rolling.roll_all()

    ways = (("product",), ("company",), ("month", "product"))
    same_as_raw([trading.piotr], ways=ways, ranges=[{}, {"start": date(2026, 4, 1)}])

    assert [row.revenue for row in profit("month", user=trading.piotr)] == [600, 1500, 600]
    assert sum(row.revenue for row in profit("product", user=trading.piotr)) == 2700
    MonthSum.objects.filter(grain="owner").delete()  # so that we see what tells of them
    assert sum(row.revenue for row in profit("product", user=trading.piotr)) == 1800


@pytest.mark.parametrize("start", [None, date(2026, 1, 15), date(2026, 2, 1), date(2026, 6, 30)])
@pytest.mark.parametrize("until", [None, date(2026, 3, 10), date(2026, 7, 1), date(2027, 2, 1)])
@pytest.mark.parametrize("months", [(), ("2026-02",), ("2026-02", "2026-03", "2026-06"), ("2025-12", "2027-01")])
def test_the_days_beside_the_kept_months_are_read_once_each_with_one_bound_a_side(start, until, months):
    """Of two bounds on one side SQLite takes the first it meets: it would walk the documents of all years."""
    every = [date(2025, 11, 1) + timedelta(days=place) for place in range(500)]
    asked = [day for day in every if (start or day) <= day <= (until or day)]

    gaps = [dict(gap.children) for gap in _gaps(months, "day", start, until)]

    inside = [day for gap in gaps for day in every if _lies(day, **gap)]
    assert sorted(inside) == [day for day in asked if month_of(day) not in months]


def _lies(day, day__gte=None, day__lte=None):
    return (day__gte or day) <= day <= (day__lte or day)
