"""What a review shows of one person: the cards to decide, what moved since last time, what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundwork.access.models import User
from groundwork.access.rights import rights
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.core.languages import day, money
from groundwork.crm.sales.deal_hygiene import Looked, counted, hygiene_of, rows_of
from groundwork.crm.sales.deals import Deal, Stay
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.crm.sales.review.models import Review, ReviewDecision, Seat, Snapshot
from groundwork.crm.sales.review.snapshots import needs_decision
from groundwork.crm.sales.stage_times import limits
from groundwork.crm.sales.tidying import words_of
from groundwork.records.models import Activity, Change
from groundwork.records.tasks.models import Task

WEEK = timedelta(days=7)
BACK = 6  # reviews that are asked how often a card came before them
IN_ORDER = 50  # cards in order that are named


@dataclass
class Card:
    """A deal that is to be decided. ``decision`` is what was decided in this review, or None."""

    deal: Deal
    stage: str
    chips: list[tuple[str, str]] = field(default_factory=list)  # (tone, words)
    last: str = ""
    amount: str = ""
    decision: ReviewDecision | None = None
    may_edit: bool = False
    forms: dict[str, Any] = field(default_factory=dict)  # of the card that is looked at
    opened: str = ""  # the form that stands open, since it could not be kept

    @property
    def href(self) -> str:
        return self.deal.get_absolute_url()


@dataclass
class Agenda:
    person: User
    cards: list[Card]
    in_order: list[Deal]
    more: int = 0

    @property
    def decided(self) -> int:
        return sum(card.decision is not None for card in self.cards)

    @property
    def current(self) -> Card | None:
        return next((card for card in self.cards if card.decision is None), None)


def agenda_of(review: Review, person: User, user: User) -> Agenda:
    """The person's cards as ``user`` may see them; a fixed number of queries."""
    decisions = {row.deal_id: row for row in _decided(review) if row.deal_id and row.person_id == person.pk}
    begin = snapshot(review, Snapshot.Moment.BEGIN)
    seen = Deal.objects.current().visible_to(user).select_related("company", "owner", "department")
    own = list(seen.filter(owner=person, state=Outcome.OPEN).order_by("stage_since", "pk"))
    missing = set(decisions) - {deal.pk for deal in own}
    deals = [*own, *seen.filter(pk__in=missing)] if missing else own
    rows = rows_of(deals)
    masks = begin.masks.get(str(person.pk), {}) if begin else {}
    changed = _amounts_changed(own, _since(review, person), person)
    due, fine = [], []
    for deal in deals:
        mask = masks.get(str(deal.pk)) if begin else rows[deal.pk].mask if deal.pk in rows else None
        asked = deal.pk in decisions or deal.pk in changed or (mask is not None and needs_decision(mask))
        (due if asked else fine).append(deal)
    due.sort(key=lambda deal: _staleness(deal, masks))
    last, often = _last_words([deal.pk for deal in due]), _how_often(review, person)
    cards = [
        _card(deal, rows.get(deal.pk), decisions.get(deal.pk), changed.get(deal.pk), last, often, user) for deal in due
    ]
    return Agenda(person, cards, fine[:IN_ORDER], max(len(fine) - IN_ORDER, 0))


def _decided(review: Review) -> Sequence[ReviewDecision]:
    return review.decisions.standing().select_related("task", "task__owner", "by", "instead_of")  # type: ignore[attr-defined]


def snapshot(review: Review | None, moment: str) -> Snapshot | None:
    return review.snapshots.filter(moment=moment).first() if review is not None else None  # type: ignore[attr-defined]


def _staleness(deal: Deal, masks: dict[str, int]) -> tuple:
    """Those that stand longest beyond their limit first; what the review itself moved stays among the first."""
    limit = limits().get(deal.stage) or 10_000
    stood = (now() - deal.stage_since).days
    return (deal.state == Outcome.OPEN and str(deal.pk) not in masks, -stood / limit, deal.pk)


def _card(deal, row: Looked | None, decision, changed, last: dict[int, str], often: dict[int, int], user) -> Card:
    card = Card(deal, str(deal.row or ""), decision=decision, last=last.get(deal.pk, ""))
    if rights(user).field_mode(Deal.type_key, "amount_minor") != "hidden":
        card.amount = money(deal.amount_minor, deal.currency) if deal.amount_minor is not None else ""
        if changed is not None:
            card.chips.append(("", _("it was %(amount)s") % {"amount": money(changed, deal.currency)}))
    card.chips = [*(words_of(row, user) if row is not None else []), *card.chips]
    if (times := often.get(deal.pk, 0) + 1) > 1:
        card.chips.append(("", ngettext("%(count)s review", "%(count)s reviews in a row", times) % {"count": times}))
    card.may_edit = user.can("edit", deal)
    return card


def _last_words(ids: list[int]) -> dict[int, str]:
    """What was last said about each: one query."""
    rows = Activity.objects.filter(type=Deal.type_key, object_id__in=ids).order_by("object_id", "-at")
    found: dict[int, str] = {}
    for pk, at, text, outcome in rows.values_list("object_id", "at", "text", "outcome"):
        if pk not in found:
            said = text or (str(Activity.Outcome(outcome).label) if outcome else "")
            found[pk] = _("%(day)s: %(text)s") % {"day": day(at.date()), "text": said[:160]}
    return found


def _amounts_changed(deals: list[Deal], since: datetime, person: User) -> dict[int, int]:
    """{deal: what its amount was}, of those whose known amount changed since: one query."""
    changes = Change.objects.filter(
        type=Deal.type_key, object_id__in=[deal.pk for deal in deals], created=False, changeset__at__gte=since,
        fields__has_key="amount_minor",
    ).order_by("-pk")  # fmt: skip
    was = {pk: fields["amount_minor"][0] for pk, fields in changes.values_list("object_id", "fields")}
    return {
        deal.pk: was[deal.pk] for deal in deals if was.get(deal.pk) is not None and was[deal.pk] != deal.amount_minor
    }


# ── the reviews before this one


def previous(review: Review, person: User | None = None) -> Review | None:
    """The one that was held last before it, with the same people."""
    return next(iter(earlier(review, person, 1)), None)


def earlier(review: Review, person: User | None, count: int) -> list[Review]:
    people = [person.pk] if person else list(review.seats.values_list("person", flat=True))  # type: ignore[attr-defined]
    held = Review.objects.ended().filter(pk__in=Seat.objects.filter(person__in=people).values("review"))
    held = held.filter(planned_at__lt=review.planned_at).exclude(pk=review.pk)
    return list(held.order_by("-planned_at")[:count])


def _since(review: Review, person: User) -> datetime:
    last = previous(review, person)
    return (last.ended_at if last else None) or review.planned_at - WEEK


def _how_often(review: Review, person: User) -> dict[int, int]:
    """{deal: how many of the last reviews in a row it came before}: two queries."""
    held = earlier(review, person, BACK)
    shots = {
        shot.review_id: shot.masks.get(str(person.pk), {})
        for shot in Snapshot.objects.filter(review__in=held, moment=Snapshot.Moment.BEGIN)
    }
    found: dict[int, int] = {}
    still: set[str] | None = None
    for past in held:
        due = {deal for deal, mask in shots.get(past.pk, {}).items() if needs_decision(mask)}
        still = due if still is None else still & due
        for deal in still:
            found[int(deal)] = found.get(int(deal), 0) + 1
    return found


# ── since last week


@dataclass
class Since:
    since: datetime
    came: int = 0
    forward: int = 0
    backward: int = 0
    won: int = 0
    lost: int = 0
    open_amount: str = ""
    open_more: str = ""  # by how much, with its sign
    is_less: bool = False
    score: int | None = None
    score_more: int | None = None
    score_before: int | None = None


def since_last(review: Review, person: User, user: User) -> Since:
    """What became of the person's deals since the last review; a fixed number of queries."""
    last = previous(review, person)
    found = Since((last.ended_at if last else None) or review.planned_at - WEEK)
    deals = Deal.objects.current().visible_to(user).filter(owner=person)
    found.came = deals.filter(created_at__gte=found.since).count()
    moved = {deal.pk: deal for deal in deals.filter(stage_since__gte=found.since, created_at__lt=found.since)}
    then = Stay.objects.filter(deal__in=moved, entered_at__lt=found.since, left_at__gte=found.since)
    for pk, stage in then.values_list("deal", "stage"):
        _count_move(found, sales().stages.get(stage), moved[pk])
    _sums(found, deals, person, last)
    if person == user or user.can("edit", review):
        _figures(found, review, person, last)
    return found


def _count_move(found: Since, was, deal: Deal) -> None:
    if deal.state == Outcome.WON:
        found.won += 1
    elif deal.state == Outcome.LOST:
        found.lost += 1
    elif was and deal.row and was.pipeline_id == deal.row.pipeline_id and was.pk != deal.row.pk:
        if (deal.row.order, deal.row.pk) > (was.order, was.pk):
            found.forward += 1
        else:
            found.backward += 1


def _sums(found: Since, deals, person: User, last: Review | None) -> None:
    """Of the deals in the firm's currency."""
    own = Firm.own_currency()
    open_now = deals.filter(state=Outcome.OPEN, currency=own).values_list("amount_minor", flat=True)
    total = sum(amount or 0 for amount in open_now)
    found.open_amount = money(total, own)
    if (shot := snapshot(last, Snapshot.Moment.END)) is not None:
        then = sum(
            amount for owner, _stage, currency, _deals, amount in shot.sums if owner == person.pk and currency == own
        )
        found.is_less = total < then
        found.open_more = ("\N{MINUS SIGN}" if found.is_less else "+") + money(abs(total - then), own)


def _figures(found: Since, review: Review, person: User, last: Review | None) -> None:
    found.score = hygiene_of(counted().filter(owner=person)).score
    then = _score(snapshot(last, Snapshot.Moment.END), person)
    found.score_more = found.score - then if found.score is not None and then is not None else None
    found.score_before = _score(snapshot(review, Snapshot.Moment.BEFORE), person)


def _score(shot: Snapshot | None, person: User) -> int | None:
    return shot.figures.get(str(person.pk), {}).get("score") if shot else None


# ── promised last time, decided now


@dataclass
class Promise:
    task: Task
    moved: int = 0  # how often its day was put off

    @property
    def is_kept(self) -> bool:
        return self.task.is_done


def promised(review: Review, person: User) -> list[Promise]:
    """The tasks that the last review gave while this person's deals were looked at: three queries."""
    last = previous(review, person)
    if last is None:
        return []
    tasks = [row.task for row in _decided(last) if row.person_id == person.pk and row.task is not None]
    changes = Change.objects.filter(
        type=Task.type_key, object_id__in=[task.pk for task in tasks], created=False, fields__has_key="due_on"
    )
    moved: dict[int, int] = {}
    for pk in changes.values_list("object_id", flat=True):
        moved[pk] = moved.get(pk, 0) + 1
    return [Promise(task, moved.get(task.pk, 0)) for task in tasks if not task.is_archived]


def decisions_of(review: Review, person: User | None, user: User) -> list[ReviewDecision]:
    """What was decided, of one person or of all. About a deal that the reader does not see nothing is told."""
    rows = [row for row in _decided(review) if person is None or row.person_id == person.pk]
    ids = [row.deal_id for row in rows if row.deal_id]
    seen = Deal.objects.visible_to(user).in_bulk(ids) if ids else {}
    for row in rows:
        if row.deal_id in seen:
            row.deal = seen[row.deal_id]
    return [row for row in rows if row.deal_id is None or row.deal_id in seen]
