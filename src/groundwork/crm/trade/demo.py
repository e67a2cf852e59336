"""``groundwork demo wholesale`` and ``demo remove``: a made-up wholesaler of nuts with two years of trade.

The same ``--seed``, ``--size`` and ``--today`` give the same firm; only the password is new each time. Nothing is real.
The small firm (S) keeps no cost prices: it begins where a young firm stands, with margins unknown. The larger ones, and
the small one with ``--costs``, keep what most of their goods cost, from their purchases.
"""

import random
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundwork.access.models import Department, Role, User
from groundwork.access.presets import make_roles
from groundwork.background.schedules import wind_up
from groundwork.background.setup import on_init
from groundwork.blueprint.elements import raise_config_version, register_declared, switch
from groundwork.blueprint.models import Firm
from groundwork.core import clock
from groundwork.core.months import first_of_month
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade import demo_goods
from groundwork.crm.trade.demo_goods import Goods
from groundwork.crm.trade.demo_law import legal_ids
from groundwork.crm.trade.demo_trade import SEASON, Trade
from groundwork.crm.trade.models import COST, Invoice, Series
from groundwork.crm.trade.series import make_built_in
from groundwork.records.finding.search import forget_all
from groundwork.records.models import Activity, Record
from groundwork.records.tallies import fold_tallies
from groundwork.records.types import types
from groundwork.records.write import acting, writing_many

CURRENCY = "EUR"
MONTHS = 24
BATCH = 2000  # records in one transaction


@dataclass(frozen=True)
class Size:
    companies: int
    contacts: int
    products: int
    lines: int
    lines_each: int  # of one document, at most
    activities: int
    months_of_orders: int = MONTHS + 1
    costs: bool = False


SIZES = {
    "S": Size(300, 600, 72, 5_000, 8, 240),
    "L": Size(20_000, 60_000, 400, 200_000, 8, 20_000, costs=True),
    "XL": Size(20_000, 60_000, 2_000, 5_000_000, 49, 20_000, months_of_orders=3, costs=True),
}


@dataclass
class Demo:
    """What the parts of other rooms get: the people by name, and the day the demo stands at."""

    today: date
    random: random.Random
    size: Size
    firm: Firm | None = None
    people: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)  # of a product's code, in cents
    costs: bool = False  # does the firm keep cost prices?
    rolled_out: bool = False  # has the firm walked its roll-out?

    @property
    def months(self) -> list[date]:
        return [first_of_month(self.today, -back) for back in range(MONTHS, -1, -1)]


@dataclass(frozen=True)
class DemoPart:
    """What an upper room adds to the demo firm; called last, outside any transaction."""

    key: str
    fill: Callable[[Demo], Any]


demo_parts: Registry[DemoPart] = Registry(lambda item: item.key)


def run(args) -> int:
    if args.firm == "remove":
        remove()
        print(_("The demo is gone. Run: groundwork init"))
        return 0
    password = secrets.token_urlsafe(9)
    stands_at = args.today or (date.fromisoformat(settings.DEMO_TODAY) if settings.DEMO_TODAY else clock.today())
    made = fill(
        seed=args.seed, size=SIZES[args.size], today=stands_at, password=password, costs=args.costs or None,
        rolled_out=not args.fresh, progress=sys.stderr.isatty(),
    )  # fmt: skip
    print(
        f"{made.firm.name}: {Company.objects.count()} companies, {Invoice.objects.count()} invoices up to {stands_at}."
    )
    print(f"Password of everybody: {password}")
    for user in made.people.values():
        print(f"  {user.email:<24} {user.name}, {', '.join(str(role) for role in user.roles.all())}")
    return 0


def fill(
    *, seed: int, size: Size, today: date, password: str, costs: bool | None = None, rolled_out: bool = False,
    progress: bool = False,
) -> Demo:  # fmt: skip
    """Make the demo firm in an empty database; refused where a firm is already. ``costs`` None: as its size says."""
    if Firm.objects.exists() or User.objects.exists():
        raise Refusal(_("This database already holds a firm. The demo needs an empty one."))
    register_declared()
    make_roles([kind.granted for kind in types])
    demo = Demo(today, random.Random(f"{seed} {size.lines}"), size)  # noqa: S311 - repeatable on purpose
    demo.costs, demo.rolled_out = size.costs if costs is None else costs, rolled_out
    months = demo.months
    before = first_of_month(today, -MONTHS - 1)
    try:
        with at(before):
            _people(demo, password)
            if demo.costs:
                switch(COST, on=True, by=demo.people["olga"], reason="We want to know what we earn on each kilogram.")
            goods = demo_goods.fill(demo, _keep)
            companies = _companies(demo)
            buyers = [company for company in companies if company.kind == Company.Kind.CUSTOMER]
            _contacts(demo, companies)
            demo_goods.rates(demo, goods, [before, *months], _keep)
            demo_goods.price_lists(demo, goods, buyers, sorted({first.year for first in months}), _keep)
            demo_goods.purchases(demo, goods, before, 90_000, share=1)
        _trade(demo, goods, buyers, progress)
        _activities(demo, companies)
        fold_tallies()
        for part in demo_parts:
            part.fill(demo)
    except BaseException:
        if not connection.in_atomic_block:
            empty()
        raise
    return demo


def remove() -> None:
    """Take the demo firm out, with everything that was added to it since. Refused for a firm that is no demo."""
    firm = Firm.current()
    if firm is None or not firm.demo:
        raise Refusal(_("There is no demo here. A real firm is not removed by this command."))
    empty()


def empty() -> None:
    """Back to what ``groundwork init`` leaves."""
    forget_all()
    call_command("flush", interactive=False, verbosity=0)
    raise_config_version()
    wind_up()
    for _key, step in on_init:
        step(sys.stdout)


def at(day: date):
    """The clock stands at nine in the morning of ``day``, so that the history reads as it would have been."""
    return clock.standing_at(datetime.combine(day, time(9), tzinfo=UTC))


# ── the firm and its people

DEPARTMENTS = {  # key: (name, parent's key, head's key)
    "firm": ("Фундук и Ко", None, "olga"),
    "sales": ("Sales", "firm", "piotr"),
    "shops": ("Shops and cafés", "sales", "piotr"),
    "export": ("Export", "firm", None),
    "purchasing": ("Purchasing", "firm", "larisa"),
    "accounts": ("Accounts", "firm", "nina"),
}
PEOPLE = {  # key: (name, role, department, language)
    "anna": ("Анна Соколова", "salesperson", "shops", "ru"),
    "piotr": ("Piotr Nowak", "head", "sales", "pl"),
    "olga": ("Ольга Дорофеева", "director", "firm", "ru"),
    "ivan": ("Иван Петров", "salesperson", "export", "ru"),
    "tomasz": ("Tomasz Wiśniewski", "salesperson", "shops", "pl"),
    "larisa": ("Лариса Белова", "buyer", "purchasing", "ru"),
    "nina": ("Nina Kowalska", "bookkeeper", "accounts", "pl"),
    "admin": ("Alex Morgan", "administrator", "firm", "en"),
}
SELLERS = {"anna": 34, "tomasz": 26, "ivan": 25, "piotr": 15}  # who looks after how many companies


@transaction.atomic
def _people(demo: Demo, password: str) -> None:
    demo.firm = Firm.objects.create(
        pk=1,
        name="Фундук и Ко",
        country="PL",
        currency=CURRENCY,
        time_zone="Europe/Warsaw",
        language="en",
        demo="wholesale",
    )
    for key, (name, parent, _head) in DEPARTMENTS.items():
        demo.departments[key] = Department.objects.create(name=name, parent=demo.departments.get(parent or ""))
    roles = {role.key: role for role in Role.objects.all()}
    for key, (name, role, department, language) in PEOPLE.items():
        demo.people[key] = User.objects.create_user(
            f"{key}@demo.example", password, name=name, department=demo.departments[department], language=language
        )
        demo.people[key].roles.add(roles[role])
    for key, (_name, _parent, head) in DEPARTMENTS.items():
        if head:
            demo.departments[key].head = demo.people[head]
            demo.departments[key].save()


# ── companies, contacts, products

COUNTRIES = {  # name: (share, cities, telephone code)
    "Poland": (42, ("Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk", "Lublin", "Białystok"), "+48"),
    "Russia": (14, ("Москва", "Санкт-Петербург", "Казань", "Новосибирск"), "+7"),
    "Kazakhstan": (12, ("Алматы", "Астана", "Караганда"), "+7"),
    "Latvia": (8, ("Rīga", "Daugavpils", "Liepāja"), "+371"),
    "Germany": (9, ("Berlin", "Leipzig", "Dresden"), "+49"),
    "United Kingdom": (11, ("London", "Leeds", "Bristol"), "+44"),
    "Georgia": (4, ("Тбилиси", "Батуми"), "+995"),
}
FIRST_WORDS = {
    "pl": ("Cukiernia", "Delikatesy", "Hurtownia", "Piekarnia", "Kawiarnia", "Spiżarnia", "Sklep", "Palarnia"),
    "ru": ("Кондитерская", "Лавка", "Торговый дом", "Пекарня", "Кофейня", "Сеть", "Фабрика", "Склад"),
    "en": ("Bakery", "Deli", "Store", "Coffee House", "Market", "Pantry", "Traders", "Foods"),
}
SECOND_WORDS = {
    "pl": (
        "Wawel",
        "Złoty Orzech",
        "Pod Lipą",
        "Smakosz",
        "Bursztyn",
        "Jagoda",
        "Zacisze",
        "Słoneczna",
        "Mazurek",
        "Rosa",
    ),
    "ru": ("Тортоля", "Берёзка", "Миндаль", "Полянка", "Изюминка", "Каравай", "Лето", "Медовый дом", "Урюк", "Самал"),
    "en": (
        "Green Lane",
        "Hazel",
        "Oak & Pine",
        "North",
        "Harbour",
        "Old Mill",
        "Sunny Side",
        "Almond Tree",
        "Corner",
        "Walnut",
    ),
}
LANGUAGE_OF = {
    "Poland": "pl",
    "Russia": "ru",
    "Kazakhstan": "ru",
    "Georgia": "ru",
    "Latvia": "ru",
    "Germany": "en",
    "United Kingdom": "en",
}
PEOPLE_NAMES = {
    "pl": (
        ("Ewa", "Marek", "Katarzyna", "Paweł", "Zofia", "Jan"),
        ("Zielińska-Lis", "Mazur", "Wójcik", "Duda", "Król", "Pawlak"),
    ),
    "ru": (
        ("Мария", "Алексей", "Айгуль", "Сергей", "Нино", "Виктор"),
        ("Ким", "Коваленко", "Беридзе", "Озолс", "Сидоренко", "Мороз"),
    ),
    "en": (
        ("Emma", "James", "Hannah", "Oliver", "Julia", "Karl"),
        ("Brown", "Schmidt", "Taylor", "Weber", "Wood", "Fischer"),
    ),
}
JOBS = {
    "pl": ("właściciel", "dział zakupów", "księgowość", "kierownik zmiany"),
    "ru": ("владелец", "отдел закупок", "бухгалтерия", "технолог"),
    "en": ("owner", "purchasing", "accounts", "chef"),
}


def _companies(demo: Demo) -> list[Company]:
    rnd, result, taken = demo.random, [], set()
    shares = [share for share, _cities, _code in COUNTRIES.values()]
    for place in range(demo.size.companies - len(demo_goods.SUPPLIERS)):
        country = rnd.choices(list(COUNTRIES), shares)[0]
        _share, cities, code = COUNTRIES[country]
        language = LANGUAGE_OF[country]
        city = rnd.choice(cities)
        words = rnd.choice(FIRST_WORDS[language]), rnd.choice(SECOND_WORDS[language])
        name = " ".join(words if language != "en" else reversed(words))
        if name in taken:
            name = f"{name}, {city}"
        if name in taken:
            name = f"{name} {place}"
        taken.add(name)
        result.append(
            Company(
                name=name,
                country=country,
                city=city,
                phone=f"{code} {rnd.randint(200, 999)} {rnd.randint(100, 999)} {rnd.randint(100, 999)}",
                email=f"office{place}@example.com" if rnd.random() < 0.8 else "",
                kind=rnd.choices((Company.Kind.CUSTOMER, Company.Kind.PARTNER), (98, 2))[0],
                owner=demo.people[rnd.choices(list(SELLERS), list(SELLERS.values()))[0]],
                payment_days=rnd.choice(demo_goods.PAYMENT_DAYS),
                debt_limit_minor=rnd.choice((None, None, 500_000, 1_000_000, 2_500_000)),
                currency=CURRENCY,
                **legal_ids(country, city, rnd),
            )
        )
    _keep(result, demo.people["piotr"])
    return result


def _contacts(demo: Demo, companies: list[Company]) -> None:
    rnd, result = demo.random, []
    for place in range(demo.size.contacts):
        company = companies[place] if place < len(companies) else rnd.choice(companies)
        language = LANGUAGE_OF[company.country]
        firsts, lasts = PEOPLE_NAMES[language]
        result.append(
            Contact(
                name=f"{rnd.choice(firsts)} {rnd.choice(lasts)}",
                company=company,
                job=rnd.choice(JOBS[language]),
                phone=company.phone[:-3] + str(rnd.randint(100, 999)),
                email=f"contact{place}@example.com",
                owner=company.owner,
            )
        )
    _keep(result, demo.people["piotr"])


def _keep(records: Sequence[Record], by: User) -> None:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        with acting(by, "created", channel="command", cause="demo"):
            writing_many(created=batch)


# ── two years of trade


def _trade(demo: Demo, goods: Goods, buyers: list[Company], progress: bool) -> None:
    months = demo.months
    batch = BATCH if demo.size.lines_each < 20 else BATCH // 4
    trade = Trade(demo, goods, buyers, months[0], batch, _series())
    weights = [SEASON[first.month - 1] * (1 + 0.015 * place) for place, first in enumerate(months)]
    weights[-1] *= demo.today.day / 30
    lines_left, weight_left = demo.size.lines, sum(weights)
    for place, (first, weight) in enumerate(zip(months, weights, strict=True)):
        wanted = round(lines_left * weight / weight_left) if weight_left else lines_left
        lines_left, weight_left = lines_left - wanted, weight_left - weight
        last = min(first_of_month(first, 1) - timedelta(days=1), demo.today)
        with at(last):
            trade.month(first, last, wanted, with_orders=place >= len(months) - demo.size.months_of_orders)
        fold_tallies()
        if progress:
            print(f"\r{first:%Y-%m} {Invoice.objects.count()} documents", end="", file=sys.stderr)
    with at(demo.today):
        trade.open_orders()
    trade.count_on()
    if progress:
        print(file=sys.stderr)


PATTERNS = {Invoice.Kind.INVOICE: "FV/{year}/{n:06}", Invoice.Kind.CREDIT_NOTE: "CN/{year}/{n:05}"}


def _series() -> dict[str, Series]:
    """The firm numbers its documents by its own series, each year anew."""
    make_built_in()
    for kind, pattern in PATTERNS.items():
        Series.objects.filter(kind=kind).update(pattern=pattern)
    return {kind: Series.objects.get(kind=kind) for kind in PATTERNS}


# ── what was said

TALKS = {
    "pl": (
        "Prosi o próbki migdałów do piątku.",
        "Rozmowa o cenach na grudzień, chce rabat przy palecie.",
        "Dostawa przyszła w porządku.",
    ),
    "ru": (
        "Просит образцы фундука до пятницы.",
        "Обсудили цены на декабрь, ждёт предложение по кешью.",
        "Поставка пришла целой, довольны.",
    ),
    "en": (
        "Asks for almond samples by Friday.",
        "Talked about December prices; wants terms for a pallet.",
        "Delivery arrived in order.",
    ),
}


@transaction.atomic
def _activities(demo: Demo, companies: list[Company]) -> None:
    rnd, rows = demo.random, []
    with acting(demo.people["piotr"], "noted", channel="command", cause="demo") as act:
        for _place in range(demo.size.activities):
            company = rnd.choice(companies)
            kind = rnd.choice(Activity.Kind.values)
            day = demo.today - timedelta(days=rnd.randint(0, 240))
            rows.append(
                Activity(
                    type="company",
                    object_id=company.pk,
                    kind=kind,
                    text=rnd.choice(TALKS[LANGUAGE_OF[company.country]]),
                    minutes=rnd.randint(3, 25) if kind == Activity.Kind.CALL else None,
                    by=company.owner,
                    changeset=act.kept(),
                    at=datetime.combine(day, time(rnd.randint(8, 16), rnd.randint(0, 59)), tzinfo=UTC),
                )
            )
        Activity.objects.bulk_create(rows, batch_size=1000)
