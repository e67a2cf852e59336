"""Who may do a verb to one record, and by which role: for all people at once, in two queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from groundwork.access.models import Grant, Reach, User, Verb


@dataclass
class Seer:
    """A person and the sentences that say why."""

    person: User
    reasons: list[str]


def who_can(record, verb: str = Verb.VIEW) -> list[Seer]:
    """Everybody who may do ``verb`` to ``record``, by name; people who no longer sign in are left out."""
    path = record.department.path if record.department_id else ""
    grants = Grant.objects.filter(type=record.type_key, verb=verb).select_related("role")
    found: dict[int, Seer] = {}
    for grant in grants.prefetch_related("role__people").order_by("-reach", "pk"):
        for person in grant.role.people.all():
            if person.is_active and (reason := _reason(grant, person, record, path)):
                found.setdefault(person.pk, Seer(person, [])).reasons.append(reason)
    return sorted(found.values(), key=lambda seer: str(seer.person))


def _reason(grant: Grant, person: User, record, path: str) -> str:
    who = {"role": grant.role, "department": record.department or ""}
    return next((sentence % who for holds, sentence in _reaches(grant, person, record, path) if holds), "")


def _reaches(grant: Grant, person: User, record, path: str) -> Iterator[tuple[bool, str]]:
    own = f"/{person.department_id}/" if person.department_id else "nowhere"
    yield grant.reach == Reach.ALL, _("The role “%(role)s” reaches all records of this type.")
    yield record.owner_id == person.pk, _("The role “%(role)s” reaches own records, and this one is.")
    yield (
        record.kept_by_author and record.created_by_id == person.pk,
        _("The role “%(role)s” reaches what one has made, and this is."),
    )
    yield (
        grant.reach >= Reach.DEPARTMENT and path.endswith(own),
        _("The role “%(role)s” reaches the own department, %(department)s, whose record this is."),
    )
    yield (
        grant.reach == Reach.TREE and own in path,
        _("The role “%(role)s” reaches the departments below; the record belongs to %(department)s."),
    )
