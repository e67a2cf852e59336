"""A person leaves, in one act: signed out, open invitations withdrawn, records handed over. History keeps the name.

For a day ahead the act is planned: the person works until that day is over where our firm is, then a schedule carries
it out. From that midnight on no request of the person is answered, whenever the schedule comes to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from groundwork.access import audit, links, people
from groundwork.access.audit import Event
from groundwork.access.models import Department, Invitation, PlannedLeave, User
from groundwork.blueprint.models import Firm
from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal
from groundwork.core.registry import Registry


@dataclass(frozen=True)
class Held:
    """Records of one type that a person owns. ``type_key`` is also what a successor needs rights to edit."""

    type_key: str
    label: Any
    count: int


@dataclass(frozen=True)
class Estate:
    """What people own in a room above. ``hand_over(person, takers, by)`` begins inside the act of leaving;
    ``takers`` maps each type's key to the successor. It returns what finishes the work once the act is kept, and that
    gives the address which takes it back, or ""."""

    key: str
    held: Callable[[User], list[Held]]
    hand_over: Callable[[User, dict[str, User], User], Callable[[], str]]


estates: Registry[Estate] = Registry(lambda estate: estate.key)


def held_by(person: User) -> list[Held]:
    return [held for estate in estates for held in estate.held(person)]


def open_invitations(person: User):
    return Invitation.objects.filter(Q(invited_by=person) | Q(person=person) | Q(email__iexact=person.email)).open()


def leave(person: User, *, by: User, on: date, takers: dict[str, User], request=None) -> str:
    """``person`` works here no more. Refused for somebody above ``by``, for oneself, for the last administrator, for a
    day ahead (``plan``), and where nobody is named for a type of which the person owns records.

    The next request of the person is refused; that waits for nothing that comes after. Returns the address that takes
    the handing over back, "" while it goes on in the background.
    """
    with transaction.atomic():
        people.one_at_a_time()
        person = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_it_may_be(person, by)
        if on > firm_day():
            raise Refusal(_("That day is still ahead: plan it."))
        refuse_wrong_takers(person, by, takers)
        withdrawn = open_invitations(person).count()
        links.end(open_invitations(person))
        is_planned, _gone = PlannedLeave.objects.filter(person=person).delete()
        person.is_active, person.left_on, person.leaves_on = False, on, None
        person.save(update_fields=["is_active", "left_on", "leaves_on"])
        Department.objects.filter(head=person).update(head=None)
        people.end_sessions(person)
        people.refuse_without_administrator()
        finishing = [estate.hand_over(person, takers, by) for estate in estates]
        detail = {"person": person.email, "on": on.isoformat(), "invitations": withdrawn}
        detail |= {"by": "plan"} if is_planned else {}
        audit.record(Event.LEFT, by, detail | {"to": {key: taker.email for key, taker in takers.items()}}, request)
    return next((address for finish in finishing if (address := finish())), "")


# ── a day ahead


def firm_day() -> date:
    """Today where our firm is."""
    firm = Firm.current()
    return timezone.localtime(now(), ZoneInfo(firm.time_zone) if firm and firm.time_zone else None).date()


def is_over(person: User) -> bool:
    """Is the last day of this person behind us?"""
    return person.leaves_on is not None and person.leaves_on < firm_day()


@transaction.atomic
def plan(person: User, *, by: User, on: date, takers: dict[str, User], request=None) -> None:
    """``person`` leaves when ``on`` is over; said again, it changes the plan. Refused as ``leave`` is."""
    person = User.objects.select_for_update().get(pk=person.pk)
    refuse_unless_it_may_be(person, by)
    if on <= firm_day():
        raise Refusal(_("That day is not ahead: let the person go now."))
    refuse_wrong_takers(person, by, takers)
    chosen = {key: taker.pk for key, taker in takers.items()}
    PlannedLeave.objects.update_or_create(
        person=person, defaults={"takers": chosen, "by": by, "made_at": now(), "fault": ""}
    )
    person.leaves_on = on
    person.save(update_fields=["leaves_on"])
    detail = {"person": person.email, "on": on.isoformat(), "to": {key: taker.email for key, taker in takers.items()}}
    audit.record(Event.LEAVES, by, detail, request)


@transaction.atomic
def call_off(person: User, *, by: User, request=None) -> None:
    """The person stays. Refused for somebody above ``by`` and where nothing is planned."""
    person = User.objects.select_for_update().get(pk=person.pk)
    people.refuse_above(by, person)
    if person.leaves_on is None:
        raise Refusal(_("%(name)s does not leave.") % {"name": person})
    detail = {"person": person.email, "on": person.leaves_on.isoformat()}
    PlannedLeave.objects.filter(person=person).delete()
    person.leaves_on = None
    person.save(update_fields=["leaves_on"])
    audit.record(Event.STAYS, by, detail, request)


def carry_out_due() -> None:
    """Whose last day is over has left; comes round every five minutes. What is refused is kept with the plan, and tried
    again."""
    due = PlannedLeave.objects.filter(person__leaves_on__lt=firm_day()).select_related("person__department", "by")
    for planned in due.order_by("person__leaves_on", "pk"):
        fault = carry_out(planned)
        if fault and fault != planned.fault:
            PlannedLeave.objects.filter(pk=planned.pk).update(fault=fault[:500])


def carry_out(planned: PlannedLeave) -> str:
    """In the name of who decided it, or of an administrator where that person no longer may; the fault, or ""."""
    person, fault = planned.person, ""
    for by in (planned.by, *people.administrators().exclude(pk__in=[planned.by_id, person.pk]).order_by("pk")):
        if not by.is_active or not by.can("configure", "people"):
            continue
        try:
            leave(person, by=by, on=person.leaves_on or firm_day(), takers=takers_now(planned, by))
        except Refusal as refusal:
            fault = str(refusal.sentence)
        else:
            return ""
    return fault


def takers_now(planned: PlannedLeave, by: User) -> dict[str, User]:
    """Who was chosen; where that person may no longer take it, or nobody was chosen, the head of the department, then
    ``by``."""
    person, takers = planned.person, {}
    chosen = User.objects.in_bulk(planned.takers.values())
    head = person.department.head if person.department else None
    for held in held_by(person):
        candidates = (chosen.get(planned.takers.get(held.type_key)), head, by)
        able = (one for one in candidates if one and one.pk != person.pk and may_take(one, held.type_key))
        if taker := next(able, None):
            takers[held.type_key] = taker
    return takers


# ── what may be


def refuse_unless_it_may_be(person: User, by: User) -> None:
    people.refuse_above(by, person)
    if person.pk == by.pk:
        raise Refusal(_("Ask another administrator: nobody lets themselves go."))
    if person.left_on:
        raise Refusal(_("%(name)s has left already.") % {"name": person})


def refuse_wrong_takers(person: User, by: User, takers: dict[str, User]) -> None:
    """Whoever hands records over could make them their own: so it takes the right to edit all of them."""
    from groundwork.access.rights import reach

    for held in held_by(person):
        taker = takers.get(held.type_key)
        if not reach(by, "edit", held.type_key).all:
            raise NotAllowed(
                _("Ask an administrator: some of what %(name)s owns is out of your reach.") % {"name": person}
            )
        if taker is None:
            raise Refusal(_("Say who takes over: %(what)s.") % {"what": held.label})
        if taker.pk == person.pk or not may_take(taker, held.type_key):
            raise Refusal(
                _("%(name)s may not keep %(what)s: choose another person.") % {"name": taker, "what": held.label}
            )


def may_take(taker: User, type_key: str) -> bool:
    return taker.is_active and taker.can("edit", type_key)


def may_take_over(type_key: str, besides: User):
    """The people who may edit records of this type."""
    able = Q(roles__grants__type=type_key, roles__grants__verb="edit")
    return User.objects.filter(able, is_active=True).exclude(pk=besides.pk).distinct().order_by("name", "pk")
