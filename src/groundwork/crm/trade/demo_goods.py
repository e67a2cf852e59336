"""What the demo firm sells: a tree of goods with units, suppliers, price lists, terms, rates and purchases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from groundwork.crm.customers.models import Company
from groundwork.crm.trade.amounts import line_amount
from groundwork.crm.trade.models import (
    Category,
    CostPrice,
    Price,
    PriceList,
    PricesFor,
    Product,
    Purchase,
    PurchaseLine,
    Rate,
    Terms,
)
from groundwork.records.write import acting, put_part, values, writing_many

if TYPE_CHECKING:
    from groundwork.crm.trade.demo import Demo

TREE = {  # name: the branch it is part of
    "Food": None,
    "Nuts": "Food",
    "Almonds and hazelnuts": "Nuts",
    "Other nuts": "Nuts",
    "Dried fruit": "Food",
    "Dates and figs": "Dried fruit",
    "Berries and grapes": "Dried fruit",
    "Mixes": "Food",
    "Services and fees": None,
}
GOODS = {  # name: (price of one kilogram in cents, category)
    "Миндаль Carmel 23/25": (892, "Almonds and hazelnuts"),
    "Migdały łuskane": (948, "Almonds and hazelnuts"),
    "Кешью W320": (815, "Other nuts"),
    "Orzechy nerkowca W240": (978, "Other nuts"),
    "Фундук 11–13": (864, "Almonds and hazelnuts"),
    "Orzechy laskowe prażone": (1012, "Almonds and hazelnuts"),
    "Walnut halves": (934, "Other nuts"),
    "Грецкий орех, бабочка": (905, "Other nuts"),
    "Pistachios, roasted": (1695, "Other nuts"),
    "Арахис бланшированный": (242, "Other nuts"),
    "Pecan halves": (1780, "Other nuts"),
    "Orzechy brazylijskie": (1120, "Other nuts"),
    "Финик Меджул": (1050, "Dates and figs"),
    "Daktyle Deglet Nour": (448, "Dates and figs"),
    "Изюм Малаяр": (236, "Berries and grapes"),
    "Rodzynki sułtańskie": (258, "Berries and grapes"),
    "Курага «Джамбо»": (612, "Dried fruit"),
    "Figi suszone": (640, "Dates and figs"),
    "Prunes, pitted": (486, "Dried fruit"),
    "Żurawina suszona": (690, "Berries and grapes"),
    "Cranberries, sweetened": (705, "Berries and grapes"),
    "Манго сушёное": (1145, "Dried fruit"),
    "Banana chips": (365, "Dried fruit"),
    "Смесь «Студенческая»": (560, "Mixes"),
}
PACKS = (("5 kg", 100), ("10 kg", 98), ("200 g × 12", 118), ("1 kg × 6", 107), ("25 kg", 95))
FREE = (  # what is neither weighed nor packed: name, code, kind, unit, price in cents
    ("Delivery", "DELIVERY", Product.Kind.FEE, "service", 3500),
    ("Packing under own brand", "BRAND", Product.Kind.SERVICE, "kg", 45),
)
SUPPLIERS = (
    ("Aegean Nut Growers", "Turkey", "İzmir", "EUR"),
    ("Ташкент Сухофрукт", "Uzbekistan", "Ташкент", "USD"),
    ("Sierra Almond Company", "United States", "Modesto", "USD"),
    ("Ферганская долина", "Uzbekistan", "Фергана", "USD"),
    ("Nutwood Trading", "United Kingdom", "London", "GBP"),
    ("Bakalie Południe", "Poland", "Tarnów", "PLN"),
    ("Orzechowy Szlak", "Poland", "Lublin", "PLN"),
    ("Mekong Cashew", "Vietnam", "Hồ Chí Minh", "USD"),
)
RATES = {"PLN": Decimal("0.2335"), "GBP": Decimal("1.1720"), "USD": Decimal("0.9180")}  # in euros, at the beginning
PAYMENT_DAYS = (7, 14, 14, 21, 30, 30, 45)
DISCOUNTS = ("3", "5", "5", "7.5", "10")
STEP, STEP_FACTOR = 50, Decimal("0.97")  # whoever takes fifty kilograms pays three percent less
A_BOUGHT_PRODUCT = 0.86  # the share of products whose purchases are on file
A_WITH_TERMS, A_WITH_OWN_LIST = 0.14, 0.02


@dataclass
class Goods:
    """What the trade of the demo needs to know, kept in memory."""

    products: list[Product] = field(default_factory=list)
    suppliers: list[Company] = field(default_factory=list)
    bought: list[Product] = field(default_factory=list)  # those whose purchases are on file
    costs: dict[str, Decimal] = field(default_factory=dict)  # by code, in euros, as they stand at the beginning
    discounts: dict[int, Decimal] = field(default_factory=dict)  # by company
    special: dict[int, Decimal] = field(default_factory=dict)  # by company: its own list as a factor
    rates: dict[str, dict[date, Decimal]] = field(default_factory=dict)  # by currency and first of a month

    def rate(self, currency: str, first: date) -> Decimal:
        return self.rates[currency][first] if currency in self.rates else Decimal(1)


def fill(demo: "Demo", keep) -> Goods:
    """Categories, suppliers and products, as the firm had them when its history begins."""
    goods, buyer = Goods(), demo.people["larisa"]
    tree: dict[str, Category] = {}
    for name, parent in TREE.items():
        tree[name] = Category(name=name, parent=tree.get(parent or ""), owner=buyer)
        keep([tree[name]], buyer)
    goods.suppliers = [
        Company(name=name, country=country, city=city, kind=Company.Kind.SUPPLIER, currency=currency, owner=buyer)
        for name, country, city, currency in SUPPLIERS
    ]
    keep(goods.suppliers, buyer)
    goods.products = list(_products(demo, goods, tree))
    keep(goods.products, buyer)
    return goods


def _products(demo: "Demo", goods: Goods, tree: dict[str, Category]) -> Iterator[Product]:
    rnd = demo.random
    for place in range(demo.size.products - len(FREE)):
        name, (price, category) = list(GOODS.items())[place % len(GOODS)]
        pack, factor = PACKS[place // len(GOODS) % len(PACKS)]
        lot = place // (len(GOODS) * len(PACKS))
        product = Product(
            name=f"{name}, {pack}" + (f", lot {lot}" if lot else ""), code=f"G{100 + place}", unit="kg",
            category=tree[category], owner=demo.people["larisa"], supplier=rnd.choice(goods.suppliers),
            supplier_code=f"{rnd.choice('ABKMN')}-{rnd.randint(1000, 9999)}",
        )  # fmt: skip
        demo.prices[product.code] = price * factor // 100
        goods.costs[product.code] = Decimal(round(demo.prices[product.code] * rnd.uniform(0.62, 0.86))) / 100
        product.price = Decimal(demo.prices[product.code]) / 100
        if rnd.random() < A_BOUGHT_PRODUCT:
            goods.bought.append(product)
        yield product
    for name, code, kind, unit, price in FREE:
        demo.prices[code] = price
        yield Product(
            name=name, code=code, kind=kind, unit=unit, category=tree["Services and fees"],
            owner=demo.people["larisa"], price=Decimal(price) / 100,
        )  # fmt: skip


def price_lists(demo: "Demo", goods: Goods, buyers: Sequence[Company], years: Sequence[int], keep) -> None:
    """A general list a year, lists of the companies that have one, and discounts of others."""
    rnd, buyer = demo.random, demo.people["larisa"]
    for year in years:
        factor = Decimal("0.97") if year != years[-1] else Decimal(1)
        general = PriceList(
            name=f"Wholesale {year}", currency="EUR", valid_from=date(year, 1, 1), valid_to=date(year, 12, 31),
            owner=buyer,
        )  # fmt: skip
        keep([general], buyer)
        steps = [(product, factor * step, quantity) for product in goods.products for step, quantity in _steps(product)]
        _keep_prices(general, steps, demo)
    chosen = rnd.sample(list(buyers), max(1, round(len(buyers) * A_WITH_OWN_LIST)))
    for place, company in enumerate(chosen[:40]):
        goods.special[company.pk] = Decimal(rnd.randint(88, 95)) / 100
        own = PriceList(name=f"Agreement {place + 1}", currency="EUR", valid_from=date(years[0], 1, 1), owner=buyer)
        keep([own], buyer)
        sold = rnd.sample(goods.products, min(20, len(goods.products)))
        _keep_prices(own, [(product, goods.special[company.pk], 0) for product in sold], demo)
        with acting(buyer, "created", channel="command", cause="demo"):
            PricesFor.objects.bulk_create([PricesFor(pricelist=own, company=company)])
    rest = [company for company in buyers if company.pk not in goods.special]
    for company in rnd.sample(rest, round(len(rest) * A_WITH_TERMS)):
        goods.discounts[company.pk] = Decimal(rnd.choice(DISCOUNTS))
    by_pk = {company.pk: company for company in rest}
    keep(
        [
            Terms(company=by_pk[pk], discount=discount, owner=by_pk[pk].owner, name=f"{years[0]}/{place:03}")
            for place, (pk, discount) in enumerate(goods.discounts.items(), 1)
        ],
        demo.people["piotr"],
    )


def _steps(product: Product) -> Iterator[tuple[Decimal, int]]:
    yield Decimal(1), 0
    if product.kind == Product.Kind.GOODS:
        yield STEP_FACTOR, STEP


def _keep_prices(pricelist: PriceList, rows, demo: "Demo") -> None:
    with acting(demo.people["larisa"], "created", channel="command", cause="demo"):
        Price.objects.bulk_create(
            [
                Price(
                    pricelist=pricelist, product=product, from_quantity=Decimal(quantity),
                    price=round(Decimal(demo.prices[product.code]) * factor / 100, 2),
                )
                for product, factor, quantity in rows
            ],
            batch_size=1000,
        )  # fmt: skip


def rates(demo: "Demo", goods: Goods, months: Sequence[date], keep) -> None:
    """A rate a month and currency, wandering a little as rates do."""
    rnd, keeper = demo.random, demo.people["nina"]
    for currency, begin in RATES.items():
        rate = begin
        goods.rates[currency] = {}
        for first in months:
            goods.rates[currency][first] = rate
            rate = round(rate * Decimal(round(rnd.uniform(0.99, 1.01), 4)), 4)
    keep(
        [
            Rate(currency=currency, to_currency="EUR", rate=rate, valid_from=first, source="ECB", owner=keeper)
            for currency, by_month in goods.rates.items()
            for first, rate in by_month.items()
        ],
        keeper,
    )


def purchases(demo: "Demo", goods: Goods, first: date, number: int, share: float = 0.34) -> int:
    """What was bought in a month: a share of the products. Costs follow where the firm keeps them."""
    rnd, documents = demo.random, []
    by_supplier: dict[int, list[Product]] = {}
    for product in goods.bought:
        if rnd.random() < share:
            by_supplier.setdefault(product.supplier_id or 0, []).append(product)
    for supplier in goods.suppliers:
        wanted = by_supplier.get(supplier.pk, [])
        for begin in range(0, len(wanted), 12):
            day = min(first + timedelta(days=rnd.randint(0, 9)), demo.today)
            purchase = Purchase(
                document_number=f"ZK/{day:%Y}/{number + len(documents):05}", supplier=supplier, bought_on=day,
                currency=supplier.currency, state=Purchase.State.RECEIVED, owner=demo.people["larisa"],
            )  # fmt: skip
            lines = [_bought(demo, goods, purchase, product, first) for product in wanted[begin : begin + 12]]
            purchase.total_minor = sum(line.amount_minor for line in lines)
            documents.append((purchase, lines))
    if documents:
        _keep_purchases(demo, goods, documents, first)
    return number + len(documents)


def _bought(demo: "Demo", goods: Goods, purchase: Purchase, product: Product, first: date) -> PurchaseLine:
    goods.costs[product.code] *= Decimal(round(demo.random.uniform(0.985, 1.02), 4))
    price = round(goods.costs[product.code] / goods.rate(purchase.currency, first), 4)
    line = PurchaseLine(
        purchase=purchase, product=product, price=price, quantity=Decimal(demo.random.choice((200, 400, 500, 1000)))
    )
    line.amount_minor = line_amount(line.quantity, line.price, 2)
    return line


def _keep_purchases(demo: "Demo", goods: Goods, documents, first: date) -> None:
    with acting(demo.people["larisa"], "received", channel="command", cause="demo"):
        writing_many(created=[purchase for purchase, _lines in documents])
        lines = [line for _purchase, lines in documents for line in lines]
        for line in lines:
            line.purchase_id = line.purchase.pk
        PurchaseLine.objects.bulk_create(lines, batch_size=1000)
        if not demo.costs:
            return
        fresh = Product._base_manager.select_for_update(of=("self",)).in_bulk({line.product_id for line in lines})
        before = {pk: values(product) for pk, product in fresh.items()}
        for line in lines:
            cost = round(line.price * goods.rate(line.purchase.currency, first), 4)
            put_part(
                fresh[line.product_id],
                CostPrice(cost=cost, currency="EUR", valid_from=line.purchase.bought_on, purchase=line.purchase),
            )
        writing_many(changed=[(product, before[pk]) for pk, product in fresh.items()])
