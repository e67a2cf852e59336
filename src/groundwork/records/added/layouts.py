"""The form of a record type as the firm wants it: what it asks at once, in what order, and what follows from what.

One layout for everybody, and one for each role that works otherwise. What a role may not see stays hidden whatever a
layout says. What a layout does not name (a field that was added since) waits behind "More fields".
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from groundwork.access.models import Role
from groundwork.access.rights import rights
from groundwork.blueprint.models import Element
from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.records.added import fields as added
from groundwork.records.added.rows import Configured, refuse_unless_configurator

if TYPE_CHECKING:
    from groundwork.records.types import Field, RecordType

ASKED_AT_ONCE = 8  # a form shows eight fields unasked at most
MOST_RULES = 30
LONGEST_HEADING = 60
TELLING = ("choice", "choices", "bool", "text")  # kinds of fields whose value a rule goes by
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Rule:
    """``field`` is shown, or must be filled in, when ``when`` is one of the values."""

    class Do(models.TextChoices):
        SHOW = "show", gettext_lazy("is asked only then")
        REQUIRE = "require", gettext_lazy("must be filled in then")

    key: str
    do: str
    field: str
    when: str
    values: tuple[str, ...]

    @classmethod
    def of(cls, kept: dict) -> "Rule":
        return cls(kept["key"], kept["do"], kept["field"], kept["when"], tuple(kept["is"]))

    def holds(self, value: Any) -> bool:
        return bool(told(value) & {folded(word) for word in self.values})

    def breaks(self, kind: "RecordType", record) -> bool:
        """Must the field be filled in this record, and is it empty?"""
        if self.do != Rule.Do.REQUIRE or not self.holds(kind.field(self.when).read(record)):
            return False
        return kind.field(self.field).read(record) in EMPTY

    def said(self, kind: "RecordType") -> str:
        """What whoever leaves it empty reads."""
        words = {
            "field": kind.field(self.field).heading, "when": kind.field(self.when).heading,
            "values": ", ".join(words_of(kind.field(self.when), self.values)),
        }  # fmt: skip
        if len(self.values) == 1:
            return _("Fill in “%(field)s”: it is needed when “%(when)s” is %(values)s.") % words
        return _("Fill in “%(field)s”: it is needed when “%(when)s” is one of %(values)s.") % words


def told(value: Any) -> set[str]:
    """A value, as read or as typed, for comparing with those of a rule."""
    if isinstance(value, bool):
        return {"true" if value else "false"}
    if isinstance(value, list | tuple | set):
        return {folded(str(one)) for one in value}
    return {folded(str(value))} - {""} if value is not None else set()


def words_of(shown: "Field", values: Iterable[str]) -> list[str]:
    """The values of a rule in words."""
    if shown.kind == "bool":
        return [_("yes") if value == "true" else _("no") for value in values]
    labels = {str(value): str(label) for value, label in shown.model_field.flatchoices}
    return [labels.get(value, value) for value in values]


@dataclass(frozen=True)
class Shape:
    """A form as one person meets it. ``groups`` are (heading or "", names) of what is asked at once, ``words`` the
    headings as other languages say them."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    more: tuple[str, ...]
    off: frozenset[str] = frozenset()  # asked nowhere; shown where it is filled
    rules: tuple[Rule, ...] = ()
    words: tuple[tuple[str, dict[str, str]], ...] = ()  # (heading, {language: heading})

    def heading(self, name: str) -> str:
        """In the reader's language, where it has a word for it."""
        return dict(self.words).get(name, {}).get(get_language() or "") or name

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(name for _heading, names in self.groups for name in names)

    def ordered(self, names: Iterable[str]) -> tuple[str, ...]:
        """``names`` in the order of the form; those that it does not name come last."""
        names = list(names)
        return tuple(dict.fromkeys((*(name for name in (*self.asked, *self.more) if name in names), *names)))


class FormLayout(Configured):
    """The form of one type, for everybody (``role`` "") or for those whose highest role it is.

    All facts are plain JSON of field names ("name", "f12"), so that a configuration file can carry them:
    ``groups`` [{"name": "Who", "fields": ["name", "phone"], "names": {"pl": "Kto"}}], ``more`` and ``off`` lists of
    names, ``rules`` [{"key": "r1", "do": "require", "field": "f12", "when": "kind", "is": ["customer"]}]. A retired
    field keeps its place.
    """

    KIND = Element.Kind.LAYOUT
    FACTS = ("groups", "more", "off", "rules")

    type = models.CharField(max_length=60)
    role = models.CharField(max_length=60, blank=True, default="")  # the key of a role
    groups = models.JSONField(default=list)
    more = models.JSONField(default=list, blank=True)
    off = models.JSONField(default=list, blank=True)
    rules = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = gettext_lazy("form")
        constraints = [models.UniqueConstraint(fields=["type", "role"], name="one_layout_a_role")]

    def __str__(self):
        return self.called

    @property
    def element_key(self) -> str:
        return f"layout:{self.type}.{self.role}" if self.role else f"layout:{self.type}"

    @property
    def called(self) -> str:
        from groundwork.records.types import types

        words = {"what": types[self.type].label, "role": Role.objects.filter(key=self.role).first() or self.role}
        return (_("Form: %(what)s, %(role)s") if self.role else _("Form: %(what)s")) % words

    @property
    def asked(self) -> list[str]:
        return [name for group in self.groups for name in group["fields"]]

    def shape(self, kind: "RecordType") -> Shape:
        """With the fields that there are now."""
        known = set(typed_names(kind))
        groups = tuple(
            (group["name"], tuple(name for name in group["fields"] if name in known)) for group in self.groups
        )
        named = {*self.asked, *self.off}
        more = [name for name in self.more if name in known and name not in named]
        rest = [name for name in typed_names(kind) if name not in named and name not in more]
        words = tuple((group["name"], group["names"]) for group in self.groups if group.get("names"))
        return Shape(groups, (*more, *rest), frozenset(self.off) & known, rules_in(kind, self.rules), words)

    def refuse_what_cannot_be(self, reason: str) -> None:
        from groundwork.records.types import types

        if self.type not in types:
            raise Refusal(_("There is no such record type."))
        if not reason.strip():
            raise Refusal(_("Say in one sentence why: those who fill it in will read it."))
        if self.retired_at:  # what came to be wrong with it meanwhile does not keep it in use
            return
        if self.role and not Role.objects.filter(key=self.role).exists():
            raise Refusal(_("There is no such role."))
        kind = types[self.type]
        _refuse_wrong_fields(self, kind)
        _refuse_wrong_rules(self, kind)


def typed_names(kind: "RecordType") -> tuple[str, ...]:
    """The fields of a type that anybody types."""
    return tuple(name for name in kind.fields if kind.field(name).model_field.editable)


def always_needed(kind: "RecordType") -> tuple[str, ...]:
    """The fields that no form goes without."""
    fields = [kind.field(name) for name in typed_names(kind)]
    return tuple(shown.name for shown in fields if not shown.model_field.blank and shown.kind != "bool")


def first_left(kind: "RecordType") -> tuple[str, ...]:
    """What the type's own declaration keeps out of an empty form, such as the legal ids of other countries."""
    return kind.asked(kind.model())[1] if kind.asked else ()


def as_declared(kind: "RecordType") -> Shape:
    """The form as it is while nobody laid it out."""
    names, left = typed_names(kind), first_left(kind)
    first = kind.asked(kind.model())[0] if kind.asked else names
    asked = [name for name in first if name in names][:ASKED_AT_ONCE]
    asked += [name for name in (*always_needed(kind), *left) if name in names and name not in asked]
    return Shape((("", tuple(asked)),), tuple(name for name in names if name not in asked))


def rules_in(kind: "RecordType", kept: Iterable[dict]) -> tuple[Rule, ...]:
    """The rules whose fields there are now."""
    names = set(typed_names(kind))
    return tuple(rule for rule in map(Rule.of, kept) if {rule.field, rule.when} <= names)


# ── what cannot be


def _refuse_wrong_fields(row: FormLayout, kind: "RecordType") -> None:
    every = [*row.asked, *row.more, *row.off]
    _refuse_unknown(kind, [*every, *(name for rule in row.rules for name in (rule["field"], rule["when"]))])
    if len(set(every)) < len(every):
        raise Refusal(_("A field stands in a form once."))
    if needed := [name for name in always_needed(kind) if name in (*row.more, *row.off)]:
        raise Refusal(
            _("“%(name)s” must always be filled in: ask it at once.") % {"name": kind.field(needed[0]).heading}
        )
    by_value = {rule["field"] for rule in row.rules if rule["do"] == Rule.Do.SHOW}
    count = len([name for name in asked_when_empty(kind, row.asked) if name not in by_value])
    if count > max(ASKED_AT_ONCE, len(always_needed(kind))):
        raise Refusal(
            _("A form asks %(most)s facts at once at most, and this one asks %(count)s: put some behind “More fields”.")
            % {"most": ASKED_AT_ONCE, "count": count}
        )
    if not count:
        raise Refusal(_("Ask one fact at least."))


def _refuse_unknown(kind: "RecordType", names: Iterable[str]) -> None:
    """A retired field may be named: it keeps its place."""
    retired = {other.key for other in added.own().fields.values() if other.type == kind.key and other.retired_at}
    if unknown := [name for name in names if name not in typed_names(kind) and name not in retired]:
        raise Refusal(_("No form of this type has these fields: %(names)s.") % {"names": ", ".join(unknown)})


def asked_when_empty(kind: "RecordType", names: Iterable[str]) -> list[str]:
    """Of ``names`` those that an empty form shows."""
    known, left = set(typed_names(kind)), set(first_left(kind))
    return [name for name in names if name in known and name not in left]


def _refuse_wrong_rules(row: FormLayout, kind: "RecordType") -> None:
    if len(row.rules) > MOST_RULES:
        raise Refusal(_("There are %(count)s rules here: take one away first.") % {"count": MOST_RULES})
    rules = rules_in(kind, row.rules)
    if len({(rule.do, rule.field, rule.when, rule.values) for rule in rules}) < len(rules):
        raise Refusal(_("There is such a rule already."))
    for rule in rules:
        if rule.do not in Rule.Do or rule.field == rule.when:
            raise Refusal(_("A rule says of one field what follows from another one."))
        if kind.field(rule.when).kind not in TELLING:
            raise Refusal(_("No rule goes by “%(name)s”.") % {"name": kind.field(rule.when).heading})
        if not rule.values:
            raise Refusal(_("Say at which value of “%(name)s”.") % {"name": kind.field(rule.when).heading})
        if rule.do == Rule.Do.SHOW and rule.field in always_needed(kind) and rule.field not in kind.added:
            raise Refusal(
                _("“%(name)s” must always be filled in: ask it at once.") % {"name": kind.field(rule.field).heading}
            )
    _refuse_circles(rules)


def _refuse_circles(rules: Iterable[Rule]) -> None:
    """Two fields that wait for each other would never be asked."""
    waits: dict[str, set[str]] = {}
    for rule in rules:
        if rule.do == Rule.Do.SHOW:
            waits.setdefault(rule.field, set()).add(rule.when)
    for start in waits:
        reached, open_ones = set(), set(waits[start])
        while open_ones:
            name = open_ones.pop()
            if name == start:
                raise Refusal(_("These rules wait for each other: the field would never be asked."))
            if name not in reached:
                reached.add(name)
                open_ones |= waits.get(name, set())


# ── what is read


def of_type(kind: "RecordType") -> dict[str, FormLayout]:
    """{role's key, or "": its layout} of those in use."""
    return added.own().layouts.get(kind.key, {})


def shape_for_roles(kind: "RecordType", roles: Collection[str]) -> Shape | None:
    """The form of whoever holds these roles, the highest first; None where it is as declared.

    The highest role's own layout goes before the one for everybody. What it leaves out and another role of the
    person asks waits behind "More fields". Rules for everybody hold for all; those of a role for those whose highest
    it is.
    """
    held = of_type(kind)
    if not held:
        return None
    first, *others = [held.get(role) or held.get("") for role in roles] or [held.get("")]
    if first is None:
        return None
    shape = first.shape(kind)
    kept = set(shape.off)
    for other in others:
        kept &= other.shape(kind).off if other else set()
    more = (*shape.more, *(name for name in typed_names(kind) if name in shape.off and name not in kept))
    general = held.get("")
    rules = (*general.shape(kind).rules, *shape.rules) if general and general is not first else shape.rules
    return Shape(shape.groups, more, frozenset(kept), rules, shape.words)


def shape_for(kind: "RecordType", user) -> Shape | None:
    return shape_for_roles(kind, rights(user).viewing.get(kind.key, ())) if of_type(kind) else None


def rules_for(kind: "RecordType", user) -> list[Rule]:
    return rules_of(kind, user, shape_for(kind, user))


def rules_of(kind: "RecordType", user, shape: Shape | None) -> list[Rule]:
    """The rules that hold for the person: of fields that the person types, by values that the person sees."""
    rules = (*(shape.rules if shape else ()), *kind.rules())
    if not rules:
        return []
    mode = rights(user).field_mode
    return [rule for rule in rules if not mode(kind.key, rule.field) and mode(kind.key, rule.when) != "hidden"]


def naming(kind: "RecordType", name: str) -> list[FormLayout]:
    """The layouts with a rule about this field, or by it."""
    return [row for row in of_type(kind).values() if any(name in (rule["field"], rule["when"]) for rule in row.rules)]


def ordered(kind: "RecordType", user, names: Iterable[str]) -> tuple[str, ...]:
    """Fields in the order of the person's form."""
    shape = shape_for(kind, user)
    return shape.ordered(names) if shape else tuple(names)


def asked_quickly(kind: "RecordType", user) -> tuple[str, ...]:
    """What quick add asks: what it must, what rules may need, and with these three of what the form asks first."""
    shape = shape_for(kind, user)
    if shape is None:
        return kind.asked_quickly
    needed = [name for name in shape.asked if name in always_needed(kind)]
    few = dict.fromkeys((*needed, *asked_when_empty(kind, shape.asked)))
    names = list(few)[: max(3, len(needed))]
    ruled = [rule.field for rule in shape.rules if rule.do == Rule.Do.REQUIRE]
    return shape.ordered(dict.fromkeys((*names, *ruled)))


def refuse_broken(kind: "RecordType", record, rules: Iterable[Rule], changed: Collection[str] | None = None) -> None:
    """Refused where a rule finds its field empty. ``changed``: columns that were touched, other rules are not asked."""
    for rule in rules:
        columns = {kind.field(rule.field).column, kind.field(rule.when).column}
        if (changed is None or columns & set(changed)) and rule.breaks(kind, record):
            raise Refusal(rule.said(kind))


# ── what is done


@transaction.atomic
def lay_out(kind: "RecordType", role: str, *, by, reason: str, asked_by=None, **facts) -> FormLayout:
    """Set the form of a type, for everybody or for one role; the first time it begins as the form is till then.

    ``facts`` as in ``FormLayout``. Refused without a reason, and where it asks more than ``ASKED_AT_ONCE`` at once.
    """
    refuse_unless_configurator(by)
    row = FormLayout.objects.filter(type=kind.key, role=role).first()
    if row is None or row.retired_at:
        facts = facts_of(shape_for_roles(kind, [role] if role else []) or as_declared(kind)) | facts
    if row is None:
        return FormLayout(type=kind.key, role=role, **facts).make(by=by, reason=reason, asked_by=asked_by)
    if row.retired_at:
        row.restore(by=by, reason=reason)
    return row.change(facts, by=by, reason=reason, asked_by=asked_by)[0]


def facts_of(shape: Shape) -> dict[str, list]:
    """As a layout keeps them."""
    words = dict(shape.words)
    groups = [group_of(heading, names, words.get(heading, {})) for heading, names in shape.groups]
    return {"groups": groups, "more": list(shape.more), "off": sorted(shape.off), "rules": []}


def group_of(heading: str, names: Iterable[str], words: dict[str, str]) -> dict[str, Any]:
    """Facts that stand together; ``words`` {language: heading}, of which empty ones are none."""
    said = {language: word for language, word in words.items() if heading and word}
    return {"name": heading, "fields": list(names)} | ({"names": said} if said else {})


@transaction.atomic
def add_rule(kind: "RecordType", role: str, *, by, reason: str, asked_by=None, **rule) -> FormLayout:
    """``rule``: do, field, when, values."""
    row = FormLayout.objects.select_for_update().filter(type=kind.key, role=role).first()
    held = row.rules if row and not row.retired_at else []
    number = max((int(other["key"][1:]) for other in held), default=0) + 1
    new = {"key": f"r{number}", "do": rule["do"], "field": rule["field"], "when": rule["when"], "is": rule["values"]}
    return lay_out(kind, role, by=by, reason=reason, asked_by=asked_by, rules=[*held, new])


@transaction.atomic
def drop_rule(row: FormLayout, key: str, *, by, reason: str) -> None:
    refuse_unless_configurator(by)
    held = FormLayout.objects.select_for_update().get(pk=row.pk).rules
    row.change({"rules": [rule for rule in held if rule["key"] != key]}, by=by, reason=reason)
