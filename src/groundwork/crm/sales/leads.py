"""Leads: an interest that nobody has qualified yet, as somebody said it, and what it became."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from groundwork.core.clock import today
from groundwork.core.refusals import Refusal
from groundwork.crm.customers.models import Company, Contact
from groundwork.crm.sales import assigning, pipelines
from groundwork.crm.sales.deals import Deal
from groundwork.crm.sales.lead_statuses import LeadState, drop_options, first_of, lead_statuses, status_options
from groundwork.records.added.chosen import ChosenField
from groundwork.records.models import Record, keyset_indexes
from groundwork.records.write import channel, doing, is_being_made

CONVERT = "lead.convert"  # the act
ERASED = "erased"  # records.personal.erasing.ACT


class Lead(Record):
    """Company and person are words until the lead is converted: ``company``, ``contact`` and ``deal`` are what it
    became. Whoever wrote it down keeps sight of it when a rule gives it to somebody else."""

    type_key = "lead"
    kept_by_author = True

    name = models.CharField(pgettext_lazy("of a lead", "what is asked"), max_length=200)
    person = models.CharField(_("person's name"), max_length=200, blank=True, default="")
    company_name = models.CharField(_("company's name"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    country = models.CharField(_("country"), max_length=60, blank=True, default="")
    source = ChosenField(pgettext_lazy("of a lead", "source"), rows=pipelines.source_options)
    message = models.TextField(
        _("message"), max_length=5000, blank=True, default="", help_text=_("In the words of whoever asks.")
    )
    status = ChosenField(
        _("status"), rows=status_options, blank=False,
        refusal=_("Choose one of those offered; “Convert” on the lead's page asks what it becomes."),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=9, choices=LeadState, default=LeadState.OPEN, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    reason = ChosenField(_("why dropped"), rows=drop_options)
    rule = ChosenField(_("given by the rule"), rows=assigning.rule_options, editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("company"), editable=False
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("contact"), editable=False
    )
    deal = models.ForeignKey(
        Deal, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("deal"), editable=False
    )

    _nobody = False  # no rule fitted what a file brought

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            *keyset_indexes("lead", "sort_key", "updated_at"),
            models.Index(fields=["created_by", "-updated_at", "-id"], name="lead_of_author"),
            models.Index(
                fields=["state", "status", "-updated_at", "-id"], condition=models.Q(archived_at=None),
                name="lead_on_board",
            ),
            models.Index(
                fields=["closed_on", "status"], condition=models.Q(archived_at=None, closed_on__isnull=False),
                name="lead_closed",
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state == LeadState.OPEN

    def owner_by_default(self):
        """Whom a rule gives it to; None where none fits, and it stays with whoever writes it down."""
        rules = assigning.rules_in_use()
        found = assigning.assign(self, rules)
        self._nobody = bool(rules) and found is None
        return found

    def prepare(self):
        super().prepare()
        self.status = self.status or first_of(LeadState.OPEN)
        status = lead_statuses().get(self.status)
        if status is not None:
            self.state = status.outcome
        self.closed_on = None if self.state == LeadState.OPEN else self.closed_on or today()
        if self.state != LeadState.DROPPED:
            self.reason = ""
        if self.state == LeadState.CONVERTED and not self._may_be_converted():
            raise Refusal(_("A lead is converted on its page: “Convert” asks what it becomes."))
        if self._nobody and channel() == "import" and is_being_made(self):
            self.owner = None

    def _may_be_converted(self) -> bool:
        """``ERASED`` takes the links with the words."""
        return bool(self.company_id or self.contact_id or self.deal_id) or channel() == "import" or doing() == ERASED


def frozen_lead(lead: Lead) -> frozenset[str]:
    """What a converted lead became stands; only taking the conversion back makes it open again."""
    return frozenset({"status", "reason"} if lead.state == LeadState.CONVERTED and doing() != "undone" else ())


def begin_lead(lead: Lead) -> None:
    lead.status = lead.status or first_of(LeadState.OPEN)


def asked_of(lead: Lead) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first: tuple[str, ...] = ("name", "person", "company_name", "phone", "email", "source", "message")
    dropped: tuple[str, ...] = ("reason",) if lead.state == LeadState.DROPPED else ()
    return (*first, *dropped), ()


def told(lead: Lead, user, names: tuple[str, ...]) -> dict[str, Any]:
    """{name: value} of those facts of the lead that the person may read."""
    from groundwork.records.types import type_of

    return {shown.name: shown.read(lead) for shown in type_of(lead).visible_fields(user, names)}
