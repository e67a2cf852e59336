"""Where a lead stands: the firm's own words, each saying whether a lead in it is open, converted or dropped."""

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from groundwork.blueprint import elements
from groundwork.blueprint.models import Element
from groundwork.core.clock import now
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.pipelines import Ordered, Word, sales
from groundwork.records.added.chosen import Option
from groundwork.records.added.layouts import Rule


class LeadState(models.TextChoices):
    OPEN = "open", pgettext_lazy("a lead", "open")
    CONVERTED = "converted", pgettext_lazy("a lead", "converted")
    DROPPED = "dropped", pgettext_lazy("a lead", "dropped")


class LeadStatus(Ordered):
    """A column of the board of leads."""

    KIND = Element.Kind.STATUS
    FACTS = ("name", "order", "outcome")

    outcome = models.CharField(_("leads in it are"), max_length=9, choices=LeadState, default=LeadState.OPEN)

    class Meta:
        verbose_name = _("status of a lead")
        verbose_name_plural = _("statuses of leads")
        ordering = ["order", "pk"]

    def refuse_what_cannot_be(self, reason):
        from groundwork.crm.sales.leads import Lead

        super().refuse_what_cannot_be(reason)
        was = LeadStatus.objects.get(pk=self.pk).outcome if self.pk else self.outcome
        leaves = self.pk and (self.retired_at or was != self.outcome)
        if self.retired_at and Lead.objects.current().filter(status=self.key, state=LeadState.OPEN).exists():
            raise Refusal(_t("Open leads stand in it: move them first."))
        if was != self.outcome and Lead.objects.filter(status=self.key).exists():
            raise Refusal(_t("Leads stand in it as %(was)s: make another status.") % {"was": LeadState(was).label})
        if leaves and not self.others().filter(outcome=was).exists():
            raise Refusal(_t("It is the only status in which leads are %(was)s.") % {"was": LeadState(was).label})


def lead_statuses() -> dict[str, LeadStatus]:
    """By key, in the order of the board; retired ones are among them."""
    return elements.kept("lead statuses", lambda: {row.key: row for row in LeadStatus.objects.all()})


def in_use(*states: str) -> list[LeadStatus]:
    rows = [row for row in lead_statuses().values() if not row.retired_at]
    return [row for row in rows if not states or row.outcome in states]


def first_of(state: str) -> str:
    """The key of the first status in use in which leads are so; "" where there is none."""
    return next((row.key for row in in_use(state)), "")


def status_options() -> list[Option]:
    """Nobody chooses that a lead is converted: it follows from what it became."""
    rows = lead_statuses().values()
    found = [Option(row.key, str(row), row.retired_at is None and row.outcome != LeadState.CONVERTED) for row in rows]
    return sorted(found, key=lambda option: not option.open)


def drop_options() -> list[Option]:
    rows = [row for row in sales().words.values() if row.list == Word.List.DROP]
    return sorted((Option(row.key, str(row), row.retired_at is None) for row in rows), key=lambda one: not one.open)


def status_rules() -> tuple[Rule, ...]:
    """Whoever drops a lead says why."""
    dropped = [row.key for row in lead_statuses().values() if row.outcome == LeadState.DROPPED]
    return tuple(Rule(f"status{key}.reason", Rule.Do.REQUIRE, "reason", "status", (key,)) for key in dropped)


STATUSES = (
    (gettext_noop("New"), LeadState.OPEN), (gettext_noop("Working"), LeadState.OPEN),
    (gettext_noop("Converted"), LeadState.CONVERTED), (gettext_noop("Dropped"), LeadState.DROPPED),
)  # fmt: skip
WHY_DROPPED = (
    gettext_noop("Not our customer"), gettext_noop("Cannot be reached"), gettext_noop("Only looked around"),
    gettext_noop("Came twice"), gettext_noop("Spam"),
)  # fmt: skip


def make_built_in(_output=None) -> None:
    """The usual statuses and reasons, for a firm that has none; a repeat changes nothing."""
    rows: list[Ordered] = []
    if not LeadStatus.objects.exists():
        rows += [
            LeadStatus.objects.create(name=name, outcome=outcome, order=place * 10, is_built_in=True)
            for place, (name, outcome) in enumerate(STATUSES, 1)
        ]
    if not Word.objects.filter(list=Word.List.DROP).exists():
        rows += [
            Word.objects.create(list=Word.List.DROP, name=name, order=place * 10, is_built_in=True)
            for place, name in enumerate(WHY_DROPPED, 1)
        ]
    if rows:
        since = now()
        Element.objects.bulk_create(
            Element(kind=row.KIND, key=row.element_key, name=row.name, since=since) for row in rows
        )
        elements.raise_config_version()
