"""The Monday reviews of the demo firm: those of the last weeks were held and have minutes; the next one is planned."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.core import clock
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.crm.sales.review import acts
from groundwork.crm.sales.review.agenda import agenda_of
from groundwork.crm.sales.review.models import Review, ReviewDecision, Snapshot
from groundwork.crm.sales.review.snapshots import take
from groundwork.crm.trade.demo import Demo
from groundwork.records.notices.models import Notice
from groundwork.records.tasks.asking import accept, finish
from groundwork.records.tasks.models import Task

HELD = 4
PEOPLE = ("anna", "tomasz")
DECIDED = 3  # cards of each person
KEPT_WORD = 0.75  # of what was promised is done in time
AT, MINUTES = time(8, 0, tzinfo=UTC), 45
WEEK = timedelta(days=7)
SAID = {
    "pl": "Do piątku każda szansa ma następny krok",
    "ru": "К пятнице у каждой сделки есть следующий шаг",
    "en": "By Friday each deal has a next step",
}


class Mondays:
    """Held as the demo's clock comes past them; ``steps`` are what sellers promise, by language and stage."""

    def __init__(self, demo: Demo, steps: Mapping[str, Sequence[str]]):
        self.demo, self.steps = demo, steps
        self.head = demo.people["piotr"]
        self.people = [demo.people[key] for key in PEOPLE]
        self.next = demo.today + timedelta(days=7 - demo.today.weekday())
        self.days = [monday for ago in range(HELD + 1, 0, -1) if (monday := self.next - WEEK * ago) < demo.today]
        self.promised: list[Task] = []
        self.left: list[Task] = []  # not done in time

    def hold_until(self, day: date) -> None:
        """Those before ``day`` that were not held yet."""
        while self.days and self.days[0] < day:
            monday = self.days.pop(0)
            self._keep_word(monday)
            self._hold(monday)
        self._keep_word(day)

    def end(self) -> None:
        """The next one is planned; nothing is promised about a deal that is over; everybody has read what they were
        told."""
        self.hold_until(self.demo.today)
        still = set(Deal.objects.filter(state=Outcome.OPEN).values_list("pk", flat=True))
        for task in (*self.left, *self.promised):
            if task.about_id not in still:
                finish(task, by=task.owner)
        self._plan(self.next)
        Notice.objects.all().delete()

    def _plan(self, day: date) -> Review:
        with translation.override(self.head.language or "en"):
            name = _("Board review")
        return acts.plan(name, datetime.combine(day, AT), MINUTES, self.people, by=self.head, leads=self.head)

    def _hold(self, day: date) -> None:
        begins = datetime.combine(day, AT)
        with clock.standing_at(begins - timedelta(hours=24)):
            review = self._plan(day)
            take(review, Snapshot.Moment.BEFORE)
        with clock.standing_at(begins):
            review = acts.begin(review, by=self.head)
            for place, person in enumerate(self.people):
                if place:
                    acts.turn_to(review, person, by=self.head)
                self._go_through(review, person)
            with translation.override(self.head.language or "en"):
                acts.say(review, self.people[0], SAID[translation.get_language()], by=self.head)
        with clock.standing_at(begins + timedelta(minutes=MINUTES - 7)):
            acts.end(Review.objects.get(pk=review.pk), by=self.head)

    def _keep_word(self, day: date) -> None:
        """Most of what was promised to be done before ``day`` is done in time."""
        due = [task for task in self.promised if task.due_on < day]
        self.promised = [task for task in self.promised if task.due_on >= day]
        for task in due:
            if self.demo.random.random() > KEPT_WORD:
                self.left.append(task)
                continue
            with clock.standing_at(datetime.combine(task.due_on, AT) + timedelta(hours=6)):
                finish(task, by=task.owner)

    def _go_through(self, review: Review, person: User) -> None:
        review = Review.objects.get(pk=review.pk)
        language = person.language or "en"
        for card in agenda_of(review, person, self.head).cards[:DECIDED]:
            stage = sales().stages[card.deal.stage]
            what = self.steps[language][min(stage.order // 10, len(self.steps[language])) - 1]
            due = clock.today() + timedelta(days=self.demo.random.randint(1, 4))
            step = {"what": what, "owner": person, "due_on": due}
            text = f"{what}, {due:%d.%m.%Y}, {person}"
            decided = acts.decide(review, card.deal, ReviewDecision.What.STEP, by=self.head, text=text, step=step)
            if decided.task:
                accept(decided.task, by=person)
                self.promised.append(decided.task)
