"""What is done to roles. Each act is a revision of the role's element, with its reason, and a line in the audit log.

Nobody makes a role that gives more than their own roles allow: no wider reach, and no field that they do not see.
"""

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from groundwork.access import audit
from groundwork.access.audit import Event
from groundwork.access.models import FieldGrant, Grant, Invitation, Role, User, Verb
from groundwork.access.people import ADMINISTRATOR, one_at_a_time, rank_of
from groundwork.access.rights import rights
from groundwork.blueprint.elements import revise, switch
from groundwork.core.clock import now
from groundwork.core.refusals import NotAllowed, Refusal

RANK = 10  # of an empty role
MORE_LIMITED = ["", FieldGrant.Mode.READ_ONLY, FieldGrant.Mode.HIDDEN]


@transaction.atomic
def make_role(
    name: str, *, by: User, like: Role | None = None, reaches: dict | None = None, modes: dict | None = None,
    reason: str, request=None,
) -> Role:  # fmt: skip
    """A new role: empty, with everything that ``like`` may do, or with ``reaches`` and ``modes`` as in ``change_role``.

    It stands below the roles of ``by``. Refused for a name in use, and for more than ``by`` may do.
    """
    refuse_unless_configurator(by)
    one_at_a_time()
    refuse_name_in_use(name)
    number = (Role.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    rank = min(like.rank if like else RANK, max(rank_of(by) - 1, 0))
    role = Role.objects.create(key=f"own-{number}", name=name, rank=rank)
    if like:
        reaches, modes = reaches_of(like), modes_of(like)
    difference = set_rights(role, by=by, reaches=reaches or {}, modes=modes or {}, is_new=True)
    revise(f"role:{role.key}", kind="role", by=by, difference=difference, cause=reason, name=name)
    detail = {"role": role.key, "name": name, "like": like.key if like else "", "reason": reason}
    audit.record(Event.ROLE_MADE, by, detail, request)
    return role


@transaction.atomic
def change_role(role: Role, *, by: User, reaches: dict, modes: dict, reason: str, name: str = "", request=None) -> None:
    """Set what ``role`` may do: ``reaches`` maps (type, verb) to a reach or 0, ``modes`` (type, field) to a mode or "".

    Refused for the administrator's role, for a role not below that of ``by``, and for more than ``by`` may do.
    """
    refuse_to_change(role, by)
    difference = set_rights(role, by=by, reaches=reaches, modes=modes)
    if role.is_own and name and name != role.name:
        refuse_name_in_use(name, role)
        difference["name"] = [role.name, name]
        role.name = name
        role.save(update_fields=["name"])
    if difference:
        _tell_change(role, difference, by, reason, request)


@transaction.atomic
def ask_two_steps(role: Role, *, asks: bool, by: User, reason: str, request=None) -> None:
    """Does whoever holds this role sign in in two steps? Holds from their next click; refused for a role above."""
    refuse_unless_configurator(by)
    if role.rank > rank_of(by):
        raise NotAllowed(_("This role stands above yours."))
    if role.two_steps == asks:
        return
    difference = {"two_steps": [role.two_steps, asks]}
    role.two_steps = asks
    role.save(update_fields=["two_steps"])
    _tell_change(role, difference, by, reason, request)


def _tell_change(role: Role, difference: dict, by: User, reason: str, request) -> None:
    revise(f"role:{role.key}", kind="role", by=by, difference=difference, cause=reason, name=role.name)
    audit.record(Event.ROLE_CHANGED, by, {"role": role.key, "changed": difference, "reason": reason}, request)


@transaction.atomic
def archive_role(role: Role, *, by: User, reason: str, request=None) -> None:
    """Nobody gets this role any more. Refused while somebody holds it or is invited to it."""
    refuse_to_change(role, by)
    one_at_a_time()
    if names := ", ".join(str(person) for person in role.people.all()[:5]):
        raise Refusal(_("Somebody holds this role: %(names)s. Give them another one first.") % {"names": names})
    if Invitation.objects.filter(roles=role, used_at=None, ends_at__gt=now()).exists():
        raise Refusal(_("Somebody is invited to this role and has not joined yet."))
    set_archived(role, now(), by=by, reason=reason, event=Event.ROLE_ARCHIVED, request=request)


@transaction.atomic
def restore_role(role: Role, *, by: User, reason: str, request=None) -> None:
    """The role can be given again, with what it allowed before."""
    refuse_to_change(role, by)
    set_archived(role, None, by=by, reason=reason, event=Event.ROLE_RESTORED, request=request)


def set_archived(role: Role, moment, *, by: User, reason: str, event: Event, request) -> None:
    if bool(role.archived_at) == bool(moment):
        return
    role.archived_at = moment
    role.save(update_fields=["archived_at"])
    switch(f"role:{role.key}", on=moment is None, by=by, reason=reason, keeps_reason=True)
    audit.record(event, by, {"role": role.key, "name": str(role), "reason": reason}, request)


# ── what a role allows


def reaches_of(role: Role) -> dict:
    return {(grant.type, grant.verb): grant.reach for grant in role.grants.all()}


def modes_of(role: Role) -> dict:
    return {(grant.type, grant.field): grant.mode for grant in role.field_grants.all()}


def set_rights(role: Role, *, by: User, reaches: dict, modes: dict, is_new=False) -> dict:
    """Write what differs, and say what that was. Refused for more than ``by`` may do."""
    old_reaches, old_modes = ({}, {}) if is_new else (reaches_of(role), modes_of(role))
    regranted = {key for key, reach in reaches.items() if reach != old_reaches.get(key, 0)}
    moded = {key for key, mode in modes.items() if mode != old_modes.get(key, "")}
    mine = rights(by)
    if any(reaches[key] > mine.reaches.get(key, 0) for key in regranted):
        raise NotAllowed(_("Nobody gives a role more than their own roles allow."))
    refuse_to_show_more(mine, old_reaches | reaches, old_modes | modes, regranted, moded)
    put_rights(role, {key: reaches[key] for key in regranted}, {key: modes[key] for key in moded}, is_new=is_new)
    changed = {" ".join(key): [old_reaches.get(key, 0), reaches[key]] for key in sorted(regranted)}
    return changed | {".".join(key): [old_modes.get(key, ""), modes[key]] for key in sorted(moded)}


def put_rights(role: Role, reaches: dict, modes: dict, is_new=False) -> None:
    """Write these and no others: 0 and "" take a right or a limit away."""
    gone = Q(), Q()
    for type_key, verb in () if is_new else reaches:
        gone[0].add(Q(type=type_key, verb=verb), Q.OR)
    for type_key, field in () if is_new else modes:
        gone[1].add(Q(type=type_key, field=field), Q.OR)
    if gone[0]:
        Grant.objects.filter(gone[0], role=role).delete()
    if gone[1]:
        FieldGrant.objects.filter(gone[1], role=role).delete()
    Grant.objects.bulk_create(
        Grant(role=role, type=type_key, verb=verb, reach=reach) for (type_key, verb), reach in reaches.items() if reach
    )
    FieldGrant.objects.bulk_create(
        FieldGrant(role=role, type=type_key, field=field, mode=mode)
        for (type_key, field), mode in modes.items()
        if mode
    )


def refuse_to_show_more(mine, reaches: dict, modes: dict, regranted: set, moded: set) -> None:
    """A field that ``mine`` hide or only read stays as limited in a role that views its type.

    Asked of what the act touches: the fields whose mode it changes, and all fields of a type that it lets be viewed or
    edited. What a role allowed before, it may keep.
    """
    opened = {type_key for type_key, verb in regranted if verb in (Verb.VIEW, Verb.EDIT) and reaches[type_key, verb]}
    for (type_key, field), mode in mine.field_modes.items():
        is_touched = type_key in opened or (type_key, field) in moded
        if not is_touched or not reaches.get((type_key, Verb.VIEW)):
            continue
        if MORE_LIMITED.index(modes.get((type_key, field), "")) < MORE_LIMITED.index(mode):
            raise NotAllowed(
                _("A field that your own roles hide or only read must be hidden or only read in this role too.")
            )


# ── who may


def refuse_unless_configurator(by: User) -> None:
    if not by.can("configure", "people"):
        raise NotAllowed(_("Only those who configure people change roles."))


def may_change(role: Role, by: User) -> bool:
    return role.key != ADMINISTRATOR and role.rank < rank_of(by)


def refuse_to_change(role: Role, by: User) -> None:
    if role.key == ADMINISTRATOR:
        raise Refusal(_("An administrator may do everything; this role does not change."))
    if not may_change(role, by):
        raise NotAllowed(_("This role stands above yours."))


def refuse_name_in_use(name: str, role: Role | None = None) -> None:
    if any(str(other).casefold() == name.casefold() for other in Role.objects.only("key", "name") if other != role):
        raise Refusal(_("Another role has this name."))
