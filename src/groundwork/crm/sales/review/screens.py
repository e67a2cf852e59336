"""What the pages of reviews show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from groundwork.access.models import Department, User
from groundwork.core.clock import now
from groundwork.core.languages import day, moment
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.pipelines import Outcome, sales
from groundwork.crm.sales.review.agenda import (
    Agenda,
    Card,
    agenda_of,
    decisions_of,
    previous,
    promised,
    since_last,
    snapshot,
)  # fmt: skip
from groundwork.crm.sales.review.deciding import names, taker_form
from groundwork.crm.sales.review.forms import KeepForm, LostForm, SayForm
from groundwork.crm.sales.review.models import Review, ReviewDecision, Seat, Snapshot
from groundwork.crm.sales.review.quality import curve, first_week, is_behind, live_since, quality
from groundwork.crm.sales.review.snapshots import preparation
from groundwork.records.forms import may_hand_over
from groundwork.records.tasks.asking import StepForm
from groundwork.records.types import types
from groundwork.ui.charts import BarChart, Series

SHOWN = 20  # reviews that were held


@dataclass
class Chair:
    """A person whose turn comes. ``is_done``: was before, and nothing of theirs is left to decide."""

    person: User
    is_current: bool = False
    is_done: bool = False


# ── all reviews


def overview(user, of: str) -> dict[str, Any]:
    seen = Review.objects.current().visible_to(user).select_related("owner", "department")
    held = list(seen.filter(state=Review.State.ENDED).order_by("-planned_at", "-pk"))
    teams = _teams(held)
    team = next((team for team in teams if str(team.pk) == of), teams[0] if teams else None)
    weeks = curve([review for review in held if team is None or review.department_id == team.pk])
    coming = list(seen.exclude(state=Review.State.ENDED).order_by("planned_at", "pk")[:SHOWN])
    return {
        "coming": [(review, moment(review.planned_at)) for review in coming],
        "held": [(review, moment(review.planned_at), quality(review).percent) for review in held[:SHOWN]],
        "teams": teams if len(teams) > 1 else [], "team": team, "chart": _chart(weeks), "is_behind": is_behind(weeks),
        "may_plan": user.can("create", Review.type_key),
    }  # fmt: skip


def _teams(held: Sequence[Review]) -> list[Department]:
    found = {review.department_id: review.department for review in held if review.department}
    return sorted(found.values(), key=str)


def _chart(weeks) -> BarChart | None:
    if len(weeks) < 2:
        return None
    first, last = weeks[0].score, weeks[-1].score
    facts = {"first": first, "last": last}
    title = _("Order went from %(first)s to %(last)s of 100") % facts
    labels = [str(week.number) for week in weeks]
    series = Series(_("order at the beginning"), [float(week.score) for week in weeks])
    live = live_since() if first_week(weeks[-1].begins_on) else None
    caption = _("By week since the first review: no day of going live is known")
    if live is not None:
        caption = _("By week since going live on %(day)s") % {"day": day(live)}
    return BarChart(title, labels, [series], caption=caption, label_heading=_("Week"))


# ── before it


def before(review: Review, user) -> dict[str, Any]:
    """Everybody sees the own list; who leads it, and how they come prepared, too."""
    seats = list(review.seats.select_related("person"))  # type: ignore[attr-defined]
    own = agenda_of(review, user, user) if any(seat.person_id == user.pk for seat in seats) else None
    return {
        "review": review, "when": moment(review.planned_at), "people": [seat.person for seat in seats], "own": own,
        "may_run": user.can("edit", review),
    }  # fmt: skip


def day_section(user) -> dict[str, Any] | None:
    """On my day: the next review that the person has a seat in, and how much of the own list comes before it."""
    if not user.can("view", Review.type_key):
        return None
    coming = Review.objects.current().exclude(state=Review.State.ENDED).filter(
        pk__in=Seat.objects.filter(person=user).values("review")
    )  # fmt: skip
    review = coming.order_by("planned_at").first()
    if review is None:
        return None
    return {"review": review, "when": moment(review.planned_at), "agenda": agenda_of(review, user, user)}


# ── while it is held


def mark(review: Review) -> str:
    """Stands for what the screen shows: another one, and there is something new."""
    last = ReviewDecision.objects.filter(review=review).order_by("-pk").values_list("pk", flat=True).first()
    gone = ReviewDecision.objects.filter(review=review).exclude(changeset__undone_by=None).count()
    return f"{review.version}.{last or 0}.{gone}"


@dataclass(frozen=True)
class LookedAt:
    """What the reader chose to look at: a person, a card, and the decision that is to be changed."""

    person: str = ""
    card: str = ""
    change: str = ""


def held(review: Review, user, asked: LookedAt, opened=None, said=None) -> dict[str, Any]:
    """``opened``: (deal, way, form) that is wrong; ``said``: the form of a decision about no deal that is wrong."""
    seats = list(review.seats.select_related("person"))  # type: ignore[attr-defined]
    looked_at = next((seat.person for seat in seats if str(seat.person_id) == asked.person), None) or review.on_person
    if looked_at is None:
        looked_at = seats[0].person
    agenda = agenda_of(review, looked_at, user)
    may_run = user.can("edit", review)
    decisions = decisions_of(review, looked_at, user)
    current = _current(agenda, asked, opened[0] if opened else None)
    if current is not None and may_run and current.may_edit:
        _give_forms(current, user)
        if opened:
            current.opened, current.forms[f"{opened[1]}_wrong"] = opened[1], opened[2]
    following = _next(seats, looked_at)
    return {
        "review": review, "when": moment(review.planned_at), "chairs": _chairs(seats, looked_at), "person": looked_at,
        "agenda": agenda, "current": current, "may_run": may_run, "next_person": following, "mark": mark(review),
        "since": since_last(review, looked_at, user), "since_on": "", "promised": promised(review, looked_at),
        "decisions": decisions,
        "say": said or _say_form(user, looked_at, decisions, asked.change) if may_run else None,
        "minutes_gone": int((now() - review.began_at).total_seconds() // 60) if review.began_at else 0,
        "is_leader": review.owner_id == user.pk,
    }  # fmt: skip


def _current(agenda: Agenda, asked: LookedAt, opened: int | None) -> Card | None:
    """The card that was chosen, decided or not where its decision is to be changed; else the next to decide."""
    chosen = next((one for one in agenda.cards if str(one.deal.pk) in (asked.card, str(opened))), None)
    if chosen is not None and (chosen.decision is None or str(chosen.decision.pk) == asked.change):
        return chosen
    return agenda.current


def _say_form(user, looked_at: User, decisions: Sequence[ReviewDecision], change: str) -> SayForm:
    """An empty one, or that of the decision about no deal that is to be changed."""
    first: dict[str, Any] = {"owner": looked_at.pk}
    for row in decisions:
        if str(row.pk) == change and row.deal_id is None:
            first = {"text": row.text, "instead": row.pk}
            first |= {"owner": row.task.owner_id, "due_on": row.task.due_on} if row.task else {}
    return SayForm(user=user, initial=first, auto_id="say_%s")


def _give_forms(card: Card, user) -> None:
    deal, kind = card.deal, types[Deal.type_key]
    held_ = sales()
    card.forms = {
        "step": StepForm(user=user, auto_id=names(deal)),
        "stages": [
            (key + 1, row) for key, row in enumerate(
                row for row in held_.stages_of(deal.pipeline, Outcome.OPEN, Outcome.WON) if row.key != deal.stage
            )
        ],
        "reasons": [
            (place, key, words) for place, (key, words) in enumerate(LostForm().fields["reason"].choices, 1)  # type: ignore[attr-defined]
        ],
        "keep": KeepForm(auto_id=names(deal)),
    }  # fmt: skip
    if may_hand_over(kind, user, deal):
        card.forms["hand"] = taker_form(deal, user)


def _chairs(seats: Sequence[Seat], looked_at: User) -> list[Chair]:
    return [
        Chair(seat.person, seat.person_id == looked_at.pk, seat.begun_at is not None and seat.person_id != looked_at.pk)
        for seat in seats
    ]


def _next(seats: Sequence[Seat], looked_at: User) -> User | None:
    people = [seat.person for seat in seats]
    place = people.index(looked_at) + 1
    return people[place] if place < len(people) else None


# ── after it


@dataclass
class Told:
    """One person in the minutes. The figures are those of the person, and of whoever leads."""

    person: User
    was_there: bool
    decisions: list[ReviewDecision]
    score: int | None = None
    ready: int | None = None
    late_tidy: int | None = None


def minutes(review: Review, user) -> dict[str, Any]:
    seats = list(review.seats.select_related("person"))  # type: ignore[attr-defined]
    shots = {shot.moment: shot for shot in review.snapshots.all()}  # type: ignore[attr-defined]
    last_end = snapshot(previous(review), Snapshot.Moment.END)
    decided = decisions_of(review, None, user)
    may_run = user.can("edit", review)
    told = []
    for seat in seats:
        own = [row for row in decided if row.person_id == seat.person_id]
        line = Told(seat.person, seat.begun_at is not None, own)
        if may_run or seat.person_id == user.pk:
            _prepared(line, shots, last_end)
        told.append(line)
    return {
        "review": review, "when": moment(review.planned_at), "told": told, "quality": quality(review),
        "team": _team(shots), "ended": moment(review.ended_at),
    }  # fmt: skip


def _prepared(line: Told, shots: dict[str, Snapshot], last_end: Snapshot | None) -> None:
    end, key = shots.get(Snapshot.Moment.END), line.person.pk
    prepared = preparation(key, last_end, shots.get(Snapshot.Moment.BEFORE), shots.get(Snapshot.Moment.BEGIN))
    line.ready, line.late_tidy = prepared.ready, prepared.late_tidy
    line.score = end.figures.get(str(key), {}).get("score") if end else None


def _team(shots: dict[str, Snapshot]) -> dict[str, Any]:
    begin, end = shots.get(Snapshot.Moment.BEGIN), shots.get(Snapshot.Moment.END)
    return {"begin": begin.team if begin else {}, "end": end.team if end else {}}
