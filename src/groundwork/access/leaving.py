"""A person leaves, in one act: signed out, open invitations withdrawn, records handed over. History keeps the name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from groundwork.access import audit, links, people
from groundwork.access.audit import Event
from groundwork.access.models import Department, Invitation, User
from groundwork.core.clock import today
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
    day ahead, and where nobody is named for a type of which the person owns records.

    The next request of the person is refused; that waits for nothing that comes after. Returns the address that takes
    the handing over back, "" while it goes on in the background.
    """
    with transaction.atomic():
        people.one_at_a_time()
        person = User.objects.select_for_update().get(pk=person.pk)
        refuse_unless_it_may_be(person, by, on)
        refuse_wrong_takers(person, by, takers)
        withdrawn = open_invitations(person).count()
        links.end(open_invitations(person))
        person.is_active, person.left_on = False, on
        person.save(update_fields=["is_active", "left_on"])
        Department.objects.filter(head=person).update(head=None)
        people.end_sessions(person)
        people.refuse_without_administrator()
        finishing = [estate.hand_over(person, takers, by) for estate in estates]
        detail = {"person": person.email, "on": on.isoformat(), "invitations": withdrawn}
        audit.record(Event.LEFT, by, detail | {"to": {key: taker.email for key, taker in takers.items()}}, request)
    return next((address for finish in finishing if (address := finish())), "")


def refuse_unless_it_may_be(person: User, by: User, on: date) -> None:
    people.refuse_above(by, person)
    if person.pk == by.pk:
        raise Refusal(_("Ask another administrator: nobody lets themselves go."))
    if person.left_on:
        raise Refusal(_("%(name)s has left already.") % {"name": person})
    if on > today():
        raise Refusal(_("Do this on the last day: give today or an earlier day."))


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
