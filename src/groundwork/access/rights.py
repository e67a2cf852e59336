"""The two questions: how far does a verb reach for a person, and may the person do it to this record?

The reach is resolved once a request; rules narrow a grant and run no query on a loaded row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from groundwork.access.models import Department, FieldGrant, Reach, Role, Verb


@dataclass(frozen=True)
class Scope:
    """Where a person's verb reaches: everything, or what the person owns and what these departments own."""

    all: bool = False
    me: int | None = None
    departments: frozenset[int] = frozenset()

    @property
    def nothing(self):
        return not (self.all or self.me or self.departments)

    def holds(self, owner_id: int | None, department_id: int | None) -> bool:
        if self.all:
            return True
        return (self.me is not None and owner_id == self.me) or (department_id in self.departments)


NOTHING = Scope()
FieldName = tuple[str, str]  # (type's key, field)
_tells_of: dict[FieldName, set[FieldName]] = {}


def tells_of(field: FieldName, other: FieldName) -> None:
    """Who does not see ``other`` does not see ``field`` either: its value was computed from it."""
    _tells_of.setdefault(field, set()).add(other)


def telling_of(type_key: str, hidden: set[str]) -> set[str]:
    """The fields of a type that tell of a hidden one of it."""
    names = {(type_key, name) for name in hidden}
    return {name for (of, name), others in _tells_of.items() if of == type_key and others & names}


_editors_make: set[str] = set()
_editors_fill: set[FieldName] = set()


def only_editors_make(type_key: str) -> None:
    """Whoever may not change such records makes none either, whatever a role grants."""
    _editors_make.add(type_key)


def only_editors_fill(field: FieldName) -> None:
    """Whoever may not change such records says nothing there of a new one either."""
    _editors_fill.add(field)


# Asked by every page: to put them together from models takes longer than to answer them.
GRANTS = (
    "SELECT r.id, r.key, r.name, r.two_steps, g.type, g.verb, g.reach FROM access_role r "
    "JOIN access_user_roles held ON held.role_id = r.id AND held.user_id = %s "
    "LEFT JOIN access_grant g ON g.role_id = r.id AND 'object:' || g.type NOT IN "
    "(SELECT e.key FROM blueprint_element e WHERE e.kind = 'object' AND e.state = 'retired') "  # what is not used
    "ORDER BY r.rank DESC, r.key"
)
FIELD_GRANTS = (
    "SELECT f.role_id, f.type, f.field, f.mode FROM access_fieldgrant f "
    "JOIN access_user_roles held ON held.role_id = f.role_id AND held.user_id = %s"
)


def _read(sql: str, user) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [user.pk])
        return cursor.fetchall()


class Rights:
    """Everything a person's roles grant, read in three queries at most."""

    def __init__(self, user):
        self.user = user
        self.reaches: dict[tuple[str, str], int] = {}
        self.viewing: dict[str, list[str]] = {}  # {type: keys of the roles that let it be seen, the highest first}
        self._departments: dict[int, frozenset[int]] = {}
        self.highest_role: Role | None = None
        grants = _read(GRANTS, user)  # a role that grants nothing yet comes with None
        self.role_ids = frozenset(role for role, *_grant in grants)
        self.asks_two_steps = any(asks for _role, _key, _name, asks, *_grant in grants)
        for _role, key, _name, _asks, type_key, verb, reach in grants:
            if reach is not None and verb == Verb.VIEW:
                self.viewing.setdefault(type_key, []).append(key)
            if reach is not None and reach > self.reaches.get((type_key, verb), 0):
                self.reaches[type_key, verb] = reach
        for type_key in _editors_make:
            if (type_key, Verb.EDIT) not in self.reaches:
                self.reaches.pop((type_key, Verb.CREATE), None)
        if grants:
            pk, key, name = grants[0][:3]
            self.highest_role = Role(pk=pk, key=key, name=name)
        self.field_modes = self._field_modes(grants)

    def _field_modes(self, grants) -> dict[tuple[str, str], str]:
        """A field is hidden only if every role that grants view of its type hides it; read-only likewise."""
        by_field: dict[tuple[str, str], dict[int, str]] = {}
        for role, type_key, field, mode in _read(FIELD_GRANTS, self.user):
            by_field.setdefault((type_key, field), {})[role] = mode
        holders: dict[tuple[str, str], set[int]] = {}
        for role, _key, _name, _asks, type_key, verb, _reach in grants if by_field else ():
            holders.setdefault((type_key, verb), set()).add(role)
        modes: dict[tuple[str, str], str] = {}
        for (type_key, field), of_roles in by_field.items():
            viewers = holders.get((type_key, Verb.VIEW), set())
            editors = holders.get((type_key, Verb.EDIT), set())
            if viewers and all(of_roles.get(role) == FieldGrant.Mode.HIDDEN for role in viewers):
                modes[type_key, field] = FieldGrant.Mode.HIDDEN
            elif editors and all(role in of_roles for role in editors):
                modes[type_key, field] = FieldGrant.Mode.READ_ONLY
        return modes

    def scope(self, verb: str, type_key: str) -> Scope:
        reach = self.reaches.get((type_key, verb), 0)
        if reach == Reach.ALL:
            return Scope(all=True)
        if not reach:
            return NOTHING
        return Scope(me=self.user.pk, departments=self._departments_within(reach))

    def _departments_within(self, reach: int) -> frozenset[int]:
        if reach == Reach.OWN or self.user.department_id is None:
            return frozenset()
        if reach == Reach.DEPARTMENT:
            return frozenset([self.user.department_id])
        if reach not in self._departments:
            below = Department.objects.filter(path__contains=f"/{self.user.department_id}/")
            self._departments[reach] = frozenset(below.values_list("pk", flat=True))
        return self._departments[reach]

    def field_mode(self, type_key: str, field: str) -> str:
        """ "" (free), "read-only" or "hidden"; hidden too where a field that it tells of is."""
        told = _tells_of.get((type_key, field), ())
        if any(self.field_modes.get(other) == FieldGrant.Mode.HIDDEN for other in told):
            return FieldGrant.Mode.HIDDEN
        if (type_key, field) in _editors_fill and (type_key, Verb.EDIT) not in self.reaches:
            return self.field_modes.get((type_key, field), FieldGrant.Mode.READ_ONLY)
        return self.field_modes.get((type_key, field), "")


def rights(user) -> Rights:
    """The person's rights, read once for this instance of the user (a request has its own)."""
    kept = getattr(user, "_rights", None)
    if kept is None:
        kept = user._rights = Rights(user)
    return kept


def forget_rights(user) -> None:
    """The roles of this person changed: what was read before no longer holds."""
    user._rights = None


def reach(user, verb: str, type_key: str) -> Scope:
    if user is None or not user.is_authenticated or not user.is_active:
        return NOTHING
    return rights(user).scope(verb, type_key)


@dataclass(frozen=True)
class Rule:
    name: str
    type_key: str
    needs: str
    check: Callable[[Any, Any], bool]


_rules: dict[tuple[str, str], Rule] = {}


def rule(type_key: str, name: str, *, needs: str):
    """Name a finer act: ``@rule("deal", "reopen", needs="edit")``. It narrows the grant ``needs``, never widens it."""

    def named(check):
        _rules[type_key, name] = Rule(name, type_key, needs, check)
        return check

    return named


def key_of(what) -> str:
    return what if isinstance(what, str) else what.type_key


def can(user, verb: str, what) -> bool:
    """``what`` is a record, a record's model or the key of a type; for the last two: is there any reach at all?"""
    type_key = key_of(what)
    narrowed = _rules.get((type_key, verb))
    scope = reach(user, narrowed.needs if narrowed else verb, type_key)
    if scope.nothing:
        return False
    if isinstance(what, str | type):
        return True
    held = scope.holds(what.owner_id, what.department_id) or (what.kept_by_author and what.created_by_id == scope.me)
    return held and (narrowed is None or narrowed.check(user, what))
