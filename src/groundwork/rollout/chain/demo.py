"""The roll-out of the demo firm, ten weeks of it: what was wanted, told, agreed, tried and used, each on its day.

People say things in their own language, as they would. Everything goes through the acts that the screens use.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation

from groundwork.blueprint.models import Element
from groundwork.core.clock import now, today
from groundwork.core.money import round_half_up, to_major
from groundwork.crm.customers.models import Company
from groundwork.crm.insight.models import BuiltReport
from groundwork.crm.trade.demo import CURRENCY, MONTHS, Demo, at
from groundwork.crm.trade.models import CostPrice, Product
from groundwork.records.added.fields import make_field, put
from groundwork.records.models import Use
from groundwork.records.write import acting, put_part, writing
from groundwork.rollout.adoption import helped, rounds
from groundwork.rollout.delivery.actions import go_live
from groundwork.rollout.delivery.models import AcceptanceTest
from groundwork.rollout.discovery import asking
from groundwork.rollout.discovery.actions import oppose, set_number, tell
from groundwork.rollout.discovery.differences import Discrepancy
from groundwork.rollout.discovery.goals import Goal
from groundwork.rollout.discovery.interviews import Interview, WorkStep
from groundwork.rollout.discovery.library import goal_templates
from groundwork.rollout.discovery.models import Need
from groundwork.rollout.questions import actions as questions
from groundwork.rollout.requirements.actions import write_down

COST, PROFIT, DEBTS = "field:product.cost", "report:profit", "report:debts"
COSTS_KNOWN = 60  # of a hundred products
FILLED = 14  # companies of which somebody typed what nobody reads
PRICES = {"name": "Обновить цены в прайс-листе", "minutes": 40, "tool": "Excel"}


def fill(demo: Demo) -> None:
    """Nothing, where the firm is to walk its roll-out by itself."""
    if demo.rolled_out:
        with translation.override("ru"):  # what the product words by itself, as its director reads it
            Story(demo).tell()


class Story:
    def __init__(self, demo: Demo):
        self.demo, people = demo, demo.people
        self.olga, self.piotr, self.anna, self.tomasz = (people[who] for who in ("olga", "piotr", "anna", "tomasz"))
        self.ivan, self.larisa, self.nina, self.admin = (people[who] for who in ("ivan", "larisa", "nina", "admin"))

    def tell(self) -> None:
        for weeks, acts in (
            (12, (self.a_field_that_nobody_asked_for,)),
            (11, (self.numbers, self.expectations)),
            (10, (self.needs, self.interviews)),
            (9, (self.answers_to_what_was_told, self.a_question)),
            (8, (self.margin_is_agreed, self.costs_are_typed)),
            (7, (self.margin_is_tried, self.debts_are_agreed, self.reports_of_their_own)),
            (6, (self.margin_goes_live,)),
            (4, (self.debts_go_live, self.a_late_answer)),
            (1, (self.a_field_is_retired, self.something_new_is_told)),
        ):
            for act in acts:
                with at(self.monday(weeks)):
                    act()
            with at(self.monday(weeks)):
                rounds.keep_numbers()
        self.openings()
        self.answers_whether_it_helped()

    def monday(self, weeks_ago: int) -> date:
        day = self.demo.today - timedelta(weeks=weeks_ago)
        return day - timedelta(days=day.weekday())

    # ── our number

    def numbers(self) -> None:
        wanted: dict[str, Any] = {
            "statement": "Знаем маржу по каждому продукту", "metric": "known-share", "target": Decimal(80),
            "due": today() + timedelta(days=90), "owner": self.piotr,
        }  # fmt: skip
        self.margin = set_number(by=self.olga, **wanted).agree(by=self.olga)
        typed = goal_templates["paid"].typed(self.nina) | {"owner": self.nina, "target": Decimal(65)}
        self.paid = set_number(by=self.olga, **typed | {"statement": "Счета оплачивают вовремя"}).agree(by=self.olga)

    def expectations(self) -> None:
        for words, verdict, reason in (
            ("Прибыль вырастет вдвое за год", Goal.Verdict.IMPOSSIBLE, "CRM не продаёт. Она покажет, где мы теряем."),
            (
                "Продавцы перестанут вести свои таблицы", Goal.Verdict.CONDITIONAL,
                "Если всё, что они ведут в таблицах, есть в CRM и вносится не дольше.",
            ),
            ("Перед звонком видно долг и последний заказ", Goal.Verdict.REALISTIC, "Это уже есть на карточке клиента."),
        ):  # fmt: skip
            goal = set_number(by=self.olga, statement=words, kind=Goal.Kind.EXPECTATION, owner=self.olga)
            goal.judge(by=self.olga, verdict=verdict, reason=reason)

    # ── what people told us

    def needs(self) -> None:
        problem, wish, keep = Need.Kind.PROBLEM, Need.Kind.WISH, Need.Kind.MUST_KEEP
        self.blind = tell("Даю скидки вслепую: никто не говорит, почём нам товар.", by=self.anna, kind=problem)
        self.rabats = tell("Daję rabaty na ślepo. Nie wiem, na czym zarabiamy.", by=self.tomasz, kind=problem)
        self.sheet = tell(
            "Закупочные цены лежат в моей таблице. Каждый продавец звонит и спрашивает.", by=self.larisa, kind=problem
        )
        self.gaps = tell("Numery faktur muszą zostać bez przerw, tak jak dziś.", by=self.nina, kind=keep)
        self.debts = tell("Nie widzę na jednej stronie, kto i ile jest nam winien.", by=self.nina, kind=problem)
        self.cards = tell("Хочу поздравлять клиентов музыкальной открыткой из CRM.", by=self.ivan, kind=wish)
        self.map = tell("Mapa klientów w kolorach regionów.", by=self.piotr, kind=wish)
        self.ask_me = tell("Każdy rabat powyżej 5% zatwierdzam ja.", by=self.piotr, kind=keep)
        self.alone = tell("Хочу сама давать скидку до 10 %, иначе клиент уходит.", by=self.anna, kind=problem)

    def interviews(self) -> None:
        head = asking.ask(by=self.olga, work="Прайс-лист", asked="", respondent=self.piotr, level=Interview.Level.HEAD)
        asking.confirm(head, {"things": [PRICES | {"times": 1, "per": "month", "source": "Larisa"}]}, by=self.piotr)
        done = asking.ask(by=self.olga, work="Прайс-лист", asked="", respondent=self.anna)
        told = [
            PRICES | {"times": 2, "per": "week", "source": "Таблица Ларисы", "approval": "Пётр"},
            {"name": "Ответить клиенту о цене", "times": 6, "per": "day", "minutes": 5, "tool": "CRM"},
        ]
        asking.confirm(done, {"things": told}, by=self.anna)
        often = Discrepancy.objects.get(name=PRICES["name"], kind="frequency")
        often.settle(by=self.olga, decision="Цены меняются дважды в неделю: считаем по тому, кто это делает.")

    def answers_to_what_was_told(self) -> None:
        self.rabats.join(self.blind, by=self.piotr)
        for need in (self.blind, self.sheet, self.gaps, self.debts):
            need.agree(by=self.piotr)
        reason = "Красиво, но ни одна из наших цифр от этого не изменится. Открытки шлёт почта."
        self.cards.turn_down(by=self.olga, state=Need.State.REJECTED, reason=reason)
        later = "Najpierw marża. Wrócimy do tego po pierwszej fazie."
        self.map.turn_down(
            by=self.piotr, state=Need.State.PARKED, reason=later, until=self.demo.today + timedelta(days=30)
        )
        conflict = oppose(
            self.ask_me, by=self.olga, other=self.alone, subject="Кто решает о скидке", owner=self.olga,
            due=today() + timedelta(days=7),
        )  # fmt: skip
        decided = "До 7 % решает продавец, если видит маржу. Выше решает Пётр."
        conflict.settle(by=self.olga, decision=decided)
        self.alone.agree(by=self.olga)
        self.ask_me.turn_down(by=self.olga, state=Need.State.REJECTED, reason=decided)

    def a_question(self) -> None:
        self.question = questions.ask("С какой даты считать цены в другой валюте?", to=self.larisa, by=self.olga)

    def a_late_answer(self) -> None:
        """A month late: this one is what the screens of waiting were made for."""
        answer = "С даты прихода товара, по курсу этого дня."
        self.question.say(answer, by=self.larisa).accept(by=self.olga)

    def something_new_is_told(self) -> None:
        tell("Chciałbym widzieć marżę także na telefonie u klienta.", by=self.tomasz, kind=Need.Kind.WISH)

    # ── agreed, tried, live

    def margin_is_agreed(self) -> None:
        self.by_product = write_down(
            by=self.piotr, goal=self.margin, statement="Raport o marży według produktów, co tydzień",
            done_when="Raport Zysk według produktów pokazuje marżę każdego produktu sprzedanego w tym tygodniu.",
            needs=[self.blind, self.sheet], elements=elements(COST, PROFIT),
        )  # fmt: skip
        self.by_product = self.by_product.confirm(by=self.piotr)
        self.by_product.switch_on(by=self.olga)
        with writing(self.by_product.use_cases.get(), by=self.piotr, act="edited") as case:
            case.work_step = WorkStep.objects.get(name=PRICES["name"], interview__respondent=self.anna)

    def costs_are_typed(self) -> None:
        since = self.demo.months[0] - timedelta(days=31 * (MONTHS // 12))
        products = list(Product.objects.current().filter(code__in=self.demo.prices).order_by("pk"))
        with acting(self.larisa, "edited"):
            for product in products[: len(products) * COSTS_KNOWN // 100]:
                share = Decimal(self.demo.random.randint(62, 88)) / 100
                cost = round_half_up(to_major(self.demo.prices[product.code], CURRENCY) * share, 2)
                with writing(product, by=self.larisa, act="edited") as fresh:
                    put_part(fresh, CostPrice(cost=cost, currency=CURRENCY, valid_from=since))

    def margin_is_tried(self) -> None:
        test = AcceptanceTest.objects.get(requirement=self.by_product)
        remark = "Маржа есть, но сначала идут продукты без продаж: нужное внизу."
        test.run(by=self.anna, works=True, fits=False, remark=remark)
        test.run(by=self.anna, works=True, fits=True)

    def margin_goes_live(self) -> None:
        go_live(self.margin, by=self.olga)

    def debts_are_agreed(self) -> None:
        requirement = write_down(
            by=self.nina, goal=self.paid, statement="Lista długów na jednej stronie, od najstarszych",
            done_when="Raport Długi pokazuje każdego, kto jest nam winien, ile i od kiedy.",
            needs=[self.debts], elements=elements(DEBTS),
        )  # fmt: skip
        requirement.confirm(by=self.nina)
        AcceptanceTest.objects.get(requirement=requirement).run(by=self.nina, works=True, fits=True)

    def debts_go_live(self) -> None:
        go_live(self.paid, by=self.olga)

    def reports_of_their_own(self) -> None:
        by_month = "by=ordered_on&step=month&across=owner&measure=sum&of=total_minor"
        self.own = [
            self.report("order", "Заказы по месяцам и менеджерам", by_month, "Кому из менеджеров помочь в этом месяце"),
            self.report(
                "claim", "Претензии по видам", "by=kind&across=state", "С кем из поставщиков говорить о качестве"
            ),
        ]

    def report(self, kind: str, name: str, query: str, decides: str) -> BuiltReport:
        facts = {"type": kind, "name": name, "query": query, "decides": decides, "author": self.olga}
        report = BuiltReport(**facts, shared=BuiltReport.Shared.EVERYBODY)
        report.keep(by=self.olga, reason="Спрашиваем об этом каждый понедельник", asked_by=self.piotr)
        return report

    # ── used, and not used

    def a_field_that_nobody_asked_for(self) -> None:
        reason = "На семинаре советовали знать хобби директора."
        self.hobby = make_field(
            "company", by=self.admin, kind="text", label="Хобби директора", reason=reason, asked_by=self.ivan
        )
        hobbies = ("рыбалка", "шахматы", "лыжи", "не знаю")
        with acting(self.ivan, "edited"):
            for nth, company in enumerate(Company.objects.current().filter(owner=self.ivan).order_by("pk")[:FILLED]):
                with writing(company, by=self.ivan, act="edited") as fresh:
                    put(fresh, self.hobby.key, hobbies[nth % len(hobbies)])

    def a_field_is_retired(self) -> None:
        self.hobby.retire(by=self.admin, reason="За два месяца поле никто не прочёл, а заполняли его 14 раз.")

    def openings(self) -> None:
        """Who opened which report since it went live: heads every week, sellers when they give a discount."""
        opened = [(self.piotr, PROFIT, 6, 1), (self.anna, PROFIT, 5, 3), (self.tomasz, PROFIT, 3, 2)]
        opened += [(self.olga, DEBTS, 4, 2), (self.nina, DEBTS, 4, 1)]
        opened += [(self.piotr, report.element_key, 5, 1) for report in self.own]
        uses = []
        for user, key, weeks, day in opened:
            for ago in range(weeks):
                with at(self.monday(ago) - timedelta(days=7 - day)):
                    uses.append(Use(user=user, kind="report", key=key, at=now()))
        Use.objects.bulk_create(uses)

    def answers_whether_it_helped(self) -> None:
        answers = (
            (self.anna, 5, "Больше не звоню Ларисе за ценой."), (self.tomasz, 4, ""), (self.piotr, 5, ""),
            (self.ivan, 2, "Wpisuję więcej niż przedtem."), (self.larisa, 4, ""), (self.nina, 5, ""),
        )  # fmt: skip
        with at(self.monday(1)):
            for user, score, word in answers:
                helped.answer(user, score=score, word=word)


def elements(*keys: str) -> list[Element]:
    return list(Element.objects.filter(key__in=keys).order_by("pk"))
