"""Who gets a new lead: the firm's rules, in their order; the first that fits gives it to one of its people in turn.

Every new lead passes them, typed or brought by a file, unless it is somebody's already. Who left, is about to leave,
or may not work with leads is passed over.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groundwork.access.models import Department, User
from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import today
from groundwork.core.languages import folded
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.countries import country_code
from groundwork.crm.sales.pipelines import Ordered, Word, sales
from groundwork.records.added.chosen import Option
from groundwork.records.control.checking import Staff
from groundwork.records.models import Notice
from groundwork.records.notices import telling
from groundwork.records.write import channel, doer, note_for_end


class AssignmentRule(Ordered):
    """What a lead must be like, and whose it is then. Nothing said of a fact: it may be anything.

    ``people`` are ids: one of them, or one after the other; without any it goes round in ``department``.
    """

    KIND = Element.Kind.ASSIGNMENT
    FACTS = ("name", "order", "sources", "country", "word", "people", "department_id")

    sources = models.JSONField(default=list, blank=True)  # keys of words
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    word = models.CharField(_("a word in what is asked"), max_length=60, blank=True, default="")
    people = models.JSONField(default=list, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        ordering = ["order", "pk"]

    def refuse_what_cannot_be(self, reason):
        super().refuse_what_cannot_be(reason)
        known = {key for key, word in sales().words.items() if word.list == Word.List.SOURCE}
        if set(self.sources) - known:
            raise Refusal(_t("A rule goes by sources that are in the list of sources."))
        if bool(self.people) == (self.department_id is not None):
            raise Refusal(_t("Say who gets these leads: people, or a department."))
        if User.objects.filter(pk__in=self.people).count() != len(set(self.people)):
            raise Refusal(_t("Say who gets these leads: people, or a department."))

    def fits(self, lead: Any) -> bool:
        return (
            (not self.sources or lead.source in self.sources)
            and (not self.country or _same_country(self.country, lead.country))
            and (not self.word or folded(self.word) in folded(f"{lead.name} {lead.message}"))
        )

    @property
    def said(self) -> str:
        """What it goes by, in words."""
        sources = [str(sales().words[key]) for key in self.sources if key in sales().words]
        said = [_t("source: %(names)s") % {"names": ", ".join(sources)}] if sources else []
        said += [_t("country: %(name)s") % {"name": self.country}] if self.country else []
        said += [_t("asks for “%(word)s”") % {"word": self.word}] if self.word else []
        return "; ".join(said) or _t("all others")


class Turn(models.Model):
    """Whose turn was last by a rule. Changes with every lead, so it is no fact of the rule."""

    rule = models.OneToOneField(AssignmentRule, models.CASCADE, related_name="turn")
    last = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")


def _same_country(one: str, other: str) -> bool:
    codes = country_code(one), country_code(other)
    return codes[0] == codes[1] if all(codes) else folded(one) == folded(other)


def rules() -> dict[str, AssignmentRule]:
    """By key, in their order; retired ones are among them, since leads name them."""
    return elements.kept("assignment rules", lambda: {row.key: row for row in AssignmentRule.objects.all()})


def rules_in_use() -> list[AssignmentRule]:
    return [row for row in rules().values() if not row.retired_at]


def rule_options() -> list[Option]:
    return [Option(row.key, str(row), row.retired_at is None) for row in rules().values()]


def assign(lead: Any, among: Sequence[AssignmentRule]) -> User | None:
    """The person who gets it, by the first rule that fits and has somebody; the lead says by which."""
    for rule in among:
        if rule.fits(lead) and (person := next_of(rule)) is not None:
            lead.rule = rule.key
            return person
    return None


def next_of(rule: AssignmentRule) -> User | None:
    """Whose turn it is. The turn stays locked until the act ends, so that two leads at once go to two people."""
    able = able_people(rule)
    if not able:
        return None
    Turn.objects.get_or_create(rule=rule)
    turn = Turn.objects.select_for_update().get(rule=rule)
    order = [person.pk for person in able]
    place = order.index(turn.last_id) + 1 if turn.last_id in order else _after(turn.last_id, order)
    turn.last = able[place % len(able)]
    turn.save(update_fields=["last"])
    return turn.last


def _after(last: int | None, order: list[int]) -> int:
    """The place of the one who came next, where the last one is no longer among them."""
    return next((place for place, pk in enumerate(order) if last is not None and pk > last), 0)


def able_people(rule: AssignmentRule) -> list[User]:
    """By id: who signs in, stays, and may work with leads of their own."""
    staying = models.Q(leaves_on=None) | models.Q(leaves_on__gt=today())
    of_rule = models.Q(pk__in=rule.people) if rule.people else models.Q(department=rule.department_id)
    people = User.objects.filter(staying, of_rule, is_active=True).select_related("department").order_by("pk")
    return [person for person in people if person.can("edit", "lead")]


def follow(steps) -> None:
    """Whoever is given a lead hears of it; of those that nobody has, the head does."""
    for lead, before, after in steps:
        if after is None or after["state"] != "open":
            continue
        if before is None and channel() == "import":
            noted = (after["owner_id"], after["department_id"], lead.pk)
            note_for_end(_tell_of_many, noted)
        elif after["owner_id"] and after["owner_id"] != (before or {}).get("owner_id"):
            telling.tell(after["owner_id"], Notice.Kind.GIVEN, ("lead", lead.pk), by=doer(), text=str(lead))


def _tell_of_many(noted: set) -> None:
    """One notice a person for all that an act brought: it leads to the first of them."""
    staff, given, left = Staff.load(), defaultdict(list), defaultdict(list)
    for owner, department, pk in sorted(noted, key=lambda item: item[2]):
        if owner:
            given[owner].append(pk)
        elif (head := staff.head_over(department)) is not None:
            left[head].append(pk)
    for person, ids in given.items():
        text = ngettext("%(count)s new lead", "%(count)s new leads", len(ids)) % {"count": len(ids)}
        telling.tell(person, Notice.Kind.GIVEN, ("lead", ids[0]), by=doer(), text=text)
    for head, ids in left.items():
        text = ngettext("%(count)s lead has no owner", "%(count)s leads have no owner", len(ids)) % {"count": len(ids)}
        telling.tell(head, Notice.Kind.GIVEN, ("lead", ids[0]), by=None, text=text)
