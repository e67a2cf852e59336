"""What is done to people, departments and roles; every act leaves its line in the audit log."""

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from groundwork.access import audit, links
from groundwork.access.audit import Event
from groundwork.access.models import BrowserSession, Department, Invitation, Role, User
from groundwork.access.rights import forget_rights
from groundwork.core.refusals import NotAllowed, Refusal

ADMINISTRATOR = "administrator"


def administrators():
    return User.objects.filter(is_active=True, roles__key=ADMINISTRATOR)


def asker(email: str | None) -> User:
    """For whom a command acts: who signs in with ``email``, or the first administrator."""
    people = User.objects.filter(email__iexact=email, is_active=True) if email else administrators().order_by("pk")
    if (person := people.first()) is None:
        raise Refusal(
            _("There is no such person.") if email else _("There is no administrator yet: finish the first run.")
        )
    return person


def rank_of(user) -> int:
    return user.roles.aggregate(highest=Max("rank"))["highest"] or 0


def roles_within_reach(user):
    """The roles that ``user`` may give: none above the person's own, none out of use."""
    return Role.objects.current().filter(rank__lte=rank_of(user))


def refuse_above(by: User, person: User) -> None:
    if rank_of(person) > rank_of(by):
        raise NotAllowed(_("This person's role stands above yours."))


def refuse_oneself(by: User, person: User) -> None:
    """What is done for others without their password or code, nobody does for oneself."""
    if person.pk == by.pk:
        raise NotAllowed(_("Change how you sign in on your own page: it asks for what you sign in with now."))


def refuse_link_above(by: User, link: Invitation) -> None:
    if (link.roles.aggregate(highest=Max("rank"))["highest"] or 0) > rank_of(by):
        raise NotAllowed(_("This person is invited to a role above yours."))


@transaction.atomic
def invite(*, by: User, email: str, roles, department, request=None) -> str:
    """The token of a link by which one person joins within 14 days."""
    _link, token = links.issue(by=by, email=email, roles=roles, department=department)
    audit.record(Event.INVITED, by, {"email": email, "roles": [role.key for role in roles]}, request)
    return token


@transaction.atomic
def join(link: Invitation, *, name: str, email: str, password: str, language: str = "", request=None) -> User:
    """Make the invited person; the link is used up. Refused for an address that somebody signs in with."""
    links.use_up(link)
    email = link.email or email
    if User.objects.filter(email__iexact=email).exists():
        raise Refusal(_("Somebody signs in with this e-mail already."))
    user = User.objects.create_user(email, password, name=name, department=link.department, language=language)
    set_roles(user, link.roles.current())
    audit.record(Event.JOINED, user, {"email": user.email, "roles": [role.key for role in user.roles.all()]}, request)
    return user


def set_roles(user: User, roles) -> None:
    user.roles.set(roles)
    forget_rights(user)


@transaction.atomic
def change_person(person: User, *, by: User, name: str, department, roles, is_active: bool, request=None) -> None:
    """Set what an administrator sets. Refused for somebody above ``by`` and where no administrator would remain.

    Who may not sign in any more is out at once: every request reads the person anew, old sessions never come back, and
    links that the person gave out end.
    """
    one_at_a_time()
    person = User.objects.select_for_update().get(pk=person.pk)
    refuse_above(by, person)
    if not set(roles) <= {*roles_within_reach(by), *person.roles.all()}:
        raise NotAllowed(_("Nobody gives a role above their own."))
    before, was_active = facts_of(person), person.is_active
    person.name, person.department, person.is_active = name, department, is_active
    if is_active:
        person.left_on = None
    person.save(update_fields=["name", "department", "is_active", "left_on"])
    set_roles(person, roles)
    if was_active and not is_active:
        end_sessions(person)
        links.end(Invitation.objects.filter(Q(invited_by=person) | Q(person=person)))
        audit.record(Event.SHUT_OUT, by, {"person": person.email}, request)
    if is_active and not was_active:
        audit.record(Event.LET_IN, by, {"person": person.email}, request)
    refuse_without_administrator()
    after = facts_of(person)
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed:
        audit.record(Event.PERSON_CHANGED, by, {"person": person.email, "changed": changed}, request)


def one_at_a_time() -> None:
    """Whoever gives, takes or archives roles waits for the other: two administrators cannot remove each other."""
    Role.objects.select_for_update().filter(key=ADMINISTRATOR).first()


def facts_of(person: User) -> dict:
    return {
        "name": person.name,
        "department": str(person.department or ""),
        "roles": sorted(person.roles.values_list("key", flat=True)),
    }


def refuse_without_administrator() -> None:
    if not administrators().exists():
        raise Refusal(_("Somebody must remain administrator: give the role to another person first."))


def end_sessions(person: User) -> None:
    """Sign the person out everywhere, for good."""
    BrowserSession.objects.filter(user=person).delete()
    User.objects.filter(pk=person.pk).update(sessions_from=F("sessions_from") + 1)
    person.refresh_from_db(fields=["sessions_from"])


@transaction.atomic
def password_link(person: User, *, by: User | None, hours: int = links.HOURS_FOR_PASSWORD, request=None) -> str:
    """The address under which a new password is set; earlier ones of this person end.

    Refused for oneself: whoever meets an open browser would else need no password to make one.
    """
    if by is not None:
        refuse_oneself(by, person)
        refuse_above(by, person)
    links.end(Invitation.objects.filter(person=person))
    _link, token = links.issue(by=by, person=person, hours=hours)
    audit.record(Event.PASSWORD_LINK, by, {"person": person.email}, request)
    return settings.PUBLIC_URL + reverse("access:password_from_link", args=[token])


@transaction.atomic
def set_password(person: User, password: str, *, link: Invitation | None = None, request=None) -> None:
    """A new password signs the person out everywhere else."""
    if link is not None:
        links.use_up(link)
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record(Event.PASSWORD_CHANGED, person, {}, request)


@transaction.atomic
def save_department(department: Department, *, by: User, request=None) -> None:
    """Keep a new or changed department. Refused where it would stand below itself."""
    is_new = department.pk is None
    if not is_new and department.parent and f"/{department.pk}/" in department.parent.path:
        raise Refusal(_("A department cannot stand below itself."))
    department.save()
    detail = {"department": department.name, "parent": str(department.parent or ""), "head": str(department.head or "")}
    audit.record(Event.DEPARTMENT_CHANGED, by, detail | {"new": is_new}, request)
