"""Inviting many at once: lines of e-mail, department and roles, each with its verdict before anything happens."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.access import audit, links, people
from groundwork.access.audit import Event
from groundwork.access.limits import mailed
from groundwork.access.models import Department, Invitation, Role, User
from groundwork.core.refusals import Refusal

MOST = 500
HEADS = {  # how the columns may be called, in the languages of the product
    "email": {"e-mail", "email", "mail", "почта", "эл. почта", "адрес"},
    "department": {"department", "отдел", "dział", "dzial"},
    "roles": {"roles", "role", "роли", "роль", "rola"},
}


@dataclass
class Line:
    """One person to invite; ``fault`` says what is wrong, "" where a link will be made."""

    number: int
    email: str
    department: Department | None = None
    roles: list[Role] = field(default_factory=list)
    fault: str = ""
    replaces: bool = False  # an earlier link of the same person ends


def read(text: str, *, by: User) -> list[Line]:
    """Every line with its verdict. Columns e-mail, department, roles, with a head or in that order; commas,
    semicolons or tabs between them; several roles with a plus between them. Refused for more than 500 lines, and for
    what is no table."""
    try:
        read_rows = list(csv.reader(text.splitlines(), delimiter=delimiter_of(text)))
    except csv.Error as error:
        raise Refusal(_("These lines cannot be read as a table. Save it as CSV anew, or paste the lines.")) from error
    rows = [[cell.strip() for cell in row] for row in read_rows]
    if len(rows) > MOST:
        raise Refusal(_("At most %(count)s lines at once: cut the list in parts.") % {"count": MOST})
    places = places_of(rows[0]) if rows else {}
    known = Known(by)
    body = list(enumerate(rows, start=1))[1 if places else 0 :]
    return [
        known.judged(number, row, places or {"email": 0, "department": 1, "roles": 2})
        for number, row in body
        if any(row)
    ]


def delimiter_of(text: str) -> str:
    first = next(iter(text.lstrip("\ufeff").splitlines()), "")
    return max(("\t", ";", ","), key=first.count)


def places_of(head: list[str]) -> dict[str, int]:
    """Where each column stands; nothing where the first line is no head."""
    words = [cell.strip("\ufeff ").lower() for cell in head]
    found = {key: place for key, names in HEADS.items() for place, word in enumerate(words) if word in names}
    return found if "email" in found else {}


class Known:
    """What the lines are held against, read once."""

    def __init__(self, by: User):
        self.departments = {department.name.lower(): department for department in Department.objects.all()}
        self.roles: dict[str, Role] = {}
        for role in people.roles_within_reach(by):
            self.roles |= {role.key.lower(): role, str(role).lower(): role}
        self.members = {email.lower() for email in User.objects.values_list("email", flat=True)}
        self.invited = {email.lower() for email in Invitation.objects.open().values_list("email", flat=True) if email}
        above = Invitation.objects.open().filter(roles__rank__gt=people.rank_of(by))
        self.above = {email.lower() for email in above.values_list("email", flat=True)}
        self.seen: set[str] = set()

    def judged(self, number: int, row: list[str], places: dict[str, int]) -> Line:
        cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        line = Line(number, cells["email"].strip("\ufeff").lower())
        department, roles = cells.get("department", ""), cells.get("roles", "")
        named = [name.strip().lower() for name in roles.split("+") if name.strip()]
        line.department = self.departments.get(department.lower())
        line.roles = [self.roles[name] for name in named if name in self.roles]
        line.fault = self.fault_of(line, department, [name for name in named if name not in self.roles])
        line.replaces = line.email in self.invited
        self.seen.add(line.email)
        return line

    def fault_of(self, line: Line, department: str, unknown: list[str]) -> str:
        try:
            validate_email(line.email)
        except ValidationError:
            return _("Write an e-mail address such as anna@example.com.")
        if line.email in self.members:
            return _("Somebody signs in with this e-mail already.")
        if line.email in self.above:
            return _("This person is invited to a role above yours.")
        if line.email in self.seen:
            return _("This e-mail stands in an earlier line.")
        if department and line.department is None:
            return _("There is no department “%(name)s”.") % {"name": department}
        if unknown:
            return _("There is no role “%(name)s” that you may give.") % {"name": unknown[0]}
        return "" if line.roles else _("Give at least one role.")


@transaction.atomic
def invite_all(lines: Iterable[Line], *, by: User, request=None) -> list[tuple[Line, str]]:
    """A link for every line without a fault: (line, its address, told only now)."""
    return [(line, address_of(invite_anew(line, by=by, request=request))) for line in lines if not line.fault]


def invite_anew(line: Line, *, by: User, request=None) -> str:
    links.end(Invitation.objects.filter(email__iexact=line.email, person=None, first=False))
    return people.invite(by=by, email=line.email, roles=line.roles, department=line.department, request=request)


@transaction.atomic
def renew(link: Invitation, *, by: User, request=None) -> str:
    """A new link in place of one that waits, with the same roles as far as ``by`` may give them; the old one ends."""
    people.refuse_link_above(by, link)
    roles = list(people.roles_within_reach(by).filter(pk__in=link.roles.values("pk")))
    if not roles or link.used_at:
        raise Refusal(_("This invitation is over. Invite the person anew."))
    return address_of(invite_anew(Line(0, link.email, link.department, roles), by=by, request=request))


@transaction.atomic
def withdraw(link: Invitation, *, by: User, request=None) -> None:
    people.refuse_link_above(by, link)
    links.end(Invitation.objects.filter(pk=link.pk))
    audit.record(Event.WITHDRAWN, by, {"email": link.email}, request)


def address_of(token: str) -> str:
    return settings.PUBLIC_URL + reverse("access:join", args=[token])


def send(email: str, address: str, *, by: User, firm: str) -> bool:
    """The link by mail; False where it could not be sent."""
    words = _("%(name)s invites you to %(firm)s. Open this link within 14 days: %(address)s")
    text = words % {"name": by, "firm": firm, "address": address}
    return mailed(_("Invitation to Groundwork"), text, email)
