"""``groundwork demo wholesale`` and ``demo remove``: a made-up wholesaler of nuts with a year and a half of trade.

The same ``--seed``, ``--size`` and ``--today`` give the same firm; only the password is new each time. Nothing is real.
There are no cost prices: the demo begins where a young firm stands, with margins unknown.
"""

import random
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundwork.access.models import Department, Role, User
from groundwork.access.presets import make_roles
from groundwork.background.schedules import wind_up
from groundwork.background.setup import on_init
from groundwork.blueprint.elements import raise_config_version, register_declared
from groundwork.blueprint.models import Firm
from groundwork.core import clock
from groundwork.core.refusals import Refusal
from groundwork.core.registry import Registry
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.trade.documents import create_many
from groundwork.crm.trade.models import Invoice, InvoiceLine, Product
from groundwork.records.models import Activity, Record
from groundwork.records.types import types
from groundwork.records.write import acting, fold_tallies, writing_many

CURRENCY = "EUR"
MONTHS = 18
BATCH = 2000  # records in one transaction


@dataclass(frozen=True)
class Size:
    companies: int
    contacts: int
    products: int
    lines: int
    lines_each: int  # of one document, at most
    activities: int


SIZES = {
    "S": Size(300, 600, 72, 5_000, 8, 240),
    "L": Size(20_000, 60_000, 400, 400_000, 3, 20_000),
    "XL": Size(20_000, 60_000, 2_000, 5_000_000, 49, 20_000),
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
    made = fill(seed=args.seed, size=SIZES[args.size], today=stands_at, password=password, progress=sys.stderr.isatty())
    print(
        f"{made.firm.name}: {Company.objects.count()} companies, {Invoice.objects.count()} invoices up to {stands_at}."
    )
    print(f"Password of everybody: {password}")
    for user in made.people.values():
        print(f"  {user.email:<24} {user.name}, {', '.join(str(role) for role in user.roles.all())}")
    return 0


def fill(*, seed: int, size: Size, today: date, password: str, progress: bool = False) -> Demo:
    """Make the demo firm in an empty database; refused where a firm is already."""
    if Firm.objects.exists() or User.objects.exists():
        raise Refusal(_("This database already holds a firm. The demo needs an empty one."))
    register_declared()
    make_roles([kind.granted for kind in types])
    demo = Demo(today, random.Random(f"{seed} {size.lines}"), size)  # noqa: S311 - repeatable on purpose
    beginning = months_back(today, MONTHS)
    try:
        with at(beginning - timedelta(days=30)):
            _people(demo, password)
            companies = _companies(demo)
            products = _products(demo)
            _contacts(demo, companies)
        _trade(demo, companies, products, beginning, progress)
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
    firm = Firm.objects.first()
    if firm is None or not firm.demo:
        raise Refusal(_("There is no demo here. A real firm is not removed by this command."))
    empty()


def empty() -> None:
    """Back to what ``groundwork init`` leaves."""
    with connection.cursor() as cursor:
        if "records_words" in connection.introspection.table_names(cursor):
            cursor.execute("DELETE FROM records_words")
    call_command("flush", interactive=False, verbosity=0)
    raise_config_version()
    wind_up()
    for _key, step in on_init:
        step(sys.stdout)


def at(day: date):
    """The clock stands at nine in the morning of ``day``, so that the history reads as it would have been."""
    return clock.standing_at(datetime.combine(day, time(9), tzinfo=UTC))


def months_back(day: date, count: int) -> date:
    place = day.year * 12 + day.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


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
    "Poland": (46, ("Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk", "Lublin", "Białystok"), "+48"),
    "Latvia": (14, ("Rīga", "Daugavpils", "Liepāja"), "+371"),
    "Kazakhstan": (16, ("Алматы", "Астана", "Караганда"), "+7"),
    "Germany": (12, ("Berlin", "Leipzig", "Dresden"), "+49"),
    "United Kingdom": (7, ("London", "Leeds", "Bristol"), "+44"),
    "Georgia": (5, ("Тбилиси", "Батуми"), "+995"),
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
    for place in range(demo.size.companies):
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
                kind=rnd.choices(Company.Kind.values, (92, 6, 2))[0],
                owner=demo.people[rnd.choices(list(SELLERS), list(SELLERS.values()))[0]],
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


GOODS = {  # name: price of one kilogram, in cents
    "Миндаль Carmel 23/25": 892,
    "Migdały łuskane": 948,
    "Кешью W320": 815,
    "Orzechy nerkowca W240": 978,
    "Фундук 11–13": 864,
    "Orzechy laskowe prażone": 1012,
    "Walnut halves": 934,
    "Грецкий орех, бабочка": 905,
    "Pistachios, roasted": 1695,
    "Арахис бланшированный": 242,
    "Pecan halves": 1780,
    "Orzechy brazylijskie": 1120,
    "Финик Меджул": 1050,
    "Daktyle Deglet Nour": 448,
    "Изюм Малаяр": 236,
    "Rodzynki sułtańskie": 258,
    "Курага «Джамбо»": 612,
    "Figi suszone": 640,
    "Prunes, pitted": 486,
    "Żurawina suszona": 690,
    "Cranberries, sweetened": 705,
    "Манго сушёное": 1145,
    "Banana chips": 365,
    "Смесь «Студенческая»": 560,
}
PACKS = (("5 kg", 100), ("10 kg", 98), ("200 g × 12", 118), ("1 kg × 6", 107), ("25 kg", 95))


def _products(demo: Demo) -> list[Product]:
    """The goods in packs, a fee for delivery, and one service."""
    result: list[Product] = []
    for place in range(demo.size.products - 2):
        name = list(GOODS)[place % len(GOODS)]
        pack, factor = PACKS[place // len(GOODS) % len(PACKS)]
        lot = place // (len(GOODS) * len(PACKS))
        product = Product(name=f"{name}, {pack}" + (f", lot {lot}" if lot else ""), code=f"G{100 + place}", unit="kg")
        demo.prices[product.code] = GOODS[name] * factor // 100
        result.append(product)
    for name, code, kind, price in (
        ("Delivery", "DELIVERY", Product.Kind.FEE, 3500),
        ("Packing under own brand", "BRAND", Product.Kind.SERVICE, 45),
    ):
        product = Product(name=name, code=code, kind=kind, unit="kg" if price < 1000 else "")
        demo.prices[code] = price
        result.append(product)
    for product in result:
        product.owner = demo.people["larisa"]
    _keep(result, demo.people["larisa"])
    return result


def _keep(records: Sequence[Record], by: User) -> None:
    rest = iter(records)
    while batch := list(islice(rest, BATCH)):
        with acting(by, "created", channel="command", cause="demo"):
            writing_many(created=batch)


# ── a year and a half of trade

SEASON = (0.72, 0.84, 1.0, 1.08, 0.92, 0.8, 0.74, 0.82, 1.02, 1.16, 1.38, 1.52)  # January to December


def _trade(demo: Demo, companies, products, beginning: date, progress: bool) -> None:
    buyers = [company for company in companies if company.kind == Company.Kind.CUSTOMER]
    buying = Buying(demo, buyers, products, beginning)
    months = [months_back(demo.today, back) for back in range(MONTHS, -1, -1)]
    weights = [SEASON[first.month - 1] * (1 + 0.015 * place) for place, first in enumerate(months)]
    weights[-1] *= demo.today.day / 30
    lines_left, weight_left, number = demo.size.lines, sum(weights), 1
    for first, weight in zip(months, weights, strict=True):
        wanted = round(lines_left * weight / weight_left) if weight_left else lines_left
        lines_left, weight_left = lines_left - wanted, weight_left - weight
        last = min(months_back(first, -1) - timedelta(days=1), demo.today)
        documents = buying.month(first, last, wanted, number)
        with at(last):
            while batch := list(islice(documents, BATCH)):
                with acting(demo.people["nina"], "created", channel="command", cause="demo"):
                    create_many(batch)
                number += len(batch)
        if progress:
            print(f"\r{first:%Y-%m} {number - 1} documents", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)


class Buying:
    """Who buys what and how often: a few large customers, some who come late and some who leave."""

    def __init__(self, demo: Demo, buyers: list[Company], products: list[Product], beginning: date):
        self.demo, self.random, self.buyers = demo, demo.random, buyers
        self.fee = next(product for product in products if product.kind == Product.Kind.FEE)
        self.products = [product for product in products if product is not self.fee]
        self.popular = list(accumulate(1 / (place + 3) for place in range(len(self.products))))
        days = (demo.today - beginning).days
        self.appetite = [self.random.paretovariate(1.3) for _buyer in buyers]
        self.joined = [
            beginning + timedelta(days=int(days * max(0, self.random.uniform(-2, 0.8)))) for _buyer in buyers
        ]
        self.left = [
            demo.today
            if self.random.random() < 0.85
            else joined + timedelta(days=int((demo.today - joined).days * self.random.random()))
            for joined in self.joined
        ]

    def month(self, first: date, last: date, wanted: int, number: int) -> Iterator[tuple[Invoice, list[InvoiceLine]]]:
        """Documents of one month with ``wanted`` lines in all, in the order of their days."""
        active = [
            place for place in range(len(self.buyers)) if self.joined[place] <= last and self.left[place] >= first
        ]
        heaps = list(accumulate(min(self.appetite[place], 40) for place in active))
        counts = []
        while wanted > 0:
            counts.append(min(self.random.randint(1, self.demo.size.lines_each), wanted))
            wanted -= counts[-1]
        days = sorted(self.random.randint(0, (last - first).days) for _count in counts)
        for place, (count, day) in enumerate(zip(counts, days, strict=True)):
            buyer = self.buyers[self.random.choices(active, cum_weights=heaps)[0]] if active else None
            yield self.document(first + timedelta(days=day), count, buyer, number + place)

    def document(self, day: date, count: int, buyer: Company | None, number: int) -> tuple[Invoice, list[InvoiceLine]]:
        luck = self.random.random()
        returned = luck < 0.03
        if 0.03 <= luck < 0.04:
            buyer = None  # sold over the counter
        invoice = Invoice(
            document_number=f"{'CN' if returned else 'FV'}/{day:%Y}/{number:06d}",
            issued_on=day,
            currency=CURRENCY,
            company=buyer,
            kind=Invoice.Kind.CREDIT_NOTE if returned else Invoice.Kind.INVOICE,
            country=buyer.country if buyer else "",
            owner=buyer.owner if buyer else self.demo.people["tomasz"],
        )
        sign = -1 if returned else 1
        lines = [self.line(sign) for _line in range(count)]
        if not returned and count > 2 and self.random.random() < 0.25:
            lines[-1] = InvoiceLine(
                product=self.fee,
                description=self.fee.name,
                quantity=Decimal(1),
                price=Decimal(self.demo.prices[self.fee.code]) / 100,
            )
        return invoice, lines

    def line(self, sign: int) -> InvoiceLine:
        product = self.random.choices(self.products, cum_weights=self.popular)[0]
        price = Decimal(round(self.demo.prices[product.code] * self.random.uniform(0.9, 1.1))) / 100
        kilograms = Decimal(self.random.choice((5, 10, 10, 20, 25, 40, 50, 100))) + self.random.choice(
            (Decimal(0), Decimal(0), Decimal("2.5"))
        )
        return InvoiceLine(product=product, description=product.name, quantity=sign * kilograms, price=price)


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
