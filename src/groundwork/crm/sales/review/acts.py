"""What is done in a review: it is planned, begun, gone through, decided in, ended; its minutes are sent."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from groundwork.access.models import User
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.review import snapshots
from groundwork.crm.sales.review.models import Review, ReviewDecision, Seat, Snapshot
from groundwork.records.notices import telling
from groundwork.records.notices.models import Notice
from groundwork.records.tasks import asking
from groundwork.records.undoing import take_back
from groundwork.records.write import acting, creating, writing

What = ReviewDecision.What
DECIDED, SAID = "review.decided", "review.said"


def plan(name: str, planned_at: datetime, minutes: int, people: Sequence[User], *, by: User, leads: User) -> Review:
    """A review of the boards of ``people``, in this order. Refused without anybody to look at."""
    if not people:
        raise Refusal(_("Choose at least one person whose deals are looked at."))
    with acting(by, "created"):
        review = creating(Review(name=name, planned_at=planned_at, minutes=minutes, owner=leads), by=by)
        Seat.objects.bulk_create(
            Seat(review=review, person=person, position=place) for place, person in enumerate(people)
        )
    return review


def begin(review: Review, *, by: User) -> Review:
    """Begin with the first person. One that is held or over changes nothing."""
    with writing(review, by=by, act="review.begun") as fresh:
        if fresh.state != Review.State.PLANNED:
            return fresh
        first = fresh.seats.order_by("position").first()
        if first is None:
            raise Refusal(_("Nobody has a seat in it: plan another one."))
        snapshots.take(fresh, Snapshot.Moment.BEGIN)
        fresh.state, fresh.began_at = Review.State.RUNNING, now()
        _turn(fresh, first.person)
    return fresh


def turn_to(review: Review, person: User, *, by: User) -> None:
    """Now this person's deals are looked at."""
    with writing(review, by=by, act="review.turned") as fresh:
        refuse_unless_running(fresh)
        if not fresh.seats.filter(person=person).exists():
            raise Refusal(_("This review does not go through the deals of %(name)s.") % {"name": person})
        _turn(fresh, person)


def _turn(review: Review, person: User) -> None:
    review.on_person = person
    review.seats.filter(person=person, begun_at=None).update(begun_at=now())


def refuse_unless_running(review: Review) -> None:
    if not review.is_running:
        raise Refusal(_("The review is not held now: begin it first."))


def decide(
    review: Review, deal: Deal, what: str, *, by: User, text: str = "", save=None, step: dict | None = None,
    until_on: date | None = None,
) -> ReviewDecision:  # fmt: skip
    """A card leaves with a decision. ``save()`` changes the deal, ``step`` is the task that is given, both in one act
    that is taken back whole."""
    refuse_unless_running(review)
    person = Deal.objects.select_related("owner").get(pk=deal.pk).owner or by  # a form may hold another one already
    with acting(by, DECIDED, cause=str(review)) as act:
        if save is not None:
            save()
        task = asking.give(deal, by=by, **step) if step else None
        return ReviewDecision.objects.create(
            review=review, person=person, deal=deal, what=what, text=text[:200], task=task, until_on=until_on, at=now(),
            by=by, changeset=act.kept(),
        )  # fmt: skip


def way_for(review: Review, standing: ReviewDecision | None, named: str, *, by: User) -> None:
    """Before another decision stands in its place, ``standing`` is taken back with all that it did; ``named`` is the
    one that the person saw and means to change.

    Refused where another one stands than that person saw, and where something that it did was changed since.
    """
    if standing is None:
        return
    if named != str(standing.pk):
        raise Refusal(
            _("This was decided meanwhile: %(words)s. Press “Change” beside it to decide otherwise.")
            % {"words": standing.words}
        )
    if standing.changeset.changes.exists():
        result, _records = take_back(standing.changeset, by)
        if result.kept:
            raise Refusal(
                _("What was decided stays, since it was changed after: %(names)s. Go on from the page of the deal.")
                % {"names": "; ".join(result.kept[:5])}
            )


def stand_instead(decision: ReviewDecision, former: ReviewDecision | None) -> None:
    """The minutes tell what stood before."""
    decision.instead_of = former
    decision.save(update_fields=["instead_of"])


def say(review: Review, person: User, text: str, *, by: User, owner: User | None = None, due_on: date | None = None):
    """A decision about no deal; with somebody and a day it is a task, too."""
    refuse_unless_running(review)
    is_task = owner is not None and due_on is not None
    with acting(by, DECIDED if is_task else SAID, cause=str(review)) as act:
        task = asking.give(None, by=by, what=text, owner=owner, due_on=due_on) if due_on and owner else None
        return ReviewDecision.objects.create(
            review=review, person=person, what=What.SAID, text=text, task=task, at=now(), by=by, changeset=act.kept()
        )


def end(review: Review, *, by: User) -> None:
    """The board is written down, and whoever took part is told where the minutes stand."""
    with writing(review, by=by, act="review.ended") as fresh:
        refuse_unless_running(fresh)
        snapshots.take(fresh, Snapshot.Moment.END)
        fresh.state, fresh.ended_at, fresh.on_person = Review.State.ENDED, now(), None
        for person in {*fresh.seats.values_list("person", flat=True), *([fresh.owner_id] if fresh.owner_id else [])}:
            telling.tell(person, Notice.Kind.MINUTES, (Review.type_key, fresh.pk), by=by, text=str(fresh))
