"""A year of deals for the demo firm: ``groundwork demo wholesale`` calls this after its trade (trade.demo).

Each deal's way is drawn first; then the clock walks the year, and each seller writes up what happened since last time:
new deals, moves, ends, the talks and the next steps. So stays in stages, history and sums come from the write path.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from groundwork.access.models import User
from groundwork.blueprint.elements import switch
from groundwork.core import clock
from groundwork.core.months import first_of_month
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.sales import pipelines
from groundwork.crm.sales.deals import Deal, DealContact, DealLine
from groundwork.crm.sales.demo_reviews import Mondays
from groundwork.crm.sales.pipelines import Category, Outcome, Stage, Word, sales
from groundwork.crm.sales.targets import Target, keep_snapshot
from groundwork.crm.trade.demo import SELLERS, Demo
from groundwork.crm.trade.demo_goods import RATES
from groundwork.crm.trade.demo_trade import CURRENCY_OF, SEASON
from groundwork.crm.trade.models import Product
from groundwork.records.models import Activity
from groundwork.records.tallies import fold_tallies
from groundwork.records.tasks.models import Task
from groundwork.records.write import acting, part_changed, values, writing_many

YEAR = 364  # days
WATCHED = 70  # days of which the forecast was kept week by week
MOST = 3_000  # deals of a large firm
ABOUT = {
    "pl": ("Orzechy na kosze świąteczne", "Migdały do marcepanu, sezon", "Mieszanki pod marką własną",
           "Bakalie do granoli", "Stałe dostawy nerkowca", "Suszone owoce do batonów"),
    "ru": ("Орехи для новогодних наборов", "Миндальная мука, годовой объём", "Фасовка под своей маркой",
           "Сухофрукты для кофеен сети", "Кешью на осенний сезон", "Начинки для шоколадных конфет"),
    "en": ("Nuts for Christmas hampers", "Almonds for the new cake range", "Own-brand snack packs",
           "Trail mix for vending machines", "Cashews, a pallet every month", "Dried fruit for breakfast bowls"),
}  # fmt: skip
STEPS = {  # what comes next, by the place of the stage
    "pl": ("Zadzwonić i ustalić, czego potrzebują", "Zapytać o próbki", "Omówić ofertę", "Dopilnować podpisania"),
    "ru": ("Позвонить и узнать объёмы", "Спросить, как прошли образцы", "Обсудить предложение", "Проверить договор"),
    "en": ("Call and ask what they need", "Ask how the samples did", "Go through the offer", "Chase the signature"),
}
TALKS = {
    "pl": ("Porównują nas z obecnym dostawcą.", "Próbki smakowały, pytają o cenę palety.", "Decyzja po inwentaryzacji.",
           "Szef na urlopie, prosi o telefon za tydzień."),
    "ru": ("Сравнивают с нынешним поставщиком.", "Образцы понравились, считают цену за паллету.",
           "Решат после инвентаризации.", "Просят отсрочку 30 дней."),
    "en": ("They compare us with their supplier.", "The samples went down well; asks for a pallet price.",
           "They decide after stock-taking.", "Wants thirty days to pay."),
}  # fmt: skip
GOES_ON = (0.86, 0.82, 0.68, 0.84)  # the share that leaves the stage forward
BY_SOURCE = {"Recommendation": 1.12, "Website": 0.95, "Fair": 0.98, "Cold call": 0.84, "A customer of ours": 1.15}
SOURCES = (24, 28, 18, 16, 14)
LOST_WHY = (32, 26, 24, 12, 6)
WON_WHY = (30, 34, 14, 22)
CARE = {"anna": 0.95, "tomasz": 0.55, "ivan": 0.8, "piotr": 0.85}  # how surely a seller writes a next step down
WRITES_ON = {"anna": (0, 3), "tomasz": (2,), "ivan": (1, 4), "piotr": (0, 4)}  # weekdays


@dataclass
class Way:
    """What becomes of one deal: the days on which it enters its stages, as far as the demo has come."""

    deal: Deal
    owner: str
    language: str
    steps: list[tuple[date, Stage]] = field(default_factory=list)
    lines: list[DealLine] = field(default_factory=list)
    amount: int | None = None
    closing_in: int = 45  # days from its opening, as the seller thinks
    word: str = ""  # why it was won or lost


def fill(demo: Demo) -> None:
    """Three deals for four companies, up to three thousand."""
    pipelines.make_built_in()
    switch("object:lead", on=False, by=demo.people["olga"], reason="Our customers are few and order again.")
    year, mondays = Year(demo), Mondays(demo, STEPS)
    for day, key, ways in year.days():
        mondays.hold_until(day)
        hour = demo.random.randint(7, 15)
        with clock.standing_at(datetime.combine(day, time(hour, demo.random.randint(0, 59)), tzinfo=UTC)):
            year.write_up(demo.people[key], key, ways)
            if day > demo.today - timedelta(days=WATCHED):
                keep_snapshot()
    mondays.end()
    _targets(demo)
    fold_tallies()


def _targets(demo: Demo) -> None:
    """What each seller is to win in six months, set by their head; the season is before Christmas."""
    rows = []
    for key, share in SELLERS.items():
        for ahead in range(-2, 4):
            first = first_of_month(demo.today, ahead)
            amount = round(share * demo.size.companies / 300 * SEASON[first.month - 1] * 2.5) * 10_000
            rows.append(Target(person=demo.people[key], month=first, amount_minor=amount, currency="EUR",
                               set_by=demo.people["piotr"]))  # fmt: skip
    Target.objects.bulk_create(rows)


class Year:
    def __init__(self, demo: Demo):
        self.demo, self.random = demo, demo.random
        self.stages = sales().stages_of(sales().first_pipeline)
        self.open = [stage for stage in self.stages if stage.outcome == Outcome.OPEN]
        self.words: dict[str, list[Word]] = defaultdict(list)
        for word in sales().words.values():
            self.words[word.list].append(word)
        self.products = list(Product.objects.current().filter(kind=Product.Kind.GOODS).order_by("pk"))
        wanted = min(max(demo.size.companies * 3 // 4, 48), MOST)
        companies = list(Company.objects.filter(kind=Company.Kind.CUSTOMER).order_by("pk"))
        self.contacts: dict[int, list[Contact]] = defaultdict(list)
        chosen = [self.random.choice(companies) for _deal in range(wanted)]
        for contact in Contact.objects.filter(company__in={company.pk for company in chosen}).order_by("pk"):
            self.contacts[contact.company_id or 0].append(contact)
        self.keys = {person.pk: key for key, person in demo.people.items()}
        self.ways = [self._way(company) for company in chosen]

    # ── drawing

    def _way(self, company: Company) -> Way:
        rnd, key = self.random, self.keys[company.owner_id or 0]
        language = self.demo.people[key].language or "en"  # people write down what they sell in their own
        currency, share = CURRENCY_OF.get(company.country, ("EUR", 0))
        source = rnd.choices(self.words[Word.List.SOURCE], SOURCES)[0]
        product = rnd.choice(self.products) if rnd.random() < 0.7 else None
        deal = Deal(
            name=rnd.choice(ABOUT[language]), company=company, owner=company.owner, source=source.key, product=product,
            currency=currency if rnd.random() < share else "EUR",
            contact=rnd.choice(self.contacts[company.pk]) if self.contacts[company.pk] else None,
        )  # fmt: skip
        way = Way(deal, key, language, closing_in=rnd.randint(25, 70))
        self._walk(way, BY_SOURCE.get(source.name, 1.0))
        if rnd.random() < 0.45:
            way.lines = [self._line(place, deal.currency) for place in range(1, rnd.randint(2, 5))]
        way.amount = round(rnd.lognormvariate(7.9, 0.7) / float(RATES.get(deal.currency, 1)) / 10) * 1000
        return way

    def _walk(self, way: Way, luck: float) -> None:
        """From stage to stage until it ends or stands at today; every twelfth stands still for long."""
        rnd, today = self.random, self.demo.today - timedelta(days=1)  # of today nothing is written up yet
        day = today - timedelta(days=int(YEAR * (1 - rnd.random() ** 0.8)) + rnd.randint(0, 1))
        for stage, share in zip(self.open, GOES_ON, strict=False):
            day = self._writes(way.owner, day)
            way.steps.append((day, stage))
            pace = rnd.lognormvariate(0, 0.55) * (4 if rnd.random() < 0.08 else 1)
            day += timedelta(days=max(1, round((stage.expected_days or 10) * 0.9 * pace)))
            if rnd.random() > share * luck:
                way.steps.append((self._writes(way.owner, day), self._end(Outcome.LOST)))
                break
        else:
            way.steps.append((self._writes(way.owner, day), self._end(Outcome.WON)))
        way.steps = [step for step in way.steps if step[0] <= today] or [(today, self.open[0])]
        way.deal.opened_on = way.steps[0][0]

    def _end(self, outcome: Outcome) -> Stage:
        return next(stage for stage in self.stages if stage.outcome == outcome)

    @staticmethod
    def _writes(key: str, day: date) -> date:
        """The next day on which that seller writes things up."""
        while day.weekday() not in WRITES_ON.get(key, (0,)):
            day += timedelta(days=1)
        return day

    def _line(self, position: int, currency: str) -> DealLine:
        rnd, product = self.random, self.random.choice(self.products)
        return DealLine(
            product=product, description=product.name, position=position,
            price=round(self.demo.prices[product.code] / RATES.get(currency, Decimal(1)) / 100, 2),
            quantity=Decimal(rnd.choice((25, 50, 100, 100, 200, 400))), discount=Decimal(rnd.choice((0, 0, 0, 3, 5))),
        )  # fmt: skip

    def days(self) -> Iterator[tuple[date, str, list[tuple[Way, int]]]]:
        """(day, seller, what that seller writes up then), from the first day on."""
        found: dict[tuple[date, str], list[tuple[Way, int]]] = defaultdict(list)
        for way in self.ways:
            for place, (day, _stage) in enumerate(way.steps):
                found[day, way.owner].append((way, place))
        for (day, key), ways in sorted(found.items(), key=lambda item: item[0]):
            yield day, key, ways

    # ── keeping

    def write_up(self, seller: User, key: str, ways: list[tuple[Way, int]]) -> None:
        new = [way for way, place in ways if place == 0]
        moved = [(way, place) for way, place in ways if place]
        if new:
            with acting(seller, "created", channel="command", cause="demo"):
                self._keep(new, [])
        if moved:
            with acting(seller, "edited", channel="command", cause="demo") as act:
                self._keep([], moved)
                self._talk(moved, seller, act)
        last = [way for way, place in ways if place == len(way.steps) - 1 and way.steps[place][1].outcome == "open"]
        tasks = [self._step(way, seller) for way in last if self.random.random() < CARE.get(key, 0.8)]
        if tasks:
            with acting(seller, "created", channel="command", cause="demo"):
                writing_many(created=tasks)

    def _keep(self, new: list[Way], moved: list[tuple[Way, int]]) -> None:
        for way in new:
            way.deal.stage = way.steps[0][1].key
            if not way.lines and self.random.random() < 0.6:
                way.deal.amount_minor = way.amount
            if self.random.random() < 0.5:
                way.deal.expected_on = clock.today() + timedelta(days=way.closing_in)
        changed = []
        for way, place in moved:
            before = values(way.deal)
            self._move(way, place)
            changed.append((way.deal, before))
        writing_many(created=[way.deal for way in new], changed=changed)

    def _move(self, way: Way, place: int) -> None:
        deal, stage, rnd, today = way.deal, way.steps[place][1], self.random, clock.today()
        deal.stage = stage.key
        if stage.outcome == Outcome.OPEN and stage.order >= self.open[2].order and not deal.lines_count:
            if way.lines:
                self._put_lines(way)
            deal.amount_minor = deal.amount_minor or way.amount
        if place == 1 and deal.contact and rnd.random() < 0.5:
            self._put(deal, [DealContact(contact=deal.contact, role=rnd.choice(DealContact.Role.values[:4]))])
        if stage.outcome == Outcome.OPEN:
            is_late = deal.expected_on is not None and deal.expected_on < today + timedelta(days=7)
            if (deal.expected_on is None or is_late) and (stage is self.open[-1] or rnd.random() < 0.6):
                deal.expected_on = today + timedelta(days=rnd.randint(10, 40))
            deal.category = rnd.choice(Category.values) if rnd.random() < 0.06 else deal.category
        elif stage.outcome == Outcome.LOST:
            deal.reason = rnd.choices(self.words[Word.List.LOST], LOST_WHY)[0].key
        elif rnd.random() < 0.7:
            deal.reason = rnd.choices(self.words[Word.List.WON], WON_WHY)[0].key

    def _put_lines(self, way: Way) -> None:
        for line in way.lines:
            line.deal = way.deal
            line.prepare()
        way.deal.amount_minor, way.deal.lines_count = sum(line.amount_minor for line in way.lines), len(way.lines)
        self._put(way.deal, way.lines)

    @staticmethod
    def _put(deal: Deal, parts: list[Any]) -> None:
        for part in parts:
            part.deal = deal
        type(parts[0]).objects.bulk_create(parts)
        for part in parts:
            part_changed(deal, part, None, values(part))

    def _talk(self, moved: list[tuple[Way, int]], seller: User, act) -> None:
        at = clock.now().replace(second=0, microsecond=0)
        rows = [
            Activity(
                type="deal", object_id=way.deal.pk, kind=self.random.choice(Activity.Kind.values), by=seller,
                text=self.random.choice(TALKS[way.language]), changeset=act.kept(), at=at,
            )
            for way, _place in moved if self.random.random() < 0.6
        ]  # fmt: skip
        Activity.objects.bulk_create(rows, batch_size=500)

    def _step(self, way: Way, seller: User) -> Task:
        place = min(self.open.index(way.steps[-1][1]), 3)
        due = clock.today() + timedelta(days=self.random.randint(2, 16))
        return Task(what=STEPS[way.language][place], owner=seller, due_on=due, about_type="deal", about_id=way.deal.pk)
